"""Every library has a line with its reason in docs/decisions/dependencies.md, and every line a library."""

import ast
import re
from importlib.metadata import packages_distributions

from tests.support.repository import REPOSITORY, project, sources

PAGE = REPOSITORY / "docs" / "decisions" / "dependencies.md"


def declared() -> dict[str, str]:
    """Return the requirement of each declared library by its name."""
    groups = project()["dependency-groups"].values()
    requirements = [*project()["project"]["dependencies"], *(one for group in groups for one in group)]
    return {re.split(r"[^A-Za-z0-9._-]", one, maxsplit=1)[0]: one for one in requirements}


def test_every_library_has_its_reason_and_every_reason_its_library() -> None:
    explained = re.findall(r"^\| `([^`]+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert sorted(explained) == sorted(declared())


def test_every_requirement_has_a_floor() -> None:
    # Without one the resolver walks back to versions that nobody tried: bentoml 0.9.2, for one.
    assert [requirement for requirement in declared().values() if ">=" not in requirement] == []


def normal(name: str) -> str:
    """Return a distribution's name as requirements write it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def imported() -> set[str]:
    """Return the top-level names that the rooms import."""
    nodes = [node for path in sources() for node in ast.walk(ast.parse(path.read_text("utf-8")))]
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names = plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in names} | drivers()


def drivers() -> set[str]:
    """Return the drivers of databases, which are imported by the name that a URL gives them."""
    return {name for path in sources() for name in re.findall(r"[a-z]+\+([a-z0-9]+)://", path.read_text("utf-8"))}


def test_the_product_requires_nothing_that_it_does_not_import() -> None:
    installed = packages_distributions()
    used = {normal(distribution) for name in imported() for distribution in installed.get(name, [])}
    names = [re.split(r"[^A-Za-z0-9._-]", one, maxsplit=1)[0] for one in project()["project"]["dependencies"]]
    assert [name for name in names if name not in used] == []
