"""The runner: does what is queued, one job after the other, until it has been idle for a while.

It may be killed at any moment. What a job makes is recorded in one transaction with the job's ending, so a job whose
runner is gone is done again from the beginning, and at most one of the two is recorded.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from errors import StrandcastError
from features.workspace import Workspace
from ledger.events import Draft
from ledger.files import FileStore
from serving.conflicts import sentence_of, status_of
from serving.jobs.bench import Bench
from serving.jobs.job import Job, Outcome, Problem
from serving.jobs.kinds import work_of
from serving.jobs.queue import Queue

MOST_ATTEMPTS = 3
SECONDS_BETWEEN_LOOKS = 0.1
SECONDS_BETWEEN_BEATS = 1.0
MOST_BEATS_AFTER_STOP = 5

_logger = logging.getLogger("strandcast.jobs")


class StoppedError(Exception):
    """Work that was told to stop: its job has ended, or the runner ends."""


@dataclass
class Progress:
    """How far the present job is; written by the work, read by the heart."""

    done: int = 0
    total: int = 0
    stop: bool = False

    def __call__(self, done: int, total: int) -> None:
        """Note how far the work is.

        Raises:
            StoppedError: It need not go on.
        """
        self.done, self.total = done, total
        if self.stop:
            raise StoppedError


@dataclass(frozen=True)
class Place:
    """Where a runner runs.

    Attributes:
        name: Which process it is.
        gone: Tells whether another runner is known to be gone.
        ends: Tells whether this one is to end, as when the service that started it has.
        overdue: Called where work should have stopped and has not: ends the process.
    """

    name: str
    gone: Callable[[str], bool]
    ends: Callable[[], bool]
    overdue: Callable[[], None]


class Heart:
    """A thread that says every second that a job is still being worked on.

    Args:
        queue: Where it is said.
        job: The job.
        place: Where it is worked on.
        progress: How far it is.
        seconds: Between two beats.
    """

    def __init__(
        self, queue: Queue, job: Job, place: Place, progress: Progress, seconds: float = SECONDS_BETWEEN_BEATS
    ) -> None:
        self._queue = queue
        self._job = job
        self._place = place
        self._progress = progress
        self._seconds = seconds
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="strandcast-heart", daemon=True)

    def __enter__(self) -> Progress:
        """Begin to beat; return what the work tells its progress to."""
        self._thread.start()
        return self._progress

    def __exit__(self, *_: object) -> None:
        """Stop beating."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        beats_too_many = 0
        while not self._ended.wait(self._seconds):
            progress = self._progress
            try:
                mine = self._queue.beat(self._job, self._place.name, progress.done, progress.total)
            except Exception:  # a heart that stops would have the job done twice
                _logger.exception("job %s: nothing could be said of it", self._job.job_id)
                mine = True
            progress.stop = progress.stop or not mine or self._place.ends()
            beats_too_many += progress.stop
            # A solver says nothing for minutes and cannot be asked to stop.
            if beats_too_many > MOST_BEATS_AFTER_STOP:
                self._leave()

    def _leave(self) -> None:
        try:
            self._queue.give_back(self._job, self._place.name)
        except Exception:  # it is taken up again all the same, as one whose runner is gone
            _logger.exception("job %s could not be given back", self._job.job_id)
        finally:
            self._place.overdue()


class Runner:
    """Does the jobs of one workspace.

    Args:
        workspace: The workspace.
        queue: Its queue.
        place: Where it runs.
    """

    def __init__(self, workspace: Workspace, queue: Queue, place: Place) -> None:
        self._workspace = workspace
        self._queue = queue
        self._place = place
        self._files = FileStore(workspace.root)

    def run_next(self) -> bool:
        """Do the next job, if there is one; return whether there was.

        Raises:
            LedgerError: Nothing can be claimed or recorded now.
        """
        job = self._queue.claim(self._place.name, self._place.gone)
        if job is None:
            return False
        if job.attempts > MOST_ATTEMPTS:
            detail = f"the job ended its runner {MOST_ATTEMPTS} times; ask for less, or look into the service's log."
            self._end(job, "failed", Problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail))
            return True
        try:
            with Heart(self._queue, job, self._place, Progress(total=job.total)) as progress:
                self._work(job, progress)
        except StoppedError:
            self._queue.give_back(job, self._place.name)
        except StrandcastError as error:
            self._refuse(job, error)
        except Exception:
            _logger.exception("job %s failed", job.job_id)
            detail = "Something failed on our side; the service's log says where."
            self._end(job, "failed", Problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail))
        return True

    def leave(self) -> None:
        """Give back what is being done, from another thread than the one that does it; the process is to end then.

        Raises:
            LedgerError: It cannot be said now.
        """
        for job in (job for job in self._queue.open() if job.runner == self._place.name):
            self._queue.give_back(job, self._place.name)

    def _work(self, job: Job, progress: Progress) -> None:
        bench = Bench(self._workspace, self._queue.ledger, self._files, job)
        made = work_of(job.asked.kind)(bench, job.asked.arguments, progress)
        if self._queue.job(job.job_id).ending is None:
            # The same was made before, and nothing was recorded by the work.
            books = bench.last(lambda _: made)
            books.ledger.append(Draft("consultation", made, books.actor, details={"act": "found", "job": job.job_id}))

    def _refuse(self, job: Job, error: StrandcastError) -> None:
        if self._queue.job(job.job_id).ending is not None:
            return  # somebody was faster: cancelled, or made by a runner that was thought to be gone
        status = status_of(error)
        outcome: Outcome = "failed" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "refused"
        if outcome == "failed":
            _logger.warning("job %s failed", job.job_id, exc_info=error)
        self._end(job, outcome, Problem(status, sentence_of(error)))

    def _end(self, job: Job, outcome: Outcome, problem: Problem) -> None:
        self._queue.end(job, outcome, problem, job.caller)
