"""Searches that are killed, interrupted or crash: what is kept, tracked and told."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Never

import pytest

from errors import ModelError
from features.calendar import Calendar
from features.panel import Panel
from models.boosted import BoostingSettings
from models.progress import silent
from strandcast.app import run
from tests.support.recorded import Recorded
from tests.support.repository import REPOSITORY
from training.backtest import Schedule
from training.choice import Recipe
from training.record import TrialRecord, Untracked
from training.search import Budget, Rolling
from training.study_lock import study_lock
from training.tune import Tuned, tune

SMALL = BoostingSettings(rounds=50, leaves=4, rows_in_leaf=50, threads=1)
# A process that dies in the middle of a trial.
DIES = """
import os, signal, sys
from pathlib import Path
from typing import Never
from models.boosted import BoostingSettings
from training.studies import open_study, quiet
from training.study_lock import study_lock
database = Path(sys.argv[1])
with study_lock(database, "one"), quiet():
    trial = open_study(database, "one", eval(sys.argv[2]), BoostingSettings(), 1).ask()
    trial.report(0.5, 0)
    os.kill(os.getpid(), signal.SIGKILL)
"""


class Remembered(Untracked):
    """A tracker that remembers trials."""

    def __init__(self) -> None:
        self.trials: list[TrialRecord] = []

    def open_study(self, name: str, run_id: str | None) -> str:
        return run_id or name

    def log_trial(self, run_id: str, study: str, record: TrialRecord) -> None:
        self.trials.append(record)


class Ending(Recipe):
    """A recipe whose fit ends in an error."""

    def fit(self, panel: Panel, horizons: tuple[int, ...]) -> Never:
        raise {"interrupted": KeyboardInterrupt(), "crashed": ValueError("no luck\nat all")}[self.name]


def rolling() -> Rolling:
    known = Recorded.drawn(3, weeks=80, areas=3, n=2500).knowledge()
    return Rolling(known, Schedule(2, 2, (1,), 2))


def searched(folder: Path, tracker: Remembered, recipe: Recipe | None = None) -> tuple[Tuned, list[str]]:
    said: list[str] = []
    recipe = recipe or Recipe("boosted", Calendar(), 1, SMALL)
    found = tune(
        folder / "studies.db",
        "one",
        rolling(),
        recipe,
        Budget(1),
        tracker=tracker,
        advance=silent,
        tell=said.append,
    )
    return found, said


def test_a_trial_whose_process_was_killed_is_closed_and_tracked_at_once(tmp_path: Path) -> None:
    asked = {**rolling().asked(), "model": "boosted", "seed": 1}
    command = [sys.executable, "-c", DIES, str(tmp_path / "studies.db"), repr(asked)]
    died = subprocess.run(command, cwd=REPOSITORY, check=False, capture_output=True, text=True)
    assert died.returncode == -signal.SIGKILL, died.stderr
    tracker = Remembered()
    found, said = searched(tmp_path, tracker)
    assert found.counts == {"finished": 1, "pruned": 0, "failed": 1, "interrupted": 0}
    assert said[0] == "Trial 0: failed after 1 origins; its process was killed."
    assert [(one.number, one.state, one.reason) for one in tracker.trials] == [
        (0, "failed", "its process was killed"),
        (1, "finished", ""),
    ]


def test_an_interrupted_trial_says_so_and_is_counted_apart(tmp_path: Path) -> None:
    tracker = Remembered()
    found, _ = searched(tmp_path, tracker, Ending("interrupted", Calendar(), 1))
    assert found.interrupted
    assert found.counts == {"finished": 0, "pruned": 0, "failed": 0, "interrupted": 1}
    assert [(one.state, one.reason) for one in tracker.trials] == [("interrupted", "interrupted")]


def test_a_crashed_trial_keeps_the_first_line_of_its_error(tmp_path: Path) -> None:
    tracker = Remembered()
    with pytest.raises(ValueError, match="no luck"):
        searched(tmp_path, tracker, Ending("crashed", Calendar(), 1))
    assert [(one.state, one.reason) for one in tracker.trials] == [("failed", "ValueError: no luck")]


def test_a_study_is_worked_on_by_one_process_which_is_named(tmp_path: Path) -> None:
    with (
        study_lock(tmp_path / "studies.db", "one"),
        pytest.raises(ModelError, match=f"is being searched by process {os.getpid()} on "),
    ):
        searched(tmp_path, Remembered())
    # Other studies of the workspace are free.
    with study_lock(tmp_path / "studies.db", "one"), study_lock(tmp_path / "studies.db", "two"):
        pass


@pytest.mark.parametrize("option", ["--settings", "--study"])
def test_a_method_without_trees_names_the_option_and_the_fix(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = ["--workspace", str(tmp_path / "w")]
    assert run(["init", *workspace]) == 0
    assert run(["train", "--model", "mean-4", option, "best.toml", *workspace]) == 2
    told = capsys.readouterr().err
    assert f"{option}: mean-4 grows no trees; leave it out or use --model boosted or stacked" in told
