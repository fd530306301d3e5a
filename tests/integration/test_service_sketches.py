"""Sketches over HTTP: what a plan would be is what the plan then is."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from serving.sketches.schemas import Sketch, Sketches, SketchesCompared
from tests.support.forecast_runs import record_run, synthetic_workspace
from tests.support.jobs import made_by
from tests.support.services import running_service


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("sketches") / "w"
    record_run(synthetic_workspace(folder), areas=12, deciles=True)
    with running_service(folder) as client:
        yield client


def sketched(client: TestClient, **order: Any) -> Sketch:
    answer = made_by(client, client.post("/v1/sketches", json=order))
    assert answer.status_code in (200, 201), answer.text
    return Sketch.model_validate_json(answer.content)


def planned(client: TestClient, **order: Any) -> Any:
    return made_by(client, client.post("/v1/plans", json=order)).json()


def refusal(client: TestClient, **order: Any) -> str:
    """Return why a sketch is refused, at once or by its job."""
    said = made_by(client, client.post("/v1/sketches", json=order)).json()
    told = said.get("problem") or said
    assert told["status"] == 422, said
    return str(told["detail"])


def test_a_sketch_has_the_hours_of_the_plan_that_its_order_makes(client: TestClient) -> None:
    order = {"total_hours": 140, "maximum_hours": 30, "locks": []}
    told = sketched(client, **order)
    plan = planned(client, **told.order)["plan"]
    assert {area.area_code: area.hours for area in told.areas} == {
        area["area_code"]: area["hours"] for area in plan["areas"]
    }
    assert told.totals.harm_reached == plan["totals"]["harm_reached"]
    assert [one.price for one in told.resources] == [one["price"] for one in plan["resources"]]
    assert told.totals.hours == pytest.approx(sum(area.hours for area in told.areas))


def test_a_sketch_stands_beside_the_newest_draft_and_says_what_changes(client: TestClient) -> None:
    plan = planned(client, total_hours=80)
    told = sketched(client, total_hours=100)
    assert told.beside == plan["plan_id"]
    before = {area["area_code"]: area["hours"] for area in plan["plan"]["areas"]}
    assert [(one.before, one.change) for one in told.areas] == [
        (before[one.area_code], one.hours - before[one.area_code]) for one in told.areas
    ]
    assert told.totals.hours_change == pytest.approx(20)
    named = sketched(client, total_hours=100, beside=told.beside, title="Twenty more")
    assert (named.title, named.areas) == ("Twenty more", told.areas)


def test_ten_hours_more_do_what_a_sketch_of_ten_hours_more_does(client: TestClient) -> None:
    first, second = (sketched(client, total_hours=hours) for hours in (90, 100))
    assert first.more is not None
    gain = second.totals.harm_reached - first.totals.harm_reached
    assert first.more.harm == pytest.approx(gain, rel=1e-4)
    assert sum(place.harm for place in first.more.places) <= first.more.harm * 1.001
    assert first.more.places[0].harm == max(place.harm for place in first.more.places)


def test_hours_that_are_kept_are_kept_and_a_clash_names_them(client: TestClient) -> None:
    free = sketched(client, total_hours=60)
    least = min(free.districts, key=lambda one: one.hours)
    kept = {"resource": "patrol", "districts": [least.district], "hours": 30}
    told = sketched(client, total_hours=60, ringfences=[kept])
    held = next(one for one in told.districts if one.district == least.district)
    assert held.hours == pytest.approx(30) != pytest.approx(least.hours)
    assert "ringfence" in refusal(client, total_hours=10, ringfences=[kept])
    assert "nobody" in refusal(client, total_hours=10, ringfences=[{**kept, "resource": "nobody"}])


def test_a_plan_with_kept_hours_is_edited_with_them(client: TestClient) -> None:
    told = sketched(client, total_hours=60)
    district = told.districts[-1].district
    area = next(one for one in told.areas if one.district != district)
    kept = {"resource": "patrol", "districts": [district], "hours": 40}
    made = planned(client, total_hours=60, ringfences=[kept])
    cell = {"resource": "patrol", "area_code": area.area_code, "hours": 12}
    order = {"cells": [cell], "reason": "A market."}
    edited = made_by(client, client.post(f"/v1/plans/{made['plan_id']}/edit", json=order)).json()
    held = sum(one["hours"] for one in edited["plan"]["areas"] if one["district"] == district)
    assert held >= 40 - 1e-6


def test_sketches_are_kept_listed_and_compared(client: TestClient) -> None:
    first, second = (sketched(client, total_hours=hours, title=f"{hours} hours") for hours in (50, 55))
    listed = Sketches.model_validate_json(client.get("/v1/sketches?titled=true&limit=1").content)
    assert [one.title for one in listed.sketches] == ["55 hours"]
    older = client.get(f"/v1/sketches?titled=true&limit=1&cursor={listed.next_cursor}").json()
    assert [one["title"] for one in older["sketches"]] == ["50 hours"]
    again = client.get(f"/v1/sketches/{first.sketch_id}").json()
    assert again["areas"] == [one.model_dump() for one in first.areas]
    answer = client.get(f"/v1/sketches/{first.sketch_id}/compare", params={"other": second.sketch_id})
    told = SketchesCompared.model_validate_json(answer.content)
    assert told.hours_change == pytest.approx(5)
    assert told.harm_reached_change == second.totals.harm_reached - first.totals.harm_reached
    assert [one.change for one in told.resources] == [pytest.approx(5)]


def test_a_sketch_beside_a_plan_that_nobody_made_is_refused(client: TestClient) -> None:
    assert "beside" in refusal(client, total_hours=10, beside="2020-01-06-000000000000")
