"""What a rescoring changed, counted, and told in words to somebody who decides what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rvn import text
from rvn.definition.migrations import Migration
from rvn.plan.status import Status
from rvn.plan.types import levels_of
from rvn.scoring.instrument import Instrument
from rvn.scoring.override import Review
from rvn.scoring.wording import Wording
from rvn.text import Language
from rvn.versions.changes import CANNOT, NOTHING, STATUSES

MOST = 10  # reasons that are told; all of them are counted


@dataclass(frozen=True)
class Summary:
    """What a rescoring changed.

    Parameters
    ----------
    old, new
        The two versions.
    migration
        How answers were read.
    counts
        Rows by what became of them, added up over all parts of a file.
    """

    old: Instrument
    new: Instrument
    migration: Migration
    counts: Mapping[str, int]

    @property
    def rows(self) -> int:
        """The number of rows, all of which are counted."""
        return sum(self.count(status) for status in STATUSES)

    def count(self, status: str) -> int:
        """Return how many rows are the ``same``, ``changed`` or ``cannot be rescored``."""
        return self.counts.get(f"rescoring|{status}", 0)

    def of(self, kind: str) -> dict[str, int]:
        """Return counts of a kind, the most frequent first: ``why``, ``loss``, ``doubt``, ``changed``."""
        found = {name[len(kind) + 1 :]: count for name, count in self.counts.items() if name.startswith(f"{kind}|")}
        return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))

    @property
    def compared(self) -> list[str]:
        """Names of the new outputs that can be compared with old ones."""
        return [name for name, each in self.migration.comparisons.items() if each.is_comparable]

    @property
    def reviews(self) -> dict[str, int]:
        """Overrides to be reviewed, by what the reviewer will find."""
        found: dict[str, int] = {}
        for name, count in self.of("review").items():
            review = name.partition("|")[2]
            found[review] = found.get(review, 0) + count
        return found

    @property
    def transition(self) -> tuple[list[str], list[str], list[list[int]]]:
        """Old levels, new levels, and how many rows went from each to each; `–` stands for no level."""
        outcome = self.new.definition.outcome
        pairs = self.of("pair")
        olds = list(levels_of(self.old.plan.outputs[self.migration.comparisons[outcome].old]))
        news = list(levels_of(self.new.plan.outputs[outcome]))
        seen = [pair.split("|") for pair in pairs]
        rows = [*_or(olds, {old for old, _ in seen}), NOTHING]
        columns = [*_or(news, {new for _, new in seen}), NOTHING]
        return rows, columns, [[pairs.get(f"{old}|{new}", 0) for new in columns] for old in rows]

    def to_record(self) -> dict[str, object]:
        """Return plain values for JSON."""
        rows, columns, numbers = self.transition
        return {
            "from": self.old.reference,
            "to": self.new.reference,
            "rows": self.rows,
            **{status.replace(" ", "_"): self.count(status) for status in STATUSES},
            "why": self.of("why"),
            "losses": self.of("loss"),
            "doubts": self.of("doubt"),
            "changed_outputs": self.of("changed"),
            "reviews": self.reviews,
            "transition": {"old": rows, "new": columns, "rows": numbers},
        }

    def lines(self, language: Language) -> list[str]:
        """Return what happened in sentences, for a reader who knows neither version."""

        def say(key: str, count: int = 0, **values: str) -> str:
            values |= {"count": _number(count, language), "share": _share(count, self.rows, language)}
            return text.sentence(key, language, **values)

        old, new = self.old.wording(language), self.new.wording(language)
        before, after = (f"{each.title(language)} ({each.reference})" for each in (self.old, self.new))
        found = [say("rescored_rows", rows=_number(self.rows, language), old=before, new=after)]
        for status in STATUSES:
            if count := self.count(status):
                found.append(say(f"rescored_{status.replace(' ', '_')}", count))
                if status == STATUSES[CANNOT]:
                    found += [
                        f"  {_number(number, language)}: {_why(why, new, language)}"
                        for why, number in list(self.of("why").items())[:MOST]
                    ]
        if note := self.migration.note.get(language):
            found.append(say("rescored_note", note=note))
        for name, count in self.of("loss").items():
            carried = self.migration.carried.get(name)
            notes = carried.note if carried is not None else self.migration.dropped[name]
            label = (new if carried is not None else old).label(name)
            found.append(say("rescored_loss", count, label=label, note=notes.get(language, "")).rstrip())
        if doubtful := self.counts.get("doubts", 0):
            found.append(say("rescored_doubts", doubtful))
            found += [f"  {_number(count, language)}: {old.label(name)}" for name, count in self.of("doubt").items()]
        for name, comparison in self.migration.comparisons.items():
            if not comparison.is_comparable:
                note = comparison.note.get(language, "")
                found.append(say("rescored_incomparable", label=new.label(name), note=note).rstrip())
        reviews = {name: count for name, count in self.reviews.items() if name != Review.HOLDS}
        if reviews:
            found.append(say("rescored_reviews", sum(reviews.values())))
        for review, count in reviews.items():
            found.append(f"  {_number(count, language)}: {text.word(review.replace(' ', '_'), language)}")
        return [*found, text.word("not_a_decision", language)]

    def text(self, language: Language) -> str:
        """Return the whole summary with the table of old against new levels."""
        lines = self.lines(language)
        return "\n".join([*lines[:-1], "", *self.table(language), "", lines[-1]])

    def cells(self, language: Language) -> tuple[str, list[str], list[list[str]]]:
        """Return the table of old against new levels: its title, the new levels, and a row for each old one."""
        outcome = self.new.definition.outcome
        before = self.migration.comparisons[outcome].old
        rows, columns, numbers = self.transition
        old, new = self.old.wording(language), self.new.wording(language)
        heads = [_level(new, outcome, level).partition(" (")[0] for level in columns]
        title = text.sentence("rescored_table", language, old=old.label(before), new=new.label(outcome))
        cells = [
            [_level(old, before, level), *(_number(number, language) if number else "." for number in row)]
            for level, row in zip(rows, numbers, strict=True)
        ]
        return title, heads, cells

    def table(self, language: Language) -> list[str]:
        """Return the table of old against new levels as lines of text."""
        title, heads, rows = self.cells(language)
        written = [["", *heads], *rows]
        widths = [max(len(row[place]) for row in written) for place in range(len(heads) + 1)]
        lines = []
        for name, *row in written:
            columns = [cell.rjust(width) for cell, width in zip(row, widths[1:], strict=True)]
            lines.append("  ".join([name.ljust(widths[0]), *columns]))
        return [title, *lines]


def _or(levels: list[str], seen: set[str]) -> list[str]:
    """Return levels in their order, or the numbers that were seen where there are none."""
    if levels:
        return levels
    return sorted(seen - {NOTHING}, key=lambda value: (0, float(value)) if _is_number(value) else (1, 0.0))


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def _level(wording: Wording, name: str, level: str) -> str:
    return level if level == NOTHING else wording.level(name, level)


def _why(why: str, wording: Wording, language: Language) -> str:
    """Return why there is no result, with answers by what they are called."""
    status, _, names = why.partition(": ")
    if status == Status.WITHHELD:
        return text.sentence("rescored_withheld", language)
    labels = [wording.label(name) for name in names.split(", ") if name]
    return f"{text.word(status, language)}: {', '.join(labels)}" if labels else text.word(status, language)


def _number(count: int, language: Language) -> str:
    return f"{count:,}".replace(",", "\u00a0") if language == "lv" else f"{count:,}"


def _share(count: int, rows: int, language: Language) -> str:
    return text.number(round(100 * count / rows, 1) if rows else 0.0, language)
