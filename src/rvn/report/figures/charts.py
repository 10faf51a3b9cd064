"""What is drawn: scores by outcome, ROC, rates by level, calibration, incidence, and forests of groups."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from rvn.report.document import FigureBlock
from rvn.report.figures.drawing import ACCENT, INK, LINE, SECOND, SHADES, SOFT, block, drawing, fitted
from rvn.report.said import Said, capital
from rvn.study.results import Analysis, Estimate, ForestRow, LevelRow

ROW = 0.34  # inches of a line of a forest


def charts(analysis: Analysis, said: Said, prefix: str) -> Iterable[FigureBlock]:
    """Yield the figures of a score against an outcome, those for which there are numbers."""
    drawn = (
        _distribution(analysis, said, prefix),
        _roc(analysis, said, prefix),
        _levels(analysis, said, prefix),
        _calibration(analysis, said, prefix),
        _incidence(analysis, said, prefix),
    )
    yield from (figure for figure in drawn if figure is not None)


def _distribution(analysis: Analysis, said: Said, prefix: str) -> FigureBlock | None:
    rows = [row for row in analysis.scores if row.people is not None and row.events is not None]
    if len(rows) < 2:
        return None
    places = range(len(rows))
    events = [row.events or 0 for row in rows]
    others = [(row.people or 0) - (row.events or 0) for row in rows]
    labels = [said.span(row.score, row.upto) for row in rows]
    with drawing() as (figure, axes):
        axes.bar(places, others, color=SOFT, label=said.phrase("without_event"), width=0.85)
        axes.bar(places, events, bottom=others, color=ACCENT, label=said.phrase("with_event"), width=0.85)
        step = math.ceil(len(rows) / 16)
        axes.set_xticks(list(places)[::step], labels[::step], rotation=45 if max(map(len, labels)) > 5 else 0)
        axes.set_xlabel(said.phrase("score"))
        axes.set_ylabel(said.phrase("axis_people"))
        _numbers(axes, said, y=True)
        axes.grid(axis="x", visible=False)
        axes.legend(ncols=2, loc="lower left", bbox_to_anchor=(0, 1))
        most = max(places, key=lambda place: rows[place].people or 0)
        words = {"n": len(rows), "low": labels[0], "high": labels[-1], "most": labels[most]}
        alternative = said.phrase("alt_distribution", **words)
        return block(figure, f"{prefix}-distribution", said.phrase("figure_distribution"), alternative)


def _roc(analysis: Analysis, said: Said, prefix: str) -> FigureBlock | None:
    points = sorted(analysis.roc, key=lambda point: (point.false_positive_rate, point.sensitivity))
    if len(points) < 2:
        return None
    x = [point.false_positive_rate for point in points]
    with drawing(4.4, 4.2) as (figure, axes):
        axes.plot([0, 1], [0, 1], color=LINE, linestyle="--", label=said.phrase("chance"))
        axes.fill_between(x, [p.low for p in points], [p.high for p in points], color=SOFT, alpha=0.55, linewidth=0)
        axes.plot(x, [point.sensitivity for point in points], color=ACCENT, marker="o", markersize=3)
        axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
        axes.set_xlabel(said.phrase("axis_false_positive"))
        axes.set_ylabel(said.phrase("axis_sensitivity"))
        _shares(axes, said, x=True, y=True)
        alternative = said.phrase("alt_roc", auc=said.estimate(analysis.auc))
        return block(figure, f"{prefix}-roc", said.phrase("figure_roc", level=said.confidence), alternative)


def _levels(analysis: Analysis, said: Said, prefix: str) -> FigureBlock | None:
    rows = [row for row in analysis.levels if _is_shown(row.rate)]
    if len(rows) < 2:
        return None
    labels = [fitted(said.level(analysis.score, row.level)) for row in rows]
    expected = [_expected_rate(row) for row in rows]
    with drawing(6.4, 1.0 + 0.55 * len(rows)) as (figure, axes):
        for place, row in enumerate(rows):
            _interval(axes, row.rate, place, ACCENT)
        known = [(place, rate) for place, rate in enumerate(expected) if rate is not None]
        if known:
            at, rates = zip(*known, strict=True)
            axes.plot(
                rates, at, linestyle="", marker="D", markersize=6, color=SECOND, label=said.phrase("expected_mark")
            )
            axes.legend(loc="lower right")
        axes.set_yticks(range(len(rows)), labels)
        axes.set_ylim(-0.6, len(rows) - 0.4)
        axes.set_xlim(left=0)
        axes.set_xlabel(said.phrase("axis_rate"))
        axes.grid(axis="y", visible=False)
        _shares(axes, said, x=True)
        rates_said = "; ".join(f"{label} {said.value(row.rate)}" for label, row in zip(labels, rows, strict=True))
        name = "figure_levels_expected" if known else "figure_levels"
        caption = said.phrase(name, level=said.confidence)
        return block(figure, f"{prefix}-levels", caption, said.phrase("alt_levels", rates=rates_said))


def _calibration(analysis: Analysis, said: Said, prefix: str) -> FigureBlock | None:
    found = analysis.calibration
    if found is None or len(found.curve) < 2:
        return None
    points = sorted(found.curve, key=lambda point: point.risk)
    risks = [point.risk for point in points]
    top = max([*risks, *(p.high for p in points if math.isfinite(p.high))]) * 1.05
    with drawing(4.6, 4.2) as (figure, axes):
        axes.plot([0, 1], [0, 1], color=LINE, linestyle="--")
        axes.fill_between(risks, [p.low for p in points], [p.high for p in points], color=SOFT, alpha=0.55, linewidth=0)
        axes.plot(risks, [point.observed for point in points], color=ACCENT, marker="o", markersize=3)
        axes.set(xlim=(0, min(top, 1)), ylim=(0, min(top, 1)), aspect="equal")
        axes.set_xlabel(said.phrase("axis_published"))
        axes.set_ylabel(said.phrase("axis_observed"))
        _shares(axes, said, x=True, y=True)
        ends = {"low": said.share(risks[0]), "high": said.share(risks[-1])}
        alternative = said.phrase("alt_calibration", **ends, ratio=said.estimate(found.expected_observed))
        return block(figure, f"{prefix}-calibration", said.phrase("figure_calibration"), alternative)


def _incidence(analysis: Analysis, said: Said, prefix: str) -> FigureBlock | None:
    found = analysis.follow_up
    if found is None:
        return None
    by_level = [curve for curve in found.curves if curve.level is not None and curve.points]
    curves = by_level or [curve for curve in found.curves if curve.points]
    if not curves:
        return None
    with drawing() as (figure, axes):
        said_rates = []
        for place, curve in enumerate(curves):
            colour = SHADES[place % len(SHADES)]
            name = said.phrase("everybody") if curve.level is None else said.level(analysis.score, curve.level)
            times = [0.0, *(point.time for point in curve.points)]
            risks = [0.0, *(point.risk for point in curve.points)]
            axes.step(times, risks, where="post", color=colour, label=fitted(name))
            low, high = [0.0, *(p.low for p in curve.points)], [0.0, *(p.high for p in curve.points)]
            axes.fill_between(times, low, high, step="post", color=colour, alpha=0.15, linewidth=0)
            said_rates.append(f"{name} {said.share(curve.points[-1].risk)}")
        axes.set_xlim(0, found.horizon)
        axes.set_ylim(bottom=0)
        axes.set_xlabel(said.phrase("axis_time", unit=said.unit(found.unit)))
        axes.set_ylabel(said.phrase("axis_rate"))
        _shares(axes, said, y=True)
        axes.legend(loc="upper left")
        words = {"within": capital(said.within(found.horizon, found.unit)), "rates": "; ".join(said_rates)}
        caption = said.phrase("figure_incidence", method=found.method)
        return block(figure, f"{prefix}-incidence", caption, said.phrase("alt_incidence", **words))


def forest(rows: Sequence[ForestRow], measure: str, said: Said, prefix: str) -> FigureBlock | None:
    """Return a forest of everybody, the groups, and what is pooled over them; None where there is nothing."""
    shown = [row for row in rows if row.measure == measure and _is_shown(row.estimate)]
    if len(shown) < 2:
        return None
    # From the top, with a gap before each grouping.
    gaps = accumulate([0.0, *(0.5 * (one.grouping != other.grouping) for one, other in pairwise(shown))])
    places = [place + gap for place, gap in enumerate(gaps)]
    with drawing(6.8, 0.9 + ROW * (places[-1] + 1)) as (figure, axes):
        for place, row in zip(places, shown, strict=True):
            _interval(axes, row.estimate, place, ACCENT if row.kind == "group" else SECOND)
        axes.axvline(0.5 if measure == "auc" else 1.0, color=LINE, linestyle="--")
        axes.set_yticks(places, [fitted(said.words(row.label)) for row in shown])
        axes.set_ylim(places[-1] + 0.7, -0.7)
        axes.set_xlabel(capital(said.measure(measure)))
        axes.grid(axis="y", visible=False)
        _numbers(axes, said, x=True, decimals=2)
        words = "; ".join(f"{said.words(row.label)} {said.value(row.estimate)}" for row in shown)
        caption = said.phrase(f"figure_forest_{measure}")
        return block(
            figure, f"{prefix}-forest-{measure.replace('_', '-')}", caption, said.phrase("alt_forest", rows=words)
        )


def _is_shown(estimate: Estimate) -> bool:
    return math.isfinite(estimate.value) and estimate.status != "suppressed"


def _expected_rate(row: LevelRow) -> float | None:
    return row.expected / row.people if row.expected is not None and row.people else None


def _interval(axes: Axes, estimate: Estimate, place: float, colour: str) -> None:
    if math.isfinite(estimate.low) and math.isfinite(estimate.high):
        axes.plot([estimate.low, estimate.high], [place, place], color=colour, linewidth=2, solid_capstyle="butt")
    axes.plot(
        [estimate.value], [place], marker="o", markersize=6, color=colour, markeredgecolor=INK, markeredgewidth=0.4
    )


def _shares(axes: Axes, said: Said, *, x: bool = False, y: bool = False) -> None:
    formatter: Any = FuncFormatter(lambda value, _: said.share(value, 0))
    for axis, is_wanted in ((axes.xaxis, x), (axes.yaxis, y)):
        if is_wanted:
            axis.set_major_formatter(formatter)
            axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))


def _numbers(axes: Axes, said: Said, *, x: bool = False, y: bool = False, decimals: int = 0) -> None:
    formatter: Any = FuncFormatter(lambda value, _: said.number(value, decimals))
    for axis, is_wanted in ((axes.xaxis, x), (axes.yaxis, y)):
        if is_wanted:
            axis.set_major_formatter(formatter)
