"""What R's packages say beside the coefficients: tables, tests, errors; and where they are wrong, both numbers."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from test_agreement import RECORDS as KAPPAS
from test_agreement import two_raters
from test_icc import PSYCH, RECORDS, psych_rows, table
from test_many_raters import COMPLETE, INCOMPLETE, NAMES, TABLES, coefficients, diagnoses, error_by_gwet, used

from reference import data, r_values
from rvn.validation.agreement.icc import FORMS, icc
from rvn.validation.agreement.icc_incomplete import variance_components
from rvn.validation.agreement.kappa import kappa
from rvn.validation.agreement.krippendorff import Metric, krippendorff_alpha
from rvn.validation.agreement.many_raters import conger_kappa, fleiss_kappa
from rvn.validation.agreement.ratings import agreement_weights, ratings_from_rows

METRICS: dict[str, Metric] = {
    "unweighted": "nominal",
    "linear": "linear",
    "quadratic": "interval",
    "radical": "radical",
    "ratio": "ratio",
    "circular": "circular",
    "bipolar": "bipolar",
}


@pytest.mark.parametrize("record", KAPPAS)
def test_tables_and_values_of_kappa_are_those_of_all_four_packages(record: str) -> None:
    values, (first, second) = r_values("agreement")[record], two_raters(record)
    counted = pd.crosstab(first, second).to_numpy()
    theirs = values["table"]
    columns = np.array([list(theirs[name]) for name in theirs["_rows"]]).T
    assert counted.sum() == columns.sum()
    assert sorted(counted[counted > 0]) == sorted(columns[columns > 0])
    for weights, name in (("identity", "unweighted"), ("linear", "linear"), ("quadratic", "quadratic")):
        found = kappa(first, second, weights=weights)  # type: ignore[arg-type]
        assert pytest.approx(values["desctools"][name]["kappa"], rel=1e-9, abs=1e-12) == found.value
        theirs_by_irr = values["irr"][name]
        if record != "kappa_deciles":
            assert pytest.approx(theirs_by_irr["kappa"], rel=1e-9, abs=1e-12) == found.value
        elif weights != "identity":  # the categories sorted as text: 1, 10, 2, ...
            wrong, order = theirs_by_irr["kappa"], [1, 10, *range(2, 10)]
            place = {category: at for at, category in enumerate(order)}
            as_text = kappa([place[x] for x in first], [place[x] for x in second], weights=weights)  # type: ignore[arg-type]
            assert pytest.approx(wrong, rel=1e-9) == as_text.value
            assert (theirs_by_irr["z"], theirs_by_irr["p"]) == pytest.approx((as_text.statistic, as_text.p_value))
            assert abs(wrong - found.value) > 0.02
        else:
            assert pytest.approx(theirs_by_irr["z"], rel=1e-9) == found.statistic
            assert theirs_by_irr["p"] == pytest.approx(found.p_value, abs=1e-15)
            assert pytest.approx(theirs_by_irr["kappa"], rel=1e-9) == found.value


@pytest.mark.parametrize("record", KAPPAS)
def test_kappa_of_psych_has_our_value_error_and_interval(record: str) -> None:
    values, (first, second) = r_values("agreement")[record]["psych"], two_raters(record)
    rows = kappa(first, second), kappa(first, second, weights="quadratic")
    assert ["unweighted kappa", "weighted kappa"] == values["confid"]["_rows"]
    assert pytest.approx([values["kappa"], values["weighted_quadratic"]], rel=1e-9) == [row.value for row in rows]
    assert pytest.approx(list(values["confid"]["estimate"]), rel=1e-9) == [row.value for row in rows]
    errors = [math.sqrt(values["var_kappa"]), math.sqrt(values["var_weighted"])]
    assert pytest.approx(errors, rel=1e-9) == [row.se for row in rows]
    assert pytest.approx(list(values["confid"]["lower"]), rel=1e-9) == [row.low for row in rows]
    assert pytest.approx(list(values["confid"]["upper"]), rel=1e-9) == [row.high for row in rows]


def test_limits_of_epir_are_of_the_null_error_and_of_independent_cells() -> None:
    values = r_values("agreement")["kappa_epi"]
    frame = data("irr_anxiety")
    first, second = frame["rater1"] >= 4, frame["rater2"] >= 4
    assert ["TRUE", "FALSE"] == values["table"]["_rows"]
    both = [[int((first & second).sum()), int((~first & second).sum())]]
    both.append([int((first & ~second).sum()), int((~first & ~second).sum())])
    assert both == [values["table"]["TRUE"], values["table"]["FALSE"]]
    found, z = kappa(first, second), 1.959963984540054
    assert f"by chance {values['prop_agree']['exp']:.3f}" in found.notes[0]
    assert values["z"]["p.value"] == pytest.approx(found.p_value, rel=1e-9)
    for name in ("kappa", "pindex", "bindex"):
        row = values[name]
        limits = row["est"] - z * row["se"], row["est"] + z * row["se"]
        assert pytest.approx((row["lower"], row["upper"]), rel=1e-9) == limits
    # PABAK: the exact binomial limits of raw agreement, doubled less one.
    exact = stats.binomtest(11, 20).proportion_ci(method="exact")
    limits = 2 * exact.low - 1, 2 * exact.high - 1
    assert pytest.approx((values["pabak"]["lower"], values["pabak"]["upper"]), rel=1e-6) == limits
    assert 1 == values["mcnemar"]["df"]


@pytest.mark.parametrize("record", RECORDS)
def test_irr_has_the_tests_of_psych_and_other_degrees_of_freedom_for_agreement(record: str) -> None:
    values = r_values("agreement")[record]
    for form in FORMS:
        found, theirs = icc(table(record), form), values["irr"][PSYCH[form]]
        assert pytest.approx((theirs["value"], theirs["F"], theirs["df1"]), rel=1e-9) == (
            found.value,
            found.statistic,
            found.df,
        )
        if form[0] != "A":
            assert f"F({theirs['df1']:g}, {theirs['df2']:g})" in found.notes[0]
            assert pytest.approx(theirs["p"], rel=1e-9) == found.p_value
            assert pytest.approx((theirs["lower"], theirs["upper"]), rel=1e-9) == (found.low, found.high)
        else:
            # irr tests against Satterthwaite's degrees of freedom, though F is of two mean squares with their own.
            assert pytest.approx(theirs["p"], rel=1e-9) == stats.f.sf(theirs["F"], theirs["df1"], theirs["df2"])
            if record != "icc_anxiety_two_raters":  # where both are 19
                assert abs(theirs["df2"] - (found.n - 1) * (table(record).shape[1] - 1)) > 0.01
        if form == "A,1":
            assert pytest.approx((theirs["lower"], theirs["upper"]), rel=1e-9) == (found.low, found.high)
        if form == "A,k":
            apart = abs(theirs["lower"] - found.low) + abs(theirs["upper"] - found.high)
            assert (apart < 1e-9) == (record == "icc_anxiety_two_raters")  # there both formulas have 19


@pytest.mark.parametrize("record", RECORDS)
def test_lmer_converges_to_the_mean_squares_where_no_variance_is_negative(record: str) -> None:
    # Six digits, as lmer stops; where raters differ less than chance (two_raters) it cuts at zero: see test_icc.
    values = r_values("agreement")[record]
    exact, lmer = psych_rows(values["psych_anova"]), psych_rows(values["psych_lmer"])
    assert list(values["psych_anova"]["_rows"]) == list(values["psych_lmer"]["_rows"])
    for kind, row in exact.items():
        assert (row["F"] > 0, lmer[kind]["df1"], lmer[kind]["df2"]) == (True, row["df1"], row["df2"])
        if record != "icc_anxiety_two_raters":
            for name in ("ICC", "lower bound", "upper bound", "F", "p"):
                assert pytest.approx(row[name], rel=1e-3, abs=2e-5) == lmer[kind][name]
        else:
            assert pytest.approx(0.32, abs=0.2) == lmer[kind]["ICC"]


def test_variances_of_many_raters_are_those_of_lmer() -> None:
    values = r_values("agreement")["icc_human_oneway_unbalanced"]
    frame = data("human_risk_ratings")
    frame = frame[frame["feedback"] == 0]
    assert (values["n"], values["persons"], values["raters"]) == (
        len(frame),
        frame["id"].nunique(),
        frame["rater"].nunique(),
    )
    person, residual = values["lmer_var_person"], values["lmer_var_residual"]
    assert pytest.approx(values["lmer_icc1"], rel=1e-9) == person / (person + residual)
    found = variance_components(ratings_from_rows(frame["id"], frame["rater"], frame["rating"]))
    crossed = values["crossed"]
    assert pytest.approx((crossed["id"], crossed["rater"], crossed["Residual"]), rel=1e-4) == (
        found.people,
        found.raters,
        found.residual,
    )
    # multilevel::ICC2 is the F test turned into a reliability: 1 - MSW / MSB.
    by_person = frame.groupby("id")["rating"]
    between = (by_person.size() * (by_person.mean() - frame["rating"].mean()) ** 2).sum() / (values["persons"] - 1)
    within = (frame["rating"] - by_person.transform("mean")).pow(2).sum() / (values["n"] - values["persons"])
    assert pytest.approx(values["anova_icc2_mean_group_size"], rel=1e-9) == 1 - within / between


@pytest.mark.parametrize("record", [*COMPLETE, *INCOMPLETE])
def test_observed_and_chance_agreement_are_those_of_irrcac(record: str) -> None:
    _, name, weighting = record.split("_")
    for coefficient, estimate in coefficients(record).items():
        values = r_values("agreement")[record][coefficient]
        if coefficient == "percent_agreement":
            assert (0, pytest.approx(values["pa"], rel=1e-9)) == (values["pe"], estimate.value)
            assert values["p"] < 0.05  # that agreement is zero is no hypothesis: ours has no test
            continue
        observed, chance = values["pa"], values["pe"]
        assert f"agreement {observed:.3f}, by chance {chance:.3f}" in estimate.notes[0]
        assert pytest.approx(estimate.value, rel=1e-9) == (observed - chance) / (1 - chance)
    if weighting != "unweighted":
        # irrCAC's weighted agreement without chance: ours is a note of every coefficient, and no coefficient.
        weighted = r_values("agreement")[record]["percent_agreement"]
        table, weights = TABLES[name](), NAMES.get(weighting, weighting)
        agree = agreement_weights(used(table), weights)  # type: ignore[arg-type]
        uses = (table[:, :, None] == used(table)).sum(axis=1).astype(float)
        times = uses.sum(axis=1)
        own = (uses * (uses @ agree - 1)).sum(axis=1)[times >= 2] / (times * (times - 1))[times >= 2]
        assert pytest.approx((weighted["pa"], weighted["coeff"], 0), rel=1e-9) == (
            own.mean(),
            own.mean(),
            weighted["pe"],
        )
        spread = np.where(times >= 2, 0.0, 0.0)
        spread[times >= 2] = own * len(table) / (times >= 2).sum()
        se = math.sqrt(((spread - own.mean()) ** 2).sum() / (len(table) * (len(table) - 1)))
        assert pytest.approx(weighted["se"], rel=1e-9) == se
        reach = stats.t.ppf(0.975, len(table) - 1) * se
        limits = own.mean() - reach, min(own.mean() + reach, 1)
        assert pytest.approx(weighted["ci95"], rel=1e-9) == limits
        assert pytest.approx(weighted["p"], rel=1e-7) == 2 * stats.t.sf(own.mean() / se, len(table) - 1)


@pytest.mark.parametrize("record", [*COMPLETE, *INCOMPLETE])
def test_krippendorffs_agreement_and_chance_follow_from_alpha_as_irrcac_splits_it(record: str) -> None:
    _, name, weighting = record.split("_")
    values, ratings = r_values("agreement")[record]["krippendorff"], TABLES[name]()
    ratings = ratings[(~np.isnan(ratings)).sum(axis=1) >= 2]
    categories = used(ratings)
    agree = agreement_weights(categories, NAMES.get(weighting, weighting))  # type: ignore[arg-type]
    uses = (ratings[:, :, None] == categories).sum(axis=1).astype(float)
    times, mean = uses.sum(axis=1), uses.sum(axis=1).mean()
    epsilon = 1 / (len(ratings) * mean)
    observed = ((uses * (uses @ agree - 1)).sum(axis=1) / (mean * (times - 1))).mean()
    share = (uses / mean).mean(axis=0)
    assert pytest.approx((values["pa"], values["pe"]), rel=1e-9) == (
        (1 - epsilon) * observed + epsilon,
        share @ agree @ share,
    )
    df = len(ratings) - 1
    assert pytest.approx(values["p"], rel=1e-6) == 2 * stats.t.sf(values["coeff"] / values["se"], df)
    reach = stats.t.ppf(0.975, df) * values["se"]
    limits = [values["coeff"] - reach, min(values["coeff"] + reach, 1)]
    assert pytest.approx(list(values["ci95"]), rel=1e-6) == limits
    if weighting in METRICS:
        found = krippendorff_alpha(ratings, METRICS[weighting])
        assert pytest.approx(values["se"], rel=2e-3) == found.se


def test_errors_of_fleiss_and_light_in_irr_are_of_no_agreement() -> None:
    values = r_values("agreement")["fleiss_diagnoses"]
    codes = diagnoses()
    n, m = codes.shape
    share = np.array([(codes == code).mean() for code in range(5)])
    rest = share * (1 - share)
    null = math.sqrt(2 / (n * m * (m - 1))) / rest.sum() * math.sqrt(rest.sum() ** 2 - (rest * (1 - 2 * share)).sum())
    assert pytest.approx(values["z"], rel=1e-9) == fleiss_kappa(codes).value / null
    assert (0, values["p"]) == (values["p"], 0)
    by_code = values["detail"]
    each = [fleiss_kappa(codes == code).value / math.sqrt(2 / (n * m * (m - 1))) for code in range(5)]
    assert pytest.approx(list(by_code["z"]), rel=1e-9) == each
    assert pytest.approx(list(by_code["p.value"]), abs=1e-12) == [2 * stats.norm.sf(abs(z)) for z in each]
    assert ["1. Depression", "2. Personality Disorder", "3. Schizophrenia", "4. Neurosis", "5. Other"] == by_code[
        "_rows"
    ]
    # Beside it: the test of Conger's coefficient by its linearised error is far from zero as well.
    assert conger_kappa(codes).p_value < 1e-6  # type: ignore[operator]


def test_the_sparse_table_of_risk_ratings_holds_as_many_ratings_as_in_r() -> None:
    frame = data("human_risk_ratings")
    frame = frame[(frame["feedback"] == 0) & (frame["id"] <= 1500)]
    often = frame.groupby("id")["rating"].transform("size") > 1
    assert r_values("agreement")["krippendorff_human_sparse"]["ratings"] == int(often.sum())


def test_the_error_by_gwet_is_ours_where_nobody_is_rated_once() -> None:
    for record in COMPLETE:
        _, name, weighting = record.split("_")
        for coefficient, estimate in coefficients(record).items():
            weights = NAMES.get(weighting, weighting)
            assert pytest.approx(error_by_gwet(TABLES[name](), weights, coefficient), rel=1e-9) == estimate.se  # type: ignore[arg-type]
