"""Intervals and tests of shares that R offers and rvn does not, each from its formula.

rvn gives those that hold their level (Wilson, Jeffreys, exact, Agresti-Coull; Newcombe, Miettinen-Nurminen, Koopman;
Garwood; Goodman). The others stand here so that a published number can be told apart by its method.
"""

import math

import numpy as np
import pytest
from scipy import optimize, special, stats

from reference import compas_filtered, r_values
from rvn.validation.foundations.multiplicity import benjamini_hochberg
from rvn.validation.rates.observed import shares_by_level
from rvn.validation.rates.proportions import limits

R = r_values("proportions")
Z = stats.norm.isf(0.025)


def close(expected: object, rel: float = 1e-9, absolute: float = 1e-14) -> object:
    if isinstance(expected, list):
        expected = [math.nan if value == "NaN" else value for value in expected]
    return pytest.approx(expected, rel, absolute, nan_ok=True)


def within(low, high, lowest=0.0, highest=1.0):
    return [max(low, lowest), min(high, highest)]


# One share -----------------------------------------------------------------------------------------------------------


def wald(x, n):
    half = Z * math.sqrt(x / n * (1 - x / n) / n)
    return x / n - half, x / n + half


def corrected_wilson(x, n):
    """Wilson's limits with half a person added on the far side."""
    p, q = x / n, 1 - x / n
    low = 2 * x + Z**2 - 1 - Z * math.sqrt(max(Z**2 - 2 - 1 / n + 4 * p * (n * q + 1), 0))
    high = 2 * x + Z**2 + 1 + Z * math.sqrt(max(Z**2 + 2 - 1 / n + 4 * p * (n * q - 1), 0))
    return within(0 if x == 0 else low / (2 * (n + Z**2)), 1 if x == n else high / (2 * (n + Z**2)))


def modified_wilson(x, n):
    """Wilson's limits, replaced by Poisson's where few people have the event, or have not (Brown et al. 2001)."""
    low, high = limits(x, n)
    few = 2 if n <= 50 else 3 if n <= 100 else 0
    low = stats.chi2.ppf(0.05, 2 * x) / 2 / n if 1 <= x <= few else low
    high = 1 - stats.chi2.ppf(0.05, 2 * (n - x)) / 2 / n if 1 <= n - x <= few else high
    return [low, high]


def arcsine(x, n):
    middle, half = math.asin(math.sqrt((x + 0.375) / (n + 0.75))), Z / 2 / math.sqrt(n)
    return [math.sin(middle - half) ** 2, math.sin(middle + half) ** 2]


def logit(x, n):
    """R has exp(infinity) over itself at 0 and n of n people."""
    if x in (0, n):
        return [0 if x == 0 else math.nan, math.nan]
    middle, half = math.log(x / (n - x)), Z * math.sqrt(n / (x * (n - x)))
    return [float(special.expit(middle - half)), float(special.expit(middle + half))]


def mid_p(x, n):
    def above(p):
        return stats.binom.sf(x, n, p) + stats.binom.pmf(x, n, p) / 2

    end = 1 - 1e-15
    low = optimize.brentq(lambda p: above(p) - 0.025, 1e-15, end, xtol=1e-15) if x else 0.0
    return [low, optimize.brentq(lambda p: above(p) - 0.975, 1e-15, end, xtol=1e-15) if x < n else 1.0]


def likelihood(x, n):
    def drop(p):
        return 2 * float(stats.binom.logpmf(x, n, x / n) - stats.binom.logpmf(x, n, p)) - Z**2

    low = optimize.brentq(drop, 1e-12, x / n, xtol=1e-15) if x else 0.0
    return [low, optimize.brentq(drop, x / n, 1 - 1e-12, xtol=1e-15) if x < n else 1.0]


