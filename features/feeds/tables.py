"""Tables as they arrive: CSV, gzipped CSV and Parquet into columns of text with the row numbers of the file.

Only the wanted columns are ever read; the others are known by their names alone.
"""

import difflib
import gzip
import io
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from errors import DataError
from features.feeds.csv_text import Header, find_header, line_ends, open_quote_line, to_utf8
from features.feeds.sources import Content, bounded
from features.feeds.values import Coded, header_key

RAGGED = "ragged-row"
NUL = "nul-byte"
PARQUET = (".parquet", ".pq")
CSV = (".csv", ".csv.gz", ".tsv", ".txt")
# A block must hold the longest row; the larger it is, the more memory reading takes.
_BLOCKS = (2**26, 2**30)
# Rows that a Parquet file may hold: always the first, and up to two a byte, where next to every column is constant.
_FEW_ROWS, _ROWS_A_BYTE = 2**20, 2
_SOMETHING = re.compile(rb"\S")


class MissingColumnError(DataError):
    """A table lacks a column that is to be read."""


@dataclass(frozen=True)
class Wanted:
    """A column that is to be read.

    Attributes:
        headers: Its spellings; the first that a file has is read.
        optional: A file may lack it.
    """

    headers: tuple[str, ...]
    optional: bool = False


@dataclass(frozen=True, eq=False)
class RawTable:
    """The wanted columns of a file.

    Invariants: `rows` ascends; every column has one entry a row.

    Attributes:
        name: The file.
        spare: Its columns that are not wanted.
        rows: Row numbers in the file; the header is row 1 (or lower down where notes stand above it).
        columns: Canonical name -> values.
        broken: Rows that could not be taken apart, by rule.
        lacking: Wanted columns that the file may lack, and does.
        keys: Hashed natural keys of rows of which the text is not held any more, uint64[n, 2]; None where it is.
        date_format: Format of the dates of the file that the rows are a part of; None where it is to be seen from them.
    """

    name: str
    spare: tuple[str, ...]
    rows: NDArray[np.int32]
    columns: Mapping[str, Coded]
    broken: Mapping[str, NDArray[np.int32]]
    lacking: tuple[str, ...] = ()
    keys: NDArray[np.uint64] | None = None
    date_format: str | None = None


def read_table(content: Content, wanted: Mapping[str, Wanted]) -> RawTable:
    """Read the wanted columns, by their canonical or own names.

    Raises:
        DataError: The file is of another kind, empty or damaged, or lacks a wanted column or has it twice.
    """
    lower = content.name.lower()
    if lower.endswith(PARQUET):
        return _read_parquet(content, wanted)
    if not lower.endswith(CSV):
        raise DataError("is neither CSV nor Parquet", place=content.name, fix="give a .csv, .csv.gz or .parquet file")
    data = unzipped(content) if lower.endswith(".gz") else content.data
    return _read_csv(content.name, to_utf8(data, content.name), wanted)


def unzipped(content: Content) -> bytes:
    """Return what a gzip file holds.

    Raises:
        DataError: It is none, is cut short, or holds too much.
    """
    try:
        with gzip.open(io.BytesIO(content.data)) as stream:
            return bounded(stream, content.name, packed=len(content.data))  # type: ignore[arg-type]
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise DataError("is not a gzip file, or is cut short", place=content.name, fix="export it again") from None


