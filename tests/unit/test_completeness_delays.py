from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from experiments.late_records import FIRST_MONDAY, Lateness, late_incidents, seen_at
from features import periods
from features.completeness.curves import Curves, curves_of, expected_range
from features.completeness.delays import Triangle, knowledge_date, triangle
from features.incidents.incidents import Incidents
from features.periods import PeriodKind


def learnt(known: Incidents, as_of: date, kind: PeriodKind = "week") -> tuple[Triangle, Curves]:
    found = triangle(known, kind, as_of)
    return found, curves_of(known, found)


def after(weeks: int, days: int = 0) -> date:
    return FIRST_MONDAY + timedelta(days=7 * weeks + days)


def test_a_delay_is_counted_in_views_a_week_apart_of_which_one_is_today() -> None:
    # Tuesdays' incidents recorded on the Wednesday of the next week: seen at the first Thursday view after their week.
    day = np.datetime64("2022-01-04") + 7 * np.arange(60)
    plain = late_incidents([1.0], [Lateness(0.001)], 60, np.random.default_rng(1))
    columns: dict[str, Any] = {
        name: np.zeros(60, getattr(plain, name).dtype) for name in ("area", "strand", "also", "feed")
    }
    columns["provenance"] = plain.provenance[:1].repeat(60)
    places: dict[str, Any] = {name: np.full(60, np.nan) for name in ("longitude", "latitude")}
    known = replace(
        plain, **columns, **places, day=day, count=np.ones(60, np.int32), known_at=(day + 8).astype("datetime64[s]") + 1
    )
    for as_of, delay in ((date(2023, 3, 2), 0), (date(2023, 3, 1), 1), (date(2023, 2, 27), 1)):
        found = triangle(seen_at(known, as_of), "week", as_of)
        assert found.count.sum(axis=(0, 1, 2)).argmax() == delay
        assert periods.start(found.first + found.count.shape[2], "week") <= as_of


@pytest.mark.parametrize("weekday", [0, 2, 6])
def test_the_curve_is_the_share_that_really_is_in(weekday: int) -> None:
    whole = late_incidents([400.0, 60.0], [Lateness(5), Lateness(15)], 120, np.random.default_rng(2))
    as_of = after(90, weekday)
    _, curves = learnt(seen_at(whole, as_of), as_of)
    week = periods.ordinal_of(whole.day, "week")
    ended = periods.starts(week + 1, "week")
    for strand, mean in enumerate((5, 15)):
        for age in (0, 1, 3):
            seen = whole.known_at <= (ended + 7 * age + weekday).astype("datetime64[s]")
            truth = seen[whole.strand == strand].mean()
            assert curves.share[0, strand, age] == pytest.approx(truth, abs=0.03), (mean, age)


def test_months_are_compared_at_the_same_day_of_the_month() -> None:
    whole = late_incidents([200.0], [Lateness(15)], 150, np.random.default_rng(3))
    as_of = date(2024, 5, 11)
    found, curves = learnt(seen_at(whole, as_of), as_of, "month")
    ended = periods.starts(periods.ordinal_of(whole.day, "month") + 1, "month")
    old = whole.day < np.datetime64("2024-03-01")
    truth = (whole.known_at <= (ended + 10).astype("datetime64[s]"))[old].mean()
    assert periods.start(found.first + found.count.shape[2], "month") == date(2024, 5, 1)
    assert curves.share[0, 0, 0] == pytest.approx(truth, abs=0.02)


def test_a_feed_without_times_of_recording_is_complete_at_once() -> None:
    whole = late_incidents([50.0, 3.0], [Lateness(0.0001)] * 2, 80, np.random.default_rng(4))
    prompt = replace(whole, known_at=(whole.day + 1).astype("datetime64[s]"))
    _, curves = learnt(seen_at(prompt, after(80)), after(80))
    assert (curves.usable == 1).all()


def test_a_monthly_feed_is_complete_at_once() -> None:
    whole = late_incidents([50.0], [Lateness(30)], 150, np.random.default_rng(4))
    monthly = replace(whole, feeds=(replace(whole.feeds[0], resolution="month"),))
    _, curves = learnt(seen_at(monthly, after(150)), after(150), "month")
    assert (curves.usable == 1).all()


