"""Incidents as they were known on a day: columns of equal length, and what each feed covers."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Resolution = Literal["day", "week", "month"]


@dataclass(frozen=True, order=True)
class Erased:
    """What a purge took from a feed.

    Attributes:
        feed: The feed.
        before: Rows of days before this one were erased; only counts are left of them.
        at: When, UTC, in whole seconds.
    """

    feed: str
    before: date
    at: datetime

    def sentence(self) -> str:
        """Return what a view of an earlier day has to say of it."""
        return (
            f"rows of {self.feed} before {self.before} were erased on {self.at.date()}: "
            "counts of those days rest on what was known then"
        )


@dataclass(frozen=True)
class FeedCoverage:
    """The days of which a feed tells everything it knows: within them no row means no incident, outside them unknown.

    Attributes:
        name: Name of the feed; each force of data.police.uk is a feed of its own ("police-uk/essex").
        resolution: Resolution of the feed's dates.
        strands: The strands that the feed speaks of, sorted.
        spans: First and last day (inclusive) of each covered run of days, in order, not touching. Whole months for a
            monthly feed.
        received_at: When the newest of its deliveries was received, UTC.
    """

    name: str
    resolution: Resolution
    strands: tuple[str, ...]
    spans: tuple[tuple[date, date], ...]
    received_at: datetime


@dataclass(frozen=True, eq=False)
class Incidents:
    """Facts known on a day.

    Invariants: the arrays have one entry a fact and are read-only; `area`, `strand`, `also`, `provenance` and `feed`
    index `area_codes`, `strand_names`, `also_sets`, `PROVENANCE` and `feeds`; the names are sorted and unique.

    Attributes:
        day: datetime64[D], the day it occurred, or began; the first of the month for a monthly feed.
        area: int32 index.
        strand: int16 index of the strand that the fact counts under in totals.
        also: int16 index of the further strands that it belongs to.
        provenance: int8 index of the class of how it came to notice.
        feed: int16 index.
        count: int32; negative for a retraction.
        known_at: datetime64[s], when it was known.
        longitude: float64 degrees, NaN where unknown.
        latitude: float64 degrees, NaN where unknown.
        area_codes: Codes met in these facts, or the workspace's closed list.
        strand_names: Strands that the feeds speak of.
        also_sets: Indices of further strands; the first set is empty.
        feeds: The feeds, sorted by name.
        as_of: The day or instant (UTC); None for everything that is known.
        snapshot_hash: SHA-256 over the batches held and `as_of`.
        first_known_at: datetime64[s], when the first revision of the incident was known; None: nothing was revised.
        erased: What was erased after `as_of`, of days that the view tells of: there it is not exact.
        began: datetime64[s] on the wall's clock, NaT where the fact's file gives no clock times; None: not read.
        until: datetime64[s], when it had ended at the latest, NaT where nobody says; None: not read.
    """

    day: NDArray[np.datetime64]
    area: NDArray[np.int32]
    strand: NDArray[np.int16]
    also: NDArray[np.int16]
    provenance: NDArray[np.int8]
    feed: NDArray[np.int16]
    count: NDArray[np.int32]
    known_at: NDArray[np.datetime64]
    longitude: NDArray[np.float64]
    latitude: NDArray[np.float64]
    area_codes: tuple[str, ...]
    strand_names: tuple[str, ...]
    also_sets: tuple[tuple[int, ...], ...]
    feeds: tuple[FeedCoverage, ...]
    as_of: date | datetime | None
    snapshot_hash: str
    first_known_at: NDArray[np.datetime64] | None = None
    erased: tuple[Erased, ...] = ()
    began: NDArray[np.datetime64] | None = None
    until: NDArray[np.datetime64] | None = None

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        for array in self.arrays():
            if len(array) != len(self.day):
                msg = "columns of incidents differ in length"
                raise ValueError(msg)
            array.setflags(write=False)

    def arrays(self) -> tuple[NDArray[np.generic], ...]:
        """Return the columns in the order of the class."""
        names = (self.area, self.strand, self.also, self.provenance, self.feed)
        return (self.day, *names, self.count, self.known_at, self.longitude, self.latitude)

    def without(self, names: Collection[str]) -> "Incidents":
        """Return the incidents without some feeds, and without the strands that no other feed speaks of."""
        feeds = tuple(feed for feed in self.feeds if feed.name not in names)
        strands = tuple(sorted({strand for feed in feeds for strand in feed.strands}))
        strand_of = np.array([strands.index(name) if name in strands else -1 for name in self.strand_names], np.int16)
        feed_of = np.array([-1 if feed.name in names else feeds.index(feed) for feed in self.feeds], np.int16)
        kept = (feed_of[self.feed] >= 0) & (strand_of[self.strand] >= 0)
        also = tuple(tuple(int(strand_of[i]) for i in members if strand_of[i] >= 0) for members in self.also_sets)
        columns = {
            "day": self.day,
            "area": self.area,
            "strand": strand_of[self.strand],
            "also": self.also,
            "provenance": self.provenance,
            "feed": feed_of[self.feed],
            "count": self.count,
            "known_at": self.known_at,
            "longitude": self.longitude,
            "latitude": self.latitude,
        }
        chosen: dict[str, Any] = {name: values[kept] for name, values in columns.items()}
        for name, values in self._optional().items():
            chosen[name] = values[kept]
        return replace(self, **chosen, strand_names=strands, also_sets=also, feeds=feeds)

    def _optional(self) -> dict[str, NDArray[np.datetime64]]:
        """Return the columns that not every view has, by name."""
        held = {"first_known_at": self.first_known_at, "began": self.began, "until": self.until}
        return {name: values for name, values in held.items() if values is not None}

    def __len__(self) -> int:
        """Return the number of facts."""
        return len(self.day)
