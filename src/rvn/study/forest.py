"""The lines of forest plots: everybody, each group, and the mean over groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from rvn.study.material import pick
from rvn.study.results import Calibration, ForestRow, Grouping, Words
from rvn.validation.estimate import Estimate

EVERYBODY = {"en": "Everybody", "lv": "Visi"}
POOLED = {"en": "Mean over groups: {grouping}", "lv": "Vidēji pa grupām: {grouping}"}


def forest(auc: Estimate, calibration: Calibration | None, groupings: Sequence[Grouping]) -> tuple[ForestRow, ...]:
    """Return the lines of the plots of AUC and, where there are published risks, of E/O."""
    rows = list(_rows("auc", auc, groupings))
    if calibration is not None:
        rows += _rows("expected_observed", calibration.expected_observed, groupings)
    return tuple(rows)


def _rows(
    measure: Literal["auc", "expected_observed"], whole: Estimate, groupings: Sequence[Grouping]
) -> Iterator[ForestRow]:
    yield ForestRow(measure=measure, kind="all", grouping=None, label=EVERYBODY, estimate=whole)
    for grouping in groupings:
        for row in grouping.rows:
            estimate = getattr(row, measure)
            if estimate is not None:
                yield ForestRow(measure=measure, kind="group", grouping=grouping.id, label=row.label, estimate=estimate)
        pooled = pick(grouping.pooled, measure)
        if pooled is not None:
            label = _pooled(grouping)
            yield ForestRow(measure=measure, kind="pooled", grouping=grouping.id, label=label, estimate=pooled)


def _pooled(grouping: Grouping) -> Words:
    """Return what the mean over the groups of a grouping is called: with the grouping, for there may be several."""
    title = grouping.title.get("en") or next(iter(grouping.title.values()))
    return {language: text.format(grouping=grouping.title.get(language, title)) for language, text in POOLED.items()}
