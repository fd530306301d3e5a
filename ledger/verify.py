"""Verification: whether the stored chain, rows and files are those that were recorded.

What a chain finds: an event edited, deleted, inserted or moved, since every later hash depends on it; an artefact row
or alias edited, added or removed, since its event names it by hash; a file changed or lost. What a chain alone cannot
find is a cut tail, an old backup in the place of the present, or a chain that was computed anew from some event on: the
events that are left are still a whole chain. Signed checkpoints that somebody else collected find these too, up to the
newest of them (`ledger.tree.checkpoints`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from errors import LedgerError, StrandcastError
from ledger.artefacts import StoredArtefact
from ledger.beside import Beside
from ledger.chain import Chain, FaultError
from ledger.erased import ERASURE, check_files, erased_names
from ledger.events import RESERVED
from ledger.files import FileStore
from ledger.tree.notes import Checkpoint, Kept

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
        root: Root of the Merkle tree over the events, hexadecimal, where nothing is wrong.
        covered: Events that the newest of the collected checkpoints covers.
        others: Checkpoints kept beside the events that none of the keys given signed: they are not judged by them.
        erased: Artefacts whose file is absent because it was erased, as "KIND/NAME", with the day of the erasure.
        not_yet_erased: Artefacts whose erasure is recorded and whose file is still there, though no other names it.
    """

    events: int
    head: str
    ok: bool
    first_bad: int | None = None
    problem: str | None = None
    root: str | None = None
    covered: int = 0
    others: int = 0
    erased: tuple[tuple[str, str], ...] = ()
    not_yet_erased: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stored:
    """What there is to check, before anything is believed of it.

    Attributes:
        lines: Each event as a line (`ledger.chain`), with the hash that was recorded with it if it was; by sequence.
        artefacts: All artefact rows by sequence.
        moves: All alias rows, as the details that their events must hold.
        nodes: Level and number -> hash, of the rows of the tree.
        kept: The checkpoints that are kept beside the events.
        collected: Checkpoints that somebody else collected, each opened with the key that its reader trusts.
        trusted: The public keys that the reader trusts, as text; without any, those kept are believed as they stand.
        others: Kept checkpoints that name none of these keys and are not among `kept`.
        beside: The rows of keys and jobs; None where they are not there, as in a bundle.
        count: Number of lines, where it is known, to tell progress by.
    """

    lines: Iterable[tuple[bytes, str | None]]
    artefacts: Iterable[StoredArtefact]
    moves: Claims
    nodes: Mapping[tuple[int, int], str] = field(default_factory=dict)
    kept: Sequence[Kept] = ()
    collected: Sequence[Checkpoint] = ()
    trusted: frozenset[str] = frozenset()
    others: int = 0
    beside: Beside | None = None
    count: int = 0


def verify(stored: Stored, files: FileStore | None = None) -> Verification:
    """Check the chain, then the checkpoints, then the rows against the events that name them, then the files.

    Args:
        stored: What there is.
        files: Where the files lie; without it they are not read.
    """
    chain = Chain([*(item.size for item in stored.collected), *(item.size for item in stored.kept)])
    absent: tuple[tuple[str, str], ...] = ()
    left_over: tuple[str, ...] = ()
    covered = others = 0
    try:
        claimed, erasures = _read(chain, stored)
        covered = _compare_checkpoints(chain, stored.collected)
        others = _compare_kept(chain, stored)
        rows = list(stored.artefacts)
        found = stored.moves | {key: value for row in rows for key, value in _row_claims(row).items()}
        _compare(claimed, found)
        if files is not None:
            absent, left_over = check_files(rows, files, erased_names(rows, erasures))
    except FaultError as fault:
        return Verification(chain.count, chain.head, ok=False, first_bad=fault.sequence, problem=fault.problem)
    except (LedgerError, TypeError, ValueError, AttributeError):
        # Values that no event or artefact can hold: numbers or bytes where text was.
        problem = f"a row that belongs to event {chain.count + 1} or a later one, or to no event, cannot be read"
        return Verification(chain.count, chain.head, ok=False, problem=problem)
    root = chain.tree.root().hex()
    return Verification(
        chain.count,
        chain.head,
        ok=True,
        root=root,
        covered=covered,
        others=others,
        erased=absent,
        not_yet_erased=left_over,
    )


