"""The addresses of questions: the list, one, where one asks, and where one answers."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from errors import DataError, StrandcastError
from serving.access.policy import page
from serving.asking import present
from serving.pages.forms import WRONG, Form, fresh_key, sent_form
from serving.pages.plans.errands import keep_once, told_of
from serving.pages.questions.reading import (
    ABOUT,
    AboutQuery,
    ListQuery,
    answer_of,
    faults_of,
    listed,
    one_question,
    order_of,
)
from serving.pages.site import Site, led_to
from serving.questions.asking import answer, ask
from serving.questions.routes import ANSWERERS, ASKERS
from serving.schemas import Id

# Those that can be seen.
_FIELDS = ("area_code", "strand", "plan_id", "audit_id")

Faults = list[tuple[str, str]]


def routes(site: Callable[[], Site]) -> APIRouter:
    """Return the routes."""
    router = APIRouter()
    _reading(router, site)
    _asking(router, site)
    _answering(router, site)
    return router


def _reading(router: APIRouter, site: Callable[[], Site]) -> None:
    @router.get("/questions", **page("consultation", *ASKERS))
    async def get_questions(request: Request, query: Annotated[ListQuery, Query()]) -> Any:
        source = await run_in_threadpool(listed, site().desk(), present(), query)
        return await site().show(request, "questions.html", [source], told=source.document, query=query)

    @router.get("/questions/new", **page("consultation", *ASKERS))
    async def get_form(request: Request, query: Annotated[AboutQuery, Query()]) -> Any:
        return await _form(request, site(), query.model_dump())

    @router.get("/questions/{id}", **page("consultation", *ASKERS))
    async def get_question(request: Request, id: Id) -> Any:  # noqa: A002 - the name in the path
        return await _shown(request, site(), id)


def _asking(router: APIRouter, site: Callable[[], Site]) -> None:
    @router.post("/questions", **page("collection", *ASKERS))
    async def ask_question(request: Request) -> Any:
        form = await _kept_once(request)
        try:
            order = order_of(site().desk(), form)
            made = await run_in_threadpool(ask, site().desk(), present(), order)
        except ValidationError as error:
            faults = faults_of(error, "Write your question.")
            return await _form(request, site(), form, faults=faults, status=WRONG)
        except StrandcastError as error:
            status, why = told_of(error)
            return await _form(request, site(), form, faults=[(_field_of(error, form), why)], status=status)
        return led_to(made.headers["location"].removeprefix("/v1"))


def _answering(router: APIRouter, site: Callable[[], Site]) -> None:
    @router.post("/questions/{id}/answers", **page("alteration", *ANSWERERS))
    async def answer_question(request: Request, id: Id) -> Any:  # noqa: A002 - the name in the path
        form = await _kept_once(request)
        try:
            await run_in_threadpool(answer, site().desk(), present(), id, answer_of(form))
        except ValidationError as error:
            faults = faults_of(error, "Write your answer.")
            return await _shown(request, site(), id, typed=form, faults=faults, status=WRONG)
        except StrandcastError as error:
            status, why = told_of(error)
            return await _shown(request, site(), id, typed=form, faults=[("text", why)], status=status)
        return led_to(f"/questions/{id}#answers")


def _field_of(error: StrandcastError, form: Form) -> str:
    """Return the field that an error is told beside; one of what is recorded names no field."""
    if error.place in _FIELDS:
        return error.place
    recorded = [name for name in ("plan_id", "audit_id") if form[name]] if isinstance(error, DataError) else []
    return next(iter(recorded), "area_code")


async def _kept_once(request: Request) -> Form:
    """Return the form that was sent; what it asks for is written once, however often it is sent."""
    form = await sent_form(request)
    keep_once(present(), form)
    return form


async def _form(
    request: Request,
    site: Site,
    typed: Mapping[str, Any],
    *,
    faults: Faults | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Any:
    said = {name: typed.get(name) or "" for name in (*ABOUT, "text")}
    return await site.show(
        request, "question_new.html", status=status, typed=said, faults=faults or [], key=fresh_key()
    )


async def _shown(
    request: Request,
    site: Site,
    question_id: str,
    *,
    typed: Form | None = None,
    faults: Faults | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Any:
    asking = present()
    source = await run_in_threadpool(one_question, site.desk(), asking, question_id)
    told = source.document
    own = told["asked_by"] == asking.caller.name
    return await site.show(
        request,
        "question.html",
        [source],
        status=status,
        told=told,
        own=own,
        may_answer=asking.caller.role in ANSWERERS and not own and told["status"] == "open",
        may_open=asking.caller.role in ANSWERERS,
        typed={"text": typed["text"], "close": typed["close"]} if typed else {"text": "", "close": "yes"},
        faults=faults or [],
        key=fresh_key(),
    )
