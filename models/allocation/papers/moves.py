"""Moves of single quarters: a rule that rounding broke is mended by a few of them, and every resource keeps its sum.

A move takes a quarter from a post that was rounded up and gives it to one of the same resource that was rounded down:
in the same area where that helps, else in the same district, else anywhere. So a move costs no resource an hour, and
the first two no district. The one that mends most is taken, of those that mend alike the one that stays nearest to
the plan, until none helps.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix, csr_matrix

from models.allocation.papers.limits import Limits

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

# How many posts on each side are tried in one area, district and resource: those that a move changes least.
_TRIED = (3, 6, 40)
# Moves found or not found; a county's worst breaks take some hundreds.
_MOST_TRIES = 2_000
# Hours that a move has to mend: less is rounding.
_LEAST = 1e-6


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Moves that could be made: the post that gains a quarter and the one that gives it."""

    gains: I64
    gives: I64


def mended(limits: Limits, quarters: F64, exact: F64, groups: Sequence[I64]) -> F64:
    """Return whole quarters that miss the limits by less, with the sums of the widest groups as they were.

    Args:
        limits: What should be kept.
        quarters: Whole quarters of each post, each next to its exact one.
        exact: Quarters of the plan.
        groups: Of each post its group, the narrowest grouping first: a resource's area, its district, the resource.
    """
    chosen, columns = quarters.copy(), csc_matrix(limits.matrix)
    value: F64 = limits.matrix @ chosen
    miss = limits.missed(chosen)
    stuck, moved = np.zeros(len(miss), dtype=np.bool_), False
    for _ in range(_MOST_TRIES):
        open_rows = np.flatnonzero((miss > 0) & ~stuck)
        if not len(open_rows):
            if not moved:
                break
            # What was stuck may have been freed by a later move.
            stuck[:], moved = False, False
            continue
        row = int(open_rows[np.argmax(miss[open_rows])])
        move = _best(limits, columns, (value, miss), row, (chosen, exact), groups)
        if move is None:
            stuck[row] = True
            continue
        chosen[move[0]] += 1
        chosen[move[1]] -= 1
        value, miss, moved = limits.matrix @ chosen, limits.missed(chosen), True
    return chosen


def _best(
    limits: Limits,
    columns: csc_matrix,
    held: tuple[F64, F64],
    row: int,
    posts: tuple[F64, F64],
    groups: Sequence[I64],
) -> tuple[int, int] | None:
    """Return the move that mends most for a broken row, in the narrowest grouping that has one; None: none has."""
    (value, miss), (chosen, exact) = held, posts
    wanted = limits.matrix[[row]].toarray()[0] * (1.0 if value[row] < limits.lower[row] else -1.0)
    gains = np.flatnonzero((chosen < exact) & (wanted > 0))
    gives = np.flatnonzero((chosen > exact) & (wanted <= 0))
    # A row whose posts lie on both sides is helped by either end.
    if not len(gains) or not len(gives):
        gains = np.flatnonzero((chosen < exact) & (wanted >= 0))
        gives = np.flatnonzero((chosen > exact) & (wanted < 0))
    for group, tried in zip(groups, _TRIED, strict=True):
        pairs = _paired(group, gains, gives, exact - np.floor(exact), tried)
        if not len(pairs.gains):
            continue
        change = csr_matrix((columns[:, pairs.gains] - columns[:, pairs.gives]).T).tocoo()
        after = limits.miss(change.col.astype(np.int64), value[change.col] + change.data)
        mends = -np.bincount(change.row, after - miss[change.col], minlength=len(pairs.gains))
        farther = (exact - np.floor(exact))[pairs.gives] - (exact - np.floor(exact))[pairs.gains]
        first = int(np.lexsort((farther, -np.round(mends, 9)))[0])
        if mends[first] > _LEAST:
            return int(pairs.gains[first]), int(pairs.gives[first])
    return None


def _paired(group: I64, gains: I64, gives: I64, part: F64, most: int) -> _Pairs:
    """Return pairs within groups of the posts on each side whose moves stay nearest to the plan."""
    first, second = _ranked(group, gains, -part, most), _ranked(group, gives, part, most)
    both = np.isin(group[first], group[second])
    first = first[both]
    ordered = second[np.argsort(group[second], kind="stable")]
    begin = np.searchsorted(group[ordered], group[first], side="left")
    count = np.searchsorted(group[ordered], group[first], side="right") - begin
    number = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    return _Pairs(np.repeat(first, count), ordered[np.repeat(begin, count) + number])


def _ranked(group: I64, posts: I64, by: F64, most: int) -> I64:
    """Return the first posts of each group by a column, at most so many of each."""
    ordered = posts[np.lexsort((posts, by[posts], group[posts]))]
    begin = np.searchsorted(group[ordered], group[ordered], side="left")
    return ordered[np.arange(len(ordered)) - begin < most]
