"""Hot spots in the ledger: recorded before anybody sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ledger.artefacts import Artefact
from ledger.events import Draft
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.hotspots.document import rows, summary, to_geojson
from models.hotspots.study import Hotspots

KIND = "hotspots"


@dataclass(frozen=True, eq=False)
class HotspotRun:
    """Recorded hot spots.

    Attributes:
        run_id: Name: the first day of the week and the beginning of the file's hash.
        audit_id: The event that recorded it.
        summary: What was asked, found and relied on; JSON values.
        rows: The chosen cells, by rank; JSON values.
        geojson: The chosen cells as they are kept.
    """

    run_id: str
    audit_id: str
    summary: dict[str, Any]
    rows: list[dict[str, Any]]
    geojson: bytes


def notices_of(found: Hotspots, *, synthetic: bool) -> list[str]:
    """Return the codes that hold for all cells.

    "late-data": the feeds end before the knowledge date. "feed-left-out": a feed is too coarse and is not counted.
    "no-boundary": no polygon is known, and the cells cover the surroundings of the incidents.
    """
    marks = {
        "late-data": found.located.end < found.located.as_of,
        "feed-left-out": bool(found.located.left_out),
        "no-boundary": found.boundary == "incidents",
        "synthetic": synthetic,
    }
    return [code for code, holds in marks.items() if holds]


def record(
    found: Hotspots, notices: Sequence[str], attribution: str, *, ledger: Ledger, files: FileStore, actor: str
) -> HotspotRun:
    """Record hot spots; the same again is recorded as a consultation.

    Raises:
        LedgerError: They could not be recorded; then there are none.
    """
    codes = list(notices)
    about, table = summary(found, codes, attribution), rows(found, codes, attribution)
    content = to_geojson(found, table, {KIND: about, **({"synthetic": True} if "synthetic" in codes else {})})
    stored = files.put(content, KIND, ".geojson")
    run_id = f"{found.week}-{stored.sha256[:8]}"
    held = ledger.held(KIND, run_id)
    draft = Draft(
        "consultation" if held else "combination",
        f"{KIND}/{run_id}",
        actor,
        object_hash=stored.sha256,
        details={
            "strand": about["strand"],
            "week_from": about["week_from"],
            "cells": about["chosen"],
            "snapshot": about["snapshot_hash"],
        },
    )
    new = (
        []
        if held
        else [Artefact.of(KIND, run_id, stored, {"strand": about["strand"], "week_from": about["week_from"]})]
    )
    event = ledger.append(draft, artefacts=new)
    return HotspotRun(run_id, event.audit_id, about, table, content)
