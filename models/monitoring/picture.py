"""A picture of monitoring: the state of each measure by strand, and recorded beside forecast in the periods since."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from models.monitoring.verdict import NOT_ASSESSED, OK, RETRAIN, SUSPEND

# Apart also for readers who see red and green alike, and each field says its state by its number and its mark too.
_COLOURS = {OK: "#dbe8f4", RETRAIN: "#f2c879", SUSPEND: "#7a1f2b", NOT_ASSESSED: "#f4f4f4"}
_MARKS = {OK: "", RETRAIN: " !", SUSPEND: " !!", NOT_ASSESSED: ""}
_RECORDED, _FORECAST, _GREY = "#1f5f99", "#d98c21", "#5a6470"
_MOST_STRANDS = 16


def draw_monitoring(document: Mapping[str, Any]) -> bytes:
    """Return the picture of a monitoring's document as PNG; the same document gives the same picture."""
    strands = list(document["strands"])[:_MOST_STRANDS]
    figure = Figure(figsize=(11.5, 1.9 + 0.62 * max(len(strands), 3)), layout="constrained")
    states, weeks = figure.subfigures(1, 2, squeeze=False, width_ratios=(2.3, 1.0))[0]
    _draw_states(states.subplots(), document, strands)
    _draw_weeks(weeks.subplots(max(len(strands), 1), 1, squeeze=False, sharex=True)[:, 0].tolist(), document, strands)
    made_up = "SYNTHETIC: " if any("SYNTHETIC" in mark for mark in document["marks"]) else ""
    title = f"{made_up}{document['model_version']} as of {document['as_of']}: {document['state']}"
    figure.suptitle(title, x=0.01, ha="left", fontsize=12, parse_math=False)
    marks = " ".join(document["marks"])
    figure.supxlabel(marks, x=0.01, ha="left", fontsize=8, color=_GREY, parse_math=False, wrap=True)
    buffer = BytesIO()
    with mpl.rc_context({"svg.hashsalt": "monitoring"}):
        figure.savefig(buffer, dpi=130, format="png", metadata={"Software": None})
    return buffer.getvalue()


def _columns(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return measure and detail of each column, in the order in which they were measured."""
    return list(dict.fromkeys((verdict["measure"], verdict["detail"]) for verdict in document["verdicts"]))


def _draw_states(axes: Axes, document: Mapping[str, Any], strands: list[str]) -> None:
    columns = _columns(document)
    found = {(v["strand"], v["measure"], v["detail"]): v for v in document["verdicts"]}
    for row, strand in enumerate(strands):
        for column, key in enumerate(columns):
            verdict = found.get((strand, *key)) or found.get(("all", *key))
            if verdict is None:
                continue
            state = verdict["state"]
            hatch = "///" if state == NOT_ASSESSED else ""
            field = mpl.patches.Rectangle(
                (column, row), 0.96, 0.92, facecolor=_COLOURS[state], hatch=hatch, edgecolor="#d5dce4", lw=0
            )
            axes.add_patch(field)
            value = "–" if verdict["value"] is None else f"{verdict['value']:.2f}".rstrip("0").rstrip(".")
            colour = "white" if state == SUSPEND else "black"
            place = (column + 0.48, row + 0.46)
            axes.annotate(value + _MARKS[state], place, ha="center", va="center", fontsize=8, color=colour)
    axes.set(xlim=(0, len(columns)), ylim=(max(len(strands), 1), 0))
    names = [detail or measure.replace("_", " ") for measure, detail in columns]
    axes.set_xticks(np.arange(len(columns)) + 0.48, names, rotation=38, ha="left", fontsize=8)
    axes.xaxis.tick_top()
    axes.set_yticks(np.arange(len(strands)) + 0.46, strands, fontsize=9, parse_math=False)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    legend = [mpl.patches.Patch(facecolor=_COLOURS[s], label=s + _MARKS[s], edgecolor="#d5dce4") for s in _COLOURS]
    axes.legend(handles=legend, loc="upper left", bbox_to_anchor=(0, -0.02), ncols=4, fontsize=8, frameon=False)


def _draw_weeks(panels: list[Axes], document: Mapping[str, Any], strands: list[str]) -> None:
    days = np.array(document["periods"], dtype="datetime64[D]")
    for axes, strand in zip(panels, strands, strict=False):
        found = document["weekly"].get(strand)
        if found and len(days):
            axes.plot(days, found["forecast"], color=_FORECAST, lw=1.6, label="forecast", marker=".", ms=4)
            axes.plot(days, found["recorded"], color=_RECORDED, lw=1.6, label="recorded", marker=".", ms=4)
            axes.set_ylim(0, 1.15 * max(*found["forecast"], *found["recorded"], 1.0))
        else:
            axes.text(0.5, 0.5, "no forecasts to compare yet", ha="center", va="center", fontsize=8, color=_GREY)
            axes.set_yticks([])
        axes.tick_params(labelsize=7)
        axes.spines[["top", "right"]].set_visible(False)
    if panels:
        panels[0].set_title("recorded (blue) and forecast (amber), all areas", fontsize=9, loc="left")
        panels[-1].tick_params(axis="x", rotation=30)
