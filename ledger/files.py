"""Files named by their content: written whole or not at all, and checked when they are read."""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from errors import LedgerError

_FOLDER = re.compile(r"[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)*")
_SUFFIX = re.compile(r"(\.[a-z0-9]+)*")
_HALF_WRITTEN = ".writing-"
_GIVEN = re.compile(rf"[0-9a-f]{{64}}{_SUFFIX.pattern}")
_OWN_FILE = re.compile(rf"{_GIVEN.pattern}|{re.escape(_HALF_WRITTEN)}.*")


@dataclass(frozen=True)
class StoredFile:
    """A file of the store.

    Attributes:
        sha256: Hash of its bytes, hexadecimal.
        path: Where it lies, relative to the store's root, with forward slashes.
    """

    sha256: str
    path: str


@dataclass(frozen=True)
class FileStore:
    """A folder of files that are named by their hash and never change.

    Attributes:
        root: The folder; paths of stored files are relative to it.
    """

    root: Path

    def put(self, data: bytes, folder: str, suffix: str) -> StoredFile:
        """Keep `data` in `folder` and return where; doing so twice changes nothing.

        The bytes and the folder's entry are on the disk when this returns: after a power cut the file is there, whole.

        Raises:
            LedgerError: The folder or suffix is no plain name, or the file cannot be written.
        """
        if not _FOLDER.fullmatch(folder) or not _SUFFIX.fullmatch(suffix):
            raise LedgerError("a stored file needs a plain folder name and suffix", place=f"{folder}/*{suffix}")
        digest = hashlib.sha256(data).hexdigest()
        stored = StoredFile(digest, f"{folder}/{digest}{suffix}")
        target = self.root / stored.path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if not _holds(target, digest):
                _write_whole(target, data)
            _sync_folder(target.parent)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            problem, fix = f"cannot write the file ({reason})", "make room or give access"
            raise LedgerError(problem, place=str(target), fix=fix) from error
        return stored

    def locate(self, stored: StoredFile) -> Path:
        """Return the absolute path of a stored file; its bytes are not checked.

        Raises:
            LedgerError: It is absent, or its path leads out of the store.
        """
        relative = PurePosixPath(stored.path)
        if relative.is_absolute() or ".." in relative.parts:
            raise LedgerError("the path of a stored file leads out of the store", place=stored.path)
        target = self.root / relative
        if not target.is_file():
            raise LedgerError("a recorded file is absent", place=str(target), fix="restore it from a backup")
        return target.absolute()

    def holds(self, stored: StoredFile) -> bool:
        """Return whether there is anything at a stored file's path, whatever its bytes."""
        relative = PurePosixPath(stored.path)
        return relative.is_absolute() or ".." in relative.parts or (self.root / relative).exists()

    def read(self, stored: StoredFile) -> bytes:
        """Return a stored file's bytes.

        Raises:
            LedgerError: It is absent, unreadable or not the bytes that were stored.
        """
        target = self.locate(stored)
        try:
            data = target.read_bytes()
        except OSError as error:
            raise LedgerError(f"cannot read the file ({error.strerror})", place=str(target)) from error
        if hashlib.sha256(data).hexdigest() != stored.sha256:
            problem = "the file is not what was recorded (its hash differs)"
            raise LedgerError(problem, place=str(target), fix="restore it from a backup")
        return data

    def paths(self, folder: str) -> list[str]:
        """Return the paths of a folder's files, sorted: those it was given and those that were never written whole."""
        found = (self.root / folder).iterdir() if (self.root / folder).is_dir() else ()
        return sorted(f"{folder}/{item.name}" for item in found if _OWN_FILE.fullmatch(item.name) and item.is_file())

    def every(self) -> Iterator[str]:
        """Yield the paths of all files that were given to the store, in whatever folder."""
        for folder, _, names in os.walk(self.root):
            where = Path(folder).relative_to(self.root).as_posix()
            if _FOLDER.fullmatch(where):
                yield from (f"{where}/{name}" for name in names if _GIVEN.fullmatch(name))

    def remove(self, path: str) -> None:
        """Delete a file, so that it stays deleted after a power cut; one that is absent already is no error.

        Raises:
            LedgerError: The path leads out of the store, or the file cannot be deleted.
        """
        relative = PurePosixPath(path)
        if relative.is_absolute() or ".." in relative.parts:
            raise LedgerError("the path of a stored file leads out of the store", place=path)
        target = self.root / relative
        try:
            target.unlink(missing_ok=True)
            if target.parent.is_dir():
                _sync_folder(target.parent)
        except OSError as error:
            problem, fix = f"cannot delete the file ({error.strerror})", "give access, and run the command again"
            raise LedgerError(problem, place=str(target), fix=fix) from error


def _holds(target: Path, digest: str) -> bool:
    return target.is_file() and hashlib.sha256(target.read_bytes()).hexdigest() == digest


def _write_whole(target: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=_HALF_WRITTEN)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
