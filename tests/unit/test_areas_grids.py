import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from errors import DataError
from features.areas.files import read_area_file
from features.areas.geojson import to_geojson
from features.areas.grid_file import grid_file
from features.areas.grids import Grid, Shape, hexagon_grid, square_grid
from features.areas.plane import Plane
from features.areas.polygons import Polygons
from features.areas.shapes import hectares_of

METRES = Plane.flat(1.0)
MAKERS = {"square": square_grid, "hexagon": hexagon_grid}
SHAPES: tuple[Shape, ...] = ("square", "hexagon")


def l_shape() -> shapely.Polygon:
    return shapely.Polygon([(0, 0), (2000, 0), (2000, 800), (900, 800), (900, 2000), (0, 2000)])


def square_km(folder: Path, properties: dict[str, str] | None = None) -> Path:
    """Write a boundary near Colchester, in two parts side by side."""
    plane = Plane.local(0.9, 51.9)
    features = []
    for part in (0, 1):
        x, y = plane.from_metres(
            np.array([0.0, 500, 500, 0, 0]) + 500 * part - 500, np.array([-500.0, -500, 500, 500, -500])
        )
        ring = np.column_stack([x, y]).tolist()
        given = {key: f"{value} {part}" for key, value in (properties or {}).items()}
        features.append(
            {"type": "Feature", "properties": given, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        )
    path = folder / "boundary.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_bounds_of_whole_cells_are_covered_by_no_more() -> None:
    grid = square_grid((0.0, 0.0, 1000.0, 500.0), 250.0, METRES)
    assert (grid.rows, grid.columns, len(grid)) == (2, 4, 8)
    assert grid.codes[:5] == ("square-250-0-0", "square-250-0-1", "square-250-0-2", "square-250-0-3", "square-250-1-0")
    assert grid.hectares == 6.25
    corners = np.array([0.0, 1000.0, 1000.0, 1000.1])
    assert grid.place(corners, np.array([0.0, 500.0, 0.0, 0.0])).tolist() == [0, 7, 3, -1]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_cell_is_as_wide_and_large_as_said(shape: Shape) -> None:
    grid = MAKERS[shape](l_shape(), 250.0, METRES)
    cell = grid.polygons()[len(grid) // 2]
    left, _, right, _ = cell.bounds
    assert right - left == pytest.approx(250)
    assert cell.area / 10_000 == pytest.approx(grid.hectares)
    assert grid.codes == tuple(sorted(grid.codes))


@pytest.mark.parametrize("shape", SHAPES)
def test_cells_meet_the_boundary_and_cover_it(shape: Shape) -> None:
    boundary = l_shape()
    cells = MAKERS[shape](boundary, 300.0, METRES).polygons()
    assert shapely.intersects(cells, boundary).all()
    assert boundary.difference(shapely.union_all(cells)).area == pytest.approx(0, abs=1e-3)
    assert sum(cell.area for cell in cells) == pytest.approx(shapely.union_all(cells).area)


@pytest.mark.parametrize("shape", SHAPES)
def test_neighbours_are_the_cells_whose_polygons_touch(shape: Shape) -> None:
    grid = MAKERS[shape](l_shape(), 250.0, METRES)
    cells = grid.polygons()
    one, other = shapely.STRtree(cells).query(cells, predicate="dwithin", distance=1.0)
    touching: list[set[int]] = [set() for _ in cells]
    for left, right in zip(one.tolist(), other.tolist(), strict=True):
        touching[left] |= {right} - {left}
    assert grid.neighbours() == tuple(tuple(sorted(items)) for items in touching)


def test_feet_are_a_plane_too() -> None:
    feet = square_grid((7_600_000.0, 650_000.0, 7_610_000.0, 660_000.0), 304.8, Plane.flat(0.3048))
    assert (feet.rows, feet.columns) == (10, 10)
    assert feet.place(np.array([7_600_500.0, 7_609_500.0]), np.array([650_500.0, 650_500.0])).tolist() == [0, 9]
    np.testing.assert_allclose(feet.centres()[0], [7_600_500.0, 650_500.0])


@pytest.mark.parametrize(("extent", "cell"), [((0.0, 0.0, 0.0, 1.0), 10.0), ((0.0, 0.0, 1e6, 1e6), 10.0)])
def test_an_empty_extent_and_far_too_many_cells_are_refused(extent: tuple[float, ...], cell: float) -> None:
    with pytest.raises(DataError):
        square_grid(extent, cell, METRES)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_grid_becomes_areas_that_place_as_the_grid_does(tmp_path: Path, shape: Shape) -> None:
    boundary = square_km(tmp_path, {"LAD21CD": "E0", "LAD21NM": "Half"})
    file = grid_file(boundary, shape, 100.0)
    out = tmp_path / "grid.geojson"
    out.write_bytes(to_geojson(file, {"grid": {"shape": shape}}))
    read = read_area_file(out)
    assert read.areas.codes == file.areas.codes
    assert read.areas.neighbours == file.areas.neighbours
    assert set(read.areas.parents["district"]) == {"Half 0", "Half 1"}
    np.testing.assert_allclose(read.areas.hectares, file.areas.hectares, rtol=1e-6)
    assert hectares_of(read.polygons[0]) == pytest.approx(file.areas.hectares[0], rel=1e-3)
    polygons = Polygons.of(read)
    assert polygons is not None
    rng = np.random.default_rng(1)
    whole = shapely.union_all(list(read_area_file(boundary).polygons))
    left, low, right, high = whole.bounds
    x, y = rng.uniform(left, right, 2000), rng.uniform(low, high, 2000)
    grid: Grid = MAKERS[shape](whole, 100.0)
    assert np.mean(polygons.place(x, y) == grid.place(x, y)) > 0.995  # corners are written to 10 cm


def test_a_boundary_need_not_name_areas(tmp_path: Path) -> None:
    file = grid_file(square_km(tmp_path), "square", 250.0)
    assert (len(file.areas), file.areas.parents) == (16, {})


def test_a_boundary_must_be_there_and_have_a_polygon(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such boundary"):
        grid_file(tmp_path / "absent.geojson", "square", 250.0)
    path = tmp_path / "empty.geojson"
    path.write_text('{"type":"FeatureCollection","features":[{"properties":{},"geometry":null}]}', encoding="utf-8")
    with pytest.raises(DataError, match="holds no polygon"):
        grid_file(path, "square", 250.0)


def test_a_plane_in_degrees_measures_like_the_ellipsoid() -> None:
    # Between two points of Essex, by Vincenty's formula on WGS 84: 0.01 degree north and east of 0.5 E, 51.7 N.
    plane = Plane.local(0.5, 51.7)
    east, north = plane.to_metres(np.array([0.51]), np.array([51.71]))
    assert float(north[0]) == pytest.approx(1112.6, rel=1e-3)
    assert float(east[0]) == pytest.approx(691.4, rel=1e-3)
    np.testing.assert_allclose(plane.from_metres(east, north), [[0.51], [51.71]])
