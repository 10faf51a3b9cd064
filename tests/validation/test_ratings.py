"""The table of ratings: what is let in, and in which form."""

import numpy as np
import pandas as pd
import pytest

from rvn.errors import ContractError
from rvn.validation.agreement.ratings import agreement_weights, limits_without_variance, rating_table, ratings_from_rows


def test_a_frame_with_nullable_integers_is_a_table() -> None:
    frame = pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "b": pd.array([2, 3], dtype="Int64")})
    np.testing.assert_array_equal([[1, 2], [np.nan, 3]], rating_table(frame).values)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1, 2, 3], "shape"),
        ([["low", "high"]], "not numbers"),
        ([[1, np.inf]], "infinite"),
        (np.empty((3, 0)), "shape"),
    ],
)
def test_what_is_not_a_table_of_numbers_is_refused(values: object, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        rating_table(values)  # type: ignore[arg-type]


def test_a_row_counted_zero_times_is_not_there() -> None:
    table = rating_table([[1, 2], [5, 6]], counts=[3, 0])
    assert (3, [[1.0, 2.0]]) == (table.n, table.values.tolist())


def test_ratings_of_text_people_and_raters_become_a_table() -> None:
    table = ratings_from_rows(["p2", "p1", "p2"], ["x", "y", "y"], [3, 1, 2])
    np.testing.assert_array_equal([[np.nan, 1], [3, 2]], table)


def test_two_ratings_of_one_person_by_one_rater_are_an_error_not_an_average() -> None:
    with pytest.raises(ContractError, match="rater x rated person p1 more than once"):
        ratings_from_rows(["p1", "p1"], ["x", "x"], [1, 3])


def test_rows_of_unequal_length_are_refused() -> None:
    with pytest.raises(ContractError, match="lengths differ"):
        ratings_from_rows(["p1", "p1"], ["x"], [1, 3])


def test_weights_follow_the_numbers_of_the_categories_not_their_positions() -> None:
    expected = [[1, 0.9375, 0], [0.9375, 1, 0.4375], [0, 0.4375, 1]]  # 1 - (1/4)^2, 1 - (3/4)^2
    np.testing.assert_allclose(expected, agreement_weights(np.array([1.0, 2.0, 5.0]), "quadratic"), rtol=1e-14)


def test_weights_of_one_category_are_full_agreement() -> None:
    assert [[1.0]] == agreement_weights(np.array([7.0]), "linear").tolist()


def test_unknown_weights_are_refused() -> None:
    with pytest.raises(ContractError, match="cubic"):
        agreement_weights(np.array([0.0, 1.0]), "cubic")  # type: ignore[arg-type]


def test_limits_without_variance_are_those_of_wilson_when_nothing_is_chance() -> None:
    # Wilson's interval of 10 of 10: 10 / (10 + 1.96^2)
    low, high = limits_without_variance(1.0, 0.0, 10, 0.95)
    assert (pytest.approx(0.722467, abs=1e-6), pytest.approx(1.0)) == (low, high)
