"""Columns of text, made by the million: identifiers, dates, times and chosen words, as Arrow arrays.

Texts of one width are assembled as a matrix of bytes, which is some fifty times faster than formatting them one by one.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Bytes = NDArray[np.uint8]
MINUTES_A_DAY = 1440
_HEX = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
_ZERO = ord("0")


def numbered(prefix: str, numbers: Integers, width: int) -> pa.Array:
    """Return identifiers: a prefix and a number with leading zeros."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    digits = (numbers[:, None] // powers % 10 + _ZERO).astype(np.uint8)
    return _texts(np.hstack([_constant(prefix, len(numbers)), digits]))


def hashed(prefix: str, numbers: Integers, key: int) -> pa.Array:
    """Return identifiers that do not show their order: a prefix and 16 hexadecimal digits.

    The mixing is that of splitmix64 (Steele, Lea and Flood 2014), which maps no two numbers to one.
    """
    x = numbers.astype(np.uint64) + np.uint64(key)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    shifts = np.arange(60, -4, -4).astype(np.uint64)
    digits = _HEX[(x[:, None] >> shifts & np.uint64(15)).astype(np.intp)]
    return _texts(np.hstack([_constant(prefix, len(numbers)), digits]))


def days(numbers: Integers, style: str = "%Y-%m-%d") -> pa.Array:
    """Return dates of days since 1970."""
    return _texts(_days(numbers, style))


def moments(minutes: Integers) -> pa.Array:
    """Return "YYYY-MM-DD HH:MM" of minutes since 1970, local time."""
    date, minute = np.divmod(minutes, MINUTES_A_DAY)
    space = _constant(" ", len(minutes))
    return _texts(np.hstack([_days(date, "%Y-%m-%d"), space, _clock(minute)]))


def clock(minutes: Integers) -> pa.Array:
    """Return "HH:MM" of minutes since 1970."""
    return _texts(_clock(minutes % MINUTES_A_DAY))


def chosen(words: Sequence[str], index: NDArray[np.generic]) -> pa.Array:
    """Return words picked by index; nothing for -1."""
    words_at = pa.array(index.astype(np.int32), mask=np.asarray(index) < 0)
    return pa.DictionaryArray.from_arrays(words_at, pa.array(words, pa.string()))


def flags(values: NDArray[np.bool_]) -> pa.Array:
    """Return Y and N."""
    return chosen(("N", "Y"), values.astype(np.int8))


def local(minutes: Integers) -> Integers:
    """Return local times that exist once: on the days on which the clocks change, an hour after 01:00 to 01:59."""
    date, minute = np.divmod(minutes, MINUTES_A_DAY)
    day = date.astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    of_month = (day - month.astype("datetime64[D]")).astype(np.int64) + 1
    # 1970-01-01 was a Thursday; the clocks change on the last Sunday of March and of October, both of 31 days.
    changes = np.isin(month.astype(np.int64) % 12, (2, 9)) & (of_month > 24) & ((date + 3) % 7 == 6)
    return minutes + np.where(changes & (minute // 60 == 1), 60, 0)


def _days(numbers: Integers, style: str) -> Bytes:
    first = int(numbers.min()) if len(numbers) else 0
    last = int(numbers.max()) if len(numbers) else 0
    span = np.arange(first, last + 1).astype("datetime64[D]").tolist()
    table = np.array([day.strftime(style).encode() for day in span])
    return table.view(np.uint8).reshape(len(table), -1)[numbers - first]


def _clock(minute: Integers) -> Bytes:
    table = np.array([f"{number // 60:02d}:{number % 60:02d}".encode() for number in range(MINUTES_A_DAY)])
    return table.view(np.uint8).reshape(MINUTES_A_DAY, -1)[minute]


def _constant(text: str, count: int) -> Bytes:
    return np.broadcast_to(np.frombuffer(text.encode(), dtype=np.uint8), (count, len(text)))


def _texts(matrix: Bytes) -> pa.Array:
    count, width = matrix.shape
    offsets = np.arange(count + 1, dtype=np.int32) * np.int32(width)
    data = np.ascontiguousarray(matrix)
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(data))
