"""Small twins: two districts of Essex and a few weeks, made in a moment."""

from datetime import date
from functools import lru_cache

import pyarrow as pa

from experiments.twin.county import County, essex
from experiments.twin.parameters import Parameters
from experiments.twin.twin import Twin, make_twin
from models.progress import silent

DISTRICTS = ("Harlow", "Maldon")
END = date(2018, 12, 30)


@lru_cache(maxsize=1)
def small_county() -> County:
    """Return the 94 areas of two districts."""
    return essex().only(DISTRICTS)


@lru_cache(maxsize=1)
def parameters() -> Parameters:
    """Return the generator's parameters."""
    return Parameters.load()


@lru_cache(maxsize=8)
def small_twin(seed: int = 1, weeks: int = 26) -> Twin:
    """Return a twin of the small county."""
    return make_twin(small_county(), seed, END, weeks, parameters(), silent)


def rows(twin: Twin, feed: str) -> list[dict[str, object]]:
    """Return a feed's rows."""
    table: pa.Table = twin.delivery(feed).table
    return list(table.to_pylist())
