"""Trends in the ledger: computed once, from the panel that a run kept, and read by whoever is told of them."""

import json
from typing import Any

from features.completeness.alarms import comparable_totals
from features.completeness.document import shift_days
from features.completeness.shifts import level_shifts
from features.panel import Panel
from features.periods import PERIODS_A_YEAR
from ledger.artefacts import Artefact
from ledger.events import Draft
from models.books import Books
from models.kinds import FORECAST, TRENDS
from models.runs import load_panel
from models.trends.file import trends_file
from models.trends.rates import CONFIDENCE, LEAST_COUNT, span, year_on_year

FOLDER, SUFFIX = "trends", ".json"
_MADE = {"act": "trends"}


def keep_trends(books: Books, run_id: str) -> None:
    """Compute and record the trends behind a run, unless they are recorded already or the run kept no panel.

    Raises:
        NoSuchRecordError: There is no such run.
        LedgerError: They could not be written or recorded.
    """
    if trends_file(books.ledger, run_id) is not None or "panel" not in books.ledger.artefact(FORECAST, run_id).meta:
        return
    document = trends_document(load_panel(books.ledger, books.files, run_id))
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, sort_keys=True)
    stored = books.files.put(text.encode(), FOLDER, SUFFIX)
    artefact = Artefact.of(TRENDS, run_id, stored, {"rates": len(document["rates"])})
    draft = Draft("combination", f"{FORECAST}/{run_id}", books.actor, object_hash=artefact.sha256, details=_MADE)
    books.ledger.append(draft, artefacts=[artefact])


def trends_document(panel: Panel) -> dict[str, Any]:
    """Return the trends of a panel as JSON values: rates, and what changed in the recording of these two years."""
    now_first, now_last, before_first, before_last = span(panel)
    return {
        "as_of": panel.as_of.isoformat(),
        "period": panel.kind,
        "now": [now_first, now_last],
        "before": [before_first, before_last],
        "confidence": CONFIDENCE,
        "least_count": LEAST_COUNT,
        "rates": [rate.as_document() for rate in year_on_year(panel)],
        "changes": [change.as_document() for change in panel.changes if change.day.isoformat() >= before_first],
        "shifts": _shifts(panel, before_first),
    }


def _shifts(panel: Panel, since: str) -> list[dict[str, Any]]:
    """Return the steps in strands' totals that nobody has declared, since a day."""
    months = panel.months.panel if panel.months else None
    found: list[dict[str, Any]] = []
    for part in (panel, *([months] if months else [])):
        for strand, total, compared in comparable_totals(part):
            for shift in level_shifts(total, compared, part.first, part.kind):
                before, day = shift_days(shift, part.kind)
                recent = shift.period >= part.first + len(part.counts) - PERIODS_A_YEAR[part.kind]
                said = {"strand": strand, "date": day.isoformat(), "last_before": before.isoformat(), "recent": recent}
                found.append({**said, "ratio": shift.ratio, "low": shift.low, "high": shift.high})
    return [shift for shift in found if shift["date"] >= since]
