"""Small allocation problems, and their solution by other means than the product's."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from models.allocation.curve import F64, ReachCurve
from models.allocation.problem import AllocationProblem

STRANDS = ("burglary", "robbery")


def make_problem(
    demand: Sequence[float],
    total: float,
    *,
    minimum: float | Sequence[float] = 0.0,
    maximum: float | Sequence[float] = 60.0,
    district: Sequence[str] | None = None,
    district_minimum: Mapping[str, float] | None = None,
    weights: Sequence[float] = (1.0, 1.0),
    scale: float = 20.0,
) -> AllocationProblem:
    """Return a problem of areas A00, A01, ...; half of each area's demand is of either strand."""
    expected = np.asarray(demand, dtype=np.float64)
    return AllocationProblem(
        area_codes=tuple(f"A{number:02d}" for number in range(len(expected))),
        strands=STRANDS,
        demand=np.column_stack([expected / 2, expected / 2]),
        weights=np.asarray(weights, dtype=np.float64),
        weights_source="made up",
        curve=ReachCurve(scale, "made up"),
        total_hours=total,
        minimum_hours=np.broadcast_to(np.asarray(minimum, dtype=np.float64), expected.shape).copy(),
        maximum_hours=np.broadcast_to(np.asarray(maximum, dtype=np.float64), expected.shape).copy(),
        district=tuple(district) if district is not None else None,
        district_minimum=dict(district_minimum or {}),
    )


def breaches(problem: AllocationProblem, hours: F64) -> list[str]:
    """Return the rules that hours break by more than a millionth."""
    found = []
    if abs(hours.sum() - problem.total_hours) > 1e-6:
        found.append("total")
    if (hours < problem.minimum_hours - 1e-6).any() or (hours > problem.maximum_hours + 1e-6).any():
        found.append("area")
    names = np.array(problem.district or ())
    for name, least in problem.district_minimum.items():
        if hours[names == name].sum() < least - 1e-6:
            found.append(name)
    return found


def value(problem: AllocationProblem, hours: F64) -> float:
    """Return the weighted incidents that hours reach."""
    reach = 1 - np.exp(-hours / problem.curve.scale_hours)
    return float((problem.demand @ problem.weights) @ reach)


def water_filled(problem: AllocationProblem) -> float:
    """Return the optimum's value by water-filling: the price of an hour is raised until the hours asked for are there.

    Hours that reach nothing may stay unspent here: they change no value.
    """
    demand, scale = problem.demand @ problem.weights, problem.curve.scale_hours
    names = np.array(problem.district or ("",) * len(demand))
    groups = [(names == name, problem.district_minimum.get(str(name), 0.0)) for name in np.unique(names)]

    def asked(log_price: float, where: NDArray[np.bool_]) -> F64:
        with np.errstate(divide="ignore"):
            free = scale * (np.log(demand[where] / scale) - log_price)
        hours: F64 = np.clip(free, problem.minimum_hours[where], problem.maximum_hours[where])
        return hours

    def bisect(least: float, where: NDArray[np.bool_]) -> F64:
        low, high = -700.0, 30.0
        for _ in range(70):
            middle = (low + high) / 2
            low, high = (middle, high) if asked(middle, where).sum() >= least else (low, middle)
        return asked(low, where)

    def spread(log_price: float) -> tuple[float, float]:
        spent = reached = 0.0
        for where, least in groups:
            hours = asked(log_price, where)
            if hours.sum() < least:
                hours = bisect(least, where)
            spent += max(float(hours.sum()), least)
            reached += float(demand[where] @ -np.expm1(-hours / scale))
        return spent, reached

    low, high = -700.0, 30.0
    for _ in range(70):
        middle = (low + high) / 2
        low, high = (low, middle) if spread(middle)[0] <= problem.total_hours else (middle, high)
    return spread(high)[1]


def tangent_bound(problem: AllocationProblem, tangents: int = 120) -> tuple[float, float]:
    """Return the value and the total's dual of a programme with tangents above the curve, by scipy's linprog.

    Columns are the hours and the reach of each area, which lies under every tangent: no less than the optimum.
    """
    areas, scale = len(problem.area_codes), problem.curve.scale_hours
    points = np.linspace(0.0, float(problem.maximum_hours.max()), tangents)
    slope = np.exp(-points / scale) / scale
    rows, limits = [], []
    for area in range(areas):
        for point, rise in zip(points, slope, strict=True):
            row = np.zeros(2 * areas)
            row[area], row[areas + area] = -rise, 1.0
            rows.append(row)
            limits.append(1 - np.exp(-point / scale) - rise * point)
    for name, least in problem.district_minimum.items():
        inside = np.array([float(other == name) for other in problem.district or ()])
        rows.append(np.concatenate([-inside, np.zeros(areas)]))
        limits.append(-least)
    bounds = [*zip(problem.minimum_hours, problem.maximum_hours, strict=True), *[(0.0, 1.0)] * areas]
    total = np.concatenate([np.ones(areas), np.zeros(areas)])[None, :]
    gains = np.concatenate([np.zeros(areas), -(problem.demand @ problem.weights)])
    found = linprog(gains, np.array(rows), limits, total, [problem.total_hours], bounds, method="highs")
    assert found.fun is not None, found.message
    return -float(found.fun), -float(found.eqlin.marginals[0])
