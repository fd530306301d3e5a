"""Settling a file against what is held: repeated, revised and retracted incidents, overlaps that nothing settles."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from features.feeds.reading import Reading
from features.feeds.report import ERASED_DAYS, OLDER_REVISION, SAME_INCIDENT, RowAccounts
from features.incidents.coverage import Covered, outside

_KEY = ["key_high", "key_low"]
HELD = ("key_high", "key_low", "fingerprint", "revision", "day")


@dataclass(frozen=True, eq=False)
class HeldFile:
    """What an earlier file of the same feed holds, as far as a later one is compared with it.

    Attributes:
        name: The file.
        received_at: When it was received.
        rows: Columns `HELD`.
        covers: Runs of days it covers.
    """

    name: str
    received_at: datetime
    rows: pd.DataFrame = field(repr=False)
    covers: Sequence[Covered]

    @classmethod
    def of(cls, name: str, received_at: datetime, table: pa.Table, covers: Sequence[Covered]) -> "HeldFile":
        """Return a file from its batch."""
        return cls(name, received_at, table.select(list(HELD)).to_pandas(), covers)


@dataclass(frozen=True, eq=False)
class Settled:
    """A file's rows, settled.

    Attributes:
        facts: Rows to keep: accepted ones, and superseded revisions that earlier views show.
        accepted: Which of them are accepted.
        accounts: All rows of the file.
        notices: What the user should know.
    """

    facts: pd.DataFrame = field(repr=False)
    accepted: NDArray[np.bool_] = field(repr=False)
    accounts: RowAccounts
    notices: tuple[str, ...]

    def without_days_before(self, day: date) -> "Settled":
        """Return the rows of a day and later ones; the earlier ones are accounted for as of erased days."""
        old = self.facts["day"].to_numpy() < np.datetime64(day, "s")
        rows = int((old & self.accepted).sum())
        if not old.any():
            return self
        accounts = self.accounts.moved(ERASED_DAYS, rows) if rows else self.accounts
        return replace(
            self, facts=self.facts[~old].reset_index(drop=True), accepted=self.accepted[~old], accounts=accounts
        )


def settle(reading: Reading, covers: Sequence[Covered], held: Sequence[HeldFile], received_at: datetime) -> Settled:
    """Compare a file with itself and with what is held of its feed.

    The same natural key with all mapped columns equal is a duplicate. Where revisions are mapped the newest of each key
    counts; where the newest delivery counts, a row equal to the newest one held is a duplicate. A retraction, or
    another revision, of an incident that is held already is known from now on, not from when it occurred: earlier views
    do not change. Within one ingest nothing is held yet, so there a file's own word on when a row was known is taken.

    Args:
        reading: The file.
        covers: Runs of days it covers.
        held: Earlier files of the feed; empty for a feed whose files replace one another.
        received_at: When the file was received.
    """
    facts, accounts = reading.facts, reading.accounts
    # Only rows with a key of this file are compared with it; held files may be many times its size.
    met = pd.unique(facts["key_low"])
    earlier = pd.concat([facts.iloc[:0][list(HELD)], *(file.rows[file.rows["key_low"].isin(met)] for file in held)])
    keys = pd.concat([earlier[[*_KEY, "fingerprint", "revision"]], facts[[*_KEY, "fingerprint", "revision"]]])
    new = np.arange(len(keys)) >= len(earlier)
    keyed = (keys["key_high"].to_numpy() != 0) | (keys["key_low"].to_numpy() != 0)
    same = (keyed & repeats(keys, newest_only=reading.revised == "by-delivery"))[new]
    facts = facts.assign(known_at=_known_at(reading, held, keyed[new], received_at))
    older = np.zeros(len(facts), dtype=np.bool_)
    if reading.revised != "no":
        # A repeated row revises nothing.
        fresh = np.concatenate([np.ones(len(earlier), dtype=np.bool_), ~same])
        older[~same] = ~_newest(keys[fresh], keyed[fresh])[len(earlier) :]
    for rule, rows in ((SAME_INCIDENT, same), (OLDER_REVISION, older)):
        if rows.any():
            accounts = accounts.moved(rule, int(rows.sum()))
    unkeyed = facts[~keyed[new]]
    notices = tuple(notice for file in held if (notice := _overlap(unkeyed, covers, file)) is not None)
    return Settled(facts[~same].reset_index(drop=True), ~older[~same], accounts, notices)


def _known_at(
    reading: Reading, held: Sequence[HeldFile], keyed: NDArray[np.bool_], received_at: datetime
) -> NDArray[np.datetime64]:
    """Return since when each row counts as known, what changes facts held already from now on at the earliest."""
    facts, now = reading.facts, np.datetime64(received_at.replace(tzinfo=None), "s")
    known_at = facts["known_at"].to_numpy()
    dated = facts["recorded"].notna().to_numpy() | reading.dated_knowledge
    retracts = facts["count"].to_numpy() < 0
    for files, kept in (
        ([file for file in held if file.received_at == received_at], dated),
        ([file for file in held if file.received_at != received_at], np.zeros(len(facts), dtype=np.bool_)),
    ):
        changes = keyed & _holds_key(facts, files) & (retracts | (reading.revised != "no"))
        changes |= ~keyed & retracts & _covers_day(facts, files)
        known_at = np.where(changes & ~kept, np.maximum(known_at, now), known_at)
    return known_at


def _holds_key(facts: pd.DataFrame, files: Sequence[HeldFile]) -> NDArray[np.bool_]:
    if not files:
        return np.zeros(len(facts), dtype=np.bool_)
    met = pd.unique(facts["key_low"])
    held = pd.MultiIndex.from_frame(pd.concat([file.rows.loc[file.rows["key_low"].isin(met), _KEY] for file in files]))
    found: NDArray[np.bool_] = pd.MultiIndex.from_frame(facts[_KEY]).isin(held)
    return found


def _covers_day(facts: pd.DataFrame, files: Sequence[HeldFile]) -> NDArray[np.bool_]:
    days = facts["day"].to_numpy().astype("datetime64[D]")
    return ~outside(days, [(run.first, run.last) for file in files for run in file.covers])


def repeats(keys: pd.DataFrame, *, newest_only: bool) -> NDArray[np.bool_]:
    """Return which rows are equal to an earlier row of their key, or to the one right before them alone."""
    if not newest_only:
        repeated: NDArray[np.bool_] = keys.duplicated([*_KEY, "fingerprint"]).to_numpy()
        return repeated
    high, low, said = (keys[name].to_numpy() for name in (*_KEY, "fingerprint"))
    order = np.lexsort((np.arange(len(keys)), low, high))
    again = np.zeros(len(keys), dtype=np.bool_)
    pairs = [values[order][1:] == values[order][:-1] for values in (high, low, said)]
    again[order[1:]] = np.logical_and.reduce(pairs)
    return again


def _newest(keys: pd.DataFrame, keyed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which rows hold the newest revision of their key; of equal revisions the later row."""
    return newest_rows(keys["key_high"].to_numpy(), keys["key_low"].to_numpy(), keys["revision"].to_numpy()) | ~keyed


