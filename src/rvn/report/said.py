"""Says numbers and names of one study in one language."""

from __future__ import annotations

import math
from collections.abc import Mapping

from rvn.report.measures import PERCENTAGES, measure
from rvn.report.method_names import method, note
from rvn.report.phrases import phrase
from rvn.study.results import Estimate, Results, ScoreFacts, Words
from rvn.text import Language, Plural, plural, word

NARROW = "\N{NO-BREAK SPACE}"

WITHIN = {"years": ("gada", "gadu"), "months": ("mēneša", "mēnešu"), "days": ("dienas", "dienu")}

# Levels of risk as attributes: "zems risks", but "zema riska personām".
OF_RISK = {
    "ļoti zems risks": "ļoti zema riska",
    "zems risks": "zema riska",
    "vidējs risks": "vidēja riska",
    "augsts risks": "augsta riska",
    "ļoti augsts risks": "ļoti augsta riska",
    "zems līdz vidējs risks": "zema līdz vidēja riska",
    "vidējs līdz augsts risks": "vidēja līdz augsta riska",
}


class Said:
    """The numbers and names of a study in a language.

    Parameters
    ----------
    results
        Whose scores, outcomes and levels are named.
    language
        ``en`` or ``lv``.
    """

    def __init__(self, results: Results, language: Language) -> None:
        self.results = results
        self.language = language
        self._scores = {score.id: score for score in results.scores}
        self._outcomes = {outcome.id: outcome for outcome in results.outcomes}

    def phrase(self, name: str, **values: object) -> str:
        """Return a word or sentence."""
        return phrase(name, self.language, **values)

    # numbers

    def number(self, value: float, decimals: int = 3) -> str:
        """Return a number with the decimal sign of the language."""
        if not math.isfinite(value):
            return "–" if math.isnan(value) else "∞" if value > 0 else "−∞"
        text = f"{value:,.{decimals}f}".replace(",", NARROW if self.language == "lv" else ",")
        text = text if float(f"{value:.{decimals}f}") else text.lstrip("-")  # no minus before a zero
        text = text.replace("-", "−")
        if self.language == "lv":
            whole, point, rest = text.rpartition(".")
            text = f"{whole},{rest}" if point else text
        return text

    def plain(self, value: float) -> str:
        """Return a number as short as it can be written, such as a score or a limit."""
        text = f"{value:.6f}".rstrip("0").rstrip(".")
        return self.number(value, len(text.partition(".")[2]))

    def points(self, value: float) -> str:
        """Return a score; prorated ones have three decimals at most."""
        return self.plain(round(value, 3))

    def span(self, first: float, last: float) -> str:
        """Return a score, or the range of scores that were put together."""
        return self.points(first) if first == last else f"{self.points(first)}–{self.points(last)}"

    def count(self, value: int | None) -> str:
        """Return how many people; hidden ones are said to be."""
        return self.phrase("hidden") if value is None else self.number(value, 0)

    def share(self, value: float, decimals: int = 1) -> str:
        """Return a share of 1 as a percentage."""
        sign = f"{NARROW}%" if self.language == "lv" else "%"
        return "–" if math.isnan(value) else f"{self.number(100 * value, decimals)}{sign}"

    def of(self, name: str, value: float) -> str:
        """Return a value of a measure, in percent where it is read so."""
        return self.share(value) if name in PERCENTAGES else self.number(value)

    def value(self, estimate: Estimate) -> str:
        """Return the value of an estimate, or why there is none."""
        if estimate.status == "suppressed":
            return self.phrase("suppressed")
        if math.isnan(estimate.value):
            return self.phrase("undefined") if estimate.p_value is None else self.p_value(estimate.p_value)
        return self.of(estimate.name, estimate.value)

    def interval(self, estimate: Estimate) -> str:
        """Return the limits of an estimate; a dash where there are none."""
        if math.isnan(estimate.low) or estimate.status == "suppressed":
            return "–"
        low, high = self.of(estimate.name, estimate.low), self.of(estimate.name, estimate.high)
        return NARROW.join((low, "līdz" if self.language == "lv" else "to", high))

    def estimate(self, estimate: Estimate) -> str:
        """Return an estimate with its interval."""
        if math.isnan(estimate.value) or estimate.status == "suppressed" or math.isnan(estimate.low):
            return self.value(estimate)
        low, high = self.of(estimate.name, estimate.low), self.of(estimate.name, estimate.high)
        level = self.plain(100 * estimate.level)
        return f"{self.value(estimate)} ({self.phrase('interval', level=level, low=low, high=high)})"

    def brief(self, estimate: Estimate) -> str:
        """Return an estimate with its limits in brackets, for a cell."""
        limits = self.interval(estimate)
        return self.value(estimate) if limits == "–" else f"{self.value(estimate)} ({limits})"

    def why_not(self, estimate: Estimate) -> str:
        """Return why there is no value; nothing where there is one, or where it is a test with its p value."""
        if not math.isnan(estimate.value) or estimate.p_value is not None or estimate.status == "suppressed":
            return ""
        return "; ".join(note(text, self.language) for text in estimate.notes)

    def method(self, text: str) -> str:
        """Return what a method is called."""
        return method(text, self.language)

    def note(self, text: str) -> str:
        """Return why something could not be estimated or judged."""
        return note(text, self.language)

    def p_value(self, value: float | None) -> str:
        """Return a p value as a sentence has it; below a thousandth only that it is."""
        if value is None or math.isnan(value):
            return "–"
        return f"p < {self.number(0.001)}" if value < 0.001 else f"p = {self.number(value)}"

    def p_cell(self, value: float | None) -> str:
        """Return a p value as it stands under its heading."""
        return self.p_value(value).removeprefix("p = ").removeprefix("p ").replace(" ", NARROW)

    @property
    def confidence(self) -> str:
        """The confidence level of intervals, in percent."""
        return self.plain(100 * self.results.confidence)

    def people(self, count: int | None) -> str:
        """Return a number of people with the word that goes with it."""
        if count is None:
            return self.phrase("hidden")
        if self.language == "en":
            return f"{self.count(count)} {'person' if count == 1 else 'people'}"
        forms: dict[Plural, str] = {"zero": "personu", "one": "persona", "other": "personas"}
        return f"{self.count(count)} {forms[plural(self.count(count), 'lv')]}"

    # names

    def words(self, texts: Words | Mapping[str, str], otherwise: str = "") -> str:
        """Return a text in the language, in English where there is no other."""
        return texts.get(self.language) or texts.get("en") or next(iter(texts.values()), otherwise)

    def score(self, name: str) -> str:
        """Return what a score is called."""
        return self.words(self._scores[name].title, name) if name in self._scores else name

    def outcome(self, name: str) -> str:
        """Return the event of an outcome."""
        return self.words(self._outcomes[name].event, name) if name in self._outcomes else name

    def window(self, name: str) -> str:
        """Return the window of an outcome; nothing where its source does not state it."""
        outcome = self._outcomes[name]
        return "" if math.isnan(outcome.window) else self.within(outcome.window, outcome.unit)

    def within(self, time: float, unit: str) -> str:
        """Return within which time something happens."""
        shown = self.plain(time)
        form = plural(shown, self.language)
        if self.language == "en":
            return f"within {shown} {unit.removesuffix('s') if form == 'one' else unit}"
        return f"{shown}{NARROW}{WITHIN[unit][form != 'one']} laikā"

    def unit(self, unit: str) -> str:
        """Return a unit of time."""
        return (
            {"years": "gadi", "months": "mēneši", "days": "dienas"}.get(unit, unit) if self.language == "lv" else unit
        )

    def level(self, score: str, name: str) -> str:
        """Return what a level of a score is called."""
        return self.levels(score).get(name, name)

    def levels(self, score: str) -> dict[str, str]:
        """Return what the levels of a score are called, by name."""
        return {each.name: self.words(each.label, each.name) for each in self.facts(score).levels}

    def at_level(self, score: str, name: str) -> str:
        """Return who has a level, as a sentence names them."""
        label = self.level(score, name)
        if self.language == "en":
            return f"at \N{LEFT DOUBLE QUOTATION MARK}{label}\N{RIGHT DOUBLE QUOTATION MARK}"
        return f"{OF_RISK[label]} personām" if label in OF_RISK else f"personām ar līmeni „{label}”"

    def facts(self, score: str) -> ScoreFacts:
        """Return what is known of a score."""
        return self._scores[score]

    def status(self, name: str) -> str:
        """Return how a score stands: a status of an output, or whether a recorded score is there."""
        if name in ("recorded", "absent"):
            return self.phrase(f"score_{name}")
        return word(name, self.language)

    def reason(self, name: str) -> str:
        """Return a recorded reason of an absent answer; an instrument's own stands as it is."""
        known = {"not_applicable": "absent_not_applicable", "": "", "unknown": "unknown", "refused": "refused"}
        known["not_asked"] = "not_asked"
        return word(known[name], self.language) if name in known else name

    def measure(self, name: str) -> str:
        """Return what a measure is called."""
        return measure(name, self.language)

    def at(self, estimate: Estimate, names: Mapping[str, str]) -> str:
        """Return what an estimate is for: a level, a group, a cut; `names` say what levels and groups are called."""
        at = {key: names.get(str(value), str(value)) for key, value in estimate.at.items()}
        parts = [at[key] for key in ("item", "score", "level") if key in at]
        parts += [self.phrase(f"test {at['test']}")] if "test" in at else []
        if "lower" in at:
            parts.append(f"{at['lower']} \N{RIGHTWARDS ARROW} {at['higher']}")
        if "reference" in at:
            against = {"one": at.get("group", ""), "other": at["reference"]}
            parts.append(self.phrase("against", **against) if "group" in at else at["reference"])
        elif "group" in at:
            parts.append(at["group"])
        if "cut" in at:
            parts.append(self.phrase("from_cut", cut=at["cut"]))
        return ", ".join(parts)


def capital(text: str) -> str:
    """Return a text that begins with a capital letter.

    >>> capital("difference in AUC")
    'Difference in AUC'
    """
    return text[:1].upper() + text[1:]
