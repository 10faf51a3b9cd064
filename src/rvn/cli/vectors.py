"""`rvn vectors`: writes test vectors, or compares another implementation's results with them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import rvn
from rvn.cli import problems
from rvn.cli.problems import CommandError, Exit, Format, reporting, say_json
from rvn.cli.table import say

if TYPE_CHECKING:
    from rvn.export.vectors import Vectors

FIRST = 20  # differences that are shown


def run(
    reference: Annotated[str, typer.Argument(metavar="ID", help="Instrument and version, id@version, or a file.")],
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="Where the two files go.")] = Path(),
    verify: Annotated[
        Path | None,
        typer.Option("--verify", metavar="FILE", help="Compare these results, .json or .csv, and write nothing."),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option("--profile", metavar="NAME", help="Local bands and norms: a name under profiles/, or a file."),
    ] = None,
    recalled: Annotated[
        list[str] | None,
        typer.Option("--recalled", metavar="NAME", help="State this part although it rests on recalled facts."),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How to print: as text to read or as JSON.")] = Format.TEXT,
) -> None:
    """Write test vectors, with which another implementation can prove that it scores alike."""
    from rvn.export.vectors import vectors

    with reporting(form):
        instrument = rvn.load(reference, profile=profile).accepting(*recalled or ())
        if verify is not None and not verify.is_file():
            raise CommandError(problems.NO_FILE.at(file=verify))
        made = vectors(instrument)
        if verify is None:
            _write(made, to, form)
        elif not _compare(made, verify, form):
            raise typer.Exit(Exit.PROBLEMS)


def _write(made: Vectors, to: Path, form: Format) -> None:
    if not to.is_dir():
        raise CommandError(problems.CANNOT_WRITE.at(file=to, why="there is no such folder"))
    stem = f"{made.instrument.id}-{made.instrument.version}.vectors"
    files = [to / f"{stem}.json", to / f"{stem}.csv"]
    files[0].write_text(made.to_json(), encoding="utf-8")
    files[1].write_text(made.to_csv(), encoding="utf-8")
    if form is Format.JSON:
        counts = {"vectors": len(made.vectors), "touched": made.touched, "missed": list(made.missed)}
        say_json({"instrument": made.instrument.reference, **counts, "files": [str(file) for file in files]})
        return
    say(
        f"{len(made.vectors)} vectors of {made.instrument.reference}. They touch {made.touched} of "
        f"{made.touched + len(made.missed)} levels, cut-offs, rules, missing rules, exclusions and answers."
    )
    for target in made.missed:
        say(f"not touched: {target}", indent=2, hang=2)
    for file in files:
        typer.echo(problems.shortened(str(file)))


def _compare(made: Vectors, file: Path, form: Format) -> bool:
    from rvn.export.comparison import compare, read_results

    found = compare(made, read_results(file.read_text("utf-8"), is_csv=file.suffix.lower() == ".csv"))
    if form is Format.JSON:
        say_json([difference.to_record() for difference in found])
        return not found
    for difference in found[:FIRST]:
        say(str(difference), hang=2)
        for why in difference.why[:3]:
            say(why, indent=4, hang=2)
    if len(found) > FIRST:
        typer.echo(f"and {len(found) - FIRST:,} more")
    vectors = len({difference.vector for difference in found})
    count = len(made.vectors)
    typer.echo(f"{count - vectors} of {count} vectors alike" if found else f"all {count} vectors alike")
    return not found
