"""Recording changes in the ledger: who declared which, when and why."""

from errors import DataError
from features.completeness.changes import RecordingChange
from ledger.artefacts import Artefact
from ledger.events import Draft, canonical_json
from ledger.files import FileStore
from ledger.ledger import Ledger

KIND = "recording-change"


def declared(ledger: Ledger) -> tuple[RecordingChange, ...]:
    """Return every declared change, in the order of declaration."""
    return tuple(RecordingChange.from_document(row.meta) for row in ledger.artefacts(KIND))


def declare(ledger: Ledger, files: FileStore, change: RecordingChange) -> str:
    """Record a change and return the audit id; views from its day of acceptance on are rescaled by it.

    Raises:
        DataError: It was declared before and holds.
        LedgerError: It could not be recorded: nothing is rescaled.
    """
    before = [item for item in declared(ledger) if _same(item, change)]
    if before and before[-1].ratio == change.ratio:
        fix = "declare another ratio to correct it, or 1 to withdraw it"
        raise DataError("this change is declared already", place="recording change", fix=fix)
    document = change.as_document()
    # Floats have many spellings; the ledger's canonical form knows none.
    content = canonical_json({**document, "ratio": f"{change.ratio!r}"})
    stored = files.put(content, "recording-changes", ".json")
    name = f"{len(ledger.artefacts(KIND)) + 1:04d}-{stored.sha256[:8]}"
    details = {
        **{key: str(document[key]) for key in ("feed", "strand", "date", "reason")},
        "ratio": f"{change.ratio!r}",
    }
    draft = Draft(
        "alteration",
        f"{KIND}/{name}",
        change.accepted_by,
        object_hash=stored.sha256,
        details={"act": "accept", **details},
    )
    return ledger.append(draft, artefacts=[Artefact.of(KIND, name, stored, document)]).audit_id


def _same(one: RecordingChange, other: RecordingChange) -> bool:
    return (one.feed, one.strand, one.day) == (other.feed, other.strand, other.day)
