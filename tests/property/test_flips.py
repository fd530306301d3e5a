from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.allocation.programme.plan import Plan
from models.allocation.programme.problem import Problem
from models.allocation.programme.solver import solve
from models.allocation.programme.values import Met
from models.allocation.reasons.flip import changed, flips
from models.allocation.reasons.flipped import LESS, FlipPoint, Flips
from tests.support.reasoned import Invented, area_rule, capacity, presence


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    areas, strands, resources = draw(st.integers(2, 5)), draw(st.integers(1, 3)), draw(st.integers(1, 2))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    mean = rng.gamma(1.2, 3.0, (areas, strands)) * rng.integers(0, 4, (areas, strands)).clip(0, 1)
    hours = tuple(float(value) for value in rng.uniform(0.5, 2.5 * areas, resources).round(2))
    county = Invented(mean, rng.uniform(0.5, 20.0, strands).round(2), hours)
    problem = draw(st.sampled_from([capacity, presence]))(county)
    if draw(st.booleans()):
        problem = replace(problem, rules=(*problem.rules, area_rule(problem, "cap", "A00", (0,), -np.inf, 3.0)))
    if draw(st.booleans()):
        problem = replace(problem, rules=(*problem.rules, area_rule(problem, "floor", "A01", (1,), 0.25, np.inf)))
    return problem


def hours_at(problem: Problem, area: int, multiplier: float) -> float:
    return float(solve(changed(problem, area, multiplier)).by_area()[area])


def flipped(found: Flips, point: FlipPoint, hours: float) -> bool:
    return (hours - found.hours) * (1.0 if point.direction == "add" else -1.0) >= found.step - 1e-6


@settings(max_examples=60, deadline=None)
@given(problems(), st.data())
def test_every_stated_flip_flips_and_one_percent_less_does_not(problem: Problem, data: st.DataObject) -> None:
    area = data.draw(st.integers(0, len(problem.area_codes) - 1))
    found = flips(solve(problem), problem.area_codes[area], warm=solve, fresh=solve)
    for point in (found.adds, found.removes):
        if point.unsettled or point.tied:
            assert point.multiplier is None
            assert point.at_most is None or flipped(found, point, hours_at(problem, area, point.at_most))
            assert not point.tied or abs((point.at_most or 0.0) - 1.0) <= 1e-4 * (1 + 1e-6)
            continue
        if point.multiplier is None:
            assert not flipped(found, point, hours_at(problem, area, 10.0))
            assert not flipped(found, point, hours_at(problem, area, 0.0))
            continue
        assert 0 <= point.multiplier <= 10
        assert flipped(found, point, hours_at(problem, area, point.multiplier))
        less = 1.0 + LESS * (point.multiplier - 1.0)
        assert not flipped(found, point, hours_at(problem, area, less))


@pytest.mark.parametrize("seed", range(3))
def test_a_warm_solver_that_errs_is_overruled(seed: int) -> None:
    rng = np.random.default_rng(seed)
    problem = capacity(Invented(rng.gamma(2.0, 2.0, (4, 2)), np.array([1.0, 3.0]), (5.0,)))

    def biased(other: Problem) -> object:
        assert isinstance(other.value, Met)
        return solve(replace(other, value=replace(other.value, mean=other.value.mean * 1.3)))

    honest = flips(solve(problem), "A01", warm=solve, fresh=solve)
    overruled = flips(solve(problem), "A01", warm=biased, fresh=solve)  # type: ignore[arg-type]
    for point in (overruled.adds, overruled.removes):
        if point.multiplier is not None:
            assert flipped(overruled, point, hours_at(problem, 1, point.multiplier))
            assert not flipped(overruled, point, hours_at(problem, 1, 1.0 + LESS * (point.multiplier - 1.0)))
    assert honest.hours == overruled.hours


def test_what_fresh_solutions_do_not_settle_is_not_stated() -> None:
    problem = capacity(Invented(np.full((3, 2), 2.0), np.array([1.0, 3.0]), (5.0,)))
    plan, turn = solve(problem), iter(range(1000))

    def unsteady(other: Problem) -> Plan:
        # Every fresh solution has other hours than the plan, however small the change.
        return replace(plan, hours=plan.hours * (3.0 + 0.01 * next(turn)))

    found = flips(plan, "A01", warm=solve, fresh=unsteady)
    assert found.adds.tied or found.adds.unsettled
    assert found.adds.multiplier is None
    assert found.programmes < 100
