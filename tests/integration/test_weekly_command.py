"""`strandcast weekly` and `monitor`, through the command line, on a part of the bundled Toronto incidents."""

import fcntl
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from features.workspace import MONITOR, Workspace
from ledger.events import Draft
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.kinds import CHALLENGER, CHAMPION, MODEL
from models.monitoring.thresholds import default_text
from serving.forecasts.choice import served_run
from strandcast.app import run
from strandcast.command import Context
from tests.support import cycle

AS_OF = "2021-10-04"
ONCE = ("forecast", "panel", "plan", "monitoring")


def fill_inbox(folder: Path, incidents: Path) -> Path:
    inbox = folder / "toronto"
    inbox.mkdir(parents=True, exist_ok=True)
    shutil.copy(incidents, inbox / "incidents.parquet")
    shutil.copy(cycle.TORONTO / "mapping.toml", inbox / "mapping.toml")
    return inbox


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a champion trained in June 2021, its data taken in from the inbox."""
    folder = tmp_path_factory.mktemp("weekly")
    workspace = folder / "w"
    part = cycle.part_of_toronto(folder)
    at = ["--workspace", str(workspace)]
    assert run(["init", "--holidays", "CA-ON", "--attribution", "Toronto Police Service", *at]) == 0
    fill_inbox(workspace / "inbox", part)
    # Without a champion there is no forecast, and everything else is done.
    assert run(["weekly", *at]) == 2
    assert (
        run(["train", "--model", "shrunken", "--horizons", "1-2", "--as-of", "2021-06-28", "--no-tracking", *at]) == 0
    )
    crown(workspace)
    return workspace


def crown(workspace: Path) -> None:
    """Make the challenger champion past the gate, which has its own tests."""
    with Ledger.open(Workspace.open(workspace).database_url, Context.clock) as ledger:
        version = ledger.alias(MODEL, CHALLENGER)
        assert version is not None
        ledger.append(Draft("model", f"model/{version}", "test"), aliases={(MODEL, CHAMPION): version})


@pytest.fixture
def workspace(prepared: Path, tmp_path: Path) -> Path:
    return shutil.copytree(prepared, tmp_path / "w")


@pytest.fixture
def call(workspace: Path, capsys: pytest.CaptureFixture[str]) -> cycle.Command:
    return cycle.command(workspace, capsys)


def artefacts(workspace: Path) -> Counter[str]:
    opened = Workspace.open(workspace)
    kinds = ("incidents", "forecast", "panel", "plan", "monitoring", "weekly-report", "suspension")
    with Ledger.open(opened.database_url, Context.clock) as ledger:
        assert ledger.verify(FileStore(workspace)).ok
        return Counter({kind: len(ledger.artefacts(kind)) for kind in kinds})


def test_a_first_run_takes_in_what_is_in_the_inbox_and_leaves_the_files(prepared: Path) -> None:
    assert artefacts(prepared)["incidents"] == 1
    assert sorted(path.name for path in (prepared / "inbox" / "toronto").iterdir()) == [
        "incidents.parquet",
        "mapping.toml",
    ]
    (report,) = (prepared / "reports").iterdir()
    assert "there is no champion yet" in report.read_text("utf-8")


def test_a_week_ends_in_a_report_that_a_planner_can_read(workspace: Path, call: cycle.Command) -> None:
    before = call("weekly", "--as-of", "2021-09-27", "--hours", "400")
    done = call("weekly", "--as-of", AS_OF, "--hours", "400")
    assert done["problems"] == []
    assert done["inbox"][0]["new_files"] == 0
    report = Path(done["report"]).read_text("utf-8")
    for words in (
        "the week beginning Monday 4 October 2021",
        "8 in 10 times",
        "What has changed",
        before["forecast"]["run_id"],
        "DRAFT: the plan below is a proposal",
        "The model",
        done["plan"]["plan_id"],
        "Toronto Police Service",
        "data:image/png;base64,",
    ):
        assert words in report
    # Self-contained: nothing is fetched.
    assert "http" not in report.replace("data:", "").split("<footer")[0] or 'src="http' not in report
    plan = pd.read_csv(done["plan_table"])
    assert plan["hours"].sum() == pytest.approx(400)
    shown = call("audit", "show", done["plan"]["audit_id"])
    assert shown["details"]["act"] == "draft"


def test_the_same_week_twice_is_the_same_run_report_and_plan(workspace: Path, call: cycle.Command) -> None:
    first = call("weekly", "--as-of", AS_OF, "--hours", "400")
    text, held = Path(first["report"]).read_bytes(), artefacts(workspace)
    second = call("weekly", "--as-of", AS_OF, "--hours", "400")
    assert first["forecast"]["run_id"] == second["forecast"]["run_id"]
    assert first["plan"]["plan_id"] == second["plan"]["plan_id"]
    assert Path(second["report"]).read_bytes() == text
    assert artefacts(workspace) == held


def test_without_hours_there_is_no_plan_and_no_failure(call: cycle.Command) -> None:
    done = call("weekly", "--as-of", AS_OF)
    assert done["plan"] is None
    assert "resources.toml" in done["no_plan"]


def test_what_cannot_be_taken_in_is_told_and_holds_nothing_up(
    workspace: Path, call: cycle.Command, tmp_path: Path
) -> None:
    inbox = fill_inbox(tmp_path / "other", next((workspace / "inbox" / "toronto").glob("*.parquet")))
    (inbox / "incidents.parquet").rename(inbox / "a.parquet")
    (inbox / "broken.parquet").write_bytes(b"PAR1 and nothing else")
    (tmp_path / "other" / "nobody-knows").mkdir()
    (tmp_path / "other" / "nobody-knows" / "x.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    done = call("weekly", "--as-of", AS_OF, "--hours", "400", "--inbox", tmp_path / "other", expected=2)
    told = " ".join(done["problems"])
    assert "broken.parquet" in told
    assert "nobody-knows" in told
    assert len(done["problems"]) == 2
    assert done["plan"]["plan_id"]
    assert done["forecast"]["run_id"]
    assert (inbox / "broken.parquet").exists()


def test_nothing_in_an_inbox_is_passed_over_without_a_word(
    workspace: Path, call: cycle.Command, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    inbox = fill_inbox(other, next((workspace / "inbox" / "toronto").glob("*.parquet")))
    for link in (inbox / "january.parquet", inbox / "february", other / "gone-feed"):
        link.symlink_to(tmp_path / "nothing")
    (other / "stray.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    for name, text in (("bogus-feed", "this is = = no TOML"), ("unknown-feed", "")):
        (other / name).mkdir()
        (other / name / ("mapping.toml" if text else "contract.toml")).write_text(text, encoding="utf-8")
    (other / "linked-feed").mkdir()
    (other / "linked-feed" / "mapping.toml").symlink_to(tmp_path / "nothing")
    (other / "empty-feed").mkdir()
    (other / ".uploading.csv").write_text("a", encoding="utf-8")
    done = call("weekly", "--as-of", AS_OF, "--hours", "400", "--inbox", other, expected=2)
    assert [problem.split(";")[0] for problem in done["problems"] if "bogus" not in problem] == [
        "linked-feed, mapping.toml: is a link to nothing",
        "toronto, february: is a link to nothing",
        "toronto, january.parquet: is a link to nothing",
        "unknown-feed, unknown-feed: unknown-feed: there is no contract of this feed",
        "other, gone-feed: is a link to nothing",
        "other, stray.csv: lies in no feed's folder, and was not read",
    ]
    assert sum("bogus-feed, bogus-feed: mapping.toml: is not TOML" in problem for problem in done["problems"]) == 1
    assert len(done["problems"]) == 7
    assert done["plan"]["plan_id"]


def test_a_plan_that_cannot_be_made_is_told_and_the_forecast_stands(call: cycle.Command) -> None:
    done = call("weekly", "--as-of", AS_OF, "--hours", "-5", expected=2)
    assert [problem for problem in done["problems"] if not problem.startswith("Draft plan")] == []
    assert done["forecast"]["run_id"]
    assert done["plan"] is None
    assert any(problem.startswith("Draft plan") for problem in done["problems"])


def test_two_at_once_are_refused(workspace: Path, call: cycle.Command) -> None:
    with (workspace / ".weekly.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert "another weekly run" in call("weekly", expected=2)["error"]
    call("weekly", "--as-of", AS_OF)


def test_markdown_says_the_same(call: cycle.Command, tmp_path: Path) -> None:
    out = tmp_path / "week.md"
    done = call("weekly", "--as-of", AS_OF, "--hours", "400", "--out", out)
    assert done["report"] == str(out)
    assert "## Expected in the week from 2021-10-04" in out.read_text("utf-8")
    assert "is neither" in call("weekly", "--out", tmp_path / "week.doc", expected=2)["error"]


def strict(workspace: Path, **sections: str) -> None:
    """Write thresholds in which sections are replaced."""
    text = default_text().decode()
    for name, body in sections.items():
        head, _, rest = text.partition(f"[{name}]")
        _, _, after = rest.partition("\n\n")
        text = f"{head}[{name}]\n{body}\n\n{after}"
    (workspace / MONITOR).write_text(text, encoding="utf-8")


def test_a_suspension_is_proposed_made_said_everywhere_and_lifted(
    workspace: Path, call: cycle.Command, tmp_path: Path
) -> None:
    own = call("forecast", "--as-of", AS_OF)
    strict(workspace, age="retrain = 1\nsuspend = 3")
    proposed = call("monitor", "check", "--as-of", AS_OF)
    assert proposed["state"] == "suspend"
    assert proposed["suspension"] is None
    assert set(proposed["proposed"]) == set(own["strands"])
    assert run(["monitor", "--act", "--as-of", AS_OF, "--workspace", str(workspace)]) == 0
    # What was forecast before bears the notice from now on.
    assert "model-suspended" in call("explain", "--strand", "Assault", "--run", own["run_id"])["notices"]
    assert "model-suspended" in call("allocate", "--hours", "10", "--run", own["run_id"])["notices"]
    out = tmp_path / "f.csv"
    held = call("forecast", "--as-of", AS_OF, "--out", out)
    assert held["run_id"] != own["run_id"]
    table = pd.read_csv(out, keep_default_na=False)
    assert set(table["fallback"]) == set(proposed["suspend"].values())
    assert table["notices"].str.contains("model-suspended").all()
    assert call("allocate", "--hours", "10")["forecast"]["run_id"] == held["run_id"]
    assert served(workspace) == held["run_id"]
    lifted = call("monitor", "lift", "--reason", "Looked at: the model is sound")
    assert lifted["lifted"]
    again = call("forecast", "--as-of", AS_OF)
    assert again["run_id"] == own["run_id"]
    assert call("allocate", "--hours", "10")["forecast"]["run_id"] == own["run_id"]
    assert served(workspace) == own["run_id"]
    # The person knew what the thresholds say: nothing is suspended again before there can be news.
    later = call("weekly", "--as-of", "2021-10-11")
    assert later["monitoring"]["held_back"]
    assert later["monitoring"]["suspension"]["lifted"]
    assert "not suspended" in call("monitor", "lift", "--reason", "once more", expected=2)["error"]
    assert artefacts(workspace)["suspension"] == 2


def served(workspace: Path) -> str:
    with Ledger.open(Workspace.open(workspace).database_url, Context.clock) as ledger:
        found = served_run(ledger)
        assert found is not None
        return found.name


def test_weekly_suspends_unless_it_may_only_propose(workspace: Path, call: cycle.Command) -> None:
    strict(workspace, age="retrain = 1\nsuspend = 3")
    proposed = call("weekly", "--as-of", AS_OF, "--propose")
    assert proposed["monitoring"]["proposed"]
    assert "model-suspended" not in proposed["forecast"]["notices"]
    done = call("weekly", "--as-of", AS_OF)
    assert done["monitoring"]["suspended_now"]
    assert "model-suspended" in done["forecast"]["notices"]
    assert "is suspended for" in Path(done["report"]).read_text("utf-8")
    assert all(item["fallback"] for item in done["expected"] if item["strand"] != "all strands")


def test_the_promotion_of_another_model_ends_a_suspension(workspace: Path, call: cycle.Command) -> None:
    strict(workspace, age="retrain = 1\nsuspend = 3")
    call("monitor", "check", "--as-of", AS_OF, "--act")
    call("train", "--model", "weighted-0.1", "--horizons", "1-2", "--as-of", AS_OF, "--no-tracking")
    crown(workspace)
    assert "model-suspended" not in call("forecast", "--as-of", AS_OF)["notices"]


def test_a_week_that_is_killed_at_random_moments_is_completed_by_the_next(
    workspace: Path, call: cycle.Command, tmp_path: Path
) -> None:
    inbox = workspace / "inbox" / "toronto"
    rows = pd.read_parquet(inbox / "incidents.parquet")
    rows[rows["occurrence_date"].astype(str) >= "2021-12"].to_parquet(inbox / "more.parquet", index=False)
    rng = random.Random(20261124)  # noqa: S311 - no secret
    # The model's own panel is kept too.
    before = artefacts(workspace)
    began = time.monotonic()
    assert started(shutil.copytree(workspace, tmp_path / "whole")).wait(timeout=300) == 0
    whole, killed = time.monotonic() - began, 0
    for _ in range(6):
        child = started(workspace)
        time.sleep(rng.uniform(0.3, 1.0) * whole)
        os.kill(child.pid, signal.SIGKILL)
        killed += child.wait() == -signal.SIGKILL
        assert max((artefacts(workspace) - before)[kind] for kind in ONCE) <= 1
    assert killed
    done = call("weekly", "--as-of", AS_OF, "--hours", "400")
    assert done["problems"] == []
    found = artefacts(workspace)
    assert {(found - before)[kind] for kind in ONCE} == {1}
    # One of each was there from the first run, before there was a champion.
    assert found["incidents"] == found["weekly-report"] == 2


def started(workspace: Path) -> "subprocess.Popen[bytes]":
    words = ["weekly", "--as-of", AS_OF, "--hours", "400", "--workspace", str(workspace)]
    quiet = subprocess.DEVNULL
    return subprocess.Popen([sys.executable, "-m", "strandcast", *words], stdout=quiet, stderr=quiet)


def test_monitoring_reports_in_words_tables_and_a_picture(call: cycle.Command, tmp_path: Path) -> None:
    for day in pd.date_range("2021-07-05", "2021-09-27", freq="7D"):
        call("forecast", "--as-of", day.date())
    out, picture = tmp_path / "m.html", tmp_path / "m.png"
    found = call("monitor", "check", "--as-of", AS_OF, "--out", out, "--picture", picture)
    assert len(found["periods"]) == 13
    measured: dict[tuple[str, str], Any] = {(v["strand"], v["measure"]): v for v in found["verdicts"]}
    assert measured["Assault", "crps"]["value"] == pytest.approx(1.0, abs=0.2)
    assert measured["Assault", "crps"]["state"] == "ok"
    assert "Every measure" in out.read_text("utf-8")
    assert picture.read_bytes().startswith(b"\x89PNG")
    kept = json.loads(json.dumps(found))
    assert call("monitor", "check", "--as-of", AS_OF)["monitoring"] == kept["monitoring"]
    assert call("audit", "verify")["ok"]
