"""Plans, tasks, scenarios and jobs over HTTP: every answer has its shape, is recorded, and is given once."""

import json
import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from starlette.testclient import TestClient

from ledger.files import FileStore
from serving.access.caller import Role, Scope
from serving.jobs.schemas import JobAnswer, Jobs
from serving.plans.resources_schemas import ResourcesAnswer
from serving.plans.schemas import AreaAnswer, Compared, DecisionAnswer, PlanAnswer, Plans
from serving.scenarios.schemas import Scenario, Scenarios
from serving.tasks.schemas import TaskAnswer, Tasks
from tests.support.forecast_runs import record_run, synthetic_workspace
from tests.support.keys import headers_for
from tests.support.ledgers import open_ledger, rewrite
from tests.support.services import running_service


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plans") / "w"
    record_run(synthetic_workspace(folder), areas=12, deciles=True)
    return folder


@pytest.fixture(scope="module")
def client(root: Path) -> Iterator[TestClient]:
    with running_service(root) as client:
        yield client


@pytest.fixture(scope="module")
def second(root: Path, client: TestClient) -> dict[str, str]:
    """Return the headers of somebody who drafted nothing."""
    return headers_for(root, Role.PLANNER, name="Bo")


def shaped(model: type[BaseModel], response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    assert response.headers["audit-id"] == response.json()["audit_id"]
    return model.model_validate_json(response.content)


def detail(response: Any, status: int) -> str:
    assert response.status_code == status, response.text
    said: str = response.json()["detail"]
    return said


def drafted(client: TestClient, hours: float, **order: Any) -> Any:
    return shaped(PlanAnswer, client.post("/v1/plans", json={"total_hours": hours, **order}), 201)


def event_of(root: Path, audit_id: str) -> Any:
    with open_ledger(root) as ledger:
        return ledger.event(audit_id).draft


def test_a_plan_is_made_once_however_often_it_is_asked_for(client: TestClient, root: Path) -> None:
    order, key = {"total_hours": 100}, {"Idempotency-Key": "order-1"}
    first = client.post("/v1/plans", json=order, headers=key)
    made = shaped(PlanAnswer, first, 201)
    assert first.headers["location"] == f"/v1/plans/{made.plan_id}"
    assert (made.standing.status, made.plan.choices["total_hours"]) == ("draft", 100)
    assert client.post("/v1/plans", json=order, headers=key).content == first.content
    assert "used for another request" in detail(client.post("/v1/plans", json={"total_hours": 90}, headers=key), 409)
    other = {**headers_for(root, Role.PLANNER, name="Cy"), **key}
    assert client.post("/v1/plans", json={"total_hours": 90}, headers=other).status_code == 201
    event = event_of(root, made.audit_id)
    assert (event.operation, event.object, event.actor) == ("combination", f"plan/{made.plan_id}", "Ann")


def test_an_answer_that_somebody_wrote_into_the_database_is_not_handed_out(client: TestClient, root: Path) -> None:
    key, refusal = {"Idempotency-Key": "forged-1"}, {"reason": "not this week"}
    plan_id = drafted(client, 97).plan_id
    first = client.post(f"/v1/plans/{plan_id}/reject", json=refusal, headers=key)
    assert first.status_code == 200
    assert client.post(f"/v1/plans/{plan_id}/reject", json=refusal, headers=key).content == first.content
    rewrite(root, "UPDATE given_answers SET body = replace(body, 'reject', 'issue') WHERE key = 'forged-1'")
    assert client.post(f"/v1/plans/{plan_id}/reject", json=refusal, headers=key).status_code == 503


def test_one_key_sent_many_times_at_once_asks_for_one_job(client: TestClient) -> None:
    before = len(shaped(Jobs, client.get("/v1/jobs")).jobs)

    def post(_: int) -> tuple[int, bytes]:
        answer = client.post("/v1/plans", json={"total_hours": 111}, headers={"Idempotency-Key": "at-once"})
        return answer.status_code, answer.content

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(post, range(8)))
    assert [status for status, _ in answers] == [201]
    assert len(shaped(Jobs, client.get("/v1/jobs")).jobs) == before + 1


