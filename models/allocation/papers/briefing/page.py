"""A briefing as a page, and all pages of a plan as one file or several."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from models.allocation.papers.briefing import parts, totals
from models.allocation.papers.briefing.facts import Brief, period_text
from models.allocation.papers.briefing.style import STYLE

_NOBODY = "A proposal that nobody has decided on yet."


def page(brief: Brief) -> str:
    """Return a district's page, a section of A4 size."""
    body = "".join(
        (
            parts.figures(brief),
            f'<div class="columns">{parts.demand(brief)}{parts.resources(brief)}</div>',
            parts.areas(brief),
            parts.notes(brief),
            parts.visits(brief),
        )
    )
    signed = "<span>Briefed by</span><span>Contact</span><span>On</span>"
    return _sheet(brief.document, brief.title, f'{body}<div class="sign">{signed}</div>')


def overview(document: Mapping[str, Any]) -> str:
    """Return the page of all districts: demand, hours by resource, hours against need, and the plan's words."""
    body = "".join(
        (
            totals.districts(document),
            f'<div class="columns even">{totals.resources(document)}{totals.deciles(document)}</div>',
            totals.words(document),
        )
    )
    return _sheet(document, "All districts", body + '<div class="sign"></div>')


def html(title: str, sheets: Sequence[str]) -> str:
    """Return a self-contained file of pages: nothing is fetched, so that it can be mailed and kept."""
    top = '<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
    top += f"<title>{escape(title)}</title><style>\n{STYLE}</style>"
    return f'<!doctype html>\n<html lang="en"><head>{top}</head><body>\n{"".join(sheets)}</body></html>\n'


def _sheet(document: Mapping[str, Any], title: str, body: str) -> str:
    made_up = '<p class="made-up">SYNTHETIC: the data are made up.</p>' if document["synthetic"] else ""
    when = f'<p class="when">Briefing for {escape(period_text(document))}</p>'
    return (
        f'<article class="page">{made_up}<header><div>{when}<h1 class="two">{escape(title)}</h1></div>'
        f"{_standing(document)}</header>{body}<footer>{_footer(document)}</footer></article>\n"
    )


def _standing(document: Mapping[str, Any]) -> str:
    """Return where the plan stands and who decided; a plan of which nothing is said is a draft."""
    standing: Mapping[str, Any] = document.get("standing") or {}
    status, told = str(standing.get("status") or "draft"), str(standing.get("sentence") or _NOBODY)
    kind = ' class="issued"' if status == "issued" else ""
    return f'<div class="standing"><b{kind}>{escape(status.upper())}</b><p class="two three">{escape(told)}</p></div>'


def _footer(document: Mapping[str, Any]) -> str:
    forecast = document["forecast"]
    record = f"Plan {document['plan_id']}, recorded as {document['audit_id']}." if "plan_id" in document else ""
    known = f"from what was known at {forecast['as_of']}"
    lines = (
        "Expected demand is recorded incidents in areas, never a statement about a person.",
        "What is met rests on the model's forecast and on the effects assumed in the settings.",
        f"Forecast {forecast['run_id']} by {forecast['model_version']}, {known}. {record}",
        str(document["attribution"]),
    )
    return " ".join(escape(line.strip()) for line in lines if line.strip())
