"""Weeks from months: totals, ranges, explanations and what dated feeds teach."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from errors import DataError, ModelError
from features import periods
from features.calendar import Calendar
from features.months import Months
from features.panel import Panel
from models.beside_months import BesideMonths
from models.bundle import pack, unpack
from models.day_weights import DayWeights
from models.shares import pooled_shares
from models.split import ROUGHER, Split, thinned
from models.table import forecast_table
from tests.support import panels
from training.backtest import Schedule
from training.choice import Recipe

CALENDAR = Calendar("GB-ENG")
PLAIN = Recipe("shrunken", CALENDAR, 1)


def months_alone(n: int = 30) -> Panel:
    """Return a SYNTHETIC weekly panel of monthly feeds alone; the months begin in January 2019."""
    months = panels.panel(n, 6, 2, kind="month", districts=2)
    months = replace(months, counts=months.counts * 20, once=months.once * 20, reported=months.reported * 20)
    first = periods.ordinal(months.origin, "week") + (months.origin.weekday() > 0)
    empty = np.zeros((0, 6, 2), dtype=np.float32)
    weeks = Panel.of_counts(empty, empty.astype(bool), "week", first, months.areas, months.strands, months.as_of)
    return replace(weeks, months=Months(months, np.zeros((0, 2), dtype=np.float32)))


def both(weeks: int = 120) -> Panel:
    """Return SYNTHETIC weeks of "strand 0" that are busy on Saturdays, with months of "strand 1" beside them."""
    dated = panels.panel(weeks, 6, 1, districts=2)
    months = panels.panel(weeks * 7 // 31, 6, 1, kind="month", districts=2)
    months = replace(months, strands=("strand 1",))
    daily = np.zeros((weeks, 7, 2), dtype=np.float32)
    daily[:, :, 0] = np.array([10, 10, 10, 10, 10, 40, 10])
    return replace(dated.only(("strand 0", "strand 1")), months=Months(months, daily.reshape(-1, 2)))


def test_shares_of_the_weeks_of_a_month_sum_to_one() -> None:
    months = panels.panel(3, 2, 1, kind="month")
    # 2019-07-01 is a Monday; five weeks hold July and the first days of August.
    split = Split.of(date(2019, 7, 1), (1, 2, 3, 4, 5), replace(months, first=588 + 3), DayWeights.plain(1), CALENDAR)
    np.testing.assert_allclose(split.share[:, 0, 0].sum(), 1.0)
    np.testing.assert_allclose(split.share[:4, 0, 0], 7 / 31)
    np.testing.assert_allclose(split.share[4, :, 0], [3 / 31, 4 / 31])
    assert split.horizons == (1, 2)


def test_weeks_of_monthly_feeds_are_split_flagged_and_taken_apart() -> None:
    panel = months_alone()
    model = PLAIN.fit(panel, (1, 2, 3, 4))
    assert isinstance(model, BesideMonths)
    forecast = model.forecast(panel, explain=(1, 4))
    month = model.monthly.forecast(panel.months.panel).mean if panel.months else np.empty(0)
    # 30 months from January 2019: the first whole unseen week begins on 2021-07-05.
    assert panel.origin == date(2021, 7, 5)
    np.testing.assert_allclose(forecast.mean[0], month[0] * 7 / 31)
    np.testing.assert_allclose(forecast.mean[3], month[0] * 6 / 31 + month[1] / 31)
    assert forecast.factors is not None
    np.testing.assert_allclose(forecast.factors.product(), forecast.mean[[0, 3]], rtol=1e-9)
    table = forecast_table(forecast, panel, level="force", model_version="m", notices=["proxy", "from-monthly"])
    assert set(table["notices"]) == {"proxy;from-monthly"}


def test_a_week_is_never_surer_than_a_thinned_month() -> None:
    panel = months_alone()
    model = PLAIN.fit(panel, (1, 2))
    assert isinstance(model, BesideMonths)
    assert panel.months is not None
    ahead = model.monthly.forecast(panel.months.panel)
    week = model.forecast(panel)
    assert (week.dispersion[0] >= ahead.dispersion[0] - 1e-12).all()
    none = thinned(ahead.spread, 1)
    np.testing.assert_allclose(none.force.variance, ROUGHER * ahead.spread.force.variance)


def test_only_the_strands_of_monthly_feeds_are_flagged_where_dated_feeds_speak_too() -> None:
    panel = both()
    model = PLAIN.fit(panel, (1, 2))
    assert isinstance(model, BesideMonths)
    forecast = model.forecast(panel, explain=(1,))
    alone = PLAIN.fit(panel.only(("strand 0",)), (1, 2)).forecast(panel.only(("strand 0",)))
    np.testing.assert_array_equal(forecast.mean[:, :, 0], alone.mean[:, :, 0])
    np.testing.assert_allclose(forecast.dispersion[:, :, 0], alone.dispersion[:, :, 0])
    assert (forecast.mean[:, :, 1] > 0).all()
    table = forecast_table(forecast, panel, level="force", model_version="m", notices=["from-monthly"])
    assert dict(zip(table["strand"], table["notices"], strict=True)) == {
        "strand 0": "",
        "strand 1": "from-monthly",
        "all strands": "from-monthly",
    }


def test_dated_feeds_teach_the_days_and_special_days_are_drawn_to_usual_ones() -> None:
    days = DayWeights.fit(both(), CALENDAR)
    assert days.taught
    np.testing.assert_allclose(days.weekday[:, 1], [0.7, 0.7, 0.7, 0.7, 0.7, 2.8, 0.7], rtol=0.01)
    # Every week is like another, holidays too: nothing sets them apart.
    np.testing.assert_allclose(days.holiday, 1.0, atol=0.05)
    untaught = DayWeights.fit(months_alone(), CALENDAR)
    assert not untaught.taught
    assert (untaught.weekday == 1).all()


def test_a_heaped_first_of_the_month_is_learnt() -> None:
    panel = both()
    assert panel.months is not None
    daily = panel.months.daily.copy() * 4
    day = periods.starts(np.array([panel.first]), "week")[0] + np.arange(len(daily))
    daily[day == day.astype("datetime64[M]").astype("datetime64[D]")] *= 2
    days = DayWeights.fit(replace(panel, months=replace(panel.months, daily=daily)), CALENDAR)
    assert 1.7 < days.first[0] < 2.0


def test_a_model_beside_months_comes_back_from_its_files_to_the_bit() -> None:
    for panel in (months_alone(40), both()):
        model = PLAIN.fit(panel, (1, 2))
        again = unpack(pack(model, {"seed": 1}))
        np.testing.assert_array_equal(again.forecast(panel).mean, model.forecast(panel).mean)
        np.testing.assert_array_equal(again.forecast(panel).dispersion, model.forecast(panel).dispersion)


def test_the_trees_of_both_models_are_kept_apart() -> None:
    panel = both(150)
    model = Recipe("boosted", CALENDAR, 1).fit(panel, (1, 2))
    again = unpack(pack(model, {"seed": 1}))
    assert isinstance(again, BesideMonths)
    np.testing.assert_array_equal(again.forecast(panel).mean, model.forecast(panel).mean)


def test_months_alone_cannot_be_backtested_by_weeks() -> None:
    with pytest.raises(DataError, match="no week was ever seen"):
        Schedule(3, 1, (1,), 1).ordinals(months_alone())


def test_a_panel_whose_months_have_gone_is_refused() -> None:
    panel = both()
    model = PLAIN.fit(panel, (1, 2))
    with pytest.raises(ModelError, match="this panel has none"):
        model.forecast(replace(panel, months=None))


def test_shares_of_alike_groups_are_pooled_and_of_unlike_ones_are_not() -> None:
    rng = np.random.default_rng(2)
    parent = np.array([0.5, 0.3, 0.2])
    alike = rng.multinomial(50, parent, size=40).astype(np.float64)
    pooled = pooled_shares(alike, parent)
    assert np.abs(pooled - parent).max() < 0.05
    unlike = np.array([[900.0, 50, 50], [50, 900, 50], [50, 50, 900]])
    np.testing.assert_allclose(pooled_shares(unlike, parent), unlike / 1000, atol=0.02)
