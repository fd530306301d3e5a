"""Jobs of tests: a kind that counts slowly, and the runner's process with it.

python -m tests.support.jobs FOLDER    the runner on the workspace FOLDER, with the kind "count"
"""

import sys
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
from starlette.testclient import TestClient

from errors import AllocationError
from features.workspace import Workspace
from ledger.acting import Acting
from ledger.artefacts import Json
from ledger.events import Draft
from ledger.ledger import Ledger
from models.progress import Advance
from serving.jobs import __main__ as process
from serving.jobs import kinds
from serving.jobs.bench import Bench
from serving.jobs.job import Asked, Job
from serving.jobs.queue import Queue, queued
from serving.jobs.runner import Place, Runner

MOST_LOOKS = 2000
COUNT = {"count": "tests.support.jobs:count"}
PLANNER = Acting("planner", "api-key", "patrol-planning", {"request": "r-1"})


def now() -> datetime:
    return datetime.now(UTC)


def count(bench: Bench, asked: Mapping[str, Json], advance: Advance) -> str:
    """Count to `to`, a step every `seconds`, and record that it was done; refuse to count to 13, and fail below 0."""
    said: dict[str, Any] = dict(asked)
    if said["to"] == 13:
        raise AllocationError("13 cannot be counted to", place="to", fix="count to another number")
    if said["to"] == -2:
        raise KeyError("a cell")
    if said["to"] < 0:
        raise ZeroDivisionError
    for step in range(said["to"]):
        advance(step, said["to"])
        time.sleep(said["seconds"])
    advance(said["to"], said["to"])
    if not said.get("silently"):
        bench.last().ledger.append(Draft("combination", f"count/{said['to']}", bench.job.caller))
    return f"count/{said['to']}"


def ask(queue: Queue, to: int, seconds: float = 0.0, caller: str = "Ann", **more: Any) -> Job:
    """Queue a count."""
    job_id = uuid.uuid4().hex
    asked = Asked("count", {"to": to, "seconds": seconds, **more}, "combination")
    hands = queue.ledger.acting(PLANNER, lambda event: [queued(job_id, asked, caller, event)])
    hands.append(Draft("combination", f"job/{job_id}", caller, details=asked.details()))
    return queue.job(job_id)


def made_by(client: TestClient, answer: httpx.Response) -> httpx.Response:
    """Return what a job of the service made, or the answer to what was refused, however long it takes."""
    looks = 0
    while answer.status_code == HTTPStatus.ACCEPTED or answer.json().get("status") in ("queued", "running"):
        looks += 1
        assert looks < MOST_LOOKS, answer.text
        time.sleep(0.05)
        answer = client.get(f"/v1/jobs/{answer.json()['job_id']}")
    place = answer.json().get("location")
    return client.get(place) if place else answer


def opened(root: Path) -> Queue:
    return Queue(Ledger.open(Workspace.open(root).database_url, now), now)


def runner_of(root: Path, queue: Queue, name: str = "here:1") -> Runner:
    """Return a runner in this process, which takes every other one to be gone."""
    place = Place(name, gone=lambda other: other != name, ends=lambda: False, overdue=lambda: None)
    return Runner(Workspace.open(root), queue, place)


if __name__ == "__main__":
    kinds.KINDS = {**kinds.KINDS, **COUNT}
    raise SystemExit(process.main(Path(sys.argv[1]), idle_seconds=1.0))
