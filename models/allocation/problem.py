"""The allocation problem: what is asked for, valid by construction."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from errors import AllocationError
from models.allocation.curve import F64, ReachCurve

# Sums of many minima or maxima may miss a total that a person wrote by rounding alone.
_SLACK = 1e-9


@dataclass(frozen=True, eq=False)
class AllocationProblem:
    """Hours to place over areas for one period, and the rules to keep.

    Invariants: area codes ascend and are unique; arrays have one entry an area (demand: area and strand), are finite,
    not negative and read-only; minimum <= maximum in every area; some allocation keeps every rule.

    Attributes:
        area_codes: Areas, ascending.
        strands: Strands of the demand's columns.
        demand: Expected incidents; float64[area, strand].
        weights: Harm weight of each strand.
        weights_source: Where the weights come from.
        curve: Share of an area's demand that its hours reach.
        total_hours: Hours to place, all of them.
        minimum_hours: Fewest hours of each area.
        maximum_hours: Most hours of each area.
        district: District of each area, "" where unknown; None: no hierarchy is known.
        district_minimum: District to the fewest hours of its areas together.
    """

    area_codes: tuple[str, ...]
    strands: tuple[str, ...]
    demand: F64
    weights: F64
    weights_source: str
    curve: ReachCurve
    total_hours: float
    minimum_hours: F64
    maximum_hours: F64
    district: tuple[str, ...] | None
    district_minimum: Mapping[str, float]

    def __post_init__(self) -> None:
        """Refuse a problem without a solution.

        Raises:
            AllocationError: An invariant does not hold; names the place, the numbers that clash and the fix.
        """
        if not self.area_codes or list(self.area_codes) != sorted(set(self.area_codes)):
            raise AllocationError("the areas are none, not sorted or not unique", place="areas", fix="sort them once")
        if not self.weights_source.strip():
            raise AllocationError("the harm weights have no source", place="harm", fix="say where they come from")
        _check_demand(self)
        _check_hours(self)
        _check_districts(self)
        for array in (self.demand, self.weights, self.minimum_hours, self.maximum_hours):
            array.setflags(write=False)

    @property
    def weighted_demand(self) -> F64:
        """Expected incidents of each area times their harm weights, over all strands."""
        return self.demand @ self.weights

    def members(self, district: str) -> F64:
        """Return 1 for each area of a district and 0 for the others."""
        return np.array([float(name == district) for name in self.district or ()])


def _check_demand(problem: AllocationProblem) -> None:
    expected = (len(problem.area_codes), len(problem.strands))
    if problem.demand.shape != expected or problem.weights.shape != expected[1:]:
        found = f"{problem.demand.shape} with {problem.weights.shape} weights"
        raise AllocationError(f"the demand is {found}, not {expected}", place="demand", fix="pass one row an area")
    bad = np.argwhere(~(np.isfinite(problem.demand) & (problem.demand >= 0)))
    if len(bad):
        area, strand = bad[0]
        place = f"demand of area {problem.area_codes[area]}, strand {problem.strands[strand]}"
        problem_text = f"{problem.demand[area, strand]:g} is no expected number of incidents"
        raise AllocationError(problem_text, place=place, fix="forecast again: it must be a number of 0 or more")
    for strand_name, weight in zip(problem.strands, problem.weights, strict=True):
        if not (np.isfinite(weight) and weight >= 0):
            place = f"harm weight of {strand_name}"
            raise AllocationError(f"{weight:g} is no weight", place=place, fix="give a number of 0 or more")


def _check_hours(problem: AllocationProblem) -> None:
    total, low, high = problem.total_hours, problem.minimum_hours, problem.maximum_hours
    if not (np.isfinite(total) and total >= 0):
        problem_text = f"the total of {total:g} hours cannot be spent"
        raise AllocationError(problem_text, place="total hours", fix="give a number of 0 or more")
    if low.shape != (len(problem.area_codes),) or high.shape != low.shape:
        raise AllocationError("minimum and maximum need one entry an area", place="hours", fix="pass one an area")
    for place, limits in (("minimum hours per area", low), ("maximum hours per area", high)):
        bad = np.flatnonzero(~(np.isfinite(limits) & (limits >= 0)))
        if len(bad):
            problem_text = f"{limits[bad[0]]:g} is no number of hours"
            raise AllocationError(problem_text, place=place, fix="give a number of 0 or more")
    crossed = np.flatnonzero(low > high)
    if len(crossed):
        problem_text = f"the minimum of {low[crossed[0]]:g} hours is above the maximum of {high[crossed[0]]:g}"
        place = "every area" if len(crossed) == len(low) else f"area {problem.area_codes[crossed[0]]}"
        raise AllocationError(problem_text, place=place, fix="lower the minimum or raise the maximum")
    if low.sum() > total + _SLACK * max(1.0, total):
        problem_text = (
            f"the minima of {len(low):,} areas sum to {low.sum():,.10g} hours, above the {total:,.10g} there are"
        )
        raise AllocationError(problem_text, place="total hours", fix="lower the minimum per area or add hours")
    if high.sum() < total - _SLACK * max(1.0, total):
        sums = f"the maxima of {len(high):,} areas sum to {high.sum():,.10g} hours"
        problem_text = f"{sums}, so the {total:,.10g} there are cannot all be placed"
        raise AllocationError(problem_text, place="total hours", fix="raise the maximum per area or plan fewer hours")


def _check_districts(problem: AllocationProblem) -> None:
    wanted = problem.district_minimum
    if wanted and problem.district is None:
        fix = "give the workspace areas with a district column, or leave out district minima"
        raise AllocationError("the areas have no districts", place="district minimum", fix=fix)
    if problem.district is not None and len(problem.district) != len(problem.area_codes):
        raise AllocationError("the districts are not one an area", place="districts", fix="pass one an area")
    known = sorted(set(problem.district or ()) - {""})
    needed = float(problem.minimum_hours.sum())
    for name, hours in wanted.items():
        place = f"district minimum of {name}"
        if name not in known:
            shown = ", ".join(known[:20]) + (", ..." if len(known) > 20 else "")
            raise AllocationError("there is no such district", place=place, fix=f"use one of: {shown}")
        if not (np.isfinite(hours) and hours >= 0):
            raise AllocationError(f"{hours:g} is no number of hours", place=place, fix="give a number of 0 or more")
        needed += max(hours - float(problem.members(name) @ problem.minimum_hours), 0.0)
    if needed > problem.total_hours + _SLACK * max(1.0, problem.total_hours):
        sums = f"the minima of areas and districts need {needed:,.10g} hours"
        problem_text = f"{sums}, above the {problem.total_hours:,.10g} there are"
        raise AllocationError(problem_text, place="total hours", fix="lower a district minimum or add hours")
    for name, hours in wanted.items():
        most = float(problem.members(name) @ problem.maximum_hours)
        if hours > most + _SLACK * max(1.0, hours):
            problem_text = f"{hours:,.10g} hours are asked for, but the maxima of its areas sum to {most:,.10g}"
            fix = "lower it or raise the maximum per area"
            raise AllocationError(problem_text, place=f"district minimum of {name}", fix=fix)
