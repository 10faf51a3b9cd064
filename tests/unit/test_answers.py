"""The door for one person's answers: what is taken, what is refused, and that no message repeats an answer."""

from __future__ import annotations

import datetime
import decimal
import fractions
import json
import math
import shutil
import traceback
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import rvn
from rvn.errors import AnswersError, Diagnostic, RvnError
from rvn.plan.explain import Reading
from rvn.plan.nodes import Field
from rvn.scoring.answers import read_answer, read_answers

FORM = Path(__file__).parent / "form"
WHOLE = """\
rvn: 1
id: whole
version: "1"
status: draft
title: {en: Form that takes the result of another}
purpose: {en: Tests how results come in.}
not_for: {en: Decisions about people.}
licence: {terms: fictitious, ship: true}
sources: {manual: {cite: Nobody}}
uses: {form: form@1}
scales:
  - {id: total, items: [part]}
derived:
  part: form.score + 1
outcome: total
"""
ON = "2025-06-30"
COMPLETE: dict[str, object] = {
    "born": "1990-05-31",
    "sex": "male",
    "decile": 3,
    "ratio": 0.5,
    "offence": "A1",
    "q01": "yes",
    "q02": "no",
    "codes": "1",
    "doubt": "known",
    "priors": 2,
    "weight": 70.5,
}


@pytest.fixture(scope="module")
def instruments(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, rvn.Instrument]]:
    folder = tmp_path_factory.mktemp("instruments")
    form = (FORM / "1.yaml").read_text()
    for name, text in (("form", form), ("other", form.replace("id: form", "id: other")), ("whole", WHOLE)):
        shutil.copytree(FORM, folder / name)
        (folder / name / "1.yaml").write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RVN_PATH", str(folder))
        yield {name: rvn.load(f"{name}@1") for name in ("form", "whole", "other")}


@pytest.fixture
def form(instruments: dict[str, rvn.Instrument]) -> rvn.Instrument:
    return instruments["form"]


def refused(instrument: rvn.Instrument, answers: dict[str, object], on: object = ON) -> tuple[Diagnostic, ...]:
    with pytest.raises(AnswersError) as caught:
        instrument.score(answers, on=on)  # type: ignore[arg-type]
    return caught.value.diagnostics


def code(instrument: rvn.Instrument, name: str, value: object) -> str:
    found = refused(instrument, {name: value})
    assert 1 == len(found)
    return found[0].code


def reading(instrument: rvn.Instrument, name: str, value: object) -> Reading:
    return read_answers(instrument.plan, instrument.definition, {name: value}, ON)[0][name]


# what is taken


def test_complete_answers_give_a_complete_result(form: rvn.Instrument) -> None:
    result = form.score(COMPLETE, on=ON)
    assert (3, "complete") == (result["score"].value, result["score"].status)
    assert "high" == result.outcome.value


@pytest.mark.parametrize(
    "value",
    [2, 2.0, np.int8(2), np.uint64(2), np.float32(2), np.float64(2), fractions.Fraction(2), decimal.Decimal("2.0")],
)
def test_a_count_is_a_whole_number_of_any_type(value: object, form: rvn.Instrument) -> None:
    assert 2.0 == reading(form, "priors", value).value


@pytest.mark.parametrize(
    "value", [0.5, np.float32(0.5), np.float64(0.5), fractions.Fraction(1, 2), decimal.Decimal("0.50")]
)
def test_a_number_may_have_a_fraction(value: object, form: rvn.Instrument) -> None:
    assert 0.5 == reading(form, "ratio", value).value


@pytest.mark.parametrize("value", ["1", 1, np.int64(1), np.uint8(1), np.str_("1"), decimal.Decimal("1.0")])
def test_an_option_that_is_a_number_may_be_written_as_one(value: object, form: rvn.Instrument) -> None:
    assert 1.0 == reading(form, "codes", value).value


@pytest.mark.parametrize("value", ["9", 9, np.int16(9), np.str_("9")])
def test_a_code_is_one_of_its_table(value: object, form: rvn.Instrument) -> None:
    assert 3.0 == reading(form, "offence", value).value


@pytest.mark.parametrize("value", [datetime.date(1990, 5, 31), "1990-05-31", np.str_("1990-05-31")])
def test_a_date_is_a_date_or_its_text(value: object, form: rvn.Instrument) -> None:
    assert datetime.date(1990, 5, 31).toordinal() == reading(form, "born", value).value


