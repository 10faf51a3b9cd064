"""What is said of a score by itself: statuses, distribution, absent answers, overrides and items."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from rvn.study.cells import written
from rvn.study.material import MOST_SCORES
from rvn.study.results import ItemRow, MissingAnswers, OverrideCell, Overrides, ScoreFacts, Tallied
from rvn.study.results.facts import words
from rvn.study.scored import Scored
from rvn.validation.estimate import Estimate
from rvn.validation.rates.proportions import proportion
from rvn.validation.reliability.internal_consistency import cronbach_alpha
from rvn.validation.reliability.items import item_statistics
from rvn.validation.tally import Tally


def facts(scored: Scored, confidence: float) -> ScoreFacts:
    """Return what is said of one score of the people of the study."""
    instrument = scored.instrument
    there = scored.points[~np.isnan(scored.points)]
    values, people = np.unique(there, return_counts=True)
    counts = np.bincount(scored.status[scored.status >= 0], minlength=len(scored.statuses))
    title = words(scored.entry.title) or (
        words(instrument.definition.title) if instrument is not None else {"en": scored.name}
    )
    items, reliability = _items(scored, confidence)
    return ScoreFacts(
        id=scored.name,
        title=title,
        kind="recorded" if instrument is None else "instrument",
        reference=None if instrument is None else instrument.reference,
        fingerprint=None if instrument is None else instrument.fingerprint,
        status=None if instrument is None else instrument.definition.status,
        accepted=() if instrument is None else tuple(sorted(instrument.accepted)),
        output=scored.output,
        levels=scored.levels,
        statuses=tuple(
            Tallied(name=name, people=int(count)) for name, count in zip(scored.statuses, counts, strict=True) if count
        ),
        distribution=tuple(
            Tallied(name=f"{value:.15g}", people=int(count)) for value, count in zip(values, people, strict=True)
        )
        if len(values) <= MOST_SCORES
        else (),
        mean=float(there.mean()) if len(there) else None,
        deviation=float(there.std(ddof=1)) if len(there) > 1 else None,
        missing=tuple(_missing(scored, confidence)),
        overrides=_overrides(scored, confidence),
        items=items,
        reliability=reliability,
    )


def _label(scored: Scored, item: str) -> dict[str, str]:
    assert scored.instrument is not None
    return {language: scored.instrument.wording(language).label(item) for language in ("en", "lv")}


def _missing(scored: Scored, confidence: float) -> Iterator[MissingAnswers]:
    if scored.frame is None or scored.instrument is None:
        return
    for name, known in scored.instrument.plan.fields.items():
        column = scored.frame[name]
        blank = column.isna().to_numpy()
        reasons = []
        if column.dtype.kind not in "iufM":
            found = {written(cell): int(count) for cell, count in column.value_counts().items()}
            for reason in known.reasons:
                times = found.get(reason, 0)
                if times:
                    reasons.append(Tallied(name=reason, people=times))
        absent = int(blank.sum()) + sum(reason.people or 0 for reason in reasons)
        share = replace(proportion(absent, len(column), level=confidence), name="missing", at={"item": name})
        yield MissingAnswers(item=name, label=_label(scored, name), share=share, reasons=tuple(reasons))


def _overrides(scored: Scored, confidence: float) -> Overrides | None:
    if scored.final is None:
        return None
    both = (scored.level >= 0) & (scored.final >= 0)
    computed, final = scored.level[both], scored.final[both]
    n, size = len(final), len(scored.names)
    cells = (
        np.bincount(computed * size + final, minlength=size * size).reshape(size, size) if size else np.zeros((0, 0))
    )

    def share(name: str, people: int) -> Estimate:
        return replace(proportion(people, n, level=confidence), name=name)

    return Overrides(
        people=n,
        share=share("overridden", int((computed != final).sum())),
        raised=share("raised", int((final > computed).sum())),
        lowered=share("lowered", int((final < computed).sum())),
        cells=tuple(
            OverrideCell(computed=scored.names[row], final=scored.names[column], people=int(cells[row, column]))
            for row in range(size)
            for column in range(size)
        ),
    )


def _items(scored: Scored, confidence: float) -> tuple[tuple[ItemRow, ...], tuple[Estimate, ...]]:
    if not scored.items:
        return (), ()
    tally = Tally({f"item {name}": values for name, (values, _) in scored.items.items()})
    answers = np.column_stack([tally[f"item {name}"] for name in scored.items])
    points = {name: values for name, (_, values) in scored.items.items()}
    rows = item_statistics(answers, points, counts=tally["counts"], level=confidence)
    found = []
    for name, (values, possible) in scored.items.items():
        given = tuple(Tallied(name=f"{value:.15g}", people=int((values == value).sum())) for value in possible)
        own = tuple(row for row in rows if row.at.get("item") == name)
        found.append(ItemRow(item=name, label=_label(scored, name), points=given, estimates=own))
    alpha = (cronbach_alpha(answers, counts=tally["counts"], level=confidence),) if len(scored.items) > 1 else ()
    return tuple(found), alpha
