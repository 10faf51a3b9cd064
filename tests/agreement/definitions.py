"""Random definitions as an author would write them, and people with answers to their questions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from hypothesis import strategies as st

from rvn.plan.nodes import Field
from rvn.plan.plan import Plan

HEAD: dict[str, Any] = {
    "rvn": 1,
    "id": "demo",
    "version": "1",
    "status": "research",
    "title": {"en": "Demo"},
    "purpose": {"en": "Shows the language."},
    "not_for": {"en": "Decisions about people."},
    "licence": {"terms": "fictitious", "ship": True},
    "sources": {"nobody": {"cite": "Nobody, Nowhere"}},
}
BECAUSE = {"en": "It is so."}
LEVELS = ("low", "medium", "high", "highest")
REASONS = ("unknown", "refused", "not_asked", "not_applicable")


class Author:
    """Writes one definition; names that later expressions may use are remembered by their type."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self.draw = draw
        self.content: dict[str, Any] = dict(HEAD)
        self.tables: dict[str, str] = {}
        self.numbers: list[str] = []
        self.choices: dict[str, list[str]] = {}
        self.answers: list[str] = []  # what can be answered or missing
        self.levels: dict[str, list[str]] = {}
        self.dates: list[str] = []

    def integer(self, lowest: int, highest: int) -> int:
        return int(self.draw(st.integers(lowest, highest)))

    def pick(self, values: Any) -> Any:
        values = list(values)
        return values[self.integer(0, len(values) - 1)]

    def chance(self, percent: int) -> bool:
        return self.integer(0, 99) >= 100 - percent

    def points(self) -> float | int:
        return self.pick((0, 1, 2, 3, 1, 0.5, -1, 0.1, 1.7))  # type: ignore[no-any-return]

    # expressions

    def number(self, depth: int) -> str:
        if depth <= 0 or self.chance(30):
            return str(self.pick([*self.numbers, *self.numbers, "1", "2.5", "-1"]))
        inner = lambda: self.number(depth - 1)  # noqa: E731
        form = self.integer(0, 12)
        if form == 0:
            return f"({inner()} {self.pick('+-*/')} {inner()})"
        if form == 1:
            return f"{self.pick(('min', 'max'))}({inner()}, {inner()})"
        if form == 2:
            return f"round({inner()}, {self.integer(0, 2)})"
        if form == 3:
            return f"abs({inner()})"
        if form == 4:
            return f"floor({inner()})"
        if form == 5:
            return f"({inner()} if {self.condition(depth - 1)} else {inner()})"
        if form == 6:
            return f"coalesce({inner()}, {inner()})"
        if form == 7:
            return f"count_of({self.condition(depth - 1)}, {self.condition(depth - 1)})"
        if form == 8 and len(self.dates) > 1:
            return f"{self.pick(('years', 'months'))}_between({self.pick(self.dates)}, assessed_on)"
        if form == 9:
            return f"round(logistic(min(max({inner()}, -9), 9)), 2)"
        if form == 10:
            return f"round(log(min(max({inner()}, -9), 99)), 1)"
        if form == 11:
            return f"round(min(max({inner()}, -9), 9) ** 2, 1)"
        return f"points({self.pick(self.choices)})" if self.choices else "0"

    def condition(self, depth: int) -> str:
        form = self.integer(0, 9)
        if depth > 0 and form <= 1:
            return f"({self.condition(depth - 1)} {self.pick(('and', 'or'))} {self.condition(depth - 1)})"
        if depth > 0 and form == 2:
            return f"(not {self.condition(depth - 1)})"
        if form == 3 and self.levels:
            name = self.pick(self.levels)
            return f"{name} {self.pick(('<', '<=', '==', '!=', '>=', '>'))} '{self.pick(self.levels[name])}'"
        if form == 4 and self.answers:
            return f"{self.pick(('answered', 'missing'))}({self.pick(self.answers)})"
        if form == 9 and self.dates:
            day = self.pick(("1995-06-30", "2000-01-01", "2024-02-29"))
            return f"{self.pick(self.dates)} {self.pick(('<', '<=', '==', '!=', '>=', '>'))} '{day}'"
        if form <= 6 and self.choices:
            name = self.pick(self.choices)
            options = self.choices[name]
            if self.chance(30):
                return f"{name} {self.pick(('in', 'not in'))} ('{options[0]}', '{options[-1]}')"
            return f"{name} {self.pick(('==', '!='))} '{self.pick(options)}'"
        return f"{self.number(depth - 1)} {self.pick(('<', '<=', '==', '!=', '>=', '>'))} {self.number(depth - 1)}"

    # parts

    def given(self) -> None:
        given: dict[str, Any] = {}
        if self.chance(50):
            given["born"] = {"kind": "date"}
            self.dates += ["born", "assessed_on"]
        if self.chance(50):
            given["sex"] = {"kind": "choice", "options": ["male", "female"]}
        if self.chance(30):
            given["decile"] = {"kind": "count", "range": [1, 10]}
            self.numbers.append("decile")
        if given:
            self.content["given"] = given
        self.answers += given

    def items(self) -> list[str]:
        items = []
        for place in range(self.integer(2, 6)):
            name = f"q{place}"
            item: dict[str, Any] = {"id": name}
            options = "abcd"[: self.integer(2, 4)]
            kind = self.integer(0, 5)
            if kind <= 2:
                item |= {"kind": "choice", "options": {option: self.points() for option in options}}
            elif kind == 3:
                item |= {"kind": "count", "points": {"0": self.points(), "1-2": self.points(), "3+": self.points()}}
            elif kind == 4:
                item |= {"kind": "count"} | ({"range": [1, 9]} if self.chance(50) else {})
            else:
                bounds = {"-5 to 0": self.points(), "0-1.5": self.points(), "1.5+": self.points()}
                item |= {"kind": "number"} | self.pick(({"range": [0, 10]}, {"points": bounds}))
            if place and self.chance(30):
                item["asked_if"] = self.condition(1)
            if self.chance(10):
                item["evidence"] = "recalled"
            items.append(item)
            self.numbers.append(name)
            self.answers.append(name)
            if kind <= 2:
                self.choices[name] = list(options)
        self.content["items"] = items
        return [item["id"] for item in items]

    def derived(self, prefix: str) -> None:
        derived = self.content.setdefault("derived", {})
        for place in range(self.integer(0, 2)):
            name = f"{prefix}{place}"
            derived[name] = self.number(3)
            if self.chance(30):
                rounding = {"to": self.pick((1, 0.5, 0.1, 5)), "ties": self.pick(("away", "even", "up", "down"))}
                derived[name] = {"value": derived[name], "round": rounding}
            self.numbers.append(name)

    def scales(self, items: list[str]) -> list[str]:
        scales = []
        for place in range(self.integer(1, 2)):
            parts = [name for name in items if self.chance(75)] or items[:1]
            parts += [name for name in self.content["derived"] if self.chance(25)]
            scale: dict[str, Any] = {"id": f"s{place}", "items": parts}
            missing: dict[str, Any] = {}
            if len(parts) > 1 and self.chance(60):
                missing |= {"allow": self.integer(1, len(parts) - 1)}
                missing["method"] = self.pick(("zero", "prorate", "prorate", "by_sign"))
                if missing["method"] == "by_sign" and any(self._is_open(name) for name in parts):
                    missing["method"] = "prorate"
                if missing["method"] == "by_sign" and self.chance(50):
                    missing["share_from"] = [name for name in parts if self.chance(50)] or parts[:1]
            if self.chance(20):
                missing["only"] = [name for name in parts if self.chance(60)]
            if self.chance(20):
                missing["at_least"] = self.integer(1, len(parts))
            if self.chance(30) and set(parts) & set(items):
                missing["leave_out"] = [self.pick(REASONS)]
            elif missing.get("at_least", len(parts)) < len(parts):
                missing.setdefault("method", "zero")  # fewer than all are enough, so something counts in their place
            if missing:
                scale["missing"] = missing
            if self.chance(30):
                scale["round"] = {"to": self.pick((1, 0.5)), "ties": self.pick(("away", "even", "up", "down"))}
            if self.chance(10):
                scale["evidence"] = "recalled"
            scales.append(scale)
        self.content["scales"] = scales
        return [scale["id"] for scale in scales]

    def _is_open(self, name: str) -> bool:
        """Return whether a part can be any number, so that there is no most that it can add."""
        item = next((item for item in self.content["items"] if item["id"] == name), None)
        return item is None or (item["kind"] == "count" and "range" not in item and "points" not in item)

    def bands(self, scales: list[str]) -> list[str]:
        bands = []
        for place in range(self.integer(1, 2)):
            levels = LEVELS[: self.integer(2, 4)]
            first = self.pick((0, -20, -2))
            starts = [first]
            for _ in levels[1:]:
                starts.append(starts[-1] + self.pick((1, 2, 0.5, 21)))
            bounds: Any = dict(zip(levels, starts, strict=True))
            band: dict[str, Any] = {"id": f"b{place}", "of": self.pick([*scales, *self.content["derived"]])}
            if "sex" in self.content.get("given", {}) and self.chance(40):
                other = {level: start + 1 for level, start in bounds.items()}
                band |= {"by": ["sex"], "levels": {"male": bounds, "female": other}}
            else:
                band["levels"] = bounds
            if self.chance(10):
                band["evidence"] = "recalled"
            bands.append(band)
            self.levels[band["id"]] = list(levels)
        self.content["bands"] = bands
        return [band["id"] for band in bands]

    def combinations(self, bands: list[str], scales: list[str]) -> list[str]:
        made = []
        if self.chance(50):
            rows, columns = self.pick(bands), self.pick(bands)
            levels = ["I", "II", "III"]
            cells = {row: [self.pick(levels) for _ in self.levels[columns]] for row in self.levels[rows]}
            table = {"id": "combined", "rows": rows, "columns": columns, "levels": levels, "cells": cells}
            self.content["tables"] = [table]
            made.append("combined")
        if len(scales) > 1 and self.chance(50):
            self.content["first_of"] = [{"id": "either", "among": self.pick((scales, scales[::-1]))}]
            made.append("either")
        if self.chance(30):
            terms = dict.fromkeys(["intercept", self.pick([*self.choices, *scales]), self.number(1), self.condition(1)])
            coefficients = zip(terms, (-1.5, 0.25, 0.1, 1.75), strict=False)
            rows = "".join(f'"{term}",{coefficient}\n' for term, coefficient in coefficients)
            self.tables["models/risk.csv"] = f"term,coefficient\n{rows}"
            model = {"id": "p", "kind": self.pick(("logistic", "linear")), "terms": "models/risk.csv"}
            self.content["models"] = [model | ({"round": {"to": 0.01}} if self.chance(60) else {})]
        if self.chance(30):
            rates = "".join(f"{value},{value / 100},{'recalled' if value == 2 else 'verified'}\n" for value in range(4))
            self.tables["norms/rates.csv"] = f"value,estimate,evidence\n{rates}"
            norm = {"id": "rate", "of": self.pick(scales), "outcome": {"en": "Return"}, "table": "norms/rates.csv"}
            self.content["norms"] = [norm]
        return made

    def rules(self, scales: list[str], outputs: list[str]) -> None:
        """Write rules whose conditions rest on answers alone, so that no circle can arise."""
        rules = []
        for place in range(self.integer(0, 3)):
            name = self.pick(outputs)
            if name == "combined":
                levels = ["I", "II", "III"]
            else:
                levels = self.levels.get(name, [])
            how = self.pick(("set", "raise", "lower"))
            then: dict[str, Any] = {how: name}
            if how != "set" and self.chance(40):
                then["by"] = self.integer(1, 2)
                if levels and self.chance(50):
                    then["never beyond"] = self.pick(levels)
            else:
                phrase = {"set": "", "raise": "at least ", "lower": "at most "}[how]
                then["to"] = f"{phrase}{self.pick(levels) if levels else self.points()}"
            rule: dict[str, Any] = {"id": f"r{place}", "when": self.conditions[place], "then": then}
            rule["because"] = BECAUSE
            if self.chance(15):
                rule["evidence"] = "recalled"
            rules.append(rule)
        if rules:
            self.content["rules"] = rules

    def write(self) -> None:
        self.given()
        items = self.items()
        self.derived("d")
        self.conditions = [self.condition(2) for _ in range(3)]
        if self.chance(20):
            self.content["eligible"] = [{"id": "may", "when": self.condition(1), "because": BECAUSE}]
        if self.chance(20):
            self.content["consistent"] = [{"id": "fits", "when": self.condition(1), "because": BECAUSE}]
        scales = self.scales(items)
        self.numbers += scales
        bands = self.bands(scales)
        more = self.combinations(bands, scales)
        self.rules(scales, [*scales, *bands, *more])
        flags = [{"id": f"f{n}", "when": self.condition(2), "because": BECAUSE} for n in range(self.integer(0, 2))]
        if flags:
            self.content["flags"] = flags
        if not self.content["derived"]:
            del self.content["derived"]
        self.content["outcome"] = self.pick(bands)


