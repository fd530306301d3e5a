from datetime import date

import pytest

from errors import DataError
from tests.support import panels
from training.backtest import Schedule


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