@pytest.mark.parametrize("on", [datetime.date(2025, 6, 30), "2025-06-30"])
def test_the_day_of_assessment_is_a_date_or_its_text(on: object, form: rvn.Instrument) -> None:
    assert "2025-06-30" == form.score(COMPLETE, on=on).on  # type: ignore[arg-type]


def test_a_date_may_be_the_day_of_assessment_itself(form: rvn.Instrument) -> None:
    assert datetime.date(2025, 6, 30).toordinal() == reading(form, "born", ON).value


@pytest.mark.parametrize(("name", "ends"), [("decile", (1, 10)), ("ratio", (0, 1)), ("priors", (0, 10**15))])
def test_both_ends_of_a_range_belong_to_it(name: str, ends: tuple[int, int], form: rvn.Instrument) -> None:
    assert list(ends) == [reading(form, name, end).value for end in ends]


# absence

FIELDS = ("born", "sex", "decile", "ratio", "offence", "q01", "codes", "priors", "weight")


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("reason", ["unknown", "refused", "not_asked", "not_applicable", "lost"])
def test_every_field_takes_every_reason_for_absence(name: str, reason: str, form: rvn.Instrument) -> None:
    found = reading(form, name, reason)
    assert math.isnan(found.value)
    assert reason == found.reason


@pytest.mark.parametrize("name", FIELDS)
def test_none_says_that_nothing_is_recorded(name: str, form: rvn.Instrument) -> None:
    found = reading(form, name, None)
    assert math.isnan(found.value)
    assert "" == found.reason
    left_out = dict(COMPLETE)
    left_out.pop(name)
    assert form.score(left_out, on=ON).to_record() == form.score(COMPLETE | {name: None}, on=ON).to_record()


def test_a_reason_of_one_item_belongs_to_that_item(form: rvn.Instrument) -> None:
    assert "torn" == reading(form, "q02", "torn").reason
    assert "RVN602" == code(form, "q01", "torn")


def test_an_option_called_like_a_reason_is_an_answer(form: rvn.Instrument) -> None:
    assert 0.0 == reading(form, "doubt", "unknown").value


def test_no_answers_at_all_are_no_mistake(form: rvn.Instrument) -> None:
    result = form.score({}, on=ON)
    assert (None, "too_few_answers") == (result["score"].value, result["score"].status)


# what is refused


@pytest.mark.parametrize(
    ("expected", "name", "value"),
    [
        ("RVN601", "q1", "yes"),
        ("RVN601", "assessed_on", "2025-06-30"),
        ("RVN601", "score", 3),
        ("RVN601", "", "yes"),
        ("RVN601", "form.score", 3),
        ("RVN602", "q01", "maybe"),
        ("RVN602", "q01", "Yes"),
        ("RVN602", "q01", " yes"),
        ("RVN602", "q01", ""),
        ("RVN602", "q01", 1),
        ("RVN602", "offence", "C1"),
        ("RVN602", "offence", "a1"),
        ("RVN602", "offence", 8),
        ("RVN602", "codes", 3),
        ("RVN602", "codes", "01"),
        ("RVN602", "codes", -1),
        pytest.param("RVN602", "codes", 10**5000, id="a number of 5000 digits"),
        ("RVN603", "offence", 9.0),
        ("RVN603", "offence", True),
        ("RVN605", "offence", math.nan),
        ("RVN603", "codes", True),
        ("RVN603", "codes", np.True_),
        ("RVN603", "codes", 1.0),
        ("RVN603", "codes", b"1"),
        ("RVN603", "codes", ["1"]),
        ("RVN603", "q01", {"yes": 1}),
        ("RVN603", "q01", pd.NA),
        ("RVN603", "priors", True),
        ("RVN603", "priors", np.False_),
        ("RVN603", "priors", "2"),
        ("RVN603", "priors", "two"),
        ("RVN603", "priors", 1.5),
        ("RVN603", "priors", np.float32(1.5)),
        ("RVN603", "priors", fractions.Fraction(1, 2)),
        ("RVN603", "priors", decimal.Decimal("1.5")),
        ("RVN604", "priors", decimal.Decimal("Infinity")),
        ("RVN604", "priors", decimal.Decimal("1e400")),
        ("RVN605", "priors", decimal.Decimal("NaN")),
        ("RVN605", "priors", decimal.Decimal("sNaN")),
        ("RVN603", "codes", decimal.Decimal("1.5")),
        ("RVN603", "born", decimal.Decimal(19900531)),
        ("RVN603", "priors", 2j),
        ("RVN603", "priors", [2]),
        ("RVN603", "priors", pd.NA),
        ("RVN603", "ratio", "0.5"),
        ("RVN603", "ratio", True),
        ("RVN604", "priors", -1),
        ("RVN604", "priors", -1.0),
        ("RVN604", "priors", math.inf),
        pytest.param("RVN604", "priors", 10**400, id="a count of 400 digits"),
        ("RVN604", "decile", 0),
        ("RVN604", "decile", 11),
        ("RVN604", "ratio", 1.01),
        ("RVN604", "ratio", -1e-9),
        ("RVN604", "weight", math.inf),
        ("RVN604", "weight", -math.inf),
        pytest.param("RVN604", "weight", -(10**400), id="a number of 400 digits"),
        ("RVN605", "q01", math.nan),
        ("RVN605", "codes", np.float64("nan")),
        ("RVN605", "priors", math.nan),
        ("RVN605", "priors", np.float32("nan")),
        ("RVN605", "weight", np.float16("nan")),
        ("RVN605", "born", math.nan),
        ("RVN603", "born", "31.05.1990"),
        ("RVN603", "born", "1990-02-30"),
        ("RVN603", "born", "2020-W01-1"),
        ("RVN603", "born", ""),
        ("RVN603", "born", 19900531),
        ("RVN603", "born", True),
        ("RVN603", "born", datetime.datetime(1990, 5, 31)),
        ("RVN603", "born", pd.NaT),
        ("RVN606", "born", "2025-07-01"),
        ("RVN606", "born", datetime.date(2025, 7, 1)),
    ],
)
def test_an_answer_that_cannot_be_used_is_refused(
    expected: str, name: str, value: object, form: rvn.Instrument
) -> None:
    assert expected == code(form, name, value)


