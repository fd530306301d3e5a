"""Pictures of an area: its counts before the fan of what is expected, and its reasons as a waterfall."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import accumulate, pairwise
from operator import mul
from typing import Any

from markupsafe import Markup
from matplotlib.figure import Figure

from serving.pages.charts import BAND, INK, LINE, OTHER, PAPER, QUIET, WIDE_BAND, chart

BASE, CALIBRATION = "base", "calibration"
_WIDE, _NARROW = ("q0.05", "q0.95"), ("q0.25", "q0.75")
_BAR = 0.62


def fan(starts: Sequence[str], row: Mapping[str, Any], chosen: int, what: str) -> Markup:
    """Return the picture of counts before a run and of the ranges of its forecasts.

    Args:
        starts: First day of each period of the counts.
        row: Counts and forecasts, as the API tells them.
        chosen: Horizon of the forecast that the page is about.
        what: Of which strand and area.
    """
    past = [date.fromisoformat(start) for start in starts]
    counts = [float("nan") if count is None else count for count in row["counts"]]
    forecasts = row["forecasts"]
    days = [date.fromisoformat(one["period_start"]) for one in forecasts]
    at = next(number for number, one in enumerate(forecasts) if one["horizon"] == chosen)

    def draw(figure: Figure) -> None:
        axes: Any = figure.add_subplot()
        for (low, high), colour in ((_WIDE, WIDE_BAND), (_NARROW, BAND)):
            lower, upper = ([one["quantiles"][name] for one in forecasts] for name in (low, high))
            axes.fill_between(days, lower, upper, step="mid", color=colour, linewidth=0)
        axes.plot(past, counts, color=INK, linewidth=1.2, marker="o", markersize=3, label="recorded")
        means = [one["mean"] for one in forecasts]
        axes.plot(days, means, color=LINE, linewidth=2, linestyle="--", label="expected")
        axes.plot(days[at], means[at], marker="D", markersize=8, color=OTHER, markeredgecolor=PAPER, linestyle="none")
        axes.set_ylim(bottom=0)
        axes.set_ylabel("recorded incidents")
        axes.grid(axis="y")
        axes.legend(loc="upper left", ncols=2)

    known = [count for count in row["counts"] if count is not None]
    before = f"Recorded in the {len(known)} periods before: {_span(known)} in each. " if known else ""
    one = forecasts[at]
    wide = f"{one['quantiles'][_WIDE[0]]:g} to {one['quantiles'][_WIDE[1]]:g}"
    words = f"{what}. {before}Expected: {one['mean']:.2f}, range {wide}. The table below says the same."
    return chart(draw, words, height=3.4)


def waterfall(reasons: Mapping[str, Any], names: Mapping[str, str]) -> Markup:
    """Return the picture of how multipliers lead from the base to what is expected.

    Args:
        reasons: An explanation, as the API tells it.
        names: Of the steps, base and calibration among them.
    """
    steps = steps_of(reasons)
    levels = list(accumulate((factor for _, factor in steps), mul, initial=reasons["base"]))
    labels = [names[BASE], *(names[group] for group, _ in steps), "Expected"]

    def draw(figure: Figure) -> None:
        axes: Any = figure.add_subplot()
        rows = range(len(labels))
        axes.barh(0, levels[0], height=_BAR, color=QUIET)
        for row, ((before, after), (_, factor)) in enumerate(zip(pairwise(levels), steps, strict=True), start=1):
            colour = OTHER if after >= before else LINE
            axes.barh(row, abs(after - before), left=min(before, after), height=_BAR, color=colour)
            axes.text(max(before, after), row, f"  ×{factor:.2f}", va="center", color=INK)
            axes.plot([before, before], [row - 1, row], color=QUIET, linewidth=0.8)
        axes.barh(len(labels) - 1, reasons["mean"], height=_BAR, color=INK)
        axes.text(levels[0], 0, f"  {levels[0]:.2f}", va="center", color=INK)
        axes.text(reasons["mean"], len(labels) - 1, f"  {reasons['mean']:.2f}", va="center", color=INK)
        axes.set_yticks(list(rows), labels)
        axes.invert_yaxis()
        axes.set_xlim(0, 1.15 * max(*levels, reasons["mean"], 1e-9))
        axes.set_xlabel("incidents")
        axes.tick_params(axis="y", length=0)

    told = ", ".join(f"{names[group]} times {factor:.2f}" for group, factor in steps)
    words = f"From {levels[0]:.2f} to {reasons['mean']:.2f}: {told}. The table says the same."
    return chart(draw, words, height=0.42 * len(labels) + 0.6)


def steps_of(reasons: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Return the multipliers of an explanation, the strongest first, the calibration last."""
    logs: Mapping[str, float | None] = reasons["log_contributions"]

    def strength(group: str) -> float:
        log = logs[group]
        return float("inf") if log is None else abs(log)

    groups = sorted(reasons["multipliers"], key=lambda group: (-strength(group), group))
    return [(group, reasons["multipliers"][group]) for group in groups] + [(CALIBRATION, reasons["calibration"])]


def _span(counts: Sequence[float]) -> str:
    return f"{min(counts):g} to {max(counts):g}"
