"""The allocation programme and its solution by HiGHS.

Sets
    a in A      areas; d in D: districts with a minimum; A_d: the areas of d
    k in K      straight pieces of an area's reach curve, in order
Given
    W_a         weighted demand: sum over strands of harm weight x expected incidents
    f(h)        reach, 1 - exp(-h / scale), concave; s_ak, w_ak: slope and width of its pieces, s_a1 >= s_a2 >= ...
    H           total hours; l_a, u_a: minimum and maximum of an area; m_d: minimum of a district
Decide
    x_ak        hours on piece k of area a; the area's hours are h_a = l_a + sum_k x_ak
Maximise        sum_a W_a (f(l_a) + sum_k s_ak x_ak)
Subject to
    total       sum_a h_a = H                         dual: the shadow price
    district    sum_{a in A_d} h_a >= m_d             dual: the price of the minimum
    pieces      0 <= x_ak <= w_ak                     they fill in order, since the slopes fall; so l_a <= h_a <= u_a

The pieces are chords between points of the smooth curve, so the programme never promises more than the curve gives.
The first programme has pieces of equal error; each further one cuts them anew round the hours found, which stay
breakpoints, so that the plan only improves. After each, its duals bound the smooth problem from above: for any p (the
total is met exactly, so p may have any sign) and any q_d >= 0, no allocation that keeps the rules is worth more than

    sum_a max over l_a <= h <= u_a of (W_a f(h) - (p - q_d(a)) h)  +  p H  -  sum_d q_d m_d

The rounds end when bound and plan are within `GAP` of each other. The first programme alone is within 1e-3: a chord of
its 24 pieces errs by at most about 1 / (2 x 24^2) of an area's demand.

Areas that the programme cannot tell apart (same weighted demand, limits and district) are given their mean: by symmetry
and concavity that reaches no less, and no tie is broken by chance.
"""

import highspy
import numpy as np
from numpy.typing import NDArray

from errors import AllocationError
from models.allocation.curve import F64, window_grid
from models.allocation.plan import AllocationPlan
from models.allocation.problem import AllocationProblem

GAP = 1e-8
_PIECES = 24
_MOST_ROUNDS = 10
_TOLERANCE = 1e-10
# Ordinary programmes take 20 to 55, at 140 areas as at 35,000.
_MOST_ITERATIONS = 150


def solve(problem: AllocationProblem) -> AllocationPlan:
    """Return the hours that reach most weighted incidents, to within `GAP` of the optimum of the smooth curve.

    The same problem gives the same bits: one thread, a fixed order of areas, no time limit.

    Raises:
        AllocationError: HiGHS stopped without an optimum.
    """
    low, high = problem.minimum_hours, problem.maximum_hours
    alike = _alike(problem)
    grid = problem.curve.even_grid(low, high, _PIECES)
    plan = _solve_pieces(problem, grid, alike, 1)
    # Wide enough to hold the smooth optimum, which lies at most about a piece away from that of the programme.
    half = 2 * np.diff(grid, axis=1).max(axis=1, where=_beside(grid, plan.hours), initial=0.0)
    for number in range(2, _MOST_ROUNDS + 1):
        if plan.gap <= GAP * plan.objective:
            break
        before = plan.hours
        plan = _solve_pieces(problem, window_grid(low, high, before, half, _PIECES), alike, number)
        half = np.where(np.abs(plan.hours - before) > 0.9 * half, 2 * half, half / 6)
    return plan


def _beside(grid: F64, hours: F64) -> NDArray[np.bool_]:
    """Return the pieces that hours lie in or at the end of: bool[area, piece]."""
    slack = 1e-9 * (1.0 + hours[:, None])
    beside: NDArray[np.bool_] = (grid[:, :-1] <= hours[:, None] + slack) & (grid[:, 1:] >= hours[:, None] - slack)
    return beside


def _solve_pieces(problem: AllocationProblem, grid: F64, alike: NDArray[np.int64], number: int) -> AllocationPlan:
    """Solve one piecewise linear programme and certify its plan."""
    demand, districts = problem.weighted_demand, sorted(problem.district_minimum)
    largest = float(demand.max()) or 1.0
    widths = np.diff(grid, axis=1)
    area = np.repeat(np.arange(len(demand)), widths.shape[1])
    slopes = problem.curve.chord_slope(grid[:, :-1], grid[:, 1:])
    # Divided by the largest so that the solver's absolute tolerances mean the same for counts and for harm.
    gains = (demand / largest)[area] * slopes.reshape(-1) * problem.curve.scale_hours
    inside = np.array([problem.members(name) for name in districts]).reshape(len(districts), len(demand))
    needed = np.array([problem.district_minimum[name] for name in districts]) - inside @ problem.minimum_hours
    remaining = max(problem.total_hours - float(problem.minimum_hours.sum()), 0.0)
    remaining = min(remaining, float(widths.sum()))
    placed, duals, status = _highs(_programme(gains, widths.reshape(-1), inside[:, area], needed, remaining))

    hours = problem.minimum_hours + np.bincount(area, weights=placed, minlength=len(demand))
    hours = np.bincount(alike, weights=hours)[alike] / np.bincount(alike)[alike]
    hours = np.clip(hours, problem.minimum_hours, problem.maximum_hours)
    prices = -duals * largest / problem.curve.scale_hours
    price, district_price = float(prices[0]), np.maximum(-prices[1:], 0.0)
    return AllocationPlan(
        problem,
        hours,
        shadow_price=price,
        district_price=dict(zip(districts, district_price.tolist(), strict=True)),
        bound=_bound(problem, price, district_price, inside),
        status=status,
        rounds=number,
    )


