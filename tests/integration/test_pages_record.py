"""The auditor's desk: what stands on its pages is what the API answers, and what is taken away is checked offline."""

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from ledger.tree.checkpoints import Policy, write_checkpoint
from ledger.tree.documents import check
from ledger.tree.notes import Signer
from models.replay.manifest import ASKED
from serving.access.caller import Role
from serving.service import POLICIES
from tests.support.forecast_runs import record_run, synthetic_workspace
from tests.support.keys import headers_for
from tests.support.ledgers import fill, open_ledger
from tests.support.pages import Page, sent, shown, sign_in
from tests.support.services import running_service

SIGNER = Signer.make("test.example/ledger", bytes(range(32)))
RECORDED = 60


class Served:
    """A running service with somebody who is signed in, and how the API answers the same person."""

    def __init__(self, client: TestClient, headers: dict[str, str]) -> None:
        self.client = client
        self._headers = {**headers, "Accept": "application/json"}

    def api(self, address: str, **asked: Any) -> Any:
        answer = self.client.get(address, params=asked, headers=self._headers)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("desk") / "w"
    record_run(synthetic_workspace(root), areas=2, horizons=1)
    fill(root, RECORDED)
    (root / "drop").mkdir()
    with open_ledger(root) as ledger:
        write_checkpoint(ledger.database, SIGNER, Policy(root / "drop", 1, 1), datetime(2026, 11, 30, 8, tzinfo=UTC))
    with running_service(root, known=False) as client:
        headers = headers_for(root, Role.AUDITOR, name="Olu")
        sign_in(client, headers)
        yield Served(client, headers)


def audit_id_of(served: Served, subject: str) -> str:
    audit_id: str = served.api("/v1/audit", object=subject, limit=1)["events"][0]["audit_id"]
    return audit_id


def rows_of(page: Page) -> list[str]:
    return [name.removeprefix("event-") for name in page.ids if name.startswith("event-")]


def test_an_auditor_begins_at_the_record(served: Served) -> None:
    led = served.client.get("/home", follow_redirects=False)
    assert led.headers["location"] == "/record"


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ({"actor": "ann"}, {"actor": "ann"}),
        ({"operation": "model", "outcome": "ok"}, {"operation": "model", "outcome": "ok"}),
        ({"object": "forecast/7"}, {"object": "forecast/7"}),
        ({"mentions": "trees"}, {"mentions": "trees"}),
        (
            {"since": "2024-07-01", "until": "2024-07-01", "mentions": ""},
            {"since": "2024-07-01T00:00:00Z", "until": "2024-07-02T00:00:00Z"},
        ),
        ({"actor": "nobody"}, {"actor": "nobody"}),
    ],
)
def test_the_events_that_are_found_are_those_of_the_api(
    served: Served, typed: dict[str, str], asked: dict[str, str]
) -> None:
    address = "/record?" + "&".join(f"{name}={value}" for name, value in typed.items())
    found = served.api("/v1/audit", limit=50, **asked)["events"]
    # Whoever searches for a word is recorded with it.
    shown_now = [name for name in rows_of(shown(served.client, address)) if int(name[:8]) <= RECORDED]
    assert shown_now == [event["audit_id"] for event in found if event["sequence"] <= RECORDED]


def test_older_events_stand_on_the_next_page(served: Served) -> None:
    first = shown(served.client, "/record?actor=http")
    [following] = [link for link in first.links if "cursor=" in link]
    second = shown(served.client, following)
    sequences = [int(name[:8]) for name in rows_of(first) + rows_of(second)]
    assert len(sequences) == RECORDED - 2
    assert sequences == sorted(sequences, reverse=True)


@pytest.mark.parametrize(
    ("typed", "field"),
    [("since=yesterday", "since"), ("since=2026-11-30&until=2026-11-01", "until"), ("operation=reading", "operation")],
)
def test_what_is_wrong_in_the_form_is_told_beside_it(served: Served, typed: str, field: str) -> None:
    page = shown(served.client, f"/record?{typed}", 422)
    assert f"#{field}" in page.links
    assert field in page.ids


def test_an_area_is_found_where_it_was_asked_about(served: Served) -> None:
    area = served.api("/v1/forecasts", limit=1)["rows"][0]["area_code"]
    told = served.api("/v1/forecasts", area_code=area, limit=1)["audit_id"]
    other = served.api("/v1/forecasts", limit=2)["audit_id"]
    found = rows_of(shown(served.client, f"/record?mentions={area}"))
    assert told in found
    assert other not in found


def test_an_event_is_shown_whole_as_it_is_served(served: Served) -> None:
    audit_id = audit_id_of(served, "model/first")
    event = served.api(f"/v1/audit/{audit_id}")
    page = shown(served.client, f"/record/{audit_id}")
    for said in (event["hash"], event["previous_hash"], event["object_hash"], event["actor"], event["time"]):
        assert said in page.text
    assert page.numbers == [event["sequence"]]
    assert '"trees":300' in page.text
    looked = served.api("/v1/audit", object=f"event/{audit_id}", limit=1)["events"][0]
    assert (looked["details"]["page"], looked["details"][ASKED]) == (f"/record/{audit_id}", f"/v1/audit/{audit_id}")


