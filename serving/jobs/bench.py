"""The bench: what a job is done with, in the hands of whoever asked for it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from features.workspace import Workspace
from ledger.events import Event
from ledger.files import FileStore
from ledger.ledger import Ledger
from ledger.tables import Row
from models.books import Books
from serving.jobs.job import Job
from serving.jobs.queue import covered, ending


@dataclass(frozen=True)
class Bench:
    """What a job is done with.

    Attributes:
        workspace: The workspace.
        ledger: Its events and artefacts.
        files: Its content-addressed files.
        job: The job.
    """

    workspace: Workspace
    ledger: Ledger
    files: FileStore
    job: Job

    @property
    def books(self) -> Books:
        """Books for what is recorded on the way."""
        return Books(self.ledger.acting(self.job.acting), self.files, self.job.caller)

    def last(self, made: Callable[[Event], str] | None = None) -> Books:
        """Return books whose next event ends the job, in one transaction: with it or not at all.

        So a job that is done again after its runner was killed cannot be recorded twice: it has one ending alone.

        Args:
            made: Returns from the event what was made; left out, the event's object.
        """

        def rows(event: Event) -> list[Row]:
            return [ending(self.job, event, "done", subject=made(event) if made else event.draft.object)]

        acting = replace(self.job.acting, details={**self.job.acting.details, **covered(self.job, "done")})
        return Books(self.ledger.acting(acting, rows), self.files, self.job.caller)
