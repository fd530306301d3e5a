"""What goes in and out of the outlook."""

from datetime import date
from typing import Literal

from pydantic import ConfigDict, Field

from serving.schemas import Closed

# Where a field is named as its type is.
Day = date


class HoursQuery(Closed):
    """Which hours."""

    level: str | None = Field(
        None, max_length=40, description="The areas' own level, or district; left out: the former."
    )
    horizon: int = Field(1, ge=1, le=60, description="The period; 1 is the first of the served forecast.")


class PlaceHours(Closed):
    """What a plan gives to one area or district."""

    place: str = Field(description="Code of the area, or name of the district.")
    hours: float = Field(description="Of all resources.")
    harm: float | None = Field(
        description="Expected, by the plan's weights; null where only some strands are in sight."
    )
    harm_met: float | None = Field(description="The part of it that the plan reaches.")


class PlannedHours(Closed):
    """Hours and harm of a period by place: of the plan in force, or else of the newest draft."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "audit_id": "00000014-0b8d1c2e",
                    "level": "area",
                    "period_start": "2024-07-01",
                    "plan_id": "2024-07-01-59e3184a5a5f",
                    "status": "issued",
                    "run_id": "2024-07-01-002950c7",
                    "weight_source": "Equal weights: every incident counts as one.",
                    "notices": ["synthetic"],
                    "rows": [{"place": "A0001", "hours": 11.5, "harm": 1.05, "harm_met": 0.67}],
                }
            ]
        },
    )

    audit_id: str = Field(description="The event of this answer, recorded before it left.")
    level: str
    period_start: date
    plan_id: str | None = Field(description="Null where there is no plan of the period.")
    status: Literal["issued", "draft"] | None
    run_id: str | None = Field(description="The forecast that the plan rests on.")
    weight_source: str = Field(description="What the plan's harm weights are.")
    notices: list[str]
    rows: list[PlaceHours]


class NoticeTold(Closed):
    """What stands against a forecast."""

    code: str
    title: str
    sentence: str = Field(description="In plain words.")
    strands: list[str] = Field(description="That it is of; empty: it is of all.")


class NoticesAnswer(Closed):
    """What stands against the served forecast, the gravest first."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "audit_id": "00000014-0b8d1c2e",
                    "run_id": "2024-07-01-002950c7",
                    "as_of": "2024-07-01",
                    "notices": [
                        {
                            "code": "synthetic",
                            "title": "SYNTHETIC",
                            "sentence": "SYNTHETIC: the data are made up.",
                            "strands": [],
                        }
                    ],
                }
            ]
        },
    )

    audit_id: str = Field(description="The event of this answer, recorded before it left.")
    run_id: str
    as_of: date
    notices: list[NoticeTold]


class TrendsQuery(Closed):
    """Which trends; a filter that is left out leaves all."""

    strand: str | None = Field(None, max_length=200, description="Only this strand, or `all strands`.")
    place: str | None = Field(None, max_length=200, description="Only this district, or the force.")


class Rate(Closed):
    """Recorded incidents of the newest year beside those of the year before."""

    level: Literal["force", "district"]
    place: str
    strand: str
    now: float = Field(description="Of the newest year, where both years were observed.")
    before: float = Field(description="Of the year before, week for week or month for month.")
    share: float = Field(description="Share of the two years that is compared.")
    rate: float | None = Field(description="Change, of one; null where it would say nothing.")
    low: float | None = Field(description="Lower end of its interval.")
    high: float | None = Field(description="Upper end.")
    why: str = Field(description="Why there is no rate: `too few` or `not observed`; empty where there is one.")


class DeclaredChange(Closed):
    """A change of recording that somebody declared; counts from before it are told on the new scale."""

    feed: str
    strand: str
    date: Day
    accepted_on: Day
    accepted_by: str
    ratio: float
    reason: str


class FoundShift(Closed):
    """A step in a strand's total that nobody has declared."""

    strand: str
    date: Day
    last_before: Day
    recent: bool = Field(description="Within the newest year.")
    ratio: float
    low: float
    high: float


class TrendsAnswer(Closed):
    """Year-on-year rates by strand and district, with what changed in the recording of these two years."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "audit_id": "00000014-0b8d1c2e",
                    "run_id": "2024-07-01-002950c7",
                    "as_of": "2024-07-01",
                    "period": "week",
                    "now": ["2023-07-03", "2024-06-30"],
                    "before": ["2022-07-04", "2023-07-02"],
                    "confidence": 0.95,
                    "least_count": 10.0,
                    "rates": [
                        {
                            "level": "district",
                            "place": "D0",
                            "strand": "burglary",
                            "now": 110.0,
                            "before": 100.0,
                            "share": 1.0,
                            "rate": 0.1,
                            "low": -0.18,
                            "high": 0.47,
                            "why": "",
                        }
                    ],
                    "changes": [],
                    "shifts": [],
                }
            ]
        },
    )

    audit_id: str = Field(description="The event of this answer, recorded before it left.")
    run_id: str = Field(description="The run that they were computed beside.")
    as_of: date
    period: Literal["week", "month"]
    now: list[date] = Field(description="First and last day of the newest year.")
    before: list[date] = Field(description="Of the year before.")
    confidence: float = Field(description="How often the intervals hold the truth.")
    least_count: float = Field(description="Fewest incidents of each year of which a rate is told.")
    rates: list[Rate] = Field(description="The force first; all strands together last of each place.")
    changes: list[DeclaredChange]
    shifts: list[FoundShift]
