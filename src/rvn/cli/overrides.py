"""`rvn overrides`: how often levels are overridden, by whom and why, and whether that makes them better."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import rvn
from rvn.cli import problems
from rvn.cli.problems import CommandError, Exit, Format, reporting, say_json
from rvn.cli.table import say, say_table

if TYPE_CHECKING:
    from rvn.overrides import Summary
    from rvn.validation import Estimate

FIRST = 5  # refused overrides that are shown


def run(
    reference: Annotated[str, typer.Argument(metavar="ID", help="What the file was scored with, id@version.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Scored .csv or .parquet file with its overrides.")],
    output: Annotated[
        str | None, typer.Option("--output", metavar="NAME", help="Which output; the outcome of the instrument.")
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", metavar="COLUMN", help="Rates within a column, such as site."),
    ] = None,
    outcome: Annotated[
        str | None, typer.Option("--outcome", metavar="COLUMN", help="What happened later, 0 or 1.")
    ] = None,
    separator: Annotated[
        str | None, typer.Option("--separator", metavar="SIGN", help="What stands between cells of CSV; a comma.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How to print: as text to read or as JSON.")] = Format.TEXT,
) -> None:
    """Say how often levels are overridden, and whether final levels are more valid than computed ones."""
    from rvn import overrides
    from rvn.cli import files
    from rvn.cli.count import read_columns

    with reporting(form):
        instrument = rvn.load(reference)
        name = output or instrument.definition.outcome
        if not file.is_file():
            raise CommandError(problems.NO_FILE.at(file=file))
        frame = read_columns(file, None, files.separator_of(separator))
        refused: list[dict[str, object]] = []
        if f"{name}_final" not in frame.column_names:
            applied = overrides.apply(instrument, frame, output=name)
            frame, refused = applied.frame, applied.problems.to_pylist()
        levels = instrument.plan.shapes[name][1]
        found = overrides.summary(frame, output=name, levels=levels, by=by or (), outcome=outcome)
        if form is Format.JSON:
            say_json(_to_record(found) | {"refused": refused})
        else:
            _say(found, name)
            _say_refused(refused)
        if refused:
            raise typer.Exit(Exit.PROBLEMS)


def _say_refused(refused: list[dict[str, object]]) -> None:
    if refused:
        typer.echo()
        say(f"Overrides that are not allowed, and do not count: {len({problem['row'] for problem in refused}):,}")
    for problem in refused[:FIRST]:
        say(f"row {problem['row']}: {problem['code']} {problem['problem']}", indent=2, hang=2)
    if len(refused) > FIRST:
        say(f"and {len(refused) - FIRST:,} more; `--format json` gives all of them", indent=2)


def _to_record(found: Summary) -> dict[str, object]:
    estimates = {"rates": list(found.rates), "validity": list(found.validity.values())}
    plain = {part: [_plain(estimate) for estimate in listed] for part, listed in estimates.items()}
    return {"n": found.n, "excluded": dict(found.excluded), **plain}


def _plain(estimate: Estimate) -> dict[str, object]:
    numbers = {name: getattr(estimate, name) for name in ("value", "low", "high")}
    kept = {name: None if math.isnan(value) else value for name, value in numbers.items()}
    return {"at": dict(estimate.at), **kept, "n": estimate.n, "events": estimate.n_events, "status": estimate.status}


def _say(found: Summary, name: str) -> None:
    say(f"{found.n:,} rows with a computed level of {name}.")
    for why, count in found.excluded.items():
        say(f"left out, {why}: {count:,}")
    typer.echo()
    rows = []
    for estimate in found.rates:
        where = ", ".join(f"{column} {value}" for column, value in estimate.at.items()) or "all"
        share = "–" if math.isnan(estimate.value) else f"{100 * estimate.value:.1f}"
        between = "–" if math.isnan(estimate.low) else f"{100 * estimate.low:.1f} to {100 * estimate.high:.1f}"
        rows.append((where, f"{estimate.n_events:,}", f"{estimate.n:,}", share, between))
    say_table(("overridden", "rows", "of", "percent", "95%"), rows, right=(1, 2, 3, 4))
    if found.validity:
        typer.echo()
        for kind, estimate in found.validity.items():
            say(f"{kind}: {estimate}", hang=2)
