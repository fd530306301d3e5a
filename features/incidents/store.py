"""The store of incidents: batches that never change, and the view of what was known on a day.

A view keeps, of each file, the newest reading; of each unit that files replace whole, the newest file received by then
(the first one received, where none was: that is what the publisher had said by then); of each revised incident the
newest revision known by then; and of these the facts known by then. A row released from quarantine stands where it
stood in its file, from the release on.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.areas.areas import Areas
from features.incidents.archive import Archive, Entry
from features.incidents.batch import DEMAND, FIRST_KNOWN, Delivery, deliveries, owners, read_facts
from features.incidents.coverage import Spans, joined, known_by, ordinal_of, ordinals_of
from features.incidents.erasures import erased_since, precedes
from features.incidents.incidents import FeedCoverage, Incidents, Resolution
from features.incidents.instants import day_of, instant_of
from features.incidents.names import TEXT, Names, coded, indices
from features.incidents.settle import newest_rows
from features.provenance import PROVENANCE

_COLUMNS = (
    "row",
    "day",
    "known_at",
    "feed",
    "area",
    "strand",
    "also",
    "provenance",
    "count",
    "longitude",
    "latitude",
    "revision",
    "key_high",
    "key_low",
    FIRST_KNOWN,
)

# More periods than any calendar has, so that a feed and a period pack into one number.
_PERIODS = 2**32
# Feed, resolution (index into `_RESOLUTIONS`), and the number of the day, week or month since 1970.
Unit = tuple[str, int, int]
_RESOLUTIONS: tuple[Resolution, ...] = ("day", "week", "month")


@dataclass(frozen=True, eq=False)
class IncidentStore:
    """Everything that is held, read once.

    Attributes:
        deliveries: The files, oldest first.
        hashes: Hash of each delivery's batch.
        facts: The facts of all deliveries, in their order.
        delivery: Index of each fact's delivery.
        owner: Index of the delivery that each delivery's rows came in with; its own, but for released rows.
    """

    deliveries: tuple[Delivery, ...]
    hashes: tuple[str, ...]
    facts: pa.Table = field(repr=False)
    delivery: NDArray[np.int32] = field(repr=False)
    owner: NDArray[np.int32] = field(repr=False)

    def known(self, as_of: date | datetime | None = None) -> NDArray[np.bool_]:
        """Return which facts were known and held on a day (by its first instant) or at an instant, UTC; None: now."""
        keep = self._current(as_of) & self._unit_winners(as_of)
        # Counts that a purge left are of the files that counted then; which files counted before is not known of them.
        for at, purged in self._purged_after(as_of):
            left = self.left & purged[self.delivery]
            keep[left] = (self._current(at) & self._unit_winners(at))[left]
        if as_of is not None:
            since = _column(self.facts, FIRST_KNOWN)
            keep &= np.where(np.isnat(since), _column(self.facts, "known_at"), since) <= instant_of(as_of)
        keep[keep] = self._newest_revisions(np.flatnonzero(keep))
        return keep

    def view(self, as_of: date | datetime | None = None, areas: Areas | None = None) -> Incidents:
        """Return what was known.

        Args:
            as_of: The day, whose first instant counts, or the instant (UTC). None: everything.
            areas: The closed list of areas; None: the areas are the codes met.
        """
        names = self._names
        feeds, beside = self._feeds(as_of, names)
        keep = self.known(as_of) & (names.strand >= 0) & ~beside
        codes = areas.codes if areas is not None else tuple(names.areas[index] for index in np.unique(names.area[keep]))
        area = indices(names.areas, codes)[names.area]
        keep &= area >= 0
        count = self.counts()
        strands = tuple(sorted({strand for feed in feeds for strand in feed.strands}))
        class_of, classes = coded(self.facts, "provenance")
        return Incidents(
            day=_column(self.facts, "day")[keep].astype("datetime64[D]"),
            area=area[keep].astype(np.int32),
            strand=indices(names.strands, strands)[names.strand[keep]].astype(np.int16),
            also=names.also[keep].astype(np.int16),
            provenance=indices(classes, PROVENANCE)[class_of[keep]].astype(np.int8),
            feed=indices(names.feeds, [feed.name for feed in feeds])[names.feed][keep].astype(np.int16),
            count=count[keep].astype(np.int32),
            known_at=_column(self.facts, "known_at")[keep],
            longitude=_column(self.facts, "longitude")[keep],
            latitude=_column(self.facts, "latitude")[keep],
            area_codes=codes,
            strand_names=strands,
            also_sets=tuple(tuple(strands.index(name) for name in names_) for names_ in names.also_sets),
            feeds=feeds,
            as_of=as_of,
            snapshot_hash=self._hash(as_of),
            first_known_at=None if self.first_known is None else self.first_known[keep],
            erased=erased_since(self.deliveries, as_of),
        )

    def counts(self) -> NDArray[np.int32]:
        """Return what each fact counts where it is known; negative takes back."""
        count = _column(self.facts, "count").astype(np.int32)
        # A retraction among revisions withdraws the incident: what it replaced is no longer counted, so neither is it.
        return np.where(self._revised[self.delivery], np.maximum(count, 0), count)

    def _purged_after(self, as_of: date | datetime | None) -> list[tuple[datetime, NDArray[np.bool_]]]:
        """Return the instants of purges after a day or an instant, and which deliveries each was the last to change."""
        at = [item.erased.at if item.erased and precedes(as_of, item.erased) else None for item in self.deliveries]
        return [(then, np.array([mine == then for mine in at])) for then in sorted({mine for mine in at if mine})]

    @cached_property
    def left(self) -> NDArray[np.bool_]:
        """Which facts are counts that a purge left of erased rows."""
        before = [item.erased.before if item.erased else date.min for item in self.deliveries]
        left: NDArray[np.bool_] = _column(self.facts, "day") < np.array(before, "datetime64[s]")[self.delivery]
        return left

    def area_codes(self) -> NDArray[np.object_]:
        """Return the code of each fact's area, spelled as in every view."""
        codes: NDArray[np.object_] = np.array(self._names.areas, dtype=object)[self._names.area]
        return codes

    @cached_property
    def _names(self) -> Names:
        return Names.of(self.facts, self.deliveries)

    def _hash(self, as_of: date | datetime | None) -> str:
        text = "\n".join([*self.hashes, as_of.isoformat() if as_of else "everything"])
        return hashlib.sha256(text.encode()).hexdigest()

    def _received_by(self, as_of: date | datetime | None) -> NDArray[np.bool_]:
        limit = None if as_of is None else instant_of(as_of).astype(datetime).replace(tzinfo=UTC)
        return np.array([limit is None or item.received_at <= limit for item in self.deliveries], dtype=np.bool_)

    def _counted(self, as_of: date | datetime | None) -> NDArray[np.bool_]:
        """Return which deliveries are the reading of their file that counts: the newest by then, else the newest.

        What was released from it counts with it, once it was released.
        """
        received = self._received_by(as_of)
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

    def _current(self, as_of: date | datetime | None) -> NDArray[np.bool_]:
        return self._counted(as_of)[self.delivery]

    def _unit_winners(self, as_of: date | datetime | None) -> NDArray[np.bool_]:
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
        days = _column(self.facts, "day")
        period = np.choose(kind, [ordinals_of(days, resolution) for resolution in _RESOLUTIONS]) + _PERIODS // 2
        packed, unit = np.unique((self._names.feed * np.int64(3) + kind) * _PERIODS + period, return_inverse=True)
        numbers, periods = np.divmod(packed, _PERIODS)
        pairs = zip(numbers.tolist(), (periods - _PERIODS // 2).tolist(), strict=True)
        return [(self._names.feeds[number // 3], number % 3, ordinal) for number, ordinal in pairs], unit

    def _winner_of_units(self, as_of: date | datetime | None) -> dict[Unit, int]:
        """Return which delivery holds each unit: the newest received by then, else the first received.

        A released row replaces nothing: where no file held its unit by then, the file that it came in with does.
        """
        received, counted = self._received_by(as_of), self._counted(as_of)
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
    def _revised(self) -> NDArray[np.bool_]:
        return np.array([item.revised != "no" for item in self.deliveries], dtype=np.bool_)

    @cached_property
    def first_known(self) -> NDArray[np.datetime64] | None:
        """Return when the first revision of each fact's incident was known; None where nothing is ever revised."""
        high = _column(self.facts, "key_high")
        rows = np.flatnonzero(self._revised[self.delivery] & (high != 0))
        counted = _column(self.facts, FIRST_KNOWN)
        if not len(rows) and np.isnat(counted).all():
            return None
        known_at = np.where(np.isnat(counted), _column(self.facts, "known_at"), counted)
        if not len(rows):
            return known_at
        # Half of a salted hash is as good as a key here: a clash would move one delay.
        order = rows[np.argsort(high[rows])]
        begins = np.flatnonzero(np.concatenate([[True], high[order][1:] != high[order][:-1]]))
        earliest = np.minimum.reduceat(known_at[order], begins)
        known_at[order] = np.repeat(earliest, np.diff(np.append(begins, len(order))))
        return known_at

    def _newest_revisions(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which of these facts are the newest revision of their key; facts without one are kept."""
        high, low = (_column(self.facts, name)[rows] for name in ("key_high", "key_low"))
        revised = self._revised[self.delivery[rows]] & ((high != 0) | (low != 0))
        kept = np.ones(len(rows), dtype=np.bool_)
        if revised.any():
            order = np.flatnonzero(revised)
            order = order[np.argsort(self._places_of(rows[order]), kind="stable")]
            kept[order] = newest_rows(high[order], low[order], _column(self.facts, "revision")[rows[order]])
        return kept

    def _places_of(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return numbers that order facts as they stood in their files, the files as they were received."""
        number = _column(self.facts, "row")[rows]
        places: NDArray[np.int64] = self.owner[self.delivery[rows]].astype(np.int64) * _PERIODS + number
        return places

    def _feeds(self, as_of: date | datetime | None, names: Names) -> tuple[tuple[FeedCoverage, ...], NDArray[np.bool_]]:
        """Return the coverage of each feed, and which facts only stand in for those of another feed that is known."""
        counted = self._counted(as_of)
        for at, purged in self._purged_after(as_of):
            counted |= purged & self._counted(at)
        current = [item for item, counts in zip(self.deliveries, counted, strict=True) if counts]
        spans = {feed: _spans(feed, current, as_of) for feed in names.feeds}
        told = {feed.partition("/")[0] for feed, known in spans.items() if known}
        beside = np.zeros(len(self.delivery), dtype=np.bool_)
        feeds = []
        for number, feed in enumerate(names.feeds):
            own = [item for item in current if feed in item.strands]
            if not own:
                continue
            better = own[-1].stands_in
            spoken = {names.spelled[strand.casefold()] for item in own for strand in item.strands[feed]}
            left = sorted(strand for strand in spoken if not told & set(better.get(strand, ())))
            if len(left) < len(spoken):
                silent = indices(sorted(spoken - set(left)), names.strands)
                beside |= (names.feed == number) & np.isin(names.strand, silent)
            if left:
                received = max(item.received_at for item in own)
                feeds.append(FeedCoverage(feed, own[-1].resolution, tuple(left), spans[feed], received))
        return tuple(feeds), beside


def _spans(feed: str, current: Sequence[Delivery], as_of: date | datetime | None) -> Spans:
    """Return the runs of days that a feed's files cover, as far as they were known."""
    own = [item for item in current if feed in item.strands]
    if not own:
        return ()
    spans = joined((run for item in own for run in item.covers.get(feed, ())), own[-1].resolution)
    if as_of is None:
        return spans
    return known_by(spans, day_of(as_of), max(item.delay_days for item in own), own[-1].resolution)


def _replaced_units(item: Delivery) -> Iterator[Unit]:
    kind = _RESOLUTIONS.index(item.resolution)
    for feed, first, last in item.replaces:
        low, high = (ordinal_of(day, item.resolution) for day in (first, last))
        yield from ((feed, kind, period) for period in range(low, high + 1))


def load_incidents(archive: Archive) -> IncidentStore:
    """Read every feed of demand, as far as a panel needs it; every batch is verified against its hash."""
    held = [(entry, item) for entry, item in deliveries(archive) if item.use == DEMAND]
    return _loaded(held, [read_facts(archive, entry, _COLUMNS) for entry, _ in held])


def load_feed(archive: Archive, subject: str) -> IncidentStore:
    """Read one feed of any use, with all columns; `facts` under `known` are its rows."""
    held = [(entry, item) for entry, item in deliveries(archive) if item.subject == subject]
    return _loaded(held, [read_facts(archive, entry, None) for entry, _ in held])


def _loaded(held: Sequence[tuple[Entry, Delivery]], tables: Sequence[pa.Table]) -> IncidentStore:
    sizes = [len(table) for table in tables]
    empty = pa.table({name: pa.array([], kind) for name, kind in _EMPTY.items()})
    # A later version of a contract may have more columns; earlier rows have none in them.
    facts = pa.concat_tables([empty, *tables], promote_options="permissive").unify_dictionaries().combine_chunks()
    index = np.repeat(np.arange(len(held), dtype=np.int32), sizes)
    owner = np.array(owners(held), dtype=np.int32)
    hashes = tuple(entry.sha256 for entry, _ in held)
    return IncidentStore(tuple(item for _, item in held), hashes, facts, index, owner)


_EMPTY = {
    "row": pa.int32(),
    "day": pa.timestamp("s"),
    "known_at": pa.timestamp("s"),
    "feed": TEXT,
    "area": TEXT,
    "strand": TEXT,
    "also": TEXT,
    "provenance": TEXT,
    "count": pa.int32(),
    "longitude": pa.float64(),
    "latitude": pa.float64(),
    "revision": pa.float64(),
    "key_high": pa.uint64(),
    "key_low": pa.uint64(),
    FIRST_KNOWN: pa.timestamp("s"),
}


def _column(facts: pa.Table, name: str) -> NDArray[Any]:
    values: NDArray[Any] = facts.column(name).to_numpy()
    return values
