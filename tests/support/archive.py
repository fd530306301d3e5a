"""An archive that lives in memory."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from features.incidents.archive import NewEntry, StoredFile


@dataclass(frozen=True)
class MemoryFile:
    sha256: str
    path: str


@dataclass
class MemoryArchive:
    """Keeps files and rows in dictionaries; a file that no row names does not exist for a reader."""

    files: dict[str, bytes] = field(default_factory=dict)
    rows: list[NewEntry] = field(default_factory=list)
    paths_of: dict[str, str] = field(default_factory=dict)
    commits: list[tuple[str, Mapping[str, str | int | bool | None]]] = field(default_factory=list)
    operations: list[str] = field(default_factory=list)
    salts: int = 0

    def put(self, data: bytes, folder: str, suffix: str) -> MemoryFile:
        sha256 = hashlib.sha256(data).hexdigest()
        stored = MemoryFile(sha256, f"{folder}/{sha256}{suffix}")
        self.files[sha256] = data
        self.paths_of[stored.path] = sha256
        return stored

    def salt(self) -> str:
        self.salts += 1
        return f"{self.salts:064x}"

    def read(self, stored: StoredFile) -> bytes:
        return self.files[stored.sha256]

    def paths(self, folder: str) -> list[str]:
        return sorted(path for path in self.paths_of if path.startswith(f"{folder}/"))

    def remove(self, path: str) -> None:
        sha256 = self.paths_of.pop(path, None)
        if sha256 is not None and sha256 not in self.paths_of.values():
            del self.files[sha256]

    def commit(
        self,
        subject: str,
        entries: Sequence[NewEntry],
        details: Mapping[str, str | int | bool | None],
        operation: str = "collection",
    ) -> str:
        assert not {(row.kind, row.name) for row in entries} & {(row.kind, row.name) for row in self.rows}
        # As the ledger gives them back: by commit, then by name.
        self.rows.extend(sorted(entries, key=lambda row: row.name))
        self.commits.append((subject, details))
        self.operations.append(operation)
        return f"{len(self.commits):08d}"

    def entries(self, kind: str) -> list[NewEntry]:
        return [row for row in self.rows if row.kind == kind]
