"""A disk on which a chosen write or sync fails, for this process: below SQLite, and below files that Python writes.

SQLite reaches the disk through a table of functions (sqlite3_vfs, sqlite3_io_methods; https://sqlite.org/vfs.html).
A copy of that table, with our own write and sync in it, becomes the default of the library that Python has loaded.
"""

import _sqlite3
import ctypes
import errno
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, Literal, Self

Fault = Literal["fails", "full", "short"]
FAULTS: tuple[Fault, ...] = ("fails", "full", "short")
# SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC and SQLITE_FULL.
_WRITE_FAILED, _SYNC_FAILED, _DISK_IS_FULL = 778, 1034, 13

_OPEN = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
_WRITE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_int64)
_SYNC = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)


class _Vfs(ctypes.Structure):
    """sqlite3_vfs, version 3."""

    _fields_ = (
        ("version", ctypes.c_int),
        ("file_size", ctypes.c_int),
        ("longest_path", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("data", ctypes.c_void_p),
        ("open", ctypes.c_void_p),
        ("rest", ctypes.c_void_p * 14),
    )


class _Methods(ctypes.Structure):
    """sqlite3_io_methods, version 3."""

    _fields_ = (
        ("version", ctypes.c_int),
        ("close", ctypes.c_void_p),
        ("read", ctypes.c_void_p),
        ("write", ctypes.c_void_p),
        ("truncate", ctypes.c_void_p),
        ("sync", ctypes.c_void_p),
        ("rest", ctypes.c_void_p * 13),
    )


@dataclass
class FaultyDisk:
    """Counts writes and syncs, and lets some fail.

    Attributes:
        fault: What happens: an error, no room, or half of the bytes and then no room.
        at: Number of the first that fails, from 1; 0: none.
        every: Whether those at the multiples of it fail too.
        count: How many there were.
        failed: How many of them failed.
    """

    fault: Fault = "fails"
    at: int = 0
    every: bool = False
    count: int = 0
    failed: int = 0

    def fails(self) -> bool:
        """Count one more, and return whether it fails."""
        self.count += 1
        hit = self.at > 0 and (self.count % self.at == 0 if self.every else self.count == self.at)
        self.failed += hit
        return hit

    def error(self) -> OSError:
        """Return what a write that fails raises."""
        number = errno.EIO if self.fault == "fails" else errno.ENOSPC
        return OSError(number, os.strerror(number))

    @contextmanager
    def under(self) -> Iterator[None]:
        """Put it under SQLite and under files that are written through `os.fdopen`, for a while."""
        sync, fdopen = os.fsync, os.fdopen

        def checked_sync(descriptor: int) -> None:
            if self.fails():
                raise self.error()
            sync(descriptor)

        def checked_open(descriptor: int, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
            opened = fdopen(descriptor, mode, *args, **kwargs)
            return _File(opened, self) if mode == "wb" else opened

        os.fsync, os.fdopen = checked_sync, checked_open  # type: ignore[assignment]
        try:
            with _sqlite_on(self):
                yield
        finally:
            os.fsync, os.fdopen = sync, fdopen


@dataclass(frozen=True)
class SmallFiles:
    """A disk on which no file can grow beyond so many bytes: the system itself writes short and then refuses.

    Attributes:
        bytes: The most that a file can hold.
        failed: Not counted: the system does not tell.
    """

    bytes: int
    failed: int = 0

    @contextmanager
    def under(self) -> Iterator[None]:
        """Limit the files of this process, for a while."""
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.bytes, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)


class _File:
    """A file whose writes may fail."""

    def __init__(self, file: IO[bytes], disk: FaultyDisk) -> None:
        self._file = file
        self._disk = disk

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, data: bytes) -> int:
        if not self._disk.fails():
            return self._file.write(data)
        if self._disk.fault == "short":
            self._file.write(data[: len(data) // 2])
            self._file.flush()
        raise self._disk.error()

    def flush(self) -> None:
        self._file.flush()

    def fileno(self) -> int:
        return self._file.fileno()


@contextmanager
def _sqlite_on(disk: FaultyDisk) -> Iterator[None]:
    library = ctypes.CDLL(_sqlite3.__file__)
    library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
    original = library.sqlite3_vfs_find(None)
    shim = _Vfs.from_buffer_copy(original.contents)
    shim.name = b"faulty"
    kept: list[Any] = [shim]
    open_original = _OPEN(original.contents.open)

    def opened(_: int, name: int, file: int, flags: int, out: int) -> int:
        code = open_original(ctypes.addressof(original.contents), name, file, flags, out)
        methods = ctypes.c_void_p.from_address(file)
        if code == 0 and methods.value:
            kept.append(_with_faults(_Methods.from_address(methods.value), disk))
            methods.value = ctypes.addressof(kept[-1][0])
        return int(code)

    kept.append(_OPEN(opened))
    shim.open = ctypes.cast(kept[-1], ctypes.c_void_p).value
    library.sqlite3_vfs_register(ctypes.byref(shim), 1)
    try:
        yield
    finally:
        library.sqlite3_vfs_register(original, 1)
        library.sqlite3_vfs_unregister(ctypes.byref(shim))
        # Connections that are still open go on using it.
        _KEPT.append(kept)


_KEPT: list[Any] = []


def _with_faults(methods: _Methods, disk: FaultyDisk) -> tuple[_Methods, Any, Any]:
    """Return a file's functions with our write and sync, and the callbacks to keep alive."""
    changed = _Methods.from_buffer_copy(methods)
    write_original, sync_original = _WRITE(methods.write), _SYNC(methods.sync)

    def write(file: int, data: int, amount: int, offset: int) -> int:
        if not disk.fails():
            return int(write_original(file, data, amount, offset))
        if disk.fault == "short":
            write_original(file, data, amount // 2, offset)
        return _WRITE_FAILED if disk.fault == "fails" else _DISK_IS_FULL

    def sync(file: int, flags: int) -> int:
        return _SYNC_FAILED if disk.fails() else int(sync_original(file, flags))

    callbacks = _WRITE(write), _SYNC(sync)
    changed.write, changed.sync = (ctypes.cast(one, ctypes.c_void_p).value for one in callbacks)
    return changed, *callbacks
