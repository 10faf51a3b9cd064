"""Whatever is done to a definition or its tables, it loads or is refused with places, and soon."""

from __future__ import annotations

import random
import re
import shutil
import time
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from rvn.catalog import load_definition
from rvn.definition.load import load
from rvn.errors import DefinitionError
from rvn.plan.plan import Plan
from rvn.scoring.instrument import Instrument

HERE = Path(__file__).parent
SEEDS = {path.stem: path.read_text() for path in sorted(HERE.glob("seed*.yaml"))}
TABLES = sorted(path.name for path in (HERE / "tables").glob("seed*.csv"))
PROFILE = "profiles/seed-every-part.yaml"  # of the seed of that name

# What people mistype, and what they should never get away with.
WORDS = [
    *("true", "false", "null", "~", "no", "yes", "''", '""', "0", "-1", "1.5", "1.0", "-0.0", "1e5", "1.0e999", "012"),
    *("9" * 30, "9" * 400, "1" + "0" * 18, "0.1e-300", "2025-13-45", "[]", "{}", "[x]", "{x: 1}", "[[[]]]", "nan"),
    *(
        "&a",
        "*a",
        "!!str",
        "!x",
        "<<",
        "<<: *a",
        "---",
        "...",
        "%YAML 1.1",
        "#",
        "# x",
        "|",
        ">",
        "|-",
        "?",
        ": ",
        "- ",
    ),
    *(
        "id",
        "kind",
        "like",
        "of",
        "by",
        "items",
        "options",
        "when",
        "choice",
        "count",
        "number",
        "date",
        "code",
        "missing",
    ),
    *("history", "level", "q01", "q02", "age", "many", "young", "final", "x", "assessed_on", "counts", "if", "lambda"),
    *("and", "or", "not", "in", "is", "==", "=", "<", ">=", "+", "-", "*", "/", "**", "%", "//", "(", ")", "((", "))"),
    *(
        "missing(q01)",
        "points(level)",
        "__import__('os')",
        "q01.__class__",
        "f'{age}'",
        "1 if age else 0",
        "round(age, -1)",
    ),
    *(
        "min(1)",
        "level == 'low'",
        "q01 == 'yess'",
        "'text'",
        "(1, 2)",
        "not not not",
        "1 < 2 < 3",
        "x := 1",
        "[0]",
        "\\d",
    ),
    *(
        "audit@2001",
        "every-part@1",
        "../x.csv",
        "tables/seed-codes.csv",
        "tables/seed-norms.csv",
        "recalled",
        "retired",
    ),
    *("1-2", "3+", "2-1", "-3 to -1", "at least", "at most 9 levels", "low", "high", "en", "lv", "de", "Ā", "ā" * 70),
]
LETTERS = " \t\n\r:;,.-+*/%&!|>'\"#@`{}[]()<>=?\\_abcxyz0123456789āšΩ\u2028\ufeff\x00\x07\x85\U0001f600"
TOKEN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|\d+(?:\.\d+)?|[^\sA-Za-z0-9]")

Mutation = Callable[[str, random.Random], str]


def _place(text: str, rng: random.Random) -> int:
    return rng.randrange(len(text) + 1)


def letter_away(text: str, rng: random.Random) -> str:
    place = _place(text, rng)
    return text[:place] + text[place + rng.choice((1, 1, 2, 5)) :]


def letter_in(text: str, rng: random.Random) -> str:
    place = _place(text, rng)
    return text[:place] + rng.choice(LETTERS) + text[place:]


def letters_swapped(text: str, rng: random.Random) -> str:
    place = _place(text, rng)
    return text[:place] + text[place : place + 2][::-1] + text[place + 2 :]


def word_for_word(text: str, rng: random.Random) -> str:
    found = list(TOKEN.finditer(text))
    if not found:
        return rng.choice(WORDS)
    token = rng.choice(found)
    other = rng.choice(WORDS) if rng.random() < 0.7 else rng.choice(found).group()
    return text[: token.start()] + other + text[token.end() :]


def word_in(text: str, rng: random.Random) -> str:
    place = _place(text, rng)
    return f"{text[:place]} {rng.choice(WORDS)} {text[place:]}"


def value_for_value(text: str, rng: random.Random) -> str:
    values = list(re.finditer(r"(?<=: )[^,{}\[\]\n]+|\{[^{}\n]*\}|\[[^\[\]\n]*\]", text))
    if not values:
        return text
    one, other = rng.choice(values), rng.choice(values)
    return text[: one.start()] + rng.choice([other.group(), *rng.sample(WORDS, 3)]) + text[one.end() :]


def _lines(change: Callable[[list[str], random.Random], None]) -> Mutation:
    def mutation(text: str, rng: random.Random) -> str:
        lines = text.split("\n")
        change(lines, rng)
        return "\n".join(lines)

    return mutation


def _line_away(lines: list[str], rng: random.Random) -> None:
    del lines[rng.randrange(len(lines))]


def _line_twice(lines: list[str], rng: random.Random) -> None:
    lines.insert(rng.randrange(len(lines) + 1), rng.choice(lines))


def _line_moved(lines: list[str], rng: random.Random) -> None:
    lines.insert(rng.randrange(len(lines)), lines.pop(rng.randrange(len(lines))))


