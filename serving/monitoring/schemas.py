"""What is told of monitoring."""

from datetime import date
from typing import Any

from pydantic import Field

from serving.cursors import Paged
from serving.schemas import Closed


class MonitoringQuery(Paged):
    """Which page of the looks at champions."""

    model_version: str | None = Field(None, max_length=200, description="Only looks at this model.")
    limit: int = Field(50, ge=1, le=200, description="Most rows of a page.")


class MonitoringRow(Closed):
    """One look at a champion."""

    name: str
    model_version: str
    as_of: date = Field(description="Knowledge date of what the model was held against.")
    state: str = Field(description="The worst of its measures: ok, not assessed, retrain or suspend.")
    time: str
    recorded_as: str = Field(description="Audit id of the event that recorded it.")


class MonitoringRows(Closed):
    """One page of the looks at champions."""

    audit_id: str = Field(description="The event of this answer, recorded before it left.")
    total: int
    next_cursor: str | None = Field(description="Cursor of the next page; null on the last.")
    rows: list[MonitoringRow]


class MonitoringAnswer(MonitoringRow):
    """One look at a champion with all that was found."""

    audit_id: str = Field(description="The event of this answer, recorded before it left.")
    found_sha256: str
    found: dict[str, Any] = Field(
        description="Measures with values, limits and evidence, recorded beside forecast, and calibration by strand."
    )
