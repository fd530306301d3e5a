"""A backtest uses nothing that was recorded on or after its origin."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from features import periods
from models.progress import silent
from models.simple import fit_simple
from tests.support.recorded import Recorded
from training.backtest import Schedule, run_backtest

END = date(2021, 2, 14)


def backtest(store: Recorded) -> pd.DataFrame:
    schedule, knowledge = Schedule(4, 3, (1, 2), 2, END), store.knowledge()
    done = run_backtest(knowledge, schedule, lambda p, h: fit_simple("shrunken", p, h), name="m", advance=silent)
    return done.table(knowledge.at().panel)


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.sampled_from([0, 3, 20]))
def test_what_is_recorded_on_or_after_an_origin_changes_no_forecast_from_it(seed: int, delay: int) -> None:
    store = Recorded.drawn(seed, delay=delay)
    whole = backtest(store)
    for origin in whole["origin"].unique():
        before = store.known <= np.datetime64(origin, "D")
        # What became known later occurs elsewhere instead; the last days keep their records, so that the grid stays.
        elsewhere = np.where(before, store.area, (store.area + 1) % 3).astype(np.int32)
        changed = backtest(replace(store, area=elsewhere))
        for table in (whole, changed):
            assert (table["as_of"] == table["origin"]).all()
        same = [table[table["origin"] == origin]["mean"].to_numpy() for table in (whole, changed)]
        np.testing.assert_array_equal(*same)


def test_late_records_lengthen_the_horizon_and_the_rows_say_so() -> None:
    store = Recorded.drawn(1, n=3000)
    prompt, late = backtest(store), backtest(replace(store, known=store.known + 10))
    assert set(prompt["notices"]) == {""}
    assert set(late["notices"]) == {"late-data;incomplete-corrected"}
    assert sorted(late["horizon"].unique()) == [1, 2]
    first = late[late["horizon"] == 1]
    starts = [periods.start(periods.ordinal(day.date(), "week"), "week") for day in first["origin"]]
    assert (first["period_start"] == pd.to_datetime(starts)).all()
