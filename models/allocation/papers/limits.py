"""Limits of a plan's hours in quarters: its rules, and the hours of its whole shifts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from models.allocation.programme.plan import Plan

F64 = NDArray[np.float64]

A_QUARTER = 0.25
# Hours by which a rule may be missed, as a share of what it holds: rounding of the solver alone.
KEPT = 1e-6


@dataclass(frozen=True, eq=False)
class Limits:
    """Rows that whole quarters should keep: lower <= matrix x quarters <= upper.

    Attributes:
        names: What each row is about.
        matrix: Rows by posts.
        lower: Fewest quarters.
        upper: Most quarters.
    """

    names: tuple[str, ...]
    matrix: csr_matrix
    lower: F64
    upper: F64

    def missed(self, quarters: F64) -> F64:
        """Return by how many hours each row is missed, 0 where it is kept."""
        value: F64 = self.matrix @ quarters
        return self.miss(np.arange(len(self.names)), value)

    def miss(self, row: NDArray[np.int64], value: F64) -> F64:
        """Return by how many hours these rows would be missed were these their values, in quarters."""
        miss: F64 = np.maximum(np.maximum(self.lower[row] - value, value - self.upper[row]), 0.0) * A_QUARTER
        return np.where(miss > KEPT * np.maximum(1.0, np.abs(value) * A_QUARTER), miss, 0.0)


def limits_of(plan: Plan) -> Limits:
    """Return all rules, and whole shifts' hours as limits of rosters."""
    problem = plan.problem
    names = [name for rules in problem.rules for name in rules.names]
    blocks = [rules.matrix for rules in problem.rules]
    lower = [rules.lower / A_QUARTER for rules in problem.rules]
    upper = [rules.upper / A_QUARTER for rules in problem.rules]
    if problem.blocks is not None and plan.shifts is not None:
        shifts = problem.blocks
        held = np.bincount(
            shifts.block_roster, weights=shifts.block_hours * plan.shifts, minlength=len(shifts.roster)
        ).astype(np.float64)
        of = np.flatnonzero(shifts.of_post >= 0)
        shape = (len(shifts.roster), len(problem.posts))
        blocks.append(csr_matrix((np.ones(len(of)), (shifts.of_post[of], of)), shape=shape))
        names += [f"whole shifts of {name}" for name in shifts.roster]
        lower.append(held / A_QUARTER)
        upper.append(held / A_QUARTER)
    return Limits(tuple(names), csr_matrix(vstack(blocks)), np.concatenate(lower), np.concatenate(upper))