def _line_indented(lines: list[str], rng: random.Random) -> None:
    place = rng.randrange(len(lines))
    lines[place] = rng.choice(("  ", " ", "\t", "- ")) + lines[place]


def _line_outdented(lines: list[str], rng: random.Random) -> None:
    place = rng.randrange(len(lines))
    lines[place] = lines[place][rng.choice((1, 2)) :]


def _cut_off(lines: list[str], rng: random.Random) -> None:
    del lines[rng.randrange(len(lines)) :]


def repeated(text: str, rng: random.Random) -> str:
    start = _place(text, rng)
    piece = text[start : start + rng.randrange(1, 30)]
    return text[:start] + piece * rng.choice((2, 3, 50)) + text[start:]


MUTATIONS: tuple[Mutation, ...] = (
    letter_away,
    letter_in,
    letters_swapped,
    word_for_word,
    word_for_word,
    word_for_word,
    word_in,
    value_for_value,
    value_for_value,
    repeated,
    *map(_lines, (_line_away, _line_twice, _line_moved, _line_indented, _line_outdented, _cut_off)),
)


def mutated(text: str, rng: random.Random) -> str:
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        if text:
            text = rng.choice(MUTATIONS)(text, rng)
    return text


def component(reference: str) -> Plan:
    return load_definition(reference).plan


def what_is_wrong_with(path: Path, profile: Path | None = None) -> str:
    """Return how loading and checking a file goes against what is promised; nothing where it does not."""
    begun = time.process_time()  # of this process, so that what else the machine does is not counted
    try:
        loaded = load(path, component, profile)
        problems = Instrument(loaded, loaded.plan).check()
    except DefinitionError as error:
        problems = error.diagnostics
        if not problems:
            return "it was refused without a problem"
    except Exception:  # noqa: BLE001 -- whatever gets out is what this test is looking for
        return traceback.format_exc(limit=-3)
    for problem in problems:
        if problem.place is None:
            return f"a problem has no place: {problem}"
        file, line, column = problem.place.file, problem.place.line, problem.place.column
        lines = (
            re.split("\r\n|[\n\r\x85\u2028\u2029]", Path(file).read_bytes().decode()) if Path(file).is_file() else [""]
        )
        lines.append("")  # where the end of the file is meant
        if not (1 <= line <= len(lines) and 1 <= column <= len(lines[line - 1]) + 1):
            return f"a problem stands outside of its file: {problem}"
    took = time.process_time() - begun
    return f"it took {took:.1f} s" if took > 1 else ""


def mutate(number: int, folder: Path) -> str:
    """Return what is wrong with how one mutation is taken; every tenth is of a table, and every tenth of a profile."""
    rng = random.Random(number)
    seed = rng.choice(list(SEEDS))
    files = {f"{seed}.yaml": SEEDS[seed]} | {f"tables/{name}": (HERE / "tables" / name).read_text() for name in TABLES}
    chosen = rng.choice(list(files)) if number % 10 == 0 else f"{seed}.yaml"
    profile = folder / PROFILE if number % 10 == 5 else None
    if profile is not None:
        seed, chosen, files = Path(PROFILE).stem, PROFILE, {PROFILE: (HERE / PROFILE).read_text()}
    text = mutated(files[chosen], rng)
    path = folder / chosen
    path.write_text(text, newline="", errors="ignore")
    wrong = what_is_wrong_with(folder / f"{seed}.yaml", profile)
    path.write_text(files[chosen], newline="")
    if not wrong:
        return ""
    old = set(files[chosen].split("\n"))
    new = [line[:300] for line in text.split("\n") if line not in old]
    return "\n".join([f"mutation {number} of {chosen}: {wrong}", *new])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(HERE / "tables", tmp_path / "tables")
    (tmp_path / "profiles").mkdir()
    shutil.copytree(HERE / "tables", tmp_path / "profiles" / "tables")
    shutil.copy(HERE / PROFILE, tmp_path / PROFILE)
    for name, text in SEEDS.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    return tmp_path


def first_wrong(numbers: range, folder: Path) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return next((wrong for number in numbers if (wrong := mutate(number, folder))), "")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_seed_loads_as_it_is(seed: str, folder: Path) -> None:
    assert "" == what_is_wrong_with(folder / f"{seed}.yaml")
    load(folder / f"{seed}.yaml", component)


def test_the_profile_loads_as_it_is(folder: Path) -> None:
    loaded = load(folder / f"{Path(PROFILE).stem}.yaml", component, folder / PROFILE)
    assert loaded.profile is not None


@pytest.mark.parametrize("start", range(0, 750, 250))
def test_any_mutation_loads_or_is_refused_with_a_place(start: int, folder: Path) -> None:
    assert "" == first_wrong(range(start, start + 250), folder)


@pytest.mark.slow
@pytest.mark.parametrize("start", range(10_000, 110_000, 5_000))
def test_any_of_many_mutations_loads_or_is_refused_with_a_place(start: int, folder: Path) -> None:
    assert "" == first_wrong(range(start, start + 5_000), folder)


def test_mutations_do_change_what_they_mutate() -> None:
    texts = [mutated(SEEDS["seed"], random.Random(number)) for number in range(300)]
    assert 290 < len({text for text in texts if text != SEEDS["seed"]})
