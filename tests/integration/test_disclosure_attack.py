"""Linear programs over everything that some SYNTHETIC worlds publish; benchmarks/disclosure_attack.py has many more."""

from datetime import UTC, datetime
from pathlib import Path

from experiments.disclosure.said import READERS
from experiments.disclosure.study import study


def test_an_attacker_solves_careless_tables_and_none_of_ours(tmp_path: Path) -> None:
    tallies = study(range(6), 201, tmp_path, lambda: datetime(2024, 7, 1, tzinfo=UTC), most=3)
    for reader in READERS:
        assert tallies[reader].hidden
        assert (tallies[reader].recovered, tallies[reader].wide) == (0, tallies[reader].hidden)
    assert tallies["hidden"].recovered
