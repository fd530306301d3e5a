from pathlib import Path

import pytest

from ledger.events import GENESIS, NoSuchRecordError
from ledger.verify import Verification
from tests.support.ledgers import fill, open_ledger, rewrite

SAME_AGAIN = """
INSERT INTO events SELECT 7, time, previous_hash, hash, operation, object, actor, role, authentication, purpose,
object_hash, outcome, details FROM events WHERE sequence = 3
"""


def verified(folder: Path) -> Verification:
    with open_ledger(folder) as ledger:
        return ledger.verify()


def test_empty_ledger_is_whole(tmp_path: Path) -> None:
    assert verified(tmp_path) == Verification(0, GENESIS, ok=True)


def test_whole_ledger_reports_its_length_and_head(tmp_path: Path) -> None:
    files = fill(tmp_path)
    with open_ledger(tmp_path) as ledger:
        head = ledger.events(limit=1)[0]
        assert ledger.verify(files) == Verification(6, head.hash, ok=True)


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
