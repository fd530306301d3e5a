"""What a training run leaves behind and whom it tells: plain values, so that training works untracked too."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

import pandas as pd

from errors import ModelError

# How a trial of a search ends.
Ended = Literal["finished", "pruned", "failed", "interrupted"]

_NOT_IN_A_METRIC_NAME = re.compile(r"[^\w\-. ]")


def metric_name(measure: str, strand: str | None = None, horizon: int | None = None) -> str:
    """Return the name of a metric: "crps", "crps/assault", "crps/assault/h1".

    MLflow refuses some characters that strand names have, such as commas; they become "-".
    """
    parts = [measure]
    if strand is not None:
        parts.append(_NOT_IN_A_METRIC_NAME.sub("-", strand))
    if horizon is not None:
        parts.append(f"h{horizon}")
    return "/".join(parts)


@dataclass(frozen=True)
class TrainingRecord:
    """One finished training run.

    Invariants: every metric is finite.

    Attributes:
        model_version: The model's name in the workspace.
        params: What was chosen: hyperparameters, windows, dates.
        metrics: Values by `metric_name`.
        tags: What it was made of: hashes of data, features and lock, code revision, seed, versions of libraries.
        tables: Frames by name, such as the metrics by strand and horizon.
        booster_text: The trees in LightGBM's text format; empty for a simple method.
        manifest: All that the model needs besides its trees, as JSON.
        pictures: PNG files by file name.
    """

    model_version: str
    params: Mapping[str, str | int | float]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    tables: Mapping[str, pd.DataFrame]
    booster_text: str
    manifest: Mapping[str, Any]
    pictures: Mapping[str, bytes]

    def __post_init__(self) -> None:
        """Refuse metrics that are no numbers: MLflow stores them and then cannot draw them."""
        broken = sorted(name for name, value in self.metrics.items() if not math.isfinite(value))
        if broken:
            raise ModelError(f"metrics are not finite: {', '.join(broken)}", place=self.model_version)


@dataclass(frozen=True)
class TrialRecord:
    """One trial of a search that has ended.

    Attributes:
        number: Of the trial in its study.
        params: Settings that it tried.
        crps: Of each origin that it saw, oldest first.
        state: How it ended.
        reason: Why it was pruned, failed or was interrupted; "" for one that was finished.
        began: UTC.
        ended: UTC.
    """

    number: int
    params: Mapping[str, str | int | float]
    crps: tuple[float, ...]
    state: Ended
    reason: str
    began: datetime
    ended: datetime


@dataclass(frozen=True)
class StudyRecord:
    """What a study has found so far.

    Attributes:
        asked: What its scores rest on.
        metrics: Best CRPS, numbers of trials by how they ended, and the importance of each setting.
        settings: The best settings as a file; "" where no trial was finished.
        pictures: PNG files by name.
        interrupted: Whether somebody stopped it before its budget was spent.
    """

    asked: Mapping[str, str | int | float]
    metrics: Mapping[str, float]
    settings: str
    pictures: Mapping[str, bytes]
    interrupted: bool


class Tracker(Protocol):
    """Where training runs are kept for comparison: a mirror, never the truth about which model is champion."""

    def log_training(self, record: TrainingRecord) -> str | None:
        """Keep a run, make its model the challenger, and return the run's identifier, None if it is not kept."""

    def log_decision(self, model_version: str, name: str, evidence: Mapping[str, Any], picture: bytes) -> bool:
        """Keep a decision of the gate, and its picture (PNG), beside the model's run; return False if it has none."""

    def set_champion(self, model_version: str) -> bool:
        """Show `model_version` as champion; return False if it was never logged, and then show none."""

    def open_study(self, name: str, run_id: str | None) -> str | None:
        """Begin a study's run, or go on with it; return the run's identifier, None if it is not kept."""

    def log_trial(self, run_id: str, study: str, record: TrialRecord) -> None:
        """Keep a trial within a study's run, with its true status."""

    def close_study(self, run_id: str, record: StudyRecord) -> None:
        """Keep what a study has found, and end its run."""


class Untracked:
    """Tracking turned off."""

    def log_training(self, record: TrainingRecord) -> str | None:
        """Keep nothing."""
        return None

    def log_decision(self, model_version: str, name: str, evidence: Mapping[str, Any], picture: bytes) -> bool:
        """Keep nothing."""
        return False

    def set_champion(self, model_version: str) -> bool:
        """Show nothing."""
        return False

    def open_study(self, name: str, run_id: str | None) -> str | None:
        """Keep nothing."""
        return None

    def log_trial(self, run_id: str, study: str, record: TrialRecord) -> None:
        """Keep nothing."""

    def close_study(self, run_id: str, record: StudyRecord) -> None:
        """Keep nothing."""
