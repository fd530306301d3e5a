"""Holding: which of all facts are held on a day, of several readings, deliveries and revisions of the same."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.incidents.batch import Delivery
from features.incidents.coverage import ordinal_of, ordinals_of
from features.incidents.incidents import Resolution
from features.incidents.instants import instant_of
from features.incidents.names import Names
from features.incidents.settle import newest_rows

# More periods than any calendar has, so that a feed and a period pack into one number.
_PERIODS = 2**32
# Feed, resolution (index into `_RESOLUTIONS`), and the number of the day, week or month since 1970.
Unit = tuple[str, int, int]
_RESOLUTIONS: tuple[Resolution, ...] = ("day", "week", "month")


@dataclass(frozen=True, eq=False)
class Holding:
    """The facts of a store, and which of them are held.

    Attributes:
        deliveries: The files, oldest first.
        facts: The facts of all deliveries, in their order.
        delivery: Index of each fact's delivery.
        owner: Index of the delivery that each delivery's rows came in with; its own, but for released rows.
        names: Feeds, areas and strands of the facts.
    """

    deliveries: tuple[Delivery, ...]
    facts: pa.Table = field(repr=False)
    delivery: NDArray[np.int32] = field(repr=False)
    owner: NDArray[np.int32] = field(repr=False)
    names: Names = field(repr=False)

    def received_by(self, as_of: date | datetime | None) -> NDArray[np.bool_]:
        """Return which deliveries had been received."""
        limit = None if as_of is None else instant_of(as_of).astype(datetime).replace(tzinfo=UTC)
        return np.array([limit is None or item.received_at <= limit for item in self.deliveries], dtype=np.bool_)

    def counted(self, as_of: date | datetime | None) -> NDArray[np.bool_]:
        """Return which deliveries are the reading of their file that counts: the newest by then, else the newest.

        What was released from it counts with it, once it was released.
        """
        received = self.received_by(as_of)
        chosen: dict[str, int] = {}
        for index, item in enumerate(self.deliveries):
            if self.owner[index] != index:
                continue
            before = chosen.get(item.file_sha256)
            if before is None or received[index] or not received[before]:
                chosen[item.file_sha256] = index
        counted = np.zeros(len(self.deliveries), dtype=np.bool_)
        counted[list(chosen.values())] = True
        released = self.owner != np.arange(len(self.owner))
        counted &= ~released
        counted |= counted[self.owner] & released & received
        return counted

    def current(self, as_of: date | datetime | None) -> NDArray[np.bool_]:
        """Return which facts are of the reading of their file that counts."""
        return self.counted(as_of)[self.delivery]

    def unit_winners(self, as_of: date | datetime | None) -> NDArray[np.bool_]:
        """Return which facts lie in a file that holds their unit; a unit is a day or month of a feed."""
        replacing = np.array([item.delivery != "append" for item in self.deliveries], dtype=np.bool_)
        if not replacing.any():
            return np.ones(len(self.delivery), dtype=np.bool_)
        winner = self._winner_of_units(as_of)
        units, unit = self._units
        won = np.array([winner.get(item, -1) for item in units], dtype=np.int64)
        held: NDArray[np.bool_] = ~replacing[self.delivery] | (won[unit] == self.owner[self.delivery])
        return held

    @cached_property
    def _units(self) -> tuple[list[Unit], NDArray[np.int64]]:
        """Return the units met, and the index of each fact's."""
        kinds = [_RESOLUTIONS.index(item.resolution) for item in self.deliveries]
        kind = np.array(kinds, dtype=np.int64)[self.delivery]
        days = column(self.facts, "day")
        period = np.choose(kind, [ordinals_of(days, resolution) for resolution in _RESOLUTIONS]) + _PERIODS // 2
        packed, unit = np.unique((self.names.feed * np.int64(3) + kind) * _PERIODS + period, return_inverse=True)
        numbers, periods = np.divmod(packed, _PERIODS)
        pairs = zip(numbers.tolist(), (periods - _PERIODS // 2).tolist(), strict=True)
        return [(self.names.feeds[number // 3], number % 3, ordinal) for number, ordinal in pairs], unit

    def _winner_of_units(self, as_of: date | datetime | None) -> dict[Unit, int]:
        """Return which delivery holds each unit: the newest received by then, else the first received.

        A released row replaces nothing: where no file held its unit by then, the file that it came in with does.
        """
        received, counted = self.received_by(as_of), self.counted(as_of)
        winner: dict[Unit, int] = {}
        released = self.owner != np.arange(len(self.owner))
        for index in np.flatnonzero(counted & ~released).tolist():
            item = self.deliveries[index]
            for unit in _replaced_units(item):
                before = winner.get(unit)
                same_time = before is not None and self.deliveries[before].received_at == item.received_at
                if before is None or received[index] or same_time:
                    winner[unit] = index
        for index in np.flatnonzero(counted & released).tolist():
            for unit in _replaced_units(self.deliveries[index]):
                if unit not in winner or not received[winner[unit]]:
                    winner[unit] = int(self.owner[index])
        return winner

    @cached_property
    def revised(self) -> NDArray[np.bool_]:
        """Of which deliveries one revision of each incident counts."""
        return np.array([item.revised != "no" for item in self.deliveries], dtype=np.bool_)

    def newest_revisions(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which of these facts are the newest revision of their key; facts without one are kept."""
        high, low = (column(self.facts, name)[rows] for name in ("key_high", "key_low"))
        revised = self.revised[self.delivery[rows]] & ((high != 0) | (low != 0))
        kept = np.ones(len(rows), dtype=np.bool_)
        if revised.any():
            order = np.flatnonzero(revised)
            order = order[np.argsort(self._places_of(rows[order]), kind="stable")]
            kept[order] = newest_rows(high[order], low[order], column(self.facts, "revision")[rows[order]])
        return kept

    def _places_of(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return numbers that order facts as they stood in their files, the files as they were received."""
        number = column(self.facts, "row")[rows]
        places: NDArray[np.int64] = self.owner[self.delivery[rows]].astype(np.int64) * _PERIODS + number
        return places


def _replaced_units(item: Delivery) -> Iterator[Unit]:
    kind = _RESOLUTIONS.index(item.resolution)
    for feed, first, last in item.replaces:
        low, high = (ordinal_of(day, item.resolution) for day in (first, last))
        yield from ((feed, kind, period) for period in range(low, high + 1))


def column(facts: pa.Table, name: str) -> NDArray[Any]:
    """Return a column of numbers or instants."""
    values: NDArray[Any] = facts.column(name).to_numpy()
    return values
