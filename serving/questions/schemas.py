"""Shapes of questions over HTTP."""

from typing import Any, Literal

from pydantic import Field

from serving.plans.schemas import AuditId, Code, Reason, example
from serving.schemas import Closed

State = Literal["open", "closed"]

_ABOUT: dict[str, Any] = {
    "run_id": "2026-11-23-0a1b2c3d",
    "plan_id": "2026-11-30-0a1b2c3d4e5f",
    "audit_id": None,
    "area_code": "E01021234",
    "strand": None,
}
_QUESTION: dict[str, Any] = {
    "question_id": "0b7f4e0c1d5a4b1c",
    "status": "closed",
    "about": _ABOUT,
    "text": "Why has the market no hours?",
    "asked_by": "bea.jones",
    "asked_at": "2026-11-24T15:10:00.000000Z",
    "asked_as": "00000041-9f8e7d6c",
    "answers": [
        {
            "text": "Little was recorded there; see the flip points.",
            "answered_by": "ann.smith",
            "answered_at": "2026-11-24T16:00:00.000000Z",
            "answered_as": "00000042-0a1b2c3d",
            "closes": True,
        }
    ],
}


class About(Closed):
    """What a question is about."""

    run_id: str | None
    plan_id: str | None
    audit_id: str | None
    area_code: str | None
    strand: str | None


class QuestionOrder(Closed):
    """Ask about a recommendation: a plan, a forecast run or a recorded answer; left out, the run that is served."""

    model_config = example({"plan_id": _ABOUT["plan_id"], "area_code": "E01021234", "text": _QUESTION["text"]})

    plan_id: Code | None = Field(None, description="About this plan.")
    run_id: Code | None = Field(None, description="About this forecast run.")
    audit_id: Code | None = Field(None, description="About this recorded answer.")
    area_code: Code | None = Field(None, description="About this area.")
    strand: Code | None = Field(None, description="About this strand.")
    text: Reason


class AnswerOrder(Closed):
    """Answer a question."""

    model_config = example({"text": "Little was recorded there; see the flip points."})

    text: Reason
    close: bool = Field(default=True, strict=True, description="Whether the question is closed with it.")


class AnswerTold(Closed):
    """What was answered."""

    text: str
    answered_by: str
    answered_at: str
    answered_as: str = Field(description="Audit id of the event that recorded it.")
    closes: bool


class QuestionLine(Closed):
    """A question and what was answered."""

    model_config = example(_QUESTION)

    question_id: str
    status: State
    about: About
    text: str
    asked_by: str
    asked_at: str
    asked_as: str = Field(description="Audit id of the event that recorded it.")
    answers: list[AnswerTold]


class QuestionAnswer(QuestionLine):
    """One question."""

    model_config = example({"audit_id": "00000043-0a1b2c3d", **_QUESTION})

    audit_id: AuditId


class Questions(Closed):
    """Questions, newest first."""

    model_config = example({"audit_id": "00000043-0a1b2c3d", "questions": [_QUESTION], "total": 1})

    audit_id: AuditId
    questions: list[QuestionLine]
    total: int = Field(description="Questions that the filters leave, shown or not.")


class QuestionsQuery(Closed):
    """Which questions."""

    status: State | None = Field(None, description="Only open or closed ones.")
    plan_id: Code | None = Field(None, description="Only those about this plan.")
    run_id: Code | None = Field(None, description="Only those about this forecast run, or plans made on it.")
    audit_id: Code | None = Field(None, description="Only those about this recorded answer.")
    area_code: Code | None = Field(None, description="Only those about this area.")
    strand: Code | None = Field(None, description="Only those about this strand.")
    limit: int = Field(50, ge=1, le=200, description="Most questions.")
