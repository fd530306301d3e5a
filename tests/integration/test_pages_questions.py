"""Questions as pages: somebody challenges a recommendation, somebody else answers, and an answer alone closes it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from serving.access.caller import Role, Scope
from serving.service import POLICIES
from tests.support.forecast_runs import record_run, synthetic_workspace
from tests.support.keys import headers_for
from tests.support.pages import Page, sent, shown, sign_in
from tests.support.services import running_service


class Served:
    """A running service and its workspace."""

    def __init__(self, client: TestClient, root: Path) -> None:
        self.client = client
        self.root = root

    def enter(self, role: Role, name: str, scope: Scope | None = None) -> TestClient:
        """Sign somebody in in place of whoever was."""
        self.client.cookies.clear()
        scoped = {} if scope is None else {"scope": scope}
        sign_in(self.client, headers_for(self.root, role, name=name, **scoped))
        return self.client


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("questions") / "w"
    record_run(synthetic_workspace(root), areas=4)
    with running_service(root, known=False) as client:
        yield Served(client, root)


def asked(client: TestClient, text: str, **about: str) -> str:
    answer = sent(client, "/questions/new", "/questions", text=text, **about)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_a_challenge_leads_from_the_area_to_an_answer_by_somebody_else(served: Served) -> None:
    client = served.enter(Role.PLANNER, "Pia")
    challenge = next(link for link in shown(client, "/areas/A0001?strand=robbery").links if "/questions/new" in link)
    form = shown(client, challenge).fields
    assert (form["area_code"], form["strand"]) == ("A0001", "robbery")
    made = client.post("/questions", data={**form, "text": "Why so many?"}, follow_redirects=False)
    place = made.headers["location"]
    again = client.post("/questions", data={**form, "text": "Why so many?"}, follow_redirects=False)
    assert again.headers["location"] == place
    own = shown(client, place)
    assert "Why so many?" in own.text
    assert "Somebody else has to answer it" in own.text
    assert "text" not in own.fields
    client = served.enter(Role.AUDITOR, "Ida")
    first = sent(client, place, f"{place}/answers", text="We look into it.", close="no")
    assert first.headers["location"] == f"{place}#answers"
    assert "Open" in shown(client, place).text
    sent(client, place, f"{place}/answers", text="A holiday.", close="yes")
    closed = shown(client, place)
    assert "This answer closed the question" in closed.text
    assert "text" not in closed.fields
    assert place in shown(client, "/questions?status=closed&area_code=A0001").links
    assert place not in shown(client, "/questions?status=open").links
    assert place in shown(client, "/areas/A0001").links


def test_an_area_may_be_given_by_its_name(served: Served) -> None:
    client = served.enter(Role.PLANNER, "Pia")
    assert "A0002" in shown(client, asked(client, "Why?", area_code="a0002")).text


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("text", {"text": "  "}),
        ("text", {"text": "x" * 2001}),
        ("area_code", {"text": "Why?", "area_code": "none-such"}),
        ("strand", {"text": "Why?", "strand": "none-such"}),
        ("plan_id", {"text": "Why?", "plan_id": "none-such"}),
        ("audit_id", {"text": "Why?", "audit_id": "00000001-00000000"}),
    ],
)
def test_what_cannot_be_asked_is_told_beside_its_field_with_what_was_typed(
    served: Served, field: str, fields: dict[str, str]
) -> None:
    client = served.enter(Role.PLANNER, "Pia")
    answer = sent(client, "/questions/new", "/questions", **fields)
    page = Page(answer.text)
    assert answer.status_code == 422
    assert f"#{field}" in page.links
    assert f"{field}-fault" in page.ids
    assert page.fields.get("area_code") == fields.get("area_code", "")


def test_no_answer_is_none_and_nobody_answers_what_they_asked(served: Served) -> None:
    client = served.enter(Role.PLANNER, "Pia")
    place = asked(client, "Why?")
    refused = sent(client, place, f"{place}/answers", text="Because.")
    assert refused.status_code == 403
    client = served.enter(Role.AUDITOR, "Ida")
    lacking = sent(client, place, f"{place}/answers", text=" ")
    assert lacking.status_code == 422
    assert "Write your answer." in lacking.text
    sent(client, place, f"{place}/answers", text="So.", close="yes")
    late = sent(client, place, f"{place}/answers", text="More.", close="yes")
    assert late.status_code == 409
    assert "is closed" in late.text


def test_a_partner_asks_within_its_scope_and_sees_its_own_alone(served: Served) -> None:
    others = asked(served.enter(Role.PLANNER, "Pia"), "Not theirs?", area_code="A0001")
    scope = Scope(areas=frozenset({"D1"}), owners=frozenset({"charity"}))
    client = served.enter(Role.PARTNER, "Shelter", scope)
    own = asked(client, "Ours?", area_code="A0001")
    links = shown(client, "/questions").links
    assert own in links
    assert others not in links
    shown(client, others, 404)
    assert "text" not in shown(client, own).fields
    assert sent(client, "/questions/new", "/questions", text="Why?", area_code="A0000").status_code == 403
    assert sent(client, own, f"{own}/answers", text="So.").status_code == 403


def test_a_form_of_another_page_asks_nothing(served: Served) -> None:
    client = served.enter(Role.PLANNER, "Pia")
    assert client.post("/questions", data={"text": "Why?", "form_token": "x" * 48}).status_code == 403


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/questions"),
        ("GET", "/questions/{id}"),
        ("POST", "/questions"),
        ("POST", "/questions/{id}/answers"),
    ],
)
def test_pages_are_for_whom_the_api_answers(method: str, path: str) -> None:
    page, route = POLICIES.find(method, path), POLICIES.find(method, f"/v1{path}")
    assert page is not None
    assert route is not None
    assert (page.roles, page.operation) == (route.roles, route.operation)
