"""When calls come: shares of a week by district, day and shift, as response standards take them."""

import numpy as np
from numpy.typing import NDArray

from models.allocation.posed import Demand, Ground
from models.allocation.resources import Resources
from models.allocation.resources.effect import EVERY
from models.allocation.roster.shares import ProfileShares, week_shares

F64 = NDArray[np.float64]


def call_shares(profile: ProfileShares, ground: Ground, demand: Demand, resources: Resources) -> F64:
    """Return which share of a week's calls comes in each cell of the week.

    A strand's profile counts by its incidents in the district; where none are expected, every strand counts alike.

    Args:
        profile: Recorded profiles.
        ground: The areas.
        demand: What is expected.
        resources: The resources; those with a response standard say which strands are called in.

    Returns:
        float64[district, cell], districts ascending; one row where none are known.
    """
    named = ground.district or ("",) * len(ground.area_codes)
    districts = tuple(sorted(set(named) - {""})) or ("",)
    called = _called(resources, demand.strands)
    number = {name: at for at, name in enumerate(districts)}
    incidents = np.zeros((len(districts), len(called)))
    for area, name in enumerate(named):
        if name in number:
            incidents[number[name]] += demand.mean[area, called]
    incidents = np.where(incidents.sum(axis=1, keepdims=True) > 0, incidents, 1.0)
    week, _ = week_shares(profile, profile.shifts, districts, [demand.strands[at] for at in called])
    result: F64 = np.einsum("ds,dsc->dc", incidents / incidents.sum(axis=1, keepdims=True), week)
    return result


def _called(resources: Resources, strands: tuple[str, ...]) -> list[int]:
    """Return the strands that are called in, by some resource's standard; all where nothing says."""
    names: set[str] = set()
    for item in resources.resources:
        if item.response is not None:
            names.update(item.strands if EVERY in item.response.strands else item.response.strands)
    return [at for at, name in enumerate(strands) if name in names or EVERY in names] or list(range(len(strands)))
