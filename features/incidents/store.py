"""The store of incidents: batches that never change, and the view of what was known on a day.

A view keeps, of each file, the newest reading; of each unit that files replace whole, the newest file received by then
(the first one received, where none was: that is what the publisher had said by then); of each revised incident the
newest revision known by then; and of these the facts known by then. A row released from quarantine stands where it
stood in its file, from the release on.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.areas.areas import Areas
from features.incidents.archive import Archive, Entry
from features.incidents.batch import DEMAND, FIRST_KNOWN, Delivery, deliveries, owners, read_facts
from features.incidents.coverage import Spans, joined, known_by
from features.incidents.erasures import erased_since, precedes
from features.incidents.holding import Holding, column
from features.incidents.incidents import FeedCoverage, Incidents
from features.incidents.instants import day_of, instant_of
from features.incidents.names import TEXT, Names, coded, indices
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
# Read where clock times are asked for: every other view does without them.
CLOCKS = ("began", "until")


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
        keep = self.holding.current(as_of) & self.holding.unit_winners(as_of)
        # Counts that a purge left are of the files that counted then; which files counted before is not known of them.
        for at, purged in self._purged_after(as_of):
            left = self.left & purged[self.delivery]
            keep[left] = (self.holding.current(at) & self.holding.unit_winners(at))[left]
        if as_of is not None:
            since = column(self.facts, FIRST_KNOWN)
            keep &= np.where(np.isnat(since), column(self.facts, "known_at"), since) <= instant_of(as_of)
        keep[keep] = self.holding.newest_revisions(np.flatnonzero(keep))
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
            day=column(self.facts, "day")[keep].astype("datetime64[D]"),
            area=area[keep].astype(np.int32),
            strand=indices(names.strands, strands)[names.strand[keep]].astype(np.int16),
            also=names.also[keep].astype(np.int16),
            provenance=indices(classes, PROVENANCE)[class_of[keep]].astype(np.int8),
            feed=indices(names.feeds, [feed.name for feed in feeds])[names.feed][keep].astype(np.int16),
            count=count[keep].astype(np.int32),
            known_at=column(self.facts, "known_at")[keep],
            longitude=column(self.facts, "longitude")[keep],
            latitude=column(self.facts, "latitude")[keep],
            area_codes=codes,
            strand_names=strands,
            also_sets=tuple(tuple(strands.index(name) for name in names_) for names_ in names.also_sets),
            feeds=feeds,
            as_of=as_of,
            snapshot_hash=self._hash(as_of),
            first_known_at=None if self.first_known is None else self.first_known[keep],
            began=self._clock("began", keep),
            until=self._clock("until", keep),
            erased=erased_since(self.deliveries, as_of),
        )

    def counts(self) -> NDArray[np.int32]:
        """Return what each fact counts where it is known; negative takes back."""
        count = column(self.facts, "count").astype(np.int32)
        # A retraction among revisions withdraws the incident: what it replaced is no longer counted, so neither is it.
        # One without a key is no revision of anything, and takes back as in any feed.
        keyed = (column(self.facts, "key_high") != 0) | (column(self.facts, "key_low") != 0)
        return np.where(self.holding.revised[self.delivery] & keyed, np.maximum(count, 0), count)

    def _purged_after(self, as_of: date | datetime | None) -> list[tuple[datetime, NDArray[np.bool_]]]:
        """Return the instants of purges after a day or an instant, and which deliveries each was the last to change."""
        at = [item.erased.at if item.erased and precedes(as_of, item.erased) else None for item in self.deliveries]
        return [(then, np.array([mine == then for mine in at])) for then in sorted({mine for mine in at if mine})]

    @cached_property
    def left(self) -> NDArray[np.bool_]:
        """Which facts are counts that a purge left of erased rows."""
        before = [item.erased.before if item.erased else date.min for item in self.deliveries]
        left: NDArray[np.bool_] = column(self.facts, "day") < np.array(before, "datetime64[s]")[self.delivery]
        return left

    def area_codes(self) -> NDArray[np.object_]:
        """Return the code of each fact's area, spelled as in every view."""
        codes: NDArray[np.object_] = np.array(self._names.areas, dtype=object)[self._names.area]
        return codes

    @cached_property
    def _names(self) -> Names:
        return Names.of(self.facts, self.deliveries)

    @cached_property
    def holding(self) -> Holding:
        """Which of the facts are held, of several readings, deliveries and revisions of the same."""
        return Holding(self.deliveries, self.facts, self.delivery, self.owner, self._names)

    def _clock(self, name: str, keep: NDArray[np.bool_]) -> NDArray[np.datetime64] | None:
        """Return the clock times of some facts, None where they were not read."""
        if name not in self.facts.column_names:
            return None
        times: NDArray[np.datetime64] = column(self.facts, name)[keep]
        return times

    def _hash(self, as_of: date | datetime | None) -> str:
        text = "\n".join([*self.hashes, as_of.isoformat() if as_of else "everything"])
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def first_known(self) -> NDArray[np.datetime64] | None:
        """Return when the first revision of each fact's incident was known; None where nothing is ever revised."""
        high = column(self.facts, "key_high")
        rows = np.flatnonzero(self.holding.revised[self.delivery] & (high != 0))
        counted = column(self.facts, FIRST_KNOWN)
        if not len(rows) and np.isnat(counted).all():
            return None
        known_at = np.where(np.isnat(counted), column(self.facts, "known_at"), counted)
        if not len(rows):
            return known_at
        # Half of a salted hash is as good as a key here: a clash would move one delay.
        order = rows[np.argsort(high[rows])]
        begins = np.flatnonzero(np.concatenate([[True], high[order][1:] != high[order][:-1]]))
        earliest = np.minimum.reduceat(known_at[order], begins)
        known_at[order] = np.repeat(earliest, np.diff(np.append(begins, len(order))))
        return known_at

    def _feeds(self, as_of: date | datetime | None, names: Names) -> tuple[tuple[FeedCoverage, ...], NDArray[np.bool_]]:
        """Return the coverage of each feed, and which facts only stand in for those of another feed that is known."""
        counted = self.holding.counted(as_of)
        for at, purged in self._purged_after(as_of):
            counted |= purged & self.holding.counted(at)
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
    runs = (run for item in own for run in item.covers.get(feed, ()))
    spans = joined(runs, own[-1].resolution, own[-1].every)
    if as_of is None:
        return spans
    return known_by(spans, day_of(as_of), max(item.delay_days for item in own), own[-1].resolution)


def load_incidents(archive: Archive, *, clocks: bool = False) -> IncidentStore:
    """Read every feed of demand, as far as a panel needs it; every batch is verified against its hash.

    Args:
        archive: What is held.
        clocks: Read also when within the day each incident began and ended.
    """
    held = [(entry, item) for entry, item in deliveries(archive) if item.use == DEMAND]
    columns = [*_COLUMNS, *(CLOCKS if clocks else ())]
    return _loaded(held, [read_facts(archive, entry, columns) for entry, _ in held])


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
