from pathlib import Path

import pytest

from errors import ModelError
from training.provenance import CHECKOUT, code_revision, lock_sha256, provenance
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


@pytest.mark.skipif(not (CHECKOUT / ".git").exists(), reason="the sources are no git checkout")
def test_the_code_revision_is_a_commit() -> None:
    assert len(code_revision(CHECKOUT).removesuffix("-dirty")) == 40
