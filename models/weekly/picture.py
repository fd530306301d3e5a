"""A picture of the outlook: each strand's recorded weeks, and the range expected next."""

from io import BytesIO

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from models.weekly.outlook import Outlook, StrandOutlook

_RECORDED, _EXPECTED, _RANGE, _GREY = "#1f5f99", "#d98c21", "#f2d3a5", "#5a6470"
_ACROSS, _MOST = 3, 12


def draw_outlook(found: Outlook, marks: tuple[str, ...]) -> bytes:
    """Return small charts by strand as PNG; the same outlook gives the same picture."""
    shown = found.strands[:_MOST]
    down = -(-len(shown) // _ACROSS)
    figure = Figure(figsize=(11.5, 0.8 + 2.0 * down), layout="constrained")
    panels = figure.subplots(down, _ACROSS, squeeze=False).ravel().tolist()
    for axes, strand in zip(panels, shown, strict=False):
        _draw(axes, strand, found)
    for axes in panels[len(shown) :]:
        axes.set_visible(False)
    made_up = "SYNTHETIC: " if any("SYNTHETIC" in mark for mark in marks) else ""
    title = f"{made_up}recorded by {found.kind} (blue); expected from {found.start} (amber; the bar: 8 in 10 times)"
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    figure.supxlabel(" ".join(marks), x=0.01, ha="left", fontsize=8, color=_GREY, parse_math=False)
    buffer = BytesIO()
    figure.savefig(buffer, dpi=120, format="png", metadata={"Software": None})
    return buffer.getvalue()


def _draw(axes: Axes, strand: StrandOutlook, found: Outlook) -> None:
    values = np.array(strand.recent)
    step = 7.0 if found.kind == "week" else 30.4
    # Measured in periods before the one to come, which may lie further ahead than the next one.
    ahead = max(1.0, round((found.start - found.last_start).days / step))
    back = np.arange(len(values)) - len(values) + 1.0
    axes.plot(back, values, color=_RECORDED, lw=1.5)
    axes.fill_between([ahead - 0.45, ahead + 0.45], strand.low, strand.high, color=_RANGE)
    axes.hlines(strand.expected, ahead - 0.45, ahead + 0.45, color=_EXPECTED, lw=2.5)
    axes.annotate(f"{strand.expected:,.0f}", (ahead + 0.6, strand.expected), fontsize=8, va="center", color=_EXPECTED)
    axes.set_ylim(0, 1.18 * max(strand.high, float(np.nanmax(values, initial=1.0))))
    axes.set_xlim(back[0], ahead + 3.2)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    axes.tick_params(labelsize=7)
    axes.set_title(strand.strand, fontsize=9, loc="left", parse_math=False)
    axes.spines[["top", "right"]].set_visible(False)
