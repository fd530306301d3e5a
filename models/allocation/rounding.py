"""Quarter hours: the plan as a duty roster can hold it, with every rule kept exactly."""

import numpy as np
from numpy.typing import NDArray

from models.allocation.curve import F64
from models.allocation.plan import AllocationPlan

_A_QUARTER = 0.25
# Quarters nearer than this to a whole number are whole.
_WHOLE = 1e-6


def quarter_hours(plan: AllocationPlan) -> F64 | None:
    """Return the hours of each area in quarter hours, each the next below or above the plan's; None if rules forbid it.

    Districts are rounded first, to the total, and then the areas of each, to its sum: so the total, the minima and
    maxima and the districts' minima hold exactly. Whoever lost most by rounding down gains the quarters left over; ties
    go to the lower area code. It can be done when every rule is itself in quarter hours.
    """
    problem = plan.problem
    single = np.array([problem.total_hours, *problem.district_minimum.values()])
    rules = np.concatenate([single, problem.minimum_hours, problem.maximum_hours]) / _A_QUARTER
    if (np.abs(rules - np.round(rules)) > _WHOLE).any():
        return None
    quarters = _snapped(plan.hours / _A_QUARTER)
    named = [name if name in problem.district_minimum else "" for name in problem.district or ()]
    group = np.unique(named or [""] * len(quarters), return_inverse=True)[1]
    held: F64 = np.bincount(group, weights=quarters).astype(np.float64)
    sums = _largest_remainder(_snapped(held), round(problem.total_hours / _A_QUARTER))
    rounded = np.zeros_like(quarters)
    for number, total in enumerate(sums):
        rounded[group == number] = _largest_remainder(quarters[group == number], int(total))
    hours: F64 = rounded * _A_QUARTER
    return hours


def _snapped(values: F64) -> F64:
    whole = np.round(values)
    return np.where(np.abs(values - whole) <= _WHOLE, whole, values)


def _largest_remainder(values: F64, total: int) -> F64:
    """Return whole numbers that sum to `total`, each the next below or above its value."""
    below = np.floor(values)
    lost = np.round(values - below, 6)
    order: NDArray[np.int64] = np.argsort(-lost, kind="stable")
    below[order[: total - int(below.sum())]] += 1
    return below