def blaker(x, n):
    """Blaker's limits as DescTools has them: the last step of 1e-5 from the exact ones that is not acceptable."""

    def acceptable(p):
        up, down = stats.binom.sf(x - 1, n, p), stats.binom.cdf(x, n, p)
        first = up + stats.binom.cdf(stats.binom.ppf(up, n, p) - 1, n, p)
        return np.minimum(first, down + stats.binom.sf(stats.binom.ppf(1 - down, n, p), n, p)) >= 0.05

    def come_in(limit, step):
        # Step by step, as round-off decides at the last one where the level is met exactly.
        places = np.add.accumulate(np.append(limit, np.full(10_000, step)))
        return places[np.argmax(acceptable(places[1:].clip(0, 1)))]

    low, high = (float(limit) for limit in limits(x, n, method="exact"))
    return [come_in(low, 1e-5) if x else low, come_in(high, -1e-5) if x < n else high]


# R looks for some of them with uniroot, which by its own word stops within the fourth root of the precision of numbers.
STOP = np.finfo(float).eps ** 0.25
ONE = {
    "wald": (lambda x, n: within(*wald(x, n)), 1e-14),
    "wilsoncc": (corrected_wilson, 1e-14),
    "modified wilson": (modified_wilson, 1e-14),
    "arcsine": (arcsine, 1e-14),
    "logit": (logit, 1e-14),
    "midp": (mid_p, STOP),
    "lik": (likelihood, STOP),
    "blaker": (blaker, 1e-14),
}


@pytest.mark.parametrize("method", ONE)
@pytest.mark.parametrize("place", range(len(R["one_proportion"])))
def test_limits_of_a_share(place, method):
    record = R["one_proportion"][place]
    formula, stop = ONE[method]
    assert close(record["desctools"][method], absolute=stop) == list(formula(record["x"], record["n"]))


@pytest.mark.parametrize("place", range(len(R["one_proportion"])))
def test_walds_limits_leave_the_scale_in_hmisc_and_the_test_of_one_half_is_binomial(place):
    record = R["one_proportion"][place]
    x, n = record["x"], record["n"]
    assert close(record["hmisc_asymptotic"]) == [x / n, *wald(x, n)]
    assert close(record["binom_p_half"]) == stats.binomtest(x, n).pvalue


# Two shares ----------------------------------------------------------------------------------------------------------


def difference(x1, n1, x2, n2, half, centre=None):
    middle = x1 / n1 - x2 / n2 if centre is None else centre
    return within(middle - half, middle + half, -1.0)


def plain(x1, n1, x2, n2, less=0):
    """Return the standard error of the difference, its divisors `less` than the people."""
    return math.sqrt(x1 / n1 * (1 - x1 / n1) / (n1 - less) + x2 / n2 * (1 - x2 / n2) / (n2 - less))


def agresti_caffo(x1, n1, x2, n2):
    more = (x1 + 1, n1 + 2, x2 + 1, n2 + 2)
    return difference(x1, n1, x2, n2, Z * plain(*more), more[0] / more[1] - more[2] / more[3])


def newcombe_corrected(x1, n1, x2, n2):
    (l1, u1), (l2, u2) = corrected_wilson(x1, n1), corrected_wilson(x2, n2)
    p1, p2 = x1 / n1, x2 / n2
    return within(p1 - p2 - math.hypot(p1 - l1, u2 - p2), p1 - p2 + math.hypot(u1 - p1, p2 - l2), -1.0)


def mee(x1, n1, x2, n2):
    """Differences whose score test, with the shares as likely as they can be made, does not reach Z."""

    def excess(d):
        def fit(q):
            return -(
                special.xlogy(x1, q + d)
                + special.xlog1py(n1 - x1, -(q + d))
                + special.xlogy(x2, q)
                + special.xlog1py(n2 - x2, -q)
            )

        low, high = max(0.0, -d), min(1.0, 1 - d)
        q = optimize.minimize_scalar(fit, bounds=(low, high), method="bounded", options={"xatol": 1e-13}).x

        def slope(q):
            return x1 / (q + d) - (n1 - x1) / (1 - q - d) + x2 / q - (n2 - x2) / (1 - q)

        near = 1e-7
        if low + near < q < high - near:  # a flat top is found to half the digits only; its slope to all
            q = optimize.brentq(slope, q - near, q + near, xtol=1e-16) if slope(q - near) * slope(q + near) < 0 else q
        p = q + d
        return (x1 / n1 - x2 / n2 - d) ** 2 - Z**2 * (p * (1 - p) / n1 + q * (1 - q) / n2)

    middle = x1 / n1 - x2 / n2
    low = -1.0 if middle == -1 else optimize.brentq(excess, -1 + 1e-12, min(middle, 1 - 1e-9), xtol=1e-14)
    return [low, 1.0 if middle == 1 else optimize.brentq(excess, max(middle, -1 + 1e-9), 1 - 1e-12, xtol=1e-14)]


