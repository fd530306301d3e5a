"""What goes in and out of feeds, their quarantine and their completeness."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from ledger.events import Scalar
from serving.cursors import Paged
from serving.schemas import Closed


class HeldFeed(Closed):
    """A feed and what is held of it."""

    name: str
    title: str
    partner: str = Field(description="Who shares it; 'not stated' where it is read under a plain mapping.")
    purpose: str
    lawful_basis: str
    use: str
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
