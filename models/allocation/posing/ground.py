"""The ground of a plan: the areas as the forecast's record knows them, and which type each is of."""

import numpy as np

from errors import AllocationError
from models.allocation.posed import Ground
from models.allocation.posing.record import Recorded
from models.allocation.resources.file import AreaTypes
from models.ground import KeptGround, kept_ground
from models.runs import ForecastRun


def ground_of(run: ForecastRun, known: Recorded, types: AreaTypes | None) -> Ground:
    """Return the areas of a run.

    Raises:
        AllocationError: The type of an area is told that the forecast lacks.
    """
    kept = kept_ground(run.meta, known.area_codes)
    return Ground(
        area_codes=known.area_codes,
        names=kept.names,
        parents=kept.parents,
        area_type=_types(types, known, kept),
        decile=kept.decile,
        population=kept.population,
    )


def _types(types: AreaTypes | None, known: Recorded, kept: KeptGround) -> tuple[str, ...]:
    """Return the type of each area: as told, else by incidents and residents on a hectare, else "any"."""
    if types is None:
        return ("any",) * len(known.area_codes)
    strangers = sorted(set(types.areas) - set(known.area_codes))
    if strangers:
        fix, place = "correct its code, or take it out", "resources.toml, [area_types.areas]"
        raise AllocationError(f"the forecast has no area '{strangers[0]}'", place=place, fix=fix)
    with np.errstate(divide="ignore", invalid="ignore"):
        incidents = known.mean.sum(axis=1) / known.weeks / kept.hectares
        residents = kept.population / kept.hectares
    by_residents = np.where(residents >= types.urban_residents_a_hectare, "urban", "rural")
    found = np.where(np.isfinite(residents), by_residents, "any")
    busy = np.isfinite(incidents) & (incidents >= types.town_centre_incidents_a_hectare)
    found = np.where(busy, "town-centre", found)
    return tuple(types.areas.get(code, str(kind)) for code, kind in zip(known.area_codes, found, strict=True))