def brown_li(x1, n1, x2, n2):
    more = (x1 + 0.5) / (n1 + 1), (x2 + 0.5) / (n2 + 1)
    half = Z * math.sqrt(more[0] * (1 - more[0]) / n1 + more[1] * (1 - more[1]) / n2)
    return difference(x1, n1, x2, n2, half, more[0] - more[1])


def hauck_anderson(x1, n1, x2, n2):
    return difference(x1, n1, x2, n2, 1 / (2 * min(n1, n2)) + Z * plain(x1, n1, x2, n2, less=1))


def beal(x1, n1, x2, n2, more):
    """Return Haldane's limits, or with `more` of a person on either side those of Jeffreys and Perks (Beal 1987)."""
    d = x1 / n1 - x2 / n2
    psi = ((x1 + more) / (n1 + 2 * more) + (x2 + more) / (n2 + 2 * more)) / 2
    u, v = (1 / n1 + 1 / n2) / 4, (1 / n1 - 1 / n2) / 4
    inside = u * (4 * psi * (1 - psi) - d**2) + 2 * v * (1 - 2 * psi) * d
    inside += 4 * Z**2 * u**2 * (1 - psi) * psi + Z**2 * v**2 * (1 - 2 * psi) ** 2
    centre = (d + Z**2 * v * (1 - 2 * psi)) / (1 + Z**2 * u)
    return difference(x1, n1, x2, n2, Z / (1 + Z**2 * u) * math.sqrt(inside), centre)


TWO = {
    "wald": lambda *people: difference(*people, Z * plain(*people)),
    "waldcc": lambda *people: difference(*people, Z * plain(*people) + (1 / people[1] + 1 / people[3]) / 2),
    "ac": agresti_caffo,
    "scorecc": newcombe_corrected,
    "mee": mee,
    "blj": brown_li,
    "ha": hauck_anderson,
    "hal": lambda *people: beal(*people, 0.0),
    "jp": lambda *people: beal(*people, 0.5),
}


@pytest.mark.parametrize("method", TWO)
@pytest.mark.parametrize("place", range(len(R["two_proportions_difference"])))
def test_limits_of_a_difference(place, method):
    record = R["two_proportions_difference"][place]
    people = [record[name] for name in ("x1", "n1", "x2", "n2")]
    expected = record["desctools"][method]
    assert close(expected[0]) == people[0] / people[1] - people[2] / people[3]
    assert close(expected[1:], absolute=STOP if method == "mee" else 1e-14) == TWO[method](*people)


@pytest.mark.parametrize("place", range(len(R["two_proportions_difference"])))
def test_two_tests_of_a_difference(place):
    record = R["two_proportions_difference"][place]
    x1, n1, x2, n2 = (record[name] for name in ("x1", "n1", "x2", "n2"))
    table = np.array([[x1, n1 - x1], [x2, n2 - x2]])
    assert close(record["fisher_p"], 1e-7) == stats.fisher_exact(table).pvalue
    found = record["prop_test"]
    assert close(found["ci"]) == difference(x1, n1, x2, n2, Z * plain(x1, n1, x2, n2))
    if (table.sum(axis=0) == 0).any():  # everybody or nobody: nothing to test
        assert ["NaN", "NaN"] == [found["chisq"], found["p"]]
    else:
        test = stats.chi2_contingency(table, correction=False)
        assert close([found["chisq"], found["p"]]) == [test.statistic, test.pvalue]


