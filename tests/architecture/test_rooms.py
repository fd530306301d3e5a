from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.support.repository import REPOSITORY, project, rooms, sources

LONGEST_FILE = 500


@pytest.mark.parametrize("room", rooms())
def test_room_name_resolves_inside_the_repository(room: str) -> None:
    spec = find_spec(room)
    assert spec is not None
    assert spec.origin is not None
    assert Path(spec.origin).resolve() == REPOSITORY / room / "__init__.py"


def test_import_contracts_cover_every_room() -> None:
    assert sorted(project()["tool"]["importlinter"]["root_packages"]) == sorted(rooms())


def test_every_folder_with_code_is_a_package() -> None:
    folders = {path.parent for path in sources()}
    assert [folder for folder in sorted(folders) if not (folder / "__init__.py").is_file()] == []


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    lengths = {path.relative_to(REPOSITORY): len(path.read_text("utf-8").splitlines()) for path in sources()}
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_FILE} == {}
