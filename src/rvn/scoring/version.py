"""A version of an instrument: what it says, what it is called, and by what it is known again."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Self

from rvn import messages
from rvn.definition.fingerprint import BEARING_ON_RESULTS, digest, fingerprints
from rvn.definition.load import Loaded
from rvn.errors import CatalogError, Diagnostic
from rvn.plan.explain import Evaluation
from rvn.plan.plan import Plan
from rvn.scoring.wording import Wording, localized
from rvn.text import Language


class Version:
    """What every way of scoring needs of an instrument; an `Instrument` is this with the ways of scoring.

    Parameters
    ----------
    loaded
        The definition as written and as meant.
    plan
        What it means, with the parts stated that the caller accepts.
    accepted
        Names of the parts that rest on recalled facts and are stated all the same.
    """

    def __init__(self, loaded: Loaded, plan: Plan, accepted: frozenset[str] = frozenset()) -> None:
        self.loaded = loaded
        self.definition = loaded.definition
        self.plan = plan
        self.accepted = accepted

    @property
    def id(self) -> str:
        """The instrument's identifier."""
        return self.definition.id

    @property
    def version(self) -> str:
        """The version, as text."""
        return self.definition.version

    @property
    def reference(self) -> str:
        """Identifier and version, as ``id@version``."""
        return f"{self.id}@{self.version}"

    @property
    def recalled(self) -> frozenset[str]:
        """Names of the parts that rest on recalled facts and are withheld unless asked for."""
        return self.plan.recalled

    @functools.cached_property
    def fingerprints(self) -> Mapping[str, str]:
        """SHA-256 of each part of the definition: items, scoring, cut-offs, norms, rules of use, texts.

        Examples
        --------
        >>> import rvn
        >>> list(rvn.load("audit@2001").fingerprints)
        ['items', 'scoring', 'cut_offs', 'norms', 'use', 'texts']
        """
        return fingerprints(self.loaded)

    @functools.cached_property
    def fingerprint(self) -> str:
        """SHA-256 of everything in the definition that bears on results: all but rules of use and texts."""
        return digest({part: self.fingerprints[part] for part in BEARING_ON_RESULTS})

    def accepting(self, *names: str) -> Self:
        """Return the same instrument with some parts stated although they rest on recalled facts.

        Parameters
        ----------
        names
            Of parts in `recalled`.

        Raises
        ------
        CatalogError
            For a name that is not among them.

        Examples
        --------
        >>> import rvn
        >>> stable = rvn.load("stable-2007@2014")
        >>> sorted(stable.recalled)
        ['density']
        >>> stable.accepting("density").accepted
        frozenset({'density'})
        """
        unknown = [name for name in names if name not in self.recalled]
        if unknown:
            known = sorted(self.recalled)
            raise CatalogError(
                [messages.RECALLED_NAME.at(name=name, near=messages.near(name, known)) for name in unknown]
            )
        accepted = self.accepted | frozenset(names)
        return type(self)(self.loaded, self.loaded.accepting(accepted), accepted)

    def ignored(self, evaluation: Evaluation) -> Iterator[Diagnostic]:
        """Yield a warning for every answer to an item that is not asked."""
        for name in evaluation.readings:
            field = self.plan.fields.get(name)
            value = evaluation.readings[name].value
            if field is not None and evaluation.asked(field) == 0 and value == value:
                yield messages.NOT_ASKED.at(name=name)

    # wording

    def title(self, language: Language) -> str:
        """Return what the instrument is called."""
        return localized(self.definition.title, language)

    def wording(self, language: Language) -> Wording:
        """Return what its parts are called."""
        return Wording(self.loaded.texts, language)

    def because(self, name: str, language: Language) -> str:
        """Return the reason that a rule, flag or condition gives."""
        definition = self.definition
        for entry in (*definition.eligible, *definition.consistent, *definition.rules, *definition.flags):
            if entry.id == name:
                return localized(entry.because, language)
        return name
