"""Rules that may give, for HiGHS: by how little they must, and the smallest set that meets every one of some sets.

    minimise    sum over g of s_g
    subject to  lower_i - k_i s_g(i) <= sum over p of A_ip x_p <= upper_i + k_i s_g(i)   every row i, of rule g(i)
                sum of x_p over a roster's posts = sum of L_b n_b over its blocks   where shifts are whole
                x_p >= 0,  n_b whole,  s_g >= 0, and s_g = 0 where g is held

Posts with equal columns are one column: hours may move between them, and no row can tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack, vstack

from models.allocation.programme.problem import Blocks

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]

_TOLERANCE = 1e-9
# An integer programme that is told of no plan within so many nodes counts as one without.
_MOST_NODES = 2_000


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of rules.

    Attributes:
        matrix: Rows by posts.
        lower: Least of each row.
        upper: Most of each row.
        rule: Number of the rule of each row, from 0 on.
        count: How many rows as they were written each stands for, and so how often its rule's give counts in it.
    """

    matrix: csr_matrix
    lower: F64
    upper: F64
    rule: I64
    count: F64

    @property
    def rules(self) -> int:
        """Number of rules."""
        return int(self.rule.max(initial=-1)) + 1

    def of(self, held: Bools) -> "Rows":
        """Return the rows of some rules alone, which keep their order."""
        chosen = held[self.rule]
        number = np.unique(self.rule[chosen], return_inverse=True)[1].astype(np.int64)
        matrix = csr_matrix(self.matrix[chosen])
        return Rows(matrix, self.lower[chosen], self.upper[chosen], number, self.count[chosen])

    def summed(self, blocks: Blocks) -> "Rows":
        """Return fewer rows: those of one rule whose posts are of the same rosters are added up.

        Hours that keep all rows keep their sums. So where the sums clash, the rows do too; the converse may fail.
        """
        shape = (self.matrix.shape[1], len(blocks.roster) + 1)
        column = np.where(blocks.of_post >= 0, blocks.of_post, len(blocks.roster))
        roster = csr_matrix((np.ones(shape[0]), (np.arange(shape[0]), column)), shape=shape)
        touched = (abs(self.matrix) @ roster).toarray() > 0
        ends = np.column_stack([np.isfinite(self.lower), np.isfinite(self.upper)])
        keys = np.column_stack([self.rule, ends, touched])
        _, first, group = np.unique(keys, axis=0, return_index=True, return_inverse=True)
        group = group.reshape(-1)
        add = csr_matrix((np.ones(len(group)), (group, np.arange(len(group)))))
        columns = self.lower, self.upper, self.count
        lower, upper, count = (np.bincount(group, weights=column).astype(np.float64) for column in columns)
        return Rows(csr_matrix(add @ self.matrix), lower, upper, self.rule[first], count)


@dataclass(frozen=True, eq=False)
class Gives:
    """The least that rules must give.

    Attributes:
        give: What each rule gives, float64[rule].
        price: Dual of each row, float64[row]; the rows that make the giving necessary are those with one. Zeros where
            shifts are whole, since then nothing is known of single rows.
    """

    give: F64
    price: F64


