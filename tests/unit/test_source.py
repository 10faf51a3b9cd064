"""Strict YAML: which values a file can hold, where each of them stands, and what is refused."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from rvn.definition.source import MAX_BYTES, MAX_DEPTH, parse, read, resolve
from rvn.errors import DefinitionError, Place


def codes(text: str) -> list[str]:
    return [problem.code for problem in parse(text, "a.yaml").problems]


def places(text: str) -> list[tuple[int, int]]:
    return [(p.place.line, p.place.column) for p in parse(text, "a.yaml").problems if p.place]


# values


@pytest.mark.parametrize("text", ["no", "yes", "on", "off", "y", "n", "No", "NO", "True", "TRUE", "Null", "NULL"])
def test_words_that_older_yaml_took_for_something_else_stay_text(text: str) -> None:
    assert text == resolve(text)


@pytest.mark.parametrize(
    "text",
    [
        "012",
        "0x1F",
        "0o17",
        "1_000",
        "12:30",
        "1:2:3",
        "2025-01-01",
        "1e5",
        ".5",
        "5.",
        ".inf",
        ".nan",
        "1,5",
        "--1",
        "٣",
    ],
)
def test_what_only_looks_like_a_number_stays_text(text: str) -> None:
    assert text == resolve(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (12, "12"),
        (-3, "-3"),
        (3, "+3"),
        (1.5, "1.50"),
        (-0.25, "-0.25"),
        (0.0, "0.0"),
        (1500.0, "1.5e3"),
        (True, "true"),
        (False, "false"),
        (None, "null"),
        (None, "~"),
        (None, ""),
    ],
)
def test_the_core_types_are_read(value: object, text: str) -> None:
    found = resolve(text)
    assert value == found
    assert type(value) is type(found)


def test_a_number_too_long_to_be_one_stays_text() -> None:
    assert "1" * 400 == resolve("1" * 400)


@pytest.mark.parametrize("text", ["1.0e999", "-1.0e999", "9" * 400 + ".0"])
def test_no_number_is_infinite(text: str) -> None:
    assert text == resolve(text)


@pytest.mark.parametrize("text", ["'12'", '"12"', "'true'", '"~"', "|-\n  12"])
def test_what_is_quoted_stays_text(text: str) -> None:
    assert isinstance(parse(f"a: {text}", "a.yaml").data["a"], str)


def test_a_date_stays_text() -> None:
    assert {"on": "2025-01-01"} == parse("on: 2025-01-01", "a.yaml").data


def test_an_empty_file_has_no_data_and_no_places() -> None:
    source = parse("", "a.yaml")
    assert (None, {}, []) == (source.data, source.places, source.problems)


# places

TEXT = """\
id: demo
items:
  - {id: q01, options: {"no": 0, 'yes': 1}}
  - id: q02
    when: "a > 1"