def test_the_words_say_what_was_found_and_what_to_do(form: rvn.Instrument) -> None:
    expected = """\
RVN601 there is no item 'q1'
    did you mean 'q01'?
RVN602 the answer to 'q01' is not one of its options
    options: no, yes; absent: unknown, refused, not_asked, not_applicable, lost
RVN603 the answer to 'codes' is a truth value, not one of its options
    options: 0, 1, 2
RVN603 the answer to 'priors' is text, not a whole number
    an absent answer is left out, or says why: unknown, refused, not_asked, not_applicable, lost
RVN604 the answer to 'decile' is outside its range
    allowed: 1 to 10
RVN605 the answer to 'ratio' is NaN
    leave an absent answer out, or say why: unknown, refused, not_asked, not_applicable, lost
RVN606 the date in 'born' lies after the day of assessment
    correct one of the two"""
    wrong = {"q1": "yes", "q01": "maybe", "codes": True, "priors": "two", "decile": 11, "ratio": math.nan}
    found = refused(form, wrong | {"born": "2030-01-01"})
    assert expected == "\n".join(map(str, found))


def test_a_large_bound_is_told_in_full() -> None:
    field = Field(name="income", kind="count", minimum=0, maximum=1234567)
    found = read_answer(field, 1234568)
    assert isinstance(found, Diagnostic)
    assert "allowed: 0 to 1234567" == found.hint


def test_all_problems_are_told_at_once_in_the_order_of_the_answers(form: rvn.Instrument) -> None:
    wrong = {"priors": -1, "q1": 1, "born": "soon", "q01": "maybe", "sex": "male", "ratio": "half"}
    assert ["RVN604", "RVN601", "RVN603", "RVN602", "RVN603"] == [problem.code for problem in refused(form, wrong)]


def test_the_day_of_assessment_is_asked_for_together_with_the_rest(form: rvn.Instrument) -> None:
    found = refused(form, {"priors": -1, "born": "2030-01-01"}, on=None)
    assert ["RVN607", "RVN604"] == [problem.code for problem in found]


@pytest.mark.parametrize(
    "on",
    [
        "yesterday",
        "",
        "30.06.2025",
        "2025-W26-1",
        20250630,
        True,
        datetime.datetime(2025, 6, 30),
        math.nan,
        ["2025-06-30"],
    ],
)
def test_a_day_of_assessment_that_is_no_date_is_refused(on: object, form: rvn.Instrument) -> None:
    assert ["RVN603"] == [problem.code for problem in refused(form, {"q01": "yes"}, on)]


