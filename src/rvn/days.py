"""Days: a date, or text such as 2026-11-21 and no other form; one rule for everything that reads them."""

from __future__ import annotations

from datetime import date, datetime

from rvn import messages
from rvn.errors import AnswersError


def read_day(value: object) -> date | None:
    """Return the day that a value is, None where it is none.

    Other forms of ISO 8601, such as the day of a week, are too easily something else; a time is no day, because it
    depends on where it is read.

    >>> read_day("2024-01-29"), read_day("2024-W05-1"), read_day("20240129"), read_day(datetime(2024, 1, 29))
    (datetime.date(2024, 1, 29), None, None, None)
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        return None
    try:
        found = date.fromisoformat(value)
    except ValueError:
        return None
    return found if found.isoformat() == value else None


def as_day(value: object, name: str) -> date:
    """Return the day that an argument is.

    Raises
    ------
    AnswersError
        When it is none.
    """
    found = read_day(value)
    if found is None:
        raise AnswersError(messages.NOT_A_DAY.at(name=name))
    return found
