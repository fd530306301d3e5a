"""The runner as a process of its own: killed, cancelled, started twice."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from serving.jobs.job import Job, Problem
from serving.jobs.queue import Queue
from serving.jobs.starter import Starter
from tests.support.forecast_runs import synthetic_workspace
from tests.support.jobs import ask, opened
from tests.support.repository import REPOSITORY

WITHIN_SECONDS = 120.0


@pytest.fixture
def root(tmp_path: Path) -> Path:
    synthetic_workspace(tmp_path / "w")
    return tmp_path / "w"


@pytest.fixture
def queue(root: Path) -> Iterator[Queue]:
    made = opened(root)
    with made.ledger:
        yield made


@contextmanager
def process(root: Path, stderr: int = subprocess.DEVNULL) -> Iterator["subprocess.Popen[bytes]"]:
    child = subprocess.Popen([sys.executable, "-m", "tests.support.jobs", str(root)], cwd=REPOSITORY, stderr=stderr)
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def awaited(queue: Queue, job: Job, holds: Callable[[Job], bool]) -> Job:
    deadline = time.monotonic() + WITHIN_SECONDS
    while not holds(now := queue.job(job.job_id)):
        assert time.monotonic() < deadline, now
        time.sleep(0.05)
    return now


def child_of(starter: Starter) -> "subprocess.Popen[bytes] | None":
    return starter._child


@pytest.mark.usefixtures("each_database")
def test_a_job_whose_runner_is_killed_is_done_by_the_next_and_recorded_once(root: Path, queue: Queue) -> None:
    job = ask(queue, 30, 0.1)
    with process(root) as child:
        awaited(queue, job, lambda now: now.done > 0)
        os.kill(child.pid, signal.SIGKILL)
    assert queue.job(job.job_id).state == "running"
    with process(root) as child:
        done = awaited(queue, job, lambda now: now.ending is not None)
        assert child.wait(WITHIN_SECONDS) == 0
    assert (done.state, done.attempts) == ("done", 2)
    assert [event.draft.object for event in queue.ledger.events(operation="combination")] == ["count/30", job.name]
    assert queue.ledger.verify().ok


def test_the_runner_logs_where_a_job_failed_and_not_what_it_read(root: Path, queue: Queue) -> None:
    job = ask(queue, -2)
    with process(root, subprocess.PIPE) as child:
        _, said = child.communicate(timeout=WITHIN_SECONDS)
    assert queue.job(job.job_id).state == "failed"
    [line] = [json.loads(line) for line in said.splitlines() if job.job_id.encode() in line]
    assert line["error"] == "KeyError"
    assert b"a cell" not in said


def test_a_runner_that_is_told_to_end_gives_back_even_where_its_work_does_not_listen(root: Path, queue: Queue) -> None:
    job = ask(queue, 1, 600.0)
    with process(root) as child:
        awaited(queue, job, lambda now: now.state == "running")
        child.terminate()
        assert child.wait(WITHIN_SECONDS) == 0
    left = queue.job(job.job_id)
    assert (left.state, left.attempts) == ("queued", 0)


def test_a_second_runner_leaves_the_work_to_the_first(root: Path, queue: Queue) -> None:
    job = ask(queue, 20, 0.2)
    with process(root) as first:
        running = awaited(queue, job, lambda now: now.state == "running")
        with process(root) as second:
            assert second.wait(WITHIN_SECONDS) == 0
        awaited(queue, job, lambda now: now.ending is not None)
        assert first.wait(WITHIN_SECONDS) == 0
    assert queue.job(job.job_id).runner == running.runner


def test_a_cancelled_job_stops_even_where_its_work_does_not_listen(root: Path, queue: Queue) -> None:
    job = ask(queue, 1, 600.0)
    with process(root) as child:
        awaited(queue, job, lambda now: now.state == "running")
        queue.end(job, "cancelled", Problem(409, "cancelled."), "Ann")
        assert child.wait(WITHIN_SECONDS) == 0
    assert queue.job(job.job_id).state == "cancelled"
    assert not [event for event in queue.ledger.events() if event.draft.object.startswith("count/")]


def test_the_service_starts_a_runner_again_where_one_was_killed(root: Path, queue: Queue) -> None:
    """Of a kind that the service does not know, so that what is awaited is its refusal."""
    starter = Starter(root, queue)
    try:
        starter.look()
        assert child_of(starter) is None
        job = ask(queue, 1)
        starter.look()
        first = child_of(starter)
        assert first is not None
        first.kill()
        first.wait()
        starter.look()
        ended = awaited(queue, job, lambda now: now.ending is not None).ending
        assert ended is not None
        assert ended.problem is not None
        assert "no kind of job 'count'" in ended.problem.detail
        second = child_of(starter)
    finally:
        starter.close()
    assert second is not None
    assert second is not first
    assert second.poll() is not None
