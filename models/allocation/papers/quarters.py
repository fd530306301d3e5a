"""Quarter hours: the plan as a duty roster can hold it, with every rule kept where quarters can keep it.

Each post gets the quarter hour next below or above what the plan gives it. The hours of each resource are rounded
first, down, and then those of its districts to that sum, of a district's areas to the district's, and of an area's
posts to the area's: whoever lost most by rounding down gains what is left over; ties go to whoever comes first. So a
rule about a resource, its district or its area that is itself in quarter hours holds exactly. Rules that cut across -
a district's floor that several resources fill, a strand's floor - may break; then a whole-number programme finds
another choice of quarters below or above that keeps every rule, near to the plan. Where there is none the first is
kept, and said.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix, vstack

from models.allocation.papers.holding import plans_of
from models.allocation.posed import Planned
from models.allocation.programme.plan import Plan
from models.allocation.programme.problem import Problem

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

_A_QUARTER = 0.25
# Quarters nearer than this to a whole number are whole.
_WHOLE = 1e-6
# Hours by which a rule may be missed: rounding of the solver alone.
_KEPT = 1e-6
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
    names, matrix, lower, upper = _limits(plan)
    exact = _snapped(plan.hours / _A_QUARTER)
    chosen = _rounded(plan.problem, exact, district)
    broken = _missed(matrix, lower, upper, chosen)
    if broken.any():
        found = _searched(matrix, lower, upper, exact)
        if found is not None:
            chosen, broken = found, _missed(matrix, lower, upper, found)
    which = np.flatnonzero(broken)
    return Quarters(chosen * _A_QUARTER, tuple((names[row], float(broken[row])) for row in which))


def _limits(plan: Plan) -> tuple[list[str], csr_matrix, F64, F64]:
    """Return names, rows, and limits in quarter hours of all rules, and of whole shifts' hours as limits of rosters."""
    problem = plan.problem
    names = [name for rules in problem.rules for name in rules.names]
    blocks = [rules.matrix for rules in problem.rules]
    lower = [rules.lower / _A_QUARTER for rules in problem.rules]
    upper = [rules.upper / _A_QUARTER for rules in problem.rules]
    if problem.blocks is not None and plan.shifts is not None:
        shifts = problem.blocks
        held = np.bincount(
            shifts.block_roster, weights=shifts.block_hours * plan.shifts, minlength=len(shifts.roster)
        ).astype(np.float64)
        of = np.flatnonzero(shifts.of_post >= 0)
        shape = (len(shifts.roster), len(problem.posts))
        blocks.append(csr_matrix((np.ones(len(of)), (shifts.of_post[of], of)), shape=shape))
        names += [f"whole shifts of {name}" for name in shifts.roster]
        lower.append(held / _A_QUARTER)
        upper.append(held / _A_QUARTER)
    return names, csr_matrix(vstack(blocks)), np.concatenate(lower), np.concatenate(upper)


def _missed(matrix: csr_matrix, lower: F64, upper: F64, quarters: F64) -> F64:
    """Return by how many hours each rule is missed, 0 where it is kept."""
    value: F64 = matrix @ quarters
    miss: F64 = np.maximum(np.maximum(lower - value, value - upper), 0.0) * _A_QUARTER
    return np.where(miss > _KEPT * np.maximum(1.0, np.abs(value) * _A_QUARTER), miss, 0.0)


def _rounded(problem: Problem, exact: F64, district: tuple[str, ...] | None) -> F64:
    """Return whole quarters by rounding resources, their districts, areas and posts, each to the sum above it."""
    areas = np.unique(district or ("",) * len(problem.area_codes), return_inverse=True)[1]
    posts = problem.posts
    levels = [
        posts.resource,
        posts.resource * len(areas) + areas[posts.area],
        posts.resource * len(areas) + posts.area,
        np.arange(len(posts)),
    ]
    groups = [np.unique(level, return_inverse=True)[1] for level in levels]
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


def _searched(matrix: csr_matrix, lower: F64, upper: F64, exact: F64) -> F64 | None:
    """Return the choice nearest to the plan that keeps every rule; None where none was found."""
    below: F64 = np.floor(exact)
    open_posts = np.flatnonzero(exact - below > _WHOLE)
    if not len(open_posts):
        return None
    rows = csr_matrix(matrix[:, open_posts])
    fixed: F64 = matrix @ below
    slack = _KEPT * np.maximum(1.0, np.abs(fixed))
    part = (exact - below)[open_posts]
    found = milp(
        1.0 - 2.0 * part,
        constraints=LinearConstraint(rows, lower - fixed - slack, upper - fixed + slack),
        integrality=np.ones(len(open_posts), dtype=np.int64),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": _NEAR, "node_limit": _NODES, "disp": False},
    )
    if found.x is None:
        return None
    below[open_posts] += np.round(found.x)
    return below


def _snapped(values: F64) -> F64:
    whole = np.round(values)
    return np.where(np.abs(values - whole) <= _WHOLE, whole, values)
