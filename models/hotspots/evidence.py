"""What earlier incidents say of each cell: decayed counts in the cell, around it, and beyond what is usual there.

Every component is a rate of incidents a week. The first are linear, as the kernels of a self-exciting process (Mohler
and others 2011, JASA 106:100): side (the strand, the others) x half-life x band of distance. The others are what a
cell, or one place in it, has beyond thresholds: places differ so much that ten incidents say more than ten times one.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.hotspots.lattice import BANDS, Sources
from models.hotspots.loops import excesses, near_evidence, spread_out
from models.hotspots.points import F64, I64

SIDES = ("strand", "other strands")
HALF_LIVES = (14.0, 180.0, 1461.0)
CELL_THRESHOLDS = (0.8, 1.6, 3.2, 6.4)
PLACE_THRESHOLDS = (0.8, 1.6, 3.2)
DAYS_OF_A_WEEK = 7
_LINEAR = len(SIDES) * len(HALF_LIVES) * len(BANDS)
COMPONENTS = (
    *(f"{side}, {life:g} days, {band}" for side in SIDES for life in HALF_LIVES for band in BANDS),
    *(f"cell beyond {n:g}" for n in CELL_THRESHOLDS),
    *(f"place beyond {n:g}" for n in PLACE_THRESHOLDS),
    "even",
)


def decays(days: int) -> F64:
    """Return what is left of an incident by age in days; float64[half-life, age], nothing at age 0."""
    age = np.arange(days + 2)
    left: F64 = 2.0 ** (-age[None, :] / np.array(HALF_LIVES)[:, None])
    left[:, 0] = 0.0
    return left


@dataclass(frozen=True, eq=False)
class Evidence:
    """Components from the incidents in a grid.

    Attributes:
        sources: The incidents.
        first: First day that the data tell of.
        last: Latest day that anything is asked for.
    """

    sources: Sources
    first: int
    last: int

    @cached_property
    def decay(self) -> F64:
        """float64[half-life, age], up to the oldest incident."""
        oldest = int(self.sources.day.min()) if len(self.sources) else self.last
        return decays(self.last - min(self.first, oldest))

    def per_week(self, when: I64) -> F64:
        """Return what makes decayed counts of the days before each day weekly rates; float64[when, half-life].

        A young history has had less time to fill a long memory; without this its counts would look too low.
        """
        known = np.cumsum(self.decay, axis=1)[:, np.maximum(when - self.first, 1)].T
        return DAYS_OF_A_WEEK / known

    def at_cells(self, cell: I64, when: I64) -> F64:
        """Return the components in cells of the lattice on days; float64[cell, component]."""
        s = self.sources
        size = (s.grid.rows, s.grid.columns)
        near = near_evidence(cell, when, s.entries, size, s.spread.table, self.decay)
        near *= self.per_week(when)[:, None, :, None]
        out = np.zeros((len(cell), len(COMPONENTS)))
        out[:, :_LINEAR] = near.reshape(len(cell), -1)
        days, at = np.unique(when, return_inverse=True)
        for w in range(len(days)):  # a day at a time: a county has hundreds of thousands of places
            mine = at == w
            for column, beyond in enumerate(self._beyond(days[w : w + 1]), start=_LINEAR):
                out[mine, column] = beyond[cell[mine]]
        out[:, -1] = self._even(days)[at]
        return out

    def totals(self, days: I64) -> F64:
        """Return each component's sum over all cells of the grid, over days; float64[component]."""
        s = self.sources
        out = np.zeros(len(COMPONENTS))
        rate = self.per_week(days)
        for w, day in enumerate(days.tolist()):
            age = np.maximum(day - s.day, 0)
            left = self.decay[:, age] * s.count * rate[w][:, None]
            for side in range(len(SIDES)):
                mine = s.own == side
                part = left[:, mine] @ s.mass[mine]
                start = side * len(HALF_LIVES) * len(BANDS)
                out[start : start + part.size] += part.reshape(-1)
            for column, beyond in enumerate(self._beyond(days[w : w + 1]), start=_LINEAR):
                out[column] += beyond.sum()
        out[-1] = self._even(days).sum() * len(s.grid)
        return out

    def surface(self, weights: F64, day: int) -> F64:
        """Return the weighted sum of the components in each cell of the grid on a day; float64[cell]."""
        s = self.sources
        when = np.array([day])
        left = self.decay[:, np.maximum(day - s.day, 0)] * s.count * self.per_week(when)[0][:, None]
        linear = weights[:_LINEAR].reshape(len(SIDES), len(HALF_LIVES), len(BANDS))
        amplitude = np.einsum("lj,jlb->jb", left, linear[s.own])
        occupied, begins = np.unique(s.cell, return_index=True)
        summed = np.add.reduceat(amplitude, begins, axis=0) if len(begins) else amplitude
        whole = spread_out(occupied, summed, s.grid.rows, s.grid.columns, s.spread.table)
        for column, beyond in enumerate(self._beyond(when), start=_LINEAR):
            whole += weights[column] * beyond
        whole += weights[-1] * self._even(when)[0]
        return whole[s.grid.cells]

    def level(self, day: int, half_life: float) -> float:
        """Return the own incidents of a week as the weeks before a day had them, by a half-life in days."""
        s = self.sources
        age = day - s.day
        left = np.where((age > 0) & (s.own == 0), 2.0 ** (-np.maximum(age, 0) / half_life), 0.0)
        known = np.sum(2.0 ** (-np.arange(1, max(day - self.first, 1) + 1) / half_life))
        return float(left @ s.count / known * DAYS_OF_A_WEEK)

    def _even(self, days: I64) -> F64:
        """Return the long rate of a week shared evenly by all cells; float64[day]."""
        size = max(1, len(self.sources.grid))
        return np.array([self.level(int(day), HALF_LIVES[-1]) / size for day in days])

    def _beyond(self, day: I64) -> list[F64]:
        """Return the weekly rates beyond each threshold, of cells and then of places, on one day; float64[lattice]."""
        s = self.sources
        size, rate = s.grid.rows * s.grid.columns, self.per_week(day)[0, -1]
        found: list[F64] = []
        for group, thresholds in ((s.cell, CELL_THRESHOLDS), (s.place, PLACE_THRESHOLDS)):
            beyond = np.array(thresholds, dtype=np.float64)
            cells, out = excesses(day[0], group, s.entries, self.decay[-1], beyond)
            found.extend(np.bincount(cells, out[:, k] * rate, size).astype(np.float64) for k in range(len(thresholds)))
        return found
