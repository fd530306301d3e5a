"""The response standard: the cover that answers calls, by district and shift, from what is expected."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from errors import AllocationError
from models.allocation.programme.problem import Rules
from models.allocation.rules.asked import FILE, Asked, Standard
from models.allocation.rules.erlang import answered_within, units_needed
from models.allocation.rules.rows import at_least, grouped
from models.profiles.shifts import Shifts

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
_MINUTES_AN_HOUR = 60
_MOST_LOAD = 10_000


@dataclass(frozen=True, eq=False)
class Cover:
    """The response cover of one resource.

    Attributes:
        resource: Code of the resource.
        districts: Districts; one, "the force", where none are known.
        shifts: Shifts of a day; a cell is a weekday and a shift, from Monday's first on.
        calls_an_hour: Calls expected, float64[district, cell].
        units: Units that answer them by the standard, int64[district, cell].
        answered: Share of calls that they answer in time, float64[district, cell].
        hours: Hours of people that this takes in a week, float64[district].
    """

    resource: str
    districts: tuple[str, ...]
    shifts: Shifts
    calls_an_hour: F64
    units: I64
    answered: F64
    hours: F64


def covers(asked: Asked) -> tuple[Cover, ...]:
    """Return the cover of every resource with a response standard.

    Raises:
        AllocationError: A strand is unknown, shares of calls are none, or more calls come than anybody could answer.
    """
    found = [(at, resource.standard) for at, resource in enumerate(asked.resources)]
    return tuple(_cover(asked, at, standard) for at, standard in found if standard is not None)


def responses(asked: Asked) -> Rules | None:
    """Return the hours that each response standard takes, by resource and district."""
    names, places, matrices, least = [], [], [], []
    codes = [resource.code for resource in asked.resources]
    for one in covers(asked):
        at = codes.index(one.resource)
        group = asked.district_of_post if asked.districts else np.zeros(len(asked.posts), dtype=np.int64)
        matrices.append(grouped(np.where(asked.posts.resource == at, group, -1), len(one.districts)))
        names += [f"{asked.resources[at].name} in {district}" for district in one.districts]
        places += [f"{FILE}, [resource.response] of {one.resource}"] * len(one.districts)
        least.append(one.hours * asked.weeks)
    if not matrices:
        return None
    return at_least("response", names, places, csr_matrix(vstack(matrices)), np.concatenate(least))


def _cover(asked: Asked, at: int, standard: Standard) -> Cover:
    resource, shifts = asked.resources[at], Shifts.read(asked.shifts)
    place = f"{FILE}, [resource.response] of {resource.code}"
    districts = asked.districts or ("the force",)
    calls = _calls(asked, at, standard, place)
    share = _shares(asked, shifts, len(districts), place)
    length = np.tile([shift.minutes / _MINUTES_AN_HOUR for shift in shifts.shifts], 7)
    rate = calls[:, None] * share / length
    load = float(rate.max(initial=0.0)) * standard.minutes_a_call / _MINUTES_AN_HOUR
    if load > _MOST_LOAD:
        problem = f"{load:,.0f} units would be bound at once in a shift, at {standard.minutes_a_call:g} minutes a call"
        raise AllocationError(problem, place=place, fix="check calls_an_incident and minutes_a_call")
    units = units_needed(rate, standard.minutes_a_call, standard.answer_minutes, standard.answered_share)
    answered = np.where(rate > 0, answered_within(rate, standard.minutes_a_call, units, standard.answer_minutes), 1.0)
    hours: F64 = (units * length).sum(axis=1) * standard.crew
    return Cover(resource.code, districts, shifts, rate, units, answered, hours)


def _calls(asked: Asked, at: int, standard: Standard, place: str) -> F64:
    """Return the calls of a week, float64[district], of the strands that are called in where the resource has posts."""
    named = [asked.strand(name, place) for name in standard.strands or asked.resources[at].strands]
    called = [strand for strand in named if strand is not None]
    expected = asked.demand.mean[:, called].sum(axis=1) / asked.weeks
    reached = np.zeros(len(expected), dtype=np.bool_)
    reached[asked.posts.area[asked.posts.resource == at]] = True
    group = asked.district_of_area if asked.districts else np.zeros(len(expected), dtype=np.int64)
    inside = reached & (group >= 0)
    calls = np.bincount(group[inside], weights=expected[inside], minlength=max(len(asked.districts), 1))
    return calls.astype(np.float64) * standard.calls_an_incident


def _shares(asked: Asked, shifts: Shifts, districts: int, place: str) -> F64:
    share = np.broadcast_to(shifts.even, (districts, len(shifts.even))) if asked.calls is None else asked.calls
    if share.shape != (districts, len(shifts.even)):
        problem = f"shares of calls by shift are {share.shape}, not {(districts, len(shifts.even))}"
        raise AllocationError(problem, place=place, fix="make the profiles again with the plan's shifts")
    sums = share.sum(axis=1)
    if not (np.isfinite(share).all() and (share >= 0).all() and np.allclose(sums, 1)):
        problem = f"shares of calls by shift sum to {sums.min():g} to {sums.max():g}, not to 1"
        raise AllocationError(problem, place=place, fix="make the profiles again")
    return share
