"""The split: which share of a month each week holds, and how a week spreads about its share.

A month's count is negative binomial; given it, each of its incidents falls into a week with that week's share of the
month's days, so that a week's count is a thinned month's: its mean is the share of the month's, and its dispersion is
the month's own (binomial thinning of a negative binomial, e.g. Johnson, Kemp & Kotz 2005, Univariate Discrete
Distributions, section 5.9). That alone is too narrow, for the weeks of a month also differ from each other, which
months do not show: `ROUGHER` widens it by what weeks were seen to vary more than their months.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from features.calendar import Calendar
from features.panel import Panel
from models.day_weights import DayWeights
from models.spread import Shock, Spread

F64 = NDArray[np.float64]

# Months hold so many weeks, on average.
WEEKS_A_MONTH = 365.25 / 12 / 7
# How many times a month's excess variance a week shows, before the share: from `experiments/months.py`.
ROUGHER = 1.5


@dataclass(frozen=True, eq=False)
class Split:
    """The shares of months that weeks hold.

    Attributes:
        horizons: Of the months, 1 = the first after those that were counted.
        share: float64[week, month, strand], by day weights.
        plain: float64[week, month], by days alone.
    """

    horizons: tuple[int, ...]
    share: F64
    plain: F64

    @classmethod
    def of(cls, origin: date, weeks: Sequence[int], months: Panel, days: DayWeights, calendar: Calendar) -> "Split":
        """Return the shares of the months that some weeks lie in.

        Args:
            origin: A Monday.
            weeks: Horizons from it.
            months: The months that were counted; the last ended before `origin`.
            days: Weights of days.
            calendar: Of the place.
        """
        begins = np.datetime64(origin) + 7 * (np.asarray(weeks) - 1)
        first, last = begins.min().astype("datetime64[M]"), (begins.max() + 6).astype("datetime64[M]")
        day = np.arange(first.astype("datetime64[D]"), (last + 1).astype("datetime64[D]"))
        month = (day.astype("datetime64[M]") - first).astype(np.int64)
        n = int(month[-1]) + 1
        weight = days.of(day, calendar)
        share, plain = np.zeros((len(begins), n, weight.shape[1])), np.zeros((len(begins), n))
        whole = np.zeros((n, weight.shape[1]))
        np.add.at(whole, month, weight)
        length = np.bincount(month)
        for row, begin in enumerate(begins):
            mine = np.flatnonzero((day >= begin) & (day < begin + 7))
            np.add.at(share[row], month[mine], weight[mine] / whole[month[mine]])
            np.add.at(plain[row], month[mine], 1.0 / length[month[mine]])
        ahead = int(first.astype(np.int64)) - (months.first + len(months.counts)) + 1
        return cls(tuple(range(ahead, ahead + n)), share, plain)


def thinned(spread: Spread, first: int) -> Spread:
    """Return how weeks spread about their shares of months.

    Shocks grow with the horizon by as much a week as the months' do in that part of a month.

    Args:
        spread: How months spread about their means.
        first: Horizon of the month that the first week lies in.
    """

    def weekly(shock: Shock) -> Shock:
        return Shock(ROUGHER * (shock.variance + (first - 1) * shock.growth), ROUGHER * shock.growth / WEEKS_A_MONTH)

    return replace(
        spread,
        square=weekly(spread.square),
        district_strand=weekly(spread.district_strand),
        district=weekly(spread.district),
        force_strand=weekly(spread.force_strand),
        force=weekly(spread.force),
    )


_BY_STRAND = ("square", "district_strand", "force_strand")
_OVER_STRANDS = ("district", "force")


def mixed(spreads: Sequence[Spread], columns: Sequence[NDArray[np.int64]], expected: F64) -> Spread:
    """Return how the sum of parts spreads: their parameters, averaged with their expected incidents as weights.

    Parts that share all their shocks would spread so; independent ones less. It is the cautious way round.

    Args:
        spreads: Of the parts, each for its own strands.
        columns: Positions of each part's strands among all.
        expected: float64[part, strand], incidents; 0 where a part does not know a strand.
    """
    total = expected.sum(axis=0)
    by_strand = np.divide(expected, total, out=np.full(expected.shape, 1 / len(expected)), where=total > 0)
    overall = expected.sum(axis=1) / max(expected.sum(), 1e-12)

    def strands(values: Sequence[F64]) -> F64:
        found = np.zeros(expected.shape[1])
        for mine, weight, value in zip(columns, by_strand, values, strict=True):
            found[mine] += weight[mine] * value
        return found

    def everywhere(values: Sequence[F64]) -> F64:
        return np.asarray(np.sum(overall[:, None] * np.stack(values), axis=0))

    def shock(name: str) -> Shock:
        average = everywhere if name in _OVER_STRANDS else strands
        mine = [getattr(spread, name) for spread in spreads]
        return Shock(average([one.variance for one in mine]), average([one.growth for one in mine]))

    shocks = {name: shock(name) for name in (*_BY_STRAND, *_OVER_STRANDS)}
    linear, once = (strands([getattr(spread, name) for spread in spreads]) for name in ("linear", "once"))
    return Spread(linear=linear, once=once, **shocks)
