"""Runs the worked examples of a definition, and checks that they touch every cut-off."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from rvn import messages
from rvn.definition.checks.levels import bands_in
from rvn.definition.entries import Test
from rvn.errors import AnswersError, Diagnostic
from rvn.plan.explain import Evaluation, attainable, shown
from rvn.plan.status import Status
from rvn.plan.types import decimals_of
from rvn.scoring.answers import read_answer, read_answers
from rvn.scoring.output import Output
from rvn.scoring.result import Result
from rvn.scoring.version import Version

_TRUTH = {"yes": True, "no": False}


def check_examples(instrument: Version) -> Iterator[Diagnostic]:
    """Yield worked examples that fail, and cut-offs that none of them touches.

    Examples are run with everything accepted that rests on recalled facts: they test what is written.
    """
    stated = instrument.accepting(*instrument.recalled) if instrument.recalled else instrument
    results = []
    for index, test in enumerate(instrument.definition.tests):
        try:
            result = score_example(stated, test)
        except AnswersError as error:
            for problem in error.diagnostics:
                place = instrument.loaded.source.place(("tests", index, "name"))
                what, remedy = problem.message, problem.hint
                yield messages.TEST_ANSWERS.at(place, test=test.name, what=what, remedy=remedy)
            continue
        results.append(result)
        yield from _compare(instrument, index, test, result)
    yield from _coverage(stated, results)


def score_example(instrument: Version, test: Test) -> Result:
    """Return the result of an example."""
    return scored(instrument, {**test.given, **test.answers}, test.on)


def scored(instrument: Version, answers: Mapping[str, object], on: str | None) -> Result:
    """Return the result of answers that may state the outputs of components, as `name.output`, instead of scoring them.

    Raises
    ------
    AnswersError
        With every problem.
    """
    fields = instrument.plan.fields
    stated = {name: fields[name] for name in answers if name in fields and fields[name].is_component}
    own = {name: answer for name, answer in answers.items() if name not in stated}
    readings, justifications = read_answers(instrument.plan, instrument.definition, own, on)
    for name, field in stated.items():
        reading = read_answer(field, answers[name])
        if isinstance(reading, Diagnostic):
            raise AnswersError(reading)
        readings[name] = reading
    return Result(instrument, Evaluation(instrument.plan, readings), on, justifications)


def _compare(instrument: Version, index: int, test: Test, result: Result) -> Iterator[Diagnostic]:
    for name, expected in test.expect.items():
        place = instrument.loaded.source.place(("tests", index, "expect", name))
        found = _found(result, name)
        if found is None:
            near = messages.near(name, [*result.evaluation.plan.results])
            yield messages.UNKNOWN_NAME.at(place, kind="output", name=name, near=near)
            continue
        for part, wanted in expected.items() if isinstance(expected, dict) else [("value", expected)]:
            actual = getattr(found, part, "…")
            if not _same(actual, wanted):
                what = name if part == "value" else f"{part} of {name}"
                shown_actual = "none" if actual is None else str(actual)
                yield messages.TEST_FAILS.at(place, test=test.name, name=what, found=shown_actual, expected=wanted)


def _found(result: Result, name: str) -> Output | None:
    if name in result.evaluation.plan.results:
        return result[name]
    for step in result.evaluation.plan.of_kind("derived"):
        if step.name == name:
            value, low, high = (shown(step.node, end) for end in result.evaluation[step.node])
            return Output(name, value, Status.COMPLETE, low, high)
    return None


def _same(actual: object, wanted: object) -> bool:
    if wanted is None or wanted == "none":
        return actual is None or actual == wanted  # a level may be called none
    if isinstance(actual, bool):
        return actual is (_TRUTH.get(wanted, wanted) if isinstance(wanted, str) else wanted)
    if isinstance(actual, (int, float)) and isinstance(wanted, (int, float)) and not isinstance(wanted, bool):
        return math.isclose(actual, wanted, rel_tol=1e-12, abs_tol=1e-12)
    return actual is not None and str(actual) == str(wanted)


def _coverage(instrument: Version, results: list[Result]) -> Iterator[Diagnostic]:
    source, definition, is_local = (
        instrument.loaded.source,
        instrument.definition,
        instrument.loaded.profile is not None,
    )
    if len(definition.tests) < 3 and not is_local:
        yield messages.FEW_TESTS.at(source.place(("tests",), key=True), found=len(definition.tests))
    if not results and not is_local:
        return
    for step in instrument.plan.of_kind("bands"):
        index = [bands.id for bands in definition.bands].index(step.name)
        if is_local and ("bands", index) not in source.elsewhere:  # the definition's own, tested there
            continue
        for node in bands_in(step.node):
            if decimals_of(node.of) != 0:
                continue
            values = {result.evaluation[node.of].value for result in results}
            low, high = attainable(node.of)
            for level, start in zip(node.levels[1:], node.starts[1:], strict=True):
                for side, target in (("upper", math.ceil(start)), ("lower", math.ceil(start) - 1)):
                    if target not in values and low <= target <= high and start <= high:
                        place = source.place(("bands", index, "levels", level))
                        gaps = {
                            "side": side,
                            "start": f"{start:.15g}",
                            "level": level,
                            "name": step.name,
                            "target": target,
                        }
                        yield messages.CUT_UNTESTED.at(place, of=definition.bands[index].of, **gaps)
