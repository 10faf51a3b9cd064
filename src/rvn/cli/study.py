"""The commands of studies: check, lock, run, report."""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rvn.cli import problems
from rvn.cli.problems import CommandError, Exit, Format, reporting, say_json, tell
from rvn.cli.table import say

if TYPE_CHECKING:
    from rvn.study.checking import BadCell, Checked
    from rvn.study.results import Results, Verdict
    from rvn.study.run import Progress

app = typer.Typer(
    name="study",
    help="Ask whether instruments work well enough: a plan, data, and criteria set beforehand.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

File = Annotated[Path, typer.Argument(metavar="STUDY", help="The file of the study, such as study.yaml.")]
Tongue = Annotated[Literal["en", "lv"], typer.Option("--language", help="Language of the report.")]
Form = Annotated[Format, typer.Option("--format", help="How to print: as text to read or as JSON.")]


@app.command()
def lock(file: File, form: Form = Format.TEXT) -> None:
    """Write down the fingerprint of the plan, before outcomes are looked at."""
    from rvn.study.load import load
    from rvn.study.lock import lock as lock_plan
    from rvn.study.lock import lock_file
    from rvn.study.record import plain

    with reporting(form):
        study = load(file)
        entries = lock_plan(study, datetime.now().astimezone())
        if form is Format.JSON:
            say_json(plain(entries))
            return
        last = entries[-1]
        say(f"The plan is locked since {last.on}: {last.fingerprint}")
        if len(entries) > 1:
            changed = ", ".join(last.changed) or "nothing"
            say(f"It was locked {len(entries)} times; since the time before changed: {changed}.")
        say(f"Keep {problems.shortened(str(lock_file(study)))} with the plan; a run says whether it still matches.")


@app.command(epilog="It ends with 1 where a criterion is not met, and with 2 where the study cannot be run.")
def run(
    file: File,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="DIR", help="Where results go; results/ beside it.")
    ] = None,
    suppress_below: Annotated[
        int | None,
        typer.Option(
            "--suppress-below", metavar="N", min=0, help="Show no number of fewer people or events than this."
        ),
    ] = None,
    language: Tongue = "en",
    form: Form = Format.TEXT,
) -> None:
    """Run a study: score, tally, compute, judge, and write everything into a folder."""
    from rvn.study.load import load
    from rvn.study.record import plain
    from rvn.study.run import run as run_study
    from rvn.study.write import write

    with reporting(form):
        study = load(file)
        folder = study.folder / "results" if to is None else to
        with _progress(form) as progress:
            results = run_study(study, suppress_below=suppress_below, progress=progress)
        try:
            written = (*write(results, folder), *_reported(results, folder, language, form))
        except OSError as error:
            raise CommandError(problems.CANNOT_WRITE.at(file=folder, why=problems.reason(error))) from None
        not_met = any(verdict.verdict == "not met" for verdict in results.verdicts)
        if form is Format.JSON:
            say_json({"verdicts": plain(results.verdicts), "written": [str(path) for path in written]})
        else:
            _say_results(results, written)
        if not_met:
            raise typer.Exit(Exit.PROBLEMS)


@app.command()
def report(
    file: Annotated[Path, typer.Argument(metavar="RESULTS", help="The results.json of a run.")],
    to: Annotated[Path | None, typer.Option("--to", metavar="DIR", help="Where the report goes; beside it.")] = None,
    language: Tongue = "en",
    form: Form = Format.TEXT,
) -> None:
    """Write the report of a run again, in another place or language."""
    from rvn.study.record import read_results

    with reporting(form):
        folder = file.parent if to is None else to
        if not file.is_file():
            raise CommandError(problems.NO_FILE.at(file=file))
        results = read_results(file)
        try:
            written = _reported(results, folder, language, form)
        except OSError as error:
            raise CommandError(problems.CANNOT_WRITE.at(file=folder, why=problems.reason(error))) from None
        if not written:
            raise typer.Exit(Exit.CANNOT_RUN)
        if form is Format.JSON:
            say_json({"written": [str(path) for path in written]})
        else:
            say(f"{_number(len(written), 'file')} in {problems.shortened(str(folder))}")


