"""Studies on disk: opened by name, the best settings as a file that `train` reads, importances and pictures."""

import io
import tomllib
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import matplotlib.pyplot as plt
import numpy as np
import optuna
from matplotlib.figure import Figure
from optuna.exceptions import ExperimentalWarning
from optuna.importance import FanovaImportanceEvaluator, get_param_importances
from optuna.trial import FrozenTrial, TrialState
from optuna.visualization import matplotlib as plots

from errors import ModelError
from models.boosted import BoostingSettings
from training.record import Ended, TrialRecord
from training.search import INTERRUPTED, REASON, best_of, first_trial, pruner, sampler

KILLED = "its process was killed"
_ASKED = "asked"
# Fewer finished trials say nothing of what matters.
_FEWEST_FOR_IMPORTANCE = 4
_FEWEST_DRAWN = 2
_DOTS_AN_INCH = 110


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Optuna's own chatter off the screen, and its notes on experimental parts, for a while."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(before)


def open_study(
    database: Path, name: str, asked: Mapping[str, Any], shipped: BoostingSettings, seed: int
) -> optuna.Study:
    """Begin a study, or go on with it.

    Args:
        database: SQLite file; made if absent.
        name: Of the study.
        asked: What its scores rest on; trials of other origins or other data cannot be compared.
        shipped: Settings that a new study tries first.
        seed: Of the sampler.

    Raises:
        ModelError: The study is there, and rests on something else.
    """
    study = optuna.create_study(
        storage=f"sqlite:///{database}", study_name=name, direction="minimize", load_if_exists=True
    )
    known = study.user_attrs.get(_ASKED)
    if known is None:
        study.set_user_attr(_ASKED, dict(asked))
        study.enqueue_trial(first_trial(shipped))
    elif known != dict(asked):
        other = ", ".join(sorted(key for key in {*known, *asked} if known.get(key) != asked.get(key)))
        problem = f"was made with another {other}, so its trials cannot be compared with new ones"
        raise ModelError(problem, place=f"study {name}", fix="give the study another --study name")
    study.sampler, study.pruner = sampler(seed, len(study.trials)), pruner()
    return study


def close_running(database: Path, name: str, reason: str) -> list[int]:
    """Close the trials of a study that still run as failed, and return their numbers.

    To be called with the study's lock held: then nobody works on them.
    """
    storage = optuna.storages.RDBStorage(f"sqlite:///{database}")
    study_id = storage.get_study_id_from_name(name)
    running = [trial.number for trial in storage.get_all_trials(study_id, states=(TrialState.RUNNING,))]
    for number in running:
        trial_id = storage.get_trial_id_from_study_id_trial_number(study_id, number)
        storage.set_trial_user_attr(trial_id, REASON, reason)
        storage.set_trial_state_values(trial_id, TrialState.FAIL)
    storage.remove_session()
    return running


def load_study(database: Path, name: str) -> optuna.Study:
    """Open a study that exists.

    Raises:
        ModelError: There is none of that name.
    """
    names = optuna.get_all_study_names(f"sqlite:///{database}") if database.exists() else []
    if name not in names:
        known = f"use one of {', '.join(sorted(names))}" if names else "run strandcast tune"
        raise ModelError(f"there is no study {name}", place="--study", fix=known)
    return optuna.load_study(study_name=name, storage=f"sqlite:///{database}")


def database_of(root: Path) -> Path:
    """Return the file of a workspace's studies."""
    return root / "studies.db"


def best_settings(database: Path, name: str) -> BoostingSettings:
    """Return the best settings of a study that exists.

    Raises:
        ModelError: There is no such study, or none of its trials was finished.
    """
    with quiet():
        return settings_of(best_of(load_study(database, name)), BoostingSettings())


def settings_of(trial: FrozenTrial, shipped: BoostingSettings) -> BoostingSettings:
    """Return the settings that a trial tried; what was not searched is as shipped."""
    return BoostingSettings(**{**asdict(shipped), **trial.params})


