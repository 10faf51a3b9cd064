"""The command on overrides applies them where that was not done, says what is refused, and gives the rates."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rvn.cli.app import app

HEAD = (
    "level,level_status,assessed_on,level_override,level_override_reason,level_override_by,level_override_on,"
    "level_override_approved_by,site,reoffended\n"
)
ROWS = (
    "low,complete,2026-01-15,medium,health,o-7,2026-01-16,o-2,north,1\n"
    "medium,complete,2026-01-15,,,,,,south,1\n"
    "high,complete,2026-01-15,low,health,o-7,2026-01-16,o-2,south,1\n"
    "low,complete,2026-01-15,,,,,,north,0\n"
)


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "scored.csv"
    path.write_text(HEAD + ROWS)
    return str(path)


def test_rates_and_refused_overrides_come_out_as_data(file: str) -> None:
    words = [
        "overrides",
        "fictitious-security@1.0",
        file,
        "--by",
        "site",
        "--outcome",
        "reoffended",
        "--format",
        "json",
    ]
    ran = CliRunner().invoke(app, words)
    found = json.loads(ran.stdout)
    rates = {json.dumps(rate["at"]): (rate["events"], rate["n"]) for rate in found["rates"]}
    assert ((1, 4), (1, 2), (0, 2)) == (rates["{}"], rates['{"site": "north"}'], rates['{"site": "south"}'])
    assert [(2, "RVN655")] == [(problem["row"], problem["code"]) for problem in found["refused"]]
    assert 3 == len(found["validity"])


def test_people_read_the_same(file: str) -> None:
    ran = CliRunner().invoke(app, ["overrides", "fictitious-security@1.0", file])
    assert 1 == ran.exit_code
    assert "4 rows with a computed level of level." in ran.stdout
    assert "row 2: RVN655" in ran.stdout


def test_an_instrument_without_overrides_is_told(file: str) -> None:
    ran = CliRunner().invoke(app, ["overrides", "audit@2001", file])
    assert 2 == ran.exit_code
    assert "RVN651" in ran.stderr
