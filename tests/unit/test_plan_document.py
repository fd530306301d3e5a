import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.allocation.papers.account import account_of
from models.allocation.papers.quarters import quarter_hours
from models.allocation.papers.ranges import ranges_of
from models.allocation.programme.problem import Blocks
from models.spread import Shock, Spread
from tests.support.plans import (
    CODES,
    DISTRICTS,
    MEAN,
    STRANDS,
    by_capacity,
    by_presence,
    made_document,
    made_ground,
    made_run,
    rules_of,
)


def as_bytes(document: dict[str, object]) -> bytes:
    return json.dumps(document, ensure_ascii=False, allow_nan=False, sort_keys=True).encode()


def test_the_same_plan_is_the_same_bytes_and_json_values_only() -> None:
    assert as_bytes(made_document()) == as_bytes(made_document())
    assert json.loads(as_bytes(made_document())) == made_document()


def test_hours_add_up_wherever_they_are_told() -> None:
    planned = by_capacity()
    document = made_document(planned)
    placed = planned.plan.hours.sum() + planned.caseloads["offenders"].hours.sum()
    assert sum(row["placed"] for row in document["resources"]) == pytest.approx(placed)
    assert sum(row["hours"] for row in document["posts"]) == pytest.approx(placed)
    assert sum(row["hours"] for row in document["areas"]) == pytest.approx(placed)
    by_strand = sum(row["hours"] for row in document["coverage"]["strands"])
    assert by_strand == pytest.approx(planned.plan.hours.sum())
    assert sum(row["hours"] for row in document["coverage"]["districts"]) == pytest.approx(by_strand)


def test_unplaced_hours_and_units_are_told_by_resource() -> None:
    local = next(row for row in made_document()["resources"] if row["code"] == "local")
    assert local["hours"] == 40.0
    assert local["unplaced"] == pytest.approx(40.0 - local["placed"])
    assert local["unplaced"] > 0
    team = next(row for row in made_document()["resources"] if row["code"] == "burglary")
    assert team["units_placed"] == pytest.approx(2.0)
    assert team["cost"] == pytest.approx(40.0 * 20.0)
    assert team["price"] == 0.4


def test_harm_is_what_the_plan_says_and_an_unweighted_strand_adds_none_of_it() -> None:
    planned = by_capacity()
    document = made_document(planned)
    totals = document["totals"]
    assert totals["harm_reached"] == pytest.approx(planned.plan.harm)
    assert totals["expected_harm"] == pytest.approx(MEAN[:, 0].sum() * 2 + MEAN[:, 2].sum() * 5)
    assert totals["unmet"] == pytest.approx(totals["expected_harm"] - totals["harm_reached"])
    fraud = next(row for row in document["coverage"]["strands"] if row["strand"] == "Fraud")
    assert not fraud["weighted"]
    # No harm is told of it, which is not a harm of 0.
    assert [fraud[key] for key in ("harm", "harm_met", "harm_unmet", "harm_covered")] == [None] * 4
    east = document["coverage"]["districts"][0]
    assert [row["harm"] is None for row in east["strands"]] == [False, True, False]
    assert east["harm"] == pytest.approx((MEAN[:3] @ [2.0, 0.0, 5.0]).sum())
    assert [row["strand"] for row in document["unweighted"]] == ["Fraud"]
    assert document["unweighted"][0]["expected"] == pytest.approx(7.0)


def test_what_draws_no_patrols_is_left_out_and_told() -> None:
    assert made_document()["totals"]["left_out"] == pytest.approx(0.25 * MEAN.sum())


def test_hours_on_strands_together_are_apportioned_by_what_they_meet_there() -> None:
    planned = by_presence()
    document = made_document(planned)
    first = document["posts"][0]
    assert first["strand"] == "together"
    # 4 burglaries of harm 2 and 2 of violence of harm 5; the same share of each is reached.
    assert first["apportioned"] == pytest.approx({"Burglary": 14.1 * 8 / 18, "Violence": 14.1 * 10 / 18})
    assert document["totals"]["harm_reached"] == pytest.approx(planned.plan.harm)
    assert document["areas"][0]["met"]["Fraud"] == pytest.approx(1 - np.exp(-14.1 / 20))


def shocked(variance: float) -> Spread:
    alone = Spread.independent(np.full(3, 0.25))
    return replace(alone, force=Shock(np.array([variance]), np.zeros(1)))


def width(document: dict[str, Any], key: str) -> float:
    low, high = document["totals"][key]
    return float(high - low)


