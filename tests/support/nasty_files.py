"""Nasty files of other kinds: archives, gzip, Parquet, and what only calls itself a CSV."""

import bz2
import gzip
import io
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import chain
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.support.nasty import STREET_NAME, Nasty, export, refused, street_table, table

_PLAIN = table().encode()
_STREET = street_table().encode()


def nasty_files() -> list[Nasty]:
    """Return them all."""
    return list(chain(_kinds(), _gzips(), _zips(), _damaged_zips(), _parquets(), _damaged_parquets()))


def zipped(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return buffer.getvalue()


def parquet(columns: Mapping[str, Any], **how: Any) -> bytes:
    """Return a Parquet file."""
    buffer = io.BytesIO()
    pq.write_table(pa.table(dict(columns)), buffer, **how)
    return buffer.getvalue()


def _kinds() -> Iterator[Nasty]:
    pages = {
        "a web page": b"<!DOCTYPE html><html><table><tr><td>when</td></tr></table></html>",
        "a web page after a mark": b"\xef\xbb\xbf\n <html></html>",
        "an error page": b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>",
        "JSON": b'{"when": "2024-01-05", "where": "A"}',
        "JSON lines": b'[{"when": 1}]\n[{"when": 2}]\n',
        "a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
        "an old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
        "a workbook": zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}),
        "a database": b"SQLite format 3\0" + bytes(100),
        "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4,
        "a program": b"\x7fELF\x02\x01\x01" + bytes(500),
        "Parquet": parquet({"when": ["2024-01-05"]}),
        "gzip": gzip.compress(_PLAIN),
        "bzip2": bz2.compress(_PLAIN),
        "random bytes": bytes((number * 7919 + 13) % 256 for number in range(4096)),
    }
    for name, data in pages.items():
        yield refused(f"{name} named csv", data, "")
        yield Nasty(f"{name} named as a street file", STREET_NAME, data, refusal="", street=True)
    for file in ("export.xlsx", "export", "export.json", "export.csv.bak", "export.tsv.gz", ".csv.zip.txt.exe"):
        yield refused(f"named {file}", _PLAIN, "neither CSV nor Parquet", file=file)
    for file in ("EXPORT.CSV", "export.TXT", "a b\u00e9\u4e2d.csv", "export..csv", ".csv", "n" * 200 + ".csv"):
        yield export(f"named {file[:20]}", _PLAIN, file=file)
    yield refused("CSV named Parquet", _PLAIN, "not a Parquet file", file="export.parquet")
    yield refused("CSV named gzip", _PLAIN, "not a gzip file", file="export.csv.gz")
    yield refused("CSV named zip", _PLAIN, "not a zip archive", file="export.zip")


def _gzips() -> Iterator[Nasty]:
    good = gzip.compress(_PLAIN, mtime=0)
    wrong = bytearray(good)
    wrong[-8] ^= 1
    cases: dict[str, tuple[bytes, int | None, str]] = {
        "gzip": (good, 3, ""),
        "two members of gzip": (gzip.compress(_PLAIN[:30]) + gzip.compress(_PLAIN[30:]), 3, ""),
        "gzip and blanks": (good + bytes(512), 3, ""),
        "gzip and rubbish": (good + b"rubbish", None, "not a gzip file"),
        "truncated gzip": (good[:-12], None, "cut short"),
        "gzip cut in its head": (good[:5], None, "not a gzip file"),
        "gzip with a wrong sum": (bytes(wrong), None, "not a gzip file"),
        "gzip of nothing": (gzip.compress(b""), None, "empty"),
        "empty gzip": (b"", None, "empty"),
        "gzip of gzip": (gzip.compress(good), None, "is a gzip file"),
        "gzip of a zip": (gzip.compress(zipped({"a.csv": _PLAIN})), None, "is a zip archive"),
        "gzip of a header": (gzip.compress(b"when,where,what\n"), None, "no rows"),
    }
    for name, (data, rows, words) in cases.items():
        yield export(name, data, rows, refusal=words, file="export.csv.gz")


