"""Makes docs/catalogue.md from the instruments that travel with rvn and the YAML files beside this script.

Run it after changing any of them: `python docs/catalogue.py`. A test fails while the page is not current.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path
from typing import Any

import rvn
from rvn.catalog import shipped
from rvn.definition.entries import Definition
from rvn.definition.source import read
from rvn.plan.types import levels_of, type_of
from rvn.scoring.instrument import Instrument

HERE = Path(__file__).parent
PAGE = HERE / "catalogue.md"
GROUPS = HERE / "groups.yaml"
NOT_SHIPPED = HERE / "not-shipped.yaml"
NEEDED_BY = HERE / "needed-by.yaml"
OTHERS = "Others"
NEEDED = 2  # published instruments that need a construct, so that none fits one only
MADE_HERE = ("fictitious-*", "spj-frame")

HEAD = """\
# Catalogue

The instruments that travel with rvn. `rvn show ID` says more about each, `rvn show --plan ID` how it is computed.

*Levels* are those of the outcome, the output that an instrument is about. *Withheld* names the parts that rest on
recalled facts, which nobody has checked against their source: they are
[not stated](results.md#recalled-facts) unless asked for by name. *May ship* says whether the definition may travel with
rvn; the terms are those of the instrument.

This page is made by `python docs/catalogue.py`.
"""


def page() -> str:
    """Return the page as it should stand in the documentation."""
    instruments = [rvn.load(path) for path in sorted(shipped("instruments").glob("*/*.yaml"))]
    parts = [HEAD]
    for group, members in _grouped(instruments):
        parts += [f"## {group}\n", _table(LISTED, [_row(instrument) for instrument in members])]
    parts += [
        "## What uses which construct\n",
        CONSTRUCTS_HEAD,
        _table(("construct", "users", "by", "also needed by"), _uses(instruments)),
    ]
    parts += ["## Not shipped\n", NOT_HERE, _table(("instruments", "why"), _absent())]
    return "\n".join(parts)


LISTED = ("instrument", "status", "for whom", "levels", "withheld", "licence", "may ship")
CONSTRUCTS_HEAD = f"""\
[The language](language.md) describes each. *Also needed by* names published instruments that are not written with it
here, and why not. A construct that fewer than {NEEDED} published instruments need is marked; why it stays says
[decision 10](decisions/0010-constructs-with-few-users.md).
"""
NOT_HERE = "Known instruments that are not here, and why.\n"


# instruments


def _grouped(instruments: list[Instrument]) -> Iterator[tuple[str, list[Instrument]]]:
    """Yield groups with their members; an instrument stands where its id is named in full, or else fits first."""
    groups: list[dict[str, Any]] = _data(GROUPS)
    found: dict[str, list[Instrument]] = {entry["group"]: [] for entry in groups} | {OTHERS: []}
    for instrument in instruments:
        exact = [entry["group"] for entry in groups if instrument.id in entry["ids"]]
        alike = [e["group"] for e in groups if any(fnmatchcase(instrument.id, pattern) for pattern in e["ids"])]
        found[next(chain(exact, alike), OTHERS)].append(instrument)
    yield from ((group, members) for group, members in found.items() if members)


def _row(instrument: Instrument) -> tuple[str, ...]:
    definition = instrument.definition
    file = instrument.loaded.path.resolve().relative_to(HERE.parent.resolve())
    return (
        f"[{instrument.reference}](../{file})<br>{instrument.title('en')}",
        definition.status,
        (definition.population or {}).get("en", "–"),
        _levels(instrument),
        ", ".join(_withheld(instrument)) or "–",
        definition.licence.terms,
        {True: "yes", False: "no"}.get(definition.licence.ship, "not known; all of it is withheld"),  # type: ignore[call-overload]
    )


def _withheld(instrument: Instrument) -> Iterator[str]:
    """Yield the parts that are withheld, norms of which some rows are among them."""
    yield from (f"`{name}`" for name in sorted(instrument.recalled))


def _levels(instrument: Instrument) -> str:
    node = (instrument.plan.full or instrument.plan).outputs[instrument.definition.outcome]
    return ", ".join(levels_of(node)) or {"boolean": "yes or no"}.get(type_of(node), "a number")


# constructs


def _missing(method: str) -> Callable[[Definition], bool]:
    return lambda definition: any(scale.missing.method == method for scale in definition.scales)


def _policy(key: str) -> Callable[[Definition], bool]:
    return lambda definition: any(getattr(scale.missing, key) for scale in definition.scales)


def _has(section: str) -> Callable[[Definition], bool]:
    return lambda definition: bool(getattr(definition, section))


def _any(section: str, holds: Callable[[Any], object]) -> Callable[[Definition], bool]:
    return lambda definition: any(holds(entry) for entry in _entries(definition, section))


def _entries(definition: Definition, section: str) -> Iterable[Any]:
    found = getattr(definition, section)
    return found.values() if isinstance(found, dict) else found


USERS: dict[str, Callable[[Definition], bool]] = {
    "`eligible`": _has("eligible"),
    "`consistent`": _has("consistent"),
    "`given`": _has("given"),
    "`given`, kind code": _any("given", lambda entry: entry.kind == "code"),
    "`asked_if`": _any("items", lambda entry: entry.asked_if),
    "`scored: false`": _any("items", lambda entry: not entry.scored),
    "`derived`": _has("derived"),
    "`lookups`": _has("lookups"),
    "`missing`, zero": _missing("zero"),
    "`missing`, prorate": _missing("prorate"),
    "`missing`, by_sign": _missing("by_sign"),
    "`missing`, table": _missing("table"),
    "`missing`, only": _policy("only"),
    "`missing`, at_least": _policy("at_least"),
    "`missing`, leave_out": _policy("leave_out"),
    "`models`, logistic": _any("models", lambda entry: entry.kind == "logistic"),
    "`models`, linear": _any("models", lambda entry: entry.kind == "linear"),
    "`by` in models": _any("models", lambda entry: entry.by),
    "`by` in bands": _any("bands", lambda entry: entry.by),
    "`by` in norms": _any("norms", lambda entry: entry.by),
    "`tables`": _has("tables"),
    "`judgements`": _has("judgements"),
    "`first_of`": _has("first_of"),
    "`norms`": _has("norms"),
    "`rules`": _has("rules"),
    "`flags`": _has("flags"),
    "`uses`": _has("uses"),
    "`overrides`": _has("overrides"),
    "`reassess`": _has("reassess"),
}


def _uses(instruments: list[Instrument]) -> Iterator[tuple[str, str, str, str]]:
    needed = {entry["construct"]: entry for entry in _data(NEEDED_BY)}
    if strange := set(needed) - set(USERS):
        raise ValueError(f"{NEEDED_BY} names {', '.join(sorted(strange))}, of which there is nothing")
    for construct, holds in USERS.items():
        users = [each.reference for each in instruments if holds(each.definition)]
        entry = needed.get(construct, {})
        yield _construct(construct, users, entry.get("names", ()), entry.get("why", ""))
    yield _construct("profiles", [each.reference for each in instruments if any(_profiles(each))])


def _profiles(instrument: Instrument) -> Iterator[Path]:
    """Yield the profiles beside an instrument that are of its version."""
    for path in (instrument.loaded.path.parent / "profiles").glob("*.yaml"):
        if read(path).data.get("of") == instrument.reference:
            yield path


def _construct(name: str, users: list[str], names: Iterable[str] = (), why: str = "") -> tuple[str, str, str, str]:
    published = {user for user in users if not any(fnmatchcase(user.partition("@")[0], made) for made in MADE_HERE)}
    mark = " **(few)**" if len(published | set(names)) < NEEDED else ""
    others = f"{', '.join(names)}. {why.strip()}" if why else "–"
    return name, f"{len(users)}{mark}", ", ".join(users) or "–", others


# what is not here


def _absent() -> Iterator[tuple[str, str]]:
    for entry in _data(NOT_SHIPPED):
        yield ", ".join(entry["names"]), entry["why"]


def _data(path: Path) -> Any:
    source = read(path)
    if source.problems:
        raise ValueError("\n".join(map(str, source.problems)))
    return source.data


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [headings, ("---",) * len(headings), *rows]
    cells = ([cell.replace("|", "\\|").replace("\n", " ").strip() for cell in line] for line in lines)
    return "\n".join(f"| {' | '.join(line)} |" for line in cells) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
