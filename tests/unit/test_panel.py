from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from errors import DataError
from experiments.late_records import FIRST_MONDAY, Lateness, late_incidents, seen_at
from features.calendar import Calendar
from features.counting import build_panel, flat_areas, period_of
from features.incidents.incidents import FeedCoverage, Incidents
from models.boosted import BoostingSettings
from tests.support.panels import incidents
from training.fit import FitPlan, fit_boosted

QUICK = BoostingSettings(rounds=20, rows_in_leaf=20)
COLUMNS = ("day", "area", "strand", "also", "provenance", "feed", "count", "known_at", "longitude", "latitude")


def daily(first: str, last: str, a_day: int = 1) -> list[str]:
    days = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    return [str(day) for day in np.repeat(days, a_day)]


def test_weeks_that_the_feed_covers_only_in_part_are_left_out() -> None:
    known = incidents(daily("2020-01-01", "2020-01-31"), spans=[("2020-01-01", "2020-01-31")])
    panel = build_panel(known, "week", flat_areas(known))
    assert panel.counts[:, 0, 0].tolist() == [7.0, 7.0, 7.0]
    assert (panel.first, panel.origin) == (2609, date(2020, 1, 27))


def test_a_quiet_week_is_zero_and_an_outage_is_missing() -> None:
    quiet = [day for day in daily("2020-01-06", "2020-03-01") if not "2020-01-13" <= day <= "2020-01-19"]
    busy = [day for day in daily("2020-01-06", "2020-03-01", 9) if not "2020-01-13" <= day <= "2020-01-19"]
    for days, seen in ((quiet, True), (busy, False)):
        known = incidents(days, spans=[("2020-01-06", "2020-03-01")])
        panel = build_panel(known, "week", flat_areas(known))
        assert panel.counts[1, 0, 0] == 0
        assert panel.observed[1, 0, 0] == seen
        assert panel.observed[[0, 2], 0, 0].all()


def test_a_month_that_was_not_delivered_is_missing() -> None:
    spans = [("2020-01-01", "2020-01-31"), ("2020-03-01", "2020-03-31")]
    known = incidents(["2020-01-01", "2020-03-01"], spans=spans, monthly=True)
    panel = build_panel(known, "month", flat_areas(known))
    assert panel.observed[:, 0, 0].tolist() == [True, False, True]


def test_a_retraction_takes_back_but_never_below_none() -> None:
    days = ["2020-01-06", "2020-01-07", "2020-01-08", "2020-01-13"]
    known = incidents(days, [1, 1, -1, -1], spans=[("2020-01-06", "2020-01-19")])
    assert build_panel(known, "week", flat_areas(known)).counts[:, 0, 0].tolist() == [1.0, 0.0]


def test_a_late_feed_moves_the_origin_back() -> None:
    known = incidents(daily("2020-01-06", "2020-03-01"), spans=[("2020-01-06", "2020-02-02")])
    assert build_panel(known, "week", flat_areas(known)).origin == date(2020, 2, 3)


def test_weeks_cannot_be_counted_from_months_which_are_kept_beside_them() -> None:
    known = incidents(["2020-01-01", "2020-02-01"], spans=[("2020-01-01", "2020-02-29")], monthly=True)
    assert period_of(known, None) == "month"
    panel = build_panel(known, "week", flat_areas(known))
    # 2020-03-01 was a Sunday: the week from the 2nd is the first of which no day was counted.
    assert (panel.counts.shape, panel.origin) == ((0, 1, 1), date(2020, 3, 2))
    assert panel.months is not None
    assert panel.months.panel.counts[:, 0, 0].tolist() == [1.0, 1.0]
    assert panel.from_months.tolist() == [True]


