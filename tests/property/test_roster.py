"""What holds of every roster: its margins, its minima, whole shifts, and what its visits may use."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.allocation.roster.blocks import placed
from models.allocation.roster.chance import rounded
from models.allocation.roster.duty import Duty, Visits
from models.allocation.roster.fitting import filled, fits, fitted, whole_table
from models.allocation.roster.layout import lay_out
from models.allocation.roster.visits import visits
from tests.support.rosters import TOGETHER, WEEK, planned, profile, quarters

F64 = NDArray[np.float64]
amounts = st.sampled_from([0.0, 0.1, 0.25, 1.0, 7.5]) | st.floats(0.001, 60)


@st.composite
def tables(draw: st.DrawFn) -> tuple[F64, F64, F64, F64]:
    """Draw a pattern, bounds, and margins that have room for them."""
    rows, columns = draw(st.integers(1, 6)), draw(st.integers(1, 7))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    pattern = rng.gamma(draw(st.sampled_from([0.2, 1.0, 20.0])), size=(rows, columns))
    lower = rng.random((rows, columns)) * (rng.random((rows, columns)) < draw(st.sampled_from([0.0, 0.4, 1.0])))
    above = rng.gamma(0.7, size=(rows, columns)) * draw(st.sampled_from([0.0, 1.0, 50.0]))
    whole = lower + above
    return pattern, lower, whole.sum(axis=1), whole.sum(axis=0)


@given(tables())
@settings(max_examples=150)
def test_a_fitted_table_has_its_margins_and_keeps_its_bounds(case: tuple[F64, F64, F64, F64]) -> None:
    pattern, lower, rows, columns = case
    table = fitted(pattern, rows, columns, lower)
    scale = max(rows.sum(), 1.0)
    assert np.abs(table.sum(axis=1) - rows).max() <= 1e-12 * scale
    assert np.abs(table.sum(axis=0) - columns).max() <= 1e-12 * scale
    assert (table >= lower - 1e-12 * scale).all()
    row = filled(pattern, rows, lower)
    assert np.abs(row.sum(axis=1) - rows).max() <= 1e-9 * scale
    # Nothing above its bound lies off the common multiple of the pattern.
    free = row > lower + 1e-9
    ratio = np.where(free, row / pattern, np.nan)
    for one in ratio:
        known = one[~np.isnan(one)]
        assert not len(known) or np.ptp(known) <= 1e-6 * known.max()


@given(tables(), st.booleans())
@settings(max_examples=150)
def test_a_table_of_whole_numbers_has_its_margins_and_keeps_its_bounds(
    case: tuple[F64, F64, F64, F64], bounded: bool
) -> None:
    pattern, lower, _, _ = case
    rng = np.random.default_rng(int(pattern.sum() * 1e6) % 2**32)
    least = np.floor(5 * lower).astype(np.int64) * bounded
    example = least + rng.integers(0, 4, least.shape)
    rows, columns = example.sum(axis=1), example.sum(axis=0)
    table = whole_table(fitted(pattern, rows * 1.0, columns * 1.0), rows, columns, least)
    assert fits(rows, columns, least)
    assert (table.sum(axis=1) == rows).all()
    assert (table.sum(axis=0) == columns).all()
    assert (table >= least).all()
    assert not fits(least.sum(axis=1) - 1, columns, least)


@given(tables())
@settings(max_examples=60)
def test_rounding_moves_a_row_by_less_than_one_where_only_rows_are_fixed(case: tuple[F64, F64, F64, F64]) -> None:
    pattern, _, rows, _ = case
    totals = np.floor(rows * 10).astype(np.int64)
    exact = pattern / pattern.sum(axis=1, keepdims=True) * totals[:, None]
    assert np.abs(whole_table(exact, totals, None) - exact).max(initial=0.0) < 1.0


@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(0, 7), st.floats(0, 1))
@settings(max_examples=60)
def test_no_other_placing_of_whole_shifts_is_nearer(seed: int, cells: int, count: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    target = rng.dirichlet(np.ones(cells)) * count * 8.0
    least = np.zeros(cells, dtype=np.int64)
    for cell in rng.integers(0, cells, int(share * count)):
        least[cell] += 1
    found = placed(np.array([8.0]), np.array([count]), target, 8.0 * least.astype(np.float64), np.full(cells, 8.0))[0]
    assert found.sum() == count
    assert (found >= least).all()
    best = ((found * 8.0 - target) ** 2).sum()
    for _ in range(30):
        other = least + rng.multinomial(count - least.sum(), rng.dirichlet(np.ones(cells)))
        assert ((other * 8.0 - target) ** 2).sum() >= best - 1e-9


@given(
    st.integers(0, 2**32 - 1),
    st.lists(amounts, min_size=1, max_size=12),
    st.sampled_from([0.0, 0.5, 0.999]),
    st.booleans(),
)
@settings(max_examples=60)
def test_every_area_keeps_its_hours_and_every_shift_its_least_cover(
    seed: int, hours: list[float], share: float, by_strand: bool
) -> None:
    rng = np.random.default_rng(seed)
    district = [("", "East", "West")[at] for at in rng.integers(0, 3, len(hours))]
    posts = {("foot", at, int(rng.integers(0, 2)) if by_strand else TOGETHER): h for at, h in enumerate(hours)}
    plan = planned(posts, district, mean=rng.gamma(1.0, size=(len(hours), 2)))
    shares = profile({"violence": rng.gamma(0.5, size=21) + 1e-9, "burglary": rng.gamma(5.0, size=21)})
    held = {name: sum(h for h, own in zip(hours, district, strict=True) if own == name) for name in set(district)}
    cover = {("foot", name): share * total * rng.dirichlet(np.ones(21)) for name, total in held.items()}
    roster = lay_out(plan, [Duty("foot", "Foot patrol", "patrol")], WEEK, shares, cover, {"": quarters(plan.plan)})
    assert roster.short == ()
    if not roster.laid:
        assert sum(hours) == 0
        return
    laid = roster.laid[0]
    by_area = np.bincount(laid.area, weights=laid.cells.sum(axis=1), minlength=len(hours))
    assert np.abs(by_area - hours).max() <= 1e-9
    for name, total in held.items():
        own = laid.cells[laid.district == roster.districts.index(name)]
        assert abs(own.sum() - total) <= 1e-9
        assert (own.sum(axis=0) >= cover["foot", name] - 1e-9).all()
    if laid.quarters is not None:
        posted = plan.plan.problem.posts.area
        given_quarters = np.bincount(posted, weights=quarters(plan.plan) * 4, minlength=len(hours))
        laid_quarters = np.bincount(laid.area, weights=laid.quarters.sum(axis=1), minlength=len(hours))
        assert laid.quarters.min() >= 0
        assert (laid_quarters == given_quarters).all()
        for name in held:
            own = laid.quarters[laid.district == roster.districts.index(name)]
            assert (own.sum(axis=0) >= 4 * cover["foot", name] - 4e-6).all()
    elif share == 0:
        raise AssertionError("without minima quarters can always be had")


@given(st.integers(0, 2**32 - 1), st.integers(1, 8), st.integers(1, 8))
@settings(max_examples=150)
def test_rounding_by_chance_moves_no_entry_and_no_sum_by_a_whole_one(seed: int, rows: int, columns: int) -> None:
    rng = np.random.default_rng(seed)
    table = rng.gamma(0.5, size=(rows, columns)) * (rng.random((rows, columns)) < 0.8)
    total = float(np.floor(table.sum()))
    table *= total / table.sum() if table.sum() > 0 else 0.0
    found = rounded(table, rng)
    assert found.sum() == total
    for axis in (None, 0, 1):
        exact, whole = (table, found) if axis is None else (table.sum(axis=axis), found.sum(axis=axis))
        assert (np.abs(whole - exact) < 1).all()


@given(
    st.integers(0, 2**32 - 1),
    st.lists(amounts, min_size=1, max_size=8),
    st.sampled_from([1, 2]),
    st.sampled_from([(15, 5), (10, 0), (20, 13), (200, 45)]),
)
@settings(max_examples=60)
def test_visits_keep_to_their_shifts_and_hours(
    seed: int, hours: list[float], crew: int, minutes: tuple[int, int]
) -> None:
    rng = np.random.default_rng(seed)
    district = [("East", "West")[at] for at in rng.integers(0, 2, len(hours))]
    plan = planned({("foot", at, TOGETHER): h for at, h in enumerate(hours)}, district)
    way = Visits(*minutes, places=3)
    duty = Duty("foot", "Foot patrol", "patrol", crew=crew, visits=way)
    shares = profile({"violence": rng.gamma(0.5, size=21) + 1e-9})
    roster = lay_out(plan, [duty], WEEK, shares, {}, {"": quarters(plan.plan)})
    lists = visits(roster, rng)
    each = sum(minutes)
    if not roster.laid:
        assert len(lists) == 0
        return
    laid = roster.laid[0]
    shift_minutes = WEEK.shifts.shifts[0].minutes
    for number in np.unique(laid.district).tolist():
        shown = laid.shown[laid.district == number]
        own = lists.district == number
        # A patrol alone cannot visit in a shift shorter than a visit and its way.
        made = shown.sum() * 60 / (crew * each)
        patrols = np.ceil(shown.sum(axis=0) * 60 / (crew * shift_minutes) - 1e-6)
        most = patrols * (shift_minutes // each)
        assert own.sum() <= made + 1e-6
        assert (np.bincount(lists.cell[own], minlength=21) <= most).all()
        if (shown.sum(axis=0) * 60 / (crew * each) <= most).all():
            assert own.sum() == np.floor(made + 1e-6)
            by_area = np.bincount(lists.area[own], minlength=len(hours))
            exact = np.bincount(laid.area, laid.shown.sum(axis=1), len(hours)) * own.sum() / max(shown.sum(), 0.25)
            assert (np.abs(by_area - exact)[laid.area[laid.district == number]] < 1 + 1e-6).all()
    begins = np.array([shift.begins for shift in WEEK.shifts.shifts])[lists.cell % 3]
    assert (lists.begins >= begins + way.travel_minutes).all()
    assert (lists.begins + way.minutes <= begins + shift_minutes).all()
    same = (np.diff(lists.cell) == 0) & (np.diff(lists.district) == 0) & (np.diff(lists.patrol) == 0)
    assert (np.diff(lists.begins)[same] >= each).all()
