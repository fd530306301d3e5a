"""What holds of every plan of hours: rules, optimum, bound, prices, whole shifts, worst weeks."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from errors import AllocationError
from models.allocation.programme.check import check
from models.allocation.programme.hours import NoPlanError
from models.allocation.programme.plan import Plan, tail_mean
from models.allocation.programme.problem import Problem
from models.allocation.programme.solver import Effort, solve
from models.allocation.programme.values import Met, Share
from models.allocation.programme.warm import Warm
from tests.support.programme_references import best, best_whole, breaches, size, worth
from tests.support.programmes import FORMS, Case, cases, grid, problem_of, rules

# Share of what all demand is worth by which the optimum of any hours may be missed, by the product or by the reference.
NEAR = 5e-6
EXACT = Effort(whole_gap=1e-7)


def moved(problem: Problem, family: int, row: int, side: str, by: float) -> Problem:
    """Return the problem with one limit moved by hours."""
    changed = problem.rules[family]
    lower, upper = changed.lower.copy(), changed.upper.copy()
    (lower if side == "lower" else upper)[row] += by
    families = list(problem.rules)
    families[family] = replace(changed, lower=lower, upper=upper)
    return replace(problem, rules=tuple(families))


@given(cases())
@settings(max_examples=40)
def test_a_plan_keeps_every_rule_and_none_is_better(case: Case) -> None:
    plan, found, room = solve(case.problem), best(case.problem), NEAR * size(case.problem)
    check(plan)
    assert breaches(case.problem, plan.hours) == []
    assert plan.objective == pytest.approx(worth(case.problem, plan.hours), rel=1e-9, abs=1e-9)
    assert found.worth - room <= plan.objective <= found.bound + room
    assert plan.bound >= found.worth - 1e-9 * size(case.problem)
    assert plan.gap <= room


@given(cases(worst=True))
@settings(max_examples=40)
def test_the_worst_weeks_are_weighed_as_well_as_anybody_could(case: Case) -> None:
    plan, found, room = solve(case.problem), best(case.problem), NEAR * size(case.problem)
    check(plan)
    assert plan.objective == pytest.approx(worth(case.problem, plan.hours), rel=1e-9, abs=1e-9 * size(case.problem))
    assert found.worth - room <= plan.objective <= found.bound + room
    assert plan.bound >= found.worth - 1e-9 * size(case.problem)
    assert plan.gap <= room


@given(cases(worst=True), st.sampled_from([0.3, 1.0]))
@settings(max_examples=30)
def test_protection_costs_expectation_and_buys_better_worst_weeks(case: Case, weight: float) -> None:
    worst = case.problem.worst
    assert worst is not None
    bare, protected = (
        solve(replace(case.problem, worst=replace(worst, weight=given_weight))) for given_weight in (0.0, weight)
    )
    room = NEAR * size(case.problem)
    assert tail_of(protected) <= tail_of(bare) + room / weight
    assert float(case.problem.worth @ protected.met) <= float(case.problem.worth @ bare.met) + room


def tail_of(plan: Plan) -> float:
    worst = plan.problem.worst
    assert worst is not None
    unmet = (worst.counts - plan.problem.value.met_of(plan.dose, worst.counts)) @ plan.problem.worth
    return tail_mean(unmet, worst.level)


@given(cases(worst=True), st.sampled_from([1e-1, 1e-3]))
@settings(max_examples=25)
def test_the_bound_holds_however_early_the_solver_stops(case: Case, gap: float) -> None:
    plan = solve(case.problem, Effort(gap=gap))
    check(plan)
    assert plan.bound >= best(case.problem).worth - 1e-9 * size(case.problem)


@given(cases(), st.integers(0, 2**32 - 1))
@settings(max_examples=25)
def test_no_hours_that_keep_the_rules_are_worth_more_than_the_bound(case: Case, seed: int) -> None:
    plan, rng = solve(case.problem), np.random.default_rng(seed)
    for _ in range(20):
        # From the plan towards other hours that keep the rules, and a little beyond, sideways.
        other = plan.hours + rng.random() * (case.witness - plan.hours)
        other = np.maximum(other + rng.normal(0, 0.05, len(other)) * rng.integers(0, 2, len(other)), 0.0)
        if not breaches(case.problem, other, room=0.0):
            assert worth(case.problem, other) <= plan.bound + 1e-9 * size(case.problem)


@given(cases(most_areas=3), st.sampled_from([0.05, 1.0]), st.data())
@settings(max_examples=25)
def test_prices_lie_between_what_an_hour_more_and_an_hour_less_change(
    case: Case, step: float, data: st.DataObject
) -> None:
    plan, room = solve(case.problem), NEAR * size(case.problem)
    limits = [(family, row) for family, prices in enumerate(plan.prices) for row in range(len(prices))]
    priced = [(family, row) for family, row in limits if abs(plan.prices[family][row]) > room]
    family, row = data.draw(st.sampled_from(priced or limits))
    price = plan.prices[family][row]
    for side in ("upper", "lower"):
        limit = getattr(case.problem.rules[family], side)[row]
        # A row with two limits has one of them at work.
        own = max(price, 0.0) if side == "upper" else min(price, 0.0)
        if np.isinf(limit):
            assert own == pytest.approx(0.0, abs=room)
            continue
        for change in (step, -step):
            try:
                other = solve(moved(case.problem, family, row, side, change))
            except AllocationError:
                # No hours keep the tighter rule, or its two limits cross.
                assert (change < 0) == (side == "upper")
                continue
            assert other.objective <= plan.objective + own * change + room


@given(cases(), st.floats(0.01, 20))
@settings(max_examples=20)
def test_more_hours_never_reach_less(case: Case, more: float) -> None:
    plan, room = solve(case.problem), NEAR * size(case.problem)
    for row in range(len(case.problem.rules[0])):
        assert solve(moved(case.problem, 0, row, "upper", more)).objective >= plan.objective - room


@given(cases(worst=True))
@settings(max_examples=15)
def test_the_same_problem_gets_the_same_bits(case: Case) -> None:
    first = solve(case.problem)
    solve(moved(case.problem, 0, 0, "upper", 1.0))
    again = solve(replace(case.problem))
    assert first.hours.tobytes() == again.hours.tobytes()
    assert [p.tobytes() for p in first.prices] == [p.tobytes() for p in again.prices]
    assert (first.bound, first.objective) == (again.bound, again.objective)


@given(cases(worst=False, most_areas=3), st.lists(st.sampled_from([0.0, 0.5, 1.0, 1.7, 6.0]), min_size=2, max_size=4))
@settings(max_examples=25)
def test_other_demand_solved_warm_is_as_good_as_solved_afresh(case: Case, factors: list[float]) -> None:
    warm, value = Warm(), case.problem.value
    assert isinstance(value, Met | Share)
    warm(case.problem)
    for number, factor in enumerate(factors):
        mean = value.mean.copy()
        mean[number % len(mean) :] *= factor
        other = replace(case.problem, value=replace(value, mean=mean))
        plan, room = warm(other), NEAR * size(other)
        assert breaches(other, plan.hours) == []
        assert plan.objective == pytest.approx(solve(other).objective, abs=room)


@given(st.sampled_from(FORMS), st.lists(st.floats(0.1, 9), min_size=1, max_size=2), st.integers(2, 4), st.floats(1, 60))
@settings(max_examples=30)
def test_equal_areas_get_equal_hours(form: str, demand: list[float], areas: int, total: float) -> None:
    mean, strands = np.tile(demand, areas), len(demand)
    minutes = np.full((2, areas, strands), 90.0)
    ceilings = np.full(minutes.shape, 0.4) if form == "fading" else None
    posts, links = grid(areas, strands, 2, together=form != "met", minutes=minutes, ceilings=ceilings)
    none, ones = np.zeros(len(mean)), np.ones(len(mean))
    value = Met(ones, none, mean, 0.3 * ones) if form == "met" else Share(ones, none, mean)
    of = np.array([posts.resource == 0, posts.resource == 1], dtype=np.float64)
    first_half = (posts.area < areas / 2)[None, :].astype(np.float64)
    families = [
        rules("total", of, [0.0, 0.0], [total, total / 3]),
        rules("floor", first_half, [0.6 * total], [np.inf]),
    ]
    plan = solve(problem_of(value, posts, links, families, areas=areas))
    check(plan)
    hours = plan.by_area()
    for half in (range(areas) < np.array(areas / 2), np.arange(areas) >= areas / 2):
        assert np.ptp(hours[half]) <= 1e-9 * total


@given(cases(whole=True, most_areas=2))
@settings(max_examples=10)
def test_whole_shifts_are_the_best_of_all_that_could_be(case: Case) -> None:
    plan, room = solve(case.problem, EXACT), NEAR * size(case.problem)
    check(plan)
    tried = best_whole(case.problem)
    assert tried is not None
    found, _ = tried
    assert found.worth - room <= plan.objective <= found.bound + room
    assert plan.bound >= found.worth - 1e-9 * size(case.problem)
    ordinary = solve(case.problem)
    check(ordinary)
    assert ordinary.objective >= found.worth - 0.01 * abs(ordinary.bound) - room
    assert ordinary.bound >= found.worth - 1e-9 * size(case.problem)


@given(cases(whole=True, worst=True, most_areas=2))
@settings(max_examples=8)
def test_whole_shifts_and_worst_weeks_go_together(case: Case) -> None:
    plan = solve(case.problem)
    check(plan)
    tried = best_whole(case.problem)
    assert tried is not None
    assert plan.bound >= tried[0].worth - 1e-9 * size(case.problem)
    assert plan.objective <= tried[0].bound + NEAR * size(case.problem)


@given(cases(), st.floats(0.01, 5))
@settings(max_examples=20)
def test_rules_that_no_hours_keep_are_refused(case: Case, more: float) -> None:
    everything = np.ones((1, len(case.witness)))
    least = float(case.problem.rules[0].upper.sum()) + more
    floor = rules("floor", everything, [least], [np.inf])
    with pytest.raises(NoPlanError):
        solve(replace(case.problem, rules=(*case.problem.rules, floor)))


@given(cases(worst=True), st.data())
@settings(max_examples=25)
def test_a_plan_with_any_hours_changed_is_no_plan(case: Case, data: st.DataObject) -> None:
    plan = solve(case.problem)
    check(plan)
    told = {name: getattr(plan, name) for name in ("met", "harm", "objective", "worst_unmet")}
    hours = plan.hours.copy()
    post = data.draw(st.integers(0, len(hours) - 1))
    hours[post] += data.draw(st.sampled_from([-0.5, -0.01, 0.01, 0.5]))
    changed = replace(plan, hours=hours)
    # Hours beyond all demand, or where none comes, change nothing that is told; the rules may still be broken by them.
    assume((hours < 0).any() or np.abs(changed.met - told["met"]).max() > 1e-6)
    changed = replace(plan, hours=hours)
    changed.__dict__.update(told)
    with pytest.raises(AllocationError, match="the plan is not what it says"):
        check(changed)
    tampered = replace(plan)
    tampered.__dict__.update(told)
    tampered.__dict__["objective"] = plan.objective + data.draw(st.sampled_from([-1, 1])) * 1e-6 * size(case.problem)
    with pytest.raises(AllocationError, match="objective: the plan is not what it says"):
        check(tampered)
