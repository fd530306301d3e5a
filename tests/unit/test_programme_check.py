"""The independent check of plans: an honest plan passes, and none that was changed anywhere."""

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from errors import AllocationError
from models.allocation.programme.check import check
from models.allocation.programme.plan import Plan
from models.allocation.programme.problem import Blocks, Problem, WorstWeeks
from models.allocation.programme.values import Met, Share
from tests.support.programme_references import worth
from tests.support.programmes import grid, problem_of, rules

AREAS, STRANDS, RESOURCES = 2, 2, 2
CELLS = AREAS * STRANDS
WEIGHT, PLACING = np.array([3.0, 0.0, 3.0, 0.0]), np.array([0.0, 1e-6, 0.0, 1e-6])
MEAN, DISPERSION = np.array([2.0, 0.5, 7.0, 0.0]), np.array([0.3, 0.0, 1.0, 0.3])
WEEKS = WorstWeeks(np.array([[1, 0, 9, 0], [4, 1, 3, 0], [2, 0, 20, 0], [0, 2, 6, 0]], dtype=np.int32), 0.6, 0.3)


def make(form: str, *, worst: bool = False, whole: bool = False) -> Plan:
    """Return a plan of hours that keep their rules; whole shifts of 8 and 10 hours are those of the first resource."""
    minutes = np.full((RESOURCES, AREAS, STRANDS), 60.0) * np.array([1.0, 3.0])
    ceilings = np.full(minutes.shape, 0.4) if form == "fading" else None
    posts, links = grid(AREAS, STRANDS, RESOURCES, together=form != "met", minutes=minutes, ceilings=ceilings)
    value = Met(WEIGHT, PLACING, MEAN, DISPERSION) if form == "met" else Share(WEIGHT, PLACING, MEAN)
    first = posts.resource == 0
    hours = np.where(first, 18.0 / first.sum(), 1.25)
    total = np.array([first, ~first], dtype=np.float64)
    families = [
        rules("total", total, [0.0, 0.0], [18.0, 40.0]),
        rules("floor", (posts.area == 1)[None, :].astype(float), [10.0], [np.inf]),
    ]
    blocks = Blocks(("first at the force",), np.where(first, 0, -1), np.zeros(2, dtype=np.int64), np.array([8.0, 10.0]))
    problem = problem_of(
        value, posts, links, families, areas=AREAS, blocks=blocks if whole else None, worst=WEEKS if worst else None
    )
    return Plan(
        problem=problem,
        hours=hours,
        shifts=np.array([1, 1]) if whole else None,
        bound=worth(problem, hours) + 0.1,
        status="optimal",
        prices=(np.array([0.2, 0.0]), np.array([0.0])),
        approximate=whole,
        programmes=1,
    )


PLANS = [
    make(form, worst=worst, whole=whole)
    for form in ("met", "share", "fading")
    for worst in (False, True)
    for whole in (False, True)
]


@pytest.mark.parametrize("plan", PLANS)
def test_an_honest_plan_passes(plan: Plan) -> None:
    check(plan)


@pytest.mark.parametrize("plan", PLANS)
def test_what_is_told_is_what_is_added_up_number_by_number(plan: Plan) -> None:
    assert plan.objective == pytest.approx(worth(plan.problem, plan.hours), rel=1e-9)


def with_hours(change: Callable[[np.ndarray], object]) -> Callable[[Plan], Plan]:
    def changed(plan: Plan) -> Plan:
        hours = plan.hours.copy()
        change(hours)
        return replace(plan, hours=hours, bound=1e9)

    return changed


def told(name: str, off: float) -> Callable[[Plan], Plan]:
    """Let a plan tell another figure than its hours give."""

    def changed(plan: Plan) -> Plan:
        result = replace(plan, bound=1e9)
        result.__dict__[name] = getattr(plan, name) * (1 + off)
        return result

    return changed


def fewer_posts(problem: Problem) -> Problem:
    total = problem.rules[0]
    return replace(problem, rules=(replace(total, matrix=csr_matrix(total.matrix[:, :-1])), *problem.rules[1:]))


def limit(family: int, side: str, hours: float) -> Callable[[Plan], Plan]:
    """Let a family of rules ask for something else."""

    def changed(plan: Plan) -> Plan:
        families = list(plan.problem.rules)
        was = families[family]
        asked = np.full(len(was), hours)
        families[family] = replace(was, lower=asked) if side == "lower" else replace(was, upper=asked)
        return replace(plan, problem=replace(plan.problem, rules=tuple(families)))

    return changed


