"""What a set is made of: terms of contracts, blocks that are due, what is expected and the hours that follow it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from errors import DataError
from experiments.disclosure.said import forecast, plan
from experiments.disclosure.world import FIRST, STRANDS, WEEKS, World, make_world
from features import periods
from models.disclosure.blocks import due
from models.disclosure.expected import Means, expected
from models.disclosure.hours import hours
from models.disclosure.places import Places
from models.disclosure.recent import Recent
from models.disclosure.recorded import Terms, count, partners_beside, sharing
from models.disclosure.rules import Rules, default_text, load_rules
from tests.support.exports import make_workspace

RULES = load_rules(Path("nowhere"))
NAMES = {"a-force": "a-force", "b-0": "b-council"}
CONTRACT = """\
name = "b-council"
title = "Council"
partner = "The council"
owner = "a role"
purpose = "a purpose"
lawful_basis = "a basis"
period = "day"
[columns]
occurred_from = "when"
area_code = "where"
offence = "what"
[strands]
"*" = "*"
[disclosure]
minimum_count = 12
"""


def world(seed: int = 0) -> World:
    """Return a world with a partner and without late records."""
    for number in range(seed, seed + 100):
        found = make_world(np.random.default_rng(number))
        plain = not found.late.any() and found.rules.periods_together == 1 and not found.away
        if found.counts[1].any() and len(found.partners) == 1 and plain:
            return found
    raise AssertionError


def test_a_contract_asks_for_more_and_never_for_less(tmp_path: Path) -> None:
    root = make_workspace(tmp_path / "w").root
    (root / "feeds" / "b-council.toml").write_text(CONTRACT, encoding="utf-8")
    whole = world().incidents(WEEKS)
    incidents = replace(whole, feeds=tuple(replace(feed, name=NAMES[feed.name]) for feed in whole.feeds))
    terms = Terms.of(root, incidents, RULES, ())
    assert terms.minimum == dict.fromkeys(STRANDS, 12)
    assert terms.partner == {"b-council": "The council"}
    assert Terms.of(root, incidents, RULES, ("The council",)).partner == {}
    stricter = RULES.model_copy(update={"minimum_count": 20})
    assert Terms.of(root, incidents, stricter, ()).minimum == dict.fromkeys(STRANDS, 20)


def test_counts_are_whole_records_each_in_one_strand() -> None:
    found = world()
    places = Places.of(found.areas, found.rules.level)
    first = periods.ordinal(FIRST, "week")
    blocks = [(first + week, first + week) for week in range(WEEKS)]
    terms = Terms({}, {"b-0": "council"})
    counts = count(found.incidents(WEEKS), "week", blocks, places, terms)
    assert np.array_equal(counts.all, places.totals(found.totals))
    assert np.array_equal(counts.own["council"], places.totals(found.own(1)))


def test_a_partner_that_is_spelt_in_two_ways_is_one() -> None:
    found = world()
    places = Places.of(found.areas, found.rules.level)
    first = periods.ordinal(FIRST, "week")
    terms = Terms({}, {"a-force": "The Council ", "b-0": "the  council"})
    counts = count(found.incidents(WEEKS), "week", [(first, first)], places, terms)
    assert list(counts.own) == ["the council"]
    assert np.array_equal(counts.own["the council"], counts.all)
    assert partners_beside(found.incidents(WEEKS), terms, STRANDS[0]) == ()


def test_a_day_is_in_one_published_number_of_a_strand_at_most() -> None:
    panel = world().panel(WEEKS)
    first = due(panel, {}, 1, 100)
    assert [block.first - panel.first for block in first] == list(range(WEEKS))
    until = dict.fromkeys(STRANDS, "2024-01-28")
    after = due(panel, until, 2, 100)
    assert all(block.days[0].isoformat() > "2024-01-28" for block in after)
    assert all(block.last == block.first + 1 and block.first % 2 == 0 for block in after)


def test_a_strand_that_is_new_begins_after_all_that_was_published() -> None:
    panel = world().panel(WEEKS)
    wanted = due(panel, {STRANDS[0]: "2024-02-04", STRANDS[1]: "2024-01-28"}, 1, 100)
    begins = {
        strand: min(block.days[0].isoformat() for block in wanted if strand in wanted[block]) for strand in STRANDS
    }
    assert begins == dict(zip(STRANDS, ("2024-02-05", "2024-01-29", "2024-02-05"), strict=True))


def test_weeks_that_are_not_all_in_are_not_published() -> None:
    panel = world().panel(WEEKS)
    share = panel.completeness.copy()
    share[-2:] = 0.9
    assert len(due(replace(panel, completeness=share), {}, 1, 100)) == WEEKS - 2


def test_expected_numbers_stand_only_beside_recent_counts_that_are_shown() -> None:
    found = replace(world(), method="mean-4")
    places = Places.of(found.areas, found.rules.level)
    means = Means.of(forecast(found, WEEKS), found.areas.codes, places)
    minimum = dict.fromkeys(STRANDS, 3)
    nowhere = np.zeros(len(places), dtype=np.bool_)
    recent = {STRANDS[0]: Recent(nowhere, {}), STRANDS[1]: Recent(~nowhere, {})}
    told = expected(means, places, minimum, 3, recent)
    assert sorted(told) == sorted(recent)
    assert not told[STRANDS[0]].visible.any()
    assert (told[STRANDS[1]].visible[places.bottom] == (means.mean[1] >= 3)[places.bottom]).all()


def test_totals_are_expected_only_where_nothing_in_them_is_hidden() -> None:
    found = world()
    places = Places.of(found.areas, found.rules.level)
    means = Means.of(forecast(found, WEEKS), found.areas.codes, places)
    everywhere = np.ones(len(places), dtype=np.bool_)
    everywhere[0] = False
    recent = dict.fromkeys(STRANDS, Recent(everywhere, {}))
    for told in expected(means, places, dict.fromkeys(STRANDS, 3), 3, recent).values():
        assert not told.visible[[0, places.parent[0], len(places) - 1]].any()


def test_a_strand_within_another_is_known_to_share_its_incidents() -> None:
    found = replace(world(), nested=True)
    assert sharing(found.incidents(WEEKS)) == {"inside": set(), "other": set(), "violence": {"inside"}}


def test_hours_stand_only_where_they_may_and_are_rounded() -> None:
    found = world()
    places = Places.of(found.areas, found.rules.level)
    document = plan(found, forecast(found, WEEKS))
    where = {STRANDS[1]: np.arange(len(places)) == 0}
    minimum = dict.fromkeys(STRANDS, 5)
    told = hours(document, found.areas.codes, places, where, minimum, 10)
    assert told is not None
    assert list(told) == [STRANDS[1]]
    assert told[STRANDS[1]].visible.tolist() == where[STRANDS[1]].tolist()
    assert told[STRANDS[1]].numbers[0] % told[STRANDS[1]].steps[0] == 0
    assert hours(document, ("elsewhere",), places, where, minimum, 10) is None


def test_hours_tell_no_more_of_a_shown_number_than_rounding_does() -> None:
    found = world()
    places = Places.of(found.areas, found.rules.level)
    document = plan(replace(found, weights=(30.0,) * len(STRANDS)), forecast(found, WEEKS))
    where = {STRANDS[1]: np.ones(len(places), dtype=np.bool_)}
    told = hours(document, found.areas.codes, places, where, dict.fromkeys(STRANDS, 5), 10)
    assert told is not None
    assert set(told[STRANDS[1]].steps.tolist()) == {200}


def test_wards_that_cross_districts_leave_no_total_of_a_district() -> None:
    found = world()
    n = len(found.areas)
    wards = tuple("one" for _ in range(n))
    districts = tuple(f"D{number % 2}" for number in range(n))
    places = Places.of(replace(found.areas, parents={"ward": wards, "district": districts}), "ward")
    assert places.codes == ("one", "force")


def test_areas_without_the_level_are_refused() -> None:
    with pytest.raises(DataError, match="no level 'ward'"):
        Places.of(replace(world().areas, parents={}), "ward")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("minimum_count = 5", "minimum_count = 2", "minimum_count"),
        ("round_to = 5 ", "round_to = 1 ", "round_to"),
        ('level = "district"', 'level = "lsoa"', "level"),
        ("hours_round_to = 10", "hours_round_to = 1", "hours_round_to"),
        ("minimum_count = 5", 'minimum_count = "5"', "minimum_count"),
        ("minimum_residents = 1000", "minimum_residents = 1000000000", "minimum_residents"),
        ("recent_periods = 4", "recent_perods = 4", "recent_perods"),
    ],
)
def test_rules_that_would_hide_nothing_are_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "disclosure.toml"
    path.write_text(default_text().decode().replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError, match=said):
        load_rules(path)


def test_shipped_rules_are_valid() -> None:
    assert isinstance(RULES, Rules)
    assert RULES.first_periods == 52
