"""Limits: the most of an area, the change from the last issued plan, and hours against need by deprivation decile."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from errors import AllocationError
from models.allocation.programme.problem import Rules
from models.allocation.rules.asked import FILE, Asked
from models.allocation.rules.rows import at_most, family, grouped, relative

F64 = NDArray[np.float64]


def caps(asked: Asked) -> Rules | None:
    """Return the most hours of any area, of patrols and teams together."""
    most = asked.settings.maximum_per_area
    if most is None or asked.caseload:
        return None
    areas = asked.ground.area_codes
    places = [f"{FILE}, [rules] maximum_per_area"] * len(areas)
    return at_most("cap", areas, places, grouped(asked.posts.area, len(areas)), np.full(len(areas), most * asked.weeks))


def changes(asked: Asked) -> Rules | None:
    """Return how far each resource's hours in each district may lie from those of the last issued plan.

    From L hours then to L - d and L + d now, d = the larger of share x L and so many hours. Without districts the
    force is one. Where the whole of a task was declined, the lower limit rests: its hours must go elsewhere. A resource
    of which the last plan placed nothing begins where it likes.

    Raises:
        AllocationError: The last plan has hours that are no number.
    """
    allowed, last = asked.settings.most_change, asked.choices.previous
    if allowed is None or last is None:
        return None
    districts = max(len(asked.districts), 1)
    area_group = asked.district_of_area if asked.districts else np.zeros(len(asked.ground.area_codes), dtype=np.int64)
    group = np.where(area_group >= 0, area_group, districts)
    rows = len(asked.resources) * (districts + 1)
    row = asked.posts.resource * (districts + 1) + group[asked.posts.area]
    before = np.zeros(rows)
    number = {code: at for at, code in enumerate(asked.ground.area_codes)}
    for at, resource in enumerate(asked.resources):
        for area, hours in last.get(resource.code, {}).items():
            if not (np.isfinite(hours) and hours >= 0):
                problem = f"the last plan has {hours:g} hours of {resource.name} in area {area}"
                raise AllocationError(problem, place="last issued plan", fix="name another plan")
            if area in number:
                before[at * (districts + 1) + group[number[area]]] += hours
    distance = np.maximum(allowed.share * before, allowed.hours * asked.weeks)
    open_posts = np.bincount(row[~asked.declined], minlength=rows)
    lower = np.where(open_posts > 0, np.maximum(before - distance, 0.0), 0.0)
    labels = [*(asked.districts or ("the force",)), "no district"]
    names = [f"{resource.name} in {label}" for resource in asked.resources for label in labels]
    places = [f"{FILE}, [rules.most_change]"] * rows
    placed = np.repeat(before.reshape(len(asked.resources), -1).sum(axis=1) > 0, districts + 1)
    upper = np.where(placed, before + distance, np.inf)
    return family("change", names, places, grouped(row, rows), lower, upper)


def disparity(asked: Asked) -> Rules | None:
    """Return what the hours of each deprivation decile may be against its need.

    With N_d the decile's share of the weighted expected demand of all areas with a decile, its share of their hours
    lies between low x N_d and high x N_d:  sum of x over the decile - low N_d sum of x over all deciles >= 0, and the
    same with high the other way. Areas without a decile are left out of both. Weights are the objective's; strands
    without one count nothing here.

    Raises:
        AllocationError: No area has a decile.
    """
    limits = asked.settings.disparity
    if limits is None or asked.caseload:
        return None
    place = f"{FILE}, [rules.disparity]"
    decile = np.where(np.isfinite(asked.ground.decile), asked.ground.decile, 0).astype(np.int64)
    known = np.unique(decile[decile > 0])
    if not len(known):
        fix = "give the workspace areas with a deprivation_decile column, or leave the rule out"
        raise AllocationError("no area has a deprivation decile", place=place, fix=fix)
    need = asked.demand.mean @ np.nan_to_num(asked.weight)
    needed = np.array([need[decile == number].sum() for number in known])
    if needed.sum() <= 0:
        return None
    share = needed / needed.sum()
    of_post = np.searchsorted(known, decile[asked.posts.area])
    with_decile = decile[asked.posts.area] > 0
    inside = (of_post[None, :] == np.arange(len(known))[:, None]) & with_decile
    names = [f"decile {number}, at least {limits.low:g} of its need" for number in known]
    names += [f"decile {number}, at most {limits.high:g} of its need" for number in known]
    # Two rows a decile: each limit is a multiple of all hours, not a number.
    own = csr_matrix(np.vstack([inside, inside]).astype(np.float64))
    of = csr_matrix(np.tile(with_decile.astype(np.float64), (len(names), 1)))
    endless = np.full(len(known), np.inf)
    least, most = np.concatenate([limits.low * share, -endless]), np.concatenate([endless, limits.high * share])
    what = "the hours in areas with a decile"
    return relative("disparity", names, [place] * len(names), own, of, (least, most), what)
