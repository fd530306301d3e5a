"""Square and hexagonal grids: areas of one size for places finer than the census draws them.

A hexagon's width is the distance between two parallel sides, and so the distance of neighbouring centres; two of its
corners point north and south. Corners lie on a lattice of whole numbers, so that neighbours share them exactly.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from errors import DataError
from features.areas.plane import Plane

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Shape = Literal["square", "hexagon"]

_MOST_CELLS = 20_000_000
_METRES_A_SIDE_OF_A_HECTARE = 100.0
# Corners of a cell in half steps of the lattice, from its middle, counter-clockwise.
_CORNERS = {
    "square": np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]),
    "hexagon": np.array([(1, -1), (1, 1), (0, 2), (-1, 1), (-1, -1), (0, -2)]),
}
# Rows and columns from a cell to its neighbours: of a square, and of a hexagon in an even and in an odd row.
_AROUND = {
    "square": [[(-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)]] * 2,
    "hexagon": [
        [(-1, -1), (-1, 0), (0, -1), (0, 1), (1, -1), (1, 0)],
        [(-1, 0), (-1, 1), (0, -1), (0, 1), (1, 0), (1, 1)],
    ],
}


@dataclass(frozen=True, eq=False)
class Grid:
    """Cells of one size over a part of a plane.

    Invariants: `cells` is sorted and unique; a cell is row * columns + column of the lattice.

    Attributes:
        shape: Shape of the cells.
        cell_metres: Width of a cell.
        plane: The plane; its origin is where the lattice begins.
        rows: Rows of the lattice.
        columns: Columns of the lattice.
        cells: The cells that are kept.
    """

    shape: Shape
    cell_metres: float
    plane: Plane
    rows: int
    columns: int
    cells: I64 = field(repr=False)

    def __len__(self) -> int:
        """Return the number of cells."""
        return len(self.cells)

    @property
    def hectares(self) -> float:
        """Size of one cell."""
        factor = 1.0 if self.shape == "square" else np.sqrt(3) / 2
        return float(factor * (self.cell_metres / _METRES_A_SIDE_OF_A_HECTARE) ** 2)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Codes of the cells: width, row and column; sorted as the cells are."""
        digits = len(str(max(self.rows, self.columns)))
        pairs = zip(*(part.tolist() for part in divmod(self.cells, self.columns)), strict=True)
        return tuple(f"{self.shape}-{self.cell_metres:g}-{row:0{digits}}-{column:0{digits}}" for row, column in pairs)

    def centres(self) -> F64:
        """Return the coordinates of the cells' middles; float64[n, 2]."""
        return self._coordinates(self._middles())

    def polygons(self) -> NDArray[np.object_]:
        """Return the cells as polygons in the plane's coordinates."""
        corners = self._middles()[:, np.newaxis] + _CORNERS[self.shape]
        rings = self._coordinates(corners.reshape(-1, 2)).reshape(len(self), -1, 2)
        return np.asarray(shapely.polygons(rings))

    def place(self, x: F64, y: F64) -> I64:
        """Return for each point the index of its cell, -1 outside all of them, in time linear in the points."""
        found = np.full(len(x), -1, dtype=np.int64)
        known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        east, north = self.plane.to_metres(x[known], y[known])
        row, column = (_square_of if self.shape == "square" else _hexagon_of)(east, north, self.cell_metres)
        if self.shape == "square":  # the outer border belongs to the last row and column
            row = np.where(np.isclose(north, self.rows * self.cell_metres, rtol=1e-12), self.rows - 1, row)
            column = np.where(np.isclose(east, self.columns * self.cell_metres, rtol=1e-12), self.columns - 1, column)
        inside = (row >= 0) & (row < self.rows) & (column >= 0) & (column < self.columns)
        found[known[inside]] = self._index[row[inside] * self.columns + column[inside]]
        return found

    def neighbours(self) -> tuple[tuple[int, ...], ...]:
        """Return for each cell the cells that it touches, by a side or a corner."""
        row, column = divmod(self.cells, self.columns)
        found = np.full((len(self), len(_AROUND[self.shape][0])), -1, dtype=np.int64)
        for parity in (0, 1):
            of_row = np.flatnonzero(row % 2 == parity)
            for place, (up, right) in enumerate(_AROUND[self.shape][parity]):
                other_row, other_column = row[of_row] + up, column[of_row] + right
                inside = (other_row >= 0) & (other_row < self.rows) & (other_column >= 0)
                inside &= other_column < self.columns
                found[of_row[inside], place] = self._index[(other_row * self.columns + other_column)[inside]]
        return tuple(tuple(sorted(item for item in items if item >= 0)) for items in found.tolist())

    @cached_property
    def _index(self) -> NDArray[np.int32]:
        """Index of each cell of the lattice among those that are kept, -1 of the others."""
        index = np.full(self.rows * self.columns, -1, dtype=np.int32)
        index[self.cells] = np.arange(len(self.cells))
        return index

    def _middles(self) -> I64:
        """Return the middles in half steps of the lattice."""
        row, column = divmod(self.cells, self.columns)
        if self.shape == "square":
            return np.column_stack([2 * column + 1, 2 * row + 1])
        return np.column_stack([2 * column + row % 2, 3 * row])

    def _coordinates(self, half_steps: I64) -> F64:
        half = self.cell_metres / 2
        up = half if self.shape == "square" else half / float(np.sqrt(3))
        steps = half_steps.astype(np.float64)
        return np.column_stack(self.plane.from_metres(steps[:, 0] * half, steps[:, 1] * up))


