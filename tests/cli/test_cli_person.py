"""`rvn score` and `rvn explain` for one person: where answers come from, and every mistake in them."""

from __future__ import annotations

import json

import pytest
from ran import Run, Write

import rvn

DAY = ("--on", "2026-11-21")
SECRET = "xyzzy-4711"


def test_a_result_names_value_status_and_what_is_left_open(run: Run) -> None:
    ran = run("score", "broward-rules@2018", "age=19", "priors=0")
    assert 0 == ran.code
    assert "between Not predicted and" in ran.out
    assert "This result is not a decision.\nNot for: Decisions about people" in ran.out


def test_a_result_is_the_library_s_record(run: Run) -> None:
    answers = {"mood": "high", "drinks": 2, "dose": 1.5, "born": "1950-01-01"}
    expected = rvn.load("sample@1").score(answers, on="2026-11-21").to_record()
    pairs = [f"{name}={answer}" for name, answer in answers.items()]
    assert expected == run("score", "sample@1", *pairs, *DAY, "--format", "json").data


def test_what_is_recalled_is_stated_when_named(run: Run) -> None:
    pairs = ("score", "sample@1", "dose=7", "drinks=1", *DAY, "--format", "json")
    assert "withheld" == run(*pairs).data["outputs"]["strength"]["status"]
    stated = run(*pairs, "--recalled", "strength").data
    assert ("strong", ["strength"]) == (stated["outputs"]["strength"]["value"], stated["recalled"])


@pytest.mark.parametrize("answer", ["", "unknown", "refused"])
def test_an_absent_answer_is_left_out_or_says_why(run: Run, answer: str) -> None:
    data = run("score", "sample@1", "mood=high", f"drinks={answer}", *DAY, "--format", "json").data
    assert "prorated" == data["outputs"]["total"]["status"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", '{"mood": "high", "drinks": 2, "helped": null}'),
        ("a.yaml", "mood: high\ndrinks: 2\nhelped: null\n"),
        ("a.yml", "\ufeffmood: high\ndrinks: 2\nassessed_on: 2026-11-21\n"),
    ],
)
def test_answers_may_stand_in_a_file(run: Run, write: Write, name: str, content: str) -> None:
    ran = run("score", "sample@1", write(name, content), *DAY, "--format", "json")
    assert (0, 2, "2026-11-21") == (ran.code, ran.data["outputs"]["total"]["value"], ran.data["assessed_on"])


def test_answers_may_come_from_standard_input_and_leave_no_trace_in_the_shell(run: Run) -> None:
    ran = run("score", "sample@1", "-", *DAY, "--format", "json", text="mood: high\ndrinks: 2\n")
    assert 2 == ran.data["outputs"]["total"]["value"]


def test_answers_to_a_component_stand_under_its_name(run: Run, write: Write) -> None:
    pairs = run("score", "combined@1", "part.mood=high", "part.drinks=2", "more=yes", *DAY, "--format", "json")
    name = write("a.yaml", "part: {mood: high, drinks: 2}\nmore: 'yes'\n")
    assert pairs.data == run("score", "combined@1", name, *DAY, "--format", "json").data
    assert "high" == pairs.data["outputs"]["level"]["value"]


def test_contradictory_answers_end_with_1_and_say_why(run: Run) -> None:
    ran = run("score", "sample@1", "dose=7", "drinks=0", *DAY)
    assert 1 == ran.code
    assert "The answers contradict each other: A dose without drinks." in ran.out


def test_not_applicable_is_a_result_with_its_reason(run: Run) -> None:
    ran = run("score", "broward-rules@2018", "age=17")
    assert 0 == ran.code
    assert "Not applicable: Made from data about adults." in ran.out


def test_flags_and_ignored_answers_are_printed(run: Run) -> None:
    ran = run("score", "sample@1", "mood=high", "helped=low", "born=1950-01-01", "drinks=1", *DAY)
    assert "Attention: Aged 70 or over." in ran.out
    assert "'helped' was answered although it is not asked here" in ran.out