def _bound(problem: AllocationProblem, price: float, district_price: F64, inside: F64) -> float:
    """Return the Lagrangian bound of the module's docstring; valid for any price and any district prices >= 0."""
    demand = problem.weighted_demand
    cost = price - district_price @ inside
    safe = np.where(demand > 0, demand, 1.0)
    best = np.clip(problem.curve.hours_at_slope(cost / safe), problem.minimum_hours, problem.maximum_hours)
    idle = np.where(cost > 0, problem.minimum_hours, problem.maximum_hours)
    best = np.where(demand > 0, best, idle)
    minima = np.array([problem.district_minimum[name] for name in sorted(problem.district_minimum)])
    value = demand * problem.curve.reach(best) - cost * best
    return float(value.sum() + price * problem.total_hours - district_price @ minima)


def _programme(gains: F64, widths: F64, inside: F64, needed: F64, remaining: float) -> highspy.HighsLp:
    """Return the programme as HiGHS takes it: a column a piece; rows: the total, then the districts.

    HiGHS minimises, so gains enter as negative costs and a dual is what one hour more on the right costs.
    """
    rows = np.vstack([np.ones_like(gains), inside])
    column, row = np.nonzero(rows.T)
    programme = highspy.HighsLp()
    programme.num_col_, programme.num_row_ = len(gains), len(rows)
    programme.col_cost_, programme.col_lower_, programme.col_upper_ = -gains, np.zeros_like(gains), widths
    programme.row_lower_ = np.concatenate([[remaining], needed])
    programme.row_upper_ = np.concatenate([[remaining], np.full(len(needed), highspy.kHighsInf)])
    matrix = programme.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kColwise
    matrix.num_col_, matrix.num_row_ = len(gains), len(rows)
    matrix.start_ = np.searchsorted(column, np.arange(len(gains) + 1)).astype(np.int32)
    matrix.index_ = row.astype(np.int32)
    matrix.value_ = np.ones(len(row))
    return programme


def _highs(programme: highspy.HighsLp) -> tuple[F64, F64, str]:
    """Solve a programme to a vertex and return the columns, the duals of the rows and the status."""
    highs: highspy.Highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("presolve", "off")
    highs.setOptionValue("output_flag", False)  # noqa: FBT003 - HiGHS takes a name and a value
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("random_seed", 0)
    highs.setOptionValue("primal_feasibility_tolerance", _TOLERANCE)
    highs.setOptionValue("dual_feasibility_tolerance", _TOLERANCE)
    # Nearly all columns lie in one row. There the interior point method and its crossover grow with the columns, the
    # simplex method and presolve with their square: at 1,111 areas 0.07 s, 0.5 s and 10 s a programme. But it needs an
    # interior, which rules that leave no choice do not have, and has no end of its own: some small programmes keep it
    # at 2e-8 of the optimum for ever. The simplex method then solves them.
    highs.setOptionValue("ipm_iteration_limit", _MOST_ITERATIONS)
    status = "not started"
    for method in ("ipm", "simplex"):
        highs.setOptionValue("solver", method)
        highs.passModel(programme)
        highs.run()
        status = highs.modelStatusToString(highs.getModelStatus()).lower()
        if highs.getModelStatus() == highspy.HighsModelStatus.kOptimal:
            solution = highs.getSolution()
            return np.array(solution.col_value), np.array(solution.row_dual), status
    problem = f"the solver stopped with '{status}' although the rules can be kept"
    raise AllocationError(problem, place="allocation", fix="report it together with the request")


def _alike(problem: AllocationProblem) -> NDArray[np.int64]:
    """Return the number of each area's group of areas that the programme cannot tell apart."""
    names = problem.district or ("",) * len(problem.area_codes)
    district = np.unique(np.array(names), return_inverse=True)[1].astype(np.float64)
    seen = np.column_stack([problem.weighted_demand, problem.minimum_hours, problem.maximum_hours, district])
    return np.unique(seen, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)