def _reported(results: Results, folder: Path, language: Literal["en", "lv"], form: Format) -> tuple[Path, ...]:
    """Write the report where what it needs is installed; say what is missing where it is not."""
    if any(find_spec(name) is None for name in ("matplotlib", "jinja2")):
        tell([problems.NO_REPORT.at()], form)
        return ()
    from rvn.report import write

    return write(results, folder, language=language)


@app.command()
def schema() -> None:
    """Print the JSON Schema of study files, for editors."""
    from rvn.cli.schema import study_schema

    say_json(study_schema())


@app.command()
def template(
    reference: Annotated[str, typer.Argument(metavar="ID", help="Instrument and version, id@version, or a file.")],
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="Where the sheet and the codebook go.")] = Path(
        "entry"
    ),
    language: Annotated[Literal["en", "lv"], typer.Option("--language", help="Language of labels.")] = "en",
    form: Form = Format.TEXT,
) -> None:
    """Make an entry sheet (XLSX, CSV) for an instrument, and its codebook (HTML, CSV)."""
    from rvn.scoring.instrument import load as load_instrument
    from rvn.study.sheet import write_template

    with reporting(form):
        try:
            written = write_template(load_instrument(reference), to, language)
        except OSError as error:
            raise CommandError(problems.CANNOT_WRITE.at(file=to, why=problems.reason(error))) from None
        names = [problems.shortened(str(path)) for path in written]
        if form is Format.JSON:
            say_json(names)
        else:
            for name in names:
                typer.echo(name)


@app.command(epilog="It ends with 1 where a cell is bad, and with 2 where the data cannot be used at all.")
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A study file, or a sheet of answers: .csv or .xlsx.")],
    instrument: Annotated[
        str | None, typer.Option("--instrument", metavar="ID", help="Whose answers are in the sheet, id@version.")
    ] = None,
    cleaning: Annotated[
        Path | None, typer.Option("--cleaning", metavar="FILE", help="Repairs to make first, such as cleaning.yaml.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="OUT", help="Where the repaired rows go: a .csv file.")
    ] = None,
    form: Form = Format.TEXT,
) -> None:
    """List every bad cell: row, column, reason, remedy; make only the repairs that a file lists."""
    from rvn.study.checking import check_sheet, check_study
    from rvn.study.cleaning import read_cleaning
    from rvn.study.write import write_checked

    with reporting(form):
        is_study = file.suffix in (".yaml", ".yml")
        if is_study == (instrument is not None):
            raise CommandError(problems.SHEET_OR_STUDY.at())
        if output is not None and (output.suffix != ".csv" or cleaning is None):
            raise CommandError(problems.CLEANED_OUT.at())
        repairs = None if cleaning is None else read_cleaning(cleaning)
        checked = check_study(file, repairs) if is_study else check_sheet(file, str(instrument), repairs)
        try:
            written = write_checked(checked, file if output is None else output, with_rows=output is not None)
        except OSError as error:
            raise CommandError(problems.CANNOT_WRITE.at(file=file, why=problems.reason(error))) from None
        _say_checked(checked, written, form)
        if checked.refused:
            raise typer.Exit(Exit.CANNOT_RUN)
        if checked.cells:
            raise typer.Exit(Exit.PROBLEMS)


# what is printed


@contextmanager
def _progress(form: Format) -> Iterator[Progress | None]:
    """Show a bar on stderr where somebody sits in front of it."""
    if form is Format.JSON or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(), TextColumn("{task.completed}/{task.total}"), TextColumn("{task.description}"))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("data", total=None)
        yield lambda what, done, total: bar.update(task, description=what, completed=done, total=total)


