"""Nothing that became known after an origin changes a forecast from it, through the real store and its views."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.calendar import Calendar
from features.incidents.store import load_incidents
from features.knowledge import Knowledge
from features.periods import ordinal
from models.progress import silent
from tests.support.archive import MemoryArchive
from tests.support.exports import ingest_export, make_mapping, make_workspace, write_csv
from training.backtest import Backtest, Schedule, run_backtest
from training.choice import Recipe

HEADER = "when,where,what,id,n,rev,recorded"
AREAS = "area_code,district\nA,N\nB,N\nC,S\nD,S\n"
MAPPING = make_mapping({"count": "n", "recorded_at": "recorded", "incident_id": "id", "revision": "rev"})
FIRST, WEEKS = date(2022, 1, 3), 66
SCHEDULE = Schedule(3, 4, (1, 2), 2, FIRST + timedelta(days=7 * 62 - 1))
ORIGINS = [FIRST + timedelta(days=7 * (61 - 1 - 4 * back)) for back in (2, 1, 0)]
RECEIVED = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    """One row of an export: what happened on a day, and on which later day it was recorded, at noon."""

    day: int
    area: str
    strand: str
    key: int
    recorded: int
    count: int = 1
    revision: int = 1

    def text(self) -> str:
        when, recorded = (FIRST + timedelta(days=days) for days in (self.day, self.recorded))
        return f"{when},{self.area},{self.strand},{self.key},{self.count},{self.revision},{recorded} 12:00"


def history(rng: np.random.Generator, delay: float) -> list[Row]:
    """Return incidents at random, some of them revised; the newest days have some, so that the schedule stays."""
    rows = []
    for key in range(1500):
        day = int(rng.integers(0, 7 * WEEKS))
        recorded = day + 1 + int(rng.poisson(delay))
        row = Row(day, "ABCD"[rng.integers(4)], "xy"[rng.integers(2)], key, recorded)
        rows.append(row)
        if rng.random() < 0.05:
            rows.append(replace(row, revision=2, area="A", recorded=recorded + int(rng.integers(1, 200))))
    last = 7 * WEEKS - 1
    return [
        *rows,
        *(Row(last, area, strand, 9000 + n, last + 1) for n, (area, strand) in enumerate([("A", "x"), ("B", "y")])),
    ]


def changed(rows: Sequence[Row], origin: date, rng: np.random.Generator) -> list[Row]:
    """Return another history that is the same as far as it was recorded before an origin."""
    at = (origin - FIRST).days
    before = [row for row in rows if row.recorded < at]
    after = [row for row in rows if row.recorded >= at and row.day < 7 * WEEKS - 1]
    kept = [row for row in rows if row.day == 7 * WEEKS - 1]
    moved = [replace(row, area="ABCD"[rng.integers(4)], count=int(rng.integers(1, 4))) for row in after[::2]]
    late, revised, withdrawn = (
        [before[index] for index in rng.choice(len(before), 40, replace=False)] for _ in range(3)
    )
    much_later = [at + int(days) for days in rng.integers(0, 60, 40)]
    return [
        *before,
        *moved,
        *kept,
        *(replace(row, key=10_000 + n, recorded=much_later[n]) for n, row in enumerate(late)),
        *(replace(row, revision=3, area="D", count=2, recorded=much_later[n]) for n, row in enumerate(revised)),
        *(replace(row, revision=4, count=-1, recorded=much_later[n]) for n, row in enumerate(withdrawn)),
    ]


def backtest(files: Sequence[Sequence[Row]], recipe: Recipe) -> Backtest:
    """Ingest files one after the other, long after all of it, and forecast from past origins."""
    with TemporaryDirectory() as name:
        folder, archive = Path(name), MemoryArchive()
        workspace = make_workspace(folder / "w", areas=AREAS)
        for number, rows in enumerate(files):
            path = write_csv(folder / f"{number}.csv", HEADER, [row.text() for row in rows])
            ingest_export(workspace, path, MAPPING, archive, RECEIVED + timedelta(days=30 * number))
        knowledge = Knowledge(load_incidents(archive), workspace.areas(), "week")
    return run_backtest(knowledge, SCHEDULE, recipe.fit, name="m", advance=silent)


@pytest.mark.parametrize("method", ["shrunken", "boosted"])
@settings(max_examples=4)
@given(seed=st.integers(0, 10_000), delay=st.sampled_from([0.0, 3.0, 12.0]), number=st.integers(0, 2))
def test_what_became_known_after_an_origin_changes_no_forecast_from_it(
    method: str, seed: int, delay: float, number: int
) -> None:
    rng, recipe = np.random.default_rng(seed), Recipe(method, Calendar("GB-ENG"), 1)
    rows = history(rng, delay)
    other = changed(rows, ORIGINS[number], rng)
    # What a second file says of days and incidents that are held is known when it comes: its own rows, and that the
    # feed now covers a year more.
    second = [replace(row, revision=9, area="C", recorded=7 * WEEKS + 90) for row in rows[:50]]
    second += [Row(7 * (WEEKS + 50) + n, "C", "x", 20_000 + n, 7 * (WEEKS + 60)) for n in range(30)]
    here, there = backtest([rows], recipe), backtest([other, second], recipe)
    asked = [ordinal(origin, "week") for origin in ORIGINS]
    assert here.origins.tolist() == there.origins.tolist() == asked
    for o in range(number + 1):
        np.testing.assert_array_equal(here.mean[o], there.mean[o])
        np.testing.assert_array_equal(here.forecasts[o].dispersion, there.forecasts[o].dispersion)
        assert here.notices[o] == there.notices[o]
        assert here.spreads[o].document() == there.spreads[o].document()
    if number < 2:
        assert not np.array_equal(here.mean[-1], there.mean[-1])
