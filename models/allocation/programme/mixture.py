"""Which of equally good plans of capacities is taken: the fewest hours, and the same mixture for areas served alike.

What a plan is worth depends on its doses alone, and resources that stand in for each other give the same doses in many
ways. Areas of a strand that are served by the same resources at the same rates form a group g; U_g is the dose that is
of use there. The hours X_rg of each resource on a group are then chosen anew,

    minimise    sum_rg (1 + e_rs) X_rg
    subject to  sum_r rate_rg X_rg >= U_g,  and every rule of the problem, with x_ras = X_rg u_as / U_g,

so that each area has the same mixture, no hour is spent that meets nothing (unless a rule asks for it), and a rank e_rs
of resources and strands, under a thousandth, settles what is left. Where a rule forbids the same mixture in all areas,
groups are divided by what the rules tell apart; where it forbids that too, the hours stay as they were found.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix, csr_matrix, vstack

from models.allocation.programme.alike import rule_columns
from models.allocation.programme.highs import INFINITY, Highs, Linear
from models.allocation.programme.problem import Problem

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

# Each rank is apart from every other: multiples of the golden ratio never meet (Weyl).
_GOLDEN = 0.6180339887498949
_RANK = 1e-3
# By so much of it a dose may be missed: where every hour is needed, rounding alone would leave no mixture at all.
_SHORT = 1e-9


def mixed(problem: Problem, hours: F64) -> F64:
    """Return the hours of the same worth that are taken of all; those of other than capacities as they are."""
    links = problem.links
    one_each = len(links.post) == len(problem.posts) and bool((links.post == np.arange(len(links.post))).all())
    if not problem.straight or not one_each or len(problem.resources) == 1:
        return hours
    dose = np.minimum(problem.dose(hours), _useful(problem))
    for rules in (False, True):
        found = _mixture(problem, dose, _served_alike(problem, rules=rules))
        if found is not None:
            return found
    return hours


def _useful(problem: Problem) -> F64:
    """Return the dose of each cell beyond which nothing is met that is planned for."""
    pieces = problem.value.pieces()
    most = np.zeros(len(problem.value.mean))
    np.maximum.at(most, pieces.cell, pieces.begin + pieces.width)
    return most


def _mixture(problem: Problem, dose: F64, group: I64) -> F64 | None:
    """Return the hours of the best mixture; None where the rules forbid one."""
    posts, links, resources = problem.posts, problem.links, len(problem.resources)
    place = group[links.cell] * resources + posts.resource
    kinds, kind = np.unique(place, return_inverse=True)
    kind = kind.reshape(-1)
    needed = np.bincount(group, weights=dose)
    share = np.divide(dose, needed[group], out=np.zeros(len(dose)), where=needed[group] > 0)[links.cell]
    first = np.unique(kind, return_index=True)[1]
    spread = csr_matrix((share, (np.arange(len(posts)), kind)), shape=(len(posts), len(kinds)))
    rates = csr_matrix(
        (links.rate[first], (kinds // resources, np.arange(len(kinds)))), shape=(len(needed), len(kinds))
    )
    rules = csr_matrix(vstack([family.matrix for family in problem.rules])) @ spread
    strand = problem.cell_strand[links.cell][first]
    rank = np.modf(((kinds % resources) * len(problem.strands) + strand + 1) * _GOLDEN)[0]
    lower = np.concatenate([family.lower for family in problem.rules])
    upper = np.concatenate([family.upper for family in problem.rules])
    programme = Linear(
        gain=-(1.0 + _RANK * rank),
        most=np.full(len(kinds), INFINITY),
        matrix=csc_matrix(vstack([rates, rules])),
        lower=np.concatenate([needed * (1 - _SHORT), np.maximum(lower, -INFINITY)]),
        upper=np.concatenate([np.full(len(needed), INFINITY), np.minimum(upper, INFINITY)]),
    )
    found = Highs(programme).solve()
    return None if found is None else np.asarray(spread @ np.maximum(found.columns, 0.0), dtype=np.float64)


def _served_alike(problem: Problem, *, rules: bool) -> I64:
    """Return a number for each cell, equal where a strand is served by the same resources at the same rates.

    With `rules`, only where every rule has the same coefficients for them too.
    """
    posts, links = problem.posts, problem.links
    served = np.zeros((len(problem.value.mean), 2 * len(problem.resources) + 1))
    served[:, -1] = problem.cell_strand
    served[links.cell, posts.resource] = links.rate
    if rules:
        served[links.cell, len(problem.resources) + posts.resource] = rule_columns(problem)
    return np.unique(served, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)
