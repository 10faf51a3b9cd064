"""The worked examples of the general instruments and of the fictitious forms, read again as the rows of one frame.

They are those of the fact sheets, computed by hand, and stand in the definitions; `check` runs them one person at a
time. What rests on recalled facts is accepted, so that the rules as written are tested.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import rvn

RECALLED_THROUGHOUT = ["vprai@2003", "vprai@2016", "ptra@2010", "pcra@2010", "oras-cst@2009", "oras-pat@2009"]
INSTRUMENTS = [
    *RECALLED_THROUGHOUT,
    "odara@2010",
    "vrag@2006",
    "bjmhs@2005",
    "spj-frame@1",
    "fictitious-needs@1.0",
    "fictitious-security@1.0",
]


def accepted(reference: str, **options: Any) -> rvn.Instrument:
    instrument = rvn.load(reference, **options)
    return instrument.accepting(*sorted(instrument.recalled))


def people(instrument: rvn.Instrument) -> pd.DataFrame:
    """Return the people of the worked examples; of a judgement a frame has the level alone."""
    rows = []
    for test in instrument.definition.tests:
        answers = {**test.given, **test.answers, "assessed_on": test.on}
        rows.append({name: answer["level"] if isinstance(answer, dict) else answer for name, answer in answers.items()})
    return pd.DataFrame(rows, columns=list(instrument.plan.fields), dtype=object)


def found(cell: Any) -> Any:
    """Return a cell as an example writes it."""
    if pd.isna(cell):
        return "none"
    return {True: "yes", False: "no"}[bool(cell)] if pd.api.types.is_bool(cell) else cell


@pytest.mark.parametrize("reference", INSTRUMENTS)
def test_the_definition_passes_every_check_and_its_own_examples(reference: str) -> None:
    assert () == rvn.load(reference).check()


@pytest.mark.parametrize("reference", INSTRUMENTS)
def test_the_worked_examples_come_out_of_a_frame(reference: str) -> None:
    instrument = accepted(reference)
    scored = instrument.score_frame(people(instrument), outputs=[*instrument.plan.results]).frame
    for test, row in zip(instrument.definition.tests, scored.to_dict("records"), strict=True):
        expected = {
            name if part == "value" else f"{name}_{part}": wanted
            for name, of in test.expect.items()
            if name in instrument.plan.results
            for part, wanted in (of if isinstance(of, dict) else {"value": of}).items()
        }
        assert (test.name, expected) == (test.name, {column: found(row[column]) for column in expected})


@pytest.mark.parametrize("reference", RECALLED_THROUGHOUT)
def test_by_default_no_level_is_stated_where_the_points_are_recalled(reference: str) -> None:
    instrument = rvn.load(reference)
    scored = instrument.score_frame(people(instrument), outputs=[*instrument.plan.results]).frame
    assert scored["level"].isna().all()
    assert "withheld" in set(scored["level_status"])


def test_by_default_the_brief_screen_of_mental_health_states_its_result() -> None:
    answers = {f"symptom_{number}": "no" for number in range(1, 7)} | {"hospital": "no", "medication": "yes"}
    referral = rvn.load("bjmhs@2005").score(answers)["referral"]
    assert ("yes", "complete") == (referral.value, referral.status)


@pytest.mark.parametrize("reference", ["fictitious-needs@1.0", "fictitious-security@1.0"])
def test_a_fictitious_form_says_so_wherever_it_is_named(reference: str) -> None:
    definition = rvn.load(reference).definition
    for texts in (definition.title, definition.not_for, definition.population):
        assert texts is not None
        assert "FICTITIOUS" in texts["en"]
        assert "IZDOMĀT" in texts["lv"]


def test_strengths_of_the_fictitious_form_never_change_needs_or_level() -> None:
    instrument = rvn.load("fictitious-needs@1.0")
    frame = people(instrument)
    strengths = ["bonds", "skills", "role_models", "goals", "help_accepted"]
    without, with_all = (
        instrument.score_frame(frame.assign(**dict.fromkeys(strengths, points))).frame for points in (0, 2)
    )
    for output in ("needs", "needs_level", "level"):
        pd.testing.assert_series_equal(without[output], with_all[output])
    assert {0, 10} == {*without["strengths"].dropna(), *with_all["strengths"].dropna()}