class Written:
    """A definition as text, with the tables beside it."""

    def __init__(self, author: Author) -> None:
        self.text = yaml.dump(author.content, Dumper=_Plain, sort_keys=False, width=1000)
        self.tables = author.tables

    def save(self, folder: Path) -> Path:
        path = folder / "demo.yaml"
        path.write_text(self.text, encoding="utf-8")
        for name, table in self.tables.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(table, encoding="utf-8")
        return path

    def __repr__(self) -> str:
        body = self.text[self.text.index("Nowhere") + len("Nowhere") :]
        return body + "".join(f"\n{name}:\n{table}" for name, table in self.tables.items())

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))


class _Plain(yaml.SafeDumper):
    """Writes everything out, without anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


@st.composite
def definitions(draw: Any) -> Written:
    """Return a random definition."""
    author = Author(draw)
    author.write()
    return Written(author)


ON = date(2025, 2, 28)


def answers_to(plan: Plan, seed: int, size: int, *, reasons_everywhere: bool) -> list[dict[str, Any]]:
    """Return what people answered; numbers and dates lack without a reason unless `reasons_everywhere`."""
    rng = np.random.default_rng(seed)
    found: list[dict[str, Any]] = [{} for _ in range(size)]
    for name, field in plan.fields.items():
        if name == "assessed_on" or field.is_component:
            continue
        share = rng.choice([0.0, 0.1, 0.5])
        for person in found:
            if rng.random() >= share:
                person[name] = _answer(field, rng)
            elif (reasons_everywhere or field.kind == "choice") and rng.random() < 0.6:
                person[name] = field.reasons[rng.integers(len(field.reasons))]
            else:
                person[name] = None
    return found


def _answer(field: Field, rng: np.random.Generator) -> object:
    if field.kind in ("choice", "level"):
        return field.options[rng.integers(len(field.options))]
    if field.kind == "date":
        return ON - timedelta(days=int(rng.choice([0, 1, 365, 366, 6209, 9131, 12054, 20000])))
    low, high = max(field.minimum, -20.0), min(field.maximum, 20.0)
    if field.kind == "count":
        return int(rng.integers(int(low), min(int(high), int(low) + 6) + 1))
    anything = np.round(rng.uniform(low, high), 1)
    return float(rng.choice(np.clip([low, high, 0.0, 1.5, anything], low, high)))
