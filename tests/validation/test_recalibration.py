"""Local updates of published risks: the menu, the closed test, what optimism takes off, and another base rate."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betaln, expit, logit
from scipy.stats import beta

from rvn.errors import ContractError
from rvn.validation.association.regression import logistic_regression
from rvn.validation.calibration.brier import isotonic
from rvn.validation.calibration.expected_observed import expected_observed
from rvn.validation.calibration.line import logistic_calibration
from rvn.validation.calibration.optimism import optimism_corrected
from rvn.validation.calibration.recalibration import recalibrate, shift_prevalence
from rvn.validation.calibration.update_choice import choose_update

EVENTS = np.array([0, 6, 3, 13, 12, 13, 10, 6, 1])
PEOPLE = np.array([21, 63, 92, 83, 56, 48, 23, 10, 4])
SCORES = np.arange(9)
PUBLISHED = expit(-2.4 + 0.35 * SCORES)
GOLDEN = {
    "outcome": np.repeat([0, 1], 9),
    "score": np.tile(SCORES, 2),
    "risk": np.tile(PUBLISHED, 2),
    "counts": np.append(PEOPLE - EVENTS, EVENTS),
}


def values(update: str, **arguments: object) -> np.ndarray:
    return np.array([row.value for row in recalibrate(**GOLDEN, update=update, **arguments)])  # type: ignore[arg-type]


def test_no_update_keeps_the_published_risk() -> None:
    rows = recalibrate(**GOLDEN, update="none")
    assert PUBLISHED.tolist() == [row.value for row in rows]
    assert SCORES.tolist() == [row.at["score"] for row in rows]
    assert PEOPLE.tolist() == [row.n for row in rows]
    assert EVENTS.tolist() == [row.n_events for row in rows]


def test_a_new_intercept_shifts_by_calibration_in_the_large() -> None:
    rows = recalibrate(**GOLDEN, update="intercept")
    assert expit(logit(PUBLISHED) - 0.435513283).tolist() == pytest.approx([row.value for row in rows], rel=1e-8)
    assert pytest.approx(PEOPLE @ [row.value for row in rows], rel=1e-9) == 64
    # One parameter: on the logit scale every limit lies 1.96 times its error away.
    reach = (
        1.959963984540054
        * logistic_calibration(GOLDEN["outcome"], GOLDEN["risk"], counts=GOLDEN["counts"]).in_the_large.se
    )
    for row in rows:
        assert reach == pytest.approx(logit(row.high) - logit(row.value), rel=1e-8)
        assert reach == pytest.approx(logit(row.value) - logit(row.low), rel=1e-8)


def test_a_new_slope_stretches_by_the_calibration_slope() -> None:
    expected = expit(-0.0161743594 + 1.3937214 * logit(PUBLISHED))
    assert expected.tolist() == pytest.approx(values("slope"), rel=1e-7)


def test_the_revision_is_a_new_line_in_the_score() -> None:
    assert expit(-3.36110572 + 0.48780249 * SCORES).tolist() == pytest.approx(values("revision"), rel=1e-7)
    table = logistic_regression(GOLDEN["outcome"], {"score": GOLDEN["score"]}, counts=GOLDEN["counts"])
    row = recalibrate(**GOLDEN, update="revision")[0]
    # At score 0 the linear predictor is the intercept, and so is its error.
    assert 1.959963984540054 * table.coefficients[0].se == pytest.approx(logit(row.high) - logit(row.value), rel=1e-8)


def test_local_rates_and_their_isotonic_form() -> None:
    assert (EVENTS / PEOPLE).tolist() == values("saturated").tolist()
    pooled = isotonic(PEOPLE.astype(float), EVENTS.astype(float))
    assert pooled.tolist() == values("isotonic").tolist()
    assert pooled.tolist() == pytest.approx(values("saturated", monotone=True), rel=1e-12)
    row = recalibrate(**GOLDEN, update="saturated")[3]
    assert pytest.approx((row.low, row.high), rel=1e-8) == (0.0938801228, 0.249751355)


def test_shrunken_rates_weigh_the_published_risk_as_k_people() -> None:
    rows = recalibrate(**GOLDEN, update="shrunken")
    # The same k in every row, found from one and checked on the others.
    ks = [
        (row.n_events - row.n * row.value) / (row.value - row.at["risk"])  # type: ignore[operator]
        for row in rows
    ]
    assert [ks[0]] * 9 == pytest.approx(ks, rel=1e-6)

    def likelihood(k: float) -> float:
        prior, other = k * PUBLISHED, k * (1 - PUBLISHED)
        return float((betaln(prior + EVENTS, other + PEOPLE - EVENTS) - betaln(prior, other)).sum())

    assert likelihood(ks[0]) > max(likelihood(0.95 * ks[0]), likelihood(1.05 * ks[0]))
    k, row = ks[0], rows[3]
    posterior = beta(k * PUBLISHED[3] + 13, k * (1 - PUBLISHED[3]) + 70)
    assert posterior.ppf([0.025, 0.975]).tolist() == pytest.approx([row.low, row.high], rel=1e-7)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=3, max_size=6))
def test_shrunken_rates_lie_between_the_local_rate_and_the_published_risk(rows: list[tuple[int, int]]) -> None:
    others, events = np.array(rows).T
    risk = np.linspace(0.1, 0.6, len(rows))
    table = recalibrate(
        np.repeat([0, 1], len(rows)),
        np.tile(np.arange(len(rows)), 2),
        np.tile(risk, 2),
        update="shrunken",
        counts=np.append(others, events),
    )
    for row in table:
        local = row.n_events / row.n  # type: ignore[operator]
        low, high = sorted((local, row.at["risk"]))  # type: ignore[type-var]
        assert low - 1e-9 <= row.value <= high + 1e-9  # type: ignore[operator]


def test_outcomes_that_agree_with_the_table_leave_it_as_it_is() -> None:
    risk = np.array([0.1, 0.3, 0.6])
    counts = np.append(1000 * (1 - risk), 1000 * risk).round()
    table = recalibrate([0] * 3 + [1] * 3, [1, 2, 3] * 2, np.tile(risk, 2), update="shrunken", counts=counts)
    assert risk.tolist() == pytest.approx([row.value for row in table], abs=1e-9)
    choice = choose_update([0] * 3 + [1] * 3, [1, 2, 3] * 2, np.tile(risk, 2), counts=counts)
    assert choice.update == "none"


def test_monotone_pools_risks_that_fall() -> None:
    """A score on which high scorers do better: a falling line becomes one risk for all."""
    counts = [5, 10, 15, 15, 10, 5]
    outcome, score, risk = [0] * 3 + [1] * 3, [1, 2, 3] * 2, [0.2, 0.4, 0.6] * 2
    falling = recalibrate(outcome, score, risk, update="revision", counts=counts)
    assert falling[0].value > falling[2].value
    flat = recalibrate(outcome, score, risk, update="revision", counts=counts, monotone=True)
    assert pytest.approx([row.value for row in flat], rel=1e-9) == [0.5] * 3
    assert all(row.low < row.value < row.high for row in flat)


def test_the_golden_data_call_for_a_new_intercept() -> None:
    """The logit is straight in the score, so the slope is the widest model: chi-squares 13.38 and 2.91."""
    choice = choose_update(**GOLDEN)
    assert choice.update == "intercept"
    assert [test.at for test in choice.tests] == [
        {"model": "slope", "against": "none"},
        {"model": "slope", "against": "intercept"},
    ]
    assert pytest.approx([test.value for test in choice.tests], rel=1e-7) == (13.3844183, 2.90644959)
    assert [test.df for test in choice.tests] == [2, 1]
    assert choose_update(**GOLDEN, alpha=0.1).update == "slope"
    assert choose_update(**GOLDEN, alpha=0.001).update == "none"


def test_a_table_of_another_shape_is_tested_against_logit_and_score_together() -> None:
    risk = np.array([0.05, 0.3, 0.35, 0.4, 0.45, 0.9])
    rates = expit(-2 + 0.7 * np.arange(6))
    events = np.round(2000 * rates)
    choice = choose_update(
        np.repeat([0, 1], 6), np.tile(np.arange(6), 2), np.tile(risk, 2), counts=np.append(2000 - events, events)
    )
    assert choice.update == "revision"
    assert [test.at["against"] for test in choice.tests] == ["none", "intercept", "slope"]
    assert [test.df for test in choice.tests] == [3, 2, 1]


def test_without_events_there_is_nothing_to_choose() -> None:
    choice = choose_update([0, 0], [1, 2], [0.2, 0.4], counts=[10, 10])
    assert choice.update == "none"
    assert choice.tests[0].status == "not_estimable"
    rows = recalibrate([0, 0], [1, 2], [0.2, 0.4], update="slope", counts=[10, 10])
    assert {"not_estimable"} == {row.status for row in rows}
    assert all(math.isnan(row.value) for row in rows)
    assert recalibrate([], [], [], update="isotonic") == ()


def test_optimism_brings_back_what_fitting_took() -> None:
    """The apparent slope after a new slope is 1 by construction; on other people it is below it."""
    corrected = {row.name: row for row in optimism_corrected(**GOLDEN, update="slope", rng=3, replicates=60)}
    slope = corrected["calibration_slope"]
    assert slope.notes[0] == "apparent value 1"
    rates = {row.name: row for row in optimism_corrected(**GOLDEN, update="saturated", rng=3, replicates=60)}
    # Nine free rates promise more than two parameters and keep less.
    assert rates["calibration_slope"].value < 0.95
    apparent = [float(row["scaled_brier"].notes[0].split()[-1]) for row in (corrected, rates)]
    assert apparent[0] < apparent[1]
    assert rates["scaled_brier"].value < corrected["scaled_brier"].value < apparent[0]
    assert corrected == {row.name: row for row in optimism_corrected(**GOLDEN, update="slope", rng=3, replicates=60)}


def test_what_was_not_fitted_has_no_optimism() -> None:
    large, slope, scaled = optimism_corrected(**GOLDEN, update="none", rng=1)
    assert pytest.approx((large.value, slope.value, scaled.value), rel=1e-7) == (-0.435513283, 1.3937214, 0.0751204966)


@pytest.mark.parametrize(("samples", "error"), [(12, 0.1), pytest.param(200, 0.03, marks=pytest.mark.slow)])
def test_optimism_is_what_new_samples_show(samples: int, error: float) -> None:
    """Tables made from samples of a known population, judged on the population itself."""
    generator = np.random.default_rng(8)
    truth = expit(-3.4 + 0.5 * SCORES)
    real, promised = [], []
    for _ in range(samples):
        events = generator.binomial(PEOPLE, truth)
        sample = {**GOLDEN, "counts": np.append(PEOPLE - events, events)}
        table = [row.value for row in recalibrate(**sample, update="revision")]
        expected = 10_000 * PEOPLE / 400 * np.array([1 - truth, truth])
        judged = logistic_calibration(np.repeat([0, 1], 9), np.tile(table, 2), counts=expected.round().ravel())
        real.append(judged.slope.value)
        promised.append(optimism_corrected(**sample, update="revision", rng=generator, replicates=15)[1].value)
    # The mean slope on other people, near 1 here, with an error of .2 over the root of the number of samples.
    assert float(np.mean(real)) == pytest.approx(float(np.mean(promised)), abs=error)


@given(st.floats(0.01, 0.99), st.floats(0.05, 0.95), st.floats(0.05, 0.95))
def test_a_shift_of_prevalence_multiplies_all_odds(risk: float, published: float, local: float) -> None:
    (row,) = shift_prevalence([risk], published_rate=published, local_rate=local)
    ratio = local / (1 - local) / (published / (1 - published))
    assert risk / (1 - risk) * ratio == pytest.approx(row.value / (1 - row.value), rel=1e-9)
    (back,) = shift_prevalence([row.value], published_rate=local, local_rate=published)
    assert risk == pytest.approx(back.value, rel=1e-9)
    assert any("assumes" in note for note in row.notes)


def test_a_shift_keeps_certainty_and_absence() -> None:
    rows = shift_prevalence([0, 1, None], published_rate=0.2, local_rate=0.4)
    assert (rows[0].value, rows[1].value) == (0, 1)
    assert rows[2].status == "not_estimable"


@settings(deadline=None, max_examples=20)
@given(st.sampled_from(["none", "intercept", "slope", "revision", "saturated", "isotonic", "shrunken"]), st.booleans())
def test_counts_equal_repeated_rows_in_any_order(update: str, monotone: bool) -> None:
    again = np.random.default_rng(4).permutation(np.repeat(np.arange(18), GOLDEN["counts"]))
    columns = [GOLDEN[name][again] for name in ("outcome", "score", "risk")]
    counted = recalibrate(**GOLDEN, update=update, monotone=monotone)  # type: ignore[arg-type]
    repeated = recalibrate(*columns, update=update, monotone=monotone)  # type: ignore[arg-type]
    assert [row.to_record() for row in counted] == [row.to_record() for row in repeated]


def test_people_at_risks_of_0_and_1_are_left_out_and_counted() -> None:
    rows = recalibrate([0, 1, 0, 1], [0, 9, 4, 4], [0, 1, 0.3, 0.3], update="intercept", counts=[5, 4, 6, 6])
    assert [row.at["score"] for row in rows] == [4]
    assert dict(rows[0].excluded) == {"risk 0 or 1": 9}
    assert pytest.approx(rows[0].value, rel=1e-9) == 0.5


def test_every_fitted_update_predicts_as_many_events_as_there_were() -> None:
    for update in ("intercept", "slope", "revision", "saturated", "isotonic"):
        ratio = expected_observed(GOLDEN["outcome"], np.tile(values(update), 2), counts=GOLDEN["counts"])
        assert pytest.approx(ratio.value, rel=1e-9) == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: recalibrate([0, 1], [1, 2], [0.1, 0.2], update="best"), "no update 'best'"),  # type: ignore[arg-type]
        (lambda: recalibrate([0, 1], [1, 2], [10, 20], update="none"), "between 0 and 1"),
        (lambda: shift_prevalence([0.5], published_rate=0, local_rate=0.5), "`published_rate` is 0"),
    ],
)
def test_what_breaks_the_contract_is_refused(call: object, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        call()  # type: ignore[operator]
