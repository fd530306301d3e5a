import numpy as np
import pytest
from scipy.stats import nbinom

from models.distribution import LEVELS, crps, fit_dispersion, quantiles, randomised_pit


def test_quantiles_are_the_smallest_counts_that_reach_the_level() -> None:
    mean, dispersion = np.array([0.3, 4.0, 250.0]), np.array([0.8, 0.2, 0.01])
    found = quantiles(mean, dispersion)
    for i in range(3):
        size = 1 / dispersion[i]
        law = nbinom(size, size / (size + mean[i]))
        for level, q in zip(LEVELS, found[i], strict=True):
            assert law.cdf(q) >= level
            assert q == 0 or law.cdf(q - 1) < level


def test_a_mean_of_zero_has_no_range() -> None:
    assert not quantiles(np.zeros(2), np.ones(2)).any()


def test_crps_is_the_sum_of_squared_distances() -> None:
    count, mean, dispersion = np.array([0.0, 3.0, 50.0]), np.array([0.5, 2.0, 40.0]), np.array([0.3, 0.5, 0.1])
    k = np.arange(5000)
    for i, value in enumerate(crps(count, mean, dispersion)):
        size = 1 / dispersion[i]
        below = nbinom.cdf(k, size, size / (size + mean[i]))
        assert value == pytest.approx(np.sum((below - (count[i] <= k)) ** 2), rel=1e-7)


def test_the_dispersion_that_made_the_counts_is_found() -> None:
    rng = np.random.default_rng(5)
    mean = rng.gamma(2, 1, 60_000)
    for true in (0.05, 0.7):
        count = rng.poisson(mean * rng.gamma(1 / true, true, mean.shape)).astype(float)
        assert fit_dispersion(count, mean) == pytest.approx(true, rel=0.15)


def test_pit_of_right_forecasts_is_uniform_and_of_wrong_ones_is_not() -> None:
    rng = np.random.default_rng(6)
    mean = rng.gamma(2, 1, 20_000)
    count = rng.poisson(mean * rng.gamma(2, 0.5, mean.shape)).astype(float)

    def distance(spread: float) -> float:
        pit = np.sort(randomised_pit(count, mean, np.full(mean.shape, spread), np.random.default_rng(7)))
        return float(np.max(np.abs(pit - np.linspace(0, 1, len(pit)))))

    assert distance(0.5) < 0.012
    assert distance(1e-6) > 0.03
