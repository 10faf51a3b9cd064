"""What a command did, for the tests of this folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)

    @property
    def codes(self) -> list[str]:
        """The codes of the problems on stderr, printed as JSON."""
        return [problem["code"] for problem in json.loads(self.err)]


Run = Callable[..., Ran]
Write = Callable[[str, str | bytes], str]
