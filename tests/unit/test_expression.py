"""The expression language: what it has, what each part must be, and that nothing else gets through.

What expressions mean for answers, unknown ones included, is said in tests/spec.
"""

from __future__ import annotations

import time
import warnings

import pytest

from rvn.definition.expression import MAX_DEPTH, MAX_LENGTH, Symbol, compile_expression
from rvn.errors import Diagnostic, Place
from rvn.plan import nodes
from rvn.plan.nodes import Field, Node, Type
from rvn.plan.types import type_of

Q01 = Field(name="q01", kind="choice", options=("no", "yes"))
SEX = Field(name="sex", kind="choice", options=("male", "female"))
PRIORS = Field(name="priors", kind="count", minimum=0)
BORN = Field(name="born", kind="date")
TODAY = Field(name="assessed_on", kind="date")
STATIC = Field(name="static.level", kind="level", options=("low", "high"), is_component=True)
AGE = nodes.Answer(field=Field(name="age", kind="number"))
SCOPE = {
    "q01": Symbol("q01", field=Q01, points=nodes.Points(field=Q01, values=(0.0, 1.0))),
    "sex": Symbol("sex", field=SEX),
    "priors": Symbol("priors", field=PRIORS, points=nodes.Answer(field=PRIORS)),
    "born": Symbol("born", field=BORN),
    "assessed_on": Symbol("assessed_on", field=TODAY),
    "static.level": Symbol("static.level", field=STATIC),
    "age": Symbol("age", node=AGE),
    "adult": Symbol("adult", node=nodes.Compare(operator=">=", left=AGE, right=nodes.Constant(value=18.0))),
    "level": Symbol("level", node=nodes.Bands(of=AGE, starts=(0.0, 18.0), levels=("low", "high"))),
    "need": Symbol("need", node=nodes.Bands(of=AGE, starts=(0.0, 40.0), levels=("some", "much"))),
}


class Names:
    def names(self) -> list[str]:
        return list(SCOPE)

    def find(self, name: str) -> Symbol | None:
        return SCOPE.get(name)


def compiled(text: str, expected: Type | None = None) -> Node | Diagnostic:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return compile_expression(text, Place("a.yaml", 7, 11), Names(), expected)


def node(text: str) -> Node:
    result = compiled(text)
    assert isinstance(result, Node), result
    return result


def problem(text: str, expected: Type | None = None) -> tuple[str, int]:
    """Return the code of what is wrong with an expression, and the column counted from its first letter as 1."""
    result = compiled(text, expected)
    assert isinstance(result, Diagnostic), text
    assert result.place is not None
    assert ("a.yaml", 7) == (result.place.file, result.place.line)
    return result.code, result.place.column - 10


# what the language has


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("number", "1"),
        ("number", "-1.5"),
        ("number", "1e3"),
        ("number", "age"),
        ("number", "priors"),
        ("number", "q01"),
        ("number", "age + 1 - 2 * 3 / 4 ** 5"),
        ("number", "-age"),
        ("number", "-(age + 1)"),
        ("number", "1 if adult else 0"),
        ("number", "min(age, 1, 2)"),
        ("number", "max(age, priors)"),
        ("number", "abs(age)"),
        ("number", "floor(age)"),
        ("number", "log(age)"),
        ("number", "exp(age)"),
        ("number", "logistic(age)"),
        ("number", "round(age)"),
        ("number", "round(age, 2)"),
        ("number", "years_between(born, assessed_on)"),
        ("number", "months_between(born, assessed_on)"),
        ("number", "coalesce(age, 1)"),
        ("number", "count_of(adult, age > 3)"),
        ("number", "points(q01)"),
        ("number", "points(priors)"),
        ("boolean", "True"),
        ("boolean", "adult"),
        ("boolean", "not adult"),
        ("boolean", "adult and age > 1 or age < 0"),
        ("boolean", "age > 1"),
        ("boolean", "1 < age <= 2 < 3"),
        ("boolean", "1 == age != 2"),
        ("boolean", "q01 == 'yes'"),
        ("boolean", "'yes' != q01"),
        ("boolean", "sex in ('male', 'female')"),
        ("boolean", "sex not in ['male']"),
        ("boolean", "age in (1, 2)"),
        ("boolean", "level == 'high'"),
        ("boolean", "level >= 'high'"),
        ("boolean", "'high' <= level"),
        ("boolean", "level in ('low', 'high')"),
        ("boolean", "static.level == 'low'"),
        ("boolean", "static.level == level"),
        ("boolean", "born < assessed_on"),
        ("boolean", "'2021-07-01' <= assessed_on < '2022-01-01'"),
        ("boolean", "born not in ('2021-07-01', '2021-07-02')"),
        ("boolean", "missing(q01)"),
        ("boolean", "answered(priors)"),
        ("boolean", "missing(static.level)"),
        ("boolean", "True if adult else False"),
        ("level", "level"),
        ("level", "static.level"),
        ("level", "coalesce(static.level, level)"),
        ("level", "level if adult else static.level"),
        ("date", "born"),
        ("date", "coalesce(born, assessed_on)"),
    ],
)
def test_what_is_in_the_language_has_its_type(kind: str, text: str) -> None:
    assert kind == type_of(node(text))


