"""Hashes of the tree, as RFC 6962 (section 2.1) defines them, and the right edge of one that grows.

The hash of a leaf is that of its event (`ledger.events`): SHA-256 over a zero byte and the event's canonical JSON.
"""

import hashlib
from collections.abc import Sequence

NODE_PREFIX = b"\x01"
EMPTY = hashlib.sha256().digest()
# Nodes of every eighth height are kept, so a tree is read in tiles of 256 of them.
TILE_HEIGHT = 8
TILE = 2**TILE_HEIGHT


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node over two others."""
    return hashlib.sha256(NODE_PREFIX + left + right).digest()


def tile_root(nodes: Sequence[bytes]) -> bytes:
    """Return the root over `TILE` nodes of one height."""
    level = nodes
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=True)
        level = [hashlib.sha256(NODE_PREFIX + left + right).digest() for left, right in pairs]
    return level[0]


class Frontier:
    """The whole subtrees that a tree consists of, from left to right; at most one of each height."""

    def __init__(self) -> None:
        self._subtrees: list[tuple[int, bytes]] = []

    def push(self, height: int, node: bytes) -> None:
        """Add a whole subtree of 2^height leaves at the right; it is no higher than what its place allows."""
        while self._subtrees and self._subtrees[-1][0] == height:
            node = node_hash(self._subtrees.pop()[1], node)
            height += 1
        self._subtrees.append((height, node))

    def root(self) -> bytes:
        """Return the root of the tree so far."""
        if not self._subtrees:
            return EMPTY
        root = self._subtrees[-1][1]
        for _, left in reversed(self._subtrees[:-1]):
            root = node_hash(left, root)
        return root


class GrowingTree:
    """A tree to which leaves are added one by one, of which only the unfinished tiles are held.

    Attributes:
        size: Number of leaves.
    """

    def __init__(self) -> None:
        self.size = 0
        self._edges: list[list[bytes]] = [[]]

    def add(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf; return the nodes that it completed, each as level, number and hash.

        A node of level n stands over 256^n leaves, and nodes of a level are numbered from 0.
        """
        self._edges[0].append(leaf)
        self.size += 1
        completed: list[tuple[int, int, bytes]] = []
        level = 0
        while len(self._edges[level]) == TILE:
            node = tile_root(self._edges[level])
            self._edges[level] = []
            level += 1
            if level == len(self._edges):
                self._edges.append([])
            self._edges[level].append(node)
            completed.append((level, self.size // TILE**level - 1, node))
        return completed

    def root(self) -> bytes:
        """Return the root of the tree so far."""
        frontier = Frontier()
        for level in reversed(range(len(self._edges))):
            for node in self._edges[level]:
                frontier.push(TILE_HEIGHT * level, node)
        return frontier.root()
