"""Shapes of jobs over HTTP."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from serving.cursors import Paged
from serving.schemas import Closed

Status = Literal["queued", "running", "done", "refused", "failed", "cancelled"]

_JOB: dict[str, Any] = {
    "job_id": "0b7f4e0c1d5a4b1c9a3e5f60718293a4",
    "kind": "plan",
    "status": "running",
    "progress": {"done": 0, "total": 1},
    "asked_by": "ann.smith",
    "queued": "2026-11-24T15:00:00.000000Z",
    "started": "2026-11-24T15:00:00.250000Z",
    "ended": None,
    "object": None,
    "location": None,
    "problem": None,
}


class Progress(Closed):
    """How far a job is."""

    done: int = Field(ge=0, description="Steps done.")
    total: int = Field(ge=0, description="Steps in all; 0 while nobody knows.")


class JobProblem(Closed):
    """Why a job made nothing."""

    status: int = Field(description="The HTTP status that the same would have had at once.")
    detail: str


class JobLine(Closed):
    """One job."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_JOB]})

    job_id: str
    kind: str = Field(description="What is to be done.")
    status: Status
    progress: Progress
    asked_by: str
    queued: str = Field(description="When it was asked for, UTC.")
    started: str | None = Field(description="When it was last taken up, UTC.")
    ended: str | None = Field(description="When it ended, UTC.")
    object: str | None = Field(description="What it made, as the record calls it.")
    location: str | None = Field(description="Where what it made can be looked at.")
    problem: JobProblem | None = Field(description="Why it made nothing.")


class JobAnswer(JobLine):
    """One job."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"audit_id": "00000042-0a1b2c3d", **_JOB}]}
    )

    audit_id: str = Field(description="The event of this answer, recorded before it left.")


class Jobs(Closed):
    """One page of jobs, newest first."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"audit_id": "00000042-0a1b2c3d", "jobs": [_JOB], "next_cursor": None}]},
    )

    audit_id: str = Field(description="The event of this answer, recorded before it left.")
    jobs: list[JobLine]
    next_cursor: str | None = Field(description="Cursor of the next page; null on the last.")


class CancelOrder(Closed):
    """Cancel a job."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{}]})

    reason: Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")] = Field("", description="In your words.")


class JobQuery(Paged):
    """Which jobs; those of whoever asks, of everybody for auditors and admins."""

    limit: int = Field(50, ge=1, le=200, description="Most jobs of a page.")
