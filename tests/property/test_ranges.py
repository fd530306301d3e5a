"""Whatever the spread: what every level is served with agrees with joint draws of the areas."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.distribution import quantiles
from models.forecaster import Forecast
from models.levels import at_level, level_members
from models.spread import Shock, Spread, draws
from tests.support import panels

AREAS = panels.areas(8, districts=2)
DRAWS = 800
variance = st.floats(0.0, 0.03)


@st.composite
def spreads(draw: st.DrawFn) -> Spread:
    def shock(n: int) -> Shock:
        return Shock(np.array([draw(variance) for _ in range(n)]), np.array([draw(variance) / 10 for _ in range(n)]))

    linear = np.array([draw(st.floats(0.0, 0.5)) for _ in range(2)])
    return Spread(linear, shock(2), shock(2), shock(1), shock(2), shock(1), np.ones(2))


@settings(max_examples=6, deadline=None)
@given(spread=spreads(), level=st.sampled_from(["area", "district", "force"]), seed=st.integers(0, 10_000))
def test_served_quantiles_are_those_of_joint_draws(spread: Spread, level: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    forecast = Forecast(rng.gamma(2.0, 2.0, size=(2, 8, 2)), spread, (1, 6), None, "x")
    drawn = draws(forecast, AREAS, DRAWS, rng)
    served = at_level(forecast, AREAS, level)
    ends = quantiles(served.mean, served.dispersion, (0.1, 0.5, 0.9))
    for number, members in enumerate(level_members(AREAS, level).values()):
        sums = drawn[:, :, members].sum(axis=2)
        sums = np.concatenate([sums, sums.sum(axis=-1, keepdims=True)], axis=-1)
        for k, wanted in enumerate((0.1, 0.5, 0.9)):
            # Counts are whole: the level must lie between the shares below and at the quantile, but for the noise of
            # draws and the little by which a product of gammas is no gamma.
            below, at = (sums < ends[:, number, :, k]).mean(axis=0), (sums <= ends[:, number, :, k]).mean(axis=0)
            assert (below <= wanted + 0.07).all()
            assert (at >= wanted - 0.07).all()
