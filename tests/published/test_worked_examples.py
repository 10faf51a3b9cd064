"""The worked examples of the screeners and of the scales for sexual offences, read again through frames.

They are those of the fact sheets, computed by hand from the published tables, and stand in the definitions; there
`check` runs them one person at a time. Here the same people are rows of a frame.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import rvn

INSTRUMENTS = [
    "ace@10",
    "acute-2007@2012",
    "audit-c@2001",
    "barr-2002r@2015",
    "ces-d@1977",
    "dast-10@1982",
    "dudit@2003",
    "gad-7@2006",
    "k6@2002",
    "pc-ptsd-5@2016",
    "phq-9@2001",
    "risk-matrix-2000-c@2007",
    "risk-matrix-2000-s@2007",
    "risk-matrix-2000-v@2007",
    "socrates@8",
    "static-2002r@2016",
    "static-99@1999",
    "static-99r@2016",
    "tcu-drug-screen-ii@2006",
]


def accepted(reference: str) -> rvn.Instrument:
    instrument = rvn.load(reference)
    return instrument.accepting(*sorted(instrument.recalled))


def plain(value: Any) -> Any:
    """Return an expected value as a frame has it."""
    return None if value == "none" else value


def expectations(reference: str) -> list[dict[str, Any]]:
    """Return what each example expects, by column; values of derived parts are no columns."""
    instrument = rvn.load(reference)
    results = instrument.plan.results
    return [
        {
            name if part == "value" else f"{name}_{part}": plain(wanted)
            for name, expected in test.expect.items()
            if name in results
            for part, wanted in (expected if isinstance(expected, dict) else {"value": expected}).items()
        }
        for test in instrument.definition.tests
    ]


def scored(reference: str) -> pd.DataFrame:
    """Return the people of the examples, scored as one frame."""
    instrument = accepted(reference)
    people = pd.DataFrame(
        [{**test.given, **test.answers} for test in instrument.definition.tests],
        columns=list(instrument.plan.fields),
        dtype=object,
    )
    return instrument.score_frame(people).frame


@pytest.mark.parametrize("reference", INSTRUMENTS)
def test_the_definition_passes_every_check_and_its_own_examples(reference: str) -> None:
    assert () == rvn.load(reference).check()


@pytest.mark.parametrize("reference", INSTRUMENTS)
def test_the_worked_examples_come_out_of_a_frame(reference: str) -> None:
    frame = scored(reference)
    found = frame.astype(object).where(frame.notna(), None).to_dict("records")
    expected = expectations(reference)
    assert expected == [{column: row[column] for column in wanted} for row, wanted in zip(found, expected, strict=True)]
