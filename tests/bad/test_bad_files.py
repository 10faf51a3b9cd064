"""Every code of a definition has a broken example, and what is said about it is exactly what stands beside it."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

import rvn
from rvn import messages
from rvn.errors import DefinitionError, Diagnostic
from rvn.messages import Message

HERE = Path(__file__).parent
SPOKEN = {path.stem: path.read_text() for path in sorted(HERE.glob("*.txt"))}
MESSAGES = {value.code: value for value in vars(messages).values() if isinstance(value, Message)}

# Codes that no file can show, and why. Each has a test of its own below.
WITHOUT_A_FILE = {
    "RVN101": "its example is that there is no file",
    "RVN102": "a file of a megabyte is made when it is needed, not kept",
}


def definition(case: str) -> Path:
    """Return the definition of a case: a file, or a folder where texts are needed."""
    folder = HERE / case
    return max(folder.glob("*.yaml")) if folder.is_dir() else HERE / f"{case}.yaml"


def problems(path: Path) -> tuple[Diagnostic, ...]:
    """Return what is said about a definition, with its profile if it has one, when it is loaded and checked."""
    profile = path.parent / "profiles" / path.name
    try:
        return rvn.load(path, profile=profile if profile.is_file() else None).check()
    except DefinitionError as error:
        return error.diagnostics


@functools.cache
def found(case: str) -> tuple[Diagnostic, ...]:
    """Return what is said about a case, which is read once for all tests."""
    return problems(definition(case))


def printed(problems: Iterable[Diagnostic], path: Path) -> str:
    """Return the problems of a definition as printed, files named as seen from its folder."""
    return "".join(f"{problem}\n" for problem in problems).replace(f"{path.parent}/", "")


def spoken(path: Path) -> str:
    """Return what is said about a definition, as printed."""
    return printed(problems(path), path)


@pytest.mark.parametrize("case", SPOKEN)
def test_a_broken_file_is_described_in_exactly_these_words(case: str) -> None:
    assert SPOKEN[case] == printed(found(case), definition(case))


@pytest.mark.parametrize("case", [case for case in SPOKEN if case.startswith("RVN")])
def test_a_case_shows_the_code_it_is_named_after(case: str) -> None:
    assert case.split("-")[0] in {problem.code for problem in found(case)}


@pytest.mark.parametrize("case", SPOKEN)
def test_a_problem_stands_at_a_place_in_its_file(case: str) -> None:
    assert found(case)
    for place in [problem.place for problem in found(case)]:
        assert place is not None
        lines = Path(place.file).read_bytes().decode(errors="replace").split("\n")
        assert 1 <= place.line <= len(lines)
        assert 1 <= place.column <= len(lines[place.line - 1]) + 1


def test_every_file_has_its_words_and_all_words_their_file() -> None:
    files = {path.stem for path in HERE.glob("RVN*.yaml")} | {path.name for path in HERE.glob("RVN*") if path.is_dir()}
    assert files == {case for case in SPOKEN if case.startswith("RVN")}


def test_every_code_of_a_definition_has_a_case() -> None:
    codes = {code for code in MESSAGES if code[3] in "1234"}
    assert codes == {case.split("-")[0] for case in SPOKEN if case.startswith("RVN")} | set(WITHOUT_A_FILE)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert ["RVN101"] == [problem.code for problem in problems(tmp_path / "none.yaml")]
    assert spoken(tmp_path / "none.yaml").startswith("none.yaml:1:1: RVN101 there is no such file\n")


def test_a_file_over_a_megabyte_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_text("#" * 1_000_001)
    expected = (
        "large.yaml:1:1: RVN102 the file has 1,000,001 bytes; a definition has at most 1,000,000\n"
        "    put long tables into CSV files\n"
    )
    assert expected == spoken(path)


def test_a_file_of_a_megabyte_is_read(tmp_path: Path) -> None:
    text = (HERE / "tidy.yaml").read_text()
    path = tmp_path / "large.yaml"
    path.write_bytes(text.encode() + b"#" * (1_000_000 - len(text.encode())))
    assert "small@1" == rvn.load(path).reference


def test_a_tidy_file_has_no_problems() -> None:
    assert () == problems(HERE / "tidy.yaml")


def test_the_seed_of_the_mutations_loads() -> None:
    assert "demo@2.1" == rvn.load(HERE / "seed.yaml").reference


def test_no_without_quotes_is_the_word_no(tmp_path: Path) -> None:
    text = (HERE / "tidy.yaml").read_text()
    path = tmp_path / "tidy.yaml"
    path.write_text(text.replace('"no"', "no").replace('"yes"', "yes"))
    instrument = rvn.load(path)
    assert ("no", "yes") == instrument.plan.fields["q01"].options
    assert 0 == instrument.score({"q01": "no", "q02": 0})["score"].value


def test_problems_come_in_the_order_of_the_file() -> None:
    lines = [problem.place.line for problem in found("several-problems") if problem.place]
    assert len(found("several-problems")) == len(lines)
    assert sorted(lines) == lines
    assert 10 <= len(lines)


def test_problems_of_the_texts_come_with_those_of_the_definition(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "1.yaml").write_text((HERE / "RVN204-status.yaml").read_text())
    (tmp_path / "texts" / "lv.yaml").write_text("q01: {lable: Jautājums}\n")
    places = [str(Path(str(problem.place)).relative_to(tmp_path)) for problem in problems(tmp_path / "1.yaml")]
    assert ["1.yaml:4:9", "texts/lv.yaml:1:6", "texts/lv.yaml:1:7"] == places


def test_texts_that_cannot_be_read_are_one_problem(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "1.yaml").write_text((HERE / "tidy.yaml").read_text())
    (tmp_path / "texts" / "lv.yaml").write_text("q01: {label: Jautājums\n")
    assert ["RVN105"] == [problem.code for problem in problems(tmp_path / "1.yaml")]


@pytest.mark.parametrize("text", ["", "# a comment\n", "---\n", "- a\n", "text\n", "12\n", "~\n", "[]\n"])
def test_a_file_without_keys_is_refused_with_a_reason(text: str, tmp_path: Path) -> None:
    path = tmp_path / "1.yaml"
    path.write_text(text)
    assert 1 == len(problems(path))


# One mistake is one problem: what rests on a broken part is passed over, not blamed.


def changed(tmp_path: Path, *changes: tuple[str, str]) -> tuple[Diagnostic, ...]:
    """Return the problems of the tidy definition after some changes."""
    text = (HERE / "tidy.yaml").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "1.yaml"
    path.write_text(text)
    return tuple(problem for problem in problems(path) if problem.severity == "error")


ADDED_FLAG = ("outcome:", "flags: [{id: young, when: CONDITION, because: {en: Young., lv: Jauns.}}]\noutcome:")


def flag(condition: str) -> tuple[str, str]:
    return ADDED_FLAG[0], ADDED_FLAG[1].replace("CONDITION", condition)


def test_an_item_like_a_broken_item_is_not_blamed(tmp_path: Path) -> None:
    found = changed(
        tmp_path,
        ('options: {"no": 0, "yes": 1}}', "options: 5}\n  - {id: q03, like: q01}"),
        flag("q03 == 'yes'"),
    )
    assert ["`options` is the number 5; it must be a mapping (`key: value`)"] == [problem.message for problem in found]


def test_a_reference_of_the_wrong_form_is_not_looked_up(tmp_path: Path) -> None:
    found = changed(tmp_path, ("items:", "uses: {other: other 1}\nitems:"))
    assert ["RVN204"] == [problem.code for problem in found]


def test_an_expression_that_uses_a_lacking_component_is_not_blamed(tmp_path: Path) -> None:
    found = changed(tmp_path, ("items:", "uses: {other: nothing@1}\nitems:"), flag("other.level == 'low'"))
    assert ["RVN218"] == [problem.code for problem in found]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("items: [q01, q02]", "items: [q1, q01, q_1]", [(14, 25), (14, 34)]),
        ("levels: {low: 0, high: 2}", "levels: {low: 2, high: 1, top: 0}", [(16, 51), (16, 59)]),
    ],
)
def test_all_mistakes_of_one_entry_are_told(old: str, new: str, place: list[tuple[int, int]], tmp_path: Path) -> None:
    found = changed(tmp_path, (old, new))
    assert place == [(problem.place.line, problem.place.column) for problem in found if problem.place]


# Each of these once ended in a traceback, or was let through.

GIVEN = ("items:", "given: {birth_date: {kind: date}}\nitems:")
TWO_FLAGS = """flags:
  - {id: one, when: q02 > 1, because: {en: One.}}
  - {id: two, when: one, because: {en: Two.}}
