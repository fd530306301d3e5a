"""Tables with given margins: nearest to a pattern, never below a bound, in any numbers or in whole ones."""

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

_ROUNDS = 300
_CLOSE = 1e-11
# Numbers nearer than this to a whole one are whole.
_WHOLE = 1e-6
_GOLDEN = (5**0.5 - 1) / 2


def filled(weights: F64, totals: F64, lower: F64) -> F64:
    """Return rows max(lower, a x weights), each with the a at which it sums to its total.

    That is the row nearest to the weights, by their relative entropy, among those that keep the bounds.

    Args:
        weights: float64[row, column], not negative.
        totals: float64[row], no less than the row's bounds together.
        lower: float64[row, column], not negative.
    """
    return np.maximum(lower, _factors(weights, totals, lower)[:, None] * weights)


def _factors(weights: F64, totals: F64, lower: F64) -> F64:
    """Return the a of each row; see `filled`."""
    with np.errstate(divide="ignore", invalid="ignore"):
        leaves = np.where(weights > 0, lower / weights, np.where(lower > 0, np.inf, 0.0))
    order = np.argsort(leaves, axis=1, kind="stable")
    at, held = np.take_along_axis(leaves, order, axis=1), np.take_along_axis(lower, order, axis=1)
    weight = np.cumsum(np.take_along_axis(weights, order, axis=1), axis=1)
    rest = held.sum(axis=1, keepdims=True) - np.cumsum(held, axis=1)
    # What the row sums to at the a at which each entry leaves its bound: rising along the row.
    with np.errstate(invalid="ignore"):
        sums = np.where(np.isinf(at), np.inf, at * weight + rest)
    last = np.maximum((sums <= totals[:, None]).sum(axis=1) - 1, 0)[:, None]
    free, bound = np.take_along_axis(weight, last, axis=1)[:, 0], np.take_along_axis(rest, last, axis=1)[:, 0]
    result: F64 = np.divide(np.maximum(totals - bound, 0.0), free, out=np.zeros_like(free), where=free > 0)
    return result


def fitted(pattern: F64, rows: F64, columns: F64, lower: F64 | None = None) -> F64:
    """Return the table with these margins that is nearest to a pattern; none of its entries is below its bound.

    Iterative proportional fitting (Deming and Stephan 1940, Annals of Mathematical Statistics 11:427), each step with
    the bounds kept (`filled`). What it has not closed after some rounds is closed at once: the part above the bounds
    is scaled down where it is too much, and what then lacks is added in proportion to what its row and column lack
    (Altschuler, Weed and Rigollet 2017, Advances in Neural Information Processing Systems 30, algorithm 2), so that
    the margins hold exactly whatever the pattern.

    Args:
        pattern: float64[row, column], not negative.
        rows: Sums of the rows, float64[row].
        columns: Sums of the columns, float64[column]; together as much as the rows.
        lower: float64[row, column]; no row or column is asked for less than its bounds together. None: 0.
    """
    bound = np.zeros(pattern.shape) if lower is None else lower
    table, by_column = pattern, np.ones(len(columns))
    tolerance = _CLOSE * max(float(rows.sum()), 1.0)
    for _ in range(_ROUNDS):
        by_row = _factors(pattern * by_column, rows, bound)
        table = np.maximum(bound, by_row[:, None] * by_column * pattern)
        if np.abs(table.sum(axis=0) - columns).max(initial=0.0) <= tolerance:
            break
        by_column = _factors((by_row[:, None] * pattern).T, columns, bound.T)
    return bound + _closed(table - bound, rows - bound.sum(axis=1), columns - bound.sum(axis=0))


def fits(rows: I64, columns: I64 | None, lower: I64) -> bool:
    """Return whether a table with these bounds can have these margins."""
    held = columns is None or bool((lower.sum(axis=0) <= columns).all())
    return held and bool((lower.sum(axis=1) <= rows).all())


