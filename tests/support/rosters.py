"""SYNTHETIC plans, made by hand, to lay out over days and shifts."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from models.allocation.posed import Demand, Ground, Planned, Posed
from models.allocation.programme.plan import Plan
from models.allocation.programme.posts import TOGETHER, Links, Posts
from models.allocation.programme.problem import Blocks, Problem, Rules
from models.allocation.programme.values import Share
from models.allocation.roster.calendar import Calendar
from models.allocation.roster.shares import ProfileShares
from models.profiles.shifts import DEFAULT, Shifts

F64 = NDArray[np.float64]
MONDAY = date(2026, 11, 30)
SHIFTS = Shifts.read(DEFAULT)
WEEK = Calendar.of(SHIFTS, "week", MONDAY)


def planned(
    hours: Mapping[tuple[str, int, int], float],
    district: Sequence[str],
    *,
    strands: tuple[str, ...] = ("violence", "burglary"),
    mean: Any = None,
    weight: Any = None,
    blocks: Blocks | None = None,
    shifts: Any = None,
    caseloads: Mapping[str, Plan] | None = None,
) -> Planned:
    """Return a plan of given hours by resource, area and strand (`TOGETHER` for all)."""
    codes = tuple(sorted({code for code, _, _ in hours}))
    keys = sorted((codes.index(code), area, strand) for code, area, strand in hours)
    given = np.array([hours[codes[code], area, strand] for code, area, strand in keys])
    resource, area, strand = (np.array(column, np.int64) for column in zip(*keys, strict=True))
    areas = tuple(f"A{at:03d}" for at in range(len(district)))
    expected = np.ones((len(areas), len(strands))) if mean is None else np.asarray(mean, np.float64)
    weights = np.ones(len(strands)) if weight is None else np.asarray(weight, np.float64)
    cells = np.arange(len(areas) * len(strands))
    problem = Problem(
        "reached",
        areas,
        strands,
        codes,
        Posts(resource, area, strand),
        Links(np.arange(len(keys)), area * len(strands) + np.maximum(strand, 0), np.ones(len(keys))),
        cells // len(strands),
        cells % len(strands),
        Share(np.tile(np.nan_to_num(weights), len(areas)), np.zeros(len(cells)), expected.ravel()),
        (Rules("total", (), (), csr_matrix((0, len(keys))), np.zeros(0), np.zeros(0)),),
        blocks,
    )
    known = np.full(len(areas), np.nan)
    ground = Ground(areas, areas, {"district": tuple(district)}, ("any",) * len(areas), known, known)
    demand = Demand(strands, expected, np.zeros_like(expected), 1.0)
    posed = Posed(ground, demand, weights, problem, {})
    count = None if shifts is None else np.asarray(shifts, np.int64)
    plan = Plan(problem, given, count, 0.0, "optimal", (np.zeros(0),), approximate=count is not None, programmes=1)
    return Planned(posed, plan, caseloads or {})


def profile(
    force: Mapping[str, Any], places: Mapping[tuple[str, str], Any] | None = None, shifts: Shifts = SHIFTS
) -> ProfileShares:
    """Return recorded profiles of these shares, which need not sum to 1."""

    def shares(values: Any) -> F64:
        cells = np.asarray(values, np.float64)
        result: F64 = cells / cells.sum()
        return result

    return ProfileShares(
        "2026-11-30-0a1b2c3d",
        "17-0a1b2c3d",
        "2026-11-30",
        shifts,
        "district",
        {name: shares(values) for name, values in force.items()},
        {key: shares(values) for key, values in (places or {}).items()},
    )


def quarters(plan: Plan) -> F64:
    """Return hours of posts in quarter hours: rounded down, what is left to the first posts of each resource."""
    below = np.floor(plan.hours * 4 + 1e-6)
    for resource in np.unique(plan.problem.posts.resource):
        own = np.flatnonzero(plan.problem.posts.resource == resource)
        left = int(np.floor(plan.hours[own].sum() * 4 + 1e-6) - below[own].sum())
        below[own[:left]] += 1
    return below / 4


__all__ = ["MONDAY", "SHIFTS", "TOGETHER", "WEEK", "planned", "profile", "quarters"]
