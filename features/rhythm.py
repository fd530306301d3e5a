"""The rhythm of strands: each one's level, season and calendar over all areas, followed from period to period.

A state-space model of the logarithm of a strand's rate an area,

    level (a random walk) + passing swing (an autoregression) + two harmonics of the year + effects of days,

whose parts are told apart by how fast they may move. Totals are counts, so each period is one step of iteratively
weighted least squares about the filter's own expectation, with the variance of a Poisson count and of a week's own
noise (West, Harrison & Migon 1985, JASA 80:73; Durbin & Koopman 2012, chapter 10). Strands are followed together:
their seasons and swings are alike before the data tell them apart, which helps those with few incidents. A period that
was not observed is passed over, and a history of a few weeks leaves season and effects of days near none.

The settings were chosen on Toronto's weeks before 2021 (`experiments/rhythm.py`).
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features import periods
from features.calendar import Calendar
from features.periods import PeriodKind
from features.rates import StrandTotals

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

# Standard deviations, on the log scale: of a week's step of the level, of the passing swing, of a week's own noise, of
# the level before the first count, and, before any data, of the first harmonic (the second has half) and of a day's
# effect.
_LEVEL_STEP, _SWING, _NOISE, _START = 0.017, 0.06, 0.055, 1.0
_SEASON, _DAY = 0.1, 0.1
_HARMONICS = 2
# What is left of a swing after a week.
_SWING_MEMORY = 0.8
# Correlations between strands: of level steps, of swings, and of seasons and days.
_LEVEL_SHARED, _SWING_SHARED, _PATTERN_SHARED = 0.3, 0.5, 0.5
# A total this many standard deviations off moves the state no more than this.
_MOST_SURPRISE = 4.0
# A month's first day and a school day are counted against their usual share of a week.
_FIRST_DAYS, _TERM = 12 / 52.18, 0.7
_EFFECTS = 3
_STATES = 2 + 2 * _HARMONICS + _EFFECTS
_LEVEL, _PASSING = 0, 1


@dataclass(frozen=True, eq=False)
class Rhythm:
    """Expected logarithms of a strand's rate, in parts that add up.

    Attributes:
        trend: float64[origin, horizon, strand], level and passing swing: the log rate an area and period.
        season: float64[origin, horizon, strand], the time of year.
        days: float64[origin, horizon, strand], bank holidays, school terms and first days of months.
    """

    trend: F64
    season: F64
    days: F64


def follow(totals: StrandTotals, first: int, origins: I64, horizons: I64, calendar: Calendar) -> Rhythm:
    """Return each strand's rhythm as it is expected from each origin, by what lies before it.

    Args:
        totals: Totals by week and strand.
        first: Ordinal of the first week.
        origins: Sorted positions.
        horizons: Horizons.
        calendar: Of the place.
    """
    n, n_strands = totals.count.shape
    pattern = _pattern(first + np.arange(n + int(horizons.max()), dtype=np.int64), "week", calendar)
    decay = np.ones(_STATES)
    decay[_PASSING] = _SWING_MEMORY
    parts = np.empty((len(origins), len(horizons), n_strands, 3))
    _filter(
        totals.count,
        totals.areas,
        pattern,
        _covariances(n_strands),
        np.tile(decay, n_strands),
        origins,
        horizons,
        parts,
    )
    return Rhythm(parts[..., 0], parts[..., 1], parts[..., 2])


def _pattern(ordinals: I64, kind: PeriodKind, calendar: Calendar) -> F64:
    """Return what each state counts for in each period, float64[period, state]."""
    days = calendar.features(ordinals, kind)
    begin, end = periods.starts(ordinals, kind), periods.starts(ordinals + 1, kind)
    first_days = (end - 1).astype("datetime64[M]").astype(int) - (begin - 1).astype("datetime64[M]").astype(int)
    angle = np.arctan2(days[:, 0], days[:, 1])
    waves = [wave(k * angle) for k in range(1, _HARMONICS + 1) for wave in (np.sin, np.cos)]
    effects = [days[:, 2], np.nan_to_num(days[:, 3] - _TERM), first_days - _FIRST_DAYS]
    ones = np.ones(len(ordinals))
    return np.column_stack([ones, ones, *waves, *effects])


def _covariances(n_strands: int) -> F64:
    """Return the states' covariance before the first period, and that of a period's step; float64[2, state, state]."""
    seasons = np.repeat(_SEASON / np.arange(1, _HARMONICS + 1), 2)
    start = np.concatenate([[_START, _SWING], seasons, np.full(_EFFECTS, _DAY)])
    shared = np.concatenate([[0.0, _SWING_SHARED], np.full(_STATES - 2, _PATTERN_SHARED)])
    step = np.zeros(_STATES)
    step[_LEVEL], step[_PASSING] = _LEVEL_STEP, _SWING * np.sqrt(1 - _SWING_MEMORY**2)
    shared_step = np.zeros(_STATES)
    shared_step[_LEVEL], shared_step[_PASSING] = _LEVEL_SHARED, _SWING_SHARED
    return np.stack([_across(start, shared, n_strands), _across(step, shared_step, n_strands)])


def _across(deviation: F64, shared: F64, n_strands: int) -> F64:
    """Return the covariance of [strand, state], states independent and alike between strands as far as shared."""
    whole = np.kron(np.ones((n_strands, n_strands)), np.diag(shared * deviation**2))
    return whole + np.kron(np.eye(n_strands), np.diag((1 - shared) * deviation**2))


@njit(cache=True)
def _filter(
    count: F64, areas: F64, pattern: F64, covariances: F64, decay: F64, origins: I64, horizons: I64, out: F64
) -> None:
    n, n_strands = count.shape
    width = pattern.shape[1]
    covariance, step = covariances
    state, met = np.zeros(len(decay)), np.zeros(n_strands)
    o = 0
    for t in range(n + 1):
        while o < len(origins) and origins[o] == t:
            _expect(state, pattern[t:], decay, horizons, out[o])
            o += 1
        if t == n or o == len(origins):
            break
        for s in range(n_strands):
            if areas[t, s] <= 0:
                continue
            here = slice(s * width, (s + 1) * width)
            if met[s] == 0:
                state[s * width] = np.log((max(count[t, s], 0.0) + 0.5) / areas[t, s])
                met[s] = 1
            rate = pattern[t] @ state[here]
            expected = max(areas[t, s] * np.exp(rate), 0.5)
            column = np.ascontiguousarray(covariance[:, here]) @ pattern[t]
            variance = pattern[t] @ column[here] + 1.0 / expected + _NOISE**2
            most = _MOST_SURPRISE * np.sqrt(variance)
            surprise = min(max((count[t, s] - expected) / expected, -most), most)
            state += column * (surprise / variance)
            covariance = covariance - np.outer(column, column / variance)
        state = state * decay
        covariance = covariance * np.outer(decay, decay) + step


@njit(cache=True)
def _expect(state: F64, pattern: F64, decay: F64, horizons: I64, out: F64) -> None:
    width = pattern.shape[1]
    for h in range(len(horizons)):
        ahead = horizons[h] - 1
        for s in range(out.shape[1]):
            mine, row = state[s * width : (s + 1) * width], pattern[ahead]
            out[h, s, 0] = mine[_LEVEL] + mine[_PASSING] * decay[_PASSING] ** ahead
            out[h, s, 1] = row[2 : 2 + 2 * _HARMONICS] @ mine[2 : 2 + 2 * _HARMONICS]
            out[h, s, 2] = row[2 + 2 * _HARMONICS :] @ mine[2 + 2 * _HARMONICS :]
