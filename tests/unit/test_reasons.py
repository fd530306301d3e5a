from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from errors import AllocationError
from features.harm import Harm
from models.allocation.choices import Choices
from models.allocation.pose import pose
from models.allocation.programme.plan import Plan
from models.allocation.programme.problem import Kind, Problem, Rules
from models.allocation.programme.solver import solve
from models.allocation.programme.values import Met
from models.allocation.reasons.margins import Margins
from models.allocation.reasons.next_hours import next_hours, total_row, with_more
from models.allocation.reasons.prices import binding, clean_prices, prices
from models.allocation.reasons.sentences import area_sentences, plan_sentences
from models.allocation.reasons.statements import STATUSES, statements
from models.allocation.rules.rows import relative
from tests.support.plan_runs import plan_run, resource_text, resources
from tests.support.reasoned import Invented, area_rule, capacity, presence

ENDLESS = np.array([np.inf])
COUNTY = Invented(
    np.array([[6.0, 2.0], [3.0, 1.0], [1.0, 0.5], [0.0, 0.0], [5.0, 4.0]]), np.array([1.0, 4.0]), (4.0, 3.0)
)


def ruled(problem: Problem, kind: Kind, areas: tuple[int, ...], lower: float, upper: float) -> Problem:
    name = "and ".join(problem.area_codes[area] for area in areas)
    return replace(problem, rules=(*problem.rules, area_rule(problem, kind, name, areas, lower, upper)))


def status(plan: Plan, area: int) -> str:
    return statements(plan)[area].status


@pytest.mark.parametrize("make", [capacity, presence])
def test_a_total_price_lies_between_what_an_hour_more_and_less_are_worth(make: type) -> None:
    problem = make(COUNTY)
    plan = solve(problem)
    for row, price in enumerate(item for item in prices(plan) if item.kind == "total"):
        step = 1e-3
        worth = []
        for sign in (1, -1):
            upper = problem.rules[0].upper.copy()
            upper[row] += sign * step
            eased = replace(problem.rules[0], upper=upper)
            worth.append(sign * (solve(replace(problem, rules=(eased,))).objective - plan.objective) / step)
        assert worth[0] - 0.02 <= price.price <= worth[1] + 0.02


def test_binding_rules_come_dearest_first_and_a_slack_one_not_at_all() -> None:
    problem = ruled(capacity(COUNTY), "cap", (0,), -np.inf, 0.5)
    plan = solve(ruled(ruled(problem, "cap", (4,), -np.inf, 1.0), "floor", (1,), 0.0, 500.0))
    held = binding(prices(plan))
    costs = [abs(price.price) for price in held]
    assert costs == sorted(costs, reverse=True)
    assert {(price.kind, price.name) for price in held} >= {("cap", "A00"), ("cap", "A04"), ("total", "R0")}
    assert ("floor", "A01") not in {(price.kind, price.name) for price in held if price.price}


def test_prices_of_a_relaxation_are_called_approximate() -> None:
    plan = replace(solve(ruled(capacity(COUNTY), "cap", (0,), -np.inf, 0.5)), approximate=True)
    assert all(price.approximate for price in prices(plan))
    assert "approximate" in plan_sentences(plan, {})[-1]
    assert "(approximate)" in area_sentences(plan)[0]


def test_rounding_of_the_solver_is_no_price() -> None:
    plan = solve(capacity(COUNTY))
    noisy = replace(plan, prices=(plan.prices[0] + np.array([0.0, -plan.prices[0][1] + 1e-12]),))
    assert clean_prices(noisy)[0][1] == 0


@pytest.mark.parametrize(
    ("kind", "areas", "lower", "upper", "expected"),
    [
        ("floor", (2,), 2.0, np.inf, "at its floor"),
        ("cap", (2,), -np.inf, 0.0, "capped"),
        ("lock", (2,), 1.0, 1.0, "locked"),
        ("floor", (2, 3), 2.0, np.inf, "held by a rule"),
        ("ringfence", (2,), 2.0, np.inf, "held by a rule"),
    ],
)
def test_a_rule_that_costs_is_the_status_of_its_area(
    kind: Kind, areas: tuple[int, ...], lower: float, upper: float, expected: str
) -> None:
    plan = solve(ruled(capacity(COUNTY), kind, areas, lower, upper))
    told = statements(plan)[2]
    assert told.status == expected
    assert told.holdings[0].name in area_sentences(plan)[2]


