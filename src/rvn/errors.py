"""What can go wrong, as objects that a program can use and a person can read.

The tree::

    RvnError
    ├── DefinitionError   a definition file is wrong: carries every problem found in it
    ├── CatalogError      no such instrument or version, or not without a version
    ├── AnswersError      the answers of one person cannot be used: carries every problem, and no answer
    ├── OverrideError     an override is not what the definition allows
    ├── HistoryError      assessments that cannot be put into the order of time
    ├── RecordError       a record cannot be read, or a key cannot be used
    ├── FrameError        a frame or file lacks what scoring needs
    ├── IdentityError     subject ids cannot be used: national identity numbers among them
    ├── BatchError        a run over files cannot begin, go on or be resumed; what is finished is kept
    ├── StudyError        a study file, or its data, cannot be used: carries every problem
    └── ContractError     a statistic was called with arrays it cannot take
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file, counted from one.

    >>> print(Place("demo.yaml", 48, 9))
    demo.yaml:48:9
    """

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem: a code to look up, a severity, a sentence, a place and what to do.

    >>> print(Diagnostic("RVN203", "no key 'itens' here", Place("demo.yaml", 4, 1), hint="did you mean 'items'?"))
    demo.yaml:4:1: RVN203 no key 'itens' here
        did you mean 'items'?
    """

    code: str
    message: str
    place: Place | None = None
    hint: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        mark = "" if self.severity == "error" else f"{self.severity}: "
        return f"{where}{self.code} {mark}{self.message}" + (f"\n    {self.hint}" if self.hint else "")

    def to_record(self) -> dict[str, object]:
        """Return the problem as plain values for JSON."""
        place = self.place
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "hint": self.hint,
            "file": place.file if place else None,
            "line": place.line if place else None,
            "column": place.column if place else None,
        }


class RvnError(Exception):
    """Everything rvn raises on purpose; `diagnostics` holds the problems in order."""

    def __init__(self, diagnostics: Iterable[Diagnostic] | Diagnostic) -> None:
        self.diagnostics = (diagnostics,) if isinstance(diagnostics, Diagnostic) else tuple(diagnostics)
        super().__init__("\n".join(str(diagnostic) for diagnostic in self.diagnostics))


class DefinitionError(RvnError):
    """A definition file is wrong."""


class CatalogError(RvnError):
    """An instrument or a version of it cannot be found, or was not named exactly."""


class AnswersError(RvnError):
    """The answers of one person cannot be used; no message repeats an answer."""


class OverrideError(RvnError):
    """An override is not what the definition of the instrument allows."""


class HistoryError(RvnError):
    """Assessments of a person cannot be put into the order of time, or not be compared."""


class RecordError(RvnError):
    """A stored record cannot be read, or a key cannot be used; no message repeats what stands in it."""


class FrameError(RvnError):
    """A frame or a file lacks something that scoring needs."""


class IdentityError(RvnError):
    """Subject ids cannot be used; no message repeats one."""


class BatchError(RvnError):
    """A run over files cannot begin, or was stopped; what it had finished is kept and can be resumed."""


class StudyError(RvnError):
    """A study file, or the data that it names, cannot be used."""


class ContractError(RvnError, ValueError):
    """A statistic was called with arrays it cannot take: lengths, types, values outside their range."""