# explain


def test_explain_gives_the_steps_in_both_languages(run: Run) -> None:
    words = ("explain", "broward-rules@2018", "age=19", "sex=male", "priors=0")
    assert "A man of 18 to 20 = yes" in run(*words).out
    assert "Vīrietis vecumā no 18 līdz 20 gadiem = jā" in run(*words, "--language", "lv").out


def test_explain_gives_the_steps_as_data(run: Run) -> None:
    data = run("explain", "broward-rules@2018", "age=19", "sex=male", "priors=0", "--format", "json").data
    assert "yes" == data["outputs"]["level"]["value"]
    assert ["age", "sex", "priors"] == [step["name"] for step in data["steps"][:3]]


def test_an_explanation_fits_80_columns(run: Run) -> None:
    ran = run("explain", "audit@2001", "frequency=never", "injury=no", "concern=no", "--language", "lv")
    assert 80 >= max(map(len, ran.out.splitlines()))


# mistakes


@pytest.mark.parametrize(
    ("words", "code", "exit_code"),
    [
        (("nix@1", "mood=low"), "RVN501", 2),
        (("sample", "mood=low"), "RVN503", 2),
        (("sample@2", "mood=low"), "RVN502", 2),
        (("broken@1", "mood=low"), "RVN201", 2),
        (("nix.yaml", "mood=low"), "RVN101", 2),
        (("sample@1", f"mood={SECRET}"), "RVN602", 1),
        (("sample@1", f"drinks={SECRET}"), "RVN603", 1),
        (("sample@1", "drinks=4.7e3"), "RVN604", 1),
        (("sample@1", "drinks=1_000"), "RVN603", 1),
        (("sample@1", "dose=nan"), "RVN603", 1),
        (("sample@1", "dose=" + "9" * 400), "RVN604", 1),
        (("sample@1", f"born={SECRET}"), "RVN603", 1),
        (("sample@1", "born=2027-01-01"), "RVN606", 1),
        (("sample@1", f"moot={SECRET}"), "RVN601", 1),
        (("sample@1", SECRET), "RVN901", 2),
        (("sample@1", "mood=low", SECRET), "RVN901", 2),
        (("sample@1", "mood=low", f"mood={SECRET}"), "RVN902", 2),
        (("sample@1", "mood=low", "a.yaml"), "RVN903", 2),
        (("sample@1", "a.yaml", "b.yaml"), "RVN903", 2),
        (("sample@1", "a.yaml"), "RVN904", 2),
        (("sample@1", "mood=low", "--recalled", "total"), "RVN609", 2),
        (("sample@1", "mood=low", "-o", "a.csv"), "RVN908", 2),
        (("sample@1", "mood=low", "--prefix", "x"), "RVN908", 2),
        (("combined@1", f"part={SECRET}"), "RVN920", 2),
        (("combined@1", f"part={SECRET}", "part.mood=low"), "RVN920", 2),
        (("combined@1", "part.mood=low", f"part={SECRET}"), "RVN902", 2),
        (("combined@1", f"part.mood={SECRET}"), "RVN602", 1),
        (("combined@1", f"part.moot={SECRET}"), "RVN601", 1),
        (("combined@1", f"other.mood={SECRET}"), "RVN601", 1),
    ],
)
def test_every_mistake_has_its_code_and_repeats_no_answer(
    run: Run, words: tuple[str, ...], code: str, exit_code: int
) -> None:
    ran = run("score", *words, *DAY, "--format", "json")
    assert (exit_code, "", code) == (ran.code, ran.out, ran.codes[0])
    assert SECRET not in ran.err
    text = run("score", *words, *DAY)
    assert (exit_code, "") == (text.code, text.out)
    assert code in text.err.splitlines()[0]
    assert SECRET not in text.err
    assert "Traceback" not in text.err


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.json", f'{{"mood": {SECRET}}}', "RVN905"),
        ("a.json", f'{{"mood": "low", "mood": "{SECRET}"}}', "RVN902"),
        ("a.json", f'["{SECRET}"]', "RVN906"),
        ("a.json", f'"{SECRET}"', "RVN906"),
        ("a.json", "[" * 100_000, "RVN905"),
        ("a.json", f'{{"mood": ["{SECRET}"]}}', "RVN603"),
        ("a.json", f'{{"drinks": {{"{SECRET}": 1}}}}', "RVN603"),
        ("a.json", '{"dose": NaN}', "RVN605"),
        ("a.json", b"\xff\xfe", "RVN905"),
        ("a.yaml", f"mood: *{SECRET}", "RVN905"),
        ("a.yaml", f"mood: !{SECRET} x", "RVN905"),
        ("a.yaml", f"mood: low\nmood: {SECRET}", "RVN905"),
        ("a.yaml", f"mood: {SECRET}: x", "RVN905"),
        ("a.yaml", f"\t{SECRET}", "RVN905"),
        ("a.yaml", f"- {SECRET}", "RVN906"),
        ("a.yaml", SECRET, "RVN906"),
        ("a.yaml", "", "RVN906"),
        ("a.yaml", "mood: true", "RVN603"),
        ("a.yaml", f"drinks: '{SECRET}'", "RVN603"),
        ("a.yaml", "assessed_on: 2026-01-01", "RVN915"),
        ("a.yaml", f"assessed_on: {SECRET}", "RVN914"),
    ],
)
def test_a_file_of_answers_that_is_wrong_is_not_repeated(
    run: Run, write: Write, name: str, content: str | bytes, code: str
) -> None:
    ran = run("score", "sample@1", write(name, content), *DAY, "--format", "json")
    assert (1 if code < "RVN900" else 2, "", [code]) == (ran.code, ran.out, ran.codes)
    assert SECRET not in ran.err


