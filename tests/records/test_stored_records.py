"""Records that releases have written load for ever. A file in these folders never changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from records.make import KEY
from rvn import records

STORED = sorted(Path(__file__).parent.glob("*/*.json"))


@pytest.mark.parametrize("file", STORED, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_record_of_every_release_loads_and_its_seal_holds(file: Path) -> None:
    record = records.read(file)
    assert file.parent.name == record.rvn
    found = records.verify(record, key=KEY)
    assert "it was written with this key" in found.checked


def test_stored_records_hold_every_part_of_a_record() -> None:
    kept = [records.read(file) for file in STORED]
    assert {"complete", "decided", "undecided", "not_applicable"} <= {
        str(output.status) for record in kept for output in record.outputs.values()
    }
    for part in ("norms", "flags", "reasons", "overrides", "recalled", "justifications", "previous"):
        assert any(getattr(record, part) for record in kept), part


def test_what_a_stored_record_says_is_read_as_it_was_meant() -> None:
    record = records.read(Path(__file__).parent / "0.1.0" / "override.json")
    assert ("low", "medium") == (record.outputs["level"].value, record.final("level"))
    assert "low" == record.final("level", on="2026-04-17")
    assert "p-0041" == record.subject
