"""What a partner is told of its tasks: where and about how long, and nothing that a hidden expected number moves."""

from typing import Any

import pytest

from models.allocation.decisions.tasks import tasks_of
from models.disclosure.duties import Duties
from models.disclosure.steps import step_of
from tests.support.decided import document

RATE = 30.0
PLACES = ("P0", "P1", "P2", "P3")


def plan(*expected: float, wards: bool = False) -> dict[str, Any]:
    """Return a plan that gives 30 hours to each expected incident, as those of teams for rare strands do."""
    codes = [f"A{number}{half}" for number in range(len(expected)) for half in "ab"]
    halves = [number / 2 for number in expected for _ in "ab"]
    names = [f"P{number}" for number in range(len(expected)) for _ in "ab"]
    areas = [
        {
            "area_code": code,
            "district": "D" if wards else name,
            **({"ward": name} if wards else {}),
            "area_type": "urban",
            "expected": {"gangs": amount, "busy": 50.0},
        }
        for code, name, amount in zip(codes, names, halves, strict=True)
    ]
    posts = [
        {"area_code": code, "strand": "gangs", "resource": "team", "quarter_hours": amount * RATE}
        for code, amount in zip(codes, halves, strict=True)
        if amount
    ]
    resources = [{"code": "team", "name": "Team", "owner": "charity"}]
    return {**document(), "areas": areas, "posts": posts, "resources": resources, "roster": []}


SHOWN = tuple(("district", place, "gangs") for place in ("P2", "P3"))


def told(made: dict[str, Any], level: str = "district", shown: tuple[tuple[str, str, str], ...] = SHOWN) -> list[Any]:
    duties = Duties.of(made, level, 5, 10, shown)
    return [(task.task_id, task.place, duties.told(task)) for task in tasks_of("p", made, idle=True)]


def test_hours_of_tasks_tell_nothing_of_an_expected_number_that_is_hidden() -> None:
    same = {str(told(plan(hidden, 3.0, 12.0, 20.0))) for hidden in (0.0, 0.25, 1.0, 4.9, 5.1, 14.0, 40.0)}
    assert len(same) == 1


def test_a_partner_is_told_where_its_team_works_and_how_long_at_most() -> None:
    made = plan(4.0, 3.0, 12.0, 20.0)
    most = {place: given.hours for _, place, given in told(made)}
    given = {task.place: task.hours for task in tasks_of("p", made)}
    assert most == {"P0": None, "P1": None, "P2": 400.0, "P3": 600.0}
    assert all(0 <= most[place] - given[place] < 200 for place in ("P2", "P3"))
    assert {strands for *_, one in told(made) for strands in [one.strands]} == {("gangs",)}


def test_hours_are_of_no_smaller_places_than_the_rules_show() -> None:
    made = plan(4.0, 3.0, 12.0, 20.0, wards=True)
    found = told(made, shown=(("district", "D", "gangs"),))
    assert {(place, one.place, one.hours) for _, place, one in found} == {(place, "D", 1200.0) for place in PLACES}
    assert {(place, one.place) for _, place, one in told(made, "ward")} == {(place, place) for place in PLACES}


def test_a_team_has_a_task_only_where_it_may_go() -> None:
    made = plan(0.0, 3.0, 12.0, 20.0)
    where = {"districts": ["P1", "P2", "P3"], "area_types": []}
    made["settings"] = {"resource": [{"code": "team", "where": where}]}
    assert [place for _, place, _ in told(made)] == ["P1", "P2", "P3"]


@pytest.mark.parametrize(
    ("hours", "expected", "step"),
    [
        ({"a": 120.0, "b": 300.0}, {"a": 4.0, "b": 10.0}, 200),
        # A floor gives more than demand would: all that is small lies within one step still.
        ({"a": 900.0, "b": 300.0}, {"a": 1.0, "b": 10.0}, 1000),
        ({"a": 40.0, "b": 50.0}, {"a": 400.0, "b": 500.0}, 10),
        ({}, {"a": 0.0}, 10),
    ],
)
def test_steps_hold_what_the_smallest_number_that_may_be_shown_is_given(
    hours: dict[str, float], expected: dict[str, float], step: int
) -> None:
    assert step_of(hours, expected, 5, 10) == step
