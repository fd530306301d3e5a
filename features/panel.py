"""The panel: counts by period, area and strand, and which of them were observed."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from features import periods
from features.areas import Areas
from features.periods import PeriodKind


@dataclass(frozen=True, eq=False)
class Panel:
    """Counts known at `as_of`.

    Invariants: arrays are read-only; the last period ends before or on the day before `origin`; a cell that was not
    observed holds 0 in `counts` and False in `observed`.

    Attributes:
        counts: float32[period, area, strand].
        observed: bool[period, area, strand]; False means *missing*, not zero.
        kind: "week" or "month".
        first: Ordinal of the first period.
        areas: The areas of axis 1.
        strands: The strands of axis 2.
        as_of: Knowledge date: only facts known before this day are counted.
    """

    counts: NDArray[np.float32]
    observed: NDArray[np.bool_]
    kind: PeriodKind
    first: int
    areas: Areas
    strands: tuple[str, ...]
    as_of: date

    @property
    def origin(self) -> date:
        """First day of the period after the last one: the forecast's origin."""
        return periods.start(self.first + len(self.counts), self.kind)
