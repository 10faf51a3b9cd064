"""What can go wrong at the command line, how problems are printed, and with which code a command ends.

Like every message of rvn, none repeats an answer of a person.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import IntEnum, StrEnum
from pathlib import Path

import typer

from rvn.errors import AnswersError, Diagnostic, RvnError
from rvn.messages import Message


class Exit(IntEnum):
    """How a command ends."""

    FINE = 0
    PROBLEMS = 1  # it ran, and found something wrong with a definition, an example or answers
    CANNOT_RUN = 2  # wrong usage, no such instrument or file, or one that cannot be read


class Format(StrEnum):
    """How data are printed."""

    TEXT = "text"
    JSON = "json"


class CommandError(RvnError):
    """A command cannot run as it was typed."""


# 9xx: the command line

NOT_A_PAIR = Message(
    "RVN901",
    "answer {number} is not written as item=value",
    "write every answer as item=value, or name one file: .json or .yaml for a person, .csv or .parquet for a frame",
)
TWICE = Message("RVN902", "'{name}' is given twice", "keep one of them")
FILE_ALONE = Message("RVN903", "a file of answers stands alone", "name one file, or write item=value pairs")
NO_FILE = Message("RVN904", "there is no file '{file}'", "check the path")
UNREADABLE = Message("RVN905", "'{file}' cannot be read: {why}", "{remedy}")
NOT_ANSWERS = Message("RVN906", "'{file}' holds {found}, not answers by name", "write one `item: answer` a line")
OUT_NEEDED = Message("RVN907", "a scored frame needs a file to go to", "add `-o scored.csv` or `-o scored.parquet`")
FRAME_OPTION = Message("RVN908", "`{option}` is for frames", "leave it out; the result of one person is printed")
CANNOT_WRITE = Message("RVN911", "'{file}' cannot be written: {why}", "choose another place")
ONE_PERSON = Message("RVN912", "one person is explained at a time", "write item=value pairs, or name a .json or .yaml")
DAY_NEEDED = Message(
    "RVN913", "the day of assessment is needed", "add `--on` with a date: {example}; scoring never asks the clock"
)
BAD_DAY = Message("RVN914", "`--on` is not a date", "write it as 2026-11-21")
TWO_DAYS = Message("RVN915", "the day of assessment is given twice, and differs", "keep `--on` or `assessed_on`")
ARROW = Message("RVN916", "files of answers need pyarrow", "install it: pip install 'rvn[parquet]'")
BAD_SEPARATOR = Message("RVN917", "`--separator` is not one character", "for example `--separator ';'`")
BAD_COLUMN = Message("RVN918", "`--column` is not written as item=column", "for example `--column priors=priors_count`")
COMPONENT = Message(
    "RVN920", "'{name}' is the result of {reference}, not an answer", "write its answers, as `{name}.item=value`"
)
IS_THERE = Message("RVN921", "'{file}' is already there", "choose another name, or another folder with `--to`")
BAD_ID = Message(
    "RVN922",
    "'{name}' cannot be the name of an instrument",
    "use small letters and digits, joined by hyphens: re-entry-form; the version is written in the file",
)
PLAN_ONLY = Message("RVN923", "`--recalled` is for the plan", "add `--plan`, or leave it out: all is shown as written")
WATCH_TEXT = Message("RVN924", "`--watch` prints text", "leave out `--watch` or `--format json`")
SHEET_OR_STUDY = Message(
    "RVN941",
    "a sheet of answers needs its instrument, and a study file names its own",
    "write `rvn study check sheet.xlsx --instrument id@version`, or `rvn study check study.yaml`",
)
NO_REPORT = Message(
    "RVN944",
    "there is no report: figures and pages need matplotlib and jinja2",
    "install them: pip install 'rvn[report]'; then `rvn study report results.json` writes it",
)
CLEANED_OUT = Message(
    "RVN942", "`-o` is for repaired rows, in a .csv file", "add `--cleaning cleaning.yaml`, and end the name in .csv"
)
SCHEMA_OF = Message(
    "RVN943",
    "a schema of answers or records is of one instrument, and one of definitions of none",
    "write `rvn schema id@version --for answers` or `--for records`, or `rvn schema`",
)
MASTER = Message("RVN925", "`--master` is for the engine Spark", "add `--engine spark`, or leave it out")
BAD_WINDOW = Message("RVN940", "`{option}` is not a date", "write it as 2026-11-21")
NO_DEMO = Message("RVN919", "the data of the demonstration are not there: '{file}'", "reinstall rvn")


@contextmanager
def reporting(form: Format) -> Iterator[None]:
    """Print what rvn raises as its diagnostics on stderr, and end with the code that belongs to it."""
    try:
        yield
    except RvnError as error:
        tell(error.diagnostics, form)
        raise typer.Exit(Exit.PROBLEMS if isinstance(error, AnswersError) else Exit.CANNOT_RUN) from None
    except BrokenPipeError:
        raise
    except OSError as error:
        what = UNREADABLE.at(
            file=shortened(str(error.filename or "a file")), why=reason(error), remedy="check the path"
        )
        tell([what], form)
        raise typer.Exit(Exit.CANNOT_RUN) from None


def tell(diagnostics: Iterable[Diagnostic], form: Format, *, err: bool = True) -> None:
    """Print problems, on stderr unless they are what was asked for."""
    found = [with_short_place(diagnostic) for diagnostic in diagnostics]
    if form is Format.JSON:
        say_json([diagnostic.to_record() for diagnostic in found], err=err)
    else:
        for diagnostic in found:
            typer.echo(str(diagnostic), err=err)


def say_json(value: object, *, err: bool = False) -> None:
    """Print plain values as JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2), err=err)


def with_short_place(diagnostic: Diagnostic) -> Diagnostic:
    """Return a problem whose file is named as seen from here."""
    if diagnostic.place is None:
        return diagnostic
    return replace(diagnostic, place=replace(diagnostic.place, file=shortened(diagnostic.place.file)))


def shortened(file: str) -> str:
    """Return a path as seen from the working directory, where it lies in it."""
    try:
        return str(Path(file).relative_to(Path.cwd()))
    except ValueError:
        return file


def reason(error: OSError) -> str:
    """Return why the system refused, in its words and without the path."""
    return (error.strerror or type(error).__name__).lower()
