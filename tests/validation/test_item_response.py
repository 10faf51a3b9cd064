"""Item response models against ltm, and what they do where there is no maximum."""

import math

import numpy as np
import pytest
from scales import complete, induc
from scipy.special import expit

from reference import r_values
from rvn.errors import ContractError
from rvn.validation.reliability.item_response import ItemResponse, Model, item_response

VALUES = r_values("reliability")["rasch_2pl_induc_first10"]
LTM: dict[Model, str] = {"rasch": "rasch", "2pl": "twopl"}
NAMES = [f"item {place}" for place in range(10)]


def first_ten() -> np.ndarray:
    return complete(induc()[:, :10])


def values_of(found: ItemResponse, name: str) -> np.ndarray:
    return np.array([row.value for row in found.items if row.name == name])


def likelihood_by_hand(items: np.ndarray, difficulty: np.ndarray, slope: np.ndarray, points: int) -> float:
    """Marginal log-likelihood by numpy's quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(points)
    yes = expit(slope * (nodes[:, None] - difficulty))
    each = np.where(items[:, None, :] == 1, yes, 1 - yes).prod(axis=2) @ weights
    return float(np.log(each / math.sqrt(2 * math.pi)).sum())


@pytest.mark.parametrize("model", LTM)
def test_difficulties_discriminations_and_likelihood_are_those_of_ltm_as_far_as_that_converged(model: Model) -> None:
    # At the 21 points of the quadrature that ltm takes.
    found, theirs = item_response(first_ten(), NAMES, model, points=21), VALUES[LTM[model]]
    difficulty, slope = np.array(list(theirs["col1"])), np.array(list(theirs["col2"]))
    assert VALUES["n"] == found.log_likelihood.n
    assert pytest.approx(difficulty, rel=1e-4) == values_of(found, "difficulty")
    assert pytest.approx(slope, rel=1e-4) == values_of(found, "discrimination")
    likelihood = VALUES[f"{LTM[model]}_loglik"]
    assert pytest.approx(likelihood, rel=1e-9) == found.log_likelihood.value
    assert pytest.approx(likelihood, rel=1e-9) == likelihood_by_hand(first_ten(), difficulty, slope, 21)
    # ltm stopped a little before the maximum: our likelihood is not lower.
    assert found.log_likelihood.value >= likelihood
    ours = values_of(found, "difficulty"), values_of(found, "discrimination")
    assert pytest.approx(found.log_likelihood.value, rel=1e-12) == likelihood_by_hand(first_ten(), *ours, 21)


def test_twenty_one_points_are_too_few_for_steep_items_and_sixty_one_are_enough() -> None:
    # ltm's log-likelihood of the two-parameter model is 0.027 too high, and one discrimination 0.7 percent off.
    likelihood = [item_response(first_ten(), NAMES, points=points).log_likelihood.value for points in (21, 61, 181)]
    assert pytest.approx(0.0269, abs=2e-4) == likelihood[0] - likelihood[2]
    assert pytest.approx(0, abs=5e-5) == likelihood[1] - likelihood[2]


def test_the_maximum_is_one_in_every_direction() -> None:
    found = item_response(first_ten(), NAMES, points=21)
    difficulty, slope = values_of(found, "difficulty"), values_of(found, "discrimination")
    best = likelihood_by_hand(first_ten(), difficulty, slope, 21)
    for place in range(10):
        for step in (-0.02, 0.02):
            moved = np.where(np.arange(10) == place, step, 0)
            assert likelihood_by_hand(first_ten(), difficulty + moved, slope, 21) < best
            assert likelihood_by_hand(first_ten(), difficulty, slope + moved, 21) < best


def test_standard_errors_are_those_of_the_curvature_of_the_likelihood() -> None:
    items = first_ten()[:, :4]
    found = item_response(items, NAMES[:4], "rasch", points=21)
    best = np.append(values_of(found, "difficulty"), values_of(found, "discrimination")[0])

    def at(parameters: np.ndarray) -> float:
        return likelihood_by_hand(items, parameters[:4], np.full(4, parameters[4]), 21)

    step = 1e-3
    moves = np.eye(5) * step
    hessian = np.array(
        [
            [(at(best + a + b) - at(best + a - b) - at(best - a + b) + at(best - a - b)) / (4 * step**2) for b in moves]
            for a in moves
        ]
    )
    errors = np.sqrt(np.diag(np.linalg.inv(-hessian)))
    told = [row.se for row in found.items if row.name == "difficulty"]
    assert pytest.approx(errors[:4], rel=1e-4) == told
    assert pytest.approx(errors[4], rel=1e-4) == next(row.se for row in found.items if row.name == "discrimination")


def test_items_drawn_from_the_model_are_found_again() -> None:
    generator = np.random.default_rng(2)
    difficulty, slope = np.array([-1.0, -0.5, 0.0, 0.5, 1.0]), np.array([0.8, 1.2, 1.6, 1.0, 2.0])
    people = generator.normal(size=(4000, 1))
    answers = generator.random((4000, 5)) < expit(slope * (people - difficulty))
    found = item_response(answers.astype(float), list("abcde"))
    truth = np.ravel([difficulty, slope], "F")
    assert sum(row.low < true < row.high for row, true in zip(found.items, truth, strict=True)) >= 9


def test_counts_are_repeated_rows_and_their_order_does_not_matter() -> None:
    items, counts = first_ten()[:200, :4], np.arange(200) % 3 + 1
    counted = item_response(items, list("abcd"), counts=counts)
    repeated = item_response(np.repeat(items, counts, axis=0)[::-1], list("abcd"))
    for one, other in zip(counted.items, repeated.items, strict=True):
        assert pytest.approx((other.value, other.se), rel=1e-7) == (one.value, one.se)


@pytest.mark.parametrize("model", LTM)
@pytest.mark.parametrize(
    "answers",
    [
        [[1, 0], [0, 1], [1, 1]],  # two items
        [[1, 0, 1], [1, 1, 0], [1, 0, 0]],  # everybody says yes to one
        [[None, 1, 0], [1, None, 0]],
        [[0, 0, 0], [1, 1, 1], [0, 0, 0], [1, 1, 1]],  # all items answered alike: endless discrimination
    ],
)
def test_without_a_maximum_nothing_is_estimable(answers: list[list[int | None]], model: Model) -> None:
    found = item_response(answers, ["a", "b", "c"][: len(answers[0])], model)
    rows = (*found.items, found.log_likelihood)
    assert {("not_estimable", True)} == {(row.status, math.isnan(row.value)) for row in rows}


def test_other_points_names_and_models_are_refused() -> None:
    with pytest.raises(ContractError, match="only 0 and 1"):
        item_response([[0, 1, 2]], list("abc"))
    with pytest.raises(ContractError, match="3 columns for 2 names"):
        item_response([[0, 1, 1]], list("ab"))
    with pytest.raises(ContractError, match="no model '3pl'"):
        item_response([[0, 1, 1]], list("abc"), "3pl")  # type: ignore[arg-type]
    with pytest.raises(ContractError, match="`points` is 1"):
        item_response([[0, 1, 1]], list("abc"), points=1)
