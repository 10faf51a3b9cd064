"""What happened to whom: an outcome as yes or no within the window, and as a time and an event."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rvn import messages
from rvn.study.cells import BoolArray, FloatArray, Table, add_window
from rvn.study.entries import Dates, Outcome, Times, YesNo
from rvn.study.results import OutcomeFacts, StepKind, Words
from rvn.study.results.facts import words

NOT_RECORDED: Words = {"en": "It is not recorded whether it happened", "lv": "Nav ierakstīts, vai tas notika"}
TOO_SHORT: Words = {
    "en": "Could be observed for less than the window",
    "lv": "Novērošana iespējama īsāku laiku nekā paredzēts",
}
UNKNOWN_LENGTH: Words = {
    "en": "It is not recorded for how long the person could be observed",
    "lv": "Nav ierakstīts, cik ilgi personu bija iespējams novērot",
}
BEFORE_START: Words = {"en": "The event lies before the start", "lv": "Notikums ir pirms novērošanas sākuma"}
NO_TIME: Words = {"en": "There is no time at risk", "lv": "Nav zināms novērošanas laiks"}


@dataclass(frozen=True)
class Reason:
    """Why people are left out of an outcome: a step of its flow."""

    id: str
    kind: StepKind
    because: Words
    people: BoolArray


@dataclass(frozen=True)
class Happened:
    """One outcome for every person of the study.

    Parameters
    ----------
    facts
        The outcome as the plan defines it.
    outcome
        1 the event within the window, 0 none; NaN where it is not known of everybody who could be observed alike.
    time, event
        Time at risk up to the window's end, in the unit of `horizon`, and 0 censored, 1 event, 2 and above
        competing events in the order of `facts.competing`; None for outcomes recorded as yes or no.
    horizon
        The end of the window.
    out_of_fixed, out_of_time
        Who cannot be used in yes/no statistics and in those of time, with reasons that do not overlap.
    """

    facts: OutcomeFacts
    outcome: FloatArray
    horizon: float
    out_of_fixed: tuple[Reason, ...]
    time: FloatArray | None = None
    event: FloatArray | None = None
    out_of_time: tuple[Reason, ...] = ()

    @property
    def needs_follow_up(self) -> bool:
        """Whether some people were observed for less than the window, so that yes or no would not be fair to all."""
        return self.time is not None and any(
            reason.kind == "short" and reason.people.any() for reason in self.out_of_fixed
        )


def happened(name: str, outcome: Outcome, table: Table) -> Happened:
    """Return what happened to the people in a table; cells that cannot be used are listed among its problems."""
    if outcome.yes_no is not None:
        return _yes_no(name, outcome, outcome.yes_no, table)
    if outcome.dates is not None:
        return _dates(name, outcome, outcome.dates, table)
    assert outcome.times is not None
    return _times(name, outcome, outcome.times, table)


def window_of(outcome: Outcome) -> tuple[float, str]:
    """Return the number and the unit of a window: NaN and none where it is not stated.

    >>> outcome = Outcome.model_validate({"event": {"en": "e"}, "source": {"en": "s"}, "window": "1 year"})
    >>> window_of(outcome)
    (1.0, 'years')
    """
    if outcome.window == "not stated":
        return float("nan"), ""
    number, unit = outcome.window.split()
    return float(number), unit.rstrip("s") + "s"


def _facts(name: str, outcome: Outcome, recorded_as: str, observed: str, competing: tuple[str, ...]) -> OutcomeFacts:
    number, unit = window_of(outcome)
    return OutcomeFacts(
        id=name,
        event=words(outcome.event),
        source=words(outcome.source),
        window=float(number),
        unit=unit,
        recorded_as=recorded_as,  # type: ignore[arg-type]
        start=words(outcome.start),
        competing=competing,
        observed=observed,  # type: ignore[arg-type]
    )


def _yes_no(name: str, outcome: Outcome, recorded: YesNo, table: Table) -> Happened:
    number, _ = window_of(outcome)
    remedy = "add them to `event` or `none`, or correct them; these people are left out and counted"
    place = table.one_of(recorded.column, {"event": recorded.event, "none": recorded.none}, remedy)
    values = np.where(np.isnan(place), np.nan, 1 - place)
    absent = np.isnan(values)
    reasons = [Reason("outcome_absent", "absent", NOT_RECORDED, absent)]
    if recorded.observed is not None:
        length = table.numbers(recorded.observed.column)
        unknown = np.isnan(length) & ~absent
        short = (length < number) & ~absent
        reasons += [
            Reason("observed_absent", "absent", UNKNOWN_LENGTH, unknown),
            Reason("observed_short", "short", TOO_SHORT, short),
        ]
        values = np.where(unknown | short, np.nan, values)
    facts = _facts(name, outcome, "yes_no", "verified" if recorded.observed else "not verified", ())
    return Happened(facts, values, float(number), _present(reasons))


def _dates(name: str, outcome: Outcome, recorded: Dates, table: Table) -> Happened:
    number, unit = window_of(outcome)
    start, event_day = table.days(recorded.start), table.days(recorded.event)
    until = _until(recorded.until, table)
    end = add_window(start, int(number), unit)
    competing = {cause: table.days(column) for cause, column in recorded.competing.items()}
    no_time = np.isnan(start) | np.isnan(until)
    before = np.zeros(len(table), dtype=bool)
    for column, days in (
        (recorded.event, event_day),
        *((recorded.competing[cause], competing[cause]) for cause in competing),
    ):
        early = days < start
        table.report(messages.EVENT_BEFORE_START, early, column)
        before |= early
    backwards = ~no_time & (until < start)
    table.report(messages.UNTIL_BEFORE_START, backwards, recorded.until)
    before &= ~no_time
    # What happened first; of two on one day the event counts. What happened after observation ended was not seen.
    first, what = np.where(event_day <= until, event_day, np.nan), np.where(event_day <= until, 1.0, np.nan)
    for code, days in enumerate(competing.values(), 2):
        sooner = (days <= until) & ~(first <= days)
        first, what = np.where(sooner, days, first), np.where(sooner, float(code), what)
    happened_within = first <= end
    # Everybody who is seen up to the calendar's end of the window has the same time there, 730 days or 731.
    horizon = float(np.nanmax(np.where(no_time, np.nan, end - start))) if (~no_time).any() else float("nan")
    seen_through = until >= end
    event = np.where(happened_within, what, 0.0)
    time = np.where(happened_within, first - start, np.where(seen_through, horizon, until - start))
    bad = no_time | before | backwards
    time, event = np.where(bad, np.nan, time), np.where(bad, np.nan, event)
    short = ~bad & ~seen_through
    outcome_known = np.where(bad | short, np.nan, (event == 1).astype(np.float64))
    shared = [
        Reason("no_time", "absent", NO_TIME, no_time),
        Reason("before_start", "invalid", BEFORE_START, before | (backwards & ~before)),
    ]
    facts = _facts(name, outcome, "dates", "verified", tuple(competing))
    return Happened(
        facts,
        outcome_known,
        horizon,
        _present([*shared, Reason("observed_short", "short", TOO_SHORT, short)]),
        time,
        event,
        _present(shared),
    )


def _until(text: str, table: Table) -> FloatArray:
    """Return the day on which observation ended: one for everybody, or that of a column."""
    if text in table.frame.columns:
        return table.days(text)
    from rvn.study.cells import day

    return np.full(len(table), day(text, "YYYY-MM-DD"))


def _times(name: str, outcome: Outcome, recorded: Times, table: Table) -> Happened:
    number, _ = window_of(outcome)
    horizon = float(number)
    known = {"censored": recorded.censored, "event": recorded.event, **recorded.competing}
    remedy = "add them to `censored`, `event` or `competing`, or correct them; these people are left out and counted"
    event, time = table.one_of(recorded.status, known, remedy), table.numbers(recorded.column)
    before = time < 0
    table.report(messages.EVENT_BEFORE_START, before, recorded.column)
    no_time = (np.isnan(time) | np.isnan(event)) & ~before
    later = time > horizon
    time, event = np.where(later, horizon, time), np.where(later, 0.0, event)
    bad = before | no_time
    time, event = np.where(bad, np.nan, time), np.where(bad, np.nan, event)
    # How long those with an event could have been observed is not known, so leaving out who was lost would depend on
    # what happened: yes or no is used only where nobody was lost before the window ended.
    short = ~bad & (event == 0) & (time < horizon)
    outcome_known = np.where(bad | short, np.nan, (event == 1).astype(np.float64))
    shared = [Reason("no_time", "absent", NO_TIME, no_time), Reason("before_start", "invalid", BEFORE_START, before)]
    facts = _facts(name, outcome, "times", "verified", tuple(recorded.competing))
    fixed = _present([*shared, Reason("observed_short", "short", TOO_SHORT, short)])
    return Happened(facts, outcome_known, horizon, fixed, time, event, _present(shared))


def _present(reasons: list[Reason]) -> tuple[Reason, ...]:
    return tuple(reason for reason in reasons if reason.people.any())


def places(values: FloatArray) -> npt.NDArray[np.int64]:
    """Return codes as whole numbers, -1 where absent."""
    return np.where(np.isnan(values), -1, values).astype(np.int64)
