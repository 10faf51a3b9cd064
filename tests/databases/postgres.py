"""A PostgreSQL server for the tests: a throw-away cluster on a socket in a folder of its own, run by nobody special."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

FOLDERS = "/usr/lib/postgresql"
SERVER_USER = "postgres"  # root may not run the server


def binaries() -> Path | None:
    """Return the folder of the newest server that Debian has installed, None where there is none."""
    found = sorted(Path(FOLDERS).glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def why_not() -> str:
    """Return why there is no server to be had, empty where there is one."""
    if binaries() is None:
        return "PostgreSQL is not installed: run scripts/install_for_tests.sh postgresql as root"
    if os.geteuid() == 0 and SERVER_USER not in {user.pw_name for user in pwd.getpwall()}:
        return f"there is no user {SERVER_USER} to run PostgreSQL"
    return ""


@contextlib.contextmanager
def server() -> Iterator[Path]:
    """Run a server and give the folder of its socket."""
    folder = Path(tempfile.mkdtemp(prefix="rvn-postgres-"))
    as_user = ["runuser", "-u", SERVER_USER, "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, SERVER_USER)
    tools = binaries()
    assert tools is not None

    def run(tool: str, *arguments: str) -> None:
        command = [*as_user, str(tools / tool), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, cwd=folder)

    data, log = str(folder / "data"), str(folder / "log")
    settings = f"-k {folder} -c listen_addresses= -c fsync=off -c full_page_writes=off -c jit=off"
    run("initdb", "-D", data, "-U", "rvn", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C")
    try:
        run("pg_ctl", "-D", data, "-l", log, "-o", settings, "-w", "start")
        yield folder
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)
