"""Ingest: files into the store, all or nothing, every row accounted for.

Each file is read, judged, settled and encoded before the next, so that memory never holds the rows of all. One commit
at the end makes them exist: whoever kills the process before it leaves the store as it was.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from errors import DataError
from features.feeds.reading import Reading
from features.feeds.report import NEWER_FILE, SAME_FILE, FileReport, IngestReport, RowAccounts
from features.feeds.rules import RULE
from features.feeds.sources import Content, SourceFile
from features.incidents.archive import Archive, NewEntry
from features.incidents.batch import DEMAND, INCIDENTS, QUARANTINE, Delivery, current, deliveries, encoded, read_facts
from features.incidents.coverage import Covered, Spans, joined, outside, strays_of
from features.incidents.erasures import erased_before, erasures
from features.incidents.extent import covers_of, reading_feed, replaced_by, share_a_day, within
from features.incidents.settle import HELD, HeldFile, Settled, settle
from features.incidents.spool import Spool

Advance = Callable[[int, int], None]


@dataclass(frozen=True)
class Plan:
    """How files are ingested.

    Attributes:
        subject: The feed.
        contract_version: Version of its contract.
        reading: Hash of how the files are read: mapping, strands and areas.
        received_at: When the files were received, UTC.
        read: Reads one file.
        mark: Returns what is recorded in the place of a file's hash.
    """

    subject: str
    contract_version: int
    reading: str
    received_at: datetime
    read: Callable[[Content], Reading] = field(repr=False)
    mark: Callable[[str], str] = field(repr=False)


@dataclass(frozen=True, eq=False)
class _Pending:
    """A file that is settled and encoded, and that no row names yet.

    Attributes:
        delivery: What is known of it.
        report: What became of its rows.
        facts: Number of its facts in the spool.
        accepted: Which of the facts are accepted.
        quarantined: Number of its quarantined rows in the spool; None where there are none.
        broken: Rule -> rows that break it, and the first of them.
        strays: Days of the rows that lie outside what the file covers, datetime64[D].
    """

    delivery: Delivery
    report: FileReport
    facts: int
    accepted: NDArray[np.bool_]
    quarantined: int | None
    broken: Mapping[str, tuple[int, int]]
    strays: NDArray[np.datetime64]


def ingest(
    files: Sequence[SourceFile], plan: Plan, archive: Archive, ignored: Sequence[str], advance: Advance
) -> IngestReport:
    """Ingest files, the older first.

    Raises:
        DataError: A file cannot be used, or no row of any of them can.
    """
    session = _Session(plan, archive)
    for number, file in enumerate(files):
        session.add(Content.of(file))
        advance(number + 1, len(files))
    session.refuse_useless()
    return session.commit(tuple(ignored))


class _Session:
    """One ingest: what is held, and what is to be added to it."""

    def __init__(self, plan: Plan, archive: Archive) -> None:
        self._plan = plan
        self._archive = archive
        self._spool = Spool(archive)
        self._held = deliveries(archive)
        self._erasures = erasures(archive)
        self._pending: list[_Pending] = []
        self._known: list[FileReport] = []
        self._comparable: dict[str, list[HeldFile]] = {}

    def add(self, content: Content) -> None:
        """Read and settle a file, unless the same reading of the same file is held."""
        content = replace(content, sha256=self._mark(content.sha256))
        same_file = [item for item in self._all() if item.file_sha256 == content.sha256]
        held = [item for item in same_file if not item.released_from]
        if held and held[-1].reading == self._plan.reading:
            self._known.append(_known_already(content.name, held[-1]))
            return
        reading = self._plan.read(content)
        del content  # the bytes of a large file are a good part of all memory, and they have been read
        covers = covers_of(reading)
        others = self._others(reading, reading.sha256)
        main = [run for runs in covers.values() for run in runs]
        settled = settle(reading, main, others, self._plan.received_at)
        if reading.delivery == "append":
            first_received = min([self._plan.received_at, *(item.received_at for item in held)])
            settled = settled.without_days_before(erased_before(self._erasures, self._plan.subject, first_received))
        delivery = self._delivery(reading, settled, covers)
        notices = (
            *reading.notices,
            *_remarks(same_file),
            *settled.notices,
            *self._supersede(delivery),
        )
        report = _report(reading, delivery, notices)
        strays = strays_of(reading.facts["day"].to_numpy(), main)
        self._pending.append(self._encoded(delivery, report, settled, reading.quarantined, strays))
        if reading.delivery == "append":
            self._comparable[reading_feed(reading)].append(
                HeldFile(reading.name, self._plan.received_at, settled.facts[list(HELD)], main)
            )

    def refuse_useless(self) -> None:
        """Refuse files of which no row can be used.

        Raises:
            DataError: There is no row, or all are quarantined.
        """
        reports = [*self._known, *(item.report for item in self._pending)]
        read = sum(report.accounts.read for report in reports)
        if read == 0:
            place = reports[0].name if reports else self._plan.subject
            raise DataError("holds no rows", place=place, fix="give a file with rows below its header")
        if read > sum(report.accounts.quarantined for report in reports):
            return
        worst = max(self._pending, key=lambda item: item.report.accounts.quarantined)
        rules = worst.report.accounts.rules
        rule = RULE[max(rules, key=lambda name: (rules[name], name))]
        problem = f"no row can be used: {rule.meaning} ({rules[rule.name]:,} of {worst.report.accounts.read:,} rows)"
        raise DataError(problem, place=f"{worst.report.name}, row {worst.broken[rule.name][1]}", fix=rule.fix)

    def commit(self, ignored: tuple[str, ...]) -> IngestReport:
        """Write what is new and record it."""
        reports = [*self._known, *(item.report for item in self._pending)]
        audit_id = None
        if self._pending:
            entries = [entry for number, item in enumerate(self._pending) for entry in self._entries(number, item)]
            total = sum((report.accounts for report in reports), RowAccounts(0, 0))
            audit_id = self._archive.commit(
                f"incidents/{self._plan.subject}",
                entries,
                {
                    "files": len(self._pending),
                    "read": total.read,
                    "accepted": total.accepted,
                    "duplicate": total.duplicate,
                    "superseded": total.superseded,
                    "quarantined": total.quarantined,
                },
            )
        reports.sort(key=lambda report: report.name)
        covered = self._covered()
        spans = [span for feed in covered.values() for span in feed]
        strays = sum(int(outside(item.strays, spans).sum()) for item in self._pending)
        return IngestReport(tuple(reports), ignored, audit_id, covered, strays)

    def _mark(self, sha256: str) -> str:
        """Return what a file is known by; files that an earlier version took in are known by their own hash."""
        return sha256 if any(item.file_sha256 == sha256 for item in self._all()) else self._plan.mark(sha256)

    def _all(self) -> list[Delivery]:
        return [delivery for _, delivery in self._held] + [item.delivery for item in self._pending]

    def _others(self, reading: Reading, sha256: str) -> list[HeldFile]:
        """Return the earlier files that an appended one is compared with; another reading of itself is none."""
        if reading.delivery != "append":
            return []
        feed = reading_feed(reading)
        if feed not in self._comparable:
            self._comparable[feed] = [
                HeldFile.of(
                    item.file, item.received_at, read_facts(self._archive, entry, HELD), item.covers.get(feed, ())
                )
                for entry, item in current(self._held)
                if item.delivery == "append" and feed in item.strands and item.file_sha256 != sha256
            ]
        return self._comparable[feed]

    def _delivery(self, reading: Reading, settled: Settled, covers: dict[str, tuple[Covered, ...]]) -> Delivery:
        met = reading.facts.dropna(subset="strand").groupby("feed", observed=True)["strand"].unique()
        strands = {
            feed: tuple(sorted({*declared, *(met[feed].tolist() if feed in met.index else ())}))
            for feed, declared in reading.strands.items()
        }
        return Delivery(
            subject=self._plan.subject,
            file=reading.name,
            file_sha256=reading.sha256,
            reading=self._plan.reading,
            received_at=self._plan.received_at,
            resolution=reading.resolution,
            delivery=reading.delivery,
            delay_days=reading.delay_days,
            revised=reading.revised,
            use=reading.use,
            every=reading.every,
            stands_in=reading.stands_in,
            contract_version=self._plan.contract_version,
            accounts=settled.accounts,
            covers=covers,
            strands=strands,
            replaces=replaced_by(reading, covers),
        )

    def _supersede(self, delivery: Delivery) -> list[str]:
        """Take out what this file supersedes among files of the same ingest; tell of those held from before."""
        notices = []
        for index, item in enumerate(self._pending):
            if not share_a_day(item.delivery, delivery):
                continue
            facts = pq.read_table(pa.BufferReader(self._spool.read(item.facts))).to_pandas()
            older = within(facts, delivery)
            if older.any():
                rows = int((older & item.accepted).sum())
                accounts = item.report.accounts.moved(NEWER_FILE, rows)
                self._spool.replace(item.facts, encoded(facts[~older].reset_index(drop=True), self._archive.salt()))
                self._pending[index] = replace(
                    item,
                    delivery=replace(item.delivery, accounts=accounts),
                    report=replace(item.report, accounts=accounts),
                    accepted=item.accepted[~older],
                )
                notices.append(f"supersedes {rows:,} rows of {item.report.name}")
        replaced = {(feed, first) for _, item in self._held for feed, first, _ in item.replaces}
        if any((feed, first) in replaced for feed, first, _ in delivery.replaces):
            notices.append("replaces what was held of the same days or months; views of earlier dates do not change")
        return notices

    def _encoded(
        self,
        delivery: Delivery,
        report: FileReport,
        settled: Settled,
        quarantined: pd.DataFrame,
        strays: NDArray[np.datetime64],
    ) -> _Pending:
        facts = self._spool.add(encoded(settled.facts, self._archive.salt()), INCIDENTS)
        kept = self._spool.add(encoded(quarantined, self._archive.salt()), QUARANTINE) if len(quarantined) else None
        rows = quarantined.groupby("rule")["row"].agg(["size", "first"])
        broken = {str(rule): (int(size), int(first)) for rule, size, first in rows.itertuples()}
        return _Pending(delivery, report, facts, settled.accepted, kept, broken, strays)

    def _entries(self, number: int, item: _Pending) -> list[NewEntry]:
        before = sum(1 for _, held in self._held if held.file_sha256 == item.delivery.file_sha256)
        # The rows of one commit are given back by name, and the order of the files decides which of them is newer.
        name = f"{self._plan.subject}/{number:06d}-{item.delivery.file_sha256[:24]}/{before + 1}"
        stored = self._spool.written(item.facts)
        entries = [NewEntry(INCIDENTS, name, stored.sha256, stored.path, item.delivery.as_meta())]
        if item.quarantined is not None:
            kept = self._spool.written(item.quarantined)
            meta = {
                "subject": self._plan.subject,
                "file": item.delivery.file,
                "received_at": item.delivery.received_at.isoformat(),
                "rules": {rule: rows for rule, (rows, _) in item.broken.items()},
            }
            entries.append(NewEntry(QUARANTINE, name, kept.sha256, kept.path, meta))
        return entries

    def _covered(self) -> dict[str, Spans]:
        """Return what each feed of this ingest covers, of all that is held."""
        new = {item.delivery.file_sha256: item.delivery for item in self._pending}
        items = [item for _, item in current(self._held) if item.file_sha256 not in new] + list(new.values())
        feeds = {feed for item in items if item.subject == self._plan.subject for feed in item.covers}
        return {
            feed: joined(
                (run for item in items for run in item.covers.get(feed, ())),
                *next((item.resolution, item.every) for item in items if feed in item.covers),
            )
            for feed in sorted(feeds)
        }


def _known_already(name: str, held: Delivery) -> FileReport:
    rows = held.accounts.read
    return FileReport(name, tuple(held.strands), RowAccounts(rows, 0, {SAME_FILE: rows} if rows else {}))


def _report(reading: Reading, delivery: Delivery, notices: tuple[str, ...]) -> FileReport:
    runs = [run for runs in delivery.covers.values() for run in runs]
    first = min((run.first for run in runs), default=None)
    last = max((run.last for run in runs), default=None)
    strandless = int(reading.facts["strand"].isna().sum()) if reading.use == DEMAND else 0
    feeds = tuple(delivery.strands)
    return FileReport(reading.name, feeds, delivery.accounts, first, last, reading.not_stored, notices, strandless)


def _remarks(held: Sequence[Delivery]) -> list[str]:
    notices = []
    if held:
        notices.append("was read before in another way; this reading replaces that one")
    if any(item.released_from for item in held):
        notices.append("what was released from its earlier reading no longer counts; what this one refuses is open")
    return notices
