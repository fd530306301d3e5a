from datetime import date
from functools import partial

import numpy as np
import pytest

from errors import DataError
from features.calendar import Calendar
from models.progress import silent
from models.simple import fit_simple
from tests.support import panels
from tests.support.recorded import Recorded
from training.backtest import Schedule, run_backtest, run_backtests
from training.choice import Recipe
from training.refits import Fitted


def test_the_largest_horizon_of_the_last_origin_falls_on_the_last_target() -> None:
    panel = panels.panel(60, 2)
    origins = Schedule(3, 2, (1, 4), 1).ordinals(panel)
    assert origins == [panel.first + 52, panel.first + 54, panel.first + 56]
    assert origins[-1] + 4 - 1 == panel.first + 59


def test_an_end_takes_the_newest_period_that_ends_by_then() -> None:
    panel = panels.panel(60, 2)
    sunday = date(2020, 1, 12)
    for end, last in ((sunday, 52), (date(2020, 1, 13), 52), (date(2020, 1, 11), 51)):
        assert Schedule(1, 1, (1,), 1, end).ordinals(panel) == [panel.first + last]


def test_a_schedule_beyond_the_history_says_how_many_there_is_room_for() -> None:
    panel = panels.panel(20, 2)
    with pytest.raises(DataError, match="at most 19"):
        Schedule(40, 1, (1,), 1).ordinals(panel)
    assert len(Schedule(19, 1, (1,), 1).ordinals(panel)) == 19


@pytest.mark.parametrize("numbers", [(0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_an_empty_schedule_is_refused(numbers: tuple[int, int, int]) -> None:
    with pytest.raises(DataError, match="1 or more"):
        Schedule(numbers[0], numbers[1], (1,), numbers[2])


def test_methods_run_together_forecast_as_each_alone() -> None:
    knowledge, schedule = Recorded.drawn(1).knowledge(), Schedule(4, 3, (1, 2), 2)
    fits = {name: partial(fit_simple, name) for name in ("shrunken", "mean-8")}
    together = run_backtests(knowledge, schedule, fits, advance=silent)
    for name, fit in fits.items():
        alone = run_backtest(knowledge, schedule, fit, name=name, advance=silent)
        np.testing.assert_array_equal(together[name].mean, alone.mean)
        np.testing.assert_array_equal(together[name].dispersion(), alone.dispersion())
    assert not np.array_equal(together["shrunken"].mean, together["mean-8"].mean)


def test_a_backtest_becomes_one_table_of_all_its_origins() -> None:
    knowledge, schedule = Recorded.drawn(1).knowledge(), Schedule(4, 3, (1, 2), 2)
    done = run_backtest(knowledge, schedule, partial(fit_simple, "shrunken"), name="mine", advance=silent)
    table = done.table(knowledge.at().panel)
    np.testing.assert_array_equal(table["mean"].to_numpy().reshape(done.mean.shape), done.mean)
    assert table["origin"].nunique() == len(done.origins) == 4
    assert set(table["model_version"]) == {"mine"}
    force = done.table(knowledge.at().panel, level="force")
    own = force[force["strand"] == "Theft"]
    np.testing.assert_allclose(own["mean"].to_numpy().reshape(4, 2, 1), done.mean.sum(axis=2))


def test_a_strand_that_is_met_later_changes_no_forecast_of_before() -> None:
    panel = panels.panel(40, 6, 3)
    counts = panel.counts.copy()
    counts[:30, :, 2] = 0
    later = panels.replaced(panel, counts=counts)
    before, alone = later.until(later.first + 30), later.until(later.first + 30).only(later.strands[:2])
    fits = {"shrunken": Recipe("shrunken", Calendar(""), 1).fit}
    origin = before.first + 30
    with_it = Fitted(fits, (1, 2)).answers(origin, before)["shrunken"].forecast
    without = Fitted(fits, (1, 2)).answers(origin, alone)["shrunken"].forecast
    assert np.array_equal(with_it.mean[..., :2], without.mean)
    assert np.array_equal(with_it.dispersion[..., :2], without.dispersion)
    assert with_it.fallback == ("", "", "shrunken")
