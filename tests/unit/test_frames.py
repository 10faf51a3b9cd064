"""The door for frames: every kind of column, one line a problem, no row lost, and the same kind out."""

from __future__ import annotations

import datetime
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import rvn
from rvn.errors import FrameError
from rvn.plan.status import Status
from rvn.scoring.frame import ScoredFrame

ON = "2025-06-30"
FORM = rvn.load(Path(__file__).parent / "form" / "1.yaml")
# One row a kind of trouble: nothing absent; some reasons; everything absent; an item not asked; a decided level.
PEOPLE: dict[str, list[Any]] = {
    "born": ["1990-05-31", "2004-07-01", None, "2025-06-30", "1949-12-31"],
    "sex": ["male", "female", None, "refused", "male"],
    "decile": [3, 10, None, 1, None],
    "ratio": [0.5, None, None, 0.0, 1.0],
    "offence": ["A1", "B1", None, "unknown", "9"],
    "q01": ["yes", "yes", None, "no", "yes"],
    "q02": ["no", "torn", None, None, "yes"],
    "codes": ["1", "2", None, "0", None],
    "doubt": ["known", "unknown", None, "known", "unknown"],
    "priors": [2, 0, None, 0, 12],
    "weight": [70.5, None, None, -1.0, 0.25],
}
OUTPUTS = ("score", "level", "young")


def pandas(people: dict[str, list[Any]]) -> pd.DataFrame:
    return pd.DataFrame(people)


def as_objects(people: dict[str, list[Any]]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in people.items()})


def nullable(people: dict[str, list[Any]]) -> pd.DataFrame:
    return pd.DataFrame(people).convert_dtypes()


def arrow_backed(people: dict[str, list[Any]]) -> pd.DataFrame:
    return pd.DataFrame(people).convert_dtypes(dtype_backend="pyarrow")


def categorical(people: dict[str, list[Any]]) -> pd.DataFrame:
    return pd.DataFrame(people).astype("category")


def polars(people: dict[str, list[Any]]) -> pl.DataFrame:
    return pl.DataFrame(people)


def polars_categorical(people: dict[str, list[Any]]) -> pl.DataFrame:
    return pl.DataFrame(people).with_columns(pl.selectors.string().cast(pl.Categorical))


def pyarrow(people: dict[str, list[Any]]) -> pa.Table:
    return pa.table(people)


def pyarrow_dictionaries(people: dict[str, list[Any]]) -> pa.Table:
    table = pa.table(people)
    return pa.table({name: table[name].dictionary_encode() for name in table.column_names})


def pyarrow_chunks(people: dict[str, list[Any]]) -> pa.Table:
    table = pa.table(people)
    return pa.concat_tables([table.slice(row, 1) for row in range(len(table))])


MAKERS = (
    pandas,
    as_objects,
    nullable,
    arrow_backed,
    categorical,
    polars,
    polars_categorical,
    pyarrow,
    pyarrow_dictionaries,
    pyarrow_chunks,
)
PLAIN = (pandas, polars, pyarrow)
Maker = Callable[[dict[str, list[Any]]], Any]
every_kind = pytest.mark.parametrize("make", MAKERS)
plain_kinds = pytest.mark.parametrize("make", PLAIN)


def score(frame: Any, **options: Any) -> ScoredFrame:
    return FORM.score_frame(frame, **({"on": ON} | options))


def listed(frame: Any, column: str) -> list[Any]:
    """Return a column as plain values, absent ones as None."""
    values = nw.from_native(frame, eager_only=True)[column].to_list()
    return [None if value is None or value is pd.NA or value != value else value for value in values]


def rows(frame: Any, *columns: str) -> list[tuple[Any, ...]]:
    return list(zip(*(listed(frame, column) for column in columns), strict=True))


def problems(scored: ScoredFrame) -> list[tuple[Any, ...]]:
    return rows(scored.problems, "row", "item", "code")


def changed(**columns: list[Any]) -> dict[str, list[Any]]:
    return PEOPLE | columns