@pytest.mark.parametrize("place", range(len(R["two_proportions_ratio"])))
def test_score_limits_of_an_odds_ratio(place):
    """PropCIs goes out from 1.1 times the ratio by steps of a thousandth, and takes the first step beyond the limit."""
    record = R["two_proportions_ratio"][place]
    x1, n1, x2, n2 = (record[name] for name in ("x1", "n1", "x2", "n2"))

    def excess(log_ratio):
        ratio = math.exp(log_ratio)
        # The share in the second group at this ratio, given all events, solves a parabola.
        a, b = n2 * (ratio - 1), n1 * ratio + n2 - (x1 + x2) * (ratio - 1)
        q = (math.sqrt(b**2 + 4 * a * (x1 + x2)) - b) / (2 * a)
        p = ratio * q / (1 + q * (ratio - 1))
        chi2 = (x1 - n1 * p) ** 2 * (1 / (n1 * p * (1 - p)) + 1 / (n2 * q * (1 - q)))
        return chi2 * (n1 + n2 - 1) / (n1 + n2) - Z**2

    observed = math.log(x1 * (n2 - x2) / (x2 * (n1 - x1)))
    for sign, expected in zip((-1, 1), record["or_score_propcis"], strict=True):
        limit = optimize.brentq(excess, observed, observed + 6 * sign, xtol=1e-14)
        start, step = observed + sign * math.log(1.1), sign * math.log(1.001)
        assert close(math.log(expected), 1e-9) == start + step * math.ceil((limit - start) / step)


# Observed and expected numbers ----------------------------------------------------------------------------------------


def byar(o, e, z=Z):
    """Return Byar's limits of observed over expected, with half an event more, as epitools and DescTools have it."""
    half, more = z / 3 / math.sqrt(o + 0.5), o + 0.5
    return [more * (1 - 1 / (9 * more) + sign * half) ** 3 / e for sign in (-1, 1)]


@pytest.mark.parametrize("place", range(len(R["poisson_observed_expected"])))
def test_limits_of_observed_over_expected(place):
    record = R["poisson_observed_expected"][place]
    o, e = record["O"], record["E"]
    normal = [o / e, (o - Z * math.sqrt(o)) / e, (o + Z * math.sqrt(o)) / e]
    middle, half = o + Z**2 / 2, Z * math.sqrt(o + Z**2 / 4)
    assert close(record["byar"] + record["desctools_per_E"]["byar"]) == 2 * [o / e, *byar(o, e)]
    assert close(record["normal"]) == normal
    assert close(record["desctools_per_E"]["wald"]) == normal
    assert close(record["desctools_per_E"]["score"]) == [o / e, (middle - half) / e, (middle + half) / e]
    assert close(record["test_exact_p"], 1e-7) == poisson_test(o, e)


def poisson_test(observed, expected):
    """Return the chance of a number that is no likelier than the observed one."""
    numbers = np.arange(int(expected + 40 * math.sqrt(expected) + 40))
    chances = stats.poisson.pmf(numbers, expected)
    return float(chances[chances <= stats.poisson.pmf(observed, expected) * (1 + 1e-7)].sum())


@pytest.mark.parametrize("name", ["p_model", "p_decile", "p_naive"])
def test_limits_and_test_of_observed_over_expected_risks(name):
    """rvn's test is of the risks themselves: z = (O - E) / sqrt(sum of p(1 - p))."""
    record = r_values("calibration")[f"expected_observed_{name}"]
    assert close(record["OE_byar"]) == byar(record["O"], record["E"])
    assert close(record["OE_exact_p"], 1e-7) == poisson_test(record["O"], record["E"])


def test_byars_limits_of_rates_in_time():
    record = r_values("survival")["person_time_rates_compas"]
    for place, (events, years) in enumerate(zip(record["events"], record["person_years"], strict=True)):
        assert close([record["byar"][name][place] for name in ("lower", "upper")]) == byar(events, years)


# Association ----------------------------------------------------------------------------------------------------------


