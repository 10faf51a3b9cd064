"""A record as it is read back: every form that a release has written, checked before anything is made of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from rvn import messages
from rvn.days import read_day
from rvn.errors import Diagnostic, RecordError
from rvn.plan.status import Status
from rvn.records.canonical import canonical
from rvn.scoring.record import SCHEMA

KIND: Literal["rvn record"] = "rvn record"
LARGEST = 1_000_000  # bytes

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


def _is_day(text: str) -> str:
    if read_day(text) is None:
        raise ValueError("it is not a day")
    return text


Day = Annotated[str, AfterValidator(_is_day)]
Standing = Annotated[Status, Field(strict=False)]
Plain = bool | int | float | str | None


class Part(BaseModel):
    """Base of everything in a record: no unknown members, no silent conversion, no change afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Provenance(Part):
    """What a result was made with."""

    instrument: str
    version: str
    profile: str | None
    fingerprint: Digest
    fingerprints: dict[str, Digest]
    recalled: list[str]

    @property
    def reference(self) -> str:
        """Instrument and version, as ``id@version``."""
        return f"{self.instrument}@{self.version}"


class Stated(Part):
    """One output or flag: its value, its status, what absent answers leave open, and how many are absent."""

    value: Plain
    status: Standing
    low: Plain
    high: Plain
    absent: int


class Limits(Part):
    """Limits of a norm's estimate."""

    lower: Plain
    upper: Plain


class Why(Part):
    """A condition for want of which there is no result."""

    kind: Literal["not eligible", "eligibility unknown", "contradiction"]
    condition: str


class Replaced(Part):
    """A level that an assessor put in the place of the computed one."""

    output: str
    computed: str
    final: str
    reason: str
    because: str
    by: str
    on: Day
    approved_by: str | None
    until: Day | None
    of: str
    fingerprint: Digest


class Inputs(Part):
    """The keyed digest of the answers."""

    method: Literal["hmac-sha256"]
    digest: Digest


class Record(Provenance):
    """What was said about one person on one day, with which version, and by whom it was changed.

    `seal` is made over the record with `seal` and `digest` empty, `digest` over the record with `digest` empty;
    `previous` is the digest of the record before this one.
    """

    kind: Literal["rvn record"]
    schema_: Literal[1] = Field(alias="schema")
    rvn: str
    subject: str | None
    assessed_on: Day | None
    outcome: str
    outputs: dict[str, Stated]
    norms: dict[str, Limits]
    taken_from: dict[str, str | None]
    justifications: dict[str, str]
    flags: dict[str, Stated]
    reasons: list[Why]
    components: dict[str, Provenance]
    overrides: list[Replaced]
    inputs: Inputs
    previous: Digest | None
    seal: Digest
    digest: Digest

    def final(self, name: str, *, on: str | None = None) -> Plain:
        """Return the value of an output that counts: an assessor's where there is an override, else the computed one.

        Parameters
        ----------
        name
            Of the output.
        on
            Day on which it is to count, for overrides that end; when not given, the day the override was made.
        """
        for kept in self.overrides:
            if kept.output == name and (on is None or (kept.on <= on and (kept.until is None or on <= kept.until))):
                return kept.final
        return self.outputs[name].value

    def to_record(self) -> dict[str, Any]:
        """Return plain values, as they were read."""
        return self.model_dump(by_alias=True)


def read(written: bytes | str | Path | Mapping[str, Any]) -> Record:
    """Return a record that some release of rvn wrote.

    Parameters
    ----------
    written
        The bytes or text of a record, a file, or its values where a database has taken the JSON apart. Bytes, text
        and files must stand exactly as they were written.

    Raises
    ------
    RecordError
        When it is no record, is cut off, has a schema of a later release, holds what no record holds, or was
        changed after it was written.
    """
    if isinstance(written, Mapping):
        content: Any = written
    else:
        content = _parsed(written.read_bytes() if isinstance(written, Path) else written)
    if not isinstance(content, Mapping) or content.get("kind") != KIND:
        raise RecordError(messages.RECORD_NOT_ONE.at())
    schema = content.get("schema")
    if isinstance(schema, int) and schema > SCHEMA:
        raise RecordError(messages.RECORD_NEWER.at(found=schema, known=SCHEMA))
    try:
        record = Record.model_validate(content)
    except ValidationError as error:
        raise RecordError(list(dict.fromkeys(_shaped(problem) for problem in error.errors()))) from None
    if digest_of(content) != record.digest:
        raise RecordError(messages.RECORD_CHANGED.at())
    return record


def digest_of(content: Mapping[str, Any]) -> str:
    """Return the digest of a record: of everything in it, with the digest empty."""
    return hashlib.sha256(canonical({**content, "digest": ""}).encode()).hexdigest()


def _parsed(written: bytes | str) -> object:
    """Return what stands in a record, or raise where it is not written as rvn writes."""
    if len(written) > LARGEST:
        raise RecordError(messages.RECORD_NOT_JSON.at(why=f"it has more than {LARGEST:,} bytes"))
    try:
        text = (written.decode() if isinstance(written, bytes) else written).removesuffix("\n")
        content = json.loads(text)
        is_canonical = canonical(content) == text
    except UnicodeDecodeError:
        raise RecordError(messages.RECORD_NOT_JSON.at(why="it is not UTF-8 text")) from None
    except json.JSONDecodeError as error:
        why = f"character {error.pos + 1} is not valid JSON" if text.endswith("}") else "it ends early"
        raise RecordError(messages.RECORD_NOT_JSON.at(why=why)) from None
    except (RecursionError, ValueError):
        raise RecordError(messages.RECORD_NOT_JSON.at(why="it nests too deep, or holds no number")) from None
    if not is_canonical:
        raise RecordError(messages.RECORD_FORM.at())
    return content


def _shaped(problem: Any) -> Diagnostic:
    """Return what is wrong with one member, in words that repeat nothing of it."""
    steps = [str(step) for step in problem["loc"]]
    if problem["type"] == "extra_forbidden":  # its name may be anything
        return messages.RECORD_SHAPE.at(path=".".join(steps[:-1]) or "record", why="no record has such a member there")
    path = ".".join(steps)
    match problem["type"]:
        case "missing":
            why = "it is missing"
        case "literal_error" | "enum":
            why = f"it is none of {problem['ctx']['expected']}"
        case "value_error":
            why = "it is not a day, such as 2026-11-21"
        case _:
            why = "it is not of the kind that stands there"
    return messages.RECORD_SHAPE.at(path=path, why=why)
