"""What each block of a validity study holds: which statistics, of which columns of its tally."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from rvn.validation.association.linearity import linearity
from rvn.validation.association.odds_ratios import odds_ratio, odds_ratio_per_sd, odds_ratios_by_level
from rvn.validation.calibration.brier import brier, scaled_brier
from rvn.validation.calibration.errors import calibration_errors
from rvn.validation.calibration.expected_observed import expected_observed, expected_observed_by
from rvn.validation.calibration.goodness_of_fit import spiegelhalter
from rvn.validation.calibration.line import logistic_calibration
from rvn.validation.cutoffs.accuracy import accuracy
from rvn.validation.discrimination.auc import auc
from rvn.validation.estimate import Estimate
from rvn.validation.follow_up.calibration_at_horizon import expected_observed_at
from rvn.validation.follow_up.concordance import harrell_c
from rvn.validation.follow_up.cox import hazard_ratio, hazard_ratio_per_sd
from rvn.validation.follow_up.survival import aalen_johansen, log_rank
from rvn.validation.follow_up.time_dependent import auc_at
from rvn.validation.foundations.bootstrap import bootstrap_auc
from rvn.validation.groups.differential_prediction import differential_prediction_by_group
from rvn.validation.groups.discrimination import auc_by_group
from rvn.validation.groups.error_rates import error_rates
from rvn.validation.observations import FloatArray
from rvn.validation.overall.sample import (
    Block,
    Frame,
    Scored,
)
from rvn.validation.rates.observed import rates_by_level, rates_by_score, steps, trend
from rvn.validation.reliability.internal_consistency import cronbach_alpha
from rvn.validation.reliability.items import item_outcome_statistics, item_statistics
from rvn.validation.tally import Tally

Rows = tuple[Estimate, ...]
# Tables of every score are read by people: not with more scores than this.
MOST_SCORES = 100


def _at(rows: Iterable[Estimate], **at: object) -> Rows:
    return tuple(replace(row, at={**at, **row.at}) for row in rows)


def discrimination_block(block: Block, level: float, rng: np.random.Generator | int | None) -> Rows:
    """How well the score ranks people."""
    rows = block(auc, "outcome", "score", level=level)
    if rng is not None:
        rows += _at(block(bootstrap_auc, "outcome", "score", level=level, rng=rng), interval="bootstrap")
    return rows


def association_block(block: Block, level: float) -> Rows:
    """How strongly score and level go with the outcome; levels are compared with the lowest that anybody has."""
    rows = block(odds_ratio, "outcome", "score", level=level) + block(
        odds_ratio_per_sd, "outcome", "score", level=level
    )
    rows += block(linearity, "outcome", "score")
    if "level" in block.names:
        rows += block(_odds_by_level, "outcome", "level", order=block.names["level"], level=level)
    return rows


def _odds_by_level(
    outcome: FloatArray, levels: npt.NDArray[Any], *, order: Sequence[object], counts: FloatArray, level: float
) -> Rows:
    seen = set(levels[~np.isnan(outcome)].tolist())
    lowest = next((name for name in order if name in seen), None)
    rows = odds_ratios_by_level(outcome, levels, reference=lowest, counts=counts, level=level)
    in_order = sorted(rows, key=lambda row: order.index(row.at["level"]))
    return tuple(replace(row, name="odds_ratio_of_level") for row in in_order)


def rates_block(block: Block, level: float) -> Rows:
    """How many have the event: of all, at each level and, where they are few, at each score."""
    rows = block(_base_rate, "outcome", level=level)
    if "level" in block.names:
        order = block.names["level"]
        rows += block(rates_by_level, "outcome", "level", levels=order, level=level)
        rows += block(steps, "outcome", "level", levels=order, level=level)
    if _has_few_scores(block):
        rows += block(rates_by_score, "outcome", "score", level=level)
    return rows + block(trend, "outcome", "score")


def _base_rate(outcome: npt.ArrayLike, *, counts: npt.ArrayLike, level: float) -> Estimate:
    everybody = np.zeros(len(np.asarray(outcome)))
    (rate,) = rates_by_score(outcome, everybody, counts=counts, scores=[0], level=level)
    return replace(rate, name="base_rate", at={})


def _has_few_scores(block: Block) -> bool:
    values = block.columns["score"]
    return len(np.unique(values[~np.isnan(values)])) <= MOST_SCORES


def calibration_block(block: Block, level: float, rng: np.random.Generator | int | None) -> Rows:
    """Whether published risks are right."""
    pair = ("outcome", "risk")
    rows = block(expected_observed, *pair, level=level) + block(logistic_calibration, *pair, level=level)
    rows += block(brier, *pair, level=level) + block(scaled_brier, *pair, level=level) + block(spiegelhalter, *pair)
    rows += block(calibration_errors, *pair, level=level, rng=rng)
    if "level" in block.names:
        by_level = block(expected_observed_by, *pair, "level", level=level)
        rows += tuple(sorted(by_level, key=lambda row: block.names["level"].index(row.at["group"])))
    return rows


def follow_up_block(block: Block, horizon: float | None, level: float) -> Rows:
    """Return what follow-up of unequal length says of the score, and of the risk by a horizon."""
    timed = ("time", "event")
    rows = block(harrell_c, *timed, "score", level=level)
    rows += block(hazard_ratio, *timed, "score", level=level)
    per_sd = block(hazard_ratio_per_sd, *timed, "score", level=level)
    rows += tuple(replace(row, name="hazard_ratio_per_sd") for row in per_sd)
    if "level" in block.names:
        rows += block(log_rank, *timed, "level")
    if horizon is None:
        return rows
    rows += block(aalen_johansen, *timed, horizons=[horizon], level=level)
    if "level" in block.names:
        rows += block(_risk_by_level, *timed, "level", horizon=horizon, order=block.names["level"], level=level)
    rows += block(auc_at, *timed, "score", horizon=horizon, level=level)
    if "risk" in block.columns:
        rows += block(expected_observed_at, *timed, "risk", horizon=horizon, level=level)
    return rows


def _risk_by_level(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    group: npt.ArrayLike,
    *,
    horizon: float,
    order: Sequence[object],
    counts: npt.ArrayLike,
    level: float,
) -> Rows:
    return aalen_johansen(time, event, [horizon], group=group, groups=order, counts=counts, level=level)


def cutoffs_block(block: Block, level: float) -> Rows:
    """How accurate it is to flag a level and above, and, where they are few, each score and above."""
    rows: Rows = ()
    if "level" in block.names:
        cuts = range(1, len(block.names["level"]))
        if cuts:
            rows += _named_cuts(_at(block(accuracy, "outcome", "rank", cuts=cuts, level=level), of="level"), block)
    if _has_few_scores(block):
        rows += _at(block(accuracy, "outcome", "score", level=level), of="score")
    return rows


def _named_cuts(rows: Rows, block: Block) -> Rows:
    """Write the lowest flagged level where its place stands."""
    names = block.names["level"]
    return tuple(
        replace(row, at={**row.at, "cut": names[int(cut)]})
        if isinstance(cut := row.at.get("cut"), (int, float))
        else row
        for row in rows
    )


def groups_block(
    frame: Frame,
    by: str,
    columns: Mapping[str, FloatArray],
    people: FloatArray | None,
    scored: Scored,
    names: Mapping[str, Any],
    risk: FloatArray | None,
    level: float,
) -> Rows:
    """Return base rates by group, and beside them how the score ranks, errs and predicts in each."""
    codes, found = frame.labels(by)
    block = Block.of({**columns, "group": codes}, people, scored, {**names, "group": found})
    rows = block(_base_rates, "outcome", "group", level=level)
    rows += block(auc_by_group, "outcome", "score", "group", level=level)
    if "level" in names and len(names["level"]) > 1:
        cuts = range(1, len(names["level"]))
        rows += _named_cuts(block(error_rates, "outcome", "rank", "group", cuts=cuts, level=level), block)
    rows += block(differential_prediction_by_group, "outcome", "score", "group", level=level)
    if risk is not None:
        part = Block.of({"outcome": columns["outcome"], "risk": risk, "group": codes}, people, scored, {"group": found})
        rows += part(expected_observed_by, "outcome", "risk", "group", level=level)
    return _at(rows, by=by)


def _base_rates(outcome: npt.ArrayLike, group: npt.ArrayLike, *, counts: npt.ArrayLike, level: float) -> Rows:
    found = [value for value in dict.fromkeys(np.asarray(group, dtype=object).tolist()) if value is not None]
    rows = rates_by_level(outcome, group, found, counts=counts, level=level)
    return tuple(replace(row, name="base_rate", at={"group": row.at["level"]}) for row in rows)


def items_block(
    items: Mapping[str, tuple[FloatArray, tuple[float, ...]]],
    outcome: FloatArray | None,
    people: FloatArray | None,
    level: float,
) -> Rows:
    """How the items of the scale were answered, hang together and go with the outcome."""
    columns = {f"item {name}": answers for name, (answers, _) in items.items()}
    tally = Tally(columns if outcome is None else {**columns, "outcome": outcome}, people)
    answers = np.column_stack([tally[name] for name in columns])
    points = {name: values for name, (_, values) in items.items()}
    rows: Rows = (cronbach_alpha(answers, counts=tally["counts"], level=level),) if len(items) > 1 else ()
    rows += item_statistics(answers, points, counts=tally["counts"], level=level)
    if outcome is not None:
        rows += item_outcome_statistics(tally["outcome"], answers, points, counts=tally["counts"], level=level)
    return rows
