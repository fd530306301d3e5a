"""When within a week incidents begin, how long nobody knows of them, and how long until they are on record.

Shapes are assumptions in the manner of what forces publish: violence on weekend nights in town centres, homes broken
into while nobody is in, shops while they are open; most crime on record within a day, sexual offences often much later.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from experiments.twin.county import Floats
from experiments.twin.texts import Integers

HOURS_A_WEEK = 168
_MINUTES_AN_HOUR = 60
_EVEN_WEEK = (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
# Name: weights of Monday to Sunday, and of the hours 0 to 23.
_CLOCKS: Mapping[str, tuple[tuple[float, ...], str]] = {
    "day": (
        (1.05, 1.05, 1.05, 1.05, 1.05, 0.9, 0.85),
        "2 1 1 1 1 1 2 4 7 9 10 10 11 10 10 11 11 10 9 8 7 6 5 4",
    ),
    "evening": ((0.9, 0.9, 0.9, 0.95, 1.1, 1.2, 1.05), "6 4 3 2 1 1 1 2 3 4 5 5 6 6 7 9 10 10 11 11 11 11 10 8"),
    "away": (
        (1.05, 1.05, 1.05, 1.05, 1.1, 0.95, 0.75),
        "4 3 2 1 1 1 2 7 10 8 6 5 5 5 5 5 6 7 9 9 7 6 5 4",
    ),
    "closed": ((0.9, 0.9, 0.9, 0.9, 1.0, 1.2, 1.2), "8 8 8 7 5 3 1 1 1 1 1 1 1 1 1 1 3 8 9 7 6 6 7 8"),
    "parked": (_EVEN_WEEK, "4 3 2 2 1 1 2 3 4 4 4 4 4 4 4 5 7 9 11 10 10 10 9 7"),
    "shops": ((0.95, 0.95, 0.97, 1.0, 1.05, 1.15, 0.93), "1 1 1 1 1 1 1 2 4 7 9 11 12 12 12 12 12 10 7 4 3 2 1 1"),
    "overnight": ((0.9, 0.9, 0.9, 0.95, 1.1, 1.2, 1.05), "9 7 5 3 2 1 1 2 3 3 3 3 3 4 4 5 6 7 9 10 10 11 11 10"),
    "traffic": ((1.0, 1.0, 1.0, 1.03, 1.12, 0.98, 0.87), "1 1 1 1 1 2 4 8 10 6 5 5 6 6 7 9 10 11 8 6 4 3 2 2"),
}
# Share of an incident's clock that is replaced by the night-time economy's where an area is wholly a town centre.
NIGHT_SHARE: Mapping[str, float] = {"night": 0.65, "evening": 0.25, "overnight": 0.3}
_NIGHT_DAYS = (0.35, 0.35, 0.45, 0.6, 1.5, 2.3, 1.4)
_NIGHT_HOURS = "15 15 14 9 4 1 0 0 0 0 0 0 0 0 0 0 0 1 2 4 6 9 12 14"
# The kinds of clock "night" follow the evening's outside of town centres.
_NAMES = (*_CLOCKS, "night-economy")
# Name: median minutes between the last time all was well and the time it was found, and the log's standard deviation.
_WINDOWS: Mapping[str, tuple[float, float]] = {
    "home": (480.0, 0.9),
    "business": (780.0, 0.6),
    "parked": (600.0, 0.7),
    "short": (240.0, 1.0),
}
_LONGEST_WINDOW = 21 * 1440
# Name: share and mean days of each of the ways to the record.
_DELAYS: Mapping[str, tuple[tuple[float, float], ...]] = {
    "none": ((1.0, 0.0),),
    "prompt": ((0.84, 0.2), (0.12, 3.0), (0.04, 25.0)),
    "slow": ((0.60, 0.8), (0.30, 6.0), (0.10, 35.0)),
    "historic": ((0.45, 1.0), (0.30, 12.0), (0.25, 150.0)),
    "fraud": ((0.35, 2.0), (0.45, 18.0), (0.20, 80.0)),
}


def begin(clocks: NDArray[np.str_], kind: Integers, centre: Floats, rng: np.random.Generator) -> Integers:
    """Draw the minute of the week at which each incident begins.

    Args:
        clocks: Name of each kind's clock.
        kind: Index of each incident's kind.
        centre: How much of a town centre its area is.
        rng: Randomness.
    """
    night = np.array([NIGHT_SHARE.get(name, 0.0) for name in clocks])[kind] * np.minimum(centre, 1.0)
    usual = np.array([_NAMES.index("evening" if name == "night" else name) for name in clocks])[kind]
    profile = np.where(rng.random(len(kind)) < night, len(_NAMES) - 1, usual)
    hour = pick(_weights(), profile, rng)
    minute: Integers = hour * _MINUTES_AN_HOUR + rng.integers(0, _MINUTES_AN_HOUR, len(kind))
    return minute


def chances(clock: str, centre: float) -> Floats:
    """Return the probability of each hour of the week, from Monday's first on, at which `begin` lets incidents begin.

    Args:
        clock: Name of the clock.
        centre: How much of a town centre the area is.
    """
    night = NIGHT_SHARE.get(clock, 0.0) * min(centre, 1.0)
    weights = _weights()
    usual = weights[_NAMES.index("evening" if clock == "night" else clock)]
    mixed: Floats = (1.0 - night) * usual + night * weights[-1]
    return mixed


def window(names: NDArray[np.str_], kind: Integers, rng: np.random.Generator) -> Integers:
    """Draw the minutes between the last time all was well and the time each incident was found; mostly 0."""
    medians = np.array([_WINDOWS.get(name, (0.0, 0.0)) for name in names])[kind]
    drawn = medians[:, 0] * np.exp(medians[:, 1] * rng.standard_normal(len(kind)))
    minutes: Integers = np.minimum(np.rint(drawn), _LONGEST_WINDOW).astype(np.int64)
    return minutes


def delay(names: NDArray[np.str_], kind: Integers, rng: np.random.Generator) -> Integers:
    """Draw the minutes from the end of each incident to its record."""
    ways = max(len(mixture) for mixture in _DELAYS.values())
    shares, means = np.zeros((2, len(names), ways))
    for row, name in enumerate(names):
        for way, (share, mean) in enumerate(_DELAYS[str(name)]):
            shares[row, way], means[row, way] = share, mean
    mean_days = means[kind, pick(shares, kind, rng)]
    return np.rint(mean_days * 1440 * rng.standard_exponential(len(kind))).astype(np.int64)


def pick(weights: Floats, row: Integers, rng: np.random.Generator) -> Integers:
    """Draw for each entry a column of its row of weights, with probability proportional to the weights.

    Args:
        weights: float64[row, column]; no row is all 0.
        row: Row of each entry.
        rng: Randomness.
    """
    ends = np.cumsum(weights, axis=1)
    ends /= ends[:, -1:]
    # Rows laid end to end: row r's cumulative shares lie in (r, r + 1].
    flat = (ends + np.arange(len(ends))[:, None]).ravel()
    at = np.searchsorted(flat, row + rng.random(len(row)), side="right")
    column: Integers = np.minimum(at - row * weights.shape[1], weights.shape[1] - 1)
    return column


def delays() -> Mapping[str, tuple[tuple[float, float], ...]]:
    """Return the ways to the record as (share, mean days), for the manifest."""
    return _DELAYS


def _weights() -> Floats:
    rows = [np.outer(days, [float(hour) for hour in hours.split()]).ravel() for days, hours in _CLOCKS.values()]
    night = np.outer(_NIGHT_DAYS, [float(hour) for hour in _NIGHT_HOURS.split()]).ravel()
    shares = [row / row.sum() for row in (*rows, night)]
    return np.stack(shares)
