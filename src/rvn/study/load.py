"""Reads a study file: its shape, and whether its parts fit together; every problem at once, each at its place."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rvn import messages
from rvn.definition.load import in_order
from rvn.definition.problems import validated
from rvn.definition.source import Path_, Source, read
from rvn.errors import Diagnostic, RvnError, StudyError
from rvn.plan.types import levels_of
from rvn.scoring.instrument import Instrument
from rvn.scoring.instrument import load as load_instrument
from rvn.study.entries import Criterion, Outcome, Score, StudyFile

OF_GROUPS = " between groups"
OF_RATERS = ("icc", "kappa", "percent agreement")
AT_A_CUT = "positive rate between groups", "negative rate between groups"


@dataclass(frozen=True)
class Study:
    """A study file as written, where its parts stand, and the instruments that it uses, by the id of the score."""

    path: Path
    file: StudyFile
    source: Source
    instruments: dict[str, Instrument]

    @property
    def folder(self) -> Path:
        """Where files that the study names are looked for."""
        return self.path.parent


def load(path: Path | str) -> Study:
    """Return the study in a file.

    Raises
    ------
    StudyError
        With every problem of the file, each at its place and with what to do.
    DefinitionError
        When there is no such file.
    """
    source = read(Path(path))
    readable = isinstance(source.data, dict) or not source.problems
    file = validated(StudyFile, source) if readable else None
    instruments: dict[str, Instrument] = {}
    if file is not None:
        for name, score in file.scores.items():
            _load_instrument(name, score, Path(path).parent, source, instruments)
        source.problems.extend(_misfits(file, source, instruments))
    if file is None or any(problem.severity == "error" for problem in source.problems):
        raise StudyError(in_order(source.problems))
    return Study(Path(path), file, source, instruments)


def _load_instrument(name: str, score: Score, folder: Path, source: Source, instruments: dict[str, Instrument]) -> None:
    """Add the instrument of a score to `instruments`, or what is wrong with it to the problems of the source."""
    if score.instrument is None:
        return
    reference = folder / score.instrument if score.instrument.endswith((".yaml", ".yml")) else score.instrument
    try:
        found = load_instrument(reference, profile=score.profile)
        instruments[name] = found.accepting(*score.recalled)
    except RvnError as error:
        first = error.diagnostics[0]
        why, remedy = first.message, first.hint
        if len(error.diagnostics) > 1:
            why = f"{len(error.diagnostics)} problems, the first: {why}"
        place = source.place(("scores", name, "instrument"))
        source.problems.append(messages.STUDY_INSTRUMENT.at(place, reference=score.instrument, why=why, remedy=remedy))


def _misfits(file: StudyFile, source: Source, instruments: dict[str, Instrument]) -> Iterator[Diagnostic]:
    if (file.data.file is None) == (file.data.url is None) or (file.data.url is None) != (file.data.table is None):
        found = ", ".join(f"`{key}`" for key in ("file", "url", "table") if getattr(file.data, key)) or "none"
        what = "`file`, and `url` with `table`"
        yield messages.ONE_OF.at(source.place(("data",)), what="`data`", choices=what, found=found)
    for place, condition in enumerate(file.exclude):
        tests = ("is_", "is_not", "below", "above", "outside", "absent")
        given = [name.rstrip("_") for name in tests if getattr(condition, name) is not None]
        at: Path_ = ("exclude", place)
        yield from _exactly_one(
            given, [name.rstrip("_") for name in tests], f"the condition '{condition.id}'", at, source
        )
    for name, score in file.scores.items():
        yield from _score(name, score, file, source, instruments.get(name))
    for name, outcome in file.outcomes.items():
        yield from _outcome(name, outcome, source)
    for name, raters in file.raters.items():
        at = ("raters", name)
        yield from _known([raters.score], file.scores, "score", (*at, "score"), source)
        given = [key for key in ("columns", "data") if getattr(raters, key) is not None]
        yield from _exactly_one(given, ["columns", "data"], f"the raters '{name}'", at, source)
        if raters.data is not None:
            for key in ("person", "rater"):
                if getattr(raters, key) is None:
                    yield messages.MISSING_KEY.at(source.place(at), key=key)
    for place, pair in enumerate(file.compare or ()):
        for number, name in enumerate(pair):
            yield from _known([name], file.scores, "score", ("compare", place, number), source)
    for measure, rules in file.criteria.items():
        for number, rule in enumerate(rules):
            at = ("criteria", measure)
            at = (*at, number) if isinstance(source.data["criteria"][measure], list) else at
            yield from _criterion(measure, rule, at, file, source)
            yield from _cut(rule, at, file, source, instruments)


def _exactly_one(given: list[str], choices: list[str], what: str, at: Path_, source: Source) -> Iterator[Diagnostic]:
    if len(given) != 1:
        found = " and ".join(f"`{key}`" for key in given) or "none"
        shown = ", ".join(f"`{key}`" for key in choices)
        yield messages.ONE_OF.at(source.place(at), what=what, choices=shown, found=found)


def _known(names: list[str], known: object, kind: str, at: Path_, source: Source) -> Iterator[Diagnostic]:
    there = list(known)  # type: ignore[call-overload]
    for number, name in enumerate(names):
        if name not in there:
            place = source.place((*at, number) if (*at, number) in source.places else at)
            yield messages.UNKNOWN_NAME.at(place, kind=kind, name=name, near=messages.near(name, there))


def _score(
    name: str, score: Score, file: StudyFile, source: Source, instrument: Instrument | None
) -> Iterator[Diagnostic]:
    at: Path_ = ("scores", name)
    given = [key for key in ("instrument", "column") if getattr(score, key) is not None]
    yield from _exactly_one(given, ["instrument", "column"], f"the score '{name}'", at, source)
    wrong = ("columns", "values", "recalled", "output", "profile") if score.column else ("levels", "level", "order")
    other = "a recorded score" if score.column else "an instrument"
    for key in wrong:
        if (*at, key) in source.places and len(given) == 1:
            remedy = "leave it out" if score.column else "its levels stand in its definition, or in a profile"
            yield messages.DOES_NOT_GO.at(source.place((*at, key), key=True), key=key, other=other, remedy=remedy)
    if score.levels is not None:
        for (before, lower), (level, start) in itertools.pairwise(score.levels.items()):
            if start <= lower:
                place = source.place((*at, "levels", level))
                yield messages.BAND_ORDER.at(place, level=level, start=start, before=before, before_start=lower)
    yield from _known(list(score.risk), file.outcomes, "outcome", (*at, "risk"), source)
    for outcome, risk in score.risk.items():
        here: Path_ = (*at, "risk", outcome)
        kinds = ["norm", "column", "points"]
        yield from _exactly_one(
            [key for key in kinds if getattr(risk, key) is not None], kinds, f"the risk of '{outcome}'", here, source
        )
        if risk.norm is not None and instrument is not None:
            norms = [step.name for step in instrument.plan.of_kind("norm", "model")]
            yield from _known([risk.norm], norms, "norm or model", (*here, "norm"), source)
        for points, value in (risk.points or {}).items():
            if not _is_number(points) or not 0 <= value <= 1:
                why = f"the risk at '{points}' is {value:g}"
                remedy = "write `score: probability`, from 0 to 1"
                yield messages.NOT_ALLOWED.at(
                    source.place((*here, "points", points)), key="points", why=why, remedy=remedy
                )
    if instrument is not None:
        fields = instrument.plan.fields
        yield from _known_keys(list(score.columns), list(fields), "item", (*at, "columns"), source)
        yield from _known_keys(list(score.values), list(fields), "item", (*at, "values"), source)
        if score.output is not None:
            yield from _known([score.output], list(instrument.plan.outputs), "output", (*at, "output"), source)


def _known_keys(names: list[str], known: list[str], kind: str, at: Path_, source: Source) -> Iterator[Diagnostic]:
    for name in names:
        if name not in known:
            place = source.place((*at, name), key=True)
            yield messages.UNKNOWN_NAME.at(place, kind=kind, name=name, near=messages.near(name, known))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _outcome(name: str, outcome: Outcome, source: Source) -> Iterator[Diagnostic]:
    at: Path_ = ("outcomes", name)
    kinds = ["yes_no", "dates", "times"]
    given = [key for key in kinds if getattr(outcome, key) is not None]
    yield from _exactly_one(given, kinds, f"the outcome '{name}'", at, source)
    observed = outcome.yes_no.observed if outcome.yes_no is not None else None
    if outcome.window == "not stated" and (outcome.dates or outcome.times or observed):
        why, remedy = "a window is needed where times are known", "write it as `2 years`"
        yield messages.NOT_ALLOWED.at(source.place((*at, "window")), key="window", why=why, remedy=remedy)
        return
    unit = outcome.window.split()[1].rstrip("s") + "s"
    if outcome.times is not None and outcome.times.unit != unit:
        place, what = source.place((*at, "window")), f"'{outcome.times.column}'"
        yield messages.WINDOW_UNIT.at(place, window=outcome.window, what=what, unit=outcome.times.unit)
    if observed is not None and observed.unit != unit:
        place, what = source.place((*at, "window")), f"'{observed.column}'"
        yield messages.WINDOW_UNIT.at(place, window=outcome.window, what=what, unit=observed.unit)


def _criterion(measure: str, rule: Criterion, at: Path_, file: StudyFile, source: Source) -> Iterator[Diagnostic]:
    given = [key for key in ("at_least", "at_most", "between") if getattr(rule, key) is not None]
    shown = [key.replace("_", " ") for key in given]
    yield from _exactly_one(shown, ["at least", "at most", "between"], f"the criterion '{measure}'", at, source)
    opposite = {"at_least": "upper limit", "at_most": "lower limit"}
    if len(given) == 1 and rule.judged_by == opposite.get(given[0]):
        right = "lower limit" if given[0] == "at_least" else "upper limit"
        what, remedy = f"`{shown[0]}` judged by the {rule.judged_by} would let doubt pass", f"judge it by the {right}"
        yield messages.CRITERION.at(source.place((*at, "judged by")), measure=measure, what=what, remedy=remedy)
    if len(given) == 1 and given[0] == "between" and rule.judged_by in ("lower limit", "upper limit"):
        what, remedy = "`between` has two sides", "judge it by the interval, or by the value"
        yield messages.CRITERION.at(source.place((*at, "judged by")), measure=measure, what=what, remedy=remedy)
    if rule.between is not None and rule.between[0] >= rule.between[1]:
        what, remedy = "the first bound is not below the second", "write [lower, upper]"
        yield messages.CRITERION.at(source.place((*at, "between")), measure=measure, what=what, remedy=remedy)
    if measure.startswith("difference") and rule.at_most is None:
        what, remedy = "a difference is bounded by `at most`, in either direction", "write `at most: …`"
        yield messages.CRITERION.at(source.place(at), measure=measure, what=what, remedy=remedy)
    if measure.endswith(AT_A_CUT) and rule.cut is None:
        what, remedy = "an error rate needs a cut", "add `cut:`, the lowest level that is flagged"
        yield messages.CRITERION.at(source.place(at), measure=measure, what=what, remedy=remedy)
    grouped = [*file.groups, *(["site"] if file.columns.site else [])]
    wanted = {
        "scores": list(file.scores),
        "outcomes": list(file.outcomes),
        "groups": grouped,
        "raters": list(file.raters),
    }
    for key, known in wanted.items():
        yield from _known(getattr(rule, key) or [], known, key.rstrip("s"), (*at, key), source)
    needed = "raters" if measure in OF_RATERS else "groups" if measure.endswith(OF_GROUPS) else "outcomes"
    if not wanted[needed]:
        what, remedy = f"the study has no {needed}", f"add `{needed}:`, or leave the criterion out"
        yield messages.CRITERION.at(source.place(at), measure=measure, what=what, remedy=remedy)


def _cut(
    rule: Criterion, at: Path_, file: StudyFile, source: Source, instruments: dict[str, Instrument]
) -> Iterator[Diagnostic]:
    """Yield what is wrong with the cut of a criterion: it has to be a level of a score that is judged."""
    names = [name for name in rule.scores or file.scores if name in file.scores]
    known = [level for name in names for level in _levels(name, file, instruments)]
    if rule.cut is not None and known:
        yield from _known([rule.cut], list(dict.fromkeys(known)), "level", (*at, "cut"), source)


def _levels(name: str, file: StudyFile, instruments: dict[str, Instrument]) -> tuple[str, ...]:
    """Return the levels of a score from the lowest, as far as the plan says them; none where only the data do."""
    score = file.scores[name]
    if name in instruments:
        plan = instruments[name].plan
        return tuple(levels_of(plan.outputs[plan.outcome]))
    return tuple(score.levels or score.order or ())
