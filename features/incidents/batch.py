"""Batches: one file's facts as Parquet, and what is known of the file as JSON."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from errors import DataError
from features.feeds.reading import FACTS, Revised
from features.feeds.report import RowAccounts
from features.incidents.archive import Archive, Entry, NewEntry
from features.incidents.coverage import Covered
from features.incidents.incidents import Erased, Resolution

INCIDENTS = "incidents"
QUARANTINE = "quarantine"
DEMAND = "demand"
# Of a row that an erasure wrote: the name under which the file was first held.
IN_PLACE_OF = "in_place_of"
# Column of batches from which facts were erased: how many equal facts a row stands for.
ROWS = "rows"
_SALT = "salt"
# Column of them: since when the first revision of the incident was known.
FIRST_KNOWN = "first_known_at"


@dataclass(frozen=True)
class Delivery:
    """What is known of one file that was read.

    Attributes:
        subject: What was ingested: the mapping's feed, or "police-uk".
        file: The file's name.
        file_sha256: What it is known by: a hash of its content under the workspace's secret.
        reading: Hash of how it was read: mapping, strands and areas.
        received_at: When it was received, UTC.
        resolution: Resolution of its dates.
        delivery: How files of the feed relate.
        delay_days: Publication delay.
        revised: Which row of a natural key counts: every one, that of the newest revision, or the newest delivered.
        use: What the feed is used for; only "demand" enters panels.
        every: How often a file comes; "" where nobody says.
        stands_in: Strand -> feeds beside which its rows are not counted.
        contract_version: Version of the contract under which it was read.
        accounts: Its rows, when it was ingested.
        covers: Feed -> runs of days that the file covers.
        strands: Feed -> strands it speaks of.
        replaces: Feed, first and last day that the file replaces whole.
        released_from: Name of the batch from whose quarantine these rows were released; "" for a file as it was read.
        erased: What the newest purge took from it: of its days before that one only counts are left.
    """

    subject: str
    file: str
    file_sha256: str
    reading: str
    received_at: datetime
    resolution: Resolution
    delivery: Literal["append", "replaces-periods", "replaces-units"]
    delay_days: int
    revised: Revised
    use: str
    every: str
    stands_in: Mapping[str, tuple[str, ...]]
    contract_version: int
    accounts: RowAccounts
    covers: Mapping[str, Sequence[Covered]]
    strands: Mapping[str, tuple[str, ...]]
    replaces: Sequence[tuple[str, date, date]]
    released_from: str = ""
    erased: Erased | None = None

    def as_meta(self) -> dict[str, Any]:
        """Return the delivery as JSON."""
        return {
            "subject": self.subject,
            "file": self.file,
            "file_sha256": self.file_sha256,
            "reading": self.reading,
            "received_at": self.received_at.isoformat(),
            "resolution": self.resolution,
            "delivery": self.delivery,
            "delay_days": self.delay_days,
            "revised": self.revised,
            "use": self.use,
            "every": self.every,
            "stands_in": {strand: list(feeds) for strand, feeds in self.stands_in.items()},
            "contract_version": self.contract_version,
            "accounts": self.accounts.as_document(),
            "covers": {
                feed: [[run.first.isoformat(), run.last.isoformat(), run.rows] for run in runs]
                for feed, runs in self.covers.items()
            },
            "strands": {feed: list(strands) for feed, strands in self.strands.items()},
            "replaces": [[feed, first.isoformat(), last.isoformat()] for feed, first, last in self.replaces],
            **({"released_from": self.released_from} if self.released_from else {}),
            "erased": [self.erased.before.isoformat(), self.erased.at.isoformat()] if self.erased else None,
        }

    @classmethod
    def of_meta(cls, meta: Mapping[str, Any]) -> "Delivery":
        """Return the delivery that `as_meta` described."""
        accounts, erased = meta["accounts"], meta.get("erased")
        return cls(
            subject=meta["subject"],
            file=meta["file"],
            file_sha256=meta["file_sha256"],
            reading=meta["reading"],
            received_at=datetime.fromisoformat(meta["received_at"]),
            resolution=meta["resolution"],
            delivery=meta["delivery"],
            delay_days=meta["delay_days"],
            revised=meta["revised"],
            use=meta["use"],
            every=meta["every"],
            stands_in={strand: tuple(feeds) for strand, feeds in meta["stands_in"].items()},
            contract_version=meta["contract_version"],
            accounts=RowAccounts(accounts["read"], accounts["accepted"], accounts["rules"]),
            covers={feed: [_covered(run) for run in runs] for feed, runs in meta["covers"].items()},
            strands={feed: tuple(strands) for feed, strands in meta["strands"].items()},
            replaces=[(feed, date.fromisoformat(a), date.fromisoformat(b)) for feed, a, b in meta["replaces"]],
            released_from=meta.get("released_from", ""),
            erased=_erased(meta["subject"], *erased) if erased else None,
        )


def standing(archive: Archive, kind: str) -> list[Entry]:
    """Return the rows of a kind that stand, oldest first: what an erasure left goes in the place of what it erased.

    It also goes by its name, so that whatever names a batch still finds it.
    """
    return [
        NewEntry(kind, place, entry.sha256, entry.path, entry.meta)
        for place, entry in newest_by_place(archive, kind).items()
    ]


def newest_by_place(archive: Archive, kind: str) -> dict[str, Entry]:
    """Return the rows of a kind that stand by the name under which their files were first held, oldest first."""
    return {entry.meta.get(IN_PLACE_OF, entry.name): entry for entry in archive.entries(kind)}


def deliveries(archive: Archive) -> list[tuple[Entry, Delivery]]:
    """Return the deliveries that are held, oldest first.

    Raises:
        DataError: An earlier version took them in, which kept less of them than is needed.
    """
    try:
        return [(entry, Delivery.of_meta(entry.meta)) for entry in standing(archive, INCIDENTS)]
    except KeyError:
        fix = "begin a new workspace and ingest the files again"
        raise DataError("holds files taken in by an earlier version", place="workspace", fix=fix) from None


def owners(held: Sequence[tuple[Entry, Delivery]]) -> list[int]:
    """Return for each delivery which one its rows came in with: itself, or the one that they were released from."""
    where = {entry.name: index for index, (entry, _) in enumerate(held)}
    return [where.get(item.released_from, index) for index, (_, item) in enumerate(held)]


def current(held: Sequence[tuple[Entry, Delivery]]) -> list[tuple[Entry, Delivery]]:
    """Return the newest reading of each file, in the order of the readings, each before what was released from it."""
    owner = owners(held)
    newest = {item.file_sha256: index for index, (_, item) in enumerate(held) if owner[index] == index}
    counting = set(newest.values())
    kept = sorted((owner[index], index) for index in range(len(held)) if owner[index] in counting)
    return [held[index] for _, index in kept]


def encoded(frame: pd.DataFrame, salt: str) -> bytes:
    """Return a frame as Parquet; the same frame and salt give the same bytes."""
    for name in frame.columns:
        if isinstance(frame[name].dtype, pd.CategoricalDtype):
            frame = frame.assign(**{name: frame[name].cat.remove_unused_categories()})
    return encoded_table(pa.Table.from_pandas(frame, preserve_index=False), salt)


def encoded_table(table: pa.Table, salt: str) -> bytes:
    """Return a table as Parquet; a dictionary is written as it is, with words that no row holds any more.

    The hash of the file is recorded for good, and its rows may be erased. The salt lies in the file and goes with it:
    from then on nobody can try out by the hash what the rows might have been.
    """
    buffer = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({_SALT: salt}), buffer, compression="zstd")
    return buffer.getvalue()


def is_salted(archive: Archive, entry: Entry) -> bool:
    """Return whether the hash of a file leads to nothing once the file is deleted; former versions wrote no salt."""
    metadata = pq.read_schema(pa.BufferReader(archive.read(entry))).metadata or {}
    return _SALT.encode() in metadata


def read_facts(archive: Archive, entry: Entry, columns: Sequence[str] | None = tuple(FACTS)) -> pa.Table:
    """Return columns of a batch of facts, by default all of `FACTS`, with None also the feed's own.

    Text comes as dictionaries, instants in seconds. What is left of erased facts comes as so many equal facts, so that
    whoever counts facts, and not only incidents, finds what was there.
    """
    file = pq.ParquetFile(pa.BufferReader(archive.read(entry)))
    counted = ROWS in file.schema_arrow.names
    names = None if columns is None else [*columns, *([ROWS] if counted else [])]
    table = file.read(names)
    if counted:
        rows = table.column(ROWS).to_numpy()
        table = table.drop_columns(ROWS).take(np.repeat(np.arange(len(rows)), rows))
    for index, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type) or pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            text = table.column(index).cast(pa.string()).dictionary_encode()
            table = table.set_column(index, field.name, text)
        elif pa.types.is_timestamp(field.type):
            table = table.set_column(index, field.name, table.column(index).cast(pa.timestamp("s")))
    return table


def read_quarantine(archive: Archive, entry: Entry) -> pd.DataFrame:
    """Return quarantined rows: `row`, `rule` and the values as text."""
    frame: pd.DataFrame = pq.read_table(pa.BufferReader(archive.read(entry))).to_pandas()
    return frame


def _erased(feed: str, before: str, at: str) -> Erased:
    return Erased(feed, date.fromisoformat(before), datetime.fromisoformat(at))


def _covered(run: Sequence[Any]) -> Covered:
    return Covered(date.fromisoformat(run[0]), date.fromisoformat(run[1]), int(run[2]))
