import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from errors import DataError
from features.areas.grids import hexagon_grid, square_grid
from features.areas.plane import Plane
from models.hotspots.document import COLUMNS, rows, summary, to_csv, to_geojson
from models.hotspots.evidence import COMPONENTS
from models.hotspots.intensity import fit
from models.hotspots.lattice import Spread
from models.hotspots.located import located
from models.hotspots.near_repeat import near_repeats
from models.hotspots.picture import draw_hotspots
from models.hotspots.points import Points
from models.hotspots.ranking import Ranking, Refit, cells_of_area, ranks
from models.hotspots.sizes import metres, square_metres
from models.hotspots.snapping import check_coordinates, resolution, shared
from models.hotspots.study import HotspotRequest, Hotspots, study
from tests.support import hotspots as support

PLANE = Plane.flat(1.0)
END = support.FIRST_DAY + support.DAYS


@pytest.mark.parametrize(
    ("text", "length"),
    [("250ft", 76.2), ("100 m", 100), ("0.5km", 500), (".1mi", 160.9344), ("1KM", 1000)],
)
def test_lengths_are_read_with_their_unit(text: str, length: float) -> None:
    assert metres(text) == pytest.approx(length)


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("0.25sqmi", 647_497.03),
        ("0.25 sq mi", 647_497.03),
        ("1km2", 1e6),
        ("2km²", 2e6),
        ("12ha", 120_000),
        ("9sqft", 0.836),
    ],
)
def test_areas_are_read_with_their_unit(text: str, area: float) -> None:
    assert square_metres(text) == pytest.approx(area, rel=1e-3)


@pytest.mark.parametrize("text", ["250", "0ft", "-3m", "3 parsecs", "", "1e3m", "2sqmi"])
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write a length such as"):
        metres(text)


@pytest.mark.parametrize("text", ["1km", "ha", "0sqmi", "3"])
def test_what_is_no_area_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write an area such as"):
        square_metres(text)


def test_an_area_holds_whole_cells_and_less_than_one_is_refused() -> None:
    cell = (250 * 0.3048) ** 2 / 10_000
    assert cells_of_area(70_000, cell, square_metres("0.25sqmi")) == 111
    with pytest.raises(DataError, match="smaller than one cell"):
        cells_of_area(70_000, cell, 1.0)
    assert cells_of_area(50, cell, square_metres("0.25sqmi")) == 50


def test_what_is_taken_back_is_gone_whatever_the_order() -> None:
    day, x = np.array([5, 5, 5, 6]), np.array([1.0, 1.0, 2.0, 1.0])
    count = np.array([1.0, -1.0, 2.0, 1.0])
    order = np.array([2, 0, 3, 1])
    own = np.ones(4, dtype=bool)
    for rows_ in (np.arange(4), order):
        points = Points.of(day[rows_], x[rows_], x[rows_], own, count[rows_])
        assert (points.day.tolist(), points.x.tolist(), points.count.tolist()) == ([5, 6], [2.0, 1.0], [2.0, 1.0])


@pytest.mark.parametrize("lay", [square_grid, hexagon_grid])
def test_spread_weights_sum_to_one_and_rings_hold_their_cells(lay: Any) -> None:
    spread = Spread.of(lay((0.0, 0.0, 2000.0, 2000.0), 100.0, PLANE))
    np.testing.assert_allclose(spread.table.sum(axis=(1, 2)), 1.0)
    held = (spread.table > 0).sum(axis=(1, 2))
    assert held[:, :3].tolist() == [[1, 8, 16] if lay is square_grid else [1, 6, 12]] * 2


@pytest.mark.parametrize("lay", [square_grid, hexagon_grid])
def test_evidence_at_cells_and_on_the_surface_and_in_total_agree(lay: Any) -> None:
    cells = lay((0.0, 0.0, support.SIDE, support.SIDE), 100.0, PLANE)
    evidence = support.evidence(support.town(), cells, END)
    weights = np.random.default_rng(3).random(len(COMPONENTS))
    surface = evidence.surface(weights, END - 20)
    at = evidence.at_cells(cells.cells, np.full(len(cells), END - 20)) @ weights
    np.testing.assert_allclose(surface, at, rtol=1e-10)
    np.testing.assert_allclose(evidence.totals(np.array([END - 20])) @ weights, surface.sum(), rtol=1e-10)


def test_busy_places_are_ranked_first_and_hold_what_is_expected_of_them() -> None:
    points, cells = support.town(1500), support.grid()
    day = END - 7 * 20
    evidence = support.evidence(points, cells, END)
    model = fit(evidence, day)
    expected = model.expected(evidence, day)
    assert model.shares.sum() == pytest.approx(1.0)
    assert (model.weights >= 0).all()
    later = points.counted(cells, day, END)
    busiest = np.argsort(-later)[:6]
    assert set(np.argsort(-expected)[:6]) == set(busiest)
    held = later[busiest].sum() / 20
    assert 0.6 * held < expected[busiest].sum() < 1.6 * held


