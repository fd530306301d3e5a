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

_SUBJECT = "changed codes"


def settled_areas(
    table: RawTable, setting: Setting, longitude: NDArray[np.float64], latitude: NDArray[np.float64]
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
    values = list(column.values)
    codes = column.codes.copy()
    for value, (targets, shares) in shared.items():
        rows = np.flatnonzero(column.codes == value)
        chosen = _by_point(targets, setting, longitude[rows], latitude[rows])
        left = chosen < 0
        chosen[left] = _dealt(table, rows[left], shares, setting)
        codes[rows] = len(values) + chosen
        values.extend(targets)
    return replace(column, codes=codes.astype(np.int32), values=tuple(values))


def _by_point(
    targets: Sequence[str], setting: Setting, longitude: NDArray[np.float64], latitude: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return the index of the target that holds each point, -1 where none does."""
    where = {target: index for index, target in enumerate(targets)}
    areas = setting.places.of_points(longitude, latitude)
    return np.array([-1 if area is None else where.get(area, -1) for area in areas], dtype=np.int64)


def _dealt(
    table: RawTable, rows: NDArray[np.int64], shares: NDArray[np.float64], setting: Setting
) -> NDArray[np.int64]:
    chosen = np.empty(len(rows), dtype=np.int64)
    ids = table.columns.get("incident_id")
    keyed = ~ids.is_blank()[rows] if ids is not None else np.zeros(len(rows), dtype=np.bool_)
    if ids is not None and keyed.any():
        keys = setting.keys(_SUBJECT, [ids.values[code] for code in ids.codes[rows[keyed]]])
        chosen[keyed] = keyed_rows(keys[:, 0], shares)
    if not keyed.all():
        keep = np.zeros(len(table.rows), dtype=np.bool_)
        keep[rows[~keyed]] = True
        texts = pd.DataFrame({key: column[keep].texts() for key, column in table.columns.items()})
        chosen[~keyed] = whole_rows(setting.fingerprints(texts), shares)
    return chosen