def _read_csv(name: str, data: bytes, wanted: Mapping[str, Wanted]) -> RawTable:
    header = find_header(data, [spelling for column in wanted.values() for spelling in column.headers])
    if header is None:
        raise DataError("is not a CSV: it has no header", place=name, fix="save it as CSV with a header")
    if len(header.names) == 1 < len({column.headers for column in wanted.values()}):
        raise DataError(
            "is not a CSV: its first row is a single column", place=name, fix="save it as CSV with a header"
        )
    where = _positions(header.names, wanted, name)
    parsed = _parse(name, data, header, list(dict.fromkeys(where.values())))
    if parsed.trailing:
        header = Header((*header.names, ""), header.delimiter, header.row, header.end)
        parsed = _parse(name, data, header, list(dict.fromkeys(where.values())))
    table, ragged = parsed.table, np.array(parsed.ragged, dtype=np.int32)
    numbers = np.arange(1, parsed.lines + 1, dtype=np.int32)
    rows = np.delete(numbers, [*(ragged - 1), *(number - 1 for number in parsed.void)]) + np.int32(header.row)
    blank = _blank_lines(name, data, header, table)
    nul = _holding_nul(table) & ~blank
    keep = ~blank & ~nul
    columns = {key: Coded.of(table.column(f"c{position}"))[keep] for key, position in where.items()}
    broken = {RAGGED: ragged + np.int32(header.row), NUL: rows[nul]}
    return RawTable(
        name,
        _spare(header.names, where),
        rows[keep],
        columns,
        {rule: numbers for rule, numbers in broken.items() if len(numbers)},
        tuple(key for key in wanted if key not in where),
    )


@dataclass(frozen=True, eq=False)
class _Parsed:
    """A CSV, taken apart.

    Attributes:
        table: Columns of the rows that have as many fields as the header.
        ragged: Numbers of the rows that have not, from 1.
        void: Numbers of the lines that hold nothing but blanks: they are no rows.
        spare: How many rows end in one delimiter too many.
    """

    table: pa.Table
    ragged: list[int] = field(default_factory=list)
    void: list[int] = field(default_factory=list)
    spare: int = 0

    @property
    def lines(self) -> int:
        """Number of rows of all kinds."""
        return len(self.table) + len(self.ragged) + len(self.void)

    @property
    def trailing(self) -> bool:
        """Whether the rows end in a spare delimiter."""
        return self.spare * 2 > len(self.table) + len(self.ragged)


def _parse(name: str, data: bytes, header: Header, positions: Sequence[int]) -> _Parsed:
    """Take the body of a CSV apart.

    Raises:
        DataError: A quotation mark is never closed, or the text cannot be taken apart.
    """
    names = [f"c{position}" for position in range(len(header.names))]
    included = [names[position] for position in positions]
    ragged: list[int] = []
    void: list[int] = []
    spare = 0

    def skip(row: arrow_csv.InvalidRow) -> str:
        nonlocal spare
        empty = not row.text.strip() and header.delimiter not in row.text
        (void if empty else ragged).append(row.number)
        spare += row.actual_columns == len(names) + 1 and row.text.rstrip().endswith(header.delimiter)
        return "skip"

    if _SOMETHING.search(data, header.end) is None:
        return _Parsed(pa.table({key: pa.array([], pa.string()) for key in included}))
    quotes = data.count(b'"', header.end)
    if quotes % 2:
        _refuse_open_quote(name, data, header)
    for block in _BLOCKS:
        ragged.clear()
        void.clear()
        spare = 0
        try:
            table = arrow_csv.read_csv(
                pa.BufferReader(pa.py_buffer(data).slice(header.end)),
                arrow_csv.ReadOptions(use_threads=False, block_size=block, column_names=names),
                arrow_csv.ParseOptions(
                    delimiter=header.delimiter,
                    newlines_in_values=True,
                    ignore_empty_lines=False,
                    invalid_row_handler=skip,
                ),
                arrow_csv.ConvertOptions(
                    column_types=dict.fromkeys(included, pa.string()),
                    include_columns=included,
                    strings_can_be_null=False,
                ),
            )
        except pa.ArrowInvalid:
            continue
        parsed = _Parsed(table, ragged, void, spare)
        if quotes and line_ends(data, header.end, len(data)) > parsed.lines:
            _refuse_open_quote(name, data, header)
        return parsed
    raise DataError("is not a CSV that can be taken apart", place=name, fix="save it as CSV again")


def _refuse_open_quote(name: str, data: bytes, header: Header) -> None:
    line = open_quote_line(data, header)
    if line is not None:
        fix = "close it, or double quotation marks inside a field"
        raise DataError("a quotation mark is never closed", place=f"{name}, line {line}", fix=fix)


