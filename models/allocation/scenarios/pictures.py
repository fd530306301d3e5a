"""Pictures of scenarios: who gains and loses, the frontier, the price of fairness, and ranks by choice."""

import textwrap
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from models.allocation.scenarios.compare import Comparison, Line
from models.allocation.scenarios.fairness import FairnessPoint
from models.allocation.scenarios.frontier import FrontierPoint
from models.allocation.scenarios.labels import Labels
from models.allocation.scenarios.sensitivity import Sensitivity

SUFFIXES = (".png", ".svg")
# Apart for readers who see red and green alike.
_GAIN, _LOSE, _LINE, _SECOND, _GREY = "#1f5f99", "#d98c21", "#1f5f99", "#b3541e", "#5a6470"
_MOST_DISTRICTS, _MOST_RANKS, _WRAP = 20, 20, 140


def draw_comparison(told: Comparison, labels: Labels, path: Path) -> None:
    """Draw hours gained and lost by district and by decile to .png or .svg."""
    districts = sorted(told.districts, key=lambda line: (-abs(line.change), line.name))[:_MOST_DISTRICTS]
    districts.sort(key=lambda line: (-line.change, line.name))
    rows = max(len(districts), len(told.deciles), 4)
    figure = Figure(figsize=(11.0, 2.6 + 0.3 * rows), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1.3, 1.0))
    _bars(left, districts, "hours more (right) or fewer (left), by district")
    _bars(right, told.deciles, "the same by deprivation decile, 1 the most deprived")
    first, second = told.names
    _finish(figure, f"Hours of {second} against {first}", labels, path)


def draw_frontier(points: Sequence[FrontierPoint], labels: Labels, path: Path) -> None:
    """Draw harm against hours, and the price of an hour along it."""
    known = [point for point in points if point.harm is not None and point.price is not None]
    figure = Figure(figsize=(10.5, 5.2), layout="constrained")
    axes = figure.subplots()
    hours = [point.hours for point in known]
    axes.plot(hours, [point.harm or 0.0 for point in known], color=_LINE, marker="o", label="expected harm met")
    axes.set_xlabel("hours that there are, of all resources in the same proportion")
    axes.set_ylabel("expected harm met", color=_LINE)
    axes.set_ylim(bottom=0)
    for point in known:
        if point.factor == 1:
            axes.annotate(
                "the plan", (point.hours, point.harm or 0.0), (0, -18), textcoords="offset points", ha="center"
            )
    price = axes.twinx()
    price.plot(hours, [point.price or 0.0 for point in known], color=_SECOND, marker="s", linestyle="--")
    price.set_ylabel("what one hour more would add (dashed)", color=_SECOND)
    price.set_ylim(bottom=0)
    price.spines[["top"]].set_visible(False)
    axes.spines[["top", "right"]].set_visible(False)
    lacking = [f"{point.factor:g}" for point in points if point.harm is None]
    note = f"No plan keeps the rules at {', '.join(lacking)} times the hours." if lacking else ""
    _finish(figure, "Harm against hours, and the price of an hour", labels, path, note)


