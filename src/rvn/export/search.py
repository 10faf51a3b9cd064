"""Finds people who touch every target: from worked examples and edges, by changing a few answers at a time.

Nothing is left to chance that is not the same chance every time: the same definition gives the same vectors.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from rvn.definition.scope import ASSESSED_ON
from rvn.errors import AnswersError
from rvn.export.domain import DAY, domains
from rvn.export.targets import Target, targets
from rvn.scoring.examples import scored
from rvn.scoring.instrument import Instrument
from rvn.scoring.result import Result

Answers = dict[str, object]
SEED = 2026
WALKS = 4  # from the lowest answers to the highest, in different orders
TRIES = 600  # for each target that the simple ways have not touched


@dataclass(frozen=True)
class Person:
    """Answers of somebody invented, their result, and the targets that they touch."""

    answers: Answers
    result: Result
    touched: frozenset[int]


class Search:
    """Looks for people until every target is touched or given up."""

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.targets: list[Target] = targets(instrument)
        self.domains = domains(instrument.plan, instrument.definition)
        self.open = set(range(len(self.targets)))
        self.kept: list[Person] = []
        self.day = DAY.isoformat() if ASSESSED_ON in instrument.plan.fields else None
        self._random = random.Random(SEED)

    def run(self) -> None:
        """Look in the simple ways first, then for what is left."""
        seeds = [person for answers in self._seeds() if (person := self._look(answers)) is not None]
        for seed in seeds[:2]:
            self._edges(seed.answers)
        usable = [person for person in seeds if person.result.outcome.value is not None]
        for number in range(WALKS):
            if usable and self.open:
                self._walk(usable[number % len(usable)].answers, upwards=number % 2 == 0)
        for place in sorted(self.open):
            if place in self.open:
                self._climb(place)

    def _seeds(self) -> Iterator[Answers]:
        """Yield people to begin with: the worked examples, moved to the day of the vectors, and the two ends."""
        for test in self.instrument.definition.tests:
            days = 0 if test.on is None else DAY.toordinal() - DAY.fromisoformat(test.on).toordinal()
            answers = {**test.given, **test.answers}
            yield {name: self._moved(name, answer, days) for name, answer in answers.items()}
        yield {name: values[0] for name, values in self.domains.items()}
        yield {name: values[-1] for name, values in self.domains.items()}
        yield {}

    def _moved(self, name: str, answer: object, days: int) -> object:
        field = self.instrument.plan.fields.get(name)
        if field is None or field.kind != "date" or not isinstance(answer, str) or answer in field.reasons:
            return answer
        return DAY.fromordinal(DAY.fromisoformat(answer).toordinal() + days).isoformat()

    def _look(self, answers: Answers) -> Person | None:
        """Return a person, kept where they touch something new; None where the answers cannot be used."""
        try:
            result = scored(self.instrument, answers, self.day)
        except AnswersError:
            return None
        touched = frozenset(place for place in self.open if self.targets[place].distance(result.evaluation) == 0)
        person = Person(answers, result, touched)
        if touched:
            self.open -= touched
            self.kept.append(person)
        return person

    def _edges(self, answers: Answers) -> None:
        """Change one answer at a time, to everything that it can be."""
        for name in self.domains:
            for value in self._all(name):
                if not self.open:
                    return
                self._look(_changed(answers, {name: value}))

    def _all(self, name: str) -> list[object]:
        """Return every value of a field, nothing recorded and reasons for absence among them."""
        field = self.instrument.plan.fields[name]
        return [*self.domains[name], None, *(() if field.is_component else field.reasons)]

    def _walk(self, answers: Answers, *, upwards: bool) -> None:
        """Go from one end of every answer to the other, one item after another, in an order of chance."""
        end = -1 if upwards else 0
        names = list(self.domains)
        self._random.shuffle(names)
        for name in names:
            answers = _changed(answers, {name: self.domains[name][end]})
            self._look(answers)

    def _climb(self, place: int) -> None:
        """Change a few answers at a time and keep what comes no further from a target, until it is touched."""
        target = self.targets[place]
        ranked = sorted(self.kept, key=lambda person: target.distance(person.result.evaluation))
        for start in ranked[:3]:
            here, nearest = start.answers, target.distance(start.result.evaluation)
            for _ in range(TRIES // 3):
                names = self._random.sample(
                    list(self.domains), min(len(self.domains), self._random.choice((1, 1, 2, 3)))
                )
                person = self._look(_changed(here, {name: self._random.choice(self._all(name)) for name in names}))
                if place not in self.open:
                    return
                if person is not None and (distance := target.distance(person.result.evaluation)) <= nearest:
                    here, nearest = person.answers, distance


def _changed(answers: Answers, changes: Answers) -> Answers:
    return {name: value for name, value in {**answers, **changes}.items() if value is not None}
