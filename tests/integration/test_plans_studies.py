"""Studies of plans through the command line, on SYNTHETIC runs in a real ledger; each look is recorded."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from features.workspace import Workspace
from ledger.ledger import Ledger
from strandcast.app import run
from tests.support.cycle import Command, command
from tests.support.forecast_runs import record_run, synthetic_workspace
from tests.support.ledgers import TickingClock

CAPACITY = """
version = 2
[harm]
source = "Invented."
weights = { burglary = 1, robbery = 3 }
[[resource]]
code = "patrol"
name = "Foot patrol"
kind = "patrol"
owner = "police"
hours_a_week = 12
source = "Invented."
meets = { minutes_an_incident = { low = 30, central = 45, high = 60 }, source = "Invented." }
[[resource]]
code = "wardens"
name = "Town wardens"
kind = "team"
owner = "council"
hours_a_week = 6
source = "Invented."
meets = { minutes_an_incident = { low = 40, central = 60, high = 90 }, source = "Invented." }
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = synthetic_workspace(tmp_path / "w")
    record_run(made, areas=10, deciles=True)
    made.resources_file.write_text(CAPACITY, "utf-8")
    return made


@pytest.fixture
def call(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> Command:
    return command(workspace.root, capsys)


@pytest.fixture
def plan(call: Command) -> dict[str, Any]:
    made: dict[str, Any] = call("allocate")
    return made


def consulted(workspace: Workspace) -> list[dict[str, Any]]:
    with Ledger.open(workspace.database_url, TickingClock()) as ledger:
        return [
            dict(event.draft.details)
            for event in ledger.events()
            if event.draft.operation == "consultation" and "study" in event.draft.details
        ]


def test_a_flip_point_is_told_with_what_the_hours_rest_on_and_the_look_is_recorded(
    call: Command, plan: dict[str, Any], workspace: Workspace
) -> None:
    found = call("plans", "flip", plan["plan_id"], "--area", "A0003")
    for way in ("add", "remove"):
        point = found[way]
        assert point["sentence"]
        if point["multiplier"] is not None:
            assert 0 <= point["multiplier"] <= 10
            assert abs(point["hours"] - found["hours"]) >= found["step"] - 1e-6
            assert abs(point["hours_with_1_percent_less"] - found["hours"]) < found["step"]
    assert {item["strand"] for item in found["behind"]} == {"burglary", "robbery"}
    assert found["attribution"] == "Invented numbers."
    assert consulted(workspace) == [{"study": "flip", "area_code": "A0003"}]


def test_an_area_that_the_plan_lacks_is_refused(
    call: Command, plan: dict[str, Any], workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["plans", "flip", plan["plan_id"], "--area", "B9", "--workspace", str(workspace.root)]) == 2
    assert "no area 'B9'" in capsys.readouterr().err


def test_two_plans_are_compared_and_a_plan_with_what_it_would_be(
    call: Command, plan: dict[str, Any], tmp_path: Path
) -> None:
    other = call("allocate", "--hours", "patrol=30")
    told = call("plans", "compare", plan["plan_id"], other["plan_id"])
    assert told["hours"][1] - told["hours"][0] == pytest.approx(18.0)
    assert sum(line["change"] for line in told["districts"]) == pytest.approx(18.0)
    picture, rows = tmp_path / "c.png", tmp_path / "c.csv"
    equal = call("plans", "compare", plan["plan_id"], "--weights", "equal", "--picture", picture, "--out", rows)
    assert equal["harm"][0]["by_the_weights_of_the_first"] >= equal["harm"][1]["by_the_weights_of_the_first"] - 1e-6
    assert picture.stat().st_size > 10_000
    assert set(pd.read_csv(rows)["kind"]) == {"area", "district", "strand", "decile"}


def test_more_hours_are_placed_and_gain_no_more_than_their_price(call: Command, plan: dict[str, Any]) -> None:
    told = call("plans", "next", plan["plan_id"], "--hours", 4)
    assert [one["resource"] for one in told["resources"]] == ["patrol", "wardens"]
    for one in told["resources"]:
        assert 0 < one["harm"] <= one["promised"] * (1 + 1e-6)


def test_the_frontier_goes_through_the_plan(call: Command, plan: dict[str, Any], tmp_path: Path) -> None:
    told = call("plans", "frontier", plan["plan_id"], "--out", tmp_path / "f.json", "--picture", tmp_path / "f.svg")
    own = next(point for point in told["points"] if point["factor"] == 1)
    assert own["harm"] == pytest.approx(plan["objective"]["harm"])
    assert json.loads((tmp_path / "f.json").read_text("utf-8"))["points"] == told["points"]
    assert b"SYNTHETIC" in (tmp_path / "f.svg").read_bytes() or (tmp_path / "f.svg").stat().st_size > 10_000


def test_fairness_begins_with_the_plan_and_ends_in_proportion(call: Command, plan: dict[str, Any]) -> None:
    points = call("plans", "fairness", plan["plan_id"])["points"]
    assert points[0]["harm"] == pytest.approx(plan["objective"]["harm"])
    assert points[-1]["lowest"] == pytest.approx(1.0, abs=1e-6)
    assert points[-1]["highest"] == pytest.approx(1.0, abs=1e-6)
    assert points[-1]["price"] > 0


def test_ranks_are_shown_by_weights_and_effect(call: Command, plan: dict[str, Any]) -> None:
    told = call("plans", "sensitivity", plan["plan_id"])
    assert told["choices"] == ["own, central effect", "equal", "low effect", "high effect"]
    assert told["marked"] == [area["area_code"] for area in told["areas"] if area["depends"]] or told["marked"]


def test_a_plan_that_cannot_be_made_again_as_it_was_is_refused(
    call: Command, plan: dict[str, Any], workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    weighed = """version = 1
[[set]]
name = "mine"
unit = "days"
weight = [
  { strand = "burglary", weight = 2, source = "Invented.", edition = "1", date = 2024-01-01 },
  { strand = "robbery", weight = 3, source = "Invented.", edition = "1", date = 2024-01-01 },
]
"""
    workspace.harm_file.write_text(weighed, "utf-8")
    made = call("allocate", "--weights", "mine")
    workspace.harm_file.write_text(weighed.replace("weight = 2,", "weight = 5,"), "utf-8")
    assert run(["plans", "frontier", made["plan_id"], "--workspace", str(workspace.root)]) == 2
    assert "posed again it is worth" in capsys.readouterr().err


def test_an_edited_plan_is_studied_with_the_hours_that_were_recorded(call: Command, plan: dict[str, Any]) -> None:
    edited = call(
        "plans", "edit", plan["plan_id"], "--set", "patrol:A0000:burglary=2", "--by", "Ann", "--reason", "An event."
    )
    told = call("plans", "compare", edited["plan_id"], plan["plan_id"])
    recorded = {area["area_code"]: area["hours"] for area in edited["areas"]}
    for line in told["areas"]:
        assert line["hours"][0] == pytest.approx(recorded[line["name"]], abs=1e-6)
    assert call("plans", "flip", edited["plan_id"], "--area", "A0000")["reason"]


def test_compare_needs_something_to_compare_with(
    call: Command, plan: dict[str, Any], workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["plans", "compare", plan["plan_id"], "--workspace", str(workspace.root)]) == 2
    assert "--weights" in capsys.readouterr().err
