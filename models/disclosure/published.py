"""Published: the tables that have left the force, read back whole; every number of them was given once and stands."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from io import StringIO
from typing import Any, Literal, get_args

from errors import DataError
from features.cells import guarded
from ledger.artefacts import Artefact
from ledger.files import FileStore
from ledger.ledger import Ledger

KIND = "published-set"
FOLDER = "published"
SCHEMA = "published/1"

TableName = Literal["counts", "expected", "reasons", "hours"]
TABLES: tuple[TableName, ...] = get_args(TableName)
# The last column is the number; it is empty where it is hidden.
COLUMNS: Mapping[TableName, tuple[str, ...]] = {
    "counts": ("first_day", "last_day", "level", "place", "strand", "rounded_to", "recorded"),
    "expected": ("first_day", "last_day", "level", "place", "strand", "rounded_to", "expected"),
    "reasons": ("first_day", "last_day", "level", "place", "strand", "relied_on", "share_percent"),
    "hours": ("first_day", "last_day", "level", "place", "strand", "rounded_to", "hours"),
}
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """Which rows of a table are wanted; None: all.

    Attributes:
        places: Names of places.
        strands: Names of strands.
        since: Rows whose first day is not before this one.
        until: Rows whose last day is not after this one.
    """

    places: tuple[str, ...] | None = None
    strands: tuple[str, ...] | None = None
    since: date | None = None
    until: date | None = None

    def takes(self, row: Row) -> bool:
        """Return whether a row is wanted."""
        return (
            (self.places is None or row["place"] in self.places)
            and (self.strands is None or row["strand"] in self.strands)
            and (self.since is None or row["first_day"] >= self.since.isoformat())
            and (self.until is None or row["last_day"] <= self.until.isoformat())
        )


@dataclass(frozen=True)
class Published:
    """Everything that has been published.

    Attributes:
        tables: Table to its rows, in the order in which they were published; a hidden number is None.
        names: Names of the sets, oldest first.
        terms: Of the newest set: rules, smallest numbers, marks; empty where nothing was published.
    """

    tables: Mapping[TableName, tuple[Row, ...]]
    names: tuple[str, ...]
    terms: Mapping[str, Any]

    @property
    def marks(self) -> tuple[str, ...]:
        """What stands with everything shown."""
        return tuple(self.terms.get("marks", ()))

    @cached_property
    def last_days(self) -> dict[str, str]:
        """Strand to the last day of which counts have been published."""
        found: dict[str, str] = {}
        for row in self.tables["counts"]:
            found[row["strand"]] = max(found.get(row["strand"], ""), row["last_day"])
        return found

    def expected_at(self, first_day: str) -> frozenset[tuple[str, str, str]]:
        """Return level, place and strand of which an expected number of a period has been published."""
        rows = (row for row in self.tables["expected"] if row["first_day"] == first_day)
        return frozenset((row["level"], row["place"], row["strand"]) for row in rows if row["expected"] is not None)

    def starts(self, table: TableName) -> frozenset[str]:
        """Return the first days of the periods that a table has rows of."""
        return frozenset(row["first_day"] for row in self.tables[table])

    def rows(self, table: TableName, asked: Asked) -> list[Row]:
        """Return the rows of a table that are wanted, each as it was published: nothing is ever computed anew.

        Raises:
            DataError: A place or a strand is named that was never published.
        """
        for name, wanted in (("place", asked.places), ("strand", asked.strands)):
            known = {row.get(name) for row in self.tables[table]}
            unknown = [value for value in wanted or () if value not in known]
            if unknown:
                fix = f"use one that the published table {table} has"
                raise DataError(f"nothing was published of the {name} {unknown[0]!r}", place=name, fix=fix)
        return [row for row in self.tables[table] if asked.takes(row)]


def sets(ledger: Ledger) -> list[Artefact]:
    """Return the rows that name the published sets, oldest first."""
    return ledger.artefacts(KIND)


def load_published(ledger: Ledger, files: FileStore) -> Published:
    """Read everything that has been published, each file checked against the ledger.

    Raises:
        LedgerError: A file is absent or was changed.
    """
    tables: dict[TableName, list[Row]] = {name: [] for name in TABLES}
    terms: Mapping[str, Any] = {}
    names = []
    for artefact in sets(ledger):
        document = json.loads(files.read(artefact.stored))
        names.append(artefact.name)
        terms = document["terms"]
        for name in TABLES:
            columns = COLUMNS[name]
            tables[name] += [dict(zip(columns, row, strict=True)) for row in document["tables"][name]]
    return Published({name: tuple(rows) for name, rows in tables.items()}, tuple(names), terms)


def to_csv(table: TableName, rows: Sequence[Row], marks: Sequence[str]) -> bytes:
    """Return rows as CSV; a hidden number is an empty cell, and no cell is one that a spreadsheet would reckon.

    The last column holds what stands with everything shown: the source, and that data are made up.
    """
    buffer = StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([*COLUMNS[table], "attribution"])
    for row in rows:
        cells = ["" if row[name] is None else str(row[name]) for name in COLUMNS[table]]
        writer.writerow(guarded([*cells, " ".join(marks)]))
    return buffer.getvalue().encode()
