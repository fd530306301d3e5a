"""Random samples of the record: drawn again by whoever has the seed, fair, and never more than there is."""

import hashlib
from collections import Counter
from pathlib import Path

import pytest

from errors import DataError
from ledger.events import Draft
from ledger.reading import Which, page
from ledger.sampling import places, sample
from tests.support.ledgers import fill, open_ledger


def test_places_are_drawn_as_the_rule_says() -> None:
    numbers = [int(hashlib.sha256(f"lot 7:{draw}".encode()).hexdigest(), 16) % 10 for draw in range(100)]
    assert places("lot 7", 10, 10) == list(dict.fromkeys(numbers))
    assert places("lot 7", 10, 4) == list(dict.fromkeys(numbers))[:4]


def test_no_place_is_drawn_twice_and_none_where_there_is_none() -> None:
    assert sorted(places("a", 7, 20)) == list(range(7))
    assert places("a", 0, 20) == []


def test_each_place_is_as_likely_as_another() -> None:
    drawn = Counter(place for seed in range(2000) for place in places(str(seed), 20, 5))
    # 500 each are expected; the standard deviation is 19.4.
    assert all(abs(count - 500) < 5 * 19.4 for count in drawn.values())
    assert len(drawn) == 20


def test_a_sample_stays_the_same_while_the_record_grows(tmp_path: Path) -> None:
    fill(tmp_path, 60)
    with open_ledger(tmp_path) as ledger:
        first = sample(ledger.database, Which(), "lot", 5)
        assert (first.record_size, first.population, len(first.drawn)) == (60, 60, 5)
        for number in range(20):
            ledger.append(Draft("consultation", f"later/{number}", "http"))
        again = sample(ledger.database, Which(), "lot", 5, record_size=60)
        earlier = sample(ledger.database, Which(), "lot", 5, record_size=40)
        assert again == first
        assert [event.sequence for event in first.drawn] == [place + 1 for place in places("lot", 60, 5)]
        assert all(event.sequence <= 40 for event in earlier.drawn)
        with pytest.raises(DataError, match="more than the record has"):
            sample(ledger.database, Which(), "lot", 5, record_size=81)


def test_a_sample_is_drawn_of_the_events_that_are_meant(tmp_path: Path) -> None:
    fill(tmp_path, 30)
    with open_ledger(tmp_path) as ledger:
        found = sample(ledger.database, Which(operation="model"), "lot", 9)
        assert (found.population, {event.draft.object for event in found.drawn}) == (2, {"model/first", "model/second"})
        assert sample(ledger.database, Which(kind="model"), "lot", 9).population == 2
        assert sample(ledger.database, Which(actor="eve"), "lot", 9).drawn == ()


def test_events_are_found_by_a_word_that_they_mention(tmp_path: Path) -> None:
    fill(tmp_path, 30)
    with open_ledger(tmp_path) as ledger:

        def found(text: str, limit: int = 50) -> list[str]:
            return [event.draft.object for event in page(ledger.database, Which(mentions=text), limit)]

        assert found("forecast/1") == ["forecast/1"]
        assert found("1") == ["forecast/1"]
        assert found("27") == ["forecast/27"]
        assert found("trees") == ["model/second", "model/first"]
        assert found("forecast", 2) == ["forecast/27", "forecast/26"]
        assert found("%") == []
        assert found("orecast") == []
