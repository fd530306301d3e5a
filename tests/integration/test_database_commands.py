"""`strandcast upgrade`, `backup` and `restore`, as people run them."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from features.workspace import DATABASE_VARIABLE
from ledger.artefacts import Artefact
from ledger.events import Draft
from ledger.files import FileStore
from ledger.tree.notes import Signer
from strandcast.app import run
from tests.support.databases import Postgresql
from tests.support.ledgers import fill, open_ledger
from tests.support.repository import REPOSITORY

FIRST_FORM = REPOSITORY / "tests" / "golden" / "databases" / "version-1.sql"
SIGNER = Signer.make("test.example/ledger", bytes(range(32)))


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    assert run(["init", "--workspace", str(tmp_path / "w")]) == 0
    return tmp_path / "w"


def said(capsys: pytest.CaptureFixture[str], *words: str | Path, code: int = 0) -> dict[str, Any]:
    capsys.readouterr()
    assert run([*map(str, words), "--json"]) == code
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_a_workspace_of_the_first_version_goes_on_after_an_upgrade(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(workspace / "strandcast.db")) as connection:
        connection.executescript(FIRST_FORM.read_text("utf-8"))
    for name in ("first", "second"):
        FileStore(workspace).put(name.encode(), "models", ".txt")
    refused = said(capsys, "audit", "list", "--workspace", workspace, code=1)
    assert "run strandcast upgrade" in refused["error"]
    done = said(capsys, "upgrade", "--workspace", workspace)
    assert (done["from_form"], done["to_form"]) == ("0001", "0003")
    assert said(capsys, "audit", "verify", "--workspace", workspace)["events"] == 9
    assert run(["upgrade", "--workspace", str(workspace)]) == 0
    assert "already" in capsys.readouterr().out


def test_a_backup_is_made_tried_and_restored(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(workspace)
    made = said(capsys, "backup", tmp_path / "b", "--workspace", workspace)
    assert made["events"] == 6
    with open_ledger(workspace) as ledger:
        event = ledger.event(made["audit_id"])
        assert (event.draft.object, event.draft.object_hash) == ("backup/b", made["manifest_sha256"])
    tried = said(capsys, "restore", tmp_path / "b", "--drill", "--holds", made["last_audit_id"])
    assert (tried["drill"], tried["older"], tried["events"]) == (True, False, 6)
    again = ["restore", str(tmp_path / "b"), "--workspace", str(tmp_path / "again")]
    assert "before event 7" in said(capsys, *again, "--holds", made["audit_id"], code=1)["error"]
    assert run([*again, "--holds", made["audit_id"], "--accept-older"]) == 0
    shown = capsys.readouterr().out
    assert "what was recorded after its end is lost" in shown
    assert "run strandcast purge" in shown
    assert said(capsys, "audit", "verify", "--workspace", tmp_path / "again")["events"] == 7


@pytest.mark.parametrize("erases", [False, True])
def test_erased_rows_are_said_to_be_back_only_where_rows_are_erased(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], *, erases: bool
) -> None:
    files = fill(workspace)
    if erases:
        stored = files.put(b"{}", "erasures", ".json")
        with open_ledger(workspace) as ledger:
            record = Artefact.of("erasure", "city/1", stored, {"erased": []})
            draft = Draft("erasure", "erasure/city/1", "ann", object_hash=stored.sha256)
            ledger.append(draft, artefacts=[record])
    said(capsys, "backup", tmp_path / "b", "--workspace", workspace)
    assert run(["restore", str(tmp_path / "b"), "--workspace", str(tmp_path / "again")]) == 0
    assert ("run strandcast purge" in capsys.readouterr().out) is erases


def test_a_deployment_moves_to_postgresql_by_its_backup(
    workspace: Path,
    tmp_path: Path,
    postgresql: Postgresql,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fill(workspace)
    said(capsys, "backup", tmp_path / "b", "--workspace", workspace)
    url = postgresql.database()
    (tmp_path / "url").write_text(f"{url}\n", "utf-8")
    monkeypatch.setenv(f"{DATABASE_VARIABLE}_FILE", str(tmp_path / "url"))
    moved = said(capsys, "restore", tmp_path / "b", "--workspace", tmp_path / "again")
    assert moved["database"].startswith("postgresql+psycopg://")
    assert not (tmp_path / "again" / "strandcast.db").exists()
    assert said(capsys, "audit", "verify", "--workspace", tmp_path / "again")["events"] == 7
    back = said(capsys, "backup", tmp_path / "c", "--workspace", tmp_path / "again")
    assert back["events"] == 7
    monkeypatch.delenv(f"{DATABASE_VARIABLE}_FILE")
    stayed = said(capsys, "restore", tmp_path / "c", "--workspace", tmp_path / "third")
    assert stayed["database"] == f"sqlite:///{tmp_path / 'third' / 'strandcast.db'}"
    assert said(capsys, "audit", "verify", "--workspace", tmp_path / "third")["events"] == 8
    postgresql.drop(url)


def test_checkpoints_that_the_backup_does_not_reach_are_told(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(workspace)
    said(capsys, "backup", tmp_path / "b", "--workspace", workspace)
    folder = tmp_path / "collected"
    folder.mkdir()
    (folder / "9.checkpoint").write_text(SIGNER.note(9, bytes(32), "2026-01-05T08:00:00.000000Z"), "utf-8")
    drill = ["restore", str(tmp_path / "b"), "--drill", "--checkpoints", str(folder)]
    assert "--key" in said(capsys, *drill, code=2)["error"]
    assert "before event 9" in said(capsys, *drill, "--key", SIGNER.verifier.text(), code=1)["error"]