def test_of_several_rules_the_dearest_is_named_first() -> None:
    problem = ruled(ruled(capacity(COUNTY), "floor", (2, 3), 2.0, np.inf), "change", (1, 2), -np.inf, 2.1)
    plan = solve(ruled(problem, "ringfence", (2,), 2.0, np.inf))
    told = next(item for item in statements(plan) if len(item.holdings) > 1)
    costs = [abs(rule.price) for rule in told.holdings]
    assert costs == sorted(costs, reverse=True)
    sentence = area_sentences(plan)[plan.problem.area_codes.index(told.area_code)]
    assert sentence.index(told.holdings[0].name) <= sentence.index(told.holdings[1].name)
    assert told.status_text.startswith(told.status)


def test_without_rules_areas_are_marginal_at_the_margin_empty_or_without_demand() -> None:
    plan = solve(capacity(COUNTY))
    told = [item.status for item in statements(plan)]
    assert told[3] == "no demand"
    assert set(told) <= set(STATUSES)
    assert "at the margin" in told
    assert set(told) & {"marginal: the next hour goes elsewhere", "no hours"}


@pytest.mark.parametrize("hair", [0.0, 1e-10, -1e-10])
@pytest.mark.parametrize("seed", range(6))
def test_an_area_is_at_the_margin_only_where_more_hours_would_go_to_it(seed: int, hair: float) -> None:
    # A plan of capacities ends at whole incidents, a hair below or above: an hour taken off there is worth much, and
    # the next one less. What is said is checked by solving again with some more minutes, anywhere and in the area.
    rng = np.random.default_rng(seed)
    problem = capacity(Invented(rng.gamma(2.0, 1.0, (6, 2)), np.array([1.0, 4.0]), (9.3,), minutes=(37.0,)))
    plan, minutes = solve(problem), 1e-3
    told = statements(replace(plan, hours=plan.hours * (1.0 - hair)))
    more = with_more(problem, 0, minutes)
    anywhere = (solve(more).objective - plan.objective) / minutes
    statuses = []
    for area, item in enumerate(told):
        hours = item.hours + minutes
        here = (solve(ruled(more, "lock", (area,), hours, hours)).objective - plan.objective) / minutes
        assert item.slope == pytest.approx(here, abs=1e-6)
        assert item.elsewhere == pytest.approx(anywhere, abs=1e-6)
        assert (item.status == "at the margin") == (here > anywhere - 1e-6 and item.hours > 0)
        statuses.append(item.status)
    assert statuses.count("at the margin") == 1
    assert "marginal: the next hour goes elsewhere" in statuses


def test_an_area_tells_of_the_resource_whose_hour_is_worth_most_beside_its_price() -> None:
    plan = solve(capacity(COUNTY))
    margins, posts = Margins(plan), plan.problem.posts
    for area, item in enumerate(statements(plan)[:3]):
        mine = posts.area == area
        shares = [
            (margins.slope[mine & (posts.resource == number)] / margins.cost[mine & (posts.resource == number)]).max()
            for number in range(2)
        ]
        assert item.slope / item.cost == pytest.approx(max(shares), abs=1e-5)
        assert item.resource == f"R{int(np.argmax(shares))}" or shares[0] == pytest.approx(shares[1], abs=1e-5)


def test_the_margin_is_told_with_the_whole_hour_where_that_is_more_than_is_left_of_an_incident() -> None:
    told = replace(statements(solve(capacity(COUNTY)))[0], holdings=(), slope=0.5, cost=0.5, elsewhere=0.5, hours=1.0)
    plan = solve(capacity(COUNTY))
    (alike,) = area_sentences(plan, [replace(told, next_hour=0.5)])
    (less,) = area_sentences(plan, [replace(told, next_hour=0.2)])
    (eased,) = area_sentences(plan, [replace(told, next_hour=0.3, slope=0.3, cost=0.3)])
    assert alike.endswith("does as much here as elsewhere, 0.5.")
    assert less.endswith("0.5, at first: a whole hour more would add 0.2.")
    assert "would add 0.3 reached and eases rules that make up for the 0.5 elsewhere" in eased


