"""Year-on-year rates: right on average, honest about what is sure, silent of what was not seen."""

from dataclasses import replace

import numpy as np
import pytest

from models.levels import ALL_STRANDS
from models.trends.kept import trends_document
from models.trends.rates import TOO_FEW, UNSEEN, rate_of, year_on_year
from tests.support import panels

BLOCKS = 13


def test_a_rate_is_the_change_of_the_counts_of_a_year() -> None:
    panel = panels.panel(110, 6, districts=2)
    found = {(rate.place, rate.strand): rate for rate in year_on_year(panel)}
    assert {place for place, _ in found} == {"force", "D0", "D1"}
    now, before = panel.counts[-52:], panel.counts[-104:-52]
    own = found["D1", "strand 0"]
    assert own.now == now[:, 1::2, 0].sum()
    assert own.before == before[:, 1::2, 0].sum()
    assert own.rate == pytest.approx(own.now / own.before - 1)
    assert found["force", ALL_STRANDS].now == now.sum()


def test_intervals_hold_the_truth_as_often_as_they_say_also_where_counts_vary_more_than_by_chance() -> None:
    rng = np.random.default_rng(20260101)
    inside = 0
    for _ in range(600):
        # Negative binomials whose variance is about three times their mean, the season the same in both years.
        season = 30 * np.exp(0.4 * np.sin(np.arange(BLOCKS) * 2 * np.pi / BLOCKS))
        truth = 1.2
        now, before = (rng.poisson(rng.gamma(15, season * level / 15)).astype(float) for level in (truth, 1.0))
        rate = rate_of(now, before)
        assert rate is not None
        inside += rate[1] <= truth - 1 <= rate[2]
    assert 0.93 <= inside / 600 <= 0.975


def test_of_too_few_incidents_and_of_what_was_not_observed_there_is_no_rate() -> None:
    panel = panels.panel(104, 2)
    sparse = np.zeros_like(panel.counts)
    sparse[::40, 0, 0] = 1
    few = {rate.strand: rate for rate in year_on_year(replace(panel, counts=sparse, once=sparse))}
    assert (few["strand 0"].rate, few["strand 0"].why) == (None, TOO_FEW)
    observed = panel.observed.copy()
    observed[40:, :, 0] = False
    counts = np.where(observed, panel.counts, 0)
    hidden = {rate.strand: rate for rate in year_on_year(replace(panel, counts=counts, once=counts, observed=observed))}
    assert (hidden["strand 0"].rate, hidden["strand 0"].why) == (None, UNSEEN)
    assert hidden["strand 1"].rate is not None


def test_a_week_that_was_not_observed_is_left_out_of_both_years() -> None:
    panel = panels.panel(104, 2)
    observed = panel.observed.copy()
    observed[60:70, 0, 0] = False
    counts = np.where(observed, panel.counts, 0)
    own = next(
        r for r in year_on_year(replace(panel, counts=counts, once=counts, observed=observed)) if r.strand == "strand 0"
    )
    assert own.before == panel.counts[:52, :, 0].sum() - panel.counts[8:18, 0, 0].sum()
    assert own.share == pytest.approx(1 - 10 / 104)


def test_of_less_than_two_years_nothing_is_said_and_a_step_is_told() -> None:
    assert trends_document(panels.panel(80, 2))["rates"] == []
    panel = panels.panel(150, 20)
    counts = panel.counts.copy()
    counts[120:, :, 0] *= 3
    told = trends_document(replace(panel, counts=counts, once=counts))
    assert [(shift["strand"], shift["recent"]) for shift in told["shifts"]] == [("strand 0", True)]
    assert told["shifts"][0]["low"] > 1.5
