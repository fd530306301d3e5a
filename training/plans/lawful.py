"""Hours within limits and rules, for rules of thumb that know of none."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, hstack, vstack

from errors import AllocationError
from models.allocation.programme.problem import Problem, Rules

F64 = NDArray[np.float64]

_KEPT = 1e-7
_PASSES = 200
_HALVINGS = 200
# An area in which nothing happened gets a share of what is left over only when every other is full.
_HARDLY = 1e-9


@dataclass(frozen=True, eq=False)
class Limits:
    """Hours there are, and what rules about one area alone allow there.

    Attributes:
        total: Hours of each resource.
        low, high: float64[resource, area]; a rule about several resources is shared over them by their hours.
    """

    total: F64
    low: F64
    high: F64

    @classmethod
    def of(cls, problem: Problem) -> "Limits":
        """Return the limits of a problem."""
        posts, areas = problem.posts, len(problem.area_codes)
        total = np.asarray(problem.rules[0].upper, dtype=np.float64)
        low, high = np.zeros((len(total), areas)), np.broadcast_to(total[:, None], (len(total), areas)).copy()
        held = np.zeros((len(total), areas), dtype=np.int64)
        np.add.at(held, (posts.resource, posts.area), 1)
        for rules in problem.rules[1:]:
            matrix = rules.matrix
            for row, (lower, upper) in enumerate(zip(rules.lower, rules.upper, strict=True)):
                span = slice(matrix.indptr[row], matrix.indptr[row + 1])
                inside, area = matrix.indices[span], posts.area[matrix.indices[span.start]]
                resource, number = np.unique(posts.resource[inside], return_counts=True)
                alone = (posts.area[inside] == area).all() and (matrix.data[span] == 1).all()
                if not alone or (held[resource, area] != number).any():
                    continue
                part = total[resource] / max(float(total[resource].sum()), _HARDLY)
                low[resource, area] = np.maximum(low[resource, area], part * max(float(lower), 0.0))
                high[resource, area] = np.minimum(high[resource, area], part * float(upper))
        return cls(total, np.minimum(low, high), high)


def spent(key: F64, total: float, low: F64, high: F64) -> F64:
    """Return c x key clipped to the limits, with the c at which the total is spent, or everything is full."""
    mean = float(key.mean())
    share = (key if mean > 0 else np.ones(len(key))) + _HARDLY * (mean if mean > 0 else 1.0)
    if high.sum() <= total:
        return high.copy()
    bottom, top = 0.0, total / float(share.sum())
    while np.clip(top * share, low, high).sum() < total:
        top *= 2
    for _ in range(_HALVINGS):
        middle = (bottom + top) / 2
        bottom, top = (middle, top) if np.clip(middle * share, low, high).sum() < total else (bottom, middle)
    return np.clip(top * share, low, high)


def lawful(problem: Problem, hours: F64) -> F64:
    """Return hours that keep the rules: moved in proportion first, then as little as what is still broken asks for.

    Posts of a broken rule are scaled to its limit, family by family and again, with each resource's hours scaled back
    to those there are (iterative proportional fitting). What that does not mend, such as rules that weigh posts against
    each other, a linear programme mends with the fewest hours moved.

    Raises:
        AllocationError: No hours keep the rules.
    """
    for _ in range(_PASSES):
        if _broken(problem, hours) <= _KEPT:
            return hours
        for rules in (*problem.rules[1:], problem.rules[0]):
            hours = _scaled(rules, hours)
    return _nearest(problem, hours)


def _broken(problem: Problem, hours: F64) -> float:
    """Return by how many hours the worst rule is broken."""
    worst = 0.0
    for rules in problem.rules:
        found = rules.matrix @ hours
        worst = max(worst, float(np.max(np.maximum(rules.lower - found, found - rules.upper), initial=0.0)))
    return worst


def _scaled(rules: Rules, hours: F64) -> F64:
    matrix = rules.matrix
    plain = np.asarray(matrix.min(axis=1).todense()).ravel() >= 0
    found = matrix @ hours
    wanted = np.clip(found, rules.lower, rules.upper)
    # The total is spent whole as far as it goes: hours that one rule takes away are not lost to the others.
    if rules.kind == "total":
        wanted = rules.upper
    some = plain & (np.abs(wanted - found) > 0) & np.isfinite(wanted)
    empty = some & (found <= 0)
    given: F64 = hours
    if empty.any():
        held = csr_matrix(matrix[empty] > 0).astype(np.float64)
        given = hours + held.T @ (wanted[empty] / np.maximum(np.asarray(matrix[empty].sum(axis=1)).ravel(), _HARDLY))
    ratio = np.where(some & ~empty, wanted / np.where(found > 0, found, 1.0), 1.0)
    logs = np.log(np.maximum(ratio, 1e-300))
    held = csr_matrix((np.ones(len(matrix.data)), matrix.indices, matrix.indptr), shape=matrix.shape)
    scaled: F64 = given * np.exp(held.T @ logs)
    return scaled


def _nearest(problem: Problem, hours: F64) -> F64:
    """Return the hours that keep the rules with the fewest moved."""
    matrix = vstack([rules.matrix for rules in problem.rules]).tocsr()
    lower = np.concatenate([rules.lower for rules in problem.rules])
    upper = np.concatenate([rules.upper for rules in problem.rules])
    found = matrix @ hours
    up, down = np.isfinite(upper), np.isfinite(lower)
    rows = vstack([matrix[up], -matrix[down]])
    limits = np.concatenate([(upper - found)[up], (found - lower)[down]])
    most = [(0.0, None)] * len(hours) + [(0.0, float(held)) for held in hours]
    answer = linprog(np.ones(2 * len(hours)), A_ub=hstack([rows, -rows]), b_ub=limits, bounds=most, method="highs")
    if answer.status != 0:
        raise AllocationError("no hours keep all the rules", place="rules", fix="loosen one of them")
    moved = np.asarray(answer.x, dtype=np.float64)
    return np.maximum(hours + moved[: len(hours)] - moved[len(hours) :], 0.0)
