"""Outlines for a page: shapes of areas on a grid of whole numbers, as SVG paths.

The grid is about as fine as a page is wide, so a county of a thousand areas is some 100 kB of paths. Areas that share a
border share it after it was simplified too (the Visvalingam-Whyatt way of GEOS on a whole coverage), so that no slivers
appear between them.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from features.areas.areas import Areas
from features.areas.drawing import Drawing, draw
from models.maps.drawn import Map, Outline

WIDTH = 1000
# Corners that move an outline by less than this many steps of the grid are left out.
_TOLERANCE = 1.5
_MARGIN = 6.0
_NAME = 24.0
_CLOSE = 0.75
_NOTES = {
    "polygons": "",
    "cells": "Approximate: a cell round the middle of the incidents of each area. These are no real boundaries.",
    "schematic": "A schematic, not a map: one hexagon for each area, together by district. Where a hexagon stands says "
    "nothing of where its area lies.",
}


def map_of(areas: Areas, polygons: Sequence[Any]) -> Map:
    """Return the map of some areas.

    Args:
        areas: The areas.
        polygons: Their polygons in degrees, None where one has none, as many as areas; or none at all.
    """
    drawing = draw(areas, polygons)
    grid = _Grid(drawing)
    shapes = _simplified(grid.placed(drawing.shapes))
    outlines = tuple(
        Outline(code, "" if shape is None else _path(shape), _inside(shape))
        for code, shape in zip(areas.codes, shapes, strict=True)
    )
    labels = {name: grid.point(place) for name, place in drawing.labels.items()}
    note = _NOTES[drawing.kind]
    return Map(drawing.kind, note, WIDTH, grid.height, outlines, _borders(shapes, drawing.groups), labels)


class _Grid:
    """Places shapes of a drawing on the grid."""

    def __init__(self, drawing: Drawing) -> None:
        known = np.array([shape for shape in drawing.shapes if shape is not None], dtype=object)
        places = np.array([*drawing.labels.values()]).reshape(-1, 2)
        left, low, right, high = shapely.total_bounds(known)
        if len(places):
            # Room for names above the shapes that they stand over.
            name = _NAME * (right - left) / WIDTH
            low, high = min(low, places[:, 1].min()), max(high, places[:, 1].max() + name)
        self._left, self._high = left, high
        self._scale = (WIDTH - 2 * _MARGIN) / max(right - left, 1e-9)
        self.height = round((high - low) * self._scale + 2 * _MARGIN)

    def placed(self, shapes: Sequence[Any]) -> list[Any]:
        """Return shapes in steps of the grid, y downwards."""
        return [None if shape is None else shapely.transform(shape, self._moved) for shape in shapes]

    def point(self, place: tuple[float, float]) -> tuple[int, int]:
        """Return a place as the nearest step of the grid."""
        x, y = self._moved(np.array([place]))[0]
        return round(x), round(y)

    def _moved(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        x = (places[:, 0] - self._left) * self._scale + _MARGIN
        y = (self._high - places[:, 1]) * self._scale + _MARGIN
        return np.column_stack([x, y])


def _simplified(shapes: list[Any]) -> list[Any]:
    at = [index for index, shape in enumerate(shapes) if shape is not None]
    known = np.array([shapes[index] for index in at], dtype=object)
    if shapely.coverage_is_valid(known):
        simple = shapely.coverage_simplify(known, _TOLERANCE)
    else:
        # Boundaries that do not fit together are simplified one by one; what is slivers then was slivers before.
        simple = shapely.simplify(known, _TOLERANCE / 2)
    result = list(shapes)
    for index, shape, whole in zip(at, simple, known, strict=True):
        result[index] = whole if shapely.is_empty(shape) else shape
    return result


def _borders(shapes: Sequence[Any], groups: Sequence[str]) -> tuple[str, ...]:
    paths = []
    for name in sorted(set(groups)):
        mine = [shape for shape, group in zip(shapes, groups, strict=True) if group == name and shape is not None]
        if name and mine:
            # Shapes that only nearly touch are drawn as one.
            close = shapely.buffer(shapely.make_valid(np.array(mine, dtype=object)), _CLOSE, join_style="mitre")
            paths.append(_path(shapely.buffer(shapely.union_all(close), -_CLOSE, join_style="mitre")))
    return tuple(paths)


def _inside(shape: Any) -> tuple[int, int]:
    if shape is None:
        return 0, 0
    inside = shapely.point_on_surface(shape)
    return round(inside.x), round(inside.y)


def _path(shape: Any) -> str:
    """Return the rings of a shape as one SVG path of whole, relative steps."""
    parts = []
    for polygon in shapely.get_parts(shape):
        if shapely.get_dimensions(polygon) != 2:
            continue
        for ring in shapely.get_rings(polygon):
            steps = np.rint(shapely.get_coordinates(ring)).astype(int)[:-1]
            moved = np.diff(steps, axis=0)
            moved = moved[(moved != 0).any(axis=1)]
            if len(moved) < 2:
                # Smaller than a step: drawn as a dot, so that no area vanishes.
                parts.append(f"M{steps[0][0]} {steps[0][1]}h1v1z")
                continue
            told = "".join(f"l{x} {y}" if y >= 0 else f"l{x}{y}" for x, y in moved.tolist())
            parts.append(f"M{steps[0][0]} {steps[0][1]}{told}z")
    return "".join(parts)
