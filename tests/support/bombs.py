"""Files that are small and hold far more than fits: each is ingested in this process, whose largest memory is printed.

python -m tests.support.bombs FOLDER
    Prints one JSON object: bomb -> the sentence that refuses it, and "peak_mib".
"""

import io
import json
import re
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from errors import DataError
from tests.support.archive import MemoryArchive
from tests.support.exports import ingest_export, ingest_police, make_mapping, make_workspace
from tests.support.nasty_files import zipped

_MIB = 2**20
_BLOCK = b"2024-01-05,A,x\n" * 65_536


def gzip_bomb(size: int, block: bytes = _BLOCK) -> bytes:
    """Return repeated text of a size as gzip."""
    deflate = zlib.compressobj(6, zlib.DEFLATED, 31)
    parts = [deflate.compress(b"when,where,what\n")]
    parts.extend(deflate.compress(block) for _ in range(size // len(block)))
    return b"".join([*parts, deflate.flush()])


def zip_bomb(size: int) -> bytes:
    """Return a zip with one member of blanks."""
    buffer, info = io.BytesIO(), zipfile.ZipInfo("2024-01-essex-street.csv")
    info.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(buffer, "w", compresslevel=6) as archive, archive.open(info, "w") as member:
        for _ in range(size // _MIB):
            member.write(bytes(_MIB))
    return buffer.getvalue()


def parquet_bomb(rows: int, value: str) -> bytes:
    """Return a Parquet file that repeats a row."""
    column = pa.DictionaryArray.from_arrays(pa.nulls(rows, pa.int32()).fill_null(0), [value])
    buffer = io.BytesIO()
    pq.write_table(pa.table({"when": column, "where": column, "what": column}), buffer, row_group_size=rows)
    return buffer.getvalue()


BOMBS: dict[str, Callable[[], bytes]] = {
    "rows.csv.gz": lambda: gzip_bomb(250 * _MIB),
    "zeros.csv.gz": lambda: gzip_bomb(250 * _MIB, bytes(_MIB)),
    "zeros.zip": lambda: zip_bomb(250 * _MIB),
    "nested.zip": lambda: zipped({"a.csv": zip_bomb(250 * _MIB)}),
    "rows.parquet": lambda: parquet_bomb(8_000_000, "2024-01-05"),
    "words.parquet": lambda: parquet_bomb(100_000, "2024-01-05" + " " * 100_000),
}


def main(folder: Path) -> None:
    """Ingest each bomb."""
    workspace, told = make_workspace(folder / "w"), {}
    for name, made in BOMBS.items():
        path = folder / name
        path.write_bytes(made())
        for kind in ("export", "street"):
            try:
                if kind == "export":
                    accounts = ingest_export(workspace, path, make_mapping(), MemoryArchive()).accounts
                else:
                    accounts = ingest_police(workspace, path, MemoryArchive()).accounts
                told[f"{name} as {kind}"] = f"{accounts.read} rows read"
            except DataError as error:
                told[f"{name} as {kind}"] = str(error)
    # Of this program alone: the maximum that getrusage tells includes that of the process that was forked.
    [kib] = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("utf-8"))
    peak = int(kib) // 1024
    sys.stdout.write(json.dumps({**told, "peak_mib": peak}) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
