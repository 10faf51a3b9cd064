"""`rvn count`: how many distinct people were assessed, and which assessments were not counted."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import rvn
from rvn.cli import problems
from rvn.cli.answers import day
from rvn.cli.problems import CommandError, Format, reporting, say_json
from rvn.cli.table import say, say_table
from rvn.plan.status import WITH_A_VALUE, Status

if TYPE_CHECKING:
    from rvn.records.count import Assessment, Count
    from rvn.records.record import Record


def run(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCES",
            help="Scored files as id@version=FILE, .csv or .parquet; records, .json files or folders.",
        ),
    ],
    since: Annotated[str, typer.Option("--from", metavar="DATE", help="First day of the window.")],
    until: Annotated[str, typer.Option("--to", metavar="DATE", help="Last day of the window.")],
    instrument: Annotated[
        list[str] | None,
        typer.Option("--instrument", metavar="ID", help="Count these only, id or id@version; repeatable."),
    ] = None,
    complete: Annotated[
        bool, typer.Option("--complete", help="Count only outcomes for which no answer is absent.")
    ] = False,
    subject: Annotated[
        str, typer.Option("--subject", metavar="COLUMN", help="Column of the opaque id of the person.")
    ] = "subject",
    column: Annotated[
        str, typer.Option("--day", metavar="COLUMN", help="Column of the day of assessment.")
    ] = "assessed_on",
    separator: Annotated[
        str | None, typer.Option("--separator", metavar="SIGN", help="What stands between cells of CSV; a comma.")
    ] = None,
    audit: Annotated[
        Path | None,
        typer.Option(
            "-o", "--audit", metavar="FILE", help="Write every assessment that was not counted, with why: .csv."
        ),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How to print: as text to read or as JSON.")] = Format.TEXT,
) -> None:
    """Count how many distinct people were assessed in a window of time, each once."""
    from rvn.cli import files
    from rvn.records.count import count

    with reporting(form):
        window = _day(since, "--from"), _day(until, "--to")
        found = count(
            _assessments(sources, subject, column, files.separator_of(separator)),
            since=window[0],
            until=window[1],
            instruments=instrument or (),
            statuses={Status.COMPLETE} if complete else WITH_A_VALUE,
        )
        if audit is not None:
            _write(found, audit)
        _say(found, audit, form)


def _day(text: str, option: str) -> str:
    try:
        return str(day(text))
    except CommandError:
        raise CommandError(problems.BAD_WINDOW.at(option=option)) from None


def _assessments(sources: Sequence[str], subject: str, column: str, separator: str) -> Iterator[Assessment]:
    from rvn.records.count import from_frame, from_records

    for source in sources:
        reference, is_frame, name = source.rpartition("=")
        path = Path(name)
        if not path.exists():
            raise CommandError(problems.NO_FILE.at(file=name))
        if not is_frame:
            yield from from_records(_records(path))
            continue
        status = f"{rvn.load(reference).definition.outcome}_status"
        wanted = (subject, status, column)
        frame = read_columns(path, wanted, separator)
        if set(wanted) - set(frame.column_names):  # to offer those that there are
            frame = read_columns(path, None, separator)
        where = f"{path.name} row"
        yield from from_frame(frame, subject=subject, instrument=reference, status=status, day=column, where=where)


def read_columns(path: Path, wanted: Sequence[str] | None, separator: str) -> Any:
    """Return some columns of a file, or all of them; in CSV everything is text."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
        from pyarrow import csv as pc
    except ImportError:
        raise CommandError(problems.ARROW.at()) from None
    try:
        if path.suffix.lower() != ".csv":
            held = pq.read_schema(path).names
            return pq.read_table(path, columns=[name for name in held if wanted is None or name in wanted])
        parsing = pc.ParseOptions(delimiter=separator)
        with pc.open_csv(path, parse_options=parsing) as opened:
            names = [name for name in opened.schema.names if wanted is None or name in wanted]
        reading = pc.ConvertOptions(include_columns=names, column_types=dict.fromkeys(names, pa.string()))
        return pc.read_csv(path, parse_options=parsing, convert_options=reading)
    except (OSError, ValueError):  # the words of these errors may quote a cell
        why, remedy = (
            "it is no table that can be read",
            "name a .csv file in UTF-8, all rows of one length, or .parquet",
        )
        raise CommandError(problems.UNREADABLE.at(file=path, why=why, remedy=remedy)) from None


def _records(path: Path) -> Iterator[tuple[str, Record]]:
    from dataclasses import replace

    from rvn import records
    from rvn.errors import Place, RecordError

    for file in sorted(path.glob("**/*.json")) if path.is_dir() else [path]:
        try:
            yield file.name, records.read(file)
        except RecordError as error:
            raise RecordError(replace(problem, place=Place(str(file))) for problem in error.diagnostics) from None


def _write(found: Count, file: Path) -> None:
    from rvn.records.count import Excluded

    if not file.parent.is_dir():
        raise CommandError(problems.CANNOT_WRITE.at(file=file, why=f"there is no folder '{file.parent}'"))
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(Excluded._fields)
        writer.writerows(found.audit)


def _say(found: Count, audit: Path | None, form: Format) -> None:
    looked_at, kept = found.assessments
    if form is Format.JSON:
        record = {"people": found.people, "by_instrument": found.by_instrument, "rule": found.rule}
        numbers = {"assessments": looked_at, "count": kept, "not_counted": found.reasons}
        say_json(record | numbers | {"warnings": list(found.warnings), "audit": None if audit is None else str(audit)})
        return
    typer.echo(f"{found.people:,} people")
    say(f"The rule: {found.rule}.")
    typer.echo()
    if found.by_instrument:
        say_table(
            ("instrument", "people"), [(n, f"{c:,}") for n, c in found.by_instrument.items()], right=(1,), whole=(0,)
        )
        typer.echo()
    typer.echo(f"{looked_at:,} assessments, {kept:,} of which fit the rule")
    if found.reasons:
        say_table(("not counted because", "assessments"), [(w, f"{c:,}") for w, c in found.reasons.items()], right=(1,))
    for warning in found.warnings:
        say(warning)
    if audit is not None:
        typer.echo(f"not counted, one by one  {audit}")