def _blank_lines(name: str, data: bytes, header: Header, table: pa.Table) -> NDArray[np.bool_]:
    """Return which rows are lines with nothing in any column: they are no rows."""
    empty = _all_empty(table)
    if empty.any():
        return _all_empty(_parse(name, data, header, range(len(header.names))).table)
    return empty


def _all_empty(table: pa.Table) -> NDArray[np.bool_]:
    empty = np.ones(len(table), dtype=np.bool_)
    for column in table.columns:
        empty &= pc.equal(pc.utf8_trim_whitespace(column), "").to_numpy()
    return empty


def _holding_nul(table: pa.Table) -> NDArray[np.bool_]:
    holding = np.zeros(len(table), dtype=np.bool_)
    for column in table.columns:
        holding |= pc.match_substring(column, "\0").to_numpy()
    return holding


def _read_parquet(content: Content, wanted: Mapping[str, Wanted]) -> RawTable:
    if not content.data:
        raise DataError("is empty", place=content.name, fix="export it again")
    try:
        file = pq.ParquetFile(pa.BufferReader(content.data))
        names = tuple(file.schema_arrow.names)
        where = _positions(names, wanted, content.name)
        if file.metadata.num_rows > max(_FEW_ROWS, _ROWS_A_BYTE * len(content.data)):
            fix = "export it again, or split it into smaller files"
            raise DataError("says that it holds more rows than it can", place=content.name, fix=fix)
        read = sorted({names[position] for position in where.values()})
        # Text stays in dictionaries: a value of a megabyte in a million rows is a small file and a terabyte of text.
        table = pq.read_table(pa.BufferReader(content.data), columns=read, read_dictionary=read, use_threads=False)
        columns = {key: Coded.of(_as_text(table.column(names[position]))) for key, position in where.items()}
    except (pa.ArrowException, OSError, ValueError, MemoryError, OverflowError):
        fix = "export it again with plain columns"
        raise DataError("is not a Parquet file that can be read", place=content.name, fix=fix) from None
    rows = np.arange(1, len(table) + 1, dtype=np.int32)
    lacking = tuple(key for key in wanted if key not in where)
    return RawTable(content.name, _spare(names, where), rows, columns, {}, lacking)


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column as text, in dictionaries where it came in them."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_nested(kind):
        raise pa.ArrowNotImplementedError(str(kind))
    if pa.types.is_dictionary(column.type):
        return column.cast(pa.dictionary(pa.int32(), pa.string()))
    return column.cast(pa.string())


def _positions(header: Sequence[str], wanted: Mapping[str, Wanted], name: str) -> dict[str, int]:
    """Return where each wanted column is: by its exact name, else by its name but for case, blanks and punctuation.

    Raises:
        DataError: A column is missing that may not be, or stands more than once.
    """
    where = {}
    for key, column in wanted.items():
        found = next((places for spelling in column.headers if (places := _places(header, spelling))), [])
        if len(found) > 1:
            fix = "rename or remove one of them"
            raise DataError(f"the column '{header[found[0]]}' stands {len(found)} times", place=name, fix=fix)
        if found:
            where[key] = found[0]
        elif not column.optional:
            raise _missing(header, column, key, name)
    return where


def _places(header: Sequence[str], spelling: str) -> list[int]:
    exact = [index for index, found in enumerate(header) if found == spelling.strip()]
    return exact or [index for index, found in enumerate(header) if header_key(found) == header_key(spelling)]


def _spare(names: Sequence[str], where: Mapping[str, int]) -> tuple[str, ...]:
    read = set(where.values())
    return tuple(name for position, name in enumerate(names) if name and position not in read)


def _missing(header: Sequence[str], column: Wanted, key: str, name: str) -> MissingColumnError:
    shown = [found for found in header if found][:40]
    matches = (difflib.get_close_matches(spelling, shown, n=1, cutoff=0.6) for spelling in column.headers)
    near = next((match for match in matches if match), [])
    columns = ", ".join(shown)[:600]
    fix = f"write {key} = '{near[0]}' if that is meant" if near else f"map {key} to one of its columns: {columns}"
    names = "' or '".join(column.headers)
    return MissingColumnError(f"has no column '{names}'", place=name, fix=fix)
