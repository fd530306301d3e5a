"""Proofs: that a leaf is in a tree, and that a tree is the beginning of a larger one.

What is in a proof is told in RFC 6962 (sections 2.1.1 and 2.1.2), how it is checked in RFC 9162 (sections 2.1.3.2 and
2.1.4.2). Leaves are numbered from 0 and ranges of them leave their end out.
"""

from collections.abc import Sequence

from ledger.tree.hashing import node_hash

Range = tuple[int, int]


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """Return the ranges of leaves whose roots prove that leaf `index` is in the tree of `size`, from the leaf up."""
    return _path(index, 0, size)


def consistency_ranges(old: int, new: int) -> list[Range]:
    """Return the ranges of leaves whose roots prove that the tree of `old` begins that of `new`; 0 < old <= new."""
    return _subproof(old, 0, new, whole=True)


def verifies_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Return whether `path` proves that `leaf` is number `index` in the tree of this size and root."""
    if not 0 <= index < size:
        return False
    number, last, found = index, size - 1, leaf
    for node in path:
        if last == 0:
            return False
        if number % 2 or number == last:
            found = node_hash(node, found)
            while number % 2 == 0 and number != 0:
                number, last = number // 2, last // 2
        else:
            found = node_hash(found, node)
        number, last = number // 2, last // 2
    return last == 0 and found == root


def verifies_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Return whether `path` proves that the tree of size `old` is the beginning of that of size `new`."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    if not path:
        return False
    # A tree of 2^n leaves is a node of the larger one, and its root the beginning of the proof.
    nodes = [old_root, *path] if old & (old - 1) == 0 else list(path)
    number, last = old - 1, new - 1
    while number % 2:
        number, last = number // 2, last // 2
    old_found = new_found = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return False
        if number % 2 or number == last:
            old_found, new_found = node_hash(node, old_found), node_hash(node, new_found)
            while number % 2 == 0 and number != 0:
                number, last = number // 2, last // 2
        else:
            new_found = node_hash(new_found, node)
        number, last = number // 2, last // 2
    return last == 0 and old_found == old_root and new_found == new_root


def _path(index: int, begin: int, size: int) -> list[Range]:
    if size == 1:
        return []
    left = _left(size)
    if index < left:
        return [*_path(index, begin, left), (begin + left, begin + size)]
    return [*_path(index - left, begin + left, size - left), (begin, begin + left)]


def _subproof(old: int, begin: int, size: int, *, whole: bool) -> list[Range]:
    if old == size:
        # The verifier has the root of the old tree already.
        return [] if whole else [(begin, begin + size)]
    left = _left(size)
    if old <= left:
        return [*_subproof(old, begin, left, whole=whole), (begin + left, begin + size)]
    return [*_subproof(old - left, begin + left, size - left, whole=False), (begin, begin + left)]


def _left(size: int) -> int:
    """Return the size of the left subtree: the largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1
