"""What is known of an area from its polygon: size, a point inside, neighbours."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from features.areas.plane import Plane

# Boundaries that are simplified area by area leave slivers: areas within this many degrees (about 10 m) are neighbours.
_TOUCH = 1e-4
_SQUARE_METRES_A_HECTARE = 10_000.0


def valid_polygon(shape: Any) -> Any:
    """Return a valid polygon, or None for a feature without one."""
    if shape is None or shapely.is_empty(shape) or shapely.get_dimensions(shape) != 2:
        return None
    return shape if shapely.is_valid(shape) else shapely.make_valid(shape)


def hectares_of(shape: Any) -> float:
    """Return the size of a polygon in degrees, in the plane at its middle; within 1 % for an area of a city."""
    if shape is None:
        return float("nan")
    plane = Plane.local(shape.centroid.x, shape.centroid.y)
    return float(shape.area * plane.metres_x * plane.metres_y / _SQUARE_METRES_A_HECTARE)


def inner_points(polygons: Sequence[Any]) -> NDArray[np.float64]:
    """Return (longitude, latitude) of a point inside each polygon, NaN where there is none; float64[n, 2]."""
    inner = [None if shape is None else shapely.point_on_surface(shape) for shape in polygons]
    return np.array([(np.nan, np.nan) if point is None else (point.x, point.y) for point in inner])


def touching(polygons: Sequence[Any], number: int) -> tuple[tuple[int, ...], ...]:
    """Return for each of `number` areas the indices of those whose polygons touch its own, sorted."""
    if not polygons:
        return ((),) * number
    shapes = np.array(polygons, dtype=object)
    left, right = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=_TOUCH)
    found: list[set[int]] = [set() for _ in range(number)]
    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        if one != other:
            found[one].add(other)
    return tuple(tuple(sorted(items)) for items in found)
