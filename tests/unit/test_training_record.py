import re
import subprocess
from pathlib import Path

import pytest

from errors import ModelError
from models.replay.surroundings import code_revision, lock_sha256
from tests.support.shared_data import need_program
from training.provenance import provenance
from training.record import TrainingRecord, Untracked, metric_name


def record(**metrics: float) -> TrainingRecord:
    return TrainingRecord("m1", {}, metrics, {}, {}, "", {}, {})


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("crps",), "crps"),
        (("crps", "assault"), "crps/assault"),
        (("crps", "gangs, county lines and drugs", 2), "crps/gangs- county lines and drugs/h2"),
    ],
)
def test_metric_names_hold_only_what_mlflow_takes(parts: tuple[str], name: str) -> None:
    assert metric_name(*parts) == name


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_metric_that_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(ModelError, match="crps"):
        record(crps=value)


def test_training_works_with_tracking_turned_off() -> None:
    assert Untracked().log_training(record(crps=0.5)) is None
    assert Untracked().set_champion("m1") is False


def test_provenance_names_code_lock_and_libraries() -> None:
    tags = provenance()
    assert {"code_revision", "lock_sha256", "python", "version.lightgbm", "version.strandcast"} <= tags.keys()
    assert len(tags["lock_sha256"]) == 64


def test_provenance_outside_a_checkout_is_empty_not_wrong(tmp_path: Path) -> None:
    assert code_revision(tmp_path) == ""
    assert lock_sha256(tmp_path) == ""


def test_the_code_revision_is_a_commit_and_says_what_differs(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        subprocess.run([need_program("git"), "-C", tmp_path, *words], check=True, capture_output=True)

    git("init")
    (tmp_path / "file").write_text("one", "utf-8")
    git("add", "file")
    git("-c", "user.name=n", "-c", "user.email=e@example.org", "commit", "-m", "first")
    assert re.fullmatch("[0-9a-f]{40}", code_revision(tmp_path))
    (tmp_path / "file").write_text("two", "utf-8")
    assert re.fullmatch("[0-9a-f]{40}-dirty", code_revision(tmp_path))
