"""The mapping file: how a file of answers writes what an instrument reads. Strict YAML, like a definition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from rvn import messages
from rvn.definition.entries import Entry
from rvn.definition.problems import validated
from rvn.definition.scope import ASSESSED_ON
from rvn.definition.source import Source, read
from rvn.errors import DefinitionError, Diagnostic
from rvn.plan import nodes
from rvn.plan.plan import Plan
from rvn.scoring.answers import read_answer
from rvn.scoring.files.text import as_answer


def _texts(value: object) -> object:
    """Return keys and values as the text that they were written as: codes may be numbers."""
    if isinstance(value, dict):
        return {str(key): _texts(entry) for key, entry in value.items()}
    return str(value) if type(value) in (int, float) else value


Column = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Codes = Annotated[dict[str, str], BeforeValidator(_texts), Field(min_length=1)]


class Long(Entry):
    """One line an answer: in which columns the name of the item and the answer stand."""

    item: Column
    value: Column
    others: Literal["report", "pass over"] = "report"


class MappingFile(Entry):
    """What may stand in a mapping file."""

    of: Annotated[str, StringConstraints(min_length=1)]
    id: Column | None = None
    date: Column | None = None
    columns: dict[str, Column] = Field(default_factory=dict)
    values: dict[str, Codes] = Field(default_factory=dict)
    absence: Codes | None = None
    long: Long | None = None


class Names:
    """How a file calls and writes things, as plain values.

    Parameters
    ----------
    columns
        Item → column, where they differ; in the long layout item → what stands in the column of the item.
    id_column
        The column that names the rows.
    values
        Item → what the file writes → what the instrument reads: an option, a number or a reason for absence.
    long
        The long layout, if it is one.
    """

    def __init__(
        self,
        columns: Mapping[str, str],
        id_column: str | None = None,
        values: Mapping[str, Mapping[str, str]] | None = None,
        long: Long | None = None,
    ) -> None:
        self.columns = dict(columns)
        self.id_column = id_column
        self.values = values or {}
        self.long = long

    def with_more(self, columns: Mapping[str, str], id_column: str | None) -> Names:
        """Return the same with more columns named; where both name one, these hold."""
        return Names({**self.columns, **columns}, id_column or self.id_column, self.values, self.long)

    def of_rows(self) -> Names:
        """Return what holds for the rows that lines were made into: their columns are called like the items."""
        dates = {name: column for name, column in self.columns.items() if name == ASSESSED_ON}
        return Names(dates, self.id_column, self.values)

    def to_record(self) -> dict[str, object]:
        """Return plain values for JSON."""
        long = None if self.long is None else self.long.model_dump()
        return {"columns": self.columns, "id": self.id_column, "values": self.values, "long": long}


def read_mapping(path: Path, plan: Plan, reference: str) -> Names:
    """Return what a mapping file says of the columns and values of an instrument.

    Raises
    ------
    DefinitionError
        When it is wrong; carries every problem with its place.
    """
    source = read(path)
    content = validated(MappingFile, source) if isinstance(source.data, dict) or not source.problems else None
    if content is not None:
        source.problems.extend(_problems(content, source, plan, reference))
    if source.problems or content is None:
        raise DefinitionError(source.problems)
    columns = dict(content.columns)
    if content.date is not None:
        columns[ASSESSED_ON] = content.date
    values = {name: {**_absent(content, plan.fields[name]), **content.values.get(name, {})} for name in plan.fields}
    return Names(columns, content.id, {name: codes for name, codes in values.items() if codes}, content.long)


def _absent(content: MappingFile, field: nodes.Field) -> dict[str, str]:
    """Return the codes of absence that hold for a field."""
    return {} if field.is_component or field.name == ASSESSED_ON else dict(content.absence or {})


def _problems(content: MappingFile, source: Source, plan: Plan, reference: str) -> Iterator[Diagnostic]:
    if content.of != reference:
        yield messages.MAPPING_OF.at(source.place(("of",)), of=content.of, reference=reference)
        return
    for section in ("columns", "values"):
        for name in getattr(content, section):
            if name not in plan.fields:
                near = messages.near(name, plan.fields)
                yield messages.UNKNOWN_NAME.at(
                    source.place((section, name), key=True), kind="item", name=name, near=near
                )
    if content.date is not None and ASSESSED_ON in content.columns:
        yield messages.NOT_ALLOWED.at(
            source.place(("date",)), key="date", why=f"`columns` names {ASSESSED_ON} too", remedy="keep one of them"
        )
    if content.long is not None and content.id is None:
        yield messages.MISSING_KEY.at(source.place(("long",), key=True), key="id")
    for name, codes in content.values.items():
        for code, answer in codes.items():
            field = plan.fields.get(name)
            if field is not None and isinstance(wrong := read_answer(field, as_answer(field, answer)), Diagnostic):
                yield messages.MAPPED_VALUE.at(source.place(("values", name, code)), item=name, hint=wrong.hint)
    for code, reason in (content.absence or {}).items():
        yield from _absence_problems(content, source, plan, code, reason)


def _absence_problems(content: MappingFile, source: Source, plan: Plan, code: str, reason: str) -> Iterator[Diagnostic]:
    """Yield where a code of absence is no reason, or could be an answer."""
    place = source.place(("absence", code))
    for name, field in plan.fields.items():
        if field.is_component or name == ASSESSED_ON or code in content.values.get(name, {}):
            continue
        if reason not in field.reasons:
            yield messages.MAPPED_REASON.at(place, reason=reason, item=name, near=messages.near(reason, field.reasons))
        elif not isinstance(read_answer(field, as_answer(field, code)), Diagnostic):
            yield messages.MAPPED_ANSWER.at(place, code=code, item=name)
