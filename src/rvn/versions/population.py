"""A generated population: people of whom every answer is as likely as any other. It is no population of people."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from rvn.definition.scope import ASSESSED_ON
from rvn.plan.nodes import Field, Points
from rvn.plan.plan import Plan, walk
from rvn.plan.status import Status
from rvn.scoring.instrument import Instrument

if TYPE_CHECKING:
    import pandas as pd

SIZE = 10_000
ROUNDS = 20  # of trials, where few generated people may be assessed
DAY = date(2026, 1, 1)
YEARS = 80
BEYOND = 5.0  # how far above its last bound a range without an end is drawn from


def population(instrument: Instrument, *, size: int = SIZE, seed: int = 0) -> pd.DataFrame:
    """Return generated answers that an instrument can score, all of them recorded.

    Options are equally likely, and so are the ranges that have points of their own. People of whom the instrument says
    nothing, because it is not made for them or their answers contradict each other, are drawn again.

    Parameters
    ----------
    instrument
        Whose answers are generated.
    size
        How many people; fewer where the instrument is made for hardly any of those drawn.
    seed
        Of the random numbers.

    Examples
    --------
    >>> import rvn
    >>> people = population(rvn.load("broward-rules@2018"), size=100)
    >>> len(people), sorted(people["sex"].unique())
    (100, ['female', 'male'])
    """
    import pandas as pd

    rng = np.random.default_rng(seed)
    plan = instrument.plan.full or instrument.plan
    every = instrument.accepting(*instrument.recalled)
    kept: list[pd.DataFrame] = []
    status = f"{instrument.definition.outcome}_status"
    for _ in range(ROUNDS):
        columns = {name: _drawn(field, plan, size, rng) for name, field in plan.fields.items() if name != ASSESSED_ON}
        drawn = pd.DataFrame(columns)
        on = DAY if ASSESSED_ON in plan.fields else None
        scored = every.score_frame(drawn, on=on, outputs=[instrument.definition.outcome], prefix="of ").frame
        kept.append(drawn[(scored[f"of {status}"] == Status.COMPLETE).to_numpy()])
        if sum(map(len, kept)) >= size:
            break
    people = pd.concat(kept, ignore_index=True).head(size)
    return people.assign(**{ASSESSED_ON: DAY.isoformat()}) if ASSESSED_ON in plan.fields else people


def _drawn(field: Field, plan: Plan, size: int, rng: np.random.Generator) -> Any:
    match field.kind:
        case "choice" | "level":
            return np.array(field.options, dtype=object)[rng.integers(0, len(field.options), size)]
        case "date":
            days = rng.integers(0, int(YEARS * 365.25), size)
            return [(DAY - timedelta(days=int(day))).isoformat() for day in days]
        case _:
            return _numbers(field, plan, size, rng)


def _numbers(field: Field, plan: Plan, size: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    nodes = [node for step in plan.steps for node in walk(step.node)]
    starts = {
        start for node in nodes if isinstance(node, Points) and node.field.name == field.name for start in node.starts
    }
    low = field.minimum if math.isfinite(field.minimum) else min(starts, default=0.0)
    bounds = sorted({low, *(start for start in starts if low <= start)})
    bounds.append(field.maximum if math.isfinite(field.maximum) else bounds[-1] + BEYOND)
    which = rng.integers(0, max(1, len(bounds) - 1), size)
    lower, upper = np.array(bounds)[which], np.array(bounds)[np.minimum(which + 1, len(bounds) - 1)]
    drawn = lower + rng.random(size) * (upper - lower)
    found: npt.NDArray[np.float64] = np.floor(drawn) if field.kind == "count" else np.round(drawn, 2)
    return found
