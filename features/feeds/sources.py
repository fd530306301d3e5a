"""Files as they arrive: single files, folders and zip archives, read within bounds and never unpacked to disk."""

import calendar
import hashlib
import lzma
import os
import struct
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
LARGEST_FILE = 2 * 2**30
LARGEST_MEMBER = 2**30
MOST_MEMBERS = 50_000
LARGEST_ARCHIVE = 64 * 2**30
# Exports shrink to a tenth, dull ones to a fiftieth; what was made to burst shrinks two hundredfold and more.
MOST_INFLATED = 120
_SMALL = 2**26
_CHUNK = 2**22
_LONGEST_NAME = 200


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
        raise DataError("there is no such file or folder", place=_shown(str(path)), fix="check the path")
    found = sorted(item for item in path.rglob("*") if not item.is_dir()) if path.is_dir() else [path]
    opened: list[zipfile.ZipFile] = []
    try:
        files: list[SourceFile] = []
        for item in found:
            name = _shown(item.relative_to(path).as_posix() if path.is_dir() else item.name)
            if not item.is_file():
                fix = "remove it, or give the file that it stands for"
                raise DataError("is no file, but a pipe, a device or a dangling link", place=name, fix=fix)
            if item.suffix.lower() == ".zip":
                opened.append(_open_zip(item, name))
                files.extend(_members(opened[-1], name))
            else:
                files.append(SourceFile(name, _about(item, name).st_mtime, partial(_read_file, item, name)))
        if not files:
            raise DataError("holds no file", place=_shown(str(path)), fix="check the path")
        yield files
    finally:
        for archive in opened:
            archive.close()


def bounded(stream: IO[bytes], name: str, limit: int = LARGEST_FILE, packed: int | None = None) -> bytes:
    """Read a stream to its end.

    Args:
        stream: The stream.
        name: The file, for errors.
        limit: Most bytes that it may hold.
        packed: Bytes that it was packed into, where it is.

    Raises:
        DataError: It is longer than the limit, or holds far more than data do that were packed so small.
    """
    parts, size = [], 0
    while part := stream.read(_CHUNK):
        parts.append(part)
        size += len(part)
        if size > limit:
            fix = "split it into smaller files"
            raise DataError(f"holds more than {limit // 2**20:,} MiB", place=name, fix=fix)
        if packed is not None:
            _refuse_burst(size, packed, name)
    return b"".join(parts)


def _refuse_burst(size: int, packed: int, name: str) -> None:
    if size > max(_SMALL, MOST_INFLATED * packed):
        problem = f"holds more than {MOST_INFLATED} times what it was packed into"
        raise DataError(problem, place=name, fix="give the file itself, not packed")


def _about(path: Path, name: str) -> os.stat_result:
    try:
        return path.stat()
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", place=name, fix="check that it is there") from None


def _read_file(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as stream:
            # In one piece, so that a large file is not held twice; what grows meanwhile is read as far as it went.
            size = min(path.stat().st_size, LARGEST_FILE)
            return stream.read(size) if 0 < size < LARGEST_FILE else bounded(stream, name)
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", place=name, fix="check its permissions") from None


def _open_zip(path: Path, name: str) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError, struct.error):
        raise DataError("is not a zip archive, or is cut short", place=name, fix="download it again") from None
    try:
        _refuse_large(archive, _about(path, name).st_size, name)
    except DataError:
        archive.close()
        raise
    return archive


def _refuse_large(archive: zipfile.ZipFile, packed: int, name: str) -> None:
    members = archive.infolist()
    size = sum(member.file_size for member in members)
    if len(members) > MOST_MEMBERS or size > LARGEST_ARCHIVE:
        fix = "give its folders one by one"
        raise DataError("is too large to be read as one archive", place=name, fix=fix)
    # Members that share their bytes inflate together without any of them doing so.
    _refuse_burst(size, packed, name)


def _members(archive: zipfile.ZipFile, name: str) -> Iterator[SourceFile]:
    for member in sorted(archive.infolist(), key=lambda item: item.filename):
        if not member.is_dir():
            label = f"{name}/{_shown(member.filename)}"
            year, month, *rest = member.date_time
            # Some programs write month 0.
            modified = float(calendar.timegm((year, min(max(month, 1), 12), *rest, 0, 0, 0)))
            yield SourceFile(label, modified, partial(_read_member, archive, member, label))


def _shown(name: str) -> str:
    """Return a name fit for a report, its end kept; nothing is ever written under it."""
    plain = "".join(letter if letter.isprintable() else "?" for letter in name)
    return plain if len(plain) <= _LONGEST_NAME else f"{plain[: _LONGEST_NAME // 2]}...{plain[-_LONGEST_NAME // 2 :]}"


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, label: str) -> bytes:
    try:
        with archive.open(member) as stream:
            return bounded(stream, label, LARGEST_MEMBER, member.compress_size)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, OSError, ValueError):
        raise DataError("is damaged in its archive", place=label, fix="download the archive again") from None
    except RuntimeError:
        raise DataError("is encrypted", place=label, fix="give the archive without a password") from None
