"""One run of a search: the study is opened, trials are made and tracked, and what was found is written down."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState

from errors import ModelError
from features import periods
from models.boosted import BoostingSettings
from models.progress import Advance
from training.choice import Recipe
from training.record import StudyRecord, Tracker
from training.search import INTERRUPTED, Budget, Rolling, Search, best_of
from training.studies import (
    KILLED,
    close_running,
    counts,
    importances,
    open_study,
    pictures,
    quiet,
    record_of,
    to_toml,
)
from training.study_lock import study_lock

_RUN, _TRACKED = "tracked_as", "tracked_trials"


@dataclass(frozen=True)
class Tuned:
    """What a search has found.

    Attributes:
        name: Of the study.
        counts: Trials by how they ended.
        best: Number, CRPS and settings of the trials that saw all origins, best first.
        importances: Share of the CRPS's variance by setting.
        settings: The best settings as a file; "" where no trial was finished.
        last_target: First day of the last period that was forecast.
        interrupted: Whether somebody stopped it.
        tracked_as: Identifier of the study's run; None where tracking is off.
    """

    name: str
    counts: dict[str, int]
    best: list[tuple[int, float, dict[str, Any]]]
    importances: dict[str, float]
    settings: str
    last_target: date
    interrupted: bool
    tracked_as: str | None


def tune(
    database: Path,
    name: str,
    rolling: Rolling,
    recipe: Recipe,
    budget: Budget,
    *,
    tracker: Tracker,
    advance: Advance,
    tell: Callable[[str], None],
) -> Tuned:
    """Search until the budget is spent or somebody interrupts; either way what was tried is kept.

    Args:
        database: File of the workspace's studies.
        name: Of the study.
        rolling: Scores settings.
        recipe: Whose settings are searched.
        budget: When to end.
        tracker: Shown every trial.
        advance: Told of progress.
        tell: Told of every trial.

    Raises:
        ModelError: Another process works on the study, it rests on other origins or data, or nothing can be fitted.
    """
    shipped = recipe.settings or BoostingSettings()
    asked = {**rolling.asked(), "model": recipe.name, "seed": recipe.seed}
    with study_lock(database, name), quiet():
        study = open_study(database, name, asked, shipped, recipe.seed)
        killed = close_running(database, name, KILLED)
        run_id = tracker.open_study(name, study.user_attrs.get(_RUN))
        if run_id is not None:
            study.set_user_attr(_RUN, run_id)
        for number in killed:
            tell(_line(study, study.trials[number]))
        _track(study, tracker, run_id)

        def finished(trial: FrozenTrial) -> None:
            tell(_line(study, trial))
            _track(study, tracker, run_id)

        interrupted = False
        try:
            Search(study, rolling, recipe, budget, advance, finished).run()
        except KeyboardInterrupt:
            interrupted = True
            # It may have come between trials' own steps.
            close_running(database, name, INTERRUPTED)
        except Exception:
            # What went wrong is to be told, not that it could not be tracked either.
            with suppress(ModelError):
                _track(study, tracker, run_id)
            raise
        _track(study, tracker, run_id)
        return _closed(study, shipped, asked, tracker, run_id, rolling.last_target(), interrupted=interrupted)


def _line(study: optuna.Study, trial: FrozenTrial) -> str:
    """Return what became of a trial in one line."""
    record = record_of(trial)
    if record.state == "finished":
        return f"Trial {trial.number}: CRPS {trial.value:.5f}; best {best_of(study).value:.5f}."
    return f"Trial {trial.number}: {record.state} after {len(record.crps)} origins; {record.reason}."


def _track(study: optuna.Study, tracker: Tracker, run_id: str | None) -> None:
    """Track the trials that have ended and are not tracked yet, those of a run that died too."""
    if run_id is None:
        return
    tracked = set(study.user_attrs.get(_TRACKED, []))
    for trial in study.get_trials(deepcopy=False):
        if trial.state.is_finished() and trial.number not in tracked:
            tracker.log_trial(run_id, study.study_name, record_of(trial))
            tracked.add(trial.number)
            study.set_user_attr(_TRACKED, sorted(tracked))


def _closed(
    study: optuna.Study,
    shipped: BoostingSettings,
    asked: dict[str, str | int],
    tracker: Tracker,
    run_id: str | None,
    last_target: int,
    *,
    interrupted: bool,
) -> Tuned:
    complete = study.get_trials(deepcopy=True, states=(TrialState.COMPLETE,))
    best = sorted((trial.value or 0.0, trial.number, trial.params) for trial in complete)
    settings = to_toml(study, shipped) if best else ""
    found, counted = importances(study, int(asked["seed"])), counts(study)
    if run_id is not None:
        metrics = {f"trials_{state}": float(number) for state, number in counted.items()}
        metrics |= {f"importance/{setting}": share for setting, share in found.items()}
        metrics |= {"best_crps": best[0][0]} if best else {}
        drawn = pictures(study, int(asked["seed"]))
        tracker.close_study(run_id, StudyRecord(asked, metrics, settings, drawn, interrupted))
    day = periods.start(last_target, "week" if asked["period"] == "week" else "month")
    ranked = [(number, value, params) for value, number, params in best]
    return Tuned(study.study_name, counted, ranked, found, settings, day, interrupted, run_id)
