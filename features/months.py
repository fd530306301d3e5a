"""What monthly feeds tell of weeks: the months themselves, and how dated feeds fill a week day by day.

Months hold no weeks. A weekly panel therefore never counts them; it carries them beside its weeks, so that a model can
forecast months and split its forecasts, and so that no split count is ever taken for a week that somebody saw.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from features import periods
from features.incidents.incidents import Incidents

if TYPE_CHECKING:
    from features.panel import Panel

DAYS_A_WEEK = 7


@dataclass(frozen=True, eq=False)
class Months:
    """Monthly feeds beside a weekly panel.

    Attributes:
        panel: Panel of months of the monthly feeds alone; its strands are some of the weekly panel's.
        daily: float32[day, strand], incidents of the dated feeds in all areas, by the strand that each counts under in
            totals; day 0 is the weekly panel's first, so there are seven rows a week, and strands are the weekly
            panel's.
    """

    panel: "Panel"
    daily: NDArray[np.float32]

    def before(self, day: date) -> "Months | None":
        """Return what is told of the months that end before a day; None where that is nothing."""
        end = periods.ordinal(day, "month") - self.panel.first
        if end < 1:
            return None
        return self if end >= len(self.panel.counts) else replace(self, panel=self.panel.between(0, end))

    def between(self, first: int, end: int, after: date) -> "Months | None":
        """Return what goes with some weeks of the weekly panel.

        Args:
            first: Position of the first week.
            end: Position after the last.
            after: First day after them.
        """
        left = self.before(after)
        rows = slice(first * DAYS_A_WEEK, max(end, first) * DAYS_A_WEEK)
        return left and replace(left, daily=self.daily[rows])


def first_week(months: "Panel") -> int:
    """Return the ordinal of the first week of which no day lies in a month that was counted."""
    return periods.ordinal(months.origin - timedelta(days=1), "week") + 1


def counted_by_day(incidents: Incidents, strands: tuple[str, ...], first: int, weeks: int) -> NDArray[np.float32]:
    """Count facts of all areas by day and by the strand that each counts under in totals, float32[7 * weeks, strand].

    Args:
        incidents: Of dated feeds.
        strands: Strands to count by, with all that the incidents have.
        first: Ordinal of the first week.
        weeks: Weeks.
    """
    shape = (weeks * DAYS_A_WEEK, len(strands))
    strand = np.array([strands.index(name) for name in incidents.strand_names], dtype=np.int64)[incidents.strand]
    position = (incidents.day - periods.starts(np.array([first]), "week")[0]).astype(np.int64)
    inside = (position >= 0) & (position < shape[0])
    cell = position[inside] * shape[1] + strand[inside]
    flat = np.bincount(cell, incidents.count[inside], shape[0] * shape[1])
    daily: NDArray[np.float32] = np.maximum(flat, 0.0).astype(np.float32).reshape(shape)
    daily.setflags(write=False)
    return daily
