"""Nothing of ours is pickled, and nothing reads what can run code: loading a pickle runs whatever its file says."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.repository import REPOSITORY, sources

# Modules that write or read pickles, code objects or their like.
MODULES = {
    *("_pickle", "cloudpickle", "dill", "hickle", "joblib", "jsonpickle", "klepto", "marshal", "pickle"),
    *("pickletools", "shelve", "skops", "tensorflow", "torch"),
}
# What of MLflow may be used. Of its flavours LightGBM's keeps the text of the booster; most others keep a pickle, or
# code that is run when it is loaded.
OF_MLFLOW = {"MlflowClient", "entities", "exceptions", "lightgbm", "set_tracking_uri", "start_run"}
ATTRIBUTES = {"read_pickle", "to_pickle", "picklable_model"}
LOADERS = {"yaml.load", "yaml.load_all", "yaml.full_load", "yaml.unsafe_load", "yaml.unsafe_load_all", "torch.load"}
# numpy reads pickles only when told to, but makes them of arrays of objects without being told.
ARRAYS = {f"{module}.{name}" for module in ("np", "numpy") for name in ("load", "save")}
BUILTINS = {"eval", "exec", "compile", "__import__"}


def pickling(tree: ast.AST) -> Iterator[str]:
    """Yield what in a module writes or reads pickles, or runs what it reads."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if _banned(alias.name))
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
            yield from (name for name in names if _banned(name))
        elif isinstance(node, ast.Attribute):
            name = ast.unparse(node)
            if node.attr in ATTRIBUTES or name in LOADERS or _banned(name):
                yield name
        elif isinstance(node, ast.Call):
            yield from _called(node)


def _called(node: ast.Call) -> Iterator[str]:
    name = ast.unparse(node.func)
    told = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
    if name in BUILTINS or told.get("allow_pickle", "False") != "False":
        yield name
    if name in ARRAYS and told.get("allow_pickle") != "False":
        yield f"{name} without allow_pickle=False"


def _banned(name: str) -> bool:
    parts = name.split(".")
    return parts[0] in MODULES or (parts[0] == "mlflow" and not OF_MLFLOW.issuperset(parts[1:2]))


def own() -> list[Path]:
    """Return every Python file of the repository that is ours: the rooms, scripts and benchmarks."""
    beside = [path for place in ("benchmarks", "scripts") for path in (REPOSITORY / place).glob("*.py")]
    return [*sources(), *sorted(beside)]


@pytest.mark.parametrize("path", own(), ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_nothing_is_pickled(path: Path) -> None:
    assert list(pickling(ast.parse(path.read_text("utf-8")))) == []


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from joblib import dump",
        "import dill as d",
        "import marshal",
        "import torch",
        "from shelve import open",
        "frame.to_pickle(path)",
        "pandas.read_pickle(path)",
        "np.load(path, allow_pickle=True)",
        "np.load(path)",
        "np.load(path, allow_pickle=trusted)",
        "yaml.load(text)",
        "yaml.load(text, Loader=yaml.Loader)",
        "yaml.unsafe_load(text)",
        "torch.load(path)",
        "import mlflow.sklearn",
        "from mlflow import pyfunc",
        "mlflow.sklearn.log_model(model)",
        "mlflow.pyfunc.load_model(address)",
        "eval(text)",
        "exec(text)",
    ],
)
def test_pickling_is_seen(code: str) -> None:
    assert list(pickling(ast.parse(code))) != []


@pytest.mark.parametrize(
    "code",
    [
        "np.load(path, allow_pickle=False)",
        "yaml.safe_load(text)",
        "import mlflow.lightgbm",
        "mlflow.lightgbm.log_model(booster)",
        "re.compile(pattern)",
    ],
)
def test_what_runs_nothing_is_allowed(code: str) -> None:
    assert list(pickling(ast.parse(code))) == []