def _compare_checkpoints(chain: Chain, checkpoints: Iterable[Checkpoint]) -> int:
    """Return how many events the newest checkpoint covers, when all of them are of this chain.

    Raises:
        FaultError: One is not.
    """
    covered = 0
    for checkpoint in sorted(checkpoints, key=lambda item: item.size):
        size, signed = checkpoint.size, f"the checkpoint that was signed at {checkpoint.time}"
        if size > chain.count:
            problem = (
                f"{signed} speaks of {size:,} events and there are {chain.count:,}: the end was cut off, or this is"
            )
            raise FaultError(chain.count + 1, f"{problem} an old backup")
        if chain.roots[size] != checkpoint.root:
            between = f"events {covered + 1:,} to {size:,}"
            raise FaultError(covered + 1, f"{between} are not those of {signed}: the record was rewritten")
        covered = size
    return covered


def _compare_kept(chain: Chain, stored: Stored) -> int:
    """Return how many kept checkpoints are of other keys than the reader's, when the kept ones are of this chain.

    Raises:
        FaultError: One is not, or all are of other keys and nothing was collected: no key of the reader speaks for it.
    """
    _compare_checkpoints(chain, [_opened(kept) for kept in stored.kept])
    if not stored.trusted:
        return 0
    total = len(stored.kept) + stored.others
    others = stored.others + sum(kept.key not in stored.trusted for kept in stored.kept)
    if total and others == total and not stored.collected:
        problem = f"none of the checkpoints kept beside the events ({total:,}) is signed by the key that was given"
        raise FaultError(1, problem)
    return others


def _opened(kept: Kept) -> Checkpoint:
    try:
        return kept.opened()
    except (StrandcastError, TypeError, ValueError, AttributeError):
        problem = f"the checkpoint of {kept.size} events that is kept beside them is not as it was signed"
        raise FaultError(kept.size, problem) from None


def _read(chain: Chain, stored: Stored) -> tuple[Claims, dict[int, str]]:
    """Read all events; return what their details say of rows, and the days of the erasures among them."""
    claimed: Claims = {}
    erasures: dict[int, str] = {}
    nodes = dict(stored.nodes)
    # Of each level the highest number: the last of the sorted to be set.
    last: dict[int, int] = dict(sorted(nodes))
    for line, recorded in stored.lines:
        content, completed = chain.take(line, recorded)
        claimed |= _claims(content)
        if stored.beside is not None:
            stored.beside.see(content)
        if content["operation"] == ERASURE:
            erasures[chain.count] = content["time"][:10]
        for level, number, node in completed:
            # A row may be missing where events were recorded before there was a tree, and no later one was written yet.
            if (level, number) not in nodes and number < last.get(level, -1):
                raise FaultError(chain.count, f"row {number} of level {level} of the tree is gone")
            if nodes.pop((level, number), node.hex()) != node.hex():
                raise FaultError(chain.count, f"row {number} of level {level} of the tree is not over its events")
    if stored.beside is not None:
        stored.beside.check_empty(chain.count)
    if nodes:
        level, number = min(nodes)
        raise FaultError(
            chain.count + 1, f"the tree has a row {number} of level {level} over events that are not there"
        )
    return claimed, erasures


def _claims(content: Mapping[str, Any]) -> Claims:
    details, sequence = content["details"], content["sequence"]
    return {(sequence, key): str(value) for key, value in details.items() if key.startswith(RESERVED)}


def _row_claims(row: StoredArtefact) -> Claims:
    return {(row.sequence, key): str(value) for key, value in row.artefact.covered_by(row.meta_text).items()}


def _compare(claimed: Claims, found: Claims) -> None:
    keys = claimed.keys() | found.keys()
    if not all(isinstance(sequence, int) for sequence, _ in keys):
        raise TypeError("a row belongs to an event whose number is no number")
    for sequence, key in sorted(keys):
        name = key.partition(":")[2]
        if (sequence, key) not in found:
            raise FaultError(sequence, f"event {sequence} names {name}, but the row for it is gone")
        if (sequence, key) not in claimed:
            raise FaultError(
                sequence, f"a row for {name} says that event {sequence} recorded it, but that event does not"
            )
        if claimed[sequence, key] != found[sequence, key]:
            raise FaultError(sequence, f"the row for {name} is not the one that event {sequence} recorded")
