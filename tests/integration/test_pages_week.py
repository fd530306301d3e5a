"""The week's page says what the API says, in the order that is asked for, as far as one's sight reaches."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from serving.access.caller import Role, Scope
from strandcast.app import run
from tests.support.forecast_runs import record_run, synthetic_workspace
from tests.support.keys import headers_for
from tests.support.pages import shown, sign_in
from tests.support.services import running_service


class Served:
    """A running service, the client that is signed in to its pages, and the key for its API."""

    def __init__(self, client: TestClient, root: Path) -> None:
        self.client = client
        self.root = root
        self.key = headers_for(root)

    def said(self, address: str) -> dict[str, object]:
        """Return what the API answers."""
        answer = self.client.get(address, headers={**self.key, "Accept": "application/json"})
        assert answer.status_code == 200, answer.text
        found: dict[str, object] = answer.json()
        return found


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("week") / "w"
    record_run(synthetic_workspace(root))
    with running_service(root, known=False) as client:
        yield Served(client, root)


@pytest.fixture
def client(served: Served) -> TestClient:
    served.client.cookies.clear()
    sign_in(served.client, headers_for(served.root, Role.PLANNER))
    return served.client


def test_every_number_is_the_apis_and_the_largest_stands_first(client: TestClient, served: Served) -> None:
    page = shown(client, "/week?strand=robbery&horizon=2")
    rows = served.said("/v1/forecasts?strand=robbery&horizon=2")["rows"]
    assert isinstance(rows, list)
    ordered = sorted(rows, key=lambda row: -row["mean"])
    told = [number for row in ordered for number in (row["mean"], row["quantiles"]["q0.1"], row["quantiles"]["q0.9"])]
    legend = len(page.numbers) - len(told)
    assert page.numbers[legend:] == told
    assert {f"row-{row['area_code']}" for row in rows} <= set(page.ids)


def test_the_table_is_sorted_by_the_links_in_its_head(client: TestClient) -> None:
    page = shown(client, "/week?strand=robbery")
    assert "/week?strand=robbery&sort=area" in page.links
    down = shown(client, "/week?strand=robbery&sort=area&order=down")
    assert [name for name in down.ids if name.startswith("row-")] == [f"row-A000{at}" for at in range(5, -1, -1)]
    # Asked for again, a column turns round.
    assert "/week?strand=robbery&sort=area&order=up" in down.links


def test_hours_are_those_of_the_plan_and_a_draft_is_called_one(client: TestClient, served: Served) -> None:
    assert "There is no plan for this week" in shown(client, "/week?horizon=3").text
    assert run(["allocate", "--hours", "60", "--workspace", str(served.root), "--json"]) == 0
    hours = served.said("/v1/hours?horizon=1")
    plan = served.said(f"/v1/plans/{hours['plan_id']}")["plan"]
    assert isinstance(plan, dict)
    planned = {area["area_code"]: area["hours"] for area in plan["areas"]}
    assert hours["status"] == "draft"
    assert isinstance(hours["rows"], list)
    assert {row["place"]: row["hours"] for row in hours["rows"]} == planned
    page = shown(client, "/week?horizon=1&quantity=hours")
    assert f"still a draft : nobody has issued one for this week: {hours['plan_id']}" in page.text
    assert set(planned.values()) <= set(page.numbers)


def test_whoever_sees_some_areas_sees_no_totals_of_all_and_no_others(served: Served) -> None:
    served.client.cookies.clear()
    scope = Scope(areas=frozenset({"A0001", "A0004"}))
    sign_in(served.client, headers_for(served.root, Role.PLANNER, name="west", scope=scope))
    page = shown(served.client, "/week?horizon=3&sort=area")
    assert [name for name in page.ids if name.startswith("row-")] == ["row-A0001", "row-A0004"]
    assert "totals of all areas are not shown" in page.text


def test_the_page_is_recorded_as_the_answers_that_it_is_made_of(client: TestClient, served: Served) -> None:
    answer = client.get("/week?strand=robbery")
    events = served.said("/v1/audit?limit=20")["events"]
    assert isinstance(events, list)
    told = [
        event["details"].get("url", "") for event in events if event["details"].get("page") == "/week?strand=robbery"
    ]
    assert {address.partition("?")[0] for address in told} == {
        "/v1/periods",
        "/v1/forecasts",
        "/v1/hours",
        "/v1/notices",
    }
    assert all(event["audit_id"] in answer.text for event in events if event["details"].get("page") == answer.url.path)


@pytest.mark.parametrize("asked", ["strand=arson", "level=moon", "horizon=40", "quantity=fear", "sort=luck"])
def test_what_there_is_not_is_told_on_a_page(client: TestClient, asked: str) -> None:
    assert "That cannot be used" in shown(client, f"/week?{asked}", 422).text
