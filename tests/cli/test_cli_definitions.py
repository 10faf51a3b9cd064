"""`rvn list`, `show`, `check`, `test` and `schema`: what they say about definitions, and how they end."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ran import Run, Write

import rvn
from rvn.cli.descriptions import DESCRIPTIONS
from rvn.cli.schema import schema
from rvn.definition.source import read

ROOT = Path(__file__).parents[2]


def _by_reference(ran: Any) -> dict[str, Any]:
    return {entry["reference"]: entry for entry in ran.data}


# list


def test_list_names_reference_title_status_and_what_is_withheld(run: Run) -> None:
    found = _by_reference(run("list", "--format", "json"))["sample@1"]
    assert "Sample scale" == found["title"]
    assert "draft" == found["status"]
    assert ["strength"] == found["withheld"]


def test_list_gives_titles_in_latvian(run: Run) -> None:
    assert "Parauga skala" == _by_reference(run("list", "--language", "lv", "--format", "json"))["sample@1"]["title"]


def test_a_broken_definition_is_listed_as_such_and_stops_no_other(run: Run) -> None:
    ran = run("list")
    assert 1 == ran.code
    assert ["broken@1", "cannot", "be", "read"] in [line.split() for line in ran.out.splitlines()]
    assert "sample@1" in ran.out


def test_what_to_type_about_a_broken_definition_stands_in_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert "Cannot be read; this says why:\n  rvn check broken@1" == run("list").out.rstrip().split("\n\n")[-1]


def test_a_listing_keeps_references_whole_and_fits_the_screen(run: Run) -> None:
    lines = run("list").out.splitlines()
    assert 80 >= max(map(len, lines))
    assert set(rvn.references()) <= {word for line in lines for word in line.split()[:1]}


def test_list_says_so_when_there_is_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rvn, "references", dict)
    ran = run("list")
    assert 0 == ran.code
    assert "There are no instruments." in ran.out


# show


def test_show_says_everything_an_assessor_should_know(run: Run) -> None:
    out = run("show", "sample@1").out
    for part in (
        "Serves the tests of the command line.",
        "Decisions about people.",
        "fictitious",
        "Nobody, Nothing, 2026, pages 12-19, doi:10.0000/none.",
        "mood: Mood",
        "high = 1  In high spirits",
        "0 = 0, 1-2 = 1, 3-99 = 2",
        "asked if mood == 'low'",
        "total: sum of mood, drinks; absent answers: up to 1",
        "level [the outcome]: levels of total\n      low ≥ 0, high ≥ 2",
        "Withheld unless asked for",
    ):
        assert part in out


def test_an_item_that_is_like_another_shows_its_options(run: Run) -> None:
    helped = run("show", "sample@1").out.partition("  helped\n")[2].splitlines()
    assert ["low = 0   In low spirits", "high = 1  In high spirits"] == [line.strip() for line in helped[:2]]


def test_show_speaks_latvian(run: Run) -> None:
    out = run("show", "sample@1", "--language", "lv").out
    assert "Nav paredzēts\n  Lēmumiem par cilvēkiem." in out
    assert "Purpose" not in out


def test_a_profile_shows_its_own_bounds(run: Run, write: Write) -> None:
    bands = "bands: [{id: level, of: total, levels: {low: 0, high: 3}, source: nobody}]"
    head = "rvn: 1\nid: here\nversion: '1'\nof: sample@1\ntitle: {en: Here}\nsources: {nobody: {cite: Nobody}}\n"
    name = write("here.yaml", head + bands)
    assert "low ≥ 0, high ≥ 3" in run("show", "sample@1", "--profile", name).out
    score = ("score", "sample@1", "mood=high", "drinks=1", "--on", "2026-11-21", "--format", "json")
    levels = [run(*score, *profile).data["outputs"]["level"]["value"] for profile in ((), ("--profile", name))]
    assert ["high", "low"] == levels


@pytest.mark.parametrize(("name", "code"), [("nowhere", "RVN101"), ("other.yaml", "RVN225")])
def test_a_profile_that_cannot_be_used_is_said(run: Run, write: Write, name: str, code: str) -> None:
    head = "rvn: 1\nid: here\nversion: '1'\nof: audit@2001\ntitle: {en: Here}\nsources: {nobody: {cite: Nobody}}\n"
    write("other.yaml", head)
    ran = run("show", "sample@1", "--profile", name, "--format", "json")
    assert (2, [code]) == (ran.code, ran.codes)


def test_show_names_overrides_and_the_next_assessment(run: Run, write: Write) -> None:
    more = """
reassess: {every: 6 months, or_when: [{en: a new offence}]}
overrides:
  level: {by: at most 1 level, directions: [up], reasons: [news], needs: second_person}
judgements:
  - {id: final, levels: [low, high], informed_by: [total], justify: required}