OF_ANY = [
    (with_hours(lambda hours: hours.__setitem__(0, -1e-3)), "R0 in A00 has -0.001 hours"),
    (with_hours(lambda hours: hours.__setitem__(1, np.nan)), "has nan hours"),
    (
        with_hours(lambda hours: hours.__setitem__(0, hours[0] + 3e-5)),
        "total total 0 comes to 18.00003 where at most 18",
    ),
    (with_hours(lambda hours: hours.__imul__(0.5)), "floor floor 0 comes to .* where at least 10 is asked for"),
    (lambda plan: replace(plan, hours=plan.hours[:-1]), "hours for .* posts"),
    (lambda plan: replace(plan, bound=plan.objective - 1e-6), "no plan is said to be worth more"),
    (lambda plan: replace(plan, bound=np.nan), "no plan is said to be worth more"),
    (lambda plan: replace(plan, prices=plan.prices[:1]), "not one a rule"),
    (lambda plan: replace(plan, prices=(np.array([np.nan, 0.0]), plan.prices[1])), "a price is no number"),
    (lambda plan: replace(plan, problem=fewer_posts(plan.problem)), "its rules are about"),
    (limit(0, "upper", 17.9999), "total 0 comes to 18 where at most 17.9999"),
    (limit(1, "lower", 12.0), "floor 0 comes to .* where at least 12 is"),
    (told("objective", 1e-8), "objective: .* it says"),
    (told("harm", 1e-8), "harm: .* it says"),
    (told("met", 1e-8), "met: .* incidents are met in A0"),
]


@pytest.mark.parametrize("form", ["met", "share", "fading"])
@pytest.mark.parametrize(("change", "said"), OF_ANY)
def test_a_plan_that_was_changed_is_refused(form: str, change: Callable[[Plan], Plan], said: str) -> None:
    with pytest.raises(AllocationError, match=said) as refused:
        check(change(make(form)))
    assert re.match(".*the plan is not what it says", str(refused.value))


@pytest.mark.parametrize("prices", [(np.array([0.0, 0.2]), np.array([0.0])), (np.array([0.2, 0.0]), np.array([-0.1]))])
def test_a_price_on_a_limit_that_is_not_reached_is_refused(prices: tuple[np.ndarray, ...]) -> None:
    plan = make("met")
    with pytest.raises(AllocationError, match="has a price of"):
        check(replace(plan, prices=prices))
    check(replace(plan, prices=prices, approximate=True))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda plan: replace(plan, shifts=None), "none are told"),
        (lambda plan: replace(plan, shifts=np.array([1, 2])), "first at the force has 28 hours of whole shifts and 18"),
        (lambda plan: replace(plan, shifts=np.array([1.0, 1.0])), "whole numbers of shifts"),
        (lambda plan: replace(plan, shifts=np.array([-1, 1])), "whole numbers of shifts"),
        (lambda plan: replace(plan, shifts=np.array([1])), "whole numbers of shifts"),
        (
            with_hours(lambda hours: hours.__setitem__(0, hours[0] - 0.01)),
            "18 hours of whole shifts and 17.99 in posts",
        ),
        (lambda plan: replace(plan, problem=replace(plan.problem, blocks=None)), "none are told"),
    ],
)
def test_shifts_that_are_not_those_of_the_hours_are_refused(change: Callable[[Plan], Plan], said: str) -> None:
    with pytest.raises(AllocationError, match=said):
        check(change(make("met", whole=True)))


@pytest.mark.parametrize("form", ["met", "share", "fading"])
@pytest.mark.parametrize("name", ["worst_unmet", "objective"])
def test_another_tail_is_refused(form: str, name: str) -> None:
    with pytest.raises(AllocationError, match="it says"):
        check(told(name, 1e-5)(make(form, worst=True)))


def test_worst_weeks_that_were_not_drawn_are_refused() -> None:
    plan = make("met")
    plan.__dict__["worst_unmet"] = 1.0
    with pytest.raises(AllocationError, match="worst weeks that were not drawn"):
        check(plan)


def test_a_value_that_nobody_can_check_is_refused() -> None:
    class Other(Share):
        pass

    class Unknown:
        weight = mean = placing = np.ones(CELLS)

    plan = make("share")
    check(replace(plan, problem=replace(plan.problem, value=Other(WEIGHT, PLACING, MEAN))))
    with pytest.raises(AllocationError, match="what a Unknown is worth"):
        check(replace(plan, problem=replace(plan.problem, value=Unknown())))  # type: ignore[arg-type]


def test_what_capacity_meets_is_right_for_far_doses_and_rare_counts() -> None:
    plan = make("met")
    value = Met(np.ones(CELLS), np.zeros(CELLS), np.array([1e-4, 900.0, 40.0, 3.0]), np.array([0.0, 0.0, 5.0, 1e-3]))
    hours = np.full(len(plan.hours), 1e5)
    families = tuple(replace(family, upper=np.full(len(family), np.inf)) for family in plan.problem.rules)
    far = replace(plan, problem=replace(plan.problem, value=value, rules=families), hours=hours, bound=1e9)
    check(replace(far, prices=tuple(np.zeros(len(family)) for family in families)))
    assert far.met == pytest.approx(value.mean, rel=1e-7)
