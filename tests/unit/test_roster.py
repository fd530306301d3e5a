"""Rosters: shares by profile, whole shifts, least cover, quarter hours, and how they are told."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from errors import AllocationError
from models.allocation.programme.problem import Blocks
from models.allocation.roster.blocks import placed
from models.allocation.roster.calendar import Calendar
from models.allocation.roster.duty import Duty
from models.allocation.roster.layout import lay_out
from models.allocation.roster.picture import draw_week
from models.allocation.roster.shares import ProfileShares
from models.profiles.shifts import Shifts
from tests.support.rosters import MONDAY, SHIFTS, TOGETHER, WEEK, planned, profile, quarters

FOOT = Duty("foot", "Foot patrol", "patrol")
# Friday's and Saturday's nights hold as much as all other shifts together.
NIGHTS = np.where(np.isin(np.arange(21), (14, 17)), 19.0, 2.0)
EARLY = np.tile([3.0, 1.0, 0.0], 7)


def test_hours_follow_the_profile_of_the_strand_that_they_go_to() -> None:
    plan = planned({("foot", 0, 0): 42.0, ("foot", 1, 1): 28.0}, ["East", "West"])
    shares = profile({"violence": NIGHTS, "burglary": EARLY})
    laid = lay_out(plan, [FOOT], WEEK, shares, {}).laid[0]
    assert laid.cells[0] == pytest.approx(42 * NIGHTS / NIGHTS.sum())
    assert laid.cells[1] == pytest.approx(28 * EARLY / EARLY.sum())


def test_hours_on_several_strands_follow_their_expected_harm_and_a_district_its_own_profile() -> None:
    plan = planned(
        {("foot", 0, TOGETHER): 40.0, ("foot", 1, TOGETHER): 10.0},
        ["East", "West"],
        mean=[[3.0, 1.0], [1.0, 1.0]],
        weight=[1.0, np.nan],
    )
    shares = profile({"violence": NIGHTS, "burglary": EARLY}, {("violence", "West"): EARLY[::-1]})
    laid = lay_out(plan, [FOOT], WEEK, shares, {}).laid[0]
    # A strand without a weight draws no hours of those that are shared out by harm.
    assert laid.cells[0] == pytest.approx(40 * NIGHTS / NIGHTS.sum())
    assert laid.cells[1] == pytest.approx(10 * EARLY[::-1] / EARLY.sum())
    unweighted = planned({("foot", 0, TOGETHER): 8.0}, ["East"], mean=[[3.0, 1.0]], weight=[np.nan, np.nan])
    laid = lay_out(unweighted, [FOOT], WEEK, shares, {}).laid[0]
    assert laid.cells[0] == pytest.approx(6 * NIGHTS / NIGHTS.sum() + 2 * EARLY / EARLY.sum())


def test_without_profiles_hours_are_even_by_minutes_and_the_roster_says_so() -> None:
    shifts = Shifts.read("day=06-18,night=18-06")
    plan = planned({("foot", 0, TOGETHER): 14.0}, ["East"])
    roster = lay_out(plan, [FOOT], Calendar.of(shifts, "week", MONDAY), None, {})
    assert roster.laid[0].cells == pytest.approx(np.ones((1, 14)))
    assert roster.sentences()[0].startswith("Hours are spread evenly over the minutes")
    partly = lay_out(plan, [FOOT], WEEK, profile({"violence": NIGHTS}), {})
    assert partly.without == ("burglary",)
    assert "those for burglary are spread evenly" in partly.sentences()[0]


def test_a_month_is_laid_out_over_its_days_by_their_weekdays() -> None:
    month = Calendar.of(SHIFTS, "month", date(2026, 2, 1))
    plan = planned({("foot", 0, 0): 100.0}, ["East"])
    roster = lay_out(plan, [FOOT], month, profile({"violence": NIGHTS}), {})
    by_day = roster.laid[0].cells[0].reshape(28, 3)
    assert len(month) == 84
    # 1 February 2026 is a Sunday, and the 6th and 7th are a Friday and a Saturday.
    assert by_day[5] == pytest.approx(by_day[12])
    assert by_day[5, 2] == pytest.approx(9.5 * by_day[0, 2])
    assert by_day.sum() == pytest.approx(100)
    assert "over its 28 days" in roster.sentences()[2]


def test_no_shift_has_less_than_its_least_cover() -> None:
    plan = planned({("foot", 0, 0): 30.0, ("foot", 1, 0): 12.0}, ["East", "East"])
    cover = {("foot", "East"): np.full(21, 1.25)}
    roster = lay_out(plan, [FOOT], WEEK, profile({"violence": NIGHTS}), cover, {"": quarters(plan.plan)})
    laid = roster.laid[0]
    district = laid.cells.sum(axis=0)
    assert district.min() >= 1.25 - 1e-9
    assert district[[14, 17]] == pytest.approx([9.125, 9.125])
    assert laid.quarters is not None
    assert laid.quarters.sum(axis=0).min() >= 5
    assert laid.quarters.sum(axis=1).tolist() == [120, 48]
    assert roster.short == ()


def test_cover_that_hours_cannot_keep_is_told_and_nothing_is_lost() -> None:
    plan = planned({("foot", 0, 0): 10.0}, ["East"])
    cover = {("foot", "East"): np.where(np.arange(21) == 3, 6.0, 1.0)}
    roster = lay_out(plan, [FOOT], WEEK, profile({"violence": NIGHTS}), cover)
    assert roster.laid[0].cells.sum() == pytest.approx(10)
    assert len(roster.short) == 21
    assert roster.sentences()[-1] == (
        "East: 21 shifts have less than the least cover of Foot patrol, most on 2026-12-01 early, 2.308 hours of 6."
    )


def test_minima_that_are_not_in_quarters_leave_the_hours_exact() -> None:
    plan = planned({("foot", 0, 0): 21.0}, ["East"])
    cover = {("foot", "East"): np.where(np.arange(21) == 3, 1.1, 0.995)}
    roster = lay_out(plan, [FOOT], WEEK, None, cover, {"": quarters(plan.plan)})
    assert roster.laid[0].quarters is None
    assert roster.short == ()
    assert "not in quarters" in " ".join(roster.sentences())
    told = roster.document()["resources"][0]
    assert told["in_quarter_hours"] is False
    assert np.sum(told["districts"][0]["by_shift"]) == pytest.approx(21, abs=1e-4)


@pytest.mark.parametrize("base", ["district", "force", "area"])
def test_whole_shifts_stand_whole_in_days_and_shifts_and_areas_keep_their_hours(base: str) -> None:
    of_post = {"district": [0, 0, 1], "force": [0, 0, 0], "area": [0, 1, 2]}[base]
    rosters = max(of_post) + 1
    blocks = Blocks(
        tuple(f"Foot patrol {at}" for at in range(rosters)),
        np.array(of_post),
        np.repeat(np.arange(rosters), 2),
        np.tile([16.0, 20.0], rosters),
    )
    counts = {"district": [3, 1, 2, 0], "force": [5, 1], "area": [1, 1, 2, 0, 2, 0]}[base]
    hours = {"district": (41.5, 26.5, 32.0), "force": (41.5, 26.5, 32.0), "area": (36.0, 32.0, 32.0)}[base]
    posts = {("foot", at, 0): one for at, one in enumerate(hours)}
    plan = planned(posts, ["East", "East", "West"], blocks=blocks, shifts=counts)
    foot = Duty("foot", "Foot patrol", "patrol", crew=2)
    cover = {("foot", "West"): np.where(np.arange(21) == 0, 16.0, 0.0)}
    roster = lay_out(plan, [foot], WEEK, profile({"violence": NIGHTS}), cover, {"": quarters(plan.plan)})
    laid = roster.laid[0]
    whole = sum(held.count * held.block_hours for held in roster.blocks)
    assert sum(int(held.count.sum()) for held in roster.blocks) == sum(counts)
    assert laid.cells.sum(axis=0) == pytest.approx(whole)
    assert laid.cells.sum(axis=1) == pytest.approx(hours)
    assert laid.quarters is not None
    assert laid.quarters.sum(axis=1).tolist() == [4 * one for one in hours]
    assert laid.quarters.sum(axis=0).tolist() == (4 * np.asarray(whole)).tolist()
    assert roster.short == ()
    assert laid.quarters[2, 0] >= 64
    told = roster.document()["resources"][0]["whole_shifts"]
    assert sum(np.sum(item["count"]) for item in told) == sum(counts)


def test_a_block_longer_than_its_shift_covers_no_more_than_the_shift() -> None:
    blocks = Blocks(("Foot patrol",), np.array([0]), np.array([0, 0]), np.array([8.0, 10.0]))
    cover = {("foot", "East"): np.where(np.arange(21) == 3, 40.0, 0.0)}
    for counts, short in (([0, 4], 8.0), ([1, 4], 0.0), ([5, 0], 0.0)):
        hours = 8.0 * counts[0] + 10.0 * counts[1]
        plan = planned({("foot", 0, 0): hours}, ["East"], blocks=blocks, shifts=counts)
        roster = lay_out(plan, [FOOT], WEEK, None, cover, {"": quarters(plan.plan)})
        assert sum(one.asked - one.given for one in roster.short) == pytest.approx(short)
        assert roster.laid[0].cells[0, 3] == hours
        assert roster.laid[0].quarters is not None


def test_a_roster_without_shifts_may_hold_what_a_solver_leaves_of_none() -> None:
    blocks = Blocks(("Foot patrol 0", "Foot patrol 1"), np.array([0, 1]), np.array([0, 1]), np.array([8.0, 8.0]))
    plan = planned({("foot", 0, 0): 16.0, ("foot", 1, 0): 1e-12}, ["East", "West"], blocks=blocks, shifts=[2, 0])
    laid = lay_out(plan, [FOOT], WEEK, None, {}, {"": quarters(plan.plan)}).laid[0]
    assert laid.quarters is not None
    assert laid.quarters.sum(axis=1).tolist() == [64, 0]


def test_where_all_shifts_are_alike_hours_for_some_of_them_fall_on_all_days() -> None:
    plan = planned({("foot", 0, 0): 2.75}, ["East"])
    laid = lay_out(plan, [FOOT], WEEK, None, {}, {"": quarters(plan.plan)}).laid[0]
    assert laid.quarters is not None
    assert sorted(laid.quarters[0].reshape(7, 3).sum(axis=1).tolist()) == [1, 1, 1, 2, 2, 2, 2]
    assert sorted(laid.quarters[0].reshape(7, 3).sum(axis=0).tolist()) == [3, 4, 4]
    count = placed(np.array([8.0]), np.array([7]), np.full(21, 8 / 3), np.zeros(21), np.full(21, 8.0))[0]
    assert sorted(count.reshape(7, 3).sum(axis=1).tolist()) == [0, 1, 1, 1, 1, 1, 2]


def test_cases_wait_for_no_shift_and_hours_of_nobody_are_left_out() -> None:
    cases = planned({("cases", 0, 0): 12.0}, ["East"]).plan
    gone = planned({("gone", 0, 0): 7.0}, ["East"]).plan
    plan = planned({("foot", 0, 0): 0.0}, ["East"], caseloads={"cases": cases, "gone": gone})
    duties = [FOOT, Duty("cases", "Case workers", "caseload"), Duty("gone", "Visiting team", "team")]
    roster = lay_out(plan, duties, WEEK, None, {})
    assert [one.duty.code for one in roster.laid] == ["gone"]
    assert roster.document()["of_the_period"] == ["cases"]
    assert "Hours of Case workers are of the whole period" in " ".join(roster.sentences())


def test_a_roster_is_told_in_rows_and_the_same_plan_gives_the_same_words() -> None:
    plan = planned({("foot", 0, TOGETHER): 7.5, ("foot", 1, 1): 3.0}, ["East", "West"])
    shares = profile({"violence": NIGHTS, "burglary": EARLY})
    roster = lay_out(plan, [FOOT], WEEK, shares, {}, {"": quarters(plan.plan)})
    document = roster.document()
    assert json.dumps(document, allow_nan=False) == json.dumps(
        lay_out(plan, [FOOT], WEEK, shares, {}, {"": quarters(plan.plan)}).document()
    )
    assert document["profile"] == {"run_id": shares.run_id, "audit_id": shares.audit_id, "as_of": shares.as_of}
    east, west = document["resources"][0]["districts"]
    assert (east["district"], east["hours"], west["hours"]) == ("East", 7.5, 3.0)
    assert np.sum(east["by_shift"]) == np.sum(east["areas"][0]["by_shift"]) == 7.5
    assert np.shape(east["by_shift"]) == (len(document["days"]), len(document["shifts"]))
    assert [area["strand"] for area in (*east["areas"], *west["areas"])] == ["together", "burglary"]
    assert document["resources"][0]["in_quarter_hours"] is True
    with pytest.raises(ValueError, match="read-only"):
        roster.laid[0].cells[0] = 1


def test_shares_are_read_as_they_are_recorded() -> None:
    cells = [{"strand": "violence", "level": "force", "place": "everywhere", "share": 0.04762} for _ in range(21)]
    own = [{"strand": "violence", "level": "district", "place": "East", "share": share} for share in NIGHTS / 76]
    about = {
        "as_of": "2026-11-23",
        "level": "district",
        "shifts": [{"shift": shift.name, "hours": shift.hours} for shift in SHIFTS.shifts],
    }
    shares = ProfileShares.of("run", "audit", {"profiles": about, "rows": [*cells, *own]})
    assert shares.shifts == SHIFTS
    assert shares.force["violence"] == pytest.approx(np.full(21, 1 / 21), abs=1e-12)
    assert shares.of_strand("violence", "East") == pytest.approx(NIGHTS / 76)
    assert shares.of_strand("violence", "West") == pytest.approx(np.full(21, 1 / 21))
    assert shares.of_strand("fraud", "East") is None


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_a_district_s_week_is_drawn_the_same_each_time(tmp_path: Path, suffix: str) -> None:
    plan = planned({("foot", 0, 0): 40.0, ("vans", 0, 0): 9.0}, ["East"])
    duties = [FOOT, Duty("vans", "Vans $1", "team")]
    month = Calendar.of(SHIFTS, "month", date(2026, 2, 1))
    told = {"synthetic": True, "attribution": "Made up."}
    documents = [{**told, "layout": lay_out(plan, duties, one, None, {}).document()} for one in (WEEK, month)]
    for document in documents:
        first, second = (tmp_path / f"{name}{suffix}" for name in ("first", "second"))
        for path in (first, second):
            draw_week(document, "East", path)
        assert first.read_bytes() == second.read_bytes()
        if suffix == ".png":
            assert len(np.unique(imread(first).reshape(-1, 4), axis=0)) > 10
    with pytest.raises(AllocationError, match="no hours in 'North'; use one of: East"):
        draw_week(documents[0], "North", tmp_path / "none.png")
