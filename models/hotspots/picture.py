"""A map of hot spots: what every cell expects, and the chosen cells on it."""

import textwrap
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from features.areas.plane import Plane
from models.hotspots.study import Hotspots

SUFFIXES = (".png", ".svg")
_WIDTH_INCHES, _MOST_HEIGHT_INCHES = 10.0, 11.0
_INK, _GREY, _WARNING, _CHOSEN = "#1d2733", "#5a6470", "#a33b00", "#b2182b"
_LINE = 130
# Chosen cells are drawn at least this wide, in parts of the picture's width: otherwise nobody finds them.
_LEAST_WIDTH = 0.006


def draw_hotspots(found: Hotspots, about: dict[str, Any], path: Path, *, synthetic: bool) -> None:
    """Draw to .png or .svg; the same hot spots give the same picture.

    Args:
        found: Hot spots.
        about: Their summary.
        path: The picture.
        synthetic: The data are made up.
    """
    grid = found.grid
    centres = grid.centres()
    plane = Plane.local(*centres.mean(axis=0).tolist())
    flat = plane.flattened(centres)
    (left, low), (right, high) = flat.min(axis=0), flat.max(axis=0)
    width, height = right - left + 2 * grid.cell_metres, high - low + 2 * grid.cell_metres
    inches = float(np.clip(_WIDTH_INCHES * height / width, 3.0, _MOST_HEIGHT_INCHES))
    figure = Figure(figsize=(_WIDTH_INCHES, inches + 1.4), layout="constrained")
    axes = figure.subplots()
    _cells(axes, found, plane, width * _LEAST_WIDTH)
    axes.set(xlim=(left, left + width), ylim=(low, low + height), aspect="equal")
    axes.set_axis_off()
    title = f"{about['strand']}: {about['chosen']:,} of {about['cells']:,} cells for the week from {about['week_from']}"
    mark = "SYNTHETIC   " * synthetic
    figure.suptitle(mark + title, x=0.01, ha="left", fontsize=13, color=_WARNING if synthetic else _INK)
    words = (
        f"Chosen cells in red, enlarged where they would be too small to see; {about['expected']['in_chosen']:.1f} of "
        f"{about['expected']['all_cells']:.1f} expected recorded incidents. It says nothing about any person."
    )
    lines = [*textwrap.wrap(words, _LINE), *textwrap.wrap(about["attribution"], _LINE)]
    figure.supxlabel("\n".join(lines), x=0.01, ha="left", fontsize=8, color=_GREY, parse_math=False)
    # Fixed identifiers and no date: a picture of the same cells is the same file.
    with mpl.rc_context({"svg.hashsalt": "hotspots", "svg.fonttype": "path"}):
        metadata = {"Date": None} if path.suffix == ".svg" else {"Software": None}
        figure.savefig(path, dpi=130, metadata=metadata)


def _cells(axes: Axes, found: Hotspots, plane: Plane, least_width: float) -> None:
    """Draw what cells expect in shades by rank, and the chosen ones over them."""
    shapes = found.grid.polygons()
    corners = shapely.get_coordinates(shapes).reshape(len(shapes), -1, 2)
    flat = plane.flattened(corners.reshape(-1, 2)).reshape(corners.shape)
    expected = found.ranking.expected
    ink = np.argsort(np.argsort(expected, kind="stable"), kind="stable") / max(1, len(expected) - 1)
    shades = mpl.colormaps["Blues"](0.05 + 0.6 * ink)
    axes.add_collection(PolyCollection(list(flat), facecolors=shades, edgecolors="none", rasterized=True))
    chosen = flat[found.ranking.best()]
    middle = chosen.mean(axis=1, keepdims=True)
    grown = middle + (chosen - middle) * max(1.0, least_width / found.grid.cell_metres)
    axes.add_collection(PolyCollection(list(grown), facecolors=_CHOSEN, edgecolors="white", linewidths=0.2))
