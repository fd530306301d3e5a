"""Quarter hours: the plan as a duty roster can hold it, with each resource's sum and the rules that quarters can keep.

Each post gets the quarter hour next below or above what the plan gives it. The hours of each resource are rounded
first, down, and then those of its districts to that sum, of a district's areas to the district's, and of an area's
posts to the area's: whoever lost most by rounding down gains what is left over; ties go to whoever comes first. So a
rule about a resource, its district or its area that is itself in quarter hours holds exactly, and of many posts with a
few minutes each some have a quarter and others none.

Rules that cut across - a district's floor that several resources fill, a strand's floor - may break. Then single
quarters are moved (`moves`); where no move mends one, a whole-number programme looks for another choice of quarters
next to the plan. Both keep each resource's sum: a rule that no choice with these sums keeps is broken, and said.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix, vstack

from models.allocation.papers.holding import plans_of
from models.allocation.papers.limits import A_QUARTER, KEPT, Limits, limits_of
from models.allocation.papers.moves import mended
from models.allocation.posed import Planned
from models.allocation.programme.plan import Plan
from models.allocation.programme.problem import Problem

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

# Quarters nearer than this to a whole number are whole.
_WHOLE = 1e-6
# The choice need not be the nearest to within a tenth, and what many tries do not find is said not to be there.
_NEAR = 0.1
_NODES = 200


@dataclass(frozen=True, eq=False)
class Quarters:
    """A plan in quarter hours.

    Attributes:
        hours: Hours of each post, float64[post].
        broken: Names of the rules that quarter hours do not keep, each with the hours by which it is missed.
    """

    hours: F64
    broken: tuple[tuple[str, float], ...]


def quarters_of(planned: Planned) -> dict[str, Quarters]:
    """Return each programme's plan in quarter hours: "" for that of harm, a team's code for one placed by caseload."""
    district = planned.posed.ground.district
    return {code: quarter_hours(plan, district) for code, plan in plans_of(planned)}


def quarter_hours(plan: Plan, district: tuple[str, ...] | None) -> Quarters:
    """Return a plan in quarter hours.

    Args:
        plan: The plan.
        district: District of each area; None where none is known.
    """
    limits, groups = limits_of(plan), _groups(plan.problem, district)
    exact = _snapped(plan.hours / A_QUARTER)
    chosen = _rounded(groups, exact)
    if limits.missed(chosen).any():
        narrowest_first = (groups[2], groups[1], groups[0])
        chosen = mended(limits, chosen, exact, narrowest_first)
    if limits.missed(chosen).any():
        found = _searched(limits, exact, groups, chosen)
        chosen = chosen if found is None else found
    broken = limits.missed(chosen)
    which = np.flatnonzero(broken)
    return Quarters(chosen * A_QUARTER, tuple((limits.names[row], float(broken[row])) for row in which))


def _groups(problem: Problem, district: tuple[str, ...] | None) -> list[I64]:
    """Return the group of each post among resources, their districts, their areas, and posts."""
    areas = np.unique(district or ("",) * len(problem.area_codes), return_inverse=True)[1]
    posts = problem.posts
    levels = [
        posts.resource,
        posts.resource * len(areas) + areas[posts.area],
        posts.resource * len(areas) + posts.area,
        np.arange(len(posts)),
    ]
    return [np.unique(level, return_inverse=True)[1].astype(np.int64) for level in levels]


def _rounded(groups: list[I64], exact: F64) -> F64:
    """Return whole quarters by rounding resources, their districts, areas and posts, each to the sum above it."""
    sums = [_snapped(np.bincount(group, weights=exact).astype(np.float64)) for group in groups]
    whole: F64 = np.floor(sums[0])
    for outer, inner, held in zip(groups, groups[1:], sums[1:], strict=False):
        parent = np.zeros(len(held), dtype=np.int64)
        parent[inner] = outer
        whole = _largest_remainder(held, parent, whole)
    result: F64 = whole[groups[-1]]
    return result


def _largest_remainder(values: F64, parent: I64, totals: F64) -> F64:
    """Return whole numbers that sum to their parents' totals, each the next below or above its value."""
    below: F64 = np.floor(values)
    lost = np.round(values - below, 6)
    order = np.lexsort((np.arange(len(values)), -lost, parent))
    first = np.searchsorted(parent[order], np.arange(len(totals)))
    rank = np.arange(len(values)) - first[parent[order]]
    left = totals - np.bincount(parent, weights=below, minlength=len(totals))
    up = (rank < left[parent[order]]) & (lost[order] > 0)
    below[order[up]] += 1
    return below


def _searched(limits: Limits, exact: F64, groups: list[I64], chosen: F64) -> F64 | None:
    """Return the choice nearest to the plan that keeps every rule and sum; None where none was found.

    Sums of a resource's districts are kept to the quarter below or above where that leaves a choice.
    """
    below: F64 = np.floor(exact)
    open_posts = np.flatnonzero(exact - below > _WHOLE)
    if not len(open_posts):
        return None
    totals, districts = (
        csr_matrix((np.ones(len(exact)), (group, np.arange(len(exact))))) for group in (groups[0], groups[1])
    )
    held: F64 = np.asarray(totals @ chosen, dtype=np.float64)
    part: F64 = _snapped(np.asarray(districts @ exact, dtype=np.float64))
    kept = (limits.matrix, limits.lower, limits.upper), (totals, held, held)
    for rows in ((*kept, (districts, np.floor(part), np.ceil(part))), kept):
        found = _nearest(exact, open_posts, rows)
        if found is not None:
            return found
    return None


def _nearest(exact: F64, open_posts: I64, rows: tuple[tuple[csr_matrix, F64, F64], ...]) -> F64 | None:
    """Return the whole quarters next to the plan's that keep these rows and lie nearest; None where none was found."""
    below: F64 = np.floor(exact)
    matrix = csr_matrix(vstack([row[0] for row in rows]))
    lower, upper = (np.concatenate([row[side] for row in rows]) for side in (1, 2))
    fixed: F64 = matrix @ below
    slack = KEPT * np.maximum(1.0, np.abs(fixed))
    found = milp(
        1.0 - 2.0 * (exact - below)[open_posts],
        constraints=LinearConstraint(matrix[:, open_posts], lower - fixed - slack, upper - fixed + slack),
        integrality=np.ones(len(open_posts), dtype=np.int64),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": _NEAR, "node_limit": _NODES, "disp": False, "presolve": False},
    )
    if found.x is None:
        return None
    below[open_posts] += np.round(found.x)
    return below


def _snapped(values: F64) -> F64:
    whole = np.round(values)
    return np.where(np.abs(values - whole) <= _WHOLE, whole, values)
