"""Plans against reality on SYNTHETIC weeks whose answers are known."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from errors import AllocationError, DataError
from features.panel import Panel
from models.allocation.posed import Demand
from models.allocation.programme.posts import TOGETHER, Links, Posts
from models.allocation.programme.problem import Problem, Rules
from models.allocation.programme.values import Met, Share
from tests.support.panels import areas as some_areas
from training.plans.certain import Certain
from training.plans.contest import CLAIRVOYANT, MEAN, PLAIN, PLAN, SIMPLE, TRUE, Pose, contest, hours_of
from training.plans.intervals import paired, saved
from training.plans.lawful import lawful, spent
from training.plans.simple import EQUAL, HARM, RECENT, TOP, YEAR, simple_hours
from training.plans.told import best_simple, by_week, document, told
from training.plans.value import works_on
from training.plans.week import Week, last_whole, whole

F64 = NDArray[np.float64]

AREAS, HOURS, SCALE = 4, 40.0, 10.0
STRANDS = ("Assault", "Burglary")
WEIGHT = np.array([3.0, 1.0])


def limits(posts: Posts, low: float, high: float) -> Rules:
    """Return limits of every area together."""
    matrix = csr_matrix((np.ones(len(posts)), (posts.area, np.arange(len(posts)))), shape=(AREAS, len(posts)))
    names = tuple(f"area {number}" for number in range(AREAS))
    return Rules("cap", names, names, matrix, np.full(AREAS, low), np.full(AREAS, high))


def totals(posts: Posts, *hours: float) -> Rules:
    """Return the totals of resources."""
    shape = (len(hours), len(posts))
    matrix = csr_matrix((np.ones(len(posts)), (posts.resource, np.arange(len(posts)))), shape=shape)
    names = tuple(f"resource {number}" for number in range(len(hours)))
    return Rules("total", names, names, matrix, np.full(len(hours), -np.inf), np.array(hours))


def by_presence(week: Week, low: float = 2.0, high: float = 25.0) -> Problem:
    """Return one patrol that reaches 63 % of an area in ten hours."""
    area = np.arange(AREAS)
    posts = Posts(np.zeros(AREAS, dtype=np.int64), area, np.full(AREAS, TOGETHER))
    cell_area = np.repeat(area, len(STRANDS))
    links = Links(cell_area, np.arange(len(cell_area)), np.full(len(cell_area), 1 / SCALE))
    value = Share(np.tile(WEIGHT, AREAS), np.zeros(len(cell_area)), week.demand.mean.reshape(-1))
    rules = (totals(posts, HOURS), limits(posts, low, high))
    return of(posts, links, value, rules, ("patrol",))


def by_capacity(week: Week) -> Problem:
    """Return two teams: one for both strands, one for burglary alone; an incident takes two hours."""
    demand = week.demand
    both = [(0, area, strand) for area in range(AREAS) for strand in range(2)]
    resource, area, strand = np.array([*both, *((1, area, 1) for area in range(AREAS))]).T
    posts = Posts(resource, area, strand)
    links = Links(np.arange(len(posts)), area * 2 + strand, np.full(len(posts), 0.5))
    cells = AREAS * 2
    value = Met(np.tile(WEIGHT, AREAS), np.zeros(cells), demand.mean.reshape(-1), demand.dispersion.reshape(-1))
    return of(posts, links, value, (totals(posts, HOURS, 10.0),), ("team", "burglary"))


def of(posts: Posts, links: Links, value: Met | Share, rules: tuple[Rules, ...], resources: tuple[str, ...]) -> Problem:
    """Return a problem of four areas and two strands."""
    return Problem(
        objective="reached",
        area_codes=tuple("ABCD"),
        strands=STRANDS,
        resources=resources,
        posts=posts,
        links=links,
        cell_area=np.repeat(np.arange(AREAS), 2),
        cell_strand=np.tile(np.arange(2), AREAS),
        value=value,
        rules=rules,
    )


def week(number: int = 0) -> Week:
    """Return a week that a known truth drew."""
    rng = np.random.default_rng(number)
    truth = np.array([[6.0, 2.0], [1.0, 5.0], [0.5, 0.5], [2.0, 0.2]])
    demand = Demand(STRANDS, truth * rng.uniform(0.7, 1.4, truth.shape), np.full(truth.shape, 0.1), 1.0)
    happened = rng.poisson(truth).astype(np.float64)
    year, recent = (rng.poisson(truth * weeks).astype(np.float64) for weeks in (52, 4))
    expected = replace(demand, mean=truth, dispersion=np.zeros(truth.shape))
    seen = np.ones(truth.shape, dtype=bool)
    share = np.ones(truth.shape)
    return Week(date(2020, 1, 6 + 7 * number), demand, share, year, 52, recent, happened, seen, expected)


@pytest.mark.parametrize("pose", [by_presence, by_capacity], ids=["presence", "capacity"])
def test_nothing_reaches_more_than_the_clairvoyant_nor_expects_more_than_the_truth(pose: Pose) -> None:
    weeks = [week(number) for number in range(3)]
    done: list[int] = []
    outcome = contest(weeks, pose, WEIGHT, done.append)
    assert done == [1, 2, 3]
    assert outcome.plans == (PLAN, *SIMPLE, PLAIN, MEAN, TRUE, CLAIRVOYANT)
    best = outcome.reached[outcome.plans.index(CLAIRVOYANT)]
    assert (outcome.reached <= best * (1 + 1e-6)).all()
    assert outcome.expected is not None
    assert (outcome.expected <= outcome.expected[outcome.plans.index(TRUE)] * (1 + 1e-6)).all()
    assert outcome.happened.tolist() == [float((w.happened @ WEIGHT).sum()) for w in weeks]
    assert (outcome.unplaced > -1e-6).all()


def test_regret_is_nothing_for_the_best_and_what_it_is_for_others() -> None:
    outcome = contest(
        [replace(week(number), expected=None) for number in range(4)], by_capacity, WEIGHT, lambda _: None
    )
    rows = {row.plan: row for row in told((outcome,))}
    assert rows[CLAIRVOYANT].regret == 0
    assert rows[PLAN].ahead is None
    assert rows[PLAN].saved is None
    equal = rows[EQUAL]
    assert equal.regret == pytest.approx(rows[CLAIRVOYANT].reached - equal.reached)
    assert equal.ahead is not None
    assert equal.ahead.mean == pytest.approx(rows[PLAN].reached - equal.reached)
    assert equal.saved is not None
    assert equal.saved.mean == pytest.approx(1 - rows[PLAN].regret / equal.regret)
    assert best_simple(list(rows.values())).regret == min(rows[name].regret for name in SIMPLE)
    table = by_week(outcome)
    assert len(table) == len(outcome.plans) * 4
    assert document(list(rows.values()))[0] | {"plan": PLAN} == document(list(rows.values()))[0]


def test_equal_hours_reach_what_is_reckoned_by_hand() -> None:
    happened = np.array([[1.0, 0.0], [2.0, 0.0], [0.0, 3.0], [0.0, 4.0]])
    outcome = contest([replace(week(), happened=happened)], by_presence, WEIGHT, lambda _: None)
    equal = outcome.plans.index(EQUAL)
    # Ten hours in each of four areas reach 1 - 1/e of whatever happens there.
    assert outcome.share()[equal] == pytest.approx(1 - np.exp(-1))
    assert outcome.reached[equal] == pytest.approx((1 - np.exp(-1)) * 16)


def test_equal_hours_of_teams_meet_what_is_reckoned_by_hand() -> None:
    happened = np.array([[9.0, 0.0], [0.0, 9.0], [1.0, 1.0], [0.0, 0.0]])
    problem = by_capacity(week())
    hours = hours_of(replace(week(), happened=happened), problem, WEIGHT)
    # Ten hours an area, five a strand: 2.5 incidents; the second team has 2.5 hours of burglary: 1.25 more.
    dose = problem.dose(hours[EQUAL])
    assert dose.tolist() == pytest.approx([2.5, 3.75] * AREAS)
    assert Certain(WEIGHT.repeat(1), WEIGHT * 0, WEIGHT).met(np.array([2.0, 2.0])).tolist() == [2.0, 1.0]


def test_simple_rules_go_by_their_counts_within_limits() -> None:
    year = np.array([[10.0, 0.0], [0.0, 30.0], [0.0, 0.0], [40.0, 20.0]])
    one = replace(week(), year=year, recent=year[::-1].copy())
    problem = by_presence(one)

    def hours(rule: str) -> list[float]:
        found: list[float] = simple_hours(rule, one, problem, WEIGHT).tolist()
        return found

    # 10, 30, 0 and 60 of 100, with no area below 2 hours: shares of the 38 that are left.
    assert hours(YEAR) == pytest.approx([3.8, 11.4, 2.0, 22.8])
    # Harm 30, 30, 0 and 140, which stops at 25 hours: halves of the 13 that are left.
    assert hours(HARM) == pytest.approx([6.5, 6.5, 2.0, 25.0])
    assert hours(RECENT) == pytest.approx([22.8, 2.0, 11.4, 3.8])
    # Two hours everywhere, 23 more where most happened, and the last 9 where next most did.
    assert hours(TOP) == pytest.approx([25.0, 2.0, 11.0, 2.0])
    assert hours(EQUAL) == pytest.approx([10.0] * 4)


def test_a_rule_of_thumb_gives_way_to_the_rules_of_the_plan() -> None:
    one = week()
    problem = by_capacity(one)
    burglary = problem.posts.strand == 1
    floor = Rules(
        "floor", ("burglary",), ("floor",), csr_matrix(burglary[None, :] * 1.0), np.array([45.0]), np.array([np.inf])
    )
    held = replace(problem, rules=(*problem.rules, floor))
    hours = simple_hours(YEAR, one, held, WEIGHT)
    assert hours[burglary].sum() >= 45 - 1e-6
    assert hours[problem.posts.resource == 0].sum() == pytest.approx(HOURS)
    assert hours[problem.posts.resource == 1].sum() == pytest.approx(10)


def test_rules_that_weigh_posts_against_each_other_are_mended_with_the_fewest_hours_moved() -> None:
    problem = by_presence(week(), low=0.0)
    row = csr_matrix(np.array([[1.0, -1.0, 0.0, 0.0]]))
    even = Rules("disparity", ("even",), ("even",), row, np.zeros(1), np.zeros(1))
    found = lawful(replace(problem, rules=(*problem.rules, even)), np.array([20.0, 10.0, 5.0, 5.0]))
    assert found[0] == pytest.approx(found[1])
    assert np.abs(found - [20.0, 10.0, 5.0, 5.0]).sum() == pytest.approx(10.0)
    wrong = Rules("floor", ("all",), ("floor",), csr_matrix(np.ones((1, 4))), np.array([41.0]), np.array([np.inf]))
    with pytest.raises(AllocationError, match="no hours keep all the rules"):
        lawful(replace(problem, rules=(*problem.rules, wrong)), np.full(4, 10.0))


def test_hours_that_nobody_can_have_stay_unplaced() -> None:
    assert spent(np.array([1.0, 2.0]), 100.0, np.zeros(2), np.array([10.0, 20.0])).tolist() == [10.0, 20.0]
    assert spent(np.zeros(2), 10.0, np.zeros(2), np.full(2, 10.0)) == pytest.approx([5.0, 5.0])


def test_weeks_of_which_not_all_is_known_are_left_out() -> None:
    part = np.ones((AREAS, 2), dtype=bool)
    part[2, 1] = False
    counts = np.ones((3, AREAS, 2), dtype=np.float32)
    areas = some_areas(AREAS)
    panel = Panel.of_counts(counts, counts > 0, "week", 0, areas, STRANDS, date(2020, 1, 1))
    weeks = [week(0), replace(week(1), seen=part), week(2)]
    assert whole(weeks, panel) == [weeks[0], weeks[2]]
    # Weeks 0 to 2 begin on 5, 12 and 19 January 1970; of the newest one an area is not in.
    observed = np.ones(counts.shape, dtype=bool)
    observed[2, 3, 0] = False
    late = Panel.of_counts(counts, observed, "week", 0, areas, STRANDS, date(2020, 1, 1))
    assert last_whole(panel, None) == date(1970, 1, 25)
    assert last_whole(late, None) == date(1970, 1, 18)
    assert last_whole(late, date(1970, 1, 17)) == date(1970, 1, 11)
    assert last_whole(late, date(1970, 1, 3)) == date(1970, 1, 3)
    with pytest.raises(DataError, match="not all records are in"):
        whole(weeks[1:2], panel)


def test_who_works_on_what_is_read_off_the_links() -> None:
    assert works_on(by_presence(week())).tolist() == [[True, True]]
    assert works_on(by_capacity(week())).tolist() == [[True, True], [False, True]]


def test_demand_that_is_known_is_met_up_to_itself() -> None:
    value = Certain(np.array([2.0, 1.0]), np.zeros(2), np.array([1.5, 0.0]))
    assert value.slope(np.array([1.0, 0.0])).tolist() == [1.0, 0.0]
    assert value.most_worth(np.array([0.5, 0.5])).tolist() == [2.25, 0.0]
    assert np.isinf(value.most_worth(np.array([-1.0, 0.0]))[0])
    assert value.met_of(np.array([2.0, 2.0]), np.array([1, 3], dtype=np.int32)).tolist() == [1, 2]
    pieces = value.pieces()
    assert (pieces.cell.tolist(), pieces.width.tolist()) == ([0], [1.5])
    assert value.sampled(pieces, np.array([[1, 0]], dtype=np.int32)).tolist() == [[1 / 1.5]]
    with pytest.raises(AllocationError, match="has no worst weeks"):
        value.mixed(0.5, np.zeros((1, 2), dtype=np.int32), np.ones(1))


def test_an_interval_of_weeks_that_go_together_is_wider() -> None:
    rng = np.random.default_rng(3)
    alone = rng.normal(1.0, 1.0, 400)
    together = np.repeat(rng.normal(1.0, 1.0, 100), 4)
    wide, narrow = paired(together), paired(alone)
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)
    assert narrow.low < 1.0 < narrow.high
    plain = 1.96 * alone.std() / 20
    assert narrow.high - narrow.mean == pytest.approx(plain, rel=0.25)
    assert paired(np.array([1.0])).low == -np.inf


def test_saved_regret_is_one_less_the_ratio() -> None:
    rng = np.random.default_rng(4)
    rule = rng.uniform(0.5, 1.5, (2, 25))
    found = saved(0.4 * rule, rule, np.random.default_rng(1))
    assert (found.mean, found.low, found.high) == pytest.approx((0.6, 0.6, 0.6))