def square_grid(extent: Any, cell_metres: float, plane: Plane | None = None) -> Grid:
    """Return the squares that meet an extent.

    Args:
        extent: A polygon, or bounds (least x, least y, most x, most y).
        cell_metres: Width of a cell.
        plane: The coordinates' plane, `Plane.flat(0.3048)` for feet; None: the extent is in degrees.

    Raises:
        DataError: The extent is empty, or the cells are far too many.
    """
    return _grid("square", extent, cell_metres, plane)


def hexagon_grid(extent: Any, cell_metres: float, plane: Plane | None = None) -> Grid:
    """Return the hexagons that meet an extent; arguments and errors as of `square_grid`."""
    return _grid("hexagon", extent, cell_metres, plane)


def _grid(shape: Shape, extent: Any, cell_metres: float, plane: Plane | None) -> Grid:
    area = shapely.box(*extent) if isinstance(extent, tuple) else extent
    left, low, right, high = shapely.bounds(area)
    if not (right > left and high > low):
        raise DataError("the extent of the grid is empty", fix="give a boundary with a polygon")
    scale = plane or Plane.local((left + right) / 2, (low + high) / 2)
    placed = Plane(float(left), float(low), scale.metres_x, scale.metres_y)
    width, height = placed.to_metres(right, high)
    # A millionth of a cell may hang over: bounds that are whole cells wide do not get another column from rounding.
    if shape == "square":
        columns, rows = (max(1, int(np.ceil(length / cell_metres - 1e-6))) for length in (width, height))
    else:
        columns = int(np.ceil(width / cell_metres)) + 2
        rows = int(np.ceil(height / (cell_metres * np.sqrt(3) / 2))) + 2
        # The first row and column lie outside, so that rounding never leaves the lattice on that side.
        x = placed.x - cell_metres / scale.metres_x
        placed = Plane(
            x, placed.y - cell_metres * float(np.sqrt(3)) / 2 / scale.metres_y, scale.metres_x, scale.metres_y
        )
    if rows * columns > _MOST_CELLS:
        problem = f"a lattice of {rows * columns:,} cells is too large"
        raise DataError(problem, place="--cell", fix="take larger cells, or a smaller boundary")
    lattice = Grid(shape, cell_metres, placed, rows, columns, np.arange(rows * columns))
    shapely.prepare(area)
    return Grid(shape, cell_metres, placed, rows, columns, np.flatnonzero(shapely.intersects(area, lattice.polygons())))


def _square_of(east: F64, north: F64, cell: float) -> tuple[I64, I64]:
    return np.floor(north / cell).astype(np.int64), np.floor(east / cell).astype(np.int64)


def _hexagon_of(east: F64, north: F64, cell: float) -> tuple[I64, I64]:
    """Return row and column of each point, by rounding cube coordinates (Amit Patel, Hexagonal Grids, 2013)."""
    r = north / (cell * np.sqrt(3) / 2)
    q = east / cell - r / 2
    whole_q, whole_r, whole_s = np.round(q), np.round(r), np.round(-q - r)
    off_q, off_r, off_s = np.abs(whole_q - q), np.abs(whole_r - r), np.abs(whole_s + q + r)
    fix_q = (off_q > off_r) & (off_q > off_s)
    fix_r = ~fix_q & (off_r > off_s)
    whole_q = np.where(fix_q, -whole_r - whole_s, whole_q)
    row = np.where(fix_r, -whole_q - whole_s, whole_r).astype(np.int64)
    return row, whole_q.astype(np.int64) + (row - row % 2) // 2
