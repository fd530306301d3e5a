"""Rounding by chance: whole numbers whose expectations are the numbers that were rounded, with the sums kept."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Entries = list[list[float]]

# Numbers nearer than this to a whole one are whole.
_WHOLE = 1e-7


def rounded(table: F64, rng: np.random.Generator) -> I64:
    """Return the table in whole numbers, each the one below or above, and each as likely as its remainder says.

    Sums of rows and columns too become the whole number below or above, and stay where they are whole. Cox 1987,
    Journal of the American Statistical Association 82:520: along a ring of entries that are not whole, rows and columns
    in turn, every second one is raised and the others lowered by as much, until one is whole; in which of the two
    directions is drawn so that no expectation moves. A row and a column of remainders make every sum whole first.

    Args:
        table: float64[row, column], not negative; its sum is a whole number.
        rng: Draws; so many are used as the table needs.

    Returns:
        int64[row, column].
    """
    rows, columns = table.shape
    order = rng.permutation(rows), rng.permutation(columns)
    shuffled = table[np.ix_(*order)]
    row_rest, column_rest = _rest(shuffled.sum(axis=1)), _rest(shuffled.sum(axis=0))
    values = np.vstack([np.column_stack([shuffled, row_rest]), np.append(column_rest, 0.0)])
    values[-1, -1] = _rest(np.array([column_rest.sum()]))[0]
    part = np.abs(values - np.round(values)) > _WHOLE
    # Single entries are read and written by the million, for which lists are faster than arrays.
    entries = np.where(part, values, np.round(values)).tolist()
    _walk(entries, part, rng)
    result = np.empty((rows, columns), dtype=np.int64)
    result[np.ix_(*order)] = np.array(entries).astype(np.int64)[:-1, :-1]
    return result


def _rest(sums: F64) -> F64:
    """Return what lacks to the next whole number."""
    nearest = np.round(sums)
    return np.where(np.abs(sums - nearest) <= _WHOLE, 0.0, np.ceil(sums) - sums)


def _walk(values: Entries, part: NDArray[np.bool_], rng: np.random.Generator) -> None:
    """Round in place: walk from row to column to row among entries that are not whole, and close each ring met."""
    of_row = [dict.fromkeys(np.flatnonzero(line).tolist()) for line in part]
    of_column = [dict.fromkeys(np.flatnonzero(line).tolist()) for line in part.T]
    for start in range(len(of_row)):
        # Rows and columns of the walk in turn, path[0] a row; and where on it each has been met.
        path, met = [start], ({start: 0}, dict[int, int]())
        while of_row[start]:
            side = (len(path) - 1) % 2
            came = path[-2] if len(path) > 1 else -1
            following = next((one for one in (of_row, of_column)[side][path[-1]] if one != came), None)
            if following is None:
                # An entry alone in its row or column is whole but for the error of the sums.
                end, before = path.pop(), path[-1]
                met[side].pop(end)
                _settle(values, (before, end) if side else (end, before), of_row, of_column)
            elif following in met[1 - side]:
                first = met[1 - side][following]
                _close(values, _ring(path, first), rng, of_row, of_column)
                for place in range(first + 1, len(path)):
                    met[place % 2].pop(path[place])
                del path[first + 1 :]
            else:
                met[1 - side][following] = len(path)
                path.append(following)


def _ring(path: list[int], first: int) -> list[tuple[int, int]]:
    """Return the entries of a ring: between one row or column of the path and the next, and back to the first."""
    ring = [*path[first:], path[first]]
    return [
        (one, other) if (first + place) % 2 == 0 else (other, one) for place, (one, other) in enumerate(pairwise(ring))
    ]


def _close(
    values: Entries,
    ring: list[tuple[int, int]],
    rng: np.random.Generator,
    of_row: list[dict[int, None]],
    of_column: list[dict[int, None]],
) -> None:
    """Move along a ring until an entry is whole."""
    part = [values[row][column] % 1.0 for row, column in ring]
    up = min([1 - one for one in part[::2]] + part[1::2])
    down = min(part[::2] + [1 - one for one in part[1::2]])
    step = up if rng.random() * (up + down) < down else -down
    for place, entry in enumerate(ring):
        row, column = entry
        values[row][column] += step if place % 2 == 0 else -step
        if abs(values[row][column] - round(values[row][column])) <= _WHOLE:
            _settle(values, entry, of_row, of_column)


def _settle(
    values: Entries, entry: tuple[int, int], of_row: list[dict[int, None]], of_column: list[dict[int, None]]
) -> None:
    row, column = entry
    values[row][column] = float(round(values[row][column]))
    del of_row[row][column]
    del of_column[column][row]
