"""`rvn diff`: what differs between two versions, and how many levels would change."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import rvn
from rvn.cli.answers import day as read_day
from rvn.cli.problems import NO_FILE, CommandError, Format, reporting, say_json
from rvn.cli.table import heading, say, say_table

if TYPE_CHECKING:
    from rvn.scoring.instrument import Instrument
    from rvn.versions.diff import Differences

TOLD = 40  # differences of a part that are printed; JSON has all


def run(
    old: Annotated[str, typer.Argument(metavar="A", help="One version, id@version, or a file.")],
    new: Annotated[str, typer.Argument(metavar="B", help="The other version, or a file.")],
    on_file: Annotated[
        Path | None,
        typer.Option("--on-file", metavar="FILE", help="Answers to A, .csv or .parquet."),
    ] = None,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="Day of assessment of the people.")] = None,
    form: Annotated[Format, typer.Option("--format", help="How to print: as text to read or as JSON.")] = Format.TEXT,
) -> None:
    """Show what differs between two versions, and how many levels would change."""
    from rvn.versions.diff import NAMES, diff

    with reporting(form):
        before, after = rvn.load(old), rvn.load(new)
        found = diff(before, after, frame=_frame(on_file, before), on=read_day(on))
        if form is Format.JSON:
            say_json(found.to_record())
            return
        for part, group in itertools.groupby(found.found, key=lambda difference: difference.part):
            differences = list(group)
            heading(NAMES.get(part, part))
            for difference in differences[:TOLD]:
                say(difference.sentence, indent=2, hang=2)
            if len(differences) > TOLD:
                say(f"and {len(differences) - TOLD:,} more; `--format json` has all", indent=2)
        if not found.found:
            say(f"{found.old} and {found.new} say the same.")
        _say_levels(found, after, on_file)


def _say_levels(found: Differences, after: Instrument, on_file: Path | None) -> None:
    heading("levels")
    if found.summary is None:
        say("How many would change cannot be told: no migration says how answers to A are read by B.", indent=2)
        return
    people = (
        "generated people, of whom every option and range of points is equally likely: it shows where the versions "
        "can differ, not how often they will"
        if found.is_generated
        else f"people in {on_file}"
    )
    without = found.summary.count("cannot be rescored")
    say(
        f"{found.summary.rows:,} {people}." + (f" {without:,} of them have no result under B." if without else ""),
        indent=2,
    )
    wording = after.wording("en")
    for name, (changed, of) in found.levels.items():
        share = f" ({100 * changed / of:.1f} %)" if of else ""
        say(f"{wording.label(name)}: {changed:,} of {of:,} would change{share}", indent=2)
    title, heads, rows = found.summary.cells("en")
    typer.echo()
    say(title, indent=2)
    say_table(["", *heads], rows, right=range(1, len(heads) + 1), whole=range(len(heads) + 1))


def _frame(path: Path | None, instrument: Instrument) -> Any:
    """Return the answers in a file, numbers read from text where it is CSV."""
    if path is None:
        return None
    if not path.is_file():
        raise CommandError(NO_FILE.at(file=path))
    from rvn.versions.file import read_answers

    return read_answers(path, instrument)
