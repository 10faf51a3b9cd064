"""An editor completes, explains and checks definitions by their schema.

Asked is the language server of VS Code's YAML extension, `yaml-language-server` from npm; where it is not on the path
these tests are left out.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rvn.cli.schema import schema

SERVER = shutil.which("yaml-language-server")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(SERVER is None, reason="needs yaml-language-server: npm install -g yaml-language-server"),
]
FIRST = "# yaml-language-server: $schema=schema.json\n"


class Editor:
    """Talks to the language server as an editor does."""

    def __init__(self, folder: Path) -> None:
        assert SERVER is not None
        self.folder, self.asked, self.opened = folder, 0, 0
        self.problems: dict[str, list[dict[str, Any]]] = {}
        self.server = subprocess.Popen([SERVER, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.ask("initialize", {"processId": None, "rootUri": folder.as_uri(), "capabilities": {}})
        self.tell("initialized", {})

    def tell(self, method: str, params: dict[str, Any], **more: object) -> None:
        content = json.dumps({"jsonrpc": "2.0", "method": method, "params": params} | more).encode()
        assert self.server.stdin is not None
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(content), content))
        self.server.stdin.flush()

    def hear(self) -> dict[str, Any]:
        assert self.server.stdout is not None
        size = 0
        while (line := self.server.stdout.readline().strip()) or not size:
            name, _, value = line.partition(b": ")
            size = int(value) if name == b"Content-Length" else size
        message: dict[str, Any] = json.loads(self.server.stdout.read(size))
        if message.get("method") == "textDocument/publishDiagnostics":
            self.problems[message["params"]["uri"]] = message["params"]["diagnostics"]
        return message

    def ask(self, method: str, params: dict[str, Any]) -> Any:
        self.asked += 1
        self.tell(method, params, id=self.asked)
        while (message := self.hear()).get("id") != self.asked or "method" in message:
            pass
        return message["result"]

    def open(self, text: str) -> tuple[str, dict[str, int]]:
        """Open a file, and return its name and the place of the cursor `|` in it."""
        before, _, after = (FIRST + text).partition("|")
        self.opened += 1
        path = self.folder / f"{self.opened}.yaml"
        document = {"uri": path.as_uri(), "languageId": "yaml", "version": 1, "text": before + after}
        self.tell("textDocument/didOpen", {"textDocument": document})
        return path.as_uri(), {"line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1}

    def at(self, method: str, text: str) -> Any:
        uri, cursor = self.open(text)
        return self.ask(f"textDocument/{method}", {"textDocument": {"uri": uri}, "position": cursor})

    def problems_of(self, text: str) -> list[str]:
        uri, _ = self.open(text)
        while uri not in self.problems:
            self.hear()
        return [problem["message"] for problem in self.problems[uri]]


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    folder = tmp_path_factory.mktemp("editor")
    (folder / "schema.json").write_text(json.dumps(schema()))
    found = Editor(folder)
    yield found
    found.server.kill()
    found.server.communicate()


@pytest.mark.parametrize(
    ("text", "offered", "not_offered"),
    [
        ("rvn: 1\n|", {"items", "scales", "bands", "tests", "outcome"}, {"rvn", "when"}),
        ("items:\n  - id: q01\n    |", {"kind", "like", "options", "points", "asked_if"}, {"id", "when"}),
        ("items:\n  - {id: q01, ki|}\n", {"kind", "like"}, {"scales"}),
        ("items:\n  - {id: q01, kind: |}\n", {"choice", "count", "number"}, {"date", "null"}),
        ("scales:\n  - id: total\n    items: [a]\n    missing:\n      |", {"allow", "only", "at_least"}, {"items"}),
        ("rules:\n  - id: x\n    when: a\n    then:\n      |", {"set", "raise", "lower", "never beyond"}, {"when"}),
        ("status: |\n", {"draft", "in use"}, {"null"}),
    ],
)
def test_what_can_stand_at_a_place_is_offered(
    text: str, offered: set[str], not_offered: set[str], editor: Editor
) -> None:
    found = {item["label"] for item in editor.at("completion", text)["items"]}
    assert offered <= found
    assert not found & not_offered


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ite|ms:\n  - id: q01\n", "Questions or criteria"),
        ("items:\n  - id: q01\n    asked_|if: x\n", "where it is false the item is not asked"),
        ("scales:\n  - id: t\n    items: [a]\n    missing:\n      allo|w: 1\n", "How many items may be absent"),
    ],
)
def test_a_key_is_explained(text: str, said: str, editor: Editor) -> None:
    assert said in json.dumps(editor.at("hover", text)["contents"])


def test_a_misspelt_key_and_a_wrong_word_are_underlined(editor: Editor) -> None:
    found = editor.problems_of("items:\n  - {id: q01, kind: chioce, opitons: {a: 0}}\n")
    assert any("opitons" in message for message in found)
    assert any("choice" in message for message in found)
