"""Decisions on plans over HTTP: by whoever is known to ask, on what they have seen, once."""

from collections.abc import Callable

from fastapi.responses import Response

from ledger.events import Event
from models.allocation.decisions import decide
from models.allocation.decisions.history import Decision
from models.books import Books
from serving.answers import tag_of
from serving.asking import Asking
from serving.conflicts import PreconditionError, conflicts
from serving.desk import Desk
from serving.once import Told, once
from serving.plans.reading import plan
from serving.plans.schemas import IssueOrder, RejectOrder


def issue(desk: Desk, asking: Asking, plan_id: str, order: IssueOrder, seen: str | None) -> Response:
    """Put a draft in force.

    Raises:
        NoSuchRecordError: There is no such plan.
        AccessError: Whoever asks drafted or edited it, and another pair of eyes is asked for.
        ConflictError: It is decided already, or what it was made from is in force no more.
        PreconditionError: It is not as whoever asks has seen it.
        LedgerError: It could not be recorded: it stays a draft.
    """

    def act(books: Books) -> None:
        four_eyes = desk.workspace.settings.access.in_service()
        decide.issue(books, plan_id, by=books.actor, reason=order.reason, four_eyes=four_eyes)

    return _decided(desk, asking, plan_id, order, act, seen)


def reject(desk: Desk, asking: Asking, plan_id: str, order: RejectOrder, seen: str | None) -> Response:
    """Set a draft aside for good.

    Raises:
        NoSuchRecordError: There is no such plan.
        ConflictError: It is decided already.
        PreconditionError: It is not as whoever asks has seen it.
        LedgerError: It could not be recorded: it stays a draft.
    """

    def act(books: Books) -> None:
        decide.reject(books, plan_id, by=books.actor, reason=order.reason)

    return _decided(desk, asking, plan_id, order, act, seen)


def check_seen(desk: Desk, asking: Asking, plan_id: str, seen: str | None) -> None:
    """Refuse where a request says what it was made on (`If-Match`) and the plan is not that any more.

    Raises:
        NoSuchRecordError: There is no such plan.
        PreconditionError: It is not as whoever asks has seen it.
    """
    if seen is None or seen.strip() == "*":
        return
    tag = tag_of(plan(desk, asking, plan_id).sha256)
    if tag not in [one.strip() for one in seen.split(",")]:
        fix = "look at it again, and decide on what holds now"
        raise PreconditionError("is not what it was when you looked", place=f"plan {plan_id}", fix=fix)


def _decided(
    desk: Desk,
    asking: Asking,
    plan_id: str,
    order: IssueOrder | RejectOrder,
    decision: Callable[[Books], None],
    seen: str | None,
) -> Response:
    def act(books: Books) -> None:
        check_seen(desk, asking, plan_id, seen)
        with conflicts():
            decision(books)

    return once(desk, asking, order.model_dump(mode="json"), act, _told).response()


def _told(event: Event) -> Told:
    done = Decision.of(event)
    return Told(
        {
            "plan_id": done.plan_id,
            "decision": done.act,
            "status": "issued" if done.act == "issue" else "rejected",
            "decided_by": done.by,
            "decided_at": done.time,
            "reason": done.reason or None,
            "supersedes": done.other or None,
        }
    )
