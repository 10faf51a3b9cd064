"""Writes the records of this release into a folder of its own; run once when a release is made, never again for it.

`python tests/records/make.py` writes what is not there yet and changes nothing that is.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import rvn
from rvn import records

HERE = Path(__file__).parent
KEY = b"the key of the stored records, which protects nothing"


def results() -> Iterator[tuple[str, rvn.Result]]:
    """Yield results of every status, with norms, flags, components, recalled parts, judgements and overrides."""
    audit = rvn.load("audit@2001")
    yield "complete", audit.score({"frequency": "never", "injury": "no", "concern": "no"})
    yield "decided", audit.score({"frequency": "never", "injury": "no"})
    broward = rvn.load("broward-rules@2018")
    yield "undecided", broward.score({"age": 19, "priors": 0})
    yield "not-applicable", broward.score({"age": 17, "sex": "male", "priors": 0})
    needs = rvn.load("fictitious-needs@1.0")
    example = needs.definition.tests[1]
    yield "many-outputs", needs.score({**example.given, **example.answers}, on=example.on)
    security = rvn.load("fictitious-security@1.0")
    example = security.definition.tests[0]
    override = rvn.Override(
        "level",
        "medium",
        "health",
        "officer-7",
        "2026-01-16",
        approved_by="officer-2",
        because="Slimība — ārsta atzinums",
    )
    yield "override", security.score({**example.given, **example.answers}, on=example.on).overridden(override)
    static = rvn.load("static-99r@2016")
    example = static.definition.tests[0]
    first = static.score({**example.given, **example.answers}, on=example.on)
    yield "withheld", first
    yield "recalled", static.accepting(*static.recalled).score({**example.given, **example.answers}, on=example.on)
    frame = rvn.load("spj-frame@1")
    example = frame.definition.tests[0]
    yield "judgement", frame.score({**example.given, **example.answers}, on=example.on)


def main() -> None:
    """Write what is not there yet."""
    folder = HERE / rvn.__version__
    folder.mkdir(exist_ok=True)
    previous = None
    for name, result in results():
        file = folder / f"{name}.json"
        if not file.exists():
            file.write_bytes(records.write(result, key=KEY, subject="p-0041", previous=previous))
        previous = records.read(file)


if __name__ == "__main__":
    main()
