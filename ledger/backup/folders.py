"""Which files of a workspace belong into a backup, and how each is copied."""

import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import closing
from pathlib import Path

from errors import LedgerError

# A file named by its content that no row of the database names does not exist; what is half-written neither does.
_NAMED_BY_CONTENT = re.compile(r"[0-9a-f]{64}(\.[a-z0-9]+)*")
_PASSING = re.compile(r".*\.lock|\..*\.part|\.writing-.*|.*-(wal|shm|journal|turn)|strandcast\.db")
# Parts of computations, and exports: they can be made again, and are being written at any time.
_LEFT_OUT = ("backtests", "exports")
_SQLITE = b"SQLite format 3\x00"


def belonging(root: Path, named: AbstractSet[str]) -> list[str]:
    """Return the paths of the files to copy, relative to the workspace, sorted.

    Args:
        root: The workspace.
        named: Paths that the database's rows name; those that are absent are left out.
    """
    found = [path for path in _regular(root) if path in named or not _passing(path)]
    return sorted(found)


def copy_file(source: Path, target: Path) -> None:
    """Copy a file to the disk, a database of SQLite as of one instant; its folder is made.

    Raises:
        LedgerError: It cannot be read, or there is no room.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with source.open("rb") as file:
            is_database = file.read(len(_SQLITE)) == _SQLITE
        if is_database:
            _copy_database(source, target)
        else:
            shutil.copyfile(source, target)
        sync(target)
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise LedgerError(
            f"cannot copy the file ({reason})", place=str(source), fix="make room or give access"
        ) from error


def sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folders(root: Path) -> None:
    """Wait until a folder and all in it are on the disk by their names: a file that is there may still have none."""
    for folder, _, _ in os.walk(root):
        sync(Path(folder))


def _regular(root: Path) -> Iterator[str]:
    for folder, names, files in os.walk(root):
        here = Path(folder)
        names[:] = [name for name in names if here != root or name not in _LEFT_OUT]
        yield from ((here / name).relative_to(root).as_posix() for name in files if (here / name).is_file())


def _passing(path: str) -> bool:
    name = path.rpartition("/")[2]
    return bool(_NAMED_BY_CONTENT.fullmatch(name) or _PASSING.fullmatch(name))


def _copy_database(source: Path, target: Path) -> None:
    """Copy by SQLite's own online backup: others may write meanwhile."""
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as reading,
        closing(sqlite3.connect(target)) as to,
    ):
        reading.backup(to)
