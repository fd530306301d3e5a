from dataclasses import replace

import numpy as np
import pytest

from errors import ModelError
from features.calendar import Calendar
from models.boosted import BoostingSettings
from models.bundle import pack, unpack
from models.levels import totals
from models.simple import SimpleForecaster, fit_simple, past_means
from models.stacked import UNTRAINED, StackedForecaster, geometric, least, level_scale
from tests.support import panels
from training.choice import Recipe
from training.stack import Evidence, Judged, fit_weights, holds

PANEL = panels.panel(110, 8, 2, districts=2)
RECIPE = Recipe("stacked", Calendar(), 3, BoostingSettings(rounds=20, rows_in_leaf=20))


@pytest.fixture(scope="module")
def stack() -> StackedForecaster:
    model = RECIPE.fit(PANEL, (1, 2))
    assert isinstance(model, StackedForecaster)
    return model


def simple_stack(weights: list[list[float]], **changed: object) -> StackedForecaster:
    one, other = (fit_simple(name, PANEL, (1, 2)) for name in ("mean-52", "shrunken"))
    plain = StackedForecaster(PANEL.strands, (one, other), np.array(weights), one.spread, ("", ""), {})
    return replace(plain, **changed)  # type: ignore[arg-type]


def test_a_stack_is_the_geometric_mean_of_its_members_and_its_factors_multiply_back() -> None:
    stack = simple_stack([[0.25, 0.75], [0.0, 1.0]])
    forecast = stack.forecast(PANEL, explain=(1, 2))
    one, other = (member.forecast(PANEL).mean for member in stack.members)
    np.testing.assert_allclose(forecast.mean[..., 0], one[..., 0] ** 0.25 * other[..., 0] ** 0.75)
    np.testing.assert_allclose(forecast.mean[..., 1], other[..., 1])
    assert forecast.factors is not None
    np.testing.assert_allclose(forecast.factors.product(), forecast.mean, rtol=1e-9)


def test_a_fitted_stack_comes_back_from_its_files_to_the_bit(stack: StackedForecaster) -> None:
    forecast = stack.forecast(PANEL, explain=(2,))
    np.testing.assert_array_equal(unpack(pack(stack, {})).forecast(PANEL).mean, forecast.mean)
    assert stack.boosted is not None
    np.testing.assert_allclose(stack.weights.sum(axis=1), 1.0)
    assert (stack.weights >= 0).all()


def test_an_area_in_which_nothing_happened_is_not_forecast_as_nothing() -> None:
    counts = PANEL.counts.copy()
    counts[:, 3] = 0
    panel = panels.replaced(PANEL, counts=counts)
    mean = simple_stack([[1.0, 0.0], [1.0, 0.0]]).forecast(panel, explain=(1, 2)).mean
    assert (mean[:, 3] > 0).all()
    assert (mean[:, 3] < 0.1 * mean.mean(axis=1)).all()


def test_a_level_that_falls_back_follows_its_method_and_the_areas_are_scaled_to_it() -> None:
    names = ("mean-52", "")
    stack = simple_stack([[0.0, 1.0], [0.0, 1.0]], level_fallback={"district": names})
    forecast = stack.forecast(PANEL, explain=(1, 2))
    plain, other = (member.forecast(PANEL).mean for member in stack.members)
    wanted = totals(plain, PANEL.areas, "district")
    np.testing.assert_allclose(totals(forecast.mean, PANEL.areas, "district")[..., 0], wanted[..., 0], rtol=1e-9)
    np.testing.assert_allclose(forecast.mean[..., 1], other[..., 1])
    assert forecast.factors is not None
    np.testing.assert_allclose(forecast.factors.product(), forecast.mean, rtol=1e-9)
    assert (forecast.factors.calibration[..., 0] != 1).any()
    assert (forecast.fallback_at("district"), forecast.fallback_at("area")) == (names, ("", ""))
    # Within a district the areas keep their shares.
    share = forecast.mean[0, ::2, 0] / other[0, ::2, 0]
    np.testing.assert_allclose(share, share[0])


def test_a_strand_that_the_model_never_saw_is_forecast_by_a_simple_method_and_says_so(stack: StackedForecaster) -> None:
    renamed = replace(PANEL, strands=("another", "strand 1"))
    forecast = stack.forecast(renamed, explain=(1,))
    assert forecast.fallback == (UNTRAINED, stack.fallback[1])
    simple = fit_simple(UNTRAINED, PANEL, (1, 2)).forecast(PANEL)
    np.testing.assert_allclose(forecast.mean[..., 0], simple.mean[..., 0])
    assert forecast.spread.once.shape == (2,)


