"""What a researcher calls: arrays with counts in, estimates out.

The functions here are loaded when they are first asked for, each with its module only.
"""

from __future__ import annotations

import importlib
from typing import Any

_WHERE = {
    "Estimate": "rvn.validation.estimate",
    "Tally": "rvn.validation.tally",
    "Validation": "rvn.validation.overall.result",
    "aalen_johansen": "rvn.validation.follow_up.survival",
    "abroca": "rvn.validation.groups.abroca",
    "accuracy": "rvn.validation.cutoffs.accuracy",
    "auc": "rvn.validation.discrimination.auc",
    "auc_at": "rvn.validation.follow_up.time_dependent",
    "auc_by_group": "rvn.validation.groups.discrimination",
    "auc_equality": "rvn.validation.discrimination.auc_equality",
    "average_precision": "rvn.validation.discrimination.roc",
    "bootstrap": "rvn.validation.foundations.bootstrap",
    "bootstrap_auc": "rvn.validation.foundations.bootstrap",
    "brennan_prediger": "rvn.validation.agreement.many_raters",
    "brier": "rvn.validation.calibration.brier",
    "by_group": "rvn.validation.groups.comparison",
    "calibration_curve": "rvn.validation.calibration.curve",
    "calibration_errors": "rvn.validation.calibration.errors",
    "calibration_slope_at": "rvn.validation.follow_up.calibration_at_horizon",
    "compare_auc": "rvn.validation.discrimination.auc",
    "compare_brier": "rvn.validation.calibration.brier",
    "compare_brier_at": "rvn.validation.follow_up.time_dependent",
    "correlation": "rvn.validation.reliability.correlation",
    "cox_regression": "rvn.validation.follow_up.cox",
    "cox_risk": "rvn.validation.follow_up.cox_risk",
    "cronbach_alpha": "rvn.validation.reliability.internal_consistency",
    "decision_curve": "rvn.validation.cutoffs.net_benefit",
    "differential_prediction_by_group": "rvn.validation.groups.differential_prediction",
    "dimensions": "rvn.validation.reliability.dimensions",
    "equal_margins": "rvn.validation.agreement.margins",
    "error_rates": "rvn.validation.groups.error_rates",
    "expected_observed": "rvn.validation.calibration.expected_observed",
    "factor_model": "rvn.validation.reliability.factor_model",
    "fine_gray_regression": "rvn.validation.follow_up.fine_gray",
    "fleiss_kappa": "rvn.validation.agreement.many_raters",
    "gonen_heller_c": "rvn.validation.follow_up.gonen_heller",
    "gray_test": "rvn.validation.follow_up.gray",
    "gwet_ac": "rvn.validation.agreement.many_raters",
    "h_measure": "rvn.validation.discrimination.h_measure",
    "harrell_c": "rvn.validation.follow_up.concordance",
    "hazard_ratio": "rvn.validation.follow_up.cox",
    "icc": "rvn.validation.agreement.icc",
    "icc_forms": "rvn.validation.agreement.icc",
    "incident_rates": "rvn.validation.follow_up.incidents",
    "incremental_validity": "rvn.validation.association.incremental",
    "item_response": "rvn.validation.reliability.item_response",
    "item_statistics": "rvn.validation.reliability.items",
    "kaplan_meier": "rvn.validation.follow_up.survival",
    "kappa": "rvn.validation.agreement.kappa",
    "kendall_w": "rvn.validation.agreement.ranks",
    "krippendorff_alpha": "rvn.validation.agreement.krippendorff",
    "leave_one_out": "rvn.validation.pooling.meta_analysis",
    "logistic_calibration": "rvn.validation.calibration.line",
    "logistic_regression": "rvn.validation.association.regression",
    "measurement_error": "rvn.validation.agreement.icc",
    "meta_regression": "rvn.validation.pooling.moderators",
    "odds_ratio": "rvn.validation.association.odds_ratios",
    "omega_hierarchical": "rvn.validation.reliability.omega_hierarchical",
    "omega_total": "rvn.validation.reliability.omega",
    "percentile_ranks": "rvn.validation.rates.percentiles",
    "peto_peto": "rvn.validation.follow_up.survival",
    "polychoric": "rvn.validation.reliability.polychoric",
    "pool": "rvn.validation.pooling.meta_analysis",
    "pool_estimates": "rvn.validation.pooling.meta_analysis",
    "pool_odds_ratios": "rvn.validation.pooling.tables",
    "population_stability": "rvn.validation.rates.drift",
    "power_auc_test": "rvn.validation.planning.sample_size_auc_test",
    "proportion": "rvn.validation.rates.proportions",
    "proportionality": "rvn.validation.follow_up.proportionality",
    "rates_by_level": "rvn.validation.rates.observed",
    "rates_by_score": "rvn.validation.rates.observed",
    "recalibrate": "rvn.validation.calibration.recalibration",
    "reclassification": "rvn.validation.association.reclassification",
    "reliability_bounds": "rvn.validation.reliability.lower_bounds",
    "reliable_change": "rvn.validation.reliability.change",
    "restricted_mean": "rvn.validation.follow_up.duration",
    "roc_curve": "rvn.validation.discrimination.roc",
    "sample_size_auc_test": "rvn.validation.planning.sample_size_auc_test",
    "sample_size_development": "rvn.validation.planning.sample_size_development",
    "sample_size_development_in_time": "rvn.validation.planning.sample_size_development",
    "sample_sizes": "rvn.validation.planning.sample_size",
    "scalability": "rvn.validation.reliability.scalability",
    "shares_by_level": "rvn.validation.rates.observed",
    "subdistribution_hazard_ratio": "rvn.validation.follow_up.fine_gray",
    "survival_quantiles": "rvn.validation.follow_up.duration",
    "to_frame": "rvn.validation.estimate",
    "trim_and_fill": "rvn.validation.pooling.asymmetry",
    "validate": "rvn.validation.overall.validity",
}

__all__ = sorted(_WHERE)


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_WHERE})
