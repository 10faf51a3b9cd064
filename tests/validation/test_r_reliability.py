"""What else psych, DescTools and R say of scales: wrong intervals, differential items, retests, scored scales."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scales import KEY, bfi, cesd, complete, induc
from scipy import stats

import rvn
from reference import compas_filtered, data, r_values
from rvn.validation.agreement.icc import FORMS, icc
from rvn.validation.estimate import Estimate
from rvn.validation.groups.mantel_haenszel import odds_ratio_at_equal_score
from rvn.validation.reliability.change import limits_of_agreement
from rvn.validation.reliability.correlation import correlation
from rvn.validation.reliability.internal_consistency import alpha_of, cronbach_alpha, split_half

RELIABILITY, SCORING = r_values("reliability"), r_values("scoring")
BIG_FIVE = [f"{factor}{place}" for factor in "ACENO" for place in range(1, 6)]


@pytest.mark.parametrize("scale", KEY)
def test_desctools_has_another_interval_of_alpha_half_as_wide(scale: str) -> None:
    values = RELIABILITY[f"alpha_bfi_complete_{scale}"]["desctools"]
    found = cronbach_alpha(bfi(scale))
    assert 0.3 < (values["upr.ci"] - values["lwr.ci"]) / (found.high - found.low) < 0.6
    assert found.low < values["lwr.ci"] < found.value < values["upr.ci"] < found.high


def test_items_of_the_cesd_have_the_mean_spread_and_skewness_of_r() -> None:
    values, items = RELIABILITY["item_total_correlations_cesd"], pd.DataFrame(complete(cesd()))
    assert pytest.approx(list(values["mean"]), rel=1e-9) == items.mean().to_list()
    assert pytest.approx(list(values["sd"]), rel=1e-9) == items.std().to_list()
    assert pytest.approx(list(values["skew"]), rel=1e-9) == list(stats.skew(items))


def test_the_correlation_of_halves_is_that_of_r() -> None:
    values, items = RELIABILITY["split_half_cesd_odd_even"], complete(cesd())
    odd, even = items[:, ::2].sum(axis=1), items[:, 1::2].sum(axis=1)
    assert pytest.approx(values["r"], rel=1e-9) == correlation(odd, even).value
    assert pytest.approx(values["spearman_brown"], rel=1e-9) == split_half(odd, even).value


@pytest.mark.parametrize("scale", KEY)
def test_alpha_and_spread_behind_the_error_of_measurement_are_those_of_psych(scale: str) -> None:
    values, items = RELIABILITY["standard_error_of_measurement"][scale], complete(bfi(scale))
    assert pytest.approx((values["alpha"], values["sd_sum"]), rel=1e-9) == (
        cronbach_alpha(items).value,
        items.sum(axis=1).std(ddof=1),
    )


@pytest.mark.parametrize(("record", "later"), [("base_6m", "CES_D_6m"), ("base_12m", "CES_D_12m")])
def test_a_retest_is_that_of_r_in_every_value(record: str, later: str) -> None:
    values, frame = RELIABILITY["test_retest_cesd"][record], data("help_items")
    found = correlation(frame["CES_D"], frame[later])
    assert (values["n"], pytest.approx(values["r"])) == (found.n, found.value)
    assert pytest.approx(list(values["r_ci"]), rel=1e-9) == [found.low, found.high]
    rows = values["icc"]
    assert ["ICC1", "ICC2", "ICC3", "ICC1k", "ICC2k", "ICC3k"] == list(rows["type"])
    assert 6 == len(rows["_rows"])
    for place, form in enumerate(("1", "A,1", "C,1", "k", "A,k", "C,k")):
        row = icc(frame[["CES_D", later]], form)  # type: ignore[arg-type]
        assert form in FORMS
        assert pytest.approx((rows["ICC"][place], rows["F"][place], rows["p"][place]), rel=1e-9) == (
            row.value,
            row.statistic,
            row.p_value,
        )
        assert f"F({rows['df1'][place]:g}, {rows['df2'][place]:g})" in row.notes[0]
        assert pytest.approx((rows["lower bound"][place], rows["upper bound"][place]), rel=1e-9) == (row.low, row.high)
    values = values["bland_altman"]
    mean, low, high = limits_of_agreement(frame["CES_D"], frame[later])
    assert pytest.approx((values["mean_diff"], values["loa_lower"], values["loa_upper"]), rel=1e-9) == (
        mean.value,
        low.value,
        high.value,
    )
    assert pytest.approx(values["sd_diff"], rel=1e-9) == mean.se * math.sqrt(mean.n)


def test_items_that_women_answer_otherwise_at_equal_totals_are_those_of_r() -> None:
    items = data("help_items")[["female", *(f"M{n}" for n in range(1, 51) if n % 10 != 5)]].dropna()
    total = items.drop(columns="female").sum(axis=1)
    band = pd.cut(total, np.quantile(total, np.linspace(0, 1, 6)), include_lowest=True).cat.codes
    for values in RELIABILITY["dif_mantel_haenszel_induc"]:
        found = odds_ratio_at_equal_score(items[values["item"]], band, items["female"], reference=0)
        (row,) = found
        assert pytest.approx((values["or"], values["lower"], values["upper"]), rel=1e-9) == (
            row.value,
            row.low,
            row.high,
        )
        assert pytest.approx((values["chisq"], values["p"]), rel=1e-9) == (row.statistic, row.p_value)


# scoring


def definition(folder: Path, sign_of: dict[str, bool]) -> rvn.Instrument:
    """Write the Big Five as an instrument: five prorated scales, reversed items with reversed points."""
    lines = [
        "rvn: 1",
        "id: big-five",
        'version: "1"',
        "status: research",
        "title: {en: Big Five}",
        "purpose: {en: Scores the Big Five as psych does.}",
        "not_for: {en: Decisions about people.}",
        "licence: {terms: public, ship: true}",
        "sources: {psych: {cite: psych for R}}",
        "items:",
    ]
    for item, turned in sign_of.items():
        options = ", ".join(f'"{answer}": {7 - answer if turned else answer}' for answer in range(1, 7))
        lines.append(f"  - {{id: {item.lower()}, kind: choice, options: {{{options}}}}}")
    lines.append("scales:")
    for name, keys in KEY.items():
        members = ", ".join(key.lstrip("-").lower() for key in keys.split())
        lines.append(f"  - {{id: {name}, items: [{members}], missing: {{allow: 4, method: prorate}}}}")
    lines.append("outcome: agree")
    path = folder / "big-five.yaml"
    path.write_text("\n".join(lines) + "\n")
    return rvn.load(str(path))


@pytest.fixture(scope="module")
def prorated(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Return the scales of everybody as an instrument scores them."""
    turned = {key.lstrip("-"): key.startswith("-") for keys in KEY.values() for key in keys.split()}
    instrument = definition(tmp_path_factory.mktemp("big-five"), turned)
    answers = data("bfi")[BIG_FIVE].astype("Int64").astype("string").rename(columns=str.lower)
    return instrument.score_frame(answers).frame[list(KEY)].astype(float)


