"""What people get wrong: each is told in words, at its place, and nobody is dropped silently."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from small import PLAN, csv, people

from rvn.errors import StudyError
from rvn.study.load import load
from rvn.study.results import Results
from rvn.study.run import run

Study = Callable[..., Results]

DATED = PLAN.replace(
    "yes_no: {column: again, event: [1], none: [0]}",
    "dates: {event: event_on, start: start_on, until: 2024-12-31}",
)


def told(study: Study, plan: str = PLAN, rows: dict[str, list[object]] | None = None) -> list[str]:
    with pytest.raises(StudyError) as caught:
        study(plan, rows)
    return [
        str(problem).replace(str(problem.place), f"{problem.place.line}:{problem.place.column}")
        if problem.place
        else str(problem)
        for problem in caught.value.diagnostics
    ]


# the file


def test_columns_that_do_not_exist_are_told_all_at_once_with_near_names(study: Study) -> None:
    plan = PLAN.replace("column: points", "column: point").replace("column: again", "column: agian")
    assert [
        "7:20: RVN822 the data have no column 'point'\n    did you mean 'points'?",
        "13:22: RVN822 the data have no column 'agian'\n    did you mean 'again'?",
    ] == told(study, plan)


def test_an_instrument_without_version_is_refused_at_its_place(study: Study) -> None:
    plan = PLAN.replace("points: {column: points, levels: {low: 0, medium: 3, high: 6}}", "form: {instrument: audit}")
    assert [
        "7:22: RVN813 the instrument 'audit' cannot be used: 'audit' does not say which version\n"
        "    say which: audit@2001"
    ] == told(study, plan)


def test_every_problem_of_the_file_is_told(study: Study) -> None:
    plan = PLAN.replace("title:", "titel:").replace("window: 2 years", "window: soon") + "criterion: {}\n"
    codes = [line.split(" ")[1] for line in told(study, plan)]
    assert ["RVN202", "RVN201", "RVN204", "RVN201"] == codes


def test_two_ways_to_record_an_outcome_are_one_too_many(study: Study) -> None:
    plan = PLAN + "    dates: {event: a, start: b, until: c}\n"
    assert ["RVN811"] == [line.split(" ")[1] for line in told(study, plan)]


def test_a_window_in_another_unit_than_the_times_is_refused(study: Study) -> None:
    times = "times: {column: days, unit: days, status: what, censored: [0], event: [1]}"
    plan = PLAN.replace("yes_no: {column: again, event: [1], none: [0]}", times)
    (line,) = told(study, plan)
    assert "RVN814 the window is '2 years', but 'days' is in days" in line


@pytest.mark.parametrize(
    ("criterion", "said"),
    [
        ("auc: {at least: 0.65, judged by: upper limit}", "would let doubt pass"),
        ("auc: {between: [0.8, 0.6], judged by: interval}", "the first bound is not below the second"),
        ("icc: {at least: 0.7, judged by: lower limit}", "the study has no raters"),
        ("auc: {at least: 0.6, at most: 0.9, judged by: interval}", "exactly one of"),
        ("auc: {at least: 0.6, judged by: value, scores: [point]}", "there is no score 'point'"),
        ("difference in auc between groups: {at least: 0.1, judged by: interval}", "bounded by `at most`"),
    ],
)
def test_a_criterion_that_cannot_be_judged_is_refused(study: Study, criterion: str, said: str) -> None:
    assert any(said in line for line in told(study, f"{PLAN}criteria:\n  {criterion}\n"))


# whose rows


def test_a_personal_code_is_refused_with_the_reason_and_not_repeated(study: Study) -> None:
    rows = people(20)
    rows["id"][3] = "010190-12345"
    (line,) = told(study, rows=rows)
    assert line.startswith(
        "RVN824 the column 'id' holds 1 values of the form of a Latvian personal code, the first in row 4"
    )
    assert "12345" not in line


def test_people_who_are_there_twice_are_refused_with_their_rows(study: Study) -> None:
    rows = people(20)
    rows["id"][7] = rows["id"][2]
    (line,) = told(study, rows=rows)
    assert "1 people have more than one row, the first in rows 3 and 8" in line


@pytest.mark.parametrize(("which", "kept"), [("first", 4), ("last", 9)])
def test_the_plan_says_which_row_of_a_person_counts(study: Study, which: str, kept: int) -> None:
    rows = people(20)
    rows["id"][7] = rows["id"][2]
    rows["points"][2], rows["points"][7] = 4, 9
    results = study(PLAN + f"repeats: {which}\n", rows)
    assert ("repeats", 1, 19) == (results.flow[1].id, results.flow[1].people, results.flow[1].left)
    by_score = {row.name: row.people for row in results.scores[0].distribution}
    others = people(20)["points"]
    expected = sum(1 for place, value in enumerate(others) if value == kept and place not in (2, 7)) + 1
    assert expected == by_score[str(kept)]


def test_rows_of_nobody_are_counted_out(study: Study) -> None:
    rows = people(20)
    rows["id"][0] = ""
    results = study(rows=rows)
    assert ("no_person", 1, 19) == (results.flow[1].id, results.flow[1].people, results.flow[1].left)
    assert ["RVN826"] == [problem.code for problem in results.problems]


# cells


def dated(n: int = 60) -> dict[str, list[object]]:
    rows = people(n)
    rows["start_on"] = ["2021-03-05"] * n
    rows["event_on"] = ["2022-01-01" if place % 3 == 0 else "" for place in range(n)]
    return rows


def test_dates_in_three_forms_are_listed_and_the_forms_are_named(study: Study) -> None:
    rows = dated()
    rows["start_on"][1], rows["start_on"][2] = "05.03.2021", "03/05/2021"
    results = study(DATED, rows)
    (problem,) = results.problems
    assert (2, (2, 3)) == (problem.rows, problem.first)
    assert "2 cells of 'start_on' are not dates of the form YYYY-MM-DD" in problem.message
    assert "`DD.MM.YYYY` and `DD/MM/YYYY` and `MM/DD/YYYY`" in problem.hint
    steps = {step.id: step.people for step in results.analyses[0].flow}
    assert 2 == steps["no_time"]


def test_an_event_before_the_start_is_listed_and_counted_out(study: Study) -> None:
    rows = dated()
    rows["event_on"][4] = "2020-01-01"
    results = study(DATED, rows)
    assert ["RVN830"] == [problem.code for problem in results.problems]
    assert ("before_start", 1) in [(step.id, step.people) for step in results.analyses[0].flow]
    assert 59 == results.analyses[0].n


def test_a_follow_up_shorter_than_the_window_leaves_events_and_non_events_out_alike(study: Study) -> None:
    plan = PLAN.replace("none: [0]}", "none: [0], observed: {column: months, unit: months}}").replace(
        "2 years", "24 months"
    )
    rows = people(60)
    rows["months"] = [12 if place % 2 else 24 for place in range(60)]
    results = study(plan, rows)
    (analysis,) = results.analyses
    kept = [event for place, event in enumerate(rows["again"]) if place % 2 == 0]
    assert (30, sum(kept)) == (analysis.n, analysis.n_events)  # 24 months is the whole window: the horizon is closed
    assert ("observed_short", 30) in [(step.id, step.people) for step in analysis.flow]
    assert "verified" == results.outcomes[0].observed


def test_follow_up_that_nobody_verified_is_said_so(study: Study) -> None:
    assert "not verified" == study().outcomes[0].observed


def test_a_cell_that_means_nothing_known_is_listed_and_absent(study: Study) -> None:
    rows = people(60)
    rows["again"][5] = "maybe"
    results = study(rows=rows)
    (problem,) = results.problems
    assert "RVN829" == problem.code
    assert "maybe" not in problem.message + problem.hint
    assert 59 == results.analyses[0].n


def test_text_among_numbers_is_listed_and_not_guessed(study: Study) -> None:
    rows = people(60)
    rows["points"][5] = "seven"
    results = study(rows=rows)
    assert ["RVN827"] == [problem.code for problem in results.problems]
    assert ("score_absent", 1) in [(step.id, step.people) for step in results.analyses[0].flow]


def test_a_decimal_comma_is_read_where_the_plan_says_so(study: Study, tmp_path: Path) -> None:
    rows = people(60)
    rows["points"] = [f"{value},5" for value in rows["points"]]
    (tmp_path / "study.yaml").write_text(
        PLAN.replace("{file: people.csv}", '{file: people.csv, separator: ";", decimal: ","}')
    )
    (tmp_path / "people.csv").write_text(csv(rows, ";"))
    assert 0.5 == float(run(load(tmp_path / "study.yaml")).scores[0].distribution[0].name)


def test_a_group_of_three_people_is_shown_and_not_judged(study: Study) -> None:
    rows = people(200)
    rows["sex"] = ["x", "x", "x"] + ["f" if place % 2 else "m" for place in range(197)]
    plan = (
        PLAN
        + "groups:\n  sex: {column: sex}\n"
        + "criteria:\n  difference in auc between groups: {at most: 0.9, judged by: interval}\n"
    )
    results = study(plan, rows)
    (row,) = [row for row in results.analyses[0].groupings[0].rows if row.group == "x"]
    assert (3, False, "people 3 < 40; events") == (row.people, row.is_judged, row.why_not[:21])
    (verdict,) = results.verdicts
    assert ("met", ("x",)) == (verdict.verdict, verdict.not_judged)
    notes = [
        note for each in results.analyses[0].groupings[0].differences if each.at["group"] == "x" for note in each.notes
    ]
    assert any(note.startswith("too few to tell: x has ") for note in notes)


def test_html_and_formulas_in_cells_are_harmless_in_what_is_written(study: Study, tmp_path: Path) -> None:
    from rvn.study.write import write

    rows = people(100)
    rows["sex"] = ["=HYPERLINK(0)" if place % 2 else "<script>alert(1)</script>" for place in range(100)]
    results = study(PLAN + "groups:\n  sex: {column: sex}\n", rows)
    for path in write(results, tmp_path / "out"):
        if path.suffix == ".csv":
            cells = [cell for line in path.read_text().splitlines() for cell in line.replace('"', "").split(",")]
            assert [] == [cell for cell in cells if cell.startswith(("=", "@"))]


def test_somebody_has_to_be_left(study: Study) -> None:
    plan = PLAN + "exclude:\n  - {id: all, column: points, below: 99, because: {en: Nobody is left.}}\n"
    assert ["RVN833 nobody is left after 'all'"] == [line.split("\n")[0] for line in told(study, plan)]


def test_an_empty_column_of_a_condition_keeps_people_and_says_how_many(study: Study) -> None:
    rows = people(60)
    rows["points"][0] = ""
    plan = PLAN + "exclude:\n  - {id: low, column: points, below: 1, because: {en: Too low.}}\n"
    step = study(plan, rows).flow[1]
    assert (5, 55, 1) == (step.people, step.left, step.unknown)


def test_a_file_that_is_no_table_is_refused(study: Study, tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(PLAN)
    (tmp_path / "people.csv").write_bytes(b"id,points\n\xff\xfe")
    with pytest.raises(StudyError, match="is not UTF-8 text"):
        run(load(tmp_path / "study.yaml"))
    (tmp_path / "people.csv").write_text("id,points,again\na,1,0\nb,1,0,7\n")
    with pytest.raises(StudyError, match="line 3 has 4 cells, the first line has 3"):
        run(load(tmp_path / "study.yaml"))
    (tmp_path / "people.csv").write_text("id,points,again\na,1,0\nb,1\n")
    with pytest.raises(StudyError, match="line 3 has 2 cells, the first line has 3"):
        run(load(tmp_path / "study.yaml"))
    (tmp_path / "people.csv").unlink()
    with pytest.raises(StudyError, match=r"RVN821 there is no file 'people\.csv'"):
        run(load(tmp_path / "study.yaml"))


def test_a_column_that_is_there_twice_is_refused(study: Study, tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(PLAN)
    (tmp_path / "people.csv").write_text("id,points,points,again\na,1,2,0\n")
    with pytest.raises(StudyError, match="the column 'points' is there twice"):
        run(load(tmp_path / "study.yaml"))


def test_a_score_below_the_lowest_level_is_listed(study: Study) -> None:
    rows = people(60)
    rows["points"][3] = -2
    results = study(rows=rows)
    assert ["RVN829"] == [problem.code for problem in results.problems]
    assert 59 == sum(level.people or 0 for level in results.analyses[0].levels)
    assert 60 == results.analyses[0].n


def test_a_cut_that_is_no_level_is_refused_with_near_names(study: Study) -> None:
    criterion = "difference in false positive rate between groups: {at most: 0.1, judged by: value, cut: hihg}"
    plan = f"{PLAN}groups:\n  sex: {{column: sex}}\ncriteria:\n  {criterion}\n"
    (line,) = told(study, plan)
    assert "RVN207 there is no level 'hihg'\n    did you mean 'high'?" in line
