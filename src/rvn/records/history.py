"""The assessments of one person in the order of time: what counts on a day, what is due, and what has changed.

Scoring never asks the clock, and neither does this: the day is an argument.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from rvn import messages
from rvn.days import as_day
from rvn.errors import Diagnostic, HistoryError
from rvn.plan.status import WITH_A_VALUE, Status
from rvn.records.record import Plain, Record
from rvn.scoring.instrument import load
from rvn.scoring.interval import after
from rvn.scoring.result import Result

Finding = Literal[
    "fell", "within error", "rose", "same level", "lower level", "higher level", "not comparable", "unknown"
]


@dataclass(frozen=True)
class Standing:
    """What is known of a person on a day.

    Parameters
    ----------
    assessment
        The one that counts: the last on or before the day whose outcome has a value. None where there is none.
    final
        The value of the outcome that counts on that day; an override that has ended no longer does.
    due
        The day by which the person is to be assessed again, None where the instrument sets none.
    is_overdue
        Whether that day has passed.
    overrides_ended
        Outputs whose overrides have ended.
    passed_over
        How many later assessments have no value for their outcome, and so do not count.
    """

    assessment: Record | Result | None
    final: Plain
    due: date | None
    is_overdue: bool
    overrides_ended: tuple[str, ...]
    passed_over: int


@dataclass(frozen=True)
class Change:
    """What has become of one output between two assessments that follow each other.

    Parameters
    ----------
    earlier, later
        Days of the two.
    before, after
        Computed values, None where there is none.
    difference
        Points, later minus earlier; None for levels.
    index
        The difference in standard errors of a difference; beyond 1.96 it is reliable. None for levels.
    finding
        In words: for points whether the change is more than error of measurement, for levels the direction, and why
        there is nothing to say where there is not.
    """

    earlier: date
    later: date
    before: Plain
    after: Plain
    difference: float | None
    index: float | None
    finding: Finding


class History:
    """The assessments of one person with one instrument, in the order of time.

    Parameters
    ----------
    assessments
        Results or records, each with its day, the earliest first; two of one day in the order in which they were made.

    Raises
    ------
    HistoryError
        When days go backwards or are not stated, or people or instruments are mixed; with every problem.

    Examples
    --------
    >>> import rvn
    >>> security = rvn.load("fictitious-security@1.0")
    >>> example = security.definition.tests[0]
    >>> answers = {**example.given, **example.answers}
    >>> days = ("2026-01-15", "2026-07-10")
    >>> history = History([security.score(answers | {"minor_violations": 9 * n}, on=day) for n, day in enumerate(days)])
    >>> standing = history.at("2026-08-01")
    >>> standing.assessment.on, standing.final, str(standing.due)
    ('2026-07-10', 'medium', '2027-01-10')
    >>> history.changes("disorder", error=0.5)[0].finding
    'rose'
    """

    def __init__(self, assessments: Sequence[Record | Result]) -> None:
        self.assessments = tuple(assessments)
        problems = list(self._problems())
        if problems:
            raise HistoryError(problems)

    def _problems(self) -> list[Diagnostic]:
        found = []
        last = ""
        for number, one in enumerate(self.assessments, start=1):
            day = day_of(one)
            if day is None:
                found.append(messages.HISTORY_NO_DAY.at(number=number))
            elif day < last:
                found.append(messages.HISTORY_BACKWARDS.at(number=number, before=number - 1))
            last = max(last, day or "")
        if len({instrument_of(one) for one in self.assessments}) > 1:
            found.append(messages.HISTORY_MIXED.at(what="instruments"))
        subjects = {one.subject for one in self.assessments if isinstance(one, Record)}
        if len(subjects) > 1:
            found.append(messages.HISTORY_MIXED.at(what="people"))
        return found

    def at(self, day: date | str) -> Standing:
        """Return what is known of the person on a day."""
        on = str(as_day(day, "day"))
        until = [one for one in self.assessments if (day_of(one) or "") <= on]
        counting = [place for place, one in enumerate(until) if _status(one) in WITH_A_VALUE]
        if not counting:
            return Standing(None, None, None, False, (), len(until))
        one = until[counting[-1]]
        due = due_after(one)
        ended = tuple(name for name, end in _ends(one).items() if end is not None and str(end) < on)
        is_overdue = due is not None and str(due) < on
        return Standing(one, _final(one, on), due, is_overdue, ended, len(until) - 1 - counting[-1])

    def changes(self, output: str, *, error: float | None = None, level: float = 0.95) -> tuple[Change, ...]:
        """Return what has become of an output from each assessment to the next.

        Different versions are not compared: what changed may be the instrument. Rescore the older ones first.

        Parameters
        ----------
        output
            Name of a score or level.
        error
            Standard error of measurement in points, from `rvn.validation.reliability.change`; needed for scores.
        level
            Confidence level, two-sided.

        Raises
        ------
        HistoryError
            When the output is a score and no error of measurement is given, or there is no such output.

        References
        ----------
        Jacobson and Truax 1991, doi:10.1037/0022-006X.59.1.12.
        """
        pairs = zip(self.assessments, self.assessments[1:], strict=False)
        return tuple(_change(earlier, later, output, error, level) for earlier, later in pairs)


def _change(earlier: Record | Result, later: Record | Result, name: str, error: float | None, level: float) -> Change:
    first, second = day_of(earlier), day_of(later)
    assert first is not None
    assert second is not None
    days = as_day(first, "on"), as_day(second, "on")
    before, now = _value(earlier, name), _value(later, name)
    if _made(earlier) != _made(later):
        return Change(*days, before, now, None, None, "not comparable")
    if before is None or now is None:
        return Change(*days, before, now, None, None, "unknown")
    if isinstance(before, str) or isinstance(now, str):
        levels = load(_made(later)[0]).plan.shapes[name][1]
        apart = levels.index(str(now)) - levels.index(str(before))
        finding: Finding = "same level" if apart == 0 else "higher level" if apart > 0 else "lower level"
        return Change(*days, before, now, None, None, finding)
    if error is None:
        raise HistoryError(messages.HISTORY_ERROR.at(output=name))
    from rvn.validation.reliability.change import reliable_change_index, smallest_reliable_change

    index = float(reliable_change_index([before], [now], error)[0])
    reach = smallest_reliable_change(error, level=level).value
    difference = float(now - before)
    moved: Finding = "within error" if abs(difference) <= reach else "rose" if difference > 0 else "fell"
    return Change(*days, before, now, difference, index, moved)


def due_after(one: Record | Result) -> date | None:
    """Return the day by which a person is to be assessed again, None where the instrument sets none."""
    instrument = one.instrument if isinstance(one, Result) else load(one.reference)
    reassess, day = instrument.definition.reassess, day_of(one)
    if reassess is None or reassess.every is None or day is None:
        return None
    return after(as_day(day, "on"), reassess.every)


def day_of(one: Record | Result) -> str | None:
    """Return the day of an assessment."""
    return one.on if isinstance(one, Result) else one.assessed_on


def instrument_of(one: Record | Result) -> str:
    """Return the instrument of an assessment, whatever its version."""
    return one.instrument.id if isinstance(one, Result) else one.instrument


def _made(one: Record | Result) -> tuple[str, str]:
    """Return version and fingerprint that an assessment was made with."""
    if isinstance(one, Result):
        return one.reference, one.instrument.fingerprint
    return one.reference, one.fingerprint


def _status(one: Record | Result) -> Status:
    return one.outcome.status if isinstance(one, Result) else one.outputs[one.outcome].status


def _value(one: Record | Result, name: str) -> Plain:
    if isinstance(one, Result):
        if name in one.outputs:
            return one[name].value
    elif name in one.outputs:
        return one.outputs[name].value
    known = one.outputs
    raise HistoryError(messages.UNKNOWN_NAME.at(kind="output", name=name, near=messages.near(name, known)))


def _final(one: Record | Result, on: str) -> Plain:
    return one.final(one.outcome.name if isinstance(one, Result) else one.outcome, on=on)


def _ends(one: Record | Result) -> dict[str, date | str | None]:
    """Return the last day of every override."""
    if isinstance(one, Result):
        return {name: kept.until for name, kept in one.overrides.items()}
    return {kept.output: kept.until for kept in one.overrides}
