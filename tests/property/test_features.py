from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from features import rates
from features.calendar import Calendar
from features.matrix import build
from features.panel import Panel
from features.spec import FeatureSpec, demand_spec
from models.simple import fit_simple
from tests.support import panels

SPEC = demand_spec("week", (1, 2, 4), neighbours=True, seasons=True)
PLAIN = FeatureSpec("week", horizons=(1, 3), lags=(1, 2, 9), windows=(1, 4, 30), half_lives=(1, 6))
MANY = FeatureSpec("week", lags=(50,), half_lives=tuple(range(1, 18)))
ONLY = (FeatureSpec("week", horizons=(1, 2, 3), half_lives=(3,)), FeatureSpec("week", windows=(2, 60)))


@st.composite
def masked(draw: st.DrawFn) -> Panel:
    panel = panels.panel(draw(st.integers(8, 40)), draw(st.integers(1, 5)), seed=draw(st.integers(0, 10_000)))
    observed = np.random.default_rng(draw(st.integers(0, 10_000))).random(panel.counts.shape) < draw(st.floats(0.3, 1))
    return panels.replaced(panel, observed=observed, counts=panel.counts * observed)


@given(st.integers(0, 10_000), st.integers(1, 30))
def test_what_happens_after_the_origin_changes_nothing(seed: int, at: int) -> None:
    panel = panels.panel(150, 4, seed=seed)
    origin = panel.first + 119 + at
    changed = panel.counts.copy()
    changed[119 + at :] = (
        np.random.default_rng(seed + 1).permutation(changed[119 + at :].ravel() + 7).reshape(changed[119 + at :].shape)
    )
    hidden = panel.observed.copy()
    hidden[119 + at :] = False
    for other in (panels.replaced(panel, counts=changed), panels.replaced(panel, observed=hidden), panel.until(origin)):
        here = build(SPEC, panel, np.array([panel.first + 60, origin]), Calendar("GB-ENG"))
        there = build(SPEC, other, np.array([panel.first + 60, origin]), Calendar("GB-ENG"))
        np.testing.assert_array_equal(here.values, there.values)
        np.testing.assert_array_equal(here.log_offset(), there.log_offset())


@given(st.integers(0, 10_000))
def test_a_forecast_does_not_know_the_future(seed: int) -> None:
    panel = panels.panel(130, 3, seed=seed)
    model = fit_simple("shrunken", panel.until(panel.first + 110), (1, 2))
    changed = panel.counts.copy()
    changed[110:] += 3
    known, other = (p.until(panel.first + 110) for p in (panel, panels.replaced(panel, counts=changed)))
    np.testing.assert_array_equal(model.forecast(known).mean, model.forecast(other).mean)


def reference(spec: FeatureSpec, y: NDArray[np.float32], seen: NDArray[np.bool_], origin: int) -> list[float]:
    """Return the plain features of one series by their definitions."""
    past, known = y[:origin].astype(float), seen[:origin]
    row = [past[origin - lag] if origin >= lag and known[origin - lag] else np.nan for lag in spec.lags]
    for window in spec.windows:
        recent = past[max(0, origin - window) :][known[max(0, origin - window) :]]
        row.append(recent.mean() if len(recent) else np.nan)
    for half_life in spec.half_lives:
        weight = 0.5 ** ((origin - 1 - np.arange(origin)) / half_life) * known
        row.append((weight * past).sum() / weight.sum() if weight.sum() > 0 else np.nan)
    return row


@given(masked(), st.sampled_from((PLAIN, MANY, *ONLY)), st.data())
def test_the_kernel_agrees_with_the_definitions(panel: Panel, spec: FeatureSpec, data: Any) -> None:
    n = len(panel.counts)
    at = sorted(data.draw(st.sets(st.integers(1, n), min_size=1, max_size=5)))
    values = build(spec, panel, panel.first + np.array(at)).values
    cube = values.reshape(len(panel.strands), len(panel.areas), len(at), len(spec.horizons), -1)
    for s, a, o in np.ndindex(len(panel.strands), len(panel.areas), len(at)):
        expected = reference(spec, panel.counts[:, a, s], panel.observed[:, a, s], at[o])
        for h in range(len(spec.horizons)):
            np.testing.assert_allclose(cube[s, a, o, h], expected, rtol=1e-5, atol=1e-6)


@given(st.integers(0, 10_000), st.integers(0, 39))
def test_what_is_missed_in_one_series_changes_no_other_and_nothing_before(seed: int, gap: int) -> None:
    panel = panels.panel(40, 3, seed=seed)
    observed = panel.observed.copy()
    observed[gap, 1, 0] = False
    missing = panels.replaced(panel, observed=observed, counts=panel.counts * observed)
    for spec in (PLAIN, MANY):
        whole, broken = (build(spec, p, panel.first + np.arange(1, 41)).values for p in (panel, missing))
        shape = (2, 3, 40, len(spec.horizons), -1)
        same = np.ones((2, 3, 40), dtype=bool)
        same[0, 1, gap:] = False
        np.testing.assert_array_equal(whole.reshape(shape)[same], broken.reshape(shape)[same])
        if spec is PLAIN:
            assert np.isnan(broken.reshape(shape)[0, 1, gap, :, 0]).all()


@given(masked())
def test_shrunken_rates_lie_between_an_area_and_its_strand(panel: Panel) -> None:
    counts, seen = rates.by_strand(panel)
    at = np.array([len(panel.counts)])
    shrunk, means = rates.shrunken(counts, seen, at, (13.0,))
    weight = 0.5 ** ((at[0] - 1 - np.arange(at[0])) / 13) * seen
    total = weight.sum(axis=2)
    own = np.where(total > 0, (weight * counts).sum(axis=2) / np.maximum(total, 1e-12), means[0, 0][:, None])
    mean = np.broadcast_to(means[0, 0][:, None], own.shape)
    slack = 1e-4
    assert (shrunk[0, 0] >= np.minimum(own, mean) - slack).all()
    assert (shrunk[0, 0] <= np.maximum(own, mean) + slack).all()
