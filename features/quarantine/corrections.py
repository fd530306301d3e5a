"""Corrections of quarantined rows: a corrected file, a recorded rule, or nothing but another try."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa

from errors import DataError
from features.cells import unguarded
from features.feeds.contract import Contract
from features.feeds.mapped import refuse_columns
from features.feeds.personal import holds_personal_value
from features.feeds.reading import Setting
from features.feeds.sources import Content
from features.feeds.tables import RawTable, Wanted, read_table
from features.feeds.typed import DATE_ORDER
from features.feeds.values import Coded, cleaned, header_key
from features.incidents.archive import Archive
from features.quarantine.export import ID, LEADING
from features.quarantine.rows import (
    KEYS,
    NOT_VALUES,
    OPEN,
    OUTCOME,
    TORN,
    Batch,
    batches,
    by_id,
    find,
    open_rows,
    state,
)

INCIDENT_ID = "incident_id"
# Stands in for a natural key of which only the hash is held.
_HELD_KEY = "held"
CHANGED = "changed"


@dataclass(frozen=True, eq=False)
class Attempt:
    """Rows of one batch that are to be read again.

    Attributes:
        batch: What was refused of their file.
        rows: As `open_rows` gives them, with the corrected values and natural keys, in the order of the file; and
            whether a correction changed them, `changed`.
        known: Columns that the file had.
    """

    batch: Batch
    rows: pd.DataFrame = field(repr=False)
    known: frozenset[str]

    def table(self, wanted: Mapping[str, Wanted]) -> RawTable:
        """Return the rows as a file that was taken apart; a column that the file may lack, and lacks, is absent."""
        columns = {}
        for name, column in wanted.items():
            texts = self._texts(name)
            if name in self.known or not column.optional or texts.any():
                columns[name] = Coded.of(pa.chunked_array([pa.array(texts, pa.string())]))
        rows, keys = self.rows["row"].to_numpy().astype(np.int32), self.rows[list(KEYS)].to_numpy(dtype=np.uint64)
        # A few rows settle nothing of a whole file: what it settled when it was taken in goes on.
        order = next(iter(self.rows[DATE_ORDER]), "") or None
        return RawTable(self.batch.file, (), rows, columns, {}, keys=keys, date_format=order)

    def _texts(self, name: str) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
        if name == INCIDENT_ID:
            keyed = (self.rows[list(KEYS)] != 0).any(axis=1)
            return np.where(keyed, _HELD_KEY, "").astype(object)
        if name not in self.rows:
            return np.full(len(self.rows), "", dtype=object)
        return self.rows[name].to_numpy().astype(object)


def again(archive: Archive, feed: str, rule: str | None) -> list[Attempt]:
    """Return the open rows of a feed, of one rule or all, as they are.

    Raises:
        DataError: There is none that could be read again.
    """
    attempts = []
    for batch in batches(archive):
        if batch.is_current and batch.feed == feed:
            rows = open_rows(archive, batch)
            attempts.append(_attempt(batch, rows[_readable(rows) & ((rows["rule"] == rule) | (rule is None))], rows))
    found = [attempt for attempt in attempts if len(attempt.rows)]
    if not found:
        breaks = f" that breaks {rule}" if rule else ""
        raise DataError(f"no open row{breaks} could be read again", place=feed, fix="see strandcast quarantine list")
    return found


def replaced(archive: Archive, feed: str, column: str, before: str, after: str) -> list[Attempt]:
    """Return the open rows of a feed that hold a value in a column, with another in its place.

    Args:
        archive: What is held.
        feed: The feed.
        column: Canonical or own name of the column.
        before: The value, in any case; "" for a blank.
        after: The other value.

    Raises:
        DataError: No open row holds the value, or the other one identifies a person.
    """
    if holds_personal_value(after):
        raise DataError("the value holds what identifies a person", place="--to", fix="give a code")
    wanted, given = cleaned(before).casefold(), cleaned(after)
    found = []
    for attempt in again(archive, feed, None):
        rows = attempt.rows
        held = rows[column].astype(str) if column in rows else pd.Series("", index=rows.index)
        matching = held.str.casefold() == wanted
        changed = rows[matching].reset_index(drop=True)
        changed[column], changed[CHANGED] = given, (held[matching] != given).to_numpy()
        if len(changed):
            found.append(Attempt(attempt.batch, changed, attempt.known))
    if not found:
        fix = "write the value as it stands in the file of strandcast quarantine export"
        raise DataError("no open row holds that value in this column", place=f"{feed}, {column}", fix=fix)
    return found


def batches_of(content: Content, archive: Archive) -> list[tuple[int, Batch, int]]:
    """Return for each row of a corrected file its number, the batch that its id names and the row's number there.

    Raises:
        DataError: A row cannot be taken apart, an id is no id, is unknown or stands twice, or the ids are of several
            feeds.
    """
    table = read_table(content, {ID: Wanted((ID,))})
    for numbers in table.broken.values():
        place = f"{content.name}, row {int(numbers[0])}"
        raise DataError("the row has more or fewer fields than the header", place=place, fix="correct the row")
    known = by_id(archive)
    named = []
    for number, text in zip(table.rows.tolist(), table.columns[ID].texts().tolist(), strict=True):
        try:
            named.append((number, *find(known, text)))
        except DataError as error:
            place = f"{content.name}, row {number}" + (f", {error.place}" if error.place else "")
            raise DataError(error.problem, place=place, fix="keep the ids of the exported file") from None
    feeds = sorted({batch.feed for _, batch, _ in named})
    if len(feeds) != 1:
        problem = f"holds rows of several feeds: {', '.join(feeds)}" if feeds else "holds no rows"
        raise DataError(problem, place=content.name, fix="give the corrected rows of one feed")
    twice = [row_id for row_id, times in Counter(batch.row_id(row) for _, batch, row in named).items() if times > 1]
    if twice:
        raise DataError(f"the id {twice[0]} stands twice", place=content.name, fix="keep one row of each id")
    return named


def corrected(
    content: Content, contract: Contract, wanted: Mapping[str, Wanted], setting: Setting, archive: Archive
) -> tuple[list[Attempt], tuple[str, ...]]:
    """Return the rows of a corrected file, and its columns that are not stored.

    A column that the file lacks keeps its values. A natural key is kept as its hash unless the file gives another.

    Raises:
        DataError: The file cannot be used, or one of its rows is not in quarantine any more.
    """
    named = batches_of(content, archive)
    optional = {name: Wanted(column.headers, optional=True) for name, column in wanted.items()}
    table = read_table(content, {ID: Wanted((ID,)), **optional})
    spare = tuple(name for name in table.spare if header_key(name) not in LEADING)
    refuse_columns(RawTable(table.name, spare, table.rows, {}, {}), contract)
    cells = {name: _texts(column) for name, column in table.columns.items() if name != ID}
    found: dict[str, list[tuple[int, int]]] = {}
    for place, (_, batch, row) in enumerate(named):
        found.setdefault(batch.id, []).append((row, place))
    attempts = []
    for places in found.values():
        batch = named[places[0][1]][1]
        places.sort()
        numbers, where = [row for row, _ in places], np.array([place for _, place in places])
        held = state(archive, batch)
        at = pd.Index(held["row"]).get_indexer(numbers)
        _refuse_settled(content.name, batch, [named[place][0] for place in where], numbers, held, at)
        rows = _filled(held.iloc[at].reset_index(drop=True), {name: texts[where] for name, texts in cells.items()})
        ids = np.array(cells.get(INCIDENT_ID, np.full(len(named), "", dtype=object))[where])
        rows = _keyed(rows, contract.name, ids, setting)
        attempts.append(_attempt(batch, rows[_readable(rows)], held))
    return attempts, spare


def _filled(rows: pd.DataFrame, cells: Mapping[str, np.ndarray[tuple[int], np.dtype[np.object_]]]) -> pd.DataFrame:
    changed = np.zeros(len(rows), dtype=np.bool_)
    for name, texts in cells.items():
        if name == INCIDENT_ID:
            continue
        before = rows[name].to_numpy() if name in rows else np.full(len(rows), "", dtype=object)
        changed |= before != texts
        rows[name] = texts
    return rows.assign(**{CHANGED: changed})


def _keyed(
    rows: pd.DataFrame, feed: str, ids: np.ndarray[tuple[int], np.dtype[np.object_]], setting: Setting
) -> pd.DataFrame:
    """Return the rows with the natural keys that the file gives, hashed; the others keep theirs."""
    given = ids.astype(bool)
    keys = rows[list(KEYS)].to_numpy(dtype=np.uint64)
    new = keys.copy()
    if given.any():
        new[given] = setting.keys(feed, ids[given].tolist())
    changed = rows[CHANGED].to_numpy() | (keys != new).any(axis=1)
    return rows.assign(key_high=new[:, 0], key_low=new[:, 1], **{CHANGED: changed})


def _refuse_settled(
    name: str,
    batch: Batch,
    numbers: Sequence[int],
    rows: Sequence[int],
    held: pd.DataFrame,
    at: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> None:
    outcomes = held[OUTCOME].tolist()
    for number, row, index in zip(numbers, rows, at.tolist(), strict=True):
        place = f"{name}, row {number}, {batch.row_id(row)}"
        if index < 0:
            raise DataError("no quarantined row has this id", place=place, fix="keep the ids of the exported file")
        if outcomes[index] != OPEN:
            raise DataError("the row was released already", place=place, fix="leave it out")
        if not batch.is_current:
            fix = "leave it out, or export the rows again"
            raise DataError("the row is of an earlier reading of its file", place=place, fix=fix)


def _attempt(batch: Batch, rows: pd.DataFrame, held: pd.DataFrame) -> Attempt:
    rows = rows if CHANGED in rows else rows.assign(**{CHANGED: False})
    return Attempt(
        batch, rows.sort_values("row").reset_index(drop=True), frozenset(held.columns.difference(list(NOT_VALUES)))
    )


def _readable(rows: pd.DataFrame) -> pd.Series:
    """Return which rows can be read: of one that could not be taken apart nothing is known until it is corrected."""
    values = rows.columns.difference([*NOT_VALUES, CHANGED])
    filled = (rows[values].astype(str) != "").any(axis=1)
    return ~rows["rule"].isin(TORN) | filled


def _texts(column: Coded) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    return Coded(column.codes, tuple(unguarded(value) for value in column.values)).texts()
