"""The programme in straight pieces: how a problem is written as rows and columns.

Columns, in this order: pieces of the cells' values; hours of posts (of several together where they are served alike, in
pieces where their effect bends); whole shifts; and for worst-week protection eta and the excess of each drawn week over
it. Rows: a dose row a cell (or for several served alike), the rules, a row a roster, and a row a drawn week.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix, csr_matrix, diags, hstack, vstack

from models.allocation.programme.highs import INFINITY, Linear
from models.allocation.programme.pools import Pools, pooled
from models.allocation.programme.problem import Problem
from models.allocation.programme.thin import thinned
from models.allocation.programme.values import Pieces

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

_POST_PIECES = 16
# Ties go to the area, strand and resource that come first, by less than any number that is told.
TIE = 1e-7


@dataclass(frozen=True, eq=False)
class PostPieces:
    """The hours of posts as columns: one a post, or several where what they do bends.

    Attributes:
        post: Index of the post of each column.
        begin: Hours at which it begins.
        width: Its length in hours; infinite for the only column of a post.
    """

    post: I64
    begin: F64
    width: F64


@dataclass(frozen=True, eq=False)
class Straight:
    """A problem in straight pieces.

    Attributes:
        problem: The problem.
        cells: Pieces of the cells' values.
        posts: Columns of hours.
        pools: Cells and posts that are summed; None: each has its own row and column.
    """

    problem: Problem
    cells: Pieces
    posts: PostPieces
    pools: Pools | None = None

    @cached_property
    def scale(self) -> float:
        """What gains are divided by, so that the solver's absolute tolerances mean the same for counts and harm."""
        gains = self.problem.worth[self.cells.cell] * self.cells.rate
        return float(gains.max(initial=0.0)) or 1.0

    @property
    def hours_columns(self) -> slice:
        """The columns of hours."""
        return slice(len(self.cells.cell), len(self.cells.cell) + len(self.posts.post))

    @property
    def block_columns(self) -> slice:
        """The columns of whole shifts."""
        blocks = self.problem.blocks
        begin = self.hours_columns.stop
        return slice(begin, begin + (0 if blocks is None else len(blocks.block_hours)))

    @property
    def rule_rows(self) -> slice:
        """The rows of the rules."""
        return slice(self.dose_rows, self.dose_rows + sum(map(len, self.problem.rules)))

    @property
    def dose_rows(self) -> int:
        """Number of rows of doses, which come first."""
        return len(self.problem.value.mean) if self.pools is None else self.pools.rows

    def dose_prices(self, duals: F64) -> F64:
        """Return the price of a unit of dose in each cell, float64[cell], from the duals of the rows."""
        return duals[: self.dose_rows] if self.pools is None else duals[self.pools.row]

    def hours(self, columns: F64) -> F64:
        """Return the hours of each post."""
        taken = np.maximum(columns[self.hours_columns], 0.0)
        if self.pools is not None:
            dose = np.zeros(len(self.problem.value.mean))
            np.add.at(dose, self.cells.cell, np.maximum(columns[: len(self.cells.cell)], 0.0))
            return self.pools.shared_out(taken, dose, self.problem.links.cell)
        return np.bincount(self.posts.post, weights=taken, minlength=len(self.problem.posts)).astype(np.float64)

    @property
    def week_rows(self) -> slice:
        """The rows of the drawn weeks."""
        problem = self.problem
        begin = self.rule_rows.stop + (0 if problem.blocks is None else len(problem.blocks.roster))
        return slice(begin, begin + (0 if problem.worst is None else len(problem.worst.counts)))

    def linear(self) -> Linear:
        """Return it as rows and columns; sums that rules look at come last."""
        return thinned(self._linear(), self.rule_rows, self.hours_columns)

    def _linear(self) -> Linear:
        problem = self.problem
        gain, most = (
            [self.gain_of_rate * self.cells.rate, np.zeros(len(self.posts.post))],
            [self.cells.width, self.posts.width],
        )
        whole = [np.zeros(self.hours_columns.stop, dtype=bool)]
        rows = [self._dose_rows(), self._rule_rows()]
        lower = [np.full(self.dose_rows, -INFINITY), *(_finite(rules.lower) for rules in problem.rules)]
        upper = [np.zeros(self.dose_rows), *(_finite(rules.upper) for rules in problem.rules)]
        if self.pools is not None:
            without = self.pools.without
            lower[1:] = [np.where(without, -INFINITY, np.concatenate(lower[1:]))]
            upper[1:] = [np.where(without, INFINITY, np.concatenate(upper[1:]))]
        matrix = vstack([row for row in rows if row.shape[0]])
        if problem.blocks is not None:
            blocks, rosters = problem.blocks, len(problem.blocks.roster)
            made = self._roster_rows()
            used = csr_matrix(
                (-blocks.block_hours, (blocks.block_roster, np.arange(len(blocks.block_hours)))),
                shape=(rosters, len(blocks.block_hours)),
            )
            empty = csr_matrix((matrix.shape[0], used.shape[1]))
            matrix = vstack([hstack([matrix, empty]), hstack([made, used])])
            gain.append(np.zeros(used.shape[1]))
            most.append(np.full(used.shape[1], INFINITY))
            whole.append(np.ones(used.shape[1], dtype=bool))
            lower.append(np.zeros(rosters))
            upper.append(np.zeros(rosters))
        if problem.worst is not None:
            return self._with_worst(np.concatenate(gain), most, whole, matrix, lower, upper)
        return Linear(
            np.concatenate(gain),
            np.concatenate(most),
            csc_matrix(matrix),
            np.concatenate(lower),
            np.concatenate(upper),
            np.concatenate(whole) if problem.blocks is not None else None,
        )

    @cached_property
    def gain_of_rate(self) -> F64:
        """What an incident met along each cell piece gains, a hair less for those that come later: so ties break."""
        problem, cell = self.problem, self.cells.cell
        order = np.empty(len(problem.value.mean))
        order[np.lexsort((problem.cell_strand, problem.cell_area))] = np.arange(len(order))
        worth = problem.worth * (1.0 - TIE * order / max(len(order), 1))
        gain: F64 = worth[cell] / self.scale
        return gain

    def _dose_rows(self) -> csr_matrix:
        """Pieces of a cell together hold no more than the dose that it is given."""
        links, pieces, columns = self.problem.links, self.posts, self.hours_columns.stop
        own = len(self.cells.cell)
        if self.pools is not None:
            row = np.concatenate([self.pools.row[self.cells.cell], self.pools.row[links.cell[pieces.post]]])
            rates = np.concatenate([np.ones(own), -links.rate[pieces.post]])
            return csr_matrix((rates, (row, np.arange(columns))), shape=(self.dose_rows, columns))
        first = np.searchsorted(pieces.post, links.post, side="left")
        count = np.searchsorted(pieces.post, links.post, side="right") - first
        link = np.repeat(np.arange(len(links.post)), count)
        piece = first[link] + (np.arange(len(link)) - np.repeat(np.cumsum(count) - count, count))
        rate = links.slopes(link, pieces.begin[piece], pieces.width[piece])
        row = np.concatenate([self.cells.cell, links.cell[link]])
        column = np.concatenate([np.arange(own), own + piece])
        return csr_matrix((np.concatenate([np.ones(own), -rate]), (row, column)), shape=(self.dose_rows, columns))

    def _rule_rows(self) -> csr_matrix:
        spread = self._spread()
        rules = [rules.matrix @ spread for rules in self.problem.rules]
        own = csr_matrix((sum(map(len, self.problem.rules)), len(self.cells.cell)))
        rows = vstack(rules)
        if self.pools is not None and self.pools.without.any():
            rows = diags((~self.pools.without).astype(np.float64)) @ rows
        return csr_matrix(hstack([own, rows]))

    def _roster_rows(self) -> csr_matrix:
        blocks = self.problem.blocks
        assert blocks is not None  # noqa: S101 - called where there are some
        on = np.flatnonzero(blocks.of_post >= 0)
        shape = (len(blocks.roster), len(self.problem.posts))
        held = csr_matrix((np.ones(len(on)), (blocks.of_post[on], on)), shape=shape)
        own = csr_matrix((len(blocks.roster), len(self.cells.cell)))
        return csr_matrix(hstack([own, held @ self._spread()]))

    def _spread(self) -> csr_matrix:
        """Posts by columns of hours."""
        columns = len(self.posts.post)
        shape = (len(self.problem.posts), columns)
        return csr_matrix((np.ones(columns), (self.posts.post, np.arange(columns))), shape=shape)

    def _with_worst(
        self,
        gain: F64,
        most: list[F64],
        whole: list[NDArray[np.bool_]],
        matrix: csr_matrix,
        lower: list[F64],
        upper: list[F64],
    ) -> Linear:
        """Add eta, an excess a drawn week and a row each: excess >= unmet harm of the week - eta."""
        problem = self.problem
        worst = problem.worst
        assert worst is not None  # noqa: S101 - called where there is some
        weeks = len(worst.counts)
        tail = 1.0 / ((1.0 - worst.level) * weeks)
        worth = problem.worth / self.scale
        met = problem.value.sampled(self.cells, worst.counts) * worth[self.cells.cell]
        week, piece = np.nonzero(met)
        held = csr_matrix((met[week, piece], (week, piece)), shape=(weeks, matrix.shape[1]))
        extra = hstack([csr_matrix(np.ones((weeks, 1))), csr_matrix(np.eye(weeks))])
        empty = csr_matrix((matrix.shape[0], weeks + 1))
        columns = weeks + 1
        # eta is never below 0, as no unmet harm is.
        return Linear(
            np.concatenate(
                [(1 - worst.weight) * gain, np.full(1, -worst.weight), np.full(weeks, -worst.weight * tail)]
            ),
            np.concatenate([*most, np.full(columns, INFINITY)]),
            csc_matrix(vstack([hstack([matrix, empty]), hstack([held, extra])])),
            np.concatenate([*lower, worst.counts @ worth]),
            np.concatenate([*upper, np.full(weeks, INFINITY)]),
            np.concatenate([*whole, np.zeros(columns, dtype=bool)]) if problem.blocks is not None else None,
        )


