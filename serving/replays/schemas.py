"""Shapes of replays over HTTP."""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from serving.plans.schemas import AuditId, Code, example
from serving.schemas import Closed

_PART: dict[str, Any] = {"name": "panel", "verdict": "same", "said": "", "recorded": "5e5e", "found": "5e5e"}
_FULL: dict[str, Any] = {
    "audit_id": "00000044-0a1b2c3d",
    "replay_id": "00000042-0a1b2c3d-112233445566",
    "schema": "replay/1",
    "asked": "2026-11-30-0a1b2c3d4e5f",
    "event": "00000042-0a1b2c3d",
    "object": "plan/2026-11-30-0a1b2c3d4e5f",
    "kind": "plan",
    "outcome": "same",
    "first_difference": None,
    "absent": [],
    "parts": [_PART],
    "surroundings": [],
    "revision": "",
    "notes": [],
    "sentence": "plan/2026-11-30-0a1b2c3d4e5f was made again and is the same to the bit.",
    "synthetic": True,
}


class ReplayOrder(Closed):
    """What to make again."""

    model_config = example({"id": "00000042-0a1b2c3d"})

    id: Code = Field(description="Audit id of an answer or decision, or name of a forecast run, plan, study or model.")


class ReplayPart(Closed):
    """One thing that was compared."""

    name: str
    verdict: Literal["same", "close", "differs", "changed", "absent"]
    said: str = Field(description="Where it differs first, or why it is absent.")
    recorded: str
    found: str


class ReplayDifference(Closed):
    """Code, lock, library, processor or threads that are not those of then."""

    part: str
    recorded: str
    present: str


class ReplayAnswer(Closed):
    """What a replay found: the same to the bit, close (within 1e-9), other, or what it lacked."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_FULL]}, protected_namespaces=())

    audit_id: AuditId
    replay_id: str
    schema_: Literal["replay/1"] = Field(alias="schema")
    asked: str
    event: str = Field(description="Audit id of the event that was made again.")
    object: str
    kind: str
    outcome: Literal["same", "close", "differs", "cannot"]
    first_difference: ReplayPart | None
    absent: list[str] = Field(description="What a replay that cannot be done lacks.")
    parts: list[ReplayPart]
    surroundings: list[ReplayDifference]
    revision: str
    notes: list[str]
    sentence: str
    synthetic: bool
