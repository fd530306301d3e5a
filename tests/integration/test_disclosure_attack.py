"""Linear programs over everything that some SYNTHETIC worlds publish; benchmarks/disclosure_attack.py has many more."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from experiments.disclosure.attacker import attack
from experiments.disclosure.said import READERS, Said, duties, own_of, publish_all, written_down
from experiments.disclosure.study import study
from experiments.disclosure.world import HISTORY, STRANDS, WEEKS, World, make_world

NOW = datetime(2024, 7, 1, tzinfo=UTC)


def test_an_attacker_solves_careless_tables_and_none_of_ours(tmp_path: Path) -> None:
    tallies = study(range(6), 201, tmp_path, lambda: NOW, most=3)
    for reader in READERS:
        assert tallies[reader].hidden
        assert (tallies[reader].recovered, tallies[reader].wide) == (0, tallies[reader].hidden)
    assert tallies["hidden"].recovered


def test_who_sees_that_a_total_was_moved_is_left_every_small_number(tmp_path: Path) -> None:
    tallies = study([43], 202, tmp_path, lambda: NOW, most=20)
    for reader in ("neighbour", "onlooker"):
        assert tallies[reader].wide == tallies[reader].hidden > 0


def test_hours_of_places_where_demand_is_hidden_would_tell_two_partners_together(tmp_path: Path) -> None:
    world = make_world(np.random.default_rng([202, 40]))
    published, places = publish_all(world, tmp_path, lambda: NOW)
    said = written_down(world, published, places, "together")
    every = {(week, strand, place) for week in range(WEEKS + 1) for strand in STRANDS for place in places.codes}
    rounded = [item for week in range(HISTORY, WEEKS + 1) for item in duties(world, places, week, every)]
    assert fewest(world, said) == world.rules.minimum_count
    assert fewest(world, [*said, *rounded]) < world.rules.minimum_count


def fewest(world: World, said: list[Said]) -> int:
    """Return how many values the partners together are left of the hidden number that they know most of."""
    targets = [item for item in said if item.hidden]
    assert own_of(world, "together").any()
    return min(interval.values for interval in attack(said, targets))
