"""A folder of CSV is one table: files in their order, names of folders as columns, every line counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import rvn
from rvn.batch import csv_source
from rvn.errors import BatchError, FrameError

RULES = rvn.load("broward-rules@2018")
FILES = {
    "prison=01/a.csv": "id,age,sex,priors\np-1,19,male,0\np-2,40,female,-1\n",
    "prison=01/b.csv": "age,id,sex,priors\n30,p-1,male,9\n52,p-3,male\n",
    "prison=R%C4%ABga/c.csv": "id,age,sex,priors\np-5,22,,0\n",
    "_SUCCESS": "",
    ".hidden.csv": "nothing",
}


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(csv_source, "BLOCK", 30)
    for name, text in FILES.items():
        place = tmp_path / "people" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return tmp_path / "people"


def test_files_are_one_table_and_no_line_is_lost(people: Path, tmp_path: Path) -> None:
    scored = RULES.score_file(people, tmp_path / "out.csv", id_column="id")
    rows = pd.read_csv(tmp_path / "out.csv", dtype=str, keep_default_na=False)
    assert ["p-1", "p-2", "p-1", "p-5"] == rows["id"].tolist()
    assert ["01", "01", "01", "Rīga"] == rows["prison"].tolist()
    assert ["complete", "invalid", "complete", "decided"] == rows["level_status"].tolist()
    account = scored.account
    assert (5, 4, 1, 3) == (account.rows_in, account.rows_out, account.not_scored, account.errors)
    problems = pd.read_csv(tmp_path / "out.problems.csv")
    assert {(1, "RVN604"), (3, "RVN736"), (2, "RVN738")} == set(zip(problems["row"], problems["code"], strict=True))


def test_a_run_over_a_folder_goes_on_to_the_same_bytes(people: Path, tmp_path: Path) -> None:
    RULES.score_file(people, tmp_path / "whole.csv")
    seen: list[Any] = []

    def stop(progress: Any) -> None:
        seen.append(progress)
        if len(seen) == 3:
            raise KeyboardInterrupt

    with pytest.raises(BatchError, match="RVN731"):
        RULES.score_file(people, tmp_path / "out.csv", progress=stop)
    RULES.score_file(people, tmp_path / "out.csv", resume=True, progress=seen.append)
    assert (tmp_path / "whole.csv").read_bytes() == (tmp_path / "out.csv").read_bytes()
    assert [one.done for one in seen] == sorted(one.done for one in seen)
    assert 1.0 == seen[-1].done


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("prison=01/d.csv", "id,age,sex,prior\n", r"RVN723 .*d.csv'.*no 'priors', also 'prior'"),
        ("d.csv", "", "RVN721 .*d.csv' cannot be read: its first line holds no names"),
        ("prison=03/d.csv", "id,age,sex,priors,prison\n", "RVN721 .*d.csv' .*two columns are called 'prison'"),
        ("d.parquet", "", "RVN721 .*it holds CSV and other files"),
    ],
)
def test_what_is_not_one_table_is_refused(people: Path, tmp_path: Path, name: str, text: str, words: str) -> None:
    (people / name).parent.mkdir(exist_ok=True)
    (people / name).write_text(text)
    with pytest.raises(FrameError, match=words):
        RULES.score_file(people, tmp_path / "out.csv")
    assert ["people"] == [path.name for path in tmp_path.iterdir()]
