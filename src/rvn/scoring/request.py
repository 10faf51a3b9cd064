"""What is asked of many people at once: which outputs, from which columns, into which; checked before anything runs."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from rvn import messages
from rvn.definition.scope import ASSESSED_ON
from rvn.errors import Diagnostic, FrameError
from rvn.scoring.version import Version

ENDINGS = ("", "_status", "_low", "_high")


def column_names(instrument: Version, columns: Mapping[str, str] | None) -> dict[str, str]:
    """Return the name of the column of every field.

    Raises
    ------
    FrameError
        When a column is named for a field that there is not.
    """
    known = list(instrument.plan.fields)
    unknown = [field for field in columns or {} if field not in known]
    if unknown:
        raise FrameError(messages.UNKNOWN_ITEM.at(name=name, near=messages.near(name, known)) for name in unknown)
    return {field: (columns or {}).get(field, field) for field in known}


def names_wanted(instrument: Version, outputs: Collection[str] | None) -> list[str]:
    """Return the names of the results to be computed: all but the norms where none are named.

    Raises
    ------
    FrameError
        For a name that is not among them.
    """
    plan = instrument.plan
    if outputs is None:
        norms = {step.name for step in plan.of_kind("norm")}
        return [name for name in plan.results if name not in norms]
    outputs = [outputs] if isinstance(outputs, str) else outputs
    unknown = [name for name in outputs if name not in plan.results]
    if unknown:
        raise FrameError(
            messages.UNKNOWN_NAME.at(kind="output", name=name, near=messages.near(name, plan.results))
            for name in unknown
        )
    return [name for name in plan.results if name in outputs]


def new_columns(instrument: Version, wanted: Collection[str], prefix: str) -> list[str]:
    """Return the names of the columns to be made; a judgement is an answer too, and its own column stays as it is."""
    fields, scales = instrument.plan.fields, {step.name for step in instrument.plan.of_kind("scale")}
    made = [f"{prefix}{name}{ending}" for name in wanted for ending in ENDINGS[name in fields :]]
    return made + [f"{prefix}{name}_absent" for name in wanted if name in scales]


def check_columns(
    instrument: Version, there: Collection[str], names: Mapping[str, str], on: object, new: Collection[str]
) -> None:
    """Raise where a field has no column, or a new column no place.

    Raises
    ------
    FrameError
        With every problem.
    """
    problems: list[Diagnostic] = []
    for field, column in names.items():
        if column not in there and not (field == ASSESSED_ON and on is not None):
            problems.append(messages.NO_COLUMN.at(column=column, near=messages.near(column, there)))
    problems += [messages.COLUMN_TAKEN.at(column=column) for column in new if column in there]
    if problems:
        raise FrameError(problems)