def one_by_one(people: dict[str, list[Any]]) -> list[tuple[Any, ...]]:
    """Return what scoring every person alone says, in the order of `rows(frame, *parts())`."""
    found = []
    for row in range(len(people["born"])):
        result = FORM.score({name: values[row] for name, values in people.items()}, on=ON)
        line: list[Any] = []
        for name in OUTPUTS:
            output = result[name]
            line += [output.value, str(output.status)]
            line += [] if name == "young" else [output.low, output.high]
            void = output.status in (Status.NOT_APPLICABLE, Status.INVALID)
            line += ([None] if void else [output.absent]) if name == "score" else []
        found.append(tuple(line))
    return found


ENDS = ("", "_status", "_low", "_high")


def parts() -> list[str]:
    return [
        f"{name}{end}"
        for name in OUTPUTS
        for end in {"young": ("", "_status"), "score": (*ENDS, "_absent")}.get(name, ENDS)
    ]


# every kind of column


@every_kind
def test_a_frame_says_what_scoring_every_person_alone_says(make: Maker) -> None:
    assert one_by_one(PEOPLE) == rows(score(make(PEOPLE)).frame, *parts())


@every_kind
def test_answers_without_problems_leave_the_table_of_problems_empty(make: Maker) -> None:
    assert [] == problems(score(make(PEOPLE)))


@every_kind
def test_the_same_kind_comes_out(make: Maker) -> None:
    frame = make(PEOPLE)
    scored = score(frame)
    assert type(frame) is type(scored.frame)
    assert type(frame) is type(scored.problems)


@every_kind
def test_what_was_there_stays_as_it_was(make: Maker) -> None:
    frame = make(PEOPLE)
    before = nw.from_native(make(PEOPLE), eager_only=True)
    after = nw.from_native(score(frame).frame, eager_only=True)
    assert list(PEOPLE) == after.columns[: len(PEOPLE)]
    assert [before[name].dtype for name in PEOPLE] == [after[name].dtype for name in PEOPLE]
    assert rows(before.to_native(), *PEOPLE) == rows(after.to_native(), *PEOPLE)
    assert list(PEOPLE) == nw.from_native(frame, eager_only=True).columns


@every_kind
def test_every_output_has_its_value_its_status_and_its_range(make: Maker) -> None:
    columns = nw.from_native(score(make(PEOPLE)).frame, eager_only=True).columns
    assert parts() == columns[len(PEOPLE) :]


@every_kind
def test_a_column_without_any_answer_is_read_as_absent(make: Maker) -> None:
    for name in PEOPLE:
        people = changed(**{name: [None] * 5})
        assert one_by_one(people) == rows(score(make(people)).frame, *parts())


@every_kind
def test_a_frame_without_any_answer_is_scored(make: Maker) -> None:
    people = {name: [None] * 2 for name in PEOPLE}
    assert [(None, "too_few_answers")] * 2 == rows(score(make(people)).frame, "score", "score_status")


@every_kind
def test_a_frame_without_rows_gets_its_columns(make: Maker) -> None:
    frame = make(PEOPLE)
    empty = frame.slice(0, 0) if isinstance(frame, pa.Table) else frame[:0]
    scored = score(empty)
    assert [] == rows(scored.frame, *parts())
    assert [] == problems(scored)


@plain_kinds
def test_a_row_depends_on_itself_alone(make: Maker) -> None:
    together = rows(score(make(PEOPLE)).frame, *parts())
    alone = [rows(score(make({k: [v[row]] for k, v in PEOPLE.items()})).frame, *parts())[0] for row in range(5)]
    backwards = rows(score(make({name: values[::-1] for name, values in PEOPLE.items()})).frame, *parts())
    assert together == alone
    assert together == backwards[::-1]


@pytest.mark.parametrize("dtype", ["float64", "float32", "Float64", "object"])
def test_whole_options_and_counts_may_come_as_fractions_with_nan(dtype: str) -> None:
    frame = pandas(PEOPLE)
    for name, values in (("codes", [1, 2, math.nan, 0, math.nan]), ("priors", [2, 0, math.nan, 0, 12])):
        frame[name] = pd.Series(values, dtype=dtype)
    assert one_by_one(PEOPLE) == rows(score(frame).frame, *parts())