def two_feeds() -> Incidents:
    """Return SYNTHETIC incidents: theft by day, three a day, and assault by month, ten a month; both of one area."""
    dated = incidents(daily("2020-01-01", "2020-04-30", 3), spans=[("2020-01-01", "2020-04-30")])
    months = ["2020-01-01", "2020-02-01", "2020-03-01", "2020-04-01"]
    monthly = incidents(months, [10] * 4, spans=[("2020-01-01", "2020-04-30")], monthly=True)
    columns: dict[str, Any] = {name: np.concatenate([getattr(dated, name), getattr(monthly, name)]) for name in COLUMNS}
    size = len(dated)
    columns["strand"][:size], columns["feed"][size:] = 1, 1
    feeds = (dated.feeds[0], replace(monthly.feeds[0], name="monthly", strands=("Assault",)))
    return replace(dated, **columns, strand_names=("Assault", "Theft"), feeds=feeds)


def test_monthly_feeds_are_kept_beside_the_weeks_of_dated_ones() -> None:
    known = two_feeds()
    panel = build_panel(known, "week", flat_areas(known))
    assert panel.strands == ("Assault", "Theft")
    assert panel.counts[:, 0, 1].tolist() == [21.0] * 16
    assert not panel.observed[:, :, 0].any()
    assert panel.months is not None
    assert panel.months.panel.strands == ("Assault",)
    # The panel's weeks end on 26 April, before which April had not ended.
    assert (panel.origin, panel.months.panel.counts[:, 0, 0].tolist()) == (date(2020, 4, 27), [10.0] * 3)
    assert panel.months.daily.sum(axis=0).tolist() == [0.0, 336.0]
    earlier = panel.until(panel.first + 8)
    assert earlier.months is not None
    assert (len(earlier.months.panel.counts), len(earlier.months.daily)) == (2, 56)


def test_a_week_of_a_strand_that_monthly_feeds_speak_of_too_is_no_truth() -> None:
    both = two_feeds()
    both = replace(both, feeds=(both.feeds[0], replace(both.feeds[1], strands=("Assault", "Theft"))))
    panel = build_panel(both, "week", flat_areas(both))
    assert panel.observed[:, :, 1].all()
    assert not panel.complete.any()
    assert panel.only(("Theft",)).complete.all()


def test_no_complete_period_is_told() -> None:
    known = incidents(["2020-01-07"], spans=[("2020-01-07", "2020-01-08")])
    with pytest.raises(DataError, match="no complete week"):
        build_panel(known, "week", flat_areas(known))


def test_a_panel_cannot_be_written_to() -> None:
    known = incidents(daily("2020-01-06", "2020-02-02"), spans=[("2020-01-06", "2020-02-02")])
    panel = build_panel(known, "week", flat_areas(known))
    with pytest.raises(ValueError, match="read-only"):
        panel.counts[0, 0, 0] = 5


def test_one_forces_missing_month_leaves_another_forces_areas_alone() -> None:
    months = [date(2020, 1, 1), date(2020, 2, 1), date(2020, 3, 1)]
    spans = [
        ((date(2020, 1, 1), date(2020, 3, 31)),),
        ((date(2020, 1, 1), date(2020, 1, 31)), (date(2020, 3, 1), date(2020, 3, 31))),
    ]
    feeds = tuple(
        FeedCoverage(name, "month", ("Theft",), span, datetime(2030, 1, 1, tzinfo=UTC))
        for name, span in zip(("a", "b"), spans, strict=True)
    )
    one = incidents([str(day) for day in months] * 2, spans=[("2020-01-01", "2020-03-31")], monthly=True)
    keep = np.array([True, True, True, True, False, True])
    number = np.array([0, 0, 0, 1, 1, 1])[keep]
    columns = {
        name: getattr(one, name)[keep]
        for name in ("day", "strand", "also", "provenance", "count", "known_at", "longitude", "latitude")
    }
    two = replace(
        one, **columns, area=number.astype(np.int32), feed=number.astype(np.int16), area_codes=("A", "B"), feeds=feeds
    )
    panel = build_panel(two, "month", flat_areas(two))
    assert panel.observed[:, 0, 0].tolist() == [True, True, True]
    assert panel.observed[:, 1, 0].tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("late_of_ten", "origin", "corrected"),
    [(0, date(2020, 12, 28), 0), (1, date(2020, 12, 28), 3), (6, date(2020, 12, 7), 0), (10, date(2020, 12, 7), 0)],
)
def test_weeks_whose_records_are_not_in_yet_are_corrected_or_left_out(
    late_of_ten: int, origin: date, corrected: int
) -> None:
    days = daily("2020-01-06", "2020-12-27", 10)
    whole = incidents(days, spans=[("2020-01-06", "2020-12-27")])
    late = whole.day + 1 + np.where(np.arange(len(days)) % 10 < late_of_ten, 20, 0)
    seen = late <= np.datetime64("2020-12-28")
    columns = {name: getattr(whole, name)[seen] for name in COLUMNS} | {"known_at": late[seen].astype("datetime64[s]")}
    known = replace(whole, **columns, as_of=date(2020, 12, 28))
    panel = build_panel(known, "week", flat_areas(known))
    assert panel.origin == origin
    assert (panel.completeness < 1).sum() == corrected
    np.testing.assert_allclose(panel.counts[:, 0, 0], 70.0, rtol=0.02)


