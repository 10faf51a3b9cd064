"""What may stand in a definition file, key by key; unknown keys are refused.

These models check the shape only. What names mean and whether the parts fit together is the business of
`rvn.definition.compile`.
"""

from __future__ import annotations

import keyword
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from rvn.definition.functions import FUNCTIONS

# What a name cannot be, because it means something else in an expression or in a tally.
RESERVED = frozenset(FUNCTIONS) | frozenset(keyword.kwlist) | {"true", "false", "none", "assessed_on", "counts"}

Number = float  # whole numbers pass too; truth values do not


def _identifier(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", name) or name in RESERVED:
        raise ValueError("identifier")
    return name


def _words(value: object) -> object:
    """Return mapping keys as text: an option may be written 0 or '0'."""
    return {str(key): entry for key, entry in value.items()} if isinstance(value, dict) else value


def _text(value: object) -> object:
    """Return a number as the text it was written as: `10` is an expression, and `2` may name a level."""
    return str(value) if type(value) in (int, float) else value


def _formula(value: object) -> object:
    """Return the short form of a derived value, an expression alone, in its long form."""
    return {"value": value} if type(value) in (str, int, float) else value


def _texts(value: object) -> object:
    """Return list entries as text: an option may be written 0 or '0'."""
    if isinstance(value, list):
        return [str(entry) if type(entry) in (int, float) else entry for entry in value]
    return value


INTERVAL = r"^[1-9][0-9]* (days?|weeks?|months?|years?)$"

Identifier = Annotated[str, AfterValidator(_identifier)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
Language = Literal["en", "lv"]
Localized = Annotated[dict[Language, Text], Field(min_length=1)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Evidence = Literal["verified", "recalled"]
Expression = Annotated[str, BeforeValidator(_text), StringConstraints(min_length=1)]
Points = Annotated[dict[Word, Number], BeforeValidator(_words), Field(min_length=1)]
Levels = Annotated[dict[Word, Any], BeforeValidator(_words), Field(min_length=2)]
By = Annotated[list[Identifier], Field(max_length=2)]
TablePath = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*\.csv$", max_length=200)]
Options = Annotated[dict[Word, Number | None], BeforeValidator(_words), Field(min_length=1, max_length=239)]
Reference = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$", max_length=129)]
Words = Annotated[list[Word], BeforeValidator(_texts)]


class Entry(BaseModel):
    """Base of everything in a definition: no unknown keys, no silent conversion, no change afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Licence(Entry):
    """Under which terms the instrument stands, and whether its definition may travel with rvn."""

    terms: Text
    ship: bool | Literal["unknown"]


class SourceEntry(Entry):
    """Where facts come from."""

    cite: Text
    pages: Annotated[str, BeforeValidator(_text)] | None = None
    doi: str | None = None
    note: Text | None = None


class Sourced(Entry):
    """Something that states facts: where they were read, and whether anybody has seen them there."""

    source: Identifier | None = None
    evidence: Evidence = "verified"


class Given(Entry):
    """A fact that is not a question."""

    kind: Literal["choice", "count", "number", "date", "code"]
    future: bool = False
    table: TablePath | None = None
    column: Word | None = None
    options: Annotated[list[Word], BeforeValidator(_texts), Field(min_length=2, max_length=239)] | None = None
    range: Annotated[list[Number], Field(min_length=2, max_length=2)] | None = None
    absence: list[Identifier] = Field(default_factory=list)


class Part(Sourced):
    """Something with a name of its own."""

    id: Identifier


class Item(Part):
    """A question or criterion: what can be answered, and the points of each answer."""

    kind: Literal["choice", "count", "number"] | None = None
    like: Identifier | None = None
    options: Options | None = None
    points: Points | None = None
    range: Annotated[list[Number], Field(min_length=2, max_length=2)] | None = None
    asked_if: Expression | None = None
    absence: list[Identifier] = Field(default_factory=list)
    scored: bool = True


class Rounding(Entry):
    """To what a number is rounded, and where a number half-way goes."""

    to: Annotated[Number, Field(ge=1e-9, le=1e9)] = 1
    ties: Literal["away", "even", "up", "down"] = "away"


class Derived(Sourced):
    """A value computed from others."""

    value: Expression
    round: Rounding | None = None


class Rule(Part):
    """A condition with the reason for it."""

    when: Expression
    because: Localized


class Missing(Sourced):
    """How many absent answers a scale bears, which ones, and what then counts in their place."""

    allow: Annotated[int, Field(ge=0)] | None = None
    only: list[Identifier] | None = None
    at_least: Annotated[int, Field(ge=1)] | None = None
    method: Literal["none", "zero", "prorate", "by_sign", "table"] = "none"
    share_from: Annotated[list[Identifier], Field(min_length=1)] | None = None
    table: TablePath | None = None
    leave_out: list[Identifier] = Field(default_factory=list)


class Scale(Part):
    """A sum of points."""

    items: Annotated[list[Reference], Field(min_length=1)]
    missing: Missing = Field(default_factory=Missing)
    round: Rounding | None = None


class Bands(Part):
    """Levels of a number: each begins at its lower bound; `by` group where the bounds differ."""

    of: Reference
    by: By = Field(default_factory=list)
    levels: Levels


class Sample(Entry):
    """The people whom norms were made from."""

    n: Annotated[int, Field(ge=1)] | None = None
    where: Text | None = None
    years: Annotated[str, BeforeValidator(_text)] | None = None
    note: Text | None = None


class Norm(Part):
    """What is known of people with the same value: a table of *value, estimate, lower, upper, n, source, evidence*."""

    of: Reference
    by: By = Field(default_factory=list)
    outcome: Localized
    window: Text | None = None
    table: TablePath
    sample: Sample | None = None


class Model(Part):
    """A logistic or linear formula: a table of *term, coefficient*, or of *term* and one column an option of `by`."""

    kind: Literal["logistic", "linear"]
    by: Identifier | None = None
    terms: TablePath
    round: Rounding | None = None


class Lookup(Sourced):
    """What stands beside a code or a number in a table."""

    key: Identifier
    table: TablePath
    column: Word


class Judgement(Part):
    """A level that the assessor judges, informed by other parts; there is no score and no cut-off."""

    levels: Annotated[Words, Field(min_length=2)]
    informed_by: list[Identifier] = Field(default_factory=list)
    justify: Literal["required", "optional"] = "required"


class FirstOf(Part):
    """The first of several outputs that has a value; the result says which."""

    among: Annotated[list[Reference], Field(min_length=2)]


class Override(Entry):
    """How an assessor may replace an output's level."""

    by: Annotated[str, StringConstraints(pattern=r"^at most [1-9] levels?$")]
    directions: Annotated[list[Literal["up", "down"]], Field(min_length=1, max_length=2)]
    reasons: Annotated[list[Identifier], Field(min_length=1)]
    needs: Literal["second_person"] | None = None
    expires: Annotated[str, StringConstraints(pattern=INTERVAL)] | None = None


class Reassess(Sourced):
    """When the assessment is due again."""

    every: Annotated[str, StringConstraints(pattern=INTERVAL)] | None = None
    or_when: list[Localized] = Field(default_factory=list)


class Table(Part):
    """A level for every pair of two levels."""

    rows: Reference
    columns: Reference
    levels: Words | None = None
    cells: Annotated[dict[Word, Words], BeforeValidator(_words)]


class Change(Entry):
    """What a rule does to an output: one of `set`, `raise` and `lower`, `to` a value or `by` a number of levels."""

    set: Identifier | None = None
    raise_: Identifier | None = Field(default=None, alias="raise")
    lower: Identifier | None = None
    to: Annotated[Word, BeforeValidator(_text)] | None = None
    by: Annotated[int, Field(ge=1)] | None = None
    never_beyond: Annotated[Word, BeforeValidator(_text)] | None = Field(default=None, alias="never beyond")


class LevelRule(Rule):
    """A rule that changes an output where its condition holds."""

    then: Change


class Test(Entry):
    """A worked example: answers, outputs of components as `name.output`, and what must come out of them."""

    __test__ = False

    name: Text
    given: dict[Identifier, Any] = Field(default_factory=dict)
    on: str | None = None
    answers: dict[Word, Any] = Field(default_factory=dict)
    expect: Annotated[dict[Identifier, Any], Field(min_length=1)]
    source: Identifier | None = None


class Definition(Entry):
    """One version of an instrument."""

    rvn: Literal[1]
    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=64)]
    version: Word
    replaces: Word | None = None
    status: Literal["draft", "pilot", "research", "in use", "retired"]
    title: Localized
    purpose: Localized
    not_for: Localized
    population: Localized | None = None
    licence: Licence
    sources: Annotated[dict[Identifier, SourceEntry], Field(min_length=1)]
    absence: dict[Identifier, Localized] = Field(default_factory=dict)
    uses: dict[Identifier, Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")]] = Field(
        default_factory=dict
    )
    given: dict[Identifier, Given] = Field(default_factory=dict)
    eligible: list[Rule] = Field(default_factory=list)
    items: list[Item] = Field(default_factory=list)
    derived: dict[Identifier, Annotated[Derived, BeforeValidator(_formula)]] = Field(default_factory=dict)
    lookups: dict[Identifier, Lookup] = Field(default_factory=dict)
    consistent: list[Rule] = Field(default_factory=list)
    scales: list[Scale] = Field(default_factory=list)
    models: list[Model] = Field(default_factory=list)
    bands: list[Bands] = Field(default_factory=list)
    tables: list[Table] = Field(default_factory=list)
    judgements: list[Judgement] = Field(default_factory=list)
    first_of: list[FirstOf] = Field(default_factory=list)
    norms: list[Norm] = Field(default_factory=list)
    rules: list[LevelRule] = Field(default_factory=list)
    flags: list[Rule] = Field(default_factory=list)
    outcome: Identifier
    overrides: dict[Identifier, Override] = Field(default_factory=dict)
    reassess: Reassess | None = None
    tests: list[Test] = Field(default_factory=list)


class Profile(Entry):
    """What is local: bands, norms, rules for absent answers, when to assess again, and worked examples of these."""

    rvn: Literal[1]
    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=64)]
    version: Word
    of: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")]
    title: Localized
    sources: Annotated[dict[Identifier, SourceEntry], Field(min_length=1)]
    bands: list[Bands] = Field(default_factory=list)
    norms: list[Norm] = Field(default_factory=list)
    missing: dict[Identifier, Missing] = Field(default_factory=dict)
    reassess: Reassess | None = None
    tests: list[Test] = Field(default_factory=list)


class Texts(Entry):
    """What one part of an instrument is called in one language."""

    label: Text
    help: Text | None = None
    options: Annotated[dict[Word, Text], BeforeValidator(_words)] = Field(default_factory=dict)
    levels: Annotated[dict[Word, Text], BeforeValidator(_words)] = Field(default_factory=dict)
