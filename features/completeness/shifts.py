"""Level shifts: the day from which a feed records more or less of a strand than before.

A quasi-Poisson regression of the totals on a slow trend, the seasons and one step after another. A step is looked for
at every period by its score statistic, which needs no refit (Rao 1948, Mathematical Proceedings 44:50); the best one is
then fitted and judged by its Wald statistic, with the variance inflated by the dispersion and the autocorrelation of
what is left. The search over all periods is paid for by a threshold above that of one test (Andrews 1993, Econometrica
61:821), set by simulation: see benchmarks.completeness.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.periods import PERIODS_A_YEAR, PeriodKind

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

# Wald statistic that a step must reach, and the least change that is worth an alarm.
THRESHOLD = 16.0
LEAST_CHANGE = 0.15
MOST_SHIFTS = 4
# Observed periods that must lie on either side of a step, and in the whole series.
EDGE: dict[PeriodKind, int] = {"week": 6, "month": 3}
FEWEST: dict[PeriodKind, int] = {"week": 40, "month": 18}
# Fewest incidents a period: of less, no step of a size that matters could be told from noise.
LEAST_MEAN = 2.0
# Ridge: what is believed beforehand of the slope a year, each wave of the season and a step, as standard deviations of
# the log.
_SLOPE, _WAVE, _STEP = 0.1, 0.2, 2.0
_ROUNDS = 12
# Most that the autocorrelation may inflate a variance, and residuals beyond so many deviations are drawn in.
_MOST_CORRELATION, _FAR = 0.7, 3.5


@dataclass(frozen=True)
class LevelShift:
    """A step in a series of totals.

    Attributes:
        period: Ordinal of the first period at the new level.
        last_before: Ordinal of the last observed period before it; a gap between the two hides the exact date.
        ratio: New level over old, seasons and trend allowed for.
        low: Lower end of the ratio's 95 % interval, for a step at this period.
        high: Upper end.
    """

    period: int
    last_before: int
    ratio: float
    low: float
    high: float


def level_shifts(count: F64, observed: NDArray[np.bool_], first: int, kind: PeriodKind) -> tuple[LevelShift, ...]:
    """Return the steps of one series, oldest first; none where the series is too short or too thin to tell.

    Args:
        count: float64[period], totals.
        observed: bool[period]; others are left out.
        first: Ordinal of the first period.
        kind: Period.
    """
    at = np.flatnonzero(observed)
    y = np.maximum(count[at], 0.0)
    if len(at) < FEWEST[kind] or y.mean() < LEAST_MEAN:
        return ()
    series = _Series(y, at + first, kind)
    steps: list[int] = []
    fit = series.fit(steps)
    while len(steps) < MOST_SHIFTS:
        place = series.best_step(fit, steps)
        if place is None:
            break
        tried = series.fit([*steps, place])
        if not _holds(tried, len(steps)):
            break
        steps, fit = [*steps, place], tried
    found = []
    for number, place in enumerate(steps):
        size, error = fit.step(number)
        low, high = np.exp([size - 1.96 * error, size + 1.96 * error])
        ends = (int(series.ordinal[place]), int(series.ordinal[place - 1]))
        found.append(LevelShift(*ends, float(np.exp(size)), float(low), float(high)))
    return tuple(sorted(found, key=lambda shift: shift.period))


@dataclass(frozen=True, eq=False)
class _Fit:
    """A fitted regression.

    Attributes:
        mean: float64[n].
        coefficients: float64[k], the steps' last.
        covariance: float64[k, k], for a dispersion of 1.
        inflation: Dispersion times what autocorrelation adds.
        steps: Number of steps.
    """

    mean: F64
    coefficients: F64
    covariance: F64
    inflation: float
    steps: int

    def step(self, number: int) -> tuple[float, float]:
        """Return the log ratio of a step and its standard error."""
        k = len(self.coefficients) - self.steps + number
        return float(self.coefficients[k]), float(np.sqrt(self.covariance[k, k] * self.inflation))


def _holds(fit: _Fit, newest: int) -> bool:
    size, error = fit.step(newest)
    return (size / error) ** 2 >= THRESHOLD and abs(np.expm1(size)) >= LEAST_CHANGE


class _Series:
    """Observed totals with their design matrix."""

    def __init__(self, y: F64, ordinal: I64, kind: PeriodKind) -> None:
        self.y, self.ordinal, self.kind = y, ordinal, kind
        years = (ordinal - ordinal.mean()) / PERIODS_A_YEAR[kind]
        waves = [wave(2 * np.pi * k * years) for k in (1, 2) for wave in (np.sin, np.cos)]
        self.base = np.column_stack([np.ones(len(y)), years, *waves])
        self.ridge = np.array([0.0, _SLOPE**-2, *[_WAVE**-2] * len(waves)])

    def fit(self, steps: list[int]) -> _Fit:
        """Fit by iterated least squares, residuals far out drawn in: a riot is not a level."""
        after = [(np.arange(len(self.y)) >= place).astype(np.float64) for place in steps]
        design = np.column_stack([self.base, *after])
        ridge = np.diag([*self.ridge, *[_STEP**-2] * len(steps)])
        mean = np.full(len(self.y), max(float(self.y.mean()), 1e-3))
        coefficients, y, dispersion = np.zeros(design.shape[1]), self.y, 1.0
        for _ in range(_ROUNDS):
            working = np.log(mean) + (y - mean) / mean
            weighted = design * mean[:, None]
            coefficients = np.linalg.solve(design.T @ weighted + ridge * dispersion, weighted.T @ working)
            mean = np.exp(np.clip(design @ coefficients, -20.0, 20.0))
            pearson = (self.y - mean) / np.sqrt(mean)
            dispersion = max(1.0, (1.4826 * float(np.median(np.abs(pearson)))) ** 2)
            far = _FAR * np.sqrt(dispersion * mean)
            y = np.clip(self.y, mean - far, mean + far)
        covariance = np.linalg.inv((design * mean[:, None]).T @ design + ridge * dispersion)
        return _Fit(mean, coefficients, covariance, self._inflation(mean, y, design.shape[1]), len(steps))

    def _inflation(self, mean: F64, y: F64, parameters: int) -> float:
        pearson = (y - mean) / np.sqrt(mean)
        dispersion = max(1.0, float((pearson**2).sum()) / max(len(y) - parameters, 1))
        near = np.diff(self.ordinal) == 1
        correlation = float((pearson[1:] * pearson[:-1])[near].sum() / max((pearson**2).sum(), 1e-12))
        # Residuals of a fit are less correlated than errors, by about the parameters over n, and the estimate is biased
        # by itself (Kendall 1954, Biometrika 41:403).
        correlation += (parameters * (correlation > 0) + 1 + 3 * correlation) / len(y)
        correlation = float(np.clip(correlation, 0.0, _MOST_CORRELATION))
        return dispersion * (1 + correlation) / (1 - correlation)

    def best_step(self, fit: _Fit, steps: list[int]) -> int | None:
        """Return where a further step would improve the fit most; None where there is no room for one."""
        n, edge = len(self.y), EDGE[self.kind]
        places = np.arange(edge, n - edge + 1)
        for place in steps:
            places = places[np.abs(places - place) >= edge]
        if not len(places):
            return None
        after = (np.arange(n)[:, None] >= places[None, :]).astype(np.float64)
        far = _FAR * np.sqrt(fit.inflation * fit.mean)
        score = after.T @ np.clip(self.y - fit.mean, -far, far)
        design = np.column_stack([self.base, *[(np.arange(n) >= place).astype(np.float64) for place in steps]])
        cross = design.T @ (after * fit.mean[:, None])
        variance = fit.mean @ after - np.einsum("ks,kl,ls->s", cross, fit.covariance, cross)
        return int(places[np.argmax(score**2 / np.maximum(variance, 1e-9))])
