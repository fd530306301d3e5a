"""Least cover as a roster needs it: the hours of people that answer calls, by resource, district, day and shift."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from models.allocation.choices import Choices
from models.allocation.posed import Planned, Posed
from models.allocation.posing.asking import standard_of
from models.allocation.programme.problem import Problem
from models.allocation.resources import Resources
from models.allocation.resources.effect import EVERY
from models.allocation.roster.calls import call_shares
from models.allocation.roster.shares import ProfileShares
from models.allocation.rules.asked import Asked, Placed
from models.allocation.rules.response import Cover, covers
from models.profiles.shifts import DEFAULT

F64 = NDArray[np.float64]
_HOURS_A_WEEK = 168


def least_hours(planned: Planned, resources: Resources, profile: ProfileShares | None) -> dict[tuple[str, str], F64]:
    """Return the fewest hours of each resource and district in each shift, as the plan's response standards have them.

    Args:
        planned: The plan.
        resources: Its resources.
        profile: The profiles that the plan was posed with; None: calls come evenly.

    Returns:
        Code of a resource and a district ("" where none are known) to float64[cell of the week].
    """
    found: dict[tuple[str, str], F64] = {}
    for cover in _covers(planned, resources, profile):
        length = cover.shifts.even * _HOURS_A_WEEK
        for at, district in enumerate(cover.districts):
            units: F64 = cover.units[at] * length
            crew = cover.hours[at] / float(units.sum()) if cover.units[at].any() else 1.0
            found[cover.resource, district if planned.posed.ground.district else ""] = units * crew
    return found


def _covers(planned: Planned, resources: Resources, profile: ProfileShares | None) -> Iterator[Cover]:
    problems = [planned.plan.problem, *(plan.problem for plan in planned.caseloads.values())]
    for problem in problems:
        yield from covers(_asked(planned.posed, problem, resources, profile))


def _asked(posed: Posed, problem: Problem, resources: Resources, profile: ProfileShares | None) -> Asked:
    """Return what covers are built from: a programme's posts, its resources' standards, and when calls come."""
    by_code = {item.code: item for item in resources.resources}
    placed = []
    for code in problem.resources:
        item = by_code[code]
        own = tuple(name for name in posed.demand.strands if EVERY in item.strands or name in item.strands)
        standard = None if item.response is None else standard_of(item.response)
        placed.append(Placed(code, item.name, 0.0, own, standard=standard))
    return Asked(
        settings=resources.rules,
        ground=posed.ground,
        demand=posed.demand,
        weight=posed.weight,
        posts=problem.posts,
        resources=placed,
        choices=Choices(),
        unforecast=[name for name in resources.listed if name not in posed.demand.strands],
        calls=None if profile is None else call_shares(profile, posed.ground, posed.demand, resources),
        shifts=DEFAULT if profile is None else profile.shifts.text,
    )
