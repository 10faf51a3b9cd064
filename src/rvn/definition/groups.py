"""Parts that differ by group: one node for each option of a fact or level, chosen by it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rvn import messages
from rvn.definition.scope import Scope
from rvn.definition.source import Path_
from rvn.plan import nodes
from rvn.plan.nodes import Node
from rvn.plan.types import levels_of, type_of

Groups = tuple[str, ...]


def chosen(on: Scope, by: Sequence[str], path: Path_, make: Callable[[Groups], Node]) -> Node:
    """Return the node that `make` gives for the options of the names in `by`, chosen by what they are.

    Without names it is the node for no group at all.
    """
    if not by:
        return make(())
    options, tests = _options(on, by[0], path)

    def inner(option: str) -> Node:
        return chosen(on, by[1:], path, lambda groups: make((option, *groups)))

    *chosen_first, node = (inner(option) for option in options)
    for test, then in reversed(list(zip(tests, chosen_first, strict=False))):
        node = nodes.Choose(test=test, then=then, otherwise=node)
    return node


def check_groups(on: Scope, by: Sequence[str], content: Any, path: Path_) -> None:
    """Report groups that something is given to and that there are not."""
    if not by or not isinstance(content, dict):
        return
    options = groups_of(on, by[0], path)
    for key, inner in content.items():
        if str(key) not in options:
            near = messages.near(key, options)
            on.problem(messages.UNKNOWN_OPTION, *path, str(key), item=by[0], option=key, near=near)
        else:
            check_groups(on, by[1:], inner, (*path, str(key)))


def groups_of(on: Scope, name: str, path: Path_) -> tuple[str, ...]:
    """Return the options of a fact or level that groups are made by."""
    return _options(on, name, path)[0]


def _options(on: Scope, name: str, path: Path_) -> tuple[tuple[str, ...], list[Node]]:
    symbol = on.find(name)
    if symbol is None:
        near = messages.near(name, on.names())
        raise on.broken(messages.UNKNOWN_NAME, *path, kind="fact or level", name=name, near=near)
    field = symbol.field
    if field is not None and field.kind == "choice":
        return field.options, [nodes.Is(field=field, codes=frozenset({code})) for code in range(len(field.options))]
    node = symbol.node or (nodes.Answer(field=field) if field is not None else None)
    if node is None or type_of(node) != "level":
        what = f"'{name}' has no options that could make groups"
        raise on.broken(messages.NOT_ALLOWED, *path, key="by", why=what, remedy="use a choice or a level")
    levels = levels_of(node)
    constants = [nodes.Constant(value=float(place), of="level") for place in range(len(levels))]
    return levels, [nodes.Compare(operator="==", left=node, right=constant) for constant in constants]
