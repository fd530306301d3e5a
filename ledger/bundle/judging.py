"""Judging a bundle on any machine: no database, no workspace and no network are needed, only what others collected."""

import json
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from errors import DataError
from ledger.artefacts import Artefact, StoredArtefact
from ledger.bundle.names import ABOUT, ALIASES, ARTEFACTS, CHECKPOINTS, EVENTS, FORMAT, README
from ledger.events import alias_key
from ledger.tree.checkpoints import SUFFIX
from ledger.tree.notes import Checkpoint, Kept, Verifier, named_in
from ledger.verify import Claims, Stored, Verification, verify

# An event holds a few hundred bytes; a line of this length was made to fill the memory.
_LONGEST_LINE = 2**24
_PARTS = frozenset({ABOUT, EVENTS, ARTEFACTS, ALIASES, README})
_NOTE = re.compile(re.escape(CHECKPOINTS) + r"[0-9]{12,19}" + re.escape(SUFFIX))
_LONGEST_NAME = 80
# Digits of a number of events.
_LONGEST_SIZE = 19
_FIX = "export it again with strandcast audit export"


def judge(bundle: Path, verifiers: Sequence[Verifier], collected: Sequence[Checkpoint]) -> Verification:
    """Verify a bundle.

    Args:
        bundle: The file.
        verifiers: The ledger's public keys; checkpoints in the bundle that they signed are verified too, those of other
            keys are counted.
        collected: Checkpoints that somebody collected while the ledger grew, opened with those keys.

    Raises:
        DataError: The file is no bundle, or damaged, or whoever unpacks it could find other than what is verified.
    """
    with _opened(bundle) as archive:
        about = _about(archive, bundle.name)
        _check_members(archive, bundle.name)
        moves = _moves(archive)
        kept, others = _kept(archive, verifiers) if verifiers else ([], 0)
        trusted = frozenset(verifier.text() for verifier in verifiers)
        found = verify(Stored(_lines(archive), _artefacts(archive), moves, {}, kept, collected, trusted, others))
    if found.ok and (found.events, found.head, found.root) != (about["events"], about["head"], about["root"]):
        problem = "the events are not as many, or not those, that the bundle says it holds"
        return Verification(found.events, found.head, ok=False, first_bad=found.events + 1, problem=problem)
    return found


@contextmanager
def _opened(bundle: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(bundle) as archive:
            yield archive
    except FileNotFoundError:
        raise DataError("there is no such file", place=str(bundle), fix="check the path") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, KeyError) as error:
        raise DataError("this is no bundle, or it is damaged", place=str(bundle), fix=_FIX) from error
    except OSError as error:
        raise DataError(f"the file cannot be read ({error.strerror})", place=str(bundle)) from error


def _about(archive: zipfile.ZipFile, name: str) -> dict[str, Any]:
    with archive.open(ABOUT) as member:
        text = member.read(_LONGEST_LINE)
    try:
        about = json.loads(text)
        if about["format"] == FORMAT and {"events", "head", "root"} <= about.keys():
            return dict(about)
    except (ValueError, TypeError, KeyError, AttributeError):
        pass
    raise DataError("this is no bundle of this version", place=name, fix=_FIX)


def _check_members(archive: zipfile.ZipFile, place: str) -> None:
    """Refuse a bundle that holds a member twice, or one that no bundle has: it might lie anywhere when unpacked."""
    seen: set[str] = set()
    for member in archive.infolist():
        name = member.filename
        if name in seen:
            raise DataError(f"the bundle holds {name} twice", place=place, fix=_FIX)
        if name not in _PARTS and not _NOTE.fullmatch(name):
            raise DataError(
                f"the bundle holds {name[:_LONGEST_NAME]!r}, which is no part of one", place=place, fix=_FIX
            )
        if stat.S_ISLNK(member.external_attr >> 16):
            raise DataError(f"{name} in the bundle leads to another file", place=place, fix=_FIX)
        # The name before its content must be the one that is listed.
        archive.open(member).close()
        seen.add(name)


def _lines(archive: zipfile.ZipFile) -> Iterator[tuple[bytes, None]]:
    with archive.open(EVENTS) as member:
        for line in _each(member):
            yield line, None


def _artefacts(archive: zipfile.ZipFile) -> Iterator[StoredArtefact]:
    seen: set[tuple[str, str]] = set()
    for sequence, kind, name, sha256, path, meta in _rows(archive, ARTEFACTS, 6):
        if (str(kind), str(name)) in seen:
            raise DataError(f"a row of {ARTEFACTS} stands twice", fix=_FIX)
        seen.add((str(kind), str(name)))
        yield StoredArtefact(Artefact(kind, name, sha256, path), sequence, meta)


def _moves(archive: zipfile.ZipFile) -> Claims:
    moves: Claims = {}
    for sequence, *texts in _rows(archive, ALIASES, 4):
        if not isinstance(sequence, int) or not all(isinstance(text, str) for text in texts):
            raise DataError(f"a line of {ALIASES} is no row", fix=_FIX)
        kind, alias, name = texts
        if (sequence, alias_key(kind, alias)) in moves:
            raise DataError(f"a row of {ALIASES} stands twice", fix=_FIX)
        moves[sequence, alias_key(kind, alias)] = name
    return moves


def _kept(archive: zipfile.ZipFile, verifiers: Sequence[Verifier]) -> tuple[list[Kept], int]:
    """Return the checkpoints that say they are of these keys, not opened yet, and the number of the others."""
    kept, others = [], 0
    for name in sorted(item for item in archive.namelist() if item.startswith(CHECKPOINTS)):
        with archive.open(name) as member:
            note = member.read(_LONGEST_LINE).decode(errors="replace")
        verifier = named_in(note, verifiers)
        if verifier is None:
            others += 1
        else:
            kept.append(Kept(_size(note), note, verifier.text()))
    return kept, others


def _size(note: str) -> int:
    """Return the size that a note speaks of; whether it was signed so is found where it is opened."""
    lines = note.split("\n", 2)
    return int(lines[1]) if len(lines) > 1 and lines[1].isdecimal() and len(lines[1]) < _LONGEST_SIZE else 0


def _rows(archive: zipfile.ZipFile, name: str, fields: int) -> Iterator[list[Any]]:
    with archive.open(name) as member:
        for line in _each(member):
            try:
                row = json.loads(line)
            except ValueError:
                row = None
            if not isinstance(row, list) or len(row) != fields:
                raise DataError(f"a line of {name} is no row", fix=_FIX)
            yield row


def _each(member: IO[bytes]) -> Iterator[bytes]:
    while line := member.readline(_LONGEST_LINE):
        if not line.endswith(b"\n"):
            raise DataError("a line of the bundle has no end", fix=_FIX)
        yield line[:-1]