def _say_results(results: Results, written: Sequence[Path]) -> None:
    plan = results.plan
    state = {
        "matches": f"the plan is the one locked on {plan.locks[-1].on[:10]}" if plan.locks else "",
        "differs": f"the plan is NOT the one that was locked; changed: {', '.join(plan.changed)}",
        "not locked": "the plan was not locked before the run",
    }[plan.state]
    left = results.flow[-1].left
    say(f"{results.id}: {'few' if left is None else f'{left:,}'} people; {state}")
    for problem in results.problems:
        say(f"{problem.code} {problem.message}", hang=4)
        say(problem.hint, indent=4)
    if results.verdicts:
        typer.echo()
        counts = Counter(verdict.verdict for verdict in results.verdicts)
        say(", ".join(f"{counts[word]} {word}" for word in ("met", "not met", "not enough data") if counts[word]))
    for verdict in results.verdicts:
        _say_verdict(verdict)
    typer.echo()
    say(f"{_number(len(written), 'file')} in {problems.shortened(str(written[0].parent))}")


def _say_verdict(verdict: Verdict) -> None:
    of = ", ".join(part for part in (verdict.score, verdict.outcome, verdict.grouping, verdict.raters) if part)
    say(f"{verdict.verdict.upper():<16} {verdict.measure} {_rule(verdict)}: {of}", hang=17)
    row = verdict.estimates[0] if verdict.estimates else None
    if row is not None and not math.isnan(row.value):
        names = ("group", "reference", "lower", "higher", "cut")
        at = ", ".join(f"{name} {row.at[name]}" for name in names if name in row.at)
        interval = "" if math.isnan(row.low) else f" ({100 * row.level:g}% {row.low:.3f} to {row.high:.3f})"
        say(f"{row.value:.3f}{interval}{'; ' if at else ''}{at}", indent=17, hang=2)
    if verdict.more_people is not None:
        events = "" if verdict.more_events is None else f", {verdict.more_events:,} with the event"
        say(f"{verdict.more_people:,} more people{events}, would decide if the value stayed", indent=17, hang=2)
    if verdict.not_judged:
        say(f"too few to judge: {', '.join(verdict.not_judged)}", indent=17, hang=2)
    if verdict.note:
        say(verdict.note, indent=17, hang=2)


def _rule(verdict: Verdict) -> str:
    if verdict.between is not None:
        bounds = f"between {verdict.between[0]:g} and {verdict.between[1]:g}"
    elif verdict.at_least is not None:
        bounds = f"at least {verdict.at_least:g}"
    else:
        bounds = f"at most {verdict.at_most:g}"
    return f"{bounds} ({verdict.judged_by})"


SHOWN = 20  # rows of a problem on the screen; the file has all


def _say_checked(checked: Checked, written: Sequence[Path], form: Format) -> None:
    """Print what a check found; the cells themselves stand in the file only."""
    names = [problems.shortened(str(path)) for path in written]
    if form is Format.JSON:
        cells = [
            {"row": cell.row, "column": cell.column, "code": cell.code, "reason": cell.reason, "remedy": cell.remedy}
            for cell in checked.cells
        ]
        refused = [diagnostic.to_record() for diagnostic in checked.refused]
        say_json({"rows": checked.rows, "refused": refused, "cells": cells, "written": names})
        return
    tell(checked.refused, form)
    if checked.cleaned is not None:
        say(f"{_number(len(checked.cleaned.changes), 'cell')} changed by the listed repairs")
        tell(checked.cleaned.idle, form, err=False)
    say(f"{_number(checked.rows, 'row')}, {_number(len(checked.cells), 'bad cell')}")
    for (column, code, reason, remedy), rows in _by_problem(checked.cells).items():
        shown = ", ".join(f"{row:,}" for row in rows[:SHOWN])
        more = f" and {len(rows) - SHOWN:,} more" if len(rows) > SHOWN else ""
        say(f"{column}: {code} {reason}", indent=2, hang=4)
        say(f"{'row' if len(rows) == 1 else 'rows'} {shown}{more}", indent=6)
        say(remedy, indent=6)
    for name in names:
        typer.echo(name)


def _by_problem(cells: Sequence[BadCell]) -> dict[tuple[str, str, str, str], list[int]]:
    """Return the rows of bad cells by what is wrong with them, which is told once."""
    found: dict[tuple[str, str, str, str], list[int]] = {}
    for cell in cells:
        found.setdefault((cell.column, cell.code, cell.reason, cell.remedy), []).append(cell.row)
    return found


def _number(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"
