"""A validity study in one call: everything that a frame says about a score, block by block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rvn.validation.estimate import Estimate
from rvn.validation.observations import binary, contract
from rvn.validation.overall.blocks import (
    association_block,
    calibration_block,
    cutoffs_block,
    discrimination_block,
    follow_up_block,
    groups_block,
    items_block,
    rates_block,
)
from rvn.validation.overall.ratings import agreement_block, rater_columns
from rvn.validation.overall.result import Validation
from rvn.validation.overall.sample import (
    Block,
    Frame,
    Scorer,
    item_points,
    people_of,
    score,
)


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
    raters: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
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
        Columns of ratings of the same people, two or more: points, ordered levels, or labels. To look at several
        things that they rated, their names with the columns of each: ``{"score": ["s1", "s2"], "level": [...]}``.
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
    frame.require([outcome, time, event, *by, levels, risk, *rater_columns(raters), counts])
    if isinstance(scores, str):
        frame.require([scores])
    if (time is None) != (event is None):
        raise contract("`time` and `event` belong together", "name both columns or neither")
    if horizon is not None and time is None:
        raise contract("`horizon` is given without `time` and `event`")
    people = people_of(frame, counts)
    scored = score(scores, frame, levels, people)
    columns = {"score": scored.score}
    names: dict[str, Any] = {}
    if scored.level is not None:
        columns["level"], names["level"] = scored.level, scored.names
    risks = None if risk is None else frame.numbers(risk)
    blocks: dict[str, tuple[Estimate, ...]] = {}
    if outcome is not None:
        columns["outcome"] = binary(outcome, frame.series(outcome).to_numpy())
        block = Block.of(columns, people, scored, names)
        blocks["discrimination"] = discrimination_block(block, level, rng)
        blocks["association"] = association_block(block, level)
        blocks["rates"] = rates_block(block, level)
        if risks is not None:
            part = {name: array for name, array in columns.items() if name != "score"} | {"risk": risks}
            blocks["calibration"] = calibration_block(Block.of(part, people, scored, names), level, rng)
    if time is not None and event is not None:
        followed = {name: array for name, array in columns.items() if name != "outcome"}
        followed |= {"time": frame.numbers(time), "event": frame.numbers(event)}
        if risks is not None:
            followed["risk"] = risks
        blocks["follow_up"] = follow_up_block(Block.of(followed, people, scored, names), horizon, level)
    if outcome is not None:
        blocks["cutoffs"] = cutoffs_block(block, level)
        if by:
            blocks["groups"] = tuple(
                row for name in by for row in groups_block(frame, name, columns, people, scored, names, risks, level)
            )
    if raters:
        blocks["agreement"] = agreement_block(frame, raters, people, level, rng)
    items = item_points(scores, frame)
    if items:
        blocks["items"] = items_block(items, columns.get("outcome"), people, level)
    total = len(scored.score) if people is None else int(people.sum())
    return Validation(scored.name, outcome, total, level, blocks)
