"""Rescoring: old and new side by side, what became of every row and why, in every kind of frame."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import rvn
from rvn.errors import CatalogError, FrameError
from rvn.versions import rescore

OLD, NEW = "static-99@1999", "static-99r@2016"

# The man of three published vectors, at four ages: Static-99 totals as printed in the journal, Static-99R totals by the
# points for age of the tally sheet of 2016 (1 under 35, 0 under 40, -1 under 60, -3 from 60).
TEXAS = {"prior_charges": 1, "prior_convictions": 1, "sentencing_dates": 0}
MARYLAND = {"prior_charges": 6, "prior_convictions": 4, "sentencing_dates": 4}
AGES = [30, 37, 45, 61]


def people(counts: dict[str, int], ages: list[Any]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "sex": "male",
            "index_offence": "current",
            "liberty": None,
            "age_at_release": ages,
            "lived_with_partner": "no",
            "index_violence": "no",
            "prior_violence": "no",
            **counts,
            "noncontact_offence": "no",
            "unrelated_victim": "yes",
            "stranger_victim": "yes",
            "male_victim": "no",
        }
    )


def scored(frame: pd.DataFrame) -> pd.DataFrame:
    return rvn.load(OLD).score_frame(frame).frame


@pytest.mark.parametrize(
    ("counts", "total", "totals", "levels"),
    [
        (TEXAS, 4, [5, 4, 3, 1], ["IVa", "IVa", "III", "III"]),
        (MARYLAND, 7, [8, 7, 6, 4], ["IVb", "IVb", "IVb", "IVa"]),
    ],
)
def test_published_vectors_are_read_by_static_99r(
    counts: dict[str, int], total: int, totals: list[int], levels: list[str]
) -> None:
    frame = rescore(scored(people(counts, AGES)), OLD, NEW).frame
    assert [total] * 4 == frame["total"].tolist()
    assert totals == frame["new_total"].tolist()
    assert levels == frame["new_level"].tolist()


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, pa.table])
def test_every_kind_of_frame_gives_the_same(kind: Any) -> None:
    frame = people(TEXAS, [30, 37, None])
    given = {name: [None if pd.isna(value) else value for value in frame[name]] for name in frame}
    found = rescore(kind(given), OLD, NEW)
    assert kind is pa.table or isinstance(found.frame, kind)
    columns = [
        list(map(str, found.frame[name].to_pylist() if kind is pa.table else found.frame[name]))
        for name in ("old_total", "new_total", "rescoring")
    ]
    assert ["changed", "same", "cannot be rescored"] == columns[2]
    assert (["4", "4"], ["5", "4"]) == (columns[0][:2], columns[1][:2])


def test_ages_from_25_to_under_35_gain_a_point_and_older_ones_lose() -> None:
    ages = [18, 24.99, 25, 34.99, 35, 39.99, 40, 59.99, 60, 80]
    frame = rescore(scored(people(TEXAS, ages)), OLD, NEW).frame
    assert [0, 0, 1, 1, 0, 0, -1, -1, -3, -3] == (frame["new_total"] - frame["total"]).tolist()
    assert ["same", "changed", "changed"] == [frame["rescoring"][age] for age in (4, 2, 9)]


def test_recorded_results_stay_as_they_are() -> None:
    before = scored(people(TEXAS, AGES))
    before["total"] = [9, 9, 9, 9]  # what somebody recorded, whatever the answers say
    after = rescore(before, OLD, NEW).frame
    pd.testing.assert_frame_equal(before, after[before.columns])
    assert not [name for name in after if name.startswith("old_")]


def test_recorded_results_that_do_not_follow_from_their_answers_are_told() -> None:
    before = scored(people(TEXAS, [30, 37, 45, None, None, 17, 30]))
    # Static-99 gives them 4 and moderate-high; without the age 4 and 5 are left open; nothing is said of a boy of 17.
    before["total"] = [4, 5, 4, 5, 9, 4, None]
    before["category"] = ["moderate_high", "moderate_high", "high", "moderate_high", "high", None, None]
    found = rescore(before, OLD, NEW)
    assert [None, "total", "category", None, "total, category", "total", None] == [
        None if value != value else value for value in found.frame["rescoring_doubts"].astype(object)
    ]
    assert {"total": 3, "category": 2} == found.summary.of("doubt")
    (line,) = (line for line in found.summary.lines("en") if line.startswith("Recorded results that do not follow"))
    assert "answers: 4 (57.1 %)." in line
    assert f"  3: {rvn.load(OLD).wording('en').label('total')}" in found.summary.lines("en")


def test_old_results_are_computed_where_none_were_recorded() -> None:
    frame = rescore(people(TEXAS, AGES), OLD, NEW).frame
    assert [4, 4, 4, 4] == frame["old_total"].tolist()


def test_a_column_is_never_written_over() -> None:
    frame = rescore(people(TEXAS, AGES), OLD, NEW).frame
    with pytest.raises(FrameError, match="already has a column"):
        rescore(frame, OLD, NEW)
    with pytest.raises(FrameError, match="the rows were rescored before"):
        rescore(frame.drop(columns=[name for name in frame if name.startswith("old_")]), OLD, NEW, prefix="again_")


def test_a_row_without_a_new_result_says_why() -> None:
    frame = people(TEXAS, [30, None, 17, 30, 37])
    frame["sentencing_dates"] = [0, 0, 0, -1, 0]
    frame["stranger_victim"] = ["yes", "yes", "yes", "yes", None]
    found = rescore(frame, OLD, NEW)
    assert [
        None,
        "too_few_answers: age_at_release",
        "not_applicable",
        "invalid: sentencing_dates",
        "undecided: stranger_victim",
    ] == [None if value != value else value for value in found.frame["rescoring_why"].astype(object)]
    assert ["changed", *["cannot be rescored"] * 4] == found.frame["rescoring"].tolist()
    assert (1, 4, 5) == (found.summary.count("changed"), found.summary.count("cannot be rescored"), found.summary.rows)


def test_overrides_are_to_be_reviewed() -> None:
    frame = scored(people(TEXAS, [30, 37, 45])).assign(
        category_override=["high", "high", None], category_override_status=["applied", "refused", "none"]
    )
    found = rescore(frame, OLD, NEW)
    assert ["no longer allowed", None, None] == [
        None if value != value else value for value in found.frame["new_level_review"].astype(object)
    ]
    assert {"no longer allowed": 1} == found.summary.reviews


def test_the_transition_table_counts_every_row() -> None:
    rows, columns, numbers = rescore(people(MARYLAND, [*AGES, None]), OLD, NEW).summary.transition
    assert ["low", "moderate_low", "moderate_high", "high", "–"] == rows
    assert ["I", "II", "III", "IVa", "IVb", "–"] == columns
    assert [[0] * 6, [0] * 6, [0] * 6, [0, 0, 0, 1, 3, 0], [0, 0, 0, 0, 0, 1]] == numbers


def test_a_manager_reads_what_happened_in_either_language() -> None:
    summary = rescore(people(TEXAS, [30, 37, 45, None]), OLD, NEW).summary
    assert "Changed: 2 (50 %)." in summary.lines("en")
    assert "Mainījušies: 2 (50 %)." in summary.lines("lv")
    assert "Šis rezultāts nav lēmums." == summary.lines("lv")[-1]
    assert "  1: pārāk maz atbilžu: Vecums atbrīvošanas brīdī" in summary.lines("lv")


def test_a_day_for_all_rows_stands_for_a_column_of_days() -> None:
    instrument = rvn.load("ogrs4@1.0")
    frame = pd.DataFrame({name: [None] for name in instrument.plan.fields if name != "assessed_on"}, dtype=object)
    one = rescore(frame, instrument, instrument, on="2026-01-01").frame
    other = rescore(frame.assign(assessed_on="2026-01-01"), instrument, instrument).frame
    assert one["rescoring_why"][0].startswith("too_few_answers: ")
    assert other["rescoring_why"].tolist() == one["rescoring_why"].tolist()


def test_a_manager_reads_why_a_result_is_withheld() -> None:
    frame = people(TEXAS, [30, 37]).assign(prior_violence=["no", "yes"], index_violence="no", prior_charges=[1, 8])
    frame.loc[1, "prior_convictions"] = 0
    summary = rescore(frame, OLD, NEW).summary
    assert {"withheld": 1} == summary.of("why")
    assert "  1: withheld, because a rule for it rests on facts that nobody has checked against their source" in (
        summary.lines("en")
    )
    assert any(line.startswith("  1: netiek rādīts, jo tā noteikums") for line in summary.lines("lv"))


# What is refused.


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"instrument": [OLD, NEW]}, "RVN781"),
        ({"instrument": ["static-99", "static-99"], "version": ["1999", "2003"]}, "RVN781"),
        ({"instrument": [NEW, NEW]}, "RVN782"),
        ({"instrument": ["static-99", "static-99"]}, "RVN783"),
        ({"instrument": [OLD, None]}, "RVN783"),
        ({"instrument": ["static-99", "static-99"], "version": ["1999", None]}, "RVN783"),
    ],
)
def test_a_version_is_not_guessed(columns: dict[str, list[Any]], code: str) -> None:
    with pytest.raises(FrameError, match=code):
        rescore(scored(people(TEXAS, [30, 40])).assign(**columns), OLD, NEW)


def test_results_that_name_the_old_version_are_rescored() -> None:
    frame = people(TEXAS, [30, 40]).assign(instrument="static-99", version="1999")
    assert ["changed", "changed"] == rescore(frame, OLD, NEW).frame["rescoring"].tolist()


def test_levels_of_another_version_are_refused() -> None:
    frame = scored(people(TEXAS, [30, 40]))
    frame["category"] = ["IVa", "III"]
    with pytest.raises(FrameError, match="RVN784"):
        rescore(frame, OLD, NEW)


def test_without_a_migration_nothing_is_rescored() -> None:
    with pytest.raises(CatalogError, match="no migration says how answers to audit@2001 are read by static-99r@2016"):
        rescore(people(TEXAS, [30]), "audit@2001", NEW)


def test_lacking_columns_are_named_all_at_once() -> None:
    frame = people(TEXAS, [30]).drop(columns=["sex", "male_victim"])
    with pytest.raises(FrameError) as caught:
        rescore(frame, OLD, NEW)
    assert ["RVN701", "RVN701"] == [problem.code for problem in caught.value.diagnostics]


# A migration that does everything there is to do.

MIGRATION = """\
rvn: 1
from: small@1
to: small@2
note: {en: The second version., lv: Otrā versija.}
same: [seen]
answers:
  work:
    from: employment
    options: {full: employed, part: employed, none: "no", hidden: refused}
    note: {en: Full and part time are one., lv: Pilna un nepilna slodze ir viens.}
  convictions:
    value: adult + youth
    note: {en: The sum., lv: Summa.}
  young:
    choose: {"yes": age < 25, "no": age >= 25}
    note: {en: By age., lv: Pēc vecuma.}
    exact: false
  housing:
    absent: not_asked
    note: {en: Not asked., lv: Nejautāja.}