def test_ranges_are_of_joint_draws_where_the_run_tells_how_areas_vary_together() -> None:
    alone, joint = made_document(), made_document(run=made_run(spread=shocked(0.2)))
    assert alone["totals"]["ranges"]["drawn"] == "independent"
    assert joint["totals"]["ranges"]["drawn"] == "joint"
    for told in (joint["totals"], alone["totals"]):
        for key in ("harm_reached", "unmet", "expected_harm", "expected", "met"):
            assert told[f"{key}_range"][0] < told[key] < told[f"{key}_range"][1]
    # A shock that all areas share does not cancel out in their sum.
    for key in ("expected_range", "expected_harm_range", "unmet_range"):
        assert width(joint, key) > 1.15 * width(alone, key)


def test_the_mean_over_independent_draws_is_the_exact_expectation() -> None:
    planned = by_capacity()
    account = account_of(planned.posed, planned.plan)
    group = np.unique(DISTRICTS, return_inverse=True)[1]
    demand = planned.posed.demand
    drawn = ranges_of(demand, planned.plan, account, group)
    # The cells' own dispersions are near the demand's, whose weeks are drawn.
    assert drawn.harm.mean() == pytest.approx(account.harm.sum(), rel=0.04)
    assert drawn.reached.mean() == pytest.approx(account.harm_met.sum(), rel=0.04)
    assert drawn.by_district.sum(axis=2).mean(axis=0) == pytest.approx([12.5, 11.5], rel=0.05)
    assert (drawn.reached <= drawn.harm + 1e-9).all()


def test_quarter_hours_lie_next_to_the_plan_and_keep_every_rule() -> None:
    planned = by_capacity()
    found = quarter_hours(planned.plan, DISTRICTS)
    assert found.broken == ()
    assert (found.hours * 4 == np.round(found.hours * 4)).all()
    assert (np.abs(found.hours - planned.plan.hours) < 0.25).all()
    for rules in planned.plan.problem.rules:
        value = rules.matrix @ found.hours
        assert (value >= rules.lower - 1e-9).all()
        assert (value <= rules.upper + 1e-9).all()


def test_rules_that_cut_across_resources_and_districts_are_kept_by_a_search() -> None:
    # Four posts of two resources in two districts, each half a quarter above a quarter; each resource has room for one
    # quarter more, and so has each district of each strand: rounding one by one gives both to the first district.
    planned = by_capacity()
    problem = planned.plan.problem
    hours = np.zeros(18)
    burglary, violence = [0, 3], [7, 13]
    hours[burglary + violence] = 1.125
    east = np.isin(problem.posts.area, [0, 1, 2]).astype(float)
    first = (problem.posts.resource == 0).astype(float)
    rules = (
        rules_of("total", {"first": first, "second": 1 - first}, [-np.inf] * 2, [2.25] * 2),
        rules_of("floor", {"East": east, "West": 1 - east}, [2.25] * 2, [np.inf] * 2),
    )
    plan = replace(planned.plan, hours=hours, problem=replace(problem, rules=rules))
    found = quarter_hours(plan, DISTRICTS)
    assert found.broken == ()
    assert sorted(found.hours[burglary]) == [1.0, 1.25]
    assert found.hours[burglary].tolist() != found.hours[violence].tolist()


def test_whole_shifts_stay_whole_in_quarter_hours() -> None:
    planned = by_capacity()
    problem = planned.plan.problem
    east = np.isin(problem.posts.area, [0, 1, 2])
    first = problem.posts.resource == 0
    of_post = np.where(first & east, 0, np.where(first, 1, -1))
    hours = np.zeros(18)
    hours[:6] = [3.3, 3.3, 1.4, 10.1, 3.3, 2.6]
    blocks = Blocks(("burglary in East", "burglary in West"), of_post, np.array([0, 1]), np.array([8.0, 8.0]))
    plan = replace(
        planned.plan, hours=hours, shifts=np.array([1, 2]), problem=replace(problem, rules=(), blocks=blocks)
    )
    found = quarter_hours(plan, DISTRICTS)
    assert found.broken == ()
    assert found.hours[:3].sum() == 8.0
    assert found.hours[3:6].sum() == 16.0


@pytest.mark.parametrize("seed", range(20))
def test_totals_districts_and_areas_in_quarters_hold_exactly(seed: int) -> None:
    rng = np.random.default_rng(seed)
    planned = by_capacity()
    posts = planned.plan.problem.posts
    hours = rng.gamma(1.0, 2.0, 18) * (rng.uniform(size=18) < 0.7)
    group = np.unique(DISTRICTS, return_inverse=True)[1][posts.area]

    def limits(number: int, of: np.ndarray[Any, Any]) -> tuple[dict[str, Any], list[float], list[float]]:
        rows = {f"{at}": (of == at).astype(float) for at in range(number)}
        sums = [float(row @ hours) for row in rows.values()]
        return rows, [np.floor(4 * held) / 4 for held in sums], [np.ceil(4 * held) / 4 for held in sums]

    total, district, area = (
        limits(number, of)
        for number, of in ((2, posts.resource), (4, posts.resource * 2 + group), (12, posts.resource * 6 + posts.area))
    )
    rules = (rules_of("total", *total), rules_of("floor", *district), rules_of("cap", *area))
    found = quarter_hours(
        replace(planned.plan, hours=hours, problem=replace(planned.plan.problem, rules=rules)), DISTRICTS
    )
    assert found.broken == ()
    assert (np.abs(found.hours - hours) < 0.25).all()
    assert found.hours.sum() <= hours.sum() + 1e-9


