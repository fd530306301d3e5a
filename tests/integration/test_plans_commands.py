"""Plans and tasks through the command line, on SYNTHETIC runs in a real ledger: from a draft to what is in force."""

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

TWO_OWNERS = """
version = 2
[harm]
source = "Invented."
weights = { burglary = 1, robbery = 3 }
[[resource]]
code = "patrol"
name = "Foot patrol"
kind = "patrol"
owner = "police"
source = "Invented."
meets = { hours_for_63_percent = { low = 10, central = 20, high = 40 }, source = "Invented." }
[[resource]]
code = "wardens"
name = "Town wardens"
kind = "team"
owner = "council"
hours_a_week = 40
source = "Invented."
meets = { hours_for_63_percent = { low = 10, central = 20, high = 40 }, source = "Invented." }
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = synthetic_workspace(tmp_path / "w")
    record_run(made)
    made.resources_file.write_text(TWO_OWNERS, "utf-8")
    return made


@pytest.fixture
def call(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> Command:
    return command(workspace.root, capsys)


def hours(plan: dict[str, Any], resource: str, *areas: str) -> float:
    """Return a resource's hours in some areas of a plan, or in all."""
    posts = [post for post in plan["posts"] if post["resource"] == resource]
    return float(sum(post["hours"] for post in posts if not areas or post["area_code"] in areas))


def drafted(call: Command, *options: object) -> dict[str, Any]:
    made: dict[str, Any] = call("allocate", "--hours", 120, *options)
    return made


def statuses(call: Command) -> dict[str, str]:
    return {plan["plan_id"]: plan["status"] for plan in call("plans", "list")["plans"]}


def test_a_plan_is_a_draft_until_it_is_issued_and_the_same_is_recorded_once(call: Command) -> None:
    made, again = drafted(call), drafted(call)
    plan_id = made["plan_id"]
    assert again == made
    assert statuses(call) == {plan_id: "draft"}
    issued = call("plans", "issue", plan_id, "--by", "Ann Smith", "--reason", "as agreed")
    assert (issued["status"], issued["decided_by"], issued["reason"]) == ("issued", "Ann Smith", "as agreed")
    shown = call("plans", "show", plan_id)
    assert shown["posts"] == made["posts"]
    assert shown["standing"]["status"] == "issued"
    assert [decision["act"] for decision in shown["decisions"]] == ["issue"]
    assert call("plans", "list", "--status", "draft")["plans"] == []
    assert (
        "was issued by Ann Smith"
        in call("plans", "reject", plan_id, "--by", "Bo", "--reason", "no", expected=2)["error"]
    )
    assert call("audit", "verify")["ok"]


def test_an_edit_keeps_the_persons_cells_and_plans_the_rest_around_them(call: Command) -> None:
    first = drafted(call)
    edit = ("plans", "edit", first["plan_id"], "--by", "Ann", "--reason", "a festival")
    made = call(*edit, "--set", "patrol:A0001=30", "--set", "wardens:A0003=0")
    assert hours(made, "patrol", "A0001") == pytest.approx(30)
    assert hours(made, "wardens", "A0003") == pytest.approx(0)
    assert hours(made, "patrol") == pytest.approx(120)
    parent = made["parent"]
    assert (parent["plan_id"], parent["act"], parent["by"], parent["reason"]) == (
        first["plan_id"],
        "edit",
        "Ann",
        "a festival",
    )
    assert [cell["area_code"] for cell in parent["cells"]] == ["A0001", "A0003"]
    assert parent["moved"]["cells"] > 0
    assert {"resource": "patrol", "area_code": "A0001", "hours": 30.0, "strand": None} in made["choices"]["locks"]
    assert statuses(call) == {made["plan_id"]: "draft", first["plan_id"]: "superseded"}
    further = call("plans", "edit", made["plan_id"], "--by", "Bo", "--reason", "rain", "--set", "patrol:A0001=25")
    assert hours(further, "patrol", "A0001") == pytest.approx(25)
    assert hours(further, "wardens", "A0003") == pytest.approx(0)


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("patrol:A0001=300", "300"),
        ("patrol:A0009=3", "there is no area 'A0009'"),
        ("dogs:A0001=3", "there is no resource 'dogs'"),
        ("patrol:A0001:burglary=3", "Foot patrol serves all its strands at once"),
        ("patrol:A0001=-3", "is no cell with hours of 0 or more; write RESOURCE:AREA[:STRAND]=HOURS"),
        ("patrol=3", "write RESOURCE:AREA[:STRAND]=HOURS"),
        ("patrol:A0001:=3", "write RESOURCE:AREA[:STRAND]=HOURS"),
        ("patrol:A0001=nan", "write RESOURCE:AREA[:STRAND]=HOURS"),
    ],
)
def test_cells_that_cannot_be_kept_are_refused_and_nothing_is_lost(call: Command, cell: str, sentence: str) -> None:
    plan_id = drafted(call)["plan_id"]
    refused = call("plans", "edit", plan_id, "--by", "Ann", "--reason", "r", "--set", cell, expected=2)
    assert sentence in refused["error"]
    assert statuses(call) == {plan_id: "draft"}


