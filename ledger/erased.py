"""The files that rows name: read, and compared; and those that were erased.

A file may be absent where a later event of the operation "erasure" recorded an artefact of the kind "erasure" with its
name in the meta under "erased", as "KIND/NAME"; any other absence is a fault. While it is there it must be what it was.
"""

import json
from collections.abc import Iterable, Mapping, Sequence

from errors import LedgerError
from ledger.artefacts import StoredArtefact
from ledger.chain import FaultError
from ledger.files import FileStore

ERASURE = "erasure"


def erased_names(rows: Iterable[StoredArtefact], erasures: Mapping[int, str]) -> dict[str, tuple[int, str]]:
    """Return "KIND/NAME" of what was erased -> sequence and day of the erasure; the rows are those that events name."""
    found = {}
    for row in rows:
        if row.artefact.kind != ERASURE:
            continue
        if row.sequence not in erasures:
            problem = f"{_key(row)} says that files were erased, but event {row.sequence} is no erasure"
            raise FaultError(row.sequence, problem)
        for name in json.loads(row.meta_text).get("erased", ()):
            found[str(name)] = (row.sequence, erasures[row.sequence])
    return found


def check_files(
    rows: Sequence[StoredArtefact], files: FileStore, erased: Mapping[str, tuple[int, str]]
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Read every file; return what is absent because it was erased, and what is to be erased and still there."""
    absent, there = [], []
    standing = {row.artefact.path for row in rows if _key(row) not in erased}
    for row in rows:
        sequence, day = erased.get(_key(row), (0, ""))
        recorded = sequence > row.sequence
        if recorded and not files.holds(row.artefact.stored):
            absent.append((_key(row), day))
            continue
        try:
            files.read(row.artefact.stored)
        except LedgerError as error:
            raise FaultError(row.sequence, f"{_key(row)}: {error.problem}") from error
        if recorded and row.artefact.path not in standing:
            there.append(_key(row))
    return tuple(absent), tuple(there)


def _key(row: StoredArtefact) -> str:
    return f"{row.artefact.kind}/{row.artefact.name}"
