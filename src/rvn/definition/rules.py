"""Builds the rules of a definition: conditions that set, raise or lower an output."""

from __future__ import annotations

import math
import re

from rvn import messages
from rvn.definition import entries
from rvn.definition.scope import Scope, names_of
from rvn.definition.source import Path_
from rvn.plan import nodes
from rvn.plan.nodes import Node
from rvn.plan.types import levels_of


def target(rule: entries.LevelRule) -> str | None:
    """Return the output that a rule changes."""
    return rule.then.set or rule.then.raise_ or rule.then.lower


def check_rule(on: Scope, rule: entries.LevelRule, path: Path_) -> None:
    """Report a rule that changes nothing known."""
    change, name = rule.then, target(rule)
    said = [key for key in (change.set, change.raise_, change.lower) if key]
    ends = [end for end in (change.to, change.by) if end is not None]
    beyond = change.never_beyond is not None and change.by is None  # a limit bounds steps, not a value
    if len(said) != 1 or len(ends) != 1 or (change.set and change.by) or beyond:
        remedy = (
            "write `{set: …, to: …}`, `{raise: …, to: at least …}` or `{raise: …, by: 1}`, or the same with `lower`"
        )
        raise on.broken(messages.NOT_ALLOWED, *path, "then", key="then", why="it is not one change", remedy=remedy)
    outputs = [name for name in names_of(on.definition) if on.declared[name][0] not in ("judgements", "norms")]
    if name not in outputs:
        near = messages.near(name, outputs)
        raise on.broken(messages.UNKNOWN_NAME, *path, "then", kind="output", name=name, near=near)


def changed(on: Scope, rule: entries.LevelRule, node: Node, path: Path_) -> Node:
    """Return an output as a rule leaves it."""
    check_rule(on, rule, path)
    change, levels = rule.then, levels_of(node)
    test = on.expression(rule.when, "boolean", *path, "when")
    upwards = change.raise_ is not None
    ends = (0.0, len(levels) - 1.0) if levels else (-math.inf, math.inf)
    if change.never_beyond is not None:
        limit = _end(on, change.never_beyond, levels, (*path, "then", "never beyond"))
        ends = (ends[0], limit) if upwards else (limit, ends[1])
    if change.by is not None:
        how, to = "shift", float(change.by if upwards else -change.by)
    else:
        how = "set" if change.set else "raise" if upwards else "lower"
        phrase = {"raise": "at least ", "lower": "at most ", "set": ""}[how]
        words = re.sub(rf"^{phrase}", "", str(change.to))
        to = _end(on, words, levels, (*path, "then", "to"))
    moved = nodes.Move(of=node, test=test, how=how, to=to, lowest=ends[0], highest=ends[1])  # type: ignore[arg-type]
    hidden = on.withheld(rule.id, moved)
    return moved if hidden is moved else nodes.Choose(test=test, then=hidden, otherwise=node)


def _end(on: Scope, text: str, levels: tuple[str, ...], path: Path_) -> float:
    """Return a level's place in the order, or a number."""
    if levels:
        if text not in levels:
            near = messages.near(text, levels)
            raise on.broken(messages.UNKNOWN_NAME, *path, kind="level", name=text, near=near)
        return float(levels.index(text))
    try:
        return float(text)
    except ValueError:
        why = f"'{text}' is not a number"
        raise on.broken(
            messages.NOT_ALLOWED, *path, key=str(path[-1]), why=why, remedy="a score needs a number"
        ) from None
