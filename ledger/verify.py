"""Verification: whether the stored chain, rows and files are those that were recorded.

What a chain finds: an event edited, deleted, inserted or moved, since every later hash depends on it; an artefact row
or alias edited, added or removed, since its event names it by hash; a file changed or lost. What a chain alone cannot
find is a cut tail: the events that are left are still a whole chain. Note the number of events and the head's hash
somewhere else, and compare: a later chain must still hold that hash at that position.

A file may be absent where a later event of the operation "erasure" recorded an artefact of the kind "erasure" with its
name in the meta under "erased", as "KIND/NAME"; any other absence is a fault. While it is there it must be what it was.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from errors import LedgerError
from ledger.artefacts import Artefact
from ledger.events import GENESIS, RESERVED, Event, canonical_json
from ledger.files import FileStore

ERASURE = "erasure"

# What a row or an event's details say: (sequence of the event, detail key) -> value.
Claims = dict[tuple[int, str], str]


@dataclass(frozen=True)
class Verification:
    """What a verification found.

    Attributes:
        events: Number of events read.
        head: Hash of the last event read; 64 zeros when there is none.
        ok: Nothing is wrong.
        first_bad: Sequence number where the first fault was met, if any.
        problem: The fault in one sentence, if any.
        erased: Artefacts whose file is absent because it was erased, as "KIND/NAME", with the day of the erasure.
        not_yet_erased: Artefacts whose erasure is recorded and whose file is still there, though no other names it.
    """

    events: int
    head: str
    ok: bool
    first_bad: int | None = None
    problem: str | None = None
    erased: tuple[tuple[str, str], ...] = ()
    not_yet_erased: tuple[str, ...] = ()


@dataclass(frozen=True)
class StoredEvent:
    """An event as its row holds it, before anything is believed of it.

    Attributes:
        event: The event that the columns spell; None where they spell none.
        sequence: The row's sequence number.
        details_text: The details column as it stands.
        fault: Why the columns spell no event.
    """

    event: Event | None
    sequence: int
    details_text: str
    fault: str | None = None


@dataclass(frozen=True)
class StoredArtefact:
    """An artefact row: what it names, the event it says it belongs to, and its meta as it stands."""

    artefact: Artefact
    sequence: int
    meta_text: str


class _FaultError(Exception):
    def __init__(self, sequence: int, problem: str) -> None:
        self.sequence = sequence
        self.problem = problem
        super().__init__(problem)


def verify(
    events: Iterable[StoredEvent],
    artefacts: Iterable[StoredArtefact],
    moves: Claims,
    files: FileStore | None = None,
) -> Verification:
    """Check the chain, then the rows against the events that name them, then the files if their store is given.

    Args:
        events: All event rows by sequence.
        artefacts: All artefact rows by sequence.
        moves: All alias rows, as the details that their events must hold.
        files: Where the files lie.
    """
    count, head = 0, GENESIS
    claimed: Claims = {}
    erasures: dict[int, str] = {}
    absent: tuple[tuple[str, str], ...] = ()
    left_over: tuple[str, ...] = ()
    try:
        for event in _chain(events):
            count, head = event.sequence, event.hash
            claimed |= _claims(event)
            if event.draft.operation == ERASURE:
                erasures[event.sequence] = event.time[:10]
        rows = list(artefacts)
        found = moves | {key: value for row in rows for key, value in _row_claims(row).items()}
        _compare(claimed, found)
        if files is not None:
            absent, left_over = _check_files(rows, files, _erased(rows, erasures))
    except _FaultError as fault:
        return Verification(count, head, ok=False, first_bad=fault.sequence, problem=fault.problem)
    except (LedgerError, TypeError, ValueError, AttributeError):
        # Values that no event or artefact can hold: numbers or bytes where text was.
        problem = f"a row that belongs to event {count + 1} or a later one, or to no event, cannot be read"
        return Verification(count, head, ok=False, problem=problem)
    return Verification(count, head, ok=True, erased=absent, not_yet_erased=left_over)


def _chain(rows: Iterable[StoredEvent]) -> Iterator[Event]:
    previous = GENESIS
    for expected, row in enumerate(rows, start=1):
        if row.sequence != expected:
            raise _FaultError(expected, f"event {expected} is missing: the next event stored is number {row.sequence}")
        event = row.event
        if event is None:
            raise _FaultError(expected, f"event {expected} cannot be read: {row.fault}")
        if event.previous_hash != previous:
            raise _FaultError(
                expected, f"event {expected} does not follow the event before it: the previous hash differs"
            )
        # Spaces or another order of keys would leave the hash as it is.
        if canonical_json(dict(event.draft.details)).decode() != row.details_text:
            raise _FaultError(
                expected, f"the details of event {expected} are not in the form in which they were recorded"
            )
        if event.computed_hash() != event.hash:
            raise _FaultError(expected, f"event {expected} was changed: its content no longer has its hash")
        previous = event.hash
        yield event


def _claims(event: Event) -> Claims:
    details = event.draft.details
    return {(event.sequence, key): str(value) for key, value in details.items() if key.startswith(RESERVED)}


def _row_claims(row: StoredArtefact) -> Claims:
    return {(row.sequence, key): str(value) for key, value in row.artefact.covered_by(row.meta_text).items()}


def _compare(claimed: Claims, found: Claims) -> None:
    keys = claimed.keys() | found.keys()
    if not all(isinstance(sequence, int) for sequence, _ in keys):
        raise TypeError("a row belongs to an event whose number is no number")
    for sequence, key in sorted(keys):
        name = key.partition(":")[2]
        if (sequence, key) not in found:
            raise _FaultError(sequence, f"event {sequence} names {name}, but the row for it is gone")
        if (sequence, key) not in claimed:
            raise _FaultError(
                sequence, f"a row for {name} says that event {sequence} recorded it, but that event does not"
            )
        if claimed[sequence, key] != found[sequence, key]:
            raise _FaultError(sequence, f"the row for {name} is not the one that event {sequence} recorded")


def _erased(rows: Iterable[StoredArtefact], erasures: Mapping[int, str]) -> dict[str, tuple[int, str]]:
    """Return "KIND/NAME" of what was erased -> sequence and day of the erasure; the rows are those that events name."""
    found = {}
    for row in rows:
        if row.artefact.kind != ERASURE:
            continue
        if row.sequence not in erasures:
            problem = f"{_key(row)} says that files were erased, but event {row.sequence} is no erasure"
            raise _FaultError(row.sequence, problem)
        for name in json.loads(row.meta_text).get("erased", ()):
            found[str(name)] = (row.sequence, erasures[row.sequence])
    return found


def _check_files(
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
            raise _FaultError(row.sequence, f"{_key(row)}: {error.problem}") from error
        if recorded and row.artefact.path not in standing:
            there.append(_key(row))
    return tuple(absent), tuple(there)


def _key(row: StoredArtefact) -> str:
    return f"{row.artefact.kind}/{row.artefact.name}"
