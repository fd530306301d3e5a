"""The pages of models say what the API says of them, in a SYNTHETIC place."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from ledger.files import FileStore
from ledger.ledger import Ledger
from models.books import Books
from models.kinds import CHAMPION
from models.monitoring.act import look
from models.monitoring.thresholds import load_thresholds
from models.registry import load
from serving.access.caller import Role
from serving.service import POLICIES
from tests.support import promotions
from tests.support.forecast_runs import synthetic_workspace
from tests.support.keys import headers_for
from tests.support.ledgers import TickingClock
from tests.support.pages import Page, shown, sign_in
from tests.support.services import running_service
from training.promote import Registry
from training.record import Untracked

PAGES = {
    "/models": ("/v1/models", "/v1/champions", "/v1/gate-decisions", "/v1/monitoring"),
    "/models/{id}": ("/v1/models/{id}", "/v1/gate-decisions/{id}", "/v1/monitoring/{id}"),
    "/models/gate-decisions/{id}": ("/v1/gate-decisions/{id}",),
    "/models/monitoring/{id}": ("/v1/monitoring/{id}",),
}


class Served:
    """A running service with a champion, a model that the gate refused, and a look at the champion."""

    def __init__(self, client: TestClient, root: Path, champion: str, refused: str) -> None:
        self.client = client
        self.root = root
        self.champion = champion
        self.refused = refused
        self.key = headers_for(root)

    def said(self, address: str) -> dict[str, Any]:
        """Return what the API answers."""
        answer = self.client.get(address, headers={**self.key, "Accept": "application/json"})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    workspace = synthetic_workspace(tmp_path_factory.mktemp("models") / "w")
    knowledge = promotions.place()
    promotions.thresholds(workspace.root)
    with Ledger.open(workspace.database_url, TickingClock()) as ledger:
        files = FileStore(workspace.root)
        registry = Registry(ledger, files, Untracked(), "ann")
        champion = promotions.trained(registry, knowledge, "shrunken")
        assert promotions.asked(registry, knowledge).promoted
        refused = promotions.trained(registry, knowledge, "last")
        assert not promotions.asked(registry, knowledge).promoted
        books = Books(ledger, files, "ann")
        asked = load_thresholds(workspace.root / "monitor.toml")
        seen = load(ledger, files, CHAMPION)
        look(knowledge, seen, asked, as_of=None, act=False, marks=["SYNTHETIC"], books=books)
    with running_service(workspace.root, known=False) as client:
        yield Served(client, workspace.root, champion, refused)


@pytest.fixture
def client(served: Served) -> TestClient:
    served.client.cookies.clear()
    sign_in(served.client, headers_for(served.root, Role.PLANNER))
    return served.client


def test_the_page_of_all_names_models_acts_decisions_and_looks(client: TestClient, served: Served) -> None:
    page = shown(client, "/models")
    looks = served.said("/v1/monitoring")["rows"]
    decisions = served.said("/v1/gate-decisions")["rows"]
    assert [row["model_version"] for row in looks] == [served.champion]
    wanted = {
        *(f"/models/{version}" for version in (served.champion, served.refused)),
        *(f"/models/gate-decisions/{row['name']}" for row in decisions),
        *(f"/models/monitoring/{row['name']}" for row in looks),
    }
    assert wanted <= set(page.links)
    for act in served.said("/v1/champions")["acts"]:
        assert act["decided_as"] in page.text


def test_the_card_of_a_model_bears_the_apis_numbers(client: TestClient, served: Served) -> None:
    page = shown(client, f"/models/{served.champion}")
    model = served.said(f"/v1/models/{served.champion}")
    names = ("crps", "poisson_deviance", "pinball", "bias", "pai_5")
    told = {row[name] for row in model["measures"] for name in names if row.get(name) is not None}
    assert told
    assert told <= set(page.numbers)
    gate = served.said(f"/v1/gate-decisions/{model['acts'][-1]['evidence']}")["evidence"]
    assert {one["value"] for one in gate["checks"] if one["value"] is not None} <= set(page.numbers)
    assert {found["crps"] for found in gate["methods"].values()} <= set(page.numbers)
    assert "This model is in use." in page.text
    assert "not for anything about a person" in page.text
    assert {"checks", "methods", "measures", "verdicts", "facts"} <= set(page.ids)


def test_a_refused_model_says_what_stood_in_its_way(client: TestClient, served: Served) -> None:
    page = shown(client, f"/models/{served.refused}")
    assert "verdict: refused" in page.text
    assert "failed" in page.text
    assert "Monitoring has not looked at it yet." in page.text


def test_a_look_is_told_with_its_limits(client: TestClient, served: Served) -> None:
    name = served.said("/v1/monitoring?limit=1")["rows"][0]["name"]
    found = served.said(f"/v1/monitoring/{name}")["found"]
    page = shown(client, f"/models/monitoring/{name}")
    values = {verdict[part] for verdict in found["verdicts"] for part in ("value", "low") if verdict[part] is not None}
    assert values <= set(page.numbers)
    for verdict in found["verdicts"]:
        assert " ".join(verdict["evidence"].split()) in page.text


def test_what_there_is_not_is_told_on_a_page(client: TestClient) -> None:
    for address in ("/models/none", "/models/gate-decisions/none", "/models/monitoring/none"):
        shown(client, address, 404)


def test_the_model_in_use_has_an_address_of_its_own(client: TestClient, served: Served) -> None:
    assert served.champion in shown(client, "/models/champion").text


def test_pages_draw_without_styles_in_their_text(client: TestClient, served: Served) -> None:
    text = client.get(f"/models/{served.champion}").text
    assert '<svg class="chart"' in text
    assert " style=" not in text
    Page(text)


def test_every_page_is_for_those_whom_the_api_answers() -> None:
    for template, sources in PAGES.items():
        policy = POLICIES.find("GET", template.replace("{id}", "x"))
        assert policy is not None
        for source in sources:
            told = POLICIES.find("GET", source.replace("{id}", "x"))
            assert told is not None
            assert policy.roles == told.roles
