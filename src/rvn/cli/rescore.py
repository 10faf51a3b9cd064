"""`rvn rescore` and `rvn stale`: what another version says of a file of results, and which results need it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import rvn
from rvn.cli import files
from rvn.cli.answers import day as read_day
from rvn.cli.problems import OUT_NEEDED, CommandError, Exit, Format, reporting, say_json, shortened, tell
from rvn.cli.table import say, say_table
from rvn.scoring.instrument import Instrument
from rvn.text import Language

if TYPE_CHECKING:
    from rvn.versions.file import RescoredFile


class Tongue(StrEnum):
    """Languages of the summary."""

    EN = "en"
    LV = "lv"


Form = Annotated[Format, typer.Option("--format", help="How to print: as text to read or as JSON.")]


def run(
    source: Annotated[
        Path, typer.Argument(metavar="FILE", help="Results: a .parquet or .csv file, or a folder of them.")
    ],
    to: Annotated[str, typer.Option("--to", metavar="ID", help="The version that reads them now, id@version.")],
    old: Annotated[
        str | None,
        typer.Option("--from", metavar="ID", help="The version they were made with; needed where the file is silent."),
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="OUT", help="Where the rows go.")] = None,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="Day of assessment of all rows.")] = None,
    migration: Annotated[
        Path | None,
        typer.Option("--migration", metavar="FILE", help="How answers are read."),
    ] = None,
    recalled: Annotated[
        list[str] | None,
        typer.Option("--recalled", metavar="NAME", help="State this part although it is recalled; repeatable."),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="ITEM=COLUMN", help="A column that is not called like its item; repeatable."),
    ] = None,
    recorded_prefix: Annotated[
        str | None,
        typer.Option(
            "--recorded-prefix", metavar="TEXT", help="What stands before the recorded results, if the file is silent."
        ),
    ] = None,
    prefix: Annotated[str, typer.Option("--prefix", metavar="TEXT", help="Put before the new results.")] = "new_",
    id_column: Annotated[str | None, typer.Option("--id", metavar="COLUMN", help="The column that names rows.")] = None,
    separator: Annotated[
        str | None, typer.Option("--separator", metavar="SIGN", help="What stands between cells of CSV; a comma.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run that was stopped; or begin.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Replace the output that is there.")] = False,
    language: Annotated[Tongue, typer.Option("--language", help="Language of the summary.")] = Tongue.EN,
    form: Form = Format.TEXT,
) -> None:
    """Rescore a file: what another version says beside what was said; old results stay as they are."""
    with reporting(form):
        if output is None:
            raise CommandError(OUT_NEEDED.at())
        files.require_arrow()
        from rvn.versions.file import rescore_file

        how: dict[str, Any] = {"on": read_day(on), "columns": files.mapping(column or ()), "migration": migration}
        done = rescore_file(
            source,
            output,
            None if old is None else _accepting(old, recalled or [], only=True),
            _accepting(to, recalled or []),
            **how,
            recorded_prefix=recorded_prefix,
            prefix=prefix,
            id_column=id_column,
            separator=files.separator_of(separator),
            resume=resume,
            replace=replace,
        )
        if form is Format.JSON:
            made = {"output": str(done.destination), "problems": str(done.problems)}
            made |= {} if done.origin is None else {"origin": str(done.origin)}
            say_json({**done.summary.to_record(), **made, "warnings": [each.to_record() for each in done.warnings]})
        else:
            _say(done, language.value, form)
        if done.account.errors:
            raise typer.Exit(Exit.PROBLEMS)


def _say(done: RescoredFile, language: Language, form: Format) -> None:
    lines = done.summary.lines(language)
    for line in lines[:-1]:
        say(line.strip(), indent=len(line) - len(line.lstrip()), hang=2)
    title, heads, rows = done.summary.cells(language)
    typer.echo()
    say(title)
    say_table(["", *heads], rows, right=range(1, len(heads) + 1), whole=range(len(heads) + 1))
    typer.echo()
    tell(done.warnings, form, err=False)
    typer.echo(f"Problems: {done.account.errors:,}. Warnings: {done.account.warnings:,}.")
    typer.echo()
    typer.echo(f"rescored  {shortened(str(done.destination))}")
    typer.echo(f"problems  {shortened(str(done.problems))}")
    if done.origin is not None:
        typer.echo(f"origin    {shortened(str(done.origin))}")
    typer.echo()
    say(lines[-1])


def _accepting(reference: str, recalled: list[str], *, only: bool = False) -> Instrument:
    """Return a version that states some recalled parts; `only` those that it has."""
    instrument = rvn.load(reference)
    return instrument.accepting(*(name for name in recalled if not only or name in instrument.recalled))


def run_stale(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE", help="Results: .parquet, .csv, .jsonl, or folders.")],
    form: Form = Format.TEXT,
) -> None:
    """List results whose items, scoring or cut-offs are not those of today; nothing is scored."""
    from rvn.versions.stale import stale

    with reporting(form):
        files.require_arrow()
        found = [standing for path in paths for standing in stale(path)]
        if form is Format.JSON:
            say_json([standing.to_record() for standing in found])
        else:
            rows = [
                (
                    shortened(standing.file),
                    standing.reference or "–",
                    f"{standing.rows:,}",
                    "unknown" if standing.problem else "stale" if standing.is_stale else "current",
                    standing.problem or ", ".join(part.replace("_", "-") for part in standing.differs),
                )
                for standing in found
            ]
            say_table(("file", "made with", "rows", "", "differs"), rows, right=[2], whole=[1, 2, 3])
            if any(standing.is_silent for standing in found):
                typer.echo()
                say(
                    "Files that rvn scored say what they were made with, those of CSV in a file NAME.rvn.json beside "
                    "them. Other tables say it in columns `instrument`, `version` and `fingerprint`; "
                    "`rvn show ID --format json` names that of today."
                )
        if any(standing.is_stale for standing in found):
            raise typer.Exit(Exit.PROBLEMS)
