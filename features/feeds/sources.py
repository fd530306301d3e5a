"""Files as they arrive: single files, folders and zip archives, read within bounds and never unpacked to disk."""

import calendar
import hashlib
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO

from errors import DataError

# No partner's file comes near these; an archive made to exhaust memory does.
LARGEST_FILE = 4 * 2**30
LARGEST_MEMBER = 2**30
MOST_MEMBERS = 50_000
LARGEST_ARCHIVE = 64 * 2**30
_CHUNK = 2**22


@dataclass(frozen=True)
class SourceFile:
    """A file that can be read.

    Attributes:
        name: Its path as the user knows it, for reports.
        modified: When it was last written, seconds; of files that cover the same months the newer one supersedes.
        load: Reads the content.
    """

    name: str
    modified: float
    load: Callable[[], bytes] = field(repr=False)

    @property
    def base(self) -> str:
        """The name without its folders."""
        return self.name.replace("\\", "/").rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Content:
    """A file's bytes and their hash."""

    name: str
    data: bytes = field(repr=False)
    sha256: str

    @classmethod
    def of(cls, file: SourceFile) -> "Content":
        """Read a file."""
        data = file.load()
        return cls(file.name, data, hashlib.sha256(data).hexdigest())


@contextmanager
def source_files(path: Path) -> Iterator[list[SourceFile]]:
    """Yield the files at a path, sorted by name: the file itself, those below a folder, or the members of zips.

    Raises:
        DataError: There is nothing there, or an archive cannot be read within the bounds.
    """
    if not path.exists():
        raise DataError("there is no such file or folder", place=str(path), fix="check the path")
    found = sorted(item for item in path.rglob("*") if item.is_file()) if path.is_dir() else [path]
    opened: list[zipfile.ZipFile] = []
    try:
        files: list[SourceFile] = []
        for item in found:
            name = item.relative_to(path).as_posix() if path.is_dir() else item.name
            if item.suffix.lower() == ".zip":
                opened.append(_open_zip(item))
                files.extend(_members(opened[-1], name))
            else:
                files.append(SourceFile(name, item.stat().st_mtime, partial(_read_file, item)))
        yield files
    finally:
        for archive in opened:
            archive.close()


def bounded(stream: IO[bytes], name: str, limit: int = LARGEST_FILE) -> bytes:
    """Read a stream to its end.

    Raises:
        DataError: It is longer than the limit.
    """
    parts, size = [], 0
    while part := stream.read(_CHUNK):
        parts.append(part)
        size += len(part)
        if size > limit:
            fix = "split it into smaller files"
            raise DataError(f"holds more than {limit // 2**20:,} MiB", place=name, fix=fix)
    return b"".join(parts)


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return bounded(stream, path.name)
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", place=str(path), fix="check its permissions") from None


def _open_zip(path: Path) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, EOFError):
        raise DataError("is not a zip archive, or is cut short", place=path.name, fix="download it again") from None
    members = archive.infolist()
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > LARGEST_ARCHIVE:
        archive.close()
        raise DataError("is too large to be read as one archive", place=path.name, fix="give its folders one by one")
    return archive


def _members(archive: zipfile.ZipFile, name: str) -> Iterator[SourceFile]:
    for member in sorted(archive.infolist(), key=lambda item: item.filename):
        if not member.is_dir():
            label = f"{name}/{_shown(member.filename)}"
            year, month, *rest = member.date_time
            # Some programs write month 0.
            modified = float(calendar.timegm((year, min(max(month, 1), 12), *rest, 0, 0, 0)))
            yield SourceFile(label, modified, partial(_read_member, archive, member, label))


def _shown(name: str) -> str:
    """Return a member's name fit for a report; nothing is ever written under it."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)[:200]


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, label: str) -> bytes:
    try:
        with archive.open(member) as stream:
            return bounded(stream, label, LARGEST_MEMBER)
    except RuntimeError:
        raise DataError("is encrypted", place=label, fix="give the archive without a password") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError):
        raise DataError("is damaged in its archive", place=label, fix="download the archive again") from None
