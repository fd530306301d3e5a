import numpy as np
import pytest

from models.forecaster import Forecast
from models.spread import Shock, Spread, draws
from tests.support import panels
from training.evaluate import HoldOut
from training.honesty import Ranges, coverage_interval, distance, inside

AREAS = panels.areas(20, districts=4)
NONE = Spread.independent(np.array([0.1, 0.4]))


def hold_out(served: Spread, truth: Spread, origins: int = 80) -> HoldOut:
    """Return counts of one spread under forecasts with another."""
    rng = np.random.default_rng(7)
    mean = np.broadcast_to(rng.gamma(1.0, 1.0, size=(1, 2, 20, 2)), (origins, 2, 20, 2))
    count = draws(Forecast(mean[0], truth, (1, 2), None, "x"), AREAS, origins, rng).astype(float)
    return HoldOut(count, mean, np.ones(count.shape, bool), served, np.arange(origins), (1, 2), ("rare", "common"))


def row(served: Spread, truth: Spread, level: str) -> dict[str, float]:
    return Ranges.of_hold_out(hold_out(served, truth), AREAS, level).rows(1)[0]


@pytest.mark.parametrize("level", ["area", "district", "force"])
def test_right_ranges_hold_eight_times_in_ten(level: str) -> None:
    truth = Spread(
        np.array([0.2, 0.0]),
        Shock(np.array([0.1, 0.3]), np.zeros(2)),
        Shock(np.array([0.02, 0.02]), np.zeros(2)),
        Shock(np.array([0.02]), np.zeros(1)),
        Shock(np.array([0.05, 0.05]), np.zeros(2)),
        Shock(np.array([0.03]), np.zeros(1)),
        np.ones(2),
    )
    found = row(truth, truth, level)
    assert found["coverage_80_low"] < 0.8 < found["coverage_80_high"]
    assert found["pit_distance"] < 0.1


def test_ranges_that_forget_what_areas_share_are_found_out_at_the_force_alone() -> None:
    shared = Spread(
        np.zeros(2),
        NONE.square,
        Shock.none(2),
        Shock.none(1),
        Shock(np.full(2, 0.15), np.zeros(2)),
        Shock.none(1),
        np.ones(2),
    )
    assert row(NONE, shared, "force")["coverage_80_high"] < 0.7
    assert abs(row(NONE, shared, "area")["coverage_80"] - 0.8) < 0.04


def test_distance_is_that_of_kolmogorov() -> None:
    assert distance(np.array([0.25, 0.75])) == pytest.approx(0.25)
    assert distance(np.full(10, 0.9)) == pytest.approx(0.9)


def test_the_interval_of_coverage_is_wider_where_origins_go_together() -> None:
    rng = np.random.default_rng(3)
    alone = rng.random((40, 30))
    together = np.repeat(np.repeat(rng.random((10, 1)), 4, axis=0), 30, axis=1)
    widths = []
    for pit in (alone, together):
        low, high = coverage_interval(pit, np.random.default_rng(4))
        assert low <= inside(pit).mean() <= high
        widths.append(high - low)
    assert widths[1] > 3 * widths[0]


def test_a_cell_that_is_not_seen_says_nothing() -> None:
    pit = np.array([[0.5, np.nan], [np.nan, np.nan], [0.95, 0.5]])
    assert coverage_interval(pit, np.random.default_rng(1))[1] <= 1.0
