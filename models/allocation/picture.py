"""A picture of a plan: the hours of the areas that get most, beside what they expect and how much of it is reached."""

import textwrap
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

SUFFIXES = (".png", ".svg")
_MOST_AREAS = 20
_LINE = 150
_HELD = "#d98c21"
_FREE = "#1f5f99"
_EXPECTED = "#cfd8e3"
_REACHED = "#3a7d5c"
_GREY = "#5a6470"


def draw_plan(document: dict[str, Any], path: Path) -> None:
    """Draw a plan's document to .png or .svg; the same document gives the same picture.

    Colours stay apart for readers who see red and green alike, and each bar carries its number.
    """
    shown = sorted(document["areas"], key=lambda area: (-area["hours"], area["area_code"]))[:_MOST_AREAS]
    figure = Figure(figsize=(10.5, 2.3 + 0.27 * len(shown)), layout="constrained")
    hours, demand = figure.subplots(1, 2, sharey=True, width_ratios=(1.0, 1.0))
    _draw_hours(hours, shown)
    weighted = document["summary"]["expected"] != document["summary"]["weighted_expected"]
    _draw_demand(demand, shown, "expected recorded incidents" + ", times their harm weight" * weighted)
    hours.set_yticks(range(len(shown)), [area["name"] for area in shown], fontsize=9, parse_math=False)
    hours.invert_yaxis()
    summary = document["summary"]
    made_up = "SYNTHETIC: " if "synthetic" in document["notices"] else ""
    draft = "DRAFT: " if document.get("draft") else ""
    title = f"{made_up}{draft}Patrol plan for {document['period']['text']}"
    subtitle = f"{summary['total_hours']:,.10g} hours over {summary['areas']:,} areas"
    if summary["areas"] > len(shown):
        subtitle += f"; shown are the {len(shown)} with most"
    figure.suptitle(f"{title}\n{subtitle}", x=0.01, ha="left", fontsize=12)
    figure.supxlabel(
        "\n".join(line for text in _footer(document) for line in textwrap.wrap(text, _LINE)),
        x=0.01,
        ha="left",
        fontsize=8,
        color=_GREY,
        parse_math=False,
    )
    # Fixed identifiers and no date: a picture of the same plan is the same file.
    with mpl.rc_context({"svg.hashsalt": "plan", "svg.fonttype": "path"}):
        metadata = {"Date": None} if path.suffix == ".svg" else {"Software": None}
        figure.savefig(path, dpi=150, metadata=metadata)


def _draw_hours(axes: Axes, shown: list[dict[str, Any]]) -> None:
    values = [area["hours"] for area in shown]
    colours = [_HELD if area["limit"] else _FREE for area in shown]
    bars = axes.barh(range(len(shown)), values, color=colours, height=0.72)
    axes.bar_label(bars, [f"{value:.1f}" for value in values], padding=3, fontsize=8)
    axes.set_xlabel("hours")
    axes.margins(x=0.12)
    if any(area["limit"] for area in shown):
        legend = [Patch(color=_FREE, label="no limit holds it"), Patch(color=_HELD, label="held by a limit")]
        axes.legend(handles=legend, fontsize=8, frameon=False, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncol=2)
    _bare(axes)


def _draw_demand(axes: Axes, shown: list[dict[str, Any]], label: str) -> None:
    rows = range(len(shown))
    bars = axes.barh(rows, [area["weighted_expected"] for area in shown], color=_EXPECTED, height=0.72)
    axes.barh(rows, [area["reached"] for area in shown], color=_REACHED, height=0.72)
    axes.bar_label(bars, [f"{100 * area['reach']:.0f} %" for area in shown], padding=3, fontsize=8)
    axes.set_xlabel(label)
    axes.margins(x=0.12)
    legend = [Patch(color=_REACHED, label="reached by the plan's assumption"), Patch(color=_EXPECTED, label="expected")]
    axes.legend(handles=legend, fontsize=8, frameon=False, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncol=2)
    _bare(axes)


def _bare(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _footer(document: dict[str, Any]) -> list[str]:
    """Return what must stand under a picture: what it shows, its notices, its source and its record."""
    record = [f"Plan {document['plan_id']}, recorded as {document['audit_id']}."] if "plan_id" in document else []
    notices = [f"Notices: {', '.join(document['notices'])}."] if document["notices"] else []
    attribution = [document["attribution"]] if document["attribution"] else []
    return [
        "Expected demand is recorded incidents in areas, never a statement about a person.",
        *notices,
        *record,
        *attribution,
    ]
