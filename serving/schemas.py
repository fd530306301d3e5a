"""What goes in and out over HTTP: closed shapes, so that a typo is an error."""

from datetime import date
from typing import Annotated, Literal

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

# Strict: JSON's true is no number of hours.
Hours = Annotated[float, Field(strict=True, ge=0, le=1_000_000, allow_inf_nan=False)]

# A name in a path, as the record gives them.
Id = Annotated[str, Path(pattern=r"^[0-9A-Za-z._:-]{1,200}$")]


# The code of an area in a path, as the file of areas gives it.
AreaCode = Annotated[str, Path(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


class Closed(BaseModel):
    """A shape that has no other fields than these."""

    model_config = ConfigDict(extra="forbid")


class Period(Closed):
    """One period that the forecast covers."""

    horizon: int
    period_start: date
    period_end: date = Field(description="The last day of the period.")


class Periods(Closed):
    """What is being served."""

    audit_id: str = Field(description="The event of this answer, recorded before it left.")
    run_id: str
    model_version: str
    period: Literal["week", "month"]
    origin: date
    as_of: date
    levels: list[str] = Field(description="Levels that can be asked for, the areas' own first.")
    strands: list[str]
    areas: int = Field(description="Areas of their own level that the caller may see.")
    notices: list[str]
    fallback: dict[str, str] = Field(description="Strand to the simple method that stands in for the model.")
    attribution: str
    periods: list[Period]


class ForecastRow(Closed):
    """Expected recorded incidents of one strand in one area in one period."""

    forecast_id: str = Field(description="Ask for its reasons at /v1/explanations/{id}.")
    level: str
    area_code: str
    strand: str
    period_start: date
    horizon: int
    mean: float
    quantiles: dict[str, float] = Field(description="Level, such as q0.9, to count.")
    fallback: str = Field(description="Empty, or the simple method that stands in for the model.")
    notices: list[str]


class Forecasts(Closed):
    """One page of a recorded forecast run."""

    audit_id: str = Field(description="The event of this answer, recorded before it left.")
    run_id: str
    model_version: str
    origin: date
    as_of: date
    attribution: str
    total: int = Field(description="Rows that the filters leave, on all pages.")
    next_cursor: str | None = Field(description="Cursor of the next page; null on the last.")
    rows: list[ForecastRow]


class ExplanationAnswer(Closed):
    """What the model relied on: base x multipliers x calibration = mean."""

    audit_id: str = Field(description="The event of this answer, recorded before it left.")
    forecast_id: str
    level: str
    area_code: str
    strand: str
    period_start: date
    model_version: str
    notices: list[str]
    mean: float
    base: float
    multipliers: dict[str, float]
    log_contributions: dict[str, float | None]
    calibration: float
    method: str
    fallback: str = Field(description="Empty, or the simple method that stands in for the model.")
    areas: int
    sentence: str


class AuditEvent(Closed):
    """A recorded event with its place in the chain."""

    audit_id: str
    sequence: int
    time: str
    previous_hash: str
    hash: str
    operation: str
    object: str
    object_hash: str | None
    recipient: str | None = Field(None, description="Who was given it, of a disclosure.")
    actor: str
    role: str
    authentication: str
    purpose: str
    outcome: Literal["ok", "refused", "failed"]
    details: dict[str, str | int | bool | None]


class Fault(Closed):
    """One field that is wrong."""

    field: str
    message: str


class Problem(Closed):
    """A problem document (RFC 9457)."""

    type: str = Field("about:blank", description="Kind of problem; about:blank: the status says it all.")
    title: str
    status: int
    detail: str
    errors: list[Fault] | None = None
