"""Signing in, being turned away, and what every page bears."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from serving.access.caller import Role
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


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("pages") / "w"
    record_run(synthetic_workspace(root))
    with running_service(root, known=False) as client:
        yield Served(client, root)


@pytest.fixture
def client(served: Served) -> TestClient:
    served.client.cookies.clear()
    served.client.headers["Accept"] = "text/html"
    return served.client


def test_whoever_is_not_signed_in_is_led_to_where_one_signs_in_and_back(client: TestClient, served: Served) -> None:
    led = client.get("/week?strand=burglary", follow_redirects=False)
    assert (led.status_code, led.headers["location"]) == (303, "/sign-in?next=/week%3Fstrand%3Dburglary")
    page = shown(client, led.headers["location"])
    assert page.fields["next"] == "/week?strand=burglary"
    key = headers_for(served.root, Role.PLANNER)["Authorization"].removeprefix("Bearer ")
    back = client.post("/sign-in", data={"key": key, "next": page.fields["next"]}, follow_redirects=False)
    assert (back.status_code, back.headers["location"]) == (303, "/week?strand=burglary")


@pytest.mark.parametrize("next_address", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x"])
def test_signing_in_leads_to_no_other_site(client: TestClient, served: Served, next_address: str) -> None:
    key = headers_for(served.root, Role.PLANNER)["Authorization"].removeprefix("Bearer ")
    led = client.post("/sign-in", data={"key": key, "next": next_address}, follow_redirects=False)
    assert led.headers["location"] == "/week"


@pytest.mark.parametrize(
    ("key", "sentence"), [("", "Enter your key."), ("sck_a_b", "This key does not open anything.")]
)
def test_a_key_that_does_not_hold_is_told_beside_its_field(client: TestClient, key: str, sentence: str) -> None:
    answer = client.post("/sign-in", data={"key": key}, follow_redirects=False)
    assert answer.status_code == 422
    assert sentence in Page(answer.text).text
    assert "set-cookie" not in answer.headers
    assert '<a href="#key">' in answer.text


def test_a_form_of_another_site_signs_nobody_in(client: TestClient, served: Served) -> None:
    key = headers_for(served.root, Role.PLANNER)["Authorization"].removeprefix("Bearer ")
    answer = client.post("/sign-in", data={"key": key}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert not client.cookies


def test_the_cookie_is_out_of_reach_of_scripts_and_does_not_hold_the_key(client: TestClient, served: Served) -> None:
    headers = headers_for(served.root, Role.PLANNER)
    cookie = sign_in(client, headers).headers["set-cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert headers["Authorization"].rsplit("_", 1)[-1] not in cookie


def test_a_session_ends_with_its_key(client: TestClient, served: Served) -> None:
    sign_in(client, headers_for(served.root, Role.PLANNER))
    assert client.get("/week").status_code == 200
    client.cookies.set("strandcast", client.cookies["strandcast"][:-4] + "AAAA", domain="localhost.local")
    assert client.get("/week", follow_redirects=False).status_code == 303


def test_signing_out_needs_the_form_of_a_page_and_ends_the_session(client: TestClient, served: Served) -> None:
    sign_in(client, headers_for(served.root, Role.PLANNER))
    assert client.post("/sign-out", data={"form_token": "x" * 48}).status_code == 403
    left = sent(client, "/week", "/sign-out")
    assert (left.status_code, left.headers["location"]) == (303, "/sign-in")
    assert "Max-Age=0" in left.headers["set-cookie"]


def test_who_may_not_open_a_page_reads_so(client: TestClient, served: Served) -> None:
    sign_in(client, headers_for(served.root, Role.ADMIN))
    page = shown(client, "/week", 403)
    assert "You cannot open this" in page.text


def test_an_address_that_there_is_not_is_told_as_a_page_to_browsers_alone(client: TestClient) -> None:
    assert "There is no such page" in shown(client, "/nowhere", 404).text
    told = client.get("/nowhere", headers={"Accept": "application/json"})
    assert told.headers["content-type"] == "application/problem+json"
    assert client.get("/v1/nowhere").headers["content-type"] == "application/problem+json"


def test_a_page_says_that_data_are_made_up_where_they_come_from_and_as_what_it_is_recorded(
    client: TestClient, served: Served
) -> None:
    sign_in(client, headers_for(served.root, Role.PLANNER, Role.AUDITOR))
    page = shown(client, "/week")
    assert "SYNTHETIC" in page.text
    assert "Invented numbers." in page.text
    audit_ids = re.findall(r"\d{8}-[0-9a-f]{8}", page.text.partition("Recorded as ")[2])
    headers = {**headers_for(served.root, Role.AUDITOR), "Accept": "application/json"}
    recorded = client.get(f"/v1/audit/{audit_ids[1]}", headers=headers).json()
    assert recorded["details"]["page"] == "/week"
    assert recorded["details"]["url"].startswith("/v1/forecasts?level=area&strand=burglary&horizon=1")


def test_a_page_runs_and_draws_nothing_that_is_not_ours(client: TestClient, served: Served) -> None:
    sign_in(client, headers_for(served.root, Role.PLANNER))
    answer = client.get("/week")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    assert " style=" not in answer.text
    assert "<script>" not in answer.text
    assert "https://" not in answer.text


def test_every_page_has_a_policy_and_none_is_open_to_all_that_shows_what_is_recorded() -> None:
    pages = [policy for policy in POLICIES.all if policy.page]
    entry = {"/sign-in", "/sign-in/account", "/sign-in/answer", "/static/{mark}/{name}", "/help"}
    assert {policy.template for policy in pages if policy.anybody} <= entry
    assert not [policy for policy in pages if policy.template.startswith("/v1")]


def test_opening_pages_before_signing_in_neither_counts_as_a_failure_nor_fills_the_record(
    client: TestClient, served: Served
) -> None:
    def recorded() -> str:
        headers = {**headers_for(served.root, Role.AUDITOR), "Accept": "application/json"}
        newest = client.get("/v1/audit?limit=1&operation=consultation&outcome=refused", headers=headers).json()
        return str([event["audit_id"] for event in newest["events"]])

    before = recorded()
    assert {client.get("/week", follow_redirects=False).status_code for _ in range(15)} == {303}
    assert recorded() == before
