"""A plan's record: written and entered in the ledger before anybody sees it."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ledger.artefacts import Artefact
from ledger.events import Draft
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.allocation.document import plan_document, problem_of
from models.allocation.request import PlanRequest
from models.allocation.solver import solve
from models.books import Books
from models.runs import ForecastRun

KIND = "plan"


@dataclass(frozen=True, eq=False)
class PlanRecord:
    """A recorded plan.

    Attributes:
        plan_id: Its name: the first day of its period and the beginning of its file's hash.
        audit_id: The event that recorded it.
        document: What was asked, decided and relied on; JSON values.
    """

    plan_id: str
    audit_id: str
    document: dict[str, Any]

    def as_document(self) -> dict[str, Any]:
        """Return the document with the plan's names in front."""
        return {"plan_id": self.plan_id, "audit_id": self.audit_id, **self.document}


def make_plan(
    run: ForecastRun,
    request: PlanRequest,
    *,
    ledger: Ledger,
    files: FileStore,
    clock: Callable[[], datetime],
    actor: str,
    role: str = "operator",
    authentication: str = "none",
) -> PlanRecord:
    """Plan on a forecast, record the plan, and only then return it.

    Raises:
        AllocationError: The request cannot be met; nothing is recorded.
        LedgerError: It could not be recorded; then there is no plan.
    """
    plan = solve(problem_of(run, request))
    document = {"created_at": clock().isoformat(), "actor": actor, **plan_document(run, request, plan)}
    stored = files.put(_to_json(document), "plans", ".json")
    plan_id = f"{document['period']['start']}-{stored.sha256[:12]}"
    draft = Draft(
        "decision",
        f"{KIND}/{plan_id}",
        actor,
        role=role,
        authentication=authentication,
        object_hash=stored.sha256,
        details={"forecast": run.run_id, "forecast_audit_id": run.audit_id, "areas": len(plan.hours)},
    )
    meta = {"run_id": run.run_id, "period_start": document["period"]["start"], "created_at": document["created_at"]}
    event = ledger.append(draft, artefacts=[Artefact.of(KIND, plan_id, stored, meta)])
    return PlanRecord(plan_id, event.audit_id, document)


def draft_plan(run: ForecastRun, request: PlanRequest, books: Books, clock: Callable[[], datetime]) -> PlanRecord:
    """Plan on a forecast what nobody has decided yet, and record it as a draft; the same request on it is planned once.

    Raises:
        AllocationError: The request cannot be met; nothing is recorded.
        LedgerError: It could not be recorded; then there is no plan.
    """
    asked = hashlib.sha256(_to_json(request.as_document())).hexdigest()
    for held in books.ledger.artefacts(KIND, newest_first=True):
        if held.meta.get("draft") == asked and held.meta["run_id"] == run.run_id:
            return load_plan(books.ledger, books.files, held.name)
    made = {"draft": True, "created_at": clock().isoformat(), "actor": books.actor}
    document = {**made, **plan_document(run, request, solve(problem_of(run, request)))}
    stored = books.files.put(_to_json(document), "plans", ".json")
    start = document["period"]["start"]
    plan_id = f"{start}-{stored.sha256[:12]}"
    details = {"act": "draft", "forecast": run.run_id, "forecast_audit_id": run.audit_id}
    draft = Draft("combination", f"{KIND}/{plan_id}", books.actor, object_hash=stored.sha256, details=details)
    meta = {"run_id": run.run_id, "period_start": start, "created_at": made["created_at"], "draft": asked}
    event = books.ledger.append(draft, artefacts=[Artefact.of(KIND, plan_id, stored, meta)])
    return PlanRecord(plan_id, event.audit_id, document)


def load_plan(ledger: Ledger, files: FileStore, plan_id: str) -> PlanRecord:
    """Load a recorded plan, its file checked against the ledger.

    Raises:
        NoSuchRecordError: There is none of this name.
        LedgerError: The file is absent or was changed.
    """
    artefact = ledger.artefact(KIND, plan_id)
    document: dict[str, Any] = json.loads(files.read(artefact.stored))
    return PlanRecord(plan_id, ledger.event_of(KIND, plan_id).audit_id, document)


def _to_json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode()
