"""`strandcast audit replay`, and answers of the service asked again of its own routes."""

import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from ledger.events import Draft
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.kinds import FORECAST
from serving.access.caller import Role, Scope
from serving.access.identity import scope_of, scope_text
from serving.record.again import ServedAgain
from serving.replays.schemas import ReplayAnswer
from strandcast.app import run
from tests.support.cycle import Command, command
from tests.support.forecast_runs import synthetic_workspace
from tests.support.keys import headers_for
from tests.support.ledgers import TickingClock
from tests.support.replayed import Done, done, forecast, opened
from tests.support.services import running_service


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Done:
    return done(tmp_path_factory.mktemp("replay") / "w")


@pytest.fixture(scope="module")
def client(kept: Done) -> Iterator[TestClient]:
    with running_service(kept.root) as client:
        yield client


@pytest.fixture(scope="module")
def answered(kept: Done, client: TestClient) -> dict[str, str]:
    """Ask for everything, and return what was asked to the audit id of its answer."""
    rows = client.get("/v1/forecasts", params={"limit": 100}).json()["rows"]
    first, last = (rows[at]["forecast_id"] for at in (0, -1))
    page = client.get("/v1/forecasts", params={"limit": 5}).json()
    asked = [
        "/v1/periods",
        "/v1/forecasts?strand=strand%200&horizon=2&limit=3",
        f"/v1/forecasts?limit=5&cursor={page['next_cursor']}",
        f"/v1/explanations/{first}",
        f"/v1/explanations/{last}",
        f"/v1/plans/{kept.plan_id}",
        "/v1/plans?limit=1",
        f"/v1/plans/{kept.plan_id}/compare?other={kept.edited}",
        "/v1/resources",
        "/v1/tasks",
        "/v1/models",
        f"/v1/models/{kept.version}",
        "/v1/champions",
        "/v1/gate-decisions",
        "/v1/scenarios",
        "/v1/audit?limit=4",
        f"/v1/audit/{kept.issued}",
        f"/v1/audit/{kept.issued}/proof",
        "/v1/consistency?old=3",
        "/v1/checkpoints",
    ]
    found = {}
    for target in asked:
        answer = client.get(target)
        assert answer.status_code == 200, answer.text
        found[target] = answer.headers["audit-id"]
    table = client.get("/v1/forecasts", params={"limit": 5}, headers={"accept": "text/csv"})
    assert table.headers["content-type"].startswith("text/csv")
    found["as a table"] = table.headers["audit-id"]
    mine = headers_for(kept.root, Role.PLANNER, name="Bea", scope=Scope(areas=frozenset({"D1"})))
    part = client.get("/v1/forecasts", params={"limit": 5}, headers=mine)
    assert {row["area_code"] for row in part.json()["rows"]} <= {"A001", "A003", "A005"}
    found["as far as a scope reaches"] = part.headers["audit-id"]
    again = client.get("/v1/periods", headers={"if-none-match": client.get("/v1/periods").headers["etag"]})
    assert again.status_code == 304
    return {**found, "not modified": again.headers["audit-id"]}


@pytest.fixture
def call(kept: Done, capsys: pytest.CaptureFixture[str]) -> Command:
    return command(kept.root, capsys)


def test_every_answer_of_the_service_is_the_same_when_it_is_asked_again(
    call: Command, answered: dict[str, str]
) -> None:
    for target, audit_id in answered.items():
        found = call("audit", "replay", audit_id)
        assert (found["outcome"], found["first_difference"]) == ("same", None), target
        assert found["kind"] == "answer"
        assert found["parts"][-1]["name"] == "the answer's body"


def test_an_answer_that_was_asked_for_by_a_former_cursor_is_named_so(
    kept: Done, answered: dict[str, str], call: Command
) -> None:
    with opened(kept.root) as ledger:
        draft = ledger.event(answered["/v1/periods"]).draft
        details = {**draft.details, "url": "/v1/forecasts?limit=5&cursor=2019-01-01-0a1b2c3d~5"}
        event = ledger.append(replace(draft, details=details))
    found = call("audit", "replay", event.audit_id, expected=2)
    assert (found["outcome"], found["absent"]) == ("cannot", ["what was asked"])
    assert "former form" in found["parts"][-1]["said"]


