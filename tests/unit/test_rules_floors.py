"""The least of districts, strands and areas, of strands without a weight, and cover."""

from dataclasses import replace

import numpy as np
import pytest

from errors import AllocationError
from models.allocation.choices import Choices, ClosedPost
from models.allocation.rules.build import build
from models.allocation.rules.floors import area_floors, cover, district_floors, strand_floors, strand_shares, workload
from tests.support.rules import AREAS, DESK, FOOT, asked, chosen, ground, posts, rows

INF = np.inf
CASES = replace(DESK, code="cases", name="case team", hours=60.0, caseload=True)
OTHERS = replace(DESK, code="others", name="other team", hours=20.0, caseload=True)


def test_a_district_has_its_own_floor_or_that_of_every_other() -> None:
    some = asked({"minimum_per_district": {"*": 10, "Harlow": 50}}, weeks=2.0)
    rule = district_floors(some)
    assert rows(rule) == {"Harlow": (100, INF), "Tendring": (20, INF)}
    assert rule is not None
    assert rule.places[1] == "resources.toml, [rules.minimum_per_district] *"
    assert {area for _, area, _ in chosen(rule, "Harlow", some.posts)} == {0, 1}


def test_an_unknown_district_is_told_with_those_there_are() -> None:
    told = r"\[rules.minimum_per_district\] Hull: there is no district 'Hull'; use one of: Harlow, Tendring"
    with pytest.raises(AllocationError, match=told):
        build(asked({"minimum_per_district": {"Hull": 1}}))


def test_floors_of_districts_need_districts() -> None:
    with pytest.raises(AllocationError, match="the areas have no districts; give the workspace areas with a district"):
        build(asked({"minimum_per_district": {"*": 1}}, ground=ground(parents={})))


def test_the_floor_of_a_strand_is_its_hours_and_its_share_of_the_hours_placed() -> None:
    some = asked({"minimum_per_strand": {"Burglary": {"hours": 30, "share": 0.1}, "*": 7}}, weeks=2.0)
    assert rows(strand_floors(some)) == {"Burglary": (60, INF), "Fraud": (14, INF)}
    shares = strand_shares(some)
    assert rows(shares) == {"Burglary": (0, INF)}
    assert shares is not None
    assert shares.places == ("resources.toml, [rules.minimum_per_strand] Burglary, share",)
    hours = np.where(some.posts.strand == 0, 3.0, 17.0)
    inside, everywhere = hours[some.posts.strand == 0].sum(), hours.sum()
    assert shares.matrix @ hours == pytest.approx([inside - 0.1 * everywhere])
    lower, upper, value = shares.told(hours)
    assert (shares.unit, lower.tolist(), upper.tolist()) == ("share", [0.1], [INF])
    assert value == pytest.approx([inside / everywhere])


def test_a_share_of_nothing_is_none() -> None:
    some = asked({"minimum_per_strand": {"Burglary": {"share": 0.1}}})
    shares = strand_shares(some)
    assert shares is not None
    assert shares.told(np.zeros(len(some.posts)))[2].tolist() == [0.0]


def test_a_share_of_a_strand_does_not_ask_for_more_where_there_are_more_hours() -> None:
    rules = {"minimum_per_strand": {"*": {"share": 0.1}}, "unweighted_workload": 1.0}
    one, more = (
        build(asked(rules, resources=[replace(FOOT, hours=hours), DESK], weight=np.array([2.0, np.nan])))
        for hours in (400.0, 401.0)
    )
    for few, many in zip(one[1:], more[1:], strict=True):
        assert (few.matrix.toarray() == many.matrix.toarray()).all()
        assert few.lower.tolist() == many.lower.tolist()


def test_shares_of_more_than_the_whole_are_told() -> None:
    told = "the shares of strands are 120 % of the hours together; lower them to 100 % at most"
    with pytest.raises(AllocationError, match=told):
        build(asked({"minimum_per_strand": {"*": {"share": 0.6}}}))
    # A patrol that is there for all strands at once counts towards each of them.
    assert strand_shares(asked({"minimum_per_strand": {"*": {"share": 0.6}}}, together=["foot"])) is not None


def test_a_share_where_nobody_works_is_told() -> None:
    told = "Burglary: 10 % of the hours placed is asked for where no resource may go"
    with pytest.raises(AllocationError, match=told):
        build(asked({"minimum_per_strand": {"Burglary": {"share": 0.1}}}, resources=[DESK]))


def test_a_strand_of_caseload_teams_alone_has_its_share_of_theirs() -> None:
    rules = {"minimum_per_strand": {"Fraud": {"share": 0.2}}}
    burglary = replace(FOOT, strands=("Burglary",))
    both = replace(CASES, strands=("Burglary", "Fraud"))
    assert strand_shares(asked(rules, resources=[burglary], elsewhere=[both])) is None
    assert rows(strand_shares(asked(rules, resources=[both], elsewhere=[burglary]))) == {"Fraud": (0, INF)}
    # A team that works on nothing else keeps every share.
    assert strand_shares(asked(rules, resources=[CASES], elsewhere=[burglary])) is None


def test_a_post_of_all_strands_counts_towards_the_floor_of_each() -> None:
    some = asked({"minimum_per_strand": {"*": 7}}, together=["foot"])
    assert chosen(strand_floors(some), "Burglary", some.posts) == [(0, area, -1) for area in range(5)]
    assert {resource for resource, _, _ in chosen(strand_floors(some), "Fraud", some.posts)} == {0, 1}