outcome:"""


def by_sex(levels: str) -> tuple[str, str]:
    given = "given: {sex: {kind: choice, options: [male, female]}}"
    return "bands:\n  - {id: level, of: score, levels: {low: 0, high: 2}}", (
        f"{given}\nbands:\n  - {{id: level, of: score, by: [sex], levels: {{{levels}}}}}"
    )


MISTAKES = {
    "a whole number and the same with a fraction": [('"no": 0, "yes": 1', "1: 0, 1.0: 1")],
    "a number and the same as text": [('"no": 0, "yes": 1', '1: 0, "1": 1')],
    "rounding to next to nothing": [("items: [q01, q02]", "items: [q01, q02], round: {to: 4.0e-320}")],
    "an infinite cut": [("high: 2", "high: 1.0e999")],
    "infinite points": [('"yes": 1', '"yes": 1.0e999')],
    "a range that ends nowhere": [("3+: 2}", f"3-{'9' * 400}: 2}}")],
    "a fraction as a name": [(GIVEN[0], GIVEN[1].replace("birth_date", "1.5"))],
    "a name and its kind": [(GIVEN[0], GIVEN[1].replace("birth_date: {kind: date}", "Birth_date: {kind: dat}"))],
    "a flag that asks itself": [flag("young")],
    "a flag that asks another flag": [("outcome:", TWO_FLAGS)],
    "an item that asks a condition": [
        ("  - {id: q02,", "  - {id: q02, asked_if: adult,"),
        ("items:", "eligible: [{id: adult, when: q01 == 'yes', because: {en: Adult.}}]\nitems:"),
    ],
    "a number too large": [flag("q02 > 1" + "0" * 400)],
    "an infinite number": [flag("q02 > 1e999")],
    "a comment inside an expression": [flag('"q02 > 1 # and q02 > 2"')],
    "an anchor on a key": [("id: small", "&small id: small")],
    "a tag on a key": [("id: small", "!!str id: small")],
    "a number as a part of a result": [("expect: {level: low}", "expect: {level: {1: low}}")],
    "more answers needed than there are items": [("items: [q01, q02]", "items: [q01, q02], missing: {at_least: 3}")],
    "an unknown source of a rule for absent answers": [
        ("items: [q01, q02]", "items: [q01, q02], missing: {source: nowhere}")
    ],
    "an unknown source of a test": [("on the cut,", "on the cut, source: nowhere,")],
    "groups with other levels": [by_sex("male: {low: 0, high: 2}, female: {low: 0, medium: 1, high: 2}")],
    "groups with levels in another order": [by_sex("male: {low: 0, high: 2}, female: {high: 0, low: 2}")],
    "a group with one level": [by_sex("male: {low: 0, high: 2}, female: {low: 0}")],
    "a group without levels": [by_sex("male: {low: 0, high: 2}, female: {}")],
    "levels of a group that there is not": [
        by_sex("male: {low: 0, high: 2}, female: {low: 0, high: 2}, femal: {low: 0, high: 1}")
    ],
    "a judgement informed by nothing there is": [
        ("outcome:", "judgements: [{id: view, levels: [low, high], informed_by: [scroe]}]\noutcome:")
    ],
    "a level that is there twice": [("outcome:", "judgements: [{id: view, levels: [low, high, low]}]\noutcome:")],
    "options of a code": [(GIVEN[0], GIVEN[1].replace("kind: date", "kind: code, table: c.csv, options: [a, b]"))],
    "a table of a date": [(GIVEN[0], GIVEN[1].replace("kind: date", "kind: date, table: c.csv"))],
    "a table for prorating that does not use it": [
        ("items: [q01, q02]", "items: [q01, q02], missing: {allow: 1, method: zero, table: c.csv}")
    ],
}


@pytest.mark.parametrize("changes", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_a_problem_where_it_was_made(changes: list[tuple[str, str]], tmp_path: Path) -> None:
    found = changed(tmp_path, *changes)
    tidy = (HERE / "tidy.yaml").read_text().splitlines()
    text = (tmp_path / "1.yaml").read_text().splitlines()
    made = {number for number, line in enumerate(text, 1) if line not in tidy}
    assert made & {problem.place.line for problem in found if problem.place}


@pytest.mark.parametrize(
    "condition",
    ["missing(q01)", "answered(q01)", "not answered(q02)", "missing(q01) and missing(q02)", "coalesce(q01, 5) == 5"],
)
def test_a_condition_on_absence_is_neither_always_nor_never_met(condition: str, tmp_path: Path) -> None:
    changed(tmp_path, (flag(condition)[0], flag(f'"{condition}"')[1]))
    codes = {problem.code for problem in problems(tmp_path / "1.yaml")}
    assert set() == codes & {"RVN404", "RVN405"}


def test_an_item_asked_for_want_of_an_answer_can_be_answered(tmp_path: Path) -> None:
    asked = "  - {id: q03, like: q01, asked_if: answered(q01)}\nscales:\n  - {id: other, items: [q03]}"
    banded = "bands:\n  - {id: need, of: other, levels: {some: 0, more: 1}}"
    changed(tmp_path, ("scales:", asked), ("bands:", banded))
    assert "RVN401" not in {problem.code for problem in problems(tmp_path / "1.yaml")}


OVER_LINES = {
    "plain": "q02 > 1\n      and qq02 > 2",
    "block": "|\n      q02 > 1\n      and qq02 > 2",
    "folded": ">-\n      q02 > 1\n      and qq02 > 2",
    "quoted": '"q02 > 1\n      and qq02 > 2"',
    "escaped": '"q02 > 1 \\x61\\x6e\\x64 qq02 > 2"',
}


@pytest.mark.parametrize("style", OVER_LINES)
def test_a_mistake_in_an_expression_over_several_lines_stands_in_the_file(style: str, tmp_path: Path) -> None:
    added = f"flags:\n  - id: young\n    because: {{en: Young.}}\n    when: {OVER_LINES[style]}\noutcome:"
    (found,) = changed(tmp_path, ("outcome:", added))
    lines = (tmp_path / "1.yaml").read_text().splitlines()
    first = next(number for number, line in enumerate(lines, 1) if "when:" in line)
    assert found.place is not None
    assert first <= found.place.line <= first + 2
    assert 1 <= found.place.column <= len(lines[found.place.line - 1]) + 1


# Tables beside a definition.

MODEL = "models: [{id: risk, kind: logistic, terms: c.csv}]"
NORMS = "norms: [{id: rate, of: score, outcome: {en: New conviction., lv: Jauna sodāmība.}, table: c.csv}]"
BY_SEX = "given: {sex: {kind: choice, options: [male, female]}}\n" + NORMS.replace(
    "of: score,", "of: score, by: [sex],"
)
LOOKUP = "lookups: {group: {key: score, table: c.csv, column: group}}"
PRORATED = "  - {id: other, items: [q01, q02], missing: {allow: 1, method: table, table: c.csv}}"
TABLES = {
    "an infinite coefficient": (MODEL, "term,coefficient\nscore,inf\n", 2),
    "a coefficient that is no number": (MODEL, "term,coefficient\nscore,nan\n", 2),
    "a term that is there twice": (MODEL, "term,coefficient\nscore,1\nscore,2\n", 3),
    "a column that is there twice": (MODEL, "term,coefficient,coefficient\nscore,1,2\n", 1),
    "an estimate that is no number": (NORMS, "value,estimate\n0,0.1\n1,nan\n", 3),
    "an infinite estimate": (NORMS, "value,estimate\n0,0.1\n1,inf\n", 3),
    "a value that is no number": (NORMS, "value,estimate\n0,0.1\nnan,0.2\n", 3),
    "a value that is there twice in other digits": (NORMS, "value,estimate\n0,0.1\n0.0,0.2\n", 3),
    "limits that do not hold the estimate": (NORMS, "value,estimate,lower,upper\n0,0.5,0.6,0.4\n", 2),
    "a group that there is not": (BY_SEX, "sex,value,estimate\nmale,0,0.1\nfemale,0,0.1\nfemal,1,0.2\n", 4),
    "a key that is there twice in other digits": (LOOKUP, "score,group\n1,x\n1.0,y\n", 3),
    "an infinite number absent": (PRORATED, "absent,sum,total\n1,0,0\ninf,1,2\n", 3),
    "an infinite total": (PRORATED, "absent,sum,total\n1,0,inf\n", 2),
    "a total left out": (PRORATED, "absent,sum,total\n1,0,\n", 2),
    "half a number absent": (PRORATED, "absent,sum,total\n0.5,0,1\n", 2),
}


@pytest.mark.parametrize(("added", "table", "line"), TABLES.values(), ids=TABLES)
def test_a_mistake_in_a_table_is_a_problem_of_its_row(added: str, table: str, line: int, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(table)
    after = "bands:" if added is PRORATED else "outcome:"
    found = changed(tmp_path, (after, f"{added}\n{after}"))
    assert [("c.csv", line)] == [
        (Path(problem.place.file).name, problem.place.line) for problem in found if problem.place
    ]


def test_all_mistakes_of_a_table_are_told(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("term,coefficient\nq1,1\nq_1,2\nscore,one\n")
    found = changed(tmp_path, ("outcome:", f"{MODEL}\noutcome:"))
    assert [2, 3, 4] == [problem.place.line for problem in found if problem.place]


@pytest.mark.parametrize("name", ["../c.csv", "/etc/passwd.csv", "c.txt", "a/../../c.csv", "c.csv/", "~/c.csv", ""])
def test_a_table_lies_below_its_definition(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "inner"
    folder.mkdir()
    (tmp_path / "c.csv").write_text("term,coefficient\nscore,1\n")
    found = changed(folder, ("outcome:", f"{MODEL.replace('c.csv', repr(name))}\noutcome:"))
    assert ["RVN204"] == [problem.code for problem in found]


@pytest.mark.parametrize("text", ["", "# nothing\n", "[]\n", "rvn: 1\n", "- a: [\n"])
def test_a_profile_that_holds_nothing_is_refused_with_a_reason(text: str, tmp_path: Path) -> None:
    profile = tmp_path / "local.yaml"
    profile.write_text(text)
    with pytest.raises(DefinitionError) as caught:
        rvn.load(HERE / "tidy.yaml", profile=profile)
    assert {"local.yaml"} == {Path(problem.place.file).name for problem in caught.value.diagnostics if problem.place}


def test_what_loads_can_be_scored_however_long_its_chains_are(tmp_path: Path) -> None:
    chain = "".join(f"  d{number + 1}: d{number} + 1\n" for number in range(500))
    found = changed(tmp_path, ("scales:", f"derived:\n  d0: q02\n{chain}scales:"), flag("d500 > 505"))
    if not found:
        result = rvn.load(tmp_path / "1.yaml").score({"q01": "no", "q02": 6})
        assert result["young"].value is True


def test_a_component_that_uses_itself_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RVN_PATH", str(tmp_path))
    (tmp_path / "small").mkdir()
    text = (HERE / "tidy.yaml").read_text().replace("items:", "uses: {again: small@1}\nitems:", 1)
    (tmp_path / "small" / "1.yaml").write_text(text)
    with pytest.raises(DefinitionError):
        rvn.load("small@1")


def test_components_that_use_each_other_are_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RVN_PATH", str(tmp_path))
    text = (HERE / "tidy.yaml").read_text()
    for name, other in (("one", "two"), ("two", "one")):
        (tmp_path / name).mkdir()
        mine = text.replace("id: small", f"id: {name}").replace("items:", f"uses: {{again: {other}@1}}\nitems:", 1)
        (tmp_path / name / "1.yaml").write_text(mine)
    with pytest.raises(DefinitionError):
        rvn.load("one@1")


# The wording itself.


def test_large_numbers_are_told_in_full(tmp_path: Path) -> None:
    given = "given: {income: {kind: count, range: [0, 1234567]}}\nitems:"
    banded = "bands:\n  - {id: need, of: income, levels: {some: 1000001, more: 1000000}}"
    (found,) = changed(tmp_path, ("items:", given), ("bands:", banded))
    assert "the level 'more' starts at 1000000, not above 'some' at 1000001" == found.message


def test_every_code_belongs_to_one_message() -> None:
    codes = [value.code for value in vars(messages).values() if isinstance(value, Message)]
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"RVN[1-9]\d\d", code) for code in codes)


def test_a_message_says_what_to_do_and_does_not_shout() -> None:
    for code, message in MESSAGES.items():
        assert message.hint or message.severity == "warning", code
        assert "!" not in message.text + message.hint, code
        assert not message.text.endswith("."), code
