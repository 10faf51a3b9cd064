"""Migrations: read strictly, and the same for one person and for a frame."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from test_rescore import FIRST, HEAD, MIGRATION, SECOND

import rvn
from rvn.errors import AnswersError, DefinitionError
from rvn.versions import carry, migration, rescore


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a migration between two small instruments."""
    folder = tmp_path / "small"
    (folder / "migrations").mkdir(parents=True)
    (folder / "1.yaml").write_text(HEAD.format(version="1") + FIRST)
    (folder / "2.yaml").write_text(HEAD.format(version="2") + SECOND)
    path = folder / "migrations" / "from-1.yaml"
    path.write_text(MIGRATION)
    monkeypatch.setenv("RVN_PATH", str(tmp_path))
    return path


def problems(path: Path, old: str, new: str) -> list[str]:
    """Return what is said about the migration after a change, without its folder."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(DefinitionError) as caught:
        migration("small@1", "small@2")
    return [str(problem).replace(f"{path.parent}/", "") for problem in caught.value.diagnostics]


MISTAKES = {
    "an option that the new version lacks": (
        "full: employed",
        "full: employd",
        "from-1.yaml:9:21: RVN304 'work' has no option 'employd'",
    ),
    "an option that the old version lacks": (
        "{full: employed",
        "{fulltime: employed, full: employed",
        "from-1.yaml:9:15: RVN304 'employment' has no option 'fulltime'",
    ),
    "an option without a place": (
        ", hidden: refused}",
        "}",
        "from-1.yaml:9:14: RVN443 nothing says what becomes of 'hidden' of 'employment'",
    ),
    "an answer that the old version lacks": (
        "value: adult + youth",
        "value: adult + yout",
        "from-1.yaml:12:20: RVN207 there is no item or value 'yout'",
    ),
    "an answer that the new version lacks": (
        "  convictions:\n",
        "  convictionss:\n",
        "from-1.yaml:11:3: RVN207 there is no answer in small@2 'convictionss'",
    ),
    "a reason that there is not": (
        "absent: not_asked",
        "absent: never",
        "RVN207 there is no reason for absence 'never'",
    ),
    "a number for a choice": (
        'choose: {"yes": age < 25, "no": age >= 25}',
        "value: age",
        "RVN204 `value`: 'young' is answered by an option",
    ),
    "an unknown key": ("dropped:", "droped:", "RVN201 no key 'droped' is allowed here"),
    "a loss without a note": (
        "note: {en: Full and part time are one., lv: Pilna un nepilna slodze ir viens.}",
        "exact: true",
        "RVN446 'work' is not taken over whole: options are no longer told apart: 'full', 'part', 'hidden'",
    ),
    "outputs that cannot be compared without a word": (
        "comparable: no, note: {en: Other items., lv: Citi panti.}",
        "comparable: no",
        "RVN202 the key 'note' is missing",
    ),
    "an output that there is not": (
        "  level: {from: level",
        "  levl: {from: level",
        "there is no output in small@2 'levl'",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_where_it_stands(mistake: str, small: Path) -> None:
    old, new, expected = MISTAKES[mistake]
    assert any(expected in problem for problem in problems(small, old, new))


def test_all_mistakes_are_told_at_once(small: Path) -> None:
    small.write_text(small.read_text().replace("same: [seen]", "same: [sen]").replace("adult + youth", "adult + yout"))
    with pytest.raises(DefinitionError) as caught:
        migration("small@1", "small@2")
    assert {"RVN207", "RVN444", "RVN445"} >= {problem.code for problem in caught.value.diagnostics} >= {"RVN207"}
    assert 2 <= len(caught.value.diagnostics)


def test_check_of_the_new_version_reads_the_migration(small: Path) -> None:
    small.write_text(small.read_text().replace("full: employed", "full: employd"))
    assert "RVN304" in {problem.code for problem in rvn.load("small@2").check()}
    assert "RVN304" not in {problem.code for problem in rvn.load("small@1").check()}


PEOPLE = [
    {"seen": 0, "employment": "none", "adult": 1, "youth": 1, "age": 24.9, "hobby": "yes"},
    {"seen": 1, "employment": "full", "adult": 2, "youth": 0, "age": 25, "hobby": "no"},
    {"seen": 1, "employment": "hidden", "adult": 0, "youth": 0},
    {"seen": 1, "employment": "unknown", "adult": 1, "youth": 2, "age": 40},
    {"employment": "refused", "youth": 1, "age": 60, "adult": "unknown"},
    {},
]


def test_one_person_and_a_frame_are_read_alike(small: Path) -> None:
    found = migration("small@1", "small@2")
    new = rvn.load("small@2")
    one_by_one = [new.score(carry(found, person)) for person in PEOPLE]
    frame = rescore(pd.DataFrame(PEOPLE), "small@1", "small@2").frame
    for name in ("score", "level"):
        for what in ("value", "low", "high"):
            column = f"new_{name}" if what == "value" else f"new_{name}_{what}"
            values = [None if pd.isna(value) else value for value in frame[column].astype(object)]
            assert [getattr(result[name], what) for result in one_by_one] == values
        assert [str(result[name].status) for result in one_by_one] == frame[f"new_{name}_status"].tolist()


def test_answers_of_one_person_are_carried_by_name(small: Path) -> None:
    assert {"seen": 1, "work": "refused", "convictions": 0, "housing": "not_asked"} == carry(
        migration("small@1", "small@2"), PEOPLE[2]
    )


def test_an_answer_that_cannot_be_used_is_refused_without_being_repeated(small: Path) -> None:
    with pytest.raises(AnswersError) as caught:
        carry(migration("small@1", "small@2"), {"adult": -17, "hobby": "marked", "sen": 1})
    assert 3 == len(caught.value.diagnostics)
    assert "17" not in str(caught.value)
    assert "marked" not in str(caught.value)


def test_every_shipped_migration_is_right() -> None:
    assert migration("static-99@1999", "static-99r@2016").is_exact
    assert migration("static-99r@2009", "static-99r@2016").is_exact