def test_an_answer_that_was_not_asked_for_is_passed_over_with_a_warning(form: rvn.Instrument) -> None:
    result = form.score(COMPLETE | {"q01": "no", "q02": "yes"}, on=ON)
    assert ["RVN610"] == [warning.code for warning in result.warnings]
    assert form.score(COMPLETE | {"q01": "no", "q02": None}, on=ON)["score"] == result["score"]


def test_scoring_leaves_the_answers_as_they_were(form: rvn.Instrument) -> None:
    answers = dict(COMPLETE)
    form.score(answers, on=ON)
    assert COMPLETE == answers


OPEN = """\
rvn: 1
id: open
version: "1"
status: draft
title: {en: Open}
purpose: {en: Tests what has no end.}
not_for: {en: Decisions about people.}
licence: {terms: fictitious, ship: true}
sources: {manual: {cite: Nobody}}
items:
  - {id: q01, kind: choice, options: {"no": 0, "yes": 1}}
  - {id: priors, kind: count}
scales:
  - {id: score, items: [q01, priors]}
outcome: score
"""


def test_a_range_without_an_end_has_none(tmp_path: Path) -> None:
    (tmp_path / "1.yaml").write_text(OPEN)
    result = rvn.load(tmp_path / "1.yaml").score({"q01": "yes"})
    assert (None, 1, None) == (result["score"].value, result["score"].low, result["score"].high)
    assert "inf" not in str(result)
    assert result.to_record() == json.loads(json.dumps(result.to_record(), allow_nan=False))


# judgements

WISE = """\
rvn: 1
id: wise
version: "1"
status: draft
title: {en: Judgement}
purpose: {en: Tests how judgements come in.}
not_for: {en: Decisions about people.}
licence: {terms: fictitious, ship: true}
sources: {manual: {cite: Nobody}}
items:
  - {id: q01, kind: choice, options: {"no": 0, "yes": 1}}
scales:
  - {id: score, items: [q01]}
judgements:
  - {id: view, levels: [low, high], informed_by: [score]}
  - {id: advice, levels: [none, some], justify: optional}
outcome: view
"""


@pytest.fixture(scope="module")
def wise(tmp_path_factory: pytest.TempPathFactory) -> rvn.Instrument:
    path = tmp_path_factory.mktemp("wise") / "1.yaml"
    path.write_text(WISE)
    return rvn.load(path)


def test_a_judgement_comes_with_its_justification(wise: rvn.Instrument) -> None:
    result = wise.score({"view": {"level": "high", "because": "Threats were made."}, "advice": "some"})
    assert ("high", "some") == (result["view"].value, result["advice"].value)


@pytest.mark.parametrize("absent", [None, "unknown", {"level": None}, {"level": "refused", "because": "Silent."}, {}])
def test_a_judgement_may_be_absent_without_a_justification(absent: object, wise: rvn.Instrument) -> None:
    assert None is wise.score({"view": absent})["view"].value


@pytest.mark.parametrize(
    ("expected", "view"),
    [
        ("RVN612", "high"),
        ("RVN612", {"level": "high"}),
        ("RVN612", {"level": "high", "because": "  "}),
        ("RVN612", {"level": "high", "because": None}),
        ("RVN602", "middling"),
        ("RVN602", {"level": "middling", "because": "So it seems."}),
        ("RVN603", ["high"]),
        ("RVN603", True),
        ("RVN603", {"level": ["high"], "because": "So it seems."}),
        ("RVN603", np.array(["high", "low"])),
        ("RVN605", math.nan),
    ],
)
def test_a_judgement_that_cannot_be_used_is_refused(expected: str, view: object, wise: rvn.Instrument) -> None:
    assert [expected] == [problem.code for problem in refused(wise, {"view": view}, on=None)]


def test_a_lacking_justification_is_told_together_with_the_rest(wise: rvn.Instrument) -> None:
    found = {problem.code for problem in refused(wise, {"view": "high", "q01": "maybe", "q02": 1}, on=None)}
    assert {"RVN612", "RVN602", "RVN601"} == found


def test_no_message_repeats_a_justification(wise: rvn.Instrument) -> None:
    answers = {"view": {"level": MARK, "because": f"{MARK} again"}, "advice": {"level": [MARK]}, "q01": MARK}
    with pytest.raises(AnswersError) as caught:
        wise.score(answers)
    assert [] == [trace for trace in TRACES if trace in told(caught.value)]


# components


