"""Which counts an expected number could give away: of simple methods, of strands defined anew, of places by name."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.disclosure.said import forecast, plan
from experiments.disclosure.world import COUNCIL, FIRST, OTHER, STRANDS, WEEKS, World, make_world
from features import periods
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.allocation.decisions.decide import issue
from models.allocation.decisions.record import keep
from models.books import Books
from models.disclosure.blocks import due
from models.disclosure.ground import Ground
from models.disclosure.places import Places
from models.disclosure.publish import publish
from models.disclosure.published import COLUMNS, TABLES, Published, TableName, load_published
from models.disclosure.recent import recent_counts, remembered
from models.runs import ForecastRun

NOTHING = Published(dict.fromkeys(TABLES, ()), (), {})
START = periods.ordinal(FIRST, "week")
# Weeks that are known to the forecasts here; those that every rule looks at are the newest four.
NEWEST = {WEEKS - 4, WEEKS - 3, WEEKS - 2, WEEKS - 1}
RARE = STRANDS[OTHER]


def world(**changes: Any) -> World:
    """Return a world of wards and weeks in which every count is 30, all of the force."""
    for number in range(100):
        found = make_world(np.random.default_rng(number))
        if found.rules.level == "ward":
            counts = np.full((2, *found.counts.shape[1:]), 30)
            counts[COUNCIL] = 0
            residents = np.full(len(found.areas), 2_000.0)
            rules = found.rules.model_copy(update={"periods_together": 1, "minimum_count": 5, "round_to": 5})
            plain = replace(found, counts=counts, late=np.zeros_like(counts), nested=False, away=frozenset())
            areas = replace(found.areas, population=residents)
            return replace(replace(plain, partners=("the council",), rules=rules, areas=areas), **changes)
    raise AssertionError


def ground_of(found: World, before: Published = NOTHING, taxonomy: str = "") -> Ground:
    """Return what is known of a world in the end."""
    places = Places.of(found.areas, found.rules.level)
    view, panel = found.incidents(WEEKS), found.panel(WEEKS)
    return Ground(found.rules, found.terms(WEEKS), places, view, panel, before, taxonomy)


def run_of(found: World, **meta: Any) -> ForecastRun:
    """Return the forecast of the week to come, said to be made by another method."""
    run = forecast(found, WEEKS)
    return replace(run, meta={**run.meta, **meta})


def rarely(found: World, week: int) -> World:
    """Return a world with a single small count."""
    counts = found.counts.copy()
    counts[0, week, OTHER, 0] = 1
    return replace(found, counts=counts)


def weeks(numbers: frozenset[int]) -> set[int]:
    """Return weeks by their number in a world."""
    return {number - START for number in numbers}


@pytest.mark.parametrize(
    ("meta", "looked_at"),
    [
        ({"method": "last"}, NEWEST),
        ({"method": "mean-2"}, NEWEST),
        ({"method": "mean-7"}, set(range(2, WEEKS))),
        ({"method": "mean-52"}, set(range(WEEKS))),
        ({"method": "mean-all"}, set(range(WEEKS))),
        ({"method": "stacked", "fallback": {RARE: "mean-7"}}, set(range(2, WEEKS))),
        ({"method": "mean-7", "fallback": {RARE: "shrunken"}}, NEWEST),
        ({"method": "stacked", "level_fallback": {"district": {RARE: "mean-7"}}}, set(range(2, WEEKS))),
        ({"method": "stacked", "level_fallback": {"district": {STRANDS[0]: "mean-7"}}}, NEWEST),
    ],
)
def test_every_count_that_a_simple_method_repeats_is_looked_at(meta: Mapping[str, Any], looked_at: set[int]) -> None:
    found = world()
    assert weeks(remembered(ground_of(found), run_of(found, **meta), RARE)) == looked_at


def test_a_count_of_a_year_ago_is_looked_at_where_a_forecast_repeats_it() -> None:
    found = world()
    run = run_of(found, method="naive")
    ground = ground_of(found)
    # The world is moved back by most of a year: its second week is the one that the run repeats.
    ago = replace(ground, panel=replace(ground.panel, first=START - 44))
    assert weeks(remembered(ago, run, RARE)) == {WEEKS - 52, -39, -38, -37, -36}


@pytest.mark.parametrize(
    ("method", "week", "stands"),
    [("mean-7", 2, False), ("mean-7", 1, True), ("mean-4", 2, True), ("mean-4", WEEKS - 1, False)],
)
def test_an_expected_number_is_hidden_for_a_small_count_that_it_is_a_mean_of(
    method: str, week: int, stands: bool
) -> None:
    found = rarely(world(method=method), week)
    recent = recent_counts(ground_of(found), run_of(found))
    assert bool(recent[RARE].shown[0]) is stands
    assert recent[RARE].shown[1]


def test_strands_that_are_defined_anew_begin_after_all_that_was_published_of_any() -> None:
    panel = world().panel(WEEKS)
    until = {STRANDS[0]: "2024-01-14", STRANDS[1]: "2024-02-04", STRANDS[2]: "2024-02-04"}
    first = {
        same: min(block.days[0].isoformat() for block, names in due(panel, until, 1, 100, same=same).items() if names)
        for same in (True, False)
    }
    assert first == {True: "2024-01-15", False: "2024-02-05"}


@pytest.mark.parametrize(("then", "stands"), [("as now", True), ("without one", False)])
def test_no_expected_number_stands_on_counts_of_another_definition(then: str, stands: bool) -> None:
    found = world(method="mean-4")
    published = _rows("counts", [["2024-01-29", "2024-02-18", "ward", found.areas.codes[0], RARE, 5, 90]])
    terms = {"minimum": dict.fromkeys(STRANDS, 5), "taxonomy": then}
    before = replace(NOTHING, tables={**NOTHING.tables, "counts": published}, terms=terms)
    recent = recent_counts(ground_of(found, before, "as now"), run_of(found))
    assert {bool(recent[strand].shown.all()) for strand in STRANDS} == {stands}
    assert {bool(recent[strand].shown.any()) for strand in STRANDS} == {stands}


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    with Ledger.open(f"sqlite:///{tmp_path / 'strandcast.db'}", lambda: datetime(2024, 7, 1, tzinfo=UTC)) as ledger:
        yield Books(ledger, FileStore(tmp_path), "a test")


def test_hours_of_a_ward_do_not_stand_for_the_district_that_bears_its_name(books: Books) -> None:
    plain = world(method="mean-4")
    named = plain.areas.parents["district"][0]
    codes = (named, *plain.areas.codes[1:])
    areas = replace(plain.areas, codes=codes, parents={**plain.areas.parents, "ward": codes})
    found = replace(plain, areas=areas)
    run = run_of(found)
    start = periods.start(START + WEEKS, "week").isoformat()
    last = periods.start(START + WEEKS + 1, "week").isoformat()
    expected = [
        [start, last, "ward", named, RARE, 5, None],
        [start, last, "ward", codes[1], RARE, 5, 30],
        [start, last, "district", named, RARE, 5, 60],
    ]
    before = replace(NOTHING, tables={**NOTHING.tables, "expected": _rows("expected", expected)})
    issue(books, keep(plan(found, run), books).plan_id, by="a planner")
    publish(ground_of(found, before), None, (), books)
    given = _hours(books)
    assert given[codes[1]] is not None
    assert given[named] is None


def _rows(table: TableName, rows: list[list[Any]]) -> tuple[dict[str, Any], ...]:
    return tuple(dict(zip(COLUMNS[table], row, strict=True)) for row in rows)


def _hours(books: Books) -> dict[str, int | None]:
    """Return the published hours of the rare strand by ward."""
    rows = load_published(books.ledger, books.files).tables["hours"]
    return {row["place"]: row["hours"] for row in rows if row["strand"] == RARE}
