"""OGRS4 and CSRP: the ministry's regression rows and coefficients, to the last printed digit."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

import rvn

DATA = Path(__file__).parent / "data"
BORN = date(1970, 1, 15)
MODELS = [f"{name}_{kind}" for name in ("ARP", "VRP", "SVRP") for kind in ("static", "dynamic")]
RATINGS = "accommodation relationship_quality activities chronic_drinking binge_drinking impulsivity temper attitudes"
DRUGS = (
    "heroin methadone other_opiates crack powder_cocaine prescription_drugs benzodiazepines cannabis steroids ketamine "
    "spice hallucinogens solvents other_drug"
)
PAST = "homicide wounding kidnapping firearms robbery aggravated_burglary weapon endangering_damage arson"
# What the file calls them, where the definition has another word.
WORDS = {
    "powder": "powder_cocaine",
    "other": "other_drug",
    "past endangering damage": "past_endangering_damage",
    "past weapon": "past_weapon",
}


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


VECTORS = {row["id"]: row for row in rows("ogrs4-test-vectors")}


def months_after(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, day.day)


def person(row: dict[str, str]) -> dict[str, object]:
    """Return the answers of a vector, with dates that lead to its ages and months."""
    conviction = months_after(BORN, 12 * int(row["age_cur"]) + 1)
    follow_up = months_after(BORN, 12 * int(row["age_fu"]) + (1 if row["age_fu"] == row["age_cur"] else 2))
    free_months = -1 if "before release" in row["origin"] else int(row["ofm_uncapped"])
    said = {WORDS.get(word, word) for word in row["drug_and_past_offence_flags"].split(";")}
    return {
        "sex": {"M": "male", "F": "female"}[row["sex"]],
        "birth_date": BORN.isoformat(),
        "conviction_date": conviction.isoformat(),
        "follow_up_date": follow_up.isoformat(),
        "assessed_on": months_after(follow_up, free_months).isoformat(),
        "age_at_first_sanction": int(row["age_first"]),
        "sanctions": int(row["n"]),
        "violent_sanctions": int(row["nv"]) if row["nv"] else None,
        "offence": row["category"],
        "drug_motivation": ("full", "partial", "none")[int(row["drug_motivation"])],
        **{name: int(row[name]) for name in RATINGS.split()},
        "unemployed": ("no", "yes")[int(row["unemployed"])],
        "lives_with_partner": ("no", "yes")[int(row["lives_with_partner"])],
        "domestic_abuse": ("no", "yes")[int(row["dv_perpetrator"])],
        "weapon_carried": ("no", "yes")[int(row["weapon"])],
        **{
            name: "yes" if name in said else "no"
            for name in [*DRUGS.split(), *(f"past_{offence}" for offence in PAST.split())]
        },
    }


def scored(reference: str, answers: dict[str, object]) -> rvn.Result:
    """Return the result of one person on the day that stands among the answers."""
    answers = dict(answers)
    return rvn.load(reference).score(answers, on=str(answers.pop("assessed_on")))


@pytest.mark.parametrize("name", VECTORS)
def test_every_probability_of_a_vector_comes_out_to_the_last_printed_digit(name: str) -> None:
    result = scored("ogrs4@1.0", person(VECTORS[name]))
    expected = {model: VECTORS[name][model] for model in MODELS if VECTORS[name][model]}
    assert expected == {model: f"{result[model.lower()].value:.6f}" for model in expected}


def test_every_probability_comes_out_of_a_frame_to_the_last_printed_digit() -> None:
    people = pd.DataFrame([person(row) for row in VECTORS.values()])
    frame = rvn.load("ogrs4@1.0").score_frame(people).frame
    found = {name: ["" if pd.isna(value) else f"{value:.6f}" for value in frame[name.lower()]] for name in MODELS}
    assert {name: [row[name] for row in VECTORS.values()] for name in MODELS} == found


@pytest.mark.parametrize("name", VECTORS)
def test_the_score_is_the_dynamic_probability_in_per_cent(name: str) -> None:
    result = scored("ogrs4@1.0", person(VECTORS[name]))
    for predictor in ("ARP", "VRP", "SVRP"):
        if VECTORS[name][f"{predictor}_dynamic"]:
            score = result[predictor.lower()]
            assert pytest.approx(100 * float(VECTORS[name][f"{predictor}_dynamic"]), abs=0.0051) == score.value
            assert ("complete", f"{predictor.lower()}_with_needs") == (score.status, result.taken_from(score.name))


def test_a_missing_dynamic_answer_gives_the_static_score_and_the_result_says_so() -> None:
    answers = person(VECTORS["F1"]) | {"accommodation": None}
    result = scored("ogrs4@1.0", answers)
    assert (4.27, "prorated", "arp_by_history") == (
        result["arp"].value,
        result["arp"].status,
        result.taken_from("arp"),
    )
    frame = rvn.load("ogrs4@1.0").score_frame(pd.DataFrame([answers])).frame
    assert [4.27, "prorated", "too_few_answers"] == frame.loc[0, ["arp", "arp_status", "arp_dynamic_status"]].tolist()


@pytest.mark.parametrize("predictor", ["ARP", "VRP", "SVRP"])
@pytest.mark.parametrize("version", ["static", "dynamic"])
def test_the_models_hold_the_coefficients_of_the_ministry_digit_by_digit_and_no_others(
    predictor: str, version: str
) -> None:
    published = {
        row["coefficient"]
        for row in rows("ogrs4-coefficients")
        if (row["predictor"], row["version"]) == (predictor, version)
    } | {row[f"{predictor}_{version}"] for row in rows("ogrs4-offence-coefficients")}
    folder = rvn.load("ogrs4@1.0").loaded.path.parent
    with (folder / "models" / f"{predictor.lower()}-{version}.csv").open(newline="") as file:
        held = {row[sex] for row in csv.DictReader(file) for sex in ("male", "female")}
    assert published == held - {""}


# What OSP asks about a man; his dates are those of a vector.
SEXUAL = {
    "sex": "male",
    "sexual_offence": "yes",
    "supervision": "custody",
    "contact_adult": 1,
    "contact_child": 1,
    "non_contact": 1,
    "images": 0,
    "age_at_last_sexual_sanction": 25,
    "stranger_victim": "yes",
    "years_since_offence": None,
    "years_since_sexual_offence": None,
}


def test_the_combined_score_is_the_sum_of_its_three_parts_for_one_person_and_in_a_frame() -> None:
    answers = person(VECTORS["D1"])
    dates = {name: answers[name] for name in ("birth_date", "follow_up_date", "assessed_on", "sanctions")}
    ogrs4, osp = scored("ogrs4@1.0", answers), scored("osp@1.0", SEXUAL | dates)
    facts = {"sex": "male", "sexual_offence": "yes"}
    csrp = rvn.load("csrp@1.0").score(facts | {"ogrs4": ogrs4, "osp": osp})
    # 5 + 3 + 2 points for sanctions, 12 for age, 10 for the last one, 6 for ten sanctions, 4 for a stranger.
    assert (42, 12.77, 0.63, 8.87) == tuple(
        output.value for output in (osp["dc_points"], osp["dc"], osp["iic"], ogrs4["svrp"])
    )
    assert (22.27, "very_high", "complete") == (csrp["csrp"].value, csrp["level"].value, csrp["level"].status)

    people = pd.DataFrame([answers | SEXUAL | dates])
    first = rvn.load("ogrs4@1.0").score_frame(people, prefix="ogrs4.").frame
    second = rvn.load("osp@1.0").score_frame(first, prefix="osp.").frame
    frame = rvn.load("csrp@1.0").score_frame(second).frame
    assert [22.27, "very_high", "complete"] == frame.loc[0, ["csrp", "level", "level_status"]].tolist()


def test_where_serious_violence_comes_from_history_alone_the_combined_score_says_so() -> None:
    answers = person(VECTORS["D1"]) | {"temper": "refused"}
    dates = {name: answers[name] for name in ("birth_date", "follow_up_date", "assessed_on")}
    ogrs4 = scored("ogrs4@1.0", answers)
    osp = scored("osp@1.0", {"sex": "male", "sexual_offence": "no", "supervision": "custody"} | dates)
    csrp = rvn.load("csrp@1.0").score({"sex": "male", "sexual_offence": "no", "ogrs4": ogrs4, "osp": osp})
    assert (4.66, "prorated") == (csrp["csrp"].value, csrp["csrp"].status)
