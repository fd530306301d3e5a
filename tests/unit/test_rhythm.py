from datetime import date

import numpy as np
from numpy.typing import NDArray

from features import periods
from features.calendar import Calendar
from features.rates import StrandTotals
from features.rhythm import Rhythm, follow

FIRST, WEEKS, AREAS = 2400, 260, 100.0
HORIZONS = np.array([1, 4])


def totals(rate: NDArray[np.float64]) -> StrandTotals:
    """Return totals that are as good as their expectation, for rates of shape [week, strand]."""
    return StrandTotals(rate * AREAS, np.full(rate.shape, AREAS))


def followed(what: StrandTotals, at: list[int]) -> Rhythm:
    return follow(what, FIRST, np.array(at), HORIZONS, Calendar("GB-ENG"))


def test_a_steady_strand_is_expected_to_stay() -> None:
    found = followed(totals(np.full((WEEKS, 2), 3.0)), [WEEKS])
    np.testing.assert_allclose(found.trend, np.log(3.0), atol=0.01)
    np.testing.assert_allclose(found.season, 0.0, atol=0.01)
    np.testing.assert_allclose(found.days, 0.0, atol=0.01)


def test_the_time_of_year_is_told_from_the_level() -> None:
    season = 0.2 * np.cos(2 * np.pi * np.arange(WEEKS + 4) / 52.18)
    found = followed(totals(4.0 * np.exp(season[:WEEKS, None] + np.zeros((1, 2)))), [WEEKS - 26, WEEKS])
    for o, origin in enumerate((WEEKS - 26, WEEKS)):
        ahead = season[origin + HORIZONS - 1]
        np.testing.assert_allclose((found.trend + found.season)[o, :, 0], np.log(4.0) + ahead, atol=0.05)
        np.testing.assert_allclose(found.season[o, :, 0], ahead, atol=0.06)


def test_first_days_of_months_that_are_heaped_are_learnt() -> None:
    monday = np.datetime64("2016-01-04") + 7 * np.arange(WEEKS + 1)
    heaped = np.array([np.any(np.array([d.astype("datetime64[M]") == d for d in m + np.arange(7)])) for m in monday])
    first = periods.ordinal(date(2016, 1, 4), "week")
    rate = np.where(heaped[:WEEKS, None], 3.3, 3.0)
    at = int(np.flatnonzero(heaped[200:WEEKS])[0]) + 200
    here, after = (
        follow(totals(rate), first, np.array([o]), np.array([1]), Calendar()).days[0, 0, 0] for o in (at, at + 1)
    )
    assert 0.05 < here - after < 0.1


def test_a_new_level_is_followed_within_weeks() -> None:
    rate = np.full((WEEKS, 1), 3.0)
    rate[-6:] *= 0.7
    found = followed(totals(rate), [WEEKS - 6, WEEKS])
    assert abs(found.trend[0, 0, 0] - np.log(3.0)) < 0.02
    assert found.trend[1, 0, 0] < np.log(3.0 * 0.8)


def test_the_future_and_the_unobserved_change_nothing() -> None:
    rng = np.random.default_rng(1)
    count = rng.poisson(50, (WEEKS, 3)).astype(float)
    areas = np.full(count.shape, AREAS)
    areas[100:104, 1] = 0
    one = followed(StrandTotals(count, areas), [120, 150])
    other = count.copy()
    other[150:] += 70
    other[100:104, 1] = 999
    two = followed(StrandTotals(other, areas), [120, 150])
    for name in ("trend", "season", "days"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    alone = followed(StrandTotals(count[:150], areas[:150]), [150])
    np.testing.assert_allclose(alone.trend[0], one.trend[1], rtol=1e-12)


def test_strands_that_are_not_met_stay_finite() -> None:
    found = followed(totals(np.zeros((60, 2))), [1, 60])
    assert np.isfinite(found.trend).all()
    assert (found.trend < np.log(0.1)).all()
