"""Areas that a programme cannot tell apart get equal hours; and which posts its rules cannot tell apart."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from models.allocation.programme.problem import Problem

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


def evened(problem: Problem, hours: F64) -> F64:
    """Return hours with those of areas that the programme cannot tell apart replaced by their mean.

    Two areas are alike if their cells have the same worth, means and dispersions, their posts the same links, and each
    rule the same coefficients for both; rules about one area alone make it unlike every other unless it is alone in a
    rule with the same limits.
    """
    group = _groups(problem)
    if len(np.unique(group)) == len(group):
        return hours
    posts = problem.posts
    key = np.column_stack([posts.resource, group[posts.area], posts.strand])
    _, place = np.unique(key, axis=0, return_inverse=True)
    place = place.reshape(-1)
    mean: F64 = np.bincount(place, weights=hours) / np.bincount(place)
    return np.asarray(mean[place], dtype=np.float64)


def _groups(problem: Problem) -> I64:
    """Return a number for each area, equal for areas that are alike."""
    areas = len(problem.area_codes)
    seen: list[list[tuple[object, ...]]] = [[] for _ in range(areas)]
    value = problem.value
    dispersion = getattr(value, "dispersion", np.zeros(len(value.mean)))
    counts = None if problem.worst is None else problem.worst.counts
    facts = np.column_stack([problem.cell_strand, problem.worth, value.mean, dispersion])
    for cell, area in enumerate(problem.cell_area.tolist()):
        drawn = b"" if counts is None else counts[:, cell].tobytes()
        seen[area].append(("cell", facts[cell].tobytes(), drawn))
    rules = rule_columns(problem)
    posts, links = problem.posts, problem.links
    of_post: list[list[tuple[int, float, float]]] = [[] for _ in range(len(posts))]
    ceiling = np.zeros(len(links.post)) if links.ceiling is None else links.ceiling
    strand = problem.cell_strand[links.cell]
    for post, to, rate, most in zip(
        links.post.tolist(), strand.tolist(), links.rate.tolist(), ceiling.tolist(), strict=True
    ):
        of_post[post].append((to, rate, most))
    for post, (resource, area, own) in enumerate(
        zip(posts.resource.tolist(), posts.area.tolist(), posts.strand.tolist(), strict=True)
    ):
        seen[area].append(("post", resource, own, tuple(of_post[post]), rules[post]))
    numbers: dict[tuple[tuple[object, ...], ...], int] = {}
    return np.array([numbers.setdefault(tuple(facts_of), len(numbers)) for facts_of in seen], dtype=np.int64)


def own_areas(problem: Problem) -> I64:
    """Return the area that each rule is about alone, -1 where it is about several or none; int64[rule]."""
    matrix = csr_matrix(vstack([rules.matrix for rules in problem.rules]))
    own = np.full(matrix.shape[0], -1, dtype=np.int64)
    filled = np.flatnonzero(np.diff(matrix.indptr))
    if len(filled):
        areas, starts = problem.posts.area[matrix.indices], matrix.indptr[filled]
        least, most = np.minimum.reduceat(areas, starts), np.maximum.reduceat(areas, starts)
        own[filled] = np.where(least == most, most, -1)
    return own


def rule_columns(problem: Problem) -> list[int]:
    """Return a number for each post, equal for posts that every rule treats alike.

    That is: with the same coefficients in the same rows, or in rows of one area alike in limits and members.
    """
    posts, matrix = problem.posts, csr_matrix(vstack([rules.matrix for rules in problem.rules]))
    kinds = [rules.kind for rules in problem.rules for _ in range(len(rules))]
    lower = np.concatenate([rules.lower for rules in problem.rules])
    upper = np.concatenate([rules.upper for rules in problem.rules])
    classes: dict[tuple[object, ...], int] = {}
    row_class = np.empty(matrix.shape[0], dtype=np.int64)
    for row, area in enumerate(own_areas(problem).tolist()):
        own = slice(matrix.indptr[row], matrix.indptr[row + 1])
        members = matrix.indices[own]
        held = (posts.resource[members].tobytes(), posts.strand[members].tobytes(), matrix.data[own].tobytes())
        key = (kinds[row], lower[row], upper[row], *held) if area >= 0 else (row,)
        row_class[row] = classes.setdefault(key, len(classes))
    rows = np.repeat(row_class, np.diff(matrix.indptr))
    return numbered(csr_matrix((matrix.data, (matrix.indices, rows)), shape=(matrix.shape[1], len(classes))))


def numbered(rows: csr_matrix) -> list[int]:
    """Return a number for each row, equal for equal rows."""
    numbers: dict[bytes, int] = {}
    return [
        numbers.setdefault(rows.indices[begin:end].tobytes() + rows.data[begin:end].tobytes(), len(numbers))
        for begin, end in pairwise(rows.indptr.tolist())
    ]
