"""What is stale is found by fingerprints: a moved cut-off makes results stale, a corrected sentence does not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_rescore import TEXAS, people

import rvn
from rvn.catalog import shipped
from rvn.errors import FrameError
from rvn.versions import Standing, stale

NEW = "static-99r@2016"


@pytest.fixture
def definition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file of a copy of Static-99R that stands before the shipped one."""
    folder = tmp_path / "instruments" / "static-99r"
    shutil.copytree(shipped("instruments") / "static-99r", folder)
    monkeypatch.setenv("RVN_PATH", str(folder.parent))
    return folder / "2016.yaml"


@pytest.fixture
def results(tmp_path: Path, definition: Path) -> Path:
    folder = tmp_path / "results"
    folder.mkdir()
    frame = people(TEXAS, [30, 40]).assign(liberty="longer")
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), folder / "people.parquet")
    rvn.load(NEW).score_file(folder / "people.parquet", folder / "results.parquet")
    return folder / "results.parquet"


def change(path: Path, old: str, new: str) -> None:
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))


def test_fresh_results_are_current(results: Path) -> None:
    assert [Standing(str(results), NEW, 2)] == stale(results)
    assert not stale(results)[0].is_stale


@pytest.mark.parametrize(
    ("file", "old", "new", "part", "is_stale"),
    [
        ("2016.yaml", "IVb: 6}", "IVb: 7}", "cut_offs", True),
        ("2016.yaml", "40-60: -1", "40-60: -2", "scoring", True),
        ("2016.yaml", "[male, female]", "[male, woman]", "items", True),
        ("norms/percentile.csv", "1.3", "1.4", "norms", False),
        ("2016.yaml", "en: Made for men.", "en: Made for adult men.", "texts", False),
    ],
)
def test_what_changed_since_is_named(
    file: str, old: str, new: str, part: str, is_stale: bool, results: Path, definition: Path
) -> None:
    change(definition.parent / file, old, new)
    (found,) = stale(results)
    assert ((part,), is_stale) == (found.differs, found.is_stale)


def test_results_that_do_not_say_their_version_are_not_passed_over(results: Path) -> None:
    (found,) = stale(results.with_name("people.parquet"))
    assert ("it does not say which version it was made with", True) == (found.problem, found.is_stale)


def test_results_of_a_version_that_is_not_here_are_told(tmp_path: Path) -> None:
    rows = pd.DataFrame({"instrument": "static-99r", "version": ["1900", "2016", "2016"], "fingerprint": "0" * 64})
    rows.to_csv(tmp_path / "results.csv", index=False)
    found = {standing.reference: standing for standing in stale(tmp_path / "results.csv")}
    assert "static-99r has no version '1900'" == found["static-99r@1900"].problem
    assert (2, ("definition",), True) == (
        found[NEW].rows,
        found[NEW].differs,
        found[NEW].is_stale,
    )


def test_columns_of_parquet_are_read_where_its_metadata_are_silent(tmp_path: Path) -> None:
    fingerprint = rvn.load(NEW).fingerprint
    rows = {"instrument": [NEW, NEW, "audit@2001"], "fingerprint": [fingerprint, "0" * 64, "0" * 64]}
    pq.write_table(pa.table(rows), tmp_path / "results.parquet")
    assert {(NEW, False), (NEW, True), ("audit@2001", True)} == {
        (standing.reference, standing.is_stale) for standing in stale(tmp_path / "results.parquet")
    }


def test_lines_of_records_are_read(tmp_path: Path) -> None:
    kept = {"instrument": "static-99r", "version": "2016", "fingerprint": rvn.load(NEW).fingerprint}
    lines = [json.dumps(kept), json.dumps(kept | {"fingerprint": "0" * 64}), "not a record", ""]
    (tmp_path / "records.jsonl").write_text("\n".join(lines))
    assert [(NEW, False), (NEW, True), ("", True)] == [
        (standing.reference, standing.is_stale) for standing in stale(tmp_path / "records.jsonl")
    ]


def test_results_under_a_profile_are_compared_with_the_profile(tmp_path: Path) -> None:
    local = rvn.load("oras-cst@2009", profile="missouri")
    profile = local.loaded.profile
    assert profile is not None
    kept = {"instrument": "oras-cst", "version": "2009", "profile": f"{profile.id}@{profile.version}"}
    lines = [
        json.dumps(kept | {"fingerprint": value})
        for value in (local.fingerprint, rvn.load("oras-cst@2009").fingerprint)
    ]
    (tmp_path / "records.jsonl").write_text("\n".join(lines))
    assert [False, True] == [standing.is_stale for standing in stale(tmp_path / "records.jsonl")]


def test_a_folder_is_looked_through(results: Path) -> None:
    assert {"people.parquet", "results.parquet"} == {Path(standing.file).name for standing in stale(results.parent)}


def test_what_is_no_file_of_results_is_refused(tmp_path: Path) -> None:
    (tmp_path / "results.txt").write_text("")
    for name, code in (("results.txt", "RVN787"), ("nowhere.parquet", "RVN720")):
        with pytest.raises(FrameError, match=code):
            stale(tmp_path / name)