def test_a_strand_that_nobody_knows_is_told() -> None:
    told = r"\[rules.minimum_per_strand\] Piracy: there is no strand 'Piracy'; use one of: Burglary, Fraud"
    with pytest.raises(AllocationError, match=told):
        build(asked({"minimum_per_strand": {"Piracy": 1}}))


def test_a_floor_where_nobody_works_is_told() -> None:
    told = "Burglary: 40 hours are asked for where no resource may go; lower it, or let a resource work there"
    with pytest.raises(AllocationError, match=told):
        build(asked({"minimum_per_strand": {"Burglary": 40}}, resources=[DESK]))


def test_a_strand_of_caseload_teams_alone_is_their_floor_in_proportion_to_their_hours() -> None:
    rules = {"minimum_per_strand": {"Fraud": 40}}
    burglary = replace(FOOT, strands=("Burglary",))
    assert strand_floors(asked(rules, resources=[burglary], elsewhere=[CASES, OTHERS])) is None
    assert rows(strand_floors(asked(rules, resources=[CASES], elsewhere=[burglary, OTHERS]))) == {"Fraud": (30, INF)}
    assert strand_floors(asked(rules, resources=[CASES], elsewhere=[FOOT, OTHERS])) is None


def test_a_strand_without_a_weight_has_its_part_of_the_incidents_of_who_works_on_it() -> None:
    # 5 of 21 incidents of the patrol's hours, and the team's workload of 5 x 2 hours, which is less than its 100.
    some = asked(weight=np.array([2.0, np.nan]))
    desk, foot = workload(some)
    assert rows(desk) == {"Fraud (unweighted) by fraud team": (10, INF)}
    assert rows(foot) == {"Fraud (unweighted) by foot patrol": (0, INF)}
    assert foot.told(np.ones(len(some.posts)))[0] == pytest.approx([5 / 21])
    assert {resource for resource, _, _ in chosen(foot, "Fraud (unweighted) by foot patrol", some.posts)} == {0}
    assert {resource for resource, _, _ in chosen(desk, "Fraud (unweighted) by fraud team", some.posts)} == {1}
    desk, foot = workload(asked({"unweighted_workload": 0.5}, weight=np.array([2.0, np.nan])))
    assert rows(desk) == {"Fraud (unweighted) by fraud team": (5, INF)}
    assert foot.told(np.ones(len(some.posts)))[0] == pytest.approx([0.5 * 5 / 21])


def test_idle_hours_of_one_resource_do_not_stand_in_for_those_of_another() -> None:
    some = asked(weight=np.array([2.0, np.nan]))
    _, foot = workload(some)
    # The team is all on Fraud, and the patrol is not at all.
    hours = np.where(some.posts.resource == 1, 100.0, np.where(some.posts.strand == 0, 80.0, 0.0))
    assert foot.matrix @ hours == pytest.approx([-400 * 5 / 21])


def test_a_resource_that_works_on_unweighted_strands_alone_keeps_its_workload_with_any_hours() -> None:
    some = asked(resources=[replace(FOOT, strands=("Fraud",))], weight=np.array([2.0, np.nan]))
    assert workload(some) == ()


def test_workload_rests_where_floors_alone_plan_for_unweighted_strands() -> None:
    assert workload(asked(weight=np.array([2.0, np.nan]), by_workload=False)) == ()
    assert workload(asked()) == ()


def test_every_area_has_its_least() -> None:
    some = asked({"minimum_per_area": 3}, weeks=2.0)
    assert rows(area_floors(some)) == dict.fromkeys(AREAS, (6, INF))
    assert chosen(area_floors(some), "E02", some.posts) == [(0, 1, 0), (0, 1, 1), (1, 1, 1)]


def test_a_least_in_an_area_where_nobody_may_go_is_told() -> None:
    where = posts([FOOT])
    inside = where.area != 4
    some = asked({"minimum_per_area": 3}, resources=[FOOT])
    fewer = type(where)(where.resource[inside], where.area[inside], where.strand[inside])
    with pytest.raises(AllocationError, match="E05: 3 hours are asked for where no resource may go"):
        build(replace(some, posts=fewer))


def test_cover_is_of_one_resource_in_every_district() -> None:
    some = asked({"minimum_cover": {"foot": 12}})
    rule = cover(some)
    assert rows(rule) == {"foot patrol in Harlow": (12, INF), "foot patrol in Tendring": (12, INF)}
    assert {resource for resource, _, _ in chosen(rule, "foot patrol in Harlow", some.posts)} == {0}


def test_cover_rests_where_the_task_was_declined() -> None:
    choices = Choices(closed=(ClosedPost("foot", "E01"), ClosedPost("foot", "E02")))
    rule = cover(asked({"minimum_cover": {"foot": 12}}, choices=choices))
    assert rows(rule) == {"foot patrol in Tendring": (12, INF)}


def test_cover_of_a_resource_that_is_not_there_is_told() -> None:
    told = r"\[rules.minimum_cover\] feet: there is no resource 'feet'; use one of: foot, desk"
    with pytest.raises(AllocationError, match=told):
        build(asked({"minimum_cover": {"feet": 12}}))


def test_rules_for_all_patrols_and_teams_rest_in_the_programme_of_a_caseload_team() -> None:
    rules = {
        "minimum_per_area": 3,
        "maximum_per_area": 9,
        "minimum_per_district": {"*": 10},
        "budget": 5,
        "disparity": {"low": 0.9},
    }
    some = asked(rules, resources=[CASES], elsewhere=[FOOT], weight=np.array([1.0, np.nan]))
    assert [family.kind for family in build(some)] == ["total"]
