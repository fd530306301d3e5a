"""Whole shifts: which posts share a roster, and of what blocks of hours its hours are made."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.allocation.posed import Ground
from models.allocation.programme.posts import Posts
from models.allocation.programme.problem import Blocks
from models.allocation.resources.resource import Resource

I64 = NDArray[np.int64]


def blocks_of(resources: Sequence[Resource], ground: Ground, posts: Posts) -> Blocks:
    """Return the rosters of resources: at an area, a district or the whole force, as each is based.

    Areas whose district is unknown have one roster together. A block is one shift of a whole crew.
    """
    district = ground.district or ("",) * len(ground.area_codes)
    names = sorted(set(district))
    group_of_area = {
        "area": np.arange(len(ground.area_codes)),
        "district": np.array([names.index(name) for name in district], dtype=np.int64),
        "force": np.zeros(len(ground.area_codes), dtype=np.int64),
    }
    label = {"area": ground.area_codes, "district": names, "force": ("",)}
    of_post = np.full(len(posts), -1, dtype=np.int64)
    roster: list[str] = []
    block_roster: list[int] = []
    block_hours: list[float] = []
    for at, resource in enumerate(resources):
        mine = np.flatnonzero(posts.resource == at)
        groups, number = np.unique(group_of_area[resource.base][posts.area[mine]], return_inverse=True)
        of_post[mine] = len(roster) + number
        for group in groups:
            place = label[resource.base][group]
            block_roster.extend([len(roster)] * len(resource.shift_hours))
            block_hours.extend(length * resource.crew for length in sorted(resource.shift_hours))
            roster.append(f"{resource.name}, {place}" if place else resource.name)
    return Blocks(
        roster=tuple(roster),
        of_post=of_post,
        block_roster=np.array(block_roster, dtype=np.int64),
        block_hours=np.array(block_hours, dtype=np.float64),
    )
