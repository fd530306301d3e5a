import numpy as np
import pytest

from errors import DataError
from features.calendar import Calendar
from features.matrix import build
from features.spec import GROUPS, FeatureSpec, Offset, demand_spec
from tests.support import panels


def test_a_lag_shorter_than_the_horizon_is_refused() -> None:
    for lag in (0, -1):
        with pytest.raises(DataError, match="must be positive"):
            FeatureSpec("week", lags=(lag,))
    with pytest.raises(DataError, match="reaches past the origin"):
        FeatureSpec("week", horizons=(50,), season_half_widths=(3,))


def test_ratios_without_an_offset_are_refused() -> None:
    with pytest.raises(DataError, match="need an offset"):
        FeatureSpec("week", rate_half_lives=(4,))


def test_the_hash_names_the_content() -> None:
    spec = demand_spec("month", (1, 2), neighbours=True, seasons=True)
    assert spec.hash == demand_spec("month", (1, 2), neighbours=True, seasons=True).hash
    assert spec.hash != demand_spec("month", (1, 2), neighbours=True, seasons=False).hash


@pytest.mark.parametrize("kind", ["week", "month"])
def test_every_column_is_named_grouped_and_filled(kind: str) -> None:
    spec = demand_spec("week" if kind == "week" else "month", (1, 2), neighbours=True, seasons=True)
    panel = panels.panel(180 if kind == "week" else 60, 6, kind=spec.kind)
    matrix = build(spec, panel, np.array([panel.first + len(panel.counts)]), Calendar("GB-ENG"))
    assert matrix.values.shape == (2 * 6 * 2, len(matrix.names))
    assert len(set(matrix.names)) == len(matrix.names)
    # Weeks have season, calendar and strand-wide trend from the rhythm of strands, in the offset.
    of_rhythm = {"season", "strand-wide trend", "calendar"} if kind == "week" else set()
    assert set(matrix.groups) | of_rhythm == set(GROUPS)
    assert not of_rhythm & set(matrix.groups)
    filled = [bool(np.isfinite(column).all()) for column in matrix.values.T]
    unknown = ["school"] if kind == "month" else []
    assert [name for name, full in zip(matrix.names, filled, strict=True) if not full] == unknown


def test_months_have_no_rhythm_of_weeks() -> None:
    with pytest.raises(DataError, match="that of weeks"):
        FeatureSpec("month", offset=Offset(18, None))


def test_an_origin_outside_the_panel_is_refused() -> None:
    panel = panels.panel(10, 2)
    for at in (0, 11):
        with pytest.raises(DataError, match="origins"):
            build(FeatureSpec("week", lags=(1,)), panel, np.array([panel.first + at]))


def test_a_calendar_that_is_asked_for_must_be_given() -> None:
    panel = panels.panel(10, 2)
    with pytest.raises(DataError, match="needs a calendar"):
        build(FeatureSpec("week", calendar=True), panel, np.array([panel.first + 9]))


def test_a_strand_never_met_keeps_a_rate_above_zero() -> None:
    panel = panels.panel(30, 4)
    counts = panel.counts.copy()
    counts[..., 1] = 0
    spec = FeatureSpec("week", offset=Offset(26, 4))
    start = build(spec, panels.replaced(panel, counts=counts), np.array([panel.first + 30])).start
    assert start is not None
    assert np.isfinite(start.logarithm()).all()


def test_rates_outlive_a_gap_of_years() -> None:
    panel = panels.panel(400, 4)
    observed = panel.observed.copy()
    observed[60:] = False
    gap = panels.replaced(panel, observed=observed, counts=panel.counts * observed)
    short = panel.until(panel.first + 60)
    spec = FeatureSpec("week", offset=Offset(1, 1))
    after, before = (build(spec, p, np.array([p.first + len(p.counts)])).start for p in (gap, short))
    assert after is not None
    assert before is not None
    np.testing.assert_allclose(
        after.own_level * after.strand_mean[..., None], before.own_level * before.strand_mean[..., None], rtol=1e-5
    )
