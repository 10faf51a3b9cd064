"""Says numbers and names of one study in one language."""

from __future__ import annotations

import math
from collections.abc import Mapping

from rvn.report.measures import PERCENTAGES, measure
from rvn.report.phrases import phrase
from rvn.study.results import Estimate, Results, ScoreFacts, Words
from rvn.text import Language, word

NARROW = "\N{NO-BREAK SPACE}"


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
        text = "0" + text.lstrip("-0") if not float(f"{value:.{decimals}f}") and decimals == 0 else text
        text = text.replace("-", "−")
        if self.language == "lv":
            whole, point, rest = text.rpartition(".")
            text = f"{whole},{rest}" if point else text
        return text

    def plain(self, value: float) -> str:
        """Return a number as short as it can be written, such as a score or a limit."""
        text = f"{value:.6f}".rstrip("0").rstrip(".")
        return self.number(value, len(text.partition(".")[2]))

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
        return f"{low} – {high}" if self.language == "lv" else f"{low} to {high}"

    def estimate(self, estimate: Estimate) -> str:
        """Return an estimate with its interval."""
        if math.isnan(estimate.value) or estimate.status == "suppressed" or math.isnan(estimate.low):
            return self.value(estimate)
        low, high = self.of(estimate.name, estimate.low), self.of(estimate.name, estimate.high)
        level = self.plain(100 * estimate.level)
        return f"{self.value(estimate)} ({self.phrase('interval', level=level, low=low, high=high)})"

    def p_value(self, value: float | None) -> str:
        """Return a p value; below a thousandth only that it is."""
        if value is None:
            return "–"
        return f"p < {self.number(0.001)}" if value < 0.001 else f"p = {self.number(value)}"

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
        is_singular = count % 10 == 1 and count % 100 != 11
        of_many = count % 10 == 0 or 11 <= count % 100 <= 19
        return f"{self.count(count)} {'persona' if is_singular else 'personu' if of_many else 'personas'}"

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
        return "" if math.isnan(outcome.window) else f"{self.plain(outcome.window)} {self.unit(outcome.unit)}"

    def unit(self, unit: str) -> str:
        """Return a unit of time."""
        return (
            {"years": "gadi", "months": "mēneši", "days": "dienas"}.get(unit, unit) if self.language == "lv" else unit
        )

    def level(self, score: str, name: str) -> str:
        """Return what a level of a score is called."""
        return next((self.words(each.label, name) for each in self.facts(score).levels if each.name == name), name)

    def facts(self, score: str) -> ScoreFacts:
        """Return what is known of a score."""
        return self._scores[score]

    def status(self, name: str) -> str:
        """Return how a score stands: a status of an output, or whether a recorded score is there."""
        if name in ("recorded", "absent"):
            return self.phrase(f"score_{name}")
        return word(name, self.language)

    def measure(self, name: str) -> str:
        """Return what a measure is called."""
        return measure(name, self.language)

    def at(self, estimate: Estimate) -> str:
        """Return what an estimate is for: a level, a group, a cut."""
        return ", ".join(str(value) for key, value in estimate.at.items() if key != "measure")


def capital(text: str) -> str:
    """Return a text that begins with a capital letter.

    >>> capital("difference in AUC")
    'Difference in AUC'
    """
    return text[:1].upper() + text[1:]
