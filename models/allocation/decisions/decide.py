"""Deciding on a plan: issue, edit or reject, each by a named person, once.

What is decided on is looked up again by the ledger's only writer: of two persons who decide at once, one is recorded
and the other is told what holds by then.
"""

from collections.abc import Mapping
from typing import Any

from errors import AllocationError
from ledger.events import Draft, Scalar
from ledger.ledger import Ledger
from models.allocation.decisions.history import EDIT, ISSUE, OPERATION, REJECT, Decision, Status, standing
from models.allocation.decisions.record import (
    DRAFT,
    IN_FORCE,
    ISSUED,
    KIND,
    REJECTED,
    SUPERSEDED,
    PlanRecord,
    held,
    write,
)
from models.books import Books
from models.four_eyes import check_others
from models.replay.manifest import Manifest, append_beside

_LONGEST = 2000


def said(text: str, what: str, place: str) -> str:
    """Return what a person said, without spaces around it.

    Raises:
        AllocationError: It says nothing, or more than a record holds; `what` is it: "name" or "reason".
    """
    words = " ".join(text.split())
    if not words:
        fix = "say who decides" if what == "name" else "say why, in your words"
        raise AllocationError(f"no {what} is given", place=place, fix=fix)
    if len(words) > _LONGEST:
        problem = f"the {what} has {len(words):,} characters"
        raise AllocationError(problem, place=place, fix=f"use at most {_LONGEST:,}")
    return words


def issue(books: Books, plan_id: str, *, by: str, reason: str = "", four_eyes: bool = False) -> Decision:
    """Put a draft in force for its period, in the place of the plan that was, if there was one.

    Args:
        books: Where it is recorded, and who enters it.
        plan_id: The draft.
        by: Who decides.
        reason: Why, in the person's words.
        four_eyes: Whether whoever drafted or edited the plan may not issue it.

    Raises:
        NoSuchRecordError: There is no such plan.
        AccessError: Four eyes are asked for, and these are the two that drafted it.
        AllocationError: No name is given, the plan is decided already, or what it was made from is in force no more.
        MovedMeanwhileError: Somebody decided meanwhile: nothing was recorded.
        LedgerError: It could not be recorded: it stays a draft.
    """
    name = said(by, "name", "--by")
    status = undecided(books.ledger, plan_id)
    _check_lineage(books.ledger, status)
    if four_eyes:
        check_others(books.ledger.event_of(KIND, plan_id), (name, books.actor), "issue", f"plan {plan_id}")
    period = f"{status.period}-{status.start}"
    before = books.ledger.alias(IN_FORCE, period)
    if before == plan_id:
        # Somebody issued it since it was looked up: it must not be put in the place of itself.
        undecided(books.ledger, plan_id)
    moves = {(KIND, plan_id): ISSUED, (IN_FORCE, period): plan_id}
    meant: dict[tuple[str, str], str | None] = {(KIND, plan_id): DRAFT, (IN_FORCE, period): before}
    details: dict[str, Scalar] = {"act": ISSUE, "supersedes": before, "reason": " ".join(reason.split()) or None}
    if before:
        moves[KIND, before] = SUPERSEDED
        meant[KIND, before] = ISSUED
    event = books.ledger.append(_draft(books, plan_id, name, details), aliases=moves, only_while=meant)
    return Decision.of(event)


def reject(books: Books, plan_id: str, *, by: str, reason: str) -> Decision:
    """Set a draft aside for good.

    Raises:
        NoSuchRecordError: There is no such plan.
        AllocationError: No name or reason is given, or the plan is decided already.
        MovedMeanwhileError: Somebody decided meanwhile: nothing was recorded.
        LedgerError: It could not be recorded: it stays a draft.
    """
    name, why = said(by, "name", "--by"), said(reason, "reason", "--reason")
    undecided(books.ledger, plan_id)
    draft = _draft(books, plan_id, name, {"act": REJECT, "reason": why})
    event = books.ledger.append(draft, aliases={(KIND, plan_id): REJECTED}, only_while={(KIND, plan_id): DRAFT})
    return Decision.of(event)


