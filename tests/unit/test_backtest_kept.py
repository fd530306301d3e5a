"""What is kept of a backtest is read again only by the very same backtest, and only whole."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from errors import DataError
from features.calendar import Calendar
from features.panel import Panel
from models.forecaster import DemandForecaster
from models.progress import silent
from models.simple import SimpleForecaster, fit_simple
from tests.support.recorded import Recorded
from training import fingerprint, kept
from training.backtest import Backtest, Schedule, run_backtest, run_backtests
from training.choice import Recipe
from training.kept import KeptRun

SCHEDULE = Schedule(6, 3, (1, 2), 2)
STORE = Recorded.drawn(1)
shrunken = partial(fit_simple, "shrunken")


def run(folder: Path | None, *, store: Recorded = STORE, schedule: Schedule = SCHEDULE) -> Backtest:
    return run_backtest(store.knowledge(), schedule, shrunken, name="m", advance=silent, kept=folder)


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/*.forecasts"))


def assert_equal(one: Backtest, other: Backtest) -> None:
    np.testing.assert_array_equal(one.mean, other.mean)
    np.testing.assert_array_equal(one.dispersion(), other.dispersion())
    assert one.notices == other.notices
    assert [forecast.horizons for forecast in one.forecasts] == [forecast.horizons for forecast in other.forecasts]


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Dates of the panels that something was fitted to; fitting stays what it is."""
    seen: list[str] = []
    fit = fit_simple

    def watched(method: str, panel: Panel, horizons: tuple[int, ...]) -> SimpleForecaster:
        seen.append(str(panel.as_of))
        return fit(method, panel, horizons)

    monkeypatch.setattr("training.choice.fit_simple", watched)
    return seen


def recipe_run(folder: Path, recipe: Recipe, store: Recorded = STORE) -> Backtest:
    return run_backtest(store.knowledge(), SCHEDULE, recipe.fit, name="m", advance=silent, kept=folder)


def test_a_repeated_backtest_fits_nothing_and_says_the_same(tmp_path: Path, fitted: list[str]) -> None:
    recipe = Recipe("shrunken", Calendar(), 1)
    first = recipe_run(tmp_path, recipe)
    assert len(fitted) == len(files(tmp_path)) == 3
    assert_equal(first, recipe_run(tmp_path, recipe))
    assert len(fitted) == 3
    assert_equal(first, run(None))


def test_an_interrupted_backtest_goes_on_with_what_is_missing(tmp_path: Path, fitted: list[str]) -> None:
    recipe = Recipe("shrunken", Calendar(), 1)
    whole = recipe_run(tmp_path, recipe)
    files(tmp_path)[1].unlink()
    missing = fitted[1]
    assert_equal(whole, recipe_run(tmp_path, recipe))
    assert fitted[3:] == [missing]


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe("mean-8", Calendar(), 1),
        Recipe("shrunken", Calendar("GB-ENG"), 1),
        Recipe("shrunken", Calendar(), 2),
    ],
)
def test_another_recipe_reads_nothing_of_it(tmp_path: Path, fitted: list[str], recipe: Recipe) -> None:
    recipe_run(tmp_path, Recipe("shrunken", Calendar(), 1))
    recipe_run(tmp_path, recipe)
    assert len(fitted) == 6


def test_one_incident_more_reads_nothing_of_it(tmp_path: Path, fitted: list[str]) -> None:
    recipe = Recipe("shrunken", Calendar(), 1)
    recipe_run(tmp_path, recipe)
    area = STORE.area.copy()
    area[0] = (area[0] + 1) % 3
    changed = recipe_run(tmp_path, recipe, replace(STORE, area=area))
    assert len(fitted) == 6
    assert_equal(changed, run(None, store=replace(STORE, area=area)))


