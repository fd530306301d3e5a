"""What holds of every plan: its rules, its optimality, its prices and its rounding."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.allocation.problem import AllocationProblem
from models.allocation.rounding import quarter_hours
from models.allocation.solver import GAP, solve
from tests.support.allocations import breaches, make_problem, tangent_bound, value, water_filled

DISTRICTS = ("", "East", "West")


@st.composite
def problems(draw: st.DrawFn, quarters: bool = False) -> AllocationProblem:
    """Draw problems of 1 to 8 areas, with equal areas, empty areas and limits that bind in every way."""
    areas = draw(st.integers(1, 8))

    def many(values: st.SearchStrategy[float]) -> list[float]:
        return draw(st.lists(values, min_size=areas, max_size=areas))

    def hours(most: int) -> st.SearchStrategy[float]:
        # Seconds at the finest: nanoseconds are below any solver's tolerance, and nobody plans them.
        steps = 4 if quarters else 3600
        return st.integers(0, steps * most).map(lambda n: n / steps)

    demand = many(st.sampled_from([0.0, 0.5, 3.0]) | st.floats(1e-3, 50))
    minimum = np.array(many(hours(6)))
    maximum = minimum + np.array(many(hours(50)))
    district = [draw(st.sampled_from(DISTRICTS)) for _ in range(areas)]
    floors = {}
    for name in sorted(set(district) - {""}):
        if draw(st.booleans()):
            inside = np.array([other == name for other in district])
            share = draw(st.sampled_from([0.0, 0.25, 0.5, 1.0]))
            floors[name] = (
                float(np.floor(4 * share * maximum[inside].sum()) / 4)
                if quarters
                else (share * float(maximum[inside].sum()))
            )
    needed = float(minimum.sum())
    for name, floor in floors.items():
        needed += max(0.0, floor - float(minimum[np.array([other == name for other in district])].sum()))
    room = float(maximum.sum()) - needed
    total = needed + draw(st.sampled_from([0.0, 0.3, 0.7, 1.0]) | st.floats(0, 1)) * max(room, 0.0)
    steps = 4 if quarters else 3600
    total = needed + np.floor(steps * (total - needed)) / steps
    scale = draw(st.sampled_from([2.0, 20.0, 90.0]))
    return make_problem(
        demand,
        float(total),
        minimum=minimum.tolist(),
        maximum=maximum.tolist(),
        district=district,
        district_minimum=floors,
        weights=(1.0, draw(st.sampled_from([1.0, 0.0, 300.0]))),
        scale=scale,
    )


@given(problems())
@settings(max_examples=80)
def test_every_rule_is_kept_and_water_filling_finds_the_same_optimum(problem: AllocationProblem) -> None:
    plan = solve(problem)
    assert breaches(problem, plan.hours) == []
    best = water_filled(problem)
    assert plan.objective == pytest.approx(value(problem, plan.hours), rel=1e-9, abs=1e-12)
    assert plan.objective == pytest.approx(best, rel=1e-6, abs=1e-6)
    assert plan.bound >= best * (1 - 1e-9) - 1e-9
    assert plan.gap <= GAP * plan.objective + 1e-9


@given(problems())
@settings(max_examples=20)
def test_another_programme_by_another_library_agrees(problem: AllocationProblem) -> None:
    plan = solve(problem)
    bound, _ = tangent_bound(problem)
    demand = problem.weighted_demand.sum()
    tolerance = 1e-6 * (1 + demand)
    assert plan.objective <= bound + tolerance
    # A tangent lies above the curve by at most half its width squared times the curvature.
    width = problem.maximum_hours.max() / 119
    slack = (width / problem.curve.scale_hours) ** 2 / 2
    assert plan.objective >= bound - slack * demand - tolerance


@given(problems(), st.integers(0, 2**32 - 1))
@settings(max_examples=25)
def test_no_other_allocation_is_better(problem: AllocationProblem, seed: int) -> None:
    plan = solve(problem)
    rng = np.random.default_rng(seed)
    for _ in range(20):
        # Hours moved between two areas of any districts, as far as a random share of the room allows.
        giver, taker = rng.integers(len(plan.hours), size=2)
        room = min(plan.hours[giver] - problem.minimum_hours[giver], problem.maximum_hours[taker] - plan.hours[taker])
        other = plan.hours.copy()
        moved = max(room, 0.0) * rng.random()
        other[giver] -= moved
        other[taker] += moved
        if not breaches(problem, other):
            assert value(problem, other) <= plan.objective * (1 + 1e-7) + 1e-7


@given(problems(), st.floats(0.01, 1))
@settings(max_examples=30)
def test_the_shadow_price_bounds_what_hours_more_and_less_change(problem: AllocationProblem, step: float) -> None:
    plan = solve(problem)
    slack = 1e-6 * (1 + plan.objective)
    for change in (step, -step):
        total = problem.total_hours + change
        floors = sum(
            max(least, float(problem.members(name) @ problem.minimum_hours))
            for name, least in problem.district_minimum.items()
        )
        held = sum((problem.members(name) for name in problem.district_minimum), np.zeros(len(plan.hours)))
        needed = floors + float((1 - held) @ problem.minimum_hours)
        if needed <= total <= problem.maximum_hours.sum():
            other = solve(replace(problem, total_hours=total))
            assert other.objective <= plan.objective + plan.shadow_price * change + slack
            if change > 0:
                assert other.objective >= plan.objective - slack


@given(problems())
@settings(max_examples=50)
def test_reduced_costs_have_the_sign_of_their_limit(problem: AllocationProblem) -> None:
    plan = solve(problem)
    assume(plan.objective > 0)
    # A slope that is off by c could gain c^2 / (2 x curvature), which the gap bounds; curvature is marginal / scale.
    steepest = max(float(plan.marginal.max()), abs(plan.shadow_price))
    near = 2 * (2 * (plan.gap + 1e-12) * steepest / problem.curve.scale_hours) ** 0.5 + 1e-3 * steepest
    for limit, cost in zip(plan.limits, plan.reduced_cost, strict=True):
        if limit in ("", "district_minimum"):
            assert abs(cost) <= near
        elif limit == "minimum":
            assert cost <= near
        elif limit == "maximum":
            assert cost >= -near
    for name, price in plan.district_price.items():
        spare = float(problem.members(name) @ plan.hours) - problem.district_minimum[name]
        assert price >= 0
        assert spare <= 1e-6 or price <= near


@given(problems(quarters=True))
@settings(max_examples=50)
def test_quarter_hours_keep_every_rule_exactly(problem: AllocationProblem) -> None:
    plan = solve(problem)
    rounded = quarter_hours(plan)
    assert rounded is not None
    assert rounded.sum() == problem.total_hours
    assert (rounded >= problem.minimum_hours).all()
    assert (rounded <= problem.maximum_hours).all()
    for name, least in problem.district_minimum.items():
        assert problem.members(name) @ rounded >= least
    assert (np.abs(rounded - plan.hours) < 0.25 + 1e-5).all()
    assert ((rounded * 4) % 1 == 0).all()