dropped:
  hobby: {en: Not asked any more., lv: Vairs nejautā.}
outputs:
  score: {from: score, comparable: no, note: {en: Other items., lv: Citi panti.}}
  level: {from: level, comparable: yes}
"""
HEAD = """\
rvn: 1
id: small
version: "{version}"
status: draft
title: {{en: Small scale, lv: Maza skala}}
purpose: {{en: A test., lv: Tests.}}
not_for: {{en: People., lv: Cilvēkiem.}}
licence: {{terms: fictitious, ship: true}}
sources: {{manual: {{cite: Nobody}}}}
"""
FIRST = """\
items:
  - {id: seen, kind: count, points: {0: 0, 1+: 1}}
  - {id: employment, kind: choice, options: {full: 0, part: 0, none: 1, hidden: 1}}
  - {id: adult, kind: count, points: {0: 0, 1+: 1}}
  - {id: youth, kind: count, points: {0: 0, 1+: 1}}
  - {id: age, kind: number, range: [10, 99], points: {10-25: 1, 25-99: 0}}
  - {id: hobby, kind: choice, options: {"yes": 0, "no": 1}}
scales:
  - {id: score, items: [seen, employment, adult, youth, age, hobby]}
bands:
  - {id: level, of: score, levels: {low: 0, high: 3}}
