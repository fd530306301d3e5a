"""Looking at jobs, and cancelling them."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from fastapi.responses import Response

from ledger.events import NoSuchRecordError
from models.books import Books
from serving.access.caller import Caller, Role
from serving.answers import Finding
from serving.asking import Asking
from serving.conflicts import ConflictError
from serving.cursors import beyond_the_end
from serving.desk import Desk
from serving.jobs.job import Job, Problem
from serving.jobs.schemas import CancelOrder, JobQuery
from serving.once import Told, once

# Where what a job made can be looked at, by what the record calls it.
_PLACES = {
    "plan": "/v1/plans/",
    "scenario": "/v1/scenarios/",
    "sketch": "/v1/sketches/",
    "export": "/v1/exports/",
    "replay": "/v1/replays/",
}
_SEE_ALL = (Role.AUDITOR, Role.ADMIN)


def place_of(subject: str | None) -> str | None:
    """Return the address of what a job made; None where it has none."""
    kind, _, name = (subject or "").partition("/")
    return f"{_PLACES[kind]}{name}" if kind in _PLACES else None


def document_of(job: Job, now: datetime) -> dict[str, Any]:
    """Return a job as it leaves."""
    told = job.as_document(now)
    return {**told, "location": place_of(told["object"])}


def jobs(desk: Desk, asking: Asking, query: JobQuery) -> Finding:
    """Find a page of jobs.

    Raises:
        DataError: The cursor cannot be used.
    """
    found = desk.queue.jobs(caller=_whose(asking), before=query.number(), limit=query.limit + 1)
    page = found[: query.limit]
    if query.cursor is not None and not page:
        beyond_the_end()
    cursor = query.cursor_at(page[-1][0]) if len(found) > len(page) else None
    document = {"jobs": [document_of(job, desk.clock()) for _, job in page], "next_cursor": cursor}
    return Finding.of(document, "jobs", details={"rows": len(page)}, lasting=False)


def job(desk: Desk, asking: Asking, job_id: str) -> Finding:
    """Find one job.

    Raises:
        NoSuchRecordError: There is none of this name, or it is somebody else's.
    """
    found = own(desk, asking, job_id)
    return Finding.of(document_of(found, desk.clock()), found.name, lasting=False)


def own(desk: Desk, asking: Asking, job_id: str) -> Job:
    """Return a job that a caller may see.

    Raises:
        NoSuchRecordError: There is none of this name, or it is somebody else's.
    """
    found = desk.queue.job(job_id)
    whose = _whose(asking)
    if whose is not None and not found.is_of(whose):
        raise NoSuchRecordError(f"there is no job {job_id}", fix="list them at /v1/jobs")
    return found


def cancel(desk: Desk, asking: Asking, job_id: str, order: CancelOrder) -> Response:
    """Cancel a job.

    Raises:
        NoSuchRecordError: There is none of this name, or it is somebody else's.
        ConflictError: It has ended.
        LedgerError: It could not be recorded; then it goes on.
    """
    found = own(desk, asking, job_id)
    why = f": {' '.join(order.reason.split()).removesuffix('.')}" if order.reason.strip() else ""
    problem = Problem(HTTPStatus.CONFLICT, f"The job was cancelled by {asking.caller.name}{why}.")

    def act(books: Books) -> None:
        now = desk.queue.job(job_id)
        if now.ending is not None:
            raise ConflictError(f"is {now.state} already", place=f"job {job_id}", fix="ask for another one")
        desk.queue.end(now, "cancelled", problem, books.actor, books.ledger)

    def told(event: Any) -> Told:
        ended = {"status": "cancelled", "ended": event.time, "problem": vars(problem)}
        return Told({**document_of(found, desk.clock()), **ended})

    return once(desk, asking, order.model_dump(mode="json"), act, told).response()


def _whose(asking: Asking) -> Caller | None:
    return None if asking.caller.role in _SEE_ALL else asking.caller
