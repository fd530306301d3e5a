from datetime import date

import numpy as np
import pytest

from features import periods
from features.periods import PeriodKind


@pytest.mark.parametrize(
    ("day", "kind", "first"),
    [
        (date(2021, 12, 26), "week", date(2021, 12, 20)),
        (date(2021, 12, 27), "week", date(2021, 12, 27)),
        (date(1969, 12, 31), "week", date(1969, 12, 29)),
        (date(2020, 2, 29), "month", date(2020, 2, 1)),
        (date(1969, 12, 31), "month", date(1969, 12, 1)),
    ],
)
def test_a_day_falls_in_the_period_that_began_last(day: date, kind: PeriodKind, first: date) -> None:
    assert periods.start(periods.ordinal(day, kind), kind) == first


def test_ordinals_count_without_gaps() -> None:
    days = np.arange(np.datetime64("2015-01-01"), np.datetime64("2017-01-01"))
    for kind in ("week", "month"):
        ordinals = periods.ordinal_of(days, kind)
        assert set(np.diff(ordinals)) == {0, 1}
        assert (periods.starts(ordinals, kind) <= days).all()
        assert (periods.starts(ordinals + 1, kind) > days).all()
