"""Every library has a line with its reason in docs/decisions/dependencies.md, and every line a library."""

import re

from tests.support.repository import REPOSITORY, project

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
