import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from features.areas.polygons import Polygons


@st.composite
def patchworks(draw: st.DrawFn) -> Polygons:
    """Return rectangles with whole corners, some over each other, some in two parts, some with a hole."""
    shapes = []
    for _ in range(draw(st.integers(1, 8))):
        x, y, width, height = (draw(st.integers(0, 9)) for _ in range(4))
        shape = shapely.box(x, y, x + width + 1, y + height + 1)
        if draw(st.booleans()):
            shape = shape.union(shapely.box(x + 12, y, x + 13, y + 2))
        if draw(st.booleans()):
            shape = shape.difference(shapely.box(x + 0.25, y + 0.25, x + 0.75, y + 0.75))
        shapes.append(shape)
    return Polygons(tuple(f"{index}" for index in range(len(shapes))), np.array(shapes, dtype=object))


@given(patchworks(), st.lists(st.tuples(st.integers(-4, 100), st.integers(-4, 100)), max_size=60))
def test_many_points_are_placed_as_each_alone_is(polygons: Polygons, quarters: list[tuple[int, int]]) -> None:
    x, y = (np.array([pair[axis] / 4 for pair in quarters], dtype=np.float64) for axis in (0, 1))
    one_by_one = [
        next((index for index, shape in enumerate(polygons.shapes) if shape.intersects(shapely.Point(*point))), -1)
        for point in zip(x.tolist(), y.tolist(), strict=True)
    ]
    assert polygons._walked(x, y).tolist() == one_by_one
    assert polygons._looked_up(x, y).tolist() == one_by_one
    assert polygons.place(x, y).tolist() == one_by_one
