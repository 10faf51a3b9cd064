"""From a frame to the columns of a validity study: scored, checked, and counted out with the reasons."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Protocol

import narwhals as nw
import numpy as np
import numpy.typing as npt

from rvn.validation.estimate import Estimate
from rvn.validation.foundations.samples import labels
from rvn.validation.observations import FloatArray, contract, frequencies, numbers
from rvn.validation.tally import Tally

PREFIX = "rvn."  # before the names of the columns that scoring adds


class Scorer(Protocol):
    """What can score a frame, as an instrument does; `plan` tells the outputs apart."""

    @property
    def plan(self) -> Any:
        """Steps, outputs and the outcome of the instrument."""

    def score_frame(self, frame: Any, **options: Any) -> Any:
        """Return an object whose `frame` has the outputs beside the rows."""


@dataclass(frozen=True)
class Frame:
    """A frame whose columns are asked for by name."""

    table: nw.DataFrame[Any]

    @classmethod
    def of(cls, data: Any) -> Frame:
        """Take any eager frame that narwhals knows, or raise `ContractError`."""
        try:
            return cls(nw.from_native(data, eager_only=True))
        except TypeError:
            raise contract(f"`data` is {type(data).__name__}, not a frame", "collect a lazy frame first") from None
        except nw.exceptions.DuplicateError:
            raise contract("the frame has two columns of one name") from None

    def require(self, names: Iterable[str | None]) -> None:
        """Raise `ContractError` with near names when a column is not there."""
        known = self.table.columns
        for name in names:
            if name is not None and name not in known:
                close = difflib.get_close_matches(str(name), known, n=2)
                hint = f"did you mean {' or '.join(map(repr, close))}?" if close else f"it has {', '.join(known)}"
                raise contract(f"no column {name!r} in the frame", hint)

    def series(self, name: str) -> nw.Series[Any]:
        """Return a column."""
        self.require([name])
        return self.table[name]

    def numbers(self, name: str) -> FloatArray:
        """Return a column of numbers."""
        return numbers(name, self.series(name).to_numpy())

    def order(self, name: str) -> tuple[str, ...] | None:
        """Return the levels of an ordered category, from the lowest; None for any other column."""
        dtype = self.series(name).dtype
        return tuple(dtype.categories) if isinstance(dtype, nw.Enum) else None

    def labels(self, name: str) -> tuple[FloatArray, tuple[object, ...]]:
        """Return the place of each value among the labels of a column, and the labels: in their order, or sorted."""
        series = self.series(name)
        codes, found = labels(name, series.to_numpy())
        names = tuple(_plain(value) for value in found)
        ordered = self.order(name)
        if ordered is not None:
            codes = np.append([ordered.index(value) for value in names], np.nan)[
                np.where(np.isnan(codes), -1, codes).astype(np.int64)
            ]
            names = ordered
        return codes, names


@dataclass(frozen=True)
class Scored:
    """The score and the level of each row, and why a row has none."""

    name: str
    score: FloatArray
    level: FloatArray | None
    names: tuple[object, ...]  # of the levels, from the lowest
    standing: Mapping[str, tuple[FloatArray, tuple[object, ...]]]  # status of score and level, where scoring gives one


def score(scores: str | Scorer, frame: Frame, levels: str | None, people: FloatArray | None) -> Scored:
    """Return the score column, or score the frame with an instrument; levels come from `levels` or from it."""
    if isinstance(scores, str):
        points = frame.numbers(scores)
        level, names = (None, ()) if levels is None else _by_risk(frame, levels, points, people)
        return Scored(scores, points, level, names, {})
    plan = scores.plan
    # Scored Arrow tables write levels as text, which has no order.
    table = frame.table.to_pandas() if frame.table.implementation.is_pyarrow() else frame.table.to_native()
    made = Frame.of(scores.score_frame(table, prefix=PREFIX).frame)
    outcome = f"{PREFIX}{plan.outcome}"
    scale = scale_of(plan)
    named = str(getattr(scores, "reference", "instrument"))
    standing = {"level": made.labels(f"{outcome}_status")}
    level, names = (None, ()) if made.order(outcome) is None else made.labels(outcome)
    if scale is None and level is not None:
        points, standing["score"] = level, standing["level"]
    else:
        output = outcome if scale is None else f"{PREFIX}{scale}"
        points, standing["score"] = made.numbers(output), made.labels(f"{output}_status")
        named += f" {output.removeprefix(PREFIX)}"
    if levels is not None:
        level, names = _by_risk(frame, levels, points, people)
        del standing["level"]
    return Scored(named, points, level, names, standing)


def _by_risk(
    frame: Frame, name: str, points: FloatArray, counts: FloatArray | None
) -> tuple[FloatArray, tuple[object, ...]]:
    """Return levels from the lowest: in the order of their column, or, of text, by the mean score at each."""
    codes, names = frame.labels(name)
    if frame.order(name) is not None or not any(isinstance(value, str) for value in names):
        return codes, names
    known = ~np.isnan(codes) & ~np.isnan(points)
    at = codes[known].astype(np.int64)
    weight = np.ones(len(at)) if counts is None else counts[known]
    people = np.bincount(at, weight, minlength=len(names))
    total = np.bincount(at, weight * points[known], minlength=len(names))
    order = np.argsort(np.where(people > 0, total / np.maximum(people, 1), np.inf), kind="stable")
    rank = np.append(np.argsort(order), np.nan)
    return rank[np.where(np.isnan(codes), -1, codes).astype(np.int64)], tuple(names[place] for place in order)


def scale_of(plan: Any) -> str | None:
    """Return the scale that the bands of the outcome are made of, else the first one; None without any."""
    scales = plan.of_kind("scale", "model")
    bands = [step.node for step in plan.of_kind("bands") if step.name == plan.outcome]
    for step in scales:
        if any(getattr(node, "of", None) is step.node for node in bands):
            return str(step.name)
    return str(scales[0].name) if scales else None


@dataclass(frozen=True)
class Block:
    """One tally, from which statistics take the columns that they need.

    A row without a score or level is left out of what needs it, with its status as the reason.
    """

    columns: Mapping[str, npt.NDArray[Any]]
    counts: npt.NDArray[Any]
    names: Mapping[str, tuple[object, ...]]
    standing: Mapping[str, tuple[object, ...]]

    @classmethod
    def of(
        cls, columns: Mapping[str, FloatArray], counts: FloatArray | None, scored: Scored, names: Mapping[str, Any]
    ) -> Block:
        """Tally some columns; score and level bring their standing along."""
        standing = {name: scored.standing[name] for name in columns if name in scored.standing}
        beside = {f"{name} status": codes for name, (codes, _) in standing.items()}
        tally = Tally({**columns, **beside}, counts)
        return cls(tally.columns, tally["counts"], names, {name: words for name, (_, words) in standing.items()})

    def __call__(self, statistic: Callable[..., object], *wanted: str, **options: Any) -> tuple[Estimate, ...]:
        """Return what a statistic says of some columns; a column is text where its codes have names.

        A level is passed by its place when it is wanted as ``"rank"``.
        """
        keep = np.ones(len(self.counts), dtype=bool)
        reasons: dict[str, int] = {}
        sources = ["level" if name == "rank" else name for name in wanted]
        for name in sources:
            if name in ("score", "level"):
                absent = np.isnan(self.columns[name]) & keep
                for reason, rows in self._why(name, absent):
                    reasons[reason] = reasons.get(reason, 0) + int(self.counts[rows].sum())
                keep &= ~absent
        arrays = [
            self._named(source, keep) if source == name else self.columns[source][keep]
            for name, source in zip(wanted, sources, strict=True)
        ]
        found = statistic(*arrays, counts=self.counts[keep], **options)
        reasons = {reason: people for reason, people in reasons.items() if people}
        return tuple(replace(row, excluded={**reasons, **row.excluded}) for row in estimates_in(found))

    def _why(self, name: str, absent: npt.NDArray[np.bool_]) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
        if name not in self.standing:
            yield f"{name} absent", absent
            return
        status = self.columns[f"{name} status"]
        for code, word in enumerate(self.standing[name]):
            yield f"{name} {str(word).replace('_', ' ')}", absent & (status == code)

    def _named(self, name: str, keep: npt.NDArray[np.bool_]) -> npt.NDArray[Any]:
        codes = self.columns[name][keep]
        if name not in self.names:
            return codes
        values = np.array([*self.names[name], None], dtype=object)
        return values[np.where(np.isnan(codes), -1, codes).astype(np.int64)]


def estimates_in(found: object) -> Iterator[Estimate]:
    """Yield every estimate in what a statistic returns, in its order.

    >>> [row.name for row in estimates_in((Estimate(name="a", value=1), [Estimate(name="b", value=2)], None))]
    ['a', 'b']
    """
    if isinstance(found, Estimate):
        yield found
    elif isinstance(found, (tuple, list)):
        for part in found:
            yield from estimates_in(part)
    elif is_dataclass(found):
        for entry in fields(found):
            yield from estimates_in(getattr(found, entry.name))


def item_points(scores: str | Scorer, frame: Frame) -> dict[str, tuple[FloatArray, tuple[float, ...]]]:
    """Return the points of each item of the instrument's scale, where every part of it is points of an answer."""
    if isinstance(scores, str):
        return {}
    scale = scale_of(scores.plan)
    totals = [step.node for step in scores.plan.of_kind("scale") if step.name == scale]
    points = [part.of for total in totals for part in getattr(total, "parts", ())]
    if not all(hasattr(node, "field") and hasattr(node, "values") for node in points):
        return {}
    found = {}
    for node in points:
        field, values = node.field, np.asarray(node.values, dtype=np.float64)
        if node.starts:
            answers = frame.numbers(field.name)
            place = np.where(np.isnan(answers), -1, np.searchsorted(node.starts, answers, side="right") - 1)
        else:
            codes, names = frame.labels(field.name)
            known = [field.options.index(str(value)) if str(value) in field.options else -1 for value in names]
            place = np.append(known, -1)[np.where(np.isnan(codes), -1, codes).astype(np.int64)]
        found[str(field.name)] = (np.append(values, np.nan)[place.astype(np.int64)], tuple(np.unique(values).tolist()))
    return found


def people_of(frame: Frame, name: str | None) -> FloatArray | None:
    """Return the column of frequencies."""
    return None if name is None else frequencies(frame.series(name).to_numpy(), len(frame.table))


def _plain(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value
