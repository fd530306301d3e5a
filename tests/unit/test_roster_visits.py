"""Visit lists: nobody can foresee them, the same seed draws the same, and recorded studies are read from the ledger."""

import json
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import chisquare, kstest

from features.areas.areas import Areas
from features.incidents.incidents import Incidents
from ledger.files import FileStore
from models.allocation.roster.chance import rounded
from models.allocation.roster.duty import Duty, Visits
from models.allocation.roster.layout import lay_out
from models.allocation.roster.recorded import recorded_profiles, recorded_spots
from models.allocation.roster.roster import Roster
from models.allocation.roster.spots import Spots
from models.allocation.roster.visits import Seed, VisitLists, visits
from models.hotspots.record import record as record_spots
from models.hotspots.study import HotspotRequest, study
from models.profiles.record import record as record_profiles
from models.profiles.study import ProfileRequest
from models.profiles.study import study as profile_study
from tests.support import hotspots as support
from tests.support.clocked import view
from tests.support.ledgers import open_ledger
from tests.support.rosters import SHIFTS, TOGETHER, WEEK, planned, profile

AREAS = 6
SEEDS = 300
WAY = Visits(minutes=15, travel_minutes=5, places=2)
FOOT = Duty("foot", "Foot patrol", "patrol", visits=WAY)
IDENTITY = "2026-11-30 of forecast 7"


def daily() -> Roster:
    """Return a roster in which each of six areas is visited once a day, in the early shift."""
    plan = planned({("foot", area, TOGETHER): 7 / 3 for area in range(AREAS)}, ["East"] * AREAS)
    early = np.tile([1.0, 0.0, 0.0], 7)
    return lay_out(plan, [FOOT], WEEK, profile({"violence": early, "burglary": early}), {})


def orders(roster: Roster, seed: int) -> NDArray[np.int64]:
    """Return the areas of each day in the order of their visits, int64[day, visit]."""
    lists = visits(roster, Seed(seed, IDENTITY).rng())
    assert np.array_equal(lists.cell, np.repeat(np.arange(0, 21, 3), AREAS))
    return lists.area.reshape(7, AREAS)


def test_the_first_area_of_a_day_is_any_of_them_whatever_it_was_the_day_before() -> None:
    roster = daily()
    drawn = np.stack([orders(roster, seed) for seed in range(SEEDS)])
    first = drawn[:, :, 0]
    assert chisquare(np.bincount(first.ravel(), minlength=AREAS)).pvalue > 0.001
    pairs = np.bincount((first[:, :-1] * AREAS + first[:, 1:]).ravel(), minlength=AREAS**2)
    assert chisquare(pairs).pvalue > 0.001


def test_places_in_the_order_of_a_day_tell_nothing_of_the_next() -> None:
    roster = daily()
    place = np.stack([np.argsort(orders(roster, seed), axis=1) for seed in range(SEEDS)]).astype(np.float64)
    for lag in (1, 2, 6):
        one, other = place[:, :-lag].ravel(), place[:, lag:].ravel()
        # Of a lag's pairs of days each adds 5 free numbers of about this spread.
        assert abs(np.corrcoef(one, other)[0, 1]) < 4 / np.sqrt(len(one) * (AREAS - 1) / AREAS)
    # The same holds of neighbours: who comes after whom is as likely one way as the other.
    before = (place[:, :, 0] < place[:, :, 1]).ravel()
    assert abs(before.mean() - 0.5) < 4 * 0.5 / np.sqrt(len(before))


def test_the_time_of_a_visit_is_any_of_the_shift_and_tells_nothing_of_the_next_day_s() -> None:
    plan = planned({("foot", 0, TOGETHER): 7 / 3}, ["East"])
    early = np.tile([1.0, 0.0, 0.0], 7)
    roster = lay_out(plan, [FOOT], WEEK, profile({"violence": early, "burglary": early}), {})
    begins = np.stack([visits(roster, Seed(seed, IDENTITY).rng()).begins for seed in range(SEEDS)])
    shift = SHIFTS.shifts[0]
    low, high = shift.begins + WAY.travel_minutes, shift.begins + shift.minutes - WAY.minutes
    assert begins.min() >= low
    assert begins.max() <= high
    jitter = np.random.default_rng(1).random(begins.size)
    assert kstest((begins.ravel() - low + jitter) / (high - low + 1), "uniform").pvalue > 0.001
    correlation = np.corrcoef(begins[:, :-1].ravel(), begins[:, 1:].ravel())[0, 1]
    assert abs(correlation) < 4 / np.sqrt(6 * SEEDS)


