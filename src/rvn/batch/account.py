"""The account of a run: what became of every row of the input."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class Account:
    """What became of the rows.

    Parameters
    ----------
    rows_in
        Rows of the input.
    rows_out
        Rows of the output.
    placed
        Rows of the input that stand in the output; as many as `rows_out`, unless one is made of many.
    not_scored
        Rows of the input that stand in the table of problems and not in the output.
    aside
        Rows of the input that the user said are of no concern.
    errors, warnings
        Problems of each severity.
    counts
        What the transformation counted.
    """

    rows_in: int = 0
    rows_out: int = 0
    placed: int = 0
    not_scored: int = 0
    aside: int = 0
    errors: int = 0
    warnings: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether every row is accounted for."""
        return self.rows_in == self.placed + self.not_scored + self.aside

    def plus(self, other: Account) -> Account:
        """Return the account of both."""
        numbers = {
            name: getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__ if name != "counts"
        }
        return Account(**numbers, counts=dict(Counter(self.counts) + Counter(other.counts)))

    def with_problems(self, problems: pa.Table) -> Account:
        """Return the account with more problems of rows that are in it already."""
        errors = pc.sum(pc.equal(problems["severity"], "error")).as_py() or 0
        return replace(self, errors=self.errors + errors, warnings=self.warnings + len(problems) - errors)

    def to_record(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}