class Elastic:
    """Rules of which any may be held and any other may give."""

    def __init__(self, rows: Rows, blocks: Blocks | None = None) -> None:
        """Hand the programme to HiGHS.

        Args:
            rows: The rules.
            blocks: Whole shifts; None: hours are any number.
        """
        self.rules, self._rows, self._whole = rows.rules, len(rows.rule), blocks is not None
        merged = _merged(rows.matrix if blocks is None else csr_matrix(vstack([rows.matrix, _rosters(blocks)])))
        base, rosters = csr_matrix(merged[: self._rows]), csr_matrix(merged[self._rows :])
        each = csr_matrix((rows.count, (np.arange(self._rows), rows.rule)), shape=(self._rows, self.rules))
        low, high = np.flatnonzero(np.isfinite(rows.lower)), np.flatnonzero(np.isfinite(rows.upper))
        self._of_row, self._first = np.concatenate([low, high]), base.shape[1]
        matrix = csr_matrix(vstack([hstack([base[low], each[low]]), hstack([base[high], -each[high]])]))
        lower = np.concatenate([rows.lower[low], np.full(len(high), -np.inf)])
        upper = np.concatenate([np.full(len(low), np.inf), rows.upper[high]])
        cost = np.concatenate([np.zeros(self._first), np.ones(self.rules)])
        if blocks is None:
            self._highs = _started(matrix, lower, upper, cost, np.zeros(len(cost), dtype=bool))
            return
        # More shifts than all rules together speak of: without an end to them a search may have none either.
        spoken = np.abs(rows.lower[low]).sum() + np.abs(rows.upper[high]).sum()
        shifts = np.arange(len(blocks.block_hours))
        shape = (rosters.shape[0], len(shifts))
        hours = csr_matrix((-blocks.block_hours, (blocks.block_roster, shifts)), shape=shape)
        sums = hstack([rosters, csr_matrix((shape[0], self.rules)), hours])
        matrix = csr_matrix(vstack([hstack([matrix, csr_matrix((matrix.shape[0], len(shifts)))]), sums]))
        lower, upper = (np.concatenate([side, np.zeros(shape[0])]) for side in (lower, upper))
        integer = np.arange(len(cost) + len(shifts)) >= len(cost)
        self._highs = _started(matrix, lower, upper, np.concatenate([cost, np.zeros(len(shifts))]), integer)
        most = np.ceil(spoken / blocks.block_hours) + 1.0
        columns = (len(cost) + shifts).astype(np.int32)
        self._highs.changeColsBounds(len(shifts), columns, np.zeros(len(shifts)), most)

    def least(self, free: Bools) -> Gives | None:
        """Return the least that the rules in `free` must give while all others are held; None where none is enough."""
        columns = np.arange(self._first, self._first + self.rules, dtype=np.int32)
        most = np.where(free, highspy.kHighsInf, 0.0)
        self._highs.changeColsBounds(self.rules, columns, np.zeros(self.rules), most)
        self._highs.run()
        if self._highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        solution = self._highs.getSolution()
        give = np.array(solution.col_value)[self._first : self._first + self.rules]
        price = np.zeros(self._rows)
        if not self._whole:
            np.add.at(price, self._of_row, np.abs(np.array(solution.row_dual)[: len(self._of_row)]))
        return Gives(give, price)


def smallest_meeting(sets: Sequence[Bools], members: int) -> Bools:
    """Return a smallest choice of members that has one of each set, bool[member]."""
    matrix = csr_matrix(np.array(sets, dtype=np.float64).reshape(len(sets), members))
    ends = np.full(len(sets), np.inf)
    highs = _started(matrix, np.ones(len(sets)), ends, np.ones(members), np.ones(members, dtype=bool))
    highs.changeColsBounds(members, np.arange(members, dtype=np.int32), np.zeros(members), np.ones(members))
    highs.setOptionValue("mip_max_nodes", highspy.kHighsIInf)
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.run()
    chosen: Bools = np.array(highs.getSolution().col_value) > 0.5
    return chosen


def _merged(matrix: csr_matrix) -> csr_matrix:
    """Return the matrix with one of each set of equal columns."""
    draws = np.random.default_rng(0).random((matrix.shape[0], 2))
    # Equal columns have equal sums to the bit; that unequal ones have twice would be chance.
    sums = csr_matrix(matrix.T) @ draws
    kept = np.sort(np.unique(sums, axis=0, return_index=True)[1])
    return csr_matrix(matrix.tocsc()[:, kept])


def _rosters(blocks: Blocks) -> csr_matrix:
    inside = np.flatnonzero(blocks.of_post >= 0)
    shape = (len(blocks.roster), len(blocks.of_post))
    return csr_matrix((np.ones(len(inside)), (blocks.of_post[inside], inside)), shape=shape)


def _started(matrix: csr_matrix, lower: F64, upper: F64, cost: F64, integer: Bools) -> highspy.Highs:
    """Return HiGHS with the programme: cost x columns, least; columns from 0 on."""
    programme = highspy.HighsLp()
    programme.num_row_, programme.num_col_ = matrix.shape
    programme.col_cost_, programme.col_lower_ = cost, np.zeros(len(cost))
    programme.col_upper_ = np.full(len(cost), highspy.kHighsInf)
    programme.row_lower_, programme.row_upper_ = lower, upper
    rows = programme.a_matrix_
    rows.format_ = highspy.MatrixFormat.kRowwise
    rows.num_row_, rows.num_col_ = matrix.shape
    rows.start_, rows.index_, rows.value_ = matrix.indptr, matrix.indices, matrix.data
    if integer.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        programme.integrality_ = [kinds[int(whole)] for whole in integer]
    highs: highspy.Highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)  # noqa: FBT003 - HiGHS takes a name and a value
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("random_seed", 0)
    highs.setOptionValue("primal_feasibility_tolerance", _TOLERANCE)
    highs.setOptionValue("dual_feasibility_tolerance", _TOLERANCE)
    highs.setOptionValue("mip_feasibility_tolerance", _TOLERANCE)
    highs.setOptionValue("mip_max_nodes", _MOST_NODES)
    if integer.any():
        # On some few programmes of whole shifts presolve never ends.
        highs.setOptionValue("presolve", "off")
    highs.passModel(programme)
    return highs
