"""Opens a page in headless Chromium, presses keys in it, and tells what it logged and what it asked for.

Chromium is driven through its DevTools protocol over a pipe: messages in JSON, each ended by a zero byte, read by the
browser from file descriptor 3 and written by it to 4.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--remote-debugging-pipe",
)  # fmt: skip
KEYS = {"Tab": 9, "Enter": 13, " ": 32}


def browser_here() -> str | None:
    """Return the command of Chromium, if there is one."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Browser:
    """A page that is open, for use in a ``with`` statement.

    Parameters
    ----------
    command
        Of Chromium.
    page
        An HTML file.
    folder
        Where the profile goes.
    width
        Of the window, in pixels.

    Attributes
    ----------
    asked
        Addresses that were asked for, the page itself among them.
    complaints
        What the console has: errors, warnings, and requests that were refused.
    """

    def __init__(self, command: str, page: Path, folder: Path, width: int = 1280) -> None:
        self.page, self.asked, self.complaints = page, list[str](), list[str]()
        to_browser, from_browser = os.pipe(), os.pipe()
        # Above 4, so that putting them at 3 and 4 overwrites neither.
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (to_browser[0], from_browser[1])]

        def put() -> None:
            os.dup2(ends[0], 3)
            os.dup2(ends[1], 4)

        self.process = subprocess.Popen(
            [command, *FLAGS, f"--user-data-dir={folder / 'profile'}", f"--window-size={width},900", "about:blank"],
            stderr=subprocess.DEVNULL,
            close_fds=False,
            preexec_fn=put,  # a test has one thread here, and nothing else gives a child these numbers
        )
        for end in (*ends, to_browser[0], from_browser[1]):
            os.close(end)
        self._writer, self._reader = os.fdopen(to_browser[1], "wb"), os.fdopen(from_browser[0], "rb")
        self._number, self._session, self._rest = 0, "", b""

    def __enter__(self) -> Browser:
        targets = self._send("Target.getTargets")["targetInfos"]
        (target,) = [each["targetId"] for each in targets if each["type"] == "page"]
        self._session = self._send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._send(f"{domain}.enable")
        self._send("Page.navigate", url=f"file://{self.page}")
        self.say("new Promise((done) => document.readyState === 'complete' ? done() : addEventListener('load', done))")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.process.kill()
        self.process.wait()
        self._writer.close()
        self._reader.close()

    def say(self, expression: str) -> Any:
        """Return the value of an expression in the page; a promise is waited for."""
        found = self._send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def press(self, key: str) -> None:
        """Press a key and let it go, as somebody at the keyboard does."""
        text = {"Enter": "\r", " ": " "}.get(key, "")
        of = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": KEYS[key]}
        self._send("Input.dispatchKeyEvent", type="keyDown", text=text, **of)
        self._send("Input.dispatchKeyEvent", type="keyUp", **of)

    def _send(self, method: str, **parameters: Any) -> Any:
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._writer.write(json.dumps(message).encode() + b"\0")
        self._writer.flush()
        while (found := self._next()).get("id") != self._number:
            self._note(found)
        assert "error" not in found, found
        return found["result"]

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            more = self._reader.read1()
            assert more, "the browser has ended"
            self._rest += more
        first, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(first))

    def _note(self, event: dict[str, Any]) -> None:
        of = event.get("params", {})
        if event["method"] == "Network.requestWillBeSent":
            self.asked.append(of["request"]["url"])
        elif event["method"] == "Log.entryAdded":
            self.complaints.append(of["entry"]["text"])
        elif event["method"] == "Runtime.exceptionThrown":
            self.complaints.append(of["exceptionDetails"].get("exception", {}).get("description", "an exception"))
        elif event["method"] == "Runtime.consoleAPICalled":
            self.complaints.append(str(of["args"]))