scale: {}
"""


@pytest.mark.parametrize(
    ("line", "column", "path"),
    [
        (1, 5, ("id",)),
        (3, 3, ("items",)),
        (3, 5, ("items", 0)),
        (3, 10, ("items", 0, "id")),
        (3, 31, ("items", 0, "options", "no")),
        (3, 41, ("items", 0, "options", "yes")),
        (4, 5, ("items", 1)),
        (6, 8, ("scale",)),
        (1, 1, ()),
    ],
)
def test_a_value_stands_where_it_begins(line: int, column: int, path: tuple[str | int, ...]) -> None:
    assert Place("a.yaml", line, column) == parse(TEXT, "a.yaml").place(path)


def test_a_value_in_quotes_stands_behind_them() -> None:
    assert Place("a.yaml", 5, 12) == parse(TEXT, "a.yaml").place(("items", 1, "when"))


def test_a_key_stands_where_it_begins() -> None:
    source = parse(TEXT, "a.yaml")
    assert Place("a.yaml", 3, 25) == source.place(("items", 0, "options", "no"), key=True)
    assert Place("a.yaml", 6, 1) == source.place(("scale",), key=True)


def test_what_is_not_there_stands_where_it_would_be() -> None:
    source = parse(TEXT, "a.yaml")
    assert Place("a.yaml", 4, 5) == source.place(("items", 1, "kind"))
    assert Place("a.yaml", 4, 5) == source.place(("items", 1, "kind"), key=True)
    assert Place("a.yaml", 1, 1) == source.place(("nothing", 3))


def test_columns_count_letters_and_not_bytes() -> None:
    source = parse('{ā: "šķūnītis", x: 1}', "a.yaml")
    assert Place("a.yaml", 1, 17) == source.place(("x",), key=True)
    assert Place("a.yaml", 1, 20) == source.place(("x",))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_with_every_line_ending(end: str) -> None:
    assert Place("a.yaml", 3, 6) == parse(f"a: 1{end}b: 2{end}abc: 3{end}", "a.yaml").place(("abc",))


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes("\ufeffid: demo\n".encode())
    source = read(path)
    assert {"id": "demo"} == source.data
    assert Place(str(path), 1, 1) == source.place(("id",), key=True)


def test_a_number_as_a_key_is_the_text_that_stands_there() -> None:
    source = parse("points:\n  0: a\n  1.50: b\n  2.0: c\n  no: d\n  012: e\n", "a.yaml")
    assert ["0", "1.50", "2", "no", "012"] == list(source.data["points"])
    assert Place("a.yaml", 2, 6) == source.place(("points", "0"))
    assert Place("a.yaml", 3, 3) == source.place(("points", "1.50"), key=True)


# what is refused


@pytest.mark.parametrize(
    ("code", "line", "column", "text"),
    [
        ("RVN104", 2, 1, "a:\n\tb: 1\n"),
        ("RVN104", 3, 3, "a:\n  b: 1\n  \tc: 2\n"),
        ("RVN105", 1, 4, "a: ]\n"),
        ("RVN105", 2, 2, "a: [1\nb: 2\n"),
        ("RVN105", 1, 6, 'a: "b'),
        ("RVN106", 1, 4, "a: &x 1\n"),
        ("RVN106", 2, 4, "a: 1\nb: *a\n"),
        ("RVN106", 1, 5, "a: {<<: {b: 1}}\n"),
        ("RVN107", 1, 4, "a: !!str 1\n"),
        ("RVN107", 1, 4, "a: !mine 1\n"),
        ("RVN109", 2, 1, "a: 1\na: 2\n"),
        ("RVN109", 1, 8, "{1: a, 1: b}\n"),
        ("RVN109", 1, 8, '{1: a, "1": b}\n'),
        ("RVN109", 1, 8, "{1: a, 1.0: b}\n"),
        ("RVN109", 1, 10, "{0.0: a, -0.0: b}\n"),
        ("RVN110", 1, 1, "[a]: 1\n"),
        ("RVN110", 1, 1, "{a: 1}: 1\n"),
        ("RVN111", 2, 1, "a: 1\ntrue: 1\n"),
        ("RVN111", 1, 1, "~: 1\n"),
        ("RVN111", 1, 1, "null: 1\n"),
        ("RVN112", 2, 1, "a: 1\n---\nb: 2\n"),
    ],
)
def test_what_is_not_allowed_is_refused_where_it_stands(code: str, line: int, column: int, text: str) -> None:
    assert [code] == codes(text)
    assert [(line, column)] == places(text)


@pytest.mark.parametrize(
    ("code", "text"), [("RVN106", "&x a: 1\n"), ("RVN107", "!!str a: 1\n"), ("RVN106", "*x : 1\n")]
)
def test_keys_bear_no_anchors_aliases_and_tags(code: str, text: str) -> None:
    assert [code] == codes(text)


def test_a_quoted_merge_sign_is_an_ordinary_key() -> None:
    assert {"<<": 1} == parse('"<<": 1', "a.yaml").data


def test_the_first_of_two_equal_keys_counts_and_reading_goes_on() -> None:
    source = parse("a: 1\na: {b: [2]}\nc: 3\nc: 4\n", "a.yaml")
    assert {"a": 1, "c": 3} == source.data
    assert [2, 4] == [problem.place.line for problem in source.problems if problem.place]


def test_all_problems_are_told_at_once() -> None:
    assert ["RVN106", "RVN109", "RVN111", "RVN107"] == codes("a: &x 1\na: 2\ntrue: 3\nd: !!int 4\n")


@pytest.mark.parametrize("control", ["\x00", "\x07", "\x1b"])
def test_control_characters_are_refused_with_their_line(control: str) -> None:
    assert ["RVN105"] == codes(f"a: 1\nb: {control}2\n")
    assert [2] == [line for line, _ in places(f"a: 1\nb: {control}2\n")]


def test_indentation_by_tabs_is_told_from_other_mistakes() -> None:
    assert ["RVN105"] == codes("a: b:\tc\n")


# bounds


def nested(levels: int) -> str:
    return "a: " + "[" * levels + "]" * levels


def test_nesting_up_to_the_bound_is_read() -> None:
    assert [] == codes(nested(MAX_DEPTH))


@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 1_000, 100_000])
def test_nesting_beyond_the_bound_is_refused_once(levels: int) -> None:
    assert ["RVN108"] == codes(nested(levels))


def test_deep_mappings_are_refused_too() -> None:
    assert ["RVN108"] == codes("".join(f"{' ' * n}a:\n" for n in range(100)))


def test_a_file_at_the_bound_is_read_and_one_beyond_is_not(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("#" * MAX_BYTES)
    assert [] == read(path).problems
    path.write_text("#" * (MAX_BYTES + 1))
    with pytest.raises(DefinitionError) as caught:
        read(path)
    assert ["RVN102"] == [problem.code for problem in caught.value.diagnostics]


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as caught:
        read(tmp_path)
    assert ["RVN101"] == [problem.code for problem in caught.value.diagnostics]


def test_what_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes("title: Ērģeles".encode("utf-16"))
    with pytest.raises(DefinitionError) as caught:
        read(path)
    assert ["RVN103"] == [problem.code for problem in caught.value.diagnostics]


def test_an_alias_bomb_does_not_grow() -> None:
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    begun = time.perf_counter()
    source = parse("\n".join(lines), "a.yaml")
    assert {"RVN106"} == {problem.code for problem in source.problems}
    assert [None] * 9 == source.data["a29"]
    assert 1 > time.perf_counter() - begun


@pytest.mark.parametrize("text", ["- a\n", "a,", "{", "[", "? a\n", "'a", "&a ", "*a ", "!", "# \n", "\t", "\u2028"])
def test_a_long_file_of_anything_is_read_or_refused_in_seconds(text: str) -> None:
    begun = time.perf_counter()
    parse(text * (100_000 // len(text)), "a.yaml")
    assert 5 > time.perf_counter() - begun
