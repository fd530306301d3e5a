"""The columns of a programme: where hours may go, which cells of demand there are, and what hours do for them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.allocation.posing.actions import TYPES, Action
from models.allocation.programme.posts import TOGETHER, Links, Posts

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Columns:
    """Posts, cells and the links between them.

    Attributes:
        posts: Where hours may go.
        links: What they do there.
        cell_area: Index of the area of each cell.
        cell_strand: Index of the strand of each cell; -1 where all strands of the area are one cell.
    """

    posts: Posts
    links: Links
    cell_area: I64
    cell_strand: I64


def columns_of(
    actions: Sequence[Action], allowed: Bools, area_type: Sequence[str], *, together: bool, merge: bool = False
) -> Columns:
    """Return the columns of resources.

    Args:
        actions: What an hour of each does.
        allowed: Where each may work, bool[resource, area, strand].
        area_type: Type of each area.
        together: A post serves all strands of its resource in an area at once; else each strand has its own.
        merge: Make one cell of all strands of an area, where every post serves them alike.
    """
    resources, areas, strands = allowed.shape
    kinds = np.array([TYPES.index(kind) for kind in area_type], dtype=np.int64)
    rate = np.stack([action.rate for action in actions])
    ceilings = [action.ceiling for action in actions if action.ceiling is not None]
    ceiling = np.stack(ceilings) if ceilings else None
    linked = allowed & ~np.isnan(rate)[:, kinds]
    if together and merge and _alike(linked, rate) and (ceiling is None or _alike(linked, ceiling)):
        linked, rate, strands = linked[:, :, :1], rate[:, :, :1], 1
        ceiling = None if ceiling is None else ceiling[:, :, :1]
        cell_strand = np.full(areas, -1, dtype=np.int64)
    else:
        cell_strand = np.tile(np.arange(strands, dtype=np.int64), areas)
    resource, area, strand = (axis.astype(np.int64) for axis in np.nonzero(linked))
    if together:
        open_posts = linked.any(axis=2)
        number = np.cumsum(open_posts).reshape(resources, areas) - 1
        of_resource, of_area = (axis.astype(np.int64) for axis in np.nonzero(open_posts))
        posts = Posts(of_resource, of_area, np.full(len(of_resource), TOGETHER, dtype=np.int64))
        post = number[resource, area].astype(np.int64)
    else:
        posts, post = Posts(resource, area, strand), np.arange(len(resource), dtype=np.int64)
    kind = kinds[area]
    links = Links(
        post=post,
        cell=area * strands + strand,
        rate=rate[resource, kind, strand],
        ceiling=None if ceiling is None else ceiling[resource, kind, strand],
    )
    return Columns(posts, links, np.repeat(np.arange(areas, dtype=np.int64), strands), cell_strand)


def _alike(linked: Bools, numbers: F64) -> bool:
    """Return whether every post serves all strands, each as the first."""
    same = (numbers == numbers[:, :, :1]) | np.isnan(numbers)
    return bool((linked == linked[:, :, :1]).all() and same.all())
