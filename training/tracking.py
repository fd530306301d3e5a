"""Training runs kept in MLflow, and its registry as a mirror of who is champion. The only module that imports MLflow.

The truth about the champion is in the workspace's database, where a promotion commits together with its ledger event;
MLflow's aliases are what people see in its pages.
"""

import json
import logging
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import mlflow
import mlflow.lightgbm
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from errors import ModelError
from models.boosted import booster_from_text
from training.record import Ended, StudyRecord, TrainingRecord, TrialRecord
from training.tracking_place import prepare

REGISTERED_MODEL = "strandcast"
CHAMPION = "champion"
CHALLENGER = "challenger"
VERSION_TAG = "model_version"
STUDY_TAG = "study"
PARENT_TAG = "mlflow.parentRunId"
# What MLflow shows of a trial that ended so.
STATUS: dict[Ended, str] = {"finished": "FINISHED", "pruned": "KILLED", "failed": "FAILED", "interrupted": "KILLED"}
# A name without a scheme makes MLflow write files beside the caller; a misspelt one makes an empty database.
SCHEMES = ("sqlite:///", "postgresql", "http://", "https://")
# What the logged Booster needs to answer. Named, because inferring it runs the model in a new process for 30 s.
REQUIREMENTS = ("lightgbm", "numpy", "scipy")
BARS = "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"
METRICS_A_BATCH = 1000
PARAMS_A_BATCH = 100


class MlflowTracker:
    """Tracks runs in MLflow.

    Args:
        tracking_uri: Address of MLflow's database or server, always explicit.
        artifact_root: Folder for models and pictures of a new experiment.
        experiment: Name of the experiment that runs belong to.

    Raises:
        ModelError: The address is missing or of no known kind.
    """

    def __init__(self, tracking_uri: str, artifact_root: Path, experiment: str = "strandcast") -> None:
        if not tracking_uri.startswith(SCHEMES):
            raise ModelError(
                "no usable MLflow address", place="tracking", fix=f"give one that starts with {', '.join(SCHEMES)}"
            )
        self._uri = tracking_uri
        self._artifact_root = artifact_root
        self._experiment = experiment
        self._prepared = False

    def log_training(self, record: TrainingRecord) -> str:
        """Keep a run, register its model as the challenger, and return the run's identifier.

        Raises:
            ModelError: MLflow cannot store it.
        """
        with self._connected() as client:
            # The fluent functions below take no address of their own.
            mlflow.set_tracking_uri(self._uri)
            with mlflow.start_run(
                experiment_id=self._experiment_id(client), run_name=record.model_version, log_system_metrics=False
            ) as run:
                run_id: str = run.info.run_id
                _log_values(client, run_id, record)
                _log_files(client, run_id, record)
                _register(client, run_id, record)
        return run_id

    def log_decision(self, model_version: str, name: str, evidence: Mapping[str, Any], picture: bytes) -> bool:
        """Keep a decision of the gate in the run that trained the model; return False if that was never logged.

        Raises:
            ModelError: MLflow cannot store it.
        """
        with self._connected() as client:
            newest = _newest(client, model_version)
            if newest is None or newest.run_id is None:
                return False
            client.log_dict(newest.run_id, dict(evidence), f"gate/{name}.json")
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f"{name}.png"
                path.write_bytes(picture)
                client.log_artifact(newest.run_id, str(path), "gate")
            return True

    def set_champion(self, model_version: str) -> bool:
        """Point the alias at a model; return False if it was never logged, and then remove the alias.

        Raises:
            ModelError: MLflow cannot be reached.
        """
        with self._connected() as client:
            if not client.search_registered_models(f"name='{REGISTERED_MODEL}'"):
                return False
            newest = _newest(client, model_version)
            if newest is None:
                # Better no champion in the mirror than the former one.
                client.delete_registered_model_alias(REGISTERED_MODEL, CHAMPION)
                return False
            client.set_registered_model_alias(REGISTERED_MODEL, CHAMPION, newest.version)
            return True

    def open_study(self, name: str, run_id: str | None) -> str:
        """Begin a study's run, or go on with it, and return the run's identifier.

        Raises:
            ModelError: MLflow cannot store it.
        """
        with self._connected() as client:
            if run_id is not None:
                client.update_run(run_id, status="RUNNING")
                return run_id
            experiment = self._experiment_id(client)
            return str(client.create_run(experiment, run_name=f"study {name}", tags={STUDY_TAG: name}).info.run_id)

    def log_trial(self, run_id: str, study: str, record: TrialRecord) -> None:
        """Keep a trial as a nested run: FINISHED, FAILED, or KILLED for one that was pruned or interrupted.

        MLflow has no status for "pruned"; KILLED is what was stopped on purpose, and the tags say how and why.

        Raises:
            ModelError: MLflow cannot store it.
        """
        with self._connected() as client:
            began, ended = (int(stamp.timestamp() * 1000) for stamp in (record.began, record.ended))
            tags = {PARENT_TAG: run_id, STUDY_TAG: study, "trial_state": record.state, "reason": record.reason}
            name, experiment = f"trial {record.number}", self._experiment_id(client)
            made: str = client.create_run(experiment, start_time=began, tags=tags, run_name=name).info.run_id
            steps = [Metric("crps_of_origin", value, ended, step) for step, value in enumerate(record.crps)]
            mean = [Metric("crps", sum(record.crps) / len(record.crps), ended, 0)] if record.crps else []
            client.log_batch(made, [*steps, *mean], [Param(key, str(value)) for key, value in record.params.items()])
            client.set_terminated(made, STATUS[record.state], ended)

    def close_study(self, run_id: str, record: StudyRecord) -> None:
        """Keep what a study has found, and end its run.

        Raises:
            ModelError: MLflow cannot store it.
        """
        with self._connected() as client:
            now = int(datetime.now(UTC).timestamp() * 1000)
            metrics = [Metric(name, value, now, 0) for name, value in record.metrics.items()]
            client.log_batch(run_id, metrics, [Param(key, str(value)) for key, value in record.asked.items()])
            if record.settings:
                client.log_text(run_id, record.settings, "settings.toml")
            _log_pictures(client, run_id, record.pictures)
            client.set_terminated(run_id, "KILLED" if record.interrupted else "FINISHED")

    @contextmanager
    def _connected(self) -> Iterator[MlflowClient]:
        """Yield a client of this address; tell MLflow's errors as ours and keep its chatter off the screen."""
        with _hushed():
            if not self._prepared:
                prepare(self._uri)
                self._prepared = True
            try:
                yield MlflowClient(self._uri, self._uri)
            except (MlflowException, SQLAlchemyError) as error:
                first_line = str(error).partition("\n")[0]
                raise ModelError(
                    f"MLflow cannot be used ({first_line})", place="tracking", fix="repair it or turn tracking off"
                ) from error

    def _experiment_id(self, client: MlflowClient) -> str:
        found = client.get_experiment_by_name(self._experiment)
        if found is not None:
            return str(found.experiment_id)
        return str(client.create_experiment(self._experiment, self._artifact_root.resolve().as_uri()))


