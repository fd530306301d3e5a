"""Rows of the database, to and from events and artefacts."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping

from errors import LedgerError
from ledger.artefacts import Artefact, StoredArtefact
from ledger.chain import line_of
from ledger.events import Draft, Event, canonical_json


def event_row(event: Event) -> dict[str, Any]:
    """Return the row that holds an event."""
    content = event.content()
    content["details"] = canonical_json(content["details"]).decode()
    return {"recipient": None, **content, "hash": event.hash}


def event_of_row(row: Mapping[Any, Any]) -> Event:
    """Return the event that a row spells.

    Raises:
        LedgerError: It spells none: somebody changed it.
    """
    columns = dict(row)
    sequence, details = columns.pop("sequence"), columns.pop("details")
    place = {name: columns.pop(name) for name in ("time", "previous_hash", "hash")}
    fix = "run strandcast audit verify"
    try:
        return Event(sequence, **place, draft=Draft(**columns, details=json.loads(details)))
    except LedgerError as error:
        raise LedgerError(f"event {sequence} cannot be read: {error.problem}", fix=fix) from error
    except (TypeError, ValueError, AttributeError):
        raise LedgerError(f"event {sequence} cannot be read: its details are not JSON", fix=fix) from None


def stored_line(row: RowMapping) -> tuple[bytes, str]:
    """Return what a row holds as a line of the chain, nothing of it checked, and the hash that it carries.

    Raises:
        TypeError: A column holds what no event can hold.
    """
    columns = dict(row)
    details, recorded = columns.pop("details"), columns.pop("hash")
    if columns["recipient"] is None:
        del columns["recipient"]
    return line_of(columns, details), recorded


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
