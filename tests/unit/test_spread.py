import json

import numpy as np
import pytest

from models.distribution import quantiles
from models.forecaster import Forecast
from models.levels import at_level, level_members
from models.ranges import PRIORS, fit_spread
from models.spread import Shock, Spread, draws
from tests.support import panels

AREAS = panels.areas(6, districts=2)
SPREAD = Spread(
    linear=np.array([0.3, 0.0]),
    square=Shock(np.array([0.05, 0.2]), np.array([0.01, 0.0])),
    district_strand=Shock(np.array([0.03, 0.0]), np.array([0.0, 0.02])),
    district=Shock(np.array([0.02]), np.array([0.0])),
    force_strand=Shock(np.array([0.01, 0.05]), np.array([0.01, 0.0])),
    force=Shock(np.array([0.02]), np.array([0.005])),
    once=np.array([1.0, 1.0]),
)
SPREAD3 = Spread.independent(np.full(3, 0.2))


def forecast() -> Forecast:
    mean = np.random.default_rng(3).gamma(2.0, 2.0, size=(2, 6, 2))
    return Forecast(mean, SPREAD, (1, 4), None, "x")


def test_a_spread_comes_back_from_its_document() -> None:
    again = Spread.of(json.loads(json.dumps(SPREAD.document())))
    assert again.document() == SPREAD.document()


@pytest.mark.parametrize("level", ["area", "district", "force"])
def test_joint_draws_have_the_moments_that_every_level_is_served_with(level: str) -> None:
    expected = forecast()
    drawn = draws(expected, AREAS, 10_000, np.random.default_rng(4)).astype(float)
    found = at_level(expected, AREAS, level)
    for number, members in enumerate(level_members(AREAS, level).values()):
        sums = drawn[:, :, members].sum(axis=2)
        sums = np.concatenate([sums, sums.sum(axis=-1, keepdims=True)], axis=-1)
        mean = found.mean[:, number]
        np.testing.assert_allclose(sums.mean(axis=0), mean, rtol=0.03)
        variance = mean + found.dispersion[:, number] * mean**2
        np.testing.assert_allclose(sums.var(axis=0), variance, rtol=0.1)


def test_the_bottom_level_is_the_marginal() -> None:
    expected = forecast()
    np.testing.assert_allclose(at_level(expected, AREAS, "area").dispersion[..., :2], expected.dispersion, rtol=1e-12)


def test_the_spread_that_made_the_counts_is_found() -> None:
    areas = panels.areas(96, districts=12)
    rng = np.random.default_rng(5)
    mean = np.broadcast_to(rng.gamma(2.0, 2.0, size=(1, 1, 96, 2)), (400, 1, 96, 2))
    truth = Spread(
        np.zeros(2),
        Shock(np.array([0.1, 0.3]), np.zeros(2)),
        Shock(np.array([0.02, 0.06]), np.zeros(2)),
        Shock(np.array([0.03]), np.zeros(1)),
        Shock(np.array([0.06, 0.02]), np.zeros(2)),
        Shock(np.array([0.03]), np.zeros(1)),
        np.ones(2),
    )
    count = draws(Forecast(mean[0], truth, (1,), None, "x"), areas, 400, rng).astype(float)
    found = fit_spread(count, mean, np.ones(count.shape, dtype=bool), areas, (1,))
    large = mean[0] > 2
    one, other = (spread.dispersion(mean[0], (1,))[large] for spread in (found, truth))
    np.testing.assert_allclose(one, other, rtol=0.3)
    for name in ("district_strand", "district", "force_strand", "force"):
        np.testing.assert_allclose(getattr(found, name).variance, getattr(truth, name).variance, rtol=0.5, err_msg=name)


def few(count: float) -> Spread:
    """Return the spread that three origins of one rare strand give."""
    mean = np.full((3, 2, 6, 1), 0.02)
    return fit_spread(np.full(mean.shape, count), mean, np.ones(mean.shape, dtype=bool), AREAS, (1, 2))


def test_a_rare_strand_with_few_origins_keeps_to_what_is_believed_before() -> None:
    found = few(0.0)
    for name in ("force_strand", "district_strand"):
        prior = PRIORS[name]
        assert 0.5 * prior < getattr(found, name).variance[0] < 4 * prior
    far = found.dispersion(np.full((1, 6, 1), 0.02), (13,))
    assert 0 < far.max() < 5


def test_horizons_beyond_those_checked_are_less_certain() -> None:
    found = few(0.0)
    ahead = found.shared(range(1, 14))[:, 0]
    assert (np.diff(ahead) > 0).all()
    assert (ahead < 1.1).all()


def test_a_hold_out_in_which_nothing_was_seen_leaves_what_is_believed_before() -> None:
    mean = np.ones((4, 2, 6, 2))
    found = fit_spread(mean, mean, np.zeros(mean.shape, dtype=bool), AREAS, (1, 2))
    assert found.force.variance[0] == PRIORS["force"]
    assert np.isfinite(found.dispersion(mean[0], (1, 13))).all()


def test_a_strand_that_was_never_seen_takes_what_the_others_have() -> None:
    rng = np.random.default_rng(8)
    mean = np.full((60, 1, 6, 3), 5.0)
    count = draws(Forecast(mean[0], SPREAD3, (1,), None, "x"), AREAS, 60, rng).astype(float)
    seen = np.ones(mean.shape, dtype=bool)
    seen[..., 2] = False
    found = fit_spread(count, mean, seen, AREAS, (1,)).dispersion(np.full((1, 6, 3), 5.0), (1,))[0, 0]
    assert found[:2].min() / 3 < found[2] < 3 * found[:2].max()


def test_a_strand_that_was_hardly_forecast_before_it_appeared_does_not_empty_the_ranges() -> None:
    rng = np.random.default_rng(9)
    mean = np.full((20, 2, 6, 2), 5.0)
    mean[..., 1] = 0.05
    count = rng.poisson(np.full(mean.shape, 5.0)).astype(float)
    found = fit_spread(count, mean, np.ones(mean.shape, dtype=bool), AREAS, (1, 13))
    total = at_level(Forecast(mean[0] * [1.0, 100.0], found, (1, 13), None, "x"), AREAS, "force")
    assert (quantiles(total.mean, total.dispersion, (0.25,)) > 0.2 * total.mean[..., None]).all()
