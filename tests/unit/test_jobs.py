"""Jobs: asked for and ended by events, done once, and done again where their runner was killed."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from errors import LedgerError
from ledger.events import Draft, NoSuchRecordError
from serving.access.caller import Caller, Role
from serving.jobs import kinds, runner
from serving.jobs.bench import Bench
from serving.jobs.job import GONE_AFTER, Problem
from serving.jobs.lock import locked
from serving.jobs.queue import Queue
from serving.jobs.runner import MOST_ATTEMPTS, Heart, Place, Progress
from tests.support.forecast_runs import synthetic_workspace
from tests.support.jobs import COUNT, PLANNER, ask, now, opened, runner_of

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def root(tmp_path: Path, each_database: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    synthetic_workspace(tmp_path / "w")
    monkeypatch.setattr(kinds, "KINDS", COUNT)
    return tmp_path / "w"


@pytest.fixture
def queue(root: Path) -> Iterator[Queue]:
    made = opened(root)
    with made.ledger:
        yield made


def test_a_job_is_asked_for_done_and_ended_by_events(root: Path, queue: Queue) -> None:
    job = ask(queue, 3)
    assert (job.state, job.asked.kind, job.caller) == ("queued", "count", "Ann")
    assert runner_of(root, queue).run_next()
    done = queue.job(job.job_id)
    assert done.ending is not None
    assert (done.state, done.ending.object, done.attempts) == ("done", "count/3", 1)
    told = done.as_document(now())
    assert (told["status"], told["progress"]["done"]) == ("done", told["progress"]["total"])
    assert told["progress"]["done"] > 0
    [made, asked] = queue.ledger.events(operation="combination")
    assert (made.sequence, made.draft.object) == (done.ending.sequence, "count/3")
    assert (made.draft.actor, made.draft.role, made.draft.details["request"]) == ("Ann", "planner", "r-1")
    assert asked.draft.object == job.name
    assert not runner_of(root, queue).run_next()
    assert queue.ledger.verify().ok


def test_how_many_steps_a_job_has_is_told_from_the_beginning_where_it_is_known(
    root: Path, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask(queue, 1).as_document(now())["progress"] == {"done": 0, "total": 0}
    monkeypatch.setattr(kinds, "STEPS", {"count": 4})
    job = ask(queue, 3)
    assert job.as_document(now())["progress"] == {"done": 0, "total": 4}
    seen: list[int] = []

    def heart(*arguments: Any) -> Heart:
        seen.append(arguments[3].total)
        return Heart(*arguments)

    monkeypatch.setattr(runner, "Heart", heart)
    while runner_of(root, queue).run_next():
        pass
    assert seen == [0, 4]


def test_what_was_made_before_ends_the_job_with_a_look_at_it(root: Path, queue: Queue) -> None:
    job = ask(queue, 2, silently=True)
    runner_of(root, queue).run_next()
    assert queue.job(job.job_id).state == "done"
    [look] = queue.ledger.events(operation="consultation")
    assert (look.draft.object, look.draft.details["act"]) == ("count/2", "found")


@pytest.mark.parametrize(
    ("to", "state", "status", "told"),
    [
        (13, "refused", 422, "to: 13 cannot be counted to; count to another number."),
        (-1, "failed", 500, "Something failed on our side; the service's log says where."),
    ],
)
def test_a_job_that_makes_nothing_says_why(
    root: Path, queue: Queue, to: int, state: str, status: int, told: str
) -> None:
    job = ask(queue, to)
    runner_of(root, queue).run_next()
    ended = queue.job(job.job_id)
    assert ended.ending is not None
    assert (ended.state, ended.ending.problem) == (state, Problem(status, told))
    [event, _] = queue.ledger.events(operation="combination")
    assert (event.draft.object, event.draft.outcome) == (job.name, state)


def test_jobs_are_done_in_their_order_each_by_one_runner(queue: Queue) -> None:
    first, second = ask(queue, 1), ask(queue, 2)
    taken = [queue.claim(name, lambda _: False) for name in ("a", "b", "c")]
    assert [job and job.job_id for job in taken] == [first.job_id, second.job_id, None]
    assert [job.state for job in queue.open()] == ["running", "running"]


def test_a_job_whose_runner_is_gone_is_taken_up_again(queue: Queue) -> None:
    job = ask(queue, 1)
    queue.claim("a", lambda _: False)
    assert queue.claim("b", lambda other: other == "a") is not None
    left = queue.job(job.job_id)
    instants = (now(), now() + GONE_AFTER + timedelta(seconds=1))
    assert [left.as_document(then)["status"] for then in instants] == ["running", "queued"]
    later = Queue(queue.ledger, lambda: now() + GONE_AFTER + timedelta(seconds=1))
    back = Queue(queue.ledger, lambda: now() - timedelta(hours=1))
    for queue_then in (later, back):
        assert queue_then.claim("c", lambda _: False) is not None
    assert queue.job(job.job_id).attempts == 4
    assert not queue.beat(job, "a", 0, 1)


def test_a_job_that_ends_its_runner_again_and_again_is_given_up(root: Path, queue: Queue) -> None:
    job = ask(queue, 1)
    for number in range(MOST_ATTEMPTS):
        queue.claim(f"{number}", lambda _: True)
    runner_of(root, queue).run_next()
    ended = queue.job(job.job_id).ending
    assert ended is not None
    assert ended.outcome == "failed"
    assert ended.problem is not None
    assert "ended its runner 3 times" in ended.problem.detail


def test_a_job_that_a_runner_was_told_to_leave_was_not_attempted(queue: Queue) -> None:
    job = ask(queue, 1)
    for _ in range(MOST_ATTEMPTS + 1):
        claimed = queue.claim("a", lambda _: False)
        assert claimed is not None
        assert claimed.attempts == 1
        queue.give_back(claimed, "b")
        queue.give_back(claimed, "a")
    assert (queue.job(job.job_id).attempts, queue.job(job.job_id).state) == (0, "queued")


def test_a_runner_that_ends_gives_back_what_it_was_doing_and_nothing_else(root: Path, queue: Queue) -> None:
    jobs = [ask(queue, number) for number in range(3)]
    for name in ("elsewhere:1", "here:1"):
        queue.claim(name, lambda _: False)
    runner_of(root, queue).leave()
    now_are = [queue.job(job.job_id) for job in jobs]
    assert [(job.state, job.attempts) for job in now_are] == [("running", 1), ("queued", 0), ("queued", 0)]


def test_work_that_does_not_listen_when_its_runner_is_to_end_was_not_attempted(root: Path, queue: Queue) -> None:
    job = ask(queue, 1)
    claimed = queue.claim("here:1", lambda _: False)
    assert claimed is not None
    ended = threading.Event()
    place = Place("here:1", gone=lambda _: False, ends=lambda: True, overdue=ended.set)
    with Heart(queue, claimed, place, Progress(), seconds=0.001):
        assert ended.wait(60)
        # As the process would be gone by now.
        left = queue.job(job.job_id)
    assert (left.state, left.attempts) == ("queued", 0)


def test_who_looks_for_work_and_finds_none_does_not_wait_for_a_writer(queue: Queue) -> None:
    ask(queue, 1)
    queue.claim("a", lambda _: False)
    found: list[object] = ["nothing yet"]
    look = threading.Thread(target=lambda: found.append(queue.claim("b", lambda _: False)), daemon=True)
    with queue.ledger.database.writing():
        look.start()
        look.join(10)
        assert found == ["nothing yet", None]


def test_a_job_ends_once(root: Path, queue: Queue) -> None:
    job = ask(queue, 1)
    claimed = queue.claim("a", lambda _: False)
    assert claimed is not None
    queue.end(job, "cancelled", Problem(409, "cancelled by Ann."), "Ann")
    assert not queue.beat(claimed, "a", 1, 2)
    late = Bench(runner_of(root, queue)._workspace, queue.ledger, runner_of(root, queue)._files, claimed)
    before = len(queue.ledger.events())
    with pytest.raises(LedgerError, match="refused a row"):
        late.last().ledger.append(Draft("combination", "count/1", "Ann"))
    assert len(queue.ledger.events()) == before
    assert queue.job(job.job_id).state == "cancelled"
    assert queue.open() == []


def test_who_cancels_is_recorded_in_their_own_role(queue: Queue) -> None:
    job = ask(queue, 1)
    event = queue.end(job, "cancelled", Problem(409, "cancelled."), "Bo", queue.ledger.acting(PLANNER))
    assert (event.draft.actor, event.draft.outcome, event.draft.details["act"]) == ("Bo", "ok", "cancel")


def test_jobs_are_listed_newest_first_by_pages_and_by_who_asked(queue: Queue) -> None:
    names = [ask(queue, number, caller=caller).job_id for number, caller in enumerate(["Ann", "Bo", "Ann"])]
    listed = queue.jobs(limit=2)
    assert [job.job_id for _, job in listed] == names[:0:-1]
    assert [job.job_id for _, job in queue.jobs(before=listed[-1][0])] == names[:1]
    assert [job.job_id for _, job in queue.jobs(caller=Caller("Bo", Role.PLANNER, PLANNER.authentication))] == names[
        1:2
    ]
    assert queue.jobs(caller=Caller("Bo", Role.PLANNER, "oidc:elsewhere")) == []
    with pytest.raises(NoSuchRecordError, match="no job nothing"):
        queue.job("nothing")


def test_a_workspace_has_one_lock(root: Path) -> None:
    held = locked(root, 0.0)
    assert held is not None
    with held:
        assert locked(root, 0.0) is None
    again = locked(root, 0.0)
    assert again is not None
    again.close()


def test_every_kind_has_its_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    for kind in kinds.KINDS:
        assert callable(kinds.work_of(kind))
