"""Asking for a job, and waiting a little for what it makes."""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from ledger.events import Draft, Event
from ledger.tables import Row
from models.books import Books
from serving.asking import Asking
from serving.conflicts import BusyError
from serving.desk import Desk
from serving.guards.problems import MEDIA_TYPE, problem_body
from serving.jobs.job import KIND, Asked, Job
from serving.jobs.kinds import steps_of
from serving.jobs.queue import queued
from serving.jobs.reading import document_of
from serving.jobs.schemas import JobAnswer
from serving.once import Given, Told, once

# Below the time after which an answer is given up.
PATIENCE_SECONDS = 20.0
MOST_OPEN = 50
MOST_OPEN_OF_ONE = 10

_PREFER = "prefer"
_AT_ONCE = "respond-async"
_APPLIED = "preference-applied"
_LOOKS = (0.05, 0.25)
_LOOKS_TO_A_START = 8

# What a route that asks for a job may answer, beside what the job makes.
LATER: dict[int | str, dict[str, Any]] = {
    HTTPStatus.ACCEPTED.value: {"model": JobAnswer, "description": "Not done yet; Location names the job."}
}

# Returns the answer that a job which is done is given.
Answer = Callable[[Desk, Job], Response]


@dataclass(frozen=True)
class Errand:
    """A job that a request asks for.

    Attributes:
        asked: What.
        content: What the request's body says, as JSON values.
        answer: Returns the answer once it is done.
        check: Raises where it cannot be asked for now; it is not looked at where it was asked for before.
    """

    asked: Asked
    content: object
    answer: Answer
    check: Callable[[], object] = lambda: None


async def run_errand(desk: Desk, asking: Asking, errand: Errand) -> Response:
    """Ask for a job, wait for it unless asked not to, and answer with what it made, or with where to look for it.

    Raises:
        BusyError: Too many jobs are open.
        ConflictError: The key of the request was used for another one.
        LedgerError: It could not be recorded; then nothing is asked for.
    """
    given = await run_in_threadpool(_asked_for, desk, asking, errand)
    if given.job is None or _APPLIED in given.headers:
        return given.response()
    # Whoever waited the first time is given the same again, whatever they prefer by now.
    look = run_in_threadpool(desk.queue.job, given.job) if _prefers_not_to_wait(asking) else _ended(desk, given.job)
    job = await look
    if job.ending is None:
        return given.response()
    if job.ending.outcome == "done":
        return await run_in_threadpool(errand.answer, desk, job)
    return failure(job)


def failure(job: Job) -> Response:
    """Return the problem document of a job that made nothing."""
    problem = job.ending.problem if job.ending else None
    status = HTTPStatus(problem.status) if problem else HTTPStatus.INTERNAL_SERVER_ERROR
    return Response(problem_body(status, problem.detail if problem else ""), status, media_type=MEDIA_TYPE)


def _asked_for(desk: Desk, asking: Asking, errand: Errand) -> Given:
    job_id, asked = uuid.uuid4().hex, errand.asked

    def rows(event: Event) -> list[Row]:
        # By the only writer: of many who ask at once, none is counted too few.
        _check_room(desk, asking)
        return [queued(job_id, asked, asking.caller.name, event)]

    def act(books: Books) -> None:
        errand.check()
        draft = Draft(asked.operation, f"{KIND}/{job_id}", books.actor, details=asked.details())
        books.ledger.beside(rows).append(draft)

    def told(event: Event) -> Told:
        headers = {"location": f"/v1/jobs/{job_id}", "retry-after": "1"}
        if _prefers_not_to_wait(asking):
            # RFC 7240; kept with the answer, it tells a repeated request how the first one was answered.
            headers[_APPLIED] = _AT_ONCE
        return Told(_as_asked(asking, asked, job_id, event), HTTPStatus.ACCEPTED, headers, job_id)

    given = once(desk, asking, errand.content, act, told)
    desk.starter.look()
    return given


def _prefers_not_to_wait(asking: Asking) -> bool:
    return _AT_ONCE in asking.headers.get(_PREFER, "")


def _as_asked(asking: Asking, asked: Asked, job_id: str, event: Event) -> dict[str, Any]:
    """Return a job's document as it is when nobody has taken it up."""
    acting = asking.acting()
    job = Job(job_id, asked, asking.caller.name, acting, event.time, None, None, None, 0, 0, steps_of(asked.kind), None)
    return document_of(job, datetime.fromisoformat(event.time))


def _check_room(desk: Desk, asking: Asking) -> None:
    waiting = desk.queue.open()
    own = sum(job.is_of(asking.caller) for job in waiting)
    if len(waiting) >= MOST_OPEN or own >= MOST_OPEN_OF_ONE:
        raise BusyError("too many jobs are waiting", place="jobs", fix="wait until some have ended, or cancel some")


async def _ended(desk: Desk, job_id: str) -> Job:
    """Return a job once it has ended, or as it is when patience does."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    pause, most = _LOOKS
    looks = 0
    while True:
        job = await run_in_threadpool(desk.queue.job, job_id)
        if job.ending is not None or asyncio.get_running_loop().time() > deadline:
            return job
        looks += 1
        if looks % _LOOKS_TO_A_START == 0:
            await run_in_threadpool(desk.starter.look)
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, most)
