"""Compiled loops over incidents and the cells around them.

An incident that is `age` days old counts `decay[half-life, age]`. Entries are sorted by cell, so that those near a cell
are a few runs, one for each row of the lattice.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bool = NDArray[np.bool_]
# Cell, day, side and count of each entry.
Entries = tuple[I64, I64, I64, F64]


@njit(cache=True)
def inside_mass(occupied: I64, kept: Bool, rows: int, columns: int, table: F64) -> F64:
    """Return the share of each band's weights, spread from each occupied cell, that kept cells get."""
    reach = table.shape[1] // 2
    mass = np.zeros((len(occupied), table.shape[3]))
    for i in range(len(occupied)):
        row, column = occupied[i] // columns, occupied[i] % columns
        for up in range(max(-reach, -row), min(reach, rows - 1 - row) + 1):
            for right in range(max(-reach, -column), min(reach, columns - 1 - column) + 1):
                if kept[(row + up) * columns + column + right]:
                    mass[i] += table[row % 2, up + reach, right + reach]
    return mass


@njit(cache=True)
def near_evidence(target: I64, when: I64, entries: Entries, size: tuple[int, int], table: F64, decay: F64) -> F64:
    """Return the decayed incidents around cells on days; float64[target, side, half-life, band].

    Args:
        target: Cells of the lattice.
        when: For each the day before which incidents count.
        entries: Cell (sorted), day, side and count of each entry.
        size: Rows and columns of the lattice.
        table: As of `Spread`.
        decay: float64[half-life, age in days].
    """
    cell, day, own, count = entries
    rows, columns = size
    reach, bands, lives = table.shape[1] // 2, table.shape[3], decay.shape[0]
    out = np.zeros((len(target), 2, lives, bands))
    for i in range(len(target)):
        row, column = target[i] // columns, target[i] % columns
        for other in range(max(0, row - reach), min(rows - 1, row + reach) + 1):
            left, right = max(0, column - reach), min(columns - 1, column + reach)
            first = np.searchsorted(cell, other * columns + left)
            end = np.searchsorted(cell, other * columns + right, side="right")
            for j in range(first, end):
                age = when[i] - day[j]
                if age <= 0:
                    continue
                weights = table[other % 2, row - other + reach, column - cell[j] % columns + reach]
                for life in range(lives):
                    old = decay[life, age] * count[j]
                    for band in range(bands):
                        out[i, own[j], life, band] += old * weights[band]
    return out


@njit(cache=True)
def excesses(when: int, group: I64, entries: Entries, decay: F64, thresholds: F64) -> tuple[I64, F64]:
    """Return by how much the decayed own incidents of each group exceed thresholds on a day.

    Args:
        when: The day, before which incidents count.
        group: Number of the group of each entry, ascending by runs; a group lies in one cell.
        entries: Cell, day, side and count of each entry; only side 0 counts.
        decay: float64[age in days].
        thresholds: Decayed incidents.

    Returns:
        The cell of each group, and float64[group, threshold].
    """
    cell, day, own, count = entries
    cells = np.zeros(len(group), dtype=np.int64)
    totals = np.zeros(len(group))
    groups = 0
    for j in range(len(group)):
        if j == 0 or group[j] != group[j - 1]:
            cells[groups] = cell[j]
            groups += 1
        age = when - day[j]
        if age > 0 and own[j] == 0:
            totals[groups - 1] += decay[age] * count[j]
    out = np.zeros((groups, len(thresholds)))
    for at in range(groups):
        for k in range(len(thresholds)):
            out[at, k] = max(0.0, totals[at] - thresholds[k])
    return cells[:groups], out


@njit(cache=True)
def spread_out(cell: I64, amplitude: F64, rows: int, columns: int, table: F64) -> F64:
    """Return what all cells of the lattice get of amplitudes by band in some cells; float64[rows * columns]."""
    reach, bands = table.shape[1] // 2, table.shape[3]
    out = np.zeros(rows * columns)
    for i in range(len(cell)):
        row, column = cell[i] // columns, cell[i] % columns
        for up in range(max(-reach, -row), min(reach, rows - 1 - row) + 1):
            for right in range(max(-reach, -column), min(reach, columns - 1 - column) + 1):
                value = 0.0
                for band in range(bands):
                    value += amplitude[i, band] * table[row % 2, up + reach, right + reach, band]
                out[(row + up) * columns + column + right] += value
    return out
