"""Levels above the bottom: members, totals and the ranges of totals.

A total's mean is the sum of its areas'; its variance is the one that the joint model of the areas implies, shared
shocks and all (`models.spread`): independent margins would make a force's range far too narrow. Its quantiles are those
of the negative binomial with that mean and variance.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from errors import DataError
from features.areas.areas import Areas
from features.areas.hierarchy import UPPER_LEVELS
from models.forecaster import Forecast
from models.spread import Spread, shock_groups

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

FORCE = "force"
# The strand of a level's rows that are the sum over strands, each incident counted once.
ALL_STRANDS = "all strands"


@dataclass(frozen=True, eq=False)
class LevelForecast:
    """The totals of a level's members.

    Attributes:
        level: Its name.
        codes: Members.
        mean: float64[horizon, member, strand + 1], the last for `ALL_STRANDS`.
        dispersion: float64[horizon, member, strand + 1]: variance = mean + dispersion x mean^2.
    """

    level: str
    codes: tuple[str, ...]
    mean: F64
    dispersion: F64


def level_members(areas: Areas, level: str) -> dict[str, I64]:
    """Return the indices of the areas of each member of a level, by the member's name.

    Raises:
        DataError: The areas have no such level.
    """
    if level == areas.level:
        return {code: np.array([index]) for index, code in enumerate(areas.codes)}
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


def at_level(forecast: Forecast, areas: Areas, level: str) -> LevelForecast:
    """Return the totals of a level's members by strand, and over all strands with each incident counted once.

    Raises:
        DataError: The areas have no such level.
    """
    members = level_members(areas, level)
    mean, variance = level_moments(forecast.mean, forecast.spread, forecast.horizons, areas, tuple(members.values()))
    squares = mean**2
    dispersion = np.where(squares > 0, (variance - mean) / np.where(squares > 0, squares, 1.0), 0.0)
    return LevelForecast(level, tuple(members), mean, np.maximum(dispersion, 0.0))


def level_moments(
    mean: F64, spread: Spread, horizons: Sequence[int], areas: Areas, members: Sequence[I64]
) -> tuple[F64, F64]:
    """Return the mean and the variance of totals.

    Args:
        mean: float64[..., horizon, area, strand].
        spread: The joint model.
        horizons: Of that axis.
        areas: The areas.
        members: The areas of each member.

    Returns:
        float64[..., horizon, member, strand + 1] twice, the last strand being all strands with incidents counted once.
    """
    own = spread.own(mean, horizons) * spread.shared(horizons)[:, None, :]
    groups = shock_groups(areas)
    found = [_moments(mean[..., m, :], own[..., m, :], spread, horizons, groups[m]) for m in members]
    return np.stack([m for m, _ in found], axis=-2), np.stack([v for _, v in found], axis=-2)


def _moments(mean: F64, own: F64, spread: Spread, horizons: Sequence[int], groups: I64) -> tuple[F64, F64]:
    """Return the moments of one member's totals, float64[..., horizon, strand + 1].

    Counting an incident in one strand only thins the others, which leaves the dispersion of a negative binomial as it
    was; strands' thinned counts are independent given the shocks.
    """
    order = np.argsort(groups, kind="stable")
    first = np.flatnonzero(np.diff(groups[order], prepend=-1))

    def by_district(values: F64) -> F64:
        return np.asarray(np.add.reduceat(values[..., order, :], first, axis=-2), dtype=np.float64)

    def raised(by_strand: F64) -> F64:
        """Return the second moment's part that rests on shocks, of a strand's total in each district."""
        total = by_strand.sum(axis=-2) ** 2
        inside = (by_strand**2).sum(axis=-2)
        result: F64 = force * force_strand * (total + (district * district_strand - 1) * inside)
        return result

    force, force_strand, district, district_strand = (
        1 + shock.at(horizons) for shock in (spread.force, spread.force_strand, spread.district, spread.district_strand)
    )
    districts, noise = by_district(mean), (mean**2 * own).sum(axis=-2)
    strand_mean = districts.sum(axis=-2)
    strand_variance = strand_mean + noise + raised(districts) - strand_mean**2
    once = districts * spread.once
    everywhere, total = once.sum(axis=-1), once.sum(axis=(-1, -2))
    same, inside = (once.sum(axis=-2) ** 2).sum(axis=-1), (once**2).sum(axis=(-1, -2))
    # Pairs of different strands share no strand's shock: in one district, and in two.
    beside = (everywhere**2).sum(axis=-1) - inside
    across = total**2 - same - beside
    total_variance = total + (noise * spread.once**2).sum(axis=-1) + raised(once).sum(axis=-1) - total**2
    total_variance += force[..., 0] * (district[..., 0] * beside + across)
    return (
        np.concatenate([strand_mean, total[..., None]], axis=-1),
        np.concatenate([strand_variance, total_variance[..., None]], axis=-1),
    )
