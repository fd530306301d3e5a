"""Names of feeds, areas and strands across batches, each fact by its index."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.feeds.claims import ALSO
from features.incidents.batch import Delivery

TEXT = pa.dictionary(pa.int32(), pa.string())


@dataclass(frozen=True, eq=False)
class Names:
    """Names and each fact's index into them; names that differ only by case are one, spelled as first met.

    Invariant: `also_sets[0]` is empty.

    Attributes:
        feeds: Names of feeds, sorted.
        areas: Codes of areas, sorted.
        strands: Names of strands, sorted.
        also_sets: Sets of further strands, by their names.
        spelled: Strand in small letters -> its spelling.
        feed: Each fact's feed.
        area: Each fact's area.
        strand: Each fact's strand, -1 where none claims it.
        also: Each fact's set of further strands.
    """

    feeds: tuple[str, ...]
    areas: tuple[str, ...]
    strands: tuple[str, ...]
    also_sets: tuple[tuple[str, ...], ...]
    spelled: dict[str, str]
    feed: NDArray[np.int32]
    area: NDArray[np.int32]
    strand: NDArray[np.int32]
    also: NDArray[np.int32]

    @classmethod
    def of(cls, facts: pa.Table, items: Sequence[Delivery]) -> "Names":
        """Return the names of facts (columns feed, area, strand) and of their deliveries."""
        # The newest reading of a file first: it may have been read again to spell its strands otherwise.
        newest = list({item.file_sha256: item for item in items if not item.released_from}.values())
        spelled: dict[str, str] = {}
        for item in (*newest, *items):
            for strand in (name for names in item.strands.values() for name in names):
                spelled.setdefault(strand.casefold(), strand)
        areas: dict[str, str] = {}
        for value in coded(facts, "area")[1]:
            areas.setdefault(value.casefold(), value)
        feeds, area_names, strand_names = (
            feed_names(items),
            tuple(sorted(areas.values())),
            tuple(sorted(spelled.values())),
        )
        also, texts = coded(facts, "also")
        sets = tuple(tuple(spelled.get(name.casefold(), name) for name in text.split(ALSO)) for text in texts)
        return cls(
            feeds,
            area_names,
            strand_names,
            ((), *sets),
            spelled,
            _recoded(facts, "feed", feeds, {}),
            _recoded(facts, "area", area_names, areas),
            _recoded(facts, "strand", strand_names, spelled),
            also + 1,
        )


def feed_names(items: Sequence[Delivery]) -> tuple[str, ...]:
    """Return the feeds of the deliveries, sorted."""
    return tuple(sorted({feed for item in items for feed in item.strands}))


def coded(facts: pa.Table, name: str) -> tuple[NDArray[np.int32], list[str]]:
    """Return each fact's code into the names of a column, -1 for none, and the names."""
    column = facts.column(name).combine_chunks()
    if isinstance(column, pa.ChunkedArray):
        column = column.chunk(0) if column.num_chunks else pa.array([], TEXT)
    return column.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32), column.dictionary.to_pylist()


def _recoded(facts: pa.Table, name: str, names: Sequence[str], spelled: dict[str, str]) -> NDArray[np.int32]:
    codes, values = coded(facts, name)
    values = [spelled.get(value.casefold(), value) for value in values]
    # The last entry is for codes of -1: no name.
    return np.append(indices(values, names), np.int32(-1))[codes]


def indices(values: Sequence[str], names: Sequence[str]) -> NDArray[np.int32]:
    """Return where each value stands among the names, -1 for nowhere."""
    where = {name: index for index, name in enumerate(names)}
    return np.array([where.get(value, -1) for value in values], dtype=np.int32)
