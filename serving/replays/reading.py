"""Replays: asked for as jobs, kept, and looked at again."""

import json
from http import HTTPStatus

from fastapi.responses import Response

from errors import ServiceError
from ledger.artefacts import Artefact, Json
from serving.answers import AUDIT_ID, JSON, Finding
from serving.desk import Desk
from serving.jobs.job import Asked, Job
from serving.jobs.waiting import Errand
from serving.replays.kept import KIND
from serving.replays.schemas import ReplayOrder


def replay_errand(order: ReplayOrder) -> Errand:
    """Return the job that makes something again."""
    asked: dict[str, Json] = order.model_dump(mode="json")
    return Errand(Asked(KIND, asked, "consultation"), asked, made_answer)


def made_answer(desk: Desk, job: Job) -> Response:
    """Return what a job found: the same bytes however often it is asked for.

    Raises:
        LedgerError: Its file is absent or was changed.
    """
    if job.ending is None or job.ending.object is None:
        raise ServiceError("the job made nothing", place=job.name, fix="look at it")
    name, audit_id = job.ending.object.removeprefix(f"{KIND}/"), desk.queue.audit_id(job.ending)
    body = b'{"audit_id":"' + audit_id.encode() + b'",' + _body(desk, desk.ledger.artefact(KIND, name))[1:]
    headers = {AUDIT_ID: audit_id, "location": f"/v1/replays/{name}", "cache-control": "no-store"}
    return Response(body, HTTPStatus.CREATED, headers, JSON)


def kept_replay(desk: Desk, name: str) -> Finding:
    """Find a replay that is kept.

    Raises:
        NoSuchRecordError: There is none of this name.
        LedgerError: Its file is absent or was changed.
    """
    return Finding(_body(desk, desk.ledger.artefact(KIND, name)), f"{KIND}/{name}")


def _body(desk: Desk, row: Artefact) -> bytes:
    head = json.dumps({"replay_id": row.name}, ensure_ascii=False, separators=(",", ":")).encode()
    return head[:-1] + b"," + desk.files.read(row.stored)[1:]
