"""Shapes of plans over HTTP: what is asked for, and what is answered."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from serving.cursors import Paged
from serving.plans.document import PLAN, PlanDocument, PlannedArea, PlannedPeriod, PlannedResource, Post
from serving.schemas import Closed, Hours

Objective = Literal["reached", "prevented"]
Effect = Literal["low", "central", "high"]
State = Literal["draft", "issued", "rejected", "superseded"]

# No record holds a NUL.
Code = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Note = Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")]
Reason = Annotated[
    str, Field(max_length=2000, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$", description="In your words; recorded.")
]
AuditId = Annotated[str, Field(description="The event of this answer, recorded before it left.")]

_PLAN_ID = "2026-11-30-0a1b2c3d4e5f"
_AUDIT_ID = "00000042-0a1b2c3d"
_STANDING: dict[str, Any] = {
    "plan_id": _PLAN_ID,
    "period": "week",
    "period_start": "2026-11-30",
    "parent": None,
    "status": "draft",
    "recorded": "2026-11-24T15:00:00.000000Z",
    "decided_by": None,
    "decided_at": None,
    "reason": None,
    "decision": None,
    "decided_as": None,
    "sentence": f"Plan {_PLAN_ID} is a draft: nobody has decided on it yet.",
}

_SIDE: dict[str, Any] = {
    "period": "the week beginning 2026-11-30",
    "hours": 40.0,
    "expected": 20.0,
    "met": 12.5,
    "expected_harm": 20.0,
    "harm_reached": 12.5,
}


def example(document: dict[str, Any]) -> ConfigDict:
    """Return the configuration of a closed shape with an example."""
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [document]})


class CellOrder(Closed):
    """Hours of one resource in one area, exactly."""

    resource: Code
    area_code: Code
    hours: Hours
    strand: Code | None = Field(None, description="Left out: all strands of the resource together.")


class RingfenceOrder(Closed):
    """Hours of one resource that are kept for some strands, some districts or both."""

    resource: Code
    hours: Hours = Field(description="Fewest hours there, in the period.")
    strands: list[Code] = Field(default_factory=list, max_length=100, description="Left out: any.")
    districts: list[Code] = Field(default_factory=list, max_length=500, description="Left out: any.")


class PlanOrder(Closed):
    """What to plan for. What is left out is as the workspace's resources say."""

    # Without an example: BentoML, which describes this shape for itself, knows no schema that has some.

    total_hours: Hours | None = Field(None, description="Patrol hours to share out over the period.")
    minimum_hours: Hours | None = Field(None, description="Fewest hours of any area.")
    maximum_hours: Hours | None = Field(None, description="Most hours of any area.")
    district_minimum: dict[Code, Hours] | None = Field(
        None, max_length=500, description="Fewest hours of a district, by its name."
    )
    horizon: int | None = Field(
        None, ge=1, le=60, description="Which period: 1 begins at the origin; left out: the next still to come."
    )
    hours: dict[Code, Hours] | None = Field(None, max_length=500, description="Hours of a resource, by its code.")
    objective: Objective | None = Field(None, description="Harm reached, or harm prevented.")
    effect: Effect | None = Field(None, description="Number of each estimate; left out: central.")
    weights: Code | None = Field(None, description="Set of harm weights.")
    whole_shifts: bool | None = Field(None, strict=True, description="Hours are whole shifts of whole crews.")
    worst_weeks: bool | None = Field(None, strict=True, description="Protect the worst weeks.")
    locks: list[CellOrder] | None = Field(None, max_length=1000, description="Cells that are settled already.")
    ringfences: list[RingfenceOrder] | None = Field(
        None, max_length=100, description="Hours that are kept, beside the ringfences of the workspace's resources."
    )


class EditOrder(Closed):
    """Cells of a plan to set; the rest is planned anew around them."""

    model_config = example(
        {"cells": [{"resource": "patrol", "area_code": "E01021234", "hours": 12}], "reason": "The market is moved."}
    )

    cells: list[CellOrder] = Field(min_length=1, max_length=1000)
    reason: Reason


class AroundOrder(Closed):
    """Plan anew around the declined tasks of a plan in force."""

    model_config = example({})

    cells: list[CellOrder] = Field(default_factory=list, max_length=1000, description="Cells to set beside.")


class IssueOrder(Closed):
    """Put a draft in force."""

    model_config = example({"reason": "Agreed on Tuesday."})

    reason: Note = Field("", description="In your words; recorded.")


class RejectOrder(Closed):
    """Set a draft aside for good."""

    model_config = example({"reason": "Too few hours in the west."})

    reason: Reason


class Standing(Closed):
    """Where a plan stands: a draft until a named person decides on it."""

    model_config = example(_STANDING)

    plan_id: str
    period: Literal["week", "month"]
    period_start: date
    parent: str | None = Field(description="The plan that it was made from.")
    status: State
    recorded: str = Field(description="When it was recorded, UTC.")
    decided_by: str | None
    decided_at: str | None
    reason: str | None
    decision: Literal["issue", "edit", "reject"] | None
    decided_as: str | None = Field(description="Audit id of the decision.")
    sentence: str


