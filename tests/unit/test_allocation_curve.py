import numpy as np
import pytest

from models.allocation.curve import ReachCurve, window_grid

CURVE = ReachCurve(20.0, "made up")


def test_reach_is_63_percent_at_the_scale() -> None:
    assert CURVE.reach(np.array([0.0, 20.0])) == pytest.approx([0.0, 1 - np.exp(-1)])
    assert CURVE.slope(np.array([0.0])) == pytest.approx([1 / 20])


def test_a_month_stretches_the_curve_to_its_length() -> None:
    month = CURVE.stretched(31 / 7)
    hours = np.array([17.0])
    assert month.reach(hours * 31 / 7) == pytest.approx(CURVE.reach(hours))


def test_hours_at_a_slope_undo_the_slope() -> None:
    hours = np.array([0.0, 1.0, 60.0, 300.0])
    assert CURVE.hours_at_slope(CURVE.slope(hours)) == pytest.approx(hours)
    assert CURVE.hours_at_slope(np.array([0.0, -1.0])).tolist() == [np.inf, np.inf]


def test_chord_slopes_stay_exact_where_the_curve_is_flat_and_pieces_are_short() -> None:
    start = np.array([1e-3, 400.0, 5.0])
    end = start + np.array([1e-9, 1e-6, 0.0])
    assert CURVE.chord_slope(start, end) == pytest.approx(CURVE.slope((start + end) / 2), rel=1e-9)


@pytest.mark.parametrize("pieces", [6, 24, 72])
@pytest.mark.parametrize(("low", "high"), [(0.0, 60.0), (4.0, 60.0), (0.0, 5000.0), (7.0, 7.0)])
def test_even_pieces_err_by_no_more_than_is_stated(pieces: int, low: float, high: float) -> None:
    grid = CURVE.even_grid(np.array([low]), np.array([high]), pieces)[0]
    assert (grid[0], grid[-1]) == (low, high)
    assert (np.diff(grid) >= 0).all()
    hours = np.linspace(low, high, 20_001)
    chords = np.interp(hours, grid, CURVE.reach(grid))
    error = CURVE.reach(hours) - chords
    assert error.min() >= -1e-12
    # The last piece of a range far beyond the scale is not short: its chord errs by at most what lies beyond its start.
    beyond = np.exp(-grid[-2] / 20)
    assert error.max() <= max(1.1 / (2 * pieces**2), beyond if high > 300 else 0.0)


def test_a_window_keeps_the_ends_and_the_hours() -> None:
    low, high = np.array([0.0, 4.0]), np.array([60.0, 60.0])
    hours = np.array([0.5, 31.0])
    grid = window_grid(low, high, hours, np.array([2.0, 0.01]), 24)
    assert grid.shape == (2, 25)
    assert (grid[:, 0] == low).all()
    assert (grid[:, -1] == high).all()
    assert all(hour in row for hour, row in zip(hours, grid, strict=True))
    assert (np.diff(grid, axis=1) >= 0).all()
