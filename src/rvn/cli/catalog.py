"""What `rvn list`, `check` and `test` find in the catalogue: one row an instrument, a problem or an example."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

import rvn
from rvn import messages
from rvn.cli.problems import shortened
from rvn.errors import CatalogError, DefinitionError, Diagnostic, Place, RvnError
from rvn.scoring.instrument import Instrument
from rvn.scoring.wording import localized
from rvn.text import Language

_OF_EXAMPLES = {messages.TEST_FAILS.code, messages.TEST_ANSWERS.code, messages.UNKNOWN_NAME.code}


@dataclass(frozen=True, slots=True)
class Listed:
    """An instrument that can be loaded, or whose file is wrong: then it has `problems` and nothing else."""

    reference: str
    title: str
    status: str
    withheld: tuple[str, ...]
    file: str
    problems: int = 0

    def to_record(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return asdict(self)


def listed(language: Language) -> Iterator[Listed]:
    """Yield every instrument there is, by its reference."""
    for reference, path in rvn.references().items():
        file = shortened(str(path))
        try:
            instrument = rvn.load(reference)
        except RvnError as error:
            yield Listed(reference, "", "", (), file, len(error.diagnostics))
        else:
            definition = instrument.definition
            withheld = tuple(sorted(instrument.recalled))
            yield Listed(reference, localized(definition.title, language), definition.status, withheld, file)


@dataclass(frozen=True, slots=True)
class Checked:
    """The problems of some definitions, and those for which nothing could be checked."""

    found: tuple[Diagnostic, ...]
    absent: tuple[Diagnostic, ...]

    def count(self, severity: str) -> int:
        """Return how many problems have a severity."""
        return sum(problem.severity == severity for problem in self.found)


def checked(names: Iterable[str], profile: str | None = None) -> Checked:
    """Return what the checks find in definitions named by file or reference, with a profile if one is named."""
    found: list[Diagnostic] = []
    absent: list[Diagnostic] = []
    for name in names:
        try:
            found += rvn.load(name, profile=profile).check()
        except CatalogError as error:
            is_found = all(problem.code == messages.WRONG_FOLDER.code for problem in error.diagnostics)
            (found if is_found else absent).extend(error.diagnostics)
        except DefinitionError as error:
            is_absent = all(problem.code == messages.NO_FILE.code for problem in error.diagnostics)
            (absent if is_absent else found).extend(error.diagnostics)
    return Checked(tuple(dict.fromkeys(found)), tuple(absent))


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example of a definition and what is wrong with it."""

    reference: str
    name: str
    problems: tuple[Diagnostic, ...]

    def to_record(self) -> dict[str, object]:
        """Return plain values for JSON."""
        problems = [problem.to_record() for problem in self.problems]
        return {"instrument": self.reference, "example": self.name, "passed": not problems, "problems": problems}


def examples(instrument: Instrument) -> Iterator[Example]:
    """Yield every worked example with its problems, which are told apart by where they stand in the file."""
    from rvn.scoring.examples import check_examples

    source, tests = instrument.loaded.source, instrument.definition.tests
    starts = [source.place(("tests", index)) for index in range(len(tests))]
    wrong = [problem for problem in check_examples(instrument) if problem.code in _OF_EXAMPLES]
    for index, test in enumerate(tests):
        end = starts[index + 1] if index + 1 < len(tests) else Place(source.file, 10**9)
        own = [problem for problem in wrong if problem.place and starts[index] <= problem.place < end]
        yield Example(instrument.reference, test.name, tuple(own))
