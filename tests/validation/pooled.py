"""The samples that metafor pooled: AUCs and odds ratios by race, and trials of a vaccine."""

import numpy as np

from reference import data, r_values

Study = tuple[np.ndarray, np.ndarray]


def bcg() -> Study:
    frame = data("bcg")
    treated, control = frame["tpos"] + frame["tneg"], frame["cpos"] + frame["cneg"]
    risk_ratio = np.log(frame["tpos"] / treated) - np.log(frame["cpos"] / control)
    variance = 1 / frame["tpos"] - 1 / treated + 1 / frame["cpos"] - 1 / control
    return risk_ratio.to_numpy(), np.sqrt(variance).to_numpy()


def effects(name: str) -> Study:
    if name == "bcg_rr":
        return bcg()
    found = r_values("meta")["effects_by_race"]
    column = name.removeprefix("race_")
    return np.array(found[column]), np.sqrt(found[f"var_{column}"])


EFFECTS = ["race_auc", "race_logit_auc", "race_logor", "bcg_rr"]
