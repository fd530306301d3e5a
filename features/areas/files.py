"""Files of areas: GeoJSON with polygons, or CSV, into `Areas` and the polygons that coordinates are placed into.

A column is found under the project's own name or the name that the Office for National Statistics gives it
(`LSOA21CD`, `lad_code`); which one was taken for the code is told in `AreaFile.code_column`.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import shapely

from errors import DataError
from features.areas.areas import Areas
from features.areas.columns import AreaColumns, cell_text
from features.areas.hierarchy import check_nested, neighbours_within
from features.areas.shapes import hectares_of, inner_points, touching, valid_polygon

# Member of a FeatureCollection whose shapes are a drawing: read as boundaries they would place points wrongly.
DRAWING = "drawing"
Adjacency = Literal["polygons", "polygons and msoa", "msoa", "points", "none"]


@dataclass(frozen=True, eq=False)
class AreaFile:
    """A file of areas, read.

    Invariants: `polygons` is empty or has one entry an area, in the order of `areas.codes`.

    Attributes:
        areas: The areas.
        code_column: The column or property that gave the codes.
        polygons: Polygons in degrees (WGS 84), None where an area has none; empty for a CSV.
        inferred: Levels that the file marks as inferred.
        adjacency: What neighbours were known by.
    """

    areas: Areas
    code_column: str
    polygons: tuple[Any, ...] = field(repr=False)
    inferred: tuple[str, ...] = ()
    adjacency: Adjacency = "none"


def load_areas(path: Path) -> Areas:
    """Return the areas of a file.

    Raises:
        DataError: The file cannot be used.
    """
    return read_area_file(path).areas


def read_area_file(path: Path) -> AreaFile:
    """Read a file of areas: GeoJSON by `.geojson` or `.json`, CSV by `.csv`.

    Raises:
        DataError: The file is absent, of another kind, broken, has no column of codes, a code twice or
            blank, or levels that do not lie one within the other.
    """
    if not path.is_file():
        raise DataError("there is no such file of areas", place=str(path), fix="check the path")
    kind = path.suffix.lower()
    if kind in (".geojson", ".json"):
        records, shapes = read_features(path)
    elif kind == ".csv":
        records, shapes = _rows(path), []
    else:
        raise DataError("is no file of areas", place=path.name, fix="give a .geojson or .csv file")
    if not records:
        raise DataError("holds no area", place=path.name, fix="give a file with one row or feature an area")
    return _area_file(path.name, records, shapes)


def read_features(path: Path) -> tuple[list[dict[str, Any]], list[Any]]:
    """Return the properties and the polygons of a GeoJSON, None for a feature without one.

    Raises:
        DataError: The file is no FeatureCollection, is not in degrees, or holds a drawing.
    """
    try:
        document = json.loads(path.read_bytes().decode("utf-8-sig"))
        features = document["features"]
        records = [dict(feature.get("properties") or {}) for feature in features]
        given = [feature.get("geometry") for feature in features]
        shapes = [None if shape is None else shapely.from_geojson(json.dumps(shape)) for shape in given]
    except (ValueError, KeyError, TypeError, AttributeError, shapely.errors.ShapelyError):
        fix = "give a GeoJSON FeatureCollection with a polygon an area"
        raise DataError("is not a GeoJSON FeatureCollection", place=path.name, fix=fix) from None
    if DRAWING in document:
        fix = "give the boundaries themselves, or the areas without them as .csv"
        raise DataError(f"is a drawing ({document[DRAWING]}), not the areas", place=path.name, fix=fix)
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
    columns = AreaColumns.of(records[0], name)
    codes = [cell_text(record.get(columns.code)) for record in records]
    for row, code in enumerate(codes, start=2):
        if not code:
            raise DataError(f"'{columns.code}' is blank", place=f"{name}, row {row}", fix="give every area a code")
    twice = sorted({code for code in codes if codes.count(code) > 1}) if len(set(codes)) < len(codes) else []
    if twice:
        fix = "give each area one row or feature"
        raise DataError(f"the area {twice[0]} stands {codes.count(twice[0])} times", place=name, fix=fix)
    order = sorted(range(len(codes)), key=codes.__getitem__)
    sorted_records = [records[index] for index in order]
    polygons = tuple(shapes[index] for index in order) if shapes else ()
    parents = columns.parents(sorted_records)
    check_nested(parents, name)
    neighbours, adjacency = _neighbours(polygons, parents, len(codes))
    numbers = columns.numbers(sorted_records)
    hectares, points = numbers["hectares"], np.column_stack([numbers["longitude"], numbers["latitude"]])
    if polygons:
        hectares = np.where(np.isnan(hectares), [hectares_of(shape) for shape in polygons], hectares)
        points = np.where(np.isnan(points), inner_points(polygons), points)
    areas = Areas(
        codes=tuple(codes[index] for index in order),
        names=tuple(
            cell_text(record.get(columns.name)) or codes[index]
            for index, record in zip(order, sorted_records, strict=True)
        ),
        parents=parents,
        population=numbers["population"],
        hectares=hectares,
        deprivation_decile=numbers["deprivation_decile"],
        points=points,
        neighbours=neighbours,
    )
    return AreaFile(areas, columns.code, polygons, columns.inferred(), adjacency)


def _neighbours(
    polygons: Sequence[Any], parents: Mapping[str, Sequence[str]], number: int
) -> tuple[tuple[tuple[int, ...], ...], Adjacency]:
    """Return neighbours by polygons; areas without one have the others of their MSOA, where that is known."""
    drawn = [shape is not None for shape in polygons] or [False] * number
    touch = touching(polygons, number)
    if all(drawn) or "msoa" not in parents:
        return touch, "polygons" if any(drawn) else "none"
    within = neighbours_within(parents["msoa"])
    joined = tuple(
        tuple(sorted({*touch[index], *(other for other in within[index] if not (drawn[index] and drawn[other]))}))
        for index in range(number)
    )
    return joined, "polygons and msoa" if any(drawn) else "msoa"
