"""A job: what was asked for, by whom, how far it is, and how it ended."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import RowMapping

from ledger.acting import Acting
from ledger.artefacts import Json
from ledger.beside import ARGUMENTS, JOB, QUEUE, arguments_digest
from ledger.events import Scalar
from serving.access.caller import Caller

KIND = JOB
# A runner is heard of every second; one that was not for so long is taken to be gone.
GONE_AFTER = timedelta(seconds=30)

Outcome = Literal["done", "refused", "failed", "cancelled"]
State = Literal["queued", "running", "done", "refused", "failed", "cancelled"]


@dataclass(frozen=True)
class Problem:
    """Why a job came to nothing.

    Attributes:
        status: The HTTP status that the same would have, had it been answered at once.
        detail: One sentence.
    """

    status: int
    detail: str


@dataclass(frozen=True)
class Ending:
    """How a job ended.

    Attributes:
        outcome: Done, refused (the request cannot be met), failed (ours), or cancelled.
        sequence: Of the event that ended it: that of what was made, if anything was.
        time: When.
        object: What was made, such as `plan/2024-07-01-0a1b2c3d4e5f`; None where nothing was.
        problem: Why nothing was made; None where something was.
    """

    outcome: Outcome
    sequence: int
    time: str
    object: str | None
    problem: Problem | None


@dataclass(frozen=True)
class Asked:
    """What somebody wants done.

    Attributes:
        kind: One of `serving.jobs.kinds.KINDS`.
        arguments: As the kind takes them.
        operation: The ledger's word for what it does.
    """

    kind: str
    arguments: Mapping[str, Json]
    operation: str

    def text(self) -> str:
        """Return the arguments as they are kept."""
        return json.dumps(dict(self.arguments), ensure_ascii=False, allow_nan=False, sort_keys=True)

    def details(self) -> dict[str, Scalar]:
        """Return what the event says that asks for it."""
        return {"act": QUEUE, "kind": self.kind, ARGUMENTS: arguments_digest(self.text())}


@dataclass(frozen=True)
class Job:
    """Something that somebody wants done.

    Attributes:
        job_id: Its name.
        asked: What.
        caller: Who asked.
        acting: In which role, how known, for which purpose, and in which request.
        queued: When, UTC.
        started: When it was last taken up; None: never.
        heartbeat: When its runner was last heard of.
        runner: Which process works on it, or did last.
        attempts: How often it was taken up.
        done: Steps done.
        total: Steps in all; 0 while nobody knows.
        ending: How it ended; None: it has not.
    """

    job_id: str
    asked: Asked
    caller: str
    acting: Acting
    queued: str
    started: str | None
    heartbeat: str | None
    runner: str | None
    attempts: int
    done: int
    total: int
    ending: Ending | None

    @classmethod
    def of(cls, row: RowMapping) -> "Job":
        """Return the job that a row of both tables tells, the ending's columns named `ending_...`."""
        acting = Acting(row["role"], row["authentication"], row["purpose"], {"request": row["request"]})
        return cls(
            job_id=row["job"],
            asked=Asked(row["kind"], json.loads(row["asked"]), row["operation"]),
            caller=row["caller"],
            acting=acting,
            queued=row["queued"],
            started=row["started"],
            heartbeat=row["heartbeat"],
            runner=row["runner"],
            attempts=row["attempts"],
            done=row["done"],
            total=row["total"],
            ending=_ending(row),
        )

    def is_of(self, caller: Caller) -> bool:
        """Return whether somebody asked for it: by their name, known in the same way."""
        return (self.caller, self.acting.authentication) == (caller.name, caller.authentication)

    @property
    def name(self) -> str:
        """How the record calls it."""
        return f"{KIND}/{self.job_id}"

    @property
    def state(self) -> State:
        """Where it stands."""
        if self.ending is not None:
            return self.ending.outcome
        return "queued" if self.runner is None else "running"

    def is_left(self, now: datetime) -> bool:
        """Return whether nobody works on it: nobody took it up, or who did was not heard of for too long."""
        if self.runner is None or self.heartbeat is None:
            return True
        # A heartbeat of the future is that of a clock that was put back.
        return abs(now - datetime.fromisoformat(self.heartbeat)) > GONE_AFTER

    def as_document(self, now: datetime) -> dict[str, Any]:
        """Return it as JSON values; one whose runner is gone waits for the next."""
        ending = self.ending
        # The last step is the record itself, after which no heart beats.
        steps = max(self.total, 1)
        done = steps if self.state == "done" else self.done
        total = steps if self.state == "done" else self.total
        return {
            "job_id": self.job_id,
            "kind": self.asked.kind,
            "status": "queued" if ending is None and self.is_left(now) else self.state,
            "progress": {"done": done, "total": total},
            "asked_by": self.caller,
            "queued": self.queued,
            "started": self.started,
            "ended": ending.time if ending else None,
            "object": ending.object if ending else None,
            "problem": vars(ending.problem) if ending and ending.problem else None,
        }


def _ending(row: RowMapping) -> Ending | None:
    if row["ending_outcome"] is None:
        return None
    problem = None if row["ending_problem"] is None else Problem(row["ending_status"], row["ending_problem"])
    return Ending(row["ending_outcome"], row["ending_sequence"], row["ending_time"], row["ending_object"], problem)
