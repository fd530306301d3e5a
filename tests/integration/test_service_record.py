"""The record over HTTP: pages of events, proofs that are checked offline, checkpoints that the service signs."""

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from errors import LedgerError, ServiceError
from ledger.bundle.judging import judge
from ledger.events import OPERATIONS
from ledger.tree.documents import check
from ledger.tree.notes import Signer, Verifier
from serving.preflight import check as check_start
from serving.record.keeping import KEY_VARIABLE
from serving.record.schemas import Checkpoints, CheckpointsQuery, ConsistencyProof, EventQuery, Events, InclusionProof
from tests.support.forecast_runs import record_run, synthetic_workspace
from tests.support.ledgers import TickingClock, fill
from tests.support.services import running_service

SIGNER = Signer.make("test.example/ledger", bytes(range(32)))
RECORDED = 301


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("record") / "w"
    record_run(synthetic_workspace(folder), areas=2, horizons=1)
    fill(folder, RECORDED - 1)
    (folder / "drop").mkdir()
    settings = folder / "strandcast.toml"
    text = settings.read_text("utf-8").replace('checkpoint_folder = ""', 'checkpoint_folder = "drop"')
    settings.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def client(root: Path) -> Iterator[TestClient]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY_VARIABLE, SIGNER.text())
        with running_service(root) as client:
            yield client


@pytest.fixture(scope="module")
def signed(client: TestClient, root: Path) -> Verifier:
    """Return the key, when the service has dropped its first checkpoint."""
    deadline = time.monotonic() + 60
    while not list((root / "drop").iterdir()) and time.monotonic() < deadline:
        client.get("/healthz")
        time.sleep(0.1)
    return SIGNER.verifier


def get(client: TestClient, path: str, **asked: Any) -> Any:
    answer = client.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_events_are_paged_from_the_newest(client: TestClient) -> None:
    first = Events.model_validate(get(client, "/v1/audit", limit=3))
    second = Events.model_validate(get(client, "/v1/audit", limit=3, cursor=first.next_cursor))
    sequences = [event.sequence for event in (*first.events, *second.events)]
    assert sequences == list(range(sequences[0], sequences[0] - 6, -1))
    last = Events.model_validate(get(client, "/v1/audit", cursor=EventQuery().cursor_at(4)))
    assert ([event.sequence for event in last.events], last.next_cursor) == ([3, 2, 1], None)


def test_events_are_filtered(client: TestClient) -> None:
    models = Events.model_validate(get(client, "/v1/audit", operation="model"))
    assert {event.object for event in models.events} >= {"model/first", "model/second"}
    [one] = Events.model_validate(get(client, "/v1/audit", object="model/first", actor="ann", outcome="ok")).events
    assert get(client, "/v1/audit", object="model/first", actor="eve")["events"] == []
    assert get(client, "/v1/audit", object="model/first", outcome="refused")["events"] == []
    assert get(client, "/v1/audit", object="model/first", since=one.time)["events"] != []
    assert get(client, "/v1/audit", object="model/first", until=one.time)["events"] == []
    said = get(client, "/v1/audit", object="ledger/events", limit=1)["events"][0]
    assert (said["details"]["object"], said["details"]["rows"]) == ("model/first", 0)


@pytest.mark.parametrize(
    "asked",
    [
        {"operation": "reading"},
        {"limit": 0},
        {"cursor": EventQuery().cursor_at(0)},
        {"cursor": EventQuery().cursor_at(1)},
        {"cursor": "x"},
        {"cursor": EventQuery().cursor_at(2**31)},
        {"cursor": EventQuery().cursor_at(4), "actor": "ann"},
        {"since": "2024-01-01T00:00:00"},
        {"since": "0001-01-01T00:00:00+14:00"},
        {"object": "a\x00b"},
        {"actor": ""},
        {"outcome": "no"},
        {"colour": "red"},
    ],
)
def test_questions_that_cannot_be_answered_are_refused(client: TestClient, asked: dict[str, Any]) -> None:
    assert client.get("/v1/audit", params=asked).status_code == 422


def test_operations_are_those_of_the_statute_and_our_three() -> None:
    statutory = ("collection", "alteration", "consultation", "disclosure", "combination", "erasure")
    assert (*statutory, "decision", "model", "admin") == OPERATIONS
    assert [EventQuery(operation=name).operation for name in OPERATIONS] == list(OPERATIONS)