def test_the_proof_that_is_downloaded_is_checked_without_the_service(served: Served) -> None:
    audit_id = audit_id_of(served, "model/first")
    answer = served.client.get(f"/record/{audit_id}/proof")
    assert f'filename="proof-{audit_id}.json"' in answer.headers["content-disposition"]
    assert check(answer.json(), []).size == answer.json()["size"]
    assert answer.json()["audit_id"] == audit_id
    recorded = served.api(f"/v1/audit/{answer.headers['audit-id']}")
    assert recorded["details"][ASKED] == f"/v1/audit/{audit_id}/proof"


def test_a_sample_is_drawn_by_its_seed_and_recorded(served: Served) -> None:
    page = shown(served.client, "/record/samples?seed=lot&size=7&actor=http")
    [again] = [link for link in page.links if "record_size=" in link]
    assert rows_of(shown(served.client, again)) == rows_of(page)
    size = int(again.partition("record_size=")[2].partition("&")[0])
    told = served.api("/v1/samples", seed="lot", size=7, actor="http", record_size=size)
    assert [event["audit_id"] for event in told["events"]] == rows_of(page)
    assert page.numbers[:3] == [7, told["population"], size]
    drawn = served.api("/v1/audit", object="ledger/sample", limit=50)["events"][-1]["details"]
    assert (drawn["seed"], drawn["rows"], f"record_size={size}" in drawn[ASKED]) == ("lot", 7, True)


def test_a_sample_that_cannot_be_drawn_is_told(served: Served) -> None:
    assert "#size" in shown(served.client, "/record/samples?seed=lot&size=many", 422).links
    assert "more than the record has" in shown(served.client, "/record/samples?seed=lot&record_size=900000", 422).text
    assert (
        shown(served.client, "/record/samples").fields["seed"] != shown(served.client, "/record/samples").fields["seed"]
    )


def test_a_replay_is_asked_for_and_its_result_shown(served: Served) -> None:
    # What a page showed is replayed as an answer of the API is.
    shown(served.client, "/record/samples?seed=again&size=3")
    audit_id = audit_id_of(served, "ledger/sample")
    led = sent(served.client, f"/record/{audit_id}", f"/record/{audit_id}/replay")
    assert led.status_code == 303, led.text
    address = led.headers["location"]
    while address.startswith("/record/jobs/"):
        work = served.client.get(address, follow_redirects=False)
        address = work.headers.get("location", address)
    page = shown(served.client, address)
    told = served.api(address.replace("/record/", "/v1/"))
    assert told["outcome"] == "same", told
    assert told["sentence"] in page.text
    assert "The same to the bit" in page.text


def test_a_form_of_another_page_has_nothing_replayed(served: Served) -> None:
    audit_id = audit_id_of(served, "model/first")
    assert served.client.post(f"/record/{audit_id}/replay", data={"form_token": "x" * 48}).status_code == 403
    assert sent(served.client, "/record/exports", "/record/00000001-00000000/replay").status_code == 404


def test_an_export_is_made_once_for_one_form_and_handed_out(served: Served) -> None:
    form = shown(served.client, "/record/exports").fields
    leads = [served.client.post("/record/exports", data=form, follow_redirects=False) for _ in range(2)]
    places = [lead.headers["location"] for lead in leads]
    assert (leads[0].status_code, places[0]) == (303, places[1])
    address = places[0]
    while address.startswith("/record/jobs/"):
        address = served.client.get(address, follow_redirects=False).headers.get("location", address)
    page = shown(served.client, address)
    [link, *_] = [link for link in page.links if link.startswith("/record/exports/")]
    bundle = served.client.get(link)
    assert "events.jsonl" in " ".join(zipfile.ZipFile(io.BytesIO(bundle.content)).namelist())
    assert served.api("/v1/audit", kind="export", operation="disclosure")["events"][0]["recipient"] == "Olu"


def test_checkpoints_are_listed_and_taken_away_as_they_were_dropped(served: Served) -> None:
    listed = served.api("/v1/checkpoints")["checkpoints"]
    page = shown(served.client, "/record/checkpoints")
    size = listed[-1]["size"]
    assert f"/record/checkpoints/{size}" in page.links
    note = served.client.get(f"/record/checkpoints/{size}")
    assert note.text == listed[-1]["note"]
    assert f"{size:012d}.checkpoint" in note.headers["content-disposition"]
    assert SIGNER.verifier.opened(note.text).size == size
    assert served.client.get("/record/checkpoints/2000000000").status_code == 404


def test_the_pages_of_the_record_are_for_whom_the_api_answers() -> None:
    own = [policy for policy in POLICIES.all if policy.page and policy.template.startswith("/record")]
    assert own
    assert {policy.roles for policy in own} == {POLICIES.find("GET", "/v1/audit").roles}  # type: ignore[union-attr]


def test_the_reports_say_what_the_api_says(served: Served) -> None:
    page = shown(served.client, "/record/reports")
    assert "The gate has decided on no model yet." in page.text
    assert "There is no plan yet." in page.text
    assert sent(served.client, "/record/exports", "/record/reports").status_code == 422
