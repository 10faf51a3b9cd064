"""The command line: the same functions, the same words."""

from __future__ import annotations

import sys

NEEDED = ("typer", "rich")


def main() -> None:
    """Run the command that was typed, or say in one line what to install first."""
    try:
        from rvn.cli.app import app
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in NEEDED:
            raise
        sys.stderr.write("rvn: the command line needs typer and rich; install them with: pip install 'rvn[cli]'\n")
        raise SystemExit(2) from None
    app(prog_name="rvn")