def test_where_hours_abound_nothing_is_left_to_meet() -> None:
    plan = solve(capacity(replace(COUNTY, hours=(500.0, 500.0))))
    assert status(plan, 0) == "nothing is left to meet"
    assert any("stay unplaced" in sentence for sentence in plan_sentences(plan, {}))


def test_an_area_in_which_no_resource_may_work_says_so() -> None:
    problem = capacity(COUNTY)
    kept = problem.posts.area != 3
    posts = replace(
        problem.posts,
        resource=problem.posts.resource[kept],
        area=problem.posts.area[kept],
        strand=problem.posts.strand[kept],
    )
    links = replace(
        problem.links, post=np.arange(kept.sum()), cell=problem.links.cell[kept], rate=problem.links.rate[kept]
    )
    rules = replace(problem.rules[0], matrix=csr_matrix(problem.rules[0].matrix[:, np.flatnonzero(kept)]))
    plan = solve(replace(problem, posts=posts, links=links, rules=(rules,)))
    assert status(plan, 3) == "no post"


@pytest.mark.parametrize("make", [capacity, presence])
def test_the_next_hour_is_what_a_whole_hour_adds(make: type) -> None:
    plan = solve(make(COUNTY))
    for post in range(len(plan.hours)):
        hours = plan.hours.copy()
        hours[post] += 1.0
        assert Margins(plan).next_hour[post] == pytest.approx(replace(plan, hours=hours).harm - plan.harm, abs=1e-9)
    assert (Margins(plan).next_hour <= Margins(plan).slope + 1e-9).all()


@pytest.mark.parametrize("make", [capacity, presence])
def test_the_slope_is_the_derivative_to_the_right(make: type) -> None:
    plan = solve(make(COUNTY))
    for post in range(len(plan.hours)):
        hours = plan.hours.copy()
        hours[post] += 1e-4
        gain = (replace(plan, hours=hours).objective - plan.objective) / 1e-4
        assert Margins(plan).slope[post] == pytest.approx(gain, rel=1e-3, abs=1e-5)


def test_fading_links_have_the_derivative_of_their_formula() -> None:
    problem = presence(COUNTY)
    links = replace(problem.links, ceiling=np.full(len(problem.links.rate), 0.4))
    plan = replace(solve(problem), problem=replace(problem, links=links))
    hours = plan.hours + 1e-6
    gain = plan.problem.links.doses(hours) - plan.problem.links.doses(plan.hours)
    told = Margins(plan).slope
    expected = (problem.worth * problem.value.slope(plan.dose))[links.cell] * gain / 1e-6
    assert told == pytest.approx(np.bincount(links.post, weights=expected), rel=1e-3)


def test_ten_more_hours_are_placed_where_the_new_plan_puts_them_and_gain_no_more_than_their_price() -> None:
    plan = solve(capacity(COUNTY))
    told = next_hours(plan, "R0", solve)
    assert told.placed == pytest.approx(10.0)
    assert sum(told.change.values()) == pytest.approx(10.0, abs=0.1)
    assert 0 < told.harm <= told.promised + 1e-9
    first = next(iter(told.change))
    assert first in told.sentence()


def test_more_hours_of_what_is_not_needed_go_nowhere() -> None:
    plan = solve(capacity(replace(COUNTY, hours=(500.0, 500.0))))
    assert "nowhere" in next_hours(plan, "R1", solve).sentence()


def test_a_plan_that_breaks_its_rules_is_not_told() -> None:
    plan = solve(capacity(COUNTY))

    def wrong(problem: Problem) -> Plan:
        return replace(solve(problem), hours=plan.hours * 9)

    with pytest.raises(AllocationError, match="breaks the rule of R0"):
        next_hours(plan, "R0", wrong)


def test_an_unknown_resource_is_refused_with_those_there_are() -> None:
    with pytest.raises(AllocationError, match="R0, R1"):
        total_row(capacity(COUNTY), "R9")


