"""The shape of a plan's document; its parts are described in the user guide under "What a plan holds"."""

from datetime import date
from typing import Any, Literal

from pydantic import ConfigDict, Field

from serving.schemas import Closed

Json = dict[str, Any]

PLAN: Json = {
    "schema": "plan/2",
    "forecast": {
        "run_id": "2026-11-23-0a1b2c3d",
        "audit_id": "00000040-1a2b3c4d",
        "origin": "2026-11-23",
        "as_of": "2026-11-22",
        "model_version": "stacked-2026-11-23-88aaffcb",
        "snapshot_hash": "5e" * 32,
    },
    "period": {
        "kind": "week",
        "start": "2026-11-30",
        "end": "2026-12-06",
        "horizon": 2,
        "weeks": 1.0,
        "text": "the week beginning 2026-11-30",
    },
    "objective": {"kind": "reached", "harm": 12.5, "gap": 0.0, "status": "optimal", "solver": "HiGHS"},
    "resources": [
        {
            "code": "patrol",
            "name": "Patrol",
            "kind": "patrol",
            "owner": "police",
            "hours": 40.0,
            "placed": 40.0,
            "unplaced": 0.0,
            "units": None,
            "units_placed": None,
            "price": 0.21,
            "cost": 0.0,
        }
    ],
    "rules": [],
    "families": [],
    "totals": {"areas": 1, "expected": 20.0, "met": 12.5},
    "coverage": {"strands": [], "districts": [], "deciles": []},
    "equity": {"need": "expected harm", "deciles": []},
    "posts": [
        {
            "area_code": "E01021234",
            "name": "Chelmsford 001A",
            "district": "Chelmsford",
            "strand": "together",
            "resource": "patrol",
            "hours": 40.0,
            "quarter_hours": 40.0,
            "dose": 2.0,
            "apportioned": {"burglary": 40.0},
        }
    ],
    "areas": [
        {
            "area_code": "E01021234",
            "name": "Chelmsford 001A",
            "district": "Chelmsford",
            "hours": 40.0,
            "quarter_hours": 40.0,
            "hours_by_resource": {"patrol": 40.0},
            "expected": {"burglary": 20.0},
            "met": {"burglary": 12.5},
            "harm": 20.0,
            "harm_met": 12.5,
            "harm_unmet": 7.5,
            "status": "no rule holds it",
            "reason": "An hour more here would meet 0.21 harm.",
        }
    ],
    "caseloads": [],
    "unweighted": [],
    "quarter_hours": {"kept": True, "broken": [], "hours": 40.0},
    "roster": [],
    "layout": None,
    "visits": [],
    "visit_lists": None,
    "sentences": ["40 hours meet 12.5 of 20.0 expected harm."],
    "notices": ["synthetic"],
    "fallback": {},
    "synthetic": True,
    "attribution": "SYNTHETIC: invented numbers.",
    "settings": {},
    "choices": {"horizon": 2, "total_hours": 40.0},
    "parent": None,
    "near": None,
}


class PlannedPeriod(Closed):
    """The period that a plan is for."""

    kind: Literal["week", "month"]
    start: date
    end: date = Field(description="Its last day.")
    horizon: int
    weeks: float
    text: str


class PlannedOn(Closed):
    """The recorded forecast that a plan was made on."""

    run_id: str
    audit_id: str
    origin: date | None
    as_of: date | None
    model_version: str | None
    snapshot_hash: str | None


class PlannedResource(Closed):
    """A resource's hours in the period."""

    code: str
    name: str
    kind: Literal["patrol", "team", "caseload"]
    owner: str
    hours: float
    placed: float
    unplaced: float
    units: float | None
    units_placed: float | None
    price: float | None = Field(description="What one hour more would add.")
    cost: float


class Post(Closed):
    """A resource in an area, on a strand or on all of its strands together."""

    area_code: str
    name: str
    district: str
    strand: str
    resource: str
    hours: float
    quarter_hours: float
    dose: float
    apportioned: dict[str, float] | None = Field(None, description="Hours reckoned to each strand.")


class PlannedArea(Closed):
    """One area: its hours, what is expected and met there, and what holds its hours."""

    area_code: str
    name: str
    msoa: str | None = None
    ward: str | None = None
    district: str
    lpa: str | None = None
    force: str | None = None
    area_type: str | None = None
    decile: int | None = Field(None, description="Deprivation decile, 1 the most deprived.")
    hours: float
    quarter_hours: float
    hours_by_resource: dict[str, float]
    by_resource: dict[str, float] | None = Field(None, description="Hours of the resources that are placed together.")
    expected: dict[str, float] = Field(description="Expected incidents by strand.")
    met: dict[str, float]
    harm: float | None = Field(description="Null for whoever sees only some strands.")
    harm_met: float | None
    harm_unmet: float | None
    rules: list[Json] | None = Field(None, description="Rules that hold its hours, with their prices.")
    next_hour: Json | None = Field(None, description="What an hour more would do here and elsewhere.")
    status: str
    reason: str


class PlanDocument(Closed):
    """A plan: hours of the whole period, what they rest on, and what there is to say of them."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [PLAN]}, protected_namespaces=())

    schema_: Literal["plan/2"] = Field(alias="schema")
    forecast: PlannedOn
    period: PlannedPeriod
    objective: Json
    resources: list[PlannedResource]
    rules: list[Json]
    families: list[Json]
    totals: Json
    coverage: Json
    equity: Json
    posts: list[Post]
    areas: list[PlannedArea]
    caseloads: list[Json]
    unweighted: list[Json]
    quarter_hours: Json
    roster: list[Json]
    layout: Json | None
    visits: list[Json]
    visit_lists: Json | None
    sentences: list[str]
    notices: list[str]
    fallback: dict[str, str]
    synthetic: bool
    attribution: str
    settings: Json
    choices: Json
    parent: Json | None
    near: str | None = None
