"""Taking a backup of a deployment that goes on working."""

import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from errors import LedgerError
from ledger.backup.folders import belonging, copy_file, sync, sync_folders
from ledger.backup.manifest import DATABASE, FILES, MANIFEST, Manifest, hash_of
from ledger.backup.rows import copy_rows
from ledger.database import Database
from ledger.files import FileStore
from ledger.ledger import Clock, Ledger
from ledger.tables import ARTEFACTS

Advance = Callable[[int, int], None]


@dataclass(frozen=True)
class Source:
    """What is backed up.

    Attributes:
        url: URL of the database.
        root: The workspace.
        version: Version of this program.
    """

    url: str
    root: Path
    version: str


def take(source: Source, target: Path, clock: Clock, advance: Advance) -> Manifest:
    """Copy the database and the files into a new folder and verify the copy; it is there whole or not at all.

    The database is copied first. Every file that it names was written before it was named and never changes, so that
    files copied later belong to it; only an erasure in between can take one away, and is told.

    Raises:
        LedgerError: The folder exists, there is no room, or what is recorded is not whole.
    """
    if target.exists():
        raise LedgerError("exists already", place=str(target), fix="name a folder that does not exist")
    if target.resolve().is_relative_to(source.root.resolve()):
        raise LedgerError("lies in the workspace", place=str(target), fix="name a folder outside it")
    part = target.with_name(f".{target.name}.part")
    try:
        # Whoever may read a backup reads the deployment, its salt included.
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        manifest = _copy(source, part, clock, advance)
        part.rename(target)
        sync(target.parent)
    except OSError as error:
        fix = "make room or give access"
        raise LedgerError(f"cannot write the backup ({error.strerror})", place=str(target), fix=fix) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return manifest


def _copy(source: Source, part: Path, clock: Clock, advance: Advance) -> Manifest:
    made = clock().isoformat(timespec="seconds")
    copy_url = f"sqlite:///{part / DATABASE}"
    reading = Database.connected(source.url)
    copied = Database.connected(copy_url)
    with closing(reading), closing(copied):
        copy_rows(reading, copied)
        with copied.reading() as connection:
            named = set(connection.execute(select(ARTEFACTS.c.path)).scalars())
    paths = belonging(source.root, named)
    for number, path in enumerate(paths, start=1):
        copy_file(source.root / path, part / FILES / path)
        advance(number, len(paths))
    with Ledger.open(copy_url, clock) as ledger:
        found = ledger.verify(FileStore(part / FILES))
    if not found.ok:
        fix = "run strandcast audit verify; if rows were being erased meanwhile, run the backup again"
        raise LedgerError(f"the copy is not whole ({found.problem})", place=str(source.root), fix=fix)
    # The last to close a database of SQLite leaves one file of it, and the empty one of our turns.
    for beside in part.glob(f"{DATABASE}-*"):
        beside.unlink()
    hashes = {path: hash_of(part / FILES / path) for path in paths}
    manifest = Manifest(made, source.version, found.events, found.head, hash_of(part / DATABASE), hashes)
    (part / MANIFEST).write_bytes(manifest.to_bytes())
    for written in (part / MANIFEST, part / DATABASE):
        sync(written)
    sync_folders(part)
    return manifest
