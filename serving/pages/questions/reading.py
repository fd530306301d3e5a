"""What the pages of questions show, from the API's answers, and what their forms ask for."""

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlencode

from pydantic import Field, ValidationError

from serving.asking import Asking
from serving.desk import Desk
from serving.pages.forms import Form
from serving.pages.site import Source
from serving.plans.schemas import Code
from serving.questions.asking import question, questions
from serving.questions.schemas import AnswerOrder, QuestionOrder, QuestionsQuery, State
from serving.schemas import Closed

ABOUT = ("area_code", "strand", "plan_id", "audit_id", "run_id")
_LONGEST = 2000


class ListQuery(Closed):
    """Which questions the list shows; a blank one leaves all."""

    status: State | Literal[""] = ""
    area_code: str = Field("", max_length=200)
    strand: str = Field("", max_length=200)
    plan_id: str = Field("", max_length=200)
    limit: int = Field(50, ge=1, le=200)


class AboutQuery(Closed):
    """What a question is to be about."""

    area_code: Code | None = None
    strand: Code | None = None
    plan_id: Code | None = None
    audit_id: Code | None = None
    run_id: Code | None = None


def listed(desk: Desk, asking: Asking, query: ListQuery) -> Source:
    """Find questions, newest first."""
    said = {name: value for name, value in query.model_dump().items() if value}
    return Source(f"/v1/questions?{urlencode(said)}", questions(desk, asking, QuestionsQuery.model_validate(said)))


def one_question(desk: Desk, asking: Asking, question_id: str) -> Source:
    """Find one question.

    Raises:
        NoSuchRecordError: There is none of this name in sight.
    """
    return Source(f"/v1/questions/{question_id}", question(desk, asking, question_id))


def order_of(desk: Desk, form: Form) -> QuestionOrder:
    """Return what a form asks; an area may be given by its name.

    Raises:
        ValidationError: Something is lacking, or too long.
    """
    run = desk.shelf.current if desk.shelf.filled else None
    names: Mapping[str, str] = run.meta.get("names", {}) if run else {}
    known = {name.lower(): code for code, name in names.items()}
    about: dict[str, Any] = {name: form[name] or None for name in ABOUT}
    if form["area_code"] not in names:
        about["area_code"] = known.get(form["area_code"].lower(), form["area_code"]) or None
    return QuestionOrder.model_validate({**about, "text": form["text"]})


def answer_of(form: Form) -> AnswerOrder:
    """Return the answer of a form.

    Raises:
        ValidationError: There is none, or it is too long.
    """
    return AnswerOrder(text=form["text"], close=form["close"] != "no")


def faults_of(error: ValidationError, lacking: str) -> list[tuple[str, str]]:
    """Return the field of each error and what is wrong with it; `lacking` is said of words that are not there."""
    found = []
    for one in error.errors():
        name = str(one["loc"][-1]) if one["loc"] else ""
        long = one["type"] == "string_too_long"
        said = "This is too long" if long else "This cannot be used"
        limit = f": use at most {_LONGEST:,} characters." if long and name == "text" else "."
        found.append((name, lacking if name == "text" and not long else f"{said}{limit}"))
    return found
