"""The commands of records: write one, verify one, and say what they and the answers look like."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import rvn
from rvn.cli import problems
from rvn.cli.problems import CommandError, Exit, Format, reporting, say_json

if TYPE_CHECKING:
    from rvn.records import Record, Verification

KeyFile = Annotated[
    Path,
    typer.Option("--key-file", metavar="FILE", help="File with the host's secret, at least 16 bytes."),
]
Form = Annotated[Format, typer.Option("--format", help="How to print: as text to read or as JSON.")]
Previous = Annotated[
    Path | None, typer.Option("--previous", metavar="FILE", help="The record before this one, to form a chain.")
]


def record(
    reference: Annotated[str, typer.Argument(metavar="ID", help="Instrument and version, id@version, or a file.")],
    answers: Annotated[
        list[str],
        typer.Argument(metavar="ANSWERS", help="item=value pairs; or a .json or .yaml file, or -, of one person."),
    ],
    key_file: KeyFile,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="Where the record goes.")],
    subject: Annotated[
        str | None,
        typer.Option("--subject", metavar="ID", help="Opaque id of the person."),
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="Day of assessment, such as 2026-11-21.")
    ] = None,
    previous: Previous = None,
    profile: Annotated[
        str | None,
        typer.Option("--profile", metavar="NAME", help="Local bands and norms: a name under profiles/, or a file."),
    ] = None,
    recalled: Annotated[
        list[str] | None,
        typer.Option("--recalled", metavar="NAME", help="State this part although it rests on recalled facts."),
    ] = None,
    form: Form = Format.TEXT,
) -> None:
    """Score one person and write the record of the result; no answer is in it."""
    from rvn import records
    from rvn.cli import answers as reading

    with reporting(form):
        if output.exists():
            raise CommandError(problems.IS_THERE.at(file=output))
        instrument = rvn.load(reference, profile=profile)
        result = reading.score_person(instrument, answers, on, recalled or ())
        before = None if previous is None else read(previous)
        written = records.write(result, key=_key(key_file), subject=subject, previous=before)
        output.write_bytes(written)
        if form is Format.JSON:
            say_json({"file": str(output), "bytes": len(written), "digest": records.read(written).digest})
        else:
            typer.echo(f"{problems.shortened(str(output))}  {len(written):,} bytes")


def verify(
    file: Annotated[Path, typer.Argument(metavar="RECORD", help="The record, a .json file as it was written.")],
    answers: Annotated[
        Path | None,
        typer.Option("--answers", metavar="FILE", help="Score these answers again, .json or .yaml."),
    ] = None,
    key_file: Annotated[
        Path | None,
        typer.Option("--key-file", metavar="FILE", help="File with the secret it was made with."),
    ] = None,
    previous: Previous = None,
    form: Form = Format.TEXT,
) -> None:
    """Verify a record: that nobody changed it, and that scoring the answers again says the same."""
    from rvn import records
    from rvn.cli import answers as reading

    with reporting(form):
        kept = read(file)
        found = records.verify(
            kept,
            None if answers is None else reading.from_file(answers),
            key=None if key_file is None else _key(key_file),
            previous=None if previous is None else read(previous),
        )
        if form is Format.JSON:
            say_json(_to_record(found))
        else:
            typer.echo(str(found))
        if not found.is_sound:
            raise typer.Exit(Exit.PROBLEMS)


class Subject(StrEnum):
    """What a JSON Schema can be of."""

    DEFINITION = "definition"
    ANSWERS = "answers"
    RECORDS = "records"


def schema(
    reference: Annotated[
        str | None,
        typer.Argument(metavar="ID", help="Instrument and version, for answers or records."),
    ] = None,
    what: Annotated[
        Subject | None, typer.Option("--for", help="Of definition files, or of one instrument's answers or records.")
    ] = None,
) -> None:
    """Print a JSON Schema: of definition files for editors, or of the answers or records of one instrument."""
    with reporting(Format.TEXT):
        if reference is None and what in (None, Subject.DEFINITION):
            from rvn.cli.schema import schema as definition_schema

            say_json(definition_schema())
        elif reference is None or what in (None, Subject.DEFINITION):
            raise CommandError(problems.SCHEMA_OF.at())
        else:
            from rvn.records.schema import answers_schema, record_schema

            make = answers_schema if what is Subject.ANSWERS else record_schema
            say_json(make(rvn.load(reference)))


def _to_record(found: Verification) -> dict[str, object]:
    return {
        "instrument": found.record.reference,
        "sound": found.is_sound,
        "checked": found.checked,
        "unchecked": found.unchecked,
        "problems": [problem.to_record() for problem in found.problems],
    }


def read(file: Path) -> Record:
    """Return the record in a file, every problem with its place."""
    from rvn import records

    if not file.is_file():
        raise CommandError(problems.NO_FILE.at(file=file))
    return records.read(file)


def _key(file: Path) -> bytes:
    """Return the secret in a file, without the line break that an editor puts behind it."""
    if not file.is_file():
        raise CommandError(problems.NO_FILE.at(file=file))
    return file.read_bytes().rstrip(b"\r\n")