class PlanAnswer(Closed):
    """A recorded plan and where it stands."""

    model_config = example(
        {
            "audit_id": _AUDIT_ID,
            "plan_id": _PLAN_ID,
            "decided_as": "00000041-9f8e7d6c",
            "notices": ["synthetic"],
            "standing": _STANDING,
            "plan": PLAN,
        }
    )

    audit_id: AuditId
    plan_id: str
    decided_as: str = Field(description="Audit id of the event that recorded the plan.")
    notices: list[str] = Field(description="What stands against it now; the plan's own are those of its day.")
    standing: Standing
    plan: PlanDocument


class SimilarArea(Closed):
    """An area of which much the same is expected."""

    area_code: str
    name: str
    district: str
    hours: float
    expected: dict[str, float]
    status: str
    distance: float = Field(description="Of the square roots of expected incidents by strand.")


class AreaAnswer(Closed):
    """All that a recorded plan says of one area."""

    model_config = example(
        {
            "audit_id": _AUDIT_ID,
            "plan_id": _PLAN_ID,
            "status": "draft",
            "period": PLAN["period"],
            "run_id": PLAN["forecast"]["run_id"],
            "area": PLAN["areas"][0],
            "posts": PLAN["posts"],
            "resources": PLAN["resources"],
            "binding": [],
            "sentences": PLAN["sentences"],
            "similar": [],
            "studies": [],
            "notices": ["synthetic"],
            "synthetic": True,
            "attribution": "SYNTHETIC: invented numbers.",
        }
    )

    audit_id: AuditId
    plan_id: str
    status: State
    period: PlannedPeriod
    run_id: str = Field(description="The forecast; its rows of the area are at /v1/forecasts while it is served.")
    area: PlannedArea
    posts: list[Post]
    resources: list[PlannedResource] = Field(description="Those that have hours here, with the price of an hour.")
    binding: list[dict[str, Any]] = Field(description="Rules of the whole plan that are at a limit, with prices.")
    sentences: list[str] = Field(description="The plan's own, prices of hours and rules among them.")
    similar: list[SimilarArea] = Field(description="Areas of which most nearly the same is expected, nearest first.")
    studies: list[str] = Field(description="Studies of its flip points that are kept, newest first.")
    notices: list[str]
    synthetic: bool
    attribution: str


class Plans(Closed):
    """One page of plans, newest first."""

    model_config = example({"audit_id": _AUDIT_ID, "plans": [_STANDING], "total": 1, "next_cursor": None})

    audit_id: AuditId
    plans: list[Standing]
    total: int = Field(description="Plans that the filters leave, on all pages.")
    next_cursor: str | None = Field(description="Cursor of the next page; null on the last.")


class PlansQuery(Paged):
    """Which plans."""

    status: State | None = Field(None, description="Only plans of this status.")
    period_start: date | None = Field(None, description="Only plans of the period that begins on this day.")
    limit: int = Field(50, ge=1, le=500, description="Most plans of a page.")


class DecisionAnswer(Closed):
    """A decision on a plan, as it was recorded."""

    model_config = example(
        {
            "audit_id": _AUDIT_ID,
            "plan_id": _PLAN_ID,
            "decision": "issue",
            "status": "issued",
            "decided_by": "ann.smith",
            "decided_at": "2026-11-24T15:10:00.000000Z",
            "reason": "Agreed on Tuesday.",
            "supersedes": None,
        }
    )

    audit_id: str = Field(description="The event of the decision, recorded before this answer left.")
    plan_id: str
    decision: Literal["issue", "reject"]
    status: Literal["issued", "rejected"]
    decided_by: str
    decided_at: str
    reason: str | None
    supersedes: str | None = Field(description="The plan that was in force for the period.")


class Moved(Closed):
    """Hours of one resource in one area, in two plans."""

    resource: str
    area_code: str
    name: str
    before: float
    after: float


class Side(Closed):
    """One of two plans."""

    plan_id: str
    period: str
    status: State
    hours: float = Field(description="Hours placed.")
    expected: float = Field(description="Expected incidents.")
    met: float
    expected_harm: float
    harm_reached: float


class Compared(Closed):
    """Two recorded plans side by side, as recorded."""

    model_config = example(
        {
            "audit_id": _AUDIT_ID,
            "first": {"plan_id": _PLAN_ID, "status": "superseded", **_SIDE},
            "second": {"plan_id": "2026-11-30-ffeeddccbbaa", "status": "issued", **_SIDE},
            "hours": 2.0,
            "cells": 1,
            "changes": [
                {"resource": "patrol", "area_code": "E01021234", "name": "Area", "before": 10.0, "after": 12.0}
            ],
            "sentences": ["Patrol: 2.0 hours more in 1 area, most in Area (+2.0); 10.0 hours before, 12.0 after."],
            "notices": ["synthetic"],
            "synthetic": True,
            "attribution": "SYNTHETIC: invented numbers.",
        }
    )

    audit_id: AuditId
    first: Side
    second: Side
    hours: float = Field(description="Hours that were added somewhere.")
    cells: int = Field(description="Resources in areas whose hours differ.")
    changes: list[Moved] = Field(description="The largest of them.")
    sentences: list[str]
    notices: list[str]
    synthetic: bool
    attribution: str


class ComparedQuery(Closed):
    """Which plan to set beside."""

    other: Code = Field(description="The other plan.")
