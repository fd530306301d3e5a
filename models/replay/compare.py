"""Comparing: whether two results are the same to the bit, and where they first differ if they are not."""

import json
import math
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from models.replay.outcome import Part

# Another processor rounds otherwise: sums differ in their last digits, not more.
CLOSE = 1e-9
_LONGEST = 80
_OTHERWISE = "every value is the same bits, in a file that is written otherwise"


def compared_tables(name: str, recorded: bytes, found: bytes, digests: tuple[str, str]) -> Part:
    """Compare two Parquet files: by their bytes, else value by value.

    Args:
        name: What they are.
        recorded: The one that was kept.
        found: The one made again.
        digests: Their hashes.
    """
    if digests[0] == digests[1]:
        return Part(name, "same", "", *digests)
    then, now = (pq.read_table(BytesIO(data)).to_pandas() for data in (recorded, found))
    if list(then.columns) != list(now.columns) or len(then) != len(now):
        said = (
            f"{len(then):,} rows of {len(then.columns)} columns were recorded, {len(now):,} of {len(now.columns)} found"
        )
        return Part(name, "differs", said, *digests)
    apart = False
    for column in then.columns:
        verdict, said = _column(str(column), then[column], now[column])
        if verdict == "differs":
            return Part(name, "differs", said, *digests)
        apart = apart or verdict == "close"
    if apart:
        return Part(name, "close", "", *digests)
    return Part(name, "close", _OTHERWISE, *digests)


def compared_documents(name: str, recorded: Any, found: Any, digests: tuple[str, str] = ("", "")) -> Part:
    """Compare two JSON documents: same, close where only floats differ and by no more than `CLOSE`, else differs."""
    close = False
    for path, then, now in _apart(recorded, found, ""):
        if isinstance(then, float) and isinstance(now, float | int) and _near(then, float(now)):
            close = True
            continue
        said = f"{path or 'the whole'} was {_short(then)} and is {_short(now)}"
        return Part(name, "differs", said, *digests)
    if not close and digests[0] != digests[1]:
        return Part(name, "close", _OTHERWISE, *digests)
    return Part(name, "close" if close else "same", "", *digests)


def parsed(data: bytes) -> Any:
    """Return the JSON of a file."""
    return json.loads(data)


def _column(name: str, then: "pd.Series[Any]", now: "pd.Series[Any]") -> tuple[str, str]:
    if pd.api.types.is_float_dtype(then) and pd.api.types.is_float_dtype(now):
        one, other = then.to_numpy(np.float64), now.to_numpy(np.float64)
        same = (one == other) | (np.isnan(one) & np.isnan(other))
        if same.all():
            return "same", ""
        near = np.abs(one - other) <= CLOSE * np.maximum(np.abs(one), np.abs(other))
        if (same | near).all():
            return "close", ""
        at = int(np.flatnonzero(~(same | near))[0])
        return "differs", f"{name} of row {at} was {float(one[at])!r} and is {float(other[at])!r}"
    texts = then.astype(str).to_numpy(), now.astype(str).to_numpy()
    differing = np.flatnonzero(texts[0] != texts[1])
    if not len(differing):
        return "same", ""
    at = int(differing[0])
    return "differs", f"{name} of row {at} was {_short(texts[0][at])} and is {_short(texts[1][at])}"


def _apart(then: Any, now: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """Yield where two documents differ: path, recorded value, found value."""
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        for key in sorted({*then, *now}):
            place = f"{path}.{key}" if path else str(key)
            if key not in then or key not in now:
                yield place, then.get(key), now.get(key)
            else:
                yield from _apart(then[key], now[key], place)
    elif isinstance(then, list | tuple) and isinstance(now, list | tuple):
        if len(then) != len(now):
            yield f"the length of {path}", len(then), len(now)
            return
        for number, (one, other) in enumerate(zip(then, now, strict=True)):
            yield from _apart(one, other, f"{path}[{number}]")
    elif then != now or type(then) is not type(now):
        yield path, then, now


def _near(then: float, now: float) -> bool:
    return math.isclose(then, now, rel_tol=CLOSE, abs_tol=0.0)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
