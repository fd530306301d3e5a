"""Group commit: every caller gets an event of their own, and is told when there is none."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from errors import LedgerError
from ledger.acting import Acting
from ledger.events import Draft, Event
from ledger.group import GroupCommit
from ledger.ledger import Ledger
from ledger.tables import EVENTS, Row
from tests.support.ledgers import url_of

WITHIN_SECONDS = 60.0

pytestmark = pytest.mark.usefixtures("each_database")


def opened(folder: Path) -> Ledger:
    return Ledger.open(url_of(folder), lambda: datetime(2024, 7, 1, tzinfo=UTC))


def test_every_caller_gets_the_event_of_its_own_draft(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger, GroupCommit(ledger, largest=7) as group:
        given: dict[str, Event] = {}

        def work(worker: int) -> None:
            for number in range(20):
                name = f"forecast/{worker}-{number}"
                given[name] = group.record(Draft("consultation", name, "reader")).result()

        threads = [threading.Thread(target=work, args=(worker,)) for worker in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {name: event.draft.object for name, event in given.items()} == {name: name for name in given}
        assert sorted(event.sequence for event in given.values()) == list(range(1, 81))
        assert ledger.verify().ok


def test_a_group_that_cannot_be_recorded_fails_for_everybody_in_it(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger, GroupCommit(ledger) as group:
        bad = Draft("consultation", "forecast/a", "reader", details={"artefact:x": "y"})
        with pytest.raises(LedgerError, match="is the ledger's own"):
            group.record(bad).result()
        assert group.record(Draft("consultation", "forecast/a", "reader")).result().sequence == 1


def test_a_closed_group_takes_nothing_and_loses_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        group = GroupCommit(ledger)
        waiting = [group.record(Draft("consultation", "forecast/a", "reader")) for _ in range(50)]
        group.close()
        assert [future.result().sequence for future in waiting] == list(range(1, 51))
        with pytest.raises(LedgerError, match="closed"):
            group.record(Draft("consultation", "forecast/a", "reader"))


def test_who_no_longer_waits_is_not_recorded_and_stops_nobody_else(tmp_path: Path) -> None:
    busy, go = threading.Event(), threading.Event()

    def clock() -> datetime:
        busy.set()
        assert go.wait(WITHIN_SECONDS)
        return datetime(2024, 7, 1, tzinfo=UTC)

    with Ledger.open(url_of(tmp_path), clock) as ledger, GroupCommit(ledger) as group:
        taken = group.record(Draft("consultation", "forecast/taken", "reader"))
        assert busy.wait(WITHIN_SECONDS)
        waiting = [group.record(Draft("consultation", f"forecast/{number}", "reader")) for number in range(3)]
        # What is being written can no longer be given up.
        assert [taken.cancel(), waiting[0].cancel(), waiting[2].cancel()] == [False, True, True]
        go.set()
        assert waiting[1].result(WITHIN_SECONDS).sequence == 2
        assert group.record(Draft("consultation", "forecast/next", "reader")).result(WITHIN_SECONDS).sequence == 3
        assert group.alive
        assert [event.draft.object for event in ledger.events()] == ["forecast/next", "forecast/1", "forecast/taken"]
    assert not group.alive


def test_who_acts_completes_what_an_event_leaves_open(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        hands = ledger.acting(Acting("planner", "api-key", "patrol-planning", {"request": "r-1"}))
        event = hands.append(Draft("consultation", "forecast/a", "Ann", purpose="review", details={"rows": 3}))
        said = event.draft
        assert (said.role, said.authentication, said.purpose) == ("planner", "api-key", "review")
        assert dict(said.details) == {"request": "r-1", "rows": 3}
        assert ledger.append(Draft("consultation", "forecast/a", "Ann")).draft.role == "operator"


def test_rows_beside_an_event_are_recorded_with_it_or_not_at_all(tmp_path: Path) -> None:
    def doubled(event: Event) -> list[Row]:
        return [Row(EVENTS, {"sequence": event.sequence})]

    with opened(tmp_path) as ledger:
        with pytest.raises(LedgerError, match="refused a row"):
            ledger.acting(Acting(), doubled).append(Draft("consultation", "forecast/a", "Ann"))
        assert ledger.events() == []