def whole_table(table: F64, rows: I64, columns: I64 | None, lower: I64 | None = None) -> I64:
    """Return a table of whole numbers with these margins, near to a table of any numbers.

    What is above the bounds is fitted to what the margins leave for it and rounded down; what then lacks is given out
    by largest remainders, once to an entry while its row and column both lack, ties by `apart`; and what even that
    leaves, to the first entries whose row and column lack. So the sums always hold.

    Args:
        table: float64[row, column].
        rows: Sums of the rows, int64[row].
        columns: Sums of the columns, int64[column]; None: any, so that only rows are kept.
        lower: int64[row, column], which the margins have room for (`fits`); None: 0.

    Returns:
        int64[row, column].
    """
    bound = np.zeros(table.shape, dtype=np.int64) if lower is None else lower
    row_room = rows - bound.sum(axis=1)
    column_room = None if columns is None else columns - bound.sum(axis=0)
    pattern = np.maximum(table - bound, 0.0)
    # Where all that a row has is bound, its pattern is its table.
    pattern = np.where(pattern.sum(axis=1, keepdims=True) > 0, pattern, np.maximum(table, _WHOLE))
    if column_room is None:
        exact = filled(pattern, row_room.astype(np.float64), np.zeros(pattern.shape))
    else:
        exact = fitted(pattern, row_room.astype(np.float64), column_room.astype(np.float64))
    nearest = np.round(exact)
    below = np.where(np.abs(exact - nearest) <= _WHOLE, nearest, np.floor(exact)).astype(np.int64)
    return bound + below + _given_out(exact - below, row_room - below.sum(axis=1), column_room, below)


def apart(count: int) -> I64:
    """Return the rank of each of so many neighbours in an order whose first ones, however many, lie far apart.

    Where all shifts of a week are alike, hours for some of them then fall on all of its days, not on the first: the
    fractional parts of multiples of the golden ratio fill a range evenly, however many are taken.
    """
    return np.argsort(np.arange(count) * _GOLDEN % 1.0, kind="stable").argsort(kind="stable").astype(np.int64)


def _given_out(remainder: F64, row_lacks: I64, column_room: I64 | None, below: I64) -> I64:
    """Return what each entry gets of what rows and columns lack."""
    more = np.zeros(remainder.shape, dtype=np.int64)
    across = remainder.shape[1]
    row = row_lacks.tolist()
    column = [int(row_lacks.sum())] * across if column_room is None else (column_room - below.sum(axis=0)).tolist()
    tie = np.broadcast_to(apart(across), remainder.shape).ravel()
    order = np.lexsort((tie, -np.round(remainder.ravel(), 9)))
    for at in order.tolist() if any(row) else []:
        i, j = divmod(at, across)
        if row[i] > 0 and column[j] > 0:
            more[i, j] += 1
            row[i] -= 1
            column[j] -= 1
    for i in (number for number, lacks in enumerate(row) if lacks > 0):
        for j in range(across):
            given = min(row[i], column[j])
            more[i, j] += given
            row[i] -= given
            column[j] -= given
    return more


def _closed(table: F64, rows: F64, columns: F64) -> F64:
    """Return a table that is not negative with exactly these margins, near to one that nearly has them."""
    rows, columns = np.maximum(rows, 0.0), np.maximum(columns, 0.0)
    kept = np.maximum(table, 0.0)
    kept = kept * _at_most_one(rows, kept.sum(axis=1))[:, None]
    kept = kept * _at_most_one(columns, kept.sum(axis=0))
    row_lacks, column_lacks = rows - kept.sum(axis=1), columns - kept.sum(axis=0)
    lacks = float(row_lacks.sum())
    if lacks <= 0:
        return kept
    result: F64 = kept + np.maximum(np.outer(row_lacks, column_lacks) / lacks, 0.0)
    return result


def _at_most_one(wanted: F64, there: F64) -> F64:
    return np.minimum(np.divide(wanted, there, out=np.ones_like(there), where=there > 0), 1.0)