def test_a_cell_given_twice_is_refused(call: Command) -> None:
    cells = ("--lock", "patrol:A0001=3", "--lock", "patrol:A0001=4")
    assert "patrol" in call("allocate", "--hours", 120, *cells, expected=2)["error"]
    plan_id = drafted(call)["plan_id"]
    twice = ("--set", "patrol:A0001=3", "--set", "patrol:A0001=4")
    refused = call("plans", "edit", plan_id, "--by", "Ann", "--reason", "r", *twice, expected=2)
    assert "patrol:A0001: is set to 3 hours and again to 4; give it once." in refused["error"]


def test_a_declined_task_is_planned_around(call: Command) -> None:
    plan_id = drafted(call)["plan_id"]
    assert (
        "it is draft; issue it first"
        in call("tasks", "list", "--owner", "council", "--plan", plan_id, expected=2)["error"]
    )
    call("plans", "issue", plan_id, "--by", "Ann")
    asked = call("tasks", "list", "--owner", "council")["tasks"]
    assert {task["level"] for task in asked} == {"district"}
    assert not any(f"A000{number}" in json.dumps(asked) for number in range(6))
    refused = next(task for task in asked if task["place"] == "D0")
    for task in asked:
        if task is not refused:
            assert call("tasks", "accept", task["task_id"], "--by", "Cy")["status"] == "accepted"
    assert "no task of it was declined" in call("allocate", "--around", plan_id, expected=2)["error"]
    call("tasks", "decline", refused["task_id"], "--by", "Di", "--reason", "two are on leave")
    made = call("allocate", "--around", plan_id)
    assert hours(made, "wardens", "A0000", "A0002", "A0004") == 0
    assert hours(made, "wardens") == pytest.approx(40)
    assert (made["parent"]["plan_id"], made["parent"]["act"]) == (plan_id, "around")
    [told] = made["parent"]["declined"]
    assert (told["task_id"], told["by"], told["reason"]) == (refused["task_id"], "Di", "two are on leave")
    assert any("Town wardens" in sentence for sentence in made["parent"]["moved"]["sentences"])
    assert statuses(call) == {made["plan_id"]: "draft", plan_id: "issued"}
    call("plans", "issue", made["plan_id"], "--by", "Ann")
    assert statuses(call) == {made["plan_id"]: "issued", plan_id: "superseded"}
    assert {task["place"] for task in call("tasks", "list", "--owner", "council")["tasks"]} == {"D1"}


def test_what_is_asked_beside_around_is_refused(call: Command) -> None:
    told = call("allocate", "--around", "p", "--hours", 3, expected=2)["error"]
    assert told == "--hours beside --around: all but the declined tasks stays as the plan has it"
    assert "there is no plan named p" in call("allocate", "--around", "p", expected=2)["error"]


def test_a_draft_of_what_was_replaced_since_is_not_issued(call: Command) -> None:
    plan_id = drafted(call)["plan_id"]
    call("plans", "issue", plan_id, "--by", "Ann")
    edit = ("plans", "edit", plan_id, "--by", "Ann", "--reason", "r", "--set")
    one, other = call(*edit, "patrol:A0001=30"), call(*edit, "patrol:A0001=31")
    call("plans", "issue", one["plan_id"], "--by", "Ann")
    refused = call("plans", "issue", other["plan_id"], "--by", "Bo", expected=2)["error"]
    assert f"in whose place {one['plan_id']} was issued since" in refused


def test_hours_are_given_in_total_or_by_resource(call: Command) -> None:
    made = drafted(call, "--hours", "wardens=10")
    assert hours(made, "patrol") == pytest.approx(120)
    assert hours(made, "wardens") == pytest.approx(10)
    assert made["choices"]["hours"] == {"wardens": 10.0}
    for twice in (("--hours", 5), ("--hours", "wardens=1", "--hours", "wardens=2")):
        assert "is given twice" in call("allocate", "--hours", 120, *twice, expected=2)["error"]
    for wrong in ("many", "wardens=", "=3", "wardens=many"):
        assert "write HOURS or RESOURCE=HOURS" in call("allocate", "--hours", wrong, expected=2)["error"]


def test_choices_of_a_request_are_kept_with_the_plan(call: Command) -> None:
    made = drafted(call, "--effect", "low", "--minimum", 4, "--lock", "patrol:A0002=20")
    assert (made["choices"]["effect"], made["choices"]["minimum_per_area"]) == ("low", 4.0)
    assert hours(made, "patrol", "A0002") == pytest.approx(20)
    assert made["plan_id"] != drafted(call)["plan_id"]


