"""Each route says who may ask; the documentation says the same, and so does each answer."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import APIRouter
from starlette.testclient import TestClient

from serving.access.caller import Role, Scope
from serving.access.matrix import admitted, matrix, routes_in
from serving.access.policy import policies_of
from serving.service import POLICIES, present_description
from tests.support.forecast_runs import record_run, synthetic_workspace
from tests.support.keys import headers_for
from tests.support.matrix import documented
from tests.support.services import running_service

ROUTES = routes_in(present_description())
OWN = {Role.PARTNER: Scope(owners=frozenset({"council"}))}


class Service:
    """A running service, and a key for each role."""

    def __init__(self, client: TestClient, root: Path) -> None:
        self.client = client
        self.keys = {role: headers_for(root, role, name=role, scope=OWN.get(role)) for role in Role}

    def asked(self, method: str, path: str, role: Role | None) -> int:
        """Ask for a route with nothing that it could use, and return the status."""
        headers = {} if role is None else dict(self.keys[role])
        # Of no media type that is taken: whoever may ask gets so far and no further, and nothing is done.
        body = None if method == "GET" else b"x"
        given = headers if method == "GET" else {**headers, "Content-Type": "text/plain"}
        plain = path.replace("{", "").replace("}", "")
        return int(self.client.request(method, plain, headers=given, content=body).status_code)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    root = tmp_path_factory.mktemp("roles") / "w"
    record_run(synthetic_workspace(root))
    with running_service(root, known=False) as client:
        yield Service(client, root)


def test_the_documentation_has_the_table_of_roles_and_routes() -> None:
    assert documented() == matrix(present_description()), "run python -m tests.support.matrix"


def test_every_route_is_described_with_who_may_ask() -> None:
    described = {(method, path): admitted(operation) for method, path, operation in ROUTES}
    own = {(policy.method, policy.template): policy.roles for policy in POLICIES.all if not policy.page}
    assert described == own


def test_a_route_that_declares_nobody_does_not_start() -> None:
    router = APIRouter()

    @router.get("/v1/secrets")
    def get_secrets() -> None: ...

    with pytest.raises(ValueError, match="the route /v1/secrets declares no operation and no role"):
        policies_of(router.routes)


@pytest.mark.parametrize(
    ("method", "path", "operation"), ROUTES, ids=lambda part: part if isinstance(part, str) else ""
)
def test_a_route_answers_the_roles_that_it_declares_and_no_others(
    service: Service, method: str, path: str, operation: dict[str, object]
) -> None:
    unknown = service.asked(method, path, None)
    if not operation["security"]:
        assert unknown == 200
        return
    assert unknown in (401, 429)
    answers = {role: service.asked(method, path, role) for role in Role}
    assert {role for role, status in answers.items() if status == 403} == set(Role) - admitted(operation)
    assert not {401, 429} & set(answers.values())
