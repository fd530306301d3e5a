"""CSV text: from bytes of unknown encoding to UTF-8, its delimiter and its header."""

import csv
import io
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from errors import DataError
from features.feeds.values import header_key

DELIMITERS = (",", ";", "\t", "|")
# Titles and notes above the header that an export may begin with.
_LINES_ABOVE = 20
_HEAD = 2**18
# Characters that text has none of; a stray one or two is a slip, 2 % is no text.
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1a"))
_MAGIC = {
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "a gzip file",
    b"SQLite format 3": "a database",
    b"<": "a web page or XML",
    b"{": "JSON",
    b"[": "JSON",
}


@dataclass(frozen=True)
class Header:
    """The header of a CSV.

    Attributes:
        names: Column names as written, without surrounding blanks.
        delimiter: What separates columns.
        row: Number of the header's row, 1 unless notes stand above it.
        end: Offset in bytes of the first row of data.
    """

    names: tuple[str, ...]
    delimiter: str
    row: int
    end: int


def to_utf8(data: bytes, name: str) -> bytes:
    """Return the text of a CSV as UTF-8 without a byte order mark.

    Raises:
        DataError: The file is empty or is no text.
    """
    if not data.strip():
        raise DataError("is empty", place=name, fix="export it again")
    for magic, kind in _MAGIC.items():
        if data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(magic):
            raise DataError(f"is {kind}, not a CSV", place=name, fix="save it as CSV")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace").encode()
    data = data.removeprefix(b"\xef\xbb\xbf")
    head = data[:4096]
    if sum(map(head.count, _CONTROLS)) > max(8, len(head) // 50):
        raise DataError("is not a CSV: it is no text", place=name, fix="save it as CSV in UTF-8")
    if data.isascii():
        return data
    try:
        data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace").encode()
    return data


def find_header(data: bytes, wanted: Sequence[str]) -> Header | None:
    """Return the header that holds most of the wanted columns; None where the text has no columns at all.

    The first row is taken where none holds any of them.
    """
    keys = {header_key(column) for column in wanted}
    best: Header | None = None
    best_found = (-1, -1)
    for delimiter in DELIMITERS:
        for header in _rows(data, delimiter):
            found = len(keys & {header_key(name) for name in header.names})
            # Among equals the earliest row with the most columns is the header.
            if (found, len(header.names) if header.row == 1 else -1) > best_found and any(header.names):
                best, best_found = header, (found, len(header.names) if header.row == 1 else -1)
            if found == len(keys):
                break
    return best


def _rows(data: bytes, delimiter: str) -> Iterator[Header]:
    """Yield the first rows of the text, each as if it were the header."""
    text = data[:_HEAD].decode(errors="ignore")
    read = 0

    def lines() -> Iterator[str]:
        nonlocal read
        for line in io.StringIO(text, newline=""):
            read += len(line.encode())
            yield line

    rows = csv.reader(lines(), delimiter=delimiter)
    try:
        for number, row in enumerate(itertools.islice(rows, _LINES_ABOVE), start=1):
            yield Header(tuple(name.strip() for name in row), delimiter, number, read)
    except csv.Error:
        return


def open_quote_row(data: bytes, delimiter: str) -> int | None:
    """Return the number of the row whose quotation mark is never closed; None where all are."""
    if data.count(b'"') % 2 == 0:
        return None
    rows = csv.reader(io.StringIO(data.decode(errors="replace"), newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for _ in rows:
            number += 1
    except csv.Error as error:
        return number + 1 if "unexpected end of data" in str(error) else None
    return None
