"""The root of a tree from all of its leaves at once."""

from collections.abc import Sequence

from ledger.tree.hashing import Frontier


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root of the tree over these leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.push(0, leaf)
    return frontier.root()
