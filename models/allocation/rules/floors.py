"""The least: hours of districts, strands and areas, the part of strands without a harm weight, and cover."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from errors import AllocationError
from models.allocation.programme.posts import TOGETHER
from models.allocation.programme.problem import Rules
from models.allocation.rules.asked import FILE, Asked
from models.allocation.rules.rows import at_least, grouped, relative, stacked
from models.allocation.rules.settings import EVERY, Floor

F64 = NDArray[np.float64]
_MINUTES_AN_HOUR = 60.0
_STRANDS = f"{FILE}, [rules.minimum_per_strand]"
_WORKLOAD = f"{FILE}, [rules] unweighted_workload"
# By so little shares that are meant to be the whole may sum to more.
_ROUNDING = 1e-9


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
    """Return the fewest hours of each strand; of teams by caseload where no patrol and no other team works on it.

    Several teams by caseload share it in proportion to their hours.

    Raises:
        AllocationError: A strand is unknown, or nobody works on it.
    """
    rows = [(at, _least(asked, at, floor.hours * asked.weeks), place) for at, floor, place in _wanted(asked)]
    rows = [row for row in rows if row[1] > 0]
    return at_least(
        "floor",
        [asked.demand.strands[at] for at, _, _ in rows],
        [place for _, _, place in rows],
        stacked([asked.on_strand(at) for at, _, _ in rows], len(asked.posts)),
        np.array([least for _, least, _ in rows], dtype=np.float64),
    )


def strand_shares(asked: Asked) -> Rules | None:
    """Return the least share of each strand in the hours that are placed, of all resources of its programme together.

    sum of x over the strand's posts - share x sum of x over all posts >= 0: a share of what is placed and not of what
    there is, so that an hour more of a resource asks for no more than what it places.

    Raises:
        AllocationError: A strand is unknown, nobody works on it, or the shares are more than the whole.
    """
    rows = [(at, floor.share, f"{place}, share") for at, floor, place in _wanted(asked)]
    rows = [row for row in rows if _least(asked, row[0], row[1]) > 0]
    part = np.array([share for _, share, _ in rows], dtype=np.float64)
    if part.sum() > 1 + _ROUNDING and not (asked.posts.strand == TOGETHER).any():
        problem = f"the shares of strands are {100 * part.sum():.4g} % of the hours together"
        raise AllocationError(problem, place=_STRANDS, fix="lower them to 100 % at most")
    return relative(
        "floor",
        [asked.demand.strands[at] for at, _, _ in rows],
        [place for _, _, place in rows],
        stacked([asked.on_strand(at) for at, _, _ in rows], len(asked.posts)),
        csr_matrix(np.ones((len(rows), len(asked.posts)))),
        (part, np.full(len(rows), np.inf)),
        "the hours placed",
    )


def _wanted(asked: Asked) -> list[tuple[int, Floor, str]]:
    """Return each strand that has a least, with it and the place where it is written.

    Raises:
        AllocationError: A strand is unknown.
    """
    wanted = asked.settings.minimum_per_strand
    floors: dict[int, tuple[Floor, str]] = {}
    for name, floor in wanted.items():
        at = None if name == EVERY else asked.strand(name, f"{_STRANDS} {name}")
        if at is not None:
            floors[at] = (floor, f"{_STRANDS} {name}")
    served = [at for at, name in enumerate(asked.demand.strands) if any(name in one.strands for one in asked.resources)]
    if EVERY in wanted:
        floors = {**dict.fromkeys(served, (wanted[EVERY], f"{_STRANDS} {EVERY}")), **floors}
    return [(at, floor, place) for at, (floor, place) in sorted(floors.items())]


def _least(asked: Asked, at: int, wanted: float) -> float:
    """Return what of a strand's least this programme has to keep."""
    everybody = [*asked.resources, *asked.elsewhere]
    workers = [one for one in everybody if asked.demand.strands[at] in one.strands]
    if not all(one.caseload for one in workers):
        return 0.0 if asked.caseload else wanted
    if not asked.caseload:
        return 0.0 if workers else wanted
    there_are = sum(one.hours for one in workers)
    mine = sum(one.hours for one in asked.resources if one in workers)
    return wanted * mine / there_are if there_are > 0 else wanted


def workload(asked: Asked) -> tuple[Rules, ...]:
    """Return the least of each resource on each strand without a harm weight, which no harm would bring hours to.

    Of a resource r that works on strand s, the part of s in the workload of r's strands: u W_rs / sum over s' of W_rs'
    of the hours placed of r; where minutes are known and its hours are more than that workload, u W_rs hours instead,
    since more would meet nothing. W_rs are the expected incidents where r has posts, times their minutes where known.
    A row for each resource: the idle hours of one do not stand in for those of another. Those who are placed by
    caseload meet every strand alike, so the rule rests there.
    """
    part = asked.settings.unweighted_workload
    lacking = np.isnan(asked.weight)
    if not asked.by_workload or asked.caseload or part <= 0 or not lacking.any():
        return ()
    work = _work(asked)
    summed = work.sum(axis=1, keepdims=True)
    share = np.divide(work, summed, out=np.zeros_like(work), where=summed > 0)
    timed = np.array([bool(resource.minutes) for resource in asked.resources])
    plenty = timed[:, None] & (asked.hours[:, None] > summed)
    rows = [(int(r), int(s)) for r, s in zip(*np.nonzero(lacking & (work > 0)), strict=True)]
    idle, busy = [row for row in rows if plenty[row[0], 0]], [row for row in rows if not plenty[row[0], 0]]
    names, own, _ = _workload_rows(asked, idle)
    least = np.array([part * work[row] for row in idle], dtype=np.float64)
    fixed = at_least("floor", names, [_WORKLOAD] * len(idle), own, least)
    names, own, of = _workload_rows(asked, busy)
    limits = (np.array([part * share[row] for row in busy], dtype=np.float64), np.full(len(busy), np.inf))
    shares = relative("floor", names, [f"{_WORKLOAD}, share"] * len(busy), own, of, limits, "that resource's hours")
    return tuple(rules for rules in (fixed, shares) if rules is not None)


def _workload_rows(asked: Asked, rows: Sequence[tuple[int, int]]) -> tuple[list[str], csr_matrix, csr_matrix]:
    """Return names of rows of a resource and a strand, the posts of both, and all posts of the resource."""
    names = [f"{asked.demand.strands[s]} (unweighted) by {asked.resources[r].name}" for r, s in rows]
    posts = len(asked.posts)
    own = stacked([asked.on_strand(s) & (asked.posts.resource == r) for r, s in rows], posts)
    return names, own, stacked([asked.posts.resource == r for r, _ in rows], posts)


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
