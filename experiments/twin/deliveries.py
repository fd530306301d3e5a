"""A feed's rows on their way into monthly files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from experiments.twin.texts import Integers


@dataclass(frozen=True, eq=False)
class Delivery:
    """A feed as a table in the order of delivery.

    Attributes:
        feed: Name.
        table: Rows in the feed's own format.
        delivered: Day since 1970 on which each row becomes part of a file, ascending.
        occurred: Day since 1970 on which what each row tells of happened.
    """

    feed: str
    table: pa.Table = field(repr=False)
    delivered: Integers = field(repr=False)
    occurred: Integers = field(repr=False)

    @classmethod
    def ordered(cls, feed: str, table: pa.Table, delivered: Integers, occurred: Integers) -> "Delivery":
        """Return a delivery of rows that are in any order."""
        order = np.argsort(delivered, kind="stable")
        return cls(feed, table.take(pa.array(order)), delivered[order], occurred[order])

    def kept(self, rows: NDArray[np.bool_]) -> "Delivery":
        """Return the delivery with these rows alone."""
        return Delivery(self.feed, self.table.filter(pa.array(rows)), self.delivered[rows], self.occurred[rows])

    def without(self, gaps: Sequence[tuple[int, int]]) -> "Delivery":
        """Return the delivery without what happened in some gaps, given by their first and last day."""
        lost = np.zeros(len(self.occurred), dtype=bool)
        for first, last in gaps:
            lost |= (self.occurred >= first) & (self.occurred <= last)
        return self.kept(~lost)

    def months(self) -> Iterator[tuple[str, pa.Table]]:
        """Yield each month as YYYY-MM with its rows; months without rows, which have no file, are left out."""
        months = self.delivered.astype("datetime64[D]").astype("datetime64[M]")
        for month in np.unique(months):
            first, after = np.searchsorted(months, [month, month + 1])
            yield str(month), self.table.slice(first, after - first)