def pairs(table):
    """Return concordant and discordant pairs of a table, each counted once."""
    rows, columns = table.shape
    concordant = sum(table[i, j] * table[i + 1 :, j + 1 :].sum() for i in range(rows) for j in range(columns))
    return concordant, sum(table[i, j] * table[i + 1 :, :j].sum() for i in range(rows) for j in range(columns))


def gamma(table):
    concordant, discordant = pairs(table)
    return (concordant - discordant) / (concordant + discordant)


def somers_d(table):
    concordant, discordant = pairs(table)
    return 2 * (concordant - discordant) / (table.sum() ** 2 - (table.sum(axis=1) ** 2).sum())


def tau_b(table):
    concordant, discordant = pairs(table)
    n2 = table.sum() ** 2
    spread = (n2 - (table.sum(axis=0) ** 2).sum()) * (n2 - (table.sum(axis=1) ** 2).sum())
    return 2 * (concordant - discordant) / spread**0.5


def tau_c(table):
    concordant, discordant = pairs(table)
    least = min(table.shape)
    return 2 * least * (concordant - discordant) / ((least - 1) * table.sum() ** 2)


def delta_error(statistic, table):
    """Return the standard error of a function of shares; the derivatives are exact, by a step into the imaginary."""
    slopes = np.zeros(table.shape)
    for cell in np.ndindex(table.shape):
        moved = table.astype(complex)
        moved[cell] += 1e-30j
        slopes[cell] = statistic(moved).imag / 1e-30
    slopes -= (table * slopes).sum() / table.sum()
    return math.sqrt(float((table * slopes**2).sum()))


def deciles():
    people = compas_filtered()
    table = np.zeros((10, 2))
    np.add.at(table, (people["decile_score"].to_numpy() - 1, people["two_year_recid"].to_numpy()), 1)
    return table


@pytest.mark.parametrize(
    ("name", "key", "statistic"),
    [("somers_d", "somers", somers_d), ("gamma", "gamma", gamma), ("tau_c", "tauc", tau_c)],
)
def test_limits_of_ordinal_associations(name, key, statistic):
    table = deciles()
    expected, half = R["effect_sizes"][name], Z * delta_error(statistic, table)
    assert close(expected[key]) == statistic(table)
    assert close([expected["lwr.ci"], expected["upr.ci"]]) == [statistic(table) - half, statistic(table) + half]


def test_the_error_of_tau_b_in_desctools_takes_one_derivative_wrong():
    """The term of the columns is multiplied by their spread, where it has to be divided: 0.009796, not 0.009789."""
    table = deciles()
    n, shares = table.sum(), table / table.sum()
    sides = (shares.sum(axis=1, keepdims=True), shares.sum(axis=0, keepdims=True))
    rows, columns = (math.sqrt(1 - float((side**2).sum())) for side in sides)
    concordant, discordant = pairs(table)
    net = 2 * (concordant - discordant) / n**2
    # By how much one more person in a cell adds to the concordant less the discordant pairs.
    cells = list(np.ndindex(table.shape))
    each = np.array([[np.sign((i - k) * (j - m)) for k, m in cells] for i, j in cells]) @ table.ravel() / n
    each = each.reshape(table.shape)

    def error(slope):
        variance = (shares * slope**2).sum() - (shares * slope).sum() ** 2
        return math.sqrt(float(variance) / n) / (rows * columns) ** 2

    right = 2 * each * rows * columns + net * (sides[0] * columns / rows + sides[1] * rows / columns)
    theirs = 2 * each * rows * columns + net * (sides[0] * columns / rows + sides[1] * rows * columns)
    assert close(delta_error(tau_b, table)) == error(right)
    expected, middle = R["effect_sizes"]["tau_b"], tau_b(table)
    limits_of_r = [expected["lwr.ci"], expected["tau_b"], expected["upr.ci"]]
    assert close(limits_of_r) == [middle - Z * error(theirs), middle, middle + Z * error(theirs)]
    assert pytest.approx([0.009789, 0.009796], abs=1e-6) == [error(right), error(theirs)]


