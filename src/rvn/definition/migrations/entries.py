"""What may stand in a migration file, key by key; unknown keys are refused."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from rvn.definition.entries import Entry, Expression, Identifier, Localized, Reference, SourceEntry, Word, Words, _words

Version = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")]


class Answer(Entry):
    """How one answer of the new version comes about; one of `from`, `value`, `choose` and `absent`."""

    from_: Reference | None = Field(default=None, alias="from")
    options: Annotated[dict[Word, Word], BeforeValidator(_words), Field(min_length=1)] | None = None
    value: Expression | None = None
    choose: Annotated[dict[Word, Expression], BeforeValidator(_words), Field(min_length=1)] | None = None
    absent: Identifier | None = None
    exact: bool = True
    note: Localized | None = None


class Comparison(Entry):
    """Which old output a new one belongs to, and whether the two can be compared."""

    from_: Identifier = Field(alias="from")
    comparable: Literal["yes", "no"]
    levels: Annotated[dict[Word, Words], BeforeValidator(_words), Field(min_length=1)] | None = None
    note: Localized | None = None


class MigrationEntry(Entry):
    """How answers given to one version are read by another."""

    rvn: Literal[1]
    from_: Version = Field(alias="from")
    to: Version
    note: Localized
    sources: dict[Identifier, SourceEntry] = Field(default_factory=dict)
    same: list[Reference] = Field(default_factory=list)
    answers: dict[Reference, Answer] = Field(default_factory=dict)
    dropped: dict[Reference, Localized] = Field(default_factory=dict)
    outputs: Annotated[dict[Identifier, Comparison], Field(min_length=1)]