def test_a_proof_is_checked_without_the_service(client: TestClient, signed: Verifier) -> None:
    audit_id = get(client, "/v1/audit", object="model/first")["events"][0]["audit_id"]
    answer = client.get(f"/v1/audit/{audit_id}/proof")
    proof = InclusionProof.model_validate_json(answer.content)
    assert len(answer.content) < 2048
    told = check(answer.json(), [signed])
    assert (told.size, told.signed is not None) == (proof.size, True)
    assert proof.size >= RECORDED
    event = get(client, f"/v1/audit/{answer.headers['audit-id']}")
    assert (event["object"], event["details"]["proof"]) == (f"event/{audit_id}", "inclusion")
    of_all = get(client, f"/v1/audit/{audit_id}/proof", size=RECORDED + 1)
    assert of_all["size"] == RECORDED + 1
    assert check(of_all, []).size == RECORDED + 1
    # No checkpoint is of just so many events, and a key asks for one.
    with pytest.raises(LedgerError, match="nobody signed the root"):
        check(of_all, [signed])


def test_sizes_and_events_that_there_are_not_are_told(client: TestClient) -> None:
    audit_id = get(client, "/v1/audit", limit=1)["events"][0]["audit_id"]
    assert client.get(f"/v1/audit/{audit_id}/proof", params={"size": 2 * 10**9}).status_code == 422
    assert client.get(f"/v1/audit/{audit_id}/proof", params={"size": 1}).status_code == 422
    assert client.get("/v1/audit/00000001-aaaaaaaa/proof").status_code == 404
    assert client.get("/v1/consistency", params={"old": 2 * 10**9}).status_code == 422


def test_states_are_consistent_over_http(client: TestClient, signed: Verifier) -> None:
    document = get(client, "/v1/consistency", old=100, new=300)
    proof = ConsistencyProof.model_validate(document)
    assert (proof.old_size, proof.new_size) == (100, 300)
    assert check(document, []).size == 300
    newest = ConsistencyProof.model_validate(get(client, "/v1/consistency", old=100))
    assert newest.new_checkpoint is not None


def test_checkpoints_are_those_that_the_service_dropped(client: TestClient, signed: Verifier, root: Path) -> None:
    page = Checkpoints.model_validate(get(client, "/v1/checkpoints"))
    assert [item.note for item in reversed(page.checkpoints)] == [
        path.read_text("utf-8") for path in sorted((root / "drop").iterdir())
    ]
    assert signed.opened(page.checkpoints[0].note).size == page.checkpoints[0].size
    beyond = CheckpointsQuery().cursor_at(page.checkpoints[-1].size)
    assert client.get("/v1/checkpoints", params={"cursor": beyond}).status_code == 422


def test_an_export_is_made_by_a_job_and_verifies_elsewhere(
    client: TestClient, signed: Verifier, root: Path, tmp_path: Path
) -> None:
    answer = client.post("/v1/exports", json={}, headers={"prefer": "respond-async"})
    assert answer.status_code == 202, answer.text
    job, deadline = answer.json(), time.monotonic() + 120
    while job["status"] in ("queued", "running") and time.monotonic() < deadline:
        time.sleep(0.2)
        job = get(client, answer.headers["location"])
    assert (job["status"], job["kind"]) == ("done", "export")
    bundle = client.get(job["location"])
    assert (bundle.status_code, bundle.headers["content-type"]) == (200, "application/zip")
    (tmp_path / "bundle.zip").write_bytes(bundle.content)
    notes = [signed.opened(path.read_text("utf-8")) for path in (root / "drop").iterdir()]
    found = judge(tmp_path / "bundle.zip", [signed], notes)
    assert (found.ok, found.covered) == (True, max(note.size for note in notes))
    again = client.post("/v1/exports", json={})
    assert (again.status_code, again.json()["events"] > found.events) == (201, True)
    said = get(client, f"/v1/audit/{bundle.headers['audit-id']}")
    assert (said["operation"], said["recipient"] == said["actor"]) == ("disclosure", True)
    assert said["object_hash"] == hashlib.sha256(bundle.content).hexdigest()
    kept = root / "exports" / f"{again.json()['export_id']}.zip"
    assert kept.stem.endswith(hashlib.sha256(kept.read_bytes()).hexdigest()[:12])
    with kept.open("ab") as file:
        file.write(b"x")
    changed = client.get(again.headers["location"])
    assert (changed.status_code, "not what was made" in changed.text) == (404, True)
    for name in ("000000000001-0123456789ab", "..%2Fstrandcast"):
        assert client.get(f"/v1/exports/{name}").status_code == 404


def test_service_does_not_start_that_could_not_sign(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    with pytest.raises(ServiceError, match="no key to sign with"):
        check_start(root, TickingClock())
