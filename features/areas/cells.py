"""Cells round the known points of areas whose polygons are not: an approximation, and labelled so."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from features.areas.plane import Plane

NOTE = "cells round mean points, an approximation"
# How closely the outline follows the points: 0 as closely as can be, 1 their convex hull.
_OUTLINE = 0.35


def cells_round(points: NDArray[np.float64]) -> tuple[Any, ...]:
    """Return for each point the part of the plane that is nearer to it than to any other, cut off outside all points.

    Args:
        points: (longitude, latitude), NaN where unknown; float64[n, 2].

    Returns:
        Polygons in degrees; None where the point is unknown or is that of an earlier area too, and everywhere if fewer
        than three are known.
    """
    cells: list[Any] = [None] * len(points)
    known = np.flatnonzero(np.isfinite(points).all(axis=1))
    _, first = np.unique(points[known], axis=0, return_index=True)
    known = np.sort(known[first])
    if len(known) < 3:
        return tuple(cells)
    plane = Plane.local(*points[known].mean(axis=0).tolist())
    flat = plane.flattened(points[known])
    spacing = float(np.median(np.asarray(cKDTree(flat).query(flat, 2)[0])[:, 1]))
    outline = shapely.concave_hull(shapely.multipoints(flat), ratio=_OUTLINE).buffer(spacing)
    drawn = shapely.voronoi_polygons(shapely.multipoints(flat), extend_to=outline, ordered=True)
    cut = shapely.intersection(shapely.get_parts(drawn), outline)
    back = shapely.transform(cut, lambda xy: np.column_stack(plane.from_metres(xy[:, 0], xy[:, 1])))
    for index, cell in zip(known.tolist(), back.tolist(), strict=True):
        cells[index] = cell
    return tuple(cells)
