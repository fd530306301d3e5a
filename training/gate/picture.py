"""The picture of a decision: every comparison with its interval and threshold, and coverage by level."""

from collections.abc import Sequence
from io import BytesIO

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from features.settings import SYNTHETIC
from training.gate.checks import Check
from training.gate.decision import Decision
from training.pictures import BLUE, DOTS_AN_INCH, GREY, ORANGE

_SIZE_INCHES = (11.0, 4.6)
_COLOURS = {"passed": BLUE, "failed": ORANGE, "not assessed": GREY}


def draw(decision: Decision, *, synthetic: bool) -> bytes:
    """Return a PNG: changes of measures on the left (better to the left), coverage of 80 % ranges on the right."""
    figure = Figure(figsize=_SIZE_INCHES, dpi=DOTS_AN_INCH, layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    changes = [check for check in decision.checks if check.against and check.low is not None]
    ranges = [check for check in decision.checks if check.name.startswith("coverage") and check.low is not None]
    _intervals(left, changes)
    left.axvline(0.0, color="black", lw=0.8)
    left.set_xlabel("change in % against the other method; left is better")
    _intervals(right, ranges)
    low, high = decision.gate.file.limits.coverage
    right.axvspan(100 * low, 100 * high, color=GREY, alpha=0.25, lw=0)
    right.set_xlabel("counts within ranges that say 80 %, in %")
    short = ", short history" if decision.short_history else ""
    made_up = f"    {SYNTHETIC}" if synthetic else ""
    figure.suptitle(f"{decision.challenger.version}: {decision.verdict}{short}{made_up}", x=0.01, ha="left")
    buffer = BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def _intervals(axes: Axes, checks: Sequence[Check]) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    for place, check in enumerate(checks):
        if check.value is None or check.low is None or check.high is None:
            continue
        colour = _COLOURS[check.outcome]
        axes.plot([100 * check.low, 100 * check.high], [place, place], color=colour, lw=2)
        axes.plot([100 * check.value], [place], color=colour, marker="o")
    labels = [f"{check.name}\n{check.about}" + (f" v {check.against}" if check.against else "") for check in checks]
    axes.set_yticks(range(len(checks)), labels)
    axes.set_ylim(max(len(checks), 1) - 0.5, -0.5)
