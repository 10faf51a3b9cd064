"""Any statistic group by group: its differences between groups, and the test that all groups are equal."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace

import numpy as np

from rvn.validation.estimate import Estimate
from rvn.validation.foundations.independent import equality, independent_difference
from rvn.validation.foundations.multiplicity import with_holm
from rvn.validation.foundations.samples import labels
from rvn.validation.foundations.scored import plain
from rvn.validation.groups.parts import EVERYONE_ELSE, FEWEST, Group, judge, opponents
from rvn.validation.observations import contract, numbers, observations
from rvn.validation.tally import Tally


@dataclass(frozen=True)
class GroupComparison:
    """A statistic in each group, its differences, and for each measure the test that all groups are equal.

    `estimates` are at their ``group``; `differences` at ``group`` and ``reference``, with p-values adjusted by
    Holm's method within each measure; the value of `equality` is the largest minus (or over) the smallest.
    """

    estimates: tuple[Estimate, ...]
    differences: tuple[Estimate, ...]
    equality: tuple[Estimate, ...]


def by_group(
    statistic: Callable[..., object],
    tally: Tally,
    group: str,
    *,
    reference: object = None,
    fewest: int = FEWEST,
) -> GroupComparison:
    """Return what `statistic` is in each group of a tally, and how groups differ in it.

    Groups share no person, so their estimates are independent. A difference has the limits of the two estimates
    added in squares, and is tested by z from their standard errors. Of a statistic with errors on the log scale,
    such as an odds ratio, it is the ratio. For AUC and error rates `rvn.validation.groups.discrimination` and
    `rvn.validation.groups.error_rates` have tests of their own.

    Parameters
    ----------
    statistic
        Any function that takes the columns of the tally but `group`, and ``counts``, as keywords, and returns
        estimates: one, a tuple of them, or a dataclass that holds some among other things.
    tally
        The data; an ``outcome`` (or an ``event``) in it says who the cases are.
    group
        Column of the group of each person.
    reference
        The group to compare with, the largest when not given; or ``"everyone else"``.
    fewest
        A group with fewer cases or non-cases (people, without outcome) is `sparse`: too few to tell.

    Raises
    ------
    ContractError
        When a column is missing, nobody is in the reference, or the statistic returns something else.

    References
    ----------
    Zou & Donner 2008, doi:10.1002/sim.3095; Cochran 1954, doi:10.2307/3001666; Holm 1979,
    Scandinavian Journal of Statistics 6:65.

    Examples
    --------
    >>> from rvn.validation.association.odds_ratios import odds_ratio
    >>> columns = {"outcome": [0, 1] * 4, "score": [0, 0, 1, 1] * 2, "sex": ["f"] * 4 + ["m"] * 4}
    >>> found = by_group(odds_ratio, Tally(columns, counts=[80, 40, 40, 40, 60, 30, 20, 40]), "sex")
    >>> [(row.at["group"], round(row.value, 6)) for row in found.estimates]
    [('f', 2.0), ('m', 4.0)]
    >>> (ratio,) = found.differences
    >>> ratio.name, round(ratio.value, 6), ratio.at
    ('odds_ratio_ratio', 2.0, {'group': 'm', 'reference': 'f'})
    """
    if group not in tally.columns:
        raise contract(f"no column `{group}` in the tally", f"it has {', '.join(tally.columns)}")
    columns = [name for name in tally.columns if name != group]
    if not columns:
        raise contract(f"`{group}` is the only column of the tally")
    _, found = labels(group, tally[group])
    rows = [tally.where(**{group: name}).select(*columns) for name in found]  # type: ignore[arg-type]
    names = [plain(name) if isinstance(name, float) else name for name in found]
    parts = [_sized(name, part) for name, part in zip(names, rows, strict=True)]
    results = [_estimates(statistic, part) for part in rows]
    estimates, differences = [], []
    for part, result in zip(parts, results, strict=True):
        at = {"group": part.name}
        estimates += [judge(replace(row, at={**at, **row.at}), [part], fewest) for row in result.values()]
    for own, others in opponents(names, [part.n for part in rows], reference):
        other, theirs = parts[others[0]], results[others[0]]
        if len(others) > 1:
            pooled = functools.reduce(operator.add, (rows[place] for place in others))
            other, theirs = _sized(EVERYONE_ELSE, pooled), _estimates(statistic, pooled)
        at = {"group": names[own], "reference": other.name}
        for key in dict.fromkeys([*results[own], *theirs]):
            row = results[own].get(key) or _nothing(theirs[key])
            difference = independent_difference(row, theirs.get(key) or _nothing(row))
            differences.append(judge(replace(difference, at={**at, **row.at}), [parts[own], other], fewest))
    measures = dict.fromkeys(key for result in results for key in result)
    equal = []
    for key in measures:
        having = [(part, result[key]) for part, result in zip(parts, results, strict=True) if key in result]
        test = equality([(part.name, row) for part, row in having])
        equal.append(judge(test, [part for part, _ in having], fewest))
    absent = {f"{group} absent": people} if (people := tally.where(**{group: None}).n) else {}
    tables = (estimates, _adjusted(differences), equal)
    return GroupComparison(*(tuple(_also_without(absent, row) for row in table) for table in tables))


def _sized(name: object, rows: Tally) -> Group:
    """Return a group whose cases and non-cases are those of `rows`."""
    for column in ("outcome", "event"):
        if column in rows.columns:
            values = numbers(column, rows[column])
            outcome = np.where(np.isnan(values), np.nan, values == 1)
            return Group(name, observations(outcome=outcome, counts=rows["counts"]))
    return Group(name, observations(people=np.ones(len(rows["counts"])), counts=rows["counts"]))


def _estimates(statistic: Callable[..., object], rows: Tally) -> dict[object, Estimate]:
    """Return the estimates of a statistic by what they are, so that groups can be matched."""
    result = statistic(**rows)
    if not isinstance(result, (Estimate, tuple)) and not is_dataclass(result):
        raise contract(f"the statistic returned {type(result).__name__}, not an estimate")
    return {(row.name, *sorted(row.at.items())): row for row in _flat(result)}


def _nothing(row: Estimate) -> Estimate:
    """Return the estimate of nobody, for a row that the other group has."""
    nan, events = math.nan, None if row.n_events is None else 0
    return replace(row, value=nan, se=nan, low=nan, high=nan, n=0, n_events=events, status="not_estimable")


def _flat(result: object) -> Iterator[Estimate]:
    if isinstance(result, Estimate):
        yield result
    elif isinstance(result, tuple):
        for part in result:
            yield from _flat(part)
    elif is_dataclass(result):
        for entry in fields(result):
            yield from _flat(getattr(result, entry.name))


def _adjusted(differences: Sequence[Estimate]) -> list[Estimate]:
    """Adjust the p-values of each measure by themselves."""
    families: dict[object, list[int]] = {}
    for place, row in enumerate(differences):
        what = tuple(item for item in sorted(row.at.items()) if item[0] not in ("group", "reference"))
        families.setdefault((row.name, what), []).append(place)
    result = list(differences)
    for family in families.values():
        for place, row in zip(family, with_holm([differences[place] for place in family]), strict=True):
            result[place] = row
    return result


def _also_without(absent: dict[str, int], row: Estimate) -> Estimate:
    return replace(row, excluded={**row.excluded, **absent}) if absent else row
