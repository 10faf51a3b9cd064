"""What differs between two versions is named part by part, and the levels that would change are counted."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from test_rescore import TEXAS, people

import rvn
from rvn.catalog import shipped
from rvn.versions import diff
from rvn.versions.population import population

OLD, NEW = "static-99@1999", "static-99r@2016"


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """Return a copy of Static-99R to be changed."""
    folder = Path(shutil.copytree(shipped("instruments") / "static-99r", tmp_path / "static-99r"))
    return folder / "2016.yaml"


def sentences(path: Path, old: str, new: str, part: str, file: Path | None = None) -> list[str]:
    file = file or path
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new, 1))
    found = diff(NEW, rvn.load(path), frame=people(TEXAS, [30]).assign(liberty="longer"))
    assert {part} == {difference.part for difference in found.found}
    return [difference.sentence for difference in found.found]


def test_the_two_versions_of_static_99_differ_in_the_points_for_age_and_the_levels() -> None:
    found = diff(OLD, NEW, frame=people(TEXAS, [30]))
    assert [] == found.of("items")
    assert [
        "outcome: is category → level",
        "age_at_release: points 10-25: 1, 25-120: 0 → 10-35: 1, 35-40: 0, 40-60: -1, 60-120: -3",
    ] == [difference.sentence for difference in found.of("scoring")]
    assert ["category", "level", "category_2003"] == [difference.name for difference in found.of("cut_offs")]


def test_a_version_does_not_differ_from_itself() -> None:
    found = diff(NEW, NEW)
    assert () == found.found
    assert {0} == {moved for moved, _ in found.levels.values()}


def test_a_moved_cut_off_is_named_with_both_bounds(changed: Path) -> None:
    assert ["level: IVb from 6 → 7"] == sentences(changed, "IVb: 6}", "IVb: 7}", "cut_offs")


def test_a_changed_option_is_named(changed: Path) -> None:
    assert ["sex: options male, female → male, woman"] == sentences(changed, "[male, female]", "[male, woman]", "items")


def test_a_changed_norm_is_named_with_its_value(changed: Path) -> None:
    file = changed.parent / "norms" / "percentile.csv"
    (sentence,) = sentences(changed, "1.3", "1.4", "norms", file)
    assert sentence.startswith("percentile: at -3 estimate 1.3")
    assert "→ estimate 1.4" in sentence


def test_a_changed_sentence_is_named(changed: Path) -> None:
    assert ["men: because (en) Made for men. → Made for adult men."] == sentences(
        changed, "en: Made for men.", "en: Made for adult men.", "texts"
    )


def test_levels_are_counted_among_the_people_of_a_frame() -> None:
    # Totals of 4 at ages 30, 37, 45: 5, 4 and 3 under Static-99R, so that only the third leaves the level of 4 and 5.
    found = diff(OLD, NEW, frame=people(TEXAS, [30, 37, 45]))
    assert (False, (1, 3)) == (found.is_generated, found.levels["level"])


def test_levels_are_counted_in_a_generated_population_that_is_the_same_each_time() -> None:
    first, second = diff(OLD, NEW), diff(OLD, NEW)
    assert first.levels == second.levels
    moved, of = first.levels["level"]
    assert 0 < moved < of == 10_000


def test_where_answers_cannot_be_read_no_share_is_stated() -> None:
    found = diff("audit@2001", NEW)
    assert found.summary is None
    assert {} == found.levels
    assert found.of("items")


def test_a_draft_is_compared_before_its_migration_is_written(changed: Path) -> None:
    text = changed.read_text().replace('version: "2016"', 'version: "2030"').replace("IVb: 6}", "IVb: 7}")
    (changed.parent / "2030.yaml").write_text(text)
    found = diff(NEW, rvn.load(changed.parent / "2030.yaml"))
    moved, of = found.levels["level"]
    assert 0 < moved < of


@pytest.mark.parametrize("reference", ["static-99r@2016", "audit@2001", "ovp@2009", "vrag@2006"])
def test_generated_people_can_all_be_scored(reference: str) -> None:
    instrument = rvn.load(reference)
    drawn = population(instrument, size=200, seed=3)
    every = instrument.accepting(*instrument.recalled)
    scored = every.score_frame(drawn, prefix="of ").frame
    assert {"complete"} == set(scored[f"of {instrument.definition.outcome}_status"].astype(str))
    assert 200 == len(drawn)
    pd.testing.assert_frame_equal(drawn, population(instrument, size=200, seed=3))


@pytest.mark.slow
@pytest.mark.parametrize("reference", sorted(rvn.references()))
def test_every_instrument_can_be_compared(reference: str) -> None:
    assert () == diff(reference, reference, frame=population(rvn.load(reference), size=20)).found
