"""Signing in with an organisation's account, at an issuer on this machine."""

import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from starlette.testclient import TestClient

from features.workspace import SETTINGS
from tests.support.forecast_runs import record_run, synthetic_workspace
from tests.support.issuer import LocalIssuer, local_issuer
from tests.support.pages import Page, shown
from tests.support.services import running_service


@pytest.fixture(scope="module")
def issuer() -> Iterator[LocalIssuer]:
    with local_issuer() as running:
        running.add("one")
        yield running


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, issuer: LocalIssuer) -> Iterator[TestClient]:
    root = tmp_path_factory.mktemp("account") / "w"
    record_run(synthetic_workspace(root))
    file = Path(root / SETTINGS)
    oidc = f'issuer = "{issuer.address}"\naudience = "strandcast"\nclient_id = "pages"\n'
    roles = '[access.oidc.roles]\nsc-plan = "planner"\n'
    file.write_text(f"{file.read_text('utf-8')}\n[access.oidc]\n{oidc}{roles}", "utf-8")
    with running_service(root, known=False) as client:
        client.headers["Accept"] = "text/html"
        yield client


@pytest.fixture
def client(service: TestClient) -> TestClient:
    service.cookies.clear()
    return service


def token_of(issuer: LocalIssuer, **changed: object) -> str:
    now = int(time.time())
    claims = {
        "iss": issuer.address,
        "aud": "strandcast",
        "sub": "Pat",
        "iat": now,
        "exp": now + 600,
        "roles": ["sc-plan"],
    }
    return issuer.token("one", {**claims, **changed})


def sent_away(client: TestClient, wanted: str = "/week") -> str:
    """Begin to sign in, and return the address that the browser is sent to."""
    assert f"/sign-in/account?next={wanted}" in shown(client, f"/sign-in?next={wanted}").links
    away = client.get(f"/sign-in/account?next={wanted}", follow_redirects=False)
    assert away.status_code == 303
    return str(away.headers["location"])


def test_who_signs_in_with_an_account_comes_back_to_the_page_that_they_wanted(
    client: TestClient, issuer: LocalIssuer
) -> None:
    away = sent_away(client)
    asked = dict(parse_qsl(urlsplit(away).query))
    assert away.startswith(f"{issuer.address}/authorize?")
    assert (asked["client_id"], asked["redirect_uri"]) == ("pages", "http://localhost/sign-in/answer")
    state, code = issuer.agree(away, token_of(issuer))
    back = client.get(f"/sign-in/answer?state={state}&code={code}", follow_redirects=False)
    assert (back.status_code, back.headers["location"]) == (303, "/week")
    assert "Signed in as Pat" in shown(client, "/week").text


def test_a_code_that_another_browser_was_given_signs_nobody_in(client: TestClient, issuer: LocalIssuer) -> None:
    state, code = issuer.agree(sent_away(client), token_of(issuer))
    client.cookies.clear()
    answer = client.get(f"/sign-in/answer?state={state}&code={code}")
    assert answer.status_code == 422
    assert "was not begun in this browser" in Page(answer.text).text


def test_a_state_that_is_not_ours_signs_nobody_in(client: TestClient, issuer: LocalIssuer) -> None:
    _, code = issuer.agree(sent_away(client), token_of(issuer))
    assert client.get(f"/sign-in/answer?state=x&code={code}").status_code == 422


def test_a_code_is_worth_something_once(client: TestClient, issuer: LocalIssuer) -> None:
    state, code = issuer.agree(sent_away(client), token_of(issuer))
    first, second = (client.get(f"/sign-in/answer?state={state}&code={code}", follow_redirects=False) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 422)
    assert "did not confirm" in Page(second.text).text


@pytest.mark.parametrize("changed", [{"aud": "another"}, {"exp": 1}, {"roles": ["nothing-here"]}])
def test_a_token_that_the_api_would_not_take_opens_no_page(
    client: TestClient, issuer: LocalIssuer, changed: dict[str, object]
) -> None:
    state, code = issuer.agree(sent_away(client), token_of(issuer, **changed))
    answer = client.get(f"/sign-in/answer?state={state}&code={code}")
    assert answer.status_code == 422
    assert client.get("/week", follow_redirects=False).status_code == 303
