"""MLflow as people meet it: what a run leaves in its database and who its aliases name."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import lightgbm
import mlflow
import numpy as np
import pandas as pd
import pytest
from mlflow import MlflowClient
from mlflow.artifacts import download_artifacts
from sqlalchemy import inspect

from errors import ModelError
from ledger import schema
from ledger.events import Draft
from ledger.ledger import Ledger
from ledger.tables import METADATA
from tests.support.databases import Postgresql
from training.record import StudyRecord, TrainingRecord, TrialRecord
from training.tracking import MlflowTracker
from training.tracking_place import address


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database with MLflow's tables, which take seconds to make."""
    path = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    MlflowTracker(f"sqlite:///{path}", path.parent).set_champion("none")
    return path


@pytest.fixture
def uri(empty_database: Path, tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copy(empty_database, tmp_path)}"


def test_runs_are_kept_beside_the_ledger_in_postgresql(
    postgresql: Postgresql, tmp_path: Path, booster_text: str
) -> None:
    url = postgresql.database()
    uri = address(url, tmp_path)
    with Ledger.open(url, lambda: datetime.now(UTC)) as ledger:
        ledger.append(Draft("model", "model/m1", "ann"))
        tracker = MlflowTracker(uri, tmp_path / "mlartifacts")
        run_id = tracker.log_training(record("m1", booster_text))
        assert tracker.set_champion("m1")
        client = MlflowClient(uri, uri)
        assert client.get_run(run_id).data.metrics["crps/assault/h1"] == 0.25
        assert client.get_model_version_by_alias("strandcast", "champion").run_id == run_id
        assert ledger.verify().ok
        with ledger.database.reading() as connection:
            ours = set(inspect(connection).get_table_names("public"))
        assert ours == {schema.VERSION_TABLE, *METADATA.tables}


@pytest.mark.parametrize(
    ("database", "place"),
    [
        ("sqlite:///elsewhere.db", "sqlite:////w/mlflow.db"),
        ("postgresql+psycopg://ann:p%40ss@db/x", "postgresql+psycopg://ann:p%40ss@db/x?options=-csearch_path%3Dmlflow"),
        (
            "postgresql+psycopg://db/x?options=-cstatement_timeout%3D0",
            "postgresql+psycopg://db/x?options=-cstatement_timeout%3D0+-csearch_path%3Dmlflow",
        ),
    ],
)
def test_runs_are_tracked_beside_the_database(database: str, place: str) -> None:
    assert address(database, Path("/w")) == place


def test_a_postgresql_out_of_reach_is_told(tmp_path: Path) -> None:
    tracker = MlflowTracker(address("postgresql+psycopg://ann:secret@127.0.0.1:1/x", tmp_path), tmp_path)
    with pytest.raises(ModelError, match="schema cannot be made") as caught:
        tracker.set_champion("m1")
    assert "secret" not in str(caught.value)


@pytest.fixture
def tracker(uri: str, tmp_path: Path) -> MlflowTracker:
    return MlflowTracker(uri, tmp_path / "mlartifacts")


@pytest.fixture(scope="module")
def booster_text() -> str:
    rng = np.random.default_rng(3)
    data = lightgbm.Dataset(rng.random((200, 4)), rng.poisson(1.0, 200))
    return lightgbm.train({"objective": "poisson", "verbose": -1, "num_threads": 1}, data, 3).model_to_string()


def record(version: str, booster_text: str) -> TrainingRecord:
    return TrainingRecord(
        model_version=version,
        params={"learning_rate": 0.05, **{f"p{number}": number for number in range(120)}},
        metrics={"crps/assault/h1": 0.25, **{f"m{number}": float(number) for number in range(1100)}},
        tags={"data_snapshot": "abc"},
        tables={"metrics": pd.DataFrame({"strand": ["assault"], "crps": [0.25]})},
        booster_text=booster_text,
        manifest={"groups": ["season"]},
        pictures={"calibration.png": b"png"},
    )


