"""Text that no spreadsheet takes for a formula."""

from __future__ import annotations

import re


def safe(cell: object) -> object:
    """Return a cell that no spreadsheet takes for a formula: text that begins like one gets a quote before it.

    Numbers written as text stay as they are.

    >>> [safe(cell) for cell in ("=1+1", "-cmd", "level", "-1.5", "-", -1.5)]
    ["'=1+1", "'-cmd", 'level', '-1.5', '-', -1.5]
    """
    if not isinstance(cell, str) or cell == "-" or re.fullmatch(r"[-+]?[\d.,]+([eE][-+]?\d+)?%?", cell):
        return cell
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else cell