def test_a_rare_visit_is_on_any_day_and_shift_as_its_profile_says() -> None:
    plan = planned({("foot", area, TOGETHER): 1 / 3 for area in range(AREAS)}, ["East"] * AREAS)
    nights = np.where(np.isin(np.arange(21), (14, 17)), 5.0, 1.0)
    roster = lay_out(plan, [FOOT], WEEK, profile({"violence": nights, "burglary": nights}), {})
    drawn = np.zeros((AREAS, 21))
    for seed in range(SEEDS):
        lists = visits(roster, Seed(seed, IDENTITY).rng())
        assert np.bincount(lists.area, minlength=AREAS).tolist() == [1] * AREAS
        np.add.at(drawn, (lists.area, lists.cell), 1)
    expected = SEEDS * nights / nights.sum()
    # Counts of a cell vary by no more than were they drawn one by one.
    assert (np.abs(drawn - expected) < 4.5 * np.sqrt(expected)).all()


def test_rounding_by_chance_moves_no_expectation() -> None:
    rng = np.random.default_rng(5)
    table = rng.gamma(0.5, size=(4, 3))
    table *= np.round(table.sum()) / table.sum()
    times = 4000
    mean = sum(rounded(table, rng) for _ in range(times)) / times
    assert np.abs(mean - table).max() < 4 * 0.5 / np.sqrt(times)


def test_the_same_seed_draws_the_same_and_another_seed_or_plan_something_else() -> None:
    roster = daily()

    def document(seed: Seed) -> dict[str, object]:
        return visits(roster, seed.rng()).document(seed)

    one = document(Seed(1, IDENTITY))
    assert json.dumps(one) == json.dumps(document(Seed(1, IDENTITY)))
    assert one["seed"] == 1
    assert one["identity"] == IDENTITY
    for other in (Seed(2, IDENTITY), Seed(1, "2026-12-07 of forecast 8")):
        assert document(other)["rows"] != one["rows"]


def spots(strand: str = "all strands") -> Spots:
    """Return three spots in the first area, one in the second and one outside."""
    rows = [
        {"cell": f"square-100-{at}", "longitude": 0.5 + at / 100, "latitude": 51.7, "strand": strand} for at in range(5)
    ]
    about = {"week_from": "2026-11-30", "strand": strand}
    features = [{"properties": row} for row in rows]
    places = _Placed("A000", "", "A000", "A001", "A000")
    return Spots.of("run", "audit", {"hotspots": about, "features": features}, places)


