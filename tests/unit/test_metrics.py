import numpy as np
import pytest

from models import metrics


def test_deviance_is_that_of_its_formula_with_a_floor() -> None:
    count, mean = np.array([0.0, 2.0, 3.0]), np.array([0.5, 2.0, 0.0])
    terms = [0.5, 0.0, 3 * np.log(3 / 1e-3) - (3 - 1e-3)]
    assert metrics.poisson_deviance(count, mean) == pytest.approx(2 * np.mean(terms))


def test_pinball_weighs_misses_by_their_level() -> None:
    count, found = np.array([2.0]), np.array([[1.0, 4.0]])
    assert metrics.pinball(count, found, (0.1, 0.9)) == pytest.approx((0.1 * 1 + 0.1 * 2) / 2)


def test_pai_of_a_perfect_ranking_and_ties_to_the_lower_code() -> None:
    count = np.array([0.0] * 19 + [4.0])
    assert metrics.predictive_accuracy_index(count, count) == pytest.approx(20)
    assert metrics.predictive_accuracy_index(count, np.ones(20)) == 0
    assert np.isnan(metrics.predictive_accuracy_index(np.zeros(20), count))


def test_the_hit_curve_ends_at_one() -> None:
    assert metrics.hit_curve(np.array([1.0, 0.0, 3.0]), np.array([1.0, 2.0, 3.0])).tolist() == [0.75, 0.75, 1.0]
