"""How well an updated table is calibrated, less what it owes to having been made from the same people."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from rvn.validation.association.logistic import fit
from rvn.validation.calibration.line import with_logit
from rvn.validation.calibration.recalibration import Table, Update, apply_update, local_sample, table_of
from rvn.validation.estimate import Estimate
from rvn.validation.observations import FloatArray, Observations, observations

NAMES = ("calibration_in_the_large", "calibration_slope", "scaled_brier")
REFERENCE = "doi:10.1016/S0895-4356(01)00341-9"


def optimism_corrected(
    outcome: npt.ArrayLike,
    score: npt.ArrayLike,
    risk: npt.ArrayLike,
    *,
    update: Update,
    rng: np.random.Generator | int,
    counts: npt.ArrayLike | None = None,
    replicates: int = 500,
) -> tuple[Estimate, ...]:
    """Return calibration in the large, slope and scaled Brier score that an update would have on other people.

    The update is made anew from each bootstrap sample. What it gains there over the original people, on average,
    is taken off the apparent value; a slope below 1 then says that the updated risks are too far apart.

    Parameters
    ----------
    outcome, score, risk, update, counts
        As `recalibrate`.
    rng
        A generator or a seed for the bootstrap.
    replicates
        Number of bootstrap samples.

    Returns
    -------
    tuple of Estimate
        With the apparent value in `notes`.

    Raises
    ------
    ContractError
        As `recalibrate`.

    References
    ----------
    Steyerberg et al. 2001, doi:10.1016/S0895-4356(01)00341-9.
    """
    sample = local_sample(outcome, score, risk, counts=counts)
    table = table_of(sample)
    updated = apply_update(sample, table, update)
    apparent = _performance(table, updated.value)
    generator = np.random.default_rng(rng)
    optimism, failed = [], 0
    for _ in range(replicates if sample.n and update != "none" else 0):
        drawn = generator.multinomial(sample.n, sample.counts / sample.n).astype(np.float64)
        people = Observations(sample.columns, drawn)
        again = table_of(people)
        risks = apply_update(people, again, update).value
        gain = _performance(again, risks) - _performance(table, risks)
        if np.isnan(gain).any():
            failed += 1
        else:
            optimism.append(gain)
    excess = np.mean(optimism, axis=0) if optimism else np.full(len(NAMES), 0.0 if update == "none" else math.nan)
    notes = [f"{failed:,} of {replicates:,} bootstrap samples could not be fitted"] if failed else []
    return tuple(
        Estimate(
            name=name,
            value=float(value - less),
            method=f"{update}, optimism of {replicates:,} bootstrap samples taken off",
            n=sample.n,
            n_events=int(table.events.sum()),
            excluded=sample.excluded,
            status="not_estimable" if math.isnan(value - less) else "ok",
            notes=(f"apparent value {value:.4g}", *notes),
            reference=REFERENCE,
        )
        for name, value, less in zip(NAMES, apparent, excess, strict=True)
    )


def _performance(table: Table, risks: FloatArray) -> FloatArray:
    """Return what is in NAMES for these people at these risks; the first two without risks of 0 and 1."""
    counts = np.concatenate([table.people - table.events, table.events])
    outcome = np.repeat([0.0, 1.0], len(risks))
    sample = with_logit(observations(counts=counts, outcome=outcome, risk=np.tile(risks, 2)))
    shift, line = fit(sample, offset="logit"), fit(sample, ["logit"])
    squares = table.events @ (1 - risks) ** 2 + (table.people - table.events) @ risks**2
    people, events = table.people.sum(), table.events.sum()
    scaled = 1 - squares * people / (events * (people - events)) if 0 < events < people else math.nan
    return np.array(
        [
            shift.maximum.coefficients[0] if shift.has_values else math.nan,
            line.maximum.coefficients[1] if line.has_values else math.nan,
            scaled,
        ]
    )