def _newest(client: MlflowClient, model_version: str) -> ModelVersion | None:
    """Return the newest logged model of a name; None where there is none."""
    known = client.search_model_versions(f"name='{REGISTERED_MODEL}' and tag.{VERSION_TAG}='{model_version}'")
    return max(known, key=lambda one: int(one.version), default=None)


def _log_values(client: MlflowClient, run_id: str, record: TrainingRecord) -> None:
    """Log parameters, metrics and tags, in batches that MLflow takes."""
    metrics = [Metric(name, float(value), 0, 0) for name, value in record.metrics.items()]
    params = [Param(name, str(value)) for name, value in record.params.items()]
    tags = [RunTag(name, value) for name, value in {**record.tags, VERSION_TAG: record.model_version}.items()]
    for start in range(0, len(metrics), METRICS_A_BATCH):
        client.log_batch(run_id, metrics=metrics[start : start + METRICS_A_BATCH])
    for start in range(0, len(params), PARAMS_A_BATCH):
        client.log_batch(run_id, params=params[start : start + PARAMS_A_BATCH])
    client.log_batch(run_id, tags=tags)


def _log_files(client: MlflowClient, run_id: str, record: TrainingRecord) -> None:
    """Log tables and pictures."""
    for name, table in record.tables.items():
        client.log_text(run_id, table.to_csv(index=False), f"tables/{name}.csv")
    _log_pictures(client, run_id, record.pictures)


def _log_pictures(client: MlflowClient, run_id: str, pictures: Mapping[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, png in pictures.items():
            (Path(folder) / name).write_bytes(png)
        client.log_artifacts(run_id, folder, "pictures")


def _register(client: MlflowClient, run_id: str, record: TrainingRecord) -> None:
    """Log the model and register it as the challenger."""
    if not client.search_registered_models(f"name='{REGISTERED_MODEL}'"):
        client.create_registered_model(REGISTERED_MODEL)
    source, model_id = _log_booster(record) if record.booster_text else _log_manifest(client, run_id, record)
    registered = client.create_model_version(
        REGISTERED_MODEL, source, run_id, tags={VERSION_TAG: record.model_version}, model_id=model_id
    )
    client.set_registered_model_alias(REGISTERED_MODEL, CHALLENGER, registered.version)


def _log_booster(record: TrainingRecord) -> tuple[str, str | None]:
    """Log the Booster natively with its manifest beside it; return its address and identifier."""
    with tempfile.TemporaryDirectory() as folder:
        manifest = Path(folder) / "manifest.json"
        manifest.write_text(json.dumps(record.manifest, indent=1, sort_keys=True, allow_nan=False), "utf-8")
        logged = mlflow.lightgbm.log_model(
            booster_from_text(record.booster_text),
            name="model",
            pip_requirements=[f"{name}=={version(name)}" for name in REQUIREMENTS],
            extra_files=[str(manifest)],
        )
    return logged.model_uri, logged.model_id


def _log_manifest(client: MlflowClient, run_id: str, record: TrainingRecord) -> tuple[str, str | None]:
    """Log a simple method, which is its manifest alone; return its address, without an identifier."""
    client.log_dict(run_id, dict(record.manifest), "model/manifest.json")
    return f"{client.get_run(run_id).info.artifact_uri}/model", None


@contextmanager
def _hushed() -> Iterator[None]:
    """Let MLflow and its database migrations speak of errors only, and draw no bars over ours, for a while."""
    loggers = [logging.getLogger(name) for name in ("mlflow", "mlflow.utils.environment", "alembic")]
    levels = [logger.level for logger in loggers]
    bars = os.environ.get(BARS)
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    os.environ[BARS] = "false"
    try:
        yield
    finally:
        os.environ.pop(BARS)
        os.environ.update({BARS: bars} if bars is not None else {})
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