def straight(
    problem: Problem,
    hours: F64 | None = None,
    half: tuple[F64, F64] | None = None,
    apart: NDArray[np.bool_] | None = None,
) -> Straight:
    """Return a problem in pieces: even ones, or gathered round hours within half windows of doses and of hours.

    Args:
        problem: The problem.
        hours: Hours that pieces gather round.
        half: Half windows, of doses and of hours.
        apart: Areas whose own rules are in it; None: all. See `pools.pooled`.
    """
    around = None if hours is None else problem.dose(hours)
    cells = problem.value.pieces(around, None if half is None else half[0])
    pools = pooled(problem, apart)
    if pools is not None:
        columns = len(pools.first)
        return Straight(problem, cells, PostPieces(pools.first, np.zeros(columns), np.full(columns, INFINITY)), pools)
    return Straight(problem, cells, _post_pieces(problem, hours, None if half is None else half[1]))


def most_hours(problem: Problem) -> F64:
    """Return the most hours that a post can have: those there are of its resource."""
    totals = problem.rules[0]
    most: F64 = np.asarray(totals.upper, dtype=np.float64)[problem.posts.resource]
    return most


def _post_pieces(problem: Problem, hours: F64 | None, half: F64 | None) -> PostPieces:
    posts = len(problem.posts)
    if problem.links.ceiling is None:
        return PostPieces(np.arange(posts), np.zeros(posts), np.full(posts, INFINITY))
    most = most_hours(problem)
    if hours is None or half is None:
        # Half of the effect is had at 1 / rate; breakpoints gather there and thin out towards the most there can be.
        fastest = np.full(posts, 0.0)
        np.maximum.at(fastest, problem.links.post, problem.links.rate)
        unit = 1.0 / np.where(fastest > 0, fastest, 1.0)
        steps = np.linspace(0.0, 1.0, _POST_PIECES + 1)
        ends = np.minimum(most, 1e6 * unit)
        grid = unit[:, None] * np.expm1(steps * np.log1p(ends / unit)[:, None])
        grid[:, -1] = most
    else:
        near = np.linspace(hours - half, hours + half, _POST_PIECES - 2, axis=-1)
        grid = np.column_stack([np.zeros(posts), near, hours, most])
        grid = np.sort(np.clip(grid, 0.0, most[:, None]), axis=1)
    width = np.diff(grid, axis=1)
    some = width > 0
    some[:, 0] |= ~some.any(axis=1)
    post = np.broadcast_to(np.arange(posts)[:, None], width.shape)
    return PostPieces(post[some], grid[:, :-1][some], width[some])


def _finite(limits: F64) -> F64:
    return np.clip(limits, -INFINITY, INFINITY)
