from pathlib import Path

import pytest

from errors import LedgerError
from ledger.files import FileStore, StoredFile


def test_file_is_named_by_its_content_and_read_back(tmp_path: Path) -> None:
    files = FileStore(tmp_path)
    stored = files.put(b"plan", "plans", ".json")
    assert stored.path == f"plans/{stored.sha256}.json"
    assert files.read(stored) == b"plan"
    assert files.locate(stored) == tmp_path / stored.path


def test_putting_twice_changes_nothing(tmp_path: Path) -> None:
    files = FileStore(tmp_path)
    stored = files.put(b"plan", "plans", ".json")
    before = (tmp_path / stored.path).stat().st_ino
    assert files.put(b"plan", "plans", ".json") == stored
    assert (tmp_path / stored.path).stat().st_ino == before
    assert len(list((tmp_path / "plans").iterdir())) == 1


def test_putting_again_mends_a_file_that_was_damaged(tmp_path: Path) -> None:
    files = FileStore(tmp_path)
    stored = files.put(b"plan", "plans", ".json")
    (tmp_path / stored.path).write_bytes(b"pl")
    files.put(b"plan", "plans", ".json")
    assert files.read(stored) == b"plan"


def test_changed_file_is_refused(tmp_path: Path) -> None:
    files = FileStore(tmp_path)
    stored = files.put(b"plan", "plans", ".json")
    (tmp_path / stored.path).write_bytes(b"plot")
    with pytest.raises(LedgerError, match="not what was recorded"):
        files.read(stored)


def test_absent_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="absent"):
        FileStore(tmp_path).read(StoredFile("0" * 64, "plans/none.json"))


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "plans/../../secret"])
def test_path_that_leads_out_of_the_store_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(LedgerError, match="out of the store"):
        FileStore(tmp_path).locate(StoredFile("0" * 64, path))


@pytest.mark.parametrize(("folder", "suffix"), [("..", ".json"), ("", ".json"), ("plans", "/x"), ("/plans", ".json")])
def test_folder_or_suffix_that_is_no_plain_name_is_refused(tmp_path: Path, folder: str, suffix: str) -> None:
    with pytest.raises(LedgerError, match="plain folder"):
        FileStore(tmp_path).put(b"", folder, suffix)


def test_file_that_cannot_be_written_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "plans").write_text("a file where the folder should be")
    with pytest.raises(LedgerError, match="cannot write"):
        FileStore(tmp_path).put(b"plan", "plans", ".json")
