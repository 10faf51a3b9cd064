"""Every table of a study as a frame: one row an estimate or a count, with what it is of in the first columns."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from rvn.study.results import Analysis, Results
from rvn.validation.estimate import Estimate

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]
# Of an estimate; its name is the column `measure`, its level the column `confidence`.
NUMBERS = ("value", "low", "high", "p_value", "n", "n_events", "status", "method")


def tables(results: Results) -> dict[str, pd.DataFrame]:
    """Return every table that has rows, by its name."""
    import pandas as pd

    rows: dict[str, list[Row]] = {
        "flow": [_flat(step) for step in results.flow],
        "problems": [_flat(row) for row in results.problems],
        "scores": [row for score in results.scores for row in _of_score(score)],
        "items": [
            {"score": score.id, "item": item.item, **_of(row)}
            for score in results.scores
            for item in score.items
            for row in item.estimates
        ],
        "missing": [
            {"score": score.id, "item": row.item, **_of(row.share)} for score in results.scores for row in score.missing
        ],
        "overrides": [
            {"score": score.id, **_flat(cell)}
            for score in results.scores
            if score.overrides
            for cell in score.overrides.cells
        ],
        "agreement": [
            {"raters": entry.id, "score": entry.score, "of": of, **_of(row)}
            for entry in results.agreement
            for of, found in (("score", entry.measures), ("level", entry.of_level))
            for row in found
        ],
        "transitions": [
            {"first_score": entry.first, "second_score": entry.second, **_flat(cell)}
            for entry in results.comparisons
            for cell in entry.transitions
        ],
        "changed": [
            {"first_score": entry.first, "second_score": entry.second, **_flat(row)}
            for entry in results.comparisons
            for row in entry.changed
        ],
        "comparisons": [row for entry in results.comparisons for row in _compared(entry)],
        "verdicts": [_flat(verdict) | _of(first(verdict.estimates)) for verdict in results.verdicts],
        "methods": [_flat(row) for row in results.methods],
    }
    for analysis in results.analyses:
        for name, found in _of_analysis(analysis).items():
            at = {"score": analysis.score, "outcome": analysis.outcome}
            rows.setdefault(name, []).extend({**at, **row} for row in found)
    return {name: pd.DataFrame(found) for name, found in rows.items() if found}


def first(rows: Iterable[Estimate]) -> Estimate:
    """Return the first estimate, or one of nothing."""
    return next(iter(rows), Estimate(name="", value=math.nan, status="not_estimable"))


def _of(row: Estimate) -> Row:
    """Return an estimate as the cells of a row."""
    at = {f"at_{key}": str(value) for key, value in row.at.items()}
    numbers = {name: getattr(row, name) for name in NUMBERS}
    return {"measure": row.name, **at, **numbers, "p_value": row.p_value, "confidence": row.level}


def _flat(part: Any) -> Row:
    """Return the plain fields of a part of results; texts in English, lists as one text, estimates left out."""
    row: Row = {}
    for entry in fields(part):
        value = getattr(part, entry.name)
        if isinstance(value, Mapping):
            row[entry.name] = value.get("en", "")
        elif isinstance(value, tuple):
            if not any(is_dataclass(item) for item in value):
                row[entry.name] = ", ".join(str(item) for item in value)
        elif not is_dataclass(value):
            row[entry.name] = value
    return row


def _of_score(score: Any) -> Iterator[Row]:
    for status in score.statuses:
        yield {"score": score.id, "kind": "status", **_flat(status)}
    for value in score.distribution:
        yield {"score": score.id, "kind": "score", **_flat(value)}


def _compared(entry: Any) -> Iterator[Row]:
    at = {"first_score": entry.first, "second_score": entry.second}
    for outcome in entry.outcomes:
        for name in ("first_auc", "second_auc", "difference", "first_expected_observed", "second_expected_observed"):
            if (row := getattr(outcome, name)) is not None:
                yield {**at, "outcome": outcome.outcome, "what": name, **_of(row)}


def _of_analysis(analysis: Analysis) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {
        "flow_analysed": [_flat(step) for step in analysis.flow],
        "estimates": [
            _of(row) for row in (analysis.base_rate, analysis.auc, *analysis.discrimination, *analysis.association)
        ],
        "roc": [_flat(point) for point in analysis.roc],
        "rates_by_score": [_flat(row) | _of(row.rate) for row in analysis.scores],
        "rates_by_level": [_flat(row) | _of(row.rate) | _ratio(row.expected_observed) for row in analysis.levels],
        "steps": [_of(row) for row in analysis.steps],
        "cutoffs": [
            {"of": cut.of, "cut": cut.cut, **_of(row)}
            for cut in analysis.cutoffs
            for row in (
                cut.flagged,
                cut.sensitivity,
                cut.specificity,
                cut.positive_predictive_value,
                cut.negative_predictive_value,
                *cut.others,
            )
        ],
        "groups": [
            {"grouping": grouping.id, "group": row.group, "is_judged": row.is_judged, **_of(estimate)}
            for grouping in analysis.groupings
            for row in grouping.rows
            for estimate in (row.base_rate, row.auc, row.expected_observed, *_errors(row))
            if estimate is not None
        ],
        "group_differences": [
            {"grouping": grouping.id, **_of(row)}
            for grouping in analysis.groupings
            for row in (*grouping.differences, *grouping.equality, *grouping.prediction, *grouping.pooled)
        ],
    }
    if analysis.calibration is not None:
        found = (analysis.calibration.expected_observed, *analysis.calibration.measures)
        rows["calibration"] = [_of(row) for row in found]
        rows["calibration_curve"] = [_flat(point) for point in analysis.calibration.curve]
    if analysis.follow_up is not None:
        rows["follow_up"] = [_of(row) for row in analysis.follow_up.measures]
        rows["incidence"] = [
            {"level": curve.level or "", **_flat(point)}
            for curve in analysis.follow_up.curves
            for point in curve.points
        ]
    return rows


def _errors(row: Any) -> Iterator[Estimate]:
    for errors in row.errors:
        for entry in fields(errors):
            if isinstance(estimate := getattr(errors, entry.name), Estimate):
                yield estimate


def _ratio(row: Estimate | None) -> Row:
    if row is None:
        return {}
    return {"expected_observed": row.value, "expected_observed_low": row.low, "expected_observed_high": row.high}
