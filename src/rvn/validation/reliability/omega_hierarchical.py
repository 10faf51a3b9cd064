"""How much of a scale is one general factor, when its items also fall into groups."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from rvn.validation.agreement.ratings import named_items
from rvn.validation.estimate import Estimate
from rvn.validation.observations import FloatArray, contract
from rvn.validation.reliability.internal_consistency import covariance
from rvn.validation.reliability.rotation import minres, oblimin

REFERENCE = "doi:10.1007/s11336-003-0974-7"


def omega_hierarchical(
    items: npt.ArrayLike, names: Sequence[str], factors: int, *, counts: npt.ArrayLike | None = None
) -> tuple[Estimate, ...]:
    """Omega of a general factor behind three or more group factors that are found in the items.

    Factors are extracted by minimum residuals, turned by oblimin, and the general one is found in their correlations
    (Schmid and Leiman). Items that go against the general factor are turned round. There are no intervals.

    Parameters
    ----------
    items
        Points, one row per person, one column per item. People with an absent answer are left out.
    names
        Name of each column, in order.
    factors
        How many group factors, three or more: with two the general factor is not determined.
    counts
        How many people each row stands for.

    Returns
    -------
    tuple of Estimate
        ``omega_hierarchical``, ``omega_total``, ``omega_limit`` (of a scale of endless length) and
        ``explained_common_variance``; ``omega_general`` and ``omega_group`` of the items of each group factor, an
        item counted where it loads most; ``general_loading`` and the ``group`` that each item belongs to.

    Raises
    ------
    ContractError
        When `items` has not one column per name, or `factors` is below 3.

    References
    ----------
    Zinbarg, Revelle, Yovel and Li 2005, doi:10.1007/s11336-003-0974-7; Schmid and Leiman 1957,
    doi:10.1007/BF02289209.

    Examples
    --------
    Nine items of variance three: one general, one of three of a group, one own. In the population the general
    factor makes 81 of 81 + 27 + 9 of the variance of their sum.

    >>> rng = np.random.default_rng(1)
    >>> general, group, own = rng.normal(size=(20000, 1)), rng.normal(size=(20000, 3)), rng.normal(size=(20000, 9))
    >>> found = omega_hierarchical(general + np.repeat(group, 3, axis=1) + own, list("abcdefghi"), 3)
    >>> round(found[0].value, 1)  # 0.692
    0.7
    """
    table, excluded = named_items(items, names, counts=counts)
    if factors < 3:
        raise contract(f"`factors` is {factors}; three or more are needed", "`omega_total` is omega of one factor")
    plain = Estimate(
        name="omega_hierarchical",
        value=math.nan,
        method=f"minimum residuals, oblimin, Schmid-Leiman; {factors} group factors",
        n=table.n,
        excluded=excluded,
        reference=REFERENCE,
    )
    size = table.raters
    matrix = covariance(table) if table.n > size else np.zeros((size, size))
    deviations = np.sqrt(np.diag(matrix))
    if size < 3 * factors or deviations.min() == 0 or not np.linalg.eigvalsh(matrix)[0] > 0:
        why = "needs three items a factor that vary, and more people than items"
        return (replace(plain, status="not_estimable", notes=(why,)),)
    return _rows(matrix / np.outer(deviations, deviations), names, factors, plain)


def _rows(correlations: FloatArray, names: Sequence[str], factors: int, plain: Estimate) -> tuple[Estimate, ...]:
    turned, together = oblimin(minres(correlations, factors))
    sign = np.where(turned.sum(axis=0) < 0, -1.0, 1.0)
    turned, together = turned * sign, together * np.outer(sign, sign)
    above = minres(together, 1)[:, 0]
    if np.abs(above).max() > 1:
        why = "a group factor is the general factor: no proper solution"
        return (replace(plain, status="not_estimable", notes=(why,)),)
    general = turned @ above
    against = np.where(general < 0, -1.0, 1.0)
    general, turned = general * against, turned * against[:, None]
    correlations = correlations * np.outer(against, against)
    common = np.einsum("ij,jk,ik->i", turned, together, turned)
    group = turned * np.sqrt(1 - above**2)
    total, own = float(correlations.sum()), float((1 - common).sum())
    explained = float((general**2).sum())
    whole = {
        "omega_hierarchical": float(general.sum()) ** 2 / total,
        "omega_total": 1 - own / total,
        "omega_limit": float(general.sum()) ** 2 / (total - own),
        "explained_common_variance": explained / (explained + float((group**2).sum())),
    }
    turned_round = tuple(f"turned round: {name}" for name, side in zip(names, against, strict=True) if side < 0)
    rows = [replace(plain, name=name, value=value, notes=turned_round) for name, value in whole.items()]
    member = np.abs(group).argmax(axis=1)
    for factor in range(factors):
        chosen = member == factor
        spread = float(correlations[np.ix_(chosen, chosen)].sum())
        for name, loadings in (("omega_general", general), ("omega_group", group[:, factor])):
            at = {"group": factor + 1}
            if spread > 0:
                rows.append(replace(plain, name=name, value=float(loadings[chosen].sum()) ** 2 / spread, at=at))
            else:
                rows.append(replace(plain, name=name, status="not_estimable", notes=("no item loads most",), at=at))
    for name, loading, factor in zip(names, general, member, strict=True):
        rows.append(
            replace(plain, name="general_loading", value=float(loading), at={"item": name, "group": int(factor) + 1})
        )
    return tuple(rows)
