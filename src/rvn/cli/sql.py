"""`rvn sql`: an instrument as a view of a database."""

from __future__ import annotations

from typing import Annotated

import typer

import rvn
from rvn.cli.answers import day
from rvn.cli.files import mapping
from rvn.cli.problems import Format, reporting, say_json


def run(
    reference: Annotated[str, typer.Argument(metavar="ID", help="Instrument and version, id@version, or a file.")],
    dialect: Annotated[
        str,
        typer.Option("--dialect", metavar="NAME", help="duckdb, postgres, spark, mssql, oracle, snowflake, mysql …"),
    ],
    table: Annotated[str, typer.Option("--table", metavar="NAME", help="The table of answers.")] = "people",
    view: Annotated[
        str, typer.Option("--view", metavar="NAME", help="The view to be made; a plain query without it.")
    ] = "",
    keep: Annotated[
        list[str] | None,
        typer.Option("--keep", metavar="COLUMN", help="A column of the table that stands in the view; repeatable."),
    ] = None,
    output: Annotated[
        list[str] | None, typer.Option("--output", metavar="NAME", help="An output that is wanted; repeatable.")
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="ITEM=COLUMN", help="A column that is not called like its item; repeatable."),
    ] = None,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="Day of assessment of everybody.")] = None,
    profile: Annotated[str | None, typer.Option("--profile", metavar="NAME", help="Local bands and norms.")] = None,
    recalled: Annotated[
        list[str] | None,
        typer.Option("--recalled", metavar="NAME", help="State this part although it rests on recalled facts."),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How to print: as text to read or as JSON.")] = Format.TEXT,
) -> None:
    """Print an instrument as a view of a database, to be read and installed there."""
    from rvn.scoring.view import view_of  # heavy, and only needed here

    with reporting(form):
        instrument = rvn.load(reference, profile=profile).accepting(*recalled or ())
        columns = mapping(column or ())
        text = view_of(
            instrument,
            dialect,
            table=table,
            view=view,
            keep=keep or (),
            outputs=output,
            on=day(on),
            columns=columns,
        )
        if form is Format.JSON:
            say_json({"reference": instrument.reference, "dialect": dialect, "sql": text})
        else:
            typer.echo(text, nl=False)  # to be installed, so never wrapped
