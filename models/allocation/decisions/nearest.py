"""Of plans that are worth the same, the one nearest to a plan before: nothing moves that need not.

Resources that can stand in for each other make many plans alike, and a programme solved anew gives any of them. What a
plan is worth depends on its doses alone; so with the doses kept, the hours are chosen that move least:

    minimise sum_p |x_p - before_p|   subject to   rate x = dose,  lower <= A x <= upper,  x >= 0

written with p = max(x - before, 0) and n = max(before - x, 0), n <= before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, hstack, vstack

from models.allocation.programme.plan import Plan
from models.allocation.programme.posts import TOGETHER

F64 = NDArray[np.float64]

_TOLERANCE = 1e-9


def nearest(plan: Plan, posts: Sequence[Mapping[str, Any]]) -> Plan:
    """Return the plan of the same doses that is nearest to the posts of a document.

    A plan of whole shifts, of one resource, or whose doses do not grow in proportion to hours is returned as it is: its
    hours are settled by its shifts or its doses.
    """
    problem = plan.problem
    if problem.blocks is not None or problem.links.ceiling is not None or len(problem.resources) == 1:
        return plan
    before, links = _hours_before(plan, posts), problem.links
    rates = csr_matrix((links.rate, (links.cell, links.post)), shape=(len(problem.cell_area), len(problem.posts)))
    rules = csr_matrix(vstack([family.matrix for family in problem.rules]))
    lower = np.concatenate([family.lower for family in problem.rules]) - rules @ before
    upper = np.concatenate([family.upper for family in problem.rules]) - rules @ before
    fewer = np.flatnonzero(before > 0)
    least, most = np.isfinite(lower), np.isfinite(upper)
    both = _both(rules, fewer)
    # The stubs know no sparse matrices.
    found = linprog(  # type: ignore[call-overload]
        np.ones(len(before) + len(fewer)),
        A_ub=vstack([both[most], -both[least]]),
        b_ub=np.concatenate([upper[most], -lower[least]]),
        A_eq=_both(rates, fewer),
        b_eq=plan.dose - rates @ before,
        bounds=[(0.0, end) for end in [*[np.inf] * len(before), *before[fewer].tolist()]],
        method="highs",
        options={"primal_feasibility_tolerance": _TOLERANCE, "presolve": False},
    )
    if found.x is None:
        return plan
    hours = before + found.x[: len(before)]
    hours[fewer] -= found.x[len(before) :]
    return replace(plan, hours=np.maximum(hours, 0.0))


def _both(matrix: csr_matrix, fewer: NDArray[np.int64]) -> csr_matrix:
    """Return the columns of hours more, then those of hours fewer."""
    return csr_matrix(hstack([matrix, -matrix[:, fewer]]))


def _hours_before(plan: Plan, posts: Sequence[Mapping[str, Any]]) -> F64:
    problem = plan.problem
    names = ("together" if at == TOGETHER else problem.strands[at] for at in problem.posts.strand.tolist())
    keys = zip(problem.posts.resource.tolist(), problem.posts.area.tolist(), names, strict=True)
    held = {(post["resource"], post["area_code"], post["strand"]): post["hours"] for post in posts}
    codes, areas = problem.resources, problem.area_codes
    return np.array([held.get((codes[code], areas[area], strand), 0.0) for code, area, strand in keys])
