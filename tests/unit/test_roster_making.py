"""From a forecast and resources to a roster: visits of a resource, least cover by shift, and when calls come."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from features.harm import Harm
from models.allocation.choices import Choices
from models.allocation.planned import solve_all
from models.allocation.pose import pose
from models.allocation.roster.calls import call_shares
from models.allocation.roster.cover import least_hours
from models.allocation.roster.duty import Duty, Visits
from models.allocation.roster.making import make_roster
from models.allocation.roster.shares import ProfileShares
from models.allocation.roster.visits import Seed, visits
from tests.support.plan_runs import plan_run, resource_text, resources
from tests.support.rosters import profile

MONDAY = date(2024, 7, 1)
EFFECT = (
    "ceiling = { low = 0.1, central = 0.2, high = 0.4 }\nhalf_life_days = { low = 1, central = 3.5, high = 7 }\n"
    "visit_minutes = 15\nplaces = 2"
)
RESPONSE = (
    '[resource.response]\nstrands = ["asb"]\ncalls_an_incident = 4\nminutes_a_call = 60\nanswer_minutes = 10\n'
    'answered_share = 0.9\ncrew = 2\nsource = "made up"\n'
)
CARS = resource_text("cars", hours=2000.0) + RESPONSE
FOOT = resource_text("foot", "patrol", hours=80.0, more="travel = 0.25\ncrew = 2", effect=EFFECT)
RUN = plan_run([[40.0, 5.0, 1.0], [10.0, 1.0, 1.0]])
NIGHTS = np.where(np.isin(np.arange(21), (14, 17)), 19.0, 2.0)
SHARES = profile({"asb": NIGHTS, "burglary": np.ones(21)})


def test_a_resource_visits_by_the_longest_of_its_effects_and_what_it_loses_on_the_way() -> None:
    text = FOOT + f'[[resource.effect]]\n{EFFECT.replace("15", "20")}\nsource = "made up"\n'
    foot, cars = resources(FOOT, CARS).resources
    assert Duty.of(foot) == Duty("foot", "The foot", "patrol", ("*",), 2, Visits(15, 5, 2))
    assert Duty.of(cars).visits is None
    assert Visits.of(resources(text).resources[0]) == Visits(20, 7, 2)


def test_calls_come_as_the_strands_that_are_called_in_do_in_a_district() -> None:
    both = resources(CARS.replace('["asb"]', '["asb", "burglary"]'))
    posed = pose(RUN, both, Choices(), Harm())
    calls = call_shares(SHARES, posed.ground, posed.demand, both)
    assert calls.sum(axis=1) == pytest.approx([1, 1])
    assert calls[0] == pytest.approx(40 / 45 * NIGHTS / NIGHTS.sum() + 5 / 45 / 21)
    assert calls[1] == pytest.approx(10 / 11 * NIGHTS / NIGHTS.sum() + 1 / 11 / 21)


@pytest.mark.parametrize("shares", [SHARES, None])
def test_the_roster_keeps_the_cover_that_the_plan_was_posed_with_shift_by_shift(shares: ProfileShares | None) -> None:
    made = resources(CARS, FOOT)
    posed = pose(RUN, made, Choices(), Harm(), shares)
    plan = solve_all(posed)
    least = least_hours(plan, made, shares)
    rule = next(rules for rules in posed.problem.rules if rules.kind == "response")
    assert [least["cars", district].sum() for district in ("D0", "D1")] == pytest.approx(rule.lower.tolist())
    roster = make_roster(plan, made, shares, "week", MONDAY)
    assert roster.short == ()
    cars = next(one for one in roster.laid if one.duty.code == "cars")
    for number, district in enumerate(roster.districts):
        own = cars.cells[cars.district == number].sum(axis=0)
        assert (own >= least["cars", district] - 1e-9).all()
    # Crews of two, for whole shifts of eight hours; even calls need as many in every shift.
    assert set((least["cars", "D0"] % 16).tolist()) == {0.0}
    assert (np.ptp(least["cars", "D0"]) == 0) == (shares is None)
    if shares is not None:
        assert least["cars", "D0"].argmax() in {14, 17}


def test_without_districts_the_cover_is_that_of_everywhere() -> None:
    made = resources(CARS)
    run = replace(RUN, meta={**RUN.meta, "districts": {}})
    plan = solve_all(pose(run, made, Choices(), Harm()))
    assert list(least_hours(plan, made, None)) == [("cars", "")]
    assert make_roster(plan, made, None, "week", MONDAY).short == ()


def test_teams_with_a_programme_of_their_own_are_laid_out_and_covered_too() -> None:
    made = resources(CARS, FOOT, head='objective = "prevented"')
    plan = solve_all(pose(RUN, made, Choices(), Harm()))
    assert list(plan.caseloads) == ["cars"]
    roster = make_roster(plan, made, None, "week", MONDAY)
    assert [one.duty.code for one in roster.laid] == ["cars", "foot"]
    assert roster.short == ()
    lists = visits(roster, Seed(7, "a plan").rng())
    # Of 80 hours each visit of a pair takes 2 x 20 minutes; each of two districts may lose a part of one.
    assert 118 <= len(lists) <= 120
