"""Restoring a backup into a new workspace, and drills that do so and throw the result away."""

import shutil
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from errors import LedgerError
from ledger.backup.folders import copy_file, sync, sync_folders
from ledger.backup.manifest import DATABASE, FILES, Manifest, check_files
from ledger.backup.rows import copy_rows
from ledger.backup.taking import Advance
from ledger.database import Database
from ledger.erased import ERASURE
from ledger.events import Draft, Event, NoSuchRecordError, Scalar, parse_audit_id
from ledger.files import FileStore
from ledger.ledger import Clock, Ledger
from ledger.tree.notes import Checkpoint

OWN_DATABASE = "strandcast.db"


@dataclass(frozen=True)
class Wish:
    """What a restored ledger must hold.

    Attributes:
        audit_id: Identifier of an event that was noted somewhere else; None: none was.
        collected: Checkpoints that somebody else collected, opened with the key that they trust.
        accept_older: Take a ledger that ends before them.
    """

    audit_id: str | None = None
    collected: Sequence[Checkpoint] = ()
    accept_older: bool = False

    @property
    def events(self) -> int:
        """How many events the ledger must hold at least."""
        noted = parse_audit_id(self.audit_id)[0] if self.audit_id is not None else 0
        return max([noted, *(checkpoint.size for checkpoint in self.collected)])


@dataclass(frozen=True)
class Restored:
    """What was restored.

    Attributes:
        manifest: What the backup says of itself.
        event: The event that records the restoring, in the restored ledger.
        older: The ledger ends before what it was to hold.
        erasures: Rows are erased where the backup was made: the ledger holds an erasure.
    """

    manifest: Manifest
    event: Event
    older: bool
    erasures: bool


def restore(
    backup: Path, root: Path, url: str | None, clock: Clock, actor: str, *, wish: Wish, advance: Advance
) -> Restored:
    """Make a workspace of a backup, verify it and record that; it is there whole or not at all.

    Args:
        backup: Folder that `taking.take` made.
        root: The workspace; it must not exist, or be an empty folder.
        url: URL of an empty database; None: a database of SQLite in the workspace.
        clock: Returns the present instant.
        actor: Who restores.
        wish: What the ledger must hold.
        advance: Told (files copied, files).

    Raises:
        LedgerError: The backup is damaged, its ledger is not whole, ends too early or tells another history, or the
            workspace or database is not empty.
    """
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise LedgerError("is not empty", place=str(root), fix="restore into a folder that does not exist")
    manifest = Manifest.read(backup)
    check_files(backup, manifest)
    # Rows that go into a database of their own are verified beside the workspace and never lie in it.
    part, rows = (root.with_name(f".{root.name}.{what}") for what in ("part", "rows"))
    database = (part if url is None else rows) / OWN_DATABASE
    try:
        for folder in (part, rows):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o700, parents=True)
        for number, path in enumerate(manifest.files, start=1):
            copy_file(backup / FILES / path, part / path)
            advance(number, len(manifest.files))
        shutil.copyfile(backup / DATABASE, database)
        sync(database)
        restored = _opened(database, FileStore(part), manifest, clock, actor, wish)
        sync_folders(part)
        if url is None:
            _put_in_place(part, root)
        else:
            _move_rows(database, url, part, root)
    except OSError as error:
        fix = "make room or give access"
        raise LedgerError(f"cannot write the workspace ({error.strerror})", place=str(root), fix=fix) from error
    finally:
        for folder in (part, rows):
            shutil.rmtree(folder, ignore_errors=True)
    return restored


def drill(backup: Path, clock: Clock, actor: str, *, wish: Wish, advance: Advance) -> Restored:
    """Restore a backup into a temporary folder beside it, and delete that.

    Raises:
        LedgerError: It could not be restored.
    """
    with tempfile.TemporaryDirectory(prefix=".drill-", dir=backup.resolve().parent) as folder:
        return restore(backup, Path(folder) / "w", None, clock, actor, wish=wish, advance=advance)


def _opened(database: Path, files: FileStore, manifest: Manifest, clock: Clock, actor: str, wish: Wish) -> Restored:
    """Verify the ledger of a half-made workspace, and record in it that it was restored."""
    older = wish.events > manifest.events
    if older and not wish.accept_older:
        problem = f"the ledger of the backup ends with event {manifest.events:,}, before event {wish.events:,}"
        raise LedgerError(problem, fix="use a newer backup, or say --accept-older")
    url = f"sqlite:///{database}"
    Ledger.upgrade(url, clock, actor)
    with Ledger.open(url, clock) as ledger:
        reached = [checkpoint for checkpoint in wish.collected if checkpoint.size <= manifest.events]
        found = ledger.verify(files, reached)
        if not found.ok:
            problem = f"the ledger of the backup is not what was recorded ({found.problem})"
            raise LedgerError(problem, fix="use another backup")
        for audit_id in (manifest.last_audit_id, wish.audit_id):
            if audit_id is not None and 0 < parse_audit_id(audit_id)[0] <= manifest.events:
                _check_holds(ledger, audit_id)
        details: dict[str, Scalar] = {"made": manifest.made, "head": manifest.head, "events": manifest.events}
        event = ledger.append(Draft("admin", "restore", actor, details={**details, "older": older}))
        erasures = bool(ledger.artefacts(ERASURE))
    return Restored(manifest, event, older, erasures)


def _check_holds(ledger: Ledger, audit_id: str) -> None:
    try:
        ledger.event(audit_id)
    except NoSuchRecordError:
        problem = f"the ledger of the backup has another event in the place of {audit_id}"
        raise LedgerError(problem, fix="do not use this backup: it tells another history") from None


def _move_rows(database: Path, url: str, part: Path, root: Path) -> None:
    """Copy the rows and put the workspace in its place: both or neither."""
    source, target = Database.connected(f"sqlite:///{database}"), Database.connected(url)
    with closing(source), closing(target):
        try:
            copy_rows(source, target, partial(_put_in_place, part, root))
        except BaseException:
            if not part.exists():
                root.rename(part)
            raise


def _put_in_place(part: Path, root: Path) -> None:
    part.rename(root)
    sync(root.parent)