def test_a_replay_is_asked_for_over_http_kept_and_looked_at_again(
    kept: Done, answered: dict[str, str], client: TestClient
) -> None:
    for asked in (kept.plan_id, answered["/v1/periods"]):
        job = ended(client, "/v1/replays", {"id": asked})
        assert (job["status"], job["kind"], job["problem"]) == ("done", "replay", None)
        found = ReplayAnswer.model_validate_json(client.get(job["location"]).content)
        assert (found.outcome, found.asked, found.synthetic) == ("same", asked, True)
        with opened(kept.root) as ledger:
            event = ledger.event_of("replay", found.replay_id)
        assert (event.draft.operation, event.draft.actor) == ("consultation", "Ann")
        assert event.draft.details["of"] == found.event


STUDIES: tuple[dict[str, Any], ...] = (
    {"study": "compare", "effect": "low"},
    {"study": "flip", "area_code": "A001"},
    {"study": "next", "hours": 5},
    {"study": "frontier"},
    {"study": "sensitivity"},
)


@pytest.fixture(scope="module")
def studied(kept: Done, client: TestClient) -> list[dict[str, Any]]:
    """Make each study of a plan, and two plans beside each other."""
    orders = [*STUDIES, {"study": "compare", "other": kept.edited}]
    jobs = [ended(client, "/v1/scenarios", {"plan_id": kept.plan_id, **order}) for order in orders]
    assert [job["problem"] for job in jobs] == [None] * len(orders)
    return [client.get(job["location"]).json() for job in jobs]


def test_every_study_is_the_same_when_it_is_made_again(
    kept: Done, studied: list[dict[str, Any]], call: Command, client: TestClient
) -> None:
    strands = kept.root / "strands.toml"
    text = strands.read_text("utf-8")
    strands.write_text("this is no TOML", "utf-8")
    try:
        for one in studied:
            with opened(kept.root) as ledger:
                recorded = ledger.event_of("scenario", one["scenario_id"]).audit_id
            # By its name, by the event that recorded it, and by that of an answer that showed it.
            for asked in (one["scenario_id"], recorded, one["audit_id"]):
                found = call("audit", "replay", asked)
                assert (found["outcome"], found["first_difference"]) == ("same", None), one["study"]
            found = call("audit", "replay", one["scenario_id"])
            names = [part["name"] for part in found["parts"]]
            assert {f"plan/{kept.plan_id}", "settings (strands)"} <= set(names)
            assert names[-1] == "the study's document"
    finally:
        strands.write_text(text, "utf-8")


def test_a_study_that_was_changed_or_lost_its_settings_is_named(
    kept: Done, studied: list[dict[str, Any]], call: Command
) -> None:
    name = studied[-1]["scenario_id"]
    with opened(kept.root) as ledger:
        row = ledger.artefact("scenario", name)
        rows = [row, ledger.artefact("settings", str(row.meta["manifest"]["settings"]["strands"]))]  # type: ignore[index,call-overload]
    for one, called in zip(rows, ("the study's file", "settings (strands)"), strict=True):
        path = kept.root / one.path
        data = path.read_bytes()
        path.chmod(0o600)
        path.write_bytes(data + b" ")
        try:
            found = call("audit", "replay", name, expected=1)
        finally:
            path.write_bytes(data)
        assert called in [part["name"] for part in found["parts"] if part["verdict"] == "changed"]


def test_a_replay_of_nothing_is_no_such_record(client: TestClient) -> None:
    problem = ended(client, "/v1/replays", {"id": "nonsense"})["problem"]
    assert problem["status"] == 404
    assert "nothing is recorded as nonsense" in problem["detail"]


def ended(client: TestClient, path: str, order: dict[str, Any]) -> Any:
    """Ask for long work, and return its job once it has ended."""
    told = client.post(path, json=order, headers={"prefer": "respond-async"})
    assert told.status_code == 202, told.text
    job = told.json()
    for _ in range(600):
        job = client.get(f"/v1/jobs/{job['job_id']}").json()
        if job["ended"]:
            break
        time.sleep(0.2)
    return job


def test_how_far_a_job_was_is_not_kept(client: TestClient, call: Command) -> None:
    found = call("audit", "replay", client.get("/v1/jobs").headers["audit-id"], expected=2)
    assert found["absent"] == ["a way to make jobs again"]


