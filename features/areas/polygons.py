"""Placing points into the polygons of areas."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from features.areas.files import AreaFile

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

# Points are sorted into a raster of this many rows and columns, so that a polygon is asked only of those near it.
_RASTER = 256
# With fewer points than this a polygon, walking through all polygons costs more than looking each point up.
_FEW = 20


@dataclass(frozen=True, eq=False)
class Polygons:
    """Polygons that coordinates are placed into."""

    codes: tuple[str, ...]
    shapes: NDArray[np.object_] = field(repr=False)

    @classmethod
    def of(cls, file: AreaFile) -> "Polygons | None":
        """Return the file's polygons; None where it has none."""
        known = [index for index, shape in enumerate(file.polygons) if shape is not None]
        if not known:
            return None
        shapes = np.array([file.polygons[index] for index in known], dtype=object)
        shapely.prepare(shapes)
        return cls(tuple(file.areas.codes[index] for index in known), shapes)

    def place(self, longitude: F64, latitude: F64) -> I64:
        """Return for each point the index of its area in `codes`, -1 outside; on a border the first code takes it."""
        found = np.full(len(longitude), -1, dtype=np.int64)
        known = np.flatnonzero(np.isfinite(longitude) & np.isfinite(latitude))
        way = self._looked_up if len(known) < _FEW * len(self.codes) else self._walked
        found[known] = way(longitude[known], latitude[known])
        return found

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.shapes)

    def _looked_up(self, x: F64, y: F64) -> I64:
        """Look up each point in a tree of polygons."""
        found = np.full(len(x), len(self.codes), dtype=np.int64)
        points, areas = self._tree.query(shapely.points(x, y), predicate="intersects")
        np.minimum.at(found, points, areas)
        found[found == len(self.codes)] = -1
        return found

    def _walked(self, x: F64, y: F64) -> I64:
        """Ask each polygon of the points in the cells of a raster that it may reach into."""
        bounds = shapely.bounds(self.shapes)
        low, high = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
        step = (high - low) / _RASTER
        inside = np.flatnonzero((x >= low[0]) & (y >= low[1]) & (x <= high[0]) & (y <= high[1]))
        column, row = (
            _cells(values, at, size) for values, at, size in zip((x[inside], y[inside]), low, step, strict=True)
        )
        cell = row * _RASTER + column
        order = np.argsort(cell, kind="stable")
        starts = np.searchsorted(cell[order], np.arange(_RASTER**2 + 1))
        points = inside[order]
        sorted_x, sorted_y = x[points], y[points]
        found = np.full(len(x), -1, dtype=np.int64)
        first, last = _cells(bounds[:, :2], low, step), _cells(bounds[:, 2:], low, step)
        # From the last to the first: on a border the first has the last word.
        for index in range(len(self.codes) - 1, -1, -1):
            left, right = first[index, 0], last[index, 0] + 1
            rows = np.arange(first[index, 1], last[index, 1] + 1) * _RASTER
            near = np.concatenate([np.arange(starts[row + left], starts[row + right]) for row in rows])
            if len(near):
                hit = shapely.intersects_xy(self.shapes[index], sorted_x[near], sorted_y[near])
                found[points[near[hit]]] = index
        return found


def _cells(values: F64, low: F64, step: F64) -> I64:
    """Return the row or column of the raster; the outer border belongs to the last one."""
    return np.clip(np.floor((values - low) / step), 0, _RASTER - 1).astype(np.int64)
