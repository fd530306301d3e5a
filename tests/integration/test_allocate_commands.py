"""Plans by the shipped resources through the command line, on SYNTHETIC runs in a real ledger."""

import json
from pathlib import Path

import pandas as pd
import pytest

from features.workspace import Workspace
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.allocation.decisions.record import load_plan
from models.allocation.papers.picture import draw_plan
from models.allocation.resources import default_text
from tests.support.cycle import Command, command
from tests.support.forecast_runs import record_run, synthetic_workspace
from tests.support.ledgers import TickingClock, rewrite


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = synthetic_workspace(tmp_path / "w")
    record_run(made)
    made.resources_file.write_bytes(default_text())
    return made


@pytest.fixture
def call(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> Command:
    return command(workspace.root, capsys)


def test_a_plan_is_recorded_and_reads_back_as_it_was_shown(call: Command, workspace: Workspace) -> None:
    shown = call("allocate", "--hours", 120, "--minimum", 4, "--maximum", 60, "--district-minimum", "D1=70")
    assert sum(area["hours"] for area in shown["areas"]) == pytest.approx(120)
    assert sum(area["quarter_hours"] for area in shown["areas"]) == 120
    assert sum(area["hours"] for area in shown["areas"] if area["district"] == "D1") >= 70 - 1e-6
    assert shown["period"]["text"] == "the week beginning 2024-07-01"
    assert shown["notices"] == ["synthetic", "proxy"]
    assert shown.pop("marks") == ["SYNTHETIC: the data are made up."]
    with Ledger.open(workspace.database_url, TickingClock()) as ledger:
        record = load_plan(ledger, FileStore(workspace.root), shown["plan_id"])
        event = ledger.event(shown["audit_id"])
    assert record.as_document() == shown
    assert (event.draft.operation, event.draft.details["act"]) == ("combination", "draft")
    assert event.draft.object == f"plan/{shown['plan_id']}"
    assert event.draft.details["forecast"] == shown["forecast"]["run_id"]
    assert call("audit", "verify")["ok"]


def test_a_plan_whose_file_was_changed_is_refused(call: Command, workspace: Workspace) -> None:
    shown = call("allocate", "--hours", 120)
    [path] = (workspace.root / "plans").glob("*.json")
    path.write_bytes(path.read_bytes().replace(b"hours", b"hourz", 1))
    assert not call("audit", "verify", expected=1).get("ok")
    assert shown["plan_id"].startswith("2024-07-01-")


def test_tables_and_pictures_are_written_with_reasons_notices_and_source(call: Command, tmp_path: Path) -> None:
    for suffix in ("csv", "parquet"):
        call("allocate", "--hours", 100, "--out", tmp_path / f"plan.{suffix}")
    csv, parquet = pd.read_csv(tmp_path / "plan.csv"), pd.read_parquet(tmp_path / "plan.parquet")
    assert list(csv.columns) == list(parquet.columns)
    assert csv["hours"].sum() == pytest.approx(100)
    assert csv["reason"].str.startswith("The plan gives").all()
    assert set(csv["notices"]) == {"synthetic;proxy"}
    assert set(csv["attribution"]) == {"Invented numbers."}
    shown = call("allocate", "--hours", 100, "--out", tmp_path / "plan.json", "--picture", tmp_path / "plan.png")
    assert {"marks": shown["marks"], **json.loads((tmp_path / "plan.json").read_text("utf-8"))} == shown
    assert (tmp_path / "plan.png").read_bytes().startswith(b"\x89PNG")


def test_the_same_plan_gives_the_same_picture_and_names_are_drawn_as_they_are(call: Command, tmp_path: Path) -> None:
    document = call("allocate", "--hours", 100)
    document["areas"][0]["name"] = "$x_1$ & <b>"
    for name in ("a.svg", "b.svg"):
        draw_plan(document, tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_people_see_hours_reasons_prices_and_the_record(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    from strandcast.app import run  # noqa: PLC0415 - the function under test, as the fixtures above call it

    assert run(["allocate", "--hours", "40", "--minimum", "4", "--workspace", str(workspace.root)]) == 0
    printed = capsys.readouterr().out
    for expected in (
        "Hours for the week beginning 2024-07-01",
        "The plan places 40 hours over 6 areas",
        "Notices: synthetic, proxy.",
        "It is a draft, recorded as 00000002-",
        "Next: strandcast plans issue 2024-07-01-",
        "Invented numbers.",
    ):
        assert expected in printed
    assert "because" not in printed


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "no total of patrol hours is given"),
        (["--hours", "-5"], "-5 is no number of hours that can be spent"),
        (["--hours", "nan"], "nan is no number of hours that can be spent"),
        (["--hours", "20", "--hours", "dogs=3"], "'dogs' is no resource of the file; use one of: patrol"),
        (["--hours", "20", "--minimum", "-1"], "minimum hours per area: -1 is no number of hours"),
        (
            ["--hours", "20", "--minimum", "4"],
            "the floors of A0000, A0001, A0002 and 3 more (at least 4 hours each, 24 together) and the 20 hours of",
        ),
        (["--hours", "20", "--minimum", "9", "--maximum", "4"], "of 9 hours of an area is above the maximum of 4"),
        (
            ["--hours", "20", "--district-minimum", "D1=21"],
            "the floor of D1 (at least 21 hours) and the 20 hours of Patrol cannot both be kept",
        ),
        (["--hours", "20", "--district-minimum", "D7=5"], "use one of: D0, D1"),
        (["--hours", "20", "--district-minimum", "D1"], "write NAME=HOURS"),
        (["--hours", "20", "--district-minimum", "D1=many"], "write NAME=HOURS"),
        (["--hours", "20", "--lock", "patrol:A0001=21"], "cannot both be kept"),
        (["--hours", "20", "--weights", "none"], "there is no set of harm weights 'none'; name one of: equal"),
        (["--hours", "20", "--objective", "prevented"], "plan for harm reached"),
        (["--hours", "20", "--worst-weeks"], "was recorded before how its areas vary together was"),
        (["--hours", "20", "--horizon", "9"], "has no horizon 9; use one of: 1, 2, 3"),
        (["--hours", "20", "--run", "nonsense"], "nonsense"),
        (["--hours", "20", "--resources", "absent.toml"], "there is no such file"),
        (["--hours", "20", "--out", "plan.xls"], "is none of .csv, .parquet, .xlsx, .json"),
        (["--hours", "20", "--picture", "plan.jpg"], "is none of .png, .svg"),
    ],
)
def test_what_cannot_be_planned_is_one_sentence_and_leaves_nothing(
    call: Command, workspace: Workspace, arguments: list[str], sentence: str
) -> None:
    assert sentence in call("allocate", *arguments, expected=2)["error"]
    assert not (workspace.root / "plans").exists()
    with Ledger.open(workspace.database_url, TickingClock()) as ledger:
        assert ledger.artefacts("plan") == []


def test_hours_that_no_rule_lets_be_placed_stay_and_that_is_told(call: Command) -> None:
    shown = call("allocate", "--hours", 200, "--maximum", 4)
    assert sum(area["hours"] for area in shown["areas"]) == pytest.approx(24)
    assert shown["resources"][0]["unplaced"] == pytest.approx(176)
    assert any("176 hours" in sentence for sentence in shown["sentences"])


def test_whole_shifts_are_asked_for_by_an_option(call: Command) -> None:
    shown = call("allocate", "--hours", 20, "--whole-shifts")
    assert shown["choices"]["whole_shifts"] is True
    assert sum(area["hours"] for area in shown["areas"]) == pytest.approx(16)


def test_a_plan_that_cannot_be_recorded_is_not_shown(call: Command, workspace: Workspace) -> None:
    rewrite(
        workspace.root,
        "CREATE TRIGGER no_more BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'disk full'); END",
    )
    assert "areas" not in call("allocate", "--hours", 20, expected=1)


def test_without_a_forecast_the_next_command_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = synthetic_workspace(tmp_path / "new")
    assert "run strandcast forecast" in command(made.root, capsys)("allocate", "--hours", 20, expected=2)["error"]
