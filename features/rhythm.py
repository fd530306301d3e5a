"""The rhythm of strands: each one's level, season and calendar over all areas, followed from period to period.

A state-space model of the logarithm of a strand's rate an area,

    level (a random walk) + passing swing (an autoregression) + two harmonics of the year + effects of days,

whose parts are told apart by how fast they may move. Totals are counts, so each period is one step of iteratively
weighted least squares about the filter's own expectation, with the variance of a Poisson count and of a week's own
noise (West, Harrison & Migon 1985, JASA 80:73; Durbin & Koopman 2012, chapter 10). Strands are followed together:
their seasons and swings are alike before the data tell them apart, which helps those with few incidents. A period that
was not observed is passed over, and a history of a few weeks leaves season and effects of days near none.

The tempo was chosen on Toronto's weeks before 2021 (`experiments/rhythm.py`).
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features import periods
from features.calendar import Calendar
from features.rates import StrandTotals

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

# A total this many standard deviations off moves the state no more than this.
_MOST_SURPRISE = 4.0
# First days of months and school days are counted against their usual number a week and share.
_FIRST_DAYS, _TERM = 12 / 52.18, 0.7
_EFFECTS = 3
_LEVEL, _PASSING, _FIXED = 0, 1, 2


@dataclass(frozen=True)
class Tempo:
    """How fast the parts may move: standard deviations on the log scale.

    Attributes:
        level_step: Of a week's step of the level.
        swing: Of the passing swing.
        memory: What is left of a swing after a week.
        noise: Of a week's own noise, beyond that of Poisson counts.
        harmonics: Waves a year.
        season: Of the first wave before any data; the k-th has a k-th of it.
        day: Of the effect of a day before any data.
        start: Of the level before the first count.
        shared_step, shared_swing, shared_pattern: Correlations between strands of level steps, swings, and of season
            and days before any data.
    """

    level_step: float = 0.017
    swing: float = 0.06
    memory: float = 0.8
    noise: float = 0.055
    harmonics: int = 2
    season: float = 0.1
    day: float = 0.1
    start: float = 1.0
    shared_step: float = 0.3
    shared_swing: float = 0.5
    shared_pattern: float = 0.5

    def decay(self, n_strands: int) -> F64:
        """Return what is left of each state after a week, float64[strand * state]."""
        one = np.ones(_FIXED + 2 * self.harmonics + _EFFECTS)
        one[_PASSING] = self.memory
        return np.tile(one, n_strands)

    def covariances(self, n_strands: int) -> F64:
        """Return the states' covariance before the first week, and that of a week's step; float64[2, state, state]."""
        seasons = np.repeat(self.season / np.arange(1, self.harmonics + 1), 2)
        start = np.concatenate([[self.start, self.swing], seasons, np.full(_EFFECTS, self.day)])
        alike = np.concatenate([[0.0, self.shared_swing], np.full(len(start) - _FIXED, self.shared_pattern)])
        step, alike_step = np.zeros(len(start)), np.zeros(len(start))
        step[:_FIXED] = self.level_step, self.swing * np.sqrt(1 - self.memory**2)
        alike_step[:_FIXED] = self.shared_step, self.shared_swing
        return np.stack([_across(start, alike, n_strands), _across(step, alike_step, n_strands)])


TEMPO = Tempo()


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


def follow(
    totals: StrandTotals, first: int, origins: I64, horizons: I64, calendar: Calendar, tempo: Tempo = TEMPO
) -> Rhythm:
    """Return each strand's rhythm as it is expected from each origin, by what lies before it.

    Args:
        totals: Totals by week and strand.
        first: Ordinal of the first week.
        origins: Sorted positions.
        horizons: Horizons.
        calendar: Of the place.
        tempo: How fast the parts may move.
    """
    n, n_strands = totals.count.shape
    weeks = first + np.arange(n + int(horizons.max()), dtype=np.int64)
    pattern = _pattern(weeks, calendar, tempo.harmonics)
    parts = np.empty((len(origins), len(horizons), n_strands, 3))
    moves, decay = tempo.covariances(n_strands), tempo.decay(n_strands)
    known = np.stack([totals.count, totals.areas])
    _filter(known, pattern, moves, decay, tempo.noise, origins, horizons, parts)
    return Rhythm(parts[..., 0], parts[..., 1], parts[..., 2])


def _pattern(weeks: I64, calendar: Calendar, harmonics: int) -> F64:
    """Return what each state counts for in each week, float64[week, state]."""
    days = calendar.features(weeks, "week")
    begin, end = periods.starts(weeks, "week"), periods.starts(weeks + 1, "week")
    first_days = (end - 1).astype("datetime64[M]").astype(int) - (begin - 1).astype("datetime64[M]").astype(int)
    angle = np.arctan2(days[:, 0], days[:, 1])
    waves = [wave(k * angle) for k in range(1, harmonics + 1) for wave in (np.sin, np.cos)]
    effects = [days[:, 2], np.nan_to_num(days[:, 3] - _TERM), first_days - _FIRST_DAYS]
    ones = np.ones(len(weeks))
    return np.column_stack([ones, ones, *waves, *effects])


def _across(deviation: F64, alike: F64, n_strands: int) -> F64:
    """Return the covariance of [strand, state], states independent and strands alike as far as said."""
    whole = np.kron(np.ones((n_strands, n_strands)), np.diag(alike * deviation**2))
    own = np.kron(np.eye(n_strands), np.diag((1 - alike) * deviation**2))
    return np.asarray(whole + own)


@njit(cache=True)
def _filter(
    known: F64, pattern: F64, covariances: F64, decay: F64, noise: float, origins: I64, horizons: I64, out: F64
) -> None:
    count, areas = known
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
            variance = pattern[t] @ column[here] + 1.0 / expected + noise**2
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
            out[h, s, 1] = row[_FIXED:-_EFFECTS] @ mine[_FIXED:-_EFFECTS]
            out[h, s, 2] = row[-_EFFECTS:] @ mine[-_EFFECTS:]