outcome: level
"""
SECOND = """\
items:
  - {id: seen, kind: count, points: {0: 0, 1+: 1}}
  - {id: work, kind: choice, options: {"no": 1, employed: 0}}
  - {id: convictions, kind: count, range: [0, 9], points: {0: 0, 1-2: 1, 3-9: 2}}
  - {id: young, kind: choice, options: {"no": 0, "yes": 1}}
  - {id: housing, kind: choice, options: {"no": 1, "yes": 0}}
scales:
  - {id: score, items: [seen, work, convictions, young, housing], missing: {allow: 2, method: zero}}
bands:
  - {id: level, of: score, levels: {low: 0, high: 3}}
outcome: level
"""


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "small"
    (folder / "migrations").mkdir(parents=True)
    (folder / "1.yaml").write_text(HEAD.format(version="1") + FIRST)
    (folder / "2.yaml").write_text(HEAD.format(version="2") + SECOND)
    (folder / "migrations" / "from-1.yaml").write_text(MIGRATION)
    monkeypatch.setenv("RVN_PATH", str(tmp_path))
    return folder


SMALL = pd.DataFrame(
    {
        "seen": [0, 1, 1, 1, 1, 1],
        "employment": ["none", "full", "hidden", "unknown", "part", "full"],
        "adult": [1, 2, 0, 1, 9, None],
        "youth": [1, 0, 0, 2, 9, 1],
        "age": [24.9, 25, None, 40, 50, 60],
        "hobby": ["yes", "no", None, "yes", "no", "maybe"],
    }
)


def test_answers_are_renamed_derived_grouped_and_dropped(small: Path) -> None:
    found = rescore(SMALL, "small@1", "small@2")
    # 0 + 1 + 1 + 1; 1 + 0 + 1 + 0; work and young are absent beside housing, which are three; …
    assert [3, 2, None, 3, None, 1] == [None if pd.isna(v) else v for v in found.frame["new_score"]]
    assert "invalid: convictions" == found.frame["rescoring_why"][4]


def test_what_is_lost_stands_in_its_row_and_in_the_summary(small: Path) -> None:
    found = rescore(SMALL, "small@1", "small@2")
    assert [
        "young, hobby",
        "work, young, hobby",
        "work",
        "young, hobby",
        "work, young, hobby",
        "work, young",
    ] == found.frame["rescoring_losses"].astype(object).tolist()
    assert {"young": 5, "hobby": 4, "work": 4} == found.summary.of("loss")
    assert "Nav pārņemts pilnībā: work; novērtējumu skaits: 4. Pilna un nepilna slodze ir viens." in (
        found.summary.lines("lv")
    )


def test_a_cell_that_cannot_be_used_makes_what_is_derived_from_it_unusable(small: Path) -> None:
    frame = SMALL.assign(adult=[-1, 1, 1, 1, 1, 1], age=[20, 20, 20, 20, 20, 200])
    found = rescore(frame, "small@1", "small@2")
    assert ["invalid: adult", "invalid: age"] == [found.frame["rescoring_why"][row] for row in (0, 5)]
    assert [(0, "adult", "-1"), (5, "age", "200")] == [
        (row, item, value)
        for row, item, value in found.problems[["row", "item", "value"]].itertuples(index=False)
        if row in (0, 5)
    ]


def test_rescoring_a_version_to_itself_changes_nothing(small: Path) -> None:
    found = rescore(rvn.load("small@1").score_frame(SMALL).frame, "small@1", "small@1")
    assert {"same": 4, "cannot be rescored": 2} == {
        status: found.summary.count(status) for status in ("same", "cannot be rescored")
    }


# Numbers and dates under another name, whose reasons for absence are called otherwise in the new version.

REASONS = """\
rvn: 1
from: reasons@1
to: reasons@2
note: {en: The second version., lv: Otrā versija.}
answers:
  convictions: {from: priors, options: {lost: unknown}}
  since: {from: day, options: {lost: unknown}}
