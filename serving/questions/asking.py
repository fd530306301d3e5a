"""Questions over HTTP. Whoever sees a part of the areas or strands asks about these, and sees what is asked of them.

A partner sees its own questions alone, and what is answered to them is a disclosure to it.
"""

from http import HTTPStatus
from typing import Any

from fastapi.responses import Response

from errors import AccessError
from ledger.events import Event, NoSuchRecordError
from models.books import Books
from models.kinds import FORECAST
from models.questions import questions as record
from models.questions.questions import KIND, Question, Subject
from serving.access.caller import Caller, Role
from serving.answers import Finding
from serving.asking import Asking
from serving.conflicts import conflicts
from serving.desk import Desk
from serving.once import Told, once
from serving.plans.narrowing import sees_area
from serving.questions.schemas import AnswerOrder, QuestionOrder, QuestionsQuery

_PARTS = ("plan_id", "run_id", "audit_id", "area_code", "strand")


def questions(desk: Desk, asking: Asking, query: QuestionsQuery) -> Finding:
    """Find questions that a caller may see, newest first."""
    names = record.listed(desk.ledger, {name: getattr(query, name) for name in _PARTS}, query.status)
    seen = [one for one in record.several(desk.ledger, names) if _sees(desk, asking.caller, one)]
    page = [one.document() for one in seen[: query.limit]]
    document = {"questions": page, "total": len(seen)}
    return Finding.of(document, "questions", details={"rows": len(page)})


def question(desk: Desk, asking: Asking, question_id: str) -> Finding:
    """Find one question.

    Raises:
        NoSuchRecordError: There is none of this name in sight.
    """
    found = _find(desk, asking.caller, question_id)
    return Finding.of(found.document(), f"{KIND}/{question_id}")


def ask(desk: Desk, asking: Asking, order: QuestionOrder) -> Response:
    """Ask a question.

    Raises:
        DataError: It names nothing that is recorded.
        AccessError: It is about what the caller may not see.
        LedgerError: It could not be recorded.
    """
    made: list[Any] = []

    def act(books: Books) -> None:
        about = _about(desk, asking.caller, order)
        made.append(about)
        record.ask(books, about, order.text, by=books.actor, identity=asking.caller.identity)

    def told(event: Event) -> Told:
        name = event.draft.object.removeprefix(f"{KIND}/")
        text, by = " ".join(order.text.split()), asking.caller.name
        asked = Question(name, made[-1], text, by, asking.caller.identity, event.time, event.audit_id, ())
        return Told(asked.document(), HTTPStatus.CREATED, {"location": f"/v1/questions/{name}"})

    return once(desk, asking, order.model_dump(mode="json"), act, told).response()


def answer(desk: Desk, asking: Asking, question_id: str, order: AnswerOrder) -> Response:
    """Answer a question of somebody else.

    Raises:
        NoSuchRecordError: There is none of this name in sight.
        AccessError: The caller asked it.
        ConflictError: It is closed.
        LedgerError: It could not be recorded.
    """
    found: list[Question] = []

    def act(books: Books) -> None:
        found.append(_find(desk, asking.caller, question_id))
        with conflicts():
            record.answer(books, question_id, order.text, by=books.actor, closes=order.close)

    def told(event: Event) -> Told:
        document = found[-1].document()
        given = {
            "text": " ".join(order.text.split()),
            "answered_by": asking.caller.name,
            "answered_at": event.time,
            "answered_as": event.audit_id,
            "closes": order.close,
        }
        status = "closed" if order.close else document["status"]
        return Told({**document, "status": status, "answers": [*document["answers"], given]}, HTTPStatus.CREATED)

    return once(desk, asking, order.model_dump(mode="json"), act, told).response()


def _about(desk: Desk, caller: Caller, order: QuestionOrder) -> Subject:
    named = {name: getattr(order, name) for name in _PARTS}
    if not (order.plan_id or order.run_id or order.audit_id):
        named["run_id"] = desk.shelf.current.run_id
    about = record.settled(desk.ledger, Subject(**named))
    if not _in_sight(desk, caller, about):
        fix = "name an area and a strand that you may see"
        raise AccessError("is not, or not only, of what you may see", place="about", fix=fix)
    return about


def _find(desk: Desk, caller: Caller, question_id: str) -> Question:
    """Return a question that a caller may see; one that is out of sight is answered as one that is not there."""
    missing = NoSuchRecordError(f"there is no question {question_id}", fix="list them at /v1/questions")
    try:
        found = record.find(desk.ledger, question_id)
    except NoSuchRecordError as error:
        raise missing from error
    if not _sees(desk, caller, found):
        raise missing
    return found


def _sees(desk: Desk, caller: Caller, one: Question) -> bool:
    own = one.identity == caller.identity
    return own or (caller.role is not Role.PARTNER and _in_sight(desk, caller, one.about))


def _in_sight(desk: Desk, caller: Caller, about: Subject) -> bool:
    """Return whether a subject lies within a sight; a partner that has neither teams nor areas sees none."""
    scope = caller.scope
    known = bool(scope.areas or scope.owners)
    if caller.role is Role.PARTNER and (not known or about.area_code is None or about.audit_id is not None):
        return False
    if scope.strands is not None and about.strand not in scope.strands:
        return False
    if scope.areas is None:
        return True
    return about.area_code is not None and sees_area(scope, about.area_code, _district(desk, about))


def _district(desk: Desk, about: Subject) -> str:
    known: Any = desk.ledger.artefact(FORECAST, about.run_id).meta.get("districts") if about.run_id else None
    return str((known or {}).get(about.area_code, about.area_code))
