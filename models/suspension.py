"""Suspension: a champion that is set aside for some strands, and the simple methods that stand in for it.

A suspension is of a version: the promotion of another model ends it, and a rollback to the suspended one does not. The
state lives in the database, where it moves in the same transaction as the event that says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from errors import ModelError
from ledger.artefacts import Artefact, Json
from ledger.events import Draft, canonical_json
from ledger.ledger import Ledger
from models.books import Books

KIND = "suspension"
NOTICE = "model-suspended"


@dataclass(frozen=True)
class Suspension:
    """Where a version stands.

    Attributes:
        name: Of the record; "" where there never was one.
        version: The model.
        strands: Suspended strand to the simple method that stands in; empty: none is suspended.
        reason: Of the newest decision.
        by: Who decided.
        as_of: Knowledge date of the monitoring that it was decided on.
        lifted: The newest decision was to end a suspension.
    """

    name: str
    version: str
    strands: Mapping[str, str]
    reason: str
    by: str
    as_of: date
    lifted: bool

    def as_document(self) -> dict[str, Json]:
        """Return it as JSON values."""
        return {
            "suspension": self.name,
            "model_version": self.version,
            "strands": dict(self.strands),
            "reason": self.reason,
            "by": self.by,
            "as_of": self.as_of.isoformat(),
            "lifted": self.lifted,
        }

    def sentence(self) -> str:
        """Return in words what is suspended and why; "" where nothing is."""
        if not self.strands:
            return ""
        held = ", ".join(f"{strand} ({method} stands in)" for strand, method in sorted(self.strands.items()))
        return f"{self.version} is suspended for {held}, since {self.as_of}, by {self.by}: {self.reason}"


def suspension_of(ledger: Ledger, version: str | None) -> Suspension | None:
    """Return the newest decision on a version, or None where there never was one."""
    name = ledger.alias(KIND, version) if version else None
    if name is None or version is None:
        return None
    meta = ledger.artefact(KIND, name).meta
    strands = meta["strands"]
    return Suspension(
        name,
        version,
        {str(strand): str(method) for strand, method in strands.items()} if isinstance(strands, dict) else {},
        str(meta["reason"]),
        str(meta["by"]),
        date.fromisoformat(str(meta["as_of"])),
        bool(meta["lifted"]),
    )


def marks_since(meta: Mapping[str, Any], held: Suspension | None) -> tuple[str, ...]:
    """Return the notices that a run bears now and did not when it was recorded: its model has been suspended since.

    Args:
        meta: What the run's record says.
        held: Where its model stands.
    """
    if held is None or set(held.strands) <= set(meta.get("suspended", ())) or NOTICE in meta["notices"]:
        return ()
    return (NOTICE,)


def suspend(
    books: Books,
    version: str,
    strands: Mapping[str, str],
    *,
    reason: str,
    as_of: date,
    monitoring: str,
) -> Suspension:
    """Suspend a version for more strands, those that it is suspended for already included.

    Args:
        books: Where it is recorded, and who decided.
        version: The model.
        strands: Strand to the simple method that stands in.
        reason: Why.
        as_of: Knowledge date of the monitoring.
        monitoring: Name of the monitoring that it rests on.

    Raises:
        LedgerError: It could not be recorded: nothing is suspended.
    """
    before = suspension_of(books.ledger, version)
    held = {**strands, **(before.strands if before else {})}
    decided = Suspension("", version, held, reason, books.actor, as_of, lifted=False)
    return _record(books, decided, {"act": "suspend", "monitoring": monitoring})


def lift(books: Books, version: str, *, reason: str, as_of: date) -> Suspension:
    """End a suspension: the next forecast is the model's own again.

    Raises:
        ModelError: The version is not suspended.
        LedgerError: It could not be recorded: it stays suspended.
    """
    before = suspension_of(books.ledger, version)
    if before is None or not before.strands:
        fix = "see strandcast monitor for what is"
        raise ModelError("is not suspended", place=version, fix=fix)
    decided = Suspension("", version, {}, reason, books.actor, as_of, lifted=True)
    return _record(books, decided, {"act": "lift", "lifted": "; ".join(sorted(before.strands))})


def _record(books: Books, decided: Suspension, details: dict[str, str]) -> Suspension:
    document = {key: value for key, value in decided.as_document().items() if key != "suspension"}
    stored = books.files.put(canonical_json(document), "suspensions", ".json")
    name = f"{len(books.ledger.artefacts(KIND)) + 1:04d}-{stored.sha256[:8]}"
    draft = Draft(
        "decision",
        f"{KIND}/{name}",
        decided.by,
        object_hash=stored.sha256,
        details={
            **details,
            "model": decided.version,
            "strands": "; ".join(f"{strand}: {method}" for strand, method in sorted(decided.strands.items())),
            "reason": decided.reason,
        },
    )
    books.ledger.append(
        draft,
        artefacts=[Artefact.of(KIND, name, stored, document)],
        aliases={(KIND, decided.version): name},
    )
    return replace(decided, name=name)
