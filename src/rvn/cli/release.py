"""`rvn release`: writes the fingerprints of versions beside them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from rvn.cli.answers import day as read_day
from rvn.cli.problems import Exit, Format, reporting, say_json, shortened, tell
from rvn.errors import Diagnostic, RvnError

if TYPE_CHECKING:
    from rvn.versions import Released


def run(
    references: Annotated[list[str], typer.Argument(metavar="ID", help="References, id@version, or files.")],
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="Day of the release, such as 2026-11-28; today.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How to print: as text to read or as JSON.")] = Format.TEXT,
) -> None:
    """Release versions: write their fingerprints into RELEASED; from then on they never change."""
    from rvn.versions import release

    with reporting(form):
        day = read_day(on) or date.today()
        done: list[Released] = []
        refused: list[Diagnostic] = []
        for reference in references:
            try:
                done.append(release(reference, on=day))
            except RvnError as error:
                refused += error.diagnostics
        if form is Format.JSON:
            say_json([_record(each) for each in done])
        else:
            for each in done:
                corrected = f": {', '.join(each.corrected)}" if each.corrected else ""
                typer.echo(
                    f"{each.reference}  {each.outcome}{corrected}  (since {each.on})  {shortened(str(each.file))}"
                )
        tell(refused, form)
        if refused:
            raise typer.Exit(Exit.PROBLEMS)


def _record(released: Released) -> dict[str, object]:
    return {
        "instrument": released.reference,
        "outcome": released.outcome,
        "on": released.on.isoformat(),
        "corrected": list(released.corrected),
        "file": str(released.file),
    }