def test_a_plan_is_written_out_with_where_it_stands_and_that_is_recorded(
    call: Command, workspace: Workspace, tmp_path: Path
) -> None:
    plan_id = drafted(call)["plan_id"]
    told = call("plans", "export", plan_id, "--out", tmp_path / "plan.json")
    written = json.loads((tmp_path / "plan.json").read_text("utf-8"))
    assert (written["plan_id"], written["standing"]["status"]) == (plan_id, "draft")
    with Ledger.open(workspace.database_url, TickingClock()) as ledger:
        event = ledger.event(told["audit_id"])
    assert (event.draft.operation, event.draft.object) == ("disclosure", f"plan/{plan_id}")
    call("plans", "export", plan_id, "--out", tmp_path / "plan.csv")
    assert pd.read_csv(tmp_path / "plan.csv")["hours"].sum() == pytest.approx(160)
    assert "is none of" in call("plans", "export", plan_id, "--out", tmp_path / "plan.doc", expected=2)["error"]


def test_briefings_say_where_the_plan_stands_and_that_they_left(
    call: Command, workspace: Workspace, tmp_path: Path
) -> None:
    plan_id = drafted(call)["plan_id"]
    call("plans", "issue", plan_id, "--by", "Ann <Smith>")
    told = call("plans", "export", plan_id, "--out", tmp_path / "briefings.html")
    text = (tmp_path / "briefings.html").read_text("utf-8")
    assert "SYNTHETIC" in text
    assert "ISSUED" in text
    assert "Ann &lt;Smith&gt;" in text
    assert "Town wardens" in text
    with Ledger.open(workspace.database_url, TickingClock()) as ledger:
        event = ledger.event(told["audit_id"])
    assert (event.draft.operation, event.draft.details["act"]) == ("disclosure", "export")
    files = call("plans", "export", plan_id, "--out", tmp_path / "pages")["files"]
    assert all(Path(file).exists() for file in files)
    refused = call("plans", "export", plan_id, "--out", tmp_path / "x.html", "--district", "Nowhere", expected=2)
    assert "there is no such district" in refused["error"]


def test_pictures_and_briefings_are_written_by_the_name_of_the_file(call: Command, tmp_path: Path) -> None:
    export = ("plans", "export", drafted(call)["plan_id"], "--out")
    for name in ("plan.png", "plan.xlsx", "all.html", "all.zip"):
        assert call(*export, tmp_path / name)["files"] == [str(tmp_path / name)]
        assert (tmp_path / name).stat().st_size > 0
    one = tmp_path / "one.html"
    call(*export, one, "--district", "D1")
    assert "D1" in one.read_text("utf-8")
    assert one.stat().st_size < (tmp_path / "all.html").stat().st_size
    assert len(call(*export, tmp_path / "folder")["files"]) == len(list((tmp_path / "folder").iterdir())) == 3
    for name, district, sentence in (
        ("one.html", "D7", "there is no such district; use one of: D0, D1"),
        ("plan.csv", "D1", "a .csv file is of all districts; name an .html file"),
        ("absent/one.html", "D1", "is in a folder that is not there"),
    ):
        assert sentence in call(*export, tmp_path / name, "--district", district, expected=2)["error"]


def test_tables_show_where_plans_stand(
    call: Command, workspace: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    plan_id = drafted(call)["plan_id"]
    call("plans", "reject", plan_id, "--by", "Bo", "--reason", "too few hours")
    for words, expected in (
        (("plans", "list"), ("rejected", "Bo", "too few hours")),
        (("plans", "show", plan_id), ("Foot patrol", "Town wardens", "Decisions", "was rejected by Bo")),
        (("allocate", "--hours", "120"), ("The same plan was recorded before", f"plans show {plan_id}")),
    ):
        capsys.readouterr()
        assert run([*words, "--workspace", str(workspace.root)]) == 0
        printed = capsys.readouterr().out
        assert [word for word in expected if word not in printed] == []


def test_without_plans_the_next_command_is_named(
    workspace: Workspace, call: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("plans", "list")["plans"] == []
    assert run(["plans", "list", "--workspace", str(workspace.root)]) == 0
    assert "make one with strandcast allocate" in capsys.readouterr().out
    assert "no plan is in force" in call("tasks", "list", "--owner", "police", expected=2)["error"]
    assert "there is no plan named nonsense" in call("plans", "show", "nonsense", expected=2)["error"]


def test_nothing_moves_that_need_not(call: Command) -> None:
    first = drafted(call)
    lock = next(post for post in first["posts"] if post["resource"] == "patrol")
    same = f"patrol:{lock['area_code']}={lock['hours']!r}"
    made = call("plans", "edit", first["plan_id"], "--by", "Ann", "--reason", "it is so already", "--set", same)
    assert made["parent"]["moved"] == {"hours": 0, "cells": 0, "changes": [], "sentences": []}
    assert made["near"] == first["plan_id"]
    assert made["objective"]["harm"] == pytest.approx(first["objective"]["harm"])


def test_the_next_period_is_planned_near_to_what_was_issued(call: Command) -> None:
    first = drafted(call)
    assert first["near"] is None
    call("plans", "issue", first["plan_id"], "--by", "Ann")
    following = drafted(call, "--horizon", 2)
    assert following["near"] == first["plan_id"]
    assert f"the one nearest to plan {first['plan_id']}." in " ".join(following["sentences"])
