"""Draws from the tally have the law of resampled people, and the intervals are those of R's boot."""

import math

import numpy as np
import pytest
from scipy import special

from reference import compas_filtered, data, r_values
from rvn.errors import ContractError
from rvn.validation.cutoffs.accuracy import accuracy
from rvn.validation.discrimination.auc import auc
from rvn.validation.estimate import Estimate
from rvn.validation.foundations.bootstrap import bootstrap, bootstrap_auc, draw
from rvn.validation.rates.observed import trend
from rvn.validation.tally import Tally


def small_compas() -> Tally:
    return Tally.from_frame(data("compas").query("id <= 400"), {"outcome": "two_year_recid", "score": "decile_score"})


def asah() -> Tally:
    frame = data("aSAH")
    return Tally({"outcome": (frame["outcome"] == "Poor").astype(int), "score": frame["s100b"]})


def mean(outcome: object, counts: np.ndarray) -> Estimate:
    return Estimate(name="mean", value=float(np.average(outcome, weights=counts)))


@pytest.mark.parametrize("method", ["percentile", "bca"])
def test_the_limits_of_400_people_are_those_of_boot(method):
    # boot drew 4,000 samples, its record allows 0.004; 20,000 draws leave our own error at 0.0005.
    expected = r_values("validation_design")["boot_auc_intervals_400"]
    estimate = bootstrap_auc(**small_compas(), replicates=20_000, method=method, rng=1)
    assert pytest.approx(expected["estimate"], rel=1e-12) == estimate.value
    assert pytest.approx(expected[method], abs=0.004) == (estimate.low, estimate.high)
    assert pytest.approx(expected["se"], rel=0.03) == estimate.se
    assert (
        f"bootstrap within outcome, {'BCa' if method == 'bca' else 'percentile'}, 20,000 replicates" == estimate.method
    )


def test_the_percentile_limits_of_asah_are_those_of_proc():
    low, _, high = r_values("roc")["ci_auc_boot_asah"]["ci95_boot"]
    estimate = bootstrap_auc(**asah(), method="percentile", rng=1)
    assert pytest.approx((low, high), abs=0.01) == (estimate.low, estimate.high)


@pytest.mark.parametrize(
    ("cut", "share", "name"),
    [(5, "sensitivity", "sensitivity"), (8, "positive_predictive_value", "ppv"), (8, "accuracy", "accuracy")],
)
def test_the_limits_of_an_accuracy_are_those_of_procs_bootstrap(cut, share, name):
    expected = r_values("roc")["ci_coords_boot_compas"][name]
    row = expected["_rows"].index(f"{cut - 0.5}")
    tally = Tally.from_frame(compas_filtered(), {"outcome": "two_year_recid", "score": "decile_score"})

    def statistic(outcome: object, score: object, counts: object) -> Estimate:
        return getattr(accuracy(outcome, score, cuts=[cut], counts=counts)[0], share)

    estimate = bootstrap(statistic, tally, strata="outcome", replicates=300, method="percentile", rng=1)
    assert pytest.approx((expected["2.5%"][row], expected["97.5%"][row]), abs=0.005) == (estimate.low, estimate.high)
    assert pytest.approx(expected["50%"][row], abs=0.002) == estimate.value


@pytest.mark.parametrize("method", ["percentile", "bca"])
def test_any_statistic_gives_what_the_quick_way_gives_for_the_auc(method):
    slow = bootstrap(auc, small_compas(), strata="outcome", replicates=600, method=method, rng=7)
    quick = bootstrap_auc(**small_compas(), replicates=20_000, method=method, rng=8)
    assert slow.value == quick.value
    assert pytest.approx((quick.low, quick.high), abs=0.01) == (slow.low, slow.high)


def test_the_same_seed_gives_the_same_interval_and_another_one_another():
    first, again, other = (bootstrap(trend, small_compas(), replicates=50, rng=seed) for seed in (1, 1, 2))
    assert repr(first) == repr(again)
    assert first.low != other.low
    generator = np.random.default_rng(1)
    assert repr(first) == repr(bootstrap(trend, small_compas(), replicates=50, rng=generator))


@pytest.mark.parametrize("people", [[10, 30, 60], [1, 3, 6]])  # how many of each are drawn, or each person
def test_draws_have_the_law_of_people_drawn_with_replacement(people):
    (*parts,) = draw(people, replicates=20_000, rng=4)
    part, n = np.concatenate(parts), sum(people)
    assert {float(n)} == set(part.sum(axis=1).tolist())
    assert pytest.approx(people, abs=0.02 * n**0.5) == part.mean(axis=0).tolist()
    shares = np.array(people) / n
    expected = n * (np.diag(shares) - np.outer(shares, shares))
    assert pytest.approx(expected.ravel().tolist(), abs=0.006 * n) == np.cov(part.T).ravel().tolist()


def test_draws_within_strata_keep_the_number_of_each():
    strata = np.array(["a", "b", "a", None], dtype=object)
    (part,) = draw([10, 30, 60, 4], strata=strata, replicates=50, rng=4)
    assert {70.0} == set((part[:, 0] + part[:, 2]).tolist())
    assert {30.0} == set(part[:, 1].tolist())
    assert {4.0} == set(part[:, 3].tolist())


