"""What people decided for one plan: the planner's own cells, and tasks that an owner declined."""

import numpy as np
from numpy.typing import NDArray

from errors import AllocationError
from models.allocation.choices import Lock
from models.allocation.programme.problem import Rules
from models.allocation.rules.asked import Asked
from models.allocation.rules.rows import family, stacked

F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]


def locks(asked: Asked) -> Rules | None:
    """Return a row for each of the planner's own cells: exactly the hours that were decided.

    Raises:
        AllocationError: A resource, area or strand is unknown, the resource may not go there, the hours are no number,
            or a cell is locked twice.
    """
    names: list[str] = []
    hours: list[float] = []
    places, chosen = [], []
    for lock in asked.choices.locks:
        place = lock_place(lock)
        posts = _cells(asked, lock, place)
        if posts is None:
            continue
        if not (np.isfinite(lock.hours) and lock.hours >= 0):
            problem = f"{lock.hours:g} is no number of hours"
            raise AllocationError(problem, place=place, fix="give a number of 0 or more")
        name = _name(asked, lock)
        if name in names:
            first = hours[names.index(name)]
            problem = f"is locked at {first:,.10g} hours and again at {lock.hours:,.10g}"
            raise AllocationError(problem, place=place, fix="remove one of the locks")
        names.append(name)
        places.append(place)
        chosen.append(posts)
        hours.append(lock.hours)
    fixed = np.array(hours, dtype=np.float64)
    return family("lock", names, places, stacked(chosen, len(asked.posts)), fixed, fixed)


def lock_place(lock: Lock) -> str:
    """Return how the place of a lock is written."""
    return f"lock of {lock.resource} in {lock.area_code}" + (f": {lock.strand}" if lock.strand else "")


def declined(asked: Asked) -> Rules | None:
    """Return a row for each resource with declined tasks: no hours there.

    Raises:
        AllocationError: A resource, area or strand is unknown.
    """
    shut = asked.declined
    gone = [at for at in range(len(asked.resources)) if (shut & (asked.posts.resource == at)).any()]
    names = [f"{asked.resources[at].name} where it was declined" for at in gone]
    places = [f"declined tasks of {asked.resources[at].code}" for at in gone]
    matrix = stacked([shut & (asked.posts.resource == at) for at in gone], len(asked.posts))
    return family("lock", names, places, matrix, np.full(len(gone), -np.inf), np.zeros(len(gone)))


def _name(asked: Asked, lock: Lock) -> str:
    at = asked.resource(lock.resource, "locks")
    name = lock.resource if at is None else asked.resources[at].name
    return f"{name} in {lock.area_code}" + (f": {lock.strand}" if lock.strand else "")


def _cells(asked: Asked, lock: Lock, place: str) -> Bools | None:
    """Return the posts of a lock; None where its resource is of another programme."""
    resource = asked.resource(lock.resource, place)
    area = asked.area(lock.area_code, place)
    strand = None if lock.strand is None else asked.strand(lock.strand, place)
    if resource is None:
        return None
    posts = asked.posts
    chosen: Bools = (posts.resource == resource) & (posts.area == area)
    if lock.strand is not None:
        by_strand = chosen & (posts.strand == (-2 if strand is None else strand))
        if chosen.any() and not by_strand.any() and strand is not None and (chosen & asked.on_strand(strand)).any():
            problem = f"{asked.resources[resource].name} serves all its strands at once, so {lock.strand} has no hours"
            raise AllocationError(problem, place=place, fix="leave the strand out")
        chosen = by_strand
    if not chosen.any():
        problem = f"{asked.resources[resource].name} may not go there"
        raise AllocationError(problem, place=place, fix="remove the lock, or let the resource work there")
    return chosen
