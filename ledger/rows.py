"""Rows of the database, to and from events and artefacts."""

import json
from typing import Any

from sqlalchemy import RowMapping

from errors import LedgerError
from ledger.artefacts import Artefact
from ledger.events import Draft, Event, canonical_json
from ledger.verify import StoredArtefact, StoredEvent


def event_row(event: Event) -> dict[str, Any]:
    """Return the row that holds an event."""
    content = event.content()
    content["details"] = canonical_json(content["details"]).decode()
    return {"recipient": None, **content, "hash": event.hash}


def event_of_row(row: RowMapping) -> Event:
    """Return the event that a row spells.

    Raises:
        LedgerError: It spells none: somebody changed it.
    """
    stored = stored_event(row)
    if stored.event is None:
        raise LedgerError(f"event {stored.sequence} cannot be read: {stored.fault}", fix="run strandcast audit verify")
    return stored.event


def stored_event(row: RowMapping) -> StoredEvent:
    """Return what a row holds, with its fault where it spells no event."""
    columns = dict(row)
    sequence, details = columns.pop("sequence"), columns.pop("details")
    place = {name: columns.pop(name) for name in ("time", "previous_hash", "hash")}
    try:
        parsed = json.loads(details)
        if not isinstance(parsed, dict):
            return StoredEvent(None, sequence, details, "its details are no JSON object")
        draft = Draft(**columns, details=parsed)
    except (TypeError, ValueError):
        return StoredEvent(None, sequence, str(details), "its details are not JSON")
    except LedgerError as error:
        return StoredEvent(None, sequence, details, error.problem)
    return StoredEvent(Event(sequence, **place, draft=draft), sequence, details)


def artefact_row(artefact: Artefact, sequence: int) -> dict[str, Any]:
    """Return the row that holds an artefact of event `sequence`."""
    return {
        "kind": artefact.kind,
        "name": artefact.name,
        "sequence": sequence,
        "sha256": artefact.sha256,
        "path": artefact.path,
        "meta": artefact.meta_text(),
    }


def artefact_of_row(row: RowMapping) -> Artefact:
    """Return the artefact that a row spells.

    Raises:
        LedgerError: It spells none: somebody changed it.
    """
    try:
        meta = json.loads(row["meta"])
    except ValueError as error:
        place = f"{row['kind']}/{row['name']}"
        raise LedgerError("the row cannot be read", place=place, fix="run strandcast audit verify") from error
    return Artefact(row["kind"], row["name"], row["sha256"], row["path"], meta)


def stored_artefact(row: RowMapping) -> StoredArtefact:
    """Return what an artefact row holds, its meta unread: the hash of the row is over the text."""
    return StoredArtefact(Artefact(row["kind"], row["name"], row["sha256"], row["path"]), row["sequence"], row["meta"])