def to_toml(study: optuna.Study, shipped: BoostingSettings) -> str:
    """Return the best settings of a study as a file.

    Raises:
        ModelError: No trial was finished.
    """
    best = best_of(study)
    lines = [f"{name} = {value}" for name, value in asdict(settings_of(best, shipped)).items()]
    asked = "; ".join(f"{key} {value}" for key, value in study.user_attrs[_ASKED].items())
    counted = ", ".join(f"{number} {state}" for state, number in counts(study).items())
    return "\n".join(
        [
            f"# Best settings of study {study.study_name}: trial {best.number} with a mean CRPS of {best.value:.6f}.",
            f"# Trials: {counted}.",
            f"# Asked: {asked}.",
            "",
            "[boosting]",
            *lines,
            "",
        ]
    )


def read_settings(path: Path) -> BoostingSettings:
    """Read settings of trees, as `strandcast tune` writes them; what the file leaves out is as shipped.

    Raises:
        ModelError: The file cannot be read, or names a setting that there is not.
    """
    fix = "use a file that strandcast tune wrote"
    try:
        table = tomllib.loads(path.read_text("utf-8-sig"))["boosting"]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ModelError(f"holds no settings ({type(error).__name__})", place=str(path), fix=fix) from error
    known = {field.name: type(field.default) for field in fields(BoostingSettings)}
    for name, value in table.items():
        if name not in known:
            raise ModelError(f"'{name}' is no setting", place=str(path), fix=f"use {', '.join(known)}")
        if not isinstance(value, known[name] | int if known[name] is float else known[name]) or isinstance(value, bool):
            raise ModelError(f"{name} is no {known[name].__name__}", place=str(path), fix=fix)
    return BoostingSettings(**table)


def counts(study: optuna.Study) -> dict[str, int]:
    """Return how many trials ended how."""
    ended = [_ended(trial) for trial in study.get_trials(deepcopy=False) if trial.state.is_finished()]
    return {name: ended.count(name) for name in get_args(Ended)}


def importances(study: optuna.Study, seed: int) -> dict[str, float]:
    """Return the share of the CRPS's variance that each setting explains (fANOVA), largest first; empty if too few."""
    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    if len(complete) < _FEWEST_FOR_IMPORTANCE or np.ptp([trial.value or 0.0 for trial in complete]) == 0:
        return {}
    return dict(get_param_importances(study, evaluator=FanovaImportanceEvaluator(seed=seed)))


def pictures(study: optuna.Study, seed: int) -> dict[str, bytes]:
    """Return the study's plots as PNG files by name; those that need more trials than there are are left out."""
    plt.switch_backend("Agg")
    evaluator = FanovaImportanceEvaluator(seed=seed)
    drawn: dict[str, Callable[[optuna.Study], Any]] = {
        "history.png": plots.plot_optimization_history,
        "origins.png": plots.plot_intermediate_values,
        "slices.png": plots.plot_slice,
        "parallel.png": plots.plot_parallel_coordinate,
    }
    if importances(study, seed):
        drawn["importances.png"] = lambda one: plots.plot_param_importances(one, evaluator=evaluator)
    # One point has no axes to be drawn on.
    if len(study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))) < _FEWEST_DRAWN:
        return {}
    return {name: _png(draw(study)) for name, draw in drawn.items()}


def record_of(trial: FrozenTrial) -> TrialRecord:
    """Return a trial that has ended as it is tracked."""
    began, ended = (
        stamp.astimezone(UTC) if stamp else datetime.now(UTC)
        for stamp in (trial.datetime_start, trial.datetime_complete)
    )
    state = _ended(trial)
    reason = str(trial.user_attrs.get(REASON, "worse than the best" if state == "pruned" else ""))
    return TrialRecord(
        number=trial.number,
        params=trial.params,
        crps=tuple(trial.intermediate_values[step] for step in sorted(trial.intermediate_values)),
        state=state,
        reason=reason,
        began=began,
        ended=ended,
    )


def _ended(trial: FrozenTrial) -> Ended:
    """Return how a trial has ended; Optuna itself takes an interrupted one for failed."""
    if trial.state == TrialState.FAIL:
        return "interrupted" if trial.user_attrs.get(REASON) == INTERRUPTED else "failed"
    return "finished" if trial.state == TrialState.COMPLETE else "pruned"


def _png(axes: Any) -> bytes:
    figure: Figure = np.ravel(np.asarray(axes, dtype=object))[0].figure
    figure.set_size_inches(max(figure.get_size_inches()[0], 8), 5)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=_DOTS_AN_INCH, bbox_inches="tight")
    plt.close(figure)
    return buffer.getvalue()
