"""A run over files: the same bytes however it goes, nothing lost, nothing half-written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from rvn import messages
from rvn.batch import Account, Parquet, ParquetSource, Part, chunk, problem_rows, run
from rvn.batch.journal import work_folder
from rvn.errors import BatchError, FrameError

ROWS = 1000


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunk, "ROWS", 100)


def people(rows: int = ROWS) -> pa.Table:
    rng = np.random.default_rng(rows)
    return pa.table({"id": np.arange(rows), "sex": rng.choice(["male", "female"], rows), "n": rng.integers(0, 9, rows)})


def twice(table: pa.Table) -> Part:
    """Double a number; an eight is reported, and a seven does not come out at all."""
    eights, sevens = (np.flatnonzero(table["n"].to_numpy() == number) for number in (8, 7))
    problem = messages.ANSWER_RANGE.at(name="n", allowed="0 to 7")
    found = [problem_rows(eights, problem, item="n"), problem_rows(sevens, problem, item="n", not_scored=True)]
    kept = table.filter(pc.not_equal(table["n"], 7))
    return Part(kept.append_column("twice", pc.multiply(kept["n"], 2)), pa.concat_tables(found), {"rows": len(kept)})


def ran(folder: Path, transform: Any = twice, **how: Any) -> Account:
    return run(ParquetSource(folder / "in.parquet"), transform, folder / "out.parquet", Parquet(), recipe={}, **how)


def test_rows_come_out_in_their_order_and_the_account_adds_up(tmp_path: Path) -> None:
    table = people()
    pq.write_table(table, tmp_path / "in.parquet", row_group_size=70)
    account = ran(tmp_path)
    scored, found = pq.read_table(tmp_path / "out.parquet"), pq.read_table(tmp_path / "out.problems.parquet")
    numbers = table["n"].to_numpy()
    assert table["id"].filter(pc.not_equal(table["n"], 7)).equals(scored["id"])
    assert (2 * numbers[numbers != 7]).tolist() == scored["twice"].to_pylist()
    assert np.flatnonzero(numbers >= 7).tolist() == found["row"].to_pylist()
    assert np.flatnonzero(numbers == 7).tolist() == found["row"].filter(found["not_scored"]).to_pylist()
    assert (ROWS, ROWS - (numbers == 7).sum(), (numbers == 7).sum()) == (
        account.rows_in,
        account.rows_out,
        account.not_scored,
    )
    assert {"rows": account.rows_out} == account.counts
    assert ["in.parquet", "out.parquet", "out.problems.parquet"] == sorted(path.name for path in tmp_path.iterdir())


def test_a_transformation_that_loses_a_row_is_found_out(tmp_path: Path) -> None:
    pq.write_table(people(), tmp_path / "in.parquet")
    with pytest.raises(FrameError, match="RVN735"):
        ran(tmp_path, lambda table: Part(table.slice(0, 99)))
    assert ["in.parquet"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.parametrize("size", [7, 70, 1000])
def test_a_run_that_was_interrupted_goes_on_to_the_same_bytes(tmp_path: Path, size: int) -> None:
    pq.write_table(people(), tmp_path / "in.parquet", row_group_size=size)
    ran(tmp_path)
    names = ("out.parquet", "out.problems.parquet")
    whole = {name: (tmp_path / name).read_bytes() for name in names}
    for name in names:
        (tmp_path / name).unlink()
    seen = []

    def stop(progress: Any) -> None:
        seen.append(progress)
        if len(seen) == 4:
            raise KeyboardInterrupt

    with pytest.raises(BatchError, match="RVN731"):
        ran(tmp_path, progress=stop)
    assert not (tmp_path / "out.parquet").exists()
    assert work_folder(tmp_path / "out.parquet").is_dir()
    with pytest.raises(BatchError, match="RVN726"):
        ran(tmp_path)
    seen.clear()
    ran(tmp_path, resume=True, progress=seen.append)
    assert 0 < seen[0].resumed < seen[0].rows
    assert whole == {name: (tmp_path / name).read_bytes() for name in names}
    assert {"in.parquet", *names} == {path.name for path in tmp_path.iterdir()}
