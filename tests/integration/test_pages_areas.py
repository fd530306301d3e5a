"""Why this area: its page says what the API says, and asks for studies and questions."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from serving.access.caller import Role, Scope
from serving.pages.areas.reading import Forecast
from serving.service import POLICIES
from tests.support.before import record_two_runs
from tests.support.keys import headers_for
from tests.support.pages import sent, shown, sign_in
from tests.support.services import running_service

AREA, STRAND = "A001", "strand 1"
PAGE = f"/areas/{AREA}?strand={STRAND.replace(' ', '+')}"


class Served:
    """A running service, its workspace, and whoever asks its API."""

    def __init__(self, client: TestClient, root: Path) -> None:
        self.client = client
        self.root = root
        self.headers = {**headers_for(root), "Accept": "application/json"}

    def api(self, path: str, **params: Any) -> Any:
        """Return what the API says."""
        answer = self.client.get(path, params=params, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("areas") / "w"
    record_two_runs(root)
    with running_service(root, known=False) as client:
        yield Served(client, root)


@pytest.fixture
def client(served: Served) -> TestClient:
    served.client.cookies.clear()
    sign_in(served.client, headers_for(served.root, Role.PLANNER, name="Pia"))
    return served.client


@pytest.fixture(scope="module")
def plan_id(served: Served) -> str:
    start = served.api("/v1/periods")["periods"][0]
    order = {"total_hours": 60, "horizon": start["horizon"]}
    made = served.client.post("/v1/plans", json=order, headers=served.headers)
    assert made.status_code == 201, made.text
    return str(made.json()["plan_id"])


def test_numbers_are_those_of_the_api(client: TestClient, served: Served) -> None:
    page = shown(client, PAGE)
    told = served.api("/v1/forecasts/history", area_code=AREA, strand=STRAND)
    (row,) = told["rows"]
    first = row["forecasts"][0]
    reasons = served.api(f"/v1/explanations/{first['forecast_id']}")
    wanted = [first["mean"], *(count for count in row["counts"] if count is not None)]
    wanted += [one["quantiles"][name] for one in row["forecasts"] for name in ("q0.05", "q0.95")]
    wanted += [reasons["base"], reasons["calibration"], *reasons["multipliers"].values()]
    wanted += told["noticed"][STRAND].values()
    assert not [value for value in wanted if value not in page.numbers]
    assert reasons["sentence"] in page.text
    assert "33 % of what was counted was found by police" in page.text


def test_what_was_not_observed_is_not_told_as_none(client: TestClient, served: Served) -> None:
    (row,) = served.api("/v1/forecasts/history", area_code="A003", strand=STRAND)["rows"]
    unseen = row["counts"].count(None)
    assert unseen == 2
    assert shown(client, f"/areas/A003?strand={STRAND}").text.count("not observed") == unseen


def test_what_is_not_known_of_how_incidents_came_to_notice_is_not_told_as_none(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Forecast, "noticed", {"unknown": 1.0})
    told = shown(client, PAGE).text
    assert "it cannot be told how much of it police found themselves" in told
    monkeypatch.setattr(Forecast, "noticed", {"public-reported": 0.75, "unknown": 0.25})
    assert (
        "Nothing is known to have been found by police themselves. Of 25 % it is not known." in shown(client, PAGE).text
    )


def test_reasons_are_told_with_how_stable_they_are(client: TestClient, served: Served) -> None:
    name = served.api("/v1/forecasts/history", area_code=AREA, strand=STRAND)["rows"][0]["forecasts"][0]["forecast_id"]
    told = served.api(f"/v1/explanations/{name}/stability")
    page = shown(client, PAGE)
    assert told["sentence"] in page.text
    wanted = [group[column] for group in told["groups"] for column in ("multiplier", "lowest", "highest")]
    assert not [value for value in wanted if value not in page.numbers]


def test_it_has_a_picture_of_the_history_and_one_of_the_reasons_in_words_too(client: TestClient) -> None:
    text = client.get(PAGE).text
    assert text.count('<svg class="chart" role="img" aria-label="') == 2
    assert " style=" not in text


def test_another_period_is_explained_by_its_own_forecast(client: TestClient, served: Served) -> None:
    rows = served.api("/v1/forecasts/history", area_code=AREA, strand=STRAND)["rows"]
    third = rows[0]["forecasts"][2]
    page = shown(client, f"{PAGE}&horizon=3")
    assert served.api(f"/v1/explanations/{third['forecast_id']}")["sentence"] in page.text


def test_the_plan_is_told_with_its_reason_its_rules_and_areas_that_are_alike(
    client: TestClient, served: Served, plan_id: str
) -> None:
    page = shown(client, PAGE)
    told = served.api(f"/v1/plans/{plan_id}/areas/{AREA}")
    assert told["area"]["reason"] in page.text
    assert told["area"]["hours"] in page.numbers
    assert f"/plans/{plan_id}" in page.links
    for one in told["similar"]:
        assert any(link.startswith(f"/areas/{one['area_code']}?") for link in page.links)
        assert one["hours"] in page.numbers
    assert not [rule for rule in told["binding"] if rule["name"] not in page.text]


def test_what_would_change_its_hours_is_found_once_and_told(client: TestClient, served: Served, plan_id: str) -> None:
    for study in ("flip", "next"):
        borne = shown(client, PAGE).fields
        form = {"form_token": borne["form_token"], "form_key": f"{study}-key", "study": study, "plan": plan_id}
        asked = [client.post(f"/areas/{AREA}/studies", data=form, follow_redirects=False) for _ in range(2)]
        assert [one.status_code for one in asked] == [303, 303], asked[0].text
        assert asked[0].headers["location"].startswith(f"/areas/{AREA}?")
    kept = served.api("/v1/scenarios", plan_id=plan_id)["scenarios"]
    assert sorted(one["study"] for one in kept) == ["flip", "next"]
    page = shown(client, PAGE)
    for one in kept:
        assert not [
            said for said in served.api(f"/v1/scenarios/{one['scenario_id']}")["sentences"] if said not in page.text
        ]


def test_a_study_of_no_plan_is_refused_on_the_page(client: TestClient) -> None:
    answer = sent(client, PAGE, f"/areas/{AREA}/studies", study="flip", plan="none-such")
    assert answer.status_code == 422
    assert "There is a problem" in answer.text


def test_an_area_out_of_sight_is_none(client: TestClient, served: Served, plan_id: str) -> None:
    client.cookies.clear()
    scope = Scope(areas=frozenset({AREA, "A002"}), strands=frozenset({STRAND}))
    sign_in(client, headers_for(served.root, Role.PLANNER, name="Dee", scope=scope))
    shown(client, "/areas/A003", 404)
    page = shown(client, PAGE)
    assert "strand 0" not in page.text
    assert "ask-flip" not in page.ids
    assert served.api(f"/v1/plans/{plan_id}/areas/{AREA}")["area"]["reason"] not in page.text


@pytest.mark.parametrize("address", ["/areas/none-such", "/areas/A001?plan=none-such"])
def test_what_is_not_there_is_told_so(client: TestClient, address: str) -> None:
    assert "There is no such page" in shown(client, address, 404).text


@pytest.mark.parametrize("address", ["/areas/A001?strand=none-such", "/areas/A001?horizon=0", "/areas/A001?other=1"])
def test_what_cannot_be_used_is_told_so(client: TestClient, address: str) -> None:
    assert "That cannot be used" in shown(client, address, 422).text


def test_pages_are_for_whom_the_api_answers() -> None:
    for path, beside in (
        ("/areas/{code}", "/v1/explanations/{id}"),
        ("/areas/{code}", "/v1/plans/{id}/areas/{area_code}"),
    ):
        page, route = (POLICIES.find("GET", one) for one in (path, beside))
        assert page is not None
        assert route is not None
        assert (page.roles, page.operation) == (route.roles, route.operation)
    study, route = POLICIES.find("POST", "/areas/{code}/studies"), POLICIES.find("POST", "/v1/scenarios")
    assert study is not None
    assert route is not None
    assert (study.roles, study.operation) == (route.roles, route.operation)
