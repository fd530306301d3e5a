"""The tree in the database: of the events' hashes, every 256 are summed up in a row, and of those rows every 256 again.

An append thus writes a row of the tree once in 256 events, and a proof among a million events reads some hundred rows.
The rows are nothing that could not be computed from the events; the verification does so, and compares.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select

from errors import DataError, LedgerError
from ledger.tables import EVENTS, TREE
from ledger.tree.hashing import TILE, TILE_HEIGHT, Frontier, tile_root
from ledger.tree.proofs import Range, consistency_ranges, inclusion_ranges


def grow(connection: Connection, before: int, size: int) -> None:
    """Write the rows that are complete when the events have grown from `before` to `size`.

    Rows that are missing from before are written too: an older version had no tree.
    """
    if before // TILE == size // TILE:
        return
    level, full = 1, size // TILE
    while full:
        newest = connection.execute(select(func.max(TREE.c.number)).where(TREE.c.level == level)).scalar()
        first = 0 if newest is None else newest + 1
        rows: list[dict[str, Any]] = [
            {
                "level": level,
                "number": number,
                "hash": tile_root(_nodes(connection, level - 1, number * TILE, TILE)).hex(),
            }
            for number in range(first, full)
        ]
        if rows:
            connection.execute(insert(TREE), rows)
        level, full = level + 1, full // TILE


class Tree:
    """The tree as one connection sees it.

    Args:
        connection: A reading connection; what it sees does not change.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def size(self) -> int:
        """Number of events."""
        return int(self._connection.execute(select(func.max(EVENTS.c.sequence))).scalar() or 0)

    def root(self, size: int) -> bytes:
        """Return the root of the tree over the first `size` events.

        Raises:
            DataError: There are not so many.
        """
        self._check(size)
        return self._root((0, size))

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the proof that leaf `index`, from 0, is in the tree over the first `size` events.

        Raises:
            DataError: There are not so many, or the leaf is not among them.
        """
        self._check(size)
        if not 0 <= index < size:
            problem = f"event {index + 1} is not among the first {size:,}"
            raise DataError(problem, fix="ask for a proof in a larger tree")
        return [self._root(part) for part in inclusion_ranges(index, size)]

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the proof that the tree over the first `old` events begins that over the first `new`.

        Raises:
            DataError: There are not so many, or `old` is not between 1 and `new`.
        """
        self._check(new)
        if not 0 < old <= new:
            raise DataError(f"a tree of {old:,} is not the beginning of one of {new:,}", fix="name the smaller first")
        return [self._root(part) for part in consistency_ranges(old, new)]

    def _check(self, size: int) -> None:
        held = self.size
        if not 0 <= size <= held:
            raise DataError(f"there is no tree of {size:,} events", fix=f"name a size up to {held:,}")

    def _root(self, part: Range) -> bytes:
        at, end = part
        frontier = Frontier()
        level = max(0, ((end - at).bit_length() - 1) // TILE_HEIGHT)
        for height in range(level, -1, -1):
            width = TILE**height
            count = (end - at) // width
            if not count:
                continue
            nodes = _nodes(self._connection, height, at // width, count)
            for node in nodes:
                frontier.push(TILE_HEIGHT * height, node)
            at += count * width
        return frontier.root()


def _nodes(connection: Connection, level: int, first: int, count: int) -> Sequence[bytes]:
    """Return nodes of a level, those of level 0 being the events' hashes."""
    if level == 0:
        span = EVENTS.c.sequence.between(first + 1, first + count)
        leaves = connection.execute(select(EVENTS.c.hash).where(span).order_by(EVENTS.c.sequence)).scalars().all()
        if len(leaves) != count:
            problem = f"some of the events {first + 1:,} to {first + count:,} are missing"
            raise LedgerError(problem, fix="run strandcast audit verify")
        return [bytes.fromhex(leaf) for leaf in leaves]
    span = TREE.c.number.between(first, first + count - 1)
    rows = connection.execute(select(TREE.c.number, TREE.c.hash).where(TREE.c.level == level, span))
    held = {row.number: row.hash for row in rows}
    return [
        # The rows of an older version's events are only written when the next tile is full.
        bytes.fromhex(held[number]) if number in held else tile_root(_nodes(connection, level - 1, number * TILE, TILE))
        for number in range(first, first + count)
    ]
