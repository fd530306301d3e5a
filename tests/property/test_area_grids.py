from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, STRtree, points

from features.areas.grids import Grid, hexagon_grid, square_grid
from features.areas.plane import Plane

Maker = Callable[[Any, float, Plane], Grid]
MAKERS = st.sampled_from([square_grid, hexagon_grid])


@given(MAKERS, st.floats(7, 400), st.integers(0, 2**32 - 1))
def test_every_point_of_the_extent_is_in_the_cell_that_holds_it(maker: Maker, cell: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    middle = rng.uniform(-1e4, 1e4, 2)
    boundary = Point(*middle).buffer(rng.uniform(10, 300), quad_segs=4)
    grid = maker(boundary, cell, Plane.flat(1.0))
    left, low, right, high = boundary.bounds
    x, y = rng.uniform(left, right, 60), rng.uniform(low, high, 60)
    found = grid.place(x, y)
    cells = STRtree(grid.polygons())
    at, of = cells.query(points(x, y), predicate="dwithin", distance=1e-6)
    near = {(int(point), int(cell)) for point, cell in zip(at, of, strict=True)}
    for point, index in enumerate(found.tolist()):
        assert (point, index) in near if index >= 0 else not boundary.contains(Point(x[point], y[point]))


@given(MAKERS, st.floats(20, 200))
def test_neighbours_are_mutual(maker: Maker, cell: float) -> None:
    grid = maker(Point(0, 0).buffer(400, quad_segs=3), cell, Plane.flat(1.0))
    around = grid.neighbours()
    assert all(index in around[other] for index, items in enumerate(around) for other in items)
    assert all(index not in items for index, items in enumerate(around))
