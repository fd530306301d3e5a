"""Rules that look at nearly every post, written through sums: the same programme in far fewer numbers.

A band about a share of all hours has a coefficient for every post, and a simplex method pays for each in every step.
Posts with the same coefficients in all such rows are summed in a column of their own, and the rows look at the sums.
"""

from dataclasses import replace

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix, diags, hstack, identity, vstack

from models.allocation.programme.highs import INFINITY, Linear

# Rows with coefficients for more than this share of the columns of hours are written so.
_DENSE = 0.25
# Beyond so many kinds of posts the sums would be no fewer numbers.
_MOST_SUMS = 200


def thinned(programme: Linear, rows: slice, columns: slice) -> Linear:
    """Return the programme with sums added as last columns and last rows, where some of `rows` look at most `columns`.

    The order of the other columns and rows stays, and so do their duals.
    """
    matrix = csr_matrix(programme.matrix)
    counts = np.diff(matrix.indptr)
    dense = np.arange(rows.start, rows.stop)[counts[rows] > _DENSE * (columns.stop - columns.start)]
    # One dense row alone is as thin as its sum.
    if len(dense) < 2:
        return programme
    own = csc_matrix(matrix[dense])[:, columns]
    kinds, kind = np.unique(own.toarray(), axis=1, return_inverse=True)
    if kinds.shape[1] > _MOST_SUMS:
        return programme
    at = np.arange(columns.start, columns.stop)
    kind = kind.reshape(-1)
    some = np.flatnonzero((kinds != 0).sum(axis=0)[kind])
    held = csr_matrix((np.ones(len(some)), (kind[some], at[some])), shape=(kinds.shape[1], matrix.shape[1]))
    kept = np.ones(matrix.shape[0])
    kept[dense] = 0.0
    through = np.zeros((matrix.shape[0], kinds.shape[1]))
    through[dense] = kinds
    rest = diags(kept) @ matrix
    sums = kinds.shape[1]
    written = csr_matrix(vstack([hstack([rest, csr_matrix(through)]), hstack([held, -identity(sums)])]))
    written.eliminate_zeros()
    whole = programme.whole
    return replace(
        programme,
        gain=np.concatenate([programme.gain, np.zeros(sums)]),
        most=np.concatenate([programme.most, np.full(sums, INFINITY)]),
        matrix=csc_matrix(written),
        lower=np.concatenate([programme.lower, np.zeros(sums)]),
        upper=np.concatenate([programme.upper, np.zeros(sums)]),
        whole=None if whole is None else np.concatenate([whole, np.zeros(sums, dtype=bool)]),
    )
