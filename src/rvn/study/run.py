"""Runs a study: reads, selects, scores, tallies, computes and judges; writes nothing."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from importlib.metadata import version
from typing import Any

import rvn
from rvn.study.agreeing import agreements, ratings
from rvn.study.analysis import analyse
from rvn.study.cells import Table
from rvn.study.compared import comparisons
from rvn.study.data import read_data
from rvn.study.grouped import groupings
from rvn.study.happened import happened
from rvn.study.load import Study
from rvn.study.lock import state
from rvn.study.material import material
from rvn.study.people import select
from rvn.study.results import KIND, SCHEMA, MethodUsed, Results
from rvn.study.results.facts import words
from rvn.study.score_facts import facts
from rvn.study.scored import score
from rvn.study.suppress import suppressed
from rvn.study.verdicts import verdicts
from rvn.study.wanted import wanted_columns
from rvn.validation.estimate import Estimate

Progress = Callable[[str, int, int], None]


def run(study: Study, *, suppress_below: int | None = None, progress: Progress | None = None) -> Results:
    """Return everything that a study finds.

    Parameters
    ----------
    study
        From `rvn.study.load.load`.
    suppress_below
        Smallest number of people or events that is shown, where it is to be another than the plan says.
    progress
        Called with what is done next, how many steps are done, and how many there are.

    Raises
    ------
    StudyError
        When the data cannot be used: no such file, column or person, identifiers that are personal codes.
    """
    file = study.file
    below = file.suppress_below if suppress_below is None else suppress_below
    steps = 3 + len(file.scores) + len(file.outcomes) * (1 + len(file.scores))
    done = 0

    def say(what: str) -> None:
        nonlocal done
        if progress is not None:
            progress(what, done, steps)
        done += 1

    say("data")
    frame, source = read_data(file.data, study.folder, wanted_columns(study))
    everybody = Table.of(frame, file.data)
    table, flow = select(study, everybody)
    scores = []
    for name in file.scores:
        say(f"score {name}")
        scores.append(score(study, name, table))
    outcomes = []
    for name, outcome in file.outcomes.items():
        say(f"outcome {name}")
        outcomes.append(happened(name, outcome, table))
    groups = groupings(study, table)
    analyses = []
    for scored in scores:
        for outcome_of in outcomes:
            say(f"{scored.name}: {outcome_of.facts.id}")
            analyses.append(analyse(material(scored, outcome_of, groups, file.confidence, len(table))))
    say("comparison")
    compared = comparisons(study, scores, outcomes, groups)
    rated = ratings(study, table, scores)
    agreement = agreements(study, rated, scores)
    say("verdicts")
    results = Results(
        schema=SCHEMA,
        kind=KIND,
        id=file.study,
        title=words(file.title),
        question=words(file.question),
        confidence=file.confidence,
        suppress_below=below,
        software=software(),
        plan=state(study),
        data=(source, *(said.source for said in rated.values() if said.source is not None)),
        flow=flow,
        problems=(
            *(cells.to_row() for cells in table.bad),
            *(row for said in rated.values() for row in said.problems),
        ),
        scores=tuple(facts(scored, file.confidence) for scored in scores),
        outcomes=tuple(outcome_of.facts for outcome_of in outcomes),
        analyses=tuple(analyses),
        comparisons=compared,
        agreement=agreement,
        verdicts=verdicts(study, analyses, agreement),
        methods=(),
    )
    results = replace(results, methods=methods(results))
    return suppressed(results, below)


def software() -> dict[str, str]:
    """Return the versions of what computes."""
    packages = ("numpy", "scipy", "pandas")
    return {"rvn": rvn.__version__, "python": platform.python_version(), **{name: version(name) for name in packages}}


def methods(results: Results) -> tuple[MethodUsed, ...]:
    """Return the methods of all estimates, each once, in alphabetical order."""
    found = {(row.name, row.method, row.reference) for row in estimates_of(results) if row.method or row.reference}
    return tuple(MethodUsed(measure=name, method=method, reference=source) for name, method, source in sorted(found))


def estimates_of(part: Any) -> Iterator[Estimate]:
    """Yield every estimate in a part of results."""
    if isinstance(part, Estimate):
        yield part
    elif isinstance(part, tuple):
        for entry in part:
            yield from estimates_of(entry)
    elif is_dataclass(part):
        for entry_of in fields(part):
            yield from estimates_of(getattr(part, entry_of.name))
