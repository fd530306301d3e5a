"""A picture of a district's roster: the week as a calendar, the hours of each resource in each shift."""

import textwrap
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from errors import AllocationError
from models.allocation.roster.roster import Roster
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


def draw_week(
    roster: Roster, district: str, attribution: str, path: Path, *, synthetic: bool, draft: bool = False
) -> None:
    """Draw a district's week to .png or .svg; the same roster gives the same picture.

    Of a month the mean week is drawn: each weekday's hours divided by how often it comes.

    Args:
        roster: The roster.
        district: The district.
        attribution: Source of the data.
        path: The picture.
        synthetic: The data are made up.
        draft: Nobody has issued the plan.

    Raises:
        AllocationError: The roster has no hours in such a district.
    """
    hours = roster.district_hours(district) if district in roster.districts else {}
    if not hours:
        names = [name for name in roster.districts if roster.district_hours(name)]
        fix = f"use one of: {', '.join(names)}" if names else "make a plan with hours"
        raise AllocationError(f"the roster has no hours in '{district}'", place="district", fix=fix)
    week = {code: _week(roster, table) for code, table in hours.items()}
    rows, shifts = len(week), roster.calendar.shifts.shifts
    figure = Figure(figsize=(12.5, 1.6 + _ROW * (rows + _GAP) * len(shifts)), layout="constrained")
    axes = figure.subplots()
    _draw(axes, roster, week)
    mean = "" if roster.calendar.days == len(WEEKDAYS) else f", mean of {roster.calendar.days} days"
    title = f"{district or 'Everywhere'}: hours by day and shift, from {roster.calendar.first}{mean}"
    marks = "SYNTHETIC   " * synthetic + "DRAFT   " * draft
    figure.suptitle(marks + title, x=0.01, ha="left", fontsize=13, color=_WARNING if marks else _INK, parse_math=False)
    words = " ".join([f"{sum(table.sum() for table in hours.values()):,.10g} hours.", *roster.sentences()[:3]])
    lines = [*textwrap.wrap(words, _LINE), *textwrap.wrap(attribution, _LINE)]
    figure.supxlabel("\n".join(lines), x=0.01, ha="left", fontsize=8.5, color=_GREY, parse_math=False)
    with mpl.rc_context({"svg.hashsalt": "roster", "svg.fonttype": "path"}):
        figure.savefig(path, dpi=130, metadata={"Date": None} if path.suffix == ".svg" else {"Software": None})


def _week(roster: Roster, table: F64) -> F64:
    """Return hours by weekday and shift, float64[7, shift]: the mean over the days of each weekday."""
    weekday = (roster.calendar.first.weekday() + np.arange(len(table))) % len(WEEKDAYS)
    times = np.maximum(np.bincount(weekday, minlength=len(WEEKDAYS)), 1)
    week = np.zeros((len(WEEKDAYS), table.shape[1]))
    np.add.at(week, weekday, table)
    result: F64 = week / times[:, None]
    return result


def _draw(axes: Axes, roster: Roster, week: dict[str, F64]) -> None:
    """Draw a column for each day and a band for each shift, with a bar for each resource."""
    rows, shifts = len(week), roster.calendar.shifts.shifts
    names = {one.duty.code: one.duty.name for one in roster.laid}
    longest = max(float(table.max()) for table in week.values()) or 1.0
    height, places, labels = rows + _GAP, list[float](), list[str]()
    for number, shift in enumerate(shifts):
        top = number * height
        for day in range(len(WEEKDAYS)):
            axes.fill_between([day + 0.01, day + 0.99], top - 0.5, top + rows - 0.5, color=_PALE, linewidth=0)
        axes.text(
            -0.012, top - 0.5, f"{shift.name} {shift.hours}", transform=axes.get_yaxis_transform(), ha="right",
            va="bottom", fontsize=9, color=_INK, fontweight="bold", parse_math=False,
        )  # fmt: skip
        for row, (code, table) in enumerate(week.items()):
            places.append(top + row)
            labels.append(textwrap.shorten(names[code], _NAME, placeholder="..."))
            colour = _COLOURS[row % len(_COLOURS)]
            width = table[:, number] / longest * _BAR
            axes.barh(np.full(len(WEEKDAYS), top + row), width, 0.66, np.arange(len(WEEKDAYS)) + _INSET, color=colour)
            for day in np.flatnonzero(table[:, number] > 0).tolist():
                at = day + _INSET + width[day] + 0.02
                axes.text(at, top + row, f"{table[day, number]:.4g}", fontsize=7.5, va="center", color=_INK)
    first = roster.calendar.first.weekday()
    of_days = list(WEEKDAYS)
    if roster.calendar.days == len(WEEKDAYS):
        of_days = [f"{name[:3]} {roster.calendar.day((at - first) % 7):%d %b}" for at, name in enumerate(WEEKDAYS)]
    axes.set_xticks(np.arange(len(WEEKDAYS)) + 0.5, of_days, fontsize=9.5, color=_INK)
    axes.xaxis.tick_top()
    axes.set_yticks(places, labels, fontsize=8, color=_GREY, parse_math=False)
    axes.set_xlim(0, len(WEEKDAYS))
    axes.set_ylim(len(shifts) * height - _GAP - 0.4, -1.3)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
