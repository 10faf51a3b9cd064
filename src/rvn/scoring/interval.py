"""Spans of time as definitions write them, `6 months`, counted from a day."""

from __future__ import annotations

import calendar
from datetime import date, timedelta


def after(day: date, interval: str) -> date:
    """Return the day that lies an interval after another; a month without that day ends on its last.

    Parameters
    ----------
    day
        Where the interval begins.
    interval
        A number of days, weeks, months or years, as in `6 months`.

    Examples
    --------
    >>> [str(after(date(2024, 8, 31), text)) for text in ("6 months", "2 weeks", "1 year")]
    ['2025-02-28', '2024-09-14', '2025-08-31']
    """
    number, unit = interval.split()
    count = int(number)
    match unit.rstrip("s"):
        case "day":
            return day + timedelta(days=count)
        case "week":
            return day + timedelta(weeks=count)
        case unit_name:
            months = day.year * 12 + day.month - 1 + count * (12 if unit_name == "year" else 1)
            year, month = months // 12, months % 12 + 1
            return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
