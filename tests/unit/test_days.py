"""Days are read by one rule everywhere: a date, or text such as 2026-11-21; a day of a week is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import rvn
from rvn.cli.answers import day
from rvn.records import History
from rvn.records.count import Assessment, count
from rvn.scoring.override import Override
from rvn.versions import release, rescore

WEEK = "2024-W05-1"  # ten characters, and 29 January for whoever knows ISO 8601


def security(on: str) -> Any:
    instrument = rvn.load("fictitious-security@1.0")
    example = instrument.definition.tests[0]
    return instrument.score({**example.given, **example.answers}, on=on)


def windows(since: str, until: str) -> Any:
    return count([], since=since, until=until)


CALLS: dict[str, Callable[[str], Any]] = {
    "scoring": security,
    "a history": lambda text: History([security("2024-01-15")]).at(text),
    "the beginning of a window": lambda text: windows(text, "2025-01-01"),
    "the end of a window": lambda text: windows("2023-01-01", text),
    "a release": lambda text: release("k6@2002", on=text),
    "rescoring": lambda text: rescore(pd.DataFrame(), "k6@2002", "k6@2002", on=text),
    "the command line": day,
}


@pytest.mark.parametrize("text", [WEEK, "20240129", "2024-02-30", "yesterday"])
@pytest.mark.parametrize("call", CALLS)
def test_what_is_no_day_is_refused(call: str, text: str) -> None:
    with pytest.raises(rvn.RvnError, match=r"not a da(y|te)"):
        CALLS[call](text)


def test_an_override_made_on_no_day_is_refused() -> None:
    from rvn.scoring.override import check

    result = security("2024-01-15")
    name = next(iter(result.instrument.definition.overrides))
    level = next(level for level in result[name].levels if level != result[name].level)
    override = Override(name, level, "", by="officer-7", on=WEEK)
    found = [str(problem) for problem in check(result.instrument, override, result[name], assessed_on=result.on)]
    assert any("not a date" in text for text in found)


def test_an_assessment_of_no_day_is_not_counted() -> None:
    rows = [Assessment("p-1", "demo@1", WEEK, "complete", "row 0")]
    found = count(rows, since="2024-01-01", until="2024-12-31")
    assert {"the day of assessment cannot be read": 1} == found.reasons
