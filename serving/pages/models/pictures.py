"""Pictures of models, from figures that the record holds."""

from typing import Any

from markupsafe import Markup
from matplotlib.figure import Figure

from serving.pages.charts import BAND, INK, LINE, OTHER, QUIET, chart
from serving.pages.words import strand_name

_ROW_INCHES, _HEAD_INCHES = 0.4, 0.8
_CHALLENGER = "challenger"
_PANEL_INCHES = 1.9
_COLUMNS = 3
_MOST_STRANDS = 12


def beside_simple(evidence: dict[str, Any]) -> Markup | None:
    """Draw for each strand the CRPS of the model and of each simple method."""
    methods = evidence["methods"]
    own = methods.get(_CHALLENGER, {}).get("crps_by_strand", {})
    others = {name: found["crps_by_strand"] for name, found in methods.items() if name != _CHALLENGER}
    strands = [strand for strand in own if any(strand in found for found in others.values())]
    if not strands:
        return None

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for at, strand in enumerate(reversed(strands)):
            known = [found[strand] for found in others.values() if strand in found]
            axes.plot(known, [at] * len(known), "|", color=OTHER, markersize=13, markeredgewidth=2)
            axes.plot([own[strand]], [at], "o", color=LINE, markersize=7)
        axes.set_yticks(range(len(strands)), [strand_name(strand) for strand in reversed(strands)])
        axes.set_xlabel("CRPS: mean distance of forecast from count; left is better")
        axes.grid(axis="x")

    words = "CRPS by strand: the model as a dot, each simple method as a stroke. The table says the same."
    return chart(draw, words, height=_HEAD_INCHES + _ROW_INCHES * len(strands))


def intervals(evidence: dict[str, Any]) -> Markup | None:
    """Draw the changes of measures against other methods, with their intervals."""
    checks = [one for one in evidence["checks"] if one["against"] and one["low"] is not None]
    label = "change in % against the other method; left of 0 is better"
    return _intervals(checks, label, "Changes of measures with their intervals", limits=(0.0, 0.0))


def coverage(evidence: dict[str, Any]) -> Markup | None:
    """Draw how many counts fell within ranges that say 80 %, level by level, with what the gate admits."""
    checks = [one for one in evidence["checks"] if one["name"].startswith("coverage") and one["low"] is not None]
    low, high = evidence["thresholds"]["limits"]["coverage"]
    label = "counts within ranges that say 80 %, in %"
    return _intervals(checks, label, "How often ranges of 80 % held the count", limits=(low, high))


def _intervals(checks: list[dict[str, Any]], label: str, words: str, limits: tuple[float, float]) -> Markup | None:
    if not checks:
        return None

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        axes.axvspan(100 * limits[0], 100 * limits[1], facecolor=BAND, edgecolor=QUIET, linewidth=1)
        for at, one in enumerate(checks):
            colour = OTHER if one["outcome"] == "failed" else LINE
            axes.plot([100 * one["low"], 100 * one["high"]], [at, at], color=colour, linewidth=3)
            axes.plot([100 * one["value"]], [at], marker="D" if one["outcome"] == "failed" else "o", color=INK)
        axes.set_yticks(range(len(checks)), [f"{one['name']}\n{one['about']}" for one in checks])
        axes.set_ylim(len(checks) - 0.4, -0.6)
        axes.set_xlabel(label)

    told = f"{words}: " + "; ".join(f"{one['name']}, {one['about']}: {one['shown']}" for one in checks)
    return chart(draw, told, height=_HEAD_INCHES + 0.55 * len(checks))


def calibration(found: dict[str, Any]) -> Markup | None:
    """Draw for each strand the share of counts at or below each level of the forecast, beside what it should be."""
    pit = found.get("pit") or {"levels": [], "shares": {}}
    strands = list(pit["shares"])[:_MOST_STRANDS]
    if not strands:
        return None

    def draw(figure: Figure) -> None:
        for axes, strand in zip(_grid(figure, len(strands)), strands, strict=False):
            axes.plot([0, 1], [0, 1], color=QUIET, linewidth=1, linestyle="--")
            axes.plot([0, *pit["levels"], 1], [0, *pit["shares"][strand], 1], color=LINE, linewidth=2)
            axes.set_title(strand_name(strand), fontsize=9)

    words = "Calibration (PIT) by strand: the nearer the line is to the diagonal, the better ranges hold what they say."
    return chart(draw, words, height=_PANEL_INCHES * -(-len(strands) // _COLUMNS))


def weekly(found: dict[str, Any]) -> Markup | None:
    """Draw for each strand what was recorded and what had been forecast, period by period."""
    strands = list(found["weekly"])[:_MOST_STRANDS]
    if not strands or not found["periods"]:
        return None

    def draw(figure: Figure) -> None:
        for axes, strand in zip(_grid(figure, len(strands)), strands, strict=False):
            told = found["weekly"][strand]
            at = range(len(told["recorded"]))
            axes.plot(at, told["recorded"], "o", color=INK, markersize=4)
            axes.plot(at, told["forecast"], color=OTHER, linewidth=2)
            axes.set_title(strand_name(strand), fontsize=9)
            axes.set_ylim(bottom=0)
            axes.set_xticks([])

    words = f"Recorded (dots) and forecast (line) in each {found['period']} since training, strand by strand."
    return chart(draw, words, height=_PANEL_INCHES * -(-len(strands) // _COLUMNS))


def _grid(figure: Figure, panels: int) -> list[Any]:
    rows = -(-panels // _COLUMNS)
    every = figure.subplots(rows, _COLUMNS, squeeze=False).ravel().tolist()
    for axes in every[panels:]:
        axes.set_axis_off()
    return every[:panels]
