"""Areas as GeoJSON, as `strandcast init --areas` reads it."""

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

from features.areas.areas import Areas
from features.areas.files import AreaFile

_DIGITS = 6  # of a degree: about 10 cm


def to_geojson(file: AreaFile, about: Mapping[str, Any]) -> bytes:
    """Return areas and their polygons as a FeatureCollection.

    Args:
        file: The areas; one without a polygon has no geometry.
        about: Members of the collection beside its features, such as its source.
    """
    shapes = np.array(file.polygons or (None,) * len(file.areas), dtype=object)
    rounded = shapely.transform(shapes, lambda coordinates: np.round(coordinates, _DIGITS))
    features = [
        f'{{"type":"Feature","properties":{_text(_properties(file.areas, index))},"geometry":{geometry or "null"}}}'
        for index, geometry in enumerate(shapely.to_geojson(rounded).tolist())
    ]
    head = _text({"type": "FeatureCollection", **about})[:-1]
    return (head + ',"features":[\n' + ",\n".join(features) + "\n]}\n").encode()


def _properties(areas: Areas, index: int) -> dict[str, Any]:
    """Return what is known of an area, under the names that a file of areas uses."""
    numbers = {
        "population": areas.population,
        "hectares": areas.hectares,
        "deprivation_decile": areas.deprivation_decile,
    }
    return {
        "area_code": areas.codes[index],
        "name": areas.names[index],
        **{level: names[index] for level, names in areas.parents.items()},
        **{key: float(values[index]) for key, values in numbers.items() if math.isfinite(values[index])},
    }


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
