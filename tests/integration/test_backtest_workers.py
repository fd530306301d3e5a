"""Backtests by several processes: the same to the bit, through kills, failures and Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from errors import ModelError
from models.progress import silent
from tests.support.backtests import RECIPE, SCHEDULE, STORE, assert_equal, broken, digest, run
from training.backtest import Backtest, Schedule, run_backtest

PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def whole() -> Backtest:
    """The backtest as one process makes it, keeping nothing."""
    return run()


@contextmanager
def started(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A backtest of two workers, in a process group of its own."""
    command = [sys.executable, "-m", "tests.support.backtests", str(folder), "2"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def parts(folder: Path) -> int:
    return len(list(folder.glob("*/*.forecasts")))


def wait_for_parts(process: subprocess.Popen[str], folder: Path, n: int) -> bool:
    """Wait until so many refits are kept; return whether the process still runs."""
    until = time.monotonic() + PATIENCE_S
    while parts(folder) < n and process.poll() is None:
        assert time.monotonic() < until
        time.sleep(0.01)
    return process.poll() is None


def children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text("ascii").split()]


def wait_until_gone(processes: list[int]) -> None:
    until = time.monotonic() + PATIENCE_S
    while any(_runs(process) for process in processes):
        assert time.monotonic() < until, "a worker outlived its backtest"
        time.sleep(0.01)


def _runs(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@pytest.mark.parametrize("delay", [0, 10])
def test_two_workers_say_what_one_process_says(delay: int) -> None:
    store = replace(STORE, known=STORE.known + delay)
    assert_equal(run(store=store), run(store=store, workers=2))


def test_a_backtest_that_is_killed_again_and_again_ends_as_if_it_never_was(whole: Backtest, tmp_path: Path) -> None:
    killed = 0
    for kept in (1, 3, 5):
        with started(tmp_path) as process:
            if wait_for_parts(process, tmp_path, kept):
                workers = children(process.pid)
                process.kill()
                process.wait()
                killed += 1
                wait_until_gone(workers)
    assert killed >= 2
    found = parts(tmp_path)
    assert_equal(run(tmp_path), whole)
    assert found < parts(tmp_path) == SCHEDULE.origins
    assert list(tmp_path.glob("*/*.part")) == []


def interrupted(folder: Path) -> bool:
    """Interrupt a backtest once a part of it is done; return False where all of it was done before the signal came."""
    folder.mkdir()
    with started(folder) as process:
        assert wait_for_parts(process, folder, 1)
        workers = children(process.pid)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S)
    if process.returncode == 0:
        return False
    assert (process.returncode, out, err) == (130, "", "")
    wait_until_gone(workers)
    return True


def test_ctrl_c_ends_the_workers_without_a_word_and_what_is_finished_is_kept(whole: Backtest, tmp_path: Path) -> None:
    # On a busy machine the last part may be done before the signal comes; then it is tried on another.
    for folder in (tmp_path / name for name in "abcd"):
        if interrupted(folder):
            break
    else:
        folder = tmp_path / "e"
        assert interrupted(folder)
    with started(folder) as process:
        out, err = process.communicate(timeout=PATIENCE_S)
        assert (out.strip(), err) == (digest(whole), "")


def test_a_worker_that_is_killed_is_told_of(tmp_path: Path) -> None:
    ended: list[int] = []

    def kill_one(done: int, total: int) -> None:
        if done and not ended:
            ended.append(children(os.getpid())[-1])
            os.kill(ended[0], signal.SIGKILL)

    with pytest.raises(ModelError, match=r"ended before it was done, with code -9; .*--workers 1"):
        run_backtest(STORE.knowledge(), SCHEDULE, RECIPE.fit, name="m", advance=kill_one, workers=2, kept=tmp_path)
    assert 1 <= parts(tmp_path) < SCHEDULE.origins


def test_workers_fail_as_one_process_does() -> None:
    said = []
    for workers in (1, 2):
        with pytest.raises(ModelError, match="at least 26 are needed") as failure:
            run_backtest(
                STORE.knowledge(), Schedule(36, 2, (1,), 6), RECIPE.fit, name="m", advance=silent, workers=workers
            )
        said.append(str(failure.value))
    assert said[0] == said[1]


def test_what_no_fit_should_do_is_told_with_its_place() -> None:
    with pytest.raises(RuntimeError, match=r"in broken\n.*\nValueError: no fit of"):
        run_backtest(STORE.knowledge(), SCHEDULE, broken, name="m", advance=silent, workers=2)
