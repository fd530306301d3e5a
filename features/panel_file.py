"""The panel as a file: every array exactly, of each only the cells that differ from its most frequent value.

Parquet with the columns `array` (its name), `cell` (flat index) and `value`; what is no array is JSON in the schema's
metadata. It holds all that a forecast starts from, so that one can be repeated when the rows behind it are erased.
"""

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date, datetime
from io import BytesIO
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from errors import DataError
from features.areas.areas import Areas
from features.completeness.changes import RecordingChange
from features.incidents.incidents import Erased
from features.months import Months
from features.panel import Panel
from features.provenance import PROVENANCE

_VERSION = 1
_KEY = b"panel"
_CLASS = "class/"
_MONTHS = "months/"
_DAILY = "daily"
_AREA_ARRAYS = ("population", "hectares", "deprivation_decile", "points")


def to_bytes(panel: Panel) -> bytes:
    """Return a panel as a file; the same panel gives the same bytes."""
    arrays = _arrays(panel)
    kept = {name: _cells(array) for name, array in arrays.items()}
    about = {
        "version": _VERSION,
        "arrays": {
            name: {"shape": list(array.shape), "type": array.dtype.str, "fill": kept[name][0]}
            for name, array in arrays.items()
        },
        **_document(panel),
        "areas": _areas_document(panel.areas),
        **({"months": _document(panel.months.panel)} if panel.months else {}),
    }
    sizes = [len(cells) for _, cells, _ in kept.values()]
    table = pa.table(
        {
            "array": pa.DictionaryArray.from_arrays(np.repeat(np.arange(len(kept), dtype=np.int32), sizes), list(kept)),
            "cell": np.concatenate([cells for _, cells, _ in kept.values()]),
            "value": np.concatenate([values for _, _, values in kept.values()]),
        }
    ).replace_schema_metadata({_KEY: json.dumps(about, ensure_ascii=False, separators=(",", ":")).encode()})
    buffer = BytesIO()
    encoding = {"cell": "DELTA_BINARY_PACKED"}
    pq.write_table(table, buffer, compression="zstd", use_dictionary=["array", "value"], column_encoding=encoding)
    return buffer.getvalue()


def from_bytes(data: bytes) -> Panel:
    """Return the panel of a file.

    Raises:
        DataError: It holds none that can be read.
    """
    try:
        table = pq.read_table(BytesIO(data))
        about = json.loads(table.schema.metadata[_KEY])
    except (pa.ArrowException, KeyError, TypeError, ValueError):
        table, about = pa.table({}), {}
    if about.get("version") != _VERSION:
        raise DataError("holds no panel that can be read", place="panel", fix="restore it from a backup")
    arrays = _filled(table, about["arrays"])
    areas = _areas(about["areas"])
    panel = _panel(about, arrays, areas)
    if "months" not in about:
        return panel
    beside = {name.removeprefix(_MONTHS): array for name, array in arrays.items() if name.startswith(_MONTHS)}
    return replace(panel, months=Months(_panel(about["months"], beside, areas), arrays[_DAILY]))


def _document(panel: Panel) -> dict[str, Any]:
    """Return what a panel is besides its arrays and areas, as JSON."""
    return {
        "kind": panel.kind,
        "first": panel.first,
        "as_of": panel.as_of.isoformat(),
        "strands": list(panel.strands),
        "changes": [change.as_document() for change in panel.changes],
        "left_out": list(panel.left_out),
        "erased": [[item.feed, item.before.isoformat(), item.at.isoformat()] for item in panel.erased],
    }


def _panel(about: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], areas: Areas) -> Panel:
    return Panel(
        counts=arrays["counts"],
        once=arrays["once"],
        reported=arrays["reported"],
        classes={name: arrays[f"{_CLASS}{name}"] for name in PROVENANCE if f"{_CLASS}{name}" in arrays},
        observed=arrays["observed"],
        kind=about["kind"],
        first=about["first"],
        areas=areas,
        strands=tuple(about["strands"]),
        as_of=date.fromisoformat(about["as_of"]),
        completeness=arrays["completeness"],
        changes=tuple(RecordingChange.from_document(change) for change in about["changes"]),
        left_out=tuple(about["left_out"]),
        erased=tuple(
            Erased(feed, date.fromisoformat(before), datetime.fromisoformat(at)) for feed, before, at in about["erased"]
        ),
    )


def _arrays(panel: Panel) -> dict[str, NDArray[Any]]:
    classes = {f"{_CLASS}{name}": counts for name, counts in panel.classes.items()}
    beside: dict[str, NDArray[Any]] = {}
    if panel.months:
        beside = {f"{_MONTHS}{name}": array for name, array in _arrays(panel.months.panel).items()}
        beside[_DAILY] = panel.months.daily
    return {
        "counts": panel.counts,
        "once": panel.once,
        "reported": panel.reported,
        "observed": panel.observed,
        "completeness": panel.completeness,
        **classes,
        **beside,
    }


def _cells(array: NDArray[Any]) -> tuple[float, NDArray[np.int32], NDArray[np.float32]]:
    """Return the most frequent value of an array (float32 or bool), the cells of another one, and what they hold."""
    flat = np.ascontiguousarray(array).reshape(-1).astype(np.float32)
    values, times = np.unique(flat, return_counts=True)
    fill = values[np.argmax(times)] if len(values) else np.float32(0)
    cells = np.flatnonzero(flat != fill).astype(np.int32)
    return float(fill), cells, flat[cells]


def _filled(table: pa.Table, described: Mapping[str, Mapping[str, Any]]) -> dict[str, NDArray[Any]]:
    names = table.column("array").combine_chunks()
    codes, words = names.indices.to_numpy(), names.dictionary.to_pylist()
    cell, value = table.column("cell").to_numpy(), table.column("value").to_numpy()
    arrays = {}
    for name, about in described.items():
        flat = np.full(int(np.prod(about["shape"])), about["fill"], dtype=np.float32)
        mine = codes == words.index(name) if name in words else np.zeros(len(codes), dtype=bool)
        flat[cell[mine]] = value[mine]
        arrays[name] = flat.astype(about["type"]).reshape(about["shape"])
        arrays[name].setflags(write=False)
    return arrays


def _areas_document(areas: Areas) -> dict[str, Any]:
    """Return the areas as JSON: floats in full, NaN as null."""
    document: dict[str, Any] = {item.name: getattr(areas, item.name) for item in fields(areas)}
    for name in _AREA_ARRAYS:
        values = document[name]
        document[name] = [None if np.isnan(value) else value for value in values.reshape(-1).tolist()]
    return document


def _areas(document: Mapping[str, Any]) -> Areas:
    arrays = {name: np.array(document[name], dtype=np.float64) for name in _AREA_ARRAYS}
    arrays["points"] = arrays["points"].reshape(-1, 2)
    return Areas(
        codes=tuple(document["codes"]),
        names=tuple(document["names"]),
        parents={level: tuple(names) for level, names in document["parents"].items()},
        neighbours=tuple(tuple(near) for near in document["neighbours"]),
        **arrays,
    )
