"""Of plans that are worth the same the one nearest to a plan before."""

import numpy as np
import pytest

from features.harm import Harm
from models.allocation.choices import Choices, Lock
from models.allocation.decisions.nearest import nearest
from models.allocation.pose import pose
from models.allocation.programme.check import check
from models.allocation.programme.plan import Plan
from models.allocation.programme.solver import solve
from models.allocation.resources import Resources
from tests.support.plan_runs import plan_run, resource_text, resources

AREAS = 30
TWINS = ("north", "south")
RUN = plan_run(np.random.default_rng(5).gamma(2.0, 1.0, (AREAS, 3)).tolist())


def alike(**parts: str) -> Resources:
    """Return two resources that can stand in for each other everywhere."""
    return resources(*(resource_text(code, hours=60.0, **parts) for code in TWINS))


def solved(of: Resources, *locks: Lock, whole: bool = False) -> Plan:
    return solve(pose(RUN, of, Choices(locks=locks, whole_shifts=whole), Harm()).problem)


def posts_of(hours: np.ndarray, plan: Plan) -> list[dict[str, object]]:
    posts, problem = plan.problem.posts, plan.problem
    return [
        {
            "resource": problem.resources[posts.resource[at]],
            "area_code": problem.area_codes[posts.area[at]],
            "strand": "together" if posts.strand[at] < 0 else problem.strands[posts.strand[at]],
            "hours": float(hours[at]),
        }
        for at in np.flatnonzero(hours > 0)
    ]


def swapped(plan: Plan) -> np.ndarray:
    """Return the hours with the two resources in each other's places: worth the same."""
    half = len(plan.hours) // 2
    return np.concatenate([plan.hours[half:], plan.hours[:half]])


def test_a_plan_of_resources_in_each_others_places_is_found_again() -> None:
    plan = solved(alike())
    before = swapped(plan)
    found = nearest(plan, posts_of(before, plan))
    assert found.hours == pytest.approx(before, abs=1e-6)
    assert np.abs(plan.hours - before).sum() > 1
    assert found.objective == pytest.approx(plan.objective, rel=1e-12)
    check(found)


def test_no_more_moves_than_without_and_every_rule_is_kept() -> None:
    before = solved(alike())
    lock = Lock("north", "A3", 9.0)
    plan = solved(alike(), lock)
    found = nearest(plan, posts_of(before.hours, before))
    moved, without = (np.abs(hours - before.hours).sum() for hours in (found.hours, plan.hours))
    assert moved <= without + 1e-6
    posts = found.problem.posts
    assert found.hours[
        (posts.resource == 0) & (posts.area == found.problem.area_codes.index("A3"))
    ].sum() == pytest.approx(9.0)
    check(found)


@pytest.mark.parametrize("whole", [True, False])
def test_a_plan_whose_hours_are_settled_stays(whole: bool) -> None:
    only = alike() if whole else resources(resource_text("north", hours=60.0))
    plan = solved(only, whole=whole)
    assert nearest(plan, posts_of(np.zeros(len(plan.hours)), plan)) is plan
