"""How many hours of each resource a plan has: the file's, or what a request says in their place."""

import pytest

from errors import AllocationError
from models.allocation.choices import Choices
from models.allocation.resources.effect import Meets
from models.allocation.resources.hours import period_hours
from models.allocation.resources.resource import Resource

MEETS = Meets.model_validate({"minutes_an_incident": {"low": 1, "central": 2, "high": 3}, "source": "made up"})


def resource(code: str, kind: str, hours: float | None) -> Resource:
    values = {"code": code, "name": code, "kind": kind, "owner": "police", "hours_a_week": hours}
    return Resource.model_validate({**values, "meets": (MEETS,), "source": "made up"})


FOOT, BEAT, TEAM = resource("foot", "patrol", 300.0), resource("beat", "patrol", 100.0), resource("team", "team", 50.0)
OPEN = resource("open", "patrol", None)


def test_a_weeks_hours_are_stretched_to_the_period() -> None:
    assert period_hours([FOOT, BEAT, TEAM], Choices(), 2.0).tolist() == [600, 200, 100]


def test_a_plain_total_is_shared_among_patrols_in_proportion_and_teams_keep_theirs() -> None:
    assert period_hours([FOOT, BEAT, TEAM], Choices(total_hours=1000.0), 2.0).tolist() == [750, 250, 100]


def test_hours_of_one_resource_stand_in_place_of_its_part_of_the_total() -> None:
    choices = Choices(total_hours=1000.0, hours={"foot": 10.0, "team": 7.0})
    assert period_hours([FOOT, BEAT, TEAM], choices, 1.0).tolist() == [10, 250, 7]


def test_a_patrol_without_hours_takes_the_total() -> None:
    assert period_hours([OPEN, TEAM], Choices(total_hours=12.5), 1.0).tolist() == [12.5, 50]


@pytest.mark.parametrize(
    ("resources", "choices", "sentence"),
    [
        ([OPEN, TEAM], Choices(), "total hours: no total of patrol hours is given; give a total of patrol hours"),
        ([FOOT], Choices(hours={"fot": 1.0}), "hours: 'fot' is no resource of the file; use one of: foot."),
        ([FOOT], Choices(total_hours=float("nan")), "total hours: nan is no number of hours that can be spent"),
        ([FOOT], Choices(total_hours=-1.0), "total hours: -1 is no number of hours"),
        ([FOOT], Choices(hours={"foot": float("inf")}), "hours of foot: inf is no number of hours"),
        ([FOOT], Choices(total_hours=1e9), "give a number from 0 to 10,000,000"),
        ([TEAM], Choices(total_hours=5.0), "no resource of the file is of kind patrol"),
    ],
)
def test_hours_that_cannot_be_are_refused(resources: list[Resource], choices: Choices, sentence: str) -> None:
    with pytest.raises(AllocationError) as error:
        period_hours(resources, choices, 1.0)
    assert sentence in str(error.value)
