"""What an hour of a resource does, by type of area and strand."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from errors import AllocationError
from models.allocation.resources.amounts import EffectLevel
from models.allocation.resources.effect import EVERY, AreaType, Effect, Meets
from models.allocation.resources.resource import Resource

F64 = NDArray[np.float64]

TYPES: tuple[str, ...] = get_args(AreaType)
_ANY = "any"
_MINUTES, _DAYS = 60.0, 7.0


@dataclass(frozen=True, eq=False)
class Action:
    """What an hour does, NaN where it does nothing.

    Attributes:
        rate: Dose, or visits in units of half effect, of an hour; float64[type of area, strand].
        ceiling: Largest share that can be prevented, float64[type of area, strand]; None: doses grow with hours.
    """

    rate: F64
    ceiling: F64 | None = None


def works_on(resource: Resource, strands: Sequence[str], listed: Sequence[str]) -> NDArray[np.bool_]:
    """Return which strands of the forecast a resource works on.

    Raises:
        AllocationError: It names a strand that nobody knows.
    """
    named = set(resource.strands)
    parts: Iterable[Meets | Effect] = (*resource.meets, *resource.effect)
    for name in sorted(named.union(*(part.strands for part in parts)) - {EVERY}):
        if name not in strands and name not in listed:
            place = f"resources.toml, resource {resource.code}"
            fix = f"use the strands of the forecast: {', '.join(strands)}"
            raise AllocationError(f"'{name}' is no strand of the forecast", place=place, fix=fix)
    return np.array([EVERY in named or strand in named for strand in strands], dtype=np.bool_)


def met(
    resource: Resource, strands: Sequence[str], works: NDArray[np.bool_], level: EffectLevel, weeks: float
) -> Action:
    """Return what an hour meets: so many incidents' worth of time, or so much presence.

    Raises:
        AllocationError: It does not say what it meets of a strand that it works on.
    """
    rate = np.full((len(TYPES), len(strands)), np.nan)
    for at, strand in enumerate(strands):
        found = next((item for item in resource.meets if _names(item.strands, strand)), None)
        if works[at] and found is None:
            place = f"resources.toml, resource {resource.code}"
            fix = "name it in a [[resource.meets]], or take it out of the resource's strands"
            raise AllocationError(f"nothing says what it meets of '{strand}'", place=place, fix=fix)
        if works[at] and found is not None:
            rate[:, at] = (1 - resource.travel) * _meets(found, level, weeks)
    return Action(rate)


def cases(resource: Resource, strands: Sequence[str]) -> F64:
    """Return the share of incidents that make a case, float64[strand]; the central one, whatever the effect."""
    found = [next((item for item in resource.meets if _names(item.strands, strand)), None) for strand in strands]
    shares = [None if item is None else item.cases_an_incident for item in found]
    return np.array([1.0 if share is None else share.at("central") for share in shares], dtype=np.float64)


def prevented(
    resource: Resource, strands: Sequence[str], works: NDArray[np.bool_], level: EffectLevel, weeks: float
) -> Action:
    """Return what an hour prevents: visits of each spot a day, in units of those that give half the ceiling.

    Hours are those of people, and a visit is made by a whole crew.
    """
    rate = np.full((len(TYPES), len(strands)), np.nan)
    ceiling = rate.copy()
    for row, kind in enumerate(TYPES):
        for at, strand in enumerate(strands):
            found = next((item for item in resource.effect if _applies(item, kind, strand)), None)
            if works[at] and found is not None:
                minutes = found.visit_minutes * resource.crew
                visits = (1 - resource.travel) * _MINUTES / minutes / found.places / (_DAYS * weeks)
                rate[row, at] = visits * found.half_life_days.at(level) / math.log(2)
                ceiling[row, at] = found.ceiling.at(level)
    return Action(rate, ceiling)


def _meets(meets: Meets, level: EffectLevel, weeks: float) -> float:
    if meets.minutes_an_incident is not None:
        return _MINUTES / meets.minutes_an_incident.against(level)
    if meets.hours_for_63_percent is None:
        return math.nan
    return 1 / (meets.hours_for_63_percent.against(level) * weeks)


def _applies(effect: Effect, kind: str, strand: str) -> bool:
    """Return whether an effect is of a type of area and strand; nothing tells what an area of type "any" is."""
    return _names(effect.strands, strand) and (not effect.area_types or kind == _ANY or kind in effect.area_types)


def _names(strands: Sequence[str], strand: str) -> bool:
    return EVERY in strands or strand in strands
