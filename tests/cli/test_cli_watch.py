"""`rvn check --watch`: checks at every change, and ends cleanly."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from ran import Run, Write

from rvn.cli import watch

FILE = "mine/0.1.yaml"
CLOCK = r"\d\d:\d\d:\d\d\n"


@pytest.fixture
def meanwhile(run: Run, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Start a definition; do one thing at each pause, and then interrupt."""
    run("new", "mine")

    def plan(*deeds: Callable[[], object]) -> None:
        waiting = list(deeds)

        def pause(seconds: float) -> None:
            if not waiting:
                raise KeyboardInterrupt
            waiting.pop(0)()

        monkeypatch.setattr(watch, "pause", pause)

    return plan


def _changed(name: str, old: str, new: str) -> Callable[[], object]:
    def change() -> None:
        path = Path(name)
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def test_it_checks_at_once_and_ends_with_0_at_the_keyboard(run: Run, meanwhile: Callable[..., None]) -> None:
    meanwhile()
    ran = run("check", "--watch", FILE)
    assert (0, "") == (ran.code, ran.err)
    assert re.fullmatch(rf"{CLOCK}0 errors, 0 warnings\n\n", ran.out)


def test_it_checks_again_when_the_definition_changes_and_keeps_what_it_said(
    run: Run, meanwhile: Callable[..., None]
) -> None:
    meanwhile(_changed(FILE, "items:", "itens:"), _changed(FILE, "itens:", "items:"))
    results = re.findall(r"^\d+ errors?, \d+ warnings?$", run("check", "--watch", FILE).out, re.MULTILINE)
    assert ["0 errors, 0 warnings", "6 errors, 0 warnings", "0 errors, 0 warnings"] == results


@pytest.mark.parametrize("name", ["mine/texts/lv.yaml", "mine/norms/rates.csv", "mine/profiles/here.yaml"])
def test_it_checks_again_when_texts_tables_or_profiles_change(
    run: Run, meanwhile: Callable[..., None], name: str
) -> None:
    def touch() -> None:
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).open("a").close()
        os.utime(name, (1, 1))

    meanwhile(touch)
    assert 2 == len(re.findall(CLOCK, run("check", "--watch", FILE).out))


def test_nothing_is_said_while_nothing_changes(run: Run, meanwhile: Callable[..., None]) -> None:
    meanwhile(*[lambda: None] * 5)
    assert 1 == len(re.findall(CLOCK, run("check", "--watch", FILE).out))


def test_a_file_that_goes_may_come_back(run: Run, meanwhile: Callable[..., None]) -> None:
    content = Path(FILE).read_text(encoding="utf-8")
    meanwhile(Path(FILE).unlink, lambda: Path(FILE).write_text(content, encoding="utf-8"))
    ran = run("check", "--watch", FILE)
    assert 0 == ran.code
    assert ran.err.startswith(f"{FILE}:1:1: RVN101 there is no such file")
    assert re.search(rf"{CLOCK}\n{CLOCK}0 errors, 0 warnings\n\n$", ran.out)


def test_a_change_of_a_component_is_noticed(
    run: Run, meanwhile: Callable[..., None], write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RVN_PATH", ".")
    head = "rvn: 1\nid: whole\nversion: '1'\nstatus: draft\ntitle: {en: W}\npurpose: {en: W}\nnot_for: {en: W}\n"
    more = "licence: {terms: none, ship: false}\nsources: {a: {cite: A}}\nuses: {part: mine@0.1}\n"
    last = "derived: {x: part.total}\nscales: [{id: total, items: [x]}]\noutcome: total\n"
    Path("whole").mkdir()
    meanwhile(_changed(FILE, "id: total", "id: totals"))
    out = run("check", "--watch", write("whole/1.yaml", head + more + last)).out
    assert 2 == len(re.findall(CLOCK, out))
    assert re.search(r"^[1-9]\d* errors?, ", out, re.MULTILINE)


@pytest.mark.parametrize(("name", "code"), [("nix.yaml", "RVN101"), ("nix@1", "RVN501")])
def test_what_is_not_there_cannot_be_watched(run: Run, name: str, code: str) -> None:
    ran = run("check", "--watch", name)
    assert 2 == ran.code
    assert code in ran.err.splitlines()[0]


def test_data_are_not_watched(run: Run) -> None:
    ran = run("check", "--watch", "sample@1", "--format", "json")
    assert (2, ["RVN924"]) == (ran.code, ran.codes)
