"""Shapes of tasks over HTTP."""

from typing import Any, Literal

from pydantic import Field

from serving.cursors import Paged
from serving.plans.schemas import AuditId, Code, Note, Reason, example
from serving.schemas import Closed

Owner = Literal["police", "council", "charity", "health", "fire", "business"]
State = Literal["open", "accepted", "declined"]

_TASK: dict[str, Any] = {
    "task_id": "2026-11-30-0a1b2c3d4e",
    "plan_id": "2026-11-30-0a1b2c3d4e5f",
    "owner": "council",
    "resource": "wardens",
    "name": "Wardens",
    "level": "district",
    "place": "Chelmsford",
    "hours": 12.5,
    "hours_are": "exact",
    "hours_place": "Chelmsford",
    "strands": {"burglary": 12.5},
    "expected": {"burglary": 4.1},
    "shifts": [{"day": "2026-12-01", "shift": "late", "hours": 4.0}],
    "status": "open",
    "answered_by": None,
    "answered_at": None,
    "reason": None,
    "answered_as": None,
}


class TaskShift(Closed):
    """Hours of one shift of a task."""

    day: str
    shift: str
    hours: float


class Task(Closed):
    """What is asked of one owner in one ward or district."""

    model_config = example(_TASK)

    task_id: str
    plan_id: str
    owner: str
    resource: str
    name: str
    level: Literal["ward", "district", "force"]
    place: str
    hours: float | None = Field(
        description="Hours of the period. Partners are told the most that they can be, as hours tell of hidden demand; "
        "null where what is expected there has not been published."
    )
    hours_are: Literal["exact", "at most", "not told"]
    hours_place: str = Field(
        description="What the hours are of: the task's place; for partners the larger one that it lies in, where "
        'disclosure.toml shows no smaller ones; "" where it lies in several.'
    )
    strands: dict[str, float | None] = Field(
        description="The hours by strand; together: for all of them at once. For partners the strands that the "
        "resource works on anywhere, each with null."
    )
    expected: dict[str, float] | None = Field(
        description="Expected incidents there by strand; null for partners, who have them from the published tables."
    )
    shifts: list[TaskShift] = Field(description="Layout by day and shift, where the plan has one; none for partners.")
    status: State
    answered_by: str | None
    answered_at: str | None
    reason: str | None
    answered_as: str | None = Field(description="Audit id of the answer that was given.")


class TaskAnswer(Task):
    """A task and the answer that was just given to it."""

    model_config = example({"audit_id": "00000042-0a1b2c3d", **_TASK})

    audit_id: AuditId


class Tasks(Closed):
    """The tasks of a plan in force."""

    model_config = example(
        {
            "audit_id": "00000042-0a1b2c3d",
            "plan_id": _TASK["plan_id"],
            "tasks": [_TASK],
            "total": 1,
            "next_cursor": None,
        }
    )

    audit_id: AuditId
    plan_id: str | None
    tasks: list[Task]
    total: int = Field(description="Tasks on all pages.")
    next_cursor: str | None = Field(description="Where the next page begins; null on the last one.")


class TasksQuery(Paged):
    """Which tasks."""

    plan_id: Code | None = Field(None, description="A plan in force; left out, the newest.")
    owner: Owner | None = Field(None, description="Only those of this owner.")
    status: State | None = Field(None, description="Only those of which this holds.")
    limit: int = Field(500, ge=1, le=2000, description="Most tasks of a page.")


class AcceptOrder(Closed):
    """Accept a task."""

    model_config = example({})

    reason: Note = Field("", description="In your words; recorded.")


class DeclineOrder(Closed):
    """Decline a task."""

    model_config = example({"reason": "Two wardens are away."})

    reason: Reason