def imputed(method: str) -> dict[str, pd.DataFrame]:
    """Return the items of every scale with psych's imputation: none, or the mean or median of the item."""
    frames = {name: pd.DataFrame(bfi(name)) for name in KEY}
    if method == "none":
        return frames
    return {name: frame.fillna(getattr(frame, method)()) for name, frame in frames.items()}


def column(values: dict[str, list[float]]) -> np.ndarray:
    return np.array([[np.nan if x is None else x for x in values[f"col{place}"]] for place in range(1, 6)]).T


def test_prorated_scales_are_five_times_the_mean_scores_of_psych(prorated: pd.DataFrame) -> None:
    values, frame = SCORING["scoreitems_bfi_none"], data("bfi")
    assert list(KEY) == list(values["scale"])
    lacking = frame[BIG_FIVE].isna().any(axis=1)
    for name, rows in (("first_rows", frame.index[:12]), ("rows_with_missing", frame.index[lacking][:10])):
        expected = values[name]
        assert list(expected["id"]) == frame.loc[rows, "id"].to_list()
        np.testing.assert_allclose(5 * column(expected["mean_scores"]), prorated.loc[rows], rtol=1e-12)
        # psych's totals without imputation are sums of what was answered: as if absent answers were zero.
        answered = np.column_stack([np.nansum(bfi(scale)[rows], axis=1) for scale in KEY])
        np.testing.assert_allclose(column(expected["total_scores"]), answered)
    some = column(values["rows_with_missing"]["total_scores"]) < prorated.loc[frame.index[lacking][:10]].to_numpy()
    assert some.any()
    assert pytest.approx(list(values["mean"]), rel=1e-9) == (prorated.mean() / 5).to_list()
    assert pytest.approx(list(values["sd"]), rel=1e-9) == (prorated.std() / 5).to_list()


@pytest.mark.parametrize("method", ["mean", "median"])
def test_imputing_the_sample_is_not_offered_and_moves_scores(method: str, prorated: pd.DataFrame) -> None:
    values, frame = SCORING[f"scoreitems_bfi_{method}"], data("bfi")
    scores = np.column_stack([items.mean(axis=1) for items in imputed(method).values()])
    lacking = frame[BIG_FIVE].isna().any(axis=1)
    for name, rows in (("first_rows", frame.index[:12]), ("rows_with_missing", frame.index[lacking][:10])):
        expected = values[name]
        assert list(expected["id"]) == frame.loc[rows, "id"].to_list()
        np.testing.assert_allclose(column(expected["mean_scores"]), scores[rows])
        np.testing.assert_allclose(column(expected["total_scores"]), 5 * scores[rows])
    assert list(KEY) == list(values["scale"])
    assert pytest.approx(list(values["mean"]), rel=1e-9) == list(scores.mean(axis=0))
    assert pytest.approx(list(values["sd"]), rel=1e-9) == list(scores.std(axis=0, ddof=1))
    np.testing.assert_allclose(5 * scores[~lacking], prorated[~lacking])  # whoever answered everything has one score
    assert np.abs(5 * scores[lacking] - prorated[lacking]).max().max() > 0.5


