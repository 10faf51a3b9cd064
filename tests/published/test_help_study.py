"""CES-D and SOCRATES of the 470 people of the HELP study: what the study recorded comes out of the definitions.

The answers and the study's own scores are in tests/data/help_items.csv; how many of them a plain sum gives was counted
in R (tests/r/scoring.json, cesd_rules and socrates_rules).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import rvn
from reference import data, r_values


def lettered(prefix: str, names: str) -> dict[str, str]:
    """Return the items of a questionnaire by the columns of the file, F1A, F1B and so on."""
    return {f"{prefix}{chr(ord('A') + place)}": name for place, name in enumerate(names.split())}


CES_D = lettered(
    "F1",
    "bothered appetite blues as_good_as_others concentration depressed effort hopeful failure fearful sleep happy "
    "talked_less lonely unfriendly enjoyed_life crying sad disliked get_going",
)
SOCRATES = lettered(
    "R1",
    "wants_change wonders_addicted gets_worse started_changes managed_change wonders_hurting has_problem "
    "doing_something keeps_from_slipping serious_problems wonders_control causes_harm cutting_down wants_help "
    "knows_problem wonders_too_much is_addicted works_hard changed_wants_help",
)
SCALES = {"recognition": "RAW_RE", "ambivalence": "RAW_AM", "taking_steps": "RAW_TS"}


def answers(columns: dict[str, str]) -> pd.DataFrame:
    """Return the recorded answers under the names of the items; an empty cell is an absent answer."""
    return data("help_items")[list(columns)].rename(columns=columns).astype("Int64")


def people(columns: dict[str, str]) -> list[dict[str, int | None]]:
    """Return the recorded answers one person at a time."""
    rows = answers(columns).to_dict("records")
    return [{name: None if pd.isna(answer) else int(answer) for name, answer in row.items()} for row in rows]


def recorded(column: str) -> list[float | None]:
    """Return the study's own scores, None where it has none."""
    return [None if np.isnan(score) else float(score) for score in data("help_items")[column]]


def stated(values: pd.Series) -> list[float | None]:
    """Return a column of scores, None where there is none."""
    return [None if pd.isna(value) else float(value) for value in values]


def as_the_study() -> rvn.Instrument:
    return rvn.load("ces-d@1977", profile="help-study")


def test_ces_d_scored_as_the_study_did_gives_the_recorded_score_of_every_person() -> None:
    instrument = as_the_study()
    found = [instrument.score(row)["total"].value for row in people(CES_D)]
    assert (470, recorded("CES_D")) == (len(found), found)


def test_ces_d_scored_as_the_study_did_gives_the_recorded_scores_in_a_frame() -> None:
    assert recorded("CES_D") == stated(as_the_study().score_frame(answers(CES_D)).frame["total"])


def test_ces_d_itself_states_the_recorded_scores_of_the_462_people_who_answered_everything() -> None:
    scored = rvn.load("ces-d@1977").score_frame(answers(CES_D)).frame
    complete = scored["total_status"].astype(str) == "complete"
    expected = [score for score, there in zip(recorded("CES_D"), complete, strict=True) if there]
    assert (r_values("scoring")["cesd_rules"]["equal_complete"], expected) == (
        complete.sum(),
        stated(scored.loc[complete, "total"]),
    )


def test_ces_d_itself_states_no_total_where_the_study_counted_an_absent_answer_as_zero() -> None:
    scored = rvn.load("ces-d@1977").score_frame(answers(CES_D)).frame
    lacking = scored["total_status"].astype(str) == "too_few_answers"
    values = r_values("scoring")["cesd_rules"]
    assert values["ids"] == data("help_items").loc[lacking, "id"].tolist()
    assert [None] * 8 == stated(scored.loc[lacking, "total"])
    # What the study stated is the lowest total that was possible.
    assert values["file_score"] == stated(scored.loc[lacking, "total_low"])


@pytest.mark.parametrize("scale", SCALES)
def test_socrates_gives_the_recorded_score_of_every_person_who_has_one(scale: str) -> None:
    instrument = rvn.load("socrates@8")
    found = [instrument.score(row)[scale].value for row in people(SOCRATES)]
    equal = r_values("scoring")["socrates_rules"][f"{scale}_equal"]
    assert (equal, recorded(SCALES[scale])) == (sum(score is not None for score in found), found)


@pytest.mark.parametrize("scale", SCALES)
def test_socrates_gives_the_recorded_scores_in_a_frame(scale: str) -> None:
    assert recorded(SCALES[scale]) == stated(rvn.load("socrates@8").score_frame(answers(SOCRATES)).frame[scale])


def test_the_record_of_a_result_says_that_it_was_scored_as_the_study_did() -> None:
    assert "help-study@1" == as_the_study().score(people(CES_D)[0]).to_record()["profile"]