def test_a_chain_of_comparisons_is_every_neighbouring_pair() -> None:
    chain = node("1 < age <= priors")
    assert isinstance(chain, nodes.All)
    first, second = chain.parts
    assert isinstance(first, nodes.Compare)
    assert isinstance(second, nodes.Compare)
    assert ("<", "<=") == (first.operator, second.operator)
    assert first.right is AGE
    assert second.left is AGE
    assert isinstance(second.right, nodes.Answer)


def test_a_chain_may_mix_numbers_and_membership() -> None:
    assert isinstance(node("1 < age in (2, 3)"), nodes.All)


def test_the_name_of_an_option_may_stand_on_either_side() -> None:
    left, right = node("'yes' == q01"), node("q01 == 'yes'")
    assert isinstance(left, nodes.Is)
    assert isinstance(right, nodes.Is)
    assert left.codes == right.codes == {1}


def test_a_level_on_the_left_turns_the_order_round() -> None:
    found = node("'high' > level")
    assert isinstance(found, nodes.Compare)
    assert "<" == found.operator
    assert isinstance(found.right, nodes.Constant)
    assert (1.0, "level") == (found.right.value, found.right.of)


def test_what_is_in_a_list_is_any_of_it() -> None:
    options, numbers = node("sex in ('male', 'female')"), node("age in (1, 2)")
    assert isinstance(options, nodes.Is)
    assert {0, 1} == options.codes
    assert isinstance(numbers, nodes.Any)
    assert 2 == len(numbers.parts)


def test_multiplication_is_done_from_left_to_right() -> None:
    found = node("age * 3 / 4")
    assert isinstance(found, nodes.Arithmetic)
    assert "/" == found.operator


def test_a_negative_number_is_a_constant() -> None:
    found = node("-2")
    assert isinstance(found, nodes.Constant)
    assert -2.0 == found.value


def test_a_power_binds_tighter_than_the_sign_before_it() -> None:
    found = node("-age ** 2")
    assert isinstance(found, nodes.Arithmetic)
    assert "-" == found.operator
    assert isinstance(found.right, nodes.Arithmetic)
    assert "**" == found.right.operator


def test_an_expression_may_go_over_several_lines() -> None:
    assert "boolean" == type_of(node("age > 1\n  and age < 9\n"))


@pytest.mark.parametrize("text", [" age > 1", "age > 1 ", "\tage > 1"])
def test_space_round_an_expression_does_not_matter(text: str) -> None:
    assert "boolean" == type_of(node(text))


# what it does not have


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (1, "lambda: 1"),
        (1, "(lambda: 1)()"),
        (1, "f'{age}'"),
        (8, "age == f'{age}'"),
        (1, "[1, 2]"),
        (1, "(1, 2)"),
        (1, "()"),
        (1, "{1: 2}"),
        (1, "{1, 2}"),
        (1, "[x for x in (1, 2)]"),
        (1, "(x for x in (1, 2))"),
        (1, "{x for x in (1, 2)}"),
        (1, "{x: 1 for x in (1, 2)}"),
        (5, "max([x for x in (1, 2)], 1)"),
        (1, "age[0]"),
        (1, "age[0:1]"),
        (2, "(x := 1)"),
        (2, "(yield)"),
        (2, "(yield from age)"),
        (1, "await age"),
        (1, "None"),
        (1, "..."),
        (1, "1j"),
        (1, "b'yes'"),
        (8, "q01 == b'yes'"),
        (1, "age // 2"),
        (1, "age % 2"),
        (1, "age @ 2"),
        (1, "age << 2"),
        (1, "age >> 2"),
        (1, "age & 2"),
        (1, "age | 2"),
        (1, "age ^ 2"),
        (1, "~age"),
        (1, "+age"),
        (8, "age is 1"),
        (12, "age is not 1"),
        (1, "(1).real"),
        (1, "''.join"),
        (1, "age.real.real"),
        (1, "abs.__self__.__dict__"),
        (1, "(age + 1).real"),
        (1, "__import__('os').system('ls')"),
        (1, "''.__class__.__mro__"),
        (1, "abs(1)(2)"),
        (1, "(abs)(1)(2)"),
        (5, "min(*age, 1)"),
    ],
)
def test_what_is_not_in_the_language_is_refused_at_its_column(column: int, text: str) -> None:
    assert ("RVN302", column) == problem(text)


