"""Solving all the programmes of one plan."""

from models.allocation.posed import Planned, Posed
from models.allocation.programme.solver import ORDINARY, Effort, solve


def solve_all(posed: Posed, effort: Effort = ORDINARY) -> Planned:
    """Return the plan of harm and the plans of every team that is placed by caseload.

    Raises:
        NoPlanError: No hours keep the rules of one of them.
        AllocationError: No whole shifts do, or the solver stopped without an answer.
    """
    caseloads = {code: solve(problem, effort) for code, problem in posed.caseloads.items()}
    return Planned(posed, solve(posed.problem, effort), caseloads)
