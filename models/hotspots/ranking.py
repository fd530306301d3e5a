"""Cells ranked by what is expected of them, and how steady their ranks were over the last weekly refits."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from errors import DataError
from models.distribution import fit_dispersion, quantiles
from models.hotspots.points import F64, I64

RANGE = (0.1, 0.9)
COUNT_HALF_LIFE = 365.25


def ranks(expected: F64) -> I64:
    """Return the rank of each cell, 1 for the most expected; ties go to the lower cell."""
    order = np.argsort(-expected, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(1, len(order) + 1)
    return place


@dataclass(frozen=True, eq=False)
class Refit:
    """One week's forecast, made with what was known when it began.

    Attributes:
        week: First day of the week forecast, days since 1970-01-01.
        expected: float64[cell].
        count: Incidents since recorded in that week, float64[cell]; None while it is not over.
        plain: What the plain count with a half-life of a year says; float64[cell].
    """

    week: int
    expected: F64
    count: F64 | None
    plain: F64


@dataclass(frozen=True, eq=False)
class Ranking:
    """The newest forecast's cells, ranked, with the refits before it.

    Attributes:
        refits: The newest first.
        chosen: Number of cells chosen.
    """

    refits: Sequence[Refit]
    chosen: int

    @property
    def expected(self) -> F64:
        """Expected incidents in each cell; float64[cell]."""
        return self.refits[0].expected

    def best(self) -> I64:
        """Return the chosen cells, by rank."""
        return np.argsort(-self.expected, kind="stable")[: self.chosen].astype(np.int64)

    def stability(self) -> tuple[F64, I64, I64]:
        """Return of each cell the share of refits that chose it, its best and its worst rank."""
        all_ranks = np.stack([ranks(refit.expected) for refit in self.refits])
        return (all_ranks <= self.chosen).mean(axis=0), all_ranks.min(axis=0), all_ranks.max(axis=0)

    def overlap(self) -> float | None:
        """Return the mean share of chosen cells that the refit a week later chose again; None without refits."""
        sets = [ranks(refit.expected) <= self.chosen for refit in self.refits]
        again = [(new & old).sum() / self.chosen for new, old in pairwise(sets)]
        return float(np.mean(again)) if again else None

    def record(self) -> dict[str, float]:
        """Return what the chosen cells of the weeks that are over held: expected, recorded, and by the plain count."""
        over = [(refit, refit.count) for refit in self.refits if refit.count is not None]

        def held(values: F64, count: F64) -> float:
            return float(count[ranks(values) <= self.chosen].sum())

        return {
            "weeks": len(over),
            "incidents": float(sum(count.sum() for _, count in over)),
            "expected_in_chosen": float(sum(held(refit.expected, refit.expected) for refit, _ in over)),
            "in_chosen": float(sum(held(refit.expected, count) for refit, count in over)),
            "in_chosen_by_plain_count": float(sum(held(refit.plain, count) for refit, count in over)),
        }

    def dispersion(self) -> float:
        """Return the dispersion of counts about the forecasts of weeks that are over; next to none without any."""
        over = [(refit.count, refit.expected) for refit in self.refits if refit.count is not None]
        if not over:
            return 0.0
        counts, means = (np.concatenate(part) for part in zip(*over, strict=True))
        return fit_dispersion(counts, means)

    def cell_range(self) -> F64:
        """Return the counts between which a cell's lies 8 times in 10; float64[cell, 2]."""
        return quantiles(self.expected, np.full(len(self.expected), self.dispersion()), RANGE)

    def total(self) -> tuple[float, float, float]:
        """Return the expected incidents in the chosen cells together, and the range 8 times in 10.

        Cells share the week: their sum varies at least as much as independent cells would, and as much as it did.
        """
        best = self.expected[self.best()]
        mean = float(best.sum())
        if mean <= 0:
            return 0.0, 0.0, 0.0
        independent = self.dispersion() * float((best**2).sum()) / mean**2
        over = [(refit.count, refit.expected) for refit in self.refits if refit.count is not None]
        sums = np.array([(c[ranks(e) <= self.chosen].sum(), e[ranks(e) <= self.chosen].sum()) for c, e in over])
        together = fit_dispersion(sums[:, 0], sums[:, 1]) if len(sums) else 0.0
        low, high = quantiles(np.array([mean]), np.array([max(independent, together)]), RANGE)[0]
        return mean, float(low), float(high)


def cells_of_area(cells: int, cell_hectares: float, square_metres: float) -> int:
    """Return how many whole cells an area holds, all at most.

    Raises:
        DataError: It holds none.
    """
    whole = int(square_metres / (cell_hectares * 10_000.0) + 1e-9)
    if whole < 1:
        problem = f"is smaller than one cell of {cell_hectares:,.2f} hectares"
        raise DataError(problem, place="--area", fix="choose a larger area or smaller cells")
    return min(whole, cells)


def hits(values: F64, count: F64, chosen: int) -> float:
    """Return the incidents in the chosen cells of highest value."""
    return float(count[ranks(values) <= chosen].sum())


def most_hits(count: F64, chosen: int) -> float:
    """Return the incidents in the cells that turned out to have most: what PEI divides by."""
    return float(np.sort(count)[::-1][:chosen].sum())
