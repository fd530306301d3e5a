"""Shapes of sketches over HTTP."""

from datetime import date
from typing import Any, Literal

from pydantic import ConfigDict, Field

from serving.cursors import Paged
from serving.plans.document import PLAN, PlannedOn, PlannedPeriod, PlannedResource
from serving.plans.schemas import AuditId, Code, Note, PlanOrder, example
from serving.schemas import Closed

_LINE: dict[str, Any] = {
    "sketch_id": "sketch-2026-11-30-112233445566",
    "title": "A hundred hours more",
    "period_start": "2026-11-30",
    "run_id": "2026-11-23-0a1b2c3d",
    "beside": "2026-11-30-0a1b2c3d4e5f",
    "asked_by": "ann.smith",
    "hours": 140.0,
    "harm_reached": 14.0,
}
_ROW: dict[str, Any] = {
    "hours": 140.0,
    "before": 40.0,
    "change": 100.0,
    "harm": 20.0,
    "harm_met": 14.0,
    "harm_met_before": 12.5,
    "harm_met_change": 1.5,
}
_RESOURCE: dict[str, Any] = {
    "code": "patrol",
    "name": "Patrol",
    "kind": "patrol",
    "owner": "police",
    "hours": 140.0,
    "placed": 140.0,
    "unplaced": 0.0,
    "units": None,
    "units_placed": None,
    "price": 0.05,
    "cost": 0.0,
    "before": 40.0,
    "change": 100.0,
}
_FULL: dict[str, Any] = {
    "audit_id": "00000042-0a1b2c3d",
    "sketch_id": _LINE["sketch_id"],
    "schema": "sketch/1",
    "title": _LINE["title"],
    "order": {"total_hours": 140.0},
    **{name: PLAN[name] for name in ("forecast", "period")},
    "choices": {"horizon": 2, "total_hours": 140.0},
    "beside": _LINE["beside"],
    "objective": {"kind": "reached", "harm": 14.0, "gap": 0.0, "status": "optimal"},
    "totals": {
        "areas": 1,
        "hours": 140.0,
        "hours_change": 100.0,
        "expected": 20.0,
        "met": 14.0,
        "expected_harm": 20.0,
        "harm_reached": 14.0,
        "harm_reached_change": 1.5,
        "before": {"hours": 40.0, "met": 12.5, "harm_reached": 12.5},
    },
    "resources": [_RESOURCE],
    "districts": [{"district": "Chelmsford", **_ROW}],
    "areas": [{"area_code": "E01021234", "name": "Chelmsford 001A", "district": "Chelmsford", **_ROW}],
    "more": {
        "hours": 10.0,
        "harm": 0.4,
        "places": [{"place": "Chelmsford", "harm": 0.4}],
        "sentence": "10 hours more of patrol in the period would add 0.4 to the expected harm that is reached, most of "
        "it in Chelmsford (0.4).",
    },
    "sentences": ["Patrol: an hour more would add 0.05 to what is reached."],
    "notices": ["synthetic"],
    "synthetic": True,
    "attribution": "SYNTHETIC: invented numbers.",
}


class SketchRequest(PlanOrder):
    """What to sketch: what a plan is asked for with, a title to find it by, and the plan to set it beside."""

    model_config = example({"total_hours": 140.0, "title": _LINE["title"]})

    title: Note = Field("", description="To find it by.")
    beside: Code | None = Field(
        None, description="Plan to set it beside; left out: the one in force for its period, or the newest before."
    )


class SketchLine(Closed):
    """A sketch that is kept."""

    model_config = example(_LINE)

    sketch_id: str
    title: str
    period_start: date
    run_id: str
    beside: str | None = Field(description="The plan that it is set beside.")
    asked_by: str
    hours: float = Field(description="Hours placed.")
    harm_reached: float


class Sketches(Closed):
    """One page of the sketches that are kept, newest first."""

    model_config = example({"audit_id": "00000042-0a1b2c3d", "sketches": [_LINE], "total": 1, "next_cursor": None})

    audit_id: AuditId
    sketches: list[SketchLine]
    total: int = Field(description="Sketches that the filters leave, on all pages.")
    next_cursor: str | None = Field(description="Cursor of the next page; null on the last.")