def test_a_component_takes_a_result_of_exactly_that_version(instruments: dict[str, rvn.Instrument]) -> None:
    part = instruments["form"].score(COMPLETE, on=ON)
    assert 4 == instruments["whole"].score({"form": part})["total"].value
    assert None is instruments["whole"].score({"form": None})["total"].value


@pytest.mark.parametrize("value", [3, "high", {"score": 3}, True, math.nan])
def test_a_component_takes_nothing_but_a_result(value: object, instruments: dict[str, rvn.Instrument]) -> None:
    assert ["RVN608"] == [problem.code for problem in refused(instruments["whole"], {"form": value})]


def test_a_component_does_not_take_the_result_of_another(instruments: dict[str, rvn.Instrument]) -> None:
    other = instruments["other"].score(COMPLETE, on=ON)
    assert ["RVN608"] == [problem.code for problem in refused(instruments["whole"], {"form": other})]


def test_an_output_of_a_component_cannot_be_answered(instruments: dict[str, rvn.Instrument]) -> None:
    assert ["RVN601"] == [problem.code for problem in refused(instruments["whole"], {"form.score": 3})]


# no message repeats an answer

MARK = "Zx7Qmark"
MARKED: list[object] = [
    MARK,
    f"1990-{MARK}",
    f" {MARK} ",
    [MARK],
    {MARK: MARK},
    MARK.encode(),
    np.str_(MARK),
    np.array([MARK]),
    717171717.25,
    -717171717,
    71717171717171717171,
    np.float64(-717171717.5),
    np.int64(717171717),
    decimal.Decimal("717171717"),
    fractions.Fraction(-717171717, 7),
    complex(717171717),
    datetime.date(7171, 7, 17),
    datetime.datetime(1971, 7, 17),
    "7171-07-17",
    pd.Timestamp("1971-07-17"),
    pd.Series([MARK]),
]
TRACES = (MARK, "717171717", "7171-07-17", "1971-07-17", "71.7", "7.17")


def told(error: BaseException) -> str:
    """Return everything that an exception says: its text, its parts, what it came from, as a log would have it."""
    parts = [str(error), repr(error), "".join(traceback.format_exception(error))]
    if isinstance(error, RvnError):
        parts += [repr(problem) + str(problem.to_record()) for problem in error.diagnostics]
    parts += [told(other) for other in (error.__cause__, error.__context__) if other is not None]
    return "\n".join(parts)


@pytest.mark.parametrize("value", MARKED, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("name", [*COMPLETE, "nothing", "assessed_on"])
def test_no_message_repeats_an_answer(name: str, value: object, form: rvn.Instrument) -> None:
    try:
        result = form.score({name: value}, on=ON)
    except AnswersError as error:
        said = told(error)
    else:
        said = "".join(map(str, result.warnings)) + repr(result) + repr(form)
    assert [] == [trace for trace in TRACES if trace in said]


@pytest.mark.parametrize("value", MARKED, ids=lambda value: type(value).__name__)
def test_no_message_repeats_the_day_of_assessment_or_a_component(
    value: object, instruments: dict[str, rvn.Instrument]
) -> None:
    for instrument, answers, on in (
        (instruments["form"], {"q01": MARK}, value),
        (instruments["whole"], {"form": value}, None),
    ):
        with pytest.raises(AnswersError) as caught:
            instrument.score(answers, on=on)  # type: ignore[arg-type]
        assert [] == [trace for trace in TRACES if trace in told(caught.value)]


def test_no_message_repeats_an_answer_that_was_not_asked_for(form: rvn.Instrument, tmp_path: Path) -> None:
    result = form.score(COMPLETE | {"q01": "no", "q02": "yes"}, on=ON)
    assert 1 == len(result.warnings)
    assert "yes" not in str(result.warnings[0]) + str(result.warnings[0].to_record())


def test_the_record_of_a_result_holds_no_answers(form: rvn.Instrument) -> None:
    record = str(form.score(COMPLETE | {"weight": 717171717.25, "priors": 717171717}, on=ON).to_record())
    assert [] == [trace for trace in TRACES if trace in record]


@pytest.mark.parametrize("value", MARKED, ids=lambda value: type(value).__name__)
def test_no_problem_of_a_cell_repeats_it_in_words(value: object, form: rvn.Instrument) -> None:
    for field in form.plan.fields.values():
        found = read_answer(field, value, datetime.date(2025, 6, 30))
        if isinstance(found, Diagnostic):
            assert [] == [trace for trace in TRACES if trace in repr(found)]
