"""What the parts of one instrument are called in one language, with a fall-back to English and then to the name."""

from __future__ import annotations

from collections.abc import Mapping

from rvn import text
from rvn.definition.entries import Texts
from rvn.text import Language


class Wording:
    """Labels, answers and levels of an instrument as people read them."""

    def __init__(self, texts: Mapping[str, Mapping[str, Texts]], language: Language) -> None:
        self.language = language
        self._texts = [texts.get(language, {}), texts.get("en", {})]

    def label(self, name: str) -> str:
        """Return what a part is called."""
        return next((texts[name].label for texts in self._texts if name in texts), name)

    def option(self, name: str, option: str) -> str:
        """Return how an option of an item reads."""
        options = (texts[name].options for texts in self._texts if name in texts)
        return next((found[option] for found in options if option in found), option)

    def level(self, name: str, level: str) -> str:
        """Return how a level reads: its own name, and what it is called where that says more."""
        levels = (texts[name].levels for texts in self._texts if name in texts)
        called = next((found[level] for found in levels if level in found), level)
        is_plain_word = level.replace("_", "").isalpha() and level.islower()
        return called if is_plain_word or called == level else f"{level} ({called})"

    def value(self, name: str, value: float | int | str | bool) -> str:
        """Return a value of an output: a level, a truth value or a number."""
        if isinstance(value, bool):
            return text.word("yes" if value else "no", self.language)
        return self.level(name, value) if isinstance(value, str) else text.number(value, self.language)

    def absence(self, reason: str) -> str:
        """Return why an answer is absent."""
        try:
            return text.word("absent_not_applicable" if reason == "not_applicable" else reason, self.language)
        except KeyError:
            return self.label(reason)


def localized(texts: Mapping[Language, str], language: Language) -> str:
    """Return a text in a language, or in the one there is."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()))
