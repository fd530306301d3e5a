"""The picture of an evaluation: what each plan reached, and the plan's lead week by week."""

from pathlib import Path

import numpy as np
from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from errors import DataError
from training.pictures import BLUE, DOTS_AN_INCH, GREY, ORANGE
from training.plans.contest import PLAN, SIMPLE, Outcome
from training.plans.told import Told, best_simple

SUFFIXES = (".png", ".svg")


def check_picture(path: Path) -> None:
    """Refuse a name that is no picture's, before any work is done.

    Raises:
        DataError: As said, or the folder is not there.
    """
    if path.suffix not in SUFFIXES:
        raise DataError("is neither .png nor .svg", place=str(path), fix="name the file so")
    if not path.resolve().parent.is_dir():
        raise DataError("is in a folder that is not there", place=str(path), fix="make the folder first")


def draw(outcome: Outcome, rows: list[Told], path: Path, marks: list[str]) -> None:
    """Draw an evaluation into a file; `marks` are what must stand with it."""
    figure = Figure(figsize=(9.0, 6.4), dpi=DOTS_AN_INCH, layout="constrained")
    FigureCanvasAgg(figure)
    upper, lower = figure.subplots(2, 1, height_ratios=(3, 2))
    _shares(upper, rows)
    _leads(lower, outcome, rows)
    figure.suptitle("; ".join(["Plans against what happened", *marks]), fontsize="medium")
    figure.savefig(path)


def _shares(axes: Axes, rows: list[Told]) -> None:
    ordered = sorted(rows, key=lambda row: row.reached)
    colours = [BLUE if row.plan == PLAN else ORANGE if row.plan in SIMPLE else GREY for row in ordered]
    axes.barh([row.plan for row in ordered], [100 * row.reached for row in ordered], color=colours)
    for place, row in enumerate(ordered):
        axes.text(100 * row.reached, place, f" {100 * row.reached:.2f} %", va="center", fontsize="small")
    axes.set(xlabel="share of the harm that happened which the hours reached, mean over periods")
    axes.margins(x=0.12)
    axes.spines[["top", "right"]].set_visible(False)


def _leads(axes: Axes, outcome: Outcome, rows: list[Told]) -> None:
    share, rule = outcome.share(), best_simple(rows)
    lead = 100 * (share[outcome.plans.index(PLAN)] - share[outcome.plans.index(rule.plan)])
    axes.axhline(0, color="black", lw=0.8)
    axes.plot(np.array(outcome.starts, dtype="datetime64[D]"), lead, marker="o", ms=3, color=BLUE)
    if rule.ahead is not None:
        axes.axhspan(100 * rule.ahead.low, 100 * rule.ahead.high, color=BLUE, alpha=0.15, lw=0)
    locator = axes.xaxis.get_major_locator()
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    axes.set_ylabel(f"points ahead of\n{rule.plan}")
    axes.set_title("lead over the best simple rule; shaded: 95 % interval of its mean", fontsize="small")
    axes.spines[["top", "right"]].set_visible(False)
