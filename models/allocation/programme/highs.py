"""HiGHS, in one place: linear and mixed-integer programmes in and solutions out, warm where one follows another."""

from dataclasses import dataclass
from importlib.metadata import version
from typing import Literal

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix

from errors import AllocationError

F64 = NDArray[np.float64]

INFINITY = float(highspy.kHighsInf)
# The tightest that HiGHS takes; costs are scaled to at most 1 before.
_TOLERANCE = 1e-10
_INTEGER = 1e-9
# Ordinary programmes take 20 to 55, at 140 areas as at 35,000.
_MOST_ITERATIONS = 200

_PRIMAL = int(highspy.simplex_constants.SimplexStrategy.kSimplexStrategyPrimal.value)

Method = Literal["simplex", "ipm"]
# What every programme is solved with; none looks at the clock.
OPTIONS: dict[str, int | float | str | bool] = {
    "output_flag": False,
    "threads": 1,
    "presolve": "off",
    "random_seed": 0,
    "primal_feasibility_tolerance": _TOLERANCE,
    "dual_feasibility_tolerance": _TOLERANCE,
    "ipm_iteration_limit": _MOST_ITERATIONS,
}


@dataclass(frozen=True, eq=False)
class Linear:
    """Maximise gain x columns subject to lower <= matrix x columns <= upper and 0 <= columns <= most.

    Attributes:
        gain: float64[column].
        most: Upper bound of each column.
        matrix: Rows by columns.
        lower: float64[row].
        upper: float64[row].
        whole: Which columns are whole numbers; None: none is.
    """

    gain: F64
    most: F64
    matrix: csc_matrix
    lower: F64
    upper: F64
    whole: NDArray[np.bool_] | None = None


@dataclass(frozen=True, eq=False)
class Basis:
    """Where a programme ended: the state of each column and row, from which another may begin.

    Attributes:
        columns: int8[column]: `LOWER`, `BASIC` or `UPPER`.
        rows: The same of the rows.
    """

    columns: NDArray[np.int8]
    rows: NDArray[np.int8]


LOWER, BASIC, UPPER = 0, 1, 2
_STATUS = {
    LOWER: highspy.HighsBasisStatus.kLower,
    BASIC: highspy.HighsBasisStatus.kBasic,
    UPPER: highspy.HighsBasisStatus.kUpper,
}


@dataclass(frozen=True, eq=False)
class Solution:
    """What HiGHS found.

    Attributes:
        columns: Their values.
        duals: What the objective gains by an hour's give of each row: >= 0 where the upper limit holds.
        objective: Value of the objective.
        bound: No solution is worth more.
        status: "optimal", or "gap" where a mixed-integer programme ended at the gap or nodes it was given.
    """

    columns: F64
    duals: F64
    objective: float
    bound: float
    status: str


