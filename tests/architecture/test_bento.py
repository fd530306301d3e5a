import yaml  # type: ignore[import-untyped]

from tests.support.repository import REPOSITORY, project

BENTOFILE = yaml.safe_load((REPOSITORY / "bentofile.yaml").read_text("utf-8"))
ROOMS = ("errors", "features", "ledger", "models", "serving")


def test_bento_asks_for_the_packages_of_the_project() -> None:
    asked = BENTOFILE["python"]["packages"]
    assert [package for package in asked if package not in project()["project"]["dependencies"]] == []
    assert asked == sorted(asked)


def test_bento_holds_what_serving_sees_and_no_more() -> None:
    folders = {pattern.split("/")[0] for pattern in BENTOFILE["include"] if "/" in pattern}
    assert folders == set(ROOMS)


def test_bento_holds_every_file_that_the_rooms_read() -> None:
    held = {path for pattern in BENTOFILE["include"] for path in REPOSITORY.glob(pattern)}
    files = {path for room in ROOMS for path in (REPOSITORY / room).rglob("*.*") if "__pycache__" not in path.parts}
    assert sorted(files - held) == []
