import os
import socket
from pathlib import Path

import pytest

from errors import DataError
from features.feeds.sources import Content, source_files
from tests.support.archive import MemoryArchive
from tests.support.exports import ingest_export, make_mapping, make_workspace
from tests.support.nasty import table
from tests.support.nasty_files import zipped


def names(path: Path) -> list[str]:
    with source_files(path) as files:
        return [file.name for file in files]


def contents(path: Path) -> list[Content]:
    with source_files(path) as files:
        return [Content.of(file) for file in files]


def refusal(path: Path) -> str:
    with pytest.raises(DataError) as error:
        contents(path)
    return str(error.value)


@pytest.mark.parametrize("inside", [False, True], ids=["alone", "in a folder"])
def test_a_pipe_a_socket_a_device_and_a_dangling_link_are_refused_at_once(tmp_path: Path, inside: bool) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    os.mkfifo(folder / "pipe.csv")
    assert "pipe.csv: is no file" in refusal(folder if inside else folder / "pipe.csv")
    (folder / "pipe.csv").unlink()
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(folder / "socket.csv"))
    assert "socket.csv: is no file" in refusal(folder if inside else folder / "socket.csv")
    (folder / "socket.csv").unlink()
    (folder / "zeros.csv").symlink_to("/dev/zero")
    assert "zeros.csv: is no file" in refusal(folder if inside else folder / "zeros.csv")
    (folder / "zeros.csv").unlink()
    (folder / "gone.csv").symlink_to(folder / "nowhere.csv")
    assert ("gone.csv: is no file" if inside else "no such file") in refusal(folder if inside else folder / "gone.csv")


def test_links_to_files_are_read_and_a_ring_of_links_is_refused(tmp_path: Path) -> None:
    (tmp_path / "true.csv").write_text(table(), encoding="utf-8")
    (tmp_path / "link.csv").symlink_to("true.csv")
    assert names(tmp_path) == ["link.csv", "true.csv"]
    (tmp_path / "ring.csv").symlink_to("ring.csv")
    assert "ring.csv" in refusal(tmp_path / "ring.csv")
    assert "ring.csv: is no file" in refusal(tmp_path)


def test_a_folder_named_like_a_csv_is_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "export.csv"
    (folder / "inner.csv").mkdir(parents=True)
    assert "export.csv: holds no file" in refusal(folder)
    (folder / "inner.csv" / "rows.csv").write_text(table(), encoding="utf-8")
    assert names(folder) == ["inner.csv/rows.csv"]


def test_a_file_that_the_system_does_not_give_is_refused(tmp_path: Path) -> None:
    # Root may read every file, but nobody the first bytes of a process's memory.
    (tmp_path / "memory.csv").symlink_to("/proc/self/mem")
    assert "memory.csv: cannot be read" in refusal(tmp_path)


@pytest.mark.parametrize("name", [b"caf\xe9.csv", b"a\nb.csv", b"\xe2\x80\xaevsc.csv", b"a\x1b[31m.csv"])
def test_a_name_that_is_no_text_is_shown_as_text(tmp_path: Path, name: bytes) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text(table(), encoding="utf-8")
    report = ingest_export(make_workspace(tmp_path / "w"), folder, make_mapping(), MemoryArchive())
    assert report.accounts.accepted == 3
    assert all(letter.isprintable() for letter in report.files[0].name)


def test_one_bad_file_in_a_folder_refuses_all_of_them(tmp_path: Path) -> None:
    archive, workspace = MemoryArchive(), make_workspace(tmp_path / "w")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "1.csv").write_text(table(), encoding="utf-8")
    (folder / "2.zip").write_bytes(zipped({"a.csv": table().encode(), "b.csv": b"\0" * 999}))
    with pytest.raises(DataError, match=r"2\.zip/b\.csv"):
        ingest_export(workspace, folder, make_mapping(), archive)
    assert (archive.rows, archive.files) == ([], {})
    (folder / "2.zip").write_bytes(zipped({"a.csv": table().encode()}))
    assert ingest_export(workspace, folder, make_mapping(), archive).accounts.read == 6
