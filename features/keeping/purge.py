"""Purge: rows that are past their retention leave the disk; counts and a record without content stay.

First what is left of each file is written, then one commit puts it in the place of what it came from and records the
erasure, then the old files are deleted. Whoever is killed before the commit has erased nothing; whoever is killed after
it leaves files that no row stands for, and the next purge begins by deleting those.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from features.incidents.archive import Archive, Entry, NewEntry
from features.incidents.batch import (
    FIRST_KNOWN,
    IN_PLACE_OF,
    INCIDENTS,
    QUARANTINE,
    Delivery,
    deliveries,
    encoded,
    encoded_table,
    is_salted,
    newest_by_place,
    read_facts,
    read_quarantine,
    standing,
)
from features.incidents.erasures import ERASURE
from features.incidents.incidents import Erased
from features.keeping.expired import Expired, expired_facts
from features.keeping.remains import counts_of, plain_text, with_counts
from features.keeping.retention import Retained
from features.quarantine.rows import OPEN, OUTCOME, RELEASED_FROM

Advance = Callable[[int, int], None]

RECORDS = "erasures"
_PARQUET = ".parquet"


@dataclass(frozen=True)
class FeedErasure:
    """What is erased of a feed, or would be.

    Attributes:
        feed: The feed.
        days: Its retention.
        before: Rows of days before this one are over.
        rows: Facts.
        quarantined: Quarantined rows.
        counted: Facts of these that count now, and stay as counts.
        first: First day of an erased row; None where all of them are quarantined.
        last: Last day of one.
        files: Files of the partner that they came in.
    """

    feed: str
    days: int
    before: date
    rows: int
    quarantined: int
    counted: int
    first: date | None
    last: date | None
    files: int


@dataclass(frozen=True)
class Purged:
    """What a purge did, or would do.

    Attributes:
        feeds: What was erased, by feed.
        left_over: Files that no row stands for: of an earlier purge or ingest that was killed.
        unsalted: Erased files whose rows could still be tried out by their recorded hash: former versions wrote no
            salt into them, and what is recorded stays.
        audit_id: The record; None where nothing was erased.
    """

    feeds: tuple[FeedErasure, ...]
    left_over: int
    audit_id: str | None
    unsalted: int = 0


@dataclass(frozen=True, eq=False)
class _Rejected:
    """Quarantined rows of a file, or what a release changed of them, and which of the rows go."""

    entry: Entry
    item: Delivery
    gone: NDArray[np.bool_] = field(repr=False)


@dataclass(frozen=True, eq=False)
class _Over:
    """What is over of a feed: files of facts, each with its rows judged, and quarantined rows."""

    term: Retained
    facts: list[tuple[Entry, Delivery, Expired]]
    rejected: list[_Rejected]

    def entries(self) -> list[Entry]:
        """Return the files of which something goes."""
        return [*(entry for entry, _, _ in self.facts), *(item.entry for item in self.rejected)]


@dataclass(frozen=True)
class Purge:
    """A purge of some feeds at an instant.

    Attributes:
        archive: The files and the rows that name them.
        retained: The feeds and how long their rows are kept.
        now: The instant, UTC.
    """

    archive: Archive
    retained: Sequence[Retained]
    now: datetime

    def foreseen(self) -> Purged:
        """Return what would be erased; nothing is changed."""
        every = self._over()
        found = tuple(self._erasure(over) for over in every)
        return Purged(found, len(self._left_over()), None, self._unsalted(every))

    def run(self, reason: str, actor: str, advance: Advance) -> Purged:
        """Erase.

        Args:
            reason: Why, in the user's words.
            actor: By whom.
            advance: Told of progress.
        """
        left_over = self._delete_left_over()
        every = self._over()
        if not every:
            return Purged((), left_over, None)
        # In whole seconds, rounded up: views are of whole seconds, and one of this second is not after the purge.
        at = self.now.replace(microsecond=0) + timedelta(seconds=1)
        found, unsalted = tuple(self._erasure(over) for over in every), self._unsalted(every)
        entries: list[NewEntry] = []
        total = sum(len(over.facts) + len(over.rejected) for over in every)
        for over, erasure in zip(every, found, strict=True):
            done = len(entries)
            for number, entry in enumerate(self._left(over, at)):
                entries.append(entry)
                advance(done + number + 1, total)
            entries.append(self._record(over, erasure, at, reason, actor))
        details: dict[str, str | int | bool | None] = {
            "reason": reason,
            "feeds": ", ".join(item.feed for item in found),
            "rows": sum(item.rows for item in found),
            "quarantined": sum(item.quarantined for item in found),
        }
        audit_id = self.archive.commit("incidents/purge", entries, details, "erasure")
        self._delete_left_over()
        return Purged(found, left_over, audit_id, unsalted)

    def _over(self) -> list[_Over]:
        """Return what is over, by feed."""
        held = deliveries(self.archive)
        judged = expired_facts(self.archive, held, self.retained, self.now.date())
        items = {entry.name: item for entry, item in held}
        rejected = standing(self.archive, QUARANTINE)
        found = []
        for term in self.retained:
            facts = [
                (entry, item, judged[number])
                for number, (entry, item) in enumerate(held)
                if item.subject == term.feed and judged[number].gone.any()
            ]
            own = [entry for entry in rejected if entry.meta["subject"] == term.feed]
            gone = self._rejected(term, own, items)
            if facts or gone:
                found.append(_Over(term, facts, gone))
        return found

    def _rejected(self, term: Retained, entries: Sequence[Entry], items: Mapping[str, Delivery]) -> list[_Rejected]:
        """Return the batches of quarantined rows of which some are over; of a corrected row the oldest date counts."""
        by_file: dict[str, list[tuple[Entry, pd.DataFrame]]] = defaultdict(list)
        for entry in entries:
            by_file[entry.meta.get(RELEASED_FROM, entry.name)].append((entry, read_quarantine(self.archive, entry)))
        found = []
        for file, frames in by_file.items():
            limit = np.datetime64(term.before(self.now.date(), items[file]))
            over = [frame["row"][term.quarantined_days(frame, items[file]) < limit] for _, frame in frames]
            rows = pd.concat(over).unique()
            marked = (_Rejected(entry, items[file], frame["row"].isin(rows).to_numpy()) for entry, frame in frames)
            found += [item for item in marked if item.gone.any()]
        return found

    def _erasure(self, over: _Over) -> FeedErasure:
        judged = [expired for _, _, expired in over.facts]
        spans = [expired.days for expired in judged if expired.days is not None]
        items = [*(item for _, item, _ in over.facts), *(rejected.item for rejected in over.rejected)]
        return FeedErasure(
            feed=over.term.feed,
            days=over.term.days,
            before=max(over.term.before(self.now.date(), item) for item in items),
            rows=sum(int(expired.gone.sum()) for expired in judged),
            quarantined=sum(int(item.gone.sum()) for item in over.rejected if RELEASED_FROM not in item.entry.meta),
            counted=sum(expired.counted for expired in judged),
            first=min((first for first, _ in spans), default=None),
            last=max((last for _, last in spans), default=None),
            files=len({item.file_sha256 for item in items}),
        )

    def _left(self, over: _Over, at: datetime) -> Iterator[NewEntry]:
        """Yield the rows that go in the place of those of which something is erased, their files written."""
        for entry, item, expired in over.facts:
            erased = Erased(over.term.feed, over.term.before(self.now.date(), item), at)
            stored = self.archive.put(
                encoded_table(self._facts_left(entry, item, expired), self.archive.salt()), INCIDENTS, _PARQUET
            )
            meta = {**entry.meta, **replace(item, erased=erased).as_meta(), IN_PLACE_OF: entry.name}
            yield NewEntry(INCIDENTS, _name(entry.name, at), stored.sha256, stored.path, meta)
        for rejected in over.rejected:
            entry = rejected.entry
            stay = read_quarantine(self.archive, entry)[~rejected.gone].reset_index(drop=True)
            kept = self.archive.put(encoded(stay, self.archive.salt()), QUARANTINE, _PARQUET)
            broken = stay if OUTCOME not in stay else stay[stay[OUTCOME] == OPEN]
            rules = {str(rule): int(rows) for rule, rows in broken["rule"].value_counts().items()}
            meta = {**entry.meta, "rules": rules, IN_PLACE_OF: entry.name}
            yield NewEntry(QUARANTINE, _name(entry.name, at), kept.sha256, kept.path, meta)

    def _facts_left(self, entry: Entry, item: Delivery, expired: Expired) -> pa.Table:
        facts = plain_text(read_facts(self.archive, entry, None))
        if FIRST_KNOWN in facts.column_names:
            facts = facts.drop_columns(FIRST_KNOWN)
        if expired.areas is not None:
            # Spelled as the store spells them: the row that decided the spelling may be among those that go.
            at = facts.schema.get_field_index("area")
            facts = facts.set_column(at, "area", pa.array(expired.areas, pa.string()))
        stays = facts.filter(pa.array(~expired.gone & ~expired.left))
        if not expired.left.any():
            return stays
        left = facts.filter(pa.array(expired.left))
        return with_counts(stays, counts_of(left, expired.first_known[expired.left], revised=item.revised != "no"))

    def _unsalted(self, every: Sequence[_Over]) -> int:
        return sum(not is_salted(self.archive, entry) for over in every for entry in over.entries())

    def _record(self, over: _Over, erasure: FeedErasure, at: datetime, reason: str, actor: str) -> NewEntry:
        """Return the record of an erasure: how many rows, of what, when, by whom and why, and nothing of the rows."""
        said: dict[str, Any] = {
            "feed": erasure.feed,
            "retention_days": erasure.days,
            "before": erasure.before.isoformat(),
            "at": at.isoformat(),
            "rows": erasure.rows,
            "quarantined": erasure.quarantined,
            "counted": erasure.counted,
            "by": actor,
            "reason": reason,
        }
        stored = self.archive.put(json.dumps(said, indent=1, ensure_ascii=False).encode(), RECORDS, ".json")
        changed = over.entries()
        names = {kind: newest_by_place(self.archive, kind) for kind in (INCIDENTS, QUARANTINE)}
        erased = [f"{entry.kind}/{names[entry.kind][entry.name].name}" for entry in changed]
        return NewEntry(ERASURE, _name(erasure.feed, at), stored.sha256, stored.path, {**said, "erased": erased})

    def _left_over(self) -> list[str]:
        kept = {entry.path for kind in (INCIDENTS, QUARANTINE) for entry in standing(self.archive, kind)}
        return [path for kind in (INCIDENTS, QUARANTINE) for path in self.archive.paths(kind) if path not in kept]

    def _delete_left_over(self) -> int:
        paths = self._left_over()
        for path in paths:
            self.archive.remove(path)
        return len(paths)


def _name(place: str, at: datetime) -> str:
    return f"{place}/{at:%Y%m%dT%H%M%S}"
