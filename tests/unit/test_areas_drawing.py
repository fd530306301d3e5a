from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from matplotlib.figure import Figure
from matplotlib.image import imread

from features.areas.areas import Areas
from features.areas.cells import cells_round
from features.areas.drawing import draw
from features.areas.picture import Caption, draw_areas
from features.areas.schematic import schematic
from features.areas.shipped import AreaSource, shipped_table
from tests.support import panels

ESSEX = AreaSource.of("essex-lsoa-2011").file


def placed(points: np.ndarray) -> Areas:
    return replace(panels.areas(len(points)), points=points)


def test_a_schematic_has_a_hexagon_for_each_area_and_none_overlaps() -> None:
    layout = schematic(ESSEX.areas)
    hexagons = np.array(layout.polygons())
    assert len(hexagons) == 1077
    tree = shapely.STRtree(hexagons)
    one, other = tree.query(hexagons, predicate="intersects")
    apart = one != other
    assert shapely.area(shapely.intersection(hexagons[one[apart]], hexagons[other[apart]])).max() < 1e-9
    assert schematic(ESSEX.areas).centres.tolist() == layout.centres.tolist()


def test_districts_are_clusters_apart_as_arranged() -> None:
    layout = schematic(ESSEX.areas)
    names = sorted(set(layout.groups))
    group = np.array(layout.groups)
    middles = {name: layout.centres[group == name].mean(axis=0) for name in names}
    arrangement = shipped_table("essex-lsoa-2011").arrangement
    for name in names:
        cluster = shapely.union_all(shapely.buffer(shapely.points(layout.centres[group == name]), 0.6))
        assert cluster.geom_type == "Polygon"  # in one piece
        rest = shapely.multipoints(layout.centres[group != name])
        assert shapely.distance(cluster, rest) > 1
        for other in names:
            assert (arrangement[name][0] < arrangement[other][0]) <= (middles[name][0] < middles[other][0])
            assert (arrangement[name][1] < arrangement[other][1]) <= (middles[name][1] > middles[other][1])


def test_most_areas_of_one_msoa_lie_together() -> None:
    layout = schematic(ESSEX.areas)
    msoa = np.array(ESSEX.areas.parents["msoa"])
    pieces = [
        shapely.get_num_geometries(
            shapely.union_all(shapely.buffer(shapely.points(layout.centres[msoa == name]), 0.51))
        )
        for name in sorted(set(msoa))
    ]
    assert np.mean(np.array(pieces) == 1) > 0.85
    assert max(pieces) == 2


def test_codes_alone_make_one_cluster() -> None:
    layout = schematic(panels.areas(19))
    assert set(layout.groups) == {"all areas"}
    # 19 hexagons round one make a hexagon of hexagons.
    assert np.hypot(*(layout.centres - layout.centres.mean(axis=0)).T).max() == pytest.approx(2.0)


def test_districts_that_are_not_known_stand_by_name() -> None:
    layout = schematic(panels.areas(40, districts=5))
    labels = layout.labels
    assert list(labels) == ["D0", "D1", "D2", "D3", "D4"]
    assert labels["D0"][0] < labels["D1"][0] < labels["D2"][0]
    assert labels["D3"][1] < labels["D0"][1]


def test_areas_are_shown_by_the_level_nearest_to_districts() -> None:
    by_lpa = replace(panels.areas(6), parents={"lpa": ("North", "", "South") * 2, "force": ("F",) * 6})
    assert set(schematic(by_lpa).groups) == {"North", "South", "no lpa"}
    assert draw(by_lpa, [shapely.box(x, 50, x + 1, 51) for x in range(6)]).groups == ("North", "", "South") * 2


def test_cells_hold_their_points_and_do_not_overlap() -> None:
    points = np.random.default_rng(1).uniform([0.5, 51.5], [0.9, 51.8], (80, 2))
    points[3] = points[2]
    points[5] = np.nan
    cells = cells_round(points)
    assert cells[3] is None
    assert cells[5] is None
    drawn = np.array([index for index, cell in enumerate(cells) if cell is not None])
    shapes = np.array(cells, dtype=object)[drawn]
    assert shapely.contains_xy(shapes, points[drawn, 0], points[drawn, 1]).all()
    assert shapely.area(shapely.union_all(shapes)) == pytest.approx(shapely.area(shapes).sum())
    assert cells_round(points[:2]) == (None, None)


def test_what_is_drawn_is_the_best_that_is_known() -> None:
    points = np.random.default_rng(1).uniform(50, 51, (12, 2))
    assert draw(panels.areas(12), ()).kind == "schematic"
    assert draw(placed(points), ()).kind == "cells"
    few = points.copy()
    few[4:] = np.nan
    assert draw(placed(few), ()).kind == "schematic"
    square = shapely.box(0, 50, 1, 51)
    assert draw(placed(points), (square, *[None] * 11)).kind == "polygons"


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_a_picture_is_the_same_for_the_same_areas(tmp_path: Path, suffix: str) -> None:
    drawing = draw(ESSEX.areas, ())
    one, other = tmp_path / f"one{suffix}", tmp_path / f"other{suffix}"
    for path in (one, other):
        draw_areas(drawing, Caption("Essex", ["Licensed under the OGL."], synthetic=False), path)
    assert one.read_bytes() == other.read_bytes()


def test_a_picture_says_what_it_is_and_keeps_names_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    kept: list[Figure] = []
    save = Figure.savefig

    def watched(figure: Figure, *arguments: object, **options: object) -> None:
        texts = figure.axes[0].texts
        said.extend([figure.get_suptitle(), figure.get_supxlabel(), *(text.get_text() for text in texts)])
        kept.append(figure)
        save(figure, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Figure, "savefig", watched)
    draw_areas(draw(ESSEX.areas, ()), Caption("Essex", ["Source: the ONS."], synthetic=True), tmp_path / "a.png")
    assert said[:2] == ["SYNTHETIC   Essex\nschematic, not a map", "Source: the ONS."]
    assert set(said[2:]) == set(ESSEX.areas.parents["district"])
    boxes = [text.get_window_extent() for text in kept[0].axes[0].texts]
    assert not any(one.overlaps(other) for index, one in enumerate(boxes) for other in boxes[:index])
    pixels = imread(tmp_path / "a.png")
    assert len(np.unique(pixels.reshape(-1, pixels.shape[2])[::97], axis=0)) > 10


def test_names_that_would_lie_over_each_other_are_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Figure] = []
    monkeypatch.setattr(Figure, "savefig", lambda figure, *_, **__: kept.append(figure))
    drawing = draw(ESSEX.areas, ())
    crowded = replace(drawing, labels=dict.fromkeys(list(drawing.labels)[:4], (10.0, -10.0)))
    draw_areas(crowded, Caption("Essex", [], synthetic=False), tmp_path / "a.png")
    boxes = [text.get_window_extent() for text in kept[0].axes[0].texts]
    assert not any(one.overlaps(other) for index, one in enumerate(boxes) for other in boxes[:index])
