"""What the record's addresses take and give."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from errors import DataError
from ledger.events import MOST_EVENTS, utc_text
from ledger.reading import Which
from serving.cursors import Paged
from serving.schemas import AuditEvent, Closed

Operation = Literal[
    "collection",
    "alteration",
    "consultation",
    "disclosure",
    "combination",
    "erasure",
    "decision",
    "model",
    "admin",
]
# A NUL can be in no record.
Text = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00]+$")]


class Chosen(Closed):
    """Which recorded events; a filter that is left out leaves all."""

    operation: Operation | None = Field(None, description="Only this operation.")
    object: Text | None = Field(None, description="Only this object, such as plan/NAME.")
    kind: Text | None = Field(
        None, description="Only objects of this kind, such as plan: what stands before the slash."
    )
    actor: Text | None = Field(None, description="Only this actor.")
    outcome: Literal["ok", "refused", "failed"] | None = Field(None, description="Only this outcome.")
    since: AwareDatetime | None = Field(None, description="Only at or after this instant.")
    until: AwareDatetime | None = Field(None, description="Only before this instant.")

    def which(self) -> Which:
        """Return the events that are meant.

        Raises:
            DataError: An instant can be in no record.
        """
        since, until = _told(self.since), _told(self.until)
        return Which(self.operation, self.object, self.actor, self.outcome, since, until, kind=self.kind)

    def said(self) -> dict[str, str]:
        """Return the filters as they are recorded."""
        given = self.model_dump(mode="json", exclude={"limit", "cursor"}, exclude_none=True)
        return {name: str(value) for name, value in given.items()}


class EventQuery(Chosen, Paged):
    """Which recorded events, and which page of them."""

    mentions: Text | None = Field(
        None,
        description="Only events whose object or details hold this as a word: the code of an area, an audit id, a run.",
    )
    limit: int = Field(100, ge=1, le=1000, description="Most events of a page.")

    def which(self) -> Which:
        """Return the events that are meant.

        Raises:
            DataError: The cursor cannot be used, or an instant can be in no record.
        """
        return replace(super().which(), before=self.number(), mentions=self.mentions)


class SampleQuery(Chosen):
    """Which recorded events a sample is drawn of, and how."""

    seed: Text = Field(description="Any text: the same seed draws the same sample of the same events.")
    size: int = Field(20, ge=1, le=500, description="Events to draw.")
    record_size: int | None = Field(
        None,
        ge=1,
        le=MOST_EVENTS,
        description="Draw from the first so many events of the record; left out: from all that there are.",
    )


class Events(Closed):
    """One page of recorded events, the newest first."""

    audit_id: str = Field(description="The event of this answer, recorded before it left.")
    next_cursor: str | None = Field(description="Cursor of the next page; null on the last.")
    events: list[AuditEvent]


class Sample(Closed):
    """Events drawn at random: place in the list is SHA-256 of "seed:n", n from 0, modulo population; no place twice."""

    audit_id: str = Field(description="The event of this answer, recorded before it left.")
    seed: str
    record_size: int = Field(description="The first so many events of the record were drawn from; ask with it again.")
    population: int = Field(description="How many of them the filters leave, the oldest at place 0.")
    events: list[AuditEvent] = Field(description="The sample, in the order drawn.")


class InclusionProof(Closed):
    """That an event is in the record (RFC 6962): checked offline with `strandcast audit verify`."""

    proof: Literal["inclusion"]
    audit_id: str = Field(description="The event that is proven.")
    index: int = Field(description="Its leaf in the tree, from 0.")
    size: int = Field(description="Events of the tree.")
    root: str = Field(description="Root of the tree, base64.")
    path: list[str] = Field(description="Hashes from the leaf up, base64.")
    checkpoint: str | None = Field(description="Signed note of that size and root; null where none was signed.")
    event: dict[str, str | int | dict[str, str | int | bool | None] | None] = Field(description="What the leaf is of.")


class ConsistencyQuery(Closed):
    """Which two states."""

    old: int = Field(ge=1, le=MOST_EVENTS, description="Events of the older state.")
    new: int | None = Field(
        None, ge=1, le=MOST_EVENTS, description="Events of the newer; else those of the newest checkpoint."
    )


class ConsistencyProof(Closed):
    """That one state of the record is the beginning of another (RFC 6962)."""

    audit_id: str = Field(description="The event of this answer, recorded before it left.")
    proof: Literal["consistency"]
    old_size: int
    new_size: int
    old_root: str = Field(description="Root of the older tree, base64.")
    new_root: str
    path: list[str] = Field(description="Hashes, base64.")
    old_checkpoint: str | None = Field(description="Signed note of the older state; null where none was signed.")
    new_checkpoint: str | None


class ProofQuery(Closed):
    """In which tree."""

    size: int | None = Field(
        None,
        ge=1,
        le=MOST_EVENTS,
        description="Events of the tree; else those of the newest checkpoint that covers it.",
    )


class CheckpointsQuery(Paged):
    """Which page."""

    limit: int = Field(100, ge=1, le=1000, description="Most rows of a page.")


class SignedCheckpoint(Closed):
    """How many events there were, with what root, signed."""

    size: int
    root: str = Field(description="Root of the tree, base64.")
    time: str
    key: str = Field(description="The public key that signed it.")
    note: str = Field(description="The signed note, as it was dropped.")


class Checkpoints(Closed):
    """One page of checkpoints, the newest first."""

    audit_id: str = Field(description="The event of this answer, recorded before it left.")
    next_cursor: str | None = Field(description="Cursor of the next page; null on the last.")
    checkpoints: list[SignedCheckpoint]


class ExportOrder(Closed):
    """What to export: all of it; an empty object."""


class Export(Closed):
    """A bundle that was exported."""

    audit_id: str = Field(description="The event that recorded it; the bundle ends before it.")
    export_id: str = Field(description="Fetch it at /v1/exports/{id}.")
    events: int
    head: str = Field(description="Hash of the last event in it.")
    root: str = Field(description="Root of the tree over them, hexadecimal.")


def _told(instant: datetime | None) -> str | None:
    try:
        return None if instant is None else utc_text(instant)
    except OverflowError:
        raise DataError("is an instant before the year 1 or after 9999", place="since, until") from None
