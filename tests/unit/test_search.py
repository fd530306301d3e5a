"""The search: what it keeps, resumes, refuses and writes down."""

from pathlib import Path

import optuna
import pytest

from errors import ModelError
from features.calendar import Calendar
from models.boosted import BoostingSettings
from models.progress import silent
from tests.support.recorded import Recorded
from training.backtest import Schedule
from training.choice import Recipe
from training.record import Untracked
from training.search import Budget, Rolling, pruner, search_schedule
from training.studies import best_settings, counts, load_study, quiet, read_settings
from training.tune import Tuned, tune

SMALL = BoostingSettings(rounds=50, leaves=4, rows_in_leaf=50, threads=1)


def rolling(last: int = 2) -> Rolling:
    known = Recorded.drawn(3, weeks=80, areas=3, n=2500).knowledge()
    return Rolling(known, Schedule(last, 2, (1,), 2))


def searched(folder: Path, scores: Rolling, trials: int, minutes: float | None = None) -> Tuned:
    recipe = Recipe("boosted", Calendar(), 1, SMALL)
    said: list[str] = []
    found = tune(
        folder / "studies.db",
        "one",
        scores,
        recipe,
        Budget(trials, minutes),
        tracker=Untracked(),
        advance=silent,
        tell=said.append,
    )
    assert len(said) >= trials
    return found


def test_a_study_goes_on_and_its_best_settings_come_back(tmp_path: Path) -> None:
    scores = rolling()
    first = searched(tmp_path, scores, 1)
    # The shipped settings are the first trial.
    assert first.best[0][2]["leaves"] == SMALL.leaves
    again = searched(tmp_path, scores, 1)
    assert sum(again.counts.values()) == 2
    values = [value for _, value, _ in again.best]
    assert values == sorted(values)
    path = tmp_path / "best.toml"
    path.write_text(again.settings)
    found = read_settings(path)
    assert {name: getattr(found, name) for name in again.best[0][2]} == again.best[0][2]
    chosen = best_settings(tmp_path / "studies.db", "one")
    assert chosen.leaves == again.best[0][2]["leaves"]


def test_trials_of_other_origins_cannot_be_compared(tmp_path: Path) -> None:
    searched(tmp_path, rolling(), 1)
    with pytest.raises(ModelError, match="cannot be compared"):
        searched(tmp_path, rolling(3), 1)


def test_a_trial_that_runs_out_of_time_is_pruned_and_says_so(tmp_path: Path) -> None:
    found = searched(tmp_path, rolling(), 1, minutes=1e-6)
    assert found.counts == {"finished": 0, "pruned": 1, "failed": 0, "interrupted": 0}
    assert found.settings == ""
    with quiet():
        study = load_study(tmp_path / "studies.db", "one")
    assert study.trials[0].user_attrs["reason"] == "out of time"
    assert counts(study)["pruned"] == 1


def test_an_unknown_study_and_settings_that_are_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="there is no study"):
        load_study(tmp_path / "studies.db", "none")
    path = tmp_path / "s.toml"
    for text in ("[boosting]\nleafs = 3\n", '[boosting]\nleaves = "x"\n', "[other]\n", "rounds ="):
        path.write_text(text)
        with pytest.raises(ModelError):
            read_settings(path)
    with pytest.raises(ModelError, match="allows nothing"):
        Budget(0)


def test_the_newest_year_is_left_to_the_gate() -> None:
    known = Recorded.drawn(3, weeks=120, areas=3, n=2500).knowledge()
    newest = known.as_recorded().at().panel
    schedule = search_schedule(known, 2, 2, (1, 2), 1, None)
    last = schedule.ordinals(newest)[-1] + 1
    assert last == newest.first + len(newest.counts) - 1 - 52


def test_a_worse_trial_is_pruned_by_pairs() -> None:
    with quiet():
        study = optuna.create_study(pruner=pruner())
    for worse in (0.0, 0.5):
        trial = study.ask()
        pruned = False
        for step in range(12):
            trial.report(step + worse, step)
            pruned = pruned or trial.should_prune()
        study.tell(trial, 5.5 + worse)
        assert pruned == (worse > 0)
