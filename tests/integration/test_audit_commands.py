import json
from pathlib import Path

import pytest

from strandcast.app import run
from tests.support.ledgers import fill, open_ledger, rewrite


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "w"
    assert run(["init", "--workspace", str(folder)]) == 0
    fill(folder)
    return folder


def test_events_are_listed_newest_first(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["audit", "list", "--operation", "model", "--json", "--workspace", str(workspace)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [event["object"] for event in document["events"]] == ["model/second", "model/first"]
    assert run(["audit", "list", "--limit", "2", "--workspace", str(workspace)]) == 0
    assert "forecast/3" in capsys.readouterr().out


def test_unknown_operation_is_refused(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", "list", "--operation", "reading", "--workspace", str(workspace)]) == 2
    assert "consultation" in capsys.readouterr().err


def test_event_is_shown_with_its_files(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_ledger(workspace) as ledger:
        event = ledger.events(object="model/first")[0]
    capsys.readouterr()
    assert run(["audit", "show", event.audit_id, "--json", "--workspace", str(workspace)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["audit_id"], document["hash"]) == (event.audit_id, event.hash)
    assert [item["name"] for item in document["artefacts"]] == ["first"]
    assert run(["audit", "show", event.audit_id, "--workspace", str(workspace)]) == 0
    assert "model/first" in capsys.readouterr().out


@pytest.mark.parametrize("audit_id", ["nonsense", "00000001-00000000", "00000099-0a1b2c3d"])
def test_event_that_is_not_there_is_told(workspace: Path, audit_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", "show", audit_id, "--workspace", str(workspace)]) == 2
    assert "audit id" in capsys.readouterr().err


def test_whole_record_verifies(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", "verify", "--workspace", str(workspace)]) == 0
    assert "events verified" in capsys.readouterr().out


def test_broken_record_ends_with_one_sentence(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rewrite(workspace, "UPDATE events SET actor = 'eve' WHERE sequence = 2")
    capsys.readouterr()
    assert run(["audit", "verify", "--workspace", str(workspace)]) == 1
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "broken at event 2" in captured.err
    assert run(["audit", "verify", "--json", "--workspace", str(workspace)]) == 1
    document = json.loads(capsys.readouterr().out)
    assert (document["ok"], document["first_bad"]) == (False, 2)


def test_an_empty_database_in_the_place_of_the_workspaces_own_is_told(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = ["keys", "create", "Ann", "--role", "planner", "--workspace", str(workspace)]
    assert run(key) == 0
    (workspace / "models" / f"{'0' * 64}.txt").write_bytes(b"of work that was interrupted")
    assert run(["audit", "verify", "--workspace", str(workspace)]) == 0
    said = capsys.readouterr()
    assert "Check the database" not in said.err
    assert "no row names, as of work that was interrupted: 1." in said.out
    (workspace / "strandcast.db").unlink()
    assert run(["audit", "verify", "--workspace", str(workspace)]) == 1
    assert "does not name any of the 3 files of this workspace" in capsys.readouterr().err
    assert run(key) == 0
    assert "does not name any of the 3 files of this workspace" in capsys.readouterr().err
    assert run(["audit", "verify", "--workspace", str(workspace), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["ok"] is False


def test_a_new_workspace_without_files_is_no_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", "--workspace", str(tmp_path / "w")]) == 0
    assert run(["audit", "verify", "--workspace", str(tmp_path / "w")]) == 0
    assert "Nothing is recorded yet." in capsys.readouterr().out
