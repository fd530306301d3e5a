"""The repository's own files, as the architecture tests read them."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
USER_GUIDE = REPOSITORY / "docs" / "user-guide.md"


@cache
def project() -> dict[str, Any]:
    """Return pyproject.toml."""
    return tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))


def rooms() -> list[str]:
    """Return the names of the top-level packages, as the wheel declares them."""
    packages: list[str] = project()["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    return packages


def sources() -> list[Path]:
    """Return every Python file of the rooms, sorted."""
    return sorted(path for room in rooms() for path in (REPOSITORY / room).rglob("*.py"))
