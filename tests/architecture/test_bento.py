import ast
import re
from importlib.metadata import packages_distributions

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


def imported() -> set[str]:
    """Return the distributions that the rooms of the bento import."""
    installed = packages_distributions()
    trees = [ast.parse(path.read_text("utf-8")) for room in ROOMS for path in (REPOSITORY / room).rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {normal(distribution) for name in names for distribution in installed.get(name.partition(".")[0], [])}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_bento_asks_for_all_that_its_rooms_import() -> None:
    declared = {normal(re.split(r"[^A-Za-z0-9._-]", one, maxsplit=1)[0]) for one in BENTOFILE["python"]["packages"]}
    wanted = {normal(re.split(r"[^A-Za-z0-9._-]", one, maxsplit=1)[0]) for one in project()["project"]["dependencies"]}
    # The driver of PostgreSQL is loaded by its name in the database's URL.
    assert declared == (wanted & imported()) | {"psycopg"}


CONTAINERFILE = (REPOSITORY / "Containerfile").read_text("utf-8").replace("\\\n", " ")


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} (.*)$", CONTAINERFILE, re.MULTILINE)


def test_image_holds_the_rooms_and_is_run_by_nobody_in_particular() -> None:
    copied = {source for line in instructions("COPY") if "--from" not in line for source in line.split()[:-1]}
    assert {*project()["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]} <= copied
    assert [source for source in copied if not (REPOSITORY / source).exists()] == []
    assert instructions("USER") == ["10001"]
    assert all("--locked" in line for line in instructions("RUN") if "uv sync" in line)


def test_nothing_reaches_an_image_but_what_it_copies() -> None:
    lines = (REPOSITORY / ".containerignore").read_text("utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    copied = {source for line in instructions("COPY") if "--from" not in line for source in line.split()[:-1]}
    assert {rule[1:] for rule in rules if rule.startswith("!")} == copied


def test_no_secret_stands_in_the_image() -> None:
    said = " ".join([*instructions("ENV"), *instructions("ARG")]).upper()
    assert [word for word in ("KEY", "TOKEN", "SECRET", "PASSWORD", "DATABASE_URL") if word in said] == []