def test_a_strand_of_a_prompt_and_a_slow_feed_is_corrected_feed_by_feed() -> None:
    rng = np.random.default_rng(1)
    as_of = FIRST_MONDAY + timedelta(weeks=80)
    prompt, slow = (late_incidents([mean], [Lateness(days)], 80, rng) for mean, days in ((300.0, 0.001), (200.0, 5.0)))
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(prompt, name), getattr(slow, name)])
        for name in ("day", "area", "strand", "also", "provenance", "count", "known_at", "longitude", "latitude")
    }
    feed = np.repeat([0, 1], [len(prompt), len(slow)]).astype(np.int16)
    feeds = tuple(replace(prompt.feeds[0], name=name) for name in ("prompt", "slow"))
    both = replace(prompt, **columns, feed=feed, feeds=feeds)
    known = seen_at(both, as_of)
    panel = build_panel(known, "week", flat_areas(known))
    assert panel.origin == as_of
    shares = panel.completeness[:, 0]
    # Three in five records come at once, and of the slow feed's about half are in by the week's end.
    assert 0.6 + 0.4 * 0.4 < shares[-1] < 0.6 + 0.4 * 0.65
    assert (shares[:-8] == 1).all()
    recorded = np.bincount((known.day - np.datetime64(FIRST_MONDAY)).astype(int) // 7)
    final = np.bincount((both.day - np.datetime64(FIRST_MONDAY)).astype(int) // 7)
    assert abs(panel.counts[-2:].sum() - final[-2:].sum()) < (final[-2:].sum() - recorded[-2:].sum()) / 2
    assert panel.complete[:, 0, 0].tolist() == (shares == 1).tolist()


def test_a_corrected_week_is_neither_learnt_from_nor_scored() -> None:
    whole = late_incidents([200.0, 80.0], [Lateness(0.001), Lateness(8.0)], 110, np.random.default_rng(2), areas=4)
    known = seen_at(whole, FIRST_MONDAY + timedelta(weeks=110))
    panel = build_panel(known, "week", flat_areas(known))
    assert panel.corrected
    wrong = panel.counts.copy()
    wrong[~panel.complete] *= 50
    misled = replace(panel, counts=wrong)
    plans = [
        fit_boosted(item, (1,), Calendar(), seed=1, plan=FitPlan(30, 60, 2, 20, QUICK)) for item in (panel, misled)
    ]
    for name in ("count", "seen"):
        np.testing.assert_array_equal(getattr(plans[0].hold_out, name), getattr(plans[1].hold_out, name))
    seen, count = plans[0].hold_out.seen, plans[0].hold_out.count
    assert not seen[-1, 0, :, 1].any()
    assert seen[-1, 0, :, 0].all()
    assert (count == np.rint(count)).all()