@pytest.mark.parametrize("method", ["none", "mean", "median"])
def test_scales_hang_together_as_psych_says(method: str, prorated: pd.DataFrame) -> None:
    values, items = SCORING[f"scoreitems_bfi_{method}"], imputed(method)
    scores = prorated if method == "none" else pd.DataFrame({name: frame.mean(axis=1) for name, frame in items.items()})
    plain = Estimate(name="alpha", value=math.nan, n=len(scores))
    alpha = np.array([alpha_of(frame.cov().to_numpy(), plain).value for frame in items.values()])
    size = np.array(list(values["n_items"]))
    assert [5] * 5 == size.tolist()
    assert pytest.approx(list(values["alpha"]), rel=1e-9) == alpha
    assert pytest.approx(list(values["av_r"]), rel=1e-9) == alpha / (size - (size - 1) * alpha)
    found = np.array([[correlation(scores[a], scores[b]).value for a in KEY] for b in KEY])
    theirs, corrected = column(values["scale_cor"]), column(values["corrected_cor"])
    # psych takes the correlations of scales from the covariances of their items, which differ where answers are absent.
    assert pytest.approx(theirs, rel=1e-9 if method != "none" else 0.02, abs=2e-3) == found
    for one in range(5):
        for other in range(one):
            pair = theirs[one, other] / math.sqrt(alpha[one] * alpha[other])
            assert pytest.approx((corrected[other, one], corrected[one, other]), rel=1e-9) == (pair, theirs[one, other])
    assert pytest.approx(np.diag(corrected), rel=1e-9) == alpha


def test_the_rules_of_the_study_as_r_counted_them() -> None:
    values, items, frame = SCORING["cesd_rules"], cesd(), data("help_items")
    lacking = np.isnan(items).sum(axis=1)
    assert (values["n"], [462, 8]) == (len(items), [(lacking == 0).sum(), (lacking == 1).sum()])
    assert [values["missing_items_per_person"][key] for key in ("0", "1")] == [462, 8]
    raw = np.nansum(items, axis=1)
    some = lacking > 0
    unrounded = raw[some] / (20 - lacking[some]) * 20
    assert pytest.approx(list(values["prorated_unrounded"]), rel=1e-12) == list(unrounded)
    stated = frame.loc[some, "CES_D"].to_numpy()
    assert (
        values["rounded_half_even_equal"],
        values["truncated_equal"],
        values["sum_without_prorating_equal"],
    ) == ((np.round(unrounded) == stated).sum(), (np.floor(unrounded) == stated).sum(), (raw[some] == stated).sum())


def test_sums_of_the_induc_and_the_socrates_are_those_of_the_study() -> None:
    values, frame = SCORING["induc_rules"], data("help_items")
    total = pd.Series(induc().sum(axis=1))
    assert (values["total_equal"], values["with_score"], values["complete"]) == (
        (total == frame["INDTOT"]).sum(),
        frame["INDTOT"].notna().sum(),
        total.notna().sum(),
    )
    control = frame[["M5", "M15", "M25", "M35", "M45"]].sum(axis=1, skipna=False)
    assert values["control_equal"] == (control == frame["CNTRL"]).sum()
    scales = ("RAW_RE", "RAW_AM", "RAW_TS")
    assert list(SCORING["socrates_rules"]["with_score"]) == [frame[name].notna().sum() for name in scales]


def test_standard_scores_and_quantiles_of_the_deciles() -> None:
    values, score = SCORING["norms_compas_decile"], compas_filtered()["decile_score"]
    mean, deviation = score.mean(), score.std()
    assert pytest.approx((values["mean"], values["sd"]), rel=1e-12) == (mean, deviation)
    points = np.array(list(values["score"]))
    assert pytest.approx(list(values["z"]), rel=1e-9) == list((points - mean) / deviation)
    assert pytest.approx(list(values["t_score"]), rel=1e-9) == list(50 + 10 * (points - mean) / deviation)
    assert list(values["n"]) == score.value_counts().sort_index().to_list()
    at = [0.05, 0.25, 0.5, 0.75, 0.95]
    assert list(values["quantiles_type7"]) == list(np.quantile(score, at))
    assert list(values["quantiles_type2"]) == list(np.quantile(score, at, method="averaged_inverted_cdf"))
