"""What a backup says of itself: when it was made, of how long a ledger, and the hash of every file."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from errors import LedgerError
from ledger.events import audit_id_of

MANIFEST = "manifest.json"
DATABASE = "database.sqlite"
FILES = "files"
_FORMAT = "strandcast-backup/1"
_FIELDS = {"format", "made", "version", "events", "head", "database", "files"}


@dataclass(frozen=True)
class Manifest:
    """What a backup holds.

    Attributes:
        made: When it was begun, UTC.
        version: Version of the program that made it.
        events: Number of events in its ledger.
        head: Hash of the last of them.
        database: Hash of the database's file.
        files: Path, relative to the workspace, to the hash of every other file.
    """

    made: str
    version: str
    events: int
    head: str
    database: str
    files: Mapping[str, str]

    @property
    def last_audit_id(self) -> str:
        """The identifier of its last event."""
        return audit_id_of(self.events, self.head)

    def to_bytes(self) -> bytes:
        """Return the manifest as it is written."""
        document = {"format": _FORMAT, **vars(self), "files": dict(sorted(self.files.items()))}
        return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()

    @classmethod
    def read(cls, backup: Path) -> "Manifest":
        """Return the manifest of a backup.

        Raises:
            LedgerError: There is none that can be used, or it names a file that would not lie in the workspace.
        """
        place = str(backup / MANIFEST)
        try:
            document: Any = json.loads((backup / MANIFEST).read_bytes())
        except FileNotFoundError:
            raise LedgerError("is no backup", place=str(backup), fix="name a folder that backup made") from None
        except (OSError, ValueError):
            raise LedgerError("the manifest cannot be read", place=place, fix="use another backup") from None
        if not isinstance(document, dict) or document.get("format") != _FORMAT or document.keys() != _FIELDS:
            raise LedgerError("the manifest is of no known form", place=place, fix=f"use a backup of {_FORMAT}")
        del document["format"]
        if not _is_typed(document):
            raise LedgerError("the manifest does not say what it should", place=place, fix="use another backup")
        if not all(map(_stays_inside, document["files"])):
            problem = "the manifest names a file outside of the workspace"
            raise LedgerError(problem, place=place, fix="do not use this backup: it was tampered with")
        return cls(**document)


def check_files(backup: Path, manifest: Manifest) -> None:
    """Compare every file of a backup with its hash.

    Raises:
        LedgerError: One is absent, or is not what was backed up.
    """
    for path, digest in {f"{FILES}/{name}": sha for name, sha in manifest.files.items()}.items() | {
        (DATABASE, manifest.database)
    }:
        target = backup / path
        if not target.is_file() or not target.resolve().is_relative_to(backup.resolve()):
            raise LedgerError("a file of the backup is absent", place=str(target), fix="use another backup")
        if hash_of(target) != digest:
            problem = "a file of the backup is not what was backed up (its hash differs)"
            raise LedgerError(problem, place=str(target), fix="use another backup")


def _is_typed(document: Mapping[str, Any]) -> bool:
    """Return whether each field holds what its type says; a boolean is no number of events."""
    files = document["files"]
    return (
        all(isinstance(document[name], str) for name in ("made", "version", "head", "database"))
        and type(document["events"]) is int
        and document["events"] >= 0
        and isinstance(files, dict)
        and all(isinstance(digest, str) for digest in files.values())
    )


def _stays_inside(path: str) -> bool:
    """Return whether a path is a plain relative one: where it is written can then be nowhere but in the workspace."""
    parts = path.split("/")
    return not {"", ".", ".."}.intersection(parts) and "\x00" not in path


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
