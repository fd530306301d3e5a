"""Rows whose code of another edition became several areas: each row goes whole to one of them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.areas.apportion import keyed_rows, whole_rows
from features.feeds.reading import Setting
from features.feeds.tables import RawTable
from features.feeds.values import Coded


def settled_areas(
    table: RawTable, setting: Setting, longitude: NDArray[np.float64], latitude: NDArray[np.float64], subject: str
) -> Coded | None:
    """Return the column of area codes, codes that became several areas replaced row by row by one of them.

    A row goes to the one of them that its point lies in, where it has a point and the areas have polygons. Else a row
    with a natural key goes where a hash of the key says, so that every delivery of the incident, a revision or a
    retraction included, is placed alike. Other rows are dealt out in the order of a hash of their values, so that the
    areas of a file are in proportion whatever the order of its rows. Both hashes are keyed by the workspace's salt.
    """
    column = table.columns.get("area_code")
    shared = setting.places.shared(column.values) if column is not None else {}
    if column is None or not shared:
        return column
    rows = np.flatnonzero(np.isin(np.arange(len(column.values)), list(shared))[column.codes])
    rows = rows[np.argsort(column.codes[rows], kind="stable")]
    met, starts = np.unique(column.codes[rows], return_index=True)
    areas = np.array(setting.places.of_points(longitude[rows], latitude[rows]), dtype=object)
    hashes, keyed = _hashes(table, rows, setting, subject)
    values, codes = list(column.values), column.codes.copy()
    for value, mine in zip(met.tolist(), np.split(np.arange(len(rows)), starts[1:]), strict=True):
        targets, shares = shared[value]
        chosen = _by_point(targets, areas[mine])
        for left, deal in ((chosen < 0) & keyed[mine], keyed_rows), ((chosen < 0) & ~keyed[mine], whole_rows):
            chosen[left] = deal(hashes[mine][left], shares)
        codes[rows[mine]] = len(values) + chosen
        values.extend(targets)
    return replace(column, codes=codes, values=tuple(values))


def recoded_rows(table: RawTable, setting: Setting) -> int:
    """Return how many rows have a code of another edition that the workspace's lookup knows."""
    column = table.columns.get("area_code")
    return 0 if column is None else int(column.weights()[setting.places.recoded(column.values)].sum())


def _by_point(targets: Sequence[str], areas: NDArray[np.object_]) -> NDArray[np.int64]:
    """Return the index of each area among the targets, -1 where it is none of them."""
    chosen = np.full(len(areas), -1, dtype=np.int64)
    for index, target in enumerate(targets):
        chosen[areas == target] = index
    return chosen


def _hashes(
    table: RawTable, rows: NDArray[np.int64], setting: Setting, subject: str
) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """Return a hash of each row, and whether it is that of its natural key; of its values where it has none."""
    keys = setting.keys_of(subject, table)[rows]
    keyed = (keys != 0).any(axis=1)
    hashes = keys[:, 0].copy()
    texts = {key: replace(column, codes=column.codes[rows[~keyed]]).texts() for key, column in table.columns.items()}
    hashes[~keyed] = setting.fingerprints(pd.DataFrame(texts))
    return hashes, keyed
