"""Follow-up data that several test files share: table B of the methods, and the public files as R read them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from reference import data

TIME = np.array(
    [0.5, 0.5, 0.8, 1, 1, 1.2, 1.5, 2, 2, 2, 2.3, 2.5, 3, 3, 3, 3.4, 3.5, 4, 4, 4.2, 4.5, *[5] * 9], dtype=float
)
EVENT = np.array([1, 1, 0, 1, 2, 1, 0, 1, 1, 2, 0, 1, 1, 2, 0, 1, 0, 1, 1, 2, *[0] * 10])
SCORE = np.array([7, 5, 2, 6, 4, 8, 1, 5, 3, 6, 4, 7, 2, 1, 3, 6, 0, 4, 5, 2, 3, 1, 2, 0, 4, 3, 1, 2, 5, 0])
RISK = 1 / (1 + np.exp(2.2 - 0.4 * SCORE))
LEVEL = np.select([SCORE <= 2, SCORE <= 4], ["L", "M"], "H")


def compas_times() -> pd.DataFrame:
    """Return the 7,206 people with end after start; `time` in days, `level` as the instrument names it."""
    frame = data("compas")
    frame = frame[frame["end"] > frame["start"]].assign(time=lambda rows: rows["end"] - rows["start"])
    return frame.assign(level=frame["score_text"]).reset_index(drop=True)


def compas_predicted() -> pd.DataFrame:
    """Return the validation half, with the predictions of models that were fitted on the other half."""
    return data("compas_pred").merge(compas_times(), on="id").sort_values("id").reset_index(drop=True)


def recid_nc() -> pd.DataFrame:
    """Return the North Carolina releases with `event` 1 for a return to prison."""
    frame = data("recid_nc")
    return frame.assign(event=1 - frame["cens"])


def random_follow_up(seed: int, n: int = 60, *, competing: bool = True) -> dict[str, np.ndarray]:
    """Return a small sample with many tied times and scores."""
    rng = np.random.default_rng(seed)
    return {
        "time": rng.integers(1, 12, n) / 2,
        "event": rng.choice([0, 1, 2], n, p=[0.3, 0.5, 0.2]) if competing else rng.integers(0, 2, n),
        "score": rng.integers(0, 6, n).astype(float),
        "counts": rng.integers(0, 4, n),
    }


def expanded(sample: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the same people, one row each."""
    return {name: np.repeat(array, sample["counts"]) for name, array in sample.items() if name != "counts"}
