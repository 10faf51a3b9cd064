"""What measures are called in reports, and how their numbers are written."""

from __future__ import annotations

from rvn.text import Language

# Shares of 1 that are read as percentages.
PERCENTAGES = frozenset(
    {"rate", "base_rate", "flagged", "sensitivity", "specificity", "positive_predictive_value",
     "negative_predictive_value", "false_positive_rate", "false_negative_rate", "selection_rate", "missing", "share",
     "accuracy", "overridden", "absent", "raised", "lowered", "percent_agreement", "cumulative_incidence"}
)  # fmt: skip

_NAMES: dict[str, dict[Language, str]] = {
    "auc": {"en": "AUC", "lv": "AUC (laukums zem līknes)"},
    "auc_difference": {"en": "difference in AUC", "lv": "AUC atšķirība"},
    "e_over_o": {"en": "expected over observed (E/O)", "lv": "sagaidāmo un novēroto attiecība (E/O)"},
    "expected_observed": {"en": "expected over observed (E/O)", "lv": "sagaidāmo un novēroto attiecība (E/O)"},
    "expected_observed_ratio": {"en": "ratio of E/O", "lv": "E/O attiecība starp grupām"},
    "calibration slope": {"en": "calibration slope", "lv": "kalibrācijas līknes slīpums"},
    "calibration_slope": {"en": "calibration slope", "lv": "kalibrācijas līknes slīpums"},
    "calibration_in_the_large": {"en": "calibration in the large", "lv": "vidējā kalibrācija"},
    "rise between levels": {"en": "rise between levels", "lv": "pieaugums starp līmeņiem"},
    "icc": {"en": "ICC", "lv": "iekšklases korelācijas koeficients (ICC)"},
    "kappa": {"en": "kappa", "lv": "Koena kapa (κ)"},
    "fleiss_kappa": {"en": "Fleiss' kappa", "lv": "Fleisa kapa (κ)"},
    "gwet_ac1": {"en": "Gwet's AC1", "lv": "Gveta AC1"},
    "krippendorff_alpha": {"en": "Krippendorff's alpha", "lv": "Kripendorfa alfa (α)"},
    "percent agreement": {"en": "percent agreement", "lv": "sakritības īpatsvars"},
    "percent_agreement": {"en": "percent agreement", "lv": "sakritības īpatsvars"},
    "sem": {"en": "standard error of measurement", "lv": "mērījuma standartkļūda"},
    "alpha": {"en": "Cronbach's alpha", "lv": "Kronbaha alfa (α)"},
    "omega": {"en": "McDonald's omega", "lv": "Makdonalda omega (ω)"},
    "item_total": {"en": "item–total correlation", "lv": "panta korelācija ar kopējo rādītāju"},
    "item_rest": {"en": "item–rest correlation", "lv": "koriģētā panta korelācija"},
    "alpha_if_deleted": {"en": "alpha without it", "lv": "alfa bez šī panta"},
    "mean": {"en": "mean", "lv": "vidējais"},
    "missing": {"en": "answer absent", "lv": "trūkst atbildes"},
    "difference in auc between groups": {"en": "difference in AUC between groups", "lv": "AUC atšķirība starp grupām"},
    "ratio of e_over_o between groups": {"en": "ratio of E/O between groups", "lv": "E/O attiecība starp grupām"},
    "difference in false positive rate between groups": {
        "en": "difference in false positive rate between groups",
        "lv": "kļūdaini pozitīvo īpatsvara atšķirība starp grupām",
    },
    "difference in false negative rate between groups": {
        "en": "difference in false negative rate between groups",
        "lv": "kļūdaini negatīvo īpatsvara atšķirība starp grupām",
    },
    "false_positive_rate": {"en": "false positive rate", "lv": "kļūdaini pozitīvo īpatsvars"},
    "false_negative_rate": {"en": "false negative rate", "lv": "kļūdaini negatīvo īpatsvars"},
    "false_positive_rate_difference": {
        "en": "difference in false positive rate",
        "lv": "kļūdaini pozitīvo īpatsvara atšķirība",
    },
    "false_negative_rate_difference": {
        "en": "difference in false negative rate",
        "lv": "kļūdaini negatīvo īpatsvara atšķirība",
    },
    "rate": {"en": "rate", "lv": "biežums"},
    "base_rate": {"en": "base rate", "lv": "bāzes rādītājs"},
    "sensitivity": {"en": "sensitivity", "lv": "jutīgums"},
    "specificity": {"en": "specificity", "lv": "specifiskums"},
    "positive_predictive_value": {"en": "positive predictive value", "lv": "pozitīvā prognostiskā vērtība"},
    "negative_predictive_value": {"en": "negative predictive value", "lv": "negatīvā prognostiskā vērtība"},
    "odds_ratio": {"en": "odds ratio per point", "lv": "izredžu attiecība uz punktu"},
    "odds_ratio_per_sd": {"en": "odds ratio per standard deviation", "lv": "izredžu attiecība uz standartnovirzi"},
    "odds_ratio_of_level": {"en": "odds ratio of the level", "lv": "līmeņa izredžu attiecība"},
    "hazard_ratio": {"en": "hazard ratio per point", "lv": "riska attiecība (HR) uz punktu"},
    "hazard_ratio_per_sd": {
        "en": "hazard ratio per standard deviation",
        "lv": "riska attiecība (HR) uz standartnovirzi",
    },
    "harrell_c": {"en": "Harrell's C", "lv": "Harela C"},
    "log_rank": {"en": "log-rank test", "lv": "log-rank tests"},
    "linearity": {"en": "test of linearity", "lv": "linearitātes tests"},
    "trend": {"en": "test of trend", "lv": "trenda tests"},
    "difference": {"en": "difference from the level below", "lv": "atšķirība no zemākā līmeņa"},
    "ratio": {"en": "ratio to the level below", "lv": "attiecība pret zemāko līmeni"},
    "brier": {"en": "Brier score", "lv": "Braiera rādītājs (Brier)"},
    "scaled_brier": {"en": "scaled Brier score", "lv": "mērogots Braiera rādītājs (Brier)"},
    "spiegelhalter": {"en": "Spiegelhalter's test", "lv": "Špīgelhaltera tests"},
    "ici": {"en": "mean error of calibration (ICI)", "lv": "vidējā kalibrācijas kļūda (ICI)"},
    "e50": {"en": "median error of calibration (E50)", "lv": "kalibrācijas kļūdas mediāna (E50)"},
    "e90": {"en": "90th percentile of the error (E90)", "lv": "kļūdas 90. procentile (E90)"},
    "emax": {"en": "largest error of calibration", "lv": "lielākā kalibrācijas kļūda"},
    "correlation": {"en": "correlation", "lv": "korelācija"},
    "overridden": {"en": "level replaced", "lv": "līmenis mainīts"},
    "raised": {"en": "level raised", "lv": "līmenis paaugstināts"},
    "lowered": {"en": "level lowered", "lv": "līmenis pazemināts"},
    "absent": {"en": "answer absent", "lv": "trūkst atbildes"},
    "share": {"en": "share", "lv": "īpatsvars"},
    "cronbach_alpha": {"en": "Cronbach's alpha", "lv": "Kronbaha alfa (α)"},
    "alpha_without": {"en": "alpha without it", "lv": "alfa bez šī panta"},
    "cumulative_incidence": {"en": "cumulative incidence", "lv": "kumulatīvais biežums"},
    "joint_intercept": {"en": "intercept beside the slope", "lv": "brīvais loceklis kopā ar slīpumu"},
    "calibration_overall": {"en": "test of calibration", "lv": "kalibrācijas tests"},
    "spiegelhalter_z": {"en": "Spiegelhalter's z", "lv": "Špīgelhaltera z"},
    "eci": {"en": "estimated calibration index (ECI)", "lv": "kalibrācijas indekss (ECI)"},
    "kappa_linear": {"en": "kappa, linear weights", "lv": "kapa (κ) ar lineāriem svariem"},
    "measurement_error": {"en": "standard error of measurement", "lv": "mērījuma standartkļūda"},
    "krippendorff_alpha_interval": {
        "en": "Krippendorff's alpha of intervals",
        "lv": "Kripendorfa alfa (α), intervālu skala",
    },
    "krippendorff_alpha_ordinal": {
        "en": "Krippendorff's alpha of ranks",
        "lv": "Kripendorfa alfa (α), rangu skala",
    },
    "accuracy": {"en": "share told right", "lv": "pareizi klasificēto īpatsvars"},
    "flagged": {"en": "flagged", "lv": "atzīmēto īpatsvars"},
    "selection_rate": {"en": "share flagged", "lv": "atzīmēto īpatsvars"},
    "positive_likelihood_ratio": {
        "en": "positive likelihood ratio",
        "lv": "pozitīva vērtējuma ticamības attiecība (LR+)",
    },
    "negative_likelihood_ratio": {
        "en": "negative likelihood ratio",
        "lv": "negatīva vērtējuma ticamības attiecība (LR−)",
    },
    "youden": {"en": "Youden's J", "lv": "Judena indekss (J)"},
    "number_needed_to_detain": {
        "en": "people flagged for one event among them",
        "lv": "atzīmētās personas uz vienu notikumu",
    },
    "number_safely_discharged": {
        "en": "people not flagged for one event among them",
        "lv": "neatzīmētās personas uz vienu notikumu",
    },
    "odds_ratio_at_equal_score": {
        "en": "odds ratio of groups at the same score",
        "lv": "grupu izredžu attiecība pie vienāda vērtējuma",
    },
    "slope_ratio": {"en": "ratio of slopes", "lv": "slīpumu attiecība"},
    "differential_prediction": {
        "en": "test whether a score means the same risk",
        "lv": "tests, vai vērtējums nozīmē vienādu risku",
    },
}


# What is said of a measure that already has words.
_OF: dict[str, dict[Language, str]] = {
    "_difference": {"en": "difference in {of}", "lv": "{of}: atšķirība"},
    "_ratio": {"en": "ratio of {of}", "lv": "{of}: attiecība"},
    "_equality": {"en": "test of equal {of}", "lv": "{of}: vienādības tests"},
    "_prediction": {"en": "{of}: prediction interval", "lv": "{of}: prognozes intervāls"},
    "_heterogeneity": {"en": "{of}: heterogeneity", "lv": "{of}: heterogenitāte"},
}


def is_known(name: str) -> bool:
    """Return whether a measure has words in every language."""
    return name in _NAMES or any(name.endswith(end) and name.removesuffix(end) in _NAMES for end in _OF)


def measure(name: str, language: Language) -> str:
    """Return what a measure is called; a name that has no words yet is written plainly.

    >>> measure("auc", "en"), measure("some_new_measure", "en")
    ('AUC', 'some new measure')
    """
    if found := _NAMES.get(name):
        return found[language]
    for end, texts in _OF.items():
        if name.endswith(end) and name.removesuffix(end) in _NAMES:
            return texts[language].format(of=_NAMES[name.removesuffix(end)][language])
    return name.replace("_", " ")
