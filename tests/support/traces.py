"""Traces: whatever can still be read of a row in the files of a store."""

import io
from collections.abc import Iterable

import pyarrow as pa
import pyarrow.parquet as pq


def laid_open(data: bytes) -> bytes:
    """Return a file's bytes and, of Parquet, also every word of its dictionaries and every cell without compression."""
    if data[:4] != b"PAR1":
        return data
    table = pq.read_table(pa.BufferReader(data))
    words = [
        word
        for column in table.columns
        if pa.types.is_dictionary(column.type)
        for chunk in column.chunks
        for word in chunk.dictionary.to_pylist()
    ]
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="none", use_dictionary=False)
    return b"\n".join([data, buffer.getvalue(), "\n".join(map(str, words)).encode()])


def found_in(files: Iterable[bytes], traces: Iterable[bytes]) -> set[bytes]:
    """Return which of the traces are in one of the files."""
    everything = b"\n".join(map(laid_open, files))
    return {trace for trace in traces if trace in everything}
