"""Proofs as documents that can be handed over: what they speak of, the path, and the signed checkpoint they lead to."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from errors import DataError, LedgerError
from ledger.events import LEAF_PREFIX, Event, audit_id_of, canonical_json
from ledger.tree.notes import Checkpoint, Verifier, named_in
from ledger.tree.proofs import verifies_consistency, verifies_inclusion

INCLUSION, CONSISTENCY = "inclusion", "consistency"
_FIX = "ask for it again with strandcast audit prove or strandcast audit consistency"


@dataclass(frozen=True)
class Proven:
    """What a proof that holds proves.

    Attributes:
        sentence: In one sentence.
        size: Events of the tree that it is about.
        signed: When the checkpoint that it leads to was signed; None where it leads to none, and proves only that it
            fits the root that it names.
    """

    sentence: str
    size: int
    signed: str | None


def inclusion_document(event: Event, size: int, root: bytes, path: Sequence[bytes], note: str | None) -> dict[str, Any]:
    """Return the proof that an event is among the first `size`."""
    return {
        "proof": INCLUSION,
        "audit_id": event.audit_id,
        "index": event.sequence - 1,
        "size": size,
        "root": _text(root),
        "path": [_text(node) for node in path],
        "checkpoint": note,
        "event": event.content(),
    }


def consistency_document(
    sizes: tuple[int, int], roots: tuple[bytes, bytes], path: Sequence[bytes], notes: tuple[str | None, str | None]
) -> dict[str, Any]:
    """Return the proof that the ledger of the first size is the beginning of that of the second."""
    return {
        "proof": CONSISTENCY,
        "old_size": sizes[0],
        "new_size": sizes[1],
        "old_root": _text(roots[0]),
        "new_root": _text(roots[1]),
        "path": [_text(node) for node in path],
        "old_checkpoint": notes[0],
        "new_checkpoint": notes[1],
    }


def check(document: Mapping[str, Any], verifiers: Sequence[Verifier], collected: Sequence[Checkpoint] = ()) -> Proven:
    """Return what a proof proves.

    Args:
        document: The proof.
        verifiers: The ledger's public keys; without any a checkpoint in the proof counts for nothing, and with one the
            root must be signed.

        collected: Checkpoints that somebody collected: one of the size of a root must be of that root.

    Raises:
        DataError: It is no proof.
        LedgerError: It does not hold.
    """
    try:
        if document["proof"] == INCLUSION:
            proven = _check_inclusion(document, verifiers)
            _compare(collected, proven.size, _bytes(document["root"]))
            return proven
        if document["proof"] == CONSISTENCY:
            proven = _check_consistency(document, verifiers)
            for age in ("old", "new"):
                _compare(collected, int(document[f"{age}_size"]), _bytes(document[f"{age}_root"]))
            return proven
    except (KeyError, TypeError, ValueError, AttributeError):
        pass
    raise DataError("this is no proof", fix=_FIX)


def _check_inclusion(document: Mapping[str, Any], verifiers: Sequence[Verifier]) -> Proven:
    event, index, size = document["event"], int(document["index"]), int(document["size"])
    leaf = hashlib.sha256(LEAF_PREFIX + canonical_json(event)).digest()
    root = _bytes(document["root"])
    if event["sequence"] != index + 1 or document["audit_id"] != audit_id_of(index + 1, leaf.hex()):
        raise LedgerError("the event in the proof is not the one that the proof names", fix=_FIX)
    if not verifies_inclusion(leaf, index, size, [_bytes(node) for node in document["path"]], root):
        raise LedgerError("the proof does not hold: its path does not lead from the event to the root", fix=_FIX)
    signed = _signed(document["checkpoint"], size, root, verifiers)
    sentence = f"Event {document['audit_id']} is one of those of the record of size {size:,}."
    return Proven(sentence, size, signed.time if signed else None)


def _check_consistency(document: Mapping[str, Any], verifiers: Sequence[Verifier]) -> Proven:
    old, new = int(document["old_size"]), int(document["new_size"])
    old_root, new_root = _bytes(document["old_root"]), _bytes(document["new_root"])
    if not verifies_consistency(old, new, old_root, new_root, [_bytes(node) for node in document["path"]]):
        problem = "the proof does not hold: its path does not lead from the old root to the new one"
        raise LedgerError(problem, fix=_FIX)
    before = _signed(document["old_checkpoint"], old, old_root, verifiers)
    after = _signed(document["new_checkpoint"], new, new_root, verifiers)
    sentence = f"The first {old:,} events of the {new:,} are those that there were then."
    return Proven(sentence, new, after.time if before and after else None)


def _compare(collected: Sequence[Checkpoint], size: int, root: bytes) -> None:
    if any(item.size == size and item.root != root for item in collected):
        problem = f"a collected checkpoint of {size:,} events has another root than the proof: the record was rewritten"
        raise LedgerError(problem, fix="keep both: together they show it")


def _signed(note: str | None, size: int, root: bytes, verifiers: Sequence[Verifier]) -> Checkpoint | None:
    """Return the checkpoint of a note, which must be of this size and root; None without a key."""
    if not verifiers:
        return None
    if note is None:
        problem = f"nobody signed the root of {size:,} events that the proof leads to"
        raise LedgerError(problem, fix="ask for a proof up to a checkpoint, or leave --key out and compare the root")
    opened = (named_in(note, verifiers) or verifiers[0]).opened(note)
    if (opened.size, opened.root) != (size, root):
        raise LedgerError("the checkpoint in the proof is of another size or root than the proof", fix=_FIX)
    return opened


def _text(node: bytes) -> str:
    return base64.b64encode(node).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
