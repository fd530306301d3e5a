"""Plans laid out by recorded profiles, on a SYNTHETIC run in a real ledger: cover, visits, and posed again the same."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features.workspace import Workspace
from ledger.artefacts import Artefact
from ledger.events import Draft
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.allocation.decisions.drafts import Sets
from models.allocation.scenarios.again import planned_again, scenario_of
from models.books import Books
from models.profiles.document import EVERY_STRAND
from models.profiles.record import KIND
from tests.support.cycle import Command, command
from tests.support.forecast_runs import ORIGIN, STRANDS, record_run, synthetic_workspace
from tests.support.rosters import SHIFTS

NIGHTS = np.where(np.isin(np.arange(21), (14, 17)), 19.0, 2.0)
RESOURCES = """
version = 2
[harm]
source = "Invented."
weights = { burglary = 1, robbery = 3 }
[[resource]]
code = "patrol"
name = "Foot patrol"
kind = "patrol"
owner = "police"
travel = 0.25
strands = ["robbery"]
source = "Invented."
meets = { minutes_an_incident = { low = 60, central = 120, high = 240 }, source = "Invented." }
[[resource.effect]]
ceiling = { low = 0.1, central = 0.2, high = 0.4 }
half_life_days = { low = 0.5, central = 1, high = 3 }
visit_minutes = 15
source = "Invented."
[[resource]]
code = "cars"
name = "Response cars"
kind = "team"
owner = "police"
hours_a_week = 1500
strands = ["burglary"]
source = "Invented."
meets = { minutes_an_incident = { low = 60, central = 120, high = 240 }, source = "Invented." }
[resource.response]
calls_an_incident = 5
minutes_a_call = 60
answer_minutes = 15
answered_share = 0.9
source = "Invented."
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = synthetic_workspace(tmp_path / "w")
    record_run(made)
    made.resources_file.write_text(RESOURCES, "utf-8")
    return made


@pytest.fixture
def call(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> Command:
    return command(workspace.root, capsys)


def record_profiles(workspace: Workspace, as_of: date = ORIGIN) -> str:
    """Record that all happens on the nights of Friday and Saturday, nearly, and return the profiles' name."""
    rows = [
        {"strand": strand, "level": "force", "place": "everywhere", "share": round(float(share), 5)}
        for strand in STRANDS
        for share in NIGHTS / NIGHTS.sum()
    ]
    shifts = [{"shift": shift.name, "hours": shift.hours} for shift in SHIFTS.shifts]
    document = {KIND: {"as_of": as_of.isoformat(), "level": "", "shifts": shifts}, "rows": rows}
    stored = FileStore(workspace.root).put(json.dumps(document).encode(), KIND, ".json")
    name = f"{as_of}-{stored.sha256[:8]}"
    artefact = Artefact.of(KIND, name, stored, {"strand": EVERY_STRAND, "as_of": as_of.isoformat()})
    with Ledger.open(workspace.database_url, lambda: datetime.now(UTC)) as ledger:
        ledger.append(Draft("combination", f"{KIND}/{name}", "ann", object_hash=stored.sha256), artefacts=[artefact])
    return name


def by_shift(document: dict[str, Any], resource: str) -> Any:
    """Return a resource's hours by day and shift in all districts."""
    told = next(item for item in document["layout"]["resources"] if item["resource"] == resource)
    return np.sum([district["by_shift"] for district in told["districts"]], axis=0)


def test_hours_and_cover_follow_the_profiles_recorded_before_the_period(workspace: Workspace, call: Command) -> None:
    record_profiles(workspace, date(2024, 7, 8))
    even = call("allocate", "--hours", 40)
    assert even["layout"]["profile"] is None
    cover = {rule["name"]: rule["lower"] for rule in even["rules"] if rule["kind"] == "response"}
    name = record_profiles(workspace)
    made = call("allocate", "--hours", 40)
    assert made["layout"]["profile"]["run_id"] == name
    assert made["layout"]["short"] == even["layout"]["short"] == []
    # Calls that come on two nights need other cover than calls that come evenly.
    assert {rule["name"]: rule["lower"] for rule in made["rules"] if rule["kind"] == "response"} != cover
    hours = by_shift(made, "cars")
    assert hours[4, 2] > 2 * hours[0, 0] > 0
    assert by_shift(even, "patrol").max() - by_shift(even, "patrol").min() <= 0.5
    placed = sum(post["hours"] for post in made["posts"] if post["resource"] == "patrol")
    visits = [visit for visit in made["visits"] if visit["resource"] == "patrol"]
    assert placed * 3 - len(made["layout"]["resources"]) <= len(visits) <= placed * 3


def test_a_plan_is_posed_again_with_the_profiles_that_it_was_made_with(workspace: Workspace, call: Command) -> None:
    record_profiles(workspace)
    made = call("allocate", "--hours", 40)
    record_profiles(workspace, date(2024, 6, 24))
    with Ledger.open(workspace.database_url, lambda: datetime.now(UTC)) as ledger:
        books = Books(ledger, FileStore(workspace.root), "ann")
        scenario = scenario_of(made, books, Sets.of(workspace))
        assert scenario.profile is not None
        assert scenario.profile.run_id == made["layout"]["profile"]["run_id"]
        rules = next(rules for rules in planned_again(scenario, made).posed.problem.rules if rules.kind == "response")
    told = [rule["lower"] for rule in made["rules"] if rule["kind"] == "response"]
    assert rules.lower.tolist() == pytest.approx(told)


def test_the_week_of_a_district_is_drawn_from_a_recorded_plan(call: Command, tmp_path: Path) -> None:
    made = call("allocate", "--hours", 40)
    week = tmp_path / "week.png"
    call("plans", "show", made["plan_id"], "--week", week, "--district", "D1")
    assert week.stat().st_size > 10_000
    call("plans", "show", made["plan_id"], "--week", week.with_suffix(".gif"), expected=2)
    call("plans", "show", made["plan_id"], "--week", week, "--district", "D7", expected=2)
