"""How many hours of each resource a plan has to place: the file's, or what a request says in their place."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from errors import AllocationError
from models.allocation.choices import Choices
from models.allocation.resources.resource import Resource

F64 = NDArray[np.float64]
_MOST = 1e7


def period_hours(resources: Sequence[Resource], choices: Choices, weeks: float) -> F64:
    """Return the hours of each resource in a period of so many weeks, float64[resource].

    Args:
        resources: All resources of the file.
        choices: What the request says.
        weeks: Length of the period.

    Raises:
        AllocationError: A number of hours cannot be, is of no resource of the file, or is lacking.
    """
    _check(resources, choices)
    own = np.array([np.nan if item.weekly_hours is None else item.weekly_hours * weeks for item in resources])
    patrol = np.array([item.kind == "patrol" for item in resources])
    if choices.total_hours is not None:
        own[patrol] = _shared(choices.total_hours, own[patrol])
    for at, item in enumerate(resources):
        own[at] = choices.hours.get(item.code, own[at])
    lacking = next((item.code for item, hours in zip(resources, own, strict=True) if np.isnan(hours)), None)
    if lacking is not None:
        fix = f"give a total of patrol hours, or hours of '{lacking}'; resources may hold hours_a_week of it"
        raise AllocationError("no total of patrol hours is given", place="total hours", fix=fix)
    return own


def _shared(total: float, own: F64) -> F64:
    """Return a total shared out in proportion to what each has of its own; evenly where none has any."""
    if np.isnan(own).any() or own.sum() <= 0:
        return np.full(len(own), total / max(len(own), 1))
    result: F64 = total * own / own.sum()
    return result


def _check(resources: Sequence[Resource], choices: Choices) -> None:
    codes = [item.code for item in resources]
    stranger = next((code for code in choices.hours if code not in codes), None)
    if stranger is not None:
        problem = f"'{stranger}' is no resource of the file"
        raise AllocationError(problem, place="hours", fix=f"use one of: {', '.join(codes)}")
    given = {"total hours": choices.total_hours, **{f"hours of {code}": value for code, value in choices.hours.items()}}
    for place, hours in given.items():
        if hours is not None and not (math.isfinite(hours) and 0 <= hours <= _MOST):
            fix = f"give a number from 0 to {_MOST:,.10g}"
            raise AllocationError(f"{hours:g} is no number of hours that can be spent", place=place, fix=fix)
    if choices.total_hours is not None and not any(item.kind == "patrol" for item in resources):
        fix = "give the hours of a resource by its code"
        problem = "no resource of the file is of kind patrol, among which a plain total is shared"
        raise AllocationError(problem, place="total hours", fix=fix)
