import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from errors import DataError
from features.areas.files import load_areas, read_area_file
from features.areas.polygons import Polygons


def square(x: float, y: float = 0.0) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]]]}


def geojson(folder: Path, *features: tuple[dict[str, Any], dict[str, Any] | None]) -> Path:
    path = folder / "areas.geojson"
    items = [{"type": "Feature", "properties": properties, "geometry": shape} for properties, shape in features]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": items}), encoding="utf-8")
    return path


def test_areas_are_sorted_with_neighbours_points_and_size(tmp_path: Path) -> None:
    path = geojson(
        tmp_path,
        ({"LSOA21CD": "c", "LSOA21NM": "Town C", "LAD": "Town"}, square(2)),
        ({"LSOA21CD": "a", "LSOA21NM": "Town A", "LAD": "Town"}, square(0)),
        ({"LSOA21CD": "b", "LSOA21NM": "Town B", "LAD": "Town"}, square(1)),
        ({"LSOA21CD": "d", "LSOA21NM": "Far D", "LAD": "Far"}, None),
    )
    areas = load_areas(path)
    assert (areas.codes, areas.names) == (("a", "b", "c", "d"), ("Town A", "Town B", "Town C", "Far D"))
    assert areas.parents == {"district": ("Town", "Town", "Town", "Far")}
    assert areas.neighbours == ((1,), (0, 2), (1,), ())
    assert np.isnan(areas.points[3]).all()
    assert 0 < areas.points[0, 0] < 1
    assert areas.hectares[0] == pytest.approx(111.32**2 * 100, rel=0.01)


def test_a_csv_gives_parents_and_numbers_under_names_of_the_ons(tmp_path: Path) -> None:
    path = tmp_path / "areas.csv"
    path.write_text(
        "lsoa_code,lsoa,msoa,lad,police_force,population_2011,hectares,imd_2019_decile\n"
        'E2,Two,M1,Town,Essex,"1,500",20,3\nE1,One,M1,Town,Essex,,,\n',
        encoding="utf-8",
    )
    areas = load_areas(path)
    assert areas.names == ("One", "Two")
    assert set(areas.parents) == {"msoa", "district", "force"}
    np.testing.assert_array_equal(areas.population, [np.nan, 1500])
    np.testing.assert_array_equal(areas.deprivation_decile, [np.nan, 3])
    assert areas.neighbours == ((1,), (0,))  # of one MSOA


def test_the_column_of_codes_is_told(tmp_path: Path) -> None:
    assert read_area_file(geojson(tmp_path, ({"MSOA11CD": "m"}, square(0)))).code_column == "MSOA11CD"
    assert read_area_file(geojson(tmp_path, ({"area_code": 7, "LSOA21CD": "x"}, square(0)))).areas.codes == ("7",)


def test_points_are_placed_once_and_outside_nowhere(tmp_path: Path) -> None:
    polygons = Polygons.of(read_area_file(geojson(tmp_path, ({"code": "a"}, square(0)), ({"code": "b"}, square(1)))))
    assert polygons is not None
    places = polygons.place(np.array([0.5, 1.0, 1.5, 9.0, np.nan]), np.full(5, 0.5))
    assert places.tolist() == [0, 0, 1, -1, -1]


def polygons_of(folder: Path, *shapes: dict[str, Any] | None) -> Polygons:
    names = "abcdefgh"
    file = read_area_file(geojson(folder, *(({"code": names[index]}, shape) for index, shape in enumerate(shapes))))
    polygons = Polygons.of(file)
    assert polygons is not None
    return polygons


def placed(polygons: Polygons, *points: tuple[float, float]) -> list[str | None]:
    found = polygons.place(np.array([x for x, _ in points]), np.array([y for _, y in points]))
    return [None if index < 0 else polygons.codes[index] for index in found]


def test_a_point_on_a_border_or_corner_goes_to_the_code_that_sorts_first(tmp_path: Path) -> None:
    polygons = polygons_of(tmp_path, square(0), square(1), square(0, 1), square(1, 1))
    assert placed(polygons, (1, 0.5), (1, 1), (0.5, 1), (1.5, 1), (2, 2), (1, 1.5)) == ["a", "a", "a", "b", "d", "c"]


