"""A picture of a district's roster: the week as a calendar, the hours of each resource in each shift."""

import textwrap
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from errors import AllocationError
from models.profiles.shifts import WEEKDAYS

F64 = NDArray[np.float64]

SUFFIXES = (".png", ".svg")
_INK, _GREY, _WARNING, _PALE = "#1d2733", "#5a6470", "#a33b00", "#eef1f5"
# Told apart by readers who see red and green alike (Okabe and Ito 2008, but for the palest; then Tol 2021).
_COLOURS = (
    *("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"),
    *("#5a6470", "#332288", "#882255", "#999933", "#44aa99", "#aa4499"),
)
_LINE, _NAME = 185, 26
_ROW, _GAP = 0.24, 0.95
# Share of a day's column that the longest bar takes; the number stands beside it.
_BAR, _INSET = 0.62, 0.04


def draw_week(document: Mapping[str, Any], district: str, path: Path) -> None:
    """Draw a district's week to .png or .svg; the same document gives the same picture.

    Of a month the mean week is drawn: each weekday's hours divided by how often it comes.

    Args:
        document: The plan's document, with its layout over days and shifts.
        district: The district.
        path: The picture.

    Raises:
        AllocationError: The layout has no hours in such a district.
    """
    layout = document["layout"] or {"resources": []}
    hours = _hours(layout, district)
    if not hours:
        names = sorted({part["district"] for one in layout["resources"] for part in one["districts"]} - {""})
        fix = f"use one of: {', '.join(names)}" if names else "make a plan with hours in districts"
        raise AllocationError(f"the plan lays out no hours in '{district}'", place="district", fix=fix)
    days = [date.fromisoformat(day) for day in layout["days"]]
    week = {name: _week(days, table) for name, table in hours.items()}
    figure = Figure(figsize=(12.5, 1.6 + _ROW * (len(week) + _GAP) * len(layout["shifts"])), layout="constrained")
    _draw(figure.subplots(), layout["shifts"], days, week)
    mean = "" if len(days) == len(WEEKDAYS) else f", mean of {len(days)} days"
    made_up = "SYNTHETIC: " if document["synthetic"] else ""
    standing = str((document.get("standing") or {}).get("status") or "draft").upper()
    title = f"{made_up}{standing}: {district or 'everywhere'}, hours by day and shift from {days[0]}{mean}"
    colour = _WARNING if document["synthetic"] else _INK
    figure.suptitle(title, x=0.01, ha="left", fontsize=13, color=colour, parse_math=False)
    words = " ".join([f"{sum(table.sum() for table in hours.values()):,.10g} hours.", *layout["sentences"][:3]])
    lines = [*textwrap.wrap(words, _LINE), *textwrap.wrap(document["attribution"], _LINE)]
    figure.supxlabel("\n".join(lines), x=0.01, ha="left", fontsize=8.5, color=_GREY, parse_math=False)
    with mpl.rc_context({"svg.hashsalt": "roster", "svg.fonttype": "path"}):
        figure.savefig(path, dpi=130, metadata={"Date": None} if path.suffix == ".svg" else {"Software": None})


def _hours(layout: Mapping[str, Any], district: str) -> dict[str, F64]:
    """Return the hours of each resource in a district: its name to float64[day, shift]."""
    return {
        one["name"]: np.array(part["by_shift"], dtype=np.float64)
        for one in layout["resources"]
        for part in one["districts"]
        if part["district"] == district
    }


def _week(days: Sequence[date], table: F64) -> F64:
    """Return hours by weekday and shift, float64[7, shift]: the mean over the days of each weekday."""
    weekday = np.array([day.weekday() for day in days])
    times = np.maximum(np.bincount(weekday, minlength=len(WEEKDAYS)), 1)
    week = np.zeros((len(WEEKDAYS), table.shape[1]))
    np.add.at(week, weekday, table)
    result: F64 = week / times[:, None]
    return result


def _draw(axes: Axes, shifts: Sequence[Mapping[str, str]], days: Sequence[date], week: Mapping[str, F64]) -> None:
    """Draw a column for each day and a band for each shift, with a bar for each resource."""
    rows = len(week)
    longest = max(float(table.max()) for table in week.values()) or 1.0
    height, places, labels = rows + _GAP, list[float](), list[str]()
    for number, shift in enumerate(shifts):
        top = number * height
        for day in range(len(WEEKDAYS)):
            axes.fill_between([day + 0.01, day + 0.99], top - 0.5, top + rows - 0.5, color=_PALE, linewidth=0)
        axes.text(
            -0.012, top - 0.5, f"{shift['shift']} {shift['hours']}", transform=axes.get_yaxis_transform(), ha="right",
            va="bottom", fontsize=9, color=_INK, fontweight="bold", parse_math=False,
        )  # fmt: skip
        for row, (name, table) in enumerate(week.items()):
            places.append(top + row)
            labels.append(textwrap.shorten(name, _NAME, placeholder="..."))
            colour = _COLOURS[row % len(_COLOURS)]
            width = table[:, number] / longest * _BAR
            axes.barh(np.full(len(WEEKDAYS), top + row), width, 0.66, np.arange(len(WEEKDAYS)) + _INSET, color=colour)
            for day in np.flatnonzero(table[:, number] > 0).tolist():
                at = day + _INSET + width[day] + 0.02
                axes.text(at, top + row, f"{table[day, number]:.4g}", fontsize=7.5, va="center", color=_INK)
    of_days = list(WEEKDAYS)
    if len(days) == len(WEEKDAYS):
        of_days = [f"{day:%a %d %b}" for day in sorted(days, key=date.weekday)]
    axes.set_xticks(np.arange(len(WEEKDAYS)) + 0.5, of_days, fontsize=9.5, color=_INK)
    axes.xaxis.tick_top()
    axes.set_yticks(places, labels, fontsize=8, color=_GREY, parse_math=False)
    axes.set_xlim(0, len(WEEKDAYS))
    axes.set_ylim(len(shifts) * height - _GAP - 0.4, -1.3)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
