"""A picture of completeness: how fast records come in, and the newest weeks with what is still to be expected."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from errors import DataError
from features.completeness.overview import ALL, FeedCompleteness

SUFFIXES = (".png", ".svg")
_MOST_FEEDS, _WEEKS_SHOWN = 6, 10
_RECORDED, _EXPECTED, _RANGE, _GREY = "#1f5f99", "#d98c21", "#f2d3a5", "#8a8a8a"


def check_picture(path: Path) -> None:
    """Refuse a name that says neither PNG nor SVG, or a folder that is not there.

    Raises:
        DataError: As said.
    """
    if path.suffix not in SUFFIXES:
        raise DataError("is neither .png nor .svg", place=str(path), fix="name the file so")
    if not path.resolve().parent.is_dir():
        raise DataError("is in a folder that is not there", place=str(path), fix="make the folder first")


def draw_completeness(feeds: Sequence[FeedCompleteness], path: Path, footer: str) -> None:
    """Draw each feed's delay curves beside its newest periods; the same facts give the same picture.

    Args:
        feeds: Those that give months have no delays and are left out; at most six of the slowest are drawn.
        path: .png or .svg.
        footer: Printed below: attribution, SYNTHETIC.

    Raises:
        DataError: No feed says when its records were made.
    """
    slow = sorted((feed for feed in feeds if feed.newest), key=lambda feed: (feed.curves[ALL][0], feed.name))
    if not slow:
        raise DataError("nothing is late, so there is no delay to draw", place="--picture", fix="leave it out")
    shown = slow[:_MOST_FEEDS]
    figure = Figure(figsize=(10.5, 0.7 + 2.6 * len(shown)), layout="constrained")
    for (curves, newest), feed in zip(figure.subplots(len(shown), 2, squeeze=False), shown, strict=True):
        _draw_curves(curves, feed)
        _draw_newest(newest, feed)
    title = "Records come in late: curves by feed, and newest periods corrected for what is not in yet"
    figure.suptitle(title, x=0.01, ha="left", fontsize=12)
    figure.supxlabel(footer, x=0.01, ha="left", fontsize=8, color=_GREY, parse_math=False)
    # Fixed identifiers and no date: a picture of the same facts is the same file.
    with mpl.rc_context({"svg.hashsalt": "completeness", "svg.fonttype": "path"}):
        metadata = {"Date": None} if path.suffix == ".svg" else {"Software": None}
        figure.savefig(path, dpi=130, metadata=metadata)


def _draw_curves(axes: Axes, feed: FeedCompleteness) -> None:
    whole = feed.curves[ALL]
    last = min(int(np.argmax(whole >= 0.995)) + 2, len(whole))
    for strand, curve in feed.curves.items():
        every = strand == ALL
        axes.plot(
            curve[:last], color=_RECORDED if every else _GREY, lw=2.2 if every else 0.8, alpha=1 if every else 0.6
        )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.axhline(0.9, color="black", lw=0.6, ls=":")
    axes.set(ylim=(0, 1.02), ylabel="share in", xlabel=f"{feed.kind}s after a {feed.kind}'s end")
    axes.set_title(f"{feed.name}: all strands (thick) and each", fontsize=10, loc="left", parse_math=False)
    axes.spines[["top", "right"]].set_visible(False)


def _draw_newest(axes: Axes, feed: FeedCompleteness) -> None:
    rows = [row for row in feed.newest if row.strand == ALL][-_WEEKS_SHOWN:]
    at = np.arange(len(rows))
    axes.bar(at, [row.recorded for row in rows], color=_RECORDED, width=0.7, label="recorded so far")
    for place, row in zip(at, rows, strict=True):
        if row.expected is not None and row.low is not None and row.high is not None:
            axes.fill_between([place - 0.35, place + 0.35], row.low, row.high, color=_RANGE, zorder=2)
            axes.hlines(row.expected, place - 0.35, place + 0.35, color=_EXPECTED, lw=2, zorder=3)
    axes.hlines([], 0, 0, color=_EXPECTED, lw=2, label="expected, with 8 in 10 range")
    axes.set_xticks(at, [f"{row.start:%d %b}\n{row.share:.0%}" for row in rows], fontsize=7)
    axes.set_ylim(0, 1.22 * max([row.high or row.recorded for row in rows], default=1.0) or 1.0)
    axes.set_title("newest periods: first day, share usually in", fontsize=10, loc="left")
    axes.legend(frameon=False, fontsize=8, loc="upper left", ncols=2)
    axes.spines[["top", "right"]].set_visible(False)
