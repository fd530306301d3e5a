"""Proofs of a ledger, made from what its database holds and what was signed of it."""

from typing import Any

from ledger.ledger import Ledger
from ledger.tree.checkpoints import checkpoints
from ledger.tree.documents import consistency_document, inclusion_document


def prove_inclusion(ledger: Ledger, audit_id: str, size: int | None = None) -> dict[str, Any]:
    """Return the proof that an event is in the ledger.

    Args:
        ledger: The ledger.
        audit_id: The event.
        size: In the tree over so many events; left out, that of the newest checkpoint that covers the event, and where
            none does all that there are.

    Raises:
        NoSuchRecordError: There is no such event.
        DataError: There is no tree of that size, or the event is not in it.
    """
    event = ledger.event(audit_id)
    if size is None:
        newest = next(iter(checkpoints(ledger.database, limit=1, covering=event.sequence)), None)
        size = newest.size if newest else None
    with ledger.tree() as tree:
        chosen = tree.size if size is None else size
        path, root = tree.inclusion(event.sequence - 1, chosen), tree.root(chosen)
    return inclusion_document(event, chosen, root, path, _note(ledger, chosen))


def prove_consistency(ledger: Ledger, old: int, new: int | None = None) -> dict[str, Any]:
    """Return the proof that the ledger of `old` events is the beginning of that of `new`.

    Args:
        ledger: The ledger.
        old: Size of the one.
        new: Size of the other; left out, that of the newest checkpoint, and where there is none all events.

    Raises:
        DataError: There are no trees of those sizes.
    """
    if new is None:
        newest = next(iter(checkpoints(ledger.database, limit=1, covering=old)), None)
        new = newest.size if newest else None
    with ledger.tree() as tree:
        later = tree.size if new is None else new
        path, roots = tree.consistency(old, later), (tree.root(old), tree.root(later))
    return consistency_document((old, later), roots, path, (_note(ledger, old), _note(ledger, later)))


def _note(ledger: Ledger, size: int) -> str | None:
    """Return the checkpoint of exactly so many events."""
    return next((kept.note for kept in checkpoints(ledger.database, covering=size, below=size + 1)), None)
