import numpy as np
import pytest

from errors import ModelError
from features.calendar import Calendar
from features.spec import GROUPS
from models.boosted import BoostingSettings
from models.forecaster import Factors, Forecast, one_group
from models.simple import fit_simple
from models.spread import Spread
from tests.support import panels
from training.fit import FitPlan, fit_boosted

QUICK = FitPlan(30, 80, 2, 20, BoostingSettings(rounds=30, rows_in_leaf=20))


def test_simple_methods_are_what_their_names_say() -> None:
    panel = panels.panel(120, 3)
    counts = panel.counts.astype(float)
    expected = {
        "naive": counts[68:70],
        "last": np.stack([counts[-1], counts[-1]]),
        "mean-10": np.stack([counts[-10:].mean(axis=0)] * 2),
        "mean-all": np.stack([counts.mean(axis=0)] * 2),
    }
    for name, mean in expected.items():
        np.testing.assert_allclose(fit_simple(name, panel, (1, 2)).forecast(panel).mean, mean, rtol=1e-6)


def test_an_exponential_mean_weighs_by_its_alpha() -> None:
    panel = panels.panel(60, 2)
    weight = 0.95 ** np.arange(60)[::-1]
    expected = np.tensordot(weight, panel.counts.astype(float), 1) / weight.sum()
    np.testing.assert_allclose(fit_simple("weighted-0.05", panel, (1,)).forecast(panel).mean[0], expected, rtol=1e-5)


@pytest.mark.parametrize("name", ["", "mean", "mean-0", "mean-x", "weighted-2", "shrunken-3", "arima"])
def test_an_unknown_method_is_told_with_the_known_ones(name: str) -> None:
    with pytest.raises(ModelError, match="use one of naive"):
        fit_simple(name, panels.panel(20, 2), (1,))


def test_shrinkage_helps_where_areas_are_alike() -> None:
    panel = panels.panel(20, 40)
    truth = panels.panel(4000, 40).counts[20:].mean(axis=0)
    errors = {
        name: np.mean((fit_simple(name, panel, (1,)).forecast(panel).mean[0] - truth) ** 2)
        for name in ("shrunken-all", "mean-all")
    }
    assert errors["shrunken-all"] < errors["mean-all"]


def test_the_boosted_forecast_multiplies_back_and_repeats_to_the_bit() -> None:
    panel = panels.panel(110, 8, 2, districts=2)
    one, two = (fit_boosted(panel, (1, 2), Calendar(), seed=3, plan=QUICK) for _ in range(2))
    first, second = one.model.forecast(panel, explain=(1, 2)), two.model.forecast(panel, explain=(2,))
    assert one.model.booster == two.model.booster
    np.testing.assert_array_equal(first.mean, second.mean)
    assert first.factors is not None
    np.testing.assert_allclose(first.factors.product(), first.mean, rtol=1e-9)
    np.testing.assert_array_equal(first.mean, one.model.forecast(panel).mean)
    assert second.factors is not None
    assert second.factors.horizons == (2,)
    np.testing.assert_array_equal(second.factors.product()[0], first.factors.product()[1])
    assert first.factors.multipliers.shape == (2, 8, 2, len(GROUPS))
    assert first.dispersion.shape == first.mean.shape


def test_the_hold_out_lies_after_what_the_first_fit_saw() -> None:
    panel = panels.panel(110, 8)
    fit = fit_boosted(panel, (1, 2), Calendar(), seed=3, plan=QUICK)
    assert fit.hold_out.origins.min() >= panel.first + 90
    assert fit.hold_out.seen[:-1].all()
    changed = panel.counts.copy()
    changed[-1] += 5
    other = fit_boosted(panels.replaced(panel, counts=changed), (1, 2), Calendar(), seed=3, plan=QUICK)
    calibration = fit.model.calibration / other.model.calibration
    early = fit.hold_out.mean[0] / calibration
    np.testing.assert_allclose(early, other.hold_out.mean[0], rtol=1e-9)


def test_a_short_history_is_refused_with_the_way_out() -> None:
    with pytest.raises(ModelError, match=r"at least 26 are needed.*--model shrunken"):
        fit_boosted(panels.panel(20, 3), (1,), Calendar(), seed=1)


def test_a_panel_of_other_strands_is_refused() -> None:
    fit = fit_boosted(panels.panel(110, 8), (1,), Calendar(), seed=3, plan=QUICK)
    with pytest.raises(ModelError, match="train again"):
        fit.model.forecast(panels.panel(110, 8, 3))


def test_a_forecast_that_its_factors_do_not_give_back_is_refused() -> None:
    mean = np.ones((1, 1, 1))
    factors = Factors(mean, one_group("season", mean * (1 + 1e-8)), mean, (1,))
    with pytest.raises(ModelError, match="multiply back"):
        Forecast(mean, Spread.independent(np.ones(1)), (1,), factors, "x")
    with pytest.raises(ModelError, match="no number"):
        Forecast(mean * np.nan, Spread.independent(np.ones(1)), (1,), None, "x")
