"""A group that was never busy has no outages: its zeros are zeros, and its few incidents are counted."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from features.areas.areas import Areas
from features.completeness.outages import Outage
from features.completeness.state import Completeness
from features.counting import build_panel
from features.incidents.incidents import Incidents
from tests.support import panels

FIRST, DAYS, AREAS = date(2023, 1, 2), 420, 5
OFTEN, RARELY = 0, 1
NOWHERE: tuple[int, ...] = ()
SPARSE = {
    "first day": [0],
    "in the middle": [200],
    "last day": [DAYS - 1],
    "two in a week": [10, 12],
    "three on a day": [100, 100, 100],
    "eight in two months, then none": [3, 9, 17, 22, 31, 40, 48, 57],
    "eight in the last two months": [DAYS - 1 - day for day in (3, 9, 17, 22, 31, 40, 48, 57)],
    "daily for a month, then none": list(range(30)),
    "none but in the last month": list(range(DAYS - 30, DAYS)),
    "a month at either end": [*range(28), *range(DAYS - 28, DAYS)],
    "a burst at either end": [*[0] * 30, *[DAYS - 1] * 30],
    "forty on the last day": [DAYS - 1] * 40,
}
# Three a week: quite a busy strand, in one area.
BUSY = [day for day in range(DAYS) if day % 7 in {0, 2, 4}]


def known(rare: Sequence[int], *, of: int = RARELY, area: int = 0) -> Incidents:
    """Return SYNTHETIC incidents: six a day of one strand in areas 0-3, and others on the days given."""
    day = [*np.repeat(np.arange(DAYS), 6), *rare]
    n, n_rare = len(day), len(rare)
    texts = [str(FIRST + timedelta(days=int(number))) for number in day]
    made = panels.incidents(texts, spans=[(str(FIRST), str(FIRST + timedelta(days=DAYS - 1)))])
    return replace(
        made,
        strand=np.array([OFTEN] * (n - n_rare) + [of] * n_rare, np.int16),
        area=np.array([*(np.arange(n - n_rare) % 4), *[area] * n_rare], np.int32),
        strand_names=("Burglary", "Rape"),
        area_codes=panels.areas(AREAS).codes,
        feeds=(replace(made.feeds[0], strands=("Burglary", "Rape")),),
    )


def found(incidents: Incidents, areas: Areas) -> tuple[Outage, ...]:
    return Completeness.of(incidents, "week", areas, FIRST + timedelta(days=DAYS)).outages


def without(first: int, last: int) -> list[int]:
    return [day for day in BUSY if not first <= day < last]


@pytest.mark.parametrize("case", SPARSE)
@pytest.mark.parametrize("districts", [0, 2])
def test_a_rare_strand_is_observed_in_every_week_and_counted(case: str, districts: int) -> None:
    incidents, areas = known(SPARSE[case]), panels.areas(AREAS, districts=districts)
    assert found(incidents, areas) == ()
    panel = build_panel(incidents, "week", areas)
    assert panel.observed.all()
    assert panel.counts.sum(axis=(0, 1)).tolist() == [6 * DAYS, len(SPARSE[case])]
    assert panel.once.sum() == 6 * DAYS + len(SPARSE[case])


@pytest.mark.parametrize("case", SPARSE)
def test_a_rare_area_is_observed_in_every_week_and_counted(case: str) -> None:
    incidents, areas = known(SPARSE[case], of=OFTEN, area=4), panels.areas(AREAS)
    assert found(incidents, areas) == ()
    panel = build_panel(incidents, "week", areas)
    assert panel.observed.all()
    assert panel.counts[:, 4].sum() == len(SPARSE[case])


@pytest.mark.parametrize(("first", "last"), [(196, 266), (238, DAYS), (350, DAYS - 14)])
def test_a_busy_strand_that_goes_silent_is_missing(first: int, last: int) -> None:
    incidents, areas = known(without(first, last)), panels.areas(AREAS, districts=2)
    [outage] = found(incidents, areas)
    assert (outage.group, outage.name) == ("strand", "Rape")
    assert outage.expected == pytest.approx(3 * (last - first) / 7, rel=0.1)
    missing = ~build_panel(incidents, "week", areas).observed
    assert not missing[:, :, OFTEN].any()
    whole = np.atleast_1d(missing[:, :, RARELY].all(axis=1))
    assert whole[first // 7 : last // 7].all()
    # An incident-free day before or after belongs to the silence.
    assert whole.sum() <= (last - first) / 7 + 2
    assert (missing[:, :, RARELY].any(axis=1) == whole).all()


def test_what_begins_is_new_unless_it_was_busy_for_the_best_part_of_a_year() -> None:
    areas = panels.areas(AREAS, districts=2)
    # Before that nobody recorded it, or nothing happened: after half a year of steady records nobody can tell.
    assert found(known(without(0, 238)), areas) == ()
    [outage] = found(known(without(0, 63)), areas)
    assert (outage.name, outage.first) == ("Rape", FIRST)


def test_expected_incidents_are_never_absurd_though_next_to_nothing_is_in() -> None:
    incidents = known([DAYS - 1] * 40)
    # Every incident but those of the last days came in late: the newest days weigh almost nothing.
    day = incidents.day.astype("datetime64[s]")
    as_of = FIRST + timedelta(days=DAYS)
    known_at = (day + np.timedelta64(40, "D")).astype("datetime64[s]")
    slow = replace(incidents, known_at=known_at, as_of=as_of)
    seen = slow.known_at <= np.datetime64(as_of, "s")
    seen[-40:] = True
    names = ("day", "area", "strand", "also", "provenance", "feed", "count", "known_at", "longitude", "latitude")
    slow = replace(slow, **{name: getattr(slow, name)[seen] for name in names})
    assert all(outage.expected < len(incidents) for outage in found(slow, panels.areas(AREAS)))
