"""Rows beside the events: whoever changes, adds or removes one is found by the event that knows of it."""

from pathlib import Path

import pytest

from serving.access.caller import Role
from serving.access.keys import Grant, create
from serving.jobs import kinds
from serving.jobs.job import Problem
from tests.support.forecast_runs import synthetic_workspace
from tests.support.jobs import COUNT, ask, now, opened, runner_of
from tests.support.keys import CHEAP
from tests.support.ledgers import rewrite

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def root(tmp_path: Path, each_database: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Event 1: a key; 2 and 3: a job asked for and done; 4 and 5: one that cannot be met; 6: one that waits."""
    folder = tmp_path / "w"
    synthetic_workspace(folder)
    monkeypatch.setattr(kinds, "KINDS", COUNT)
    queue = opened(folder)
    with queue.ledger:
        create(queue.ledger, Grant("Ann", frozenset({Role.PLANNER}), 30), actor="Bo", now=now(), cost=CHEAP)
        for to in (2, 13):
            ask(queue, to)
            runner_of(folder, queue).run_next()
        ask(queue, 5)
        assert queue.ledger.verify().ok
        assert queue.ledger.events(limit=1)[0].sequence == 6
    return folder


@pytest.mark.parametrize(
    ("statement", "first_bad", "words"),
    [
        ("UPDATE api_keys SET roles = 'admin'", 1, "not what event 1 recorded"),
        ("DELETE FROM api_keys", 1, "the row for it is gone"),
        ("UPDATE api_keys SET sequence = 3", 1, "the row for it is gone"),
        ("UPDATE jobs SET asked = '{\"to\": 9}' WHERE sequence = 6", 6, "not what event 6 recorded"),
        ("UPDATE jobs SET caller = 'Eve' WHERE sequence = 6", 6, "not what event 6 recorded"),
        ("DELETE FROM jobs WHERE sequence = 6", 6, "the row for it is gone"),
        ("UPDATE job_endings SET object = 'count/9' WHERE sequence = 3", 3, "not what event 3 recorded"),
        ("UPDATE job_endings SET problem = 'no' WHERE sequence = 5", 5, "not what event 5 recorded"),
        ("UPDATE job_endings SET outcome = 'failed' WHERE sequence = 5", 5, "not what event 5 recorded"),
        (
            "DELETE FROM job_endings WHERE sequence = 3",
            3,
            "recorded the end of a job, but the row for it is gone",
        ),
        (
            "INSERT INTO job_endings SELECT job, 6, queued, 'done', 'count/5', NULL, NULL FROM jobs WHERE sequence = 6",
            6,
            "not what event 6 recorded",
        ),
        ("UPDATE job_endings SET sequence = 60 WHERE sequence = 5", 5, "the row for it is gone"),
    ],
)
def test_a_forged_row_is_found_at_its_event(root: Path, statement: str, first_bad: int, words: str) -> None:
    rewrite(root, statement)
    with opened(root).ledger as ledger:
        found = ledger.verify()
    assert (found.ok, found.first_bad) == (False, first_bad)
    assert words in str(found.problem)


def test_a_row_of_an_event_that_is_not_there_is_found(root: Path) -> None:
    rewrite(root, "INSERT INTO api_keys SELECT 'x', 60, name, roles, purpose, scope, expires, hash FROM api_keys")
    with opened(root).ledger as ledger:
        assert "belongs to an event that is not there" in str(ledger.verify().problem)


def test_a_job_that_was_cancelled_is_whole(root: Path) -> None:
    queue = opened(root)
    with queue.ledger as ledger:
        queue.end(queue.open()[0], "cancelled", Problem(409, "cancelled"), "Bo")
        assert ledger.verify().ok