def test_a_run_keeps_values_files_and_the_model(tracker: MlflowTracker, uri: str, booster_text: str) -> None:
    run_id = tracker.log_training(record("m1", booster_text))

    client = MlflowClient(uri, uri)
    data = client.get_run(run_id).data
    assert data.params["learning_rate"] == "0.05"
    assert data.metrics["crps/assault/h1"] == 0.25
    assert len(data.metrics) == 1101
    assert data.tags["data_snapshot"] == "abc"
    assert download_artifacts(run_id=run_id, artifact_path="tables/metrics.csv", tracking_uri=uri)

    challenger = client.get_model_version_by_alias("strandcast", "challenger")
    assert challenger.tags["model_version"] == "m1"
    folder = Path(download_artifacts(challenger.source, tracking_uri=uri))
    assert json.loads((folder / "extra_files" / "manifest.json").read_text("utf-8")) == {"groups": ["season"]}
    assert "lightgbm==" in (folder / "requirements.txt").read_text("utf-8")
    loaded = mlflow.lightgbm.load_model(str(folder))
    inputs = np.random.default_rng(4).random((5, 4))
    expected = lightgbm.Booster(model_str=booster_text).predict(inputs)
    np.testing.assert_array_equal(loaded.predict(inputs), expected)


def test_a_simple_method_is_its_manifest_alone(tracker: MlflowTracker, uri: str) -> None:
    run_id = tracker.log_training(record("shrunken-1", ""))
    challenger = MlflowClient(uri, uri).get_model_version_by_alias("strandcast", "challenger")
    assert challenger.tags["model_version"] == "shrunken-1"
    manifest = Path(download_artifacts(run_id=run_id, artifact_path="model/manifest.json", tracking_uri=uri))
    assert json.loads(manifest.read_text("utf-8")) == {"groups": ["season"]}
    assert tracker.set_champion("shrunken-1") is True


def test_nothing_logged_is_a_pickle(tracker: MlflowTracker, tmp_path: Path, booster_text: str) -> None:
    tracker.log_training(record("m1", booster_text))
    endings = {path.suffix for path in (tmp_path / "mlartifacts").rglob("*") if path.is_file()}
    assert endings <= {".lgb", ".yaml", ".txt", ".json", ".csv", ".png", ""}


def test_the_champion_alias_follows_and_never_lies(tracker: MlflowTracker, uri: str, booster_text: str) -> None:
    assert tracker.set_champion("m1") is False
    tracker.log_training(record("m1", booster_text))
    tracker.log_training(record("m2", booster_text))
    client = MlflowClient(uri, uri)

    assert tracker.set_champion("m1") is True
    assert client.get_model_version_by_alias("strandcast", "champion").tags["model_version"] == "m1"
    assert client.get_model_version_by_alias("strandcast", "challenger").tags["model_version"] == "m2"

    assert tracker.set_champion("trained-untracked") is False
    assert "champion" not in client.get_registered_model("strandcast").aliases


@pytest.mark.parametrize("address", ["", "mlflow.db", "file:///tmp/mlruns", "sqlit:///mlflow.db"])
def test_an_address_that_would_make_an_empty_store_is_refused(address: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="MLflow address"):
        MlflowTracker(address, tmp_path)


def test_an_unusable_store_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_text("no database", "utf-8")
    tracker = MlflowTracker(f"sqlite:///{tmp_path / 'mlflow.db'}", tmp_path)
    with pytest.raises(ModelError) as caught:
        tracker.set_champion("m1")
    assert "\n" not in str(caught.value)


def test_a_study_is_a_run_and_every_trial_one_within_it_with_its_true_status(
    tracker: MlflowTracker, uri: str, tmp_path: Path
) -> None:
    run_id = tracker.open_study("s", None)
    began = datetime(2026, 1, 1, tzinfo=UTC)
    ended = {"finished": "", "pruned": "worse than the best", "failed": "x: y", "interrupted": "interrupted"}
    for number, (state, reason) in enumerate(ended.items()):
        trial = TrialRecord(number, {"leaves": 4}, (0.5, 0.4), state, reason, began, began + timedelta(minutes=1))  # type: ignore[arg-type]  # the four states, as above
        tracker.log_trial(run_id, "s", trial)
    assert tracker.open_study("s", run_id) == run_id
    tracker.close_study(run_id, StudyRecord({"period": "week"}, {"best_crps": 0.45}, "x = 1", {"h.png": b"p"}, False))
    client = MlflowClient(uri)
    runs = client.search_runs([client.get_run(run_id).info.experiment_id], "tags.`mlflow.parentRunId` != ''")
    shown = {run.data.tags["trial_state"]: run.info.status for run in runs}
    assert shown == {"finished": "FINISHED", "pruned": "KILLED", "failed": "FAILED", "interrupted": "KILLED"}
    assert {run.data.tags["trial_state"]: run.data.tags["reason"] for run in runs} == ended
    assert {run.data.metrics["crps"] for run in runs} == {0.45}
    assert client.get_run(run_id).info.status == "FINISHED"
    assert {item.path for item in client.list_artifacts(run_id)} == {"pictures", "settings.toml"}
