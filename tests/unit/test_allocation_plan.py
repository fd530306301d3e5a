from dataclasses import replace

import numpy as np
import pytest

from models.allocation.plan import AllocationPlan
from models.allocation.rounding import quarter_hours
from models.allocation.single_reasons import area_sentences, plan_sentences
from models.allocation.solver import solve
from tests.support.allocations import breaches, make_problem, tangent_bound


def held() -> AllocationPlan:
    """Return a plan in which A00 is at its maximum, A03 at its minimum and West at its district's."""
    return solve(
        make_problem(
            [50.0, 9.0, 7.0, 0.1, 2.0],
            100.0,
            minimum=[0, 0, 0, 3, 0],
            maximum=40,
            district=["East", "East", "East", "East", "West"],
            district_minimum={"West": 15.0},
        )
    )


def test_two_equal_areas_share_alike() -> None:
    plan = solve(make_problem([3.0, 3.0], 30.0))
    assert plan.hours == pytest.approx([15.0, 15.0])
    assert plan.shadow_price == pytest.approx(3.0 * np.exp(-15 / 20) / 20, rel=1e-3)


def test_areas_that_nothing_tells_apart_get_the_same_hours_to_the_bit() -> None:
    plan = solve(make_problem([3.0, 0.0, 3.0, 0.0, 3.0], 37.0))
    assert len(set(plan.hours[[0, 2, 4]])) == 1
    assert len(set(plan.hours[[1, 3]])) == 1


def test_without_any_demand_the_hours_are_shared_alike() -> None:
    plan = solve(make_problem([0.0, 0.0, 0.0], 30.0))
    assert plan.hours == pytest.approx([10.0, 10.0, 10.0])
    assert (plan.objective, plan.gap, plan.shadow_price) == (0.0, 0.0, 0.0)
    assert "0 more incidents" in plan_sentences(plan, {})[1]


def test_the_same_problem_gives_the_same_bits() -> None:
    demand = np.random.default_rng(3).gamma(0.7, 4.0, 60).tolist()
    first, second = (solve(make_problem(demand, 900.0, minimum=4.0)) for _ in range(2))
    assert first.hours.tobytes() == second.hours.tobytes()
    assert first.shadow_price == second.shadow_price


def test_the_shadow_price_is_what_one_more_hour_reaches() -> None:
    problem = make_problem([8.0, 5.0, 2.0, 0.2], 60.0, minimum=2.0)
    plan = solve(problem)
    step = 0.01
    more = solve(replace(problem, total_hours=60.0 + step)).objective
    less = solve(replace(problem, total_hours=60.0 - step)).objective
    assert plan.shadow_price == pytest.approx((more - less) / (2 * step), rel=1e-3)
    assert plan.shadow_price == pytest.approx(tangent_bound(problem, 400)[1], rel=1e-2)


def test_prices_of_limits_are_what_an_hour_of_them_costs() -> None:
    plan = held()
    assert plan.limits == ("maximum", "", "", "minimum", "district_minimum")
    prices = {(str(limit.kind), limit.name): limit.price for limit in plan.binding_limits()}
    assert list(prices)[:2] == [("total", ""), ("district_minimum", "West")]
    step, problem = 0.01, plan.problem
    minimum, maximum = problem.minimum_hours.copy(), problem.maximum_hours.copy()
    minimum[3] -= step
    maximum[0] += step
    for key, eased in {
        ("area_minimum", "A03"): replace(problem, minimum_hours=minimum),
        ("area_maximum", "A00"): replace(problem, maximum_hours=maximum),
        ("district_minimum", "West"): replace(problem, district_minimum={"West": 15.0 - step}),
    }.items():
        assert prices[key] == pytest.approx((solve(eased).objective - plan.objective) / step, rel=1e-2)


def test_reasons_name_what_holds_each_area() -> None:
    sentences = area_sentences(held())
    assert "it is at its maximum of 40 hours" in sentences[0]
    assert "no limit holds it" in sentences[1]
    assert "it is at its minimum of 3 hours" in sentences[3]
    assert "the minimum of 15 hours for West keeps hours here" in sentences[4]
    assert all(sentence.startswith("The plan gives ") and "because" not in sentence for sentence in sentences)
    assert "50 expected incidents (burglary 25, robbery 25), 86 % of them reached" in sentences[0]


def test_the_plan_says_what_it_reaches_and_what_its_limits_cost() -> None:
    sentences = plan_sentences(held(), {"A01": "Harbour", "A02": "Market"})
    assert sentences[0].startswith("The plan places 100 hours over 5 areas and reaches 5")
    assert "in Harbour, Market." in sentences[1]
    assert [sentence.split(" ", 4)[:3] for sentence in sentences[2:]] == [
        ["1", "area", "is"],
        ["1", "area", "is"],
        ["The", "minimum", "of"],
    ]
    assert not any("because" in sentence for sentence in sentences)


def test_weights_other_than_one_are_named() -> None:
    plan = solve(make_problem([4.0, 2.0], 20.0, weights=(1.0, 5.0)))
    assert "weighted incidents" in plan_sentences(plan, {})[0]


def test_where_no_hour_can_be_added_the_plan_says_so() -> None:
    plan = solve(make_problem([4.0, 2.0], 20.0, maximum=10.0))
    assert plan_sentences(plan, {})[1] == "Not one more hour could be placed: every area is at its maximum."


def test_where_limits_hold_every_area_the_next_hour_goes_where_it_reaches_most() -> None:
    plan = solve(make_problem([4.0, 9.0], 8.0, minimum=4.0))
    assert plan_sentences(plan, {"A01": "Market"})[1].endswith("more incidents, in Market.")


def test_quarter_hours_are_given_only_where_the_rules_are_in_quarters() -> None:
    rounded = quarter_hours(solve(make_problem([4.0, 2.0, 2.0], 20.25, minimum=0.5)))
    assert rounded is not None
    assert rounded.sum() == 20.25
    assert rounded[1] >= rounded[2]
    assert quarter_hours(solve(make_problem([4.0, 2.0], 20.1))) is None


def test_a_programme_that_keeps_the_interior_point_method_for_ever_is_solved() -> None:
    # Found by Hypothesis: without a limit of iterations HiGHS did not return from this one.
    minimum = [0.3077777777777778, 5.394722222222223, 1.228888888888889, 0.07388888888888889]
    maximum = [0.3977777777777778, 20.71805555555556, 7.543055555555556, 30.02722222222222]
    problem = make_problem(
        [3.0, 0.001, 3.0, 0.001, 0.0, 0.0, 26.48858378607559],
        30.537300924325006,
        minimum=[*minimum, 5.330555555555556, 0.9697222222222223, 0.7108333333333333],
        maximum=[*maximum, 15.04138888888889, 1.0138888888888888, 0.9011111111111111],
        district=["", "", "East", "", "East", "", ""],
        district_minimum={"East": 22.584444444444443},
        weights=(1.0, 0.0),
        scale=2.0,
    )
    plan = solve(problem)
    assert breaches(problem, plan.hours) == []
    assert plan.gap <= 1e-6 * plan.objective
