"""Monitoring told to people: what it found of the champion, in words and tables."""

from collections.abc import Mapping, Sequence
from typing import Any

from models.monitoring.meanings import MEANINGS
from models.monitoring.measures import window_text
from models.monitoring.picture import draw_monitoring
from models.monitoring.thresholds import Window
from models.monitoring.verdict import NOT_ASSESSED, OK, ORDER, RETRAIN, SUSPEND
from models.reports.page import Block, Grid, Heading, Page, Picture, Text

COLUMNS = ("strand", "measure", "value", "low", "retrain", "suspend", "state", "evidence")
NUMERIC = ("value", "low", "retrain", "suspend")
_SENTENCES = {
    OK: "Nothing asks for a new model.",
    RETRAIN: "A new model is asked for: train one, compare it and promote it.",
    SUSPEND: "The model is to be set aside for some strands; a simple method stands in until it is trained again.",
    NOT_ASSESSED: "Of some measures there is too little to tell; that is not a clean bill.",
}


def monitoring_rows(document: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return a row for each verdict, strand by strand, the worst first."""
    verdicts = sorted(document["verdicts"], key=lambda v: (v["strand"] == "all", v["strand"], ORDER.index(v["state"])))
    rows = []
    for verdict in verdicts:
        limits = document["thresholds"][verdict["measure"]]
        name = verdict["measure"].replace("_", " ") + (f": {verdict['detail']}" if verdict["detail"] else "")
        numbers = [verdict["value"], verdict["low"], limits["retrain"], limits["suspend"]]
        told = ["" if number is None else f"{number:.3g}" for number in numbers]
        rows.append((verdict["strand"], name, *told, verdict["state"], verdict["evidence"]))
    return rows


def summary_rows(document: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return strand, state and why."""
    return [(strand, found["state"], found["why"]) for strand, found in document["strands"].items()]


def monitoring_sentences(document: Mapping[str, Any]) -> list[str]:
    """Return what a planner needs to know of it."""
    age = next(v for v in document["verdicts"] if v["measure"] == "age")
    old = "" if age["value"] is None else f"; it is {age['value']:.0f} {document['period']}s old"
    lines = [f"The model {document['model_version']} was trained on what was before {document['trained']}{old}."]
    lines.append(_SENTENCES[document["state"]])
    if document["periods"]:
        count, first, last = len(document["periods"]), document["periods"][0], document["periods"][-1]
        lines.append(f"Recorded forecasts of {count} {document['period']}s, {first} to {last}, were compared.")
    else:
        lines.append("None of its recorded forecasts can be compared with what was recorded yet.")
    return lines


def monitoring_blocks(document: Mapping[str, Any]) -> list[Block]:
    """Return the blocks of a report: sentences, states by strand, and the picture."""
    rows = tuple((strand, state, why or "nothing asks for more") for strand, state, why in summary_rows(document))
    return [
        *(Text(line) for line in monitoring_sentences(document)),
        Grid(("strand", "state", "why"), rows, state="state"),
        Picture(draw_monitoring(document), "the state of each measure by strand, and recorded beside forecast"),
        Text(window_text(Window.model_validate(document["thresholds"]["window"]), document["period"]), small=True),
    ]


def monitoring_page(document: Mapping[str, Any], footer: Sequence[str]) -> Page:
    """Return the report of one monitoring."""
    blocks = [
        *monitoring_blocks(document),
        Heading("Every measure"),
        Grid(COLUMNS, tuple(monitoring_rows(document)), NUMERIC, state="state"),
        Heading("What the measures are"),
        Grid(("measure", "meaning"), tuple((name.replace("_", " "), text) for name, text in MEANINGS.items())),
    ]
    title = f"Monitoring of {document['model_version']}, {document['as_of']}"
    return Page(title, tuple(document["marks"]), tuple(blocks), tuple(footer))
