"""Completeness is learnt from what was known: triangles are a clerk's, and what became known later changes nothing."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.late_records import FIRST_MONDAY, Lateness, late_incidents, seen_at
from features import periods
from features.completeness.curves import curves_of
from features.completeness.delays import LONGEST, WINDOW, triangle
from features.counting import build_panel
from features.incidents.incidents import Incidents
from features.periods import PeriodKind
from tests.support import panels

WEEKS, AREAS = 40, 3


def made(seed: int, mean_days: float) -> Incidents:
    late = [Lateness(mean_days, wobble=0.3), Lateness(2 * mean_days)]
    whole = late_incidents([30.0, 4.0], late, WEEKS, np.random.default_rng(seed), areas=AREAS)
    # The second strand's incidents belong to the first as well.
    return replace(whole, also=whole.strand, also_sets=((), (0,)))


def clerk(known: Incidents, kind: PeriodKind, as_of: date) -> dict[tuple[int, int, int], int]:
    """Count (strand, ordinal, delay) fact by fact, walking from view to view."""
    views = [as_of]
    while len(views) <= WINDOW[kind] + LONGEST[kind]:
        before = views[-1]
        month = (as_of.year * 12 + as_of.month - 1 - len(views)) if kind == "month" else 0
        earlier = date(month // 12, month % 12 + 1, as_of.day) if kind == "month" else before - timedelta(days=7)
        views.append(earlier)
    counts: dict[tuple[int, int, int], int] = {}
    for row in range(len(known)):
        own = periods.ordinal(known.day[row].item(), kind)
        ended = periods.start(own + 1, kind)
        of_it = sorted(view for view in views if view >= ended)
        seen = [number for number, view in enumerate(of_it) if known.known_at[row] <= np.datetime64(view, "s")]
        if seen and seen[0] <= LONGEST[kind]:
            for strand in {int(known.strand[row]), *known.also_sets[known.also[row]]}:
                key = (strand, own, seen[0])
                counts[key] = counts.get(key, 0) + 1
    return counts


@settings(max_examples=15)
@given(
    st.integers(0, 10_000), st.sampled_from([0.5, 5.0, 30.0]), st.integers(120, 279), st.sampled_from(["week", "month"])
)
def test_a_triangle_is_the_clerk_s(seed: int, mean_days: float, days: int, kind: PeriodKind) -> None:
    as_of = FIRST_MONDAY + timedelta(days=days)
    as_of = as_of.replace(day=min(as_of.day, 28))
    known = seen_at(made(seed, mean_days), as_of)
    found = triangle(known, kind, as_of)
    cells = {
        (int(strand), found.first + int(period), int(delay)): int(found.count[0, strand, period, delay])
        for strand, period, delay in zip(*np.nonzero(found.count[0]), strict=True)
    }
    assert cells == clerk(known, kind, as_of)
    assert found.whole.sum() == found.count.sum() - found.count[:, 1].sum()


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.sampled_from([0.5, 5.0, 30.0]), st.integers(150, 279))
def test_what_becomes_known_later_changes_nothing(seed: int, mean_days: float, days: int) -> None:
    as_of = FIRST_MONDAY + timedelta(days=days)
    whole = made(seed, mean_days)
    later = whole.known_at > np.datetime64(as_of, "s")
    rng = np.random.default_rng(seed)
    # Everything about what is known later is made otherwise: place, time, number and delay.
    changed = replace(
        whole,
        area=np.where(later, rng.integers(0, AREAS, len(whole)), whole.area).astype(np.int32),
        count=np.where(later, 7, whole.count).astype(np.int32),
        known_at=np.where(later, whole.known_at + np.timedelta64(99, "D"), whole.known_at),
    )
    both = [seen_at(item, as_of) for item in (whole, changed)]
    one, two = (build_panel(item, "week", panels.areas(AREAS)) for item in both)
    for name in ("counts", "once", "observed", "completeness"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    triangles = [triangle(item, "week", as_of) for item in both]
    shares = [curves_of(item, found).share for item, found in zip(both, triangles, strict=True)]
    np.testing.assert_array_equal(shares[0], shares[1])
    # Nor is anything but the view looked at: facts known later, slipped in, are not counted as delays.
    np.testing.assert_array_equal(
        triangle(replace(whole, feeds=both[0].feeds), "week", as_of).count, triangles[0].count
    )


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.sampled_from([0.5, 5.0, 30.0]))
def test_curves_rise_to_one_and_only_usable_periods_are_counted(seed: int, mean_days: float) -> None:
    as_of = FIRST_MONDAY + timedelta(days=7 * WEEKS)
    known = seen_at(made(seed, mean_days), as_of)
    found = triangle(known, "week", as_of)
    curves = curves_of(known, found)
    assert (np.diff(curves.share, axis=-1) >= -1e-12).all()
    assert (curves.share[..., -1] == 1).all()
    usable = curves.usable
    assert ((usable == 0) | ((usable >= 0.5) & (usable <= 1))).all()
    # Once a period is old enough to be used, so is every older one.
    assert (np.diff((usable > 0).astype(int), axis=-1) >= 0).all()
