"""The threat model names a test for every threat, and every guard of the service."""

import ast
import re

import pytest

from tests.support.repository import REPOSITORY

PAGE = REPOSITORY / "docs" / "threat-model.md"
ROWS = re.findall(r"^\| (?!threat |---)([^|]+) \| ([^|]+) \| ([^|]+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize(("threat", "guard", "test"), ROWS, ids=lambda cell: cell[:60])
def test_every_threat_has_a_test_that_there_is(threat: str, guard: str, test: str) -> None:
    match = re.fullmatch(r"`(tests/\S+\.py)::(test_\w+)`", test)
    assert match is not None
    assert (REPOSITORY / match[1]).is_file()
    tree = ast.parse((REPOSITORY / match[1]).read_text("utf-8"))
    assert match[2] in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_no_threat_stands_twice() -> None:
    assert len(ROWS) > 40
    assert len({threat for threat, _, _ in ROWS}) == len(ROWS)
    assert len({test for _, _, test in ROWS}) == len(ROWS)


def test_every_test_of_a_guard_s_file_stands_behind_a_threat() -> None:
    named = {test.partition("::")[0].strip("`") for _, _, test in ROWS}
    guards = {
        path.relative_to(REPOSITORY).as_posix() for path in (REPOSITORY / "tests" / "unit").glob("test_guards*.py")
    }
    assert guards - named == set()