def test_too_little_history_or_too_few_incidents_are_refused() -> None:
    cells = support.grid()
    with pytest.raises(DataError, match="weeks, too few to rank cells"):
        fit(support.evidence(support.town(), cells, END), support.FIRST_DAY + 200)
    with pytest.raises(DataError, match="too few to rank cells"):
        fit(support.evidence(support.town(40), cells, END), END)


def test_ties_go_to_the_lower_cell_and_stability_counts_refits() -> None:
    assert ranks(np.array([1.0, 3.0, 3.0, 2.0])).tolist() == [4, 1, 2, 3]
    truth = np.array([0.0, 2.0, 0.0, 1.0])
    refits = [
        Refit(20, np.array([4.0, 3.0, 2.0, 1.0]), None, np.ones(4)),
        Refit(13, np.array([4.0, 3.0, 2.0, 1.0]), truth, np.ones(4)),
        Refit(6, np.array([1.0, 3.0, 2.0, 4.0]), truth, np.array([0.0, 1.0, 0.0, 2.0])),
    ]
    ranking = Ranking(refits, 2)
    share, first, last = ranking.stability()
    assert ranking.best().tolist() == [0, 1]
    np.testing.assert_allclose(share, [2 / 3, 1, 0, 1 / 3])
    assert (first.tolist(), last.tolist()) == ([1, 2, 3, 1], [4, 2, 3, 4])
    assert ranking.overlap() == pytest.approx(0.75)
    assert ranking.record() == {
        "weeks": 2,
        "incidents": 6,
        "expected_in_chosen": 14,
        "in_chosen": 5,
        "in_chosen_by_plain_count": 5,
    }
    mean, low, high = ranking.total()
    assert (mean, low <= mean <= high) == (7, True)


def test_planted_near_repeats_are_found() -> None:
    rng = np.random.default_rng(4)
    x, y = rng.uniform(0, 20_000, (2, 600))
    day = rng.integers(0, 700, 600)
    again = rng.permutation(600)[:80]
    xs, ys = np.append(x, x[again] + 50), np.append(y, y[again])
    points = Points.of(np.append(day, day[again] + 3), xs, ys, np.ones(680, bool), np.ones(680))
    found = near_repeats(points, PLANE, np.random.default_rng(1), 199)
    assert found.pairs[1, 0] >= 80
    assert found.p[1, 0] == pytest.approx(1 / 200)
    assert found.pairs[1, 0] > 5 * found.usual[1, 0]
    assert {row["p"] for row in found.rows() if row["distance"] == "400-800 m"} != {0.005}


def test_without_near_repeats_p_is_as_often_small_as_chance_has_it() -> None:
    small = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        x, y = rng.uniform(0, 4000, (2, 300))
        points = Points.of(rng.integers(0, 365, 300), x, y, np.ones(300, bool), np.ones(300))
        small.append(near_repeats(points, PLANE, rng, 99).p[3:] <= 0.05)
    assert 0.01 < np.mean(small) < 0.1


def test_a_permutation_test_repeats_with_its_seed() -> None:
    one, other = (near_repeats(support.town(), PLANE, np.random.default_rng(7), 50).rows() for _ in range(2))
    assert one == other


def check(points: Points, cell: float = 50.0, *, degrees: bool = False) -> None:
    plane = Plane.local(support.LONGITUDE, support.LATITUDE) if degrees else PLANE
    check_coordinates(points, plane, cell, degrees=degrees)


def moved(points: Points, x: Any, y: Any) -> Points:
    return Points.of(points.day, x, y, points.own, points.count)


def test_points_with_a_few_busy_places_are_not_snapped() -> None:
    check(support.town())
    assert shared(support.town(), PLANE) < 0.3


def test_points_snapped_to_map_points_are_refused() -> None:
    points = support.town(2000)
    anchors = np.random.default_rng(8).uniform(0, support.SIDE, (400, 2))
    near = np.argmin(np.hypot(points.x[:, None] - anchors[:, 0], points.y[:, None] - anchors[:, 1]), axis=1)
    with pytest.raises(DataError, match="are snapped: "):
        check(moved(points, anchors[near, 0], anchors[near, 1]), 500.0)


@pytest.mark.parametrize("decimals", [2, 3])
def test_cells_finer_than_the_decimals_of_degrees_are_refused(decimals: int) -> None:
    points = support.town(250, days=3)
    wide = 400.0  # so wide a county that rounding makes few places one
    x, y = Plane.local(support.LONGITUDE, support.LATITUDE).from_metres(points.x * wide, points.y * wide)
    rounded = moved(points, np.round(x, decimals), np.round(y, decimals))
    with pytest.raises(DataError, match="m coarse, which is more than a cell of 50 m"):
        check(rounded, degrees=True)
    check(moved(points, x, y), degrees=True)
    check(rounded, 1200.0, degrees=True)


