"""The queue: jobs in the database. That one is asked for, and how it ends, is told by an event in the same transaction.

Only a job's row in `jobs` is ever updated, and nothing that counts depends on it: a runner that is killed leaves a row
that says "running" and an old heartbeat, and the next runner takes the job up again. What ends a job is its row in
`job_endings`, of which there can be one alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Select, and_, select, update

from ledger.beside import CANCEL, END, ENDING, ending_digest
from ledger.events import Draft, Event, NoSuchRecordError, Scalar, audit_id_of
from ledger.ledger import Ledger
from ledger.tables import EVENTS, JOB_ENDINGS, JOBS, Row
from serving.access.caller import Caller
from serving.jobs.job import Asked, Ending, Job, Outcome, Problem
from serving.jobs.kinds import steps_of

_ENDING = {
    f"ending_{name}": JOB_ENDINGS.c[name] for name in ("outcome", "sequence", "time", "object", "status", "problem")
}
_ALL = select(JOBS, *(column.label(name) for name, column in _ENDING.items())).outerjoin(JOB_ENDINGS)


@dataclass(frozen=True)
class Queue:
    """The jobs of one workspace. Safe to use from several threads and several processes at once.

    Attributes:
        ledger: Beside whose events jobs are kept.
        clock: Tells the time.
    """

    ledger: Ledger
    clock: Callable[[], datetime]

    def job(self, job_id: str) -> Job:
        """Return one job.

        Raises:
            NoSuchRecordError: There is none of this name.
        """
        found = self._jobs(_ALL.where(JOBS.c.job == job_id))
        if not found:
            raise NoSuchRecordError(f"there is no job {job_id}", fix="list them at /v1/jobs")
        return found[0]

    def jobs(
        self, *, caller: Caller | None = None, before: int | None = None, limit: int = 100
    ) -> list[tuple[int, Job]]:
        """Return jobs with the sequence numbers of their events, newest first.

        Args:
            caller: Only what they asked for; None: all.
            before: Only jobs asked for before this event.
            limit: Most of them.
        """
        query = _ALL.order_by(JOBS.c.sequence.desc()).limit(limit)
        if caller is not None:
            query = query.where(JOBS.c.caller == caller.name, JOBS.c.authentication == caller.authentication)
        if before is not None:
            query = query.where(JOBS.c.sequence < before)
        with self.ledger.database.reading() as connection:
            return [(row["sequence"], Job.of(row)) for row in connection.execute(query).mappings()]

    def open(self) -> list[Job]:
        """Return the jobs that have not ended, in the order in which they were asked for."""
        return self._jobs(_ALL.where(JOB_ENDINGS.c.job.is_(None)).order_by(JOBS.c.sequence))

    def audit_id(self, ended: Ending) -> str:
        """Return the identifier of the event that ended a job."""
        query = select(EVENTS.c.hash).where(EVENTS.c.sequence == ended.sequence)
        with self.ledger.database.reading() as connection:
            return audit_id_of(ended.sequence, connection.execute(query).scalar_one())

    def claim(self, runner: str, gone: Callable[[str], bool]) -> Job | None:
        """Take the first job that nobody works on; None where there is none.

        Args:
            runner: Who takes it.
            gone: Tells whether another runner is known to be gone.
        """
        # Who only looks takes no writer's turn: a runner that waits for work looks several times a second.
        if not any(self._is_free(job, gone) for job in self.open()):
            return None
        with self.ledger.database.writing() as connection:
            rows = connection.execute(_ALL.where(JOB_ENDINGS.c.job.is_(None)).order_by(JOBS.c.sequence)).mappings()
            free = next((job for job in map(Job.of, rows) if self._is_free(job, gone)), None)
            if free is None:
                return None
            now = self._now()
            taken = {"runner": runner, "started": now, "heartbeat": now, "attempts": free.attempts + 1, "done": 0}
            connection.execute(update(JOBS).where(JOBS.c.job == free.job_id).values(**taken))
        return self.job(free.job_id)

    def beat(self, job: Job, runner: str, done: int, total: int) -> bool:
        """Say that a runner still works on a job, and how far it is; return whether it still may.

        It may not where the job has ended, as when it was cancelled, or another runner has taken it.
        """
        with self.ledger.database.writing() as connection:
            mine = and_(JOBS.c.job == job.job_id, JOBS.c.runner == runner)
            said = {"heartbeat": self._now(), "done": done, "total": total}
            if not connection.execute(update(JOBS).where(mine).values(**said)).rowcount:
                return False
            ended = select(JOB_ENDINGS.c.job).where(JOB_ENDINGS.c.job == job.job_id)
            return connection.execute(ended).first() is None

    def give_back(self, job: Job, runner: str) -> None:
        """Put a job back that a runner was told to leave, so that the next one takes it up at once.

        That it was taken up does not count: only who is gone without a word may have been ended by the job.
        """
        with self.ledger.database.writing() as connection:
            mine = and_(JOBS.c.job == job.job_id, JOBS.c.runner == runner)
            connection.execute(update(JOBS).where(mine).values(runner=None, attempts=JOBS.c.attempts - 1))

    def end(self, job: Job, outcome: Outcome, problem: Problem, actor: str, hands: Ledger | None = None) -> Event:
        """End a job that made nothing.

        Args:
            job: The job.
            outcome: How.
            problem: Why.
            actor: Who ends it.
            hands: The ledger in the hands of whoever ends it; left out, of whoever asked for it.

        Raises:
            LedgerError: It could not be recorded, as where it has ended by now.
        """
        act = CANCEL if outcome == "cancelled" else END
        told: Literal["refused", "failed"] = "refused" if outcome == "refused" else "failed"
        draft = Draft(
            job.asked.operation,
            job.name,
            actor,
            outcome="ok" if outcome == "cancelled" else told,
            details={"act": act, "kind": job.asked.kind, **covered(job, outcome, problem)},
        )
        ledger = hands or self.ledger.acting(job.acting)
        return ledger.beside(lambda event: [ending(job, event, outcome, problem)]).append(draft)

    def _is_free(self, job: Job, gone: Callable[[str], bool]) -> bool:
        return job.is_left(self.clock()) or (job.runner is not None and gone(job.runner))

    def _jobs(self, query: Select[Any]) -> list[Job]:
        with self.ledger.database.reading() as connection:
            return [Job.of(row) for row in connection.execute(query).mappings()]

    def _now(self) -> str:
        return self.clock().astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def queued(job_id: str, asked: Asked, caller: str, event: Event) -> Row:
    """Return the row of a job that an event asks for."""
    said = event.draft
    values = {
        "job": job_id,
        "sequence": event.sequence,
        "kind": asked.kind,
        "asked": asked.text(),
        "operation": asked.operation,
        "caller": caller,
        "role": said.role,
        "authentication": said.authentication,
        "purpose": said.purpose,
        "request": str(said.details.get("request", "")),
        "queued": event.time,
        "attempts": 0,
        "done": 0,
        "total": steps_of(asked.kind),
    }
    return Row(JOBS, values)


def covered(job: Job, outcome: Outcome, problem: Problem | None = None) -> dict[str, Scalar]:
    """Return what the event that ends a job says of the row that does, so that the chain covers how it ended."""
    return {ENDING: ending_digest({"job": job.job_id, "outcome": outcome, **_told(problem)})}


def ending(job: Job, event: Event, outcome: Outcome, problem: Problem | None = None, subject: str | None = None) -> Row:
    """Return the row that ends a job with an event."""
    values = {
        "job": job.job_id,
        "sequence": event.sequence,
        "time": event.time,
        "outcome": outcome,
        "object": subject,
        **_told(problem),
    }
    return Row(JOB_ENDINGS, values)


def _told(problem: Problem | None) -> dict[str, Any]:
    return {
        "status": int(problem.status) if problem else None,
        "problem": problem.detail if problem else None,
    }
