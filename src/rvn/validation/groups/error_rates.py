"""Errors at a cut, group by group: who is wrongly called high or low risk, and how often a call comes true."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import special

from rvn.validation.estimate import Estimate, Status
from rvn.validation.foundations.multiplicity import with_holm
from rvn.validation.foundations.scored import plain
from rvn.validation.groups.parts import FEWEST, Group, judge, pairs, split
from rvn.validation.observations import binary, contract, numbers
from rvn.validation.rates.proportions import difference, proportion, ratio

PEARSON = "doi:10.1080/14786440009463897"
RATES = (
    "base_rate",
    "selection_rate",
    "false_positive_rate",
    "false_negative_rate",
    "positive_predictive_value",
    "negative_predictive_value",
)


@dataclass(frozen=True)
class ErrorRates:
    """Rates of each group, and how they differ; the base rate always stands beside the others.

    `rates` are at ``cut`` and ``group``; `differences` and `ratios` at ``cut``, ``group`` and ``reference``, with
    p-values of the differences adjusted by Holm's method within each rate and cut; `equality`, at ``cut``, tests
    that all groups have the same rate, and its value is the largest minus the smallest.
    """

    rates: tuple[Estimate, ...]
    differences: tuple[Estimate, ...]
    ratios: tuple[Estimate, ...]
    equality: tuple[Estimate, ...]


def error_rates(
    outcome: npt.ArrayLike,
    score: npt.ArrayLike,
    groups: npt.ArrayLike,
    *,
    cuts: Sequence[float],
    reference: object = None,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
    fewest: int = FEWEST,
) -> ErrorRates:
    """Return the rates of being flagged, of errors and of calls that come true in each group, and compare them.

    Flagged is a score at or above the cut. The false positive rate is the share of the non-cases who are flagged,
    the false negative rate the share of the cases who are not; the predictive values are the share of the flagged
    who are cases, and of the others who are not. Where base rates differ, equal predictive values and equal
    error rates cannot both be had (Chouldechova 2017): read each difference beside that of the base rates.

    Parameters
    ----------
    outcome
        1 for the event, 0 for none.
    score
        Any number that orders people; higher means more risk.
    groups
        The group of each person, text or numbers.
    cuts
        Lowest flagged scores.
    reference
        The group to compare with, the largest when not given; or ``"everyone else"``.
    counts
        How many people each row stands for.
    level
        Confidence level: of Wilson's interval of a rate, Newcombe's of a difference, Koopman's of a ratio.
    fewest
        A group with fewer cases or non-cases is `sparse`: too few to tell; so is a rate of fewer people.

    Raises
    ------
    ContractError
        When lengths differ, `outcome` holds anything but 0 and 1, or nobody is in the reference.

    References
    ----------
    Chouldechova 2017, doi:10.1089/big.2016.0047; Kleinberg et al. 2017, doi:10.4230/LIPIcs.ITCS.2017.43; Newcombe
    1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I; Koopman 1984, doi:10.2307/2531405.

    Examples
    --------
    >>> outcome, score, sex = [0, 0, 1, 1] * 2, [1, 2, 1, 2] * 2, ["f"] * 4 + ["m"] * 4
    >>> found = error_rates(outcome, score, sex, cuts=[2], counts=[90, 10, 50, 50, 80, 20, 20, 80])
    >>> [(row.at["group"], row.value) for row in found.rates if row.name == "false_positive_rate"]
    [('f', 0.1), ('m', 0.2)]
    >>> [(row.at["group"], row.value) for row in found.ratios if row.name == "false_positive_rate_ratio"]
    [('m', 2.0)]
    """
    parts = split(groups, counts=counts, outcome=binary("outcome", outcome), score=numbers("score", score))
    wanted = np.unique(numbers("cuts", cuts))
    if not len(wanted) or np.isnan(wanted).any():
        raise contract("`cuts` is empty or holds an absent value")
    compared = pairs(parts, reference)
    rates: list[Estimate] = []
    differences: list[Estimate] = []
    ratios: list[Estimate] = []
    equal: list[Estimate] = []
    for cut in wanted.tolist():
        at = {"cut": plain(cut)}
        every = [_shares(part, cut) for part in parts]
        both = [(_shares(own, cut), _shares(other, cut)) for own, other in compared]
        for part, shares in zip(parts, every, strict=True):
            for name, share in shares.items():
                row = proportion(share.events, share.n, level=level)
                rates.append(_stated(row, name, {**at, "group": part.name}, [share], fewest))
        for name in RATES:
            family = []
            for ours, theirs in both:
                own, other = ours[name], theirs[name]
                four = (own.events, own.n, other.events, other.n)
                where = {**at, "group": own.part.name, "reference": other.part.name}
                row = difference(*four, level=level)
                family.append(_stated(row, f"{name}_difference", where, [own, other], fewest))
                row = ratio(*four, level=level)
                ratios.append(_stated(row, f"{name}_ratio", where, [own, other], fewest))
            differences += with_holm(family)
            if parts:
                row = _equality([shares[name] for shares in every])
                equal.append(_stated(row, f"{name}_equality", at, [shares[name] for shares in every], fewest))
    return ErrorRates(tuple(rates), tuple(differences), tuple(ratios), tuple(equal))


@dataclass(frozen=True, slots=True)
class _Share:
    """The people of a group on whom a rate rests, and how many of them it counts."""

    part: Group
    events: int
    n: int


def _shares(part: Group, cut: float) -> dict[str, _Share]:
    sample = part.sample
    case, flagged = sample["outcome"] == 1, sample["score"] >= cut
    tp, fp, fn, tn = (
        int(sample.counts[rows].sum()) for rows in (flagged & case, flagged & ~case, ~flagged & case, ~flagged & ~case)
    )
    shares = ((tp + fn, sample.n), (tp + fp, sample.n), (fp, fp + tn), (fn, fn + tp), (tp, tp + fp), (tn, tn + fn))
    return {name: _Share(part, *share) for name, share in zip(RATES, shares, strict=True)}


def _stated(row: Estimate, name: str, at: Mapping[str, object], shares: Sequence[_Share], fewest: int) -> Estimate:
    """Return the row by its name and place, `sparse` where a group is, or a rate of it is of few people."""
    row = replace(row, name=name, at=at, excluded=shares[0].part.sample.excluded)
    row = judge(row, [share.part for share in shares], fewest)
    least = min(share.n for share in shares)
    if row.status != "ok" or least >= fewest:
        return row
    note = f"too few to tell: it rests on {least:,} people in a group, at least {fewest:,} are needed"
    return replace(row, status="sparse", notes=(*row.notes, note))


def _equality(shares: Sequence[_Share]) -> Estimate:
    """Test that a rate is the same in all groups that have it; those without are named, not taken for equal."""
    with_it = [share for share in shares if share.n]
    events, n = (np.array(column, dtype=np.float64) for column in ([s.events for s in with_it], [s.n for s in with_it]))
    value, statistic, df, p_value = math.nan, None, None, None
    status: Status = "not_estimable"
    if len(with_it) > 1:
        value = float(np.ptp(events / n))
        rate = float(events.sum() / n.sum())
        status = "degenerate"
        if 0 < rate < 1:
            statistic, df = float(((events - n * rate) ** 2 / n).sum() / (rate * (1 - rate))), len(with_it) - 1.0
            p_value = float(special.chdtrc(df, statistic))
            status = "ok"
    without = [str(share.part.name) for share in shares if not share.n]
    return Estimate(
        name="equality",
        value=value,
        method="chi-squared of homogeneity",
        n=int(n.sum()),
        n_events=int(events.sum()),
        statistic=statistic,
        df=df,
        p_value=p_value,
        status=status,
        notes=(f"not estimable: {', '.join(without)}",) if without else (),
        reference=PEARSON,
    )
