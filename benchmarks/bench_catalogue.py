"""Loads and checks every definition that travels with rvn, as a fresh process meets them.

Checking a definition is: parse it, check it, build its plan, read its texts, run all its worked examples. Loading reads
its components too, unless they are cached. Times are of this process, which counts nothing else that the machine does,
and of the clock beside it.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import rvn
from rvn import catalog

TIMES = 15


def both(work: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds that some work takes, of the process and of the clock."""
    of_process, of_clock = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - of_process, time.perf_counter() - of_clock


def forget() -> None:
    """Empty the cache of definitions."""
    catalog._read.cache_clear()


def loaded(reference: str) -> float:
    """Return the seconds of the process that loading takes when no more than the components is cached."""
    components = rvn.load(reference).definition.uses.values()
    forget()
    for component in components:
        rvn.load(component)
    return both(lambda: rvn.load(reference))[0]


def main() -> None:
    """Print one line a measurement."""
    references = list(rvn.references())
    found: list[object] = []

    def check_all() -> None:
        found.extend(problem for reference in references for problem in rvn.load(reference).check())

    forget()
    process, clock = both(check_all)
    examples = sum(len(rvn.load(reference).definition.tests) for reference in references)
    print(f"{len(references)} definitions, {examples} worked examples, {len(found)} problems")
    print(f"checked, all of them: {process:.2f} s of the process, {clock:.2f} s of the clock")
    times = {name: statistics.median(loaded(name) for _ in range(5)) for name in references}
    in_order = sorted(times, key=lambda name: times[name])
    for what, name in (("smallest", in_order[0]), ("middle", in_order[len(in_order) // 2]), ("largest", in_order[-1])):
        rvn.load(name)
        cached = statistics.median(both(lambda name=name: rvn.load(name))[0] for _ in range(TIMES))  # type: ignore[misc]
        print(f"load, {what}, {name}: {times[name] * 1000:.1f} ms; cached {cached * 1000:.2f} ms")
    slow = [f"{name} {times[name] * 1000:.0f} ms" for name in in_order if times[name] > 0.05]
    print(f"above 50 ms: {', '.join(slow) or 'none'}")


if __name__ == "__main__":
    main()