def test_visits_go_to_the_spots_of_an_area_each_once_before_one_comes_again() -> None:
    plan = planned({("foot", area, TOGETHER): 14.0 for area in range(3)}, ["East"] * 3)
    roster = lay_out(plan, [FOOT], WEEK, None, {})
    lists = visits(roster, Seed(1, IDENTITY).rng(), spots())
    assert set(lists.spot[lists.area == 0].tolist()) == {0, 2}
    assert set(lists.spot[lists.area == 1].tolist()) == {3}
    assert set(lists.spot[lists.area == 2].tolist()) == {-1}
    for day in range(7):
        own = lists.spot[(lists.area == 0) & (lists.cell // 3 == day)]
        assert abs(int((own == 0).sum()) - int((own == 2).sum())) <= 1
    row = next(row for row in lists.rows() if row["area_code"] == "A001")
    assert row["spot"] == {"cell": "square-100-3", "longitude": 0.53, "latitude": 51.7}
    document = lists.document(Seed(1, IDENTITY))
    assert document["hot_spots"]["run_id"] == "run"
    assert document["resources"] == [
        {"resource": "foot", "visit_minutes": 15, "travel_minutes": 5, "hours": 42.0, "visits": 126}
    ]
    assert set(visits(roster, Seed(1, IDENTITY).rng(), spots("fraud")).spot.tolist()) == {-1}


def test_hours_of_a_crew_make_as_many_visits_fewer_and_patrols_share_a_shift() -> None:
    plan = planned({("foot", area, TOGETHER): 56.0 for area in range(6)}, ["East"] * 6)

    def of(crew: int) -> VisitLists:
        duty = Duty("foot", "Foot patrol", "patrol", crew=crew, visits=WAY)
        return visits(lay_out(plan, [duty], WEEK, None, {}), Seed(1, IDENTITY).rng())

    one, two = of(1), of(2)
    assert len(one) == 336 * 3
    assert len(two) == 336 * 3 // 2
    # 16 hours of each shift are two patrols of one person, or one of two.
    assert set(one.patrol.tolist()) == {1, 2}
    assert set(two.patrol.tolist()) == {1}
    assert one.sentences()[0] == "336 hours of Foot patrol make 1,008 visits of 15 minutes, at least 5 minutes apart."


def test_a_resource_that_does_not_visit_has_no_list() -> None:
    plan = planned({("foot", 0, TOGETHER): 56.0}, ["East"])
    lists = visits(lay_out(plan, [Duty("foot", "Foot", "patrol")], WEEK, None, {}), Seed(1, IDENTITY).rng())
    assert len(lists) == 0
    assert lists.document(Seed(1, IDENTITY))["sentences"] == []


def test_times_after_midnight_are_clock_times() -> None:
    plan = planned({("foot", 0, TOGETHER): 56.0}, ["East"])
    night = np.tile([0.0, 0.0, 1.0], 7)
    roster = lay_out(plan, [FOOT], WEEK, profile({"violence": night, "burglary": night}), {})
    rows = visits(roster, Seed(3, IDENTITY).rng()).rows()
    assert {row["shift"] for row in rows} == {"night"}
    times = {row["time"] for row in rows}
    assert all("23:05" <= time <= "23:59" or "00:00" <= time <= "06:45" for time in times)
    assert min(times) < "01:00"
    assert max(times) > "23:00"


def test_the_newest_profiles_and_hot_spots_known_before_the_period_are_read(tmp_path: Path) -> None:
    files = FileStore(tmp_path)
    with open_ledger(tmp_path) as ledger:
        assert recorded_profiles(ledger, files, date(2026, 1, 5)) is None
        assert recorded_spots(ledger, files, date(2026, 1, 5), _Placed()) is None
        store = _Clocked()
        for strand, as_of in ((None, date(2023, 1, 2)), (None, date(2023, 6, 5)), ("violence", date(2023, 3, 6))):
            found = profile_study(store, None, ProfileRequest(SHIFTS, strand), as_of)
            record_profiles(found, [], "", ledger=ledger, files=files, actor="ann")
        shares = recorded_profiles(ledger, files, date(2023, 6, 4))
        assert shares is not None
        assert shares.as_of == "2023-01-02"
        assert shares.audit_id == ledger.event_of("profiles", shares.run_id).audit_id
        assert shares.force["violence"].sum() == pytest.approx(1)
        assert recorded_profiles(ledger, files, date(2023, 1, 1)) is None
        held = support.Held(support.town())
        for as_of in (date(2023, 5, 1), date(2023, 5, 8)):
            request = HotspotRequest("square", 250.0, top=4, refits=0)
            record_spots(study(held, None, (), request, as_of), [], "", ledger=ledger, files=files, actor="ann")
        read = recorded_spots(ledger, files, date(2023, 5, 7), _Placed(*"AAAA"))
        assert read is not None
        assert read.week_from == "2023-05-01"
        assert read.area == ("A",) * 4
        assert read.within(["A"], ["theft"], 3) == {0: [0, 1, 2]}


class _Placed:
    """Places points into the areas that it is told, in their order."""

    def __init__(self, *codes: str) -> None:
        self.codes = codes

    def __call__(self, longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> tuple[str, ...]:
        return self.codes


class _Clocked:
    """A store of incidents with clock times, each known on the day after it."""

    def view(self, as_of: date | datetime | None, areas: Areas | None = None) -> Incidents:
        rng = np.random.default_rng(4)
        minute = np.datetime64("2022-01-03", "m") + np.sort(rng.integers(0, 7 * 1440 * 80, 900))
        known = minute if as_of is None else minute[minute < np.datetime64(as_of)]
        return view([str(one) for one in known], as_of=as_of)
