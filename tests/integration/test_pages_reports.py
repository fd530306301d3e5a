"""The auditor's reports: calibration, errors and hours by deprivation, the price of fairness, as the API has them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from ledger.artefacts import Artefact
from ledger.events import Draft
from ledger.files import FileStore
from models.kinds import GATE
from serving.access.caller import Role, Scope
from tests.support.forecast_runs import record_run, synthetic_workspace
from tests.support.keys import headers_for
from tests.support.ledgers import open_ledger
from tests.support.pages import sent, shown, sign_in
from tests.support.services import running_service

CHECKS = [
    {"name": "coverage of 80 %", "about": "area x strand", "value": 0.8125, "shown": "81.2 %", "rule": "meet 74-86 %"},
    {"name": "bias by deprivation decile", "about": "decile 3", "value": 0.0625, "shown": "6.2 %", "rule": "reach 5 %"},
    {"name": "CRPS", "about": "all strands", "value": -0.03125, "shown": "-3.1 %", "rule": "not exceed 0 %"},
]


class Served:
    """A running service with a plan and a decision of the gate, and two auditors of it."""

    def __init__(self, client: TestClient, root: Path) -> None:
        self.client = client
        self.root = root
        self.headers = {**headers_for(root, Role.AUDITOR, name="Olu"), "Accept": "application/json"}
        planner = {**headers_for(root, Role.PLANNER), "Accept": "application/json"}
        made = client.post("/v1/plans", json={"total_hours": 170}, headers=planner)
        assert made.status_code == 201, made.text
        self.plan_id: str = made.json()["plan_id"]

    def api(self, address: str, **asked: Any) -> Any:
        answer = self.client.get(address, params=asked, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("reports") / "w"
    record_run(synthetic_workspace(root), areas=12, deciles=True)
    evidence = {"checks": [{**check, "outcome": "passed"} for check in CHECKS]}
    stored = FileStore(root).put(json.dumps(evidence).encode(), "gates", ".json")
    with open_ledger(root) as ledger:
        artefact = Artefact.of(GATE, "gate-1", stored, {"version": "m-1", "verdict": "passed"})
        ledger.append(Draft("model", f"{GATE}/gate-1", "ann", object_hash=stored.sha256), artefacts=[artefact])
    with running_service(root, known=False) as client:
        yield Served(client, root)


def test_the_reports_show_the_checks_and_the_hours_of_the_api(served: Served) -> None:
    sign_in(served.client, headers_for(served.root, Role.AUDITOR, name="Olu"))
    page = shown(served.client, "/record/reports")
    rows = served.api(f"/v1/plans/{served.plan_id}")["plan"]["equity"]["deciles"]
    assert {0.8125, 0.0625} <= set(page.numbers)
    assert -0.03125 not in page.numbers
    told = [row[name] for row in rows for name in ("hours", "hours_share", "need_share", "ratio")]
    assert rows
    assert {value for value in told if value is not None} <= set(page.numbers)


def test_the_price_of_fairness_is_worked_out_once_and_kept(served: Served) -> None:
    sign_in(served.client, headers_for(served.root, Role.AUDITOR, name="Olu"))
    led = sent(served.client, "/record/reports", "/record/reports", plan=served.plan_id)
    address = led.headers["location"]
    while address.startswith("/record/jobs/"):
        address = served.client.get(address, follow_redirects=False).headers.get("location", address)
    page = shown(served.client, address)
    [kept] = served.api("/v1/scenarios", study="fairness")["scenarios"]
    points = served.api(f"/v1/scenarios/{kept['scenario_id']}")["fairness"]
    assert {point["harm"] for point in points if point["harm"] is not None} <= set(page.numbers)
    # Whoever opens the reports next finds it there.
    assert "price" in shown(served.client, f"/record/reports?plan={served.plan_id}").ids


def test_whoever_does_not_see_all_areas_sees_no_reports(served: Served) -> None:
    scope = Scope(areas=frozenset({"A0003"}))
    sign_in(served.client, headers_for(served.root, Role.AUDITOR, name="Ada", scope=scope))
    assert served.client.get("/record/reports").status_code == 403
