"""A file whose rules cannot be kept ends in one sentence, from the file to the refusal."""

import numpy as np
import pytest

from errors import AllocationError
from features.harm import Harm
from models.allocation.choices import Choices, Lock
from models.allocation.pose import pose
from models.allocation.programme.hours import NoPlanError
from models.allocation.programme.solver import solve
from models.allocation.rules.smallest import find_clash
from tests.support.plan_runs import plan_run, resource_text, resources

RUN = plan_run(np.ones((4, 3)).tolist())


def refusal(head: str, choices: Choices | None = None) -> str:
    """Return what is said of a file with these rules, whether its rules are refused as they stand or clash."""
    problem = pose(RUN, resources(resource_text("team"), head=head), choices or Choices(), Harm()).problem
    with pytest.raises(NoPlanError):
        solve(problem)
    clash = find_clash(problem.rules, problem.blocks)
    assert clash is not None
    return clash.sentence


def test_floors_above_the_hours_there_are() -> None:
    assert refusal("[rules]\nminimum_per_district = { D0 = 70, D1 = 60 }") == (
        "rules: the floor of D0 (at least 70 hours), the floor of D1 (at least 60 hours) and the 100 hours of The team "
        "cannot all be kept; lower the floor of D0 by 30 hours, or lower the floor of D1 by 30 hours, or add 30 hours "
        "of The team."
    )


def test_a_lock_above_the_most_of_an_area() -> None:
    choices = Choices(locks=(Lock("team", "A2", 25.0),))
    assert refusal("[rules]\nmaximum_per_area = 20", choices) == (
        "rules: the cap of A2 (at most 20 hours) and the lock of The team in A2 (exactly 25 hours) cannot both be "
        "kept; raise the cap of A2 by 5 hours, or let the lock of The team in A2 give by 5 hours."
    )


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("[rules]\nminimum_per_district = { North = 5 }", "there is no district 'North'; use one of: D0, D1"),
        ("[rules]\nminimum_per_strand = { piracy = 5 }", "there is no strand 'piracy'; use one of: asb, burglary, rob"),
        ("[rules]\nminimum_cover = { feet = 5 }", "there is no resource 'feet'; use one of: team"),
        ("[rules]\nbudget = 5", "a budget of 5 is set, but nothing says what an hour of The team costs"),
    ],
)
def test_a_rule_about_what_is_not_there(head: str, told: str) -> None:
    with pytest.raises(AllocationError, match=told):
        pose(RUN, resources(resource_text("team"), head=head), Choices(), Harm())
