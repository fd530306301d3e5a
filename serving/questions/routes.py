"""The addresses of questions."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from serving.access.caller import Role
from serving.access.policy import declared
from serving.answers import answered
from serving.asking import present
from serving.desk import Desk
from serving.questions.asking import answer, ask, question, questions
from serving.questions.schemas import AnswerOrder, QuestionAnswer, QuestionOrder, Questions, QuestionsQuery
from serving.schemas import Id

ANSWERERS = (Role.PLANNER, Role.DATA_SCIENTIST, Role.AUDITOR)
ASKERS = (*ANSWERERS, Role.PARTNER)


def routes(desk: Callable[[], Desk]) -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    @router.get(
        "/v1/questions",
        response_model=Questions,
        summary="Questions about recommendations, newest first, and what was answered",
        tags=["questions"],
        **declared("consultation", *ASKERS),
    )
    async def get_questions(request: Request, query: Annotated[QuestionsQuery, Query()]) -> Any:
        return await answered(desk(), request, await run_in_threadpool(questions, desk(), present(), query))

    @router.get(
        "/v1/questions/{id}",
        response_model=QuestionAnswer,
        summary="One question and what was answered",
        tags=["questions"],
        **declared("consultation", *ASKERS),
    )
    async def get_question(request: Request, id: Id) -> Any:  # noqa: A002 - the name in the path
        return await answered(desk(), request, await run_in_threadpool(question, desk(), present(), id))

    @router.post(
        "/v1/questions",
        response_model=QuestionAnswer,
        status_code=HTTPStatus.CREATED,
        summary="Ask about a recommendation",
        tags=["questions"],
        **declared("collection", *ASKERS),
    )
    async def ask_question(order: QuestionOrder) -> Any:
        return await run_in_threadpool(ask, desk(), present(), order)

    @router.post(
        "/v1/questions/{id}/answers",
        response_model=QuestionAnswer,
        status_code=HTTPStatus.CREATED,
        summary="Answer a question of somebody else, and close it",
        tags=["questions"],
        **declared("alteration", *ANSWERERS),
    )
    async def answer_question(id: Id, order: AnswerOrder) -> Any:  # noqa: A002 - the name in the path
        return await run_in_threadpool(answer, desk(), present(), id, order)

    return router
