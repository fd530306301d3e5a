"""Names of feeds, areas and strands across batches, each fact by its index."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.incidents.batch import Delivery

TEXT = pa.dictionary(pa.int32(), pa.string())


@dataclass(frozen=True, eq=False)
class Names:
    """Names and each fact's index into them; names that differ only by case are one, spelled as first met."""

    feeds: tuple[str, ...]
    areas: tuple[str, ...]
    strands: tuple[str, ...]
    spelled: dict[str, str]
    feed: NDArray[np.int32]
    area: NDArray[np.int32]
    strand: NDArray[np.int32]

    @classmethod
    def of(cls, facts: pa.Table, items: Sequence[Delivery]) -> "Names":
        """Return the names of facts (columns feed, area, strand) and of their deliveries."""
        # The newest reading of a file first: it may have been read again to spell its strands otherwise.
        newest = list({item.file_sha256: item for item in items}.values())
        spelled: dict[str, str] = {}
        for item in (*newest, *items):
            for strand in (name for names in item.strands.values() for name in names):
                spelled.setdefault(strand.casefold(), strand)
        areas: dict[str, str] = {}
        for value in _coded(facts, "area")[1]:
            areas.setdefault(value.casefold(), value)
        feeds, area_names, strand_names = (
            feed_names(items),
            tuple(sorted(areas.values())),
            tuple(sorted(spelled.values())),
        )
        return cls(
            feeds,
            area_names,
            strand_names,
            spelled,
            _recoded(facts, "feed", feeds, {}),
            _recoded(facts, "area", area_names, areas),
            _recoded(facts, "strand", strand_names, spelled),
        )


def feed_names(items: Sequence[Delivery]) -> tuple[str, ...]:
    """Return the feeds of the deliveries, sorted."""
    return tuple(sorted({feed for item in items for feed in item.strands}))


def _coded(facts: pa.Table, name: str) -> tuple[NDArray[np.int32], list[str]]:
    column = facts.column(name).combine_chunks()
    if isinstance(column, pa.ChunkedArray):
        column = column.chunk(0) if column.num_chunks else pa.array([], TEXT)
    return column.indices.to_numpy(zero_copy_only=False).astype(np.int32), column.dictionary.to_pylist()


def _recoded(facts: pa.Table, name: str, names: Sequence[str], spelled: dict[str, str]) -> NDArray[np.int32]:
    codes, values = _coded(facts, name)
    values = [spelled.get(value.casefold(), value) for value in values]
    return indices(values, names)[codes]


def indices(values: Sequence[str], names: Sequence[str]) -> NDArray[np.int32]:
    """Return where each value stands among the names, -1 for nowhere."""
    where = {name: index for index, name in enumerate(names)}
    return np.array([where.get(value, -1) for value in values], dtype=np.int32)
