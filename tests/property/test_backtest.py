"""A backtest uses nothing that was recorded on or after its origin."""

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from features import periods
from features.areas.areas import Areas
from features.incidents.incidents import FeedCoverage, Incidents
from features.knowledge import Knowledge
from features.provenance import PROVENANCE, UNKNOWN
from models.progress import silent
from models.simple import fit_simple
from tests.support import panels
from training.backtest import Schedule, run_backtest

FIRST, DAYS, AREAS = date(2020, 1, 6), 7 * 60, 3
LAST = date.fromordinal(FIRST.toordinal() + DAYS - 1)


class Recorded:
    """A SYNTHETIC store: incidents that became known some days after they occurred."""

    def __init__(self, day: np.ndarray, known: np.ndarray, area: np.ndarray) -> None:
        self.day, self.known, self.area = day, known, area

    def view(self, as_of: date | None, areas: Areas | None = None) -> Incidents:
        seen = np.ones(len(self.day), bool) if as_of is None else self.known <= np.datetime64(as_of)
        n = int(seen.sum())
        last = LAST if as_of is None else min(LAST, date.fromordinal(as_of.toordinal() - 1))
        feed = FeedCoverage("feed", "day", ("Theft",), ((FIRST, last),), datetime(2030, 1, 1, tzinfo=UTC))
        return Incidents(
            day=self.day[seen],
            area=self.area[seen],
            strand=np.zeros(n, np.int16),
            also=np.zeros(n, np.int16),
            provenance=np.full(n, PROVENANCE.index(UNKNOWN), np.int8),
            feed=np.zeros(n, np.int16),
            count=np.ones(n, np.int32),
            known_at=self.known[seen].astype("datetime64[s]"),
            longitude=np.full(n, np.nan),
            latitude=np.full(n, np.nan),
            area_codes=tuple(f"A{i:03d}" for i in range(AREAS)),
            strand_names=("Theft",),
            also_sets=((),),
            feeds=(feed,),
            as_of=as_of,
            snapshot_hash="synthetic",
        )


def backtest(store: Recorded) -> pd.DataFrame:
    knowledge = Knowledge(store, panels.areas(AREAS), "week")
    schedule = Schedule(4, 3, (1, 2), 2, date(2021, 2, 14))
    return run_backtest(knowledge, schedule, lambda p, h: fit_simple("shrunken", p, h), name="m", advance=silent)


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.sampled_from([0, 3, 20]))
def test_what_is_recorded_on_or_after_an_origin_changes_no_forecast_from_it(seed: int, delay: int) -> None:
    rng = np.random.default_rng(seed)
    n = 1500
    day = np.sort(np.datetime64(FIRST) + rng.integers(0, DAYS, n))
    known = day + 1 + rng.poisson(delay, n)
    area = rng.integers(0, AREAS, n).astype(np.int32)
    whole = backtest(Recorded(day, known, area))
    for origin in whole["origin"].unique():
        before = known <= np.datetime64(origin, "D")
        # What became known later occurs elsewhere instead; the last days keep their records, so that the grid stays.
        changed = backtest(Recorded(day, known, np.where(before, area, (area + 1) % AREAS).astype(np.int32)))
        for table in (whole, changed):
            assert (table["as_of"] == table["origin"]).all()
        same = [table[table["origin"] == origin]["mean"].to_numpy() for table in (whole, changed)]
        np.testing.assert_array_equal(*same)


def test_late_records_lengthen_the_horizon_and_the_rows_say_so() -> None:
    rng = np.random.default_rng(1)
    day = np.sort(np.datetime64(FIRST) + rng.integers(0, DAYS, 3000))
    area = rng.integers(0, AREAS, len(day)).astype(np.int32)
    prompt, late = (backtest(Recorded(day, day + 1 + delay, area)) for delay in (0, 10))
    assert set(prompt["notices"]) == {""}
    assert set(late["notices"]) == {"late-data;incomplete-corrected"}
    assert sorted(late["horizon"].unique()) == [1, 2]
    first = late[late["horizon"] == 1]
    starts = [periods.start(periods.ordinal(day.date(), "week"), "week") for day in first["origin"]]
    assert (first["period_start"] == pd.to_datetime(starts)).all()