def test_an_area_without_history_is_forecast_by_pooling(stack: StackedForecaster) -> None:
    seen = PANEL.observed.copy()
    seen[:, 5] = False
    panel = panels.replaced(PANEL, counts=np.where(seen, PANEL.counts, np.float32(0)), observed=seen)
    mean = stack.forecast(panel).mean
    assert np.isfinite(mean).all()
    assert (mean[:, 5] > 0.2 * mean.mean(axis=1)).all()


def test_a_panel_of_another_period_is_refused(stack: StackedForecaster) -> None:
    with pytest.raises(ModelError, match="train again"):
        stack.forecast(panels.panel(30, 8, 2, kind="month"))


def test_a_history_too_short_for_trees_trains_a_simple_method_that_says_so() -> None:
    short = PANEL.between(0, 12)
    model, hold_out = RECIPE.fit_checked(short, (1, 2))
    assert isinstance(model, StackedForecaster)
    assert model.boosted is None
    assert set(model.fallback) == {"shrunken-all"}
    simple = fit_simple("shrunken-all", short, (1, 2)).forecast(short)
    np.testing.assert_allclose(model.forecast(short).mean, simple.mean, rtol=1e-12)
    assert hold_out.seen.any()
    assert all(isinstance(member, SimpleForecaster) for member in model.members)


def evidence(origins: int = 12, *, good: float = 1.0, level: float = 1.0) -> Evidence:
    """Return SYNTHETIC evidence: the first member knows the rates by `good`, the second only the strand's mean."""
    rng = np.random.default_rng(5)
    rate = rng.gamma(2.0, 1.0, (40, 3))
    count = rng.poisson(rate, (origins, 2, 40, 3)).astype(np.float64)
    shape = count.shape
    known = np.broadcast_to(level * rate**good * rate.mean(axis=0) ** (1 - good), shape)
    flat = np.broadcast_to(rate.mean(axis=0), shape)
    areas = panels.areas(40, districts=4)
    return Evidence(count, np.ones(shape, bool), (known, flat), ("boosted", "mean-all"), areas, (1, 2))


def test_weights_find_the_member_that_knows() -> None:
    assert (fit_weights(evidence())[:, 0] > 0.9).all()
    half = fit_weights(evidence(good=2.0))
    assert (np.abs(half[:, 0] - 0.5) < 0.1).all()


def test_a_simple_method_stands_in_only_where_it_is_clearly_better() -> None:
    found = evidence()
    early, late = found.part(slice(0, 6)), found.part(slice(6, None))
    assert Judged.of(early, late).fallback == ("", "", "")
    turned = replace(late, means=(late.means[0] * 3, late.means[1]))
    assert Judged.of(early, turned).fallback == ("mean-all",) * 3
    few = found.part(slice(0, 2))
    assert Judged.of(few, few) == Judged(("", "", ""), {})


def test_the_rule_of_the_fallback_wants_two_standard_errors() -> None:
    noise = np.tile([0.1, -0.1], 8)
    assert holds(1 + noise, np.ones(16))
    assert holds(1.04 + noise, np.ones(16))
    assert not holds(1.1 + noise, np.ones(16))
    assert holds(np.array([9.0, np.nan]), np.array([1.0, 1.0]))


def test_what_simple_methods_would_have_said_is_what_they_say_at_each_origin() -> None:
    origins = PANEL.first + np.array([80, 95])
    found = past_means("shrunken", PANEL, (1, 2), origins)
    for at, origin in enumerate(origins):
        before = PANEL.until(int(origin))
        np.testing.assert_allclose(found[at], fit_simple("shrunken", before, (1, 2)).forecast(before).mean)


def test_zero_counts_only_where_it_has_weight() -> None:
    zero, one = np.zeros((1, 2, 1)), np.ones((1, 2, 1))
    np.testing.assert_array_equal(geometric([zero, one], np.array([[0.0, 1.0]])), one)
    np.testing.assert_array_equal(geometric([zero, one], np.array([[0.5, 0.5]])), zero)
    assert (least(zero) > 0).all()
    scale = level_scale(one, {"m": 2 * one}, panels.areas(2), {"force": ("m",)})
    np.testing.assert_array_equal(scale, 2 * one)


def test_where_nothing_can_be_held_out_that_far_ahead_a_simple_method_is_trained() -> None:
    model, hold_out = RECIPE.fit_checked(PANEL, (len(PANEL.counts),))
    assert isinstance(model, StackedForecaster)
    assert model.boosted is None
    assert not hold_out.seen.any()