def test_points_of_a_lattice_in_metres_are_as_coarse_as_the_lattice() -> None:
    rng = np.random.default_rng(3)
    steps = rng.permutation(60 * 60)[:1500]
    n, east, north = len(steps), (steps % 60).astype(np.float64), (steps // 60).astype(np.float64)
    points = Points.of(rng.integers(0, 2000, n), east * 100, north * 100, np.ones(n, bool), np.ones(n))
    assert resolution(points, PLANE, degrees=False) == pytest.approx(100.0)
    with pytest.raises(DataError, match="take cells of 100m or more"):
        check(points)


def test_police_uk_is_refused_below_the_lsoa() -> None:
    view = support.incidents(support.town(), feed="police-uk/essex", resolution="month")
    for strand in (None, "burglary"):
        with pytest.raises(DataError, match="snapped to anonymous map points, which tell nothing below the LSOA"):
            located(view, strand)


def test_months_are_refused() -> None:
    with pytest.raises(DataError, match="gives no days"):
        located(support.incidents(support.town(), resolution="month"), None)


def test_codes_of_areas_alone_are_refused() -> None:
    points = support.town()
    unknown = np.full(len(points), np.nan)
    with pytest.raises(DataError, match="gives codes of areas but no coordinates"):
        located(support.incidents(points, longitude=unknown, latitude=unknown), None)


def test_an_unknown_strand_is_refused() -> None:
    with pytest.raises(DataError, match="take one of burglary, theft"):
        located(support.incidents(support.town()), "fraud")


def test_what_officers_found_draws_nobody_and_is_told() -> None:
    points = support.town()
    view = support.incidents(points, provenance=support.found_by_officers(len(points)))
    found = located(view, None)
    assert found.found_by_officers == points.count[: len(points) // 2].sum()
    assert len(found.points) == len(points) - len(points) // 2


def found(request: HotspotRequest) -> Hotspots:
    return study(support.Held(support.town()), None, (), request, None)


@pytest.mark.parametrize("shape", ["square", "hexagon"])
def test_geojson_is_valid_and_says_what_it_is(shape: Any, tmp_path: Path) -> None:
    hot = found(HotspotRequest(shape, 150.0, "burglary", top=12, refits=2))
    about, table = summary(hot, ["synthetic"], "Mine."), rows(hot, ["synthetic"], "Mine.")
    document = json.loads(to_geojson(hot, table, {"hotspots": about}))
    assert document["type"] == "FeatureCollection"
    shapes = [shapely.from_geojson(json.dumps(feature["geometry"])) for feature in document["features"]]
    assert len(shapes) == 12
    assert all(shapely.is_valid(shape) and shapely.is_ccw(shape.exterior) for shape in shapes)
    assert all(0.4 < shape.bounds[0] < 0.6 and 51.6 < shape.bounds[1] < 51.8 for shape in shapes)
    assert [feature["properties"]["rank"] for feature in document["features"]] == list(range(1, 13))
    assert {feature["properties"]["notices"] for feature in document["features"]} == {"synthetic"}
    expected = [row["expected"] for row in table]
    assert expected == sorted(expected, reverse=True)
    assert to_csv(table).decode().splitlines()[0] == ",".join(COLUMNS)
    assert (about["refits"], about["record"]["weeks"], about["boundary"]) == (2, 2, "incidents")
    assert sum(about["rests_on"].values()) == pytest.approx(1.0, abs=1e-3)
    draw_hotspots(hot, about, tmp_path / "one.png", synthetic=True)
    draw_hotspots(hot, about, tmp_path / "two.png", synthetic=True)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


def test_share_area_and_number_choose_as_many_cells() -> None:
    hot = found(HotspotRequest("square", 150.0, top=30, refits=0))
    same = HotspotRequest("square", 150.0, square_metres=30.4 * 150**2).chosen(hot.grid)
    assert (hot.ranking.chosen, same) == (30, 30)
    assert HotspotRequest("square", 150.0, share=0.5).chosen(hot.grid) == round(len(hot.grid) / 2)


def test_a_later_horizon_is_forecast_from_the_same_knowledge() -> None:
    near, far = (found(HotspotRequest("square", 150.0, top=9, horizon=h, refits=1)) for h in (1, 5))
    assert (far.week - near.week).days == 28
    assert near.week == date.fromordinal(support.FIRST.toordinal() + support.DAYS)
    assert far.model.lead == 28
    assert set(near.ranking.best()) & set(far.ranking.best())