def test_many_rows_are_drawn_in_parts(monkeypatch):
    monkeypatch.setattr("rvn.validation.foundations.bootstrap.PART", 250)
    parts = list(draw(np.ones(100), replicates=5, rng=4))
    assert [2, 2, 1] == [len(part) for part in parts]


def test_bca_is_the_formula_of_efron():
    # Written out with the same draws, person by person: 10 values, the mean.
    values = np.array([1, 1, 2, 3, 4, 5, 7, 11, 20, 40], dtype=float)
    tally = Tally({"outcome": values})
    (part,) = draw(tally["counts"], replicates=2000, rng=9)
    means = part @ tally["outcome"] / 10
    estimate = values.mean()
    z0 = special.ndtri(((means < estimate).sum() + (means == estimate).sum() / 2) / 2000)
    jackknife = np.array([np.delete(values, person).mean() for person in range(10)])
    away = jackknife.mean() - jackknife
    a = (away**3).sum() / (6 * (away**2).sum() ** 1.5)
    z = special.ndtri(np.array([0.025, 0.975]))
    expected = np.quantile(means, special.ndtr(z0 + (z0 + z) / (1 - a * (z0 + z))))
    found = bootstrap(mean, tally, replicates=2000, rng=9)
    assert pytest.approx(expected.tolist(), rel=1e-12) == [found.low, found.high]


def test_clusters_are_drawn_whole():
    # 40 people with 5 equal rows each: the error of a mean is that of 40, not of 200.
    outcome = np.repeat([0, 1] * 20, 5)
    person = np.repeat([f"p{number}" for number in range(40)], 5)
    tally = Tally({"outcome": outcome, "person": person})
    by_person = bootstrap(mean, tally, cluster="person", replicates=4000, rng=3)
    by_row = bootstrap(mean, tally.select("outcome"), replicates=4000, rng=3)
    assert pytest.approx(0.5 / math.sqrt(40), rel=0.05) == by_person.se
    assert pytest.approx(0.5 / math.sqrt(200), rel=0.05) == by_row.se
    assert by_person.method.startswith("bootstrap of person, BCa")


def test_clusters_of_one_are_people():
    tally = small_compas()
    people = np.repeat(np.arange(len(tally["counts"])), tally["counts"])
    alone = Tally({name: tally[name][people] for name in tally.columns} | {"person": np.arange(tally.n)})
    one = bootstrap(auc, alone, cluster="person", replicates=150, rng=3)
    other = bootstrap(auc, tally, replicates=150, rng=3)
    assert one.value == other.value
    assert pytest.approx((other.low, other.high), abs=0.015) == (one.low, one.high)


def test_clusters_may_hold_absent_values():
    tally = Tally({"outcome": [0, 1, None, 1, 0, 1], "person": ["a", "a", "b", "b", None, "c"]})
    estimate = bootstrap(
        lambda outcome, counts: trend(outcome, outcome, counts=counts), tally, cluster="person", replicates=200, rng=1
    )
    assert 1.0 == estimate.value


def test_replicates_that_are_not_estimable_are_counted():
    tally = Tally({"outcome": [0, 1], "score": [1, 2]}, [5, 1])
    estimate = bootstrap(auc, tally, replicates=1000, method="percentile", rng=1)
    note = next(note for note in estimate.notes if "not estimable" in note)
    without_case = int(note.split()[0])
    assert pytest.approx(1000 * (5 / 6) ** 6, rel=0.1) == without_case


def test_replicates_that_are_all_alike_are_degenerate_and_have_no_bca():
    estimate = bootstrap_auc([0, 1], [1, 2], counts=[50, 50], rng=1)
    assert ("degenerate", 1.0, 1.0) == (estimate.status, estimate.low, estimate.high)
    assert any("percentiles" in note for note in estimate.notes)


@pytest.mark.parametrize("outcome", [[0, 0], [1, 1], []])
def test_what_is_not_estimable_has_no_bootstrap(outcome):
    score = [1, 2][: len(outcome)]
    assert "not_estimable" == bootstrap_auc(outcome, score, rng=1).status
    assert "not_estimable" == bootstrap(auc, Tally({"outcome": outcome, "score": score}), rng=1).status


def test_absent_rows_are_reported_as_the_statistic_does():
    estimate = bootstrap_auc([0, 1, 0, 1, None], [1, 2, 2, 1, 1], counts=[9, 9, 5, 5, 3], replicates=100, rng=1)
    assert {"outcome absent": 3} == estimate.excluded


def test_people_do_not_change_the_time_but_the_width():
    tally = Tally.from_frame(compas_filtered(), {"outcome": "two_year_recid", "score": "decile_score"})
    many = Tally(tally.columns, tally["counts"] * 1_000_000)
    estimate = bootstrap_auc(**many, rng=1)
    assert pytest.approx(auc(**tally, method="wald").se / 1000, rel=0.03) == estimate.se


def test_strata_and_clusters_exclude_each_other_and_must_exist():
    tally = Tally({"outcome": [0, 1], "score": [1, 2], "person": [1, 2]})
    with pytest.raises(ContractError, match="either `strata` or `cluster`"):
        bootstrap(auc, tally, strata="outcome", cluster="person", rng=1)
    with pytest.raises(ContractError, match="no column `site`"):
        bootstrap(auc, tally, cluster="site", rng=1)
    with pytest.raises(ContractError, match="method"):
        bootstrap(auc, tally, method="basic", rng=1)
