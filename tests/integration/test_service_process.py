"""The service as a process of its own: started by the command, started in vain, and built as a bento."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from serving.access.caller import Role
from strandcast.app import run
from tests.support.forecast_runs import record_run, synthetic_workspace
from tests.support.keys import headers_for
from tests.support.repository import REPOSITORY

READY_WITHIN_SECONDS = 180


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("process") / "w"
    record_run(synthetic_workspace(folder))
    return folder


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


@contextmanager
def process(command: list[str], root: Path, folder: Path) -> Iterator["subprocess.Popen[str]"]:
    environment = {**os.environ, "STRANDCAST_WORKSPACE": str(root), "BENTOML_DO_NOT_TRACK": "True"}
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment, cwd=folder
    )
    try:
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        child.communicate(timeout=60)


def fetched(url: str, headers: dict[str, str]) -> bytes:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while True:
        try:
            with urlopen(Request(url, headers=headers), timeout=5) as answer:  # noqa: S310 - our own address
                body: bytes = answer.read()
                return body
        except (URLError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def answers(url: str, root: Path) -> list[object]:
    """Return what does not change from one answer to the next."""
    known = headers_for(root, Role.PLANNER)
    periods = json.loads(fetched(f"{url}/v1/periods", known))
    forecasts = json.loads(fetched(f"{url}/v1/forecasts", known))
    explanation = json.loads(fetched(f"{url}/v1/explanations/{forecasts['rows'][3]['forecast_id']}", known))
    for document in (periods, forecasts, explanation):
        del document["audit_id"]
    return [periods, forecasts, explanation]


def plan_made(url: str, root: Path) -> int:
    """Ask for a plan and return the status of the answer."""
    headers = {**headers_for(root, Role.PLANNER), "Content-Type": "application/json"}
    asked = Request(f"{url}/v1/plans", b'{"total_hours": 60}', headers)  # noqa: S310 - our own address
    with urlopen(asked, timeout=40) as answer:  # noqa: S310 - our own address
        status: int = answer.status
        return status


def test_command_serves_until_it_is_stopped_and_a_bento_answers_the_same(root: Path, tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "strandcast", "serve", "--json", "--port", str(port), "--workspace", str(root)]
    with process(command, root, REPOSITORY) as child:
        assert child.stdout is not None
        lines = "".join(iter(child.stdout.readline, "}\n")) + "}"
        url = json.loads(lines)["url"]
        assert url == f"http://127.0.0.1:{port}"
        from_tree = answers(url, root)
        with ThreadPoolExecutor(1) as pool:
            under_way = pool.submit(plan_made, url, root)
            # Long enough to have been taken, and a plan takes longer.
            time.sleep(0.5)
            child.send_signal(signal.SIGTERM)
            assert under_way.result() in {201, 202}
    assert child.returncode == 0
    with socket.socket() as trial:
        assert trial.connect_ex(("127.0.0.1", port)) != 0
    assert from_bento(root, tmp_path) == from_tree


def from_bento(root: Path, folder: Path) -> list[object]:
    """Build a bento from the tree, run it away from the tree, and return its answers."""
    # BentoML asks for uv even where it locks nothing; make keeps one in .tools where the machine has none.
    search = os.pathsep.join([str(REPOSITORY / ".tools" / "bin"), os.environ["PATH"]])
    own = {"BENTOML_HOME": str(folder / "bentoml"), "BENTOML_DO_NOT_TRACK": "True", "PATH": search}
    environment = {**os.environ, **own}
    build = [sys.executable, "-m", "bentoml", "build", "-o", "tag"]
    built = subprocess.run(build, capture_output=True, text=True, env=environment, cwd=REPOSITORY, check=False)
    assert built.returncode == 0, built.stderr
    bento = next((folder / "bentoml" / "bentos" / "strandcast").glob("*/bento.yaml")).parent
    assert sorted(path.name for path in (bento / "src").iterdir() if path.is_dir()) == [
        "errors",
        "features",
        "ledger",
        "models",
        "serving",
    ]
    port = free_port()
    command = [sys.executable, "-m", "bentoml", "serve", str(bento), "--port", str(port)]
    with process(command, root, folder):
        return answers(f"http://127.0.0.1:{port}", root)


@pytest.mark.parametrize(
    ("made", "code", "words"), [(False, 2, "is not a workspace"), (True, 1, "no forecast of a champion")]
)
def test_command_that_cannot_start_says_why_in_one_sentence(
    tmp_path: Path, made: bool, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if made:
        synthetic_workspace(tmp_path / "w")
    assert run(["serve", "--workspace", str(tmp_path / "w")]) == code
    told = capsys.readouterr().err
    assert words in told
    assert told.count("\n") == 1


def test_port_that_is_taken_is_told_in_one_sentence(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert run(["serve", "--port", str(taken.getsockname()[1]), "--workspace", str(root)]) == 1
    told = capsys.readouterr().err
    assert "name another --port" in told
    assert told.count("\n") == 1


def test_bentoml_itself_ends_with_one_sentence_where_nothing_can_be_served(tmp_path: Path) -> None:
    synthetic_workspace(tmp_path / "w")
    command = [sys.executable, "-m", "bentoml", "serve", "serving.service:Strandcast", "--port", str(free_port())]
    environment = {**os.environ, "STRANDCAST_WORKSPACE": str(tmp_path / "w"), "BENTOML_DO_NOT_TRACK": "True"}
    ended = subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=REPOSITORY, timeout=180, check=False
    )
    assert ended.returncode == 1
    assert "no forecast of a champion to serve" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_serving_process_loads_neither_tables_nor_trees_nor_solvers(root: Path) -> None:
    code = """
import sys
from datetime import UTC, datetime
from pathlib import Path
import serving.service
from serving.access.caller import Scope
from serving.desk import Desk
from serving.forecasts.query import ForecastQuery
from serving.forecasts.reading import forecasts
desk = Desk.open(Path(sys.argv[1]), lambda: datetime.now(UTC))
desk.shelf.refresh()
forecasts(desk, ForecastQuery(), Scope())
heavy = {"highspy", "lightgbm", "mlflow", "numba", "pandas", "pandera", "scipy", "shap", "sklearn"}
print(sorted({*heavy, "training"} & set(sys.modules)))
"""
    ended = subprocess.run(
        [sys.executable, "-c", code, str(root)], capture_output=True, text=True, cwd=REPOSITORY, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip() == "[]"


def test_a_worker_that_cannot_be_started_again_ends_the_whole_service(tmp_path: Path) -> None:
    root = tmp_path / "w"
    record_run(synthetic_workspace(root))
    port = free_port()
    command = [sys.executable, "-m", "strandcast", "serve", "--json", "--port", str(port), "--workspace", str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=REPOSITORY) as child:
        assert child.stdout is not None
        lines = "".join(iter(child.stdout.readline, "}\n")) + "}"
        assert json.loads(lines)["workers"] == 1
        (root / "strandcast.toml").rename(root / "elsewhere.toml")
        os.kill(worker_of(child.pid), signal.SIGKILL)
        _, told = child.communicate(timeout=60)
    assert child.returncode == 1
    assert "a worker cannot start" in told
    assert "is not a workspace" in told


def worker_of(pid: int) -> int:
    """Return the worker that serves: the one that runs BentoML's own script for it."""
    found = [pid]
    for one in found:
        found += map(int, Path(f"/proc/{one}/task/{one}/children").read_text("ascii").split())
    return next(one for one in found if "worker.service" in Path(f"/proc/{one}/cmdline").read_text("utf-8"))
