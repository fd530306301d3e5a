"""What there is: totals, the budget, ringfences."""

from dataclasses import replace

import numpy as np
import pytest

from errors import AllocationError
from models.allocation.programme.posts import TOGETHER
from models.allocation.rules.asked import Ringfence
from models.allocation.rules.build import build
from models.allocation.rules.totals import budget, ringfences, totals
from tests.support.rules import DESK, FOOT, asked, chosen, posts, rows


def test_the_first_family_is_the_totals_with_a_row_for_each_resource() -> None:
    first = build(asked())[0]
    assert (first.kind, rows(first)) == ("total", {"foot patrol": (-np.inf, 400), "fraud team": (-np.inf, 100)})
    assert first.matrix.sum(axis=1).ravel().tolist() == [[10.0, 5.0]]


def test_a_resource_without_posts_keeps_its_row() -> None:
    some = asked(posts=posts([FOOT]))
    assert totals(some).matrix.sum(axis=1).ravel().tolist() == [[10.0, 0.0]]


@pytest.mark.parametrize("hours", [np.nan, -1.0, np.inf])
def test_hours_that_are_no_number_are_told(hours: float) -> None:
    with pytest.raises(
        AllocationError, match=rf"resources.toml, \[\[resource\]\] foot: {hours:g} is no number of hours"
    ):
        build(asked(resources=[replace(FOOT, hours=hours)]))


def test_the_budget_counts_what_each_hour_costs_and_is_stretched() -> None:
    rule = budget(asked({"budget": 9000}, weeks=2.0))
    assert rows(rule) == {"all hours": (-np.inf, 18_000)}
    assert rule is not None
    assert rule.matrix.toarray().ravel().tolist() == [40.0] * 10 + [50.0] * 5


def test_a_budget_with_a_resource_that_costs_nothing_is_refused() -> None:
    told = "a budget of 9,000 is set, but nothing says what an hour of fraud team costs; give its cost_an_hour"
    with pytest.raises(AllocationError, match=told):
        build(asked({"budget": 9000}, resources=[FOOT, replace(DESK, cost_an_hour=0.0)]))


def test_a_ringfence_holds_hours_of_one_resource_for_strands_in_districts() -> None:
    fenced = replace(FOOT, ringfences=(Ringfence(30, ("Burglary",), ("Harlow",)), Ringfence(20, (), ("Tendring",))))
    some = asked(resources=[fenced, DESK], weeks=2.0)
    rule = ringfences(some)
    names = "foot patrol for Burglary, Harlow (1)", "foot patrol for Tendring (2)"
    assert rows(rule) == {names[0]: (60, np.inf), names[1]: (40, np.inf)}
    assert chosen(rule, names[0], some.posts) == [(0, 0, 0), (0, 1, 0)]
    assert chosen(rule, names[1], some.posts) == [(0, area, strand) for area in (2, 3) for strand in (0, 1)]


def test_a_post_of_all_strands_counts_towards_the_ringfence_of_each() -> None:
    fenced = replace(FOOT, ringfences=(Ringfence(30, ("Fraud",)),))
    some = asked(resources=[fenced], together=["foot"])
    name = "foot patrol for Fraud (1)"
    assert chosen(ringfences(some), name, some.posts) == [(0, area, TOGETHER) for area in range(5)]


@pytest.mark.parametrize(
    ("fence", "told"),
    [
        (
            Ringfence(5, ("Piracy",)),
            r"\[\[resource.ringfence\]\] 1 of foot: there is no strand 'Piracy'; use one of: B",
        ),
        (Ringfence(5, (), ("Hull",)), r"1 of foot: there is no district 'Hull'; use one of: Harlow, Tendring"),
    ],
)
def test_a_ringfence_for_what_is_not_there_is_refused(fence: Ringfence, told: str) -> None:
    with pytest.raises(AllocationError, match=told):
        build(asked(resources=[replace(FOOT, ringfences=(fence,))]))


def test_a_ringfence_for_a_strand_that_is_known_but_not_forecast_rests() -> None:
    fenced = replace(FOOT, ringfences=(Ringfence(5, ("Piracy",)),))
    assert ringfences(asked(resources=[fenced], unforecast=("Piracy",))) is None