def test_an_order_that_cannot_be_met_says_why_and_leaves_no_plan(client: TestClient) -> None:
    total = shaped(Plans, client.get("/v1/plans")).total
    order = {"total_hours": 10, "minimum_hours": 5}
    assert "cannot both be kept" in detail(client.post("/v1/plans", json=order), 422)
    assert "no_such" in detail(client.post("/v1/plans", json={"hours": {"no_such": 4}}), 422)
    assert shaped(Plans, client.get("/v1/plans")).total == total


def test_plans_are_listed_by_pages_and_shown_with_where_they_stand(client: TestClient) -> None:
    made = [drafted(client, hours).plan_id for hours in (121, 122, 123)]
    found: list[str] = []
    cursor = None
    while True:
        query = {"limit": 2, "status": "draft", **({"cursor": cursor} if cursor else {})}
        page = shaped(Plans, client.get("/v1/plans", params=query))
        found += [plan.plan_id for plan in page.plans]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found[:3] == made[::-1]
    assert (len(found), len(set(found))) == (page.total, page.total)
    assert detail(client.get("/v1/plans", params={"cursor": "nothing"}), 422)
    shown = client.get(f"/v1/plans/{made[0]}")
    assert shaped(PlanAnswer, shown).standing.sentence.endswith("nobody has decided on it yet.")
    known = client.get(f"/v1/plans/{made[0]}", headers={"If-None-Match": shown.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    both = shaped(Compared, client.get(f"/v1/plans/{made[0]}/compare", params={"other": made[1]}))
    assert both.second.hours - both.first.hours == pytest.approx(1)
    assert detail(client.get("/v1/plans/nothing"), 404)


def test_a_plan_taken_away_as_a_table_is_a_disclosure(client: TestClient, root: Path) -> None:
    plan_id = drafted(client, 130).plan_id
    for asked in (
        client.get(f"/v1/plans/{plan_id}?format=csv"),
        client.get(f"/v1/plans/{plan_id}", headers={"Accept": "text/csv"}),
    ):
        assert asked.headers["content-type"].startswith("text/csv")
        assert len(asked.text.splitlines()) == 1 + 12
        event = event_of(root, asked.headers["audit-id"])
        assert (event.operation, event.recipient, event.details["rows"]) == ("disclosure", "Ann", 12)


def test_decisions_are_made_on_what_was_seen_by_somebody_else_once(
    client: TestClient, root: Path, second: dict[str, str]
) -> None:
    plan_id = drafted(client, 140).plan_id
    tag = client.get(f"/v1/plans/{plan_id}", headers=second).headers["etag"]
    address = f"/v1/plans/{plan_id}/issue"
    assert "have somebody else issue it" in detail(client.post(address, json={}), 403)
    stale = {**second, "If-Match": '"0123"'}
    assert "when you looked" in detail(client.post(address, json={}, headers=stale), 412)
    seen = {**second, "If-Match": tag, "Idempotency-Key": "issue-1"}
    first = client.post(address, json={"reason": "as agreed"}, headers=seen)
    done = shaped(DecisionAnswer, first)
    assert (done.status, done.decided_by, done.reason) == ("issued", "Bo", "as agreed")
    again = client.post(address, json={"reason": "as agreed"}, headers=seen)
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    assert "was issued by Bo" in detail(client.post(address, json={}, headers=second), 409)
    rejected = client.post(f"/v1/plans/{plan_id}/reject", json={"reason": "too late"}, headers=second)
    assert "was issued by Bo" in detail(rejected, 409)
    event = event_of(root, done.audit_id)
    assert (event.operation, event.actor, event.role) == ("decision", "Bo", "planner")


def test_an_edit_is_a_new_draft_by_whoever_asked(client: TestClient, second: dict[str, str]) -> None:
    before = drafted(client, 150)
    area = before.plan.areas[3].area_code
    order = {"cells": [{"resource": "patrol", "area_code": area, "hours": 21}], "reason": "a fair"}
    key = {"Idempotency-Key": "edit-1"}
    first = client.post(f"/v1/plans/{before.plan_id}/edit", json=order, headers=key)
    made = shaped(PlanAnswer, first, 201)
    assert made.plan.areas[3].hours == pytest.approx(21)
    assert made.plan.parent is not None
    assert (made.plan.parent["plan_id"], made.plan.parent["by"]) == (before.plan_id, "Ann")
    assert client.post(f"/v1/plans/{before.plan_id}/edit", json=order, headers=key).content == first.content
    assert "was edited by Ann" in detail(client.post(f"/v1/plans/{before.plan_id}/edit", json=order), 409)
    done = client.post(f"/v1/plans/{made.plan_id}/reject", json={"reason": "no fair"}, headers=second)
    assert shaped(DecisionAnswer, done).status == "rejected"
    blank = client.post(f"/v1/plans/{made.plan_id}/reject", json={"reason": " "}, headers=second)
    assert detail(blank, 422).startswith("body.reason: Is blank")


def test_owners_are_told_of_their_own_tasks_and_answer_them(
    client: TestClient, root: Path, second: dict[str, str]
) -> None:
    plan_id = drafted(client, 160).plan_id
    client.post(f"/v1/plans/{plan_id}/issue", json={}, headers=second)
    tasks = shaped(Tasks, client.get("/v1/tasks"))
    assert {task.owner for task in tasks.tasks} == {"police"}
    assert (tasks.total, tasks.next_cursor) == (len(tasks.tasks), None)
    first = shaped(Tasks, client.get("/v1/tasks?limit=1"))
    rest = shaped(Tasks, client.get("/v1/tasks", params={"cursor": first.next_cursor}))
    assert [*first.tasks, *rest.tasks] == tasks.tasks
    assert "other filters" in detail(
        client.get("/v1/tasks", params={"cursor": first.next_cursor, "status": "open"}), 422
    )
    assert all(task.expected for task in tasks.tasks)
    task_id = tasks.tasks[0].task_id
    strangers = headers_for(root, Role.PARTNER, name="council", scope=Scope(owners=frozenset({"council"})))
    assert shaped(Tasks, client.get("/v1/tasks", headers=strangers)).tasks == []
    assert detail(client.post(f"/v1/tasks/{task_id}/accept", json={}, headers=strangers), 404)
    for asked in (
        "owner=police",
        "owner=fire",
        f"plan_id={plan_id}",
        "plan_id=nonsense",
        "plan_id=nonsense&owner=fire",
    ):
        assert shaped(Tasks, client.get(f"/v1/tasks?{asked}", headers=strangers)).tasks == []
    there, nowhere = (
        detail(client.post(f"/v1/tasks/{one}/accept", json={}, headers=strangers), 404).replace(one, "")
        for one in (task_id, "2026-11-30-0123456789")
    )
    assert there == nowhere
    for strands, sees in ((frozenset({"robbery"}), False), (frozenset(tasks.tasks[0].strands), True)):
        narrow = headers_for(root, Role.PLANNER, name="Eve", scope=Scope(strands=strands))
        assert bool(shaped(Tasks, client.get("/v1/tasks", headers=narrow)).tasks) is sees
        if not sees:
            assert detail(client.post(f"/v1/tasks/{task_id}/accept", json={}, headers=narrow), 404)
    own = headers_for(root, Role.PARTNER, name="police", scope=Scope(owners=frozenset({"police"})))
    told = client.get("/v1/tasks", headers=own)
    partners = shaped(Tasks, told).tasks
    # Hours follow expected demand, of which nothing is published here: a partner is told where, and not how long.
    assert [(task.expected, task.shifts, task.hours, task.hours_are) for task in partners] == [
        (None, [], None, "not told")
    ] * 2
    assert {hours for task in partners for hours in task.strands.values()} == {None}
    event = event_of(root, told.headers["audit-id"])
    assert (event.operation, event.recipient) == ("disclosure", "police")
    key = {**own, "Idempotency-Key": "task-1"}
    declined = [
        client.post(f"/v1/tasks/{task_id}/decline", json={"reason": "two are away"}, headers=key) for _ in range(2)
    ]
    assert declined[0].content == declined[1].content
    refused = shaped(TaskAnswer, declined[0])
    assert (refused.status, refused.hours) == ("declined", partners[0].hours)
    assert "was declined already" in detail(
        client.post(f"/v1/tasks/{task_id}/decline", json={"reason": "x"}, headers=own), 409
    )
    around = shaped(PlanAnswer, client.post(f"/v1/plans/{plan_id}/around", json={}), 201)
    assert around.plan.parent is not None
    assert around.plan.parent["act"] == "around"
    accepted = client.post(f"/v1/tasks/{task_id}/accept", json={}, headers=own)
    assert shaped(TaskAnswer, accepted).status == "accepted"


PARTS = ("comparison", "flip", "next", "frontier", "fairness", "sensitivity")
STUDIES: dict[str, dict[str, Any]] = {
    "compare": {"effect": "low"},
    "flip": {"area_code": "A0003"},
    "next": {"hours": 5},
    "frontier": {},
    "fairness": {},
    "sensitivity": {},
}


@pytest.mark.parametrize("study", STUDIES)
def test_a_study_is_made_by_a_job_and_kept_once(client: TestClient, root: Path, study: str) -> None:
    plan_id = drafted(client, 170).plan_id
    order = {"study": study, "plan_id": plan_id, **STUDIES[study]}
    made = shaped(Scenario, client.post("/v1/scenarios", json=order), 201)
    parts = {name for name in PARTS if getattr(made, name)}
    assert parts == {"comparison" if study == "compare" else study}
    again = shaped(Scenario, client.post("/v1/scenarios", json=order), 201)
    assert again.scenario_id == made.scenario_id
    kept = shaped(Scenarios, client.get("/v1/scenarios", params={"plan_id": plan_id, "study": study}))
    assert [one.scenario_id for one in kept.scenarios] == [made.scenario_id]
    shown = shaped(Scenario, client.get(f"/v1/scenarios/{made.scenario_id}"))
    assert shown.model_copy(update={"audit_id": made.audit_id}) == made
    table = client.get(f"/v1/scenarios/{made.scenario_id}?format=csv")
    assert event_of(root, table.headers["audit-id"]).operation == "disclosure"
    assert len(table.text.splitlines()) > 2


def test_what_would_move_an_area_is_found_by_its_code(client: TestClient) -> None:
    plan_id = drafted(client, 172).plan_id
    order = {"study": "flip", "plan_id": plan_id, "area_code": "A0005"}
    made = shaped(Scenario, client.post("/v1/scenarios", json=order), 201)
    assert made.flip.area_code == made.area_code == "A0005"
    assert made.sentences[0] == made.flip.reason
    assert {line["strand"] for line in made.flip.behind} == set(client.get("/v1/periods").json()["strands"])
    where = {"study": "flip", "plan_id": plan_id}
    found = [client.get("/v1/scenarios", params={**where, "area_code": code}).json() for code in ("A0005", "A0004")]
    assert [one["total"] for one in found] == [1, 0]


def test_why_an_area_has_its_hours_is_told_from_the_record(client: TestClient, root: Path) -> None:
    made = drafted(client, 173)
    whole = {area.area_code: area for area in made.plan.areas}
    answer = client.get(f"/v1/plans/{made.plan_id}/areas/A0005")
    told = shaped(AreaAnswer, answer)
    assert told.area == whole["A0005"]
    assert sum(post.hours for post in told.posts) == pytest.approx(told.area.hours)
    assert [one.code for one in told.resources] == list(told.area.hours_by_resource)
    assert told.sentences == made.plan.sentences
    assert [rule["name"] for rule in told.binding] == [rule["name"] for rule in made.plan.rules if rule["binding"]]
    assert event_of(root, told.audit_id).details["area"] == "A0005"

    def far(code: str) -> float:
        own, other = whole["A0005"].expected, whole[code].expected
        return math.dist([own[strand] ** 0.5 for strand in own], [other[strand] ** 0.5 for strand in own])

    nearest = sorted((far(code), code) for code in whole if code != "A0005")[:5]
    assert [one.area_code for one in told.similar] == [code for _, code in nearest]
    assert detail(client.get(f"/v1/plans/{made.plan_id}/areas/none-such"), 404)


def test_an_area_out_of_sight_is_none_and_one_in_sight_has_no_prices(client: TestClient, root: Path) -> None:
    plan_id = drafted(client, 174).plan_id
    mine = headers_for(root, Role.PLANNER, name="Dee", scope=Scope(areas=frozenset({"A0001", "A0002"})))
    assert detail(client.get(f"/v1/plans/{plan_id}/areas/A0005", headers=mine), 404)
    told = shaped(AreaAnswer, client.get(f"/v1/plans/{plan_id}/areas/A0001", headers=mine))
    assert [one.area_code for one in told.similar] == ["A0002"]
    assert (told.area.reason, told.resources, told.binding, told.sentences, told.studies) == ("", [], [], [], [])


def test_a_study_that_cannot_be_is_refused(client: TestClient) -> None:
    plan_id = drafted(client, 171).plan_id
    wrong: tuple[dict[str, Any], ...] = (
        {"study": "compare"},
        {"study": "frontier", "effect": "low"},
        {"study": "flip"},
        {"study": "frontier", "area_code": "A0001"},
        {"study": "flip", "area_code": "A0001", "hours": 1},
        {"study": "next", "hours": 0},
        {"study": "flip", "area_code": "none-such"},
        {"study": "next", "resource": "none-such"},
    )
    for order in wrong:
        assert detail(client.post("/v1/scenarios", json={"plan_id": plan_id, **order}), 422)
    lost = {"study": "compare", "plan_id": plan_id, "weights": "none-such"}
    assert "no set of harm weights" in detail(client.post("/v1/scenarios", json=lost), 422)
    assert detail(client.post("/v1/scenarios", json={"study": "frontier", "plan_id": "none-such"}), 422)


def test_a_job_is_answered_at_once_where_that_is_preferred_and_can_be_cancelled(client: TestClient, root: Path) -> None:
    headers = {"Prefer": "respond-async", "Idempotency-Key": "later-1"}
    asked = client.post("/v1/plans", json={"total_hours": 180}, headers=headers)
    job = shaped(JobAnswer, asked, 202)
    assert (job.progress.done, job.progress.total) == (0, 3)
    assert client.post("/v1/plans", json={"total_hours": 180}, headers=headers).content == asked.content
    where = asked.headers["location"]
    while (now := shaped(JobAnswer, client.get(where))).ended is None:
        pass
    assert (now.job_id, now.status) == (job.job_id, "done")
    assert shaped(PlanAnswer, client.get(now.location)).plan_id == now.object.removeprefix("plan/")
    assert "is done already" in detail(client.post(f"{where}/cancel", json={}), 409)
    other = headers_for(root, Role.PLANNER, name="Dee")
    assert detail(client.get(where, headers=other), 404)
    assert detail(client.post(f"{where}/cancel", json={}, headers=other), 404)
    assert shaped(Jobs, client.get("/v1/jobs", headers=other)).jobs == []
    everybodys = shaped(Jobs, client.get("/v1/jobs", params={"limit": 2}, headers=headers_for(root, Role.AUDITOR)))
    rest = shaped(Jobs, client.get("/v1/jobs", params={"cursor": everybodys.next_cursor}))
    assert not {one.job_id for one in rest.jobs} & {one.job_id for one in everybodys.jobs}


def test_who_sees_some_areas_sees_these_alone_and_decides_on_none(client: TestClient, root: Path) -> None:
    plan_id = drafted(client, 190).plan_id
    scope = Scope(areas=frozenset({"D1"}), strands=frozenset({"robbery"}))
    headers = headers_for(root, Role.PLANNER, name="Eve", scope=scope)
    plan = shaped(PlanAnswer, client.get(f"/v1/plans/{plan_id}", headers=headers)).plan
    assert {area.district for area in plan.areas} == {"D1"}
    assert {strand for area in plan.areas for strand in area.expected} == {"robbery"}
    assert (plan.totals, plan.rules, plan.sentences) == ({}, [], [])
    table = client.get(f"/v1/plans/{plan_id}?format=csv", headers=headers).text
    assert "burglary" not in table
    for method, address, body in (
        ("POST", "/v1/plans", {"total_hours": 1}),
        ("POST", f"/v1/plans/{plan_id}/issue", {}),
        ("POST", f"/v1/plans/{plan_id}/reject", {"reason": "x"}),
        ("GET", f"/v1/plans/{plan_id}/compare?other={plan_id}", None),
        ("GET", "/v1/scenarios", None),
        ("GET", "/v1/resources", None),
    ):
        answer = client.request(method, address, json=body, headers=headers)
        assert "may not see" in detail(answer, 403)


def test_resources_are_those_of_the_workspace(client: TestClient) -> None:
    told = shaped(ResourcesAnswer, client.get("/v1/resources"))
    assert [resource.code for resource in told.resources] == ["patrol"]


def test_all_of_it_is_in_a_whole_chain(client: TestClient, root: Path) -> None:
    with open_ledger(root) as ledger:
        assert ledger.verify(FileStore(root)).ok
        events = ledger.events()
    assert not [event for event in events if "Bearer" in json.dumps(event.as_document())]
