"""Test vectors touch everything of an instrument, come out the same every time, and notice what is wrong."""

from __future__ import annotations

import csv
import io
import json
import random
from typing import Any

import pandas as pd
import pytest

import rvn
from rvn.export.comparison import compare, read_results
from rvn.export.targets import targets
from rvn.export.vectors import Vectors, vectors
from rvn.scoring.examples import scored

# Whose vectors take longest to find.
LARGE = ("fictitious-needs@1.0", "fictitious-security@1.0", "ogrs4@1.0")


def made(reference: str, *, stated: bool = True) -> Vectors:
    instrument = rvn.load(reference)
    return vectors(instrument.accepting(*instrument.recalled) if stated else instrument)


def untouched(found: Vectors) -> tuple[str, ...]:
    """Return what vectors, as they stand in their file, leave untouched; asked of nothing that made them."""
    wanted = targets(found.instrument)
    for vector in json.loads(found.to_json())["vectors"]:
        if not vector.get("refused"):
            on = scored(found.instrument, vector["answers"], vector["on"]).evaluation
            wanted = [target for target in wanted if target.distance(on) != 0]
    return tuple(map(str, wanted))


@pytest.fixture(scope="module")
def audit() -> Vectors:
    return made("audit@2001")


@pytest.mark.parametrize("reference", [reference for reference in rvn.references() if reference not in LARGE])
def test_vectors_touch_everything(reference: str) -> None:
    found = made(reference)
    assert () == found.missed == untouched(found)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("reference", "stated"),
    [*((reference, False) for reference in rvn.references()), *((reference, True) for reference in LARGE)],
)
def test_vectors_of_the_largest_and_of_what_is_withheld_touch_everything(reference: str, stated: bool) -> None:
    found = made(reference, stated=stated)
    assert () == found.missed == untouched(found)


def test_vectors_are_the_same_every_time(audit: Vectors) -> None:
    again = made("audit@2001")
    assert (audit.to_json(), audit.to_csv()) == (again.to_json(), again.to_csv())


def test_edges_and_exclusions_come_before_answers(audit: Vectors) -> None:
    assert audit.vectors[0].why[0].startswith("cut-off")
    kinds = [vector.why[0].split()[0] for vector in audit.vectors]
    assert kinds.index("missing") < kinds.index("answer")
    assert "refused" == kinds[-1]


@pytest.mark.parametrize("reference", ["bjmhs@2005", "ogrs3@2009", "static-stable@2017"])
def test_the_table_scored_as_a_frame_says_the_same(reference: str) -> None:
    found = made(reference)
    instrument = found.instrument
    table = pd.read_csv(io.StringIO(found.to_csv()), dtype=str, keep_default_na=False).replace("", None)
    fields = {name: field for name, field in instrument.plan.fields.items() if name in table}
    for name, field in fields.items():
        if field.kind in ("count", "number"):
            table[name] = [value if value in (None, *field.reasons) else float(value) for value in table[name]]
    own = table[[column for column in table if not column.startswith("expect.")]]
    scored = instrument.score_frame(own, outputs=list(instrument.plan.results)).frame
    assert [] == compare(found, read_results(scored.to_csv(index=False), is_csv=True))


@pytest.mark.parametrize("is_csv", [False, True])
def test_the_files_of_the_vectors_are_right_about_themselves(audit: Vectors, is_csv: bool) -> None:
    text = audit.to_csv() if is_csv else audit.to_json()
    assert [] == compare(audit, read_results(text, is_csv=is_csv))


def test_every_changed_value_is_noticed(audit: Vectors) -> None:
    rng = random.Random(3)
    rows = list(csv.reader(io.StringIO(audit.to_csv())))
    expected = [place for place, name in enumerate(rows[0]) if name.startswith("expect.")]
    for _ in range(60):
        changed = [list(row) for row in rows]
        row, place = rng.randrange(1, len(rows)), rng.choice(expected)
        changed[row][place] = "" if changed[row][place] else "7"
        out = io.StringIO()
        csv.writer(out).writerows(changed)
        differences = compare(audit, read_results(out.getvalue(), is_csv=True))
        if not audit.vectors[row - 1].refused:
            assert [rows[row][0]] == [difference.vector for difference in differences]


def test_a_wrong_cut_off_is_found_by_its_edge(audit: Vectors) -> None:
    theirs = {}
    for vector in audit.vectors:
        outputs: dict[str, Any] = {name: dict(parts) for name, parts in vector.expect.items()}
        if outputs["total"]["value"] == 8:  # zone II begins at 8; this implementation begins it at 9
            outputs["zone"]["value"] = "I"
        theirs[vector.id] = outputs
    differences = compare(audit, theirs)
    assert differences
    assert any("cut-off zone: on the cut-off of II" in difference.why for difference in differences)


def test_what_was_left_out_or_is_not_there_is_a_difference(audit: Vectors) -> None:
    theirs = {vector.id: vector.expect for vector in audit.vectors[1:]} | {"v999": {}}
    assert ["v999: there is no such vector", "v001: it was left out"] == [str(each) for each in compare(audit, theirs)]
    theirs = {vector.id: vector.expect for vector in audit.vectors} | {"v001": {"zone": {"value": "I"}}}
    assert "v001 zone status: expected complete, found nothing there" in [str(each) for each in compare(audit, theirs)]


def test_refused_answers_may_be_refused_or_called_invalid(audit: Vectors) -> None:
    refused = [vector for vector in audit.vectors if vector.refused]
    assert refused
    assert all(parts["status"] == "invalid" for vector in refused for parts in vector.expect.values())
    content = {"vectors": [{"id": vector.id, "refused": True} for vector in refused]}
    kept = Vectors(audit.instrument, tuple(refused), 0, ())
    assert [] == compare(kept, read_results(json.dumps(content), is_csv=False))


@pytest.mark.parametrize("text", ["", "nothing", "[]", '{"vectors": 3}', '{"v001": 3}', '{"v001": {"zone": "I"}}'])
def test_what_holds_no_results_is_refused(text: str) -> None:
    with pytest.raises(rvn.FrameError, match="RVN693"):
        read_results(text, is_csv=False)
    with pytest.raises(rvn.FrameError, match="RVN693"):
        read_results(text, is_csv=True)