def test_nothing_says_because() -> None:
    plan = solve(ruled(ruled(capacity(COUNTY), "cap", (0,), -np.inf, 0.5), "lock", (2,), 1.0, 1.0))
    said = " ".join([*plan_sentences(plan, {}), *area_sentences(plan)])
    assert "because" not in said.lower()


def test_a_rule_of_money_is_not_told_in_hours() -> None:
    problem = capacity(COUNTY)
    cost = csr_matrix(np.full((1, len(problem.posts)), 30.0))
    budget = Rules("budget", ("all",), ("resources.toml, [rules] budget",), cost, np.array([-np.inf]), np.array([60.0]))
    plan = solve(replace(problem, rules=(*problem.rules, budget)))
    sentence = next(said for said in plan_sentences(plan, {}) if "budget" in said)
    assert "60 hours" not in sentence
    assert "one unit of give" in sentence


def test_a_floor_that_is_a_share_is_told_as_one_with_the_price_of_an_hour_less() -> None:
    problem = capacity(COUNTY)
    every = np.ones((1, len(problem.posts)))
    own = csr_matrix((problem.posts.strand == 0)[None, :].astype(np.float64))
    limits = np.array([0.6]), ENDLESS
    floor = relative("floor", ["burglary"], ["rules"], own, csr_matrix(every), limits, "the hours placed")
    assert floor is not None
    plan = solve(replace(problem, rules=(*problem.rules, floor)))
    told = prices(plan)[-1]
    assert (told.unit, told.of, told.lower, told.upper) == ("share", "the hours placed", 0.6, None)
    assert told.value == pytest.approx(0.6)
    assert told.binding
    eased = replace(floor, lower=floor.lower - 0.01)
    gain = (solve(replace(problem, rules=(*problem.rules, eased))).objective - plan.objective) / 0.01
    assert -told.price == pytest.approx(gain, rel=1e-6)
    said = next(said for said in plan_sentences(plan, {}) if "burglary" in said)
    assert said.startswith(
        "The floor of burglary holds, at least 60 % of the hours placed; an hour less asked for there "
    )


def test_what_only_places_hours_of_unweighted_strands_is_no_harm() -> None:
    problem = capacity(COUNTY)
    assert isinstance(problem.value, Met)
    strand = problem.cell_strand
    weight = np.where(strand == 0, 2.0, 0.0)
    value = replace(problem.value, weight=weight, placing=np.where(strand == 0, 0.0, 2e-4))
    own = problem.posts.resource == 0
    # The first resource works on the strand with a weight, the second on the others alone.
    kept = np.where(own, problem.posts.strand == 0, problem.posts.strand != 0)
    shut = Rules("lock", ("shut",), ("rules",), csr_matrix((~kept)[None, :] * 1.0), -ENDLESS, np.zeros(1))
    plan = solve(replace(problem, value=value, rules=(*problem.rules, shut)))
    first, second = prices(plan)[:2]
    assert (first.aid, second.aid) == (False, True)
    assert first.price == plan.prices[0][0] > 0
    assert plan.prices[0][1] > 0
    assert second.price == 0
    said = plan_sentences(plan, {})
    assert "R1: an hour more would go to strands without a harm weight; no harm is told of it." in said


def test_a_share_of_all_hours_holds_only_areas_that_have_hours_for_it() -> None:
    # Robbery, rare and slow, would have no hours; its share goes to the one area where there is some.
    demand = [[6.0, 4.0, 0.0], [5.0, 3.0, 0.0], [4.0, 2.0, 0.4]]
    text = resource_text("team", meets="minutes_an_incident = { low = 120, central = 240, high = 480 }", hours=40.0)
    head = "[rules]\nminimum_per_strand = { robbery = { share = 0.05 } }"
    weights = "weight_of_unlisted = 1\nweights = { robbery = 0.01 }"
    posed = pose(plan_run(demand), resources(text, head=head, weights=weights), Choices(), Harm())
    plan = solve(posed.problem)
    assert plan.prices[1][0] < 0
    held = {item.area_code: [rule.name for rule in item.holdings] for item in statements(plan)}
    assert held == {"A0": [], "A1": [], "A2": ["robbery"]}
