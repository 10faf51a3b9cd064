"""Sample sizes of development and of a test of the AUC against pmsampsize and pROC, and what goes with them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import Values, data, r_values
from rvn.errors import ContractError
from rvn.validation.association.regression import logistic_regression
from rvn.validation.planning.sample_size_auc_test import power_auc_test, sample_size_auc_test
from rvn.validation.planning.sample_size_development import (
    sample_size_development,
    sample_size_development_in_time,
)

R = r_values("validation_design")


def check(expected: Values, found: tuple, parameters: int, events: float, r_squared: float, *, within: int = 0) -> None:
    table, sizes = expected["table"], [row.value for row in found]
    assert pytest.approx(expected["sample_size"], abs=within) == max(sizes)
    assert pytest.approx(expected["events"], abs=0.01 + within * events) == max(sizes) * events
    assert pytest.approx(expected["EPP"], abs=0.01 + within * events) == max(sizes) * events / parameters
    assert pytest.approx(table["Samp_size"][:2], abs=within) == sizes[:2]
    assert pytest.approx(table["EPP"][:2], abs=0.01 + within * events) == [n * events / parameters for n in sizes[:2]]
    assert {parameters} == set(table["Parameter"])
    most = table["Max_Rsq"][0]
    assert pytest.approx(table["CS_Rsq"][0], abs=3e-4) == r_squared
    assert pytest.approx(table["Nag_Rsq"][0], abs=1e-3) == r_squared / most
    assert pytest.approx(table["Shrinkage"][:2], abs=1e-3) == [0.9, r_squared / (r_squared + 0.05 * most)]


@pytest.mark.parametrize(
    ("name", "parameters", "prevalence", "r_squared"), [("a", 10, 0.45, 0.15), ("b", 24, 0.05, 0.1)]
)
def test_a_logistic_model_needs_what_pmsampsize_says(name, parameters, prevalence, r_squared):
    expected = R["pmsampsize_binary_csr2"][name]
    found = sample_size_development(parameters, prevalence, r_squared=r_squared)
    check(expected, found, parameters, prevalence, r_squared)
    assert expected["table"]["Samp_size"][2] == found[2].value


def test_from_an_auc_we_integrate_where_pmsampsize_simulates():
    expected = R["pmsampsize_binary"]
    found = sample_size_development(10, 0.45, auc=0.72)
    r_squared = float(found[0].method.split()[-1])
    check(expected, found, 10, 0.45, r_squared, within=3)
    assert expected["table"]["Samp_size"][2] == found[2].value


def test_a_model_of_follow_up_needs_what_pmsampsize_says():
    found = sample_size_development_in_time(30, 0.065, 2, 2.07, r_squared=0.051)
    check(R["pmsampsize_survival"], found, 30, 0.065 * 2.07, 0.051)
    # The third criterion needs fewer than the others here, which is all that pmsampsize prints of it.
    assert R["pmsampsize_survival"]["table"]["Samp_size"][2] > found[2].value


def test_the_test_of_an_auc_is_that_of_proc_with_obuchowskis_variance():
    expected = R["power_roc"]
    for record, auc, power, ratio in (
        ("n_for_auc70_power90", 0.7, 0.9, 1),
        ("n_auc75_kappa3", 0.75, 0.8, 3),
    ):
        found = sample_size_auc_test(auc, power=power, others_per_case=ratio, variance="obuchowski")
        cases = expected[record]["ncases"]
        assert math.ceil(cases) == found.value
        assert pytest.approx(ratio * cases, rel=1e-9) == expected[record]["ncontrols"]
        exact = power_auc_test(auc, cases, ratio * cases, variance="obuchowski")
        assert pytest.approx(power, abs=1e-9) == exact
    found = power_auc_test(0.65, 100, 200, variance="obuchowski")
    assert pytest.approx(expected["power_auc65_100_200"], rel=1e-9) == found


@given(st.floats(0.55, 0.95), st.floats(0.5, 0.99), st.floats(0.2, 5))
def test_the_size_found_has_the_power_wanted_and_one_case_less_has_not(auc, power, ratio):
    cases = int(sample_size_auc_test(auc, power=power, others_per_case=ratio).value)
    assert power_auc_test(auc, cases, cases * ratio) >= power - 1e-9
    if cases > 1:
        assert power_auc_test(auc, cases - 1, (cases - 1) * ratio) < power + 1e-9


def test_shrinkage_by_van_houwelingen_and_le_cessie_follows_from_the_likelihood_ratio():
    frame, expected = data("compas").query("id <= 400"), R["bootstrap_shrinkage_closed"]
    columns = {
        "sex": frame["sex"] == "Male",
        "degree": frame["c_charge_degree"] == "M",
        **{name: frame[name] for name in ("age", "priors_count", "juv_fel_count", "juv_misd_count", "juv_other_count")},
    }
    predictors = {name: np.asarray(column, dtype=float) for name, column in columns.items()}
    table = logistic_regression(frame["two_year_recid"], predictors)
    gain = 2 * (table.log_likelihood - table.null_log_likelihood)
    assert pytest.approx([expected["lr_chisq"], expected["df"]]) == [gain, len(columns)]
    assert pytest.approx(expected["van_houwelingen_le_cessie"]) == (gain - len(columns)) / gain


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sample_size_development(10, 0.3), "either `r_squared` or `auc`"),
        (lambda: sample_size_development(10, 0.3, r_squared=0.1, auc=0.7), "either `r_squared` or `auc`"),
        (lambda: sample_size_development(0, 0.3, r_squared=0.1), "`parameters` is 0"),
        (lambda: sample_size_development(10, 0.3, r_squared=0.9), "`r_squared` is 0.9"),
        (lambda: sample_size_development(10, 1.0, r_squared=0.1), "`prevalence` is 1"),
        (lambda: sample_size_development(10, 0.3, auc=0.5), "`auc` is 0.5"),
        (lambda: sample_size_development_in_time(10, 0, 2, 2, r_squared=0.1), "`rate` is 0"),
        (lambda: sample_size_auc_test(0.5), "must differ"),
        (lambda: sample_size_auc_test(0.8, null=0.6, variance="obuchowski"), "a test of 0.5"),
        (lambda: sample_size_auc_test(0.8, power=1), "`power` is 1"),
    ],
)
def test_impossible_plans_are_refused(call, message):
    with pytest.raises(ContractError, match=message):
        call()
