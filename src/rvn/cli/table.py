"""Puts text on the screen: paragraphs with hanging lines, and tables, both within the width there is."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable, Sequence
from typing import Literal

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDEST = 100  # longer lines are hard to read


def width() -> int:
    """Return how many columns text may take: those of the terminal, 80 where there is none."""
    return max(40, min(shutil.get_terminal_size((80, 24)).columns, WIDEST))


def say(text: str = "", *, indent: int = 0, hang: int = 0) -> None:
    """Print a paragraph, its first line indented and the others by `hang` more."""
    first, rest = " " * indent, " " * (indent + hang)
    lines = textwrap.wrap(
        text,
        width(),
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    typer.echo("\n".join(lines))


def say_lines(text: str) -> None:
    """Print text line by line, each wrapped under its own indentation."""
    for line in text.splitlines():
        content = line.lstrip()
        say(content, indent=len(line) - len(content), hang=2)


def heading(text: str) -> None:
    """Print a heading after an empty line."""
    typer.echo()
    typer.secho(text, bold=True)


def say_table(
    headings: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    right: Sequence[int] = (),
    whole: Sequence[int] = (),
) -> None:
    """Print a table.

    Parameters
    ----------
    headings, rows
        Text; long text is folded at words.
    right
        Numbers of the columns that are numbers, counted from 0.
    whole
        Numbers of the columns whose text is never folded.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for place, name in enumerate(headings):
        justify: Literal["left", "right"] = "right" if place in right else "left"
        table.add_column(Text(name), justify=justify, overflow="fold", no_wrap=place in whole)
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    console = Console(highlight=False, width=width())
    with console.capture() as captured:
        console.print(table)
    typer.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))
