"""A picture of a plan: hours of the areas that get most, and by strand what is expected and how much of it is met."""

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

SUFFIXES = (".png", ".svg")
_MOST_AREAS = 24
_LINE = 150
_MOST_LETTERS = 40
_HELD, _FREE, _EXPECTED, _MET, _GREY = "#d98c21", "#1f5f99", "#cfdcea", "#1f5f99", "#5a6470"
# Statuses of areas whose hours a rule holds where they are begin so.
_HOLDING = ("locked", "at its floor", "capped", "held by a rule")
_SMALL: dict[str, Any] = {"fontsize": 8, "va": "center"}
_LEGEND: dict[str, Any] = {
    "fontsize": 8,
    "frameon": False,
    "loc": "lower right",
    "bbox_to_anchor": (1.0, 1.0),
    "ncol": 2,
}


def draw_plan(document: Mapping[str, Any], path: Path) -> None:
    """Draw a plan's document to .png or .svg; the same document gives the same picture.

    Colours stay apart for readers who see red and green alike, and each bar carries its number.
    """
    ranked = sorted(document["areas"], key=lambda area: (-area["hours"], area["area_code"]))
    shown = [area for area in ranked if area["hours"] > 0][:_MOST_AREAS] or ranked[:1]
    strands = document["coverage"]["strands"]
    rows = max(len(shown), len(strands))
    figure = Figure(figsize=(11.5, 2.6 + 0.26 * rows), layout="constrained")
    hours, demand = figure.subplots(1, 2, width_ratios=(1.15, 1.0))
    _draw_hours(hours, shown)
    _draw_strands(demand, document)
    made_up = "SYNTHETIC: " if document["synthetic"] else ""
    standing = str((document.get("standing") or {}).get("status") or "draft").upper()
    objective, totals = document["objective"], document["totals"]
    placed = sum(row["placed"] for row in document["resources"])
    share = "" if totals["coverage"] is None else f"; {100 * totals['coverage']:.0f} % of harm {objective['kind']}"
    title = f"{made_up}{standing}: plan for {document['period']['text']}"
    subtitle = f"{placed:,.1f} hours over {totals['areas']:,} areas{share}; left are the {len(shown)} areas with most"
    figure.suptitle(f"{title}\n{subtitle}", x=0.01, ha="left", fontsize=12, parse_math=False)
    lines = [line for text in _footer(document) for line in textwrap.wrap(text, _LINE)]
    figure.supxlabel("\n".join(lines), x=0.01, ha="left", fontsize=8, color=_GREY, parse_math=False)
    # Fixed identifiers and no date: a picture of the same plan is the same file.
    with mpl.rc_context({"svg.hashsalt": "plan", "svg.fonttype": "path"}):
        metadata = {"Date": None} if path.suffix == ".svg" else {"Software": None}
        figure.savefig(path, dpi=150, metadata=metadata)


def _draw_hours(axes: Axes, shown: list[Mapping[str, Any]]) -> None:
    values = [area["hours"] for area in shown]
    held = [str(area["status"]).startswith(_HOLDING) for area in shown]
    bars = axes.barh(range(len(shown)), values, color=[_HELD if rule else _FREE for rule in held], height=0.72)
    axes.bar_label(bars, [f"{value:,.1f}" for value in values], padding=3, fontsize=8)
    names = [textwrap.shorten(area["name"], _MOST_LETTERS, placeholder="...") for area in shown]
    axes.set_yticks(range(len(shown)), names, fontsize=9, parse_math=False)
    axes.set_xlabel("hours of all resources")
    if any(held):
        legend = [Patch(color=_FREE, label="no rule holds it"), Patch(color=_HELD, label="held by a rule")]
        axes.legend(handles=legend, **_LEGEND)
    _bare(axes)


def _draw_strands(axes: Axes, document: Mapping[str, Any]) -> None:
    """Draw expected incidents by strand with their range, and what of them is met; unweighted strands say so."""
    verb = document["objective"]["kind"]
    strands = sorted(document["coverage"]["strands"], key=lambda row: (-row["expected"], row["strand"]))
    rows = range(len(strands))
    expected = [row["expected"] for row in strands]
    ends = [row["expected_range"] for row in strands]
    # The mean of a skewed count may lie outside the range of most of them.
    below = [max(value - low, 0.0) for value, (low, _) in zip(expected, ends, strict=True)]
    above = [max(high - value, 0.0) for value, (_, high) in zip(expected, ends, strict=True)]
    axes.barh(rows, expected, color=_EXPECTED, height=0.72)
    axes.barh(rows, [row["met"] for row in strands], color=_MET, height=0.72)
    axes.errorbar(expected, rows, xerr=[below, above], fmt="none", ecolor=_GREY, elinewidth=1, capsize=2)
    for at, row in enumerate(strands):
        text = "" if row["covered"] is None else f"{100 * row['covered']:.0f} %"
        axes.annotate(text, (max(ends[at][1], expected[at]), at), (5, 0), textcoords="offset points", **_SMALL)
    names = [row["strand"] if row["weighted"] else f"{row['strand']} (unweighted)" for row in strands]
    axes.set_yticks(rows, [textwrap.fill(name, 26) for name in names], fontsize=9, parse_math=False)
    axes.set_xlabel("expected recorded incidents; the line: 8 in 10 times")
    legend = [Patch(color=_MET, label=f"{verb} by the plan's assumptions"), Patch(color=_EXPECTED, label="expected")]
    axes.legend(handles=legend, **_LEGEND)
    _bare(axes)


def _bare(axes: Axes) -> None:
    axes.invert_yaxis()
    axes.margins(x=0.14, y=0.02)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _footer(document: Mapping[str, Any]) -> list[str]:
    """Return what must stand under a picture: what it shows, its notices, its source and its record."""
    record = [f"Plan {document['plan_id']}, recorded as {document['audit_id']}."] if "plan_id" in document else []
    notices = [f"Notices: {', '.join(document['notices'])}."] if document["notices"] else []
    attribution = [document["attribution"]] if document["attribution"] else []
    said = "Expected demand is recorded incidents in areas, never a statement about a person."
    return [said, *notices, *record, *attribution]
