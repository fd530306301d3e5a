"""A schematic of areas whose polygons are not known: a hexagon for each, in a cluster for each district.

It is no map: where a hexagon lies says nothing of where its area lies, except that most areas of one MSOA lie together
and that districts of a shipped table stand roughly as on the ground. The same areas always give the same schematic.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from features.areas.areas import Areas
from features.areas.hierarchy import grouping
from features.areas.shipped import SHIPPED, shipped_table

F64 = NDArray[np.float64]

NOTE = "schematic, not a map"
_ROW = float(np.sqrt(3) / 2)  # from one row of hexagons to the next, in widths
_GAP = 1.2  # between clusters, in widths
_LABEL = 1.4  # room for a cluster's name above it
_ANGLES = np.radians(np.arange(30, 390, 60))
_CORNERS = np.column_stack([np.cos(_ANGLES), np.sin(_ANGLES)]) / np.sqrt(3)


@dataclass(frozen=True, eq=False)
class Schematic:
    """Hexagons of one width, y upwards.

    Attributes:
        centres: Middle of each area's hexagon; float64[n, 2].
        groups: Cluster of each area.
        labels: Cluster -> where its name stands: the middle of its lower edge.
    """

    centres: F64
    groups: tuple[str, ...]
    labels: Mapping[str, tuple[float, float]]

    def polygons(self) -> tuple[shapely.Polygon, ...]:
        """Return the hexagons."""
        return tuple(shapely.polygons(self.centres[:, np.newaxis] + _CORNERS).tolist())


def schematic(areas: Areas) -> Schematic:
    """Lay areas out by district; by the next level that is known where there is none, in one cluster where none is."""
    level = grouping(areas.parents)
    groups = tuple(name or f"no {level}" for name in areas.parents[level]) if level else ("all areas",) * len(areas)
    members: dict[str, list[int]] = {name: [] for name in sorted(set(groups))}
    for index, name in enumerate(groups):
        members[name].append(index)
    clusters = {name: _cluster(len(items)) for name, items in members.items()}
    places = _places(clusters, _arrangement(tuple(members)))
    centres = np.empty((len(areas), 2))
    inner = areas.parents.get("msoa", areas.codes)
    for name, items in members.items():
        order = sorted(items, key=lambda index: (inner[index], areas.codes[index]))
        centres[order] = clusters[name] + places[name]
    tops = {name: float(clusters[name][:, 1].max() + places[name][1]) for name in members}
    labels = {name: (float(places[name][0]), tops[name] + 1.1) for name in members}
    return Schematic(centres, groups, labels)


def _cluster(number: int) -> F64:
    """Return the middles of `number` hexagons round the origin, two rows at a time from the top, there and back.

    What follows each other in this order lies side by side, and five or six in turn, as an MSOA has, in a clump.
    """
    reach = int(np.ceil(np.sqrt(number))) + 1
    row, column = (part.ravel() for part in np.mgrid[-reach : reach + 1, -reach : reach + 1])
    x, y = column + (row % 2) / 2, row * _ROW
    # Nearest first; of those as near, the lower and then the more western.
    nearest = np.lexsort((x, y, np.round(np.hypot(x, y), 9)))[:number]
    row, x, y = row[nearest], x[nearest], y[nearest]
    band = row // 2
    order = np.lexsort((row, np.where(band % 2 == 0, x, -x), -band))
    return np.column_stack([x[order], y[order]])


def _arrangement(groups: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Return the column and row of each cluster: as shipped for districts that are known, else by name, row by row."""
    for name in SHIPPED:
        shipped = shipped_table(name).arrangement
        if set(groups) <= set(shipped):
            return {group: shipped[group] for group in groups}
    columns = int(np.ceil(np.sqrt(len(groups))))
    return {group: (index % columns, index // columns) for index, group in enumerate(groups)}


def _places(clusters: Mapping[str, F64], arrangement: Mapping[str, tuple[int, int]]) -> dict[str, F64]:
    """Return the middle of each cluster; columns and rows are as wide and high as the largest cluster in them."""
    reach = {name: np.abs(cluster).max(axis=0) for name, cluster in clusters.items()}
    middles = []
    for axis, extra in ((0, _GAP), (1, _GAP + _LABEL)):
        lines = sorted({place[axis] for place in arrangement.values()})
        half = [max(reach[name][axis] for name, place in arrangement.items() if place[axis] == line) for line in lines]
        edges = np.cumsum([0.0, *(2 * size + 1.0 + extra for size in half)])
        middles.append({line: edges[at] + half[at] for at, line in enumerate(lines)})
    return {name: np.array([middles[0][column], -middles[1][row]]) for name, (column, row) in arrangement.items()}
