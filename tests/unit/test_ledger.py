from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from errors import LedgerError
from ledger.archive import Archive
from ledger.artefacts import Artefact
from ledger.database import Database
from ledger.events import GENESIS, Draft, NoSuchRecordError
from ledger.files import FileStore
from ledger.ledger import Ledger
from ledger.reading import Which, page
from tests.support.ledgers import open_ledger, url_of

READ = Draft("consultation", "forecast/r1", "http", details={"rows": 3})
SHA = "ab" * 32

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path) as opened:
        yield opened


def test_events_are_chained_from_the_first(ledger: Ledger) -> None:
    first, second = ledger.append(READ), ledger.append(READ)
    assert (first.sequence, first.previous_hash) == (1, GENESIS)
    assert (second.sequence, second.previous_hash) == (2, first.hash)
    assert first.time == "2024-07-01T08:00:01.000000Z"


def test_event_is_found_by_its_audit_id(ledger: Ledger) -> None:
    event = ledger.append(READ)
    assert ledger.event(event.audit_id) == event
    with pytest.raises(NoSuchRecordError):
        ledger.event("00000001-00000000")
    with pytest.raises(NoSuchRecordError):
        ledger.event("00000002-0a1b2c3d")


def test_events_are_listed_by_operation_and_object(ledger: Ledger) -> None:
    events = [ledger.append(draft) for draft in (READ, Draft("decision", "plan/p1", "ann"), READ)]
    assert ledger.events() == events[::-1]
    assert ledger.events(newest_first=False, limit=1) == events[:1]
    assert ledger.events(operation="decision") == ledger.events(object="plan/p1") == [events[1]]


def test_artefacts_are_found_by_name_kind_and_event(ledger: Ledger) -> None:
    old, new = (
        Artefact("forecast", "r1", SHA, "forecasts/1", {"p": 0.5}),
        Artefact("forecast", "r2", SHA, "forecasts/2"),
    )
    assert ledger.newest("forecast") is None
    first = ledger.append(READ, artefacts=[old])
    ledger.append(READ, artefacts=[new])
    assert ledger.artefact("forecast", "r1") == ledger.held("forecast", "r1") == old
    assert ledger.artefacts("forecast") == [old, new]
    assert ledger.artefacts("forecast", newest_first=True, limit=1) == [new]
    assert ledger.newest("forecast") == new
    assert ledger.artefact_of(first.audit_id) == [old]
    assert ledger.event_of("forecast", "r1") == first
    for kind, name in (("forecast", "r3"), ("plan", "r1")):
        assert ledger.held(kind, name) is None
        with pytest.raises(NoSuchRecordError):
            ledger.artefact(kind, name)
        with pytest.raises(NoSuchRecordError):
            ledger.event_of(kind, name)


def test_event_covers_its_artefacts_and_aliases_by_hash(ledger: Ledger) -> None:
    event = ledger.append(READ, artefacts=[Artefact("model", "m1", SHA, "m")], aliases={("model", "champion"): "m1"})
    details = event.draft.details
    assert details["artefact:model/m1"] == SHA
    assert details["alias:model/champion"] == "m1"
    assert len(str(details["row:model/m1"])) == 64


def test_alias_means_what_it_was_moved_to_last(ledger: Ledger) -> None:
    assert ledger.alias("model", "champion") is None
    for name in ("m1", "m2"):
        ledger.append(READ, aliases={("model", "champion"): name})
    assert ledger.alias("model", "champion") == "m2"
    assert ledger.alias_history("model", "champion") == ["m2", "m1"]
    assert ledger.alias("model", "challenger") is None


def test_append_that_is_refused_leaves_nothing(ledger: Ledger) -> None:
    artefact = Artefact("plan", "p1", SHA, "plans/1")
    ledger.append(READ, artefacts=[artefact])
    with pytest.raises(LedgerError, match="refused a row"):
        ledger.append(READ, artefacts=[Artefact("plan", "p2", SHA, "plans/2"), artefact])
    assert len(ledger.events()) == 1
    assert ledger.artefacts("plan") == [artefact]


