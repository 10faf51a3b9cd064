"""Runs commands in this process, with the instruments of this folder beside those that travel with rvn."""

from __future__ import annotations

from pathlib import Path

import pytest
from ran import Ran, Run, Write
from typer.testing import CliRunner

INSTRUMENTS = Path(__file__).parent / "instruments"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a command in an empty folder; a traceback fails the test."""
    from rvn.cli.app import app

    monkeypatch.setenv("RVN_PATH", str(INSTRUMENTS))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)

    def command(*words: str, text: str | None = None) -> Ran:
        result = CliRunner().invoke(app, list(words), input=text)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    return command


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file into the folder in which commands run; return its name."""

    def file(name: str, content: str | bytes) -> str:
        (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return name

    return file