@pytest.mark.parametrize("loaded_weeks", [40, 79, 80])
def test_a_load_of_old_records_says_nothing_of_usual_delays(loaded_weeks: int) -> None:
    whole = late_incidents([150.0], [Lateness(4)], 110, np.random.default_rng(5))
    load = np.datetime64(after(loaded_weeks), "s")
    loaded = replace(whole, known_at=np.maximum(whole.known_at, load))
    as_of = after(80)
    _, usual = learnt(seen_at(whole, as_of), as_of)
    _, found = learnt(seen_at(loaded, as_of), as_of)
    if loaded_weeks == 40:
        np.testing.assert_allclose(found.share[0, 0, :4], usual.share[0, 0, :4], atol=0.03)
    else:
        # Loaded just now: of what came before no delay is known, and nothing of it is thrown away.
        assert found.usable[0, 0, 2:].min() == 1


def test_a_thin_strand_is_drawn_to_its_feed_and_a_busy_one_is_not() -> None:
    whole = late_incidents(
        [300.0, 300.0, 0.3], [Lateness(3), Lateness(20), Lateness(20)], 110, np.random.default_rng(6)
    )
    _, curves = learnt(seen_at(whole, after(80)), after(80))
    feed, quick, slow, thin = curves.feed_share[0, 0], *curves.share[0, :, 0]
    assert slow < feed - 0.1 < feed + 0.1 < quick
    assert abs(thin - feed) < abs(thin - slow)


def test_batches_that_come_once_a_month_are_not_corrected_by_a_share_that_no_week_has() -> None:
    whole = late_incidents([150.0], [Lateness(0.001)], 110, np.random.default_rng(7))
    month = whole.day.astype("datetime64[M]") + 1
    batch = replace(whole, known_at=month.astype("datetime64[D]").astype("datetime64[s]"))
    as_of = date(2023, 8, 21)
    _, curves = learnt(seen_at(batch, as_of), as_of)
    usable = curves.usable[0, 0]
    assert set(np.unique(usable[:4])) == {0.0}
    assert usable[5:].min() == 1.0


def test_the_range_widens_with_what_is_still_to_come_and_never_ends_below_what_is_in() -> None:
    recorded, spread = np.full(4, 100.0), np.full(4, 0.1)
    ranges = expected_range(recorded, np.array([0.95, 0.8, 0.6, 0.3]), spread)
    assert (ranges >= recorded[:, None]).all()
    assert (np.diff(ranges[:, 1] - ranges[:, 0]) > 0).all()
    nothing = expected_range(np.array([0.0]), np.array([0.5]), np.array([0.1]), (0.9,))
    assert nothing[0, 0] >= 1.0


@pytest.mark.parametrize(("wobble", "least"), [(0.0, 0.76), (0.3, 0.74)])
def test_eight_in_ten_ranges_hold_the_final_total_eight_times_in_ten(wobble: float, least: float) -> None:
    held, told = 0, 0
    lateness = [Lateness(6, wobble=wobble), Lateness(12, wobble=wobble)]
    for seed in range(60):
        whole = late_incidents([200.0, 60.0], lateness, 110, np.random.default_rng([seed, 1]))
        found, curves = learnt(seen_at(whole, after(80)), after(80))
        final = np.zeros((2, 3))
        newest = found.first + found.count.shape[2] - 1
        for age in range(3):
            own = periods.ordinal_of(whole.day, "week") == newest - age
            final[:, age] = np.bincount(whole.strand[own], minlength=2)
        recorded = found.count.sum(axis=3)[0, :, ::-1][:, :3]
        arguments = (recorded.ravel(), curves.share[0, :, :3].ravel(), curves.spread[0, :, :3].ravel())
        low, high = expected_range(*arguments).T
        held += int(((low <= final.ravel()) & (final.ravel() <= high)).sum())
        told += final.size
    # 360 ranges: a binomial standard deviation is 2 %. Whole numbers make narrow ranges hold more than they say.
    assert least <= held / told <= 0.92


def test_everything_known_is_a_view_at_the_first_day_that_knew_it() -> None:
    whole = late_incidents([5.0], [Lateness(10)], 20, np.random.default_rng(8))
    at = np.datetime64(knowledge_date(whole), "s")
    assert whole.known_at.max() <= at
    assert (whole.known_at > at - 86400).any()
