"""Quarantine: the rows that broke a rule, what was done about them since, and which of them are still open.

What was refused of a file is a batch that never changes. A release adds an amendment to it: the rows that it let go,
and those that it corrected and that break a rule still, with their values and the rule that they break now.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from errors import DataError
from features.feeds.tables import NUL, RAGGED
from features.feeds.typed import DATE_ORDER
from features.incidents.archive import Archive, Entry
from features.incidents.batch import QUARANTINE, current, deliveries, read_quarantine, standing

# What becomes of a row in an amendment: it is let go, or the rule that it breaks now.
OUTCOME = "outcome"
RELEASED_FROM = "released_from"
KEYS = ("key_high", "key_low")
# What a recorded rule put in the place of what.
FROM, TO = ":from", ":to"
# Columns of a batch beside the values of the file's own columns.
NOT_VALUES = ("row", "rule", "field", *KEYS, DATE_ORDER, OUTCOME, FROM, TO)
# Rows that could not be taken apart: none of their values is known.
TORN = (RAGGED, NUL)
# Begins with a letter, so that no spreadsheet takes it for a number, a time or a formula.
_ID = re.compile(r"(q[0-9a-f]{10}):(\d{1,9})", re.IGNORECASE)
OPEN = "open"


@dataclass(frozen=True, eq=False)
class Batch:
    """What was refused of one file.

    Attributes:
        id: Short name that begins the ids of its rows.
        entry: The row that names it.
        amendments: What releases changed, oldest first.
        is_current: It is of the newest reading of its file; another reading may have taken the rows in.
    """

    id: str
    entry: Entry
    amendments: tuple[Entry, ...]
    is_current: bool

    @property
    def feed(self) -> str:
        """The feed."""
        return str(self.entry.meta["subject"])

    @property
    def file(self) -> str:
        """The file's name."""
        return str(self.entry.meta["file"])

    def row_id(self, row: int) -> str:
        """Return the id of a row by its number in the file."""
        return f"{self.id}:{row}"


@dataclass(frozen=True)
class QuarantinedRow:
    """A row that broke a rule.

    Attributes:
        id: What it is named by.
        feed: What was ingested.
        file: The file.
        row: Its row number in the file.
        rule: The first rule that it breaks.
        field: The column that the rule is about.
    """

    id: str
    feed: str
    file: str
    row: int
    rule: str
    field: str


@dataclass(frozen=True)
class Totals:
    """How many rows are in quarantine, and how many were let go.

    Attributes:
        rules: Rule -> open rows that break it, the most frequent first.
        released: Rows that were released.
    """

    rules: Mapping[str, int] = field(default_factory=dict)
    released: int = 0

    @property
    def open(self) -> int:
        """Rows that are still in quarantine."""
        return sum(self.rules.values())


def batches(archive: Archive) -> list[Batch]:
    """Return what was refused of every file, oldest first."""
    names = {entry.name for entry, _ in current(deliveries(archive))}
    entries = standing(archive, QUARANTINE)
    amendments: dict[str, list[Entry]] = {}
    for entry in entries:
        if RELEASED_FROM in entry.meta:
            amendments.setdefault(entry.meta[RELEASED_FROM], []).append(entry)
    return [
        Batch(_short(entry.name), entry, tuple(amendments.get(entry.name, ())), entry.name in names)
        for entry in entries
        if RELEASED_FROM not in entry.meta
    ]


def state(archive: Archive, batch: Batch) -> pd.DataFrame:
    """Return the rows of a batch as they are now.

    The columns are `row`, `rule`, `field`, the values by canonical or own name, the halves of the hashed natural key,
    and `outcome`: "open", or what became of the row when it was released.
    """
    frame = read_quarantine(archive, batch.entry)
    columns: dict[str, NDArray[Any]] = {name: frame[name].to_numpy() for name in frame.columns}
    columns[OUTCOME] = np.full(len(frame), OPEN, dtype=object)
    for entry in batch.amendments:
        amended = read_quarantine(archive, entry)
        where = pd.Index(frame["row"]).get_indexer(amended["row"])
        still = (amended[OUTCOME] == OPEN).to_numpy() & (where >= 0)
        columns[OUTCOME] = _put(columns[OUTCOME], where[where >= 0], amended[OUTCOME].to_numpy()[where >= 0])
        for name in amended.columns.difference(["row", OUTCOME, FROM, TO]):
            before = columns.get(name, np.full(len(frame), "", dtype=object))
            columns[name] = _put(before, where[still], amended[name].to_numpy()[still])
    return pd.DataFrame(columns)


