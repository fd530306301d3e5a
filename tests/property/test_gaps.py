"""Whatever is missing - weeks, areas, strands, whole beginnings - a forecast is made, finite and not negative."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from features.calendar import Calendar
from features.panel import Panel
from features.periods import PeriodKind
from models.boosted import BoostingSettings
from models.levels import at_level, upper_levels
from tests.support import panels
from training.choice import Recipe

QUICK = BoostingSettings(rounds=5, rows_in_leaf=20)


def with_gaps(panel: Panel, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return a mask of outages, an area and a strand that appear late, an area that was never seen, and stray cells."""
    seen: NDArray[np.bool_] = rng.random(panel.counts.shape) > float(rng.choice([0.0, 0.3, 0.8]))
    for _ in range(rng.integers(0, 4)):
        begin = rng.integers(0, len(seen))
        seen[begin : begin + rng.integers(1, 9), :, rng.integers(0, seen.shape[2])] = False
    seen[: rng.integers(0, len(seen) + 1), :, 0] = False
    seen[: rng.integers(0, len(seen) + 1), 1] = False
    seen[:, 0] = False
    return seen


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.sampled_from([("week", 26), ("week", 60), ("month", 5), ("month", 30)]))
def test_a_forecast_is_made_of_any_history_with_gaps(seed: int, history: tuple[PeriodKind, int]) -> None:
    kind, length = history
    rng = np.random.default_rng(seed)
    whole = panels.panel(length, 6, 3, seed=seed, kind=kind, districts=2)
    seen = with_gaps(whole, rng)
    panel = panels.replaced(whole, counts=np.where(seen, whole.counts, np.float32(0)), observed=seen)
    horizons = (1, 3)
    model, hold_out = Recipe("stacked", Calendar("GB-ENG"), 1, QUICK).fit_checked(panel, horizons)
    forecast = model.forecast(panel, explain=(3,))
    assert np.isfinite(forecast.mean).all()
    assert (forecast.mean >= 0).all()
    assert np.isfinite(hold_out.mean).all()
    assert np.isfinite(forecast.dispersion).all()
    for level in upper_levels(panel.areas):
        found = at_level(forecast, panel.areas, level)
        np.testing.assert_allclose(found.mean[..., :3].sum(axis=1), forecast.mean.sum(axis=1), rtol=1e-9)
