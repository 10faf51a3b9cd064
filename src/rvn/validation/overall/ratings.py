"""The block of agreement: how alike several raters scored the same people, by points, levels or labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rvn.validation.agreement.icc import FORMS, icc_forms, measurement_error, rater_bias
from rvn.validation.agreement.icc_incomplete import icc_incomplete
from rvn.validation.agreement.kappa import kappa, maximum_kappa
from rvn.validation.agreement.krippendorff import krippendorff_alpha
from rvn.validation.agreement.many_raters import conger_kappa, fleiss_kappa, gwet_ac, percent_agreement
from rvn.validation.agreement.ratings import Weights
from rvn.validation.estimate import Estimate
from rvn.validation.observations import FloatArray, contract
from rvn.validation.overall.sample import Frame, estimates_in
from rvn.validation.reliability.change import limits_of_agreement
from rvn.validation.tally import Tally


@dataclass(frozen=True)
class Ratings:
    """Ratings as numbers: points; places of ordered levels; or of labels without an order."""

    columns: tuple[FloatArray, ...]
    categories: FloatArray
    points: bool
    ordered: bool


def agreement_block(
    frame: Frame,
    raters: Sequence[str] | Mapping[str, Sequence[str]],
    people: FloatArray | None,
    level: float,
    rng: np.random.Generator | int | None,
) -> tuple[Estimate, ...]:
    """How much raters agree; of several things that they rated, one after the other."""
    if not isinstance(raters, Mapping):
        return _agreement(frame, raters, people, level, rng)
    return tuple(
        replace(row, at={**row.at, "rated": name})
        for name, columns in raters.items()
        for row in _agreement(frame, columns, people, level, rng)
    )


def rater_columns(raters: Sequence[str] | Mapping[str, Sequence[str]] | None) -> list[str]:
    """Return every column that `raters` names.

    >>> rater_columns({"score": ["s1", "s2"], "level": ["l1", "l2"]})
    ['s1', 's2', 'l1', 'l2']
    """
    groups = list(raters.values()) if isinstance(raters, Mapping) else [raters or ()]
    return [name for columns in groups for name in ([columns] if isinstance(columns, str) else columns)]


def _agreement(
    frame: Frame,
    raters: Sequence[str],
    people: FloatArray | None,
    level: float,
    rng: np.random.Generator | int | None,
) -> tuple[Estimate, ...]:
    if isinstance(raters, str) or len(raters) < 2:
        raise contract("`raters` names one column; two or more are needed", "for several things rated, name each")
    found = read(frame, raters)
    tally = Tally(dict(zip(map(str, range(len(raters))), found.columns, strict=True)), people)
    table, counts = np.column_stack(list(tally.columns.values())), tally["counts"]
    kinds: tuple[Weights, ...] = ("identity", "linear", "quadratic") if found.ordered else ("identity",)
    rows: list[object] = [percent_agreement(table, counts=counts, level=level)]
    if len(raters) == 2:
        pair = table[:, 0], table[:, 1]
        rows += [kappa(*pair, counts=counts, weights=weights, level=level, rng=rng) for weights in kinds]
        rows.append(maximum_kappa(*pair, counts=counts))
    else:
        rows += [_weighted(fleiss_kappa(table, counts=counts, weights=w, level=level), w) for w in kinds]
        rows += [_weighted(conger_kappa(table, counts=counts, weights=w, level=level), w) for w in kinds]
    if len(found.categories):
        rows += [_weighted(gwet_ac(table, found.categories, counts=counts, weights=w, level=level), w) for w in kinds]
    rows.append(krippendorff_alpha(table, "ordinal" if found.ordered else "nominal", counts=counts, level=level))
    if found.points:
        rows.append(krippendorff_alpha(table, "interval", counts=counts, level=level))
        rows += _in_points(table, counts, level)
    return tuple(estimates_in(rows))


def _weighted(row: Estimate, weights: Weights) -> Estimate:
    """Say which weights a coefficient has whose name does not."""
    return row if weights == "identity" else replace(row, at={**row.at, "weights": weights})


def _in_points(table: FloatArray, counts: FloatArray, level: float) -> list[object]:
    rows: list[object] = []
    if np.isnan(table).any():  # with ratings absent the coefficients come from variances by likelihood
        rows += [icc_incomplete(table, form, counts=counts, level=level) for form in FORMS]
    else:
        rows.append(icc_forms(table, counts=counts, level=level))
    rows += [measurement_error(table, kind, counts=counts, level=level) for kind in ("agreement", "consistency")]
    rows.append(rater_bias(table, counts=counts))
    if table.shape[1] == 2:
        rows.append(limits_of_agreement(table[:, 0], table[:, 1], counts=counts, level=level))
    return rows


def read(frame: Frame, raters: Sequence[str]) -> Ratings:
    """Return the ratings of some columns; levels become their place in their order, other text one of its labels.

    Raises
    ------
    ContractError
        When some raters wrote text and others numbers, or ordered levels differ between raters.
    """
    labelled = [frame.labels(name) for name in raters]
    text = [any(isinstance(value, str) for value in names) for _, names in labelled]
    empty = [not names for _, names in labelled]
    if not any(text):
        columns = tuple(frame.numbers(name) for name in raters)
        seen = np.unique(np.concatenate(columns))
        return Ratings(columns, seen[~np.isnan(seen)], points=True, ordered=True)
    if not all(is_text or is_empty for is_text, is_empty in zip(text, empty, strict=True)):
        raise contract(f"some of {', '.join(map(repr, raters))} hold text and others numbers", "rate in one of them")
    orders = [order for order in (frame.order(name) for name in raters) if order is not None]
    if len(set(orders)) > 1:
        raise contract(
            f"{', '.join(map(repr, raters))} have their levels in different orders", "give all one ordered category"
        )
    ordered = len(orders) == len(raters)
    every = orders[0] if ordered else tuple(sorted({str(value) for _, names in labelled for value in names}))
    places = []
    for codes, names in labelled:
        place = np.append([float(every.index(str(value))) for value in names], np.nan)
        places.append(place[np.where(np.isnan(codes), -1, codes).astype(np.int64)])
    return Ratings(tuple(places), np.arange(len(every), dtype=np.float64), points=False, ordered=ordered)
