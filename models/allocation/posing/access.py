"""Where each resource may go."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from errors import AllocationError
from models.allocation.posed import Ground
from models.allocation.resources.resource import Resource

Bools = NDArray[np.bool_]
_ANY = "any"
_MOST_SHOWN = 20


def allowed_of(resources: Sequence[Resource], works: Bools, ground: Ground) -> Bools:
    """Return where each resource may work, bool[resource, area, strand].

    An area of which nothing tells its type is open to every resource. A declined task stays a place where hours could
    go, and a rule keeps them away, so that a plan can tell what declining it costs.

    Args:
        resources: All resources.
        works: Which strand each works on, bool[resource, strand].
        ground: The areas.

    Raises:
        AllocationError: A resource is to go to a district that is not there.
    """
    goes = np.stack([_goes(resource, ground) for resource in resources])
    allowed: Bools = goes[:, :, None] & works[:, None, :]
    return allowed


def _goes(resource: Resource, ground: Ground) -> Bools:
    where, place = resource.where, f"resources.toml, resource {resource.code}, where"
    goes = np.ones(len(ground.area_codes), dtype=np.bool_)
    if where.districts:
        if ground.district is None:
            fix = "give the workspace areas with a district column, or leave districts out"
            raise AllocationError("the areas have no districts", place=place, fix=fix)
        known = sorted(set(ground.district) - {""})
        stranger = next((name for name in where.districts if name not in known), None)
        if stranger is not None:
            shown = ", ".join(known[:_MOST_SHOWN]) + (", ..." if len(known) > _MOST_SHOWN else "")
            raise AllocationError(f"there is no district '{stranger}'", place=place, fix=f"use one of: {shown}")
        goes &= np.isin(np.array(ground.district), where.districts)
    if where.area_types:
        goes &= np.isin(np.array(ground.area_type), [*where.area_types, _ANY])
    return goes