def test_limits_of_two_measures_of_a_table_of_four():
    expected = R["effect_sizes"]
    table = np.array([expected["table"]["FALSE"], expected["table"]["TRUE"]], dtype=float)
    log_ratio = math.log(table[0, 0] * table[1, 1] / (table[0, 1] * table[1, 0]))
    half = Z * math.sqrt((1 / table).sum())
    ratio = expected["odds_ratio"]
    assert close([ratio["lwr.ci"], ratio["upr.ci"]]) == [math.exp(log_ratio - half), math.exp(log_ratio + half)]
    g = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood").statistic
    assert close(expected["g_test"]) == g
    # Of V = sqrt(chi-squared / n), by the noncentral chi-squared; DescTools stops within a hundred thousandth.
    v, n = expected["cramer_v"], table.sum()
    tails = [stats.ncx2.cdf(expected["chisq"], 1, n * v[name] ** 2) for name in ("lwr.ci", "upr.ci")]
    assert pytest.approx([0.975, 0.025], abs=1e-5) == tails
    assert pytest.approx(expected["chisq"], rel=1e-9) == n * v["Cramer V"] ** 2


# Several tests, several shares ----------------------------------------------------------------------------------------


def step_up(p_values, factor):
    """Return p-values times factors of their rank, none above the one that follows it."""
    order = np.argsort(p_values)[::-1]
    ranks = np.arange(len(order), 0, -1)
    adjusted = np.empty(len(order))
    adjusted[order] = np.minimum.accumulate(np.minimum(p_values[order] * factor(ranks, len(order)), 1))
    return adjusted


def hommel(p_values):
    """Every intersection of hypotheses is tested by Simes; a hypothesis falls with the last one that holds it."""
    m = len(p_values)
    result = np.zeros(m)
    for members in range(1, 2**m):
        which = np.flatnonzero([members >> place & 1 for place in range(m)])
        simes = (len(which) * np.sort(p_values[which]) / np.arange(1, len(which) + 1)).min()
        result[which] = np.maximum(result[which], simes)
    return result


def test_p_values_of_several_tests():
    """rvn has Holm's and Benjamini and Hochberg's; absent ones are none of those counted."""
    record = R["multiple_testing"]
    raw = np.array(record["none"][:-1])
    harmonic = (1 / np.arange(1, len(raw) + 1)).sum()
    for name, expected in (
        ("hochberg", step_up(raw, lambda rank, m: m - rank + 1)),
        ("hommel", hommel(raw)),
        ("BY", step_up(raw, lambda rank, m: harmonic * m / rank)),
    ):
        assert record[name][-1] is None
        assert close(record[name][:-1]) == expected.tolist()
    for name in ("BH", "fdr"):
        assert close(record[name][:-1]) == benjamini_hochberg(record["none"])[:-1].tolist()
        assert math.isnan(benjamini_hochberg(record["none"])[-1])


def of_normal(counts, quantile):
    """Return limits that are a multiple of each share's own standard error away."""
    shares = counts / counts.sum()
    half = np.sqrt(quantile * shares * (1 - shares) / counts.sum())
    return shares - half, shares + half


def of_score(counts, quantile):
    """Return limits at which the score test of each share reaches a quantile of chi-squared."""
    n = counts.sum()
    half = np.sqrt(quantile * (quantile + 4 * counts * (n - counts) / n))
    return (quantile + 2 * counts - half) / (2 * (n + quantile)), (quantile + 2 * counts + half) / (2 * (n + quantile))


COUNTS = np.array([56, 72, 73, 59, 62, 87, 58])
ONE_OF_MANY = {
    "wald": lambda counts: of_normal(counts, stats.chi2.isf(0.05, 1)),
    "wilson": lambda counts: of_score(counts, stats.chi2.isf(0.05, 1)),
    "qh": lambda counts: of_score(counts, stats.chi2.isf(0.05, len(counts) - 1)),
    "fs": lambda counts: [counts / counts.sum() + sign * Z / (2 * math.sqrt(counts.sum())) for sign in (-1, 1)],
}


