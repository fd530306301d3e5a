"""Rules that cannot all be kept are told in one sentence, with the numbers and what would do."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from models.allocation.choices import Choices, ClosedPost, Lock
from models.allocation.programme.problem import Blocks, Rules
from models.allocation.rules.asked import Ringfence, Standard
from models.allocation.rules.build import build
from models.allocation.rules.clash import Clash
from models.allocation.rules.requested import places_asked
from models.allocation.rules.smallest import find_clash
from tests.support.rules import DESK, FOOT, asked


def clash_of(rules: dict[str, Any] | None = None, **changed: Any) -> Clash:
    clash = find_clash(build(asked(rules, **changed)))
    assert clash is not None
    return clash


def test_rules_that_can_be_kept_do_not_clash() -> None:
    assert find_clash(build(asked({"minimum_per_district": {"*": 100}, "maximum_per_area": 300}))) is None


def test_floors_above_the_hours_there_are() -> None:
    clash = clash_of({"minimum_per_district": {"Harlow": 200, "Tendring": 300}}, resources=[FOOT])
    assert clash.sentence == (
        "rules: the floor of Harlow (at least 200 hours), the floor of Tendring (at least 300 hours) and the 400 hours "
        "of foot patrol cannot all be kept; lower the floor of Harlow by 100 hours, or lower the floor of Tendring by "
        "100 hours, or add 100 hours of foot patrol."
    )
    assert [(rule.kind, rule.give) for rule in clash.rules] == [("floor", 100), ("floor", 100), ("total", 100)]


def test_the_least_of_every_area_is_one_rule() -> None:
    clash = clash_of({"minimum_per_area": 85}, resources=[FOOT])
    assert clash.sentence == (
        "rules: the floors of E01, E02, E03 and 2 more (at least 85 hours each, 425 together) and the 400 hours of "
        "foot patrol cannot both be kept; lower the floors of E01, E02, E03 and 2 more by 5 hours each, or add 25 "
        "hours of foot patrol."
    )


def test_only_the_rows_that_bear_on_the_clash_are_told() -> None:
    rules = {"minimum_per_area": 20, "maximum_per_area": 60}
    clash = clash_of(rules, resources=[FOOT], choices=Choices(locks=(Lock("foot", "E02", 12.5),)))
    assert clash.sentence == (
        "rules: the floor of E02 (at least 20 hours) and the lock of foot patrol in E02 (exactly 12.5 hours) cannot "
        "both be kept; lower the floor of E02 by 7.5 hours, or let the lock of foot patrol in E02 give by 7.5 hours."
    )


def test_a_budget_is_told_in_money() -> None:
    clash = clash_of({"budget": 1000, "minimum_per_district": {"Harlow": 30}}, resources=[FOOT])
    assert clash.sentence == (
        "rules: the budget (at most 1,000) and the floor of Harlow (at least 30 hours) cannot both be kept; raise the "
        "budget by 200, or lower the floor of Harlow by 5 hours."
    )


def test_ringfences_above_the_hours_of_their_resource() -> None:
    fenced = replace(FOOT, ringfences=(Ringfence(250, ("Burglary",)), Ringfence(200, ("Fraud",))))
    clash = clash_of(resources=[fenced])
    assert [rule.title for rule in clash.rules] == [
        "the ringfence of foot patrol for Burglary (1)",
        "the ringfence of foot patrol for Fraud (2)",
        "the total of foot patrol",
    ]
    assert [rule.give for rule in clash.rules] == pytest.approx([50, 50, 50])


def test_a_floor_that_only_one_resource_could_keep_is_told_with_its_hours_alone() -> None:
    clash = clash_of({"minimum_per_strand": {"Burglary": 450, "Fraud": 10}}, resources=[FOOT, DESK])
    assert [rule.title for rule in clash.rules] == ["the floor of Burglary", "the total of foot patrol"]


def test_a_change_limit_against_a_declined_part_of_a_district() -> None:
    choices = Choices(previous={"foot": {"E01": 100.0}}, closed=(ClosedPost("foot", "E01"),))
    clash = clash_of({"most_change": {"share": 0.1}, "maximum_per_area": 50}, choices=choices, resources=[FOOT])
    assert clash.sentence == (
        "rules: the cap of E02 (at most 50 hours), the change limit of foot patrol in Harlow (90 to 110 hours) and the "
        "lock of foot patrol where it was declined (at most 0 hours) cannot all be kept; raise the cap of E02 by 40 "
        "hours, or let the change limit of foot patrol in Harlow give by 40 hours, or let the lock of foot patrol "
        "where it was declined give by 40 hours."
    )


def test_a_decile_that_cannot_have_its_part() -> None:
    # All areas of decile 1 were declined, so that hours anywhere else are against it.
    choices = Choices(closed=(ClosedPost("foot", "E01"), ClosedPost("foot", "E03")))
    rules = {"disparity": {"low": 0.9}, "minimum_per_district": {"Harlow": 70}}
    clash = clash_of(rules, resources=[FOOT], choices=choices)
    assert [rule.kind for rule in clash.rules] == ["floor", "disparity", "lock"]
    assert clash.rules[0].give == pytest.approx(70)
    assert clash.rules[1].names == ("decile 1, at least 0.9 of its need",)
    assert clash.rules[1].give == pytest.approx(0.9 * 23 / 35 * 70)
    limit = "the disparity limit of decile 1, at least 0.9 of its need"
    assert f"{limit} (at least 59.14 % of the hours in areas with a decile)" in clash.sentence
    assert "let the disparity limit of decile 1, at least 0.9 of its need give by 41.4 hours" in clash.sentence


def test_shares_of_strands_that_a_lock_contradicts() -> None:
    choices = Choices(locks=(Lock("foot", "E01", 200.0, "Burglary"),))
    rules = {"minimum_per_strand": {"Fraud": {"share": 0.8}}}
    clash = clash_of(rules, resources=[FOOT], choices=choices)
    assert [rule.kind for rule in clash.rules] == ["floor", "lock", "total"]
    # 200 hours on Burglary leave 200 at most for Fraud, of which 0.8 x 400 are asked.
    assert clash.rules[0].give == pytest.approx(120)
    assert "the floor of Fraud (at least 80 % of the hours placed)" in clash.sentence
    assert "let the floor of Fraud give by 120 hours" in clash.sentence


def test_a_response_standard_above_the_hours() -> None:
    answering = replace(FOOT, standard=Standard(8.4, 50.0, 10.0, 0.9))
    clash = clash_of(resources=[answering])
    assert {rule.kind for rule in clash.rules} == {"total", "response"}


def test_whole_shifts_that_do_not_fit_are_told_as_such() -> None:
    rules = build(asked({"minimum_per_area": 85}, resources=[replace(FOOT, hours=440.0)]))
    assert find_clash(rules) is None
    blocks = Blocks(tuple("abcde"), np.arange(10) // 2, np.arange(5), np.full(5, 80.0))
    clash = find_clash(rules, blocks)
    assert clash is not None
    # 85 hours are two shifts of 80 in each of five areas; 80 are one.
    assert clash.sentence == (
        "rules: the floors of E01, E02, E03 and 2 more (at least 85 hours each, 425 together) and the 440 hours of "
        "foot patrol cannot both be kept in whole shifts; lower the floors of E01, E02, E03 and 2 more by 5 hours "
        "each, or add 360 hours of foot patrol; further rules may clash then."
    )


def test_whole_shifts_over_many_areas_are_looked_at_by_roster() -> None:
    areas, hours = 400, np.array([[1.0]])
    total = Rules("total", ("foot",), ("foot",), csr_matrix(np.ones((1, areas))), -np.inf * hours[0], 420 * hours[0])
    names = tuple(f"E{area}" for area in range(areas))
    least = np.full(areas, 1.04)
    floor = Rules("floor", names, ("least",) * areas, csr_matrix(np.eye(areas)), least, np.full(areas, np.inf))
    of_post = np.zeros(areas, dtype=np.int64)
    able, unable = (Blocks(("force",), of_post, np.array([0]), np.array([length])) for length in (16.0, 25.0))
    assert find_clash([total, floor], able) is None
    clash = find_clash([total, floor], unable)
    assert clash is not None
    assert [(rule.kind, rule.give) for rule in clash.rules] == [("floor", pytest.approx(0.04)), ("total", 5)]
    assert "whole shifts (a smallest set found; a smaller one may exist)" in clash.sentence
    assert clash.sentence.endswith("; further rules may clash then.")


def test_further_clashes_are_not_kept_back() -> None:
    choices = Choices(locks=(Lock("desk", "E03", 150.0),))
    clash = clash_of({"maximum_per_area": 160, "minimum_per_district": {"Harlow": 380}}, choices=choices)
    assert len(clash.rules) == 2
    assert "cannot both be kept, and further rules clash without them; " in clash.sentence


def test_what_is_asked_to_give_keeps_all_rules_and_not_this_set_alone() -> None:
    rules = {"minimum_per_district": {"Harlow": 380}, "minimum_per_area": 150}
    clash = clash_of(rules, resources=[FOOT])
    # Five areas of 150 hours clash with 400 hours by themselves; Harlow's 380 ask for less than they do.
    assert [rule.kind for rule in clash.rules] == ["floor", "total"]
    assert clash.sentence.endswith(
        "lower the floors of E01, E02, E03 and 2 more by 143.34 hours each, or add 430 hours of foot patrol."
    )


def test_what_else_has_to_give_is_told_with_it() -> None:
    choices = Choices(locks=(Lock("desk", "E03", 150.0),))
    clash = clash_of({"maximum_per_area": 160, "minimum_per_district": {"Harlow": 380}}, choices=choices)
    assert [len(way) for way in clash.ways] == [2, 2]
    assert clash.sentence.count(" as well") == 2


def test_many_totals_are_told_as_one_sum_after_the_floor_that_was_asked_for() -> None:
    resources = [replace(FOOT, code=code, name=code, hours=hours) for code, hours in (("a", 100), ("b", 30), ("c", 7))]
    clash = clash_of({"minimum_per_district": {"Harlow": 50000}}, resources=resources)
    assert clash.sentence == (
        "rules: the floor of Harlow (at least 50,000 hours) and the 137 hours of the three resources that may work on "
        "it (a 100, b 30 and c 7) cannot both be kept; lower the floor of Harlow by 49,863 hours, or add 49,863 hours "
        "of any one of these resources."
    )


def test_hours_that_were_asked_for_are_told_first() -> None:
    rules = build(asked({"minimum_per_area": 85}, resources=[FOOT]))
    clash = find_clash(rules, asked=places_asked(Choices(hours={"foot": 400.0}), ()))
    assert clash is not None
    assert [rule.kind for rule in clash.rules] == ["total", "floor"]
    assert clash.sentence.startswith("rules: the 400 hours of foot patrol and the floors of E01, E02, E03 and 2 more")


def test_what_a_request_sets_is_known_by_its_place() -> None:
    lock = Lock("foot", "E01", 900.0)
    choices = Choices(minimum_per_area=85, minimum_per_district={"Harlow": 10}, locks=(lock,), hours={"foot": 400})
    rules = build(asked({"minimum_per_area": 85, "minimum_per_district": {"Harlow": 10}}, choices=choices))
    places = {place for family in rules for place in family.places}
    assert places_asked(choices, ()) <= places
