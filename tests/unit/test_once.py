"""What a request writes is written once: by one key, however often and from how many sides it comes."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from fastapi.responses import Response

from errors import AllocationError, DataError
from ledger.events import Draft, Event
from ledger.ledger import Ledger
from models.books import Books
from serving.access.caller import Caller, Role, Scope
from serving.asking import Asking
from serving.conflicts import BusyError, ConflictError
from serving.desk import Desk
from serving.jobs import kinds
from serving.jobs.job import Asked
from serving.jobs.waiting import MOST_OPEN_OF_ONE, Errand, run_errand
from serving.once import Given, Told, once
from tests.support.forecast_runs import synthetic_workspace
from tests.support.jobs import COUNT, ask, now, runner_of
from tests.support.ledgers import rewrite

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    synthetic_workspace(tmp_path / "w")
    made = Desk.open(tmp_path / "w", now)
    yield made
    made.close()


def asking(
    key: str | None = None,
    *,
    name: str = "Ann",
    known_by: str = "api-key",
    path: str = "/v1/notes",
    request: str = "r-1",
) -> Asking:
    headers = {} if key is None else {"idempotency-key": key}
    return Asking(request, caller=Caller(name, Role.PLANNER, known_by), path=path, headers=headers)


def note(books: Books) -> Event:
    return books.ledger.append(Draft("decision", "note/1", books.actor))


def told(event: Event) -> Told:
    return Told({"said": event.draft.object, "time": event.time}, headers={"location": "/v1/notes/1"})


def written(desk: Desk, who: Asking, content: Any = "a") -> Given:
    return once(desk, who, content, note, told)


def notes(desk: Desk) -> int:
    return len([event for event in desk.ledger.events() if event.draft.object == "note/1"])


def test_the_same_key_and_request_are_answered_as_the_first_time(desk: Desk) -> None:
    first, again = written(desk, asking("k")), written(desk, asking("k", request="r-2"))
    assert (first.again, again.again) == (False, True)
    assert (again.body, again.status, again.headers) == (first.body, first.status, first.headers)
    assert notes(desk) == 1
    [repeat] = desk.ledger.events(operation="consultation")
    assert (repeat.draft.object, repeat.draft.details["request"]) == (f"event/{first.headers['Audit-Id']}", "r-2")
    assert desk.ledger.verify().ok


def test_another_request_under_the_same_key_is_refused(desk: Desk) -> None:
    written(desk, asking("k"))
    for who, content in ((asking("k"), "b"), (asking("k", path="/v1/other"), "a")):
        with pytest.raises(ConflictError, match="used for another request"):
            written(desk, who, content)
    assert notes(desk) == 1


def test_keys_are_each_callers_own_and_without_one_everything_is_written(desk: Desk) -> None:
    for who in (asking("k"), asking("k", name="Bo"), asking("k", known_by="oidc:x"), asking("l"), asking(), asking()):
        assert not written(desk, who).again
    assert notes(desk) == 6


def test_a_key_in_another_role_or_with_another_sight_is_another_request(desk: Desk) -> None:
    written(desk, asking("k"))
    narrow = Scope(areas=frozenset({"E01"}))
    for caller in (Caller("Ann", Role.ADMIN, "api-key"), Caller("Ann", Role.PLANNER, "api-key", scope=narrow)):
        other = asking("k")
        other.caller = caller
        with pytest.raises(ConflictError, match="used for another request"):
            written(desk, other)
    assert notes(desk) == 1


@pytest.mark.parametrize("key", ["", "two words", "ä", "k" * 201])
def test_a_key_that_cannot_be_kept_is_refused(desk: Desk, key: str) -> None:
    with pytest.raises(DataError, match="cannot be used"):
        written(desk, asking(key))
    assert notes(desk) == 0


def test_what_was_refused_is_looked_at_anew(desk: Desk) -> None:
    def refused(books: Books) -> None:
        raise AllocationError("not now")

    with pytest.raises(AllocationError, match="not now"):
        once(desk, asking("k"), "a", refused, told)
    assert not written(desk, asking("k")).again


def test_of_requests_that_come_at_once_one_is_written_and_all_are_answered_alike(desk: Desk) -> None:
    sides = 6
    together = Barrier(sides)

    def write(number: int) -> str:
        def act(books: Books) -> None:
            together.wait(30)  # all have looked for the key by now, and none has found it
            note(books)

        return once(desk, asking("k", request=f"r-{number}"), "a", act, told).body

    with ThreadPoolExecutor(sides) as pool:
        bodies = set(pool.map(write, range(sides)))
    assert (len(bodies), notes(desk)) == (1, 1)
    assert desk.ledger.verify().ok


def test_of_many_jobs_asked_for_at_once_none_is_counted_too_few(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(MOST_OPEN_OF_ONE - 1):
        ask(desk.queue, number)
    append, faster = Ledger.append, list[str]()

    def beaten(ledger: Ledger, draft: Draft, **more: Any) -> Event:
        if not faster:  # between the look and the write
            faster.append("as of now")
            ask(desk.queue, 99)
        return append(ledger, draft, **more)

    monkeypatch.setattr(Ledger, "append", beaten)
    errand = Errand(Asked("count", {}, "combination"), {}, lambda _desk, _job: Response())
    with pytest.raises(BusyError, match="too many jobs are waiting"):
        asyncio.run(run_errand(desk, asking("k"), errand))
    assert len(desk.queue.open()) == MOST_OPEN_OF_ONE


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE given_answers SET body = '{}' WHERE key = 'k'", "the row for a kept answer is not what event 1"),
        (
            "UPDATE given_answers SET request_hash = 'x' WHERE key = 'k'",
            "the row for a kept answer is not what event 1",
        ),
        ("DELETE FROM given_answers WHERE key = 'k'", "event 1 recorded a kept answer, but the row for it is gone"),
        ("UPDATE given_answers SET sequence = 60 WHERE key = 'l'", "event 2 recorded a kept answer, but the row"),
        (
            """INSERT INTO given_answers SELECT caller, 'm', sequence, request_hash, status, headers, body, job, seal
            FROM given_answers WHERE key = 'k'""",
            "the row for a kept answer is not what event 1",
        ),
    ],
)
def test_a_kept_answer_that_was_changed_or_removed_is_found(
    desk: Desk, tmp_path: Path, statement: str, words: str
) -> None:
    written(desk, asking("k"))
    written(desk, asking("l"))
    secret = bytes.fromhex(desk.workspace.settings.salt)
    assert desk.ledger.verify(secret=secret).ok
    assert "kept answer is not" in str(desk.ledger.verify(secret=b"other").problem)
    rewrite(tmp_path / "w", statement)
    found = desk.ledger.verify(secret=secret)
    assert not found.ok
    assert words in str(found.problem)


def test_a_used_key_is_answered_as_the_first_time_whatever_is_preferred_by_now(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kinds, "KINDS", COUNT)
    monkeypatch.setattr(desk.starter, "look", runner_of(tmp_path / "w", desk.queue).run_next)
    wanted = Asked("count", {"to": 2, "seconds": 0.0}, "combination")
    errand = Errand(wanted, {}, lambda _desk, job: Response(job.job_id, 201))

    def answer(key: str, prefer: str) -> tuple[int, bytes]:
        who = asking(key)
        who.headers = {**who.headers, "prefer": prefer}
        given = asyncio.run(run_errand(desk, who, errand))
        return given.status_code, bytes(given.body)

    waited, left = answer("k", ""), answer("l", "respond-async")
    assert (waited[0], left[0]) == (201, 202)
    assert [answer("k", prefer) for prefer in ("respond-async", "")] == [waited, waited]
    assert [answer("l", prefer) for prefer in ("respond-async", "")] == [left, left]


def test_who_waits_for_many_jobs_already_is_told_to_come_back(desk: Desk) -> None:
    for number in range(MOST_OPEN_OF_ONE):
        ask(desk.queue, number)
    errand = Errand(Asked("count", {}, "combination"), {}, lambda _desk, _job: Response())
    with pytest.raises(BusyError, match="too many jobs are waiting"):
        asyncio.run(run_errand(desk, asking("k"), errand))
    assert len(desk.queue.open()) == MOST_OPEN_OF_ONE
    later = asking("k", name="Bo")
    later.headers = {**later.headers, "prefer": "respond-async"}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(desk.starter, "look", lambda: None)
        assert asyncio.run(run_errand(desk, later, errand)).status_code == 202
