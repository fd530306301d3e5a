"""The negative binomial, as forecasts of counts use it: mean and dispersion, variance = mean + dispersion * mean^2."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.stats import nbinom

F64 = NDArray[np.float64]

LEVELS: tuple[float, ...] = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)

# Below this a negative binomial cannot be told from a Poisson in float64, and its size 1/dispersion overflows its pmf.
_LEAST_DISPERSION = 1e-6
_MOST_DISPERSION = 20.0


def quantiles(mean: F64, dispersion: F64, levels: tuple[float, ...] = LEVELS) -> F64:
    """Return the smallest counts whose cumulative probability reaches each level.

    Args:
        mean: Any shape.
        dispersion: Broadcasts to `mean`.
        levels: In (0, 1).

    Returns:
        float64[*mean.shape, level], whole numbers; 0 where the mean is 0.
    """
    size, probability = _parameters(np.maximum(mean, 1e-12), dispersion)
    found = np.asarray(nbinom.ppf(np.asarray(levels), size[..., None], probability[..., None]), dtype=np.float64)
    return np.where(mean[..., None] > 0, found, 0.0)


def cumulative(count: F64, mean: F64, dispersion: F64) -> F64:
    """Return P(Y <= count); 1 for any count of 0 or more where the mean is 0."""
    size, probability = _parameters(np.maximum(mean, 1e-12), dispersion)
    return np.asarray(nbinom.cdf(count, size, probability), dtype=np.float64)


def fit_dispersion(count: F64, mean: F64) -> float:
    """Return the dispersion of counts about known means by moments; near 0 if they look Poisson.

    sum((y - mu)^2 - mu) / sum(mu^2), after Cameron & Trivedi (1990, Journal of Econometrics 46:347). A likelihood
    would rest on cells whose mean is next to nothing, where a method such as the seasonal
    naive says that nothing can happen.
    """
    squares = float(np.sum(mean**2))
    if squares <= 0:
        return _LEAST_DISPERSION
    return float(np.clip(np.sum((count - mean) ** 2 - mean) / squares, _LEAST_DISPERSION, _MOST_DISPERSION))


def _parameters(mean: F64, dispersion: F64) -> tuple[F64, F64]:
    size = 1.0 / np.maximum(np.broadcast_to(dispersion, mean.shape), _LEAST_DISPERSION)
    return size, size / (size + mean)


def crps(count: F64, mean: F64, dispersion: F64) -> F64:
    """Return the continuous ranked probability score of each count, in incidents.

    The sum over k >= 0 of (P(Y <= k) - [count <= k])^2 (Gneiting & Raftery 2007, JASA 102:359, for integers), cut where
    the tail left is below 1e-12.

    Args:
        count: float64[n], whole and not negative.
        mean: float64[n].
        dispersion: float64[n].
    """
    out = np.empty(len(count))
    _crps(count, mean, dispersion, out)
    return out


@njit(cache=True)
def _crps(count: F64, mean: F64, dispersion: F64, out: F64) -> None:
    for i in range(len(count)):
        mu = max(mean[i], 1e-12)
        size = 1.0 / max(dispersion[i], _LEAST_DISPERSION)
        last = count[i] + mu + 60.0 * math.sqrt(mu + mu * mu / size) + 100.0
        log_mass = -size * math.log1p(mu / size)
        below, k = math.exp(log_mass), 0
        total = (below - (1.0 if count[i] <= 0 else 0.0)) ** 2
        while k < last and (k < count[i] or 1.0 - below > 1e-12):
            log_mass += math.log((size + k) / (k + 1.0) * mu / (size + mu))
            k += 1
            below += math.exp(log_mass)
            total += (below - (1.0 if count[i] <= k else 0.0)) ** 2
        out[i] = total


def randomised_pit(count: F64, mean: F64, dispersion: F64, rng: np.random.Generator) -> F64:
    """Return the randomised probability integral transform: uniform on (0, 1) if the forecasts are right.

    u = P(Y <= y - 1) + v P(Y = y) with v uniform (Brockwell 2007, Statistics & Probability Letters 77:1473).
    """
    low = np.where(count > 0, cumulative(count - 1, mean, dispersion), 0.0)
    high = cumulative(count, mean, dispersion)
    result: F64 = low + rng.uniform(size=count.shape) * (high - low)
    return result
