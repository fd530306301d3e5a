"""Shapes of resources over HTTP: those of `resources.toml`, with the hours of a week reckoned."""

from typing import Any

from pydantic import ConfigDict, Field

from models.allocation.resources.file import Aim, AreaTypes, Harm
from models.allocation.resources.resource import Resource
from models.allocation.rules.settings import RuleSettings
from serving.plans.schemas import AuditId, example
from serving.schemas import Closed

_PATROL: dict[str, Any] = {
    "code": "patrol",
    "name": "Patrol",
    "kind": "patrol",
    "owner": "police",
    "hours_a_week": 2400.0,
    "total_hours_a_week": 2400.0,
    "meets": [
        {"hours_for_63_percent": {"low": 6.0, "central": 12.0, "high": 24.0}, "source": "Koper 1995, as the file says."}
    ],
    "source": "The duty system.",
}


class ResourceLine(Resource):
    """A type of resource, as `resources.toml` has it."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [_PATROL]})

    total_hours_a_week: float | None = Field(
        description="Hours that there are in a week; null: a plan's order must say."
    )


class ResourcesAnswer(Closed):
    """What plans of the workspace place, and by which rules."""

    model_config = example(
        {
            "audit_id": "00000042-0a1b2c3d",
            "objective": "reached",
            "harm": {"set": "equal"},
            "area_types": None,
            "rules": {},
            "resources": [_PATROL],
        }
    )

    audit_id: AuditId
    objective: Aim
    harm: Harm
    area_types: AreaTypes | None
    rules: RuleSettings
    resources: list[ResourceLine]