def draw_fairness(points: Sequence[FairnessPoint], labels: Labels, path: Path) -> None:
    """Draw the price of fairness against the band, and between which ratios the deciles lie."""
    known = [point for point in points if point.price is not None]
    figure = Figure(figsize=(10.5, 5.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    at = np.arange(len(known))
    names = ["no rule" if point.band is None else f"{1 / point.band:.2f}-{point.band:g}" for point in known]
    cost = [100 * (point.price or 0.0) for point in known]
    left.plot(at, cost, color=_LINE, marker="o")
    left.set_ylabel("harm given up, % of the plan without the rule")
    left.set_ylim(bottom=min(0.0, *cost) if cost else 0.0)
    low, high = [point.lowest or 0.0 for point in known], [point.highest or 0.0 for point in known]
    right.vlines(at, low, high, color=_GREY, linewidth=2)
    right.scatter(at, high, color=_GAIN, marker="^", label="decile with most hours for its need", zorder=3)
    right.scatter(at, low, color=_LOSE, marker="v", label="decile with fewest", zorder=3)
    right.axhline(1.0, color=_GREY, linewidth=0.8)
    right.set_ylabel("share of hours over share of need")
    right.legend(frameon=False, fontsize=8)
    for axes in (left, right):
        axes.set_xticks(at, names, rotation=30, ha="right")
        axes.set_xlabel("band of hours' share over need's share")
        axes.spines[["top", "right"]].set_visible(False)
    lacking = [f"{point.band:g}" for point in points if point.price is None and point.band is not None]
    note = f"No plan keeps the rules at the band {', '.join(lacking)}." if lacking else ""
    _finish(figure, "Price of fairness", labels, path, note)


def draw_sensitivity(told: Sensitivity, labels: Labels, path: Path) -> None:
    """Draw the ranks of the areas whose place depends on a choice, those apart the most."""
    shown = told.marked[:_MOST_RANKS]
    figure = Figure(figsize=(10.5, 2.8 + 0.3 * max(len(shown), 3)), layout="constrained")
    axes = figure.subplots()
    marks = "osD^vP*X<>hp"
    colours = ("#1f5f99", "#d98c21", "#3a7d5c", "#8a4fa0", "#b3541e", "#5a6470", "#2aa1b3", "#a61c3c")
    for row, area in enumerate(shown):
        axes.plot([min(area.rank.values()), max(area.rank.values())], [row, row], color="#cfd8e3", linewidth=4)
    for number, name in enumerate(told.choices):
        ranks = [area.rank[name] for area in shown]
        mark, colour = marks[number % len(marks)], colours[number % len(colours)]
        axes.scatter(ranks, range(len(shown)), marker=mark, color=colour, label=name, s=36, zorder=3)
    names = [labels.areas.get(area.area_code, area.area_code) for area in shown]
    axes.set_yticks(range(len(shown)), names, fontsize=9, parse_math=False)
    axes.invert_yaxis()
    axes.set_xlabel(f"rank by hours among {len(told.areas):,} areas, 1 the most")
    axes.legend(frameon=False, fontsize=8, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncol=4)
    _bare(axes)
    title = f"{len(told.marked):,} areas whose place in the plan depends on weights or effect"
    note = f"Shown are the {len(shown)} whose ranks are apart the most." if len(told.marked) > len(shown) else ""
    _finish(figure, title, labels, path, note)


def _bars(axes: Axes, lines: Sequence[Line], label: str) -> None:
    values = [line.change for line in lines]
    bars = axes.barh(range(len(lines)), values, color=[_GAIN if value >= 0 else _LOSE for value in values], height=0.7)
    axes.bar_label(bars, [f"{value:+.1f}" for value in values], padding=3, fontsize=8)
    axes.set_yticks(range(len(lines)), [line.name for line in lines], fontsize=9, parse_math=False)
    axes.invert_yaxis()
    axes.axvline(0.0, color=_GREY, linewidth=0.8)
    axes.set_xlabel(label)
    axes.margins(x=0.18)
    _bare(axes)


def _bare(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _finish(figure: Figure, title: str, labels: Labels, path: Path, note: str = "") -> None:
    """Add title and footer and save; the same picture is the same file: fixed identifiers and no date."""
    figure.suptitle(f"{labels.mark}{title}\n{labels.subtitle}", x=0.01, ha="left", fontsize=12, parse_math=False)
    lines = [line for text in (note, *labels.footer) if text for line in textwrap.wrap(text, _WRAP)]
    figure.supxlabel("\n".join(lines), x=0.01, ha="left", fontsize=8, color=_GREY, parse_math=False)
    with mpl.rc_context({"svg.hashsalt": "scenario", "svg.fonttype": "path"}):
        metadata = {"Date": None} if path.suffix == ".svg" else {"Software": None}
        figure.savefig(path, dpi=150, metadata=metadata)
