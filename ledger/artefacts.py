"""Artefacts: the rows that name files. A file that no row names does not exist."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from errors import LedgerError
from ledger.events import Scalar, canonical_json
from ledger.files import StoredFile

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]

_KIND = re.compile(r"[a-z][a-z0-9-]{0,39}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LONGEST_NAME = 200


@dataclass(frozen=True)
class Artefact:
    """A named file and what is known about it.

    Invariants: a plain kind, a name of 1 to 200 characters, a hash of 64 hexadecimal digits.

    Attributes:
        kind: What it is, such as `forecast`.
        name: Its name among its kind; never given twice.
        sha256: Hash of the file's bytes, hexadecimal.
        path: The file, relative to the store's root.
        meta: What readers need to know before they open the file.
    """

    kind: str
    name: str
    sha256: str
    path: str
    meta: Mapping[str, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what could not be found again.

        Raises:
            LedgerError: An invariant does not hold.
        """
        if not _KIND.fullmatch(self.kind):
            raise LedgerError(f"{self.kind!r} is no kind of artefact", fix="use small letters, digits and hyphens")
        if not 0 < len(self.name) <= _LONGEST_NAME:
            raise LedgerError(f"an artefact of kind {self.kind} needs a name of 1 to {_LONGEST_NAME} characters")
        if not _SHA256.fullmatch(self.sha256):
            raise LedgerError("the hash of an artefact is not 64 hexadecimal digits", place=f"{self.kind}/{self.name}")

    @classmethod
    def of(cls, kind: str, name: str, stored: StoredFile, meta: Mapping[str, Json] | None = None) -> "Artefact":
        """Return the artefact that names a stored file."""
        return cls(kind, name, stored.sha256, stored.path, {} if meta is None else meta)

    @property
    def stored(self) -> StoredFile:
        """The file, as the store knows it."""
        return StoredFile(self.sha256, self.path)

    def meta_text(self) -> str:
        """Return the meta as the text that is stored.

        Raises:
            LedgerError: It is not JSON.
        """
        try:
            meta = dict(self.meta)
            return json.dumps(meta, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
        except (TypeError, ValueError) as error:
            raise LedgerError("the meta of an artefact is not JSON", place=f"{self.kind}/{self.name}") from error

    def covered_by(self, meta_text: str) -> dict[str, Scalar]:
        """Return the details by which an event covers this artefact: the file's hash and the hash of the row."""
        row = canonical_json([self.kind, self.name, self.sha256, self.path, meta_text])
        key = f"{self.kind}/{self.name}"
        return {f"artefact:{key}": self.sha256, f"row:{key}": hashlib.sha256(row).hexdigest()}


@dataclass(frozen=True)
class StoredArtefact:
    """An artefact row: what it names, the event it says it belongs to, and its meta as it stands."""

    artefact: Artefact
    sequence: int
    meta_text: str
