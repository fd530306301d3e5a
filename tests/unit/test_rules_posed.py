"""A file whose rules cannot be kept ends in one sentence, from the file to the refusal."""

import numpy as np
import pytest

from errors import AllocationError
from features.harm import Harm
from models.allocation.choices import Choices, Lock
from models.allocation.pose import pose
from models.allocation.programme.hours import NoPlanError
from models.allocation.programme.plan import Plan
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


FLOORS = """
[rules]
minimum_per_strand = { "*" = { share = 0.05 }, burglary = { share = 0.15 } }
"""


def test_the_price_of_every_total_is_what_an_hour_more_of_it_does_where_floors_are_shares() -> None:
    run = plan_run([[3.0, 1.0, 2.0], [1.0, 4.0, 2.5], [0.5, 1.5, 3.0]])
    texts = [
        resource_text("team", hours=4.0),
        resource_text("foot", hours=3.0, more='strands = ["asb", "robbery"]'),
        resource_text("desk", hours=2.0, more='strands = ["burglary", "robbery"]'),
        resource_text("idle", hours=50.0, more='strands = ["robbery"]'),
    ]
    # Robbery has no weight, so that its hours come by workload.
    made = resources(*texts, head=FLOORS, weights="weights = { asb = 2, burglary = 1 }")

    def solved(hours: dict[str, float]) -> Plan:
        return solve(pose(run, made, Choices(hours=hours), Harm()).problem)

    plan, hours = solved({}), {"team": 4.0, "foot": 3.0, "desk": 2.0, "idle": 50.0}
    held = [row for family in plan.problem.rules if family.shares is not None for row in family.names]
    assert "robbery (unweighted) by The foot" in held
    costs = [price for family, price in zip(plan.problem.rules, plan.prices, strict=True) if family.shares is not None]
    assert (np.concatenate(costs) < -1e-3).any()
    step = 1e-3
    for row, (code, there_are) in enumerate(hours.items()):
        left = (plan.objective - solved({code: there_are - step}).objective) / step
        right = (solved({code: there_are + step}).objective - plan.objective) / step
        assert right - 1e-6 <= plan.prices[0][row] <= left + 1e-6
        assert left - right < 1e-3 * max(left, 1e-3)