outputs:
  level: {from: level, comparable: yes}
"""
ASKED = """\
given:
  {day}: {{kind: date{absence}}}
items:
  - {{id: {priors}, kind: count, points: {{0: 0, 1+: 1}}{absence}}}
scales:
  - {{id: score, items: [{priors}]}}
bands:
  - {{id: level, of: score, levels: {{low: 0, high: 1}}}}
outcome: level
"""


@pytest.fixture
def reasons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "reasons"
    (folder / "migrations").mkdir(parents=True)
    old, new = {"day": "day", "priors": "priors"}, {"day": "since", "priors": "convictions"}
    head = HEAD.replace("small", "reasons")
    (folder / "1.yaml").write_text(head.format(version="1") + ASKED.format(**old, absence=", absence: [unknown, lost]"))
    (folder / "2.yaml").write_text(head.format(version="2") + ASKED.format(**new, absence=""))
    (folder / "migrations" / "from-1.yaml").write_text(REASONS)
    monkeypatch.setenv("RVN_PATH", str(tmp_path))


@pytest.mark.parametrize(
    ("kind", "priors"),
    [
        (pd.DataFrame, [0, 2, "lost", None, -1]),
        (pd.DataFrame, [0, 2, None, None, -1]),
        (pl.DataFrame, [0, 2, None, None, -1]),
    ],
)
def test_reasons_among_numbers_and_dates_are_renamed(kind: Any, priors: list[Any], reasons: None) -> None:
    frame = kind({"priors": priors, "day": ["2020-01-31", "lost", None, "refused", "never"]})
    found = rescore(frame, "reasons@1", "reasons@2")
    assert ["low", "high", None, None, None] == [None if v != v else v for v in found.frame["new_level"]]
    assert {(4, "convictions"), (4, "since")} == set(_cells(found))


def _cells(found: Any) -> list[tuple[int, str]]:
    return list(zip(found.problems["row"].to_list(), found.problems["item"].to_list(), strict=True))
