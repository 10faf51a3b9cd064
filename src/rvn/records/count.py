"""Counts people: each once, by a rule that is stated, with a list of every assessment that was not counted and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from rvn import messages
from rvn.days import as_day, read_day
from rvn.errors import FrameError
from rvn.identity import check_subjects
from rvn.plan.status import WITH_A_VALUE, Status
from rvn.records.record import Record


class Assessment(NamedTuple):
    """What counting needs to know of one assessment."""

    subject: str | int  # opaque
    instrument: str  # id@version
    assessed_on: str | None
    status: str  # of the outcome
    where: str  # in which file and row, or which record


class Excluded(NamedTuple):
    """An assessment that was not counted, and why."""

    where: str
    subject: str
    instrument: str
    assessed_on: str
    why: str


@dataclass(frozen=True)
class Count:
    """How many distinct people were assessed.

    Parameters
    ----------
    people
        Distinct subjects with at least one assessment that counts.
    by_instrument
        The same for each instrument; a person assessed with two stands in both.
    assessments
        How many assessments were looked at, and how many of them count, repeated ones among them.
    rule
        What counts, in words.
    audit
        Every assessment that was not counted, with the reason; further ones of a person counted already are there too.
    warnings
        Ids that differ in spaces or capital letters only, and may be one person.
    """

    people: int
    by_instrument: dict[str, int]
    assessments: tuple[int, int]
    rule: str
    audit: tuple[Excluded, ...]
    warnings: tuple[str, ...]

    @property
    def reasons(self) -> dict[str, int]:
        """How many assessments were not counted, by reason."""
        found: dict[str, int] = {}
        for entry in self.audit:
            found[entry.why] = found.get(entry.why, 0) + 1
        return dict(sorted(found.items()))


def count(
    assessments: Iterable[Assessment],
    *,
    since: date | str,
    until: date | str,
    instruments: Collection[str] = (),
    statuses: Collection[Status] = WITH_A_VALUE,
) -> Count:
    """Return how many distinct people were assessed with some instruments in a window of time.

    Parameters
    ----------
    assessments
        From `from_records` or `from_frame`.
    since, until
        First and last day of the window; both belong to it.
    instruments
        ``id@version``, or ``id`` for all its versions; all when empty.
    statuses
        The status that the outcome of an assessment must have to count.

    Raises
    ------
    IdentityError
        When ids are national identity numbers, or neither text nor whole numbers; nothing is counted then.
    FrameError
        When the window ends before it begins.

    Examples
    --------
    >>> rows = [("p-1", "2026-02-01"), ("p-1", "2026-03-01"), ("p-2", "2025-02-01"), ("p-3", "2026-02-03")]
    >>> made = [Assessment(who, "demo@1", day, "complete", f"row {n}") for n, (who, day) in enumerate(rows)]
    >>> found = count(made, since="2026-01-01", until="2026-12-31")
    >>> found.people, found.reasons
    (2, {'before the window': 1, 'the person is counted already': 1})
    """
    first, last = str(as_day(since, "since")), str(as_day(until, "until"))
    if last < first:
        raise FrameError(messages.WINDOW.at())
    rows = list(assessments)
    check_subjects(dict.fromkeys(row.subject for row in rows if row.subject != ""))
    rows = [row._replace(subject=str(row.subject)) for row in rows]
    counted: set[str] = set()
    seen: set[tuple[str, str]] = set()
    audit: dict[int, Excluded] = {}
    kept = 0
    # The earliest assessment of a person is the one that counts; the others are further ones.
    for place, row in sorted(enumerate(rows), key=lambda pair: pair[1].assessed_on or ""):
        subject, why = str(row.subject), _why_not(row, first, last, instruments, frozenset(statuses))
        if why is None:
            kept += 1
            why = "the person is counted already" if subject in counted else None
            counted.add(subject)
            seen.add((subject, row.instrument))
        if why is not None:
            audit[place] = Excluded(row.where, subject, row.instrument, row.assessed_on or "", why)
    by_instrument = {name: sum(one == name for _, one in seen) for name in sorted({one for _, one in seen})}
    rule = _rule(first, last, instruments, statuses)
    return Count(
        len(counted),
        by_instrument,
        (len(rows), kept),
        rule,
        tuple(audit[place] for place in sorted(audit)),
        tuple(_alike(counted)),
    )


def _why_not(
    row: Assessment, first: str, last: str, instruments: Collection[str], statuses: frozenset[Status]
) -> str | None:
    """Return why an assessment does not count; None where it does."""
    if instruments and row.instrument not in instruments and row.instrument.partition("@")[0] not in instruments:
        return "another instrument"
    if not str(row.subject).strip():
        return "no id of the person"
    if row.assessed_on is None:
        return "no day of assessment"
    if read_day(row.assessed_on) is None:
        return "the day of assessment cannot be read"
    if row.assessed_on < first:
        return "before the window"
    if row.assessed_on > last:
        return "after the window"
    if row.status not in [*Status]:
        return "the status is unknown"
    return None if row.status in statuses else f"no result: {row.status.replace('_', ' ')}"


def _rule(first: str, last: str, instruments: Collection[str], statuses: Collection[Status]) -> str:
    which = ", ".join(sorted(instruments)) or "any instrument"
    standing = ", ".join(str(status).replace("_", " ") for status in Status if status in statuses)
    return (
        f"a person counts once who was assessed with {which} from {first} to {last}, both days included, "
        f"and whose outcome has one of the statuses: {standing}"
    )


def _alike(subjects: Iterable[str]) -> Iterator[str]:
    """Yield how many ids may be other spellings of one; the ids themselves are in the data."""
    forms: dict[str, int] = {}
    for subject in subjects:
        form = "".join(subject.split()).casefold()
        forms[form] = forms.get(form, 0) + 1
    doubtful = sum(number - 1 for number in forms.values())
    if doubtful:
        yield f"{doubtful} ids differ from another one in spaces or capital letters only; they are counted as people"


def from_records(records: Iterable[tuple[str, Record]]) -> Iterator[Assessment]:
    """Yield the assessments in records, each with where it stands; a record without a subject has an empty one."""
    for where, record in records:
        status = record.outputs[record.outcome].status
        yield Assessment(record.subject or "", record.reference, record.assessed_on, str(status), where)


def from_frame(
    frame: Any, *, subject: str, instrument: str, status: str, day: str = "assessed_on", where: str = "row"
) -> Iterator[Assessment]:
    """Yield the assessments in a scored frame.

    Parameters
    ----------
    frame
        pandas, Polars or pyarrow, one row an assessment.
    subject, status, day
        Names of columns: the opaque id, the status of the outcome, and the day of assessment.
    instrument
        What the frame was scored with, ``id@version``.
    where
        Put before the number of the row in the audit list.

    Raises
    ------
    FrameError
        When columns are lacking.
    """
    import narwhals as nw

    table = nw.from_native(frame, eager_only=True)
    wanted = {subject: "whose they are", status: "how the outcome stands", day: "on which day they were made"}
    lacking = [
        messages.COUNT_COLUMN.at(column=name, what=what, near=messages.near(name, table.columns))
        for name, what in wanted.items()
        if name not in table.columns
    ]
    if lacking:
        raise FrameError(lacking)
    columns = (table[name].to_list() for name in (subject, status, day))
    for number, (who, standing, when) in enumerate(zip(*columns, strict=True)):
        assessed_on = None if when is None or when != when or when == "" else str(when)[:10]
        yield Assessment(
            "" if who is None or who != who else who, instrument, assessed_on, str(standing), f"{where} {number}"
        )
