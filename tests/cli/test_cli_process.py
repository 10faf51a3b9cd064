"""The command as the shell sees it: quick to start, quiet in a pipe, and never with a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

INSTRUMENTS = Path(__file__).parent / "instruments"
HEAVY = ("pandas", "scipy", "sklearn", "pyarrow", "numpy", "narwhals")
RVN = "import sys; sys.argv = ['rvn', *sys.argv[1:]]; from rvn.cli import main; main()"
LOADED = f"""
import sys
from rvn.cli import main
sys.argv = ["rvn", *sys.argv[1:]]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
sys.stderr.write(" ".join(name for name in {HEAVY!r} if name in sys.modules))
"""


def _python(code: str, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "RVN_PATH": "", "PYTHONUTF8": "1", **more}
    command = [sys.executable, "-c", code, *words]
    return subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False, timeout=60)


@pytest.mark.parametrize("words", [("--help",), ("list",), ("show", "broward-rules@2018")])
def test_nothing_heavy_is_imported_for_what_needs_none(words: tuple[str, ...]) -> None:
    ran = _python(LOADED, *words)
    assert (0, "") == (ran.returncode, ran.stderr)


@pytest.mark.parametrize("absent", ["typer", "rich"])
def test_without_typer_or_rich_one_line_says_what_to_install(absent: str) -> None:
    ran = _python(f"import sys; sys.modules[{absent!r}] = None; {RVN}", "list")
    assert (2, "") == (ran.returncode, ran.stdout)
    assert "rvn: the command line needs typer and rich; install them with: pip install 'rvn[cli]'\n" == ran.stderr


def test_a_user_s_mistake_gives_no_traceback() -> None:
    ran = _python(RVN, "score", "audit@2001", "frequency=xyzzy")
    assert (1, "") == (ran.returncode, ran.stdout)
    assert ran.stderr.startswith("RVN602 the answer to 'frequency' is not one of its options\n    options: never, ")
    assert "xyzzy" not in ran.stderr


def test_a_pipe_gets_no_colours() -> None:
    ran = _python(RVN, "list", NO_COLOR="1")
    assert 0 == ran.returncode
    assert "\x1b" not in ran.stdout
    assert "broward-rules@2018" in ran.stdout


def test_a_screen_without_unicode_is_no_reason_to_fail() -> None:
    ran = _python(RVN, "list", "--language", "lv", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert (0, "") == (ran.returncode, ran.stderr)


def test_a_reader_that_closes_the_pipe_early_is_no_error() -> None:
    code = RVN.replace("main()", "main()")
    command = [sys.executable, "-c", code, "schema"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert "Traceback" not in process.stderr.read()


def test_the_version_is_printed() -> None:
    import rvn

    assert f"rvn {rvn.__version__}\n" == _python(RVN, "--version").stdout
