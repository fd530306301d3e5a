"""Answers: owners accept or decline their tasks, by name, in the ledger.

An answer is to what was asked. Where a later plan of the period asks the same, it still holds; where it asks for other
hours, the task is open again. The last answer counts, and every one is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from errors import AllocationError
from ledger.events import Draft, Event, NoSuchRecordError
from ledger.keyed import moving
from ledger.ledger import Ledger
from models.allocation.decisions.decide import said
from models.allocation.decisions.history import OPERATION, Status, history, standing
from models.allocation.decisions.record import ISSUED, load_plan
from models.allocation.decisions.record import KIND as PLAN
from models.allocation.decisions.tasks import PARTS, Task, tasks_of
from models.books import Books

KIND = "task"
ACCEPT, DECLINE = "accept", "decline"
State = Literal["open", "accepted", "declined"]


@dataclass(frozen=True)
class Answer:
    """What an owner said to a task.

    Attributes:
        act: "accept" or "decline".
        task_id: The task.
        plan_id: The plan in force when it was said.
        digest: Of what was asked.
        by: Who said it.
        reason: Why; "" where an acceptance came without.
        time: When, UTC.
        audit_id: The event.
    """

    act: str
    task_id: str
    plan_id: str
    digest: str
    by: str
    reason: str
    time: str
    audit_id: str

    @classmethod
    def of(cls, event: Event) -> "Answer":
        """Return what an event says."""
        told = {key: str(value) for key, value in event.draft.details.items() if value is not None}
        name = event.draft.object.removeprefix(f"{KIND}/")
        return cls(
            act=told["act"],
            task_id=name,
            plan_id=told["plan"],
            digest=told["asked"],
            by=event.draft.actor,
            reason=told.get("reason", ""),
            time=event.time,
            audit_id=event.audit_id,
        )


@dataclass(frozen=True)
class Asked:
    """A task and what was said to it.

    Attributes:
        task: The task.
        answer: The answer that holds; None while it is open.
    """

    task: Task
    answer: Answer | None

    @property
    def state(self) -> State:
        """Whether it is open, accepted or declined."""
        if self.answer is None:
            return "open"
        return "accepted" if self.answer.act == ACCEPT else "declined"

    def as_document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        said_then = self.answer
        return {
            **self.task.as_document(),
            "status": self.state,
            "answered_by": said_then.by if said_then else None,
            "answered_at": said_then.time if said_then else None,
            "reason": said_then.reason or None if said_then else None,
            "answered_as": said_then.audit_id if said_then else None,
        }


def asked_of(
    books: Books, plan_id: str | None = None, owner: str | None = None, *, idle: bool = False
) -> tuple[Asked, ...]:
    """Return the tasks of a plan in force, by default of the newest one, with what was said to them.

    Args:
        books: Where plans and answers are recorded.
        plan_id: The plan.
        owner: Only those of this owner.
        idle: Also those without hours, which partners are told of as of the others; one that was answered is always
            among the tasks.

    Raises:
        NoSuchRecordError: There is no such plan.
        AllocationError: It is not in force, or none is, or the owner has no resource in it.
        LedgerError: The plan's file is absent or was changed.
    """
    status = _in_force(books.ledger, plan_id)
    document = load_plan(books.ledger, books.files, status.plan_id, PARTS).document
    owners = sorted({str(resource["owner"]) for resource in document["resources"]})
    if owner is not None and owner not in owners:
        fix = f"use one of: {', '.join(owners)}"
        raise AllocationError(f"'{owner}' owns no resource of plan {status.plan_id}", place="owner", fix=fix)
    holds = _answers(books.ledger)
    tasks = tasks_of(status.plan_id, document, idle=True)
    found = (Asked(task, holds.get((task.task_id, task.digest))) for task in tasks if owner in (None, task.owner))
    return tuple(one for one in found if idle or one.answer or any(one.task.strands.values()))


def declined(asked: Sequence[Asked]) -> tuple[Asked, ...]:
    """Return the tasks that were declined."""
    return tuple(one for one in asked if one.state == "declined")


def accept(books: Books, task_id: str, *, by: str, reason: str = "") -> Asked:
    """Accept a task of a plan in force.

    Raises:
        NoSuchRecordError: No plan in force has such a task.
        AllocationError: No name is given, or it is accepted already.
        MovedMeanwhileError: Somebody answered or issued another plan meanwhile: nothing was recorded.
        LedgerError: It could not be recorded.
    """
    return _answer(books, task_id, ACCEPT, said(by, "name", "--by"), " ".join(reason.split()))


def decline(books: Books, task_id: str, *, by: str, reason: str) -> Asked:
    """Decline a task of a plan in force; the plan stays as it is until it is planned around.

    Raises:
        NoSuchRecordError: No plan in force has such a task.
        AllocationError: No name or reason is given, or it is declined already.
        MovedMeanwhileError: Somebody answered or issued another plan meanwhile: nothing was recorded.
        LedgerError: It could not be recorded.
    """
    return _answer(books, task_id, DECLINE, said(by, "name", "--by"), said(reason, "reason", "--reason"))


def find(books: Books, task_id: str) -> Asked:
    """Return a task of a plan in force, with what was said to it.

    Raises:
        NoSuchRecordError: No plan in force has such a task.
        LedgerError: The plan's file is absent or was changed.
    """
    for status in history(books.ledger).plans.values():
        if status.state == ISSUED and task_id.startswith(f"{status.start}-"):
            for one in asked_of(books, status.plan_id, idle=True):
                if one.task.task_id == task_id:
                    return one
    fix = "list the tasks"
    raise NoSuchRecordError(f"no plan in force has a task {task_id}", fix=fix)


def _answer(books: Books, task_id: str, act: str, by: str, reason: str) -> Asked:
    before = books.ledger.alias(KIND, task_id)
    found = find(books, task_id)
    task, last = found.task, found.answer
    if last and last.act == act:
        problem = f"was {found.state} already by {last.by} on {last.time[:10]}"
        fix = f"{DECLINE if act == ACCEPT else ACCEPT} it if that has changed"
        raise AllocationError(problem, place=f"task {task_id}", fix=fix)
    draft = Draft(
        OPERATION,
        f"{KIND}/{task_id}",
        by,
        role=task.owner,
        details={
            "act": act,
            "plan": task.plan_id,
            "asked": task.digest,
            "owner": task.owner,
            "resource": task.resource,
            "place": task.place,
            "hours": f"{task.hours:.2f}",
            "reason": reason or None,
            "entered_by": books.actor,
        },
    )
    now = f"{'accepted' if act == ACCEPT else 'declined'} as {task.plan_id} asks it"
    event = books.ledger.append(
        draft,
        aliases={(KIND, task_id): now},
        only_while={(KIND, task_id): before, (PLAN, task.plan_id): ISSUED},
    )
    return Asked(task, Answer.of(event))


def _in_force(ledger: Ledger, plan_id: str | None) -> Status:
    if plan_id is not None:
        status = standing(ledger, plan_id)
        if status.state != ISSUED:
            problem = f"has no tasks, since it is not in force: it is {status.state}"
            fix = "issue it first" if status.state == "draft" else "name the plan in force"
            raise AllocationError(problem, place=f"plan {plan_id}", fix=fix)
        return status
    issued = [status for status in history(ledger).plans.values() if status.state == ISSUED]
    if not issued:
        raise AllocationError("no plan is in force", place="tasks", fix="issue one")
    return max(issued, key=lambda status: (status.start, status.decision.time if status.decision else ""))


def _answers(ledger: Ledger) -> dict[tuple[str, str], Answer]:
    """Return the last answer to each task as it was asked."""
    events = moving(ledger.database, KIND, OPERATION)
    prefix, acts = f"{KIND}/", (ACCEPT, DECLINE)
    told = (
        Answer.of(event)
        for event in events
        if event.draft.object.startswith(prefix) and event.draft.details.get("act") in acts
    )
    return {(answer.task_id, answer.digest): answer for answer in told}
