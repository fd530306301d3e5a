"""What is read of monitoring: each look at a champion as it was recorded."""

import json
from typing import Any

from ledger.artefacts import Artefact
from models.kinds import MONITORING
from serving.answers import Finding
from serving.cursors import page_of
from serving.desk import Desk
from serving.monitoring.schemas import MonitoringQuery


def looks(desk: Desk, query: MonitoringQuery) -> Finding:
    """Find one page of the looks at champions, newest first.

    Raises:
        DataError: The cursor cannot be used.
    """
    wanted = query.model_version
    held = [
        row
        for row in desk.ledger.artefacts(MONITORING, newest_first=True)
        if wanted in (None, row.meta["model_version"])
    ]
    page, cursor = page_of(held, query, query.limit, lambda row: row.name)
    document = {"total": len(held), "next_cursor": cursor, "rows": [_row(desk, artefact) for artefact in page]}
    return Finding.of(document, f"{MONITORING}/all", details={"rows": len(page)})


def look(desk: Desk, name: str) -> Finding:
    """Find one look with all that was found.

    Raises:
        NoSuchRecordError: There is none.
        LedgerError: Its file was changed.
    """
    artefact = desk.ledger.artefact(MONITORING, name)
    found = json.loads(desk.files.read(artefact.stored))
    document = {**_row(desk, artefact), "found_sha256": artefact.sha256, "found": found}
    return Finding.of(document, f"{MONITORING}/{name}")


def _row(desk: Desk, artefact: Artefact) -> dict[str, Any]:
    event = desk.ledger.event_of(MONITORING, artefact.name)
    told = {part: artefact.meta[part] for part in ("model_version", "as_of", "state")}
    return {"name": artefact.name, **told, "time": event.time, "recorded_as": event.audit_id}
