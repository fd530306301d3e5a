"""The search: which settings of the trees forecast best, by rolling-origin CRPS on origins that the gate never scores.

A study lives in a database file of the workspace and is resumed by its name. Each trial forecasts from the same
origins, oldest first, and reports each origin's CRPS; one whose origins are worse than the best trial's, pair by pair,
is pruned (Wilcoxon's signed-rank test).
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import optuna
from optuna.trial import FrozenTrial, TrialState

from errors import ModelError, StrandcastError
from features import periods
from features.knowledge import Knowledge
from features.panel import Panel
from features.periods import PERIODS_A_YEAR
from models.boosted import BoostingSettings
from models.distribution import crps
from models.forecaster import DemandForecaster
from models.progress import Advance
from training.backtest import Schedule
from training.choice import Recipe

# What is searched: first and last value, and whether by ratio. The settings that are shipped are the first trial.
SPACE: dict[str, tuple[float, float, bool]] = {
    "rounds": (50, 600, False),
    "learning_rate": (0.01, 0.1, True),
    "leaves": (4, 47, True),
    "rows_in_leaf": (50, 5000, True),
    "l2": (1.0, 300.0, True),
    "column_share": (0.3, 1.0, False),
    "row_share": (0.4, 1.0, False),
}
_ROUNDS_STEP = 50
# A trial is never pruned on fewer origins, nor at a larger chance of its being no worse than the best.
_FEWEST_ORIGINS = 4
_PRUNED_AT = 0.1
_RANDOM_TRIALS = 8
OUT_OF_TIME = "out of time"
INTERRUPTED = "interrupted"
# Where a trial keeps why it ended.
REASON = "reason"
_LONGEST_REASON = 500


@dataclass(frozen=True)
class Budget:
    """When a search ends.

    Attributes:
        trials: After so many more trials.
        minutes: After so many minutes; None: never.
    """

    trials: int
    minutes: float | None = None

    def __post_init__(self) -> None:
        """Refuse a budget that allows nothing.

        Raises:
            ModelError: A number is not positive.
        """
        if self.trials < 1 or (self.minutes is not None and self.minutes <= 0):
            raise ModelError("allows nothing", place="--trials, --minutes", fix="give numbers above 0")


@dataclass(frozen=True)
class Rolling:
    """Scores a way of fitting origin by origin, from panels as they were known at each.

    Attributes:
        knowledge: What was known when.
        schedule: Origins, horizons and refits.
    """

    knowledge: Knowledge
    schedule: Schedule

    @cached_property
    def truth(self) -> Panel:
        """What is recorded now."""
        return self.knowledge.as_recorded().at().panel

    @cached_property
    def origins(self) -> list[int]:
        """Ordinals of the origins, oldest first."""
        return self.schedule.ordinals(self.truth)

    @cached_property
    def panels(self) -> list[Panel]:
        """What was known at each origin; kept, because every trial asks for all of them."""
        newest = self.knowledge.as_recorded().at()
        return [self.knowledge.at_origin(origin, newest).panel for origin in self.origins]

    def asked(self) -> dict[str, str | int]:
        """Return what the scores rest on; scores of another answer cannot be compared."""
        schedule, newest = self.schedule, self.knowledge.as_recorded().at()
        return {
            "period": newest.panel.kind,
            "origins": schedule.origins,
            "every": schedule.every,
            "refit_every": schedule.refit_every,
            "horizons": ",".join(map(str, schedule.horizons)),
            "last_target": str(periods.start(self.last_target(), newest.panel.kind)),
            "data": newest.snapshot_hash,
        }

    def last_target(self) -> int:
        """Return the ordinal of the last period that is forecast."""
        return self.origins[-1] + max(self.schedule.horizons) - 1

    def scores(self, fit: Callable[[Panel, tuple[int, ...]], DemandForecaster]) -> Iterator[float]:
        """Yield the mean CRPS over the cells of each origin, in incidents."""
        model: DemandForecaster | None = None
        for number, (origin, panel) in enumerate(zip(self.origins, self.panels, strict=True)):
            late = origin - panel.first - len(panel.counts)
            needed = tuple(horizon + late for horizon in self.schedule.horizons)
            if model is None or number % self.schedule.refit_every == 0 or model.horizons != needed:
                model = fit(panel, needed)
            forecast = model.forecast(panel)
            at = origin - self.truth.first + np.array(self.schedule.horizons) - 1
            seen = self.truth.complete[at]
            count = np.rint(self.truth.counts[at][seen].astype(np.float64))
            dispersion = np.broadcast_to(forecast.dispersion, forecast.mean.shape)
            yield float(crps(count, forecast.mean[seen], dispersion[seen]).mean())


def search_schedule(
    knowledge: Knowledge, origins: int, every: int, horizons: tuple[int, ...], refit_every: int, end: date | None
) -> Schedule:
    """Return the origins of a search; without an end the newest year is left to the gate.

    Raises:
        DataError: A number is not positive, or nothing is known.
    """
    if end is None:
        panel = knowledge.as_recorded().at().panel
        whole = np.flatnonzero(panel.complete.any(axis=(1, 2)))
        newest = panel.first + (int(whole[-1]) if len(whole) else 0)
        end = periods.start(newest - PERIODS_A_YEAR[panel.kind] + 1, panel.kind) - timedelta(days=1)
    return Schedule(origins, every, horizons, refit_every, end)


def suggested(trial: optuna.Trial, shipped: BoostingSettings) -> BoostingSettings:
    """Return the settings that a trial is to try."""
    whole = {"rounds", "leaves", "rows_in_leaf"}
    values: dict[str, float | int] = {}
    for name, (low, high, by_ratio) in SPACE.items():
        if name == "rounds":
            values[name] = trial.suggest_int(name, int(low), int(high), step=_ROUNDS_STEP)
        elif name in whole:
            values[name] = trial.suggest_int(name, int(low), int(high), log=by_ratio)
        else:
            values[name] = trial.suggest_float(name, low, high, log=by_ratio)
    return replace(shipped, **values)  # type: ignore[arg-type]  # whole numbers go to the int fields, as above


@dataclass
class Search:
    """One search of a study.

    Attributes:
        study: Where trials are kept.
        rolling: Scores.
        recipe: The model, whose settings are searched.
        budget: When it ends.
        advance: Told of origins done, of all of this search.
        finished: Told of every trial that has ended.
    """

    study: optuna.Study
    rolling: Rolling
    recipe: Recipe
    budget: Budget
    advance: Advance
    finished: Callable[[FrozenTrial], None]
    _done: int = field(default=0, init=False)
    _deadline: float = field(default=float("inf"), init=False)

    def run(self) -> None:
        """Try settings until the budget is spent or the caller is interrupted; what was tried is kept either way."""
        minutes = self.budget.minutes
        self._deadline = time.monotonic() + (minutes * 60 if minutes is not None else float("inf"))
        self.advance(0, self.budget.trials * len(self.rolling.origins))
        self.study.optimize(
            self._score,
            n_trials=self.budget.trials,
            timeout=None if minutes is None else minutes * 60,
            callbacks=[lambda _, trial: self.finished(trial)],
        )

    def _score(self, trial: optuna.Trial) -> float:
        """Return the mean CRPS; a trial that ends without one keeps the reason."""
        try:
            mean = self._mean(trial)
        except optuna.TrialPruned:
            raise
        except KeyboardInterrupt:
            trial.set_user_attr(REASON, INTERRUPTED)
            raise
        except Exception as error:
            trial.set_user_attr(REASON, _first_line(error))
            raise
        if np.isnan(mean):
            trial.set_user_attr(REASON, "its CRPS is no number")
        return mean

    def _mean(self, trial: optuna.Trial) -> float:
        shipped = self.recipe.settings or BoostingSettings()
        recipe = replace(self.recipe, settings=suggested(trial, shipped))
        found: list[float] = []
        origins = len(self.rolling.origins)
        try:
            for step, score in enumerate(self.rolling.scores(recipe.fit)):
                found.append(score)
                trial.report(score, step)
                self.advance(self._done + len(found), self.budget.trials * origins)
                if len(found) < origins and time.monotonic() > self._deadline:
                    trial.set_user_attr(REASON, OUT_OF_TIME)
                    raise optuna.TrialPruned
                if len(found) < origins and trial.should_prune():
                    raise optuna.TrialPruned
        finally:
            self._done += origins
        return float(np.mean(found))


def _first_line(error: Exception) -> str:
    """Return what an error says first; one that is not ours is named, for its text alone may be a bare word."""
    line = str(error).strip().partition("\n")[0]
    if not isinstance(error, StrandcastError):
        line = f"{type(error).__name__}: {line}" if line else type(error).__name__
    return line[:_LONGEST_REASON]


def sampler(seed: int, known: int) -> optuna.samplers.BaseSampler:
    """Return the sampler of a search; one that goes on from so many trials draws others than its beginning did."""
    return optuna.samplers.TPESampler(seed=seed + known, n_startup_trials=_RANDOM_TRIALS)


def pruner() -> optuna.pruners.BasePruner:
    """Return the pruner: a trial ends when its origins are worse than the best trial's, pair by pair."""
    return optuna.pruners.WilcoxonPruner(p_threshold=_PRUNED_AT, n_startup_steps=_FEWEST_ORIGINS)


def first_trial(shipped: BoostingSettings) -> dict[str, float]:
    """Return the settings that are tried first."""
    return {name: getattr(shipped, name) for name in SPACE}


def best_of(study: optuna.Study) -> FrozenTrial:
    """Return the best trial that saw all origins.

    Raises:
        ModelError: There is none.
    """
    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    if not complete:
        raise ModelError("has no trial that was finished", place=f"study {study.study_name}", fix="search longer")
    return min(complete, key=lambda trial: (trial.value, trial.number))
