"""The least: hours of districts, strands and areas, the part of strands without a harm weight, and cover."""

import numpy as np
from numpy.typing import NDArray

from models.allocation.programme.posts import TOGETHER
from models.allocation.programme.problem import Rules
from models.allocation.rules.asked import FILE, Asked
from models.allocation.rules.rows import at_least, grouped, stacked
from models.allocation.rules.settings import EVERY, Floor

F64 = NDArray[np.float64]
_MINUTES_AN_HOUR = 60.0


def district_floors(asked: Asked) -> Rules | None:
    """Return the fewest hours of each district, of patrols and teams together.

    Raises:
        AllocationError: A district is unknown, or no resource may go there.
    """
    wanted = asked.settings.minimum_per_district
    if not wanted or asked.caseload:
        return None
    table = f"{FILE}, [rules.minimum_per_district]"
    least, places = np.zeros(len(asked.districts)), [f"{table} {EVERY}"] * len(asked.districts)
    least += wanted.get(EVERY, 0.0)
    for name, hours in wanted.items():
        if name != EVERY:
            at = asked.district(name, f"{table} {name}")
            least[at], places[at] = hours, f"{table} {name}"
    if not asked.districts:
        asked.district(EVERY, table)
    matrix = grouped(asked.district_of_post, len(asked.districts))
    return at_least("floor", asked.districts, places, matrix, least * asked.weeks)


def strand_floors(asked: Asked) -> Rules | None:
    """Return the least of each strand; of the teams by caseload where no patrol and no other team works on it.

    Several teams by caseload share it in proportion to their hours.

    Raises:
        AllocationError: A strand is unknown, or nobody works on it.
    """
    wanted = asked.settings.minimum_per_strand
    table = f"{FILE}, [rules.minimum_per_strand]"
    floors: dict[int, tuple[Floor, str]] = {}
    for name, floor in wanted.items():
        at = None if name == EVERY else asked.strand(name, f"{table} {name}")
        if at is not None:
            floors[at] = (floor, f"{table} {name}")
    served = [at for at, name in enumerate(asked.demand.strands) if any(name in one.strands for one in asked.resources)]
    if EVERY in wanted:
        floors = {**dict.fromkeys(served, (wanted[EVERY], f"{table} {EVERY}")), **floors}
    rows = [(at, _least(asked, at, floor), place) for at, (floor, place) in sorted(floors.items())]
    rows = [row for row in rows if row[1] > 0]
    return at_least(
        "floor",
        [asked.demand.strands[at] for at, _, _ in rows],
        [place for _, _, place in rows],
        stacked([asked.on_strand(at) for at, _, _ in rows], len(asked.posts)),
        np.array([least for _, least, _ in rows], dtype=np.float64),
    )


def _least(asked: Asked, at: int, floor: Floor) -> float:
    """Return the hours of a strand's floor that this programme has to keep."""
    everybody = [*asked.resources, *asked.elsewhere]
    hours = max(floor.hours * asked.weeks, floor.share * sum(one.hours for one in everybody))
    workers = [one for one in everybody if asked.demand.strands[at] in one.strands]
    if not all(one.caseload for one in workers):
        return 0.0 if asked.caseload else hours
    if not asked.caseload:
        return 0.0 if workers else hours
    there_are = sum(one.hours for one in workers)
    mine = sum(one.hours for one in asked.resources if one in workers)
    return hours * mine / there_are if there_are > 0 else hours


def workload(asked: Asked) -> Rules | None:
    """Return the least of each strand without a harm weight, which no harm would bring hours to.

    Of every resource r that works on it, its part in the workload of r's strands: u H_r W_rs / sum over s' of W_rs',
    and never more than u W_rs where minutes are known: W_rs are the expected incidents where r has posts, times their
    minutes where known. Those who are placed by caseload meet every strand alike, so the rule rests there.
    """
    part = asked.settings.unweighted_workload
    lacking = np.flatnonzero(np.isnan(asked.weight))
    if not asked.by_workload or asked.caseload or part <= 0 or not len(lacking):
        return None
    work = _work(asked)
    summed = work.sum(axis=1, keepdims=True)
    share = np.divide(work, summed, out=np.zeros_like(work), where=summed > 0)
    timed = np.array([bool(resource.minutes) for resource in asked.resources])
    hours = asked.hours[:, None] * share
    least = part * np.where(timed[:, None], np.minimum(hours, work), hours).sum(axis=0)
    return at_least(
        "floor",
        [f"{asked.demand.strands[at]} (unweighted)" for at in lacking],
        [f"{FILE}, [rules] unweighted_workload"] * len(lacking),
        stacked([asked.on_strand(int(at)) for at in lacking], len(asked.posts)),
        least[lacking],
    )


def _work(asked: Asked) -> F64:
    """Return the workload of each resource's strands, float64[resource, strand]."""
    posts, (areas, strands) = asked.posts, asked.demand.mean.shape
    minutes = [[one.minutes.get(name, np.nan) for name in asked.demand.strands] for one in asked.resources]
    hours = np.nan_to_num(np.array(minutes), nan=_MINUTES_AN_HOUR) / _MINUTES_AN_HOUR
    reached = np.zeros((len(asked.resources), areas, strands), dtype=np.bool_)
    single = posts.strand != TOGETHER
    reached[posts.resource[single], posts.area[single], posts.strand[single]] = True
    together = np.flatnonzero(~single)
    reached[posts.resource[together], posts.area[together]] |= asked.works_on[posts.resource[together]]
    work: F64 = np.einsum("ras,as->rs", reached, asked.demand.mean) * hours
    return work


def area_floors(asked: Asked) -> Rules | None:
    """Return the fewest hours of every area, of patrols and teams together.

    Raises:
        AllocationError: No resource may go to some area.
    """
    if asked.caseload:
        return None
    areas = asked.ground.area_codes
    least = np.full(len(areas), asked.settings.minimum_per_area * asked.weeks)
    places = [f"{FILE}, [rules] minimum_per_area"] * len(areas)
    return at_least("floor", areas, places, grouped(asked.posts.area, len(areas)), least)


def cover(asked: Asked) -> Rules | None:
    """Return the fewest hours of a resource in every district where it has posts and whose task was not declined.

    Raises:
        AllocationError: A resource is unknown, or there are no districts.
    """
    names, places, chosen, least = [], [], [], []
    declined = asked.declined
    for code, hours in asked.settings.minimum_cover.items():
        place = f"{FILE}, [rules.minimum_cover] {code}"
        at = asked.resource(code, place)
        if not asked.districts:
            asked.district(EVERY, place)
        if at is None:
            continue
        posts = asked.posts.resource == at
        for number, district in enumerate(asked.districts):
            there = posts & (asked.district_of_post == number)
            if (there & ~declined).any():
                names.append(f"{asked.resources[at].name} in {district}")
                places.append(place)
                chosen.append(there)
                least.append(hours * asked.weeks)
    matrix = stacked(chosen, len(asked.posts))
    return at_least("cover", names, places, matrix, np.array(least, dtype=np.float64))
