"""What a validity study found: blocks of estimates, and a page that is read before any of them."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rvn.validation.estimate import Estimate, to_frame
from rvn.validation.observations import contract

if TYPE_CHECKING:
    import pandas as pd

WIDTH = 80
SCHEMA = 1

# What the page shows of each block, in this order; the rest is in the frames.
SHOWN: Mapping[str, Mapping[str, str]] = {
    "discrimination": {"auc": "AUC"},
    "association": {
        "odds_ratio": "odds ratio per point",
        "odds_ratio_per_sd": "odds ratio per SD",
        "odds_ratio_of_level": "odds ratio",
    },
    "rates": {"base_rate": "base rate", "rate": "rate"},
    "calibration": {
        "expected_observed": "expected over observed",
        "calibration_in_the_large": "calibration in the large",
        "calibration_slope": "calibration slope",
        "brier": "Brier score",
        "scaled_brier": "scaled Brier score",
        "ici": "mean error of the curve (ICI)",
    },
    "follow_up": {
        "harrell_c": "Harrell's C",
        "hazard_ratio": "hazard ratio per point",
        "hazard_ratio_per_sd": "hazard ratio per SD",
        "cumulative_incidence": "risk",
        "auc": "AUC",
        "expected_observed": "expected over observed",
    },
    "cutoffs": {
        "flagged": "flagged",
        "sensitivity": "sensitivity",
        "specificity": "specificity",
        "positive_predictive_value": "positive predictive value",
        "negative_predictive_value": "negative predictive value",
    },
    "agreement": {
        "percent_agreement": "raw agreement",
        "kappa": "Cohen's kappa",
        "kappa_linear": "linear kappa",
        "kappa_quadratic": "quadratic kappa",
        "fleiss_kappa": "Fleiss' kappa",
        "gwet_ac1": "Gwet's AC1",
        "gwet_ac2": "Gwet's AC2",
        "krippendorff_alpha_nominal": "Krippendorff's alpha",
        "krippendorff_alpha_ordinal": "Krippendorff's alpha, ordinal",
        "icc": "ICC",
        "measurement_error": "error of measurement",
    },
    "items": {"cronbach_alpha": "Cronbach's alpha"},
}
GROUP_COLUMNS = {
    "base_rate": "base",
    "auc": "AUC",
    "selection_rate": "flagged",
    "false_positive_rate": "false +",
    "false_negative_rate": "false -",
    "positive_predictive_value": "PPV",
    "expected_observed": "E/O",
}


# How the page says what a row is at.
BEFORE = {
    "level": ", ",
    "group": ", ",
    "reference": " against ",
    "horizon": " by ",
    "cut": ", from ",
    "interval": ", ",
    "form": " ",
    "weights": ", ",
    "kind": ", ",
    "rated": ", ",
}

WIDE = {"selection_rate": 8, "false_positive_rate": 8, "false_negative_rate": 8}


@dataclass(frozen=True)
class Validation:
    """Everything that one sample says about a score; printed, a page of what is reported first.

    Parameters
    ----------
    score, outcome
        What was validated, and against what.
    n
        People in the sample, whatever is absent of them.
    level
        Confidence level.
    blocks
        Estimates by block, from ``discrimination`` to ``items``; a block for which no columns were given is absent.

    Examples
    --------
    >>> rate = Estimate(name="base_rate", value=0.25, low=0.1, high=0.5, n=20, n_events=5)
    >>> found = Validation("points", "reoffended", 20, 0.95, {"rates": (rate,)})
    >>> print(found)
    points against reoffended: 20 people, 5 with the event
    Intervals are at 95%. A * marks what is not to be used as it stands.
    <BLANKLINE>
    rates                                      value            interval         n
      base rate                                0.250      0.100 to 0.500        20
    >>> found["rates"][0].n_events
    5
    """

    score: str
    outcome: str | None
    n: int
    level: float
    blocks: Mapping[str, tuple[Estimate, ...]]

    def __getitem__(self, block: str) -> tuple[Estimate, ...]:
        if block not in self.blocks:
            raise contract(f"no block {block!r} in this validation", f"it has {', '.join(self.blocks)}")
        return self.blocks[block]

    def frame(self, block: str) -> pd.DataFrame:
        """Return a block as a pandas frame, one row an estimate.

        Raises
        ------
        ContractError
            When there is no such block.
        """
        return to_frame(self[block])

    def to_record(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {
            "schema": SCHEMA,
            "kind": "rvn validation",
            "score": self.score,
            "outcome": self.outcome,
            "n": self.n,
            "level": self.level,
            "blocks": {name: [row.to_record() for row in rows] for name, rows in self.blocks.items()},
        }

    def __str__(self) -> str:
        against = f" against {self.outcome}" if self.outcome else ""
        cases = next((row.n_events for row in self.blocks.get("rates", ()) if row.name == "base_rate"), None)
        events = "" if cases is None else f", {cases:,} with the event"
        lines = [
            *_wrapped(f"{self.score}{against}: {self.n:,} people{events}"),
            f"Intervals are at {100 * self.level:g}%. A * marks what is not to be used as it stands.",
        ]
        for name, rows in self.blocks.items():
            lines.append("")
            lines += _groups(rows) if name == "groups" else _block(name, rows)
        left_out = {
            why: people for rows in self.blocks.values() for row in rows for why, people in row.excluded.items()
        }
        if left_out:
            said = "; ".join(f"{people:,} {why}" for why, people in left_out.items())
            lines += ["", *_wrapped(f"Left out of what needs it: {said}")]
        return "\n".join(line.rstrip() for line in lines)


def _block(name: str, rows: tuple[Estimate, ...]) -> Iterator[str]:
    yield f"{name.replace('_', ' '):<40} {'value':>8} {'interval':>18} {'n':>10}"
    # Every score and its cut would fill pages: the page shows levels, the frame everything.
    shown = [row for row in rows if row.name in SHOWN[name] and "score" not in row.at and row.at.get("of") != "score"]
    if not shown:
        yield "  a row for every score: see the frame of this block"
    for row in shown:
        label = SHOWN[name][row.name] + "".join(
            f"{BEFORE[key]}{value}" for key, value in row.at.items() if key in BEFORE
        )
        interval = "" if math.isnan(row.low) else f"{_number(row.low)} to {_number(row.high)}"
        first, *more = textwrap.wrap(label, 38) or [""]
        yield f"  {first:<38} {_marked(row):>8} {interval:>18} {row.n:>10,}"
        yield from (f"    {part}" for part in more)
        if row.status != "ok":
            yield from _standing(row)


def _groups(rows: tuple[Estimate, ...]) -> Iterator[str]:
    """Yield a table for each grouping and cut; the base rate is always beside what it bears on."""
    tables: dict[tuple[object, object], None] = {}
    cells: dict[tuple[object, object, object, str], Estimate] = {}
    groups: dict[object, dict[object, None]] = {}
    for row in rows:
        by, group, cut = row.at["by"], row.at.get("group"), row.at.get("cut")
        if row.name in GROUP_COLUMNS and group is not None and "reference" not in row.at:
            groups.setdefault(by, {})[group] = None
            tables[by, cut] = None
            cells[by, cut, group, row.name] = row
    with_cut = {by for by, cut in tables if cut is not None}
    marked = False
    first = True
    for by, cut in tables:
        if cut is None and by in with_cut:
            continue
        if not first:
            yield ""
        first = False
        columns = {
            name: title
            for name, title in GROUP_COLUMNS.items()
            if any((by, place, group, name) in cells for place in (cut, None) for group in groups[by])
        }
        at = "" if cut is None else f", flagged at {cut} or above"
        yield from _wrapped(f"groups: {by}{at}; base is the base rate")
        yield f"  {'':<16} {'n':>8}" + "".join(f"{title:>{WIDE.get(name, 7)}}" for name, title in columns.items())
        for group in groups[by]:
            found = {name: cells.get((by, cut, group, name), cells.get((by, None, group, name))) for name in columns}
            base = found["base_rate"]
            line = f"  {str(group)[:16]:<16} {base.n if base else 0:>8,}"
            for name, cell in found.items():
                line += f"{'' if cell is None else _marked(cell):>{WIDE.get(name, 7)}}"
                marked = marked or (cell is not None and cell.status != "ok")
            yield line
        yield from _tests_of_equality(rows, by, cut, columns)
    if marked:
        standings = sorted({row.status.replace("_", " ") for row in cells.values() if row.status != "ok"})
        yield from _wrapped(f"* {', '.join(standings)}: see the notes in the frame of this block")


def _tests_of_equality(
    rows: tuple[Estimate, ...], by: object, cut: object, columns: Mapping[str, str]
) -> Iterator[str]:
    """Yield the p-values of no difference between the groups, under the columns that they belong to."""
    here = [row for row in rows if row.at["by"] == by and row.at.get("cut") in (cut, None) and row.p_value is not None]
    line = ""
    for name in columns:
        # Of two groups the difference is the test; of more each difference is adjusted for the others.
        several = [row for row in here if row.name == f"{name}_equality"]
        pairs = [row for row in here if row.name == f"{name}_difference"]
        tests = several or (pairs if len(pairs) == 1 else [])
        line += f"{_p_value(tests[0]) if tests else '':>{WIDE.get(name, 7)}}"
    if line.strip():
        yield f"  {'p of no difference':<25}{line}"
    same = {str(row.at["test"]): row for row in here if row.name == "differential_prediction"}
    if {"intercept", "slope"} <= set(same):
        yield from _wrapped(
            f"  the same score means the same odds: p {_p_value(same['intercept'])} of the level, "
            f"{_p_value(same['slope'])} of the slope"
        )


def _p_value(row: Estimate) -> str:
    return "<0.001" if row.p_value is not None and row.p_value < 0.001 else f"{row.p_value:.3f}"


def _standing(row: Estimate) -> list[str]:
    notes = f": {'; '.join(row.notes)}" if row.notes else ""
    return textwrap.wrap(
        f"* {row.status.replace('_', ' ')}{notes}", WIDTH, initial_indent="    ", subsequent_indent="      "
    )


def _marked(row: Estimate) -> str:
    return _number(row.value) + ("" if row.status == "ok" else "*")


def _number(value: float) -> str:
    if math.isnan(value):
        return "-"
    return f"{value:.3f}" if abs(value) < 1000 else f"{value:.3g}"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent="  ")
