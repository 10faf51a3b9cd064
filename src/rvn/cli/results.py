"""Prints what came out: one person's result, its explanation, or what became of a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from rvn import text
from rvn.cli.files import first_problems
from rvn.cli.problems import Format, say_json
from rvn.cli.table import say, say_lines, say_table
from rvn.plan.status import Status
from rvn.scoring.instrument import Instrument
from rvn.scoring.result import Result
from rvn.scoring.version import Version
from rvn.scoring.wording import localized
from rvn.text import Language

if TYPE_CHECKING:
    from rvn.batch import Account
    from rvn.scoring.files.score import ScoredFile

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


def say_batch(instrument: Instrument, scored: ScoredFile, separator: str, form: Format) -> bool:
    """Print what became of a file; return whether all of its rows could be used."""
    account = scored.account
    statuses = dict(sorted(account.counts.items(), key=lambda entry: -entry[1]))
    if form is Format.JSON:
        record = {
            "instrument": instrument.reference,
            "fingerprint": instrument.fingerprint,
            "recalled": sorted(instrument.accepted),
            "outcome": instrument.definition.outcome,
            "statuses": statuses,
            **{name: value for name, value in account.to_record().items() if name != "counts"},
            "output": str(scored.destination),
            "problems": str(scored.problems),
            **({} if scored.origin is None else {"origin": str(scored.origin)}),
        }
        say_json(record)
        return account.errors == 0
    outcome = instrument.wording("en").label(instrument.definition.outcome)
    say(f"Scored with {instrument.title('en')} ({instrument.reference}).")
    say(_balance(account))
    typer.echo()
    rows = [(text.word(status, "en"), f"{count:,}") for status, count in statuses.items()]
    say_table((f"status of {outcome}", "rows"), rows, right=(1,))
    typer.echo()
    if account.errors or account.warnings:
        say(f"Problems: {account.errors:,}. Warnings: {account.warnings:,}.")
        first = first_problems(scored.problems, FIRST, separator)
        for found in first:
            where = f"row {found['row']:,}" + (f", {found['item']}" if found["item"] else "")
            say(f"{where}: {found['code']} {found['problem']}", indent=2, hang=2)
        more = account.errors + account.warnings - len(first)
        if more:
            say(f"and {more:,} more in {scored.problems}" if first else f"They stand in {scored.problems}", indent=2)
        say("Rows are counted from 0, without the first line of a CSV file.")
    else:
        say("No problems.")
    typer.echo()
    typer.echo(f"scored    {scored.destination}")
    typer.echo(f"problems  {scored.problems}")
    if scored.origin is not None:
        typer.echo(f"origin    {scored.origin}")
    _say_limits(instrument, "en")
    return account.errors == 0


def _balance(account: Account) -> str:
    """Return the sum that shows that no row is lost."""
    aside = f" + {account.aside:,} passed over" if account.aside else ""
    if account.placed == account.rows_out:
        return (
            f"{account.rows_in:,} rows in = {account.rows_out:,} rows out + {account.not_scored:,} not scored{aside}."
        )
    made = f"{account.placed:,} in the {account.rows_out:,} rows out"
    return f"{account.rows_in:,} lines in = {made} + {account.not_scored:,} not scored{aside}."


def _is_valid(result: Result) -> bool:
    return result.outcome.status is not Status.INVALID


def _say_limits(instrument: Version, language: Language) -> None:
    typer.echo()
    say(text.word("not_a_decision", language))
    say(text.sentence("not_for", language, what=localized(instrument.definition.not_for, language)))