def test_parts_belong_to_their_area_and_holes_do_not(tmp_path: Path) -> None:
    islands = {"type": "MultiPolygon", "coordinates": [square(0)["coordinates"], square(5)["coordinates"]]}
    outer, inner = square(8)["coordinates"][0], [[8.2, 0.2], [8.2, 0.8], [8.8, 0.8], [8.8, 0.2], [8.2, 0.2]]
    ring = {"type": "Polygon", "coordinates": [outer, inner]}
    polygons = polygons_of(tmp_path, islands, ring)
    assert placed(polygons, (0.5, 0.5), (5.5, 0.5), (3, 0.5), (8.5, 0.5), (8.1, 0.5)) == ["a", "a", None, None, "b"]


def test_an_enclave_takes_its_points_from_the_hole_around_it(tmp_path: Path) -> None:
    outer = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]
    hole = [[1, 1], [1, 2], [2, 2], [2, 1], [1, 1]]
    polygons = polygons_of(tmp_path, {"type": "Polygon", "coordinates": [outer, hole]}, square(1, 1))
    assert placed(polygons, (1.5, 1.5), (3, 3), (1, 1.5)) == ["b", "a", "a"]


def test_an_invalid_polygon_is_mended(tmp_path: Path) -> None:
    # A bow tie: two triangles that meet in the middle.
    bow = {"type": "Polygon", "coordinates": [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]}
    polygons = polygons_of(tmp_path, bow)
    assert placed(polygons, (0.2, 1.0), (1.8, 1.0), (1.0, 0.2), (1.0, 1.8)) == ["a", "a", None, None]


def test_features_without_a_polygon_take_no_points(tmp_path: Path) -> None:
    point = {"type": "Point", "coordinates": [0.5, 0.5]}
    empty = {"type": "Polygon", "coordinates": []}
    polygons = polygons_of(tmp_path, point, empty, None, square(0))
    assert polygons.codes == ("d",)
    assert placed(polygons, (0.5, 0.5)) == ["d"]
    assert Polygons.of(read_area_file(geojson(tmp_path, ({"code": "a"}, point)))) is None


def test_areas_partly_without_polygons_have_their_msoa_as_neighbours(tmp_path: Path) -> None:
    file = read_area_file(
        geojson(
            tmp_path,
            ({"code": "a", "msoa": "M1"}, square(0)),
            ({"code": "b", "msoa": "M2"}, square(1)),
            ({"code": "c", "msoa": "M1"}, None),
            ({"code": "d", "msoa": "M1"}, square(9)),
        )
    )
    # a and d have polygons that do not touch; that c lies beside both is known by their MSOA alone.
    assert (file.areas.neighbours, file.adjacency) == (((1, 2), (0,), (0, 3), (2,)), "polygons and msoa")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("absent.csv", None, "no such file"),
        ("areas.shp", "x", "give a .geojson or .csv"),
        ("areas.csv", "name,size\nA,3\n", "name the column of codes area_code"),
        ("areas.csv", "area_code\nA\nB\nA\n", "the area A stands 2 times"),
        ("areas.csv", "area_code,name\nA,x\n,y\n", "row 3: 'area_code' is blank"),
        ("areas.csv", "area_code\n", "holds no area"),
        ("areas.geojson", "{}", "not a GeoJSON FeatureCollection"),
        ("areas.geojson", "not json", "not a GeoJSON FeatureCollection"),
        (
            "areas.geojson",
            json.dumps({"features": [{"properties": {"code": "a"}, "geometry": square(500_000, 200_000)}]}),
            "WGS 84",
        ),
        ("areas.geojson", json.dumps({"drawing": "schematic", "features": []}), "is a drawing"),
    ],
)
def test_a_file_that_cannot_be_used_is_told(tmp_path: Path, name: str, content: str | None, told: str) -> None:
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=told):
        load_areas(tmp_path / name)
