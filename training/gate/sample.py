"""What the gate looks at: forecasts of several methods from the same origins beside what was recorded, summed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.distribution import crps, cumulative
from models.metrics import LEAST_MEAN

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

# Where the distribution of the PIT is looked at; 0.1 and 0.9 are among them.
GRID = np.arange(1, 40) / 40


@dataclass(frozen=True, eq=False)
class Cells:
    """Forecasts of one method at one level, with counts that it had not seen.

    Attributes:
        count: float64[origin, horizon, place, strand], whole numbers.
        seen: bool[origin, horizon, place, strand]; a cell that is not seen says nothing.
        mean: float64[origin, horizon, place, strand].
        dispersion: float64[origin, horizon, place, strand].
    """

    count: F64 = field(repr=False)
    seen: NDArray[np.bool_] = field(repr=False)
    mean: F64 = field(repr=False)
    dispersion: F64 = field(repr=False)

    def crps(self) -> F64:
        """Return the CRPS of each cell, 0 where it is not seen."""
        found = np.zeros(self.mean.shape)
        found[self.seen] = crps(self.count[self.seen], self.mean[self.seen], self.dispersion[self.seen])
        return found

    def deviance(self) -> F64:
        """Return the Poisson deviance of each cell, means raised to 0.001 at least, 0 where it is not seen."""
        mean = np.maximum(self.mean, LEAST_MEAN)
        ratio = np.where(self.count > 0, self.count / mean, 1.0)
        found: F64 = np.where(self.seen, 2 * (self.count * np.log(ratio) - self.count + mean), 0.0)
        return found

    def pit(self, places: I64) -> F64:
        """Return how many cells' randomised PIT is at or below each of `GRID`, float64[origin, number, strand, grid].

        Averaged over the random number rather than drawn (Czado, Gneiting & Held 2009, Biometrics 65:1254).

        Args:
            places: int64[place]; places of the same number are summed, as horizons are.
        """
        count, mean, dispersion = (values[self.seen] for values in (self.count, self.mean, self.dispersion))
        high = cumulative(count, mean, dispersion)
        low = np.where(count > 0, cumulative(count - 1, mean, dispersion), 0.0)
        width = np.maximum(high - low, 1e-12)
        below = []
        for level in GRID:
            share = np.zeros(self.mean.shape)
            share[self.seen] = np.clip((level - low) / width, 0.0, 1.0)
            below.append(together(share.sum(axis=1), places))
        return np.stack(below, axis=-1)


@dataclass(frozen=True, eq=False)
class Pit:
    """A level's PIT, summed.

    Attributes:
        level: Level of the totals, or that of the areas.
        members: float64[origin, place, strand], cells.
        below: float64[origin, place, strand, grid], of them those whose PIT is at or below each of `GRID`.
    """

    level: str
    members: F64
    below: F64

    @classmethod
    def of(cls, level: str, cells: Cells, places: I64) -> "Pit":
        """Sum cells over horizons, and over places of the same number."""
        return cls(level, together(cells.seen.sum(axis=1).astype(np.float64), places), cells.pit(places))


@dataclass(frozen=True, eq=False)
class Sample:
    """Sums over horizons and the areas of a block; a block is a district, or an area where there are none.

    Attributes:
        strands: Strands.
        blocks: Names of the blocks.
        districts: Whether blocks are districts.
        cells: float64[origin, block, strand], cells seen.
        crps: Method to float64[origin, block, strand].
        deviance: Method to float64[origin, block, strand].
        areas: The challenger's PIT by areas, summed to blocks.
        totals: The challenger's PIT of totals, by level; the last strand is all strands together.
        deciles: float64[origin, block, decile, 2], forecast and recorded; None where no area has a decile.
    """

    strands: tuple[str, ...]
    blocks: tuple[str, ...]
    districts: bool
    cells: F64 = field(repr=False)
    crps: Mapping[str, F64] = field(repr=False)
    deviance: Mapping[str, F64] = field(repr=False)
    areas: Pit = field(repr=False)
    totals: tuple[Pit, ...] = field(repr=False)
    deciles: F64 | None = field(repr=False)

    def mean_crps(self, method: str) -> float:
        """Return a method's CRPS a cell."""
        return float(self.crps[method].sum() / self.cells.sum())

    def mean_deviance(self, method: str) -> float:
        """Return a method's Poisson deviance a cell."""
        return float(self.deviance[method].sum() / self.cells.sum())


def together(values: F64, places: I64) -> F64:
    """Sum [origin, place, ...] over places of the same number, float64[origin, number, ...]."""
    result = np.zeros((len(values), int(places.max()) + 1, *values.shape[2:]))
    np.add.at(np.moveaxis(result, 1, 0), places, np.moveaxis(values, 1, 0))
    return result


def decile_sums(cells: Cells, deciles: F64, places: I64) -> F64 | None:
    """Return forecast and recorded by decile, float64[origin, block, decile, 2]; None where no area has a decile."""
    if not np.isfinite(deciles).any():
        return None
    result = np.zeros((len(cells.mean), int(places.max()) + 1, 10, 2))
    for number, values in enumerate((cells.mean, cells.count)):
        by_area = np.where(cells.seen, values, 0.0).sum(axis=(1, 3))
        for decile in range(1, 11):
            result[:, :, decile - 1, number] = together(by_area * (deciles == decile), places)
    return result