def _zips() -> Iterator[Nasty]:
    slips = (
        "../../export.csv",
        "/etc/export.csv",
        "C:\\export.csv",
        "..\\..\\export.csv",
        "a/../../b.csv",
        "~/.ssh/export.csv",
    )
    for name in (*slips, "a\nb.csv", "\u202ecsv.exe.csv", "n" * 5000 + ".csv", "caf\u00e9/\u4e2d.csv"):
        yield export(f"member {name[:24]!a}", zipped({name: _PLAIN}), file="export.zip")
    for name in ("../../", "/", "C:/", "a/../../../"):
        data = zipped({f"{name}{STREET_NAME}": _STREET})
        yield Nasty(f"street file at {name}", "download.zip", data, 3, street=True)
    for name, method in {"stored": zipfile.ZIP_STORED, "bzip2": zipfile.ZIP_BZIP2, "lzma": zipfile.ZIP_LZMA}.items():
        yield export(f"{name} zip", zipped({"a.csv": _PLAIN}, method), file="export.zip")
    yield export("folders in a zip", zipped({"a.csv/": b"", "a.csv/b.csv": _PLAIN}), file="export.zip")
    yield export(
        "the same file twice in a zip",
        zipped({"a.csv": _PLAIN, "b.csv": _PLAIN}),
        6,
        rules={"file-already-ingested": 3},
        file="export.zip",
    )
    yield export("a zip after rubbish", b"rubbish" * 9 + zipped({"a.csv": _PLAIN}), file="export.zip")
    inner = zipped({"a.csv": _PLAIN})
    yield refused("a zip in a zip", zipped({"inner.zip": inner}), "neither CSV nor Parquet", file="export.zip")
    yield Nasty(
        "a zip in a zip, street",
        "d.zip",
        zipped({"2024-01-essex-street.zip": inner}),
        refusal="no street-level",
        street=True,
    )
    yield refused("a zip in a zip, named csv", zipped({"inner.csv": inner}), "is a zip archive", file="export.zip")
    yield refused("a zip of nothing", zipped({}), "holds no file", file="export.zip")
    yield refused("a zip of folders", zipped({"a/": b"", "a/b/": b""}), "holds no file", file="export.zip")
    yield refused(
        "a good and a bad member", zipped({"a.csv": _PLAIN, "b.csv": b"\0" * 99}), "no text", file="export.zip"
    )


