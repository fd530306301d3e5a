"""A picture of areas by district, with what it shows, its source, and SYNTHETIC where the data are made up."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.patheffects as effects
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.path import Path as Outline
from matplotlib.text import Text

from features.areas.drawing import Drawing

SUFFIXES = (".png", ".svg")
# Paul Tol's light scheme, made for fills under dark text and told apart by readers who confuse colours.
_FILLS = ("#77aadd", "#ee8866", "#eedd88", "#ffaabb", "#99ddff", "#44bb99", "#bbcc33")
_NO_GROUP = "#b7c9dd"
_INK, _GREY, _WARNING = "#1d2733", "#5a6470", "#a33b00"
_WIDTH_INCHES = 10.0
_MOST_HEIGHT_INCHES = 12.0
# Districts nearer than this share of the picture's width do not share a colour.
_NEAR = 0.02
_LINE = 140
_MOST_MOVES = 40
# Corners this near are one: boundaries that are simplified area by area leave slivers. Metres, or widths of a hexagon.
_SNAP = {"polygons": 5.0, "cells": 0.1, "schematic": 1e-3}


@dataclass(frozen=True)
class Caption:
    """The words round a picture.

    Attributes:
        title: What is shown.
        lines: What stands below: what it is not, its source.
        synthetic: The data are made up.
    """

    title: str
    lines: Sequence[str]
    synthetic: bool


def draw_areas(drawing: Drawing, caption: Caption, path: Path) -> None:
    """Draw areas to .png or .svg; the same drawing and words give the same picture."""
    shapes = np.array(drawing.shapes, dtype=object)
    left, low, right, high = shapely.total_bounds(shapes)
    high += 1.6 if drawing.kind == "schematic" else 0.0
    height = min(_MOST_HEIGHT_INCHES, _WIDTH_INCHES * (high - low) / (right - left))
    figure = Figure(figsize=(_WIDTH_INCHES, height + 1.2), layout="constrained")
    axes = figure.subplots()
    _fill(axes, drawing, (right - left) * _NEAR)
    axes.set(xlim=(left, right), ylim=(low, high), aspect="equal")
    axes.margins(0.02)
    axes.set_axis_off()
    _part(axes, drawing)
    names = _name(axes, drawing)
    if drawing.kind != "schematic":
        _scale(axes, left, right, low, high)
    warning = "SYNTHETIC   " * caption.synthetic
    note = f"\n{drawing.note}" if drawing.note else ""
    figure.suptitle(
        warning + caption.title + note, x=0.01, ha="left", fontsize=13, color=_WARNING if caption.synthetic else _INK
    )
    words = "\n".join(line for text in caption.lines for line in textwrap.wrap(text, _LINE))
    figure.supxlabel(words, x=0.01, ha="left", fontsize=8, color=_GREY, parse_math=False)
    _untangle(figure, axes, names)
    # Fixed identifiers and no date: a picture of the same areas is the same file.
    with mpl.rc_context({"svg.hashsalt": "areas", "svg.fonttype": "path"}):
        metadata = {"Date": None} if path.suffix == ".svg" else {"Software": None}
        figure.savefig(path, dpi=150, metadata=metadata)


def _fill(axes: Axes, drawing: Drawing, near: float) -> None:
    fills = _fills(drawing, near)
    drawn = [(shape, group) for shape, group in zip(drawing.shapes, drawing.groups, strict=True) if shape is not None]
    axes.add_collection(
        PathCollection(
            [_outline(shape) for shape, _ in drawn],
            facecolors=[fills.get(group, _NO_GROUP) for _, group in drawn],
            edgecolors="white",
            linewidths=0.4 if drawing.kind != "schematic" else 0.8,
        )
    )


def _part(axes: Axes, drawing: Drawing) -> None:
    """Set MSOAs apart by a wider line."""
    names = sorted(set(drawing.inner) - {""})
    members: dict[str, list[Any]] = {name: [] for name in names}
    for shape, name in zip(drawing.shapes, drawing.inner, strict=True):
        if shape is not None and name:
            members[name].append(shape)
    wholes = [shapely.union_all(shapes, grid_size=_SNAP[drawing.kind]) for shapes in members.values() if shapes]
    width = 2.8 if drawing.kind == "schematic" else 1.0
    axes.add_collection(
        PathCollection([_outline(whole) for whole in wholes], facecolors="none", edgecolors="white", linewidths=width)
    )


def _fills(drawing: Drawing, near: float) -> Mapping[str, str]:
    """Return a colour for each group, another one than those of the groups near it, where there are enough."""
    names = sorted(set(drawing.groups) - {""})
    wholes = np.array([_whole(drawing, name) for name in names], dtype=object)
    one, other = shapely.STRtree(wholes).query(wholes, predicate="dwithin", distance=near)
    beside: dict[int, set[int]] = {index: set() for index in range(len(names))}
    for left, right in zip(one.tolist(), other.tolist(), strict=True):
        beside[left].add(right)
    taken: dict[int, int] = {}
    used = [0] * len(_FILLS)
    for index in sorted(beside, key=lambda item: (-len(beside[item]), names[item])):
        around = {taken[item] for item in beside[index] if item in taken}
        taken[index] = min(range(len(_FILLS)), key=lambda fill: (fill in around, used[fill], fill))
        used[taken[index]] += 1
    return {names[index]: _FILLS[fill] for index, fill in taken.items()}


def _whole(drawing: Drawing, name: str) -> Any:
    mine = [shape for shape, group in zip(drawing.shapes, drawing.groups, strict=True) if group == name]
    return shapely.union_all([shape for shape in mine if shape is not None])


def _outline(shape: Any) -> Outline:
    """Return a polygon, or several, with their holes as one path."""
    rings = [
        ring
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon"
        for ring in (part.exterior, *part.interiors)
    ]
    corners = [np.asarray(ring.coords) for ring in rings]
    codes = []
    for ring in corners:
        codes.extend([Outline.MOVETO, *[Outline.LINETO] * (len(ring) - 2), Outline.CLOSEPOLY])
    return Outline(np.concatenate(corners), codes)


def _name(axes: Axes, drawing: Drawing) -> list[Text]:
    texts = []
    halo: list[effects.AbstractPathEffect] = [effects.withStroke(linewidth=2.5, foreground="white")]
    for name, (x, y) in drawing.labels.items():
        text = axes.text(x, y, name, ha="center", va="center", fontsize=10, color=_INK, parse_math=False)
        text.set_path_effects(halo)
        texts.append(text)
    return texts


def _untangle(figure: Figure, axes: Axes, texts: Sequence[Text]) -> None:
    """Move names that lie over each other apart, up and down."""
    figure.draw_without_rendering()
    to_data = axes.transData.inverted()
    for _ in range(_MOST_MOVES):
        boxes = [text.get_window_extent() for text in texts]
        over = [
            (one, other)
            for other in range(len(texts))
            for one in range(other)
            if boxes[one].overlaps(boxes[other])
            and min(boxes[one].y1, boxes[other].y1) > max(boxes[one].y0, boxes[other].y0)
        ]
        if not over:
            return
        for one, other in over:
            upper, lower = (
                (one, other) if boxes[one].y0 + boxes[one].y1 > boxes[other].y0 + boxes[other].y1 else (other, one)
            )
            step = (boxes[lower].y1 - boxes[upper].y0) / 2 + 1
            for text, way in ((texts[upper], step), (texts[lower], -step)):
                x, y = axes.transData.transform(text.get_position())
                text.set_position(tuple(to_data.transform((x, y + way))))


def _scale(axes: Axes, left: float, right: float, low: float, high: float) -> None:
    """Draw a bar of a round length, about a fifth of the width."""
    fifth = (right - left) / 5
    power = 10.0 ** np.floor(np.log10(fifth))
    length = float(max(step for step in (1, 2, 5) if step * power <= fifth) * power)
    y = low + (high - low) * 0.02
    axes.plot([left, left + length], [y, y], color=_INK, linewidth=2, solid_capstyle="butt")
    words = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    axes.text(left + length / 2, y + (high - low) * 0.008, words, ha="center", va="bottom", fontsize=8, color=_INK)
