"""What goes in and out of feeds, their quarantine and their completeness."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from ledger.events import Scalar
from serving.cursors import Paged
from serving.plans.schemas import AuditId, Reason, example
from serving.schemas import Closed


class HeldFeed(Closed):
    """A feed and what is held of it."""

    name: str
    title: str
    partner: str = Field(description="Who shares it; 'not stated' where it is read under a plain mapping.")
    purpose: str
    lawful_basis: str
    use: str
    owner: str = Field(description="Role that answers for it.")
    every: str = Field(description="How often a file is to come; 'not stated' under a plain mapping.")
    late_days: int = Field(description="Days after the end of what it tells of at which it is late.")
    period: str = Field(description="Resolution of its dates.")
    version: int | None = Field(description="Of its contract; null under a plain mapping.")
    minimum_count: int = Field(description="Counts below are not shown outside the force.")
    retention_days: int = Field(description="Days that rows are kept; 0: without limit.")
    files: int
    accepted: int = Field(description="Rows that count.")
    quarantined: int = Field(description="Rows in quarantine now.")
    released: int = Field(description="Rows that were released from it.")
    first_day: date | None
    last_day: date | None
    received_at: datetime | None


class Feeds(Closed):
    """The feeds that a caller may see."""

    audit_id: str = Field(description="The event of this answer, recorded before it left.")
    feeds: list[HeldFeed]


class QuarantineQuery(Paged):
    """Which rows in quarantine."""

    feed: str | None = Field(None, max_length=200, description="Only this feed.")
    rule: str | None = Field(None, max_length=80, description="Only rows that break this rule.")
    limit: int = Field(100, ge=1, le=1000, description="Most rows of a page.")

    def said(self) -> dict[str, Scalar]:
        """Return the filters as they are recorded."""
        given = {"feed": self.feed, "rule": self.rule}
        return {name: value for name, value in given.items() if value is not None}


class RefusedRow(Closed):
    """A row in quarantine; its values are never told here."""

    id: str
    feed: str
    file: str
    row: int
    rule: str
    field: str
    meaning: str
    fix: str


class Quarantine(Closed):
    """One page of the rows in quarantine."""

    audit_id: str = Field(description="The event of this answer, recorded before it left.")
    total: int = Field(description="Rows in quarantine of the feeds that are asked for.")
    rules: dict[str, int] = Field(description="Rule to the rows that break it.")
    next_cursor: str | None
    rows: list[RefusedRow]


class CompletenessAnswer(Closed):
    """What was known of each feed's completeness at the newest weekly run."""

    audit_id: str = Field(description="The event of this answer, recorded before it left.")
    start: str | None = Field(description="First day of the period that the run was for; null before the first run.")
    feeds: list[dict[str, Any]] = Field(
        description="Covered days, delays, newest periods, outages, level shifts and recording changes of each feed."
    )


class DeliveriesQuery(Paged):
    """Which deliveries."""

    feed: str | None = Field(None, max_length=200, description="Only this feed.")
    limit: int = Field(50, ge=1, le=500, description="Most rows of a page.")


class DeliveryRow(Closed):
    """A file that is held, or rows that were released from its quarantine, with the account of its rows."""

    feed: str
    file: str
    received_at: datetime
    contract_version: int
    released: bool = Field(description="Whether these are rows that were released from quarantine.")
    read: int = Field(description="accepted + duplicate + superseded + quarantined.")
    accepted: int
    duplicate: int
    superseded: int
    quarantined: int
    rules: dict[str, int] = Field(description="Rule to the rows that it kept from counting, when they were read.")
    first_day: date | None
    last_day: date | None


class Deliveries(Closed):
    """One page of deliveries, newest first."""

    audit_id: str = Field(description="The event of this answer, recorded before it left.")
    total: int
    next_cursor: str | None
    rows: list[DeliveryRow]


_RELEASED: dict[str, Any] = {
    "feed": "council-asb",
    "rule": None,
    "column": "offence",
    "released": 1,
    "still_quarantined": 0,
    "read": 1,
    "accepted": 1,
    "duplicate": 0,
    "superseded": 0,
    "reason": "litter was written as liter until May",
}


class ReleaseOrder(Closed):
    """Read rows in quarantine again, as they are or with a value replaced; those that keep the contract count."""

    model_config = example(
        {
            "feed": "council-asb",
            "column": "offence",
            "before": "liter",
            "after": "litter",
            "reason": _RELEASED["reason"],
        }
    )

    feed: str = Field(min_length=1, max_length=200)
    rule: str | None = Field(None, max_length=80, description="Only rows that break this rule; not with a column.")
    column: str | None = Field(None, max_length=200, description="Column in which a value is replaced.")
    before: str | None = Field(None, max_length=500, description="The value as it stands; empty: a blank.")
    after: str | None = Field(None, max_length=500, description="What goes in its place.")
    reason: Reason


class ReleaseAnswer(Closed):
    """What became of the rows that were read again."""

    model_config = example({"audit_id": "00000042-0a1b2c3d", **_RELEASED})

    audit_id: AuditId
    feed: str
    rule: str | None
    column: str | None
    released: int = Field(description="Rows that left the quarantine.")
    still_quarantined: int
    read: int
    accepted: int = Field(description="Rows that count now.")
    duplicate: int
    superseded: int
    reason: str
