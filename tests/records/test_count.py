"""People are counted once, by a stated rule, and whoever is not counted is listed with the reason."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from typer.testing import CliRunner

import rvn
from records.make import results
from rvn import records
from rvn.cli.app import app
from rvn.records.count import Assessment, count, from_frame, from_records

WINDOW = {"since": "2026-01-01", "until": "2026-12-31"}


def assessments(*rows: tuple[Any, ...]) -> list[Assessment]:
    return [Assessment(*row, f"row {number}") for number, row in enumerate(rows)]


def test_a_person_counts_once_however_often_and_with_whatever() -> None:
    found = count(
        assessments(
            ("p-1", "audit@2001", "2026-01-01", "complete"),
            ("p-1", "audit@2001", "2026-12-31", "prorated"),
            ("p-1", "static-99r@2016", "2026-05-01", "decided"),
            ("p-2", "audit@2001", "2026-05-01", "complete"),
        ),
        **WINDOW,
    )
    assert (2, {"audit@2001": 2, "static-99r@2016": 1}, (4, 4)) == (
        found.people,
        found.by_instrument,
        found.assessments,
    )
    assert ["row 1", "row 2"] == [entry.where for entry in found.audit]


def test_everything_that_is_not_counted_has_its_reason() -> None:
    found = count(
        assessments(
            ("p-1", "audit@2001", "2025-12-31", "complete"),
            ("p-2", "audit@2001", "2027-01-01", "complete"),
            ("p-3", "other@1", "2026-05-01", "complete"),
            ("p-4", "audit@2001", "2026-05-01", "too_few_answers"),
            ("p-5", "audit@2001", None, "complete"),
            ("p-6", "audit@2001", "1.5.2026", "complete"),
            ("", "audit@2001", "2026-05-01", "complete"),
            ("p-8", "audit@2001", "2026-05-01", "nan"),
            ("p-9", "audit@2001", "2026-05-01", "complete"),
        ),
        **WINDOW,
        instruments=["audit"],
    )
    assert 1 == found.people
    assert [
        "before the window",
        "after the window",
        "another instrument",
        "no result: too few answers",
        "no day of assessment",
        "the day of assessment cannot be read",
        "no id of the person",
        "the status is unknown",
    ] == [entry.why for entry in found.audit]
    assert 9 == len(found.audit) + found.people


def test_every_assessment_is_counted_or_listed() -> None:
    rng = random.Random(5)
    rows = assessments(
        *(
            (
                f"p-{rng.randrange(40)}",
                rng.choice(["a@1", "b@1"]),
                f"202{rng.randrange(5, 8)}-0{rng.randrange(1, 10)}-11",
                rng.choice([*map(str, rvn.Status)]),
            )
            for _ in range(300)
        )
    )
    found = count(rows, **WINDOW)
    counts = {row.subject for row in rows if row.assessed_on and row.assessed_on[:4] == "2026"}
    fits = {
        row.subject
        for row in rows
        if (row.assessed_on or "")[:4] == "2026" and row.status in ("complete", "prorated", "decided")
    }
    assert fits <= counts
    assert (len(fits), 300) == (found.people, found.people + len(found.audit))


def test_the_rule_says_what_counts() -> None:
    found = count([], **WINDOW, instruments=["audit@2001"], statuses=[rvn.Status.COMPLETE])
    assert "audit@2001 from 2026-01-01 to 2026-12-31, both days included" in found.rule
    assert found.rule.endswith("statuses: complete")


def test_ids_that_may_be_one_person_are_told() -> None:
    rows = assessments(*((who, "a@1", "2026-05-01", "complete") for who in ("p-1", "P-1", "p - 1", "p-2")))
    found = count(rows, **WINDOW)
    assert 4 == found.people
    assert found.warnings[0].startswith("2 ids differ")


@pytest.mark.parametrize("subject", ["010190-12345", "01019012345", 1_019_012_345])
def test_national_identity_numbers_are_refused_and_not_repeated(subject: Any) -> None:
    with pytest.raises(rvn.IdentityError, match="RVN671") as caught:
        count(
            assessments(("p-1", "a@1", "2026-05-01", "complete"), (subject, "a@1", "2020-05-01", "complete")), **WINDOW
        )
    assert "12345" not in str(caught.value)


def test_a_window_upside_down_is_refused() -> None:
    with pytest.raises(rvn.FrameError, match="RVN674"):
        count([], since="2026-12-31", until="2026-01-01")


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, pa.table])
def test_frames_of_every_kind_are_counted(kind: Any) -> None:
    frame = kind({"who": ["p-1", "p-2", None], "assessed_on": ["2026-05-01"] * 3, "zone_status": ["complete"] * 3})
    found = count(from_frame(frame, subject="who", instrument="audit@2001", status="zone_status"), **WINDOW)
    assert (2, {"no id of the person": 1}) == (found.people, found.reasons)


def test_records_are_counted() -> None:
    kept = [
        (name, records.read(records.write(result, key=b"k" * 32, subject=name)))
        for name, result in results()
        if result.on is not None
    ]
    assert len(kept) == count(from_records(kept), **WINDOW).people


def test_the_command_counts_files_and_writes_the_audit_list(tmp_path: Path) -> None:
    file = tmp_path / "scored.csv"
    file.write_text(
        "who,assessed_on,zone_status\n1,2026-05-01,complete\n2,2026-05-01,undecided\n1,2026-06-01,complete\n"
    )
    audit = tmp_path / "audit.csv"
    options = ["--subject", "who", "--from", "2026-01-01", "--to", "2026-12-31", "-o", str(audit)]
    ran = CliRunner().invoke(app, ["count", f"audit@2001={file}", *options, "--format", "json"])
    found = json.loads(ran.stdout)
    assert (1, 3) == (found["people"], found["assessments"])
    lines = audit.read_text().splitlines()
    assert "where,subject,instrument,assessed_on,why" == lines[0]
    assert "scored.csv row 1,2,audit@2001,2026-05-01,no result: undecided" == lines[1]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("who,assessed_on,zone_status\n010190-12345,2026-05-01,complete\n", "RVN671"),
        ("who,assessed_on,zone_status\n1,2026-05-01,complete,xyzzy\n", "RVN905"),
        ("person,assessed_on,zone_status\n1,2026-05-01,complete\n", "RVN675"),
    ],
)
def test_the_command_refuses_files_without_repeating_them(tmp_path: Path, content: str, code: str) -> None:
    file = tmp_path / "scored.csv"
    file.write_text(content)
    window = ["--subject", "who", "--from", "2026-01-01", "--to", "2026-12-31"]
    ran = CliRunner().invoke(app, ["count", f"audit@2001={file}", *window])
    assert 2 == ran.exit_code
    assert code in ran.stderr
    assert "xyzzy" not in ran.stderr + ran.stdout
    assert "12345" not in ran.stderr + ran.stdout
