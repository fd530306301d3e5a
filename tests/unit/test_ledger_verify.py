from pathlib import Path

import pytest

from ledger.artefacts import Artefact
from ledger.events import GENESIS, Draft, NoSuchRecordError
from ledger.files import FileStore
from ledger.tree.hashing import EMPTY
from ledger.verify import Verification
from tests.support.ledgers import fill, open_ledger, rewrite

pytestmark = pytest.mark.usefixtures("each_database")

SAME_AGAIN = """
INSERT INTO events SELECT 7, time, previous_hash, hash, operation, object, actor, role, authentication, purpose,
object_hash, recipient, outcome, details FROM events WHERE sequence = 3
"""


def verified(folder: Path) -> Verification:
    with open_ledger(folder) as ledger:
        return ledger.verify()


def test_empty_ledger_is_whole(tmp_path: Path) -> None:
    assert verified(tmp_path) == Verification(0, GENESIS, ok=True, root=EMPTY.hex())


def test_whole_ledger_reports_its_length_and_head(tmp_path: Path) -> None:
    files = fill(tmp_path)
    with open_ledger(tmp_path) as ledger:
        head = ledger.events(limit=1)[0]
        with ledger.tree() as tree:
            root = tree.root(6).hex()
        assert ledger.verify(files) == Verification(6, head.hash, ok=True, root=root)


@pytest.mark.parametrize(
    ("statements", "first_bad", "words"),
    [
        (["UPDATE events SET actor = 'eve' WHERE sequence = 3"], 3, "was changed"),
        (["UPDATE events SET details = replace(details, ',', ', ') WHERE sequence = 4"], 4, "not in the form"),
        (["UPDATE events SET details = '[]' WHERE sequence = 4"], 4, "cannot be read"),
        (["UPDATE events SET details = '{' WHERE sequence = 4"], 4, "cannot be read"),
        (["UPDATE events SET operation = 'x' WHERE sequence = 4"], 4, "cannot be read"),
        (["DELETE FROM events WHERE sequence = 3"], 3, "is missing"),
        (["DELETE FROM events WHERE sequence = 1"], 1, "is missing"),
        (
            ["DELETE FROM events WHERE sequence = 3", "UPDATE events SET sequence = sequence - 1 WHERE sequence > 3"],
            3,
            "does not follow",
        ),
        ([SAME_AGAIN], 7, "does not follow"),
        (
            [
                "UPDATE events SET sequence = 30 WHERE sequence = 3",
                "UPDATE events SET sequence = 3 WHERE sequence = 4",
                "UPDATE events SET sequence = 4 WHERE sequence = 30",
            ],
            3,
            "does not follow",
        ),
        (["UPDATE artefacts SET path = 'models/other' WHERE name = 'first'"], 1, "not the one"),
        (["UPDATE artefacts SET meta = replace(meta, '0.5', '0.50') WHERE name = 'first'"], 1, "not the one"),
        (["UPDATE artefacts SET sha256 = 'none' WHERE name = 'second'"], 2, "the row for model/second is not the one"),
        (["DELETE FROM artefacts WHERE name = 'second'"], 2, "is gone"),
        (["UPDATE artefacts SET sequence = 3 WHERE name = 'second'"], 2, "is gone"),
        (["INSERT INTO artefacts SELECT kind, 'third', 5, sha256, path, meta FROM artefacts LIMIT 1"], 5, "does not"),
        (["UPDATE alias_moves SET name = 'first' WHERE sequence = 2"], 2, "not the one"),
        (["DELETE FROM alias_moves WHERE sequence = 2"], 2, "is gone"),
        (["INSERT INTO alias_moves VALUES (6, 'model', 'champion', 'first')"], 6, "does not"),
    ],
)
def test_rewriting_is_found_where_it_was_done(
    tmp_path: Path, statements: list[str], first_bad: int, words: str
) -> None:
    fill(tmp_path)
    rewrite(tmp_path, *statements)
    found = verified(tmp_path)
    assert (found.ok, found.first_bad) == (False, first_bad)
    assert words in str(found.problem)


