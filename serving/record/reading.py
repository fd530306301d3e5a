"""What is recorded, as answers."""

import base64
from typing import Any

from ledger.events import NoSuchRecordError
from ledger.reading import page
from ledger.sampling import sample
from ledger.tree.checkpoints import checkpoints
from ledger.tree.notes import Kept
from ledger.tree.proving import prove_consistency, prove_inclusion
from serving.answers import Finding
from serving.cursors import beyond_the_end
from serving.desk import Desk
from serving.record.schemas import CheckpointsQuery, ConsistencyQuery, EventQuery, ProofQuery, SampleQuery

NOTE = "text/plain; charset=utf-8"


def events(desk: Desk, query: EventQuery) -> Finding:
    """Return a page of events; asking for it becomes one, which is on none of its pages.

    Raises:
        DataError: The cursor cannot be used.
    """
    found = page(desk.ledger.database, query.which(), query.limit + 1)
    shown, more = found[: query.limit], len(found) > query.limit
    if query.cursor is not None and not shown:
        beyond_the_end()
    document = {
        "next_cursor": query.cursor_at(shown[-1].sequence) if more else None,
        "events": [event.as_document() for event in shown],
    }
    return Finding.of(document, "ledger/events", details={**query.said(), "rows": len(shown)})


def drawn(desk: Desk, query: SampleQuery) -> Finding:
    """Return a random sample of events.

    Raises:
        DataError: The record is not as long as is asked, or an instant can be in no record.
    """
    found = sample(desk.ledger.database, query.which(), query.seed, query.size, query.record_size)
    document = {
        "seed": query.seed,
        "record_size": found.record_size,
        "population": found.population,
        "events": [event.as_document() for event in found.drawn],
    }
    details = {**query.said(), "record_size": found.record_size, "rows": len(found.drawn)}
    return Finding.of(document, "ledger/sample", details=details)


def event(desk: Desk, audit_id: str) -> Finding:
    """Return one event.

    Raises:
        NoSuchRecordError: There is none.
    """
    found = desk.ledger.event(audit_id)
    return Finding.of(found.as_document(), f"event/{audit_id}", marked=False)


def proof(desk: Desk, audit_id: str, query: ProofQuery) -> Finding:
    """Return the proof that an event is in the record.

    Raises:
        NoSuchRecordError: There is no such event.
        DataError: It is not in a tree of that size, or there is none.
    """
    document = prove_inclusion(desk.ledger, audit_id, query.size)
    return Finding.of(document, f"event/{audit_id}", details={"proof": "inclusion"}, marked=False)


def consistency(desk: Desk, query: ConsistencyQuery) -> Finding:
    """Return the proof that one state of the record is the beginning of another.

    Raises:
        DataError: There are no such states.
    """
    document = prove_consistency(desk.ledger, query.old, query.new)
    details = {"proof": "consistency", "old": document["old_size"], "new": document["new_size"]}
    return Finding.of(document, "ledger/tree", details=details)


def signed(desk: Desk, query: CheckpointsQuery) -> Finding:
    """Return a page of checkpoints.

    Raises:
        DataError: The cursor cannot be used.
    """
    found = checkpoints(desk.ledger.database, limit=query.limit + 1, below=query.number())
    shown, more = found[: query.limit], len(found) > query.limit
    if query.cursor is not None and not shown:
        beyond_the_end()
    cursor = query.cursor_at(shown[-1].size) if more else None
    document = {"next_cursor": cursor, "checkpoints": [_shown(kept) for kept in shown]}
    return Finding.of(document, "ledger/checkpoints", details={"rows": len(shown)})


def note(desk: Desk, size: int) -> Finding:
    """Return the signed note of just so many events, as it was dropped.

    Raises:
        NoSuchRecordError: None was signed of so many.
    """
    found = next(iter(checkpoints(desk.ledger.database, limit=1, covering=size, below=size + 1)), None)
    if found is None:
        raise NoSuchRecordError(f"no checkpoint is of {size:,} events", fix="list them at /v1/checkpoints")
    return Finding(found.note.encode(), f"checkpoint/{size}", media_type=NOTE, marked=False)


def _shown(kept: Kept) -> dict[str, Any]:
    checkpoint = kept.opened()
    root = base64.b64encode(checkpoint.root).decode()
    return {"size": kept.size, "root": root, "time": checkpoint.time, "key": kept.key, "note": kept.note}
