"""Locks of plans, comparisons of versions, and raters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from small import PLAN, csv, people

from rvn.study.load import load
from rvn.study.lock import fingerprint, lock, lock_file, state
from rvn.study.results import Results
from rvn.study.run import run
from rvn.validation.agreement.icc import icc
from rvn.validation.discrimination.auc import compare_auc

Study = Callable[..., Results]
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def plan_in(folder: Path, text: str = PLAN) -> Path:
    (folder / "study.yaml").write_text(text)
    return folder / "study.yaml"


def test_a_locked_plan_matches_until_it_is_changed(tmp_path: Path) -> None:
    path = plan_in(tmp_path)
    assert "not locked" == state(load(path)).state
    lock(load(path), NOON)
    assert "matches" == state(load(path)).state
    plan_in(tmp_path, PLAN.replace("2 years", "1 year").replace("medium: 3", "medium: 4"))
    changed = state(load(path))
    assert ("differs", ("outcomes", "scores")) == (changed.state, changed.changed)


def test_title_data_and_comments_may_change(tmp_path: Path) -> None:
    path = plan_in(tmp_path)
    lock(load(path), NOON)
    plan_in(
        tmp_path, PLAN.replace("A small study", "Another title").replace("people.csv", "other.csv") + "# a comment\n"
    )
    assert "matches" == state(load(path)).state


def test_a_second_locking_keeps_the_first_and_says_what_changed(tmp_path: Path) -> None:
    path = plan_in(tmp_path)
    lock(load(path), NOON)
    assert 1 == len(lock(load(path), NOON))  # nothing changed, nothing is added
    plan_in(tmp_path, PLAN + "criteria:\n  auc: {at least: 0.6, judged by: value}\n")
    entries = lock(load(path), NOON)
    assert [(), ("criteria",)] == [entry.changed for entry in entries]
    assert fingerprint(load(path)) == entries[-1].fingerprint


def test_a_changed_instrument_changes_the_plan(tmp_path: Path) -> None:
    tidy = (Path(__file__).parents[1] / "bad" / "tidy.yaml").read_text()
    (tmp_path / "small.yaml").write_text(tidy)
    text = PLAN.replace(
        "points: {column: points, levels: {low: 0, medium: 3, high: 6}}", "form: {instrument: small.yaml}"
    )
    path = plan_in(tmp_path, text)
    before = fingerprint(load(path))
    (tmp_path / "small.yaml").write_text(tidy.replace("high: 2", "high: 1", 1))
    assert before != fingerprint(load(path))


def test_a_lock_that_was_tampered_with_is_refused(tmp_path: Path) -> None:
    path = plan_in(tmp_path)
    lock(load(path), NOON)
    lock_file(load(path)).write_text("{}")
    with pytest.raises(Exception, match="it is not a lock of a study"):
        state(load(path))


TWO = PLAN.replace(
    "  points: {column: points, levels: {low: 0, medium: 3, high: 6}}",
    "  old: {column: points, levels: {low: 0, medium: 3, high: 6}}\n"
    "  new: {column: other, levels: {low: 0, medium: 4, high: 6}}",
)


def test_two_scores_of_the_same_people_are_compared_in_pairs(study: Study) -> None:
    rows = people(200)
    rows["other"] = [min(9, int(str(score)) + place % 2) for place, score in enumerate(rows["points"])]
    (found,) = study(TWO, rows).comparisons
    expected = compare_auc(rows["again"], rows["points"], rows["other"])
    assert expected.value == pytest.approx(found.outcomes[0].difference.value)
    assert expected.low == pytest.approx(found.outcomes[0].difference.low)
    cells = {(cell.first, cell.second): cell.people for cell in found.transitions}
    assert 200 == sum(people or 0 for people in cells.values())
    low_to_medium = sum(a <= 2 and 4 <= b <= 5 for a, b in zip(rows["points"], rows["other"], strict=True))
    assert low_to_medium == cells["low", "medium"]


def test_who_changed_and_why_is_counted(study: Study) -> None:
    rows = people(200)
    rows["other"] = list(rows["points"])
    rows["other"][0] = 9  # from 0, low, to high
    (found,) = study(TWO + "groups:\n  sex: {column: sex}\n", rows).comparisons
    changed = {(row.by, row.name): row for row in found.changed}
    threes = sum(score == 3 for score in rows["points"])
    assert (threes, threes) == (changed["reason", "cut-off"].people, changed["reason", "cut-off"].down)
    assert (1, 1) == (changed["reason", "score"].people, changed["reason", "score"].up)
    assert 200 == (changed["sex", "f"].people or 0) + (changed["sex", "m"].people or 0)


def test_versions_of_an_instrument_are_compared_item_by_item(tmp_path: Path) -> None:
    tidy = (Path(__file__).parents[1] / "bad" / "tidy.yaml").read_text()
    (tmp_path / "one.yaml").write_text(tidy)
    (tmp_path / "two.yaml").write_text(tidy.replace('"yes": 1', '"yes": 2').replace('version: "1"', 'version: "2"'))
    scores = "  one: {instrument: one.yaml}\n  two: {instrument: two.yaml}"
    path = plan_in(tmp_path, PLAN.replace("  points: {column: points, levels: {low: 0, medium: 3, high: 6}}", scores))
    rows = people(120)
    rows["q01"] = ["yes" if place % 2 else "no" for place in range(120)]
    rows["q02"] = [place // 2 % 4 for place in range(120)]
    (tmp_path / "people.csv").write_text(csv(rows))
    (found,) = run(load(path)).comparisons
    reasons = {row.name: row for row in found.changed if row.by == "reason"}
    assert found.is_same_instrument
    assert 15 == reasons["q01"].people == reasons["score"].people
    assert reasons["q01"].up == reasons["q01"].people
    assert "q02" not in reasons


def test_raters_side_by_side_have_their_icc(study: Study) -> None:
    rows = people(60)
    rows["first"] = rows["points"]
    rows["second"] = [min(9, int(str(score)) + (place % 3 == 0)) for place, score in enumerate(rows["points"])]
    text = PLAN + "raters:\n  two: {score: points, columns: [first, second]}\n"
    text += "criteria:\n  icc: {at least: 0.5, judged by: lower limit}\n"
    results = study(text, rows)
    (found,) = results.agreement
    expected = icc(np.column_stack([rows["first"], rows["second"]]).astype(float), "A,1")
    assert expected.value == pytest.approx(found.measures[0].value)
    assert 60 == found.people
    assert "kappa" in [row.name for row in found.of_level]
    assert "met" == results.verdicts[0].verdict


def test_ratings_in_a_file_of_their_own_are_joined_by_person_and_rater(study: Study) -> None:
    ratings = "person,rater,points\n" + "".join(
        f"P-{place:04d},R{rater},{(place + rater * (place % 3)) % 8}\n" for place in range(40) for rater in (0, 1)
    )
    text = PLAN + (
        "raters:\n  two: {score: points, data: {file: ratings.csv}, person: person, rater: rater, rating: points}\n"
    )
    results = study(text, None, ratings__csv=ratings)
    table = np.array([[(place + rater * (place % 3)) % 8 for rater in (0, 1)] for place in range(40)], dtype=float)
    assert icc(table, "A,1").value == pytest.approx(results.agreement[0].measures[0].value)
    assert "ratings.csv" == results.data[1].name


def test_a_rating_that_is_there_twice_is_refused(study: Study) -> None:
    text = PLAN + (
        "raters:\n  two: {score: points, data: {file: ratings.csv}, person: person, rater: rater, rating: points}\n"
    )
    with pytest.raises(Exception, match="keep one row for each person and rater"):
        study(text, None, ratings__csv="person,rater,points\na,x,1\na,x,2\na,y,1\n")


def test_overrides_are_counted_beside_the_computed_level(study: Study) -> None:
    rows = people(100)
    computed = ["low" if int(str(s)) < 3 else "medium" if int(str(s)) < 6 else "high" for s in rows["points"]]
    rows["final"] = ["high" if place == 1 else level for place, level in enumerate(computed)]
    rows["final"][1] = "low" if computed[1] == "high" else "high"
    text = PLAN.replace("high: 6}}", "high: 6}, final: final}")
    overrides = study(text, rows).scores[0].overrides
    assert overrides is not None
    assert (100, 0.01) == (overrides.people, overrides.share.value)
    assert 100 == sum(cell.people or 0 for cell in overrides.cells)
