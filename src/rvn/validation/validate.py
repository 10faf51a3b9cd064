"""A validity study in one call: everything that a frame says about a score, block by block."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from rvn.validation.agreement import kappa
from rvn.validation.association import linearity, odds_ratio, odds_ratio_per_sd, odds_ratios_by_level
from rvn.validation.bootstrap import bootstrap_auc
from rvn.validation.brier import brier, scaled_brier
from rvn.validation.calibration import logistic_calibration
from rvn.validation.calibration_at_horizon import expected_observed_at
from rvn.validation.calibration_errors import calibration_errors
from rvn.validation.calibration_tests import spiegelhalter
from rvn.validation.concordance import harrell_c
from rvn.validation.cox import hazard_ratio, hazard_ratio_per_sd
from rvn.validation.cutoffs import accuracy
from rvn.validation.differential_prediction import differential_prediction_by_group
from rvn.validation.discrimination import auc
from rvn.validation.error_rates import error_rates
from rvn.validation.estimate import Estimate
from rvn.validation.expected_observed import expected_observed, expected_observed_by
from rvn.validation.group_discrimination import auc_by_group
from rvn.validation.icc import icc
from rvn.validation.internal_consistency import cronbach_alpha
from rvn.validation.items import item_outcome_statistics, item_statistics
from rvn.validation.krippendorff import krippendorff_alpha
from rvn.validation.many_raters import fleiss_kappa, gwet_ac, percent_agreement
from rvn.validation.observations import FloatArray, binary, contract
from rvn.validation.rates import rates_by_level, rates_by_score, steps, trend
from rvn.validation.survival import aalen_johansen, log_rank
from rvn.validation.tally import Tally
from rvn.validation.time_dependent import auc_at
from rvn.validation.validation_result import Validation
from rvn.validation.validation_sample import (
    Block,
    Frame,
    Scored,
    Scorer,
    estimates_in,
    item_points,
    people_of,
    rating_columns,
    score,
)

Rows = tuple[Estimate, ...]
# A table of every score is read by people; with more distinct scores than this there is none.
MOST_SCORES = 100


def validate(
    scores: str | Scorer,
    data: Any,
    *,
    outcome: str | None = None,
    time: str | None = None,
    event: str | None = None,
    horizon: float | None = None,
    groups: str | Sequence[str] = (),
    levels: str | None = None,
    risk: str | None = None,
    raters: Sequence[str] | None = None,
    counts: str | None = None,
    level: float = 0.95,
    rng: np.random.Generator | int | None = None,
) -> Validation:
    """Return what a sample says about a score: how well it ranks, how right its risks are, and for whom.

    A block is there when its columns are given: discrimination, association, rates and cutoffs need an outcome,
    calibration a risk as well, follow-up a time and an event, groups a column that tells them apart, agreement
    two raters, items an instrument. Follow-up of unequal length belongs into `time` and `event`: a yes/no outcome
    of people who were watched for shorter than the others makes every rate too low.

    Parameters
    ----------
    scores
        Name of the column with the score, higher = riskier; or an instrument, which scores the frame: then its
        scale and the level that it is about are used, and who has none is counted out with the status as reason.
    data
        A pandas, Polars, PyArrow, ... frame, one row a person, or with `counts` a row for so many.
    outcome
        Column of 1 for the event and 0 for none.
    time, event
        Columns of the time at risk, and of 0 censored, 1 event, 2 and above competing events.
    horizon
        By when the risks and AUC of the follow-up are, in the unit of `time`.
    groups
        Columns that tell groups apart.
    levels
        Column of the level of risk. An ordered category keeps its order, numbers ascend, text goes by the mean score
        at each level.
    risk
        Column of the published probability of the event.
    raters
        Columns of ratings of the same people, two or more.
    counts
        Column that says how many people a row stands for.
    level
        Confidence level.
    rng
        A generator or a seed; with it the AUC and errors of calibration have bootstrap intervals as well.

    Raises
    ------
    ContractError
        For a column that is not there, or one that does not hold what it should. What the data do not allow to be
        estimated is no error: the estimate says so in its status.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"points": [0, 0, 1, 1], "again": [0, 1, 0, 1], "people": [80, 20, 50, 50]})
    >>> found = validate("points", people, outcome="again", counts="people")
    >>> print(found["rates"][0])
    base_rate 0.350 (95% 0.287 to 0.418; Wilson); n 200, events 70
    >>> round(found["association"][0].value, 6)
    4.0
    """
    frame = Frame.of(data)
    by = [groups] if isinstance(groups, str) else list(groups)
    frame.require([outcome, time, event, *by, levels, risk, *(raters or ()), counts])
    if isinstance(scores, str):
        frame.require([scores])
    if (time is None) != (event is None):
        raise contract("`time` and `event` belong together", "name both columns or neither")
    scored = score(scores, frame, levels)
    people = people_of(frame, counts)
    columns = {"score": scored.score}
    names: dict[str, Any] = {}
    if scored.level is not None:
        columns["level"], names["level"] = scored.level, scored.names
    blocks: dict[str, Rows] = {}
    if outcome is not None:
        columns["outcome"] = binary(outcome, frame.series(outcome).to_numpy())
        block = Block.of(columns, people, scored, names)
        blocks["discrimination"] = _discrimination(block, level, rng)
        blocks["association"] = _association(block, level)
        blocks["rates"] = _rates(block, level)
        if risk is not None:
            part = Block.of(
                {"outcome": columns["outcome"], "risk": frame.numbers(risk)} | _only(columns, "level"),
                people,
                scored,
                names,
            )
            blocks["calibration"] = _calibration(part, level, rng)
    if time is not None and event is not None:
        followed = columns | {"time": frame.numbers(time), "event": frame.numbers(event)}
        followed.pop("outcome", None)
        if risk is not None:
            followed["risk"] = frame.numbers(risk)
        blocks["follow_up"] = _follow_up(Block.of(followed, people, scored, names), horizon, level)
    if outcome is not None:
        blocks["cutoffs"] = _cutoffs(block, level)
        if by:
            blocks["groups"] = tuple(
                row for name in by for row in _groups(frame, name, columns, people, scored, names, level)
            )
    if raters:
        blocks["agreement"] = _agreement(frame, raters, people, level, rng)
    items = item_points(scores, frame)
    if items:
        blocks["items"] = _items(items, columns.get("outcome"), people, level)
    total = len(scored.score) if people is None else int(people.sum())
    return Validation(scored.name, outcome, total, level, blocks)


def _only(columns: Mapping[str, FloatArray], *names: str) -> dict[str, FloatArray]:
    return {name: columns[name] for name in names if name in columns}


def _at(rows: Iterable[Estimate], **at: object) -> Rows:
    return tuple(replace(row, at={**at, **row.at}) for row in rows)


def _discrimination(block: Block, level: float, rng: np.random.Generator | int | None) -> Rows:
    rows = block(auc, "outcome", "score", level=level)
    if rng is not None:
        rows += _at(block(bootstrap_auc, "outcome", "score", level=level, rng=rng), interval="bootstrap")
    return rows


def _association(block: Block, level: float) -> Rows:
    rows = block(odds_ratio, "outcome", "score", level=level) + block(
        odds_ratio_per_sd, "outcome", "score", level=level
    )
    rows += block(linearity, "outcome", "score")
    if "level" in block.names:
        rows += _at(block(odds_ratios_by_level, "outcome", "rank", level=level))
    return rows


def _rates(block: Block, level: float) -> Rows:
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


def _calibration(block: Block, level: float, rng: np.random.Generator | int | None) -> Rows:
    pair = ("outcome", "risk")
    rows = block(expected_observed, *pair, level=level) + block(logistic_calibration, *pair, level=level)
    rows += block(brier, *pair, level=level) + block(scaled_brier, *pair, level=level) + block(spiegelhalter, *pair)
    rows += block(calibration_errors, *pair, level=level, rng=rng)
    if "level" in block.names:
        rows += block(expected_observed_by, *pair, "level", level=level)
    return rows


def _follow_up(block: Block, horizon: float | None, level: float) -> Rows:
    timed = ("time", "event")
    rows = block(harrell_c, *timed, "score", level=level)
    rows += block(hazard_ratio, *timed, "score", level=level)
    rows += block(hazard_ratio_per_sd, *timed, "score", level=level)
    if "level" in block.names:
        rows += block(log_rank, *timed, "level")
    if horizon is None:
        return rows
    rows += block(aalen_johansen, *timed, horizons=[horizon], level=level)
    if "level" in block.names:
        found = block(_risk_by_level, *timed, "level", horizon=horizon, order=block.names["level"], level=level)
        rows += found
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


def _cutoffs(block: Block, level: float) -> Rows:
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


def _groups(
    frame: Frame,
    by: str,
    columns: Mapping[str, FloatArray],
    people: FloatArray | None,
    scored: Scored,
    names: Mapping[str, Any],
    level: float,
) -> Rows:
    codes, found = frame.labels(by)
    block = Block.of({**columns, "group": codes}, people, scored, {**names, "group": found})
    rows = block(_base_rates, "outcome", "group", level=level)
    rows += block(auc_by_group, "outcome", "score", "group", level=level)
    if "level" in names and len(names["level"]) > 1:
        cuts = range(1, len(names["level"]))
        rows += _named_cuts(block(error_rates, "outcome", "rank", "group", cuts=cuts, level=level), block)
    rows += block(differential_prediction_by_group, "outcome", "score", "group", level=level)
    return _at(rows, by=by)


def _base_rates(outcome: npt.ArrayLike, group: npt.ArrayLike, *, counts: npt.ArrayLike, level: float) -> Rows:
    found = [value for value in dict.fromkeys(np.asarray(group, dtype=object).tolist()) if value is not None]
    rows = rates_by_level(outcome, group, found, counts=counts, level=level)
    return tuple(replace(row, name="base_rate", at={"group": row.at["level"]}) for row in rows)


def _agreement(
    frame: Frame, raters: Sequence[str], people: FloatArray | None, level: float, rng: np.random.Generator | int | None
) -> Rows:
    if len(raters) < 2:
        raise contract("`raters` names one column; two or more are needed")
    columns, is_number = rating_columns(frame, raters)
    tally = Tally(dict(zip(map(str, range(len(raters))), columns, strict=True)), people)
    table, counts = np.column_stack(list(tally.columns.values())), tally["counts"]
    found: list[object] = [percent_agreement(table, counts=counts, level=level)]
    if len(raters) == 2:
        found.append(kappa(table[:, 0], table[:, 1], counts=counts, level=level, rng=rng))
    else:
        found.append(fleiss_kappa(table, counts=counts, level=level))
    seen = np.unique(table[~np.isnan(table)])
    if len(seen):
        found.append(gwet_ac(table, seen, counts=counts, level=level))
    found.append(krippendorff_alpha(table, "ordinal" if is_number else "nominal", counts=counts, level=level))
    if is_number:
        found.append(icc(table, "A,1", counts=counts, level=level))
    return tuple(estimates_in(found))


def _items(
    items: Mapping[str, tuple[FloatArray, tuple[float, ...]]],
    outcome: FloatArray | None,
    people: FloatArray | None,
    level: float,
) -> Rows:
    columns = {f"item {name}": answers for name, (answers, _) in items.items()}
    tally = Tally(columns if outcome is None else {**columns, "outcome": outcome}, people)
    answers = np.column_stack([tally[name] for name in columns])
    points = {name: values for name, (_, values) in items.items()}
    rows: Rows = (cronbach_alpha(answers, counts=tally["counts"], level=level),) if len(items) > 1 else ()
    rows += item_statistics(answers, points, counts=tally["counts"], level=level)
    if outcome is not None:
        rows += item_outcome_statistics(tally["outcome"], answers, points, counts=tally["counts"], level=level)
    return rows
