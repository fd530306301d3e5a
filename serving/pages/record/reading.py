"""What the pages of the record show, from the API's answers."""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from models.replay.manifest import ASKED
from serving.desk import Desk
from serving.pages.record.searching import DRAWN, SEARCHED, address_of
from serving.pages.site import PAGE, Source
from serving.record.reading import drawn, event, events, note, proof, signed
from serving.record.schemas import CheckpointsQuery, EventQuery, ProofQuery, SampleQuery
from serving.replays.reading import kept_replay

# Where what an event was done to has a page, by what stands before its slash.
_PAGES = {"plan": "/plans/", "event": "/record/", "replay": "/record/replays/", "question": "/questions/"}
# As many as an auditor looks through on one page.
_CHECKPOINTS = 100
# What a replay found, in a word.
FOUND = {
    "same": "The same to the bit",
    "close": "The same but for rounding",
    "differs": "It differs",
    "cannot": "It cannot be made again",
}
VERDICTS = {**FOUND, "changed": "Changed since", "absent": "No longer there"}


def search(desk: Desk, query: EventQuery) -> Source:
    """Find a page of events.

    Raises:
        DataError: The cursor cannot be used.
    """
    return Source(address_of(SEARCHED, query), events(desk, query))


def one(desk: Desk, audit_id: str) -> Source:
    """Find one event.

    Raises:
        NoSuchRecordError: There is none.
    """
    return Source(f"{SEARCHED}/{audit_id}", event(desk, audit_id))


def sampled(desk: Desk, query: SampleQuery) -> Source:
    """Draw a sample; its address says how long the record was, so that it is the same sample for ever.

    Raises:
        DataError: The record is not as long as is asked.
    """
    found = drawn(desk, query)
    size = json.loads(found.body)["record_size"]
    asked = query.model_copy(update={"record_size": size or None})
    return Source(address_of(DRAWN, asked), replace(found, details={**found.details, **asked.said()}))


def proven(desk: Desk, audit_id: str) -> Source:
    """Find the proof of an event, as a file.

    Raises:
        NoSuchRecordError: There is no such event.
    """
    found = proof(desk, audit_id, ProofQuery())
    return Source(f"{SEARCHED}/{audit_id}/proof", replace(found, headers=_as_file(f"proof-{audit_id}.json")))


def listed_checkpoints(desk: Desk, query: CheckpointsQuery) -> Source:
    """Find a page of checkpoints.

    Raises:
        DataError: The cursor cannot be used.
    """
    asked = query.model_copy(update={"limit": _CHECKPOINTS})
    cursor = f"&cursor={query.cursor}" if query.cursor else ""
    return Source(f"/v1/checkpoints?limit={_CHECKPOINTS}{cursor}", signed(desk, asked))


def checkpoint(desk: Desk, size: int) -> Source:
    """Find a signed note, as a file by the name that the drop folder has it under.

    Raises:
        NoSuchRecordError: None was signed of so many events.
    """
    headers = _as_file(f"{size:012d}.checkpoint")
    return Source(f"/v1/checkpoints/{size}", replace(note(desk, size), headers=headers))


def replayed(desk: Desk, name: str) -> Source:
    """Find what a replay found.

    Raises:
        NoSuchRecordError: There is none of this name.
    """
    return Source(f"/v1/replays/{name}", kept_replay(desk, name))


def page_of(subject: str) -> str:
    """Return the address of the page of what an event was done to; "" where it has none."""
    kind, _, name = subject.partition("/")
    return f"{_PAGES[kind]}{quote(name)}" if kind in _PAGES and name else ""


def rows_of(said: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return the details of an event in their order, what was asked first."""
    return sorted(said.items(), key=lambda item: (item[0] not in ("act", ASKED, PAGE), item[0]))


def _as_file(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"'}