@pytest.mark.parametrize(
    "name",
    ["__import__", "eval", "exec", "open", "getattr", "print", "sum", "len", "str", "int", "bool", "type", "age"],
)
def test_no_function_of_python_can_be_called(name: str) -> None:
    assert ("RVN303", 5) == problem(f"1 + {name}(1)")


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (1, "ages"),
        (5, "1 + x"),
        (1, "__builtins__"),
        (1, "abs"),
        (1, "q01.__class__"),
        (1, "age.real"),
        (1, "static"),
        (1, "static.total == 1"),
        (1, "abs.__self__"),
        (9, "missing(ages)"),
        (8, "points(ages)"),
    ],
)
def test_a_name_that_is_not_known_is_refused_at_its_column(column: int, text: str) -> None:
    assert ("RVN207", column) == problem(text)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (4, "1 +"),
        (7, "age >="),
        (5, "age 1"),
        (5, "age = 1"),
        (1, "(age"),
        (4, "age)"),
        (8, "q01 == 'yes"),
        (7, "age > ; 1"),
        (1, "import os"),
        (4, "age; age"),
        (1, "012"),
        (9, "age > 1 \\"),
        (1, ""),
    ],
)
def test_what_is_not_an_expression_is_refused_at_its_column(column: int, text: str) -> None:
    assert ("RVN301", column) == problem(text)


@pytest.mark.parametrize("text", ["age > \x00 1", "\x00", "   ", "\t"])
def test_what_holds_nothing_to_read_is_refused(text: str) -> None:
    assert "RVN301" == problem(text)[0]


@pytest.mark.parametrize(("column", "text"), [(5, "age # old"), (9, "age > 1 # old\n and age < 9")])
def test_a_comment_is_refused_so_that_it_hides_nothing_behind_it(column: int, text: str) -> None:
    code, found = problem(text)
    assert code in ("RVN301", "RVN302")
    assert column == found


@pytest.mark.parametrize("text", ["q01 == '\\d'", "1if adult else 0", "age is 1", "1(2)", "'a' is 'a'", "0x1for age"])
def test_no_warning_of_python_gets_out(text: str) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        compile_expression(text, Place("a.yaml"), Names(), None)
    assert [] == [str(warning.message) for warning in caught]


