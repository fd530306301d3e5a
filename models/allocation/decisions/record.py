"""A plan's record: its file written, then its row and event in the ledger together, before anybody sees it."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from errors import AllocationError
from ledger.artefacts import Artefact, Json
from ledger.events import Draft, MovedMeanwhileError
from ledger.files import FileStore, StoredFile
from ledger.ledger import Ledger
from ledger.texts import settled
from models.allocation.decisions.parts import parts_of
from models.books import Books
from models.replay.manifest import MANIFEST, Manifest, append_beside

KIND = "plan"
# The schema of the documents that can be decided on; plans of before are kept and can be audited.
SCHEMA = "plan/2"
# What the alias of a plan means: where it stands. The alias of a period means its plan in force.
DRAFT, ISSUED, REJECTED, SUPERSEDED = "draft", "issued", "rejected", "superseded"
IN_FORCE = "plan-in-force"


@dataclass(frozen=True, eq=False)
class PlanRecord:
    """A recorded plan.

    Attributes:
        plan_id: Its name: the first day of its period and the beginning of its file's hash.
        audit_id: The event that recorded it.
        document: What was asked, decided and relied on; JSON values.
        found: The same plan had been recorded before.
    """

    plan_id: str
    audit_id: str
    document: dict[str, Any]
    found: bool = False

    def as_document(self) -> dict[str, Any]:
        """Return the document with the plan's names in front."""
        return {"plan_id": self.plan_id, "audit_id": self.audit_id, **self.document}


@dataclass(frozen=True)
class Written:
    """A plan's file and the row that is to name it.

    Attributes:
        plan_id: Name of the plan.
        stored: Its file.
        artefact: The row.
        beside: Rows that its manifest names, recorded with it unless they are already.
    """

    plan_id: str
    stored: StoredFile
    artefact: Artefact
    beside: tuple[Artefact, ...] = ()


def keep(document: Mapping[str, Any], books: Books, manifest: Manifest | None = None) -> PlanRecord:
    """Record a plan as a draft, and only then return it; the same plan is recorded once.

    A plan that was made from another one (its document has a `parent`) is recorded only while that one is in force.

    Args:
        document: The plan.
        books: Where it is recorded, and who enters it.
        manifest: What it was made of.

    Raises:
        MovedMeanwhileError: The plan that it was made from is no longer in force.
        LedgerError: It could not be recorded; then there is no plan.
    """
    written = write(document, books.files, manifest)
    found = held(books.ledger, written, document)
    if found:
        return found
    parent = parent_of(document)
    forecast = document["forecast"]
    details = {"act": "draft", "forecast": forecast["run_id"], "forecast_audit_id": forecast["audit_id"]}
    draft = Draft(
        "combination",
        f"{KIND}/{written.plan_id}",
        books.actor,
        object_hash=written.stored.sha256,
        details={**details, "parent": parent} if parent else details,
    )
    new, origin = (KIND, written.plan_id), {(KIND, parent): ISSUED} if parent else {}
    try:
        event = append_beside(
            books.ledger,
            draft,
            [written.artefact],
            written.beside,
            aliases={new: DRAFT},
            only_while={new: None, **origin},
        )
    except MovedMeanwhileError:
        # Another process may have made the same plan at the same time.
        found = held(books.ledger, written, document)
        if found:
            return found
        raise
    return PlanRecord(written.plan_id, event.audit_id, dict(document))


def write(document: Mapping[str, Any], files: FileStore, manifest: Manifest | None = None) -> Written:
    """Write a plan's file, which nobody finds before its row is recorded.

    Raises:
        LedgerError: The file cannot be written.
    """
    text = settled(document)
    stored = files.put(text, "plans", ".json")
    period, start = document["period"], document["period"]["start"]
    plan_id = f"{start}-{stored.sha256[:12]}"
    meta: dict[str, Json] = {
        "schema": document["schema"],
        "run_id": document["forecast"]["run_id"],
        "period": period["kind"],
        "period_start": start,
        "parent": parent_of(document),
        **({MANIFEST: dict(manifest.document)} if manifest else {}),
    }
    beside = manifest.beside if manifest else ()
    return Written(plan_id, stored, Artefact.of(KIND, plan_id, stored, meta), beside)


def held(ledger: Ledger, written: Written, document: Mapping[str, Any]) -> PlanRecord | None:
    """Return the record of a plan that was recorded before; None where it was not."""
    if ledger.held(KIND, written.plan_id) is None:
        return None
    audit_id = ledger.event_of(KIND, written.plan_id).audit_id
    return PlanRecord(written.plan_id, audit_id, dict(document), found=True)


def load_plan(ledger: Ledger, files: FileStore, plan_id: str, parts: Collection[str] | None = None) -> PlanRecord:
    """Load a recorded plan, its file checked against the ledger.

    Args:
        ledger: Where it is recorded.
        files: Where its file lies.
        plan_id: The plan.
        parts: Members of its document that are wanted; the others are not held. None: all of them.

    Raises:
        NoSuchRecordError: There is none of this name.
        AllocationError: It is of a former schema.
        LedgerError: The file is absent or was changed.
    """
    artefact = ledger.artefact(KIND, plan_id)
    data = files.read(artefact.stored)
    document: dict[str, Any] = json.loads(data) if parts is None else parts_of(data, {"schema", *parts})
    if document.get("schema") != SCHEMA:
        problem = f"is a document of the form {document.get('schema')}, which is kept for audits alone"
        raise AllocationError(problem, place=f"plan {plan_id}", fix="plan again")
    return PlanRecord(plan_id, ledger.event_of(KIND, plan_id).audit_id, document)


def parent_of(document: Mapping[str, Any]) -> str | None:
    """Return the plan that a plan was made from, by an edit or around declined tasks."""
    parent = document.get("parent")
    return None if parent is None else str(parent["plan_id"])
