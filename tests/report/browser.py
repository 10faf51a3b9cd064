"""Opens a page in headless Chromium and says what happened: what the page logged, what it asked for, what it holds.

A script of the test is put behind the page's own; it presses keys and buttons and writes what it finds into the
document, which Chromium prints when the page has settled.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import unquote

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--enable-logging=stderr", "--v=0",
    "--virtual-time-budget=5000", "--dump-dom",
)  # fmt: skip


def browser_here() -> str | None:
    """Return the command of Chromium, if there is one."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Browser:
    """A page that was opened once.

    Parameters
    ----------
    command
        Of Chromium.
    page
        An HTML file.
    folder
        Where the profile and the changed page go.
    """

    def __init__(self, command: str, page: Path, folder: Path) -> None:
        self.command, self.page, self.folder = command, page, folder

    def run(self, script: str) -> dict[str, Any]:
        """Return what a script of the page says with ``say(name, value)``, and under ``console`` what was logged."""
        found, log = self._opened(script)
        return {**json.loads(found), "console": [line for line in log.splitlines() if ":CONSOLE" in line]}

    def _opened(self, script: str) -> tuple[str, str]:
        text = self.page.read_text(encoding="utf-8")
        probe = (
            "<script>const found = {}; const say = (name, value) => { found[name] = value; };"
            "document.addEventListener('securitypolicyviolation', (event) => {"
            " (found.refused ??= []).push(event.blockedURI); });"
            f"window.addEventListener('load', () => {{ {script}\n setTimeout(() => {{"
            " say('asked', performance.getEntriesByType('resource').map((entry) => entry.name));"
            " const place = document.createElement('pre'); place.id = 'found';"
            " place.textContent = encodeURIComponent(JSON.stringify(found)); document.body.append(place); }, 200); });"
            "</script>"
        )
        opened = self.folder / "opened.html"
        opened.write_text(text.replace("</body>", f"{probe}</body>"), encoding="utf-8")
        profile = f"--user-data-dir={self.folder / 'profile'}"
        done = subprocess.run(
            [self.command, *FLAGS, profile, f"file://{opened}"], capture_output=True, text=True, timeout=120, check=True
        )
        match = re.search(r'<pre id="found">([^<]*)</pre>', done.stdout)
        assert match is not None, done.stderr[-2000:]
        return unquote(match[1]), done.stderr
