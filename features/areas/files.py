"""Files of areas: GeoJSON with polygons, or CSV, into `Areas` and the polygons that coordinates are placed into.

A column is found under the project's own name or the name that the Office for National Statistics gives it
(`LSOA21CD`, `lad_code`); which one was taken for the code is told in `AreaFile.code_column`.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from errors import DataError
from features.areas.areas import Areas
from features.areas.shapes import hectares_of, inner_points, touching, valid_polygon

# A level's prefix, as in LSOA21CD or lsoa_code. The finest level in a file gives the code.
_LEVELS = ("oa", "lsoa", "msoa", "wd", "ward", "lad")
_PARENTS: dict[str, tuple[str, ...]] = {
    "msoa": ("msoa", r"msoa_name", r"msoa\d\dnm", "msoa_code", r"msoa\d\dcd"),
    "district": ("district", "lad", "lad_name", r"lad\d\dnm", "lad_code", r"lad\d\dcd"),
    "lpa": ("lpa", "local_policing_area"),
    "force": ("force", "police_force"),
}
_NUMBERS: dict[str, tuple[str, ...]] = {
    "population": ("population", r"population_\d{4}"),
    "hectares": ("hectares",),
    "deprivation_decile": ("deprivation_decile", r"imd_decile", r"imd_\d{4}_decile"),
    "longitude": ("longitude", "lon", "lng", "long"),
    "latitude": ("latitude", "lat"),
}


@dataclass(frozen=True, eq=False)
class AreaFile:
    """A file of areas, read.

    Invariants: `polygons` is empty or has one entry an area, in the order of `areas.codes`.

    Attributes:
        areas: The areas.
        code_column: The column or property that gave the codes.
        polygons: Polygons in degrees (WGS 84), None where an area has none; empty for a CSV.
    """

    areas: Areas
    code_column: str
    polygons: tuple[Any, ...] = field(repr=False)


def load_areas(path: Path) -> Areas:
    """Return the areas of a file.

    Raises:
        DataError: The file cannot be used.
    """
    return read_area_file(path).areas


def read_area_file(path: Path) -> AreaFile:
    """Read a file of areas: GeoJSON by `.geojson` or `.json`, CSV by `.csv`.

    Raises:
        DataError: The file is absent, of another kind, broken, has no column of codes, or a code twice or blank.
    """
    if not path.is_file():
        raise DataError("there is no such file of areas", place=str(path), fix="check the path")
    kind = path.suffix.lower()
    if kind in (".geojson", ".json"):
        records, shapes = _features(path)
    elif kind == ".csv":
        records, shapes = _rows(path), []
    else:
        raise DataError("is no file of areas", place=path.name, fix="give a .geojson or .csv file")
    if not records:
        raise DataError("holds no area", place=path.name, fix="give a file with one row or feature an area")
    return _area_file(path.name, records, shapes)


def _features(path: Path) -> tuple[list[dict[str, Any]], list[Any]]:
    try:
        document = json.loads(path.read_bytes().decode("utf-8-sig"))
        features = document["features"]
        records = [dict(feature.get("properties") or {}) for feature in features]
        given = [feature.get("geometry") for feature in features]
        shapes = [None if shape is None else shapely.from_geojson(json.dumps(shape)) for shape in given]
    except (ValueError, KeyError, TypeError, AttributeError, shapely.errors.ShapelyError):
        fix = "give a GeoJSON FeatureCollection with a polygon an area"
        raise DataError("is not a GeoJSON FeatureCollection", place=path.name, fix=fix) from None
    bounds = shapely.total_bounds(shapes)
    if np.isfinite(bounds).all() and (np.abs(bounds[[0, 2]]).max() > 180 or np.abs(bounds[[1, 3]]).max() > 90):
        fix = "convert it to WGS 84 (EPSG:4326)"
        raise DataError("its coordinates are not longitude and latitude", place=path.name, fix=fix)
    return records, [valid_polygon(shape) for shape in shapes]


def _rows(path: Path) -> list[dict[str, Any]]:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if "\0" in text:
        raise DataError("is not a CSV", place=path.name, fix="save the areas as CSV")
    try:
        return [dict(row) for row in csv.DictReader(io.StringIO(text, newline=""))]
    except csv.Error as error:
        raise DataError(f"is not a CSV ({error})", place=path.name, fix="save the areas as CSV") from None


def _area_file(name: str, records: Sequence[Mapping[str, Any]], shapes: Sequence[Any]) -> AreaFile:
    columns = {key.strip().casefold().replace(" ", "_"): key for key in records[0] if key}
    code_column = _code_column(columns, name)
    codes = [_text(record.get(code_column)) for record in records]
    for row, code in enumerate(codes, start=2):
        if not code:
            raise DataError(f"'{code_column}' is blank", place=f"{name}, row {row}", fix="give every area a code")
    twice = sorted({code for code in codes if codes.count(code) > 1}) if len(set(codes)) < len(codes) else []
    if twice:
        fix = "give each area one row or feature"
        raise DataError(f"the area {twice[0]} stands {codes.count(twice[0])} times", place=name, fix=fix)
    order = sorted(range(len(codes)), key=codes.__getitem__)
    sorted_records = [records[index] for index in order]
    polygons = tuple(shapes[index] for index in order) if shapes else ()
    areas = _areas(tuple(codes[index] for index in order), code_column, columns, sorted_records, polygons)
    return AreaFile(areas, code_column, polygons)


def _areas(
    codes: tuple[str, ...],
    code_column: str,
    columns: Mapping[str, str],
    records: Sequence[Mapping[str, Any]],
    polygons: Sequence[Any],
) -> Areas:
    name_column = _name_column(columns, code_column)
    names = tuple(_text(record.get(name_column)) or code for record, code in zip(records, codes, strict=True))
    parents = {}
    for level, patterns in _PARENTS.items():
        column = _find(columns, patterns)
        if column is not None and column not in (code_column, name_column):
            parents[level] = tuple(_text(record.get(column)) for record in records)
    numbers = {key: _numbers(records, _find(columns, patterns)) for key, patterns in _NUMBERS.items()}
    hectares, points = numbers["hectares"], np.column_stack([numbers["longitude"], numbers["latitude"]])
    if polygons:
        hectares = np.where(np.isnan(hectares), [hectares_of(shape) for shape in polygons], hectares)
        points = np.where(np.isnan(points), inner_points(polygons), points)
    deprivation, population = numbers["deprivation_decile"], numbers["population"]
    return Areas(codes, names, parents, population, hectares, deprivation, points, touching(polygons, len(codes)))


def _code_column(columns: Mapping[str, str], name: str) -> str:
    patterns = ["area_code", *(rf"{level}(_code|\d\dcd)" for level in _LEVELS), "code"]
    column = _find(columns, patterns)
    if column is None:
        found = ", ".join(columns.values()) or "none"
        fix = "name the column of codes area_code"
        raise DataError(f"no column of area codes among: {found}", place=name, fix=fix)
    return column


def _name_column(columns: Mapping[str, str], code_column: str) -> str:
    """Return the column of names that goes with the column of codes; the code column itself where there is none."""
    key = code_column.casefold()
    beside = [re.sub(r"cd$", "nm", key), key.removesuffix("_code"), re.sub(r"_code$", "_name", key)]
    found = _find(columns, ["name", "area_name", *(re.escape(item) for item in beside if item != key)])
    return found or code_column


def _find(columns: Mapping[str, str], patterns: Iterable[str]) -> str | None:
    for pattern in patterns:
        matches = sorted(key for key in columns if re.fullmatch(pattern, key))
        if matches:
            return columns[matches[-1]]  # the newest edition, where a file gives several
    return None


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else " ".join(str(value).split())


def _numbers(records: Sequence[Mapping[str, Any]], column: str | None) -> NDArray[np.float64]:
    numbers = np.full(len(records), np.nan)
    if column is not None:
        for index, record in enumerate(records):
            try:
                numbers[index] = float(_text(record.get(column)).replace(",", ""))
            except ValueError:
                continue
    numbers[~np.isfinite(numbers)] = np.nan
    return numbers
