"""What a researcher calls: arrays with counts in, estimates out.

The functions here are loaded when they are first asked for, each with its module only.
"""

from __future__ import annotations

import importlib
from typing import Any

_WHERE = {
    "Estimate": "rvn.validation.estimate",
    "Tally": "rvn.validation.tally",
    "Validation": "rvn.validation.validation_result",
    "accuracy": "rvn.validation.cutoffs",
    "aalen_johansen": "rvn.validation.survival",
    "auc": "rvn.validation.discrimination",
    "auc_at": "rvn.validation.time_dependent",
    "auc_by_group": "rvn.validation.group_discrimination",
    "bootstrap_auc": "rvn.validation.bootstrap",
    "by_group": "rvn.validation.group_comparison",
    "compare_auc": "rvn.validation.discrimination",
    "cox_regression": "rvn.validation.cox",
    "cronbach_alpha": "rvn.validation.internal_consistency",
    "decision_curve": "rvn.validation.net_benefit",
    "differential_prediction_by_group": "rvn.validation.differential_prediction",
    "fleiss_kappa": "rvn.validation.many_raters",
    "gwet_ac": "rvn.validation.many_raters",
    "harrell_c": "rvn.validation.concordance",
    "hazard_ratio": "rvn.validation.cox",
    "incident_rates": "rvn.validation.incidents",
    "incremental_validity": "rvn.validation.incremental",
    "kaplan_meier": "rvn.validation.survival",
    "kappa": "rvn.validation.agreement",
    "krippendorff_alpha": "rvn.validation.krippendorff",
    "logistic_calibration": "rvn.validation.calibration",
    "logistic_regression": "rvn.validation.regression",
    "odds_ratio": "rvn.validation.association",
    "percentile_ranks": "rvn.validation.percentiles",
    "pool_estimates": "rvn.validation.meta_analysis",
    "population_stability": "rvn.validation.drift",
    "proportion": "rvn.validation.proportions",
    "rates_by_level": "rvn.validation.rates",
    "rates_by_score": "rvn.validation.rates",
    "recalibrate": "rvn.validation.recalibration",
    "reliable_change": "rvn.validation.change",
    "roc_curve": "rvn.validation.roc",
    "sample_sizes": "rvn.validation.sample_size",
    "to_frame": "rvn.validation.estimate",
    "validate": "rvn.validation.validity",
}

__all__ = sorted(_WHERE)


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_WHERE})
