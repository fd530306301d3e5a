"""What a dose is worth in a cell of demand: concave functions, exact under the forecast's distribution.

A cell is an area's strand, or several strands of an area that every post serves alike. Two forms:

`Met` (capacity): a dose of u incidents' worth of time meets min(u, Y) of the week's Y incidents, so that it is worth

    w E[min(u, Y)],   E[min(u, Y)] = sum over j < u of P(Y > j), the last term in part: straight between whole numbers,

and the expectation is exact from the cell's own negative binomial: nothing is drawn.

`Share` (presence): a dose of u reaches or prevents a share 1 - exp(-u) of a cell's incidents, however many they are, so
that it is worth w E[Y] (1 - exp(-u)). Doses add where sources act independently of each other:
1 - prod(1 - p_i) = 1 - exp(-sum(-log(1 - p_i))).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
I32 = NDArray[np.int32]

# No piece of the programme is for an incident that is less likely than this. What is told of a plan counts it all the
# same, for many rare counts are not nothing together.
TAIL = 1e-9
_SEEN = 1e-15
_NEARLY = 1e-7
_PIECES = 12
_BLOCK = 32
_LEAST_DISPERSION = 1e-6
# A dose of 40 leaves e^-40 of the demand, which no double tells from none.
_ENDLESS = 40.0


@dataclass(frozen=True, eq=False)
class Pieces:
    """Straight pieces of what doses meet, in order: cell by cell, rates falling within each.

    Attributes:
        cell: Index of the cell of each piece.
        begin: Dose at which it begins.
        width: Its length in dose.
        rate: Incidents met by a unit of dose along it.
    """

    cell: I64
    begin: F64
    width: F64
    rate: F64


class Value(Protocol):
    """What doses are worth, cell by cell: worth x met(dose)."""

    @property
    def weight(self) -> F64:
        """Harm of one incident, float64[cell]; 0 for a strand that has none."""
        ...

    @property
    def placing(self) -> F64:
        """What places the hours of strands without a weight, float64[cell]; small, and never counted as harm."""
        ...

    @property
    def mean(self) -> F64:
        """Expected incidents, float64[cell]."""
        ...

    def met(self, dose: F64) -> F64:
        """Return the expected incidents that are met, reached or prevented, float64[cell]."""
        ...

    def met_of(self, dose: F64, counts: I32) -> F64:
        """Return the same were these the counts, int32[..., cell]."""
        ...

    def slope(self, dose: F64) -> F64:
        """Return what the next unit of dose would meet, float64[cell]: the right-hand slope."""
        ...

    def most_worth(self, price: F64) -> F64:
        """Return the largest worth x met(u) - price x u over u >= 0, float64[cell]; infinite where a price is < 0."""
        ...

    def pieces(self, around: F64 | None = None, half: F64 | None = None) -> Pieces:
        """Return pieces that never promise more than is met; gathered within `half` of the doses `around`, if given."""
        ...

    def sampled(self, pieces: Pieces, counts: I32) -> F64:
        """Return what a unit of dose along each piece would meet were these the counts, float64[draw, piece]."""
        ...

    def mixed(self, keep: float, counts: I32, shares: F64) -> "Value":
        """Return the value that meets keep x met(u) + sum over draws of shares x met_of(u, counts)."""
        ...

    @property
    def exact(self) -> bool:
        """Whether the pieces are the function itself, so that one programme is enough."""
        ...


@dataclass(frozen=True, eq=False)
class Met:
    """Capacity: min(u, Y) of a negative binomial Y.

    Attributes:
        weight: Harm of one incident, float64[cell].
        placing: See `Value`.
        mean: Expected incidents, float64[cell].
        dispersion: Variance is mean + dispersion x mean^2, float64[cell].
    """

    weight: F64
    placing: F64
    mean: F64
    dispersion: F64

    exact = True

    @cached_property
    def _table(self) -> tuple[I64, F64]:
        """Where each cell's pieces begin, int64[cell + 1], and P(Y > j) of each, j from 0, while above `_SEEN`."""
        size = 1.0 / np.maximum(self.dispersion, _LEAST_DISPERSION)
        chance = self.mean / (size + self.mean)
        open_cells, begin, parts = np.flatnonzero(self.mean > 0), 0, []
        while len(open_cells):
            count = np.arange(begin, begin + _BLOCK)
            above = np.asarray(betainc(count + 1.0, size[open_cells, None], chance[open_cells, None]), dtype=np.float64)
            some = above > _SEEN
            row, column = np.nonzero(some)
            parts.append((open_cells[row], count[column], above[some]))
            open_cells, begin = open_cells[some[:, -1]], begin + _BLOCK
        if not parts:
            return np.zeros(len(self.mean) + 1, dtype=np.int64), np.zeros(0)
        cell, count, survival = (np.concatenate(column) for column in zip(*parts, strict=True))
        starts = np.concatenate([[0], np.cumsum(np.bincount(cell, minlength=len(self.mean)))]).astype(np.int64)
        return starts, survival[np.lexsort((count, cell))]

    def met(self, dose: F64) -> F64:
        """Return E[min(dose, Y)]."""
        starts, survival = self._table
        summed = np.concatenate([[0.0], np.cumsum(survival)])
        length = np.diff(starts)
        whole = np.minimum(np.floor(dose), length).astype(np.int64)
        part = np.where(whole < length, dose - whole, 0.0)
        following = np.append(survival, 0.0)[np.minimum(starts[:-1] + whole, len(survival))]
        result: F64 = summed[starts[:-1] + whole] - summed[starts[:-1]] + part * following
        return result

    def met_of(self, dose: F64, counts: I32) -> F64:
        """Return min(dose, counts)."""
        return np.minimum(dose, counts)

    def slope(self, dose: F64) -> F64:
        """Return P(Y > whole part of the dose); one that rounding alone keeps below a whole number is that number."""
        starts, survival = self._table
        whole = np.floor(dose * (1.0 + _NEARLY)).astype(np.int64)
        within = whole < np.diff(starts)
        at = np.where(within, starts[:-1] + whole, len(survival))
        return np.append(survival, 0.0)[at]

    def most_worth(self, price: F64) -> F64:
        """Return the conjugate, taken piece by piece: every piece is bought that is worth more than its price."""
        starts, survival = self._table
        cell = np.repeat(np.arange(len(self.mean)), np.diff(starts))
        gain = np.maximum((self.weight + self.placing)[cell] * survival - price[cell], 0.0)
        return np.where(price < 0, np.inf, np.bincount(cell, weights=gain, minlength=len(self.mean)).astype(np.float64))

    def pieces(self, around: F64 | None = None, half: F64 | None = None) -> Pieces:
        """Return a piece for each incident that may come."""
        starts, survival = self._table
        cell = np.repeat(np.arange(len(self.mean)), np.diff(starts))
        begin = (np.arange(len(survival)) - starts[cell]).astype(np.float64)
        some = survival > TAIL
        return Pieces(cell[some], begin[some], np.ones(int(some.sum())), survival[some])

    def sampled(self, pieces: Pieces, counts: I32) -> F64:
        """Return 1 where the count is above the piece's beginning."""
        return (counts[:, pieces.cell] > pieces.begin).astype(np.float64)

    def mixed(self, keep: float, counts: I32, shares: F64) -> "Met":
        """Return a capacity that weighs each incident by both its chance and the draws in which it comes."""
        starts, survival = self._table
        cell = np.repeat(np.arange(len(self.mean)), np.diff(starts))
        begin = np.arange(len(survival)) - starts[cell]
        rate = keep * survival + shares @ (counts[:, cell] > begin).astype(np.float64)
        mixed = Met(self.weight, self.placing, self.mean, self.dispersion)
        # The table is what a capacity is computed from; a cached property is an ordinary attribute once it is set.
        mixed.__dict__["_table"] = (starts, rate)
        return mixed