"""
    out = run("show", write("a.yaml", rvn.load("sample@1").loaded.path.read_text() + more)).out
    assert "Next assessment\n  every 6 months; or_when a new offence\n" in out
    assert "level: by at most 1 level; directions up; reasons news; needs second_person" in " ".join(out.split())
    assert "final: levels low, high; informed_by total; justify required\n" in out


def test_show_gives_the_definition_as_data(run: Run) -> None:
    data = run("show", "sample@1", "--format", "json").data
    assert rvn.load("sample@1").fingerprint == data["fingerprint"]
    assert ["strength"] == data["withheld"]
    assert {"low": 0, "high": 2} == data["definition"]["bands"][0]["levels"]


def assert_shown_within_80_columns(run: Run, references: list[str]) -> None:
    for reference in references:
        for language in ("en", "lv"):
            ran = run("show", reference, "--language", language)
            assert 0 == ran.code
            assert 80 >= max(map(len, ran.out.splitlines()))


def test_some_shipped_instruments_can_be_shown_within_80_columns(run: Run) -> None:
    assert_shown_within_80_columns(run, [name for name in rvn.references() if name != "broken@1"][::6])


@pytest.mark.slow
def test_every_shipped_instrument_can_be_shown_within_80_columns(run: Run) -> None:
    assert_shown_within_80_columns(run, [name for name in rvn.references() if name != "broken@1"])


# check


def test_check_prints_place_code_and_remedy_and_counts(run: Run) -> None:
    ran = run("check", "broken@1")
    assert 1 == ran.code
    first, remedy, *_, last = ran.out.splitlines()
    assert re.search(r"broken/1\.yaml:10:1: RVN201 no key 'itens' is allowed here$", first)
    assert "    did you mean 'items' or 'title'?" == remedy
    assert re.fullmatch(r"2 errors, \d+ warnings?", last)


def test_a_file_is_named_as_seen_from_here(run: Run, write: Write) -> None:
    name = write("1.yaml", "rvn: 2\n")
    assert "\n1.yaml:1:6: RVN204 " in run("check", name).out


def test_warnings_alone_are_no_problem(run: Run) -> None:
    ran = run("check", "combined@1")
    assert 0 == ran.code
    assert re.match(r"0 errors, [1-9]\d* warnings", ran.out.splitlines()[-1])


def test_check_gives_problems_as_data(run: Run) -> None:
    found = run("check", "broken@1", "--format", "json").data
    assert ("RVN201", "error", 10, 1) == tuple(found[0][key] for key in ("code", "severity", "line", "column"))


def test_check_of_something_sound_is_an_empty_list(run: Run) -> None:
    ran = run("check", "broward-decile@2016", "--format", "json")
    assert (0, []) == (ran.code, [problem for problem in ran.data if problem["severity"] == "error"])


@pytest.mark.parametrize(("name", "code"), [("nix.yaml", "RVN101"), ("nix@1", "RVN501"), ("sample", "RVN503")])
def test_what_is_not_there_cannot_be_checked_but_the_rest_is(run: Run, name: str, code: str) -> None:
    ran = run("check", name, "broken@1", "--format", "json")
    assert 2 == ran.code
    assert [code] == ran.codes
    assert "RVN201" in {problem["code"] for problem in ran.data}


# test


def test_test_runs_every_example_in_a_line(run: Run) -> None:
    ran = run("test", "sample@1")
    assert 0 == ran.code
    assert ["ok     sample@1  lowest", "ok     sample@1  highest"] == ran.out.splitlines()[:2]
    assert "4 examples, 0 failing" == ran.out.splitlines()[-1]


@pytest.fixture
def failing(run: Run, write: Write) -> str:
    """Return the file of a definition with one example that fails and one whose answers cannot be used."""
    text = rvn.load("sample@1").loaded.path.read_text()
    text = text.replace("{total: 3, level: high}", "{total: 2, level: low}").replace("drinks: 1}", "drinks: many}")
    return write("failing.yaml", text)


def test_only_the_examples_that_fail_fail(run: Run, failing: str) -> None:
    ran = run("test", failing, "--format", "json")
    assert 1 == ran.code
    assert [True, False, False, True] == [example["passed"] for example in ran.data]
    assert ["RVN408", "RVN408"] == [problem["code"] for problem in ran.data[1]["problems"]]
    assert ["RVN409"] == [problem["code"] for problem in ran.data[2]["problems"]]


def test_a_failing_example_says_what_was_found(run: Run, failing: str) -> None:
    ran = run("test", failing)
    assert 1 == ran.code
    assert "FAILS  sample@1  highest\n       test 'highest': total is 3, expected 2\n" in ran.out
    assert "4 examples, 2 failing" == ran.out.splitlines()[-1]


def test_examples_of_what_is_not_there_cannot_run(run: Run) -> None:
    ran = run("test", "nix@1")
    assert (2, "") == (ran.code, ran.out)
    assert ran.err.startswith("RVN501 ")


# schema


def test_the_schema_in_the_documentation_is_current(run: Run) -> None:
    printed = run("schema").out
    assert printed == (ROOT / "docs" / "schema" / "instrument-1.json").read_text(encoding="utf-8")
    assert {"$schema", "$id", "title", "description"} < json.loads(printed).keys()


def test_every_shipped_definition_fits_the_schema(run: Run) -> None:
    for reference, path in rvn.references().items():
        if reference != "broken@1":
            assert [] == _misfits(read(path).data, SCHEMA), reference


@pytest.mark.parametrize(
    ("change", "misfit"),
    [
        ({"itens": []}, "itens"),
        ({"status": "ready"}, "status"),
        ({"version": 1}, "version"),
        ({"derived": {"Age": 1}}, "Age"),
        ({"bands": [{"id": "level", "of": "total", "levels": {"low": 0}}]}, "levels"),
        ({"scales": [{"id": "total", "items": ["mood"], "round": {"to": 0}}]}, "round/to: too small"),
        ({"scales": [{"id": "total", "items": ["mood"], "round": {"to": 1e10}}]}, "round/to: too large"),
    ],
)
def test_the_schema_refuses_what_the_models_refuse(run: Run, change: dict[str, Any], misfit: str) -> None:
    data = read(rvn.load("sample@1").loaded.path).data
    assert any(misfit in found for found in _misfits(data | change, SCHEMA))


def test_the_schema_explains_every_key_in_a_sentence_of_its_own() -> None:
    parts = {"Definition": SCHEMA} | SCHEMA["$defs"]
    for name, part in parts.items():
        for key, entry in part["properties"].items():
            assert entry["description"].endswith((".", "…")), (name, key)
            assert "default" not in entry, (name, key)
    described = {(name, key) for name, keys in DESCRIPTIONS.items() for key in keys}
    assert {name for name, _ in described} - {"Sourced", "Part", "Rule"} <= set(parts)


SCHEMA = schema()
_TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "number": (int, float)}
_SAID_ELSEWHERE = {"$schema", "$id", "$defs", "title", "description", "default", "type", "required"}


def _misfits(value: Any, rule: dict[str, Any], at: str = "") -> list[str]:
    """Return where a value does not fit a JSON Schema; only the keywords that ours uses are known."""
    found: list[str] = []
    kind = rule.get("type")
    if kind == "integer":
        wrong = not isinstance(value, int) or isinstance(value, bool)
    else:
        wrong = kind is not None and (
            not isinstance(value, _TYPES[kind]) or (kind == "number" and isinstance(value, bool))
        )
    if wrong:
        return [f"{at}: not {kind}"]
    for key, part in rule.items():
        match key:
            case "$ref":
                found += _misfits(value, SCHEMA["$defs"][part.rpartition("/")[2]], at)
            case "anyOf":
                if all(_misfits(value, each, at) for each in part):
                    found.append(f"{at}: none of several")
            case "enum" | "const":
                if value not in (part if key == "enum" else [part]):
                    found.append(f"{at}: not allowed")
            case "pattern":
                if not re.search(part, value):
                    found.append(f"{at}: not {part}")
            case "minLength" | "minItems" | "minProperties":
                if len(value) < part:
                    found.append(f"{at}: too short")
            case "maxLength" | "maxItems" | "maxProperties":
                if len(value) > part:
                    found.append(f"{at}: too long")
            case "minimum" | "exclusiveMinimum":
                if value < part or (key == "exclusiveMinimum" and value == part):
                    found.append(f"{at}: too small")
            case "maximum" | "exclusiveMaximum":
                if value > part or (key == "exclusiveMaximum" and value == part):
                    found.append(f"{at}: too large")
            case "items":
                found += [miss for index, each in enumerate(value) for miss in _misfits(each, part, f"{at}/{index}")]
            case "propertyNames":
                found += [miss for name in value for miss in _misfits(str(name), part, f"{at}/{name}")]
            case "properties" | "patternProperties" | "additionalProperties":
                pass
            case _:
                assert key in _SAID_ELSEWHERE, key
    if kind == "object":
        for name, each in value.items():
            found += _member(str(name), each, rule, f"{at}/{name}")
        found += [f"{at}/{name}: missing" for name in rule.get("required", []) if name not in value]
    return found


def _member(name: str, value: Any, rule: dict[str, Any], at: str) -> list[str]:
    if name in rule.get("properties", {}):
        return _misfits(value, rule["properties"][name], at)
    for pattern, part in rule.get("patternProperties", {}).items():
        if re.search(pattern, name):
            return _misfits(value, part, at)
    more = rule.get("additionalProperties", True)
    if isinstance(more, dict):
        return _misfits(value, more, at)
    return [] if more else [f"{at}: no such name"]
