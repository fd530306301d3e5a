"""What there is: the hours of every resource, and the budget. Hours may stay unplaced, so both are upper limits."""

import numpy as np
from scipy.sparse import csr_matrix

from errors import AllocationError
from models.allocation.programme.problem import Rules
from models.allocation.rules.asked import FILE, Asked
from models.allocation.rules.rows import at_least, at_most, grouped, stacked


def totals(asked: Asked) -> Rules:
    """Return a row for each resource: its posts have at most its hours. A resource without posts has an empty row.

    Raises:
        AllocationError: The hours of a resource are no number of hours.
    """
    resources = asked.resources
    places = tuple(f"{FILE}, [[resource]] {resource.code}" for resource in resources)
    for place, hours in zip(places, asked.hours, strict=True):
        if not (np.isfinite(hours) and hours >= 0):
            raise AllocationError(f"{hours:g} is no number of hours", place=place, fix="give a number of 0 or more")
    matrix = grouped(asked.posts.resource, len(resources))
    never = np.full(len(resources), -np.inf)
    return Rules("total", tuple(resource.name for resource in resources), places, matrix, never, asked.hours)


def budget(asked: Asked) -> Rules | None:
    """Return what the hours of patrols and teams may cost together.

    Raises:
        AllocationError: A resource has no cost, so that a budget would not hold it.
    """
    most = asked.settings.budget
    if most is None or asked.caseload:
        return None
    place = f"{FILE}, [rules] budget"
    free = next((resource for resource in asked.resources if not resource.cost_an_hour), None)
    if free is not None:
        problem = f"a budget of {most:,.10g} is set, but nothing says what an hour of {free.name} costs"
        raise AllocationError(problem, place=place, fix="give its cost_an_hour, or leave the budget out")
    cost = np.array([resource.cost_an_hour for resource in asked.resources])
    matrix = csr_matrix(cost[asked.posts.resource][None, :])
    return at_most("budget", ["all hours"], [place], matrix, np.array([most * asked.weeks]))


def ringfences(asked: Asked) -> Rules | None:
    """Return the hours of each resource that are kept for strands or districts.

    Raises:
        AllocationError: A strand or district is unknown, or no post is there.
    """
    names, places, chosen, least = [], [], [], []
    for at, resource in enumerate(asked.resources):
        for number, fence in enumerate(resource.ringfences, start=1):
            place = fence.place or f"{FILE}, [[resource.ringfence]] {number} of {resource.code}"
            strands = [asked.strand(name, place) for name in fence.strands]
            districts = [asked.district(name, place) for name in fence.districts]
            if strands and all(strand is None for strand in strands):
                continue
            posts = asked.posts.resource == at
            if strands:
                posts &= np.any([asked.on_strand(strand) for strand in strands if strand is not None], axis=0)
            if districts:
                posts &= np.isin(asked.district_of_post, districts)
            names.append(f"{resource.name} for {', '.join([*fence.strands, *fence.districts]) or 'all'} ({number})")
            places.append(place)
            chosen.append(posts)
            least.append(fence.hours_a_week * asked.weeks)
    matrix = stacked(chosen, len(asked.posts))
    return at_least("ringfence", names, places, matrix, np.array(least, dtype=np.float64))
