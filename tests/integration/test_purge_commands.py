"""Keeping and erasing through the command line, with the real ledger, files and database."""

import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from features.incidents import batch
from tests.support.cycle import Command, command
from tests.support.exports import write_csv
from tests.support.traces import found_in

MAPPING = """\
name = "city"
period = "day"
[columns]
occurred_from = "when"
area_code = "where"
offence = "what"
incident_id = "id"
[strands]
"*" = "*"
"""
TODAY = datetime.now(UTC).date()
HEADER = "when,where,what,id"
KILLED_AFTER_COMMIT = """\
import os, signal, sys
from ledger.files import FileStore
FileStore.remove = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
from strandcast.app import run
run(sys.argv[1:])
"""
PURGE = ("purge", "--feed", "city", "--older-than", "200", "--reason", "retention is over")


@pytest.fixture
def call(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Return a command in a workspace that holds 400 days of incidents, and a row that is refused."""
    monkeypatch.delenv("STRANDCAST_DATABASE_URL", raising=False)
    strandcast = command(tmp_path / "w", capsys)
    strandcast("init", "--period", "week")
    (tmp_path / "city.toml").write_text(MAPPING, encoding="utf-8")
    rows = [f"{TODAY - timedelta(days=age)},A,theft,REF-{age:03d}" for age in range(1, 401)]
    rows.append(f"{TODAY - timedelta(days=300)},,refused-word,REF-900")
    path = write_csv(tmp_path / "f.csv", HEADER, rows)
    strandcast("ingest", "incidents", path, "--mapping", tmp_path / "city.toml")
    return strandcast


def files(root: Path) -> list[bytes]:
    return [path.read_bytes() for path in root.rglob("*") if path.is_file()]


def panel(call: Command, *arguments: object) -> dict[str, Any]:
    shown: dict[str, Any] = call("panel", *arguments)
    return {name: shown[name] for name in ("as_of", "period", "areas", "strands", "erased")}


def test_no_file_of_a_workspace_holds_an_identifier_of_an_incident(call: Command, tmp_path: Path) -> None:
    assert found_in(files(tmp_path / "w"), [b"REF-"]) == set()
    call(*PURGE)
    assert found_in(files(tmp_path / "w"), [b"REF-"]) == set()


def test_a_purge_is_foreseen_done_recorded_and_changes_no_present_panel(call: Command, tmp_path: Path) -> None:
    before = panel(call)
    assert found_in(files(tmp_path / "w"), [b"refused-word"])
    foreseen = call("purge", "--feed", "city", "--older-than", "200", "--dry-run")
    assert call("audit", "list", "--operation", "erasure")["events"] == []
    done = call(*PURGE)
    assert done["feeds"] == foreseen["feeds"]
    [feed] = done["feeds"]
    assert (feed["rows"], feed["counted"], feed["quarantined"]) == (200, 200, 1)
    assert feed["last_day"] == (TODAY - timedelta(days=201)).isoformat()
    assert feed["before"] == (TODAY - timedelta(days=200)).isoformat()
    assert panel(call) == before
    assert found_in(files(tmp_path / "w"), [b"refused-word"]) == set()
    event = call("audit", "show", done["audit_id"])
    assert (event["operation"], event["details"]["reason"]) == ("erasure", "retention is over")
    verified = call("audit", "verify")
    assert verified["ok"]
    assert {row["on"] for row in verified["erased"]} == {TODAY.isoformat()}
    assert call(*PURGE)["feeds"] == []


def test_a_file_of_a_former_version_is_told_to_keep_a_hash_that_can_be_tried_out(
    call: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call("purge", "--feed", "city", "--older-than", "200", "--dry-run")["files_without_salt"] == 0
    rows = [f"{TODAY - timedelta(days=300)},A,theft,OLD-{number}" for number in range(3)]
    path = write_csv(tmp_path / "old.csv", HEADER, rows)
    with monkeypatch.context() as former:
        former.setattr(batch, "_SALT", "ARROW:schema-of-then")
        call("ingest", "incidents", path, "--mapping", tmp_path / "city.toml")
    assert call("purge", "--feed", "city", "--older-than", "200", "--dry-run")["files_without_salt"] == 1
    assert call(*PURGE)["files_without_salt"] == 1
    assert call("audit", "verify")["ok"]


def test_an_earlier_view_says_what_was_erased_when(call: Command) -> None:
    as_of = TODAY - timedelta(days=30)
    call(*PURGE)
    [told] = panel(call, "--as-of", as_of)["erased"]
    assert told.startswith(f"rows of city before {TODAY - timedelta(days=200)} were erased on {TODAY}: ")
    assert panel(call, "--as-of", as_of, "--from", TODAY - timedelta(days=100))["erased"] == []


def test_forecasts_and_backtests_of_earlier_days_say_so_too(call: Command, tmp_path: Path) -> None:
    call("train", "--model", "shrunken", "--horizons", "1-2", "--no-tracking")
    call("promote", "--reason", "test", "--despite", "the gate is tested elsewhere", "--no-tracking")
    as_of = TODAY - timedelta(days=30)
    out = tmp_path / "b.csv"
    backtest = ("backtest", "--origins", "2", "--every", "1", "--horizons", "1-2", "--model", "shrunken", "--out", out)
    before, earlier = call("forecast", "--as-of", as_of), call(*backtest)
    assert (before["erased"], earlier["erased"]) == ([], [])
    now = call("forecast")
    call(*PURGE)
    after, later = call("forecast", "--as-of", as_of), call(*backtest)
    assert all("were erased on" in told for told in [*after["erased"], *later["erased"]])
    assert (len(after["erased"]), len(later["erased"])) == (1, 1)
    assert "erased-rows" in after["notices"]
    assert "erased-rows" in out.read_text("utf-8")
    # A forecast of the present is the same run as before, from the same panel.
    again = call("forecast")
    assert [again[name] for name in ("run_id", "panel", "erased")] == [now["run_id"], now["panel"], []]


def test_a_purge_that_is_killed_between_its_commit_and_its_deletions_is_completed(
    call: Command, tmp_path: Path
) -> None:
    before = panel(call)
    arguments = [*PURGE, "--workspace", str(tmp_path / "w")]
    killed = subprocess.run([sys.executable, "-c", KILLED_AFTER_COMMIT, *arguments], check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL
    verified = call("audit", "verify")
    assert (verified["ok"], verified["erased"], len(verified["not_yet_erased"])) == (True, [], 2)
    assert panel(call) == before
    assert found_in(files(tmp_path / "w"), [b"refused-word"])
    done = call("purge", "--reason", "complete it")
    assert (done["feeds"], done["left_over_files"], done["audit_id"]) == ([], 2, None)
    assert found_in(files(tmp_path / "w"), [b"refused-word"]) == set()
    verified = call("audit", "verify")
    assert (verified["ok"], len(verified["erased"]), verified["not_yet_erased"]) == (True, 2, [])
    assert panel(call) == before


def test_another_absent_file_is_still_a_fault(call: Command, tmp_path: Path) -> None:
    call(*PURGE)
    [path] = (tmp_path / "w" / "incidents").glob("*.parquet")
    path.unlink()
    assert not call("audit", "verify", expected=1)["ok"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "--reason"),
        (("--reason", " "), "--reason"),
        (("--feed", "city", "--dry-run"), "no contract says how long"),
        (("--feed", "elsewhere", "--dry-run"), "nothing is held"),
        (("--older-than", "9", "--dry-run"), "one feed"),
    ],
)
def test_a_purge_that_is_not_meant_is_refused(call: Command, arguments: tuple[str, ...], words: str) -> None:
    assert words in call("purge", *arguments, expected=2)["error"]


def test_with_another_salt_the_hashes_lead_to_nobody(call: Command, tmp_path: Path) -> None:
    settings = tmp_path / "w" / "strandcast.toml"
    text = settings.read_text("utf-8")
    at = text.index('salt = "') + len('salt = "')
    settings.write_text(text[:at] + "00" * 32 + text[at + 64 :], encoding="utf-8")
    path = write_csv(tmp_path / "g.csv", HEADER, [f"{TODAY - timedelta(days=5)},A,theft,REF-005"])
    # The very row that is held already is not recognised any more.
    told = call("ingest", "incidents", path, "--mapping", tmp_path / "city.toml")
    assert (told["accepted"], told["duplicate"]) == (1, 0)
