"""What the store of incidents asks of the place that keeps files and the rows that name them.

The protocols are structural: this room does not know who implements them. Files are put first; one `commit` then makes
the rows that name them and the event that records it exist together, so a file that no row names does not exist.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol


class StoredFile(Protocol):
    """A file named by its content."""

    @property
    def sha256(self) -> str:
        """Hash of the content, hexadecimal."""

    @property
    def path(self) -> str:
        """Path relative to the workspace, with forward slashes."""


class Entry(StoredFile, Protocol):
    """A row that names a file."""

    @property
    def kind(self) -> str:
        """What the file is: "incidents" or "quarantine"."""

    @property
    def name(self) -> str:
        """Name of the row, unique in its kind."""

    @property
    def meta(self) -> Mapping[str, Any]:
        """What is known of the file, as JSON."""


@dataclass(frozen=True)
class NewEntry:
    """A row to be committed; the same fields as `Entry`."""

    kind: str
    name: str
    sha256: str
    path: str
    meta: Mapping[str, Any]


class Archive(Protocol):
    """Keeps files and the rows that name them."""

    def put(self, data: bytes, folder: str, suffix: str) -> StoredFile:
        """Write a file under its content's hash; the same content again is the same file."""

    def read(self, stored: StoredFile) -> bytes:
        """Return a file's content, verified against its hash."""

    def salt(self) -> str:
        """Return a new secret that is kept in one file alone, so that its hash leads to nothing once it is deleted."""

    def commit(
        self,
        subject: str,
        entries: Sequence[NewEntry],
        details: Mapping[str, str | int | bool | None],
        operation: Literal["collection", "alteration", "erasure"] = "collection",
    ) -> str:
        """Make the rows and the record of what made them exist in one transaction; return the audit id."""

    def entries(self, kind: str) -> Sequence[Entry]:
        """Return the rows of a kind, oldest first."""

    def paths(self, folder: str) -> Sequence[str]:
        """Return the paths of a folder's files, sorted, also of those that no row names or that are half-written."""

    def remove(self, path: str) -> None:
        """Delete a file; one that is absent already is no error."""