# types


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (1, "'yes'"),
        (7, "age + 'yes'"),
        (1, "born + 1"),
        (1, "adult + 1"),
        (1, "level + 1"),
        (7, "age * adult"),
        (2, "-born"),
        (2, "-adult"),
        (5, "not age"),
        (1, "age and adult"),
        (11, "adult and age"),
        (10, "adult or level"),
        (1, "sex"),
        (1, "sex + 1"),
        (8, "age == 'old'"),
        (9, "born == 'yesterday'"),
        (8, "age == born"),
        (10, "adult == True"),
        (10, "level == 1"),
        (10, "level == need"),
        (1, "q01 > 'no'"),
        (8, "q01 in 'yes'"),
        (8, "age in ()"),
        (8, "age in age"),
        (1, "'a' == 'b'"),
        (6, "1 if age else 0"),
        (17, "1 if adult else adult"),
        (21, "level if adult else need"),
        (5, "abs(adult)"),
        (10, "max(age, born)"),
        (15, "years_between(age, assessed_on)"),
        (21, "years_between(born, 1)"),
        (10, "count_of(age)"),
        (15, "coalesce(age, adult)"),
        (17, "coalesce(level, need)"),
        (8, "points(sex)"),
        (8, "points(born)"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_at_its_column(column: int, text: str) -> None:
    assert ("RVN305", column) == problem(text)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (8, "q01 == 'yess'"),
        (1, "'yess' == q01"),
        (17, "sex in ('male', 'x')"),
        (9, "sex in (1,)"),
        (10, "level == 'medium'"),
        (11, "level in ('medium',)"),
        (17, "static.level == 'medium'"),
        (8, "q01 == ''"),
        (8, "q01 == 'Yes'"),
    ],
)
def test_an_option_that_does_not_exist_is_refused_at_its_column(column: int, text: str) -> None:
    assert ("RVN304", column) == problem(text)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (1, "abs()"),
        (1, "abs(1, 2)"),
        (1, "min(1)"),
        (1, "max(*age)"),
        (1, "round(1, 2, 3)"),
        (1, "round(age, ndigits=1)"),
        (1, "abs(x=1)"),
        (1, "max(1, 2, **age)"),
        (12, "round(age, -1)"),
        (12, "round(age, 1.5)"),
        (12, "round(age, age)"),
        (12, "round(age, True)"),
        (12, "round(age, 400)"),
        (9, "missing(1)"),
        (9, "missing(age)"),
        (10, "answered(q01 == 'yes')"),
        (8, "points(age)"),
        (1, "count_of()"),
        (1, "years_between(born)"),
    ],
)
def test_wrong_arguments_are_refused_at_their_column(column: int, text: str) -> None:
    assert ("RVN306", column) == problem(text)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("boolean", "age"),
        ("boolean", "level"),
        ("boolean", "born"),
        ("number", "adult"),
        ("number", "level"),
        ("number", "born"),
        ("number", "True"),
    ],
)
def test_the_whole_must_be_what_its_place_needs(expected: Type, text: str) -> None:
    assert ("RVN305", 1) == problem(text, expected)


@pytest.mark.parametrize(("expected", "text"), [("boolean", "age > 1"), ("number", "age"), (None, "level")])
def test_the_whole_may_be_what_its_place_needs(expected: Type | None, text: str) -> None:
    assert isinstance(compiled(text, expected), Node)


# columns, bounds, numbers


def test_a_column_counts_letters_and_not_bytes() -> None:
    assert ("RVN304", 8) == problem("q01 == 'ļoti' and ages > 1")
    assert ("RVN207", 19) == problem("q01 != 'yes' and (ages > 1 or q01 == 'ļ')")


def test_only_the_first_mistake_of_an_expression_is_told() -> None:
    assert ("RVN207", 1) == problem("first + second")


def test_an_expression_at_the_bound_of_length_is_read_and_one_beyond_is_not() -> None:
    inner = " " * (MAX_LENGTH - len("age + 1"))
    assert isinstance(compiled(f"age +{inner} 1"), Node)
    assert ("RVN307", 1) == problem(f"age +{inner}  1")


def test_an_expression_at_the_bound_of_depth_is_read_and_one_beyond_is_not() -> None:
    assert isinstance(compiled("-(" * MAX_DEPTH + "1" + ")" * MAX_DEPTH), Node)
    assert "RVN307" == problem("-(" * (MAX_DEPTH + 1) + "1" + ")" * (MAX_DEPTH + 1))[0]


@pytest.mark.parametrize(
    "text",
    [
        "(" * 150 + "age" + ")" * 150,
        "(" * 998 + "age" + ")" * 998,
        "not " * 498 + "adult",
        "-" * 1_900 + "age",
        "1" + "+1" * 999,
        "1" + "**1" * 600,
        "abs(" * 398 + "age" + ")" * 398,
        "age" + ".a" * 900,
        "age" + "[0]" * 600,
        "1 if adult else " * 120 + "1",
        "[" * 900 + "]" * 900,
        "lambda:" * 280 + "1",
        "f'" * 900,
        "1 < " * 490 + "1",
        "adult and " * 190 + "adult",
    ],
)
def test_nothing_deep_or_long_brings_it_down(text: str) -> None:
    assert MAX_LENGTH >= len(text)
    begun = time.perf_counter()
    result = compiled(text)
    assert isinstance(result, Node) or result.code in ("RVN301", "RVN302", "RVN305", "RVN307")
    assert 1 > time.perf_counter() - begun


@pytest.mark.parametrize("number", ["1" + "0" * 400, "1e999", "-1e999", "1" + "0" * 1_900, "1.0e400"])
def test_a_number_that_is_too_large_is_refused_at_its_column(number: str) -> None:
    result = compiled(f"age > {number}")
    assert isinstance(result, Diagnostic)
    assert result.place is not None
    assert result.place.column - 10 in (7, 8)  # at the number, with or without its sign
