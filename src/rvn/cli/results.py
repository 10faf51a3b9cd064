"""Prints what came out: one person's result, its explanation, or what became of a frame."""

from __future__ import annotations

from pathlib import Path

import typer

from rvn import text
from rvn.cli.files import Batch, problems_file
from rvn.cli.problems import Format, say_json
from rvn.cli.table import say, say_lines, say_table
from rvn.plan.status import Status
from rvn.scoring.instrument import Instrument
from rvn.scoring.result import Result
from rvn.scoring.wording import localized
from rvn.text import Language

FIRST = 5  # problems of a frame that are shown; all of them are in the file

_HEADINGS = ("output", "value", "status", "left_open")


def say_result(result: Result, language: Language, form: Format) -> bool:
    """Print one person's result; return whether there is one."""
    if form is Format.JSON:
        say_json(result.to_record())
        return _is_valid(result)
    instrument = result.instrument
    say(f"{instrument.title(language)} ({result.reference})")
    if result.on:
        say(text.sentence("assessed_on", language, date=result.on))
    typer.echo()
    say_table([text.word(name, language) for name in _HEADINGS], result.rows(language))
    standing = [line.sentence for line in result.explain(language).lines if line.kind in ("eligible", "consistent")]
    notes = [*standing, *result.raised_flags(language), *(warning.message for warning in result.warnings)]
    for note in ["", *notes] if notes else []:
        say(note, hang=2)
    _say_limits(instrument, language)
    return _is_valid(result)


def say_explanation(result: Result, language: Language, form: Format) -> bool:
    """Print why one person's result is what it is; return whether there is one."""
    explanation = result.explain(language)
    if form is Format.JSON:
        say_json({**result.to_record(), "language": language, "steps": explanation.to_record()})
    else:
        say_lines(str(explanation))
        say(text.sentence("not_for", language, what=localized(result.instrument.definition.not_for, language)))
    return _is_valid(result)


def say_batch(instrument: Instrument, batch: Batch, out: Path, form: Format) -> bool:
    """Print what became of a frame; return whether all of its rows could be used."""
    beside = problems_file(out)
    if form is Format.JSON:
        record = {
            "instrument": instrument.reference,
            "fingerprint": instrument.fingerprint,
            "recalled": sorted(instrument.accepted),
            "rows": batch.rows,
            "outcome": instrument.definition.outcome,
            "statuses": dict(batch.statuses),
            "errors": batch.errors,
            "warnings": batch.warnings,
            "output": str(out),
            "problems": str(beside),
        }
        say_json(record)
        return batch.errors == 0
    outcome = instrument.wording("en").label(instrument.definition.outcome)
    say(f"{batch.rows:,} rows scored with {instrument.title('en')} ({instrument.reference}); none is left out.")
    typer.echo()
    rows = [(text.word(status, "en"), f"{count:,}") for status, count in batch.statuses.items()]
    say_table((f"status of {outcome}", "rows"), rows, right=(1,))
    typer.echo()
    if batch.errors or batch.warnings:
        say(f"Problems: {batch.errors:,}; their rows are invalid. Warnings: {batch.warnings:,}.")
        for row, item, code, problem in batch.first(FIRST):
            say(f"row {row:,}, {item}: {code} {problem}", indent=2, hang=2)
        if batch.errors + batch.warnings > FIRST:
            say(f"and {batch.errors + batch.warnings - FIRST:,} more in {beside}", indent=2)
        say("Rows are counted from 0, without the first line of the file.")
    else:
        say("No problems.")
    typer.echo()
    typer.echo(f"scored    {out}")
    typer.echo(f"problems  {beside}")
    _say_limits(instrument, "en")
    return batch.errors == 0


def _is_valid(result: Result) -> bool:
    return result.outcome.status is not Status.INVALID


def _say_limits(instrument: Instrument, language: Language) -> None:
    typer.echo()
    say(text.word("not_a_decision", language))
    say(text.sentence("not_for", language, what=localized(instrument.definition.not_for, language)))
