"""Nothing of ours is pickled: loading a pickle runs whatever its file says."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.repository import REPOSITORY, sources

MODULES = {"cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve", "skops"}
ATTRIBUTES = {"read_pickle", "to_pickle"}


def pickling(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.partition(".")[0] in MODULES)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in MODULES:
            yield str(node.module)
        elif isinstance(node, ast.Attribute) and node.attr in ATTRIBUTES:
            yield node.attr
        elif isinstance(node, ast.keyword) and node.arg == "allow_pickle" and ast.unparse(node.value) != "False":
            yield "allow_pickle"


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_nothing_is_pickled(path: Path) -> None:
    assert list(pickling(ast.parse(path.read_text("utf-8")))) == []


@pytest.mark.parametrize(
    "code", ["import pickle", "from joblib import dump", "frame.to_pickle(path)", "np.load(path, allow_pickle=True)"]
)
def test_pickling_is_seen(code: str) -> None:
    assert list(pickling(ast.parse(code))) != []


def test_refusing_pickles_is_allowed() -> None:
    assert list(pickling(ast.parse("np.load(path, allow_pickle=False)"))) == []