def _damaged_zips() -> Iterator[Nasty]:
    good = zipped({STREET_NAME: _STREET}, zipfile.ZIP_STORED)
    local, central = good.index(b"PK\x03\x04"), good.index(b"PK\x01\x02")

    def edited(changes: Mapping[int, bytes]) -> bytes:
        data = bytearray(good)
        for at, value in changes.items():
            data[at : at + len(value)] = value
        return bytes(data)

    cases = {
        "encrypted zip": (edited({local + 6: b"\1\0", central + 8: b"\1\0"}), "encrypted"),
        "zip with a wrong sum": (edited({local + 14: b"\0\0\0\0", central + 16: b"\0\0\0\0"}), "damaged"),
        "zip of an unknown method": (edited({local + 8: b"\x63\0", central + 10: b"\x63\0"}), "damaged"),
        "zip with a member changed": (good.replace(b"Burglary", b"burglary", 1), "damaged"),
        "zip that says less than it holds": (edited({central + 24: struct.pack("<I", 10)}), "damaged"),
        "zip that says more than it holds": (edited({central + 20: struct.pack("<II", 10**6, 10**6)}), "damaged"),
        "zip whose member lies elsewhere": (edited({central + 42: struct.pack("<I", 10**6)}), "damaged"),
        "zip whose names differ": (edited({local + 30: b"x"}), "damaged"),
        "truncated zip": (good[: len(good) // 2], "not a zip archive"),
        "zip without its end": (good[:-10], "not a zip archive"),
        "zip of zeros": (bytes(1000), "not a zip archive"),
        "empty zip": (b"", "not a zip archive"),
    }
    for name, (data, words) in cases.items():
        yield Nasty(name, "download.zip", data, refusal=words, street=True)
        yield refused(f"{name}, export", data, words, file="export.zip")
    entry, end = good[central : good.index(b"PK\x05\x06")], good[good.index(b"PK\x05\x06") :]
    for number, words in ((60_000, "too large"),):
        many = good[:central] + entry * number
        tail = end[:8] + struct.pack("<HHII", number, number, len(entry) * number, central) + end[20:]
        yield Nasty(f"zip of {number:,} members", "download.zip", many + tail, refusal=words, street=True)


def _parquets() -> Iterator[Nasty]:
    where, what = ["A", "B", "A"], ["x", "y", "x"]
    days = [date(2024, 1, day) for day in (5, 6, 7)]
    instants = [datetime(2024, 1, day, 12) for day in (5, 6, 7)]  # noqa: DTZ001 - as exports hold them
    kinds: dict[str, tuple[Any, int | None]] = {
        "days": (pa.array(days), 3),
        "instants in ns": (pa.array(instants, pa.timestamp("ns")), 3),
        "instants of a zone": (pa.array(instants, pa.timestamp("us", "Europe/London")), 3),
        "text as dictionaries": (pa.array([str(day) for day in days]).dictionary_encode(), 3),
        "large text": (pa.array([str(day) for day in days], pa.large_string()), 3),
        "bytes": (pa.array([str(day).encode() for day in days], pa.binary()), 3),
        "whole numbers": (pa.array([20240105, 20240106, 20240107]), 3),
        "nothing": (pa.nulls(3), None),
        "numbers": (pa.array([1e999, float("nan"), -0.0]), None),
        "truths": (pa.array([True, False, None]), None),
        "times": (pa.array([time(1), time(2), time(3)]), None),
        "spans": (pa.array([timedelta(1)] * 3), None),
        "decimals": (pa.array([Decimal("1.5")] * 3), None),
        "lists": (pa.array([[str(day)] for day in days]), None),
        "records": (pa.array([{"day": str(day)} for day in days]), None),
        "maps": (pa.array([[("day", "2024")]] * 3, pa.map_(pa.string(), pa.string())), None),
        "bytes that are no text": (pa.array([b"\xff\xfe"] * 3, pa.binary()), None),
        "text that is none": (
            pa.Array.from_buffers(pa.string(), 3, pa.array([b"\xff\xfe"] * 3, pa.binary()).buffers()),
            None,
        ),
        "years beyond reach": (pa.array([2**62] * 3, pa.timestamp("us")), None),
    }
    for name, (column, rows) in kinds.items():
        yield export(
            f"Parquet of {name}", parquet({"when": column, "where": where, "what": what}), rows, file="e.parquet"
        )
        others = {"when": [str(day) for day in days], "where": where, "what": what, "note": column}
        yield export(f"Parquet with {name} beside", parquet(others), 3, file="e.parquet")
    doubled = pa.Table.from_arrays([pa.array(["2024-01-05"])] * 4, ["when", "where", "what", "where"])
    buffer = io.BytesIO()
    pq.write_table(doubled, buffer)
    yield refused("Parquet with a column twice", buffer.getvalue(), "2 times", file="e.parquet")
    plain = {"when": [str(day) for day in days], "where": where, "what": what}
    yield refused(
        "Parquet without rows",
        parquet({name: pa.array([], pa.string()) for name in plain}),
        "no rows",
        file="e.parquet",
    )
    yield refused("Parquet without columns", parquet({}), "has no column", file="e.parquet")
    yield export(
        "Parquet of many columns", parquet({**plain, **{f"c{n}": [1] * 3 for n in range(2000)}}), file="e.parquet"
    )
    for codec in ("gzip", "brotli", "lz4", "zstd", "none"):
        yield export(f"Parquet, {codec}", parquet(plain, compression=codec), file="e.pq")


def _damaged_parquets() -> Iterator[Nasty]:
    good = parquet({name: [f"{name}{number}" for number in range(500)] for name in ("when", "where", "what")})
    broken: dict[str, Callable[[], bytes]] = {
        "truncated Parquet": lambda: good[: len(good) // 2],
        "Parquet without its end": lambda: good[:-4],
        "Parquet whose footer is long": lambda: good[:-8] + struct.pack("<I", 2**31 - 1) + b"PAR1",
        "Parquet whose footer is rubbish": lambda: good[:-200] + bytes(192) + good[-8:],
        "Parquet whose pages are zeros": lambda: good[:4] + bytes(len(good) // 2) + good[4 + len(good) // 2 :],
        "Parquet that is only its name": lambda: b"PAR1PAR1",
        "encrypted Parquet": lambda: good[:-4] + b"PARE",
        "empty Parquet": lambda: b"",
    }
    for name, made in broken.items():
        yield refused(name, made(), "", file="e.parquet")
