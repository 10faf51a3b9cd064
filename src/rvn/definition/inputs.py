"""Builds the fields of a plan: given facts, items, and the results of components."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Literal

from rvn import messages
from rvn.definition import entries, tabulated
from rvn.definition.expression import Symbol
from rvn.definition.problems import Broken
from rvn.definition.ranges import parse_ranges
from rvn.definition.scope import Scope
from rvn.definition.source import Path_, Source
from rvn.errors import RvnError
from rvn.plan import nodes
from rvn.plan.explain import attainable
from rvn.plan.nodes import Field, Node
from rvn.plan.plan import Plan
from rvn.plan.types import levels_of

MAX_REASONS = 15  # one byte holds 240 options, 15 reasons, and that nothing was recorded
REASONS = ("unknown", "refused", "not_asked", "not_applicable")


def given(on: Scope, name: str, entry: entries.Given, path: Path_) -> Symbol:
    """Return a fact that is not a question."""
    if entry.kind == "code":
        return Symbol(name, field=coded(name, tabulated.codes(on, entry, path), _reasons(on, entry.absence)))
    for key in ("table", "column"):
        if getattr(entry, key) is not None:
            raise on.broken(messages.OPTIONS_NOT_HERE, *path, key, key=key, kind=entry.kind)
    if entry.future and entry.kind != "date":
        why, remedy = "only a date can lie in the future", "remove it"
        raise on.broken(messages.NOT_ALLOWED, *path, "future", key="future", why=why, remedy=remedy)
    if entry.kind == "choice" and entry.options is None:
        raise on.broken(messages.OPTIONS_NEEDED, *path, name=name)
    if entry.kind != "choice" and entry.options is not None:
        raise on.broken(messages.OPTIONS_NOT_HERE, *path, "options", key="options", kind=entry.kind)
    low, high = _range(on, entry.kind, entry.range, path)
    field = Field(
        name=name,
        kind=entry.kind,
        options=tuple(entry.options or ()),
        minimum=low,
        maximum=high,
        reasons=_reasons(on, entry.absence),
        may_be_future=entry.future,
    )
    return Symbol(name, field=field)


def coded(name: str, codes: tuple[str, ...], reasons: tuple[str, ...]) -> Field:
    """Return a field that takes one of many names, codes or levels."""
    return Field(name=name, kind="level", options=codes, minimum=0.0, maximum=len(codes) - 1.0, reasons=reasons)


def item(on: Scope, entry: entries.Item, path: Path_) -> Symbol:
    """Return an item: what can be answered, and its points."""
    entry = _with_likeness(on, entry, path)
    asked = on.expression(entry.asked_if, "boolean", *path, "asked_if") if entry.asked_if else None
    if entry.kind == "choice":
        field, points = _choice(on, entry, asked, path)
    else:
        field, points = _number(on, entry, asked, path)
    return Symbol(entry.id, field=field, points=None if points is None else on.withheld(entry.id, points))


def _with_likeness(on: Scope, entry: entries.Item, path: Path_) -> entries.Item:
    """Return an item with what it takes over from the item it is like."""
    seen = [entry.id]
    while entry.like is not None:
        model = on.items.get(entry.like)
        if model is None:
            near = messages.near(entry.like, (name for name in on.items if name not in seen))
            raise on.broken(messages.UNKNOWN_NAME, *path, "like", kind="item", name=entry.like, near=near)
        if model.id in seen:
            chain = " → ".join([*seen, model.id])
            raise on.broken(messages.CIRCLE, *path, "like", name=entry.id, chain=chain)
        if model.id in on.misshapen:
            raise Broken
        seen.append(model.id)
        taken = {key: getattr(model, key) for key in ("kind", "options", "points", "range", "absence")}
        own = {key for key in taken if getattr(entry, key)}
        entry = entry.model_copy(update={k: v for k, v in taken.items() if k not in own} | {"like": model.like})
    if entry.kind is None:
        raise on.broken(messages.MISSING_KEY, *path, key="kind")
    return entry


def _choice(on: Scope, entry: entries.Item, asked: Node | None, path: Path_) -> tuple[Field, Node | None]:
    for key in ("points", "range"):
        if getattr(entry, key) is not None:
            raise on.broken(messages.OPTIONS_NOT_HERE, *path, key, key=key, kind="choice")
    if not entry.options:
        raise on.broken(messages.OPTIONS_NEEDED, *path, name=entry.id)
    field = Field(
        name=entry.id,
        kind="choice",
        options=tuple(entry.options),
        reasons=_reasons(on, entry.absence),
        asked=asked,
    )
    values = [value for value in entry.options.values() if value is not None]
    if len(values) < len(entry.options):
        return field, None
    return field, nodes.Points(field=field, values=tuple(float(value) for value in values))


def _number(on: Scope, entry: entries.Item, asked: Node | None, path: Path_) -> tuple[Field, Node | None]:
    if entry.options is not None:
        raise on.broken(messages.OPTIONS_NOT_HERE, *path, "options", key="options", kind=entry.kind)
    kind: Literal["count", "number"] = "count" if entry.kind == "count" else "number"
    low, high = _range(on, kind, entry.range, path)
    ranges = None
    if entry.points is not None:
        ranges = parse_ranges(entry.points, kind == "count", on.source, (*path, "points"))
        if ranges is None:
            raise Broken
        if entry.range is None:
            low, high = ranges.starts[0], ranges.end
        for end, is_short in ((low, low < ranges.starts[0]), (high, high > ranges.end)):
            if is_short:
                raise on.broken(messages.RANGE_SHORT, *path, "points", value=f"{end:.15g}")
    field = Field(name=entry.id, kind=kind, minimum=low, maximum=high, reasons=_reasons(on, entry.absence), asked=asked)
    if ranges is None:
        return field, nodes.Answer(field=field)
    return field, nodes.Points(field=field, values=ranges.values, starts=ranges.starts)


def _range(on: Scope, kind: str, given_range: list[float] | None, path: Path_) -> tuple[float, float]:
    if given_range is None:
        return (0.0 if kind == "count" else -math.inf), math.inf
    low, high = given_range
    if kind not in ("count", "number") or low > high or (kind == "count" and low < 0):
        why = "it must be [lowest, highest] of a number or count, and a count starts at 0"
        raise on.broken(messages.NOT_ALLOWED, *path, "range", key="range", why=why, remedy="correct the two ends")
    return float(low), float(high)


def _reasons(on: Scope, more: list[str]) -> tuple[str, ...]:
    """Return why an answer may be absent: always the four general reasons, and those the author added."""
    reasons = tuple(dict.fromkeys([*REASONS, *on.definition.absence, *more]))
    if len(reasons) > MAX_REASONS:
        why = f"an item has {len(reasons)} reasons for absence, four of them given; there may be {MAX_REASONS}"
        on.problem(messages.NOT_ALLOWED, "absence", key="absence", why=why, remedy="put some of them together")
    return reasons


def components(
    definition: entries.Definition, source: Source, load: Callable[[str], Plan], broken: frozenset[str]
) -> Iterator[tuple[str, Plan]]:
    """Yield the plans of components by name; one that cannot be had is among the problems afterwards."""
    for name, reference in definition.uses.items():
        if name in broken:
            continue
        try:
            yield name, load(reference)
        except RvnError as error:
            first, place = error.diagnostics[0], source.place(("uses", name))
            values = {"reference": reference, "why": first.message, "remedy": first.hint}
            source.problems.append(messages.UNKNOWN_COMPONENT.at(place, **values))


def component_field(name: str, plan: Plan, output: str) -> Field:
    """Return the field that takes an output of a component."""
    node = plan.outputs[output]
    levels = levels_of(node)
    low, high = (0.0, len(levels) - 1.0) if levels else attainable(node)
    kind = "level" if levels else "number"
    return Field(name=name, kind=kind, options=levels, minimum=low, maximum=high, reasons=REASONS, is_component=True)  # type: ignore[arg-type]
