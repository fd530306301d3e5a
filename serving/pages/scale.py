"""Colours of a map: few classes with as many areas in each, told in words too.

The colours stand in the style sheet, light to dark; they are apart for readers who see red and green alike, and in
grey print.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

CLASSES = 6
NAMES = ("lowest", "low", "below the middle", "above the middle", "high", "highest")


@dataclass(frozen=True)
class Scale:
    """Classes of values.

    Attributes:
        bounds: Upper bound of each class but the last, ascending.
        low: Smallest value.
        high: Largest value.
    """

    bounds: tuple[float, ...]
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Scale":
        """Return the scale with about as many of these values in each class; equal values are never parted."""
        known = np.asarray(values, np.float64)
        if not len(known):
            return cls((), 0.0, 0.0)
        bounds = np.unique(np.quantile(known, np.linspace(0, 1, CLASSES + 1)[1:-1], method="lower"))
        inner = tuple(float(bound) for bound in bounds if bound < known.max())
        return cls(inner, float(known.min()), float(known.max()))

    def place(self, value: float) -> int:
        """Return the class of a value, 0 for the lowest, spread over all colours where there are fewer classes."""
        at = int(np.searchsorted(self.bounds, value))
        return at if len(self.bounds) == CLASSES - 1 else round(at * (CLASSES - 1) / max(len(self.bounds), 1))

    def name(self, value: float) -> str:
        """Return a value's class in words."""
        return NAMES[self.place(value)]

    def legend(self) -> list[tuple[int, str, float, float]]:
        """Return for each class its colour, its name, and from where to where it reaches."""
        edges = [self.low, *self.bounds, self.high]
        told = []
        for at, (low, high) in enumerate(pairwise(edges)):
            place = at if len(self.bounds) == CLASSES - 1 else round(at * (CLASSES - 1) / max(len(self.bounds), 1))
            told.append((place, NAMES[place], low, high))
        return told