def open_rows(archive: Archive, batch: Batch) -> pd.DataFrame:
    """Return the rows of a batch that are still in quarantine, as `state` does."""
    frame = state(archive, batch)
    return frame[frame[OUTCOME] == OPEN].reset_index(drop=True)


def totals_by_feed(archive: Archive) -> dict[str, Totals]:
    """Return how many rows are open and were released, feed by feed."""
    rules: dict[str, Counter[str]] = {}
    released: Counter[str] = Counter()
    for batch in _current(archive, None):
        own = rules.setdefault(batch.feed, Counter())
        if not batch.amendments:
            own.update(batch.entry.meta["rules"])
            continue
        frame = state(archive, batch)
        is_open = frame[OUTCOME] == OPEN
        own.update(frame.loc[is_open, "rule"].tolist())
        released[batch.feed] += int((~is_open).sum())
    return {feed: Totals(_most_frequent_first(own), released[feed]) for feed, own in rules.items()}


def quarantined_totals(archive: Archive, feed: str | None = None) -> Totals:
    """Return how many rows are open and were released, of one feed or all."""
    own = [totals for name, totals in totals_by_feed(archive).items() if feed in (None, name)]
    rules = sum((Counter(totals.rules) for totals in own), Counter[str]())
    return Totals(_most_frequent_first(rules), sum(totals.released for totals in own))


def quarantined_rows(archive: Archive, feed: str | None = None, rule: str | None = None) -> Iterator[QuarantinedRow]:
    """Yield the open rows, of one feed and rule or all, file by file."""
    for batch in _current(archive, feed):
        if rule is not None and not batch.amendments and rule not in batch.entry.meta["rules"]:
            continue
        frame = open_rows(archive, batch)
        for row, broken, about in zip(frame["row"].tolist(), frame["rule"], frame["field"], strict=True):
            if rule in (None, broken):
                yield QuarantinedRow(batch.row_id(row), batch.feed, batch.file, row, broken, about)


def find(known: Mapping[str, Batch], row_id: str) -> tuple[Batch, int]:
    """Return the batch that an id names, and the number of the row in its file.

    Args:
        known: Batches by their ids.
        row_id: The id.

    Raises:
        DataError: It does not have the form of an id, or nothing has it.
    """
    match = _ID.fullmatch(row_id.strip())
    fix = "list them with strandcast quarantine list"
    if match is None:
        raise DataError("this is no id of a quarantined row", fix=f"write it as q0123456789:17; {fix}")
    if match[1].lower() not in known:
        raise DataError("no quarantined row has this id", place=row_id.strip(), fix=fix)
    return known[match[1].lower()], int(match[2])


def by_id(archive: Archive) -> dict[str, Batch]:
    """Return what was refused of every file, by the short name that begins the ids of its rows."""
    return {batch.id: batch for batch in batches(archive)}


def _current(archive: Archive, feed: str | None) -> list[Batch]:
    return [batch for batch in batches(archive) if batch.is_current and feed in (None, batch.feed)]


def _most_frequent_first(rules: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(rules.items(), key=lambda item: (-item[1], item[0])))


def _short(name: str) -> str:
    return f"q{hashlib.sha256(name.encode()).hexdigest()[:10]}"


def _put(values: NDArray[Any], where: NDArray[np.int64], new: NDArray[Any]) -> NDArray[Any]:
    changed = values.copy()
    changed[where] = new
    return changed
