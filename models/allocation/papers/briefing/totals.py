"""The parts of the page of all districts, as HTML in which every word of the plan is escaped."""

from collections.abc import Mapping
from html import escape
from typing import Any

from models.allocation.papers.briefing.facts import MET, amount, briefs, hours_text, span
from models.allocation.papers.briefing.markup import band_bar, cells, grey, head, one, section, share_bar, table

_MOST_DISTRICTS, _MOST_RESOURCES, _MOST_SENTENCES, _MOST_REASONS = 30, 16, 9, 3
_LEAST_TOLD = 0.01


def districts(document: Mapping[str, Any]) -> str:
    """Return a line for each district: hours, what is expected, what is met and what is not."""
    verb = MET[document["objective"]["kind"]]
    every = briefs(document)
    rows = []
    for brief in every[:_MOST_DISTRICTS]:
        covered = brief.covered
        share = covered["harm_covered"]
        rows.append(
            cells(
                ("name", one(escape(brief.title))),
                ("n", hours_text(sum(brief.hours.values()))),
                ("n", amount(covered["expected"])),
                ("n grey", span(covered["expected_range"])),
                ("n", amount(max(covered["expected"] - covered["met"], 0.0))),
                ("n", "n/a" if share is None else f"{100 * share:.0f} %"),
                ("wide", "" if share is None else share_bar(share)),
            )
        )
    told = f"{len(rows)} of {len(every)}" if len(rows) < len(every) else ""
    named = "hours", "expected", "8 in 10 weeks", f"not {verb}", f"harm {verb}"
    header = head(("", "district"), *(("n", name) for name in named), ("", ""))
    widths = ("", "20mm", "20mm", "24mm", "22mm", "22mm", "32mm")
    return section("Districts", told, table(widths, header, rows))


def resources(document: Mapping[str, Any]) -> str:
    """Return a line for each resource: its owner, its hours, and those that stay unplaced."""
    order = sorted(document["resources"], key=lambda row: (row["owner"], -row["hours"], row["code"]))[:_MOST_RESOURCES]
    rows = [
        cells(
            ("", f"<b>{escape(row['name'])}</b> {grey(escape(row['owner']))}"),
            ("n", hours_text(row["placed"])),
            ("n", hours_text(row["unplaced"]) if row["unplaced"] > _LEAST_TOLD else ""),
        )
        for row in order
    ]
    header = head(("", "resource, owner"), ("n", "placed"), ("n", "unplaced"))
    return section("Hours", "", table(("", "16mm", "16mm"), header, rows, "small"))


def deciles(document: Mapping[str, Any]) -> str:
    """Return hours against need by deprivation decile, and why a decile lies outside the band."""
    told = document["equity"]
    if not told["deciles"]:
        return section("Hours against need", "", "<p>No deprivation decile is known of any area.</p>")
    low, high = told["band"]
    rows: list[str] = []
    outside: list[str] = []
    for row in told["deciles"]:
        ratio = row["ratio"]
        shown = "n/a" if ratio is None else f"{ratio:.2f}"
        marked = shown if row["inside"] else f"<b>{shown}</b>"
        rows.append(cells(("", str(row["decile"])), ("n", marked), ("wide", band_bar(ratio or 0.0, low, high))))
        if not row["inside"] and len(outside) < _MOST_REASONS:
            outside.append(f"<p>Decile {row['decile']}: {escape(' '.join(row['reasons']))}</p>")
    header = head(("", "decile"), ("n", "ratio"), ("wide", f"grey: {low:g} to {high:g}; decile 1 is the most deprived"))
    note = f"shares of hours and of {escape(told['need'])}"
    grid = table(("12mm", "14mm", ""), header, rows, "small")
    return section("Hours against need", note, grid + f'<div class="why">{"".join(outside)}</div>')


def words(document: Mapping[str, Any]) -> str:
    """Return what is said of the whole plan."""
    lines = document["sentences"][:_MOST_SENTENCES]
    left = len(document["sentences"]) - len(lines)
    inside = "".join(f"<li>{escape(line)}</li>" for line in lines)
    inside += f"<li>{left} more sentences stand in the plan.</li>" if left else ""
    return section("The plan", "", f'<ul class="notes">{inside}</ul>')
