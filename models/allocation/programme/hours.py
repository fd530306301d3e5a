"""A plan of hours: in straight pieces, made finer where the pieces bend, and bounded from above.

Capacities are straight between whole numbers, so that one programme is exact. Where values or effects bend, the pieces
are chords and the programme never promises more than the curves give; the first has pieces of equal error, each further
one cuts them anew round the hours found, which stay breakpoints, so that the plan only improves. After each, its duals
bound what any plan could do (`bound`); the rounds end when plan and bound are within the gap of each other.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from errors import AllocationError
from models.allocation.programme.alike import evened
from models.allocation.programme.basis import carried
from models.allocation.programme.bound import settled, upper_bound
from models.allocation.programme.highs import Highs, Solution
from models.allocation.programme.mixture import mixed
from models.allocation.programme.plan import Plan
from models.allocation.programme.pools import breaking
from models.allocation.programme.problem import Problem
from models.allocation.programme.straight import Straight, straight

F64 = NDArray[np.float64]

_MOST_ROUNDS = 10
# With more of the areas apart, all of them may as well be.
_MOST_APART = 0.5


class NoPlanError(AllocationError):
    """No hours keep the rules of a problem."""


@dataclass(frozen=True, eq=False)
class Solved:
    """A plan with what a next programme may begin from.

    Attributes:
        plan: The plan.
        made: Its programme in pieces.
        solution: The solution of that.
        highs: The solver, which knows where it ended.
    """

    plan: Plan
    made: Straight
    solution: Solution
    highs: Highs


def hours_plan(problem: Problem, gap: float) -> Plan:
    """Return the plan of any number of hours that is worth most, to within `gap` of its worth.

    Raises:
        NoPlanError: No hours keep the rules.
        AllocationError: HiGHS stopped without an answer.
    """
    return solved(problem, gap).plan


def solved(problem: Problem, gap: float, start: Solved | None = None) -> Solved:
    """Return the same with what a next one may begin from, begun itself where `start` ended if it is given.

    Raises:
        NoPlanError: No hours keep the rules.
        AllocationError: HiGHS stopped without an answer.
    """
    if problem.straight:
        return _with_own_rules(problem, start)
    found = _optimum(straight(problem), 1, start)
    half = _first_windows(found)
    plan = found.plan
    for number in range(2, _MOST_ROUNDS + 1):
        if plan.gap <= gap * max(abs(plan.objective), abs(plan.bound)):
            break
        before = plan
        found = _optimum(straight(problem, before.hours, half), number, found)
        better = found.plan if found.plan.objective >= before.objective else before
        # Hours that end at the edge of their window have prices there that no other round would have. Those that bound
        # best are near those of the curves: for all of a limit's give they err by no more than the gap.
        bounding = found.plan if found.plan.bound <= before.bound else before
        plan = replace(better, bound=bounding.bound, prices=bounding.prices, programmes=number, windows=half)
        half = _narrowed(half[0], plan.dose, before.dose), _narrowed(half[1], plan.hours, before.hours)
    content = plan.gap <= gap * max(abs(plan.objective), abs(plan.bound))
    return replace(found, plan=replace(plan, status="optimal" if content else "gap"))


def _with_own_rules(problem: Problem, start: Solved | None) -> Solved:
    """Return the optimum of capacities; areas' own rules come in where they would be broken (see `pools`)."""
    apart = np.zeros(len(problem.area_codes), dtype=bool)
    for number in range(1, _MOST_ROUNDS + 1):
        found = _optimum(straight(problem, apart=apart), number, start)
        broken = breaking(problem, found.plan.hours)
        if not broken.any():
            return found
        apart, start = apart | broken, None
        if apart.mean() > _MOST_APART:
            break
    return _optimum(straight(problem), number + 1, None)


def _first_windows(found: Solved) -> tuple[F64, F64]:
    """Return windows wide enough to hold the optimum of the curves: at most about a piece away from that found."""
    dose, hours = _beside(found.made, found.plan)
    return 2 * dose, 2 * hours


def _narrowed(half: F64, after: F64, before: F64) -> F64:
    """Return smaller windows, and larger ones where the optimum ran into their ends."""
    return np.where(np.abs(after - before) > 0.9 * half, 2 * half, half / 6)


def _beside(made: Straight, plan: Plan) -> tuple[F64, F64]:
    """Return the width of the widest piece that each dose, and each post's hours, lie in or at the end of."""
    cells, posts = made.cells, made.posts
    dose = np.zeros(len(plan.dose))
    slack = 1e-9 * (1.0 + plan.dose[cells.cell])
    near = (cells.begin <= plan.dose[cells.cell] + slack) & (cells.begin + cells.width >= plan.dose[cells.cell] - slack)
    np.maximum.at(dose, cells.cell[near], cells.width[near])
    hours = np.zeros(len(plan.hours))
    if made.problem.links.ceiling is None:
        return dose, hours
    held = plan.hours[posts.post]
    near = (posts.begin <= held + 1e-9) & (posts.begin + posts.width >= held - 1e-9)
    np.maximum.at(hours, posts.post[near], posts.width[near])
    return dose, hours


def _optimum(made: Straight, number: int, start: Solved | None) -> Solved:
    highs = Highs(made.linear(), "simplex")
    if start is not None:
        highs.begin_at(carried(start.made, start.highs.basis(), start.solution.columns, made))
    found = highs.solve()
    if found is None:
        raise NoPlanError("no hours keep all the rules", place="rules", fix="loosen one of them")
    return Solved(_planned(made, found, number), made, found, highs)


def _planned(made: Straight, found: Solution, programmes: int) -> Plan:
    """Return the plan of a solved programme, its prices and its bound in the units of the problem."""
    problem = made.problem
    hours = mixed(problem, evened(problem, made.hours(found.columns)))
    rules = made.rule_rows
    duals = found.duals * made.scale
    price = settled(problem, made.dose_prices(duals), duals[rules])
    weeks = None if problem.worst is None else np.abs(found.duals[made.week_rows])
    sizes = np.cumsum([len(family) for family in problem.rules])[:-1]
    return Plan(
        problem,
        hours,
        None,
        bound=upper_bound(problem, made.dose_prices(duals), price, weeks),
        status="optimal",
        prices=tuple(np.split(price, sizes)),
        approximate=False,
        programmes=programmes,
    )
