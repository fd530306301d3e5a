"""Whether coordinates tell places: snapped or rounded ones are refused, for cells finer than they can tell apart."""

import numpy as np
from scipy.spatial import cKDTree

from errors import DataError
from features.areas.plane import Plane
from models.hotspots.points import F64, Points

_DAYS_LOOKED_AT = 365
_FEWEST = 200
# Real places are heaped too: a station or a shop has hundreds of incidents. Snapped ones are shared everywhere, so the
# places used most are left out of the measure.
_BUSIEST = 0.01
_MOST_SHARED = 0.5
_MOST_DECIMALS = 7
_OF_VALUES = 0.99
# Of places at random the nearest 1 % lie at about .12 of the median distance to the next one, of a lattice at nearly 1.
_LATTICE = 0.5


def check_coordinates(points: Points, plane: Plane, cell_metres: float, *, degrees: bool) -> None:
    """Refuse points that cannot carry a map of such cells.

    Args:
        points: Of all strands.
        plane: Plane of the coordinates.
        cell_metres: Width of the cells.
        degrees: The coordinates are degrees, and may have been rounded to decimals.

    Raises:
        DataError: Most incidents lie on coordinates that unrelated ones share, or the cells are finer than the
            coordinates are written.
    """
    if not len(points):
        return
    newest = points.chosen(points.day > points.day.max() - _DAYS_LOOKED_AT)
    share = shared(newest, plane)
    if len(newest) >= _FEWEST and share > _MOST_SHARED:
        problem = (
            f"are snapped: {share:.0%} of the newest incidents lie where others of other days do, all over the map"
        )
        raise DataError(problem, place="the coordinates", fix="ingest an export with the places as they were recorded")
    coarse = resolution(points, plane, degrees=degrees)
    if cell_metres < coarse:
        problem = f"are about {coarse:.0f} m coarse, which is more than a cell of {cell_metres:g} m"
        raise DataError(problem, place="the coordinates", fix=f"take cells of {np.ceil(coarse):.0f}m or more")


def shared(points: Points, plane: Plane) -> float:
    """Return the share of incidents on places of several days, without the busiest 1 % of places."""
    place = points.places(plane)
    days = np.unique(np.stack([place, points.day]), axis=1)
    several = np.bincount(days[0], minlength=place.max() + 1)
    count = np.bincount(place, points.count)
    kept = np.argsort(-count, kind="stable")[int(np.ceil(_BUSIEST * len(count))) :]
    if not len(kept):
        return 1.0
    return float(count[kept][several[kept] > 1].sum() / count[kept].sum())


def resolution(points: Points, plane: Plane, *, degrees: bool) -> float:
    """Return the distance that the coordinates tell apart, in metres; 0 where nothing says that they are coarse."""
    if len(points) < _FEWEST:
        return 0.0
    coarse = 0.0
    if degrees:
        step = max(_decimal_step(points.x), _decimal_step(points.y))
        coarse = step * max(plane.metres_x, plane.metres_y) if step > 10.0**-_MOST_DECIMALS else 0.0
    flat = np.unique(np.round(np.column_stack(plane.to_metres(points.x, points.y))), axis=0)
    if len(flat) >= _FEWEST:
        apart = np.asarray(cKDTree(flat).query(flat, 2)[0])[:, 1]
        least, usual = np.quantile(apart, [0.01, 0.5])
        coarse = max(coarse, float(least) if least >= _LATTICE * usual else 0.0)
    return coarse


def _decimal_step(values: F64) -> float:
    """Return the power of ten that nearly all values are multiples of."""
    for decimals in range(_MOST_DECIMALS):
        scaled = values * 10.0**decimals
        if float(np.mean(np.abs(scaled - np.round(scaled)) < 1e-6 * 10.0**decimals + 1e-9)) >= _OF_VALUES:
            return 10.0**-decimals
    return 10.0**-_MOST_DECIMALS