@pytest.mark.parametrize("method", ONE_OF_MANY)
def test_limits_of_several_shares(method):
    """Wald's and Wilson's are those of each share alone; Quesenberry and Hurst's are wider than they need be."""
    record = R["multinomial"][method]
    assert close(record["col1"]) == (COUNTS / COUNTS.sum()).tolist()
    for column, expected in zip(("col2", "col3"), ONE_OF_MANY[method](COUNTS), strict=True):
        assert close(record[column]) == expected.tolist()


def test_simultaneous_limits_of_goodman_are_those_of_rvn():
    expected = R["multinomial"]["goodman"]
    found = shares_by_level(list("abcdefg"), list("abcdefg"), counts=COUNTS)
    assert close(expected["col1"]) == [row.value for row in found]
    assert close(expected["col2"]) == [row.low for row in found]
    assert close(expected["col3"]) == [row.high for row in found]


def sison_glaz(people, level=0.95):
    """Return limits `reach` people to either side, and above by the part of a further one that the level needs."""
    n = people.sum()
    before, reach = 0.0, 0
    now = chance_within(people, 1)
    while now <= level and reach < n:
        before, reach = now, reach + 1
        now = chance_within(people, reach + 1)
    part = (level - before) / (now - before)
    low = np.maximum(people - reach, 0) / n
    return low, np.minimum(people + reach + 2 * part, n) / n


def chance_within(people, reach):
    """Return the chance that new counts of so many people all lie within `reach` of these.

    The counts are Poisson and truncated; that they add up to all people is by Edgeworth's series to the fourth
    cumulant of their sum.
    """
    n = people.sum()
    top, bottom = people + reach, np.maximum(people - reach, 0)
    inside = stats.poisson.cdf(top, people) - stats.poisson.cdf(bottom - 1, people)
    # Factorial moments of a truncated Poisson number.
    moments = [
        people**order
        * (
            1
            + (
                (stats.poisson.cdf(bottom - 1, people) - stats.poisson.cdf(bottom - order - 1, people))
                - (stats.poisson.cdf(top, people) - stats.poisson.cdf(top - order, people))
            )
            / inside
        )
        for order in (1, 2, 3, 4)
    ]
    first, second, third, fourth = moments
    variance = second + first - first**2
    skew = third + second * (3 - 3 * first) + first - 3 * first**2 + 2 * first**3
    kurtosis = fourth + third * (6 - 4 * first) + second * (7 - 12 * first + 6 * first**2)
    kurtosis += first - 4 * first**2 + 6 * first**3 - 3 * first**4 - 3 * variance**2
    spread = variance.sum()
    z = (n - first.sum()) / math.sqrt(spread)
    g1, g2 = skew.sum() / spread**1.5, kurtosis.sum() / spread**2
    series = 1 + g1 * (z**3 - 3 * z) / 6 + g2 * (z**4 - 6 * z**2 + 3) / 24
    series += g1**2 * (z**6 - 15 * z**4 + 45 * z**2 - 15) / 72
    density = series * math.exp(-(z**2) / 2) / math.sqrt(2 * math.pi * spread)
    return float(np.exp(np.log(inside).sum() - special.xlogy(n, n) + n + special.gammaln(n + 1)) * density)


def test_as_many_people_to_either_side_of_every_share():
    """Sison and Glaz's limits, and one more person to either side where no part of a person is to be had (c + 1).

    They are narrower where levels are many; with few people the series under them is no chance any more.
    """
    low, high = sison_glaz(COUNTS)
    for name, lower, upper in (
        ("sisonglaz", low, high),
        ("cplus1", low - 1 / COUNTS.sum(), 2 * COUNTS / COUNTS.sum() - low + 1 / COUNTS.sum()),
    ):
        expected = R["multinomial"][name]
        assert close(expected["col1"]) == (COUNTS / COUNTS.sum()).tolist()
        assert close(expected["col2"], 1e-8) == lower.tolist()
        assert close(expected["col3"], 1e-8) == upper.tolist()
