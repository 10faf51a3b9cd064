"""Overrides of many people: the same checks as for one, and rates against an independent computation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.metrics import roc_auc_score

import rvn
import rvn.overrides

SECURITY = rvn.load("fictitious-security@1.0")
LEVELS = ["low", "medium", "high"]
ROWS = {
    "level": ["low", "medium", "high", None, "low"],
    "level_status": ["complete", "complete", "complete", "undecided", "complete"],
    "assessed_on": ["2026-01-15"] * 5,
    "level_override": ["medium", None, "low", "low", "medium"],
    "level_override_reason": ["health", None, "health", "health", "no such"],
    "level_override_by": ["o-7", None, "o-7", "o-7", "o-7"],
    "level_override_on": ["2026-01-16", None, "2026-01-16", "2026-01-16", "2026-01-16"],
    "level_override_approved_by": ["o-2", None, "o-2", "o-2", "o-2"],
}


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, pa.table])
def test_every_kind_of_frame_tells_what_became_of_each_override(kind: Any) -> None:
    applied = rvn.overrides.apply(SECURITY, kind(ROWS))
    assert type(kind(ROWS)) is type(applied.frame)
    made = pl.DataFrame({name: [None if v != v else v for v in _list(applied.frame, name)] for name in MADE})
    assert ["medium", "medium", "high", None, "low"] == made["level_final"].to_list()
    assert ["applied", "none", "refused", "refused", "refused"] == made["level_override_status"].to_list()
    assert ["2026-04-16", None, None, None, None] == made["level_override_until"].to_list()
    assert [2, 3, 4] == _list(applied.problems, "row")
    assert ["RVN655", "RVN660", "RVN654"] == _list(applied.problems, "code")


MADE = ("level_final", "level_override_status", "level_override_until")


def _list(frame: Any, column: str) -> list[Any]:
    series = frame[column]
    return list(series.to_pylist() if hasattr(series, "to_pylist") else series)


def test_an_override_that_ended_gives_the_computed_level_back() -> None:
    applied = rvn.overrides.apply(SECURITY, pd.DataFrame(ROWS), on="2026-04-17")
    assert "low" == applied.frame["level_final"][0]
    assert "expired" == applied.frame["level_override_status"][0]


def test_rows_keep_the_index_of_their_frame() -> None:
    frame = pd.DataFrame(ROWS, index=[7, 3, 9, 1, 5])
    applied = rvn.overrides.apply(SECURITY, frame)
    assert [7, 3, 9, 1, 5] == list(applied.frame.index)
    assert ["medium", "medium"] == list(applied.frame["level_final"][:2])


def test_days_may_be_dates() -> None:
    days = {name: pd.to_datetime(pd.Series(ROWS[name])) for name in ("assessed_on", "level_override_on")}
    applied = rvn.overrides.apply(SECURITY, pd.DataFrame(ROWS).assign(**days))
    assert "applied" == applied.frame["level_override_status"][0]


def test_scored_frames_take_overrides_beside_them() -> None:
    example = SECURITY.definition.tests[0]
    people = pd.DataFrame([{**example.given, **example.answers}]).reindex(columns=list(SECURITY.plan.fields))
    people["assessed_on"] = pd.Timestamp("2026-01-15")
    beside = {name: values[:1] for name, values in ROWS.items() if name.startswith("level_override")}
    scored = SECURITY.score_frame(people, outputs=["level"]).frame.assign(**beside)
    assert ["medium"] == list(rvn.overrides.apply(SECURITY, scored).frame["level_final"])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"level_override_reason": None}, "RVN701"),
        ({"level_override_approved_by": None}, "RVN701"),
        ({"level_final": ["low"] * 5}, "RVN702"),
    ],
)
def test_columns_that_lack_or_are_taken_are_told_before_anything_runs(change: dict[str, Any], code: str) -> None:
    frame = pd.DataFrame({name: cells for name, cells in {**ROWS, **change}.items() if cells is not None})
    with pytest.raises(rvn.FrameError) as caught:
        rvn.overrides.apply(SECURITY, frame)
    assert [code] == [problem.code for problem in caught.value.diagnostics]


def test_an_output_that_allows_none_is_refused() -> None:
    with pytest.raises(rvn.FrameError, match="RVN651"):
        rvn.overrides.apply(SECURITY, pd.DataFrame(ROWS), output="escape_level")


@pytest.fixture
def people() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    n = 400
    computed = rng.integers(0, 3, n)
    turned = np.where(rng.random(n) < 0.2, rng.choice([-1, 1], n), 0)
    final = np.clip(computed + turned, 0, 2)
    outcome = (rng.random(n) < 0.15 + 0.2 * final).astype(float)
    outcome[:10] = np.nan
    frame = pd.DataFrame({"level": np.array(LEVELS)[computed], "level_final": np.array(LEVELS)[final]})
    frame["level_override_reason"] = np.where(computed != final, rng.choice(["health", "protection"], n), None)
    return frame.assign(assessor=rng.choice(["o-1", "o-2", "o-3"], n), outcome=outcome)


def test_rates_are_counts_over_counts(people: pd.DataFrame) -> None:
    found = rvn.overrides.summary(people, output="level", levels=LEVELS, by=["assessor"])
    moved = people["level"] != people["level_final"]
    assert (int(moved.sum()), 400) == (found.rates[0].n_events, found.rates[0].n)
    up = people["level"].map(LEVELS.index) < people["level_final"].map(LEVELS.index)
    assert int(up.sum()) == found.rate("direction", "up").n_events
    assert int(moved.sum()) - int(up.sum()) == found.rate("direction", "down").n_events
    for assessor, rows in people.groupby("assessor"):
        rate = found.rate("assessor", assessor)
        assert (int(moved[rows.index].sum()), len(rows)) == (rate.n_events, rate.n)
    assert int(moved.sum()) == sum(found.rate("reason", reason).n_events for reason in ("health", "protection"))  # type: ignore[misc]


def test_validity_is_what_scikit_learn_computes(people: pd.DataFrame) -> None:
    found = rvn.overrides.summary(people, output="level", levels=LEVELS, outcome="outcome")
    known = people["outcome"].notna()
    expected = {
        name: roc_auc_score(people["outcome"][known], people[column][known].map(LEVELS.index))
        for name, column in (("computed", "level"), ("final", "level_final"))
    }
    assert expected == {name: pytest.approx(found.validity[name].value) for name in expected}
    assert pytest.approx(expected["final"] - expected["computed"]) == found.validity["difference"].value
    assert 390 == found.validity["difference"].n


def test_rows_without_a_computed_level_are_left_out_and_counted(people: pd.DataFrame) -> None:
    people.loc[:4, ["level", "level_final"]] = None
    found = rvn.overrides.summary(people, output="level", levels=LEVELS)
    assert (395, {"no computed level": 5}) == (found.n, dict(found.excluded))


def test_levels_that_were_not_named_are_refused(people: pd.DataFrame) -> None:
    with pytest.raises(rvn.FrameError, match="RVN703"):
        rvn.overrides.summary(people, output="level", levels=["low", "medium"])