@dataclass(frozen=True, eq=False)
class Share:
    """Presence: a share 1 - exp(-u) of whatever comes.

    Attributes:
        weight: Harm of one incident, float64[cell].
        placing: See `Value`.
        mean: Expected incidents, float64[cell].
    """

    weight: F64
    placing: F64
    mean: F64

    exact = False

    def met(self, dose: F64) -> F64:
        """Return the expected incidents reached."""
        result: F64 = self.mean * -np.expm1(-dose)
        return result

    def met_of(self, dose: F64, counts: I32) -> F64:
        """Return the share of these counts."""
        share: F64 = -np.expm1(-dose)
        return counts * share

    def slope(self, dose: F64) -> F64:
        """Return the expected incidents that a unit more would reach, at the margin."""
        result: F64 = self.mean * np.exp(-dose)
        return result

    def most_worth(self, price: F64) -> F64:
        """Return the conjugate: W - c + c log(c / W) for a price c between 0 and the worth W of everything."""
        worth = (self.weight + self.placing) * self.mean
        with np.errstate(divide="ignore", invalid="ignore"):
            inside = worth - price + price * np.log(price / worth)
        value = np.where(price <= 0, worth, np.where(price < worth, inside, 0.0))
        return np.where(price < 0, np.inf, value)

    def pieces(self, around: F64 | None = None, half: F64 | None = None) -> Pieces:
        """Return chords of 1 - exp(-u).

        A chord over a width w errs by about w^2 exp(-u) / 8, so breakpoints evenly spaced in exp(-u / 2) err alike, by
        at most about 1 / (2 x pieces^2) of the demand.
        """
        cells = len(self.mean)
        even = -2.0 * np.log(np.linspace(1.0, np.exp(-_ENDLESS / 2), _PIECES + 1))
        grid = np.broadcast_to(even, (cells, _PIECES + 1))
        if around is not None and half is not None:
            near = np.linspace(around - half, around + half, _PIECES - 2, axis=-1)
            ends = np.zeros(cells), np.full(cells, _ENDLESS)
            grid = np.sort(np.clip(np.column_stack([ends[0], near, around, ends[1]]), 0.0, _ENDLESS), axis=1)
        begin, width = grid[:, :-1], np.diff(grid, axis=1)
        some = width > 0
        safe = np.where(some, width, 1.0)
        rate = self.mean[:, None] * np.exp(-begin) * -np.expm1(-safe) / safe
        cell = np.broadcast_to(np.arange(cells)[:, None], width.shape)
        return Pieces(cell[some], begin[some], width[some], rate[some])

    def sampled(self, pieces: Pieces, counts: I32) -> F64:
        """Return the share that a unit of dose along the piece adds, of these counts."""
        share = pieces.rate / np.where(self.mean > 0, self.mean, 1.0)[pieces.cell]
        return counts[:, pieces.cell] * share

    def mixed(self, keep: float, counts: I32, shares: F64) -> "Share":
        """Return the share of the mixed counts."""
        return Share(self.weight, self.placing, keep * self.mean + shares @ counts)