def test_details_may_not_speak_for_the_ledger(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="the ledger's own"):
        ledger.append(Draft("decision", "plan/p1", "ann", details={"artefact:plan/p1": SHA}))


@pytest.mark.parametrize(("kind", "name", "sha"), [("Plan", "p", SHA), ("plan", "", SHA), ("plan", "p", "ab")])
def test_artefact_that_could_not_be_found_again_is_refused(kind: str, name: str, sha: str) -> None:
    with pytest.raises(LedgerError):
        Artefact(kind, name, sha, "plans/1")


def test_artefact_meta_that_is_not_json_is_refused(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="not JSON"):
        ledger.append(READ, artefacts=[Artefact("plan", "p", SHA, "plans/1", {"gap": float("nan")})])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET actor = 'eve' WHERE sequence = 1",
        "DELETE FROM events",
        "UPDATE artefacts SET sha256 = ''",
        "DELETE FROM artefacts",
        "UPDATE alias_moves SET name = 'm2'",
        "DELETE FROM alias_moves",
    ],
)
def test_database_refuses_to_rewrite(tmp_path: Path, ledger: Ledger, statement: str) -> None:
    ledger.append(READ, artefacts=[Artefact("model", "m1", SHA, "m")], aliases={("model", "champion"): "m1"})
    database = Database.open(url_of(tmp_path))
    with pytest.raises(LedgerError, match="append-only"), database.writing() as connection:
        connection.execute(text(statement))
    database.close()
    assert ledger.verify().ok


def test_check_writable_leaves_no_event(ledger: Ledger) -> None:
    ledger.append(READ)
    ledger.check_writable()
    assert len(ledger.events()) == 1
    assert ledger.append(READ).sequence == 2


def test_clock_without_a_time_zone_is_refused(tmp_path: Path) -> None:
    with open_ledger(tmp_path, lambda: datetime(2024, 7, 1)) as ledger, pytest.raises(LedgerError, match="time zone"):  # noqa: DTZ001
        ledger.append(READ)


def fixed_clock() -> datetime:
    return datetime.fromisoformat("2024-07-01T08:00:00+00:00")


@pytest.mark.parametrize("url", ["nonsense", "unheard+of://x"])
def test_url_that_names_no_database_is_told(url: str) -> None:
    with pytest.raises(LedgerError):
        Ledger.open(url, fixed_clock)


def test_archive_records_its_rows_as_collected(tmp_path: Path, ledger: Ledger) -> None:
    archive = Archive(ledger, FileStore(tmp_path), "ann")
    stored = archive.put(b"rows", "incidents", ".parquet")
    audit_id = archive.commit("feed/toronto", [Artefact.of("incidents", "toronto/1", stored)], {"read": 4})
    event = ledger.event(audit_id)
    assert (event.draft.operation, event.draft.actor, event.draft.details["read"]) == ("collection", "ann", 4)
    assert [entry.name for entry in archive.entries("incidents")] == ["toronto/1"]
    assert archive.read(archive.entries("incidents")[0]) == b"rows"


def test_the_ledger_as_it_stood_shows_nothing_later_to_any_query_and_takes_nothing(ledger: Ledger) -> None:
    for name in ("p1", "p2", "p3"):
        made = Artefact("plan", name, SHA, "p")
        ledger.append(READ, artefacts=[made], aliases={("plan", "newest"): name})
    then = ledger.until(2)
    assert [event.sequence for event in then.events()] == [2, 1]
    assert [event.sequence for event in page(then.database, Which(), 10)] == [2, 1]
    assert [row.name for row in then.artefacts("plan")] == ["p1", "p2"]
    assert then.alias_history("plan", "newest") == ["p2", "p1"]
    with then.tree() as past, ledger.tree() as present:
        assert (past.size, present.size) == (2, 3)
        assert past.root(2) == present.root(2)
    assert then.until(1).artefacts("plan")[-1].name == "p1"
    for write in (lambda: then.append(READ), lambda: then.append_all([READ]), then.check_writable):
        with pytest.raises(LedgerError, match="as it stood once"):
            write()
    # What was seen then leaves no trace in connections that are used again.
    assert [event.sequence for event in ledger.events()] == [3, 2, 1]
    assert ledger.verify().ok
