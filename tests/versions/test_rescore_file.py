"""Rescoring files: streamed like scoring, the source untouched, and the version said, never guessed."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_rescore import TEXAS, people

import rvn
from rvn.batch import chunk, csv_source
from rvn.errors import CatalogError, FrameError
from rvn.versions import rescore, rescore_file

OLD, NEW = "static-99@1999", "static-99r@2016"


@pytest.fixture
def answers() -> pd.DataFrame:
    ages = [18 + step * 0.5 for step in range(100)]
    return people(TEXAS, [*ages, None]).assign(liberty=pd.Series([None] * 101, dtype="str"))


@pytest.fixture
def old(tmp_path: Path, answers: pd.DataFrame) -> Path:
    """Return a file of results of Static-99, as rvn makes it."""
    pq.write_table(pa.Table.from_pandas(answers, preserve_index=False), tmp_path / "answers.parquet")
    rvn.load(OLD).score_file(tmp_path / "answers.parquet", tmp_path / "old.parquet")
    return tmp_path / "old.parquet"


def test_a_file_says_what_the_frame_says(old: Path, answers: pd.DataFrame) -> None:
    done = rescore_file(old, old.with_name("new.parquet"), OLD, NEW)
    made = pq.read_table(done.destination).to_pandas()
    frame = rescore(rvn.load(OLD).score_frame(answers).frame, OLD, NEW)
    assert list(frame.frame) == list(made)
    for name in ("total", "new_total", "new_level", "rescoring", "rescoring_why"):
        expected = [None if pd.isna(value) else value for value in frame.frame[name].astype(object)]
        assert expected == [None if pd.isna(value) else value for value in made[name].astype(object)]
    assert frame.summary.counts == done.summary.counts
    assert 101 == done.account.rows_in == done.account.rows_out == done.summary.rows


def test_a_file_is_rescored_in_parts_as_a_whole(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = rescore_file(old, old.with_name("whole.parquet"), OLD, NEW)
    monkeypatch.setattr(chunk, "ROWS", 16)
    parts = rescore_file(old, old.with_name("parts.parquet"), OLD, NEW)
    assert pq.read_table(whole.destination).equals(pq.read_table(parts.destination))
    assert whole.summary.counts == parts.summary.counts


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_overrides_and_doubts_of_one_part_are_those_of_the_whole(
    kind: str, old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Only the first part has overrides, applied ones among them, and a total that nobody computed.
    frame = pq.read_table(old).to_pandas().astype(object)
    frame.loc[3, "total"] = 9
    frame["category_override"] = ["high"] * 3 + [None] * 98
    frame["category_override_status"] = ["applied", "refused", "applied", *["none"] * 98]
    source = old.with_name(f"overridden.{kind}")
    table = pa.Table.from_pandas(frame, preserve_index=False)
    pq.write_table(table, source) if kind == "parquet" else frame.to_csv(source, index=False)
    monkeypatch.setattr(chunk, "ROWS", 16)
    monkeypatch.setattr(csv_source, "BLOCK", 2000)
    done = rescore_file(source, old.with_name(f"new.{kind}"), OLD, NEW)
    expected = rescore(table, OLD, NEW)
    assert {"no longer allowed": 2} == done.summary.reviews == expected.summary.reviews
    assert {"total": 1} == done.summary.of("doubt")
    assert expected.summary.counts == done.summary.counts


def test_the_source_stays_as_it_is_and_nothing_is_written_over(old: Path) -> None:
    before = old.read_bytes()
    rescore_file(old, old.with_name("new.parquet"), OLD, NEW)
    assert before == old.read_bytes()
    with pytest.raises(rvn.RvnError):
        rescore_file(old, old.with_name("new.parquet"), OLD, NEW)
    with pytest.raises(FrameError):
        rescore_file(old, old, OLD, NEW, replace=True)
    assert before == old.read_bytes()


def test_the_file_says_which_version_it_was_made_with(old: Path) -> None:
    done = rescore_file(old, old.with_name("new.parquet"), None, NEW)
    assert (OLD, ()) == (done.summary.old.reference, done.warnings)
    with pytest.raises(FrameError, match="made with static-99@1999, not with static-99r@2009"):
        rescore_file(old, old.with_name("other.parquet"), "static-99r@2009", NEW)
    with pytest.raises(CatalogError, match="a version is not guessed"):
        rescore_file(old.with_name("answers.parquet"), old.with_name("other.parquet"), None, NEW)
    assert not old.with_name("other.parquet").exists()


def test_the_new_file_says_what_it_was_made_with_and_from(old: Path) -> None:
    done = rescore_file(old, old.with_name("new.parquet"), OLD, NEW)
    recipe = json.loads(pq.read_schema(done.destination).metadata[b"rvn"])["recipe"]
    assert ("static-99r", "2016", "static-99", "1999") == (
        recipe["instrument"],
        recipe["version"],
        recipe["rescored_from"]["instrument"],
        recipe["rescored_from"]["version"],
    )
    assert dict(rvn.load(NEW).fingerprints) == recipe["fingerprints"]
    assert 64 == len(recipe["migration"])


def test_recorded_results_are_those_of_the_version_that_the_file_names(old: Path) -> None:
    # In a rescored file the results without a prefix are those of the version before, and none of the one it names.
    rescore_file(old, old.with_name("new.parquet"), OLD, NEW)
    table = pq.read_table(old.with_name("new.parquet"))
    said = [name for name in table.column_names if name.startswith("rescoring")]
    pq.write_table(table.drop_columns(said), old.with_name("kept.parquet"))
    again = rescore_file(old.with_name("kept.parquet"), old.with_name("again.parquet"), None, NEW, prefix="again_")
    assert (0, {}) == (again.summary.count("changed"), again.summary.of("doubt"))
    assert again.summary.count("same") > 0
    rvn.load(OLD).score_file(old.with_name("answers.parquet"), old.with_name("p.parquet"), prefix="p_")
    done = rescore_file(old.with_name("p.parquet"), old.with_name("q.parquet"), OLD, NEW)
    assert not [name for name in pq.read_schema(done.destination).names if name.startswith("old_")]


def test_results_of_another_state_of_the_version_are_told(old: Path) -> None:
    table = pq.read_table(old)
    said = json.loads(table.schema.metadata[b"rvn"])
    said["recipe"]["fingerprints"]["cut_offs"] = "0" * 64
    changed = old.with_name("changed.parquet")
    pq.write_table(table.replace_schema_metadata({b"rvn": json.dumps(said).encode()}), changed)
    done = rescore_file(changed, old.with_name("new.parquet"), OLD, NEW)
    assert ["RVN786"] == [warning.code for warning in done.warnings]


def test_csv_with_reasons_among_numbers(tmp_path: Path) -> None:
    frame = people(TEXAS, [30, "refused", 45])
    frame.to_csv(tmp_path / "answers.csv", index=False)
    done = rescore_file(tmp_path / "answers.csv", tmp_path / "new.csv", OLD, NEW)
    made = pd.read_csv(done.destination, dtype=str, keep_default_na=False)
    assert ["30", "refused", "45"] == made["age_at_release"].tolist()
    assert [("4", "5"), ("", ""), ("4", "3")] == list(zip(made["old_total"], made["new_total"], strict=True))
    assert "too_few_answers: age_at_release" == made["rescoring_why"][1]


def test_mixed_versions_in_a_file_are_refused(tmp_path: Path) -> None:
    frame = people(TEXAS, [30, 40]).assign(instrument="static-99", version=["1999", "2003"], liberty="longer")
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), tmp_path / "mixed.parquet")
    with pytest.raises(FrameError, match="RVN781"):
        rescore_file(tmp_path / "mixed.parquet", tmp_path / "new.parquet", OLD, NEW)
    assert ["mixed.parquet"] == [path.name for path in tmp_path.iterdir()]
