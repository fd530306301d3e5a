"""Release: rows of the quarantine are read again, and those that keep the contract become facts.

A released row counts like a row of its file, from the release on: it is known then at the earliest, so that no earlier
view changes, and it is superseded with its file. The rows, what is left in quarantine and the record of it exist
together or not at all.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import reduce

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from errors import DataError
from features.feeds.contract import Contract
from features.feeds.places import Places
from features.feeds.reading import Reading, Setting
from features.feeds.report import ERASED_DAYS, NEWER_FILE, OLDER_REVISION, SAME_INCIDENT, RowAccounts
from features.feeds.tables import RawTable, Wanted
from features.incidents.archive import Archive, NewEntry
from features.incidents.batch import INCIDENTS, QUARANTINE, Delivery, deliveries, encoded
from features.incidents.coverage import Covered, covered_by
from features.incidents.erasures import erased_before, erasures
from features.quarantine.corrections import CHANGED, Attempt
from features.quarantine.rows import FROM, KEYS, NOT_VALUES, OPEN, OUTCOME, RELEASED_FROM, TO
from features.quarantine.settle import HeldRows, settle_released

ACCEPTED = "accepted"


@dataclass(frozen=True)
class Rereading:
    """How rows of a feed are read again.

    Attributes:
        contract: The feed's contract as it is now.
        reading: Hash of how files of the feed are read.
        setting: What they are read against.
        wanted: What is read of a file.
        read: Reads rows that were taken apart.
    """

    contract: Contract
    reading: str
    setting: Setting
    wanted: Mapping[str, Wanted]
    read: Callable[[RawTable], Reading] = field(repr=False)


@dataclass(frozen=True)
class Order:
    """Who releases, why and how.

    Attributes:
        actor: Who.
        reason: Why, in their words.
        way: What was done to the rows before, as one phrase for the history, such as "corrected by fix.csv".
        details: What else the record is to hold.
        before: Value that the recorded rule replaces; None without one.
        after: Value that it puts.
        column: Column that it changes.
    """

    actor: str
    reason: str
    way: str
    details: Mapping[str, str] = field(default_factory=dict)
    before: str | None = None
    after: str | None = None
    column: str | None = None


@dataclass(frozen=True)
class ReleaseReport:
    """What became of the rows.

    Attributes:
        files: The files that they came in with, each with the accounts of its rows.
        audit_id: The record of it; None where nothing changed.
    """

    files: tuple[tuple[str, RowAccounts], ...]
    audit_id: str | None

    @property
    def accounts(self) -> RowAccounts:
        """The rows of all files."""
        return reduce(RowAccounts.__add__, (accounts for _, accounts in self.files), RowAccounts(0, 0))

    @property
    def released(self) -> int:
        """Rows that left the quarantine."""
        return self.accounts.read - self.accounts.quarantined


@dataclass(frozen=True, eq=False)
class _Settled:
    """Rows of one file, settled."""

    attempt: Attempt
    owner: Delivery
    reading: Reading
    facts: pd.DataFrame
    outcome: pd.Series
    accounts: RowAccounts


def release(attempts: Sequence[Attempt], rereading: Rereading, order: Order, archive: Archive) -> ReleaseReport:
    """Read rows again and release those that keep the contract.

    Raises:
        DataError: The rows cannot be read, or files of the feed are now read in a way that does not go with the files
            that the rows came in with.
    """
    held = HeldRows(archive, deliveries(archive))
    # What was erased cannot be compared with, and was counted before.
    first = erased_before(erasures(archive), rereading.contract.name, rereading.setting.received_at)
    settled = [_settled(attempt, rereading, held, first) for attempt in attempts if len(attempt.rows)]
    files = tuple((item.attempt.batch.file, item.accounts) for item in settled)
    entries = [entry for item in settled for entry in _entries(item, rereading, order, archive, held)]
    if not entries:
        return ReleaseReport(files, None)
    report = ReleaseReport(files, None)
    accounts = report.accounts
    counts = {name: getattr(accounts, name) for name in ("read", "accepted", "duplicate", "superseded", "quarantined")}
    details = {"files": len(settled), **counts, "released": report.released, "reason": order.reason, **order.details}
    subject = f"quarantine/{rereading.contract.name}"
    return replace(report, audit_id=archive.commit(subject, entries, details, "alteration"))


def _settled(attempt: Attempt, rereading: Rereading, held: HeldRows, first: date) -> _Settled:
    name = attempt.batch.entry.name
    owner = held.owner(name)
    dealt = _dealt(attempt.rows, rereading.setting.places)
    tried = replace(attempt, rows=attempt.rows[~dealt].reset_index(drop=True))
    reading = rereading.read(tried.table(rereading.wanted))
    if (reading.resolution, reading.delivery, reading.revised) != (owner.resolution, owner.delivery, owner.revised):
        problem = "its dates, deliveries or revisions are now read in another way than when the file was taken in"
        raise DataError(problem, place=owner.file, fix="ingest the file again")
    facts = reading.facts.assign(known_at=np.maximum(reading.facts["known_at"].to_numpy(), _from(rereading)))
    rows = held.of_feeds(list(reading.strands)) if owner.delivery == "append" else held.of_file(name)
    same, older = settle_released(held.placed(facts, name), rows, reading.revised)
    newer = held.superseded(facts, name) if owner.delivery != "append" else np.zeros(len(facts), dtype=np.bool_)
    erased = facts["day"].to_numpy() < np.datetime64(first, "s")
    conditions = [same, erased, newer, older]
    said = np.select(conditions, [SAME_INCIDENT, ERASED_DAYS, NEWER_FILE, OLDER_REVISION], ACCEPTED).astype(object)
    outcome = pd.Series(said, index=facts["row"], dtype=object)
    facts = facts[~same & ~erased].reset_index(drop=True)
    held.add(facts, name)
    rules = Counter([*reading.quarantined["rule"].tolist(), *(text for text in said.tolist() if text != ACCEPTED)])
    rules.update(attempt.rows.loc[dealt, "rule"].tolist())
    accounts = RowAccounts(len(attempt.rows), int((said == ACCEPTED).sum()), dict(rules))
    return _Settled(attempt, owner, reading, facts, outcome, accounts)


def _dealt(rows: pd.DataFrame, places: Places) -> NDArray[np.bool_]:
    """Return which rows were dealt out of the workspace's areas, in proportion, and are not to be dealt out again.

    Their code became several areas, some of them not in the list, and only the whole file could say who goes where.
    """
    if "area_code" not in rows:
        return np.zeros(len(rows), dtype=np.bool_)
    codes = rows["area_code"].astype(str).tolist()
    shared = np.isin(np.arange(len(rows)), list(places.shared(codes)))
    outside = (rows["rule"] == "outside-areas") & ~rows[CHANGED].astype(bool) & (rows[list(KEYS)] == 0).all(axis=1)
    dealt: NDArray[np.bool_] = shared & outside.to_numpy()
    return dealt


def _from(rereading: Rereading) -> np.datetime64:
    """Return the first whole second at which what is released is known."""
    moment = rereading.setting.received_at.replace(tzinfo=None)
    return np.datetime64(moment + timedelta(microseconds=-moment.microsecond % 1_000_000), "s")


def _entries(item: _Settled, rereading: Rereading, order: Order, archive: Archive, held: HeldRows) -> list[NewEntry]:
    """Return the rows to be recorded for one file: what is left of it in quarantine, and its released facts."""
    amended = _amended(item)
    if amended.empty:
        return []
    batch = item.attempt.batch
    name = f"{batch.entry.name}/released-{len(batch.amendments) + 1}"
    if order.column is not None:
        amended = amended.assign(**{FROM: order.before, TO: order.after})
    still = amended[amended[OUTCOME] == OPEN]
    meta = {
        "subject": batch.feed,
        "file": batch.file,
        "received_at": rereading.setting.received_at.isoformat(),
        "rules": {str(rule): int(rows) for rule, rows in still["rule"].value_counts().items()},
        RELEASED_FROM: batch.entry.name,
        "released": len(amended) - len(still),
        "actor": order.actor,
        "reason": order.reason,
        "way": order.way,
        "column": order.column,
    }
    kept = archive.put(encoded(amended, archive.salt()), QUARANTINE, ".parquet")
    entries = [NewEntry(QUARANTINE, name, kept.sha256, kept.path, meta)]
    if len(item.facts):
        stored = archive.put(encoded(item.facts, archive.salt()), INCIDENTS, ".parquet")
        delivery = _delivery(item, rereading, held)
        entries.append(NewEntry(INCIDENTS, name, stored.sha256, stored.path, delivery.as_meta()))
    return entries


def _amended(item: _Settled) -> pd.DataFrame:
    """Return the rows that are released, and those that a correction changed or that break another rule now."""
    rows = item.attempt.rows.set_index("row")
    broken = item.reading.quarantined
    before = rows.loc[broken["row"]]
    moved = (before["rule"].to_numpy() != broken["rule"].to_numpy()) | (
        before["field"].to_numpy() != broken["field"].to_numpy()
    )
    still = broken[moved | before[CHANGED].to_numpy(dtype=np.bool_)].assign(**{OUTCOME: OPEN})
    gone = rows.loc[item.outcome.index, ["rule", "field"]].reset_index()
    gone[OUTCOME] = item.outcome.to_numpy()
    for name in still.columns.difference(gone.columns):
        gone[name] = np.uint64(0) if name in KEYS else ""
    values = [column for column in still.columns if column not in NOT_VALUES]
    both = pd.concat([still, gone[still.columns]], ignore_index=True).sort_values("row", ignore_index=True)
    amended: pd.DataFrame = both[["row", "rule", "field", OUTCOME, *values, *KEYS]]
    return amended.astype({"row": "int32", **dict.fromkeys(KEYS, "uint64")})


def _delivery(item: _Settled, rereading: Rereading, held: HeldRows) -> Delivery:
    facts, owner = item.facts, item.owner
    name = item.attempt.batch.entry.name
    met = facts.dropna(subset="strand").groupby("feed", observed=True)["strand"].unique()
    return replace(
        owner,
        reading=rereading.reading,
        received_at=rereading.setting.received_at,
        contract_version=rereading.contract.version,
        accounts=item.accounts,
        covers=_covers(item, held.of_file(name)["day"].to_numpy()),
        strands={
            feed: tuple(sorted({*item.reading.strands.get(feed, ()), *(met[feed].tolist() if feed in met else ())}))
            for feed in sorted(facts["feed"].astype(str).unique())
        },
        replaces=_own_days(facts) if owner.delivery != "append" else [],
        released_from=name,
    )


def _covers(item: _Settled, days: NDArray[np.datetime64]) -> dict[str, tuple[Covered, ...]]:
    """Return the runs of days that a file covers with its released rows; a file of whole units covers what it did."""
    if item.owner.delivery == "replaces-units":
        return {}
    return {feed: covered_by(days, item.owner.resolution, item.reading.covers) for feed in item.reading.strands}


def _own_days(facts: pd.DataFrame) -> list[tuple[str, date, date]]:
    pairs = facts[["feed", "day"]].drop_duplicates()
    return [(str(feed), day.date(), day.date()) for feed, day in pairs.itertuples(index=False)]
