"""Day weights: what a day of a month counts for, as far as dated feeds have taught it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from features import periods
from features.calendar import Calendar
from features.months import DAYS_A_WEEK
from features.panel import Panel
from models.shares import pooled_shares

F64 = NDArray[np.float64]
Days = NDArray[np.datetime64]

# Weeks on either side that a special day's own week is compared with, and the incidents by which what one strand's
# special days showed is drawn to all strands', and all strands' to 1.
_BESIDE = 4
_PRIOR_INCIDENTS = 200.0
# Share of areas that must have been observed for a week's days to teach.
_COVERED = 0.95


@dataclass(frozen=True, eq=False)
class DayWeights:
    """Weights of days, relative to a mean day.

    Attributes:
        weekday: float64[7, strand], Monday first; the mean over the week is 1.
        holiday: float64[strand], a public holiday's, times its weekday's.
        first: float64[strand], the 1st of a month's, times its weekday's: records without an exact day are often
            entered under it.
        taught: Whether some dated feed taught them; else every day is like another.
    """

    weekday: F64
    holiday: F64
    first: F64
    taught: bool

    @classmethod
    def plain(cls, strands: int) -> Self:
        """Return the weights of days that are all alike."""
        return cls(np.ones((DAYS_A_WEEK, strands)), np.ones(strands), np.ones(strands), taught=False)

    @classmethod
    def fit(cls, panel: Panel, calendar: Calendar) -> Self:
        """Learn the weights from the dated feeds of a weekly panel that has months beside it.

        A strand that no dated feed speaks of takes the weights of all strands together.
        """
        strands = len(panel.strands)
        if panel.months is None or not len(panel.counts):
            return cls.plain(strands)
        whole = (panel.observed.mean(axis=1) >= _COVERED) & (panel.completeness == 1)
        count = panel.months.daily.reshape(len(whole), DAYS_A_WEEK, strands) * whole[:, None, :].astype(np.float64)
        by_day = count.sum(axis=0)
        if not by_day.sum():
            return cls.plain(strands)
        shares = by_day.sum(axis=1) / by_day.sum()
        weekday = pooled_shares(by_day.T, shares).T * DAYS_A_WEEK
        expected = _level(count.sum(axis=1), whole)[:, None, :] * weekday / DAYS_A_WEEK
        days = periods.starts(np.array([panel.first]), "week")[0] + np.arange(len(whole) * DAYS_A_WEEK)
        holiday = np.isin(days, calendar.closed(days[0], days[-1] + 1))
        first = ~holiday & (days == days.astype("datetime64[M]").astype("datetime64[D]"))
        flat, usual = count.reshape(-1, strands), expected.reshape(-1, strands)
        return cls(weekday, _special(flat, usual, holiday), _special(flat, usual, first), taught=True)

    def of(self, days: Days, calendar: Calendar) -> F64:
        """Return the weight of each day, float64[day, strand]."""
        # 1970-01-05 was a Monday.
        weights: F64 = self.weekday[(days.astype("datetime64[D]").astype(np.int64) - 4) % DAYS_A_WEEK]
        holiday = np.isin(days, calendar.closed(days[0], days[-1] + 1))
        first = ~holiday & (days == days.astype("datetime64[M]").astype("datetime64[D]"))
        result: F64 = (
            weights * np.where(holiday[:, None], self.holiday, 1.0) * np.where(first[:, None], self.first, 1.0)
        )
        return result

    def document(self) -> dict[str, Any]:
        """Return JSON values."""
        arrays = {name: getattr(self, name).tolist() for name in ("weekday", "holiday", "first")}
        return {**arrays, "taught": self.taught}

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """Return the weights of a document.

        Raises:
            KeyError: It is none.
        """
        weekday, holiday, first = (np.array(document[name], np.float64) for name in ("weekday", "holiday", "first"))
        return cls(weekday, holiday, first, taught=bool(document["taught"]))


def _level(total: F64, whole: NDArray[np.bool_]) -> F64:
    """Return the mean total of the weeks beside each, float64[week, strand]; 0 where none of them was whole."""
    level = np.zeros_like(total)
    for week in range(len(total)):
        beside = np.arange(max(0, week - _BESIDE), min(len(total), week + _BESIDE + 1))
        beside = beside[beside != week]
        known = whole[beside].sum(axis=0)
        level[week] = np.divide(total[beside].sum(axis=0), known, out=np.zeros(total.shape[1]), where=known > 0)
    return level * whole


def _special(count: F64, usual: F64, chosen: NDArray[np.bool_]) -> F64:
    """Return what chosen days counted over what their weekdays usually do, float64[strand]."""
    seen, expected = (np.where(usual[chosen] > 0, values[chosen], 0.0).sum(axis=0) for values in (count, usual))
    everywhere = (seen.sum() + _PRIOR_INCIDENTS) / (expected.sum() + _PRIOR_INCIDENTS)
    ratio: F64 = (seen + _PRIOR_INCIDENTS * everywhere) / (expected + _PRIOR_INCIDENTS)
    return ratio
