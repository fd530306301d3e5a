"""Quarter hours of random plans: sums of resources hold, and rules are kept or named."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from models.allocation.papers.quarters import quarter_hours
from models.allocation.programme.plan import Plan
from models.allocation.programme.problem import Kind, Rules
from tests.support.reasoned import Invented, capacity

F64 = NDArray[np.float64]

AREAS, STRANDS, RESOURCES = 40, 3, 3
DISTRICT = tuple(f"D{number % 4}" for number in range(AREAS))
_EDGE = 1e-6


def floors(kind: Kind, groups: NDArray[np.int64], hours: F64, give: F64) -> Rules:
    """Return floors of groups of posts that lie `give` hours below what the plan has there: not in quarters."""
    rows = csr_matrix((np.ones(len(groups)), (groups, np.arange(len(groups)))))
    names = tuple(f"{kind} {number}" for number in range(rows.shape[0]))
    lower: F64 = np.asarray(rows @ hours, dtype=np.float64) - give
    return Rules(kind, names, names, rows, lower, np.full(len(lower), np.inf))


def random_plan(rng: np.random.Generator, *, give: float) -> Plan:
    """Return hours of which most are minutes, with floors of strands and districts close below them."""
    county = Invented(np.ones((AREAS, STRANDS)), np.ones(STRANDS), (1.0,) * RESOURCES, (30.0,) * RESOURCES)
    problem = capacity(county)
    posts = problem.posts
    scale = np.array([0.05, 0.3, 3.0])[posts.resource]
    hours = rng.gamma(1.0, scale) * (rng.uniform(size=len(posts)) < 0.8)
    by_resource = np.bincount(posts.resource, hours).astype(np.float64)
    totals = replace(problem.rules[0], upper=by_resource)
    district = np.unique(DISTRICT, return_inverse=True)[1].astype(np.int64)[posts.area]
    strands = floors("floor", posts.strand, hours, rng.uniform(0.0, give, STRANDS))
    places = floors("cover", district, hours, rng.uniform(0.0, give, 4))
    problem = replace(problem, rules=(totals, strands, places))
    prices = tuple(np.zeros(len(rules)) for rules in problem.rules)
    return Plan(problem, hours, None, 0.0, "optimal", prices, approximate=False, programmes=1)


def missed(plan: Plan, hours: F64) -> dict[str, float]:
    """Return by how much each rule is missed, reckoned apart."""
    told: dict[str, float] = {}
    for rules in plan.problem.rules:
        value: Any = rules.matrix @ hours
        for name, held, low, high in zip(rules.names, value, rules.lower, rules.upper, strict=True):
            miss = max(low - held, held - high, 0.0)
            if miss > _EDGE:
                told[name] = miss
    return told


@pytest.mark.parametrize("give", [0.02, 0.3, 2.0])
@pytest.mark.parametrize("seed", range(15))
def test_resources_keep_their_sums_and_rules_are_kept_or_named(seed: int, give: float) -> None:
    plan = random_plan(np.random.default_rng(seed), give=give)
    found = quarter_hours(plan, DISTRICT)
    assert (found.hours * 4 == np.round(found.hours * 4)).all()
    assert (np.abs(found.hours - plan.hours) < 0.25).all()
    resource = plan.problem.posts.resource
    lost = np.bincount(resource, plan.hours) - np.bincount(resource, found.hours)
    assert (lost > -_EDGE).all()
    assert (lost < 0.25).all()
    assert dict(found.broken) == pytest.approx(missed(plan, found.hours), abs=1e-6)
    if give > 1.0:
        # With room for some quarters no floor is broken.
        assert not found.broken


def test_floors_that_first_rounding_breaks_are_mended_and_districts_keep_their_hours() -> None:
    plan = random_plan(np.random.default_rng(3), give=0.6)
    alone = replace(plan, problem=replace(plan.problem, rules=plan.problem.rules[:1]))
    first = quarter_hours(alone, DISTRICT)
    assert missed(plan, first.hours)
    found = quarter_hours(plan, DISTRICT)
    assert not found.broken
    posts = plan.problem.posts
    district = np.unique(DISTRICT, return_inverse=True)[1][posts.area] + 4 * posts.resource
    apart = np.bincount(district, found.hours) - np.bincount(district, plan.hours)
    assert (np.abs(apart) < 0.5).all()


def test_ninety_hours_in_minutes_are_given_out_in_quarters_and_none_is_lost() -> None:
    rng = np.random.default_rng(0)
    plan = random_plan(rng, give=0.1)
    mine = plan.problem.posts.resource == 0
    hours = np.where(mine, 30.0 * rng.uniform(0.9, 1.1, len(mine)) / (4 * mine.sum()), plan.hours)
    hours[mine] *= 7.5 / hours[mine].sum()
    floor = floors("floor", plan.problem.posts.strand, hours, np.full(STRANDS, 0.1))
    plan = replace(plan, hours=hours, problem=replace(plan.problem, rules=(plan.problem.rules[0], floor)))
    found = quarter_hours(plan, DISTRICT)
    assert found.hours[mine].sum() == 7.5
    assert sorted(set(found.hours[mine])) == [0.0, 0.25]
