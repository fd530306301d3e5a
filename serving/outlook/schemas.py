"""What goes in and out of the outlook."""

from datetime import date
from typing import Literal

from pydantic import ConfigDict, Field

from serving.schemas import Closed


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
