"""A ranking of cells uses nothing of or after its day, and does not depend on the order of rows."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from models.hotspots.intensity import fit
from models.hotspots.points import F64, Points
from models.hotspots.study import HotspotRequest, study
from tests.support import hotspots as support

DAY = support.FIRST_DAY + 7 * 70


def expected(points: Points) -> F64:
    evidence = support.evidence(points, support.grid(), support.FIRST_DAY + support.DAYS)
    return fit(evidence, DAY).expected(evidence, DAY)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_changing_what_lies_on_or_after_the_day_changes_nothing(seed: int) -> None:
    points = support.town(500, seed)
    rng = np.random.default_rng(seed)
    later = points.day >= DAY
    x, y = (np.where(later, rng.uniform(0, support.SIDE, len(points)), values) for values in (points.x, points.y))
    changed = Points.of(points.day, x, y, points.own ^ later, points.count)
    # Sums over more rows that count nothing may round otherwise.
    np.testing.assert_allclose(expected(points), expected(changed), rtol=1e-12)


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10_000))
def test_what_is_known_on_or_after_the_knowledge_date_changes_no_bit_of_it(seed: int) -> None:
    points = support.town(500, seed)
    later = points.day >= DAY
    changed = Points.of(
        points.day, points.x, np.where(later, points.y[::-1], points.y), points.own, points.count + later
    )
    request = HotspotRequest("square", 150.0, "burglary", top=9, refits=1)
    boundary = (shapely.box(0.5, 51.7, 0.54, 51.73),)
    one, other = (
        study(support.Held(held), None, boundary, request, np.datetime64(DAY, "D").item()) for held in (points, changed)
    )
    for mine, theirs in zip(one.ranking.refits, other.ranking.refits, strict=True):
        np.testing.assert_array_equal(mine.expected, theirs.expected)
    assert one.repeats.rows() == other.repeats.rows()


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    points = support.town(500, seed)
    order = np.random.default_rng(seed).permutation(len(points))
    shuffled = Points.of(points.day[order], points.x[order], points.y[order], points.own[order], points.count[order])
    np.testing.assert_array_equal(expected(points), expected(shuffled))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3))
def test_turning_the_town_by_quarters_turns_the_map(seed: int, quarters: int) -> None:
    points = support.town(500, seed)
    x, y = points.x, points.y
    for _ in range(quarters):
        x, y = support.SIDE - y, x
    turned = Points.of(points.day, x, y, points.own, points.count)
    cells = support.grid()
    as_map = expected(points).reshape(cells.rows, cells.columns)
    np.testing.assert_allclose(
        expected(turned).reshape(cells.rows, cells.columns), np.rot90(as_map, -quarters), rtol=1e-6
    )
