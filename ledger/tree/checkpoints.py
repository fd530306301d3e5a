"""Checkpoints: every so many events or minutes a signed note is dropped where somebody else collects it.

Whoever owns the database can rewrite all of it, and the tree with it. They cannot rewrite the notes that others hold
already: of a rewritten ledger the root at that size is another one, and a cut one is shorter than a note says.
"""

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, insert, select

from errors import LedgerError
from ledger.database import Database
from ledger.events import utc_text
from ledger.tables import CHECKPOINTS
from ledger.tree.notes import Kept, Signer, Verifier
from ledger.tree.stored import Tree

SUFFIX = ".checkpoint"


@dataclass(frozen=True)
class Policy:
    """Where checkpoints go, and when the next one is due.

    Attributes:
        folder: The drop folder; it must exist, and is better one that this machine can only read and add to.
        events: One is due after so many new events.
        minutes: One is due after so many minutes, if there are new events.
    """

    folder: Path
    events: int
    minutes: int


def checkpoints(
    database: Database, *, limit: int | None = None, covering: int = 0, below: int | None = None
) -> list[Kept]:
    """Return the checkpoints of a ledger, the newest first: of at least `covering` events and fewer than `below`."""
    with database.reading() as connection:
        return _kept(connection, limit, covering, below)


def kept_sizes(database: Database) -> frozenset[int]:
    """Return of how many events there are checkpoints in the database."""
    with database.reading() as connection:
        return frozenset(connection.execute(select(CHECKPOINTS.c.size)).scalars())


def dropped_sizes(folder: Path | None) -> frozenset[int]:
    """Return of how many events checkpoints lie in the drop folder, by their names; none where there is no folder."""
    paths = folder.glob(f"*{SUFFIX}") if folder is not None else ()
    return frozenset(int(path.stem) for path in paths if path.stem.isascii() and path.stem.isdecimal())


def write_checkpoint(
    database: Database, signer: Signer, policy: Policy, now: datetime, *, only_when_due: bool = False
) -> Kept | None:
    """Sign how the ledger stands, drop the note and keep it; None where nothing is new, or none is due.

    Nobody waits for the disk or network that the folder is on: only the row is written in the writer's turn. What lies
    in the folder already, of an attempt that ended before its row or of another process, is kept as it is.

    Raises:
        LedgerError: The note cannot be dropped, or another one lies there: nothing is kept of it, and the next attempt
            begins anew.
    """
    with database.reading() as connection:
        tree = Tree(connection)
        size, last = tree.size, next(iter(_kept(connection, 1)), None)
        new = size - last.size if last else size
        if not new or (only_when_due and not _due(last, new, policy, now)):
            return None
        note = signer.note(size, tree.root(size), utc_text(now))
    name = f"{size:012d}{SUFFIX}"
    if not _drop(policy.folder, name, note.encode()):
        note = _lying(policy.folder / name, note, signer.verifier)
    kept = Kept(size, note, signer.verifier.text())
    with database.writing() as connection:
        known = next(iter(_kept(connection, 1, size, size + 1)), None)
        if known is None:
            connection.execute(insert(CHECKPOINTS), {"size": kept.size, "note": kept.note, "key": kept.key})
    return known or kept


class Keeper:
    """A thread that writes checkpoints when they are due, as long as something runs.

    Args:
        database: The ledger's database.
        signer: The key.
        policy: Where to and how often.
        clock: Returns the present instant.
        told: Is told of a checkpoint that could not be written; the next round tries again.
        pause: Seconds between looks.
    """

    def __init__(
        self,
        database: Database,
        signer: Signer,
        policy: Policy,
        clock: Callable[[], datetime],
        told: Callable[[Exception], None],
        pause: float = 5.0,
    ) -> None:
        self._database = database
        self._signer = signer
        self._policy = policy
        self._clock = clock
        self._told = told
        self._pause = pause
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="strandcast-checkpoints", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Write what is due, then stop."""
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        ends = False
        while not ends:
            ends = self._ending.wait(self._pause)
            try:
                if self._new():
                    write_checkpoint(self._database, self._signer, self._policy, self._clock(), only_when_due=True)
            except Exception as error:  # noqa: BLE001 - a thread that ends would leave the record unsigned for good
                self._told(error)

    def _new(self) -> bool:
        """Return whether a checkpoint is due, without waiting for the writer's turn."""
        with self._database.reading() as connection:
            size, last = Tree(connection).size, next(iter(_kept(connection, 1)), None)
        new = size - last.size if last else size
        return bool(new) and _due(last, new, self._policy, self._clock())


def _due(last: Kept | None, new: int, policy: Policy, now: datetime) -> bool:
    if last is None or new >= policy.events:
        return True
    since = now - datetime.fromisoformat(last.opened().time)
    # A clock that was put back must not hold the next checkpoint up until it has caught up.
    return since >= timedelta(minutes=policy.minutes) or since < timedelta(0)


def _kept(connection: Connection, limit: int | None, covering: int = 0, below: int | None = None) -> list[Kept]:
    query = select(CHECKPOINTS).where(CHECKPOINTS.c.size >= covering).order_by(CHECKPOINTS.c.size.desc()).limit(limit)
    if below is not None:
        query = query.where(CHECKPOINTS.c.size < below)
    return [Kept(row.size, row.note, row.key) for row in connection.execute(query)]


def _drop(folder: Path, name: str, content: bytes) -> bool:
    """Write a note under its name, which needs no more than adding to the folder; False where the name is taken."""
    path = folder / name
    try:
        with path.open("xb") as file:
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                # Where this machine can only add, who collects meets a note that is not whole, and can tell.
                with suppress(OSError):
                    path.unlink()
                raise
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except FileExistsError:
        return False
    except OSError as error:
        problem = f"the checkpoint cannot be dropped ({error.strerror})"
        raise LedgerError(problem, place=str(folder), fix="make the folder, or give access to it") from error
    return True


def _lying(path: Path, note: str, verifier: Verifier) -> str:
    """Return the note that lies in the place of another, if it says the same but for the instant.

    Raises:
        LedgerError: It does not.
    """
    try:
        lying = path.read_text("utf-8")
        found, wanted = verifier.opened(lying), verifier.opened(note)
    except (OSError, UnicodeDecodeError, LedgerError) as error:
        problem = "what lies in the place of the checkpoint is not a whole note of this key"
        raise LedgerError(problem, place=str(path), fix="find out why, then move it away") from error
    if (found.size, found.root) != (wanted.size, wanted.root):
        problem = "a checkpoint of another history lies in the place of this one"
        raise LedgerError(problem, place=str(path), fix="run strandcast audit verify with the collected checkpoints")
    return lying
