"""Messages have names and codes of their own."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

from rvn import messages
from rvn.messages import Message

SOURCE = Path(messages.__file__).read_text()


def test_no_message_takes_the_name_of_another() -> None:
    names = [
        target.id
        for line in ast.parse(SOURCE).body
        if isinstance(line, ast.Assign)
        for target in line.targets
        if isinstance(target, ast.Name)
    ]
    assert [] == [name for name, times in Counter(names).items() if times > 1]


def test_no_two_messages_share_a_sentence() -> None:
    said = [value for value in vars(messages).values() if isinstance(value, Message)]
    assert len(said) == len({(value.code, value.text) for value in said})