def test_a_nan_that_is_not_absence_is_a_problem() -> None:
    frame = polars(PEOPLE).with_columns(weight=pl.Series([70.5, None, math.nan, -1.0, 0.25]))
    scored = score(frame)
    assert [(2, "weight", "RVN605")] == problems(scored)
    assert "invalid" == listed(scored.frame, "young_status")[2]


@pytest.mark.parametrize(
    "dtype", ["int8", "uint8", "int64", "uint64", "float16", "Int8", "int64[pyarrow]", "float[pyarrow]"]
)
def test_numbers_of_every_width_are_numbers(dtype: str) -> None:
    people = changed(priors=[2, 0, 1, 0, 12], decile=[1, 2, 3, 4, 5])
    frame = pandas(people)
    frame[["priors", "decile"]] = frame[["priors", "decile"]].astype(dtype)
    assert one_by_one(people) == rows(score(frame).frame, *parts())


# dates

BORN = [datetime.date.fromisoformat(text) if text else None for text in PEOPLE["born"]]
DATES: dict[str, Any] = {
    "python dates": as_objects(changed(born=BORN)),
    "pandas": pandas(changed(born=pd.to_datetime(pd.Series(PEOPLE["born"])))),  # type: ignore[arg-type]
    "pandas seconds": pandas(changed(born=pd.to_datetime(pd.Series(PEOPLE["born"])).astype("datetime64[s]"))),  # type: ignore[arg-type]
    "pandas with a time of day": pandas(
        changed(born=pd.to_datetime(pd.Series(PEOPLE["born"])) + pd.Timedelta(hours=23))  # type: ignore[arg-type]
    ),
    "pandas with a zone": pandas(changed(born=pd.to_datetime(pd.Series(PEOPLE["born"])).dt.tz_localize("Europe/Riga"))),  # type: ignore[arg-type]
    "pandas of arrow dates": pandas(PEOPLE).assign(born=pd.Series(BORN, dtype=pd.ArrowDtype(pa.date32()))),
    "polars dates": polars(changed(born=BORN)),
    "polars moments": polars(PEOPLE).with_columns(pl.col("born").str.to_datetime()),
    "polars moments with a zone": polars(PEOPLE).with_columns(
        pl.col("born").str.to_datetime().dt.replace_time_zone("Europe/Riga")
    ),
    "pyarrow dates": pyarrow(changed(born=pa.array(BORN, pa.date64()))),  # type: ignore[arg-type]
    "pyarrow moments": pyarrow(changed(born=pa.array(BORN, pa.date32()).cast(pa.timestamp("ns")))),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("kind", DATES)
def test_a_date_is_the_day_that_stands_there(kind: str) -> None:
    # The second person turns 21 the day after the assessment: a day lost to a time zone would show.
    assert one_by_one(PEOPLE) == rows(score(DATES[kind]).frame, *parts())


@pytest.mark.parametrize("on", [None, "assessed_on", "day"])
@plain_kinds
def test_the_day_of_assessment_is_an_argument_or_a_column(make: Maker, on: str | None) -> None:
    if on is None:
        assert one_by_one(PEOPLE) == rows(score(make(PEOPLE)).frame, *parts())
        return
    columns = None if on == "assessed_on" else {"assessed_on": on}
    frame = make(changed(**{on: [ON] * 5}))
    assert one_by_one(PEOPLE) == rows(score(frame, on=None, columns=columns).frame, *parts())


@plain_kinds
def test_a_date_after_the_assessment_is_a_problem_of_its_row(make: Maker) -> None:
    people = changed(born=["2025-07-01", "2004-07-01", None, "2030-01-01", "1949-12-31"])
    scored = score(make(people))
    assert [(0, "born", "RVN606"), (3, "born", "RVN606")] == problems(scored)
    assert ["2025-07-01", "2030-01-01"] == listed(scored.problems, "value")


def test_each_row_is_held_against_its_own_day() -> None:
    scored = score(pandas(changed(assessed_on=["1990-05-30", "2025-06-30", ON, ON, ON])), on=None)
    assert [(0, "born", "RVN606")] == problems(scored)


@pytest.mark.parametrize("on", ["yesterday", "", 20250630, datetime.datetime(2025, 6, 30), True])
def test_a_day_of_assessment_that_is_no_date_is_refused(on: Any) -> None:
    with pytest.raises(FrameError) as caught:
        score(pandas(PEOPLE), on=on)
    assert ["RVN603"] == [problem.code for problem in caught.value.diagnostics]


# cells that cannot be used

BAD = {
    "born": "soon",
    "sex": "other",
    "decile": 11,
    "ratio": 1.5,
    "offence": "C1",
    "q01": "maybe",
    "q02": "lost it",
    "codes": "7",
    "priors": -1,
    "weight": math.inf,
}
CODES = {"born": "RVN603", "decile": "RVN604", "ratio": "RVN604", "priors": "RVN604", "weight": "RVN604"}


@every_kind
@pytest.mark.parametrize("name", BAD)
def test_a_bad_cell_costs_its_row_and_no_other(name: str, make: Maker) -> None:
    people = changed(**{name: [*PEOPLE[name][:4], BAD[name]]})
    scored = score(make(people))
    assert [(4, name, CODES.get(name, "RVN602"))] == problems(scored)
    assert one_by_one(PEOPLE)[:4] == rows(scored.frame, *parts())[:4]
    assert (None, "invalid", None, None, None, None, "invalid", None, None, None, "invalid") == rows(
        scored.frame, *parts()
    )[4]


@every_kind
def test_every_bad_cell_has_a_line_by_row_and_item(make: Maker) -> None:
    people = changed(priors=[-1, 0, None, -2, 12], codes=["9", "2", None, "0", "8"])
    expected = [(0, "codes", "RVN602"), (0, "priors", "RVN604"), (3, "priors", "RVN604"), (4, "codes", "RVN602")]
    scored = score(make(people))
    assert expected == problems(scored)
    assert ["error"] * 4 == listed(scored.problems, "severity")
    assert ["9", "-1", "-2", "8"] == [value.removesuffix(".0") for value in listed(scored.problems, "value")]


def test_rows_of_problems_are_counted_from_zero_whatever_the_index() -> None:
    frame = pandas(changed(priors=[2, 0, None, -2, 12])).set_axis(list("edcba"))
    assert [(3, "priors", "RVN604")] == problems(score(frame))


@pytest.mark.parametrize(
    "cell",
    [["no"], {"no": 1}, {"no"}, np.array(["no", "yes"]), ("no",), b"no", object()],
    ids=lambda cell: type(cell).__name__,
)
@pytest.mark.parametrize("name", ["q01", "priors", "born"])
def test_whatever_stands_in_a_cell_it_costs_its_row_and_no_other(name: str, cell: object) -> None:
    frame = as_objects(PEOPLE)
    frame.at[3, name] = cell
    scored = score(frame)
    assert [(3, name, "RVN603")] == problems(scored)
    assert one_by_one(PEOPLE)[:3] == rows(scored.frame, *parts())[:3]


@pytest.mark.parametrize("make", [polars, pyarrow])
@pytest.mark.parametrize("name", ["q01", "priors", "born"])
def test_a_column_of_lists_is_refused_whole(name: str, make: Maker) -> None:
    with pytest.raises(FrameError) as caught:
        score(make(changed(**{name: [["a"], ["b"], None, None, None]})))
    assert ["RVN703"] == [problem.code for problem in caught.value.diagnostics]


class Text(str):
    """A text of a type of its own."""


SAID = (
    "yes",
    "".join(["y", "es"]),
    Text("no"),
    1,
    "1",
    1.0,
    True,
    np.True_,
    None,
    math.nan,
    pd.NA,
    pd.NaT,
    b"yes",
    ("yes",),
)


@pytest.mark.parametrize("item", ["q01", "codes", "priors", "born"])
@pytest.mark.parametrize("step", [1, 2], ids=["one after the other", "with others between them"])
def test_objects_shared_between_cells_are_read_as_objects_apart(item: str, step: int) -> None:
    few = {name: [values[0]] * len(SAID) for name, values in PEOPLE.items()} | {item: list(SAID)}
    alone, times = score(as_objects(few)), 100
    frame = as_objects({name: values * times for name, values in few.items()})
    frame[item] = pd.Series(np.repeat(frame[item].to_numpy(), step)[::step], copy=False)
    scored, where = score(frame), np.tile(np.arange(len(SAID)), times)
    assert alone.frame[parts()].iloc[where].reset_index(drop=True).equals(scored.frame[parts()])
    columns = ("row", "item", "code", "problem", "value")
    bad = rows(alone.problems, *columns)
    expected = [(row + each * len(SAID), *told) for each in range(times) for row, *told in bad]
    assert expected == rows(scored.problems, *columns)


def test_true_is_not_one_in_a_column_of_objects() -> None:
    frame = as_objects(changed(codes=[1, True, None, 0, 1.0], priors=[True, 1, None, 0, False]))
    expected = [(0, "priors", "RVN603"), (1, "codes", "RVN603"), (4, "priors", "RVN603")]
    assert expected == problems(score(frame))


# What these columns hold is only known cell by cell.
UNTOLD = (as_objects, categorical, pyarrow_dictionaries)


@pytest.mark.parametrize("make", [make for make in MAKERS if make not in UNTOLD])
@pytest.mark.parametrize("name", ["born", "q01", "priors", "ratio"])
def test_a_column_of_truth_values_is_refused_whole(name: str, make: Maker) -> None:
    with pytest.raises(FrameError) as caught:
        score(make(changed(**{name: [True, False, True, True, False]})))
    assert ["RVN703"] == [problem.code for problem in caught.value.diagnostics]


@pytest.mark.parametrize("make", UNTOLD)
def test_truth_values_in_other_columns_are_refused_cell_by_cell(make: Maker) -> None:
    people = changed(priors=[True, False, None, True, False])
    assert [(row, "priors", "RVN603") for row in (0, 1, 3, 4)] == problems(score(make(people)))


def test_a_column_of_truth_values_without_any_is_absent() -> None:
    frame = pandas(PEOPLE).assign(priors=pd.array([None] * 5, dtype="boolean"))
    assert one_by_one(changed(priors=[None] * 5)) == rows(score(frame).frame, *parts())


@plain_kinds
def test_answers_that_are_not_asked_for_and_contradictions_stand_in_the_table(make: Maker) -> None:
    people = changed(q01=["no", "yes", None, "no", "yes"], q02=["yes", "yes", None, None, "yes"])
    scored = score(make(people))
    assert [(0, "q02", "RVN610", "warning"), (1, "c1", "RVN611", "error")] == rows(
        scored.problems, "row", "item", "code", "severity"
    )
    assert ["complete", "invalid"] == listed(scored.frame, "score_status")[:2]


@plain_kinds
def test_only_the_column_of_values_repeats_an_answer(make: Maker) -> None:
    mark = "Zx7Qmark"
    people = changed(**{name: [*PEOPLE[name][:4], mark] for name in ("born", "sex", "q01", "q02", "codes", "doubt")})
    scored = score(make(people))
    assert [mark] * 6 == listed(scored.problems, "value")
    assert [] == [text for text in listed(scored.problems, "problem") if mark in text]
    assert mark not in repr(scored)


@pytest.mark.parametrize(
    ("columns", "options"),
    [
        ({"priors": ["Zx7Qmark"] * 5}, {"on": "Zx7Qmark"}),
        ({"born": ["Zx7Qmark"] * 5}, {"on": None}),
        ({"priors": [True] * 5, "sex": ["Zx7Qmark"] * 5}, {}),
        ({"sex": ["Zx7Qmark"] * 5, "score": ["Zx7Qmark"] * 5}, {}),
    ],
)
def test_no_error_of_a_frame_repeats_an_answer(columns: dict[str, list[Any]], options: dict[str, Any]) -> None:
    with pytest.raises(FrameError) as caught:
        score(pandas(changed(**columns)), **options)
    assert "Zx7Qmark" not in str(caught.value)


def test_three_bad_cells_in_a_million_rows_cost_three_rows() -> None:
    size, rng = 1_000_000, np.random.default_rng(20250630)
    q01 = rng.integers(-1, 2, size)
    good = pd.DataFrame(
        {
            "born": pd.to_datetime("1950-01-01") + pd.to_timedelta(rng.integers(0, 20_000, size), unit="D"),
            "sex": pd.Categorical.from_codes(rng.integers(-1, 2, size), ["male", "female"]),
            "decile": rng.integers(1, 11, size),
            "ratio": rng.random(size),
            "offence": rng.choice(["A1", "A2", "B1"], size),
            "q01": pd.Categorical.from_codes(q01, ["no", "yes"]),
            "q02": pd.Categorical.from_codes(np.where(q01 == 1, rng.integers(-1, 2, size), -1), ["no", "yes"]),
            "codes": rng.integers(0, 3, size),
            "doubt": "known",
            "priors": rng.integers(1, 20, size).astype(float),
            "weight": np.where(rng.random(size) < 0.1, np.nan, 70.0),
        }
    )
    bad = good.copy()
    bad.loc[17, "priors"] = -1
    bad["q01"] = bad["q01"].cat.add_categories("maybe")
    bad.loc[500_000, "q01"] = "maybe"
    bad.loc[999_999, "weight"] = np.inf
    begun = time.perf_counter()
    scored, expected = score(bad), score(good)
    assert 30 > time.perf_counter() - begun
    found = [problem for problem in problems(scored) if problem[2] != "RVN610"]
    assert [(17, "priors", "RVN604"), (500_000, "q01", "RVN602"), (999_999, "weight", "RVN604")] == found
    assert size == len(scored.frame)
    others = ~np.isin(np.arange(size), [17, 500_000, 999_999])
    assert expected.frame.loc[others, parts()].equals(scored.frame.loc[others, parts()])
    assert {"invalid"} == set(scored.frame.loc[~others, "score_status"])


@plain_kinds
def test_many_rows_say_what_few_say(make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FORM.plan.kept, "block", 30_000)
    # Many are scored by their patterns and block by block; the last of these has a cell that cannot be used.
    few = {name: [*values, values[0]] for name, values in changed(priors=[2, 0, None, 0, 12]).items()}
    few["priors"][-1] = -1
    where = np.tile(np.arange(6), 12_000)
    many, expected = (nw.from_native(frame, eager_only=True)[where] for frame in (make(few), score(make(few)).frame))
    scored = score(many.to_native())
    assert expected.select(*parts()).to_native().equals(nw.from_native(scored.frame).select(*parts()).to_native())
    assert 12_000 == sum(code == "RVN604" for code in listed(scored.problems, "code"))


# the frame itself


@pytest.mark.parametrize(
    "index",
    [
        pd.Index(list("edcba"), name="person"),
        pd.Index([3, 3, 3, 1, 1]),
        pd.MultiIndex.from_tuples([("a", 2), ("a", 1), ("b", 1), ("b", 1), ("c", 0)], names=["prison", "person"]),
        pd.date_range("2025-01-01", periods=5)[::-1],
        pd.Index([None, 1.5, None, "x", 2], dtype=object),
    ],
    ids=["text", "repeated", "of two levels", "of dates", "mixed"],
)
def test_the_index_is_kept(index: pd.Index[Any]) -> None:
    scored = score(pandas(PEOPLE).set_axis(index))
    pd.testing.assert_index_equal(index, scored.frame.index)
    assert one_by_one(PEOPLE) == rows(scored.frame, *parts())


def test_levels_come_out_in_their_order() -> None:
    level = score(pandas(PEOPLE)).frame["level"]
    assert level.cat.ordered
    assert ["low", "high"] == list(level.cat.categories)
    assert pl.Enum(["low", "high"]) == score(polars(PEOPLE)).frame["level"].dtype


def test_whole_scores_come_out_as_whole_numbers() -> None:
    assert "Int64" == str(score(pandas(PEOPLE)).frame["score"].dtype)
    assert pl.Int64() == score(polars(PEOPLE)).frame["score"].dtype
    assert pa.int64() == score(pyarrow(PEOPLE)).frame["score"].type


@plain_kinds
def test_all_columns_that_are_not_there_are_named_at_once(make: Maker) -> None:
    people = {name: values for name, values in PEOPLE.items() if name not in ("priors", "sex")}
    with pytest.raises(FrameError) as caught:
        score(make(people | {"prior": [0] * 5}), on=None)
    expected = ["sex", "priors", "assessed_on"]
    assert [f"the frame has no column '{name}'" for name in expected] == sorted(
        (problem.message for problem in caught.value.diagnostics), key=lambda text: expected.index(text.split("'")[1])
    )
    hints = {problem.message.split("'")[1]: problem.hint for problem in caught.value.diagnostics}
    assert hints["priors"].startswith("did you mean 'prior'?")


@plain_kinds
def test_a_column_that_would_be_written_over_is_refused(make: Maker) -> None:
    people = changed(score=[1] * 5, young_status=["x"] * 5)
    with pytest.raises(FrameError) as caught:
        score(make(people))
    assert ["RVN702", "RVN702"] == [problem.code for problem in caught.value.diagnostics]
    scored = score(make(people), prefix="form.")
    assert [1] * 5 == listed(scored.frame, "score")
    assert one_by_one(PEOPLE) == rows(scored.frame, *(f"form.{part}" for part in parts()))


@plain_kinds
def test_columns_may_have_other_names(make: Maker) -> None:
    people = {("Number of convictions" if name == "priors" else name): values for name, values in PEOPLE.items()}
    scored = score(make(people), columns={"priors": "Number of convictions"})
    assert one_by_one(PEOPLE) == rows(scored.frame, *parts())


def test_a_name_of_no_item_among_the_columns_is_refused() -> None:
    with pytest.raises(FrameError) as caught:
        score(pandas(PEOPLE), columns={"prior": "priors"})
    assert ["RVN601"] == [problem.code for problem in caught.value.diagnostics]


def test_a_frame_with_two_columns_of_one_name_is_refused() -> None:
    frame = pd.concat([pandas(PEOPLE), pandas(PEOPLE)[["q01"]]], axis=1)
    with pytest.raises(FrameError):
        score(frame)


@pytest.mark.parametrize(
    "thing",
    [None, PEOPLE, [PEOPLE], "people.csv", 3, np.zeros((2, 2)), pd.Series([1]), pl.Series([1]), polars(PEOPLE).lazy()],
    ids=lambda thing: type(thing).__name__,
)
def test_what_is_no_frame_is_refused_by_its_type(thing: object) -> None:
    with pytest.raises(FrameError) as caught:
        score(thing)
    assert ["RVN704"] == [problem.code for problem in caught.value.diagnostics]
    assert type(thing).__name__ in caught.value.diagnostics[0].message


def test_judgements_are_columns_that_stay_as_they_are(tmp_path: Path) -> None:
    text = (Path(__file__).parent / "form" / "1.yaml").read_text()
    judged = text.replace("flags:", "judgements:\n  - {id: view, levels: [low, high], justify: optional}\nflags:")
    (tmp_path / "1.yaml").write_text(judged)
    (tmp_path / "offences.csv").write_text((Path(__file__).parent / "form" / "offences.csv").read_text())
    view = ["low", None, "high", "unknown", "high"]
    scored = rvn.load(tmp_path / "1.yaml").score_frame(pandas(changed(view=view)), on=ON)
    assert view == listed(scored.frame, "view")
    assert ["complete", "undecided", "complete", "undecided", "complete"] == listed(scored.frame, "view_status")
