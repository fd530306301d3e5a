import numpy as np
import pytest

from experiments.late_records import Demand
from features import periods
from features.completeness.alarms import recent_shifts
from features.completeness.shifts import LevelShift, level_shifts
from tests.support import panels

WEEKS = 156


def shifts_of(total: np.ndarray, observed: np.ndarray | None = None) -> tuple[LevelShift, ...]:
    return level_shifts(total, np.ones(len(total), bool) if observed is None else observed, 2600, "week")


@pytest.mark.parametrize(("shift", "at"), [(0.7, 40), (0.7, 120), (1.4, 40), (1.4, 120)])
def test_a_shift_is_found_with_its_date_and_size(shift: float, at: int) -> None:
    total = Demand(80, dispersion=0.01, memory=0.3, season=0.2, slope=0.05).totals(
        WEEKS, np.random.default_rng(1), shift=shift, at=at
    )
    [found] = shifts_of(total)
    assert abs(found.period - 2600 - at) <= 2
    assert found.low < shift < found.high
    assert found.last_before == found.period - 1


def test_seasons_trends_and_rough_weeks_alarm_in_at_most_one_series_in_twenty() -> None:
    rng = np.random.default_rng(3)
    demands = [
        Demand(mean, dispersion, memory, season, slope)
        for mean in (5.0, 40.0, 300.0)
        for dispersion, memory in ((0.0, 0.0), (0.01, 0.3), (0.03, 0.0))
        for season, slope in ((0.0, 0.0), (0.3, 0.1), (0.15, -0.15))
    ]
    alarms = [bool(shifts_of(demand.totals(WEEKS, rng))) for demand in demands for _ in range(12)]
    assert np.mean(alarms) <= 0.05


def test_two_shifts_are_both_found() -> None:
    total = Demand(100).totals(WEEKS, np.random.default_rng(4))
    total[60:] *= 0.7
    total[110:] *= 1.5
    found = shifts_of(total)
    assert [abs(shift.period - 2600 - at) <= 1 for shift, at in zip(found, (60, 110), strict=True)] == [True, True]
    assert found[0].ratio == pytest.approx(0.7, abs=0.07)
    assert found[1].ratio == pytest.approx(1.5, abs=0.15)


def test_one_wild_week_is_no_level() -> None:
    total = Demand(50, dispersion=0.01).totals(WEEKS, np.random.default_rng(5))
    total[70] *= 8
    assert shifts_of(total) == ()


def test_a_gap_hides_the_exact_date_and_the_alarm_says_between_which_weeks() -> None:
    total = Demand(60).totals(WEEKS, np.random.default_rng(6), shift=0.5, at=80)
    observed = np.ones(WEEKS, bool)
    observed[72:90] = False
    [found] = shifts_of(total, observed)
    assert (found.last_before - 2600, found.period - 2600) == (71, 90)


def test_short_and_thin_series_say_nothing() -> None:
    total = Demand(60).totals(WEEKS, np.random.default_rng(7), shift=0.5, at=20)
    assert shifts_of(total[:39]) == ()
    assert shifts_of(np.minimum(total, 1.0)) == ()


def test_a_panel_alarms_only_for_the_newest_year() -> None:
    panel = panels.panel(WEEKS, 20)
    assert recent_shifts(panel) == {}
    for at, expected in ((60, []), (130, ["strand 1"])):
        counts = panel.counts.copy()
        counts[at:, :, 1] = np.floor(counts[at:, :, 1] * 2.0)
        alarms = recent_shifts(panels.replaced(panel, counts=counts))
        assert list(alarms) == expected
        assert all(
            periods.start(shift.period, "week") > periods.start(panel.first, "week") for shift in alarms.values()
        )
