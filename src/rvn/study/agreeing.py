"""How much raters agree: on points, and on the level that the points give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from rvn import messages
from rvn.errors import ContractError, StudyError
from rvn.study.cells import FloatArray, Table
from rvn.study.data import Wanted, read_data
from rvn.study.entries import Raters
from rvn.study.load import Study
from rvn.study.people import refuse_personal_codes
from rvn.study.results import Agreement, DataSource, ProblemRow
from rvn.study.scored import Scored, score
from rvn.validation.agreement.icc import icc, measurement_error
from rvn.validation.agreement.icc_incomplete import icc_incomplete
from rvn.validation.agreement.kappa import kappa
from rvn.validation.agreement.krippendorff import krippendorff_alpha
from rvn.validation.agreement.many_raters import fleiss_kappa, gwet_ac, percent_agreement
from rvn.validation.agreement.ratings import ratings_from_rows
from rvn.validation.estimate import Estimate
from rvn.validation.overall.sample import estimates_in
from rvn.validation.tally import Tally

MOST_CATEGORIES = 20  # beyond that, agreement is of points and not of categories
MOST_RATERS_AT_RANDOM = 30  # crossed random effects of more raters take too long to be worth it


@dataclass(frozen=True)
class Ratings:
    """What the raters of one set said: points, places of levels, or both, a column a rater.

    `table` is the file that they came from, with its bad cells, and `source` what it is; None where they stand in the
    data of the study.
    """

    points: FloatArray | None
    levels: FloatArray | None
    table: Table | None = None
    source: DataSource | None = None

    @property
    def problems(self) -> Iterator[ProblemRow]:
        """Kinds of cells of the file that could not be used; their column is named with the file."""
        if self.table is not None and self.source is not None:
            for cells in self.table.bad:
                yield replace(cells.to_row(), column=f"{self.source.name}: {cells.column}")


def ratings(study: Study, table: Table, scores: Sequence[Scored]) -> dict[str, Ratings]:
    """Return what every set of raters of the plan said, by its id."""
    by_name = {scored.name: scored for scored in scores}
    found = {}
    for name, raters in study.file.raters.items():
        scored = by_name[raters.score]
        if raters.columns is not None:
            found[name] = Ratings(*_beside(raters.columns, scored, table))
        else:
            found[name] = _long(study, name, raters, scored)
    return found


def agreements(study: Study, found: Mapping[str, Ratings], scores: Sequence[Scored]) -> tuple[Agreement, ...]:
    """Return how much the sets of raters of the plan agree."""
    by_name = {scored.name: scored for scored in scores}
    return tuple(
        _agreement(name, by_name[study.file.raters[name].score], said.points, said.levels, study.file.confidence)
        for name, said in found.items()
    )


def _beside(columns: Sequence[str], scored: Scored, table: Table) -> tuple[FloatArray | None, FloatArray | None]:
    """Return ratings as points, or as places of levels; points give levels where the score has cut-offs."""
    names = {name for column in columns for name in table.texts(column)[1]}
    if scored.names and names and names <= _spellings(scored).keys():
        spelt: dict[str, list[str]] = {name: [] for name in scored.names}
        for spelling, name in _spellings(scored).items():
            spelt[name].append(spelling)
        remedy = "write the names of the levels as the instrument does"
        return None, np.column_stack([table.one_of(column, spelt, remedy) for column in columns])
    points = np.column_stack([table.numbers(column) for column in columns])
    return points, _levels_of(points, scored)


def _spellings(scored: Scored) -> dict[str, str]:
    return {spelling: level.name for level in scored.levels for spelling in (level.name, *level.label.values())}


def _levels_of(points: FloatArray, scored: Scored) -> FloatArray | None:
    starts = [level.starts for level in scored.levels]
    if not starts or any(start is None for start in starts):
        return None
    places = np.searchsorted(np.array(starts, dtype=np.float64), points, side="right") - 1.0
    return np.where(np.isnan(points), np.nan, places)


def _long(study: Study, name: str, raters: Raters, scored: Scored) -> Ratings:
    """Return ratings of a file with one row a rating, as a table of persons by raters."""
    assert raters.data is not None
    assert raters.person is not None
    assert raters.rater is not None
    at = ("raters", name)
    columns = {"person": raters.person, "rater": raters.rater}
    if raters.rating is not None:
        columns["rating"] = raters.rating
    wanted = [Wanted(column, study.source.place((*at, key))) for key, column in columns.items()]
    if raters.rating is None and scored.instrument is not None:
        place = study.source.place(at)
        wanted += [Wanted(scored.entry.columns.get(item, item), place) for item in scored.instrument.plan.fields]
    frame, source = read_data(raters.data, study.folder, wanted)
    table = Table.of(frame, raters.data)
    refuse_personal_codes(table, [raters.person, raters.rater])
    person, rater = table.texts(raters.person)[0], table.texts(raters.rater)[0]
    table.report(messages.NO_PERSON, person < 0, raters.person)
    known = (person >= 0) & (rater >= 0)
    if raters.rating is not None:
        points, levels = _beside([raters.rating], scored, table)
    else:
        again = score(study, scored.name, table)
        points = again.points[:, None]
        levels = np.where(again.level < 0, np.nan, again.level).astype(np.float64)[:, None] if again.names else None

    def spread(values: FloatArray | None) -> FloatArray | None:
        if values is None:
            return None
        try:
            return ratings_from_rows(person[known], rater[known], values[known, 0])
        except ContractError as error:
            why, remedy = error.diagnostics[0].message, "keep one row for each person and rater"
            place = study.source.place(at)
            raise StudyError(messages.DATA_UNREADABLE.at(place, name=source.name, why=why, remedy=remedy)) from None

    return Ratings(spread(points), spread(levels), table, source)


def _agreement(
    name: str, scored: Scored, points: FloatArray | None, levels: FloatArray | None, confidence: float
) -> Agreement:
    said = points if points is not None else levels
    assert said is not None
    twice = (~np.isnan(said)).sum(axis=1) >= 2
    return Agreement(
        id=name,
        score=scored.name,
        raters=said.shape[1],
        people=int(twice.sum()),
        measures=_measures(points[twice], confidence, are_points=True)
        if points is not None
        else _measures(said[twice], confidence, are_points=False),
        of_level=_measures(levels[twice], confidence, are_points=False)
        if points is not None and levels is not None
        else (),
    )


def _measures(said: FloatArray, confidence: float, *, are_points: bool) -> tuple[Estimate, ...]:
    columns = {f"rater {place}": said[:, place] for place in range(said.shape[1])}
    if not len(said):
        return ()
    tally = Tally(columns)
    table, counts = np.column_stack([tally[column] for column in columns]), tally["counts"]
    found: list[object] = []
    if are_points:
        found += _of_points(table, counts, confidence)
    categories = np.unique(table[~np.isnan(table)])
    if len(categories) <= MOST_CATEGORIES:
        found.append(percent_agreement(table, counts=counts, level=confidence))
        if table.shape[1] == 2:
            found.append(kappa(table[:, 0], table[:, 1], counts=counts, level=confidence))
            found.append(kappa(table[:, 0], table[:, 1], counts=counts, weights="linear", level=confidence))
        else:
            row = fleiss_kappa(table, counts=counts, level=confidence)
            found += [replace(row, name="kappa", notes=(*row.notes, "Fleiss' kappa of several raters")), row]
        found.append(gwet_ac(table, categories, counts=counts, level=confidence))
    metric = "interval" if are_points else "ordinal"
    found.append(krippendorff_alpha(table, metric, counts=counts, level=confidence))  # type: ignore[arg-type]
    return tuple(estimates_in(found))


def _of_points(table: FloatArray, counts: npt.NDArray[np.int64], confidence: float) -> list[object]:
    if not np.isnan(table).any():
        return [
            icc(table, "A,1", counts=counts, level=confidence),
            measurement_error(table, "agreement", counts=counts, level=confidence),
        ]
    if table.shape[1] <= MOST_RATERS_AT_RANDOM:
        return [icc_incomplete(table, "A,1", counts=counts, level=confidence)]
    note = f"ratings are absent, and {table.shape[1]} raters are too many for crossed random effects"
    return [Estimate(name="icc", value=float("nan"), level=confidence, status="not_estimable", notes=(note,))]