def test_a_rule_that_quarters_cannot_keep_is_named() -> None:
    planned = by_capacity()
    row = np.zeros(18)
    row[0] = 1.0
    locked = rules_of("lock", {"Area A00: Burglary team": row}, [6.1], [6.1])
    plan = replace(
        planned.plan,
        problem=replace(planned.plan.problem, rules=(*planned.plan.problem.rules, locked)),
        prices=(*planned.plan.prices, np.zeros(1)),
    )
    document = made_document(replace(planned, plan=plan))
    assert not document["quarter_hours"]["kept"]
    (broken,) = document["quarter_hours"]["broken"]
    assert broken["rule"] == "Area A00: Burglary team"
    assert broken["missed_by"] == pytest.approx(0.1)
    assert "Quarter hours miss the rules of Area A00: Burglary team by 0.1 hours" in document["sentences"][-1]


def test_rules_say_what_they_cost_and_whether_they_are_kept() -> None:
    rules = {(row["kind"], row["name"]): row for row in made_document()["rules"]}
    assert rules["cap", "A00"]["binding"]
    assert rules["cap", "A00"]["price"] == 0.1
    assert rules["total", "Local policing"]["lower"] is None
    assert all(row["kept"] for row in rules.values())
    assert rules["total", "Offender managers"]["programme"] == "offenders"


def test_caseloads_are_by_area_and_strand_with_minutes_a_case() -> None:
    (team,) = made_document()["caseloads"]
    assert team["hours"] == 10.0
    assert team["capacity"] == pytest.approx(5.0)
    assert team["unmet"] == pytest.approx(team["expected"] - team["met"])
    first = team["cells"][0]
    assert (first["area_code"], first["strand"], first["minutes_a_case"]) == ("A00", "Violence", 120.0)
    assert (first["hours"], first["capacity"]) == (4.0, 2.0)


def test_a_decile_outside_the_band_says_which_rules_pull_and_what_the_model_reckons() -> None:
    planned = by_capacity()
    told = made_document(planned)["equity"]
    assert told["band"] == [0.8, 1.25]
    ratios = {row["decile"]: row["ratio"] for row in told["deciles"]}
    assert set(told["outside"]) == {decile for decile, ratio in ratios.items() if not 0.8 <= ratio <= 1.25}
    assert told["outside"]
    for row in told["deciles"]:
        assert bool(row["reasons"]) == (row["decile"] in told["outside"])
    third = next(row for row in told["deciles"] if row["decile"] == 3)
    assert third["ratio"] == pytest.approx((8.1 / planned.plan.hours.sum()) / (6.25 / 52.75))
    assert third["reasons"][0] == "Rules that pull hours towards this decile: floor West, cap A00."
    assert third["reasons"][1].startswith("By the effect reckoned with, an hour here meets")


def test_without_deciles_nothing_is_said_of_equity() -> None:
    told = made_document(by_capacity(made_ground(decile=[np.nan] * 6)))["equity"]
    assert told["deciles"] == []
    assert told["areas_without_decile"] == 6


def test_the_synthetic_mark_the_notices_and_the_parent_are_carried() -> None:
    parent = {"plan_id": "2026-03-02-abc", "by": "A. Planner", "reason": "leave"}
    document = made_document(parent=parent)
    assert document["synthetic"]
    assert document["notices"] == ["synthetic"]
    assert document["parent"] == parent
    assert not made_document(run=made_run(notices=["proxy"]))["synthetic"]


def test_reasons_that_are_handed_in_are_used() -> None:
    areas = {code: {"status": "capped", "reason": f"Reason of {code}."} for code in CODES}
    document = made_document(reasons={"areas": areas, "sentences": ["One sentence."]})
    assert document["areas"][2]["reason"] == "Reason of A02."
    assert document["sentences"][0] == "One sentence."
    assert made_document()["areas"][0]["status"] == "capped"


def test_every_strand_stands_in_every_area() -> None:
    for area in made_document()["areas"]:
        assert tuple(area["expected"]) == STRANDS
        assert all(area["met"][name] <= area["expected"][name] + 1e-12 for name in STRANDS)
