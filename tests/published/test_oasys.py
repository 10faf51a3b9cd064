"""The predictors and small scales around OASys: their worked examples, for one person and in frames.

The examples of MST, LDS, OPD and PNI, of CSRP and OSP, and those of the others stand in the definitions, where `check`
runs them one person at a time. Here the same people are rows of a frame.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import rvn
from rvn.plan.nodes import Node
from rvn.plan.types import levels_of, type_of

INSTRUMENTS = [
    "csrp@1.0",
    "oasys-lds@2026",
    "oasys-mst@2026",
    "oasys-opd-men@2026",
    "oasys-opd-women@2026",
    "oasys-pni@2026",
    "ogp@2009",
    "ogrs3@2009",
    "ogrs4@1.0",
    "osp@1.0",
    "ovp@2009",
]


def accepted(reference: str) -> rvn.Instrument:
    instrument = rvn.load(reference)
    return instrument.accepting(*sorted(instrument.recalled))


def scored(instrument: rvn.Instrument) -> list[dict[str, Any]]:
    """Return the outputs of the examples' people, scored as one frame."""
    people = pd.DataFrame(
        [{"assessed_on": test.on} | test.given | test.answers for test in instrument.definition.tests],
        columns=list(instrument.plan.fields),
        dtype=object,
    )
    frame = instrument.score_frame(people).frame
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def wanted(instrument: rvn.Instrument) -> list[dict[str, Any]]:
    """Return what the examples expect, by column; values of derived parts are no columns."""
    return [
        {
            name if part == "value" else f"{name}_{part}": plain(instrument.plan.results[name], value)
            for name, expected in test.expect.items()
            if name in instrument.plan.results
            for part, value in (expected if isinstance(expected, dict) else {"value": expected}).items()
        }
        for test in instrument.definition.tests
    ]


def plain(node: Node, value: Any) -> Any:
    """Return an expected value as a frame has it."""
    if value == "none":
        return None
    if type_of(node) == "boolean" and value in ("yes", "no"):
        return value == "yes"
    return str(value) if levels_of(node) else value


@pytest.mark.parametrize("reference", INSTRUMENTS)
def test_the_definition_passes_every_check_and_its_own_examples(reference: str) -> None:
    assert () == rvn.load(reference).check()


@pytest.mark.parametrize("reference", INSTRUMENTS)
def test_the_worked_examples_come_out_of_a_frame(reference: str) -> None:
    instrument = accepted(reference)
    expected, found = wanted(instrument), scored(instrument)
    assert expected == [
        {column: row[column] for column in columns} for columns, row in zip(expected, found, strict=True)
    ]


@pytest.mark.parametrize("reference", INSTRUMENTS)
def test_nothing_but_the_flag_of_ovp_rests_on_recalled_facts(reference: str) -> None:
    assert ({"first_sanction"} if reference == "ovp@2009" else set()) == rvn.load(reference).recalled


def test_the_programme_follows_from_results_of_the_predictors() -> None:
    sexual_facts = {"sex": "male", "sexual_offence": "no"}
    dates = {"birth_date": "1990-01-15", "follow_up_date": "2024-02-15"}
    day = "2024-02-15"
    history = {"conviction_date": "2023-02-15", "age_at_first_sanction": 14, "sanctions": 30, "violent_sanctions": 12}
    ogrs4 = rvn.load("ogrs4@1.0").score({"sex": "male", "offence": "BURGLARY_OTHER"} | dates | history, on=day)
    osp = rvn.load("osp@1.0").score(sexual_facts | dates | {"supervision": "custody"}, on=day)
    csrp = rvn.load("csrp@1.0").score(sexual_facts | {"ogrs4": ogrs4, "osp": osp})
    needs = dict.fromkeys((item.id for item in rvn.load("oasys-pni@2026").definition.items), 1)
    facts = {"supervision": "custody", "sexual_offence": "no", "risk_of_sexual_harm": "no"}
    ratings = {"sara_partner": "low", "sara_others": "low"}
    result = rvn.load("oasys-pni@2026").score(needs | facts | ratings | {"ogrs4": ogrs4, "osp": osp, "csrp": csrp})
    assert ("high", "medium", "high") == (ogrs4["arp_level"].value, result["need"].value, result["risk"].value)
    assert "moderate" == result["pathway"].value
