"""Caps, the change from the last issued plan, hours against need by decile, locks and declined tasks."""

import numpy as np
import pytest

from errors import AllocationError
from models.allocation.choices import Choices, ClosedPost, Lock
from models.allocation.rules.build import build
from models.allocation.rules.decided import declined, locks
from models.allocation.rules.limits import caps, changes, disparity
from tests.support.rules import AREAS, asked, chosen, ground, rows

INF = np.inf


def test_every_area_has_its_most() -> None:
    assert rows(caps(asked({"maximum_per_area": 30}, weeks=2.0))) == dict.fromkeys(AREAS, (-INF, 60))


def test_hours_of_a_resource_in_a_district_stay_near_those_of_the_last_plan() -> None:
    before = {"foot": {"E01": 60.0, "E02": 40.0, "E05": 8.0, "E99": 5.0}, "desk": {"E05": 1.0}, "gone": {"E01": 3.0}}
    some = asked({"most_change": {"share": 0.2, "hours": 5}}, choices=Choices(previous=before))
    assert rows(changes(some)) == {
        "foot patrol in Harlow": (80, 120),
        "foot patrol in Tendring": (-0.0, 5),
        "foot patrol in no district": (3, 13),
        "fraud team in Harlow": (0, 5),
        "fraud team in Tendring": (0, 5),
        "fraud team in no district": (0, 6),
    }
    posts = {(resource, area) for resource, area, _ in chosen(changes(some), "foot patrol in Harlow", some.posts)}
    assert posts == {(0, 0), (0, 1)}


def test_without_districts_the_force_is_one() -> None:
    before = {"foot": {"E01": 60.0, "E05": 40.0}}
    some = asked({"most_change": {"share": 0.5}}, choices=Choices(previous=before), ground=ground(parents={}))
    assert rows(changes(some)) == {"foot patrol in the force": (50, 150)}


def test_a_resource_that_is_new_begins_where_it_likes() -> None:
    some = asked(
        {"most_change": {"share": 0.2}}, choices=Choices(previous={"foot": {"E01": 60.0}, "desk": {"E01": 0.0}})
    )
    assert {name.partition(" in ")[0] for name in rows(changes(some))} == {"foot patrol"}


def test_the_first_plan_may_change_as_it_likes() -> None:
    assert changes(asked({"most_change": {"share": 0.2}})) is None


def test_a_declined_task_need_not_keep_the_hours_of_the_last_plan() -> None:
    closed = (ClosedPost("foot", "E01"), ClosedPost("foot", "E02"))
    some = asked({"most_change": {"share": 0.2}}, choices=Choices(previous={"foot": {"E01": 100.0}}, closed=closed))
    assert rows(changes(some))["foot patrol in Harlow"] == (0, 120)


def test_a_last_plan_with_hours_that_are_no_number_is_told() -> None:
    before = {"foot": {"E01": np.nan}}
    told = "last issued plan: the last plan has nan hours of foot patrol in area E01; name another plan"
    with pytest.raises(AllocationError, match=told):
        build(asked({"most_change": {"share": 0.2}}, choices=Choices(previous=before)))


def test_disparity_holds_the_share_of_hours_against_the_share_of_need() -> None:
    some = asked({"disparity": {"low": 0.8, "high": 1.25}})
    rule = disparity(some)
    assert rule is not None
    # Weights 2 and 1: needs of 9 and 14 in decile 1, of 5 and 7 in decile 2; the area without a decile is left out.
    need = np.array([23.0, 12.0]) / 35
    hours = np.random.default_rng(1).random(len(some.posts))
    decile = np.array([0, 1, 0, 1, -1])[some.posts.area]
    of_decile = np.array([hours[decile == 0].sum(), hours[decile == 1].sum()])
    share = of_decile / of_decile.sum()
    kept = rule.matrix @ hours
    assert kept / of_decile.sum() == pytest.approx(np.concatenate([share - 0.8 * need, share - 1.25 * need]))
    assert (rule.lower.tolist(), rule.upper.tolist()) == ([0, 0, -INF, -INF], [INF, INF, 0, 0])
    assert rule.names[0] == "decile 1, at least 0.8 of its need"


def test_disparity_needs_deciles() -> None:
    told = "no area has a deprivation decile; give the workspace areas with a deprivation_decile column"
    with pytest.raises(AllocationError, match=told):
        build(asked({"disparity": {"low": 0.8}}, ground=ground(decile=np.full(5, np.nan))))


def test_nobody_is_held_against_a_need_of_nothing() -> None:
    assert disparity(asked({"disparity": {"low": 0.8}}, weight=np.array([np.nan, np.nan]))) is None


def test_a_lock_is_exactly_its_hours() -> None:
    choices = Choices(locks=(Lock("foot", "E02", 12.0), Lock("foot", "E03", 5.0, "Fraud")))
    some = asked(choices=choices, weeks=2.0)
    rule = locks(some)
    assert rows(rule) == {"foot patrol in E02": (12, 12), "foot patrol in E03: Fraud": (5, 5)}
    assert chosen(rule, "foot patrol in E02", some.posts) == [(0, 1, 0), (0, 1, 1)]
    assert chosen(rule, "foot patrol in E03: Fraud", some.posts) == [(0, 2, 1)]


@pytest.mark.parametrize(
    ("lock", "told"),
    [
        (Lock("feet", "E01", 1.0), "lock of feet in E01: there is no resource 'feet'; use one of: foot, desk"),
        (Lock("foot", "E09", 1.0), "lock of foot in E09: there is no area 'E09'; use an area of the forecast"),
        (Lock("foot", "E01", 1.0, "Piracy"), "lock of foot in E01: Piracy: there is no strand 'Piracy'"),
        (Lock("foot", "E01", -1.0), "lock of foot in E01: -1 is no number of hours"),
        (Lock("foot", "E01", np.nan), "lock of foot in E01: nan is no number of hours"),
        (Lock("desk", "E01", 1.0, "Burglary"), "lock of desk in E01: Burglary: fraud team may not go there"),
    ],
)
def test_a_lock_that_cannot_be_is_told(lock: Lock, told: str) -> None:
    with pytest.raises(AllocationError, match=told):
        build(asked(choices=Choices(locks=(lock,))))


def test_a_cell_is_locked_once() -> None:
    twice = Choices(locks=(Lock("foot", "E01", 3.0), Lock("foot", "E01", 4.0)))
    with pytest.raises(AllocationError, match="is locked at 3 hours and again at 4; remove one of the locks"):
        build(asked(choices=twice))


def test_a_resource_that_serves_its_strands_at_once_is_not_locked_by_strand() -> None:
    by_strand = Choices(locks=(Lock("foot", "E01", 3.0, "Fraud"),))
    told = "foot patrol serves all its strands at once, so Fraud has no hours; leave the strand out"
    with pytest.raises(AllocationError, match=told):
        build(asked(choices=by_strand, together=["foot"]))


def test_a_declined_task_has_no_hours() -> None:
    choices = Choices(closed=(ClosedPost("foot", "E01"), ClosedPost("desk", "E03", "Fraud")))
    some = asked(choices=choices)
    rule = declined(some)
    names = "foot patrol where it was declined", "fraud team where it was declined"
    assert rows(rule) == dict.fromkeys(names, (-INF, 0))
    assert chosen(rule, names[0], some.posts) == [(0, 0, 0), (0, 0, 1)]
    assert chosen(rule, names[1], some.posts) == [(1, 2, 1)]
