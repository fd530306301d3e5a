"""Intervals of paired differences over weeks that follow one another."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from training.honesty import interval_of_ratio

F64 = NDArray[np.float64]

SHARE = 0.95


@dataclass(frozen=True)
class Interval:
    """A mean over weeks and its 95 % interval.

    Attributes:
        mean: The mean.
        low, high: Ends of the interval.
    """

    mean: float
    low: float
    high: float


def paired(difference: F64) -> Interval:
    """Return the mean of differences of neighbouring weeks, with an interval that minds their serial correlation.

    Student's t with n - 1 degrees of freedom on the standard error of Newey & West (1987, Econometrica 55:703) with
    floor(4 (n / 100)^(2/9)) lags and Bartlett's weights; never less than the standard error of independent weeks, since
    a few weeks may show a negative correlation by chance.

    Args:
        difference: float64[week], or float64[world, week]: worlds are independent of each other.
    """
    worlds = np.atleast_2d(difference)
    n = worlds.size
    apart = worlds - worlds.mean()
    variance = float((apart**2).sum()) / n
    long_run = variance
    lags = int(4 * (worlds.shape[1] / 100) ** (2 / 9))
    for lag in range(1, min(lags, worlds.shape[1] - 1) + 1):
        together = float((apart[:, lag:] * apart[:, :-lag]).sum()) / n
        long_run += 2 * (1 - lag / (lags + 1)) * together
    mean = float(worlds.mean())
    if n < 2:
        return Interval(mean, float("-inf"), float("inf"))
    error = np.sqrt(max(long_run, variance) / (n - 1))
    half = float(student.ppf((1 + SHARE) / 2, n - 1) * error)
    return Interval(mean, mean - half, mean + half)


def saved(regret: F64, of_rule: F64, rng: np.random.Generator) -> Interval:
    """Return by what share a plan's regret is lower than a rule's, by block bootstrap over weeks.

    Args:
        regret: float64[world, week].
        of_rule: float64[world, week].
        rng: Randomness.
    """
    low, high = interval_of_ratio(regret, of_rule, rng, SHARE)
    return Interval(1 - float(regret.sum() / of_rule.sum()), 1 - high, 1 - low)