@pytest.mark.parametrize(
    "schedule",
    [
        replace(SCHEDULE, origins=5),
        replace(SCHEDULE, every=2),
        replace(SCHEDULE, horizons=(1, 3)),
        replace(SCHEDULE, refit_every=3),
    ],
)
def test_another_schedule_reads_nothing_of_it(tmp_path: Path, schedule: Schedule) -> None:
    run(tmp_path)
    before = len(files(tmp_path))
    assert_equal(run(tmp_path, schedule=schedule), run(None, schedule=schedule))
    assert len(files(tmp_path)) == before + -(-schedule.origins // schedule.refit_every)


def test_other_code_or_libraries_read_nothing_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, name in enumerate(("_code", "_surroundings"), start=2):
        run(tmp_path)
        monkeypatch.setattr(fingerprint, name, lambda: "changed")
        run(tmp_path)
        assert len(files(tmp_path)) == 3 * number


def test_code_is_what_stands_in_the_rooms(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for room in ("one", "two"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "__init__.py").write_text("", "utf-8")

    class Room:
        def __init__(self, name: str) -> None:
            self.__name__, self.__file__ = name, str(tmp_path / name / "__init__.py")

    monkeypatch.setattr(fingerprint, "_ROOMS", (Room("one"), Room("two")))
    code = fingerprint._code.__wrapped__
    hashes = [code()]
    for path, text in (("one/a.py", ""), ("two/a.py", ""), ("two/a.py", "x = 1")):
        (tmp_path / path).write_text(text, "utf-8")
        hashes.append(code())
    assert len(set(hashes)) == 4


@pytest.mark.parametrize("harm", ["cut", "flip", "empty", "grow"])
def test_a_part_that_is_not_whole_is_made_again(tmp_path: Path, harm: str) -> None:
    whole = run(tmp_path)
    rng = np.random.default_rng(1)
    for path in files(tmp_path):
        content = bytearray(path.read_bytes())
        at = int(rng.integers(len(content)))
        content[at] ^= 1
        whole_file = path.read_bytes()
        broken = {"cut": whole_file[:at], "flip": bytes(content), "empty": b"", "grow": whole_file + b"\0"}[harm]
        path.write_bytes(broken)
    assert_equal(whole, run(tmp_path))
    assert_equal(whole, run(tmp_path))


def test_leftovers_of_killed_processes_are_cleared_and_those_of_others_stay(tmp_path: Path) -> None:
    run(tmp_path)
    folder = files(tmp_path)[0].parent
    gone, alive = folder / f"0000.{_unused_process()}.part", folder / f"0000.{os.getpid()}.part"
    for path in (gone, alive):
        path.write_bytes(b"half")
    run(tmp_path)
    assert (gone.exists(), alive.exists()) == (False, True)


def _unused_process() -> int:
    process = os.fork()
    if not process:
        os._exit(0)
    os.waitpid(process, 0)
    return process


def test_only_the_newest_runs_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "RUNS_KEPT", 2)
    now = time.time()
    for age in (40, 30, 20):
        (tmp_path / str(age)).mkdir()
        os.utime(tmp_path / str(age), (now - age, now - age))
    KeptRun(tmp_path / "30").tidy()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["20", "30"]


class Elsewhere:
    """A fit whose code no fingerprint covers."""

    def fit(self, panel: Panel, horizons: tuple[int, ...]) -> DemandForecaster:
        return fit_simple("shrunken", panel, horizons)


def ours(panel: Panel, horizons: tuple[int, ...]) -> DemandForecaster:
    return fit_simple("shrunken", panel, horizons)


@pytest.mark.parametrize("fit", [lambda p, h: fit_simple("shrunken", p, h), ours, Elsewhere().fit])
def test_what_cannot_be_told_apart_is_not_kept(
    tmp_path: Path, fit: Callable[[Panel, tuple[int, ...]], DemandForecaster]
) -> None:
    with pytest.raises(DataError, match="cannot be told apart"):
        run_backtest(STORE.knowledge(), SCHEDULE, fit, name="m", advance=silent, kept=tmp_path)


def test_a_method_more_keeps_what_the_others_have(tmp_path: Path, fitted: list[str]) -> None:
    recipes = {name: Recipe(name, Calendar(), 1) for name in ("shrunken", "mean-8")}
    first = recipe_run(tmp_path, recipes["shrunken"])
    fits = {name: recipe.fit for name, recipe in recipes.items()}
    both = run_backtests(STORE.knowledge(), SCHEDULE, fits, advance=silent, kept=tmp_path)
    assert len(fitted) == 6
    assert_equal(first, both["shrunken"])
    assert not np.array_equal(both["mean-8"].mean, first.mean)
