"""Agreement from a frame of ratings, as a researcher asks for it, and what it says of ratings that are no good."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from rvn.errors import ContractError
from rvn.validation import validate
from rvn.validation.agreement.icc import FORMS, icc
from rvn.validation.agreement.kappa import kappa
from rvn.validation.agreement.many_raters import gwet_ac
from rvn.validation.estimate import Estimate

LEVELS = ["low", "medium", "high"]


def ratings() -> pd.DataFrame:
    generator = np.random.default_rng(1)
    truth = generator.integers(0, 20, 80)
    frame = pd.DataFrame({f"score{r}": np.clip(truth + generator.integers(-2, 3, 80), 0, 20) for r in (1, 2, 3)})
    for rater in (1, 2, 3):
        frame[f"level{rater}"] = pd.cut(frame[f"score{rater}"], [-1, 6, 13, 20], labels=LEVELS)
    return frame


def rows(frame: object, raters: object, **options: object) -> dict[tuple[object, ...], Estimate]:
    found = validate("score1", frame, raters=raters, **options)["agreement"]  # type: ignore[arg-type]
    return {(row.name, *row.at.values()): row for row in found}


def test_two_raters_in_points_have_every_coefficient_by_one_call() -> None:
    frame = ratings()
    found = rows(frame, ["score1", "score2"])
    assert {("icc", form) for form in FORMS} <= set(found)
    for form in FORMS:
        assert found["icc", form].low == icc(frame[["score1", "score2"]], form).low
    for weights, name in (("identity", "kappa"), ("linear", "kappa_linear"), ("quadratic", "kappa_quadratic")):
        assert kappa(frame["score1"], frame["score2"], weights=weights).value == found[name,].value  # type: ignore[arg-type]
    names = {key[0] for key in found}
    assert {
        "percent_agreement",
        "maximum_kappa",
        "gwet_ac1",
        "gwet_ac2",
        "krippendorff_alpha_ordinal",
        "krippendorff_alpha_interval",
        "measurement_error",
        "rater_bias",
        "mean_difference",
    } <= names


def test_ordered_levels_have_weighted_kappa_over_all_levels_and_no_coefficient_in_points() -> None:
    frame = ratings()
    found = rows(frame, ["level1", "level2"])
    places = [frame[name].cat.codes for name in ("level1", "level2")]
    assert kappa(*places, weights="quadratic").value == found["kappa_quadratic",].value
    assert gwet_ac(np.column_stack(places), range(3)).value == found["gwet_ac1",].value
    assert not {"icc", "measurement_error", "krippendorff_alpha_interval"} & {key[0] for key in found}


def test_a_level_that_nobody_gave_still_counts() -> None:
    frame = ratings()[ratings()["score1"] < 12]
    assert "high" not in set(frame["level1"]) | set(frame["level2"])
    places = np.column_stack([frame[name].cat.codes for name in ("level1", "level2")])
    found = rows(frame, ["level1", "level2"])["gwet_ac1",]
    assert gwet_ac(places, range(3)).value == found.value != gwet_ac(places, range(2)).value


def test_labels_without_an_order_have_no_weights() -> None:
    frame = ratings().astype({"level1": str, "level2": str})
    names = {key[0] for key in rows(frame, ["level1", "level2"])}
    assert not {"kappa_quadratic", "gwet_ac2", "krippendorff_alpha_ordinal"} & names
    assert {"kappa", "gwet_ac1", "krippendorff_alpha_nominal"} <= names


def test_scores_levels_and_items_by_name_in_one_call() -> None:
    found = validate("score1", ratings(), raters={"score": ["score1", "score2"], "level": ["level1", "level2"]})
    assert {"score", "level"} == {row.at["rated"] for row in found["agreement"]}
    page = str(found)
    assert "ICC A,1, score" in page
    assert "quadratic kappa, level" in page
    assert ["level", "score"] == sorted(found.frame("agreement")["rated"].unique())


def test_three_raters_have_fleiss_and_conger_with_weights() -> None:
    found = rows(ratings(), ["score1", "score2", "score3"])
    for name in ("fleiss_kappa", "conger_kappa"):
        assert found[(name,)].value < found[name, "linear"].value < found[name, "quadratic"].value
    assert found["icc", "A,k"].value > found["icc", "A,1"].value


def test_absent_ratings_bring_coefficients_that_use_everybody() -> None:
    frame = ratings().astype({"score3": float})
    frame.loc[:5, "score3"] = np.nan
    found = rows(frame, ["score1", "score2", "score3"])
    assert (80, 74) == (found["icc", "A,1"].n, found["measurement_error", "agreement"].n)
    assert "likelihood" in found["icc", "A,1"].method


@pytest.mark.parametrize("make", [lambda frame: frame, pl.from_pandas])
def test_every_kind_of_frame_says_the_same_in_any_order_and_with_counts(make) -> None:  # type: ignore[no-untyped-def]
    frame = ratings()
    plain = rows(frame, ["score1", "score2"])
    counted = frame.groupby(["score1", "score2"]).size().rename("people").reset_index()[::-1]
    for other in (
        rows(make(frame[::-1]), ["score1", "score2"]),
        rows(make(counted), ["score1", "score2"], counts="people"),
    ):
        assert set(plain) == set(other)
        for key, row in plain.items():
            assert (row.status, row.n) == (other[key].status, other[key].n)
            assert pytest.approx((row.value, row.low), rel=1e-9, nan_ok=True) == (other[key].value, other[key].low)


def test_a_bootstrap_interval_of_kappa_comes_with_a_generator() -> None:
    assert "bootstrap" in rows(ratings(), ["level1", "level2"], rng=1)["kappa",].method


# ratings that are no good


def statuses(first: list[object], second: list[object]) -> dict[str, str]:
    found = validate("one", pd.DataFrame({"one": first, "two": second}), raters=["one", "two"])["agreement"]
    return {row.name: row.status for row in found}


def test_raters_who_never_disagree_are_degenerate_everywhere() -> None:
    found = statuses([1, 2, 3, 3], [1, 2, 3, 3])
    assert {"degenerate"} == {found[name] for name in found if name not in ("maximum_kappa",)}


def test_one_level_only_is_not_estimable_but_raw_agreement_is() -> None:
    found = statuses([2, 2, 2], [2, 2, 2])
    assert "degenerate" == found["percent_agreement"]
    for name in ("kappa", "gwet_ac1", "krippendorff_alpha_ordinal", "icc"):
        assert "not_estimable" == found[name]


def test_a_single_person_has_no_interval() -> None:
    found = statuses([1], [2])
    assert ("sparse", "not_estimable", "not_estimable") == (
        found["percent_agreement"],
        found["icc"],
        found["measurement_error"],
    )


def test_nobody_rated_twice_is_not_estimable() -> None:
    found = statuses([1, None, 2], [None, 2, None])
    assert {"not_estimable"} == set(found.values())


def test_a_single_rater_is_refused() -> None:
    for raters in (["score1"], "score1", {"score": ["score1"]}):
        with pytest.raises(ContractError, match="two or more"):
            validate("score1", ratings(), raters=raters)


def test_a_rater_who_is_no_column_is_told_with_the_near_name() -> None:
    with pytest.raises(ContractError, match="did you mean"):
        validate("score1", ratings(), raters={"score": ["score1", "scor2"]})


def test_text_beside_numbers_and_levels_in_two_orders_are_refused() -> None:
    with pytest.raises(ContractError, match="text and others numbers"):
        validate("score1", ratings(), raters=["score1", "level1"])
    frame = ratings()
    frame["level2"] = frame["level2"].cat.reorder_categories(LEVELS[::-1])
    with pytest.raises(ContractError, match="different orders"):
        validate("score1", frame, raters=["level1", "level2"])
