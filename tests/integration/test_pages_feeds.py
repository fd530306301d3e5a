"""The pages of feeds: what the API says of them, and rows that are released by a form, in a SYNTHETIC place."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from features.completeness.outages import Outage
from features.completeness.overview import FeedCompleteness, NewestPeriod
from features.completeness.shifts import LevelShift
from features.workspace import Workspace
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.books import Books
from models.weekly.kept import keep_report
from serving.access.caller import Role, Scope
from serving.service import POLICIES
from strandcast.app import run
from tests.support.exports import write_csv
from tests.support.keys import headers_for
from tests.support.ledgers import TickingClock
from tests.support.pages import Page, sent, shown, sign_in
from tests.support.services import running_service

HEADER = "report_no,reported_on,happened_on,category,lsoa,council"
ROWS = [
    "1,2024-01-08,2024-01-05,noise,E01,Basildon",
    "2,2024-01-08,2024-01-06,litter,E0,Basildon",
    "3,2024-01-08,2024-01-06,fireworks,E01,Basildon",
    "4,2024-01-08,,noise,E02,Harlow",
]
FEED = "council-asb"
ADDRESS = f"/feeds/one?name={FEED}"
REPLACED = {
    "feed": FEED,
    "way": "replace",
    "column": "area_code",
    "before": "E0",
    "after": "E01",
    "reason": "a digit was cut off",
}


def known() -> FeedCompleteness:
    """Return what might be known of the feed."""
    curve = np.array([0.25, 0.75, 0.96875, 1.0])
    day = date(2024, 1, 1)
    return FeedCompleteness(
        name=FEED,
        kind="week",
        spans=((day, date(2024, 1, 28)),),
        missing=(),
        curves={"all": curve, "Noise": curve},
        newest=(NewestPeriod("all", date(2024, 1, 22), 12.0, 0.25, 48.5, 40.25, 57.75, used=True),),
        outages=(Outage(FEED, "district", "Harlow", day, date(2024, 1, 7), 9.5),),
        shifts={"Noise": (LevelShift(2813, 2812, 1.5, 1.25, 1.75),)},
        changes=(),
    )


class Served:
    """A running service with one feed of which three rows wait."""

    def __init__(self, client: TestClient, root: Path) -> None:
        self.client = client
        self.root = root
        self.key = headers_for(root)

    def said(self, address: str) -> dict[str, Any]:
        """Return what the API answers."""
        answer = self.client.get(address, headers={**self.key, "Accept": "application/json"})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("feeds")
    (folder / "areas.csv").write_text("area_code\nE01\nE02\n", encoding="utf-8")
    files = write_csv(folder / "asb.csv", HEADER, ROWS)
    for words in (("init", "--areas", str(folder / "areas.csv")), ("ingest", FEED, str(files))):
        assert run([*words, "--workspace", str(folder / "w")]) == 0
    workspace = Workspace.open(folder / "w")
    with Ledger.open(workspace.database_url, TickingClock()) as ledger:
        keep_report(Books(ledger, FileStore(workspace.root), "ann"), "<p>", "2024-01-29", {}, [known()])
    with running_service(workspace.root, known=False) as client:
        yield Served(client, workspace.root)


@pytest.fixture
def client(served: Served) -> TestClient:
    served.client.cookies.clear()
    sign_in(served.client, headers_for(served.root, Role.DATA_SCIENTIST))
    return served.client


def test_the_page_of_all_bears_the_apis_numbers(client: TestClient, served: Served) -> None:
    page = shown(client, "/feeds")
    told = served.said("/v1/feeds")["feeds"]
    numbers = [feed[part] for feed in told for part in ("files", "accepted", "quarantined", "released")]
    assert page.numbers == numbers
    assert ADDRESS in page.links
    assert "outage from 1 January 2024" in page.text


def test_a_feed_is_told_with_its_contract_arrivals_quarantine_and_completeness(
    client: TestClient, served: Served
) -> None:
    page = shown(client, ADDRESS)
    [row] = [row for row in served.said(f"/v1/deliveries?feed={FEED}")["rows"] if not row["released"]]
    assert {row[part] for part in ("read", "accepted", "duplicate", "superseded", "quarantined")} <= set(page.numbers)
    for held in served.said(f"/v1/quarantine?feed={FEED}")["rows"]:
        assert held["id"] in page.text
    [found] = served.said("/v1/completeness")["feeds"]
    told = {row[part] for row in found["newest"] for part in ("recorded", "share", "expected", "low", "high")}
    assert told <= set(page.numbers)
    assert "Nothing came from Harlow" in page.text
    assert "Noise: the recorded level changed 1.5 times" in page.text
    assert {"contract", "arrivals", "quarantine", "delays", "newest", "release-reason"} <= set(page.ids)
    assert "E0," not in page.text


def test_rows_of_one_rule_are_listed(client: TestClient) -> None:
    page = shown(client, f"{ADDRESS}&rule=no-date")
    assert "Only rows that break no-date are listed" in page.text
    shown(client, f"{ADDRESS}&rule=none", 422)


def test_a_form_releases_rows_once(client: TestClient, served: Served) -> None:
    page = shown(client, ADDRESS)
    borne = {name: page.fields[name] for name in ("form_token", "form_key")}
    before = served.said(f"/v1/feeds/{FEED}")["feeds"][0]
    first, second = (
        client.post("/feeds/release", data={**borne, **REPLACED}, follow_redirects=False) for _ in range(2)
    )
    assert (first.status_code, second.status_code) == (303, 303), first.text
    assert first.headers["location"] == second.headers["location"]
    after = served.said(f"/v1/feeds/{FEED}")["feeds"][0]
    assert (after["accepted"], after["released"]) == (before["accepted"] + 1, before["released"] + 1)
    led = shown(client, first.headers["location"])
    assert "Rows were released from quarantine." in led.text
    audit_id = first.headers["location"].partition("released=")[2].partition("#")[0]
    event = served.said(f"/v1/audit/{audit_id}")
    assert (event["operation"], event["details"]["reason"]) == ("alteration", REPLACED["reason"])
    assert "E01" not in json.dumps(event["details"])


@pytest.mark.parametrize(
    ("changed", "field", "status"),
    [
        ({"reason": ""}, "release-reason", 422),
        ({"column": "nothing"}, "release-column", 422),
        ({"after": "bob@example.org"}, "release-after", 422),
        ({"way": "again", "rule": "no-date"}, "release-title", 409),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_is_kept(
    client: TestClient, changed: dict[str, str], field: str, status: int
) -> None:
    answer = sent(client, ADDRESS, "/feeds/release", **{**REPLACED, **changed})
    assert answer.status_code == status, answer.text
    page = Page(answer.text)
    assert f"#{field}" in page.links
    assert field in page.ids
    assert page.fields["after"] == {**REPLACED, **changed}["after"]


def test_who_may_not_release_sees_no_form_and_is_refused(served: Served) -> None:
    served.client.cookies.clear()
    sign_in(served.client, headers_for(served.root, Role.PLANNER))
    page = shown(served.client, ADDRESS)
    assert "release-reason" not in page.ids
    assert sent(served.client, ADDRESS, "/feeds/release", **REPLACED).status_code == 403


def test_a_partner_sees_its_own_feeds_and_no_completeness(served: Served) -> None:
    served.client.cookies.clear()
    scope = Scope(feeds=frozenset({FEED}))
    sign_in(served.client, headers_for(served.root, Role.PARTNER, name="council", scope=scope))
    assert f"{FEED}" in shown(served.client, "/feeds").text
    assert "Nothing is known of it yet, or it is not told here." in shown(served.client, ADDRESS).text
    shown(served.client, "/feeds/one?name=ambulance", 404)


def test_every_page_is_for_those_whom_the_api_answers() -> None:
    for page, source in (("/feeds", "/v1/feeds"), ("/feeds/one", "/v1/deliveries"), ("/feeds/one", "/v1/quarantine")):
        ours, told = POLICIES.find("GET", page), POLICIES.find("GET", source)
        assert ours is not None
        assert told is not None
        assert ours.roles == told.roles
    ours, told = POLICIES.find("POST", "/feeds/release"), POLICIES.find("POST", "/v1/quarantine/releases")
    assert ours is not None
    assert told is not None
    assert (ours.roles, ours.operation) == (told.roles, told.operation)
