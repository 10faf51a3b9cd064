"""`rvn new`: what it writes is sound as it stands, and nothing of anybody's is written over."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ran import Run, Write

import rvn

FILES = ["re-entry/0.1.yaml", "re-entry/texts/en.yaml", "re-entry/texts/lv.yaml"]


def test_a_new_definition_passes_every_check_and_its_examples(run: Run) -> None:
    assert FILES == run("new", "re-entry", "--format", "json").data
    assert (0, "0 errors, 0 warnings\n") == (run("check", FILES[0]).code, run("check", FILES[0]).out)
    assert "8 examples, 0 failing" == run("test", FILES[0]).out.splitlines()[-1]


def test_a_new_definition_has_the_name_that_was_given_and_can_be_loaded_by_it(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("new", "re-entry", "--to", "mine")
    monkeypatch.setenv("RVN_PATH", "mine")
    assert "re-entry@0.1" == rvn.load("re-entry@0.1").reference


def test_every_part_has_texts_in_english_and_latvian(run: Run) -> None:
    run("new", "re-entry")
    texts = rvn.load(FILES[0]).loaded.texts
    assert {"en", "lv"} == set(texts)
    assert set(texts["en"]) == set(texts["lv"])


def test_every_part_of_the_definition_has_a_comment_that_teaches(run: Run) -> None:
    run("new", "re-entry")
    text = Path(FILES[0]).read_text(encoding="utf-8")
    for section in ("given", "derived", "eligible", "items", "scales", "bands", "rules", "flags", "outcome", "tests"):
        assert re.search(rf"^# .*\n{section}:", text, re.MULTILINE), section


def test_nothing_is_written_over_and_nothing_half_written(run: Run, write: Write) -> None:
    Path("re-entry/texts").mkdir(parents=True)
    write(FILES[2], "mine\n")
    ran = run("new", "re-entry", "--format", "json")
    assert (2, ["RVN921"]) == (ran.code, ran.codes)
    assert ("mine\n", [FILES[2]]) == (
        Path(FILES[2]).read_text(encoding="utf-8"),
        [str(path) for path in Path().rglob("*.yaml")],
    )


@pytest.mark.parametrize("name", ["Re-entry", "re_entry", "re-entry@1", "../re-entry", "", "-", "x" * 65])
def test_a_name_that_no_instrument_can_have_is_refused(run: Run, name: str) -> None:
    ran = run("new", "--format", "json", "--", name)
    assert (2, ["RVN922"]) == (ran.code, ran.codes)
    assert [] == list(Path().iterdir())


def test_a_place_that_is_no_folder_is_said(run: Run, write: Write) -> None:
    ran = run("new", "re-entry", "--to", write("mine", "x"), "--format", "json")
    assert (2, ["RVN911"]) == (ran.code, ran.codes)


def test_what_to_do_next_is_said(run: Run) -> None:
    assert "rvn check --watch re-entry/0.1.yaml" in run("new", "re-entry").out
