"""The odds ratio that several two-by-two tables have in common."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rvn.validation.observations import FloatArray


@dataclass(frozen=True)
class Tables:
    """Cells of tables: `a` with, `b` without the event in the first group; `c` and `d` in the second.

    Examples
    --------
    Odds of 1/2 against 1/4, and of 2 against 1:

    >>> import numpy as np
    >>> tables = Tables(*np.array([[10.0, 20], [20, 10], [10, 25], [40, 25]]))
    >>> top, bottom = tables.sides
    >>> round(top / bottom, 6)
    2.0
    """

    a: FloatArray
    b: FloatArray
    c: FloatArray
    d: FloatArray

    @property
    def people(self) -> FloatArray:
        """People in each table."""
        return self.a + self.b + self.c + self.d

    @property
    def expected(self) -> FloatArray:
        """Events in the first group when the groups do not differ."""
        return (self.a + self.b) * (self.a + self.c) / self.people

    @property
    def variance(self) -> FloatArray:
        """Variance of these events, with all margins as found; tables of one person have none."""
        n = self.people
        margins = (self.a + self.b) * (self.c + self.d) * (self.a + self.c) * (self.b + self.d)
        result: FloatArray = margins / (n**2 * (n - 1 + (n == 1)))
        return result

    @property
    def sides(self) -> tuple[float, float]:
        """Both sides of the common odds ratio (Mantel and Haenszel 1959, doi:10.1093/jnci/22.4.719)."""
        n = self.people
        return float((self.a * self.d / n).sum()), float((self.b * self.c / n).sum())

    @property
    def log_error(self) -> float:
        """Standard error of its logarithm (Robins, Breslow and Greenland 1986, doi:10.2307/2531052)."""
        n, (top, bottom) = self.people, self.sides
        above, below = self.a * self.d / n, self.b * self.c / n
        concordant, discordant = (self.a + self.d) / n, (self.b + self.c) / n
        return math.sqrt(
            float(concordant @ above) / (2 * top**2)
            + float(concordant @ below + discordant @ above) / (2 * top * bottom)
            + float(discordant @ below) / (2 * bottom**2)
        )
