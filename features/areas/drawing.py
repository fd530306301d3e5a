"""What is drawn of areas: their polygons, else cells round their points, else a schematic; always with what it is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import shapely

from features.areas import cells, schematic
from features.areas.areas import Areas
from features.areas.hierarchy import grouping
from features.areas.plane import Plane

Kind = Literal["polygons", "cells", "schematic"]
_NOTES = {"polygons": "", "cells": cells.NOTE, "schematic": schematic.NOTE}


@dataclass(frozen=True, eq=False)
class Drawing:
    """Shapes of areas in a flat plane, y upwards.

    Attributes:
        kind: What the shapes are.
        outlines: Shape of each area, None where it has none, in degrees; in a schematic as `shapes`.
        shapes: The same in metres, or widths of a hexagon in a schematic.
        groups: District of each area, or what stands for it.
        inner: MSOA of each area, empty where none is known.
        labels: District -> where its name stands.
    """

    kind: Kind
    outlines: tuple[Any, ...] = field(repr=False)
    shapes: tuple[Any, ...] = field(repr=False)
    groups: tuple[str, ...] = field(repr=False)
    inner: tuple[str, ...] = field(repr=False)
    labels: dict[str, tuple[float, float]]

    @property
    def note(self) -> str:
        """What a reader must know of the shapes; empty for real polygons."""
        return _NOTES[self.kind]


def draw(areas: Areas, polygons: Sequence[Any]) -> Drawing:
    """Return the drawing of areas; `polygons` are in degrees, as many as areas or none."""
    if any(shape is not None for shape in polygons):
        return _map("polygons", areas, polygons)
    approximate = cells.cells_round(areas.points)
    # With a few points only, a schematic that shows all areas says more.
    if 2 * sum(shape is not None for shape in approximate) > len(areas):
        return _map("cells", areas, approximate)
    layout = schematic.schematic(areas)
    hexagons = layout.polygons()
    return Drawing("schematic", hexagons, hexagons, layout.groups, _inner(areas), dict(layout.labels))


def _map(kind: Kind, areas: Areas, polygons: Sequence[Any]) -> Drawing:
    shapes = np.array(polygons, dtype=object)
    left, low, right, high = shapely.total_bounds(shapes)
    plane = Plane.local((left + right) / 2, (low + high) / 2)
    flat = shapely.transform(shapes, plane.flattened)
    level = grouping(areas.parents)
    groups = areas.parents[level] if level else ("",) * len(areas)
    labels = {}
    for name in sorted(set(groups) - {""}):
        mine = [shape for shape, group in zip(flat, groups, strict=True) if group == name and shape is not None]
        if mine:
            inside = shapely.maximum_inscribed_circle(shapely.union_all(mine), tolerance=100.0)
            labels[name] = tuple(shapely.get_coordinates(inside)[0].tolist())
    return Drawing(kind, tuple(polygons), tuple(flat.tolist()), tuple(groups), _inner(areas), labels)


def _inner(areas: Areas) -> tuple[str, ...]:
    return areas.parents.get("msoa", ("",) * len(areas))