class SketchesQuery(Paged):
    """Which sketches."""

    period_start: date | None = Field(None, description="Only those of the period that begins on this day.")
    titled: bool | None = Field(None, description="Only those with a title, or only those without.")
    limit: int = Field(50, ge=1, le=500, description="Most sketches of a page.")


class Beside(Closed):
    """Hours and harm met somewhere, now and in the plan beside."""

    hours: float
    before: float | None = Field(description="Hours in the plan beside; null: there is none.")
    change: float | None
    harm: float = Field(description="Expected harm.")
    harm_met: float
    harm_met_before: float | None
    harm_met_change: float | None


class SketchedArea(Beside):
    """An area."""

    area_code: str
    name: str
    district: str


class SketchedDistrict(Beside):
    """A district."""

    district: str


class SketchedResource(PlannedResource):
    """A resource's hours in the period, and in the plan beside."""

    before: float | None
    change: float | None


class BeforeTotals(Closed):
    """Totals of the plan beside."""

    hours: float
    met: float
    harm_reached: float


class SketchedTotals(Closed):
    """Totals of a sketch."""

    areas: int
    hours: float
    hours_change: float | None
    expected: float = Field(description="Expected incidents.")
    met: float
    expected_harm: float
    harm_reached: float
    harm_reached_change: float | None
    before: BeforeTotals | None


class MorePlace(Closed):
    """What more is met in a place."""

    place: str
    harm: float


class MoreHours(Closed):
    """What some patrol hours more would do, found by solving again with them."""

    hours: float
    harm: float
    places: list[MorePlace] = Field(description="Most first; at most ten.")
    sentence: str


class Sketch(Closed):
    """What a plan would be: its hours, beside those of a recorded plan."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_FULL]}, protected_namespaces=())

    audit_id: AuditId
    sketch_id: str
    schema_: Literal["sketch/1"] = Field(alias="schema")
    title: str
    order: dict[str, Any] = Field(description="What was asked for: send it to POST /v1/plans to have it as a plan.")
    forecast: PlannedOn
    period: PlannedPeriod
    choices: dict[str, Any]
    beside: str | None
    objective: dict[str, Any]
    totals: SketchedTotals
    resources: list[SketchedResource]
    districts: list[SketchedDistrict]
    areas: list[SketchedArea]
    more: MoreHours | None
    sentences: list[str]
    notices: list[str]
    synthetic: bool
    attribution: str


class SketchesBeside(Closed):
    """Which sketch to set beside."""

    other: Code = Field(description="The other sketch.")


class BothResources(Closed):
    """A resource's hours in both."""

    code: str
    name: str
    first: float
    second: float
    change: float


class BothPlaces(Closed):
    """Hours and harm met in a district or an area, in both."""

    code: str = Field(description="Of an area; of a district its name.")
    name: str
    first: float
    second: float
    change: float
    harm_met_first: float
    harm_met_second: float


class SketchesCompared(Closed):
    """Two sketches side by side: the second against the first."""

    model_config = example(
        {
            "audit_id": "00000042-0a1b2c3d",
            "first": _LINE,
            "second": {**_LINE, "sketch_id": "sketch-2026-11-30-665544332211", "hours": 150.0, "harm_reached": 14.4},
            "hours_change": 10.0,
            "harm_reached_change": 0.4,
            "resources": [{"code": "patrol", "name": "Patrol", "first": 140.0, "second": 150.0, "change": 10.0}],
            "districts": [],
            "areas": [],
            "notices": ["synthetic"],
            "synthetic": True,
            "attribution": "SYNTHETIC: invented numbers.",
        }
    )

    audit_id: AuditId
    first: SketchLine
    second: SketchLine
    hours_change: float
    harm_reached_change: float
    resources: list[BothResources]
    districts: list[BothPlaces]
    areas: list[BothPlaces] = Field(description="Where hours differ most; at most 50.")
    notices: list[str]
    synthetic: bool
    attribution: str