def test_every_problem_of_the_answers_is_reported_at_once(run: Run) -> None:
    assert ["RVN602", "RVN603", "RVN601"] == run(
        "score", "sample@1", "mood=x", "drinks=y", "moot=z", *DAY, "--format", "json"
    ).codes


def test_a_problem_in_a_component_says_in_which(run: Run) -> None:
    ran = run("score", "combined@1", "part.mood=x", *DAY)
    assert ran.err.startswith(
        "RVN602 in 'part': the answer to 'mood' is not one of its options\n    options: low, high"
    )


@pytest.mark.parametrize(("given", "code"), [((), "RVN913"), (("--on", "yesterday"), "RVN914")])
def test_the_day_of_assessment_is_never_guessed(run: Run, given: tuple[str, ...], code: str) -> None:
    ran = run("score", "sample@1", "mood=low", *given, "--format", "json")
    assert (2, [code]) == (ran.code, ran.codes)


@pytest.mark.parametrize(
    "words",
    [(), ("sample@1",), ("sample@1", "mood=low", "--format", "xml"), ("sample@1", "mood=low", f"--{SECRET}=low")],
)
def test_wrong_usage_ends_with_2_and_says_how_to_use_it(run: Run, words: tuple[str, ...]) -> None:
    ran = run("score", *words)
    assert (2, "") == (ran.code, ran.out)
    assert ran.err.startswith("Usage: rvn score") or ran.err.startswith("Usage: ")


def test_explain_takes_one_person(run: Run, write: Write) -> None:
    ran = run("explain", "sample@1", write("a.csv", "mood\nlow\n"), *DAY, "--format", "json")
    assert (2, ["RVN912"]) == (ran.code, ran.codes)


def test_problems_are_a_list_of_plain_records(run: Run) -> None:
    (problem,) = json.loads(run("score", "sample@1", "mood=x", *DAY, "--format", "json").err)
    assert ["code", "severity", "message", "hint", "file", "line", "column"] == list(problem)
