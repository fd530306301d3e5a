"""Questions over HTTP and at the command line: asked by name, answered by somebody else, closed by an answer alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from starlette.testclient import TestClient

from ledger.events import Draft
from ledger.files import FileStore
from serving.access.caller import Role, Scope
from serving.questions.schemas import QuestionAnswer, Questions
from tests.support.cycle import command
from tests.support.forecast_runs import record_run, synthetic_workspace
from tests.support.keys import headers_for
from tests.support.ledgers import open_ledger
from tests.support.services import running_service


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("questions") / "w"
    record_run(synthetic_workspace(folder), areas=4)
    return folder


@pytest.fixture(scope="module")
def client(root: Path) -> Iterator[TestClient]:
    with running_service(root) as client:
        yield client


@pytest.fixture(scope="module")
def partner(root: Path) -> dict[str, str]:
    """Return the headers of a partner who sees one district, which is two of the areas."""
    scope = Scope(areas=frozenset({"D1"}), owners=frozenset({"charity"}))
    return headers_for(root, Role.PARTNER, name="Shelter", scope=scope)


@pytest.fixture(scope="module")
def auditor(root: Path) -> dict[str, str]:
    return headers_for(root, Role.AUDITOR, name="Ida")


def shaped(model: type[BaseModel], response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    assert response.headers["audit-id"] == response.json()["audit_id"]
    return model.model_validate_json(response.content)


def asked(client: TestClient, headers: dict[str, str] | None = None, **order: Any) -> Any:
    return shaped(QuestionAnswer, client.post("/v1/questions", json={"text": "Why?", **order}, headers=headers), 201)


def draft_of(root: Path, audit_id: str) -> Draft:
    with open_ledger(root) as ledger:
        return ledger.event(audit_id).draft


def test_a_question_is_closed_by_an_answer_of_somebody_else_alone(
    client: TestClient, root: Path, auditor: dict[str, str]
) -> None:
    made = asked(client, area_code="A0001", text="  Why no   hours here? ")
    assert (made.status, made.asked_by, made.text) == ("open", "Ann", "Why no hours here?")
    assert made.about.run_id == client.get("/v1/periods").json()["run_id"]
    assert (draft_of(root, made.audit_id).operation, made.asked_as) == ("collection", made.audit_id)
    where = f"/v1/questions/{made.question_id}/answers"
    assert client.post(where, json={"text": "I say so."}).status_code == 403
    more = shaped(QuestionAnswer, client.post(where, json={"text": "Soon.", "close": False}, headers=auditor), 201)
    assert (more.status, len(more.answers)) == ("open", 1)
    key = {**auditor, "Idempotency-Key": "answer-1"}
    first = client.post(where, json={"text": "Little is recorded."}, headers=key)
    closed = shaped(QuestionAnswer, first, 201)
    assert client.post(where, json={"text": "Little is recorded."}, headers=key).content == first.content
    assert (closed.status, [one.closes for one in closed.answers]) == ("closed", [False, True])
    assert draft_of(root, closed.audit_id).actor == closed.answers[-1].answered_by == "Ida"
    assert client.post(where, json={"text": "And more."}, headers=auditor).status_code == 409
    shown = shaped(QuestionAnswer, client.get(f"/v1/questions/{made.question_id}"))
    assert shown.model_copy(update={"audit_id": closed.audit_id}) == closed
    with open_ledger(root) as ledger:
        assert ledger.verify(FileStore(root)).ok


def test_a_question_is_about_something_that_is_recorded(client: TestClient) -> None:
    row = client.get("/v1/forecasts", params={"limit": 1})
    assert asked(client, audit_id=row.headers["audit-id"]).about.audit_id == row.headers["audit-id"]
    wrong: tuple[dict[str, Any], ...] = (
        {"plan_id": "none"},
        {"run_id": "none"},
        {"audit_id": "00000001-00000000"},
        {"area_code": "none"},
        {"strand": "none"},
        {"text": "  "},
    )
    for order in wrong:
        assert client.post("/v1/questions", json={"text": "Why?", **order}).status_code == 422, order


def test_a_question_may_be_about_a_district(client: TestClient, root: Path) -> None:
    scope = Scope(areas=frozenset({"D1"}), owners=frozenset({"charity"}))
    other = headers_for(root, Role.PARTNER, name="Refuge", scope=scope)
    assert asked(client, area_code="D0").about.area_code == "D0"
    assert asked(client, other, area_code="D1").about.area_code == "D1"
    refused = client.post("/v1/questions", json={"text": "Why?", "area_code": "D0"}, headers=other)
    assert refused.status_code == 403


def test_questions_are_found_by_what_they_are_about(client: TestClient, auditor: dict[str, str]) -> None:
    first, second = (asked(client, area_code="A0002", strand="burglary", text=text) for text in ("One?", "Two?"))
    client.post(f"/v1/questions/{first.question_id}/answers", json={"text": "Yes."}, headers=auditor)
    where = {"area_code": "A0002", "strand": "burglary"}
    found = shaped(Questions, client.get("/v1/questions", params=where))
    assert [one.question_id for one in found.questions] == [second.question_id, first.question_id]
    for status, expected in (("open", second), ("closed", first)):
        page = shaped(Questions, client.get("/v1/questions", params={**where, "status": status}))
        assert [one.question_id for one in page.questions] == [expected.question_id]
    page = shaped(Questions, client.get("/v1/questions", params={**where, "limit": 1}))
    assert (len(page.questions), page.total) == (1, 2)


def test_a_partner_asks_within_its_scope_and_sees_its_own_alone(
    client: TestClient, root: Path, partner: dict[str, str]
) -> None:
    others = asked(client, area_code="A0001", text="Not theirs?")
    made = asked(client, partner, area_code="A0001", text="Ours?")
    for order in ({"area_code": "A0000"}, {}, {"area_code": "A0001", "audit_id": made.audit_id}):
        assert client.post("/v1/questions", json={"text": "Why?", **order}, headers=partner).status_code == 403
    seen = client.get("/v1/questions", headers=partner)
    assert [one.question_id for one in shaped(Questions, seen).questions] == [made.question_id]
    given = draft_of(root, seen.headers["audit-id"])
    assert (given.operation, given.recipient) == ("disclosure", "Shelter")
    assert client.get(f"/v1/questions/{others.question_id}", headers=partner).status_code == 404
    answers = f"/v1/questions/{made.question_id}/answers"
    assert client.post(answers, json={"text": "Yes."}, headers=partner).status_code == 403
    lost = headers_for(root, Role.PARTNER, name="Lost", scope=Scope(feeds=frozenset({"stats19"})))
    assert client.post("/v1/questions", json={"text": "Why?", "area_code": "A0001"}, headers=lost).status_code == 403


def test_whoever_sees_some_areas_answers_questions_about_these(client: TestClient, root: Path) -> None:
    near, far = (asked(client, area_code=code) for code in ("A0001", "A0000"))
    mine = headers_for(root, Role.PLANNER, name="Dee", scope=Scope(areas=frozenset({"D1"})))
    seen = {one.question_id for one in shaped(Questions, client.get("/v1/questions", headers=mine)).questions}
    assert near.question_id in seen
    assert far.question_id not in seen
    for one, status in ((near, 201), (far, 404)):
        where = f"/v1/questions/{one.question_id}/answers"
        assert client.post(where, json={"text": "Yes."}, headers=mine).status_code == status


def test_questions_are_asked_and_answered_at_the_command_line(
    client: TestClient, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call, run_id = command(root, capsys), client.get("/v1/periods").json()["run_id"]
    about = ("--run", run_id, "--area", "A0003")
    made = call("questions", "ask", *about, "--text", "Why here?", "--by", "Eve")
    name = made["question_id"]
    own = call("questions", "answer", name, "--text", "So.", "--by", " EVE ", expected=2)
    assert "was made by whoever would answer it" in own["error"]
    kept = call("questions", "answer", name, "--text", "Soon.", "--by", "Flo", "--keep-open")
    assert kept["status"] == "open"
    assert call("questions", "answer", name, "--text", "So.", "--by", "Flo")["status"] == "closed"
    found = call("questions", "list", "--area", "A0003")["questions"]
    assert [(one["question_id"], one["status"], len(one["answers"])) for one in found] == [(name, "closed", 2)]
    assert client.get(f"/v1/questions/{name}").json()["asked_by"] == "Eve"
    assert call("questions", "list", "--area", "A0003", "--status", "open")["questions"] == []
    assert "about nothing" in call("questions", "ask", "--text", "Why?", "--by", "Eve", expected=2)["error"]
