"""The pages of plans: what stands on them is what the API says, and what their forms do is what it would do."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from serving.access.caller import Role, Scope
from tests.support.forecast_runs import record_run, synthetic_workspace
from tests.support.jobs import MOST_LOOKS
from tests.support.keys import headers_for
from tests.support.ledgers import open_ledger
from tests.support.pages import Page, sent, shown, sign_in
from tests.support.services import running_service


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages-plans") / "w"
    record_run(synthetic_workspace(folder), areas=12, deciles=True)
    return folder


@pytest.fixture(scope="module")
def service(root: Path) -> Iterator[TestClient]:
    with running_service(root, known=False) as client:
        yield client


@pytest.fixture
def client(service: TestClient, root: Path) -> TestClient:
    return as_(service, root, "Ann")


def as_(client: TestClient, root: Path, name: str, *roles: Role) -> TestClient:
    client.cookies.clear()
    sign_in(client, headers_for(root, *(roles or (Role.PLANNER,)), name=name))
    return client


def api(client: TestClient, root: Path, path: str) -> Any:
    return asked(client, root, path).json()


def asked(client: TestClient, root: Path, path: str) -> httpx.Response:
    """Ask the API, as another caller than the one who reads pages."""
    headers = {**headers_for(root, Role.PLANNER, name="Api"), "Accept": "application/json, text/csv"}
    answer: httpx.Response = client.get(path, headers=headers)
    return answer


def plans_asked_for(root: Path) -> int:
    with open_ledger(root) as ledger:
        said = [event.draft.details for event in ledger.events()]
    return sum(one.get("act") == "queue" and one.get("kind") == "plan" for one in said)


def led(client: TestClient, answer: httpx.Response) -> str:
    """Return where a form leads once what it asked for is done, however long that takes on this machine."""
    assert answer.status_code == 303, Page(answer.text).text
    address, looks = answer.headers["location"], 0
    while address.startswith("/plans/jobs/"):
        looks += 1
        assert looks < MOST_LOOKS, address
        time.sleep(0.05)
        page = client.get(address, follow_redirects=False)
        address = page.headers.get("location", address)
    return str(address)


def sketched(client: TestClient, **fields: str) -> str:
    return led(client, sent(client, "/plans/new", "/plans/new", **fields))


def submitted(client: TestClient, hours: str) -> str:
    return led(client, sent(client, "/plans/new", "/plans", **{"hours-patrol": hours}))


def test_a_sketch_shows_the_numbers_of_the_api_and_what_was_typed(client: TestClient, root: Path) -> None:
    address = sketched(client, **{"hours-patrol": "140", "title": "A trial", "maximum_hours": "40"})
    page = shown(client, address)
    told = api(client, root, f"/v1/sketches/{address.partition('=')[2]}")
    assert (page.fields["hours-patrol"], page.fields["title"], page.fields["maximum_hours"]) == ("140", "A trial", "40")
    assert (told["title"], told["order"]) == ("A trial", {"hours": {"patrol": 140.0}, "maximum_hours": 40.0})
    whole = [told["totals"]["hours"], told["totals"]["harm_reached"], told["totals"]["met"]]
    areas = [value for area in told["areas"] for value in (area["hours"], area["harm_met"])]
    assert set(whole + areas) <= set(page.numbers)
    assert told["more"]["sentence"] in page.text
    assert all(sentence in page.text for sentence in told["sentences"])


def test_rows_of_kept_and_fixed_hours_become_the_order_and_stand_in_the_form_again(
    client: TestClient, root: Path
) -> None:
    area = api(client, root, "/v1/forecasts?limit=1")["rows"][0]["area_code"]
    fields = {"hours-patrol": "90", "lock_resource_1": "patrol", "lock_area_1": area.lower(), "lock_hours_1": "7.5"}
    address = sketched(client, **fields)
    told = api(client, root, f"/v1/sketches/{address.partition('=')[2]}")
    assert told["order"]["locks"] == [{"resource": "patrol", "area_code": area, "hours": 7.5}]
    assert next(one["hours"] for one in told["areas"] if one["area_code"] == area) == pytest.approx(7.5)
    assert shown(client, address).fields["lock_hours_1"] == "7.5"


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"hours-patrol": "many"}, "hours-patrol", "is not a number"),
        ({"hours-patrol": "-4"}, "hours-patrol", "use a number from 0"),
        ({"hours-patrol": "9", "lock_resource_1": "patrol", "lock_area_1": "Nowhere"}, "lock_area_1", "no area"),
        ({"hours-patrol": "9", "kept_resource_1": "patrol"}, "kept_strand_1", "choose a strand, a district"),
    ],
)
def test_what_is_wrong_is_told_with_its_field_and_what_was_typed_stays(
    client: TestClient, fields: dict[str, str], field: str, words: str
) -> None:
    answer = sent(client, "/plans/new", "/plans/new", **fields)
    page = Page(answer.text)
    assert (answer.status_code, f"#{field}" in page.links) == (422, True)
    assert words in page.text
    assert page.fields["hours-patrol"] == fields["hours-patrol"]


def test_rules_that_clash_are_explained(client: TestClient) -> None:
    answer = sent(client, "/plans/new", "/plans/new", **{"hours-patrol": "10", "minimum_hours": "5"})
    while answer.status_code == 303 or "Look again" in answer.text:
        answer = client.get(answer.headers.get("location", answer.url))
    assert "cannot both be kept" in Page(answer.text).text


def test_a_form_that_is_sent_twice_makes_one_plan(client: TestClient, root: Path) -> None:
    page = shown(client, "/plans/new")
    fields = {name: page.fields[name] for name in ("form_token", "form_key")} | {"hours-patrol": "77"}
    before = plans_asked_for(root)
    first, second = (client.post("/plans", data=fields, follow_redirects=False) for _ in range(2))
    assert led(client, first) == led(client, second)
    assert plans_asked_for(root) == before + 1


def test_a_plan_is_submitted_by_one_and_put_in_force_by_another(service: TestClient, root: Path) -> None:
    address = submitted(as_(service, root, "Ann"), "66")
    own = sent(service, address, f"{address}/issue", form="issue", reason="mine", seen="")
    assert own.status_code == 403
    assert 'value="mine"' in own.text
    other = as_(service, root, "Bo")
    page = shown(other, address)
    assert page.fields["seen"].startswith('"')
    done = sent(other, address, f"{address}/issue", form="issue", reason="Agreed.", seen=page.fields["seen"])
    assert (done.status_code, done.headers["location"]) == (303, address)
    assert "In force" in shown(other, address).text
    standing = api(other, root, f"/v1{address}")["standing"]
    assert (standing["status"], standing["decided_by"], standing["reason"]) == ("issued", "Bo", "Agreed.")
    late = sent(other, address, f"{address}/reject", form="reject", reason="Too late.", seen=page.fields["seen"])
    assert late.status_code in (409, 412)


def test_a_plan_shows_the_numbers_of_the_api_and_leaves_as_its_table(client: TestClient, root: Path) -> None:
    address = submitted(client, "88")
    told = api(client, root, f"/v1{address}")["plan"]
    page = shown(client, f"{address}?order=name")
    for column in ("hours", "harm", "harm_met"):
        assert {area[column] for area in told["areas"]} <= set(page.numbers)
    assert {row["placed"] for row in told["resources"]} <= set(page.numbers)
    assert all(sentence in page.text for sentence in told["sentences"])
    briefing = shown(client, f"{address}/briefing")
    assert {area["quarter_hours"] for area in told["areas"] if area["hours"]} <= set(briefing.numbers)
    taken = client.get(f"{address}/table.csv")
    csv = asked(client, root, f"/v1{address}?format=csv")
    assert (taken.content, taken.headers["content-disposition"]) == (csv.content, csv.headers["content-disposition"])
    with open_ledger(root) as ledger:
        draft = ledger.event(taken.headers["audit-id"]).draft
    assert (draft.operation, draft.recipient, draft.actor) == ("disclosure", "Ann", "Ann")


def test_a_cell_is_edited_with_a_reason_into_a_new_draft(client: TestClient, root: Path) -> None:
    address = submitted(client, "99")
    seen = shown(client, address).fields["seen"]
    area = api(client, root, f"/v1{address}")["plan"]["areas"][0]["area_code"]
    fields = {"form": "edit", "seen": seen, "resource": "patrol", "area": area, "hours": "12"}
    without = sent(client, address, f"{address}/edit", **fields, reason=" ")
    assert (without.status_code, "Say why" in Page(without.text).text) == (422, True)
    done = sent(client, address, f"{address}/edit", **fields, reason="A market.")
    made = api(client, root, f"/v1{led(client, done)}")
    assert next(one["hours"] for one in made["plan"]["areas"] if one["area_code"] == area) == pytest.approx(12)
    assert f"{address.rpartition('/')[2]}" in made["standing"]["parent"]
    moved = shown(client, f"/plans/compare?first={made['standing']['parent']}&second={made['plan_id']}")
    assert 12.0 in moved.numbers


def test_a_plan_is_rejected_with_a_reason(client: TestClient, root: Path) -> None:
    address = submitted(client, "55")
    seen = shown(client, address).fields["seen"]
    assert sent(client, address, f"{address}/reject", form="reject", reason="", seen=seen).status_code == 422
    done = sent(client, address, f"{address}/reject", form="reject", reason="Too few.", seen=seen)
    assert done.status_code == 303
    assert "Too few" in shown(client, address).text
    assert "Too few" in shown(client, "/plans?status=rejected").text


def test_sketches_are_compared_on_a_page(client: TestClient, root: Path) -> None:
    first, second = (sketched(client, **{"hours-patrol": hours}).partition("=")[2] for hours in ("61", "71"))
    page = shown(client, f"/plans/compare?first={first}&second={second}")
    told = api(client, root, f"/v1/sketches/{first}/compare?other={second}")
    assert {told["hours_change"], told["harm_reached_change"]} <= set(page.numbers)
    assert {f"/plans/new?sketch={name}" for name in (first, second)} <= set(shown(client, "/plans").links)


def test_what_takes_longer_has_a_page_of_its_own_and_can_be_stopped(client: TestClient) -> None:
    page = shown(client, "/plans/new")
    fields = {name: page.fields[name] for name in ("form_token", "form_key")} | {"hours-patrol": "63"}
    asked = client.post("/plans/new", data=fields, headers={"Prefer": "respond-async"}, follow_redirects=False)
    assert asked.headers["location"].startswith("/plans/jobs/")
    led = client.get(asked.headers["location"])
    assert led.status_code == 200
    stopped = client.post(f"{asked.headers['location']}/cancel", data={"form_token": page.fields["form_token"]})
    assert stopped.status_code in (200, 409)


def test_an_auditor_tries_hours_and_neither_makes_nor_decides(service: TestClient, root: Path) -> None:
    auditor = as_(service, root, "Au", Role.AUDITOR)
    assert "submit-plan" not in shown(auditor, "/plans/new").ids
    address = sketched(auditor, **{"hours-patrol": "44"})
    assert "result" in shown(auditor, address).ids
    assert sent(auditor, "/plans/new", "/plans", **{"hours-patrol": "44"}).status_code == 403
    plan = next(link for link in shown(auditor, "/plans").links if link.startswith("/plans/20"))
    assert "issue" not in shown(auditor, plan).ids


def test_who_sees_some_areas_neither_lists_nor_builds(service: TestClient, root: Path) -> None:
    service.cookies.clear()
    sign_in(service, headers_for(root, Role.PLANNER, name="Few", scope=Scope(areas=frozenset({"A01"}))))
    assert service.get("/plans/new").status_code == 403
