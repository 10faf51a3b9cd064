"""The door for one person's answers: what was recorded becomes readings, or every problem is reported.

No message repeats an answer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from numbers import Integral, Number, Real

from rvn import messages
from rvn.days import read_day
from rvn.definition.entries import Definition
from rvn.definition.scope import ASSESSED_ON
from rvn.errors import AnswersError, Diagnostic
from rvn.plan.explain import Reading, absent, answered
from rvn.plan.nodes import Field
from rvn.plan.plan import Plan
from rvn.plan.status import Status
from rvn.scoring.computed import Computed

MAX_NUMBER = 10**15  # beyond it float64 no longer holds every whole number


def read_answers(
    plan: Plan, definition: Definition, answers: Mapping[str, object], on: date | str | None
) -> tuple[dict[str, Reading], dict[str, str]]:
    """Return the readings of one person, and the justifications of judgements.

    Parameters
    ----------
    plan
        Whose fields are read.
    definition
        What the plan was made of: its components and judgements.
    answers
        By the name of an item, a given fact or a component: an option, a number, a date, a result, a reason for
        absence, or None. A judgement is a level, or ``{"level": …, "because": …}``.
    on
        Day of the assessment; needed only where the plan uses it.

    Raises
    ------
    AnswersError
        With every problem.
    """
    problems: list[Diagnostic] = []
    readings: dict[str, Reading] = {}
    day = _day(on, plan, problems)
    if day is not None:
        readings[ASSESSED_ON] = answered(float(day.toordinal()))
    plain, justifications = dict(answers), {}
    for judgement in definition.judgements:
        given = plain.get(judgement.id)
        if isinstance(given, Mapping):
            plain[judgement.id] = given.get("level")
            justifications[judgement.id] = str(given.get("because") or "").strip()
        level = plain.get(judgement.id)
        is_level = isinstance(level, str) and level in judgement.levels
        if judgement.justify == "required" and is_level and not justifications.get(judgement.id):
            problems.append(messages.NOT_JUSTIFIED.at(name=judgement.id))
    uses = definition.uses
    for name, value in plain.items():
        field = plan.fields.get(name)
        if name in uses:
            readings |= _component(plan, name, uses[name], value, problems)
        elif field is None or field.is_component or name == ASSESSED_ON:
            known = [known for known in plan.fields if "." not in known and known != ASSESSED_ON]
            problems.append(messages.UNKNOWN_ITEM.at(name=name, near=messages.near(name, [*known, *uses])))
        else:
            result = read_answer(field, value, day)
            if isinstance(result, Diagnostic):
                problems.append(result)
            else:
                readings[name] = result
    if problems:
        raise AnswersError(problems)
    return readings, {name: reason for name, reason in justifications.items() if reason}


def _day(on: date | str | None, plan: Plan, problems: list[Diagnostic]) -> date | None:
    if on is None:
        if ASSESSED_ON in plan.fields:
            problems.append(messages.DATE_NEEDED.at())
        return None
    day = read_day(on)
    if day is None:
        problems.append(_wrong(ASSESSED_ON, on, "a date", "write it as 2026-11-21"))
    return day


def read_answer(field: Field, value: object, day: date | None = None) -> Reading | Diagnostic:
    """Return the reading of one answer, or what is wrong with it."""
    if value is None:
        return absent(field)
    if isinstance(value, Decimal):
        value = _plain(value)
    if isinstance(value, str):
        if value in field.reasons and value not in field.options:
            return absent(field, value)
    elif isinstance(value, Number) and value != value:
        return messages.ANSWER_NAN.at(name=field.name, reasons=", ".join(field.reasons))
    match field.kind:
        case "choice" | "level":
            return _option(field, value)
        case "date":
            return _dated(field, value, day)
        case _:
            return _numeric(field, value)


def _plain(value: Decimal) -> float:
    """Return a decimal number as one that is not: databases keep whole numbers as decimal ones too."""
    if value.is_nan():
        return math.nan
    is_whole = abs(value) <= MAX_NUMBER and value == value.to_integral_value()
    return int(value) if is_whole else float(value)


def _option(field: Field, value: object) -> Reading | Diagnostic:
    if isinstance(value, str):
        option = value
    elif type(value).__name__ in ("bool", "bool_") or not isinstance(value, Integral):
        return _wrong(field.name, value, "one of its options", f"options: {_listed(field.options)}")
    else:  # a number of thousands of digits cannot even be written, and is no option
        option = str(value) if abs(int(value)) <= MAX_NUMBER else ""
    if option in field.options:
        return answered(float(field.options.index(option)))
    return messages.UNKNOWN_ANSWER.at(name=field.name, options=_listed(field.options), reasons=", ".join(field.reasons))


def _listed(options: tuple[str, ...]) -> str:
    more = f" and {len(options) - 20:,} more" if len(options) > 20 else ""
    return ", ".join(options[:20]) + more


def _dated(field: Field, value: object, day: date | None) -> Reading | Diagnostic:
    when = read_day(value)
    if when is None:
        return _wrong(field.name, value, "a date", "write it as 1990-05-31")
    if day is not None and when > day and not field.may_be_future:
        return messages.ANSWER_DATE.at(name=field.name)
    return answered(float(when.toordinal()))


def _numeric(field: Field, value: object) -> Reading | Diagnostic:
    if type(value).__name__ in ("bool", "bool_") or not isinstance(value, Real):
        expected = "a whole number" if field.kind == "count" else "a number"
        remedy = f"an absent answer is left out, or says why: {', '.join(field.reasons)}"
        return _wrong(field.name, value, expected, remedy)
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not field.minimum <= found <= field.maximum or abs(found) > MAX_NUMBER:
        return messages.ANSWER_RANGE.at(name=field.name, allowed=allowed(field))
    if field.kind == "count" and not found.is_integer():
        return _wrong(field.name, value, "a whole number", "counts have no fractions")
    return answered(found)


def _wrong(name: str, value: object, expected: str, remedy: str) -> Diagnostic:
    kinds = {"str": "text", "bool": "a truth value", "bool_": "a truth value", "float": "a decimal number"}
    found = kinds.get(type(value).__name__, f"of the type {type(value).__name__}")
    return messages.ANSWER_TYPE.at(name=name, found=found, expected=expected, remedy=remedy)


def allowed(field: Field) -> str:
    """Return the range of a number in words.

    >>> allowed(Field(name="decile", kind="count", minimum=1, maximum=10))
    '1 to 10'
    """
    if math.isinf(field.maximum):
        return f"{field.minimum:.15g} or more" if not math.isinf(field.minimum) else "any number"
    return f"{field.minimum:.15g} to {field.maximum:.15g}"


def _component(plan: Plan, name: str, reference: str, value: object, problems: list[Diagnostic]) -> dict[str, Reading]:
    fields = {field: plan.fields[field] for field in plan.fields if field.startswith(f"{name}.")}
    if value is None:
        return {key: absent(field) for key, field in fields.items()}
    if not isinstance(value, Computed):
        remedy = f"score it first: `rvn.load('{reference}').score(…)`"
        problems.append(messages.ANSWER_COMPONENT.at(name=name, reference=reference, remedy=remedy))
        return {}
    if value.reference != reference:
        remedy = f"this is a result of {value.reference}"
        problems.append(messages.ANSWER_COMPONENT.at(name=name, reference=reference, remedy=remedy))
        return {}
    return {key: _from_result(field, value, key.split(".", 1)[1]) for key, field in fields.items()}


def _from_result(field: Field, result: Computed, output: str) -> Reading:
    found = result.evaluation.output(output)
    if found.status in (Status.NOT_APPLICABLE, Status.INVALID):
        return absent(field, found.status)
    reason = "" if found.value == found.value else str(found.status)
    return Reading(found.value, found.low, found.high, reason, is_partial=found.status is not Status.COMPLETE)
