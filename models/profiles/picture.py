"""Heat maps of profiles: weekday by shift, one for each strand."""

import textwrap
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from models.profiles.shifts import WEEKDAYS
from models.profiles.study import Profiles

SUFFIXES = (".png",)
_INK, _GREY, _WARNING = "#1d2733", "#5a6470", "#a33b00"
_MOST_COLUMNS = 3
_WIDTH_INCHES, _ROW_INCHES, _SHIFT_INCHES = 4.3, 0.75, 0.33
_LINE, _NARROW_LINE, _TITLE = 150, 60, 42
# Colours reach from a quarter of what an even week would hold to four times it.
_SCALE = LogNorm(0.25, 4.0, clip=True)
_COLOURS = "RdBu_r"
# Beyond this factor the colour is dark, and the number on it white.
_DARK = 2.2


def draw_profiles(found: Profiles, attribution: str, path: Path, *, synthetic: bool) -> None:
    """Draw to .png; the same profiles give the same picture.

    Args:
        found: Profiles.
        attribution: Source of the data.
        path: The picture.
        synthetic: The data are made up.
    """
    across = min(_MOST_COLUMNS, len(found.strands))
    down = -(-len(found.strands) // across)
    shifts = len(found.request.shifts)
    size = (_WIDTH_INCHES * across + 0.8, (_ROW_INCHES + _SHIFT_INCHES * shifts) * down + 1.5)
    figure = Figure(figsize=size, layout="constrained")
    grid = figure.subplots(down, across, squeeze=False)
    for place, axes in enumerate(grid.ravel()):
        if place < len(found.strands):
            _one(axes, found, place, last=place + across >= len(found.strands))
        else:
            axes.set_axis_off()
    bar = figure.colorbar(ScalarMappable(_SCALE, _COLOURS), ax=grid.ravel().tolist(), fraction=0.03, pad=0.01)
    bar.set_ticks([0.25, 0.5, 1, 2, 4], labels=["¼", "½", "1", "2", "4"])
    bar.ax.minorticks_off()
    bar.ax.tick_params(labelsize=8, labelcolor=_GREY)
    bar.set_label("times an even week", fontsize=8, color=_GREY)
    rests = found.clocked
    line = _NARROW_LINE if across == 1 else _LINE
    title = f"Share of a week's incidents by day and shift, {rests.first} to {rests.last}"
    title = "SYNTHETIC   " * synthetic + title
    colour = _WARNING if synthetic else _INK
    figure.suptitle(textwrap.fill(title, line // 2 + 15), x=0.01, ha="left", fontsize=12, color=colour)
    words = (
        "Numbers are per cent of the strand's week; a shift belongs to the day on which it begins, so Friday's night "
        "holds the small hours of Saturday. Colours compare with a week in which every hour is alike."
    )
    lines = [*textwrap.wrap(words, line), *textwrap.wrap(attribution, line)]
    figure.supxlabel("\n".join(lines), x=0.01, ha="left", fontsize=8, color=_GREY, parse_math=False)
    figure.savefig(path, dpi=130, metadata={"Software": None})


def _one(axes: Axes, found: Profiles, place: int, *, last: bool) -> None:
    """Draw one strand, shifts from top to bottom."""
    shifts = found.request.shifts
    share = found.force.share[place].reshape(len(WEEKDAYS), len(shifts)).T
    times = share / shifts.even.reshape(len(WEEKDAYS), len(shifts)).T
    axes.imshow(times, norm=_SCALE, cmap=_COLOURS, aspect="auto")
    for (row, column), value in np.ndenumerate(share):
        dark = max(times[row, column], 1 / times[row, column]) > _DARK
        colour = "white" if dark else _INK
        axes.text(column, row, f"{100 * value:.1f}", ha="center", va="center", fontsize=8, color=colour)
    names = [day[:3] for day in WEEKDAYS] if last else []
    axes.set_xticks(range(len(WEEKDAYS)) if last else [], names, fontsize=8, color=_GREY)
    axes.set_yticks(range(len(shifts)), [shift.name for shift in shifts.shifts], fontsize=8, color=_GREY)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    number = f"{found.force.count[place].sum():,.0f} incidents"
    title = f"{textwrap.shorten(found.strands[place], _TITLE, placeholder='...')}\n{number} with a clock time"
    axes.set_title(title, loc="left", fontsize=9, color=_INK, parse_math=False)
