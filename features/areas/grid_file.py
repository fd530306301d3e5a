"""A grid over a boundary, as areas that a workspace can begin with."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from errors import DataError
from features.areas.areas import Areas
from features.areas.columns import AreaColumns, cell_text
from features.areas.files import AreaFile, read_features
from features.areas.grids import Grid, Shape, hexagon_grid, square_grid


def grid_file(boundary: Path, shape: Shape, cell_metres: float) -> AreaFile:
    """Lay a grid over the polygons of a GeoJSON; cells that meet any of them are kept whole.

    Larger areas (district and others) that the boundary's features name become those of the cells whose middle lies in
    or nearest to the feature.

    Raises:
        DataError: The boundary cannot be read or holds no polygon, or the cells are far too many.
    """
    if not boundary.is_file():
        raise DataError("there is no such boundary", place=str(boundary), fix="check the path")
    records, shapes = read_features(boundary)
    known = [index for index, item in enumerate(shapes) if item is not None]
    if not known:
        raise DataError("holds no polygon", place=boundary.name, fix="give a boundary with a polygon")
    outline = [shapes[index] for index in known]
    grid = (square_grid if shape == "square" else hexagon_grid)(shapely.union_all(outline), cell_metres)
    parents = _parents(grid, outline, [records[index] for index in known])
    return AreaFile(_areas(grid, parents), "area_code", tuple(grid.polygons().tolist()), adjacency="polygons")


def _areas(grid: Grid, parents: Mapping[str, tuple[str, ...]]) -> Areas:
    unknown = np.full(len(grid), np.nan)
    return Areas(
        codes=grid.codes,
        names=grid.codes,
        parents=parents,
        population=unknown,
        hectares=np.full(len(grid), grid.hectares),
        deprivation_decile=unknown,
        points=grid.centres(),
        neighbours=grid.neighbours(),
    )


def _parents(grid: Grid, outline: Sequence[Any], records: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    try:
        columns = AreaColumns.of(records[0], "boundary")
    except DataError:  # a boundary need not name areas
        return {}
    named = columns.parents(records)
    own = columns.own_level()
    if own is not None:
        named[own] = tuple(cell_text(record.get(columns.name)) for record in records)
    nearest = shapely.STRtree(outline).nearest(shapely.points(grid.centres()))
    return {level: tuple(names[index] for index in nearest) for level, names in named.items()}
