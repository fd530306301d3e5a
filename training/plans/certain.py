"""Demand that is known: what a clairvoyant plans for, and what a plan is scored on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from errors import AllocationError
from models.allocation.programme.values import Pieces

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Certain:
    """Capacity beside known demand: a dose of u meets min(u, demand).

    Attributes:
        weight: Harm of one incident, float64[cell].
        placing: See `models.allocation.programme.values.Value`.
        mean: The demand, float64[cell].
    """

    weight: F64
    placing: F64
    mean: F64

    exact = True

    def met(self, dose: F64) -> F64:
        """Return min(dose, demand)."""
        return np.minimum(dose, self.mean)

    def met_of(self, dose: F64, counts: I32) -> F64:
        """Return min(dose, counts)."""
        return np.minimum(dose, counts)

    def slope(self, dose: F64) -> F64:
        """Return 1 below the demand and 0 from it on."""
        return np.asarray(dose < self.mean, dtype=np.float64)

    def most_worth(self, price: F64) -> F64:
        """Return the conjugate: all of the demand is met where that is worth more than its price."""
        gain = np.maximum(self.weight + self.placing - price, 0.0) * self.mean
        return np.where(price < 0, np.inf, gain)

    def pieces(self, around: F64 | None = None, half: F64 | None = None) -> Pieces:
        """Return one piece a cell."""
        cell = np.flatnonzero(self.mean > 0)
        return Pieces(cell, np.zeros(len(cell)), self.mean[cell], np.ones(len(cell)))

    def sampled(self, pieces: Pieces, counts: I32) -> F64:
        """Return the part of each piece that the counts reach to."""
        reached: F64 = np.clip((counts[:, pieces.cell] - pieces.begin) / pieces.width, 0.0, 1.0)
        return reached

    def mixed(self, keep: float, counts: I32, shares: F64) -> "Certain":
        """Refuse: nothing is drawn of what is known.

        Raises:
            AllocationError: Always.
        """
        problem = "demand that is known has no worst weeks"
        raise AllocationError(problem, place="worst weeks", fix="plan without protection of the worst weeks")
