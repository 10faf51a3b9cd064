"""A report as data: what stands in it, in which order, before it is written as a page or as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rvn.study.results import VerdictWord
from rvn.text import Language


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences."""

    text: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell, and the number that it is sorted by (None: by what stands there)."""

    text: str
    key: float | None = None


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table: a heading a column (with whether it holds numbers), and rows of as many cells."""

    id: str
    caption: str
    columns: tuple[tuple[str, Literal["text", "number"]], ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class FigureBlock:
    """A figure: its drawing as SVG and PNG, and what it shows in words for those who do not see it."""

    id: str
    caption: str
    alternative: str
    svg: str
    png: bytes


Block = Paragraph | TableBlock | FigureBlock


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands under it; `level` 2 is a chapter, 3 a part of one."""

    id: str
    title: str
    blocks: Sequence[Block]
    level: Literal[2, 3] = 2


@dataclass(frozen=True, slots=True)
class Card:
    """A verdict for the first screen: its word, what it is about, sentences, and a small picture."""

    id: str
    verdict: VerdictWord
    word: str
    about: str
    sentences: tuple[str, ...]
    picture: str


@dataclass(frozen=True, slots=True)
class Counted:
    """How many criteria have one verdict, and measures with the first card of each."""

    verdict: VerdictWord
    word: str
    number: int
    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CardGroup:
    """The verdicts about one outcome: how many of each, and a card for each."""

    id: str
    title: str
    counted: tuple[Counted, ...]
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a report says."""

    language: Language
    title: str
    question: str
    answer: str
    lock: str
    groups: tuple[CardGroup, ...]
    sections: tuple[Section, ...]
    footer: tuple[str, ...]

    @property
    def figures(self) -> tuple[FigureBlock, ...]:
        """Every figure, in order."""
        return tuple(block for section in self.sections for block in section.blocks if isinstance(block, FigureBlock))
