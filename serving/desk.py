"""The desk: what a process answers from. The answers themselves are made in the rooms beside it."""

import threading
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from features.access import Oidc
from features.secrets import secret
from features.workspace import Workspace
from ledger.events import Scalar
from ledger.files import FileStore
from ledger.group import GroupCommit
from ledger.ledger import Ledger
from models.books import Books
from models.kinds import FORECAST
from models.replay.surroundings import KIND as SURROUNDINGS
from models.served.read import ServedRun
from serving.access.code_flow import CLIENT_SECRET, CodeFlow
from serving.access.door import Door
from serving.access.issuer import fetch, send
from serving.access.session import Sessions
from serving.asking import Asking
from serving.forecasts.snapshot import Shelf, mapped
from serving.jobs.queue import Queue
from serving.jobs.starter import Starter

_RUNS_KEPT = 4


class Desk:
    """What one process answers from, for one workspace. Safe to use from several threads.

    Attributes:
        workspace: The workspace.
        ledger: Its events and artefacts.
        files: Its content-addressed files.
        clock: Tells the time.
        shelf: The run that is served.
        recorder: Records events of many requests together.
        door: Tells who asks.
        sessions: Keeps who reads pages signed in.
        code_flow: Signs people in with their organisation's accounts; None where the settings name none.
        queue: Jobs.
        starter: Sees to it that somebody does them.
        parsing: Held while a plan is taken apart: several at once would each hold a county's plan as values.
        surroundings: Name of the record of the code and machine that it answers with; "" where there is none.
    """

    def __init__(self, workspace: Workspace, ledger: Ledger, clock: Callable[[], datetime]) -> None:
        self.workspace = workspace
        self.ledger = ledger
        self.files = FileStore(workspace.root)
        self.clock = clock
        self.shelf = Shelf(ledger, self.files)
        self.recorder = GroupCommit(ledger)
        self.parsing = threading.Lock()
        self.surroundings = ""
        self.door = Door(ledger, workspace.settings.access, clock)
        self.sessions = Sessions(workspace.settings.salt, clock)
        self.code_flow = _code_flow(workspace.settings.access.oidc)
        self.queue = Queue(ledger, clock)
        self.starter = Starter(workspace.root, self.queue)
        # Explanations of runs that are no longer served are asked for rarely, then often for the same run.
        self._older = lru_cache(maxsize=_RUNS_KEPT)(self._load)

    @classmethod
    def open(cls, root: Path, clock: Callable[[], datetime]) -> "Desk":
        """Open the desk of the workspace at `root`; the shelf is still empty.

        Raises:
            StrandcastError: The workspace or its ledger cannot be opened.
        """
        workspace = Workspace.open(root)
        return cls(workspace, Ledger.open(workspace.database_url, clock), clock)

    def close(self) -> None:
        """End the runner if it is ours, record what waits to be recorded, and close the ledger."""
        self.starter.close()
        self.door.close()
        self.recorder.close()
        self.ledger.close()

    def books(self, asking: Asking) -> Books:
        """Return the ledger and files in the hands of whoever asks."""
        return Books(self.ledger.acting(asking.acting()), self.files, asking.caller.name)

    def answering_details(self) -> dict[str, Scalar]:
        """Return what an event says of the code and machine that it was answered with."""
        return {SURROUNDINGS: self.surroundings} if self.surroundings else {}

    def run(self, run_id: str) -> ServedRun:
        """Return a recorded run, the served one or an older one.

        Raises:
            NoSuchRecordError: There is none of this name.
            ServiceError: It was recorded before runs were prepared for reading.
            LedgerError: Its file is absent or was changed.
        """
        if self.shelf.filled and self.shelf.current.run_id == run_id:
            return self.shelf.current
        return self._older(run_id, self.shelf.suspension)

    def _load(self, run_id: str, suspension: str | None) -> ServedRun:
        del suspension  # when it changes, runs are read again: they bear other notices
        return mapped(self.ledger, self.files, self.ledger.artefact(FORECAST, run_id))


def _code_flow(oidc: Oidc | None) -> CodeFlow | None:
    if oidc is None or not oidc.client_id:
        return None
    return CodeFlow(oidc, secret(CLIENT_SECRET), fetch, send)
