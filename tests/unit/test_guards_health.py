from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from features.service import Service
from ledger.artefacts import Artefact
from ledger.events import Draft
from ledger.files import FileStore
from ledger.ledger import Ledger
from serving.guards.health import Readiness, too_old
from tests.support.ledgers import open_ledger

MADE = datetime(2024, 7, 3, 6, tzinfo=UTC)


def run_of(ledger: Ledger, folder: Path, period: str) -> Artefact:
    stored = FileStore(folder).put(b"rows", "forecasts", ".parquet")
    meta: dict[str, object] = {"period": period, "origin": "2024-07-01"}
    run = Artefact("forecast", "the-run", stored.sha256, stored.path, meta)  # type: ignore[arg-type]
    ledger.append(Draft("combination", "forecast/the-run", "ann"), artefacts=[run])
    return run


@pytest.mark.parametrize(
    ("period", "settings", "days", "words"),
    [
        ("week", Service(), 14, None),
        ("week", Service(), 15, "made 15 days ago, and 14 are taken"),
        ("month", Service(), 62, None),
        ("month", Service(), 63, "made 63 days ago"),
        ("week", Service(longest_days_since_forecast=3), 4, "and 3 are taken"),
        ("week", Service(longest_days_since_forecast=3650), 26, None),
        ("week", Service(longest_days_since_forecast=3650), 27, "end 29 days ago, and 28 are taken"),
        ("month", Service(longest_days_since_forecast=3650), 122, None),
        ("month", Service(longest_days_since_forecast=3650), 123, "end 125 days ago, and 124 are taken"),
        ("week", Service(longest_days_since_data=7), 5, None),
        ("week", Service(longest_days_since_data=7), 6, "end 8 days ago, and 7 are taken"),
    ],
)
def test_a_run_is_too_old_when_its_making_or_its_data_are(
    tmp_path: Path, period: str, settings: Service, days: int, words: str | None
) -> None:
    with open_ledger(tmp_path, lambda: MADE) as ledger:
        said = too_old(ledger, run_of(ledger, tmp_path, period), settings, MADE + timedelta(days=days, hours=1))
    assert said is None if words is None else words in (said or "")


def test_however_many_ask_one_looks_and_the_verdict_is_kept_for_a_moment() -> None:
    instant, looks, told, reasons = 0.0, 0, list[str](), ["the disk is full", None, None]

    def look() -> str | None:
        nonlocal looks
        looks += 1
        # Who asks meanwhile neither looks nor waits.
        assert readiness.ready(told.append) is during
        return reasons.pop(0)

    readiness = Readiness(look, lambda: instant)
    during = False
    assert [readiness.ready(told.append) for _ in range(5)] == [False] * 5
    instant = 3.0
    assert [readiness.ready(told.append) for _ in range(5)] == [True] * 5
    under_way = "not ready: a look at the forecast and the ledger is under way, and no earlier one may be relied on"
    assert (looks, told) == (2, [under_way, "not ready: the disk is full"])
    instant, during = 20.0, True
    assert readiness.ready(told.append)
    assert len(told) == 2
    instant = 100.0

    def hangs() -> str | None:
        assert not late.ready(told.append)
        return None

    late = Readiness(hangs, lambda: instant)
    assert late.ready(told.append)
    assert told[2:] == [under_way]
