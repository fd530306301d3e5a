"""Every route, asked by nobody, by a partner and by the public: as declared, and with nothing that is not theirs.

The routes come from the description, so one that is added is asked too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from features.workspace import SETTINGS
from ledger.files import FileStore
from models.allocation.decisions import answers, decide
from models.books import Books
from serving.access.caller import Role, Scope
from serving.access.matrix import admitted, routes_in
from serving.jobs.job import Problem
from serving.service import present_description
from tests.support.decided import drafted
from tests.support.forecast_runs import record_run, synthetic_workspace
from tests.support.jobs import ask, opened
from tests.support.keys import headers_for
from tests.support.services import running_service

ROUTES = routes_in(present_description())
CALLERS = {"nobody": Role.PUBLIC, "partner": Role.PARTNER, "public": Role.PUBLIC}
BODIES: Mapping[str, dict[str, Any]] = {
    "/v1/plans": {"total_hours": 1},
    "/v1/plans/{id}/edit": {"cells": [], "reason": "x"},
    "/v1/plans/{id}/reject": {"reason": "x"},
    "/v1/tasks/{id}/decline": {"reason": "x"},
}


@dataclass(frozen=True)
class House:
    """A service with something of everything.

    Attributes:
        client: Asks it; without a key of its own.
        headers: By caller.
        names: By the second word of a path, a name that the service knows.
        hidden: By caller, words that no answer to them may hold.
    """

    client: TestClient
    headers: Mapping[str, Mapping[str, str]]
    names: Mapping[str, str]
    hidden: Mapping[str, tuple[str, ...]]

    def asked(self, caller: str, method: str, template: str, **query: str) -> Any:
        """Ask for a route as far as what is known reaches."""
        words = template.split("/")
        name = self.names.get(words[2], "nothing") if "{" in template else ""
        path = "/".join(name if word.startswith("{") else word for word in words)
        if template.endswith("/compare"):
            query["other"] = name
        body = None if method == "GET" else BODIES.get(template, {})
        # An answer may repeat what was asked for.
        told = self.client.request(method, path, params=query, json=body, headers=self.headers[caller])
        text = f"{dict(told.headers)}{told.text}".replace(name, "") if name else f"{dict(told.headers)}{told.text}"
        return told.status_code, text


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which whoever brings nothing is the public, and may fail as often as there are routes."""
    folder = tmp_path_factory.mktemp("sight") / "w"
    record_run(synthetic_workspace(folder))
    file = folder / SETTINGS
    said = file.read_text("utf-8").replace("open_to_public = false", "open_to_public = true")
    file.write_text(said.replace("failed_attempts = 10", "failed_attempts = 1000"), "utf-8")
    return folder


@pytest.fixture(scope="module")
def house(root: Path) -> Iterator[House]:
    queue = opened(root)
    with queue.ledger as ledger:
        books = Books(ledger, FileStore(root), "desk")
        plan = drafted(books)
        issued = decide.issue(books, plan, by="Ann Smith", reason="as agreed")
        tasks = {one.task.task_id: one.task.owner for one in answers.asked_of(books)}
        job = ask(queue, 1, caller="Ann Smith")
        queue.end(job, "cancelled", Problem(409, "cancelled."), "Ann Smith")
    council = Scope(owners=frozenset({"council"}))
    headers = {
        "nobody": {},
        "partner": headers_for(root, Role.PARTNER, name="council", scope=council),
        "public": headers_for(root, Role.PUBLIC, name="reader"),
        "planner": headers_for(root, Role.PLANNER, name="Ann Smith"),
        "auditor": headers_for(root, Role.AUDITOR, name="Cy"),
    }
    with running_service(root, known=False) as client:
        row = client.get("/v1/forecasts", params={"limit": 1}, headers=headers["planner"]).json()["rows"][0]
        names = {
            "plans": plan,
            "explanations": str(row["forecast_id"]),
            "audit": issued.audit_id,
            "jobs": job.job_id,
            "models": "synthetic-1",
            "tasks": next(name for name, owner in tasks.items() if owner == "police"),
            "published": "counts",
        }
        others = tuple(name for name, owner in tasks.items() if owner != "council")
        own = tuple(name for name, owner in tasks.items() if owner == "council")
        nobodys = ("A0000", str(row["forecast_id"]), "synthetic-1", "as agreed", "Foot patrol", job.job_id, *others)
        everybody_elses = (*nobodys, *own, plan, issued.audit_id, "Ann Smith", "Quay")
        hidden = {"nobody": everybody_elses, "public": everybody_elses, "partner": nobodys}
        yield House(client, headers, names, hidden)


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize(
    ("method", "template", "operation"), ROUTES, ids=lambda one: one if isinstance(one, str) else ""
)
def test_a_route_tells_a_caller_what_it_declares_and_nothing_of_others(
    house: House, method: str, template: str, operation: Mapping[str, Any], caller: str
) -> None:
    for query in ({}, {"format": "csv"}):
        status, text = house.asked(caller, method, template, **query)
        assert str(status) in operation["responses"]
        if CALLERS[caller] in admitted(operation):
            assert status not in (401, 403, 429, 500)
        else:
            assert status == (401 if caller == "nobody" else 403)
        assert [word for word in house.hidden[caller] if word in text] == []


def test_a_partner_is_told_of_its_own(house: House) -> None:
    status, text = house.asked("partner", "GET", "/v1/tasks")
    assert status == 200
    assert "Wardens" in text


def test_what_is_hidden_is_there_for_whoever_may_see_it(house: House) -> None:
    routes = [template for method, template, _ in ROUTES if method == "GET"]
    seen = "".join(house.asked(caller, "GET", template)[1] for caller in ("planner", "auditor") for template in routes)
    assert [word for words in house.hidden.values() for word in words if word not in seen] == []
