"""Scores one person with Static-99R: the results, the norms beside them, and the full explanation in words.

The beside is one `json.dumps` of the answers and results: what a system does with every assessment anyway.
"""

from __future__ import annotations

import json
import timeit

import rvn

ANSWERS = {
    "sex": "male",
    "index_offence": "current",
    "age_at_release": 44,
    "lived_with_partner": "yes",
    "index_violence": "yes",
    "prior_violence": "yes",
    "prior_charges": 3,
    "prior_convictions": 4,
    "sentencing_dates": 1,
    "noncontact_offence": "no",
    "unrelated_victim": "no",
    "stranger_victim": "no",
    "male_victim": "yes",
}
GOALS = {"scale and levels": 150.0, "with all norms": 150.0, "the full explanation": 1000.0}


def main() -> None:
    instrument = rvn.load("static-99r@2016").accepting("higher_count", "total")

    norms = {norm.id for norm in instrument.definition.norms}

    def results() -> None:
        result = instrument.score(ANSWERS)
        for name in instrument.plan.results:
            if name not in norms:
                result[name]

    def every() -> None:
        result = instrument.score(ANSWERS)
        for name in instrument.plan.results:
            result[name]

    def explanation() -> None:
        str(instrument.score(ANSWERS).explain("lv"))

    record = instrument.score(ANSWERS).to_record()
    beside = _microseconds(lambda: json.dumps([ANSWERS, record]))
    for what, work in (("scale and levels", results), ("with all norms", every), ("the full explanation", explanation)):
        taken, goal = _microseconds(work), GOALS[what]
        verdict = "met" if taken < goal else f"missed by {taken / goal:.2f} x"
        print(f"{what:<22}{taken:8.0f} µs  {taken / beside:6.1f} x writing the record   goal {goal:.0f} µs: {verdict}")


def _microseconds(work: object, runs: int = 200) -> float:
    """Return the time of one call: the best of several batches, since others use the machine too."""
    return min(timeit.repeat(work, number=20, repeat=runs // 5)) / 20 * 1e6  # type: ignore[call-overload]


if __name__ == "__main__":
    main()
