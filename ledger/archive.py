"""Archive: the store of files and the rows that name them, as a collector of data needs it."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

from ledger.artefacts import Artefact
from ledger.events import Draft, Scalar
from ledger.files import FileStore, StoredFile
from ledger.ledger import Ledger


class FileName(Protocol):
    """A file as a row or the store names it."""

    @property
    def sha256(self) -> str:
        """Hash of the content, hexadecimal."""

    @property
    def path(self) -> str:
        """Path relative to the store's root."""


class Row(FileName, Protocol):
    """A row to be recorded."""

    @property
    def kind(self) -> str:
        """What the file is."""

    @property
    def name(self) -> str:
        """Name of the row, unique in its kind."""

    @property
    def meta(self) -> Mapping[str, Any]:
        """What is known of the file, as JSON."""


class Archive:
    """Keeps files, and records what one actor did to them."""

    def __init__(self, ledger: Ledger, files: FileStore, actor: str) -> None:
        self._ledger = ledger
        self._files = files
        self._actor = actor

    def put(self, data: bytes, folder: str, suffix: str) -> StoredFile:
        """Write a file under its content's hash; the same content again is the same file."""
        return self._files.put(data, folder, suffix)

    def salt(self) -> str:
        """Return 32 random bytes, hexadecimal: kept in one file alone, its hash leads to nothing once it is deleted."""
        return secrets.token_hex(32)

    def read(self, stored: FileName) -> bytes:
        """Return a file's content, checked against its hash."""
        return self._files.read(StoredFile(stored.sha256, stored.path))

    def commit(
        self,
        subject: str,
        entries: Sequence[Row],
        details: Mapping[str, Scalar],
        operation: Literal["collection", "alteration", "erasure"] = "collection",
    ) -> str:
        """Record the rows and the event of the operation in one transaction; return its audit id.

        Raises:
            LedgerError: They could not be recorded: nothing was.
        """
        artefacts = [Artefact(row.kind, row.name, row.sha256, row.path, row.meta) for row in entries]
        draft = Draft(operation, subject, self._actor, details=details)
        return self._ledger.append(draft, artefacts=artefacts).audit_id

    def entries(self, kind: str) -> list[Artefact]:
        """Return the rows of a kind, oldest first."""
        return self._ledger.artefacts(kind)

    def paths(self, folder: str) -> list[str]:
        """Return the paths of a folder's files, sorted, also of those that no row names or that are half-written."""
        return self._files.paths(folder)

    def remove(self, path: str) -> None:
        """Delete a file; one that is absent already is no error."""
        self._files.remove(path)
