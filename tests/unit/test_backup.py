"""Backups: whole or absent, verified, restored into a database of either kind, and refused where they are too old."""

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from errors import LedgerError
from ledger.backup.manifest import DATABASE, FILES, MANIFEST, Manifest
from ledger.backup.restoring import Restored, Wish, drill, restore
from ledger.backup.rows import copy_rows
from ledger.backup.taking import Source, take
from ledger.database import Database
from ledger.events import Draft
from ledger.files import FileStore
from ledger.ledger import Ledger
from ledger.tree.notes import Checkpoint
from tests.support.databases import Postgresql
from tests.support.ledgers import TickingClock, fill, open_ledger, rewrite, url_of

pytestmark = pytest.mark.usefixtures("each_database")


def quiet(done: int, total: int) -> None:
    """Tell nobody."""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace of a few files beside those of a small ledger."""
    root = tmp_path / "w"
    root.mkdir()
    fill(root)
    (root / "strandcast.toml").write_text("salt")
    (root / "feeds").mkdir()
    (root / "feeds" / "city.toml").write_text("feed")
    with closing(sqlite3.connect(root / "studies.db")) as studies:
        studies.execute("CREATE TABLE trials (number INTEGER)")
        studies.commit()
    FileStore(root).put(b"named by nobody", "models", ".txt")
    (root / "backtests").mkdir()
    (root / "backtests" / "part.parquet").write_text("again")
    (root / "models" / ".writing-1").write_text("half")
    (root / "exports").mkdir()
    (root / "exports" / "000000000006-0123456789ab.zip").write_text("again")
    return root


def taken(root: Path, target: Path) -> Manifest:
    return take(Source(url_of(root), root, "0.1.0"), target, TickingClock(), quiet)


def restored(backup: Path, root: Path, url: str | None = None, **wish: Any) -> Restored:
    return restore(backup, root, url, TickingClock(), "ann", wish=Wish(**wish), advance=quiet)


def files_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_backup_holds_the_ledger_and_what_belongs_to_it(workspace: Path, tmp_path: Path) -> None:
    manifest = taken(workspace, tmp_path / "b")
    with open_ledger(workspace) as ledger:
        named = [ledger.artefact("model", name).path for name in ("first", "second")]
        assert manifest.last_audit_id == ledger.events(limit=1)[0].audit_id
    assert sorted(manifest.files) == sorted([*named, "feeds/city.toml", "strandcast.toml", "studies.db"])
    assert files_in(tmp_path / "b" / FILES) == sorted(manifest.files)
    assert sorted(path.name for path in (tmp_path / "b").iterdir()) == [DATABASE, FILES, MANIFEST]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "w"]
    assert (tmp_path / "b").stat().st_mode & 0o077 == 0


def test_a_restored_ledger_is_the_one_that_was_backed_up_and_says_so(workspace: Path, tmp_path: Path) -> None:
    manifest = taken(workspace, tmp_path / "b")
    done = restored(tmp_path / "b", tmp_path / "again")
    with Ledger.open(f"sqlite:///{tmp_path / 'again' / 'strandcast.db'}", TickingClock()) as ledger:
        found = ledger.verify(FileStore(tmp_path / "again"))
        assert (found.ok, found.events, found.head) == (True, 7, done.event.hash)
        assert done.event.previous_hash == manifest.head
        assert (done.event.draft.operation, done.event.draft.object) == ("admin", "restore")
        assert ledger.alias("model", "champion") == "second"
        assert ledger.append(Draft("consultation", "model/first", "ann")).sequence == 8


def test_rows_go_from_either_kind_of_database_into_postgresql(
    workspace: Path, tmp_path: Path, postgresql: Postgresql
) -> None:
    taken(workspace, tmp_path / "b")
    url = postgresql.database()
    restored(tmp_path / "b", tmp_path / "again", url)
    assert list((tmp_path / "again").glob("strandcast.db*")) == []
    with Ledger.open(url, TickingClock()) as ledger:
        assert ledger.verify(FileStore(tmp_path / "again")).ok
        assert ledger.append(Draft("consultation", "model/first", "ann")).sequence == 8
    with pytest.raises(LedgerError, match="holds a ledger already"):
        restored(tmp_path / "b", tmp_path / "third", url)
    assert not (tmp_path / "third").exists()
    postgresql.drop(url)


def test_a_workspace_that_cannot_be_put_in_its_place_leaves_no_rows(
    workspace: Path, tmp_path: Path, postgresql: Postgresql
) -> None:
    taken(workspace, tmp_path / "b")
    url, again = postgresql.database(), tmp_path / "again"

    def occupy(done: int, total: int) -> None:
        (again / "mine").mkdir(parents=True, exist_ok=True)

    with pytest.raises(LedgerError, match="cannot write the workspace"):
        restore(tmp_path / "b", again, url, TickingClock(), "ann", wish=Wish(), advance=occupy)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again", "b", "w"]
    restored(tmp_path / "b", tmp_path / "third", url)
    postgresql.drop(url)


def test_rows_that_the_database_does_not_take_leave_no_workspace(
    workspace: Path, tmp_path: Path, postgresql: Postgresql
) -> None:
    taken(workspace, tmp_path / "b")
    url = postgresql.database()

    def refuse(connection: Connection) -> None:
        if connection.dialect.name == "postgresql" and (tmp_path / "again").exists():
            raise RuntimeError("the disk is full")

    event.listen(Engine, "commit", refuse)
    try:
        with pytest.raises(RuntimeError, match="disk is full"):
            restored(tmp_path / "b", tmp_path / "again", url)
    finally:
        event.remove(Engine, "commit", refuse)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "w"]
    restored(tmp_path / "b", tmp_path / "again", url)
    postgresql.drop(url)


def test_every_folder_is_on_the_disk_and_its_owners_alone(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: set[str] = set()
    fsync = os.fsync

    def noted(descriptor: int) -> None:
        synced.add(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    taken(workspace, tmp_path / "b")
    assert synced >= {".b.part", FILES, "feeds", "models", tmp_path.name}
    synced.clear()
    restored(tmp_path / "b", tmp_path / "again")
    assert synced >= {".again.part", "feeds", "models", "strandcast.db", tmp_path.name}
    assert (tmp_path / "again").stat().st_mode & 0o077 == 0


def test_a_backup_goes_on_while_others_write(workspace: Path, tmp_path: Path) -> None:
    with open_ledger(workspace) as ledger:

        def write(done: int, total: int) -> None:
            stored = FileStore(workspace).put(f"late {done}".encode(), "models", ".txt")
            ledger.append(Draft("model", f"model/late-{done}", "ann", object_hash=stored.sha256))

        manifest = take(Source(url_of(workspace), workspace, "0.1.0"), tmp_path / "b", TickingClock(), write)
        assert ledger.events(limit=1)[0].sequence > manifest.events == 6
    assert drill(tmp_path / "b", TickingClock(), "ann", wish=Wish(), advance=quiet).manifest == manifest
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "w"]


def lost(folder: Path) -> None:
    next((folder / "models").glob("[0-9a-f]*.txt")).unlink()


def rewritten(folder: Path) -> None:
    rewrite(folder, "UPDATE events SET actor = 'eve' WHERE sequence = 3")


def changed(folder: Path) -> None:
    with open_ledger(folder) as ledger:
        FileStore(folder).locate(ledger.artefact("model", "first").stored).write_bytes(b"other")


@pytest.mark.parametrize("damage", [rewritten, changed])
def test_what_is_not_whole_is_not_backed_up(workspace: Path, tmp_path: Path, damage: Callable[[Path], None]) -> None:
    damage(workspace)
    with pytest.raises(LedgerError, match="the copy is not whole"):
        taken(workspace, tmp_path / "b")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["w"]


@pytest.mark.parametrize("inside", [True, False])
def test_a_backup_has_a_new_folder_outside_the_workspace(workspace: Path, tmp_path: Path, inside: bool) -> None:
    target = workspace / "b" if inside else tmp_path
    with pytest.raises(LedgerError, match="lies in the workspace" if inside else "exists already"):
        taken(workspace, target)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (f"{FILES}/strandcast.toml", "not what was backed up"),
        (DATABASE, "not what was backed up"),
        (MANIFEST, "cannot be read"),
    ],
)
def test_a_damaged_backup_is_refused_and_leaves_nothing(workspace: Path, tmp_path: Path, path: str, words: str) -> None:
    taken(workspace, tmp_path / "b")
    with (tmp_path / "b" / path).open("ab") as file:
        file.write(b"x")
    with pytest.raises(LedgerError, match=words):
        restored(tmp_path / "b", tmp_path / "again")
    assert sorted(item.name for item in tmp_path.iterdir()) == ["b", "w"]


def say(backup: Path, **changed: Any) -> None:
    """Change what a manifest says."""
    document = json.loads((backup / MANIFEST).read_text())
    (backup / MANIFEST).write_text(json.dumps({**document, **changed}))


@pytest.mark.parametrize("path", ["../files/strandcast.toml", "feeds/../../files/strandcast.toml", "/etc/hostname"])
def test_a_manifest_leads_to_no_file_outside(workspace: Path, tmp_path: Path, path: str) -> None:
    manifest = taken(workspace, tmp_path / "b")
    # The file is in the backup and has this hash: what it would be written to is outside.
    say(tmp_path / "b", files={**manifest.files, path: manifest.files["strandcast.toml"]})
    with pytest.raises(LedgerError, match="names a file outside"):
        restored(tmp_path / "b", tmp_path / "again")
    assert sorted(item.name for item in tmp_path.iterdir()) == ["b", "w"]


@pytest.mark.parametrize(
    "changed", [{"events": "6"}, {"events": True}, {"head": None}, {"files": ["strandcast.toml"]}, {"files": {"a": 1}}]
)
def test_a_manifest_that_says_something_else_is_refused(
    workspace: Path, tmp_path: Path, changed: dict[str, Any]
) -> None:
    taken(workspace, tmp_path / "b")
    say(tmp_path / "b", **changed)
    with pytest.raises(LedgerError, match="does not say what it should"):
        restored(tmp_path / "b", tmp_path / "again")


def test_a_folder_that_is_no_backup_and_one_that_is_in_use_are_refused(workspace: Path, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="is no backup"):
        restored(workspace, tmp_path / "again")
    taken(workspace, tmp_path / "b")
    with pytest.raises(LedgerError, match="is not empty"):
        restored(tmp_path / "b", workspace)


def test_a_backup_older_than_what_was_noted_is_refused_unless_told(workspace: Path, tmp_path: Path) -> None:
    manifest = taken(workspace, tmp_path / "b")
    with open_ledger(workspace) as ledger:
        later = ledger.append(Draft("decision", "plan/p1", "ann")).audit_id
    assert not restored(tmp_path / "b", tmp_path / "one", audit_id=manifest.last_audit_id).older
    with pytest.raises(LedgerError, match="ends with event 6, before event 7"):
        restored(tmp_path / "b", tmp_path / "two", audit_id=later)
    assert not (tmp_path / "two").exists()
    done = restored(tmp_path / "b", tmp_path / "two", audit_id=later, accept_older=True)
    assert (done.older, done.event.draft.details["older"]) == (True, True)


def test_a_backup_is_held_against_collected_checkpoints(workspace: Path, tmp_path: Path) -> None:
    root = bytes.fromhex(str(taken_root(workspace)))
    manifest = taken(workspace, tmp_path / "b")
    good = Checkpoint("force/ledger", manifest.events, root, "2024-07-01T09:00:00.000000Z")
    assert not restored(tmp_path / "b", tmp_path / "one", collected=[good]).older
    with pytest.raises(LedgerError, match="not what was recorded"):
        restored(tmp_path / "b", tmp_path / "two", collected=[replace(good, root=bytes(32))], accept_older=True)
    with pytest.raises(LedgerError, match="ends with event 6, before event 9"):
        restored(tmp_path / "b", tmp_path / "two", collected=[good, replace(good, size=9)])
    assert restored(tmp_path / "b", tmp_path / "two", collected=[replace(good, size=9)], accept_older=True).older


def taken_root(root: Path) -> str | None:
    with open_ledger(root) as ledger:
        return ledger.verify().root


def test_a_backup_of_another_history_is_refused_whatever_is_told(workspace: Path, tmp_path: Path) -> None:
    taken(workspace, tmp_path / "b")
    with pytest.raises(LedgerError, match="tells another history"):
        restored(tmp_path / "b", tmp_path / "again", audit_id="00000003-00000000", accept_older=True)


def test_a_database_of_another_form_or_without_tables_is_not_copied(tmp_path: Path) -> None:
    empty, target = Database.connected(url_of(tmp_path)), Database.connected(f"sqlite:///{tmp_path / 'to.db'}")
    with closing(empty), closing(target), pytest.raises(LedgerError, match="there is no ledger"):
        copy_rows(empty, target)
