"""Intraclass correlation: which part of the variance of scores lies between people, not between raters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import stats

from rvn.validation.agreement.ratings import rating_table
from rvn.validation.estimate import Estimate
from rvn.validation.foundations.quantiles import upper_tail
from rvn.validation.observations import contract

Form = Literal["1", "C,1", "A,1", "k", "C,k", "A,k"]
FORMS: tuple[Form, ...] = ("1", "C,1", "A,1", "k", "C,k", "A,k")
MCGRAW_WONG = "doi:10.1037/1082-989X.1.1.30"
BELOW_ROUNDING = 1e-14  # a mean square under this part of all of them is zero
ROUNDING = 1e-9  # variances that cancel to this part of themselves are equal


@dataclass(frozen=True)
class MeanSquares:
    """Mean squares of a complete table of people by raters (McGraw and Wong 1996, table 4)."""

    people: float
    raters: float
    residual: float
    within: float
    n: int
    k: int
    excluded: Mapping[str, int]


def mean_squares(ratings: npt.ArrayLike, *, counts: npt.ArrayLike | None = None) -> MeanSquares:
    """Return the mean squares of people, raters, residual and within people, from the complete rows.

    Raises
    ------
    ContractError
        When `ratings` is not a table of numbers.

    Examples
    --------
    Two people, scores 1 and 3 by the first rater, 2 and 6 by the second:

    >>> found = mean_squares([[1, 2], [3, 6]])
    >>> found.people, found.raters, found.residual, found.within
    (9.0, 4.0, 1.0, 2.5)
    """
    table, excluded = rating_table(ratings, counts=counts).complete()
    n, k = table.n, table.raters
    if n < 2 or k < 2:
        return MeanSquares(0.0, 0.0, 0.0, 0.0, n, k, excluded)
    count = table.counts
    scores = table.values - count @ table.values.mean(axis=1) / n
    person, rater = scores.mean(axis=1), count @ scores / n
    residual = scores - person[:, None] - rater
    people = k * float(count @ person**2) / (n - 1)
    raters = n * float(rater @ rater) / (k - 1)
    rest = float(count @ (residual**2).sum(axis=1)) / ((n - 1) * (k - 1))
    smallest = BELOW_ROUNDING * (people + raters + rest + float(np.abs(table.values).max() ** 2) * 1e-12)
    people, raters, rest = (square if square > smallest else 0.0 for square in (people, raters, rest))
    return MeanSquares(people, raters, rest, (raters + (n - 1) * rest) / n, n, k, excluded)


def icc(ratings: npt.ArrayLike, form: Form, *, counts: npt.ArrayLike | None = None, level: float = 0.95) -> Estimate:
    """Intraclass correlation in the named form, with its exact or Satterthwaite interval.

    Parameters
    ----------
    ratings
        Scores, one row per person, one column per rater. Rows with an absent score are left out.
    form
        ``"A,1"``: absolute agreement of one rater, what counts when one officer assesses one person.
        ``"C,1"``: consistency, differences between strict and lenient raters forgiven. ``"1"``: other raters
        for every person. ``"A,k"``, ``"C,k"``, ``"k"``: the same for the mean of all raters in the table.
    counts
        How many people each row stands for.
    level
        Confidence level. `statistic`, `df` and `p_value` are of the F test that the coefficient is zero; its
        second degrees of freedom are in the notes.

    Raises
    ------
    ContractError
        When `ratings` is not a table of numbers, or there is no such form.

    References
    ----------
    McGraw and Wong 1996, doi:10.1037/1082-989X.1.1.30 (correction doi:10.1037/1082-989X.1.4.390).

    Examples
    --------
    The second rater always gives one point more, so the raters are consistent but do not agree:

    >>> scores = [[1, 2], [2, 3], [3, 4]]
    >>> round(icc(scores, "C,1").value, 3), round(icc(scores, "A,1").value, 3)
    (1.0, 0.667)
    """
    if form not in FORMS:
        raise contract(f"no form {form!r}", f"one of {', '.join(FORMS)}")
    return _form(mean_squares(ratings, counts=counts), form, level)


def icc_forms(
    ratings: npt.ArrayLike, *, counts: npt.ArrayLike | None = None, level: float = 0.95
) -> tuple[Estimate, ...]:
    """All six forms of the intraclass correlation, for comparison with published values.

    Parameters
    ----------
    ratings, counts, level
        As in `icc`.

    Raises
    ------
    ContractError
        When `ratings` is not a table of numbers.

    References
    ----------
    Shrout and Fleiss 1979, doi:10.1037/0033-2909.86.2.420: their ICC(2,1) is ``"A,1"``, ICC(3,1) ``"C,1"``.

    Examples
    --------
    >>> [(row.at["form"], round(row.value, 3)) for row in icc_forms([[1, 2], [2, 3], [3, 4]])[:3]]
    [('1', 0.6), ('C,1', 1.0), ('A,1', 0.667)]
    """
    squares = mean_squares(ratings, counts=counts)
    return tuple(_form(squares, form, level) for form in FORMS)


def _form(squares: MeanSquares, form: Form, level: float) -> Estimate:
    n, k, people = squares.n, squares.k, squares.people
    estimate = Estimate(
        name="icc",
        value=math.nan,
        method="F" if form[0] != "A" else "F, Satterthwaite",
        level=level,
        n=n,
        excluded=squares.excluded,
        at={"form": form},
        reference=MCGRAW_WONG,
    )
    if n < 2 or k < 2:
        return replace(estimate, status="not_estimable", notes=("needs two people and two raters",))
    one_way, average = form in ("1", "k"), form.endswith("k")
    error = squares.within if one_way else squares.residual
    df = n * (k - 1) if one_way else (n - 1) * (k - 1)
    strictness = (squares.raters - error) / n if form[0] == "A" else 0.0
    single_total = people + (k - 1) * error + k * strictness
    total = people + strictness if average else single_total
    if total <= ROUNDING * (people + abs(strictness)) or people == error == 0:
        return replace(estimate, status="not_estimable", notes=("people do not differ",))
    estimate = replace(estimate, value=(people - error) / total)
    if people == 0 or error == strictness == 0:
        note = "no error variance, so no interval" if people else "people do not differ, so no interval"
        return replace(estimate, status="degenerate", notes=(note,))
    if error > 0:
        p_value = float(stats.f.sf(people / error, n - 1, df))
        test = f"F({n - 1}, {df}) of a coefficient of zero"
        estimate = replace(estimate, statistic=people / error, df=n - 1, p_value=p_value, notes=(test,))
    tail = upper_tail(level)
    if form[0] == "A":
        low, high = _agreement_limits(squares, (people - error) / single_total, tail)
    else:
        ratios = people / error / stats.f.ppf(tail, n - 1, df), people / error * stats.f.ppf(tail, df, n - 1)
        low, high = (float((ratio - 1) / (ratio + k - 1)) for ratio in ratios)
    if average:
        low, high = _average(low, k), _average(high, k)
    return replace(estimate, low=low, high=high)


def _agreement_limits(squares: MeanSquares, single: float, tail: float) -> tuple[float, float]:
    n, k = squares.n, squares.k
    a = k * single / (n * (1 - single)) * squares.raters
    b = (1 + k * single * (n - 1) / (n * (1 - single))) * squares.residual
    df = (a + b) ** 2 / (a**2 / (k - 1) + b**2 / ((n - 1) * (k - 1)))
    rest = k * squares.raters + (k * n - k - n) * squares.residual

    def limit(quantile: float) -> float:
        return n * (quantile * squares.people - squares.residual) / (rest + n * quantile * squares.people)

    return limit(1 / float(stats.f.ppf(tail, n - 1, df))), limit(float(stats.f.ppf(tail, df, n - 1)))


def _average(single: float, k: int) -> float:
    """Coefficient of a mean of k raters from that of one (Spearman-Brown)."""
    spread = 1 + (k - 1) * single
    return k * single / spread if spread > ROUNDING else -math.inf


def rater_bias(ratings: npt.ArrayLike, *, counts: npt.ArrayLike | None = None) -> Estimate:
    """Spread of strictness between raters, in points of the score, with the test that there is none.

    The value is the standard deviation of raters' means beyond what residual error explains. There is no
    interval: the few raters of a study would make it say nothing.

    Parameters
    ----------
    ratings, counts
        As in `icc`.

    Raises
    ------
    ContractError
        When `ratings` is not a table of numbers.

    References
    ----------
    McGraw and Wong 1996, doi:10.1037/1082-989X.1.1.30.

    Examples
    --------
    Mean squares 4 between raters and 1 of error, two people: sqrt((4 - 1) / 2).

    >>> round(rater_bias([[1, 2], [3, 6]]).value, 4)
    1.2247
    """
    squares = mean_squares(ratings, counts=counts)
    n, k = squares.n, squares.k
    estimate = Estimate(
        name="rater_bias",
        value=math.nan,
        method="mean squares",
        n=n,
        excluded=squares.excluded,
        reference=MCGRAW_WONG,
    )
    if n < 2 or k < 2:
        return replace(estimate, status="not_estimable", notes=("needs two people and two raters",))
    value = math.sqrt(max(squares.raters - squares.residual, 0.0) / n)
    if squares.residual == 0:
        return replace(estimate, value=value, status="degenerate", notes=("no error variance, so no test",))
    f_ratio, df = squares.raters / squares.residual, (n - 1) * (k - 1)
    test = f"F({k - 1}, {df}) of equal means of raters"
    p_value = float(stats.f.sf(f_ratio, k - 1, df))
    return replace(estimate, value=value, statistic=f_ratio, df=k - 1, p_value=p_value, notes=(test,))


def measurement_error(
    ratings: npt.ArrayLike,
    kind: Literal["agreement", "consistency"],
    *,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate:
    """How far one rating lies from the person's true score: the standard error of measurement, in points.

    Parameters
    ----------
    ratings, counts
        As in `icc`.
    kind
        ``"agreement"``: differences in strictness are error, as when any officer may assess;
        ``"consistency"``: they are not.
    level
        Confidence level; the interval is by chi-squared, Satterthwaite's for agreement.

    Raises
    ------
    ContractError
        When `ratings` is not a table of numbers, or there is no such kind.

    References
    ----------
    de Vet et al. 2006, doi:10.1016/j.jclinepi.2005.10.015.

    Examples
    --------
    The raters differ by one point and no more; the error is half of that squared:

    >>> round(measurement_error([[1, 2], [2, 3], [3, 4]], "agreement").value, 4)
    0.7071
    """
    if kind not in ("agreement", "consistency"):
        raise contract(f"no kind {kind!r}", "agreement or consistency")
    squares = mean_squares(ratings, counts=counts)
    n, k = squares.n, squares.k
    estimate = Estimate(
        name="measurement_error",
        value=math.nan,
        method="mean squares, chi-squared",
        level=level,
        n=n,
        excluded=squares.excluded,
        at={"kind": kind},
        reference="doi:10.1016/j.jclinepi.2005.10.015",
    )
    if n < 2 or k < 2:
        return replace(estimate, status="not_estimable", notes=("needs two people and two raters",))
    variance = squares.within if kind == "agreement" else squares.residual
    if variance == 0:
        return replace(estimate, value=0.0, status="degenerate", notes=("no error variance, so no interval",))
    df = float((n - 1) * (k - 1))
    if kind == "agreement":
        parts = ((squares.raters / n, k - 1), ((n - 1) / n * squares.residual, (n - 1) * (k - 1)))
        df = variance**2 / sum(part**2 / freedom for part, freedom in parts)
    tail = upper_tail(level)
    low, high = (math.sqrt(df * variance / stats.chi2.ppf(p, df)) for p in (tail, 1 - tail))
    return replace(estimate, value=math.sqrt(variance), low=low, high=high, df=df)
