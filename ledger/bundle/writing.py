"""Writing a bundle: all that is recorded, as lines of text in a zip, with a page that says how to check it by hand."""

import json
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from errors import LedgerError
from ledger.bundle.names import ABOUT, ALIASES, ARTEFACTS, CHECKPOINTS, EVENTS, FORMAT, README
from ledger.chain import Chain, FaultError
from ledger.database import Database
from ledger.events import alias_parts
from ledger.reading import stored
from ledger.tree.checkpoints import SUFFIX
from ledger.verify import Stored

_MOMENT = (1980, 1, 1, 0, 0, 0)
_PAGE = """\
This is the record of a Strandcast workspace.

events.jsonl holds an event a line. The hash of an event is SHA-256 over a zero byte and its line, without the line's
end; the next line names it as previous_hash. These hashes are the leaves of a Merkle tree as RFC 6962 has it: a node is
SHA-256 over the byte 1 and the two nodes below it. about.json names the number of events, the last hash and the root.
artefacts.jsonl and aliases.jsonl are the rows that events name by hash. The files themselves are not in here; events
name them by the SHA-256 of their bytes.

Whoever made this file could have made all of it up. What shows that they did not are the checkpoints: signed notes on
how many events there were, with what root, collected by somebody else while they were written. Those in the folder
checkpoints/ come from the same database, and prove nothing that the database does not.

    strandcast audit verify THIS_FILE --key PUBLIC_KEY --checkpoints FOLDER_OF_COLLECTED_ONES
"""


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        events: Number of events.
        head: Hash of the last.
        root: Root of the tree over them, hexadecimal.
        checkpoints: Number of checkpoints beside them.
    """

    events: int
    head: str
    root: str
    checkpoints: int


def export(database: Database, target: Path, advance: Callable[[int, int], None]) -> Exported:
    """Write all that is recorded at this instant to a file, whole or not at all.

    Args:
        database: The ledger's database.
        target: The file, .zip.
        advance: Told how many events were written of how many.

    Raises:
        LedgerError: What is recorded is broken, or the file cannot be written.
    """
    part = target.with_name(f".{target.name}.part")
    try:
        with stored(database) as found, part.open("wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                exported = _written(archive, found, advance)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except FaultError as fault:
        problem = f"what is recorded is broken: {fault.problem}"
        raise LedgerError(problem, fix="run strandcast audit verify") from fault
    except (TypeError, ValueError, AttributeError) as error:
        # Values that no event, row or checkpoint can hold: numbers or bytes where text was.
        problem = "what is recorded is broken: a row of the database cannot be read"
        raise LedgerError(problem, fix="run strandcast audit verify") from error
    except OSError as error:
        problem = f"the bundle cannot be written ({error.strerror})"
        raise LedgerError(problem, place=str(target), fix="name a file in a folder with room for it") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return exported


def _written(archive: zipfile.ZipFile, found: Stored, advance: Callable[[int, int], None]) -> Exported:
    chain, total = Chain(), found.count
    with _member(archive, EVENTS) as member:
        for line, recorded in found.lines:
            chain.take(line, recorded)
            member.write(line + b"\n")
            if chain.count % 10_000 == 0 or chain.count == total:
                advance(chain.count, total)
    artefacts = (
        [row.sequence, row.artefact.kind, row.artefact.name, row.artefact.sha256, row.artefact.path, row.meta_text]
        for row in found.artefacts
    )
    aliases = ([sequence, *alias_parts(key), name] for (sequence, key), name in sorted(found.moves.items()))
    _lines(archive, ARTEFACTS, artefacts)
    _lines(archive, ALIASES, aliases)
    for kept in found.kept:
        with _member(archive, f"{CHECKPOINTS}{kept.size:012d}{SUFFIX}") as member:
            member.write(kept.note.encode())
    exported = Exported(chain.count, chain.head, chain.tree.root().hex(), len(found.kept))
    about = {"format": FORMAT, "events": exported.events, "head": exported.head, "root": exported.root}
    with _member(archive, ABOUT) as member:
        member.write(json.dumps(about, indent=1).encode() + b"\n")
    with _member(archive, README) as member:
        member.write(_PAGE.encode())
    return exported


def _lines(archive: zipfile.ZipFile, name: str, documents: Iterable[list[Any]]) -> None:
    with _member(archive, name) as member:
        for document in documents:
            member.write(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")


@contextmanager
def _member(archive: zipfile.ZipFile, name: str) -> Iterator[IO[bytes]]:
    """Open a member for writing; its time is none, so that the same record gives the same bytes."""
    about = zipfile.ZipInfo(name, _MOMENT)
    about.compress_type = zipfile.ZIP_DEFLATED
    about.external_attr = 0o644 << 16
    with archive.open(about, "w", force_zip64=True) as member:
        yield member
