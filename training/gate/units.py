"""What is drawn again to see how sure a figure is: runs of neighbouring origins or, in a short history, districts."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Units:
    """Weights of the draws.

    Attributes:
        drawn: What a unit is.
        weights: float64[draw, unit], how often each draw holds a unit.
        share: Share of the draws within an interval.
    """

    drawn: Literal["origins", "districts", "areas"]
    weights: F64 = field(repr=False)
    share: float

    @classmethod
    def of_origins(cls, origins: int, run: int, draws: int, share: float, rng: np.random.Generator) -> "Units":
        """Draw runs of neighbouring origins, as many origins as there are: the circular block bootstrap.

        Politis & Romano 1992, in Exploring the Limits of Bootstrap. Origins near each other share targets and shocks:
        drawing them one by one would make intervals too narrow.
        """
        length = min(max(run, int(np.ceil(origins ** (1 / 3)))), origins)
        starts = rng.integers(0, origins, size=(draws, -(-origins // length)))
        chosen = (starts[:, :, None] + np.arange(length)) % origins
        return cls("origins", _times(chosen.reshape(draws, -1)[:, :origins], origins), share)

    @classmethod
    def of_blocks(
        cls, blocks: int, draws: int, share: float, rng: np.random.Generator, *, drawn: Literal["districts", "areas"]
    ) -> "Units":
        """Draw districts (or areas) with all their origins, one by one."""
        return cls(drawn, _times(rng.integers(0, blocks, size=(draws, blocks)), blocks), share)

    @property
    def short(self) -> bool:
        """Whether the history was too short to draw origins."""
        return self.drawn != "origins"

    def sums(self, values: F64) -> F64:
        """Sum [origin, block, ...] over origins and blocks in every draw, float64[draw, ...]."""
        by_unit = values.sum(axis=0 if self.short else 1)
        result: F64 = np.tensordot(self.weights, by_unit, axes=1)
        return result

    def interval(self, draws: F64) -> tuple[float, float]:
        """Return the percentile interval of draws; draws without a number, of units without counts, say nothing."""
        low, high = np.nanquantile(draws, [(1 - self.share) / 2, (1 + self.share) / 2])
        return float(low), float(high)

    def reflected(self, value: float, draws: F64) -> tuple[float, float]:
        """Return the basic interval of a distance, from 0 up.

        A distance only grows by drawing, in the draws as in the figure itself: the percentiles, mirrored at the figure,
        undo that (Davison & Hinkley 1997, Bootstrap Methods, section 5.2).
        """
        low, high = self.interval(draws)
        return max(2 * value - high, 0.0), max(2 * value - low, 0.0)


def _times(chosen: NDArray[np.int64], units: int) -> F64:
    draws = len(chosen)
    flat = chosen + units * np.arange(draws)[:, None]
    return np.bincount(flat.reshape(-1), minlength=draws * units).reshape(draws, units).astype(np.float64)
