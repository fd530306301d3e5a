"""Tasks over HTTP: what a plan in force asks of the owners of resources, and what they say to it.

An owner is told of its own tasks alone, and what is given to a partner is a disclosure to it. Expected demand is not
given with them: partners have it from the published tables, in which small numbers are protected. Hours follow expected
demand, so a partner is told of them what `models.disclosure.duties` says, and of each place where its team may go. A
task is one thing to answer, so whoever sees some strands sees those tasks that are about no other.
"""

from collections.abc import Callable, Sequence
from typing import Any

from fastapi.responses import Response

from errors import AllocationError, DataError
from ledger.events import Event, NoSuchRecordError
from models.allocation.decisions import answers
from models.allocation.decisions.answers import Answer, Asked, asked_of
from models.allocation.decisions.history import history
from models.allocation.decisions.record import ISSUED, load_plan
from models.allocation.decisions.record import KIND as PLAN
from models.allocation.decisions.tasks import Task
from models.books import Books
from models.disclosure.duties import Duties
from models.disclosure.rules import load_rules
from serving.access.caller import Caller, Role
from serving.answers import Finding
from serving.asking import Asking
from serving.conflicts import conflicts
from serving.cursors import page_of
from serving.desk import Desk
from serving.once import Told, once
from serving.plans.narrowing import sees_area
from serving.published.reading import published
from serving.tasks.schemas import AcceptOrder, DeclineOrder, TasksQuery


def tasks(desk: Desk, asking: Asking, query: TasksQuery) -> Finding:
    """Find a page of the tasks of a plan in force that a caller may see; none where no plan is in force.

    Raises:
        DataError: There is no such plan, or the cursor cannot be used.
        AllocationError: It is not in force, or the owner has no resource in it.
        LedgerError: The plan's file was changed.
    """
    caller = asking.caller
    partner = caller.role is Role.PARTNER
    asked = _asked_of_partner(desk, asking, query) if partner else _asked(desk, asking, query)
    duties = _duties(desk, desk.books(asking), asked, caller)
    found = [one for one in _seen(asked, caller, duties) if query.status in (None, one.state)]
    plan_id = found[0].task.plan_id if found else query.plan_id
    # Another plan may be the newest by the next page.
    page, cursor = page_of(found, query, query.limit, lambda one: one.task.task_id, plan_id or "")
    told = [_document(one, duties) for one in page]
    document = {"plan_id": plan_id, "tasks": told, "total": len(found), "next_cursor": cursor}
    return Finding.of(
        document,
        f"{PLAN}/{plan_id}" if plan_id else "tasks",
        details={"act": "tasks", "rows": len(page), "owner": query.owner},
    )


def accept(desk: Desk, asking: Asking, task_id: str, order: AcceptOrder) -> Response:
    """Accept a task.

    Raises:
        NoSuchRecordError: No plan in force has such a task that the caller may see.
        ConflictError: It is accepted already.
        LedgerError: It could not be recorded.
    """

    def act(books: Books) -> None:
        answers.accept(books, task_id, by=books.actor, reason=order.reason)

    return _answered(desk, asking, task_id, order.model_dump(mode="json"), act)


def decline(desk: Desk, asking: Asking, task_id: str, order: DeclineOrder) -> Response:
    """Decline a task; the plan stays as it is until it is planned around.

    Raises:
        NoSuchRecordError: No plan in force has such a task that the caller may see.
        ConflictError: It is declined already.
        LedgerError: It could not be recorded.
    """

    def act(books: Books) -> None:
        answers.decline(books, task_id, by=books.actor, reason=order.reason)

    return _answered(desk, asking, task_id, order.model_dump(mode="json"), act)


def _answered(desk: Desk, asking: Asking, task_id: str, content: object, say: Callable[[Books], None]) -> Response:
    caller = asking.caller
    found: list[tuple[Task, Duties | None]] = []

    def act(books: Books) -> None:
        found.append(_find(desk, books, task_id, caller))
        with conflicts():
            say(books)

    def told(event: Event) -> Told:
        task, duties = found[-1]
        return Told(_document(Asked(task, Answer.of(event)), duties))

    return once(desk, asking, content, act, told).response()


def _asked(desk: Desk, asking: Asking, query: TasksQuery) -> Sequence[Asked]:
    plans = history(desk.ledger).plans
    if query.plan_id is not None and query.plan_id not in plans:
        raise DataError("names no plan that is recorded", place="plan_id", fix="leave it out for the newest in force")
    in_force = query.plan_id is not None or any(one.state == ISSUED for one in plans.values())
    if not in_force:
        return ()
    with desk.parsing:
        return asked_of(desk.books(asking), query.plan_id, query.owner, idle=asking.caller.role is Role.PARTNER)


def _asked_of_partner(desk: Desk, asking: Asking, query: TasksQuery) -> Sequence[Asked]:
    """Return the tasks asked for; none where a planner is told why: that would tell of plans and of other owners."""
    try:
        asked = _asked(desk, asking, query.model_copy(update={"owner": None}))
    except (AllocationError, DataError):
        return ()
    return [one for one in asked if query.owner in (None, one.task.owner)]


def _duties(desk: Desk, books: Books, asked: Sequence[Asked], caller: Caller) -> Duties | None:
    """Return what a partner is told of the tasks of one plan; None for others, who are told them as they are."""
    if caller.role is not Role.PARTNER or not asked:
        return None
    rules, known = load_rules(desk.workspace.disclosure_file), published(desk)
    # Contracts may ask for more than the rules; the newest set says what they did.
    minimum = max(rules.minimum_count, *known.terms.get("minimum", {}).values(), 0)
    document = load_plan(books.ledger, books.files, asked[0].task.plan_id).document
    shown = known.expected_at(document["period"]["start"])
    return Duties.of(document, rules.level, minimum, rules.hours_round_to, shown)


def _find(desk: Desk, books: Books, task_id: str, caller: Caller) -> tuple[Task, Duties | None]:
    """Return a task that a caller may see; one that is out of sight is answered as one that is not there."""
    try:
        asked = [answers.find(books, task_id)]
    except NoSuchRecordError:
        asked = []
    duties = _duties(desk, books, asked, caller)
    seen = _seen(asked, caller, duties)
    if not seen:
        raise NoSuchRecordError(f"no plan in force has a task {task_id}", fix="list them at /v1/tasks")
    return seen[0].task, duties


def _seen(asked: Sequence[Asked], caller: Caller, duties: Duties | None) -> list[Asked]:
    """Return the tasks that a caller may see; a partner without a scope sees none."""
    scope = caller.scope
    if caller.role is Role.PARTNER and scope.owners is None and scope.areas is None:
        return []
    return [
        one
        for one in asked
        if (scope.owners is None or one.task.owner in scope.owners)
        and (scope.strands is None or _is_about(scope.strands, one.task, duties))
        and sees_area(scope, one.task.place)
    ]


def _is_about(strands: frozenset[str], task: Task, duties: Duties | None) -> bool:
    """Return whether a task is about no other strands; one without hours, to who is told hours, is about none."""
    own = duties.told(task).strands if duties else task.strands
    return bool(own) and strands.issuperset(own)


def _document(one: Asked, duties: Duties | None) -> dict[str, Any]:
    told = one.as_document()
    if duties is None:
        return {**told, "hours_are": "exact", "hours_place": one.task.place}
    given = duties.told(one.task)
    return {
        **told,
        "hours": given.hours,
        "hours_are": "at most" if given.hours is not None else "not told",
        "hours_place": given.place,
        "strands": dict.fromkeys(given.strands),
        "expected": None,
        "shifts": [],
    }