def newest_rows(high: NDArray[np.uint64], low: NDArray[np.uint64], revision: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which rows are the last of their key by revision and then by order; no revision is the oldest."""
    order = np.lexsort((np.arange(len(high)), np.nan_to_num(revision, nan=-np.inf), low, high))
    last = np.ones(len(high), dtype=np.bool_)
    last[:-1] = (high[order][1:] != high[order][:-1]) | (low[order][1:] != low[order][:-1])
    newest = np.empty(len(high), dtype=np.bool_)
    newest[order] = last
    return newest


def _overlap(unkeyed: pd.DataFrame, covers: Sequence[Covered], file: HeldFile) -> str | None:
    """Return a notice where rows without a key lie on days that an earlier file covers too."""
    shared = [(max(a.first, b.first), min(a.last, b.last)) for a in covers for b in file.covers]
    shared = [(first, last) for first, last in shared if first <= last]
    if unkeyed.empty or not shared:
        return None
    plain = file.rows[(file.rows["key_high"] == 0) & (file.rows["key_low"] == 0)]
    here, there = (frame["fingerprint"].value_counts() for frame in (unkeyed, plain))
    identical = int(np.minimum(here, there.reindex(here.index, fill_value=0)).sum())
    days = f"{min(first for first, _ in shared)} to {max(last for _, last in shared)}"
    return (
        f"overlaps {file.name} on {days}: {identical:,} rows are identical to rows held; "
        "rows without incident_id are distinct, so all of them count"
    )
