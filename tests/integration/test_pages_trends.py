"""The pages of trends and of the public summary say what the API says, and nothing where it says nothing."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from ledger.artefacts import Artefact
from ledger.events import Draft
from ledger.files import FileStore
from models.disclosure.published import KIND, SCHEMA
from models.kinds import TRENDS
from models.trends.kept import trends_document
from serving.access.caller import Role
from serving.access.policy import Policy
from serving.service import POLICIES
from tests.support import panels
from tests.support.forecast_runs import record_run, synthetic_workspace
from tests.support.keys import headers_for
from tests.support.ledgers import open_ledger
from tests.support.pages import shown, sign_in
from tests.support.services import running_service

# Page -> route of the API that it is made of.
MADE_OF = {"/week": "/v1/forecasts", "/trends": "/v1/trends", "/summary": "/v1/published"}
COUNTS = [
    ["2023-06-26", "2023-07-02", "force", "Essex", "burglary", 5, 240],
    ["2024-06-24", "2024-06-30", "district", "Harlow", "burglary", 5, None],
    ["2024-06-24", "2024-06-30", "force", "Essex", "burglary", 5, 265],
]
EXPECTED = [["2024-07-01", "2024-07-07", "force", "Essex", "burglary", 5, 255]]


class Served:
    """A running service and its workspace."""

    def __init__(self, client: TestClient, root: Path) -> None:
        self.client = client
        self.root = root

    def signed_in(self, role: Role) -> TestClient:
        """Return the client, signed in with a key of a role."""
        self.client.cookies.clear()
        sign_in(self.client, headers_for(self.root, role))
        return self.client


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    record_run(synthetic_workspace(tmp_path / "w"))
    with running_service(tmp_path / "w", known=False) as client:
        yield Served(client, tmp_path / "w")


def record(root: Path, kind: str, document: object, meta: dict[str, object]) -> None:
    stored = FileStore(root).put(json.dumps(document).encode(), kind, ".json")
    with open_ledger(root) as ledger:
        artefact = Artefact.of(kind, "made-up", stored, meta)  # type: ignore[arg-type]
        ledger.append(Draft("combination", f"{kind}/made-up", "test"), artefacts=[artefact])


def test_trends_are_the_apis_and_a_step_in_recording_stands_beside_them(served: Served) -> None:
    client = served.signed_in(Role.PLANNER)
    assert "No trends have been computed yet" in shown(client, "/trends").text
    panel = panels.panel(150, 20, districts=2)
    panel.counts.setflags(write=True)
    panel.counts[120:, :, 0] *= 2
    record(served.root, TRENDS, trends_document(panel), {})
    asked = {**headers_for(served.root), "Accept": "application/json"}
    rates = client.get("/v1/trends?place=force", headers=asked).json()["rates"]
    page = shown(client, "/trends")
    told = [rate[part] for rate in rates for part in ("before", "now", "rate", "low", "high")]
    assert page.numbers == told
    assert page.text.count("that nobody has declared") == 2  # of the strand, and of all together
    by_place = shown(client, "/trends?by=district&strand=strand+1")
    assert "D0" in by_place.text
    assert by_place.text.count("no change known") == 3


def test_the_summary_shows_published_numbers_alone_and_says_where_one_is_not_shown(served: Served) -> None:
    client = served.signed_in(Role.PUBLIC)
    assert "Nothing has been published yet" in shown(client, "/summary").text
    tables = {"counts": COUNTS, "expected": EXPECTED, "reasons": [], "hours": []}
    rules = {"round_to": 5, "minimum_count": 5}
    terms = {"as_of": "2024-07-01", "marks": ["Invented numbers."], "rules": rules, "minimum": {}}
    record(served.root, KIND, {"schema": SCHEMA, "terms": terms, "tables": tables}, {})
    page = shown(client, "/summary")
    assert set(page.numbers) == {265, 240, 255, 5}
    assert "about 265 incidents were recorded; a year before, about 240" in page.text
    assert "Lock doors and windows" in page.text
    hidden = shown(client, "/summary?place=Harlow")
    assert "the number of recorded incidents is not shown" in hidden.text
    assert set(hidden.numbers) == {5}
    assert "That cannot be used" in shown(client, "/summary?place=Atlantis", 422).text


@pytest.mark.parametrize("address", MADE_OF)
def test_a_page_is_for_those_whom_the_api_answers(address: str) -> None:
    found = POLICIES.find("GET", address)
    api = POLICIES.find("GET", MADE_OF[address])
    assert isinstance(found, Policy)
    assert isinstance(api, Policy)
    assert (found.roles, found.operation, found.anybody) == (api.roles, api.operation, api.anybody)
