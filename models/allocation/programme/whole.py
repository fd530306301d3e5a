"""Whole shifts of whole crews: rounded from the hours first, searched for where that is not good enough.

Rounding dives: the programme is solved with any number of shifts, the shifts nearest to whole numbers are fixed there,
and so on with what is left, which is warm each time. If the plan that comes of it is within the gap of the bound that
holds for any hours, it is good enough; else HiGHS searches from it, by branch and bound.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from models.allocation.programme.alike import evened
from models.allocation.programme.highs import Highs, Solution
from models.allocation.programme.hours import NoPlanError, hours_plan
from models.allocation.programme.mixture import mixed
from models.allocation.programme.plan import Plan
from models.allocation.programme.problem import Blocks, Problem, Rules
from models.allocation.programme.straight import TIE, Straight, straight

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
I32 = NDArray[np.int32]

_WHOLE = 1e-6
# A quarter of what is left is fixed at a time, so that a dive takes a dozen programmes and not one a roster.
_SHARE = 0.25


def whole_plan(problem: Problem, loose: Plan, *, hours_gap: float, gap: float, nodes: int) -> Plan:
    """Return a plan in whole shifts within `gap` of the best, or the best found after `nodes`.

    Args:
        problem: The problem, with its blocks.
        loose: Its solution without them: its bound holds here too, and its prices are told as approximate.
        hours_gap: Gap of the hours once the shifts are fixed.
        gap: As a share of the bound.
        nodes: Most nodes of the search.

    Raises:
        NoPlanError: No whole shifts keep the rules.
    """
    blocks = problem.blocks
    if blocks is None:
        return loose
    made = straight(problem, loose.hours, loose.windows) if loose.windows is not None else straight(problem)
    linear = made.linear()
    rounded = _dive(Highs(linear, "simplex"), made)
    if rounded is not None:
        plan = _with_shifts(problem, blocks, loose, made, rounded, hours_gap, searched=False)
        if plan.gap <= gap * max(abs(plan.bound), abs(plan.objective)):
            return plan
    found = Highs(linear).solve_whole(gap, nodes, None if rounded is None else rounded.columns)
    if found is None:
        problem_text = "no whole shifts keep all the rules, though hours would"
        fix = "loosen a rule, allow other lengths of shifts, or plan in hours"
        raise NoPlanError(problem_text, place="whole shifts", fix=fix)
    plan = _with_shifts(problem, blocks, loose, made, found, hours_gap, searched=True)
    straightness = problem.value.exact and problem.links.ceiling is None and problem.worst is None
    bound = min(loose.bound, found.bound * made.scale / (1 - TIE)) if straightness else loose.bound
    return replace(plan, bound=max(bound, plan.objective), status=found.status)


def _dive(highs: Highs, made: Straight) -> Solution | None:
    """Return a solution in whole shifts, found by rounding; None where rounding led nowhere."""
    at = np.arange(made.block_columns.start, made.block_columns.stop, dtype=np.int32)
    free = np.ones(len(at), dtype=bool)
    found = highs.solve()
    while found is not None and free.any():
        shifts = found.columns[at]
        apart = np.abs(shifts - np.round(shifts))
        settled = free & (apart <= _WHOLE)
        left = np.flatnonzero(free & ~settled)
        nearest = left[np.argsort(apart[left], kind="stable")][: max(1, int(np.ceil(_SHARE * len(left))))]
        taken = np.concatenate([np.flatnonzero(settled), nearest])
        following = _fixed(highs, at[taken], np.round(shifts[taken]))
        if following is None and len(nearest):
            # All but the nearest are let go again; that one is tried both ways.
            highs.release(at[nearest[1:]])
            taken, one = np.concatenate([np.flatnonzero(settled), nearest[:1]]), nearest[0]
            following = highs.solve()
            if following is None:
                other = np.floor(shifts[one]) + np.ceil(shifts[one]) - np.round(shifts[one])
                following = _fixed(highs, at[[one]], np.array([other]))
        free[taken] = False
        found = following
    return found


def _fixed(highs: Highs, columns: I32, values: F64) -> Solution | None:
    highs.fix(columns, values)
    return highs.solve()


def _with_shifts(
    problem: Problem, blocks: Blocks, loose: Plan, made: Straight, found: Solution, hours_gap: float, *, searched: bool
) -> Plan:
    """Return the best plan of hours with these shifts."""
    shifts: I64 = np.round(found.columns[made.block_columns]).astype(np.int64)
    hours = np.zeros(len(blocks.roster))
    np.add.at(hours, blocks.block_roster, blocks.block_hours * shifts)
    on = np.flatnonzero(blocks.of_post >= 0)
    matrix = csr_matrix((np.ones(len(on)), (blocks.of_post[on], on)), shape=(len(blocks.roster), len(problem.posts)))
    rostered = Rules("roster", blocks.roster, blocks.roster, matrix, hours, hours)
    within = replace(problem, blocks=None, rules=(*problem.rules, rostered))
    if problem.straight and not searched:
        # Rounding ended with a programme of these very shifts: its hours are the optimum that another one would find.
        fixed = replace(loose, hours=mixed(within, evened(within, made.hours(found.columns))))
    else:
        fixed = hours_plan(within, hours_gap)
    return replace(
        fixed, problem=problem, shifts=shifts, bound=loose.bound, prices=loose.prices, approximate=True, status="gap"
    )
