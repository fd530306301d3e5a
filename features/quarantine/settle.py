"""Settling rows that are released from quarantine: each counts as if it had stood in its file from the beginning."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.feeds.reading import Revised
from features.incidents.archive import Archive, Entry
from features.incidents.batch import Delivery, current, read_facts
from features.incidents.extent import within
from features.incidents.settle import HELD, newest_rows, repeats

# Where a row stands: the number of its file, and its number within.
PLACE = "place"
_FILES = 2**32
_KEY = ["key_high", "key_low"]
_COMPARED = [*_KEY, "fingerprint", "revision", PLACE]


class HeldRows:
    """What is held now, as far as released rows are compared with it."""

    def __init__(self, archive: Archive, held: Sequence[tuple[Entry, Delivery]]) -> None:
        self._archive = archive
        self._held = current(held)
        names = [entry.name for entry, item in self._held if not item.released_from]
        self._rank = {name: rank for rank, name in enumerate(names)}
        self._tables: dict[str, pd.DataFrame] = {}
        self._added: list[tuple[str, pd.DataFrame]] = []

    def owner(self, name: str) -> Delivery:
        """Return the delivery of a batch that counts."""
        return next(item for entry, item in self._held if entry.name == name)

    def of_file(self, name: str) -> pd.DataFrame:
        """Return the facts of a file, with those that were released from it: columns `HELD` and `place`."""
        own = [entry for entry, item in self._held if name in (entry.name, item.released_from)]
        return self._joined([*(self._table(entry, name) for entry in own), *self._new({name})])

    def of_feeds(self, feeds: Sequence[str]) -> pd.DataFrame:
        """Return the facts of all appended files of some feeds."""
        own = [
            (entry, item.released_from or entry.name)
            for entry, item in self._held
            if item.delivery == "append" and not set(feeds).isdisjoint(item.strands)
        ]
        tables = [self._table(entry, name) for entry, name in own]
        return self._joined([*tables, *self._new({name for _, name in own})])

    def placed(self, facts: pd.DataFrame, name: str) -> pd.DataFrame:
        """Return facts of a file with the place of each."""
        return facts.assign(**{PLACE: self._rank[name] * _FILES + facts["row"].to_numpy(dtype=np.int64)})

    def add(self, facts: pd.DataFrame, name: str) -> None:
        """Take in rows that are released now, so that those of later files are compared with them."""
        self._added.append((name, self.placed(facts, name)[[*HELD, PLACE]]))

    def superseded(self, facts: pd.DataFrame, name: str) -> NDArray[np.bool_]:
        """Return which facts of a file lie in what another file holds now."""
        holder = np.full(len(facts), -1)
        for entry, item in self._held:
            if not item.released_from:
                holder[within(facts, item)] = self._rank[entry.name]
        other: NDArray[np.bool_] = (holder >= 0) & (holder != self._rank[name])
        return other

    def _table(self, entry: Entry, name: str) -> pd.DataFrame:
        if entry.name not in self._tables:
            table = read_facts(self._archive, entry, (*HELD, "row")).to_pandas()
            self._tables[entry.name] = self.placed(table, name)[[*HELD, PLACE]]
        return self._tables[entry.name]

    def _new(self, names: set[str]) -> list[pd.DataFrame]:
        return [facts for name, facts in self._added if name in names]

    @staticmethod
    def _joined(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
        return pd.concat(tables, ignore_index=True)


def settle_released(
    facts: pd.DataFrame, held: pd.DataFrame, revised: Revised
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which released rows are held already, and which of the others are older revisions of what is held.

    Args:
        facts: The rows, with their places.
        held: What they are compared with: columns `HELD` and `place`.
        revised: Which row of a natural key counts.
    """
    met = held[held["key_low"].isin(pd.unique(facts["key_low"]))]
    both = pd.concat([met[_COMPARED], facts[_COMPARED]], ignore_index=True)
    new = np.arange(len(both)) >= len(met)
    keyed = (both[_KEY] != 0).any(axis=1).to_numpy()
    order = np.argsort(both[PLACE].to_numpy(), kind="stable")
    same = np.zeros(len(both), dtype=np.bool_)
    if revised == "by-delivery":
        same[order] = repeats(both.iloc[order], newest_only=True)
    else:
        same = repeats(both, newest_only=False)
    same = same & keyed & new
    older = np.zeros(len(both), dtype=np.bool_)
    if revised != "no":
        order = order[~same[order]]
        left = both.iloc[order]
        newest = newest_rows(*(left[name].to_numpy() for name in (*_KEY, "revision")))
        older[order] = ~newest & keyed[order]
    return same[new], older[new]
