"""The origins that studies of skill choose on: three years of Toronto, none of which a benchmark scores."""

from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from features import periods
from features.panel import Panel
from models.metrics import LEAST_MEAN

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

HORIZONS = (1, 2, 3, 4)
# The Mondays after the last targets of three years, each of 25 origins every second week.
ENDS = (date(2018, 12, 24), date(2019, 12, 23), date(2020, 12, 21))
ORIGINS, EVERY = 25, 2
LAST = date(2020, 12, 28)


def without_scored(panel: Panel) -> Panel:
    """Return a weekly panel without the weeks from 2020-12-28 on, which benchmarks score."""
    return panel.until(periods.ordinal(LAST, "week"))


def origins(panel: Panel) -> I64:
    """Return the positions of the development origins, int64[year, origin]."""
    last = np.array([periods.ordinal(end, "week") - max(HORIZONS) for end in ENDS]) - panel.first
    return np.asarray(last[:, None] - EVERY * np.arange(ORIGINS)[None, ::-1])


def deviances(count: F64, mean: F64) -> F64:
    """Return the Poisson deviance of each cell."""
    at_least = np.maximum(mean, LEAST_MEAN)
    return np.asarray(2 * (xlogy(count, count / at_least) - count + at_least))


def said(name: str, found: F64, against: F64 | None = None) -> str:
    """Return a line: mean deviance a year and of all, and the paired difference to another with its 95 % interval.

    Args:
        name: Of what was tried.
        found: float64[year, origin], mean deviances.
        against: The same of what it is compared with.
    """
    line = f"{name:32s}" + " ".join(f"{value:.5f}" for value in found.mean(axis=1)) + f"  {found.mean():.5f}"
    if against is None:
        return line
    difference = found - against
    half = 1.96 * difference.std(ddof=1) / np.sqrt(difference.size)
    return f"{line}  {1e4 * difference.mean():+.1f} +- {1e4 * half:.1f} in 10,000"