def test_a_row_of_the_tree_that_is_gone_is_found_where_later_ones_are_there(tmp_path: Path) -> None:
    fill(tmp_path)
    with open_ledger(tmp_path) as ledger:
        ledger.append_all([Draft("consultation", f"plan/{number}", "ann") for number in range(600)])
        assert ledger.verify().ok
    rewrite(tmp_path, "DELETE FROM tree WHERE level = 1 AND number = 0")
    assert "row 0 of level 1 of the tree is gone" in str(verified(tmp_path).problem)


def test_changed_file_is_found(tmp_path: Path) -> None:
    files = fill(tmp_path)
    with open_ledger(tmp_path) as ledger:
        files.locate(ledger.artefact("model", "second").stored).write_bytes(b"other")
        found = ledger.verify(files)
        assert (found.ok, found.first_bad) == (False, 2)
        assert "model/second" in str(found.problem)
        assert ledger.verify().ok


def test_cut_tail_is_a_whole_chain_without_the_audit_id_that_was_noted(tmp_path: Path) -> None:
    fill(tmp_path)
    with open_ledger(tmp_path) as ledger:
        noted = ledger.events(limit=1)[0].audit_id
    rewrite(tmp_path, "DELETE FROM events WHERE sequence > 4")
    with open_ledger(tmp_path) as ledger:
        assert ledger.verify().ok
        with pytest.raises(NoSuchRecordError):
            ledger.event(noted)


def erase(folder: Path, *names: str, operation: str = "erasure") -> FileStore:
    """Record the erasure of artefacts in a small ledger."""
    files = FileStore(folder)
    stored = files.put(b"{}", "erasures", ".json")
    with open_ledger(folder) as ledger:
        record = Artefact.of("erasure", "city/1", stored, {"erased": list(names)})
        ledger.append(Draft(operation, "incidents/purge", "ann"), artefacts=[record])
    return files


def lose(folder: Path, files: FileStore, name: str) -> None:
    with open_ledger(folder) as ledger:
        files.remove(ledger.artefact("model", name).path)


def verified_with(folder: Path, files: FileStore) -> Verification:
    with open_ledger(folder) as ledger:
        return ledger.verify(files)


def test_a_file_may_be_absent_that_a_recorded_erasure_names_and_no_other(tmp_path: Path) -> None:
    fill(tmp_path)
    files = erase(tmp_path, "model/first")
    there = verified_with(tmp_path, files)
    assert (there.ok, there.erased, there.not_yet_erased) == (True, (), ("model/first",))
    lose(tmp_path, files, "first")
    gone = verified_with(tmp_path, files)
    assert (gone.ok, gone.erased, gone.not_yet_erased) == (True, (("model/first", "2024-07-01"),), ())
    lose(tmp_path, files, "second")
    found = verified_with(tmp_path, files)
    assert (found.ok, found.first_bad) == (False, 2)
    assert "absent" in str(found.problem)


def test_a_file_whose_erasure_is_recorded_must_be_what_it_was_while_it_is_there(tmp_path: Path) -> None:
    fill(tmp_path)
    files = erase(tmp_path, "model/first")
    with open_ledger(tmp_path) as ledger:
        files.locate(ledger.artefact("model", "first").stored).write_bytes(b"other")
    assert verified_with(tmp_path, files).first_bad == 1


FORGED_ROW = """
INSERT INTO artefacts SELECT 'erasure', 'forged', 6, sha256, path, '{"erased":["model/second"]}' FROM artefacts
WHERE name = 'city/1'
"""
FORGED_META = """UPDATE artefacts SET meta = '{"erased":["model/second"]}' WHERE name = 'city/1'"""


@pytest.mark.parametrize(("statement", "first_bad"), [(FORGED_ROW, 6), (FORGED_META, 7)])
def test_a_forged_erasure_is_found(tmp_path: Path, statement: str, first_bad: int) -> None:
    fill(tmp_path)
    files = erase(tmp_path, "model/first")
    lose(tmp_path, files, "second")
    rewrite(tmp_path, statement)
    found = verified_with(tmp_path, files)
    assert (found.ok, found.first_bad) == (False, first_bad)


def test_only_an_erasure_can_say_that_files_were_erased(tmp_path: Path) -> None:
    fill(tmp_path)
    files = erase(tmp_path, "model/first", operation="collection")
    lose(tmp_path, files, "first")
    found = verified_with(tmp_path, files)
    assert (found.ok, found.first_bad) == (False, 7)
    assert "no erasure" in str(found.problem)
