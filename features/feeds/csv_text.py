"""CSV text: from bytes of unknown encoding to UTF-8, its delimiter and its header."""

import csv
import io
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from errors import DataError
from features.feeds.values import header_key

DELIMITERS = (",", ";", "\t", "|")
# Titles and notes above the header that an export may begin with.
_LINES_ABOVE = 20
# Looked at for the header; more where its lines are longer, but never more than the second.
_HEAD, _LONGEST_HEAD = 2**18, 2**24
# As much of a file as tells what it is.
_BEGINNING = 2**16
# Byte order marks; that of UTF-32 begins with that of UTF-16.
_WIDE = {
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_MARK = b"\xef\xbb\xbf"
# A field in quotation marks from where a field begins: its text, its closing mark, and what follows that.
_QUOTED = rb'(?<=[%b\r\n])"([^"]*(?:""[^"]*)*)("?)(.?)'
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
    wide = next((encoding for mark, encoding in _WIDE.items() if data.startswith(mark)), None)
    if wide is not None:
        data = data.decode(wide, errors="replace").encode(errors="replace")
    # Files that were joined keep their marks inside; the end-of-file mark of DOS is no row.
    data = data.replace(_MARK, b"").rstrip(b"\x1a")
    if not data[:_BEGINNING].strip() and not data.strip():
        raise DataError("is empty", place=name, fix="export it again")
    for magic, kind in _MAGIC.items():
        if data[:_BEGINNING].lstrip().startswith(magic):
            raise DataError(f"is {kind}, not a CSV", place=name, fix="save it as CSV")
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
    text = _head(data)
    for delimiter in DELIMITERS:
        for header in _rows(text, delimiter):
            found = len(keys & {header_key(name) for name in header.names})
            # Among equals the earliest row with the most columns is the header.
            if (found, len(header.names) if header.row == 1 else -1) > best_found and any(header.names):
                best, best_found = header, (found, len(header.names) if header.row == 1 else -1)
            if found == len(keys):
                return best
    return best


def _head(data: bytes) -> str:
    """Return the text that the header is looked for in."""
    end = 0
    for _ in range(_LINES_ABOVE):
        end = data.find(b"\n", end, _LONGEST_HEAD) + 1
        if end == 0:
            return data[:_LONGEST_HEAD].decode(errors="ignore")
    return data[: max(end, _HEAD)].decode(errors="ignore")


def _rows(text: str, delimiter: str) -> Iterator[Header]:
    """Yield the first rows of the text, each as if it were the header."""
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


def open_quote_line(data: bytes, header: Header) -> int | None:
    """Return the number of the line whose quotation mark is not closed in its own row; None where all are.

    A mark that is never closed takes the rows up to the next mark into its field. Three things tell: the file ends in
    the field, text follows where the field closes, or its lines are rows of as many columns as the header has.
    """
    separator, columns = header.delimiter.encode(), len(header.names)
    for match in re.compile(_QUOTED % re.escape(separator)).finditer(data, header.end):
        text, closed, after = match.groups()
        lines = text.splitlines()
        inner = [line.count(separator) + 1 == columns for line in lines[1:-1]]
        torn = len(lines) > 1 and after not in (b"", b"\r", separator)
        if not closed or torn or (columns > 2 and inner and all(inner)):
            return line_ends(data, 0, match.start()) + 1
    return None


def line_ends(data: bytes, start: int, end: int) -> int:
    """Return how many lines end in a part of the text."""
    ends = data.count(b"\n", start, end)
    lone = data.count(b"\r", start, end)
    return ends + lone - data.count(b"\r\n", start, end) if lone else ends
