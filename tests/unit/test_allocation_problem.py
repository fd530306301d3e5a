from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from errors import AllocationError
from models.allocation.curve import ReachCurve
from tests.support.allocations import make_problem

IN_DISTRICTS = {"district": ["East", "East", "West"]}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"total": -1.0}, "total hours: the total of -1 hours cannot be spent; give a number of 0 or more."),
        ({"total": np.nan}, "total hours: the total of nan hours cannot be spent; give a number of 0 or more."),
        (
            {"total": 10.0, "minimum": 4.0},
            (
                "total hours: the minima of 3 areas sum to 12 hours, above the 10 there are; "
                "lower the minimum per area or add hours."
            ),
        ),
        (
            {"total": 200.0},
            (
                "total hours: the maxima of 3 areas sum to 180 hours, so the 200 there are cannot all be placed; "
                "raise the maximum per area or plan fewer hours."
            ),
        ),
        (
            {"minimum": 9.0, "maximum": 8.0},
            "every area: the minimum of 9 hours is above the maximum of 8; lower the minimum or raise the maximum.",
        ),
        (
            {"minimum": [0.0, 9.0, 0.0], "maximum": 8.0},
            "area A01: the minimum of 9 hours is above the maximum of 8; lower the minimum or raise the maximum.",
        ),
        ({"minimum": -2.0}, "minimum hours per area: -2 is no number of hours; give a number of 0 or more."),
        ({"maximum": np.inf}, "maximum hours per area: inf is no number of hours; give a number of 0 or more."),
        (
            {"demand": [1.0, np.nan, 2.0]},
            (
                "demand of area A01, strand burglary: nan is no expected number of incidents; "
                "forecast again: it must be a number of 0 or more."
            ),
        ),
        ({"weights": (1.0, -3.0)}, "harm weight of robbery: -3 is no weight; give a number of 0 or more."),
        (
            {"district_minimum": {"East": 5.0}},
            (
                "district minimum: the areas have no districts; "
                "give the workspace areas with a district column, or leave out district minima."
            ),
        ),
        (
            {**IN_DISTRICTS, "district_minimum": {"Eest": 5.0}},
            "district minimum of Eest: there is no such district; use one of: East, West.",
        ),
        (
            {**IN_DISTRICTS, "district_minimum": {"East": np.nan}},
            "district minimum of East: nan is no number of hours; give a number of 0 or more.",
        ),
        (
            {**IN_DISTRICTS, "maximum": 40.0, "district_minimum": {"West": 50.0}},
            (
                "district minimum of West: 50 hours are asked for, but the maxima of its areas sum to 40; "
                "lower it or raise the maximum per area."
            ),
        ),
        (
            {**IN_DISTRICTS, "minimum": 4.0, "district_minimum": {"East": 50.0, "West": 49.0}},
            (
                "total hours: the minima of areas and districts need 99 hours, above the 90 there are; "
                "lower a district minimum or add hours."
            ),
        ),
    ],
)
def test_what_cannot_be_planned_is_told_with_its_numbers(changes: Mapping[str, Any], sentence: str) -> None:
    asked: dict[str, Any] = {"demand": [1.0, 2.0, 3.0], "total": 90.0, **changes}
    with pytest.raises(AllocationError) as error:
        make_problem(**asked)
    assert str(error.value) == sentence


def test_a_total_equal_to_the_minima_or_the_maxima_is_allowed() -> None:
    # 0.1 has no exact binary form: sums of it must not be refused for their rounding.
    for total in (0.3, 0.6):
        make_problem([1.0, 2.0, 3.0], total, minimum=0.1, maximum=0.2)


def test_a_problem_does_not_change_after_it_is_made() -> None:
    problem = make_problem([1.0, 2.0], 10.0)
    with pytest.raises(ValueError, match="read-only"):
        problem.demand[0, 0] = 5.0


@pytest.mark.parametrize("scale", [0.0, -1.0, np.nan, np.inf])
def test_a_curve_without_a_scale_is_refused(scale: float) -> None:
    with pytest.raises(AllocationError, match="give a number above 0"):
        ReachCurve(scale, "made up")


def test_a_curve_without_a_source_is_refused() -> None:
    with pytest.raises(AllocationError, match="say where its scale comes from"):
        ReachCurve(20.0, " ")
