"""Why a result is what it is: steps as data, and the sentences made from them."""

from __future__ import annotations

import functools
import html
import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from rvn import text
from rvn.plan import nodes
from rvn.plan.explain import Value, move, shown, sum_of
from rvn.plan.nodes import Field, Node
from rvn.plan.plan import Step
from rvn.plan.status import Status
from rvn.plan.types import decimals_of, type_of
from rvn.scoring.computed import Computed
from rvn.scoring.wording import localized
from rvn.text import Language

_RECORDED = ("item", "given", "component")


@dataclass(frozen=True, slots=True)
class Line:
    """One step of an explanation.

    Parameters
    ----------
    name, kind
        Of the item or the part of the instrument.
    sentence
        What happened, in words.
    value, low, high
        What came out, None where it cannot be said, and what absent answers leave open.
    points
        For an item its points; for a scale what each part adds.
    """

    name: str
    kind: str
    sentence: str
    value: object = None
    low: object = None
    high: object = None
    points: dict[str, float | None] = field(default_factory=dict)

    def to_record(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


class Explanation:
    """The steps from the answers to the result of one person, in one language.

    Examples
    --------
    >>> import rvn
    >>> result = rvn.load("broward-decile@2016").score({"decile": 7})
    >>> result.explain().lines[-1].value
    'medium'
    """

    def __init__(self, result: Computed, language: Language) -> None:
        self._result = result
        self._on = result.evaluation
        self._plan = result.evaluation.plan
        self._language = language
        self._wording = result.instrument.wording(language)
        self.lines: tuple[Line, ...] = (*self._inputs(), *self._steps(), *self._overrides())

    def to_record(self) -> list[dict[str, object]]:
        """Return the steps as plain values for JSON."""
        return [line.to_record() for line in self.lines]

    def __str__(self) -> str:
        result, language = self._result, self._language
        lines = [f"{result.instrument.title(language)} ({result.reference})"]
        if result.on:
            lines.append(text.sentence("assessed_on", language, date=result.on))
        recorded = [line for line in self.lines if line.kind in _RECORDED]
        computed = [line for line in self.lines if line.kind not in _RECORDED]
        for heading, found in (("answers", recorded), ("computed", computed)):
            if found:
                lines += ["", text.word(heading, language), *(f"  {line.sentence}" for line in found)]
        lines += ["", text.word("not_a_decision", language)]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"

    def _overrides(self) -> Iterator[Line]:
        kept = self._result.overrides
        for name, sentence in zip(kept, self._result.said_overrides(self._language), strict=True):
            yield Line(name, "override", sentence, value=kept[name].final)

    # what was recorded

    def _inputs(self) -> Iterator[Line]:
        items = {item.id for item in self._result.instrument.definition.items}
        used = self._plan.used
        for name, known in self._plan.fields.items():
            if name == "assessed_on" or (name not in items and name not in used and name not in self._on.readings):
                continue
            kind = "item" if name in items else "component" if known.is_component else "given"
            yield self._input(known, kind)

    def _input(self, known: Field, kind: str) -> Line:
        reading, label = self._on.reading(known), self._wording.label(known.name)
        answer = self._answer(known, reading.value)
        if self._on.asked(known) == 0:
            name = "item_unasked" if math.isnan(reading.value) else "item_ignored"
            return Line(known.name, kind, self._say(name, label=label), value=None)
        node = None if self._is_unusable else self._plan.points.get(known.name)
        points = self._on[node] if node is not None else None
        if math.isnan(reading.value):
            reason = self._wording.absence(reading.reason)
            if points is None or not math.isfinite(points.high - points.low):
                return Line(known.name, kind, self._say("item_absent_plain", label=label, reason=reason))
            left_open = self._points_between(points)
            sentence = self._say("item_absent", label=label, reason=reason, open=left_open)
            return Line(known.name, kind, sentence, low=points.low, high=points.high)
        shown_answer = answer if isinstance(answer, str) else self._number(answer)
        if points is None or math.isnan(points.value):
            return Line(known.name, kind, self._say("item_plain", label=label, answer=shown_answer), value=answer)
        sentence = self._say(
            "item_points", label=label, answer=shown_answer, points=text.points(points.value, self._language)
        )
        return Line(known.name, kind, sentence, value=answer, points={known.name: points.value})

    def _answer(self, known: Field, value: float) -> str | float | None:
        if math.isnan(value):
            return None
        if known.kind == "choice":
            return self._wording.option(known.name, known.options[int(value)])
        if known.kind == "level":
            return self._level(known.name, known.options[int(value)])
        if known.kind == "date":
            return str(shown(nodes.Answer(field=known), value))
        return value

    # what follows

    def _steps(self) -> Iterator[Line]:
        conditions = self._plan.of_kind("eligible", "consistent")
        # Where the instrument cannot be used nothing else is said, so that no number is taken for a result.
        for step in conditions if self._is_unusable else self._plan.steps:
            value = self._on[step.node]
            match step.kind:
                case "eligible" | "consistent":
                    sentence = self._condition(step, value)
                case "flag":
                    sentence = self._flag(step, value)
                case "rule":
                    sentence = self._rule(step)
                case "norm":
                    sentence = self._norm(step, value)
                case "first_of":
                    sentence = self._first_of(step, value)
                case _:
                    sentence = self._computed(step.name, step.node, value)
            if sentence:
                yield self._line(step, value, sentence)

    @functools.cached_property
    def _is_unusable(self) -> bool:
        """Whether the instrument does not apply, perhaps does not, or the answers contradict each other."""
        eligible, consistent = self._on.conditions("eligible"), self._on.conditions("consistent")
        return any(value != 1 for value in eligible.values()) or 0 in consistent.values()

    def _line(self, step: Step, value: Value, sentence: str) -> Line:
        points: dict[str, float | None] = {}
        total = _total_in(step.node) if step.kind == "scale" else None
        if total is not None:
            for part in total.parts:
                added = self._on[part.of].value
                points[part.name] = None if math.isnan(added) else added
        known, low, high = (shown(step.node, end) if math.isfinite(end) else None for end in value)
        return Line(step.name, step.kind, sentence, known, low, high, points)

    def _condition(self, step: Step, value: Value) -> str:
        because = self._result.instrument.because(step.name, self._language)
        if value.value == 0:
            name = "ineligible" if step.kind == "eligible" else "contradiction"
        elif step.kind == "eligible" and not value.is_known:
            name = "eligibility_unknown"
        else:
            return ""
        return self._say(name, because=because)

    def _flag(self, step: Step, value: Value) -> str:
        if value.value == 0:
            return ""
        because = self._result.instrument.because(step.name, self._language)
        return self._say("flag_on" if value.value == 1 else "flag_unknown", because=because)

    def _rule(self, step: Step) -> str:
        because = self._result.instrument.because(step.name, self._language)
        node = step.node.then if isinstance(step.node, nodes.Choose) else step.node
        hidden = isinstance(node, nodes.Withheld)
        node = node.of if isinstance(node, nodes.Withheld) else node
        assert isinstance(node, nodes.Move)
        test, before = self._on[node.test], self._on[node.of]
        if test.value == 0:
            return self._say("rule_idle", because=because)
        if not test.is_known:
            return self._say("rule_unknown", because=because)
        if hidden:
            return self._say("withheld_part", label=because)
        after = move(node, before.value)
        value = "–" if math.isnan(after) else self._shown(step.of, node, after)
        return self._say("rule_applies", because=because, value=value)

    def _norm(self, step: Step, value: Value) -> str:
        norm = self._result.norms[step.name]
        if norm.output.status is Status.UNDEFINED:
            return ""
        if not value.is_known:
            return self._computed(step.name, step.node, value)
        estimate = self._number(value.value)
        if norm.lower is not None and norm.upper is not None:
            estimate += f" ({self._number(norm.lower)}–{self._number(norm.upper)})"
        outcome = localized(norm.entry.outcome, self._language)
        return self._say("norm", label=self._wording.label(step.name), estimate=estimate, outcome=outcome)

    def _first_of(self, step: Step, value: Value) -> str:
        said = self._computed(step.name, step.node, value)
        source = self._result.taken_from(step.name)
        return said if source is None else f"{said} ({self._say('taken_from', source=self._wording.label(source))})"

    def _computed(self, name: str, node: Node, value: Value) -> str:
        label = self._wording.label(name)
        total = _total_in(node)
        match self._of_group(node):
            case nodes.Withheld():
                return self._say("withheld_part", label=label)
            case nodes.Bands() as bands if value.is_known:
                return self._band(label, name, bands, value)
            case nodes.Cells() as cells if value.is_known:
                return self._cell(label, name, cells)
            case _ if total is not None:
                return self._total(label, name, node, total, value)
        if value.is_known:
            return self._say("equals", label=label, value=self._shown(name, node, value.value))
        if type_of(node) == "level":
            if value.low == value.high:
                return self._say("level_decided", label=label, level=self._shown(name, node, value.low))
            return self._say("level_open", label=label, open=self._between(name, node, value))
        if math.isfinite(value.high - value.low):
            return self._say("unknown_open", label=label, open=self._between(name, node, value))
        return self._say("unknown_value", label=label)

    def _total(self, label: str, name: str, node: Node, total: nodes.Total, value: Value) -> str:
        found = sum_of(self._on, total)
        hidden = name in self._result.instrument.recalled - self._result.instrument.accepted
        notes = []
        if found.left_out:
            notes.append(self._say("left_out", items=self._labels(found.left_out)))
        if found.absent:
            rule = "absent_by_rule" if found.allowed else "absent_withheld" if hidden else "absent_forbidden"
            notes.append(self._say(rule, items=self._labels(found.absent)))
        kept = [part for part in total.parts if part.name not in (*found.left_out, *found.absent, *found.unknown)]
        addends = " + ".join(self._addend(self._on[part.of].value) for part in kept) or "0"
        end = self._number(self._on[total].value)
        if value.is_known and self._on[total].value != value.value:
            end = self._say("rounded", value=end, rounded=self._number(value.value))
        if not value.is_known:
            left_open = self._between(name, node, value) if math.isfinite(value.high - value.low) else ""
            head = (
                self._say("total_open", label=label, open=left_open)
                if left_open
                else self._say("unknown_value", label=label)
            )
        elif found.absent and total.method == "prorate":
            parts = len(kept) + len(found.absent)
            head = self._say("prorated_sum", label=label, sum=addends, parts=parts, present=len(kept), value=end)
        elif found.absent and total.method in ("by_sign", "table"):
            raw = self._number(sum(self._on[part.of].value for part in kept))
            head = self._say(f"prorated_{total.method}", label=label, sum=addends, raw=raw, value=end)
        elif len(kept) < 2:
            head = self._say("equals", label=label, value=end)
        else:
            head = self._say("sum", label=label, sum=addends, value=end)
        return "; ".join([head, *notes])

    def _addend(self, value: float) -> str:
        written = self._number(value)
        return f"({written})" if value < 0 else written

    def _of_group(self, node: Node) -> Node:
        """Return the bands of a person's group where bounds differ by group, and any other node as it is."""
        inner = node
        while isinstance(inner, nodes.Choose) and self._on[inner.test].is_known:
            inner = inner.then if self._on[inner.test].value else inner.otherwise
        return inner if isinstance(inner, nodes.Bands) else node

    def _band(self, label: str, name: str, node: nodes.Bands, value: Value) -> str:
        place, of = int(value.value), self._on[node.of].value
        level = self._level(name, node.levels[place])
        if type_of(node.of) == "boolean":
            return self._say("equals", label=label, value=level)
        starts = node.starts
        low, high = self._number(starts[place]), self._number(starts[place + 1]) if place + 1 < len(starts) else ""
        if not high:
            within = self._say("band_from", low=low)
        elif place == 0:
            within = self._say("band_below", high=high)
        else:
            within = self._say("band_between", low=low, high=high)
        near = []
        if high:
            distance = starts[place + 1] - of
            more = self._number(math.ceil(distance) if decimals_of(node.of) == 0 else distance)
            near.append(self._say("nearest_up", more=more, level=self._level(name, node.levels[place + 1])))
        if place and decimals_of(node.of) == 0:
            less = self._number(math.floor(of - starts[place]) + 1)
            near.append(self._say("nearest_down", less=less, level=self._level(name, node.levels[place - 1])))
        of_label = self._wording.label(self._name_of(node.of))
        head = self._say("band", label=label, level=level, of=of_label, value=self._number(of), range=within)
        return head + ("; " + ", ".join(near) if near else "")

    def _cell(self, label: str, name: str, node: nodes.Cells) -> str:
        row, column = self._on[node.rows], self._on[node.columns]
        row_name, column_name = self._name_of(node.rows), self._name_of(node.columns)
        return self._say(
            "cell",
            label=label,
            level=self._shown(name, node, self._on[node].value),
            row=self._wording.label(row_name),
            row_level=self._shown(row_name, node.rows, row.value),
            column=self._wording.label(column_name),
            column_level=self._shown(column_name, node.columns, column.value),
        )

    # words

    def _say(self, name: str, **values: object) -> str:
        return text.sentence(name, self._language, **values)

    def _number(self, value: float | str | None) -> str:
        return text.number(float(value), self._language) if value is not None else "–"

    def _labels(self, names: tuple[str, ...]) -> str:
        return ", ".join(self._wording.label(name) for name in names)

    def _level(self, name: str, level: str) -> str:
        return self._wording.level(name, level)

    def _shown(self, name: str, node: Node, value: float) -> str:
        found = shown(node, value)
        return "–" if found is None else self._wording.value(name, found)

    def _between(self, name: str, node: Node, value: Value) -> str:
        low, high = self._shown(name, node, value.low), self._shown(name, node, value.high)
        return self._say("between", low=low, high=high)

    def _points_between(self, points: Value) -> str:
        low, high = self._number(points.low), self._number(points.high)
        return self._say("between", low=low, high=high)

    def _name_of(self, node: Node) -> str:
        """Return the name that a node goes by: of its step, or of its field."""
        for step in self._plan.steps:
            if step.node is node:
                return step.of or step.name
        return node.field.name if isinstance(node, nodes.Answer) else ""


def _total_in(node: Node) -> nodes.Total | None:
    """Return the total that a scale is, its rounding left aside."""
    if isinstance(node, nodes.Round):
        node = node.of
    return node if isinstance(node, nodes.Total) else None
