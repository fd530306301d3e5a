import gzip
import io

import pandas as pd
import pytest

from errors import DataError
from features.feeds.sources import Content
from features.feeds.tables import RawTable, Wanted, read_table

WANTED = {"one": Wanted(("A",)), "two": Wanted(("B",))}


def table(data: bytes, name: str = "f.csv") -> RawTable:
    return read_table(Content(name, data, "hash"), WANTED)


def rows(data: bytes, name: str = "f.csv") -> list[tuple[str, ...]]:
    columns = table(data, name).columns
    return list(zip(columns["one"].texts().tolist(), columns["two"].texts().tolist(), strict=True))


@pytest.mark.parametrize(
    "data",
    [
        b"A,B\n1,caf\xc3\xa9\n",
        b"\xef\xbb\xbfA,B\n1,caf\xc3\xa9\n",
        b"A,B\n1,caf\xe9\n",
        "A,B\n1,café\n".encode("utf-16"),
        b"A;B\n1;caf\xc3\xa9\n",
        b"A\tB\n1\tcaf\xc3\xa9\n",
        b"A,B\r\n1,caf\xc3\xa9\r\n",
        b"A,B\r1,caf\xc3\xa9\r",
        b" a , b \n 1 , caf\xc3\xa9 \n",
        b'"A","B"\n"1","caf\xc3\xa9"',
        b"A,B\n1,caf\xc3\xa9,\n",
        b"Crimes of 2020\n\nA,B\n1,caf\xc3\xa9\n",
        b"x,B,A\n9,caf\xc3\xa9,1\n",
    ],
    ids=[
        "utf8",
        "bom",
        "cp1252",
        "utf16",
        "semicolon",
        "tab",
        "crlf",
        "cr",
        "blanks",
        "quoted",
        "spare",
        "title",
        "order",
    ],
)
def test_the_ways_a_csv_is_written_are_read(data: bytes) -> None:
    assert rows(data) == [("1", "café")]


def test_gzip_and_parquet_are_read() -> None:
    assert rows(gzip.compress(b"A,B\n1,2\n", mtime=0), "f.csv.gz") == [("1", "2")]
    buffer = io.BytesIO()
    pd.DataFrame({"A": [1.0, None], "B": [pd.Timestamp("2014-01-31"), pd.NaT]}).to_parquet(buffer)
    assert rows(buffer.getvalue(), "f.parquet") == [("1", "2014-01-31 00:00:00.000000"), ("", "")]


def test_row_numbers_are_those_of_the_file() -> None:
    read = table(b'A,B\n1,2\n\n,\n3\n4,5,6\n7,"8\n8"\n9,\x0010\n11,12\n')
    assert read.rows.tolist() == [2, 7, 9]
    assert {rule: numbers.tolist() for rule, numbers in read.broken.items()} == {"ragged-row": [5, 6], "nul-byte": [8]}


def test_columns_that_are_not_wanted_are_only_named() -> None:
    read = table(b"A,name,B,A \n1,Jo,2,3\n".replace(b",A ", b",C"))
    assert read.spare == ("name", "C")
    assert set(read.columns) == {"one", "two"}


def test_a_field_of_ten_megabytes_is_read() -> None:
    assert len(rows(b'A,B\n1,"' + b"x" * 10_000_000 + b'"\n')[0][1]) == 10_000_000


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("f.csv", b"", "is empty"),
        ("f.csv", b" \n\n", "is empty"),
        ("f.csv", b"PK\x03\x04....", "Excel"),
        ("f.csv", b"<html><body>", "web page"),
        ("f.csv", b'{"a": 1}', "JSON"),
        ("f.csv", bytes(range(256)) * 20, "no text"),
        ("f.csv", b"hello world\n", "not a CSV"),
        ("f.csv", b"A,C\n1,2\n", "no column 'B'"),
        ("f.csv", b"A,Bee\n1,2\n", "no column 'B'"),
        ("f.csv", b"A,B,B\n1,2,3\n", "stands 2 times"),
        ("f.csv", b'A,B\n1,2\n3,"4\n5,6\n', "line 3: a quotation mark is never closed"),
        ("f.csv.gz", b"A,B\n1,2\n", "not a gzip file"),
        ("f.csv.gz", gzip.compress(b"A,B\n1,2\n" * 99, mtime=0)[:-12], "cut short"),
        ("f.parquet", b"PAR1....PAR1", "not a Parquet file"),
        ("f.xlsx", b"", "neither CSV nor Parquet"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_sentence(name: str, data: bytes, told: str) -> None:
    with pytest.raises(DataError) as error:
        table(data, name)
    assert told in str(error.value)
    assert name in str(error.value)
    assert error.value.fix
