"""Generated plans and people in DuckDB and Polars: the reader of tables says what the other readers say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from agreement.engines import ENGINES
from agreement.generators import People, is_inexact, people, plans
from agreement.relations import outputs_in, relation_of, table_of, within_reach
from agreement.test_readers_agree import same
from rvn.plan.columns import evaluate
from rvn.plan.explain import Evaluation
from rvn.plan.plan import Plan
from rvn.plan.status import CODE

ULPS = 2  # how far `log`, `exp`, `logistic` and `**` of an engine may lie from those of Python
ALONE = 5  # people of each plan who are also read one by one


pytestmark = pytest.mark.usefixtures("quickly")


def disagreements(plan: Plan, found: People, engine: str) -> list[str]:
    """Return in words where a table says something else than the other readers."""
    size = len(found.readings)
    scored = relation_of(plan, ENGINES[engine](table_of(plan, found))).to_polars()
    in_table, in_blocks = outputs_in(plan, scored), evaluate(plan, found.columns, size)
    said = []
    for name, block in in_blocks.expanded().items():
        alone = [Evaluation(plan, readings).output(name) for readings in found.readings[:ALONE]]
        ulps = ULPS if is_inexact(plan.results[name]) else 0
        for part in ("status", "absent", "value", "low", "high"):
            table = getattr(in_table[name], part)
            singly = [CODE[o.status] if part == "status" else getattr(o, part) for o in alone]
            for expected, other in ((getattr(block, part), table), (np.array(singly, float), table[:ALONE])):
                ends = np.where(np.isfinite(expected), expected, np.nan)
                for row in np.flatnonzero(~same(ends, other, ulps)):
                    said.append(f"{name} {part} of person {row}: {expected[row]!r}, in the table {other[row]!r}")
    for kind, masks in (("contradicts", in_blocks.contradictions), ("ignored", in_blocks.ignored)):
        for name, mask in masks.items():
            if (scored[f"{kind}.{name}"].to_numpy() != mask).any():
                said.append(f"{kind} {name} differ")
    return said


def compare(engine: str, n_plans: int, n_people: int, **options: Any) -> int:
    """Compare the readers on random plans and people and return the number of pairs of plan and person."""
    n_cases = 0

    # A failing plan of a database takes minutes to make smaller: what is generated first has to do.
    @settings(
        max_examples=n_plans,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        **options,
    )
    @given(plan=plans(), seed=st.integers(0, 2**32 - 1))
    def readers_agree(plan: Plan, seed: int) -> None:
        nonlocal n_cases
        found = within_reach(plan, people(plan, seed, n_people))
        said = disagreements(plan, found, engine)
        assert not said, "\n".join(said[:5])
        n_cases += n_people

    readers_agree()
    return n_cases


@pytest.mark.parametrize(("engine", "n_plans"), [("polars", 3), ("duckdb", 1)])
def test_tables_say_of_generated_people_what_the_other_readers_say(engine: str, n_plans: int) -> None:
    assert compare(engine, n_plans, 150, derandomize=True) >= n_plans * 150


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_tables_say_what_the_other_readers_say_in_fifty_thousand_cases(engine: str) -> None:
    assert compare(engine, 500, 100) >= 50_000
