"""One quarantined row with its history, as far as it may be shown."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from errors import DataError
from features.feeds.declared import BLANK, Declared
from features.feeds.police_uk import FORCE
from features.feeds.tables import Wanted
from features.incidents.archive import Archive, Entry
from features.incidents.batch import read_quarantine
from features.quarantine.corrections import INCIDENT_ID
from features.quarantine.rows import (
    FROM,
    KEYS,
    OPEN,
    OUTCOME,
    TO,
    TORN,
    Batch,
    QuarantinedRow,
    by_id,
    find,
    state,
)

HASHED = "(kept as a hash)"
NOT_KEPT = "(not kept)"


@dataclass(frozen=True)
class Step:
    """Something that happened to a row.

    Attributes:
        what: In one phrase.
        entry: The row of the archive that records it: kind, name and when.
        reason: Why, in the words of who did it; "" where files were taken in.
    """

    what: str
    entry: Entry
    reason: str = ""

    @property
    def at(self) -> str:
        """When, ISO 8601."""
        return str(self.entry.meta["received_at"])


@dataclass(frozen=True)
class RowHistory:
    """A row, its values as far as they may be shown, and what happened to it.

    Attributes:
        row: The row.
        outcome: "open", or what became of it when it was released.
        is_current: It is of the newest reading of its file.
        values: Header in the file -> value, or why it is not shown.
        steps: What happened, oldest first.
    """

    row: QuarantinedRow
    outcome: str
    is_current: bool
    values: Mapping[str, str]
    steps: tuple[Step, ...]


def feed_of(archive: Archive, row_id: str) -> str:
    """Return the feed of a row.

    Raises:
        DataError: Nothing has the id.
    """
    return find(by_id(archive), row_id)[0].feed


def row_history(archive: Archive, row_id: str, wanted: Mapping[str, Wanted], declared: Declared) -> RowHistory:
    """Return a row and what happened to it.

    Args:
        archive: What is held.
        row_id: Its id.
        wanted: Columns of its feed's files; empty where no contract is known, and then no value is shown.
        declared: The values that may be shown.

    Raises:
        DataError: Nothing has the id.
    """
    batch, number = find(by_id(archive), row_id)
    frame = state(archive, batch)
    found = frame[frame["row"] == number]
    if found.empty:
        fix = "list them with strandcast quarantine list"
        raise DataError("no quarantined row has this id", place=row_id.strip(), fix=fix)
    held = found.iloc[0]
    row = QuarantinedRow(batch.row_id(number), batch.feed, batch.file, number, held["rule"], held["field"])
    values = {column.headers[0]: _shown(held, name, declared) for name, column in wanted.items() if name != FORCE}
    return RowHistory(row, held[OUTCOME], batch.is_current, values, tuple(_steps(archive, batch, number, declared)))


def _shown(held: pd.Series, name: str, declared: Declared) -> str:
    if name == INCIDENT_ID:
        return HASHED if any(held[key] for key in KEYS) else BLANK
    text = str(held.get(name, ""))
    removed = held["rule"] == "personal-value" and held["field"] == name
    if not text and (removed or held["rule"] in TORN):
        return NOT_KEPT
    return declared.shown(name, text)


def _steps(archive: Archive, batch: Batch, number: int, declared: Declared) -> list[Step]:
    first = read_quarantine(archive, batch.entry)
    rule = first.loc[first["row"] == number, "rule"].iloc[0]
    steps = [Step(f"ingested, put into quarantine: {rule}", batch.entry)]
    for entry in batch.amendments:
        amended = read_quarantine(archive, entry)
        rows = amended[amended["row"] == number]
        if rows.empty:
            continue
        row, way = rows.iloc[0], entry.meta["way"]
        if FROM in row:
            column = entry.meta["column"]
            way += f" ({declared.shown(column, row[FROM])} to {declared.shown(column, row[TO])})"
        now = f"still in quarantine: {row['rule']}" if row[OUTCOME] == OPEN else f"released, {row[OUTCOME]}"
        steps.append(Step(f"{way}; {now}", entry, entry.meta["reason"]))
    return steps
