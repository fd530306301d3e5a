"""What is found offline, in a bundle alone, with the notes that somebody else collected."""

import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from errors import DataError, LedgerError
from ledger.bundle.judging import judge
from ledger.bundle.names import ABOUT, EVENTS
from ledger.bundle.writing import export
from ledger.events import Draft
from ledger.tree.checkpoints import Policy, write_checkpoint
from ledger.tree.notes import Checkpoint, Signer
from ledger.verify import Verification
from tests.support.ledgers import TickingClock, fill, open_ledger, rewrite
from tests.support.rewriters import Drafts, forge

SIGNER = Signer.make("test.example/ledger", bytes(range(32)))
EVENTS_RECORDED, SIGNED = 300, (120, 290)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a ledger of which two checkpoints were collected, and its backup after the first."""
    folder = tmp_path_factory.mktemp("recorded")
    (folder / "drop").mkdir()
    fill(folder, SIGNED[0])
    policy = Policy(folder / "drop", 1, 1)
    for signed, until in zip(SIGNED, (SIGNED[1], EVENTS_RECORDED), strict=True):
        with open_ledger(folder) as ledger:
            write_checkpoint(ledger.database, SIGNER, policy, TickingClock()() + timedelta(minutes=signed))
            if signed == SIGNED[0]:
                shutil.copy(folder / "strandcast.db", folder / "backup.db")
            ledger.append_all([Draft("consultation", f"plan/{number}", "ann") for number in range(until - signed)])
    return folder


@pytest.fixture
def folder(tmp_path: Path, recorded: Path) -> Path:
    return shutil.copytree(recorded, tmp_path / "ledger")


def collected(folder: Path) -> list[Checkpoint]:
    notes = sorted((folder / "drop").glob("*.checkpoint"))
    return [SIGNER.verifier.opened(note.read_text("utf-8")) for note in notes]


def exported(folder: Path) -> Path:
    with open_ledger(folder) as ledger:
        export(ledger.database, folder / "bundle.zip", lambda *_: None)
    return folder / "bundle.zip"


def judged(folder: Path) -> Verification:
    return judge(exported(folder), [SIGNER.verifier], collected(folder))


def test_whole_bundle_verifies_without_its_database(folder: Path) -> None:
    bundle = exported(folder)
    with open_ledger(folder) as ledger:
        online = ledger.verify()
    (folder / "strandcast.db").unlink()
    offline = judge(bundle, [SIGNER.verifier], collected(folder))
    assert (offline.ok, offline.events, offline.covered) == (True, EVENTS_RECORDED, SIGNED[-1])
    assert (offline.head, offline.root) == (online.head, online.root)


def test_same_record_gives_the_same_bundle(folder: Path) -> None:
    assert exported(folder).read_bytes() == exported(folder).read_bytes()


EDIT = replace(Draft("decision", "plan/1", "ann"), role="operator", authentication="key", purpose="planning")


def edit(events: Drafts) -> Drafts:
    return [*events[:50], (events[50][0], replace(events[50][1], actor="eve")), *events[51:]]


def delete(events: Drafts) -> Drafts:
    return [*events[:50], *events[51:]]


def insert(events: Drafts) -> Drafts:
    return [*events[:50], (events[50][0], EDIT), *events[50:]]


def reorder(events: Drafts) -> Drafts:
    return [*events[:50], events[51], events[50], *events[52:]]


def cut(events: Drafts) -> Drafts:
    return events[:280]


@pytest.mark.parametrize("change", [edit, delete, insert, reorder, cut], ids=lambda change: change.__name__)
def test_a_record_that_its_owner_computed_anew_is_found_by_what_others_collected(
    folder: Path, change: Callable[[Drafts], Drafts]
) -> None:
    forge(folder, change)
    bundle = exported(folder)
    # On its own it is whole: nobody can tell who has only the bundle.
    assert judge(bundle, [SIGNER.verifier], []).ok
    found = judge(bundle, [SIGNER.verifier], collected(folder))
    assert not found.ok
    assert ("cut off" if change is cut else "rewritten") in str(found.problem)


@pytest.mark.parametrize("later", [0, 500], ids=["as it was", "and recorded on"])
def test_a_database_that_was_put_back_is_found(folder: Path, later: int) -> None:
    shutil.copy(folder / "backup.db", folder / "strandcast.db")
    with open_ledger(folder) as ledger:
        ledger.append_all([Draft("consultation", "other", "ann") for _ in range(later)])
    found = judged(folder)
    assert not found.ok
    assert ("rewritten" if later else "old backup") in str(found.problem)
    assert judge(exported(folder), [SIGNER.verifier], collected(folder)[:1]).ok


def changed(bundle: Path, change: Callable[[list[bytes]], list[bytes]], name: str = EVENTS) -> Path:
    """Return a copy of a bundle of which the lines of one part are others."""
    target = bundle.with_name("changed.zip")
    with zipfile.ZipFile(bundle) as source, zipfile.ZipFile(target, "w") as archive:
        for item in source.namelist():
            data = source.read(item)
            archive.writestr(item, b"".join(change(data.splitlines(keepends=True))) if item == name else data)
    return target


@pytest.mark.parametrize(
    ("change", "first_bad"),
    [
        (lambda lines: [*lines[:50], lines[50].replace(b"http", b"eve"), *lines[51:]], 52),
        (lambda lines: [*lines[:50], lines[50].replace(b",", b", ", 1), *lines[51:]], 51),
        (lambda lines: [*lines[:50], *lines[51:]], 51),
        (lambda lines: [*lines[:50], lines[49], *lines[50:]], 51),
        (lambda lines: [*lines[:50], lines[51], lines[50], *lines[52:]], 51),
        (lambda lines: lines[:280], 281),
        (lambda lines: lines[:299], 300),
        (lambda lines: [*lines[:9], lines[9].replace(b'{"actor":', b'{"actor":1,"actor":'), *lines[10:]], 10),
        (lambda lines: [*lines[:9], lines[9].replace(b'"rows":', b'"rows":1.0,"r":'), *lines[10:]], 10),
        (lambda lines: [*lines[:9], b"{}\n", *lines[10:]], 10),
    ],
)
def test_a_bundle_whose_lines_were_changed_is_found_where_they_were(
    folder: Path, change: Callable[[list[bytes]], list[bytes]], first_bad: int
) -> None:
    found = judge(changed(exported(folder), change), [], collected(folder))
    assert (found.ok, found.first_bad) == (False, first_bad)


def test_an_event_that_could_not_have_been_recorded_is_found_even_in_a_whole_chain(folder: Path) -> None:
    bundle = changed(exported(folder), lambda lines: [lines[0].replace(b'"operation":"model"', b'"operation":"other"')])
    found = judge(bundle, [], [])
    assert (found.ok, found.first_bad) == (False, 1)
    assert "no operation 'other'" in str(found.problem)


@pytest.mark.parametrize("name", ["artefacts.jsonl", "aliases.jsonl"])
def test_a_row_that_is_missing_from_a_bundle_is_found(folder: Path, name: str) -> None:
    assert not judge(changed(exported(folder), lambda lines: lines[1:], name), [], []).ok


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (EVENTS, "holds events.jsonl twice"),
        ("README.txt", "holds README.txt twice"),
        ("more.txt", "'more.txt', which is no part of one"),
        ("../../tmp/x", "no part of one"),
        ("/etc/x", "no part of one"),
        ("checkpoints/../../x.checkpoint", "no part of one"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_bundle_that_unpacks_into_other_than_what_is_verified_is_refused(folder: Path, name: str, words: str) -> None:
    bundle = exported(folder)
    with zipfile.ZipFile(bundle, "a") as archive:
        archive.writestr(name, b"other")
    with pytest.raises(DataError, match=words):
        judge(bundle, [], [])


def test_a_part_of_a_bundle_that_leads_to_another_file_is_refused(folder: Path) -> None:
    bundle, target = exported(folder), folder / "linked.zip"
    with zipfile.ZipFile(bundle) as source, zipfile.ZipFile(target, "w") as archive:
        for item in source.infolist():
            item.external_attr = (0o120777 if item.filename == "README.txt" else 0o644) << 16
            archive.writestr(item, source.read(item.filename))
    with pytest.raises(DataError, match=r"README.txt in the bundle leads to another file"):
        judge(target, [], [])


@pytest.mark.parametrize("name", ["artefacts.jsonl", "aliases.jsonl"])
def test_a_row_that_stands_twice_in_a_bundle_is_refused(folder: Path, name: str) -> None:
    bundle = changed(exported(folder), lambda lines: [*lines, lines[0]], name)
    with pytest.raises(DataError, match=f"a row of {name} stands twice"):
        judge(bundle, [], [])


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip", b"{}"])
def test_a_file_that_is_no_bundle_is_told(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "b.zip").write_bytes(data)
    with pytest.raises(DataError, match="no bundle"):
        judge(tmp_path / "b.zip", [], [])
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr(ABOUT, data)
    with pytest.raises(DataError, match="no bundle"):
        judge(tmp_path / "c.zip", [], [])


def test_a_bundle_cut_short_is_told(folder: Path) -> None:
    data = exported(folder).read_bytes()
    for size in (len(data) // 3, len(data) - 10):
        (folder / "short.zip").write_bytes(data[:size])
        with pytest.raises(DataError, match="damaged"):
            judge(folder / "short.zip", [], [])


def test_a_broken_record_is_not_exported(folder: Path) -> None:
    rewrite(folder, "UPDATE events SET actor = 'eve' WHERE sequence = 3")
    with open_ledger(folder) as ledger, pytest.raises(LedgerError, match="event 3 was changed"):
        export(ledger.database, folder / "bundle.zip", lambda *_: None)
    assert not (folder / "bundle.zip").exists()


def test_an_export_that_cannot_be_written_leaves_nothing(folder: Path) -> None:
    with open_ledger(folder) as ledger, pytest.raises(LedgerError, match="cannot be written"):
        export(ledger.database, folder / "nowhere" / "bundle.zip", lambda *_: None)


def test_a_checkpoint_in_a_bundle_that_another_key_signed_is_refused(folder: Path) -> None:
    other = Signer.make(SIGNER.verifier.name, bytes(32)).verifier
    assert "none of the checkpoints" in str(judge(exported(folder), [other], []).problem)
    with open_ledger(folder) as ledger:
        assert "none of the checkpoints" in str(ledger.verify(keys=[other]).problem)


def test_a_record_whose_key_was_changed_verifies_with_either_key_and_both(folder: Path) -> None:
    later = Signer.make(SIGNER.verifier.name, bytes(32))
    with open_ledger(folder) as ledger:
        write_checkpoint(ledger.database, later, Policy(folder / "drop", 1, 1), TickingClock()() + timedelta(days=9))
    bundle, old, new = exported(folder), SIGNER.verifier, later.verifier
    for keys, others in (([old], 1), ([new], 2), ([old, new], 0)):
        found = judge(bundle, keys, [])
        assert (found.ok, found.others) == (True, others)
        with open_ledger(folder) as ledger:
            found = ledger.verify(keys=keys)
        assert (found.ok, found.others) == (True, others)


def test_about_that_says_another_number_is_found(folder: Path) -> None:
    def more(lines: list[bytes]) -> list[bytes]:
        about = json.loads(b"".join(lines))
        return [json.dumps({**about, "events": about["events"] + 1}).encode()]

    assert not judge(changed(exported(folder), more, ABOUT), [], []).ok