def record_edit(books: Books, document: Mapping[str, Any], manifest: Manifest | None = None) -> PlanRecord:
    """Record what a plan was edited into, a new draft, with the decision to edit it, together.

    A draft is superseded by its edit. A plan in force stays so until its edit is issued.

    Args:
        books: Where it is recorded, and who enters it.
        document: The new plan; its `parent` says which plan was edited, by whom and why.
        manifest: What it was made of.

    Raises:
        NoSuchRecordError: There is no such plan.
        AllocationError: The plan cannot be edited any more.
        MovedMeanwhileError: Somebody decided meanwhile: nothing was recorded.
        LedgerError: It could not be recorded: the plan stays what it was.
    """
    parent = document["parent"]
    status = editable(books.ledger, parent["plan_id"])
    written = write(document, books.files, manifest)
    found = held(books.ledger, written, document)
    if found:
        return found
    moves = {(KIND, written.plan_id): DRAFT}
    if status.state == DRAFT:
        moves[KIND, status.plan_id] = SUPERSEDED
    details: dict[str, Scalar] = {"act": EDIT, "made": written.plan_id, "reason": parent["reason"]}
    event = append_beside(
        books.ledger,
        _draft(books, status.plan_id, parent["by"], details),
        [written.artefact],
        written.beside,
        aliases=moves,
        only_while={(KIND, status.plan_id): status.state},
    )
    return PlanRecord(written.plan_id, event.audit_id, dict(document))


def undecided(ledger: Ledger, plan_id: str) -> Status:
    """Return where a plan stands that can be issued or rejected.

    Raises:
        NoSuchRecordError: There is no such plan.
        AllocationError: It is decided already.
    """
    status = standing(ledger, plan_id)
    if status.state != DRAFT:
        raise AllocationError(status.told(), place=f"plan {plan_id}", fix=_fix(ledger, status))
    return status


def editable(ledger: Ledger, plan_id: str) -> Status:
    """Return where a plan stands that can be edited: a draft, or a plan in force.

    Raises:
        NoSuchRecordError: There is no such plan.
        AllocationError: It was rejected or superseded.
    """
    status = standing(ledger, plan_id)
    if status.state not in (DRAFT, ISSUED):
        raise AllocationError(status.told(), place=f"plan {plan_id}", fix=_fix(ledger, status))
    return status


def _check_lineage(ledger: Ledger, status: Status) -> None:
    """Refuse a plan that would undo unseen what was issued since it was made from another one."""
    own, parent = {status.plan_id}, status.parent
    while parent:
        own.add(parent)
        before = standing(ledger, parent)
        decided = before.decision
        if before.state == SUPERSEDED and decided and decided.act == ISSUE and decided.plan_id not in own:
            problem = f"was made from plan {parent}, in whose place {decided.plan_id} was issued since"
            fix = f"make your changes to plan {decided.plan_id} instead"
            raise AllocationError(problem, place=f"plan {status.plan_id}", fix=fix)
        parent = before.parent


def _fix(ledger: Ledger, status: Status) -> str:
    decided = status.decision
    heir = (
        "" if decided is None or status.state != SUPERSEDED else (decided.other, decided.plan_id)[decided.act == ISSUE]
    )
    if heir and standing(ledger, heir).state in (DRAFT, ISSUED):
        return f"look at plan {heir}"
    return "edit it, or plan again" if status.state == ISSUED else "plan again"


def _draft(books: Books, plan_id: str, by: str, details: Mapping[str, Scalar]) -> Draft:
    digest = books.ledger.artefact(KIND, plan_id).sha256
    return Draft(OPERATION, f"{KIND}/{plan_id}", by, object_hash=digest, details={**details, "entered_by": books.actor})
