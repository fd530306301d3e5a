import itertools
from dataclasses import replace

import numpy as np
import pytest

from errors import AllocationError
from models.allocation.posed import Planned
from models.allocation.programme.solver import solve
from models.allocation.scenarios.compare import compare
from models.allocation.scenarios.equity import equity_of
from models.allocation.scenarios.fairness import BANDS, fairness
from models.allocation.scenarios.frontier import FACTORS, frontier
from models.allocation.scenarios.sensitivity import places_of, sensitivity
from tests.support.reasoned import area_rule, capacity
from tests.support.scenarios import banded, by_capacity, by_presence, invented, planned_of

COUNTY = invented()
EQUAL = replace(COUNTY, weight=np.ones(3))
# With two resources that are as good as each other everywhere, hours can be spread evenly at no cost.
ALONE = replace(COUNTY, hours=(50.0,))


def test_a_plan_beside_itself_moves_nothing() -> None:
    planned = by_capacity(COUNTY)
    told = compare(planned, planned, ("a", "b"))
    assert (told.gainers, told.losers) == ([], [])
    assert told.harm[0] == told.harm[1]
    assert told.equity[0] == told.equity[1]


@pytest.mark.parametrize("make", [by_capacity, by_presence])
def test_every_cut_of_a_comparison_sums_to_the_same_hours_and_harm(make: type) -> None:
    first, second = make(COUNTY), make(EQUAL)
    told = compare(first, second, ("own weights", "equal weights"))
    for lines in (told.areas, told.districts, told.strands, told.deciles):
        for at, planned in enumerate((first, second)):
            assert sum(line.hours[at] for line in lines) == pytest.approx(planned.plan.hours.sum())
            assert sum(line.met[at] for line in lines) == pytest.approx(planned.plan.harm)
        assert sum(line.met_alike[1] for line in lines) == pytest.approx(told.harm[1][0])
    assert told.gainers
    assert told.losers


def test_each_plan_is_best_by_its_own_weights() -> None:
    told = compare(by_capacity(COUNTY), by_capacity(EQUAL), ("a", "b"))
    assert told.harm[0][0] >= told.harm[1][0] - 1e-6
    assert told.harm[1][1] >= told.harm[0][1] - 1e-6
    assert told.harm[0][0] > told.harm[1][0] + 0.1


def test_plans_of_other_areas_are_not_compared() -> None:
    with pytest.raises(AllocationError, match="not of the same areas"):
        compare(by_capacity(COUNTY), by_capacity(invented(areas=12)), ("a", "b"))


def test_hours_in_proportion_to_need_have_no_inequality() -> None:
    need, decile = np.array([4.0, 2.0, 1.0, 3.0]), np.array([1.0, 1.0, 2.0, 3.0])
    told = equity_of(2.5 * need, need, decile)
    assert told.gini == pytest.approx(0.0, abs=1e-12)
    assert told.concentration == pytest.approx(0.0, abs=1e-12)
    assert list(told.ratio.values()) == pytest.approx([1.0, 1.0, 1.0])


def test_all_hours_in_the_most_deprived_decile_have_a_concentration_below_zero() -> None:
    need, decile = np.ones(4), np.array([1.0, 2.0, 3.0, 4.0])
    told = equity_of(np.array([8.0, 0.0, 0.0, 0.0]), need, decile)
    assert told.concentration == pytest.approx(-0.75)
    assert told.gini == pytest.approx(0.75)
    assert equity_of(np.array([0.0, 0.0, 0.0, 8.0]), need, decile).concentration == pytest.approx(0.75)


def test_without_deciles_or_hours_there_is_no_index() -> None:
    unknown = np.full(3, np.nan)
    assert equity_of(np.ones(3), np.ones(3), unknown).concentration is None
    assert equity_of(np.zeros(3), np.ones(3), unknown).gini is None


def test_the_frontier_rises_ever_less_and_its_price_is_its_slope() -> None:
    points = frontier(capacity(COUNTY), solve)
    harm = np.array([point.harm for point in points], dtype=np.float64)
    hours = np.array([point.hours for point in points])
    slope = np.diff(harm) / np.diff(hours)
    price = np.array([point.price for point in points], dtype=np.float64)
    assert (slope > 0).all()
    assert (np.diff(slope) <= 1e-6).all()
    assert (price[:-1] >= slope - 1e-4).all()
    assert (price[1:] <= slope + 1e-4).all()
    at_one = points[FACTORS.index(1.0)]
    assert at_one.harm == pytest.approx(solve(capacity(COUNTY)).harm)


def test_where_the_rules_cannot_be_kept_the_frontier_says_why_and_goes_on() -> None:
    problem = capacity(COUNTY)
    floor = area_rule(problem, "floor", "everywhere", tuple(range(20)), 40.0, np.inf)
    points = frontier(replace(problem, rules=(*problem.rules, floor)), solve)
    assert [point.harm is None for point in points] == [point.hours < 40.0 for point in points]
    assert all(point.problem for point in points if point.harm is None)


def test_the_price_of_fairness_never_falls_as_the_band_tightens() -> None:
    def planned(band: float | None) -> Planned:
        return planned_of(banded(capacity(ALONE), ALONE, band), ALONE)

    told: list[tuple[int, int]] = []
    points = fairness(planned, advance=lambda done, total: told.append((done, total)))
    prices = [point.price for point in points if point.price is not None]
    assert prices[0] == 0.0
    assert all(later >= earlier - 1e-6 for earlier, later in itertools.pairwise(prices))
    assert prices[-1] > 0
    for point in points:
        if point.band is not None and point.lowest is not None and point.highest is not None:
            assert 1 / point.band - 1e-6 <= point.lowest <= point.highest <= point.band + 1e-6
    assert told[-1] == (len(BANDS), len(BANDS))


def test_without_deciles_there_is_no_price_of_fairness() -> None:
    def planned(band: float | None) -> Planned:
        made = by_capacity(COUNTY)
        bare = replace(made.posed.ground, decile=np.full(20, np.nan))
        return replace(made, posed=replace(made.posed, ground=bare))

    with pytest.raises(AllocationError, match="deprivation"):
        fairness(planned)


def test_places_are_most_some_and_none() -> None:
    hours = np.array([0.0, 5.0, 2.0, 9.0, 0.005, 1.0, 1.0, 1.0, 1.0, 1.0])
    assert places_of(hours)[:5] == ["none", "some", "some", "most", "none"]


def test_areas_whose_place_depends_on_the_weights_are_marked_and_no_others() -> None:
    def refused() -> Planned:
        raise AllocationError("the rules clash", place="rules", fix="ease one")

    base = by_capacity(COUNTY)
    told = sensitivity(("own", base), {"equal": lambda: by_capacity(EQUAL), "same": lambda: base, "none": refused})
    assert told.agreement["same"] == pytest.approx(1.0)
    assert 0 < (told.agreement["equal"] or 0.0) < 1
    assert told.missing == {"none": "the rules clash"}
    marked = {area.area_code for area in told.marked}
    assert marked
    for area in told.areas:
        assert (area.area_code in marked) == (len({area.place["own"], area.place["equal"]}) > 1)
    spreads = [area.spread for area in told.marked]
    assert spreads == sorted(spreads, reverse=True)


def test_ranks_under_the_same_choice_mark_nobody() -> None:
    base = by_presence(COUNTY)
    told = sensitivity(("own", base), {"again": lambda: by_presence(COUNTY)})
    assert told.marked == []
