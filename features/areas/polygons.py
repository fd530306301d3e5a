"""Placing points into the polygons of areas."""

from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from features.areas.files import AreaFile


@dataclass(frozen=True, eq=False)
class Polygons:
    """Polygons that coordinates are placed into."""

    codes: tuple[str, ...]
    tree: shapely.STRtree = field(repr=False)

    @classmethod
    def of(cls, file: AreaFile) -> "Polygons | None":
        """Return the file's polygons; None where it has none."""
        known = [index for index, shape in enumerate(file.polygons) if shape is not None]
        if not known:
            return None
        codes = tuple(file.areas.codes[index] for index in known)
        return cls(codes, shapely.STRtree([file.polygons[index] for index in known]))

    def place(self, longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return for each point the index of its area in `codes`, -1 outside; on a border the first code takes it."""
        found = np.full(len(longitude), len(self.codes), dtype=np.int64)
        known = np.flatnonzero(np.isfinite(longitude) & np.isfinite(latitude))
        points, areas = self.tree.query(shapely.points(longitude[known], latitude[known]), predicate="intersects")
        np.minimum.at(found, known[points], areas)
        found[found == len(self.codes)] = -1
        return found
