"""Which strands claim a row of a feed: the inputs of a taxonomy, evaluated once a distinct value and not once a row."""

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from errors import DataError
from features.feeds.values import Coded
from features.strands import StrandInput, Taxonomy
from features.strands.inputs import takes

# Joins the names of further strands in a fact.
ALSO = " + "


@dataclass(frozen=True, eq=False)
class Claimed:
    """The strands of each row.

    Invariants: `sets[0]` is empty; a row without a primary strand has no further ones.

    Attributes:
        primary: int32[n] index into `names`, -1 where no strand claims the row. The strand that it is counted under in
            totals.
        also: int32[n] index into `sets`.
        names: The strands of the taxonomy, in the order of precedence.
        sets: Names of further strands that claim a row, each set in the order of precedence.
        required: A row without a strand breaks a rule; else it is kept and counted in none.
    """

    primary: NDArray[np.int32]
    also: NDArray[np.int32]
    names: tuple[str, ...]
    sets: tuple[tuple[str, ...], ...]
    required: bool = False


@dataclass(frozen=True)
class Claims:
    """The inputs that a taxonomy has of one feed.

    Attributes:
        feed: The feed.
        names: The strands of the taxonomy, in the order of precedence.
        inputs: Each input with the index of its strand.
        stand_ins: Strand -> feeds that tell its incidents better than this one.
    """

    feed: str
    names: tuple[str, ...]
    inputs: tuple[tuple[int, StrandInput], ...]
    stand_ins: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, taxonomy: Taxonomy, feed: str) -> "Claims":
        """Return what a taxonomy claims of a feed; nothing where it is open or does not name the feed."""
        names = taxonomy.names()
        inputs = tuple((names.index(name), item) for name, item in taxonomy.inputs_of(feed))
        return cls(feed, names, inputs, taxonomy.stand_ins(feed))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are looked at, sorted."""
        return tuple(sorted({column for _, item in self.inputs for column in item.where}))

    def declared(self) -> tuple[str, ...]:
        """Return the strands that the feed speaks of, whether or not a row of theirs occurs, sorted."""
        return tuple(sorted({self.names[strand] for strand, _ in self.inputs}))

    def check(self, columns: Collection[str]) -> None:
        """Check that a contract has every column that is looked at.

        Raises:
            DataError: It lacks one; names feed, strand, column and the nearest column.
        """
        for strand, item in self.inputs:
            for column in item.where:
                if column not in columns:
                    near = difflib.get_close_matches(column, sorted(columns), n=1, cutoff=0.5)
                    fix = f"write '{near[0]}'" if near else f"use one of: {', '.join(sorted(columns))}"
                    problem = f"the strand '{self.names[strand]}' asks for '{column}', which is no column of the feed"
                    raise DataError(problem, place=f"strands.toml, feed {self.feed}", fix=fix)

    def rows(self, columns: Mapping[str, Coded]) -> Claimed:
        """Return the strands that claim each row.

        Args:
            columns: The contract's columns by canonical name, at least one, all of equal length; a column that a file
                lacks is given as blanks.

        Raises:
            DataError: The contract lacks a column that is looked at.
        """
        self.check(columns)
        kinds = np.zeros(len(next(iter(columns.values())).codes), dtype=np.int32)
        # kinds of rows x inputs: whether the rows of a kind are claimed by an input, as far as the columns seen tell.
        held = np.ones((1, len(self.inputs)), dtype=np.bool_)
        for name in self.columns:
            kinds, held = self._narrowed(kinds, held, name, columns[name])
        primary, also, sets = self._strands(held)
        return Claimed(primary[kinds], also[kinds], self.names, sets)

    def _narrowed(
        self, kinds: NDArray[np.int32], held: NDArray[np.bool_], name: str, column: Coded
    ) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """Split kinds of rows by what one more column tells; only kinds that occur are kept, so they stay few."""
        groups, group = np.unique(self._matches(name, column.values), axis=0, return_inverse=True)
        split = kinds * np.int64(len(groups)) + group.reshape(-1)[column.codes]
        occurs = np.zeros(len(held) * len(groups), dtype=np.bool_)
        occurs[split] = True
        (found,) = occurs.nonzero()
        place = np.cumsum(occurs, dtype=np.int32) - np.int32(1)
        before, value = np.divmod(found, len(groups))
        return place[split], held[before] & groups[value]

    def _matches(self, name: str, values: Sequence[str]) -> NDArray[np.bool_]:
        """Return distinct values x inputs: whether the input takes rows with this value of the column."""
        matches = np.ones((len(values), len(self.inputs)), dtype=np.bool_)
        for index, (_, item) in enumerate(self.inputs):
            if name in item.where:
                matches[:, index] = takes(item.where[name], values)
        return matches

    def _strands(
        self, held: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int32], NDArray[np.int32], tuple[tuple[str, ...], ...]]:
        """Return for each kind of row its primary strand, the index of its further ones, and the sets of those."""
        claimed = np.zeros((len(held), len(self.names)), dtype=np.bool_)
        for index, (strand, _) in enumerate(self.inputs):
            claimed[:, strand] |= held[:, index]
        primary = np.full(len(held), -1, dtype=np.int32)
        also = np.zeros(len(held), dtype=np.int32)
        sets: dict[tuple[str, ...], int] = {(): 0}
        for kind, strands in enumerate(claimed):
            first, *rest = [*strands.nonzero()[0].tolist(), -1]
            primary[kind] = first
            further = tuple(self.names[strand] for strand in rest if strand >= 0)
            also[kind] = sets.setdefault(further, len(sets))
        return primary, also, tuple(sets)
