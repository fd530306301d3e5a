"""Rows of rules from the posts that they are about."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags

from errors import AllocationError
from models.allocation.programme.problem import Kind, Rules, Shares

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]
Limits = tuple[F64, F64]

_SLACK = 1e-9


def grouped(group: I64, rows: int, hours: F64 | None = None) -> csr_matrix:
    """Return a matrix with a row a group: 1, or `hours`, for the posts of the group.

    Args:
        group: Row of each post, -1 for none.
        rows: Number of rows.
        hours: What an hour of each post counts.
    """
    inside = np.flatnonzero(group >= 0)
    values = np.ones(len(inside)) if hours is None else hours[inside]
    return csr_matrix((values, (group[inside], inside)), shape=(rows, len(group)))


def stacked(chosen: Sequence[Bools], posts: int) -> csr_matrix:
    """Return a matrix with a row for each choice of posts."""
    columns = [np.flatnonzero(one) for one in chosen]
    row = np.repeat(np.arange(len(columns)), [len(one) for one in columns])
    column = np.concatenate([*columns, np.zeros(0, dtype=np.int64)]).astype(np.int64)
    return csr_matrix((np.ones(len(column)), (row, column)), shape=(len(columns), posts))


def family(
    kind: Kind,
    names: Sequence[str],
    places: Sequence[str],
    matrix: csr_matrix,
    lower: F64,
    upper: F64,
    shares: Shares | None = None,
) -> Rules | None:
    """Return the rows as a family, without those that ask for nothing; None where none are left.

    Raises:
        AllocationError: Hours are asked for where no resource may go.
    """
    if not names:
        return None
    empty = np.diff(matrix.indptr) == 0
    for row in np.flatnonzero(empty & (lower > _SLACK)).tolist():
        problem = f"{names[row]}: {lower[row]:,.10g} hours are asked for where no resource may go"
        fix = "lower it, or let a resource work there"
        raise AllocationError(problem, place=places[row], fix=fix)
    never_low = np.isneginf(lower) | ((lower <= 0) & (matrix.min(axis=1).toarray().ravel() >= 0))
    kept: list[int] = np.flatnonzero(~empty & ~(never_low & np.isposinf(upper))).tolist()
    if not kept:
        return None
    return Rules(
        kind,
        tuple(names[row] for row in kept),
        tuple(places[row] for row in kept),
        csr_matrix(matrix[kept]),
        lower[kept],
        upper[kept],
        None if shares is None else Shares(shares.part[kept], csr_matrix(shares.of[kept]), shares.what),
    )


def at_least(kind: Kind, names: Sequence[str], places: Sequence[str], matrix: csr_matrix, lower: F64) -> Rules | None:
    """Return a family of lower limits."""
    return family(kind, names, places, matrix, lower, np.full(len(lower), np.inf))


def at_most(kind: Kind, names: Sequence[str], places: Sequence[str], matrix: csr_matrix, upper: F64) -> Rules | None:
    """Return a family of upper limits."""
    return family(kind, names, places, matrix, np.full(len(upper), -np.inf), upper)


def relative(
    kind: Kind, names: Sequence[str], places: Sequence[str], own: csr_matrix, of: csr_matrix, limits: Limits, what: str
) -> Rules | None:
    """Return a family of limits that are shares of the hours placed: own hours - share x hours of `of` >= 0, or <= 0.

    The rows hold however many hours there are, so that the price of a total is what an hour more of it does.

    Args:
        kind: What sort of rules they are.
        names: What each is about.
        places: Where each is written.
        own: Rows by posts: the hours that the share is about.
        of: Rows by posts: the hours that it is a share of.
        limits: Least and most shares, float64[row] each: one of them finite, the other -inf or inf.
        what: What the hours of `of` are called.

    Raises:
        AllocationError: A share is asked for where no resource may go.
    """
    least, most = limits
    empty = np.diff(own.indptr) == 0
    for row in np.flatnonzero(empty & (least > 0)).tolist():
        problem = f"{names[row]}: {100 * least[row]:.4g} % of {what} is asked for where no resource may go"
        raise AllocationError(problem, place=places[row], fix="lower it, or let a resource work there")
    part = np.where(np.isfinite(least), least, most)
    matrix = csr_matrix(own - diags(part) @ of)
    # Whoever works on nothing else keeps a share of the own hours whatever is placed.
    matrix.data[np.abs(matrix.data) <= _SLACK] = 0.0
    matrix.eliminate_zeros()
    lower, upper = np.where(np.isfinite(least), 0.0, least), np.where(np.isfinite(most), 0.0, most)
    return family(kind, names, places, matrix, lower, upper, Shares(part, of, what))