class Highs:
    """One programme in HiGHS. Single-threaded, without a time limit: the same calls give the same bits."""

    def __init__(self, programme: Linear, method: Method = "simplex") -> None:
        self._method = method
        self._programme = programme
        self._highs = _configured()
        self._highs.passModel(_as_highs(programme))

    def gains(self, columns: NDArray[np.int32], gain: F64) -> None:
        """Change the gains of some columns; the basis is kept.

        The last solution still keeps every row, and the primal simplex goes on from there: of a county it takes a tenth
        of the dual's time, which first has to make the basis dual feasible.
        """
        self._highs.setOptionValue("simplex_strategy", _PRIMAL)
        self._highs.changeColsCost(len(columns), columns, -gain)

    def limits(self, row: int, lower: float, upper: float) -> None:
        """Change the limits of a row; the basis is kept."""
        self._highs.changeRowBounds(row, lower, upper)

    def fix(self, columns: NDArray[np.int32], values: F64) -> None:
        """Fix columns at values."""
        self._highs.changeColsBounds(len(columns), columns, values, values)

    def release(self, columns: NDArray[np.int32]) -> None:
        """Give fixed columns their bounds back."""
        self._highs.changeColsBounds(len(columns), columns, np.zeros(len(columns)), self._programme.most[columns])

    def basis(self) -> Basis:
        """Return where the last solution ended."""
        basis = self._highs.getBasis()
        columns, rows = (
            np.array([min(int(status), UPPER) for status in statuses], dtype=np.int8)
            for statuses in (basis.col_status, basis.row_status)
        )
        return Basis(columns, rows)

    def begin_at(self, basis: Basis) -> None:
        """Begin the next solution there; a basis that is none is passed over by HiGHS."""
        taken = highspy.HighsBasis()
        taken.col_status = [_STATUS[status] for status in basis.columns.tolist()]
        taken.row_status = [_STATUS[status] for status in basis.rows.tolist()]
        taken.valid = True
        self._highs.setBasis(taken)

    def solve(self) -> Solution | None:
        """Return the optimum of the programme without regard to whole numbers; None: nothing keeps its rows.

        Raises:
            AllocationError: HiGHS stopped without an answer.
        """
        other: Method = "simplex" if self._method == "ipm" else "ipm"
        status = highspy.HighsModelStatus.kNotset
        for method in (self._method, other):
            # Programmes of one row and very many columns are for the interior point method, which needs an interior and
            # on some small programmes never ends; the simplex method then solves them.
            self._highs.setOptionValue("solver", method)
            self._highs.run()
            status = self._highs.getModelStatus()
            if status == highspy.HighsModelStatus.kOptimal:
                return self._found("optimal")
            if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
                return None
            self._highs.clearSolver()
        raise _stopped(self._highs.modelStatusToString(status))

    def solve_whole(self, gap: float, nodes: int, start: F64 | None) -> Solution | None:
        """Return a solution in whole numbers, at the gap or after the nodes given; None: there is none.

        Raises:
            AllocationError: HiGHS stopped without an answer.
        """
        highs = self._highs
        highs.setOptionValue("solver", "choose")
        highs.setOptionValue("mip_rel_gap", gap)
        highs.setOptionValue("mip_abs_gap", 0.0)
        highs.setOptionValue("mip_max_nodes", nodes)
        highs.setOptionValue("mip_feasibility_tolerance", _INTEGER)
        whole = self._programme.whole
        if whole is not None:
            at = np.flatnonzero(whole).astype(np.int32)
            highs.changeColsIntegrality(len(at), at, np.full(len(at), highspy.HighsVarType.kInteger.value, np.uint8))
        if start is not None:
            guess = highspy.HighsSolution()
            guess.col_value = start.tolist()
            highs.setSolution(guess)
        highs.run()
        status = highs.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        info = highs.getInfo()
        has_one = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        if not has_one or status not in (
            highspy.HighsModelStatus.kOptimal,
            highspy.HighsModelStatus.kSolutionLimit,
        ):
            raise _stopped(highs.modelStatusToString(status))
        closed = info.mip_gap <= _TOLERANCE
        return self._found("optimal" if closed else "gap", bound=-float(info.mip_dual_bound))

    def _found(self, status: str, bound: float | None = None) -> Solution:
        solution = self._highs.getSolution()
        value = -float(self._highs.getInfo().objective_function_value)
        columns = np.array(solution.col_value, dtype=np.float64)
        duals = -np.array(solution.row_dual, dtype=np.float64)
        return Solution(columns, duals, value, value if bound is None else bound, status)


def _configured() -> highspy.Highs:
    highs: highspy.Highs = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in OPTIONS.items():
        highs.setOptionValue(name, value)
    return highs


def solver_document(gap: float, nodes: int) -> dict[str, str | int | float | bool | None]:
    """Return the solver, its version and how it was asked, as JSON values.

    Args:
        gap: Gap of a plan of whole shifts.
        nodes: Most nodes searched for whole shifts.
    """
    return {"name": "HiGHS", "version": version("highspy"), "gap": gap, "nodes": nodes, **OPTIONS}


def _as_highs(programme: Linear) -> highspy.HighsLp:
    """Return the programme as HiGHS takes it, which minimises."""
    matrix = programme.matrix
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = matrix.shape
    lp.col_cost_ = -programme.gain
    lp.col_lower_, lp.col_upper_ = np.zeros(matrix.shape[1]), programme.most
    lp.row_lower_, lp.row_upper_ = programme.lower, programme.upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.num_row_, lp.a_matrix_.num_col_ = matrix.shape
    lp.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    lp.a_matrix_.index_ = matrix.indices.astype(np.int32)
    lp.a_matrix_.value_ = matrix.data.astype(np.float64)
    return lp


def _stopped(status: str) -> AllocationError:
    problem = f"the solver stopped with '{status.lower()}'"
    return AllocationError(problem, place="allocation", fix="report it together with the request")
