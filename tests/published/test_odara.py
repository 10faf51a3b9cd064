"""The table of prorated totals on the fact sheet of the ODARA, computed from raw × 13 ÷ (13 − missing), halves up.

The official table was not readable. One cell is remembered differently (five missing, raw 4: 6), and none is official.
"""

from __future__ import annotations

import pandas as pd
import pytest

import rvn

PRORATED = {
    1: [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13],
    2: [0, 1, 2, 4, 5, 6, 7, 8, 9, 11, 12, 13],
    3: [0, 1, 3, 4, 5, 7, 8, 9, 10, 12, 13],
    4: [0, 1, 3, 4, 6, 7, 9, 10, 12, 13],
    5: [0, 2, 3, 5, 7, 8, 10, 11, 13],
}
CELLS = [(missing, raw, total) for missing, row in PRORATED.items() for raw, total in enumerate(row)]
CATEGORIES = ["0", "1", "2", "3", "4", "5-6", "5-6", *["7-13"] * 7]
FACTS = {"sex": "male", "incident": "force", "victim": "female_partner"}


def odara(*accepted: str) -> rvn.Instrument:
    return rvn.load("odara@2010").accepting(*accepted)


def person(missing: int, raw: int) -> dict[str, object]:
    """Return somebody with `raw` items present, the last `missing` unknown."""
    items = [item.id for item in rvn.load("odara@2010").definition.items]
    answers = ["yes"] * raw + ["no"] * (13 - raw - missing) + ["unknown"] * missing
    return FACTS | dict(zip(items, answers, strict=True))


@pytest.mark.parametrize(("missing", "raw", "total"), CELLS)
def test_a_total_is_prorated_as_in_the_table(missing: int, raw: int, total: int) -> None:
    result = odara("total", "category").score(person(missing, raw))
    assert (total, CATEGORIES[total]) == (result["total"].value, result["category"].value)


def test_a_frame_of_totals_is_prorated_as_in_the_table() -> None:
    people = pd.DataFrame([person(missing, raw) for missing, raw, _ in CELLS])
    scored = odara("total", "category").score_frame(people).frame
    expected = [[total, CATEGORIES[total]] for *_, total in CELLS]
    assert expected == scored[["total", "category"]].astype(object).values.tolist()


@pytest.mark.parametrize("raw", range(8))
def test_six_missing_answers_are_too_many(raw: int) -> None:
    total = odara("total").score(person(6, raw))["total"]
    assert (None, "too_few_answers", raw, raw + 6) == (total.value, total.status, total.low, total.high)


def test_by_default_a_complete_total_is_stated_and_nothing_that_is_recalled() -> None:
    result = odara().score(person(0, 6))
    assert (6, "complete") == (result["total"].value, result["total"].status)
    for name in ("category", "rate_2004", "rate_2010"):
        assert (None, "withheld") == (result[name].value, result[name].status)


def test_by_default_a_total_is_not_prorated() -> None:
    total = odara().score(person(1, 6))["total"]
    assert (None, "withheld", 6, 7) == (total.value, total.status, total.low, total.high)


def test_a_table_of_ones_own_takes_the_place_of_the_formula(tmp_path) -> None:
    remembered = [(missing, raw, 6 if (missing, raw) == (5, 4) else total) for missing, raw, total in CELLS]
    rows = "".join(f"{missing},{raw},{total}\n" for missing, raw, total in remembered)
    (tmp_path / "prorating.csv").write_text(f"absent,sum,total\n{rows}", encoding="utf-8")
    (tmp_path / "local.yaml").write_text(
        "rvn: 1\nid: local\nversion: '1'\nof: odara@2010\ntitle: {en: Local table}\nsources: {own: {cite: Own table}}\n"
        "missing:\n  total: {allow: 5, method: table, table: prorating.csv, source: own}\n",
        encoding="utf-8",
    )
    local = rvn.load("odara@2010", profile=tmp_path / "local.yaml")
    people = pd.DataFrame([person(missing, raw) for missing, raw, _ in remembered])
    expected = [total for *_, total in remembered]
    assert expected == [local.score(row)["total"].value for row in people.to_dict("records")]
    assert expected == local.score_frame(people).frame["total"].tolist()