def test_an_answer_of_before_is_the_same_although_another_run_is_served_now(
    kept: Done, call: Command, answered: dict[str, str], client: TestClient
) -> None:
    before = call("audit", "replay", answered["/v1/periods"])
    with opened(kept.root) as ledger:
        events = len(ledger.events())
        name = ledger.alias("model", "champion")
        assert name is not None
        assert forecast(ledger, FileStore(kept.root), name) == kept.run_id
    assert call("audit", "replay", answered["/v1/periods"])["parts"] == before["parts"]
    with opened(kept.root) as ledger:
        # Asking for the run again is an event; replaying is none.
        assert len(ledger.events()) == events + 1


def test_an_answer_from_a_changed_file_is_named(
    kept: Done, answered: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "w"
    shutil.copytree(kept.root, root)
    with opened(root) as ledger:
        path = root / ledger.artefact(FORECAST, kept.run_id).path
    path.write_bytes(path.read_bytes()[:-1])
    found = command(root, capsys)("audit", "replay", answered["/v1/periods"], expected=1)
    assert found["outcome"] == "differs"
    assert "forecast's file" in found["sentence"]


@pytest.mark.parametrize("name", ["resources.toml", "strands.toml"])
def test_a_file_of_the_workspace_that_was_edited_since_is_named(
    kept: Done, answered: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    root = tmp_path / "w"
    shutil.copytree(kept.root, root)
    with (root / name).open("a", encoding="utf-8") as file:
        file.write("\n# A remark: what is told stays the same.\n")
    replay = command(root, capsys)
    found = replay("audit", "replay", answered["/v1/resources"], expected=1)
    assert found["first_difference"]["name"] == f"settings ({name})"
    assert found["parts"][-1]["verdict"] == "same"
    (root / name).unlink()
    found = replay("audit", "replay", answered["/v1/resources"], expected=2)
    assert found["absent"] == [f"settings ({name})"]


def test_the_service_answers_with_other_code_and_says_so(kept: Done, answered: dict[str, str], call: Command) -> None:
    with opened(kept.root) as ledger:
        event = ledger.event(answered["/v1/periods"])
        name = str(event.draft.details["surroundings"])
        document: dict[str, Any] = json.loads(FileStore(kept.root).read(ledger.artefact("surroundings", name).stored))
    assert sorted(document["code"]) == ["errors", "features", "ledger", "models", "serving"]
    assert document["lock"]
    assert document["libraries"]["lightgbm"]


@pytest.mark.parametrize("name", ["run_id", "plan_id", "explained", "issued", "version"])
def test_the_command_says_what_is_the_same(kept: Done, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", "replay", getattr(kept, name), "--workspace", str(kept.root)]) == 0
    told = capsys.readouterr().out
    assert "was made again and is the same to the bit" in told.replace("\n", " ")
    assert "SYNTHETIC" in told


def test_the_exit_code_tells_different_from_absent(
    kept: Done, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = replace(kept, root=tmp_path / "w")
    shutil.copytree(kept.root, copy.root)
    call = command(copy.root, capsys)
    with opened(copy.root) as ledger:
        plan = copy.root / ledger.artefact("plan", copy.plan_id).path
    plan.write_bytes(b"{}")
    assert call("audit", "replay", copy.plan_id, expected=1)["first_difference"]["name"] == "the plan's file"
    plan.unlink()
    assert call("audit", "replay", copy.plan_id, expected=2)["absent"] == ["the plan's file"]
    assert "nothing is recorded as" in call("audit", "replay", "nonsense", expected=2)["error"]


def test_a_change_is_found_however_many_answers_followed_it_within_seconds(tmp_path: Path) -> None:
    workspace, clock = synthetic_workspace(tmp_path / "w"), TickingClock()
    run, read = Draft("combination", "forecast/r1", "ann"), Draft("consultation", "forecast/r1", "http")
    with Ledger.open(workspace.database_url, lambda: clock.instant) as ledger:
        ledger.append(run)
        clock.instant += timedelta(seconds=30)
        ledger.append_all([run, Draft("model", "model/m1", "ann"), Draft("collection", "forecasts/1", "ann")])
        clock.instant += timedelta(seconds=14)
        ledger.append_all([read] * 2_500)
        event = ledger.append(read)
        assert list(ServedAgain(workspace, ledger)._states(event)) == [2_504, 2, 1]


@pytest.mark.parametrize("scope", [Scope(), Scope(areas=frozenset(), strands=frozenset({"robbery"}))])
def test_a_scope_comes_back_from_what_is_recorded_of_it(scope: Scope) -> None:
    assert scope_of(json.loads(scope_text(scope))) == scope
