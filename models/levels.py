"""Levels above the bottom: members, totals and the ranges of totals.

The dispersion of a level's totals is fitted to totals, not put together from areas: areas share shocks, and independent
margins would make a force's range far too narrow.
"""

import numpy as np
from numpy.typing import NDArray

from errors import DataError
from features.areas.areas import Areas
from features.areas.hierarchy import UPPER_LEVELS
from models.distribution import fit_dispersion

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

FORCE = "force"


def level_members(areas: Areas, level: str) -> dict[str, I64]:
    """Return the indices of the areas of each member of a level, by the member's name.

    Raises:
        DataError: The areas have no such level.
    """
    if level == FORCE and FORCE not in areas.parents:
        return {FORCE: np.arange(len(areas))}
    if level not in areas.parents:
        known = ", ".join((areas.level, *upper_levels(areas)))
        raise DataError(f"'{level}' is not a level of these areas", place="--level", fix=f"use one of {known}")
    parents = np.asarray(areas.parents[level])
    return {str(name): np.flatnonzero(parents == name) for name in sorted(set(areas.parents[level]))}


def upper_levels(areas: Areas) -> tuple[str, ...]:
    """Return the levels above the bottom, lowest first."""
    return tuple(level for level in UPPER_LEVELS if level in areas.parents or level == FORCE)


def totals(values: F64, areas: Areas, level: str) -> F64:
    """Sum [..., area, strand] to [..., member, strand], members in the order of `level_members`."""
    return np.stack([values[..., members, :].sum(axis=-2) for members in level_members(areas, level).values()], axis=-2)


def fit_dispersions(count: F64, mean: F64, seen: NDArray[np.bool_], areas: Areas) -> tuple[F64, dict[str, F64]]:
    """Fit the dispersion of each strand for areas and for the totals of each level.

    Args:
        count: float64[sample, area, strand], recorded.
        mean: float64[sample, area, strand], forecast.
        seen: bool[sample, area, strand]; only cells that were observed count.
        areas: The areas.

    Returns:
        float64[strand] for areas, and the same for each upper level.
    """
    strands = range(count.shape[2])
    bottom = np.array([fit_dispersion(count[..., s][seen[..., s]], mean[..., s][seen[..., s]]) for s in strands])
    count, mean = np.where(seen, count, 0.0), np.where(seen, mean, 0.0)
    upper = {}
    for level in upper_levels(areas):
        recorded, expected = totals(count, areas, level), totals(mean, areas, level)
        upper[level] = np.array([fit_dispersion(recorded[..., s], expected[..., s]) for s in strands])
    return bottom, upper
