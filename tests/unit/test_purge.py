"""What a purge takes and leaves, case by case."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from errors import DataError
from features.counting import build_panel, flat_areas
from features.feeds.catalogue import shipped_text
from features.feeds.mapping import FeedMapping
from features.feeds.sources import source_files
from features.incidents.batch import QUARANTINE, deliveries, read_facts, read_quarantine, standing
from features.incidents.erasures import ERASURE
from features.incidents.ingest import ingest
from features.incidents.plans import feed_plan
from features.incidents.store import load_incidents
from features.keeping.purge import Purge, Purged
from features.keeping.retention import Retained, retentions
from features.quarantine.rows import batches, quarantined_rows, quarantined_totals
from models.progress import silent
from tests.support.archive import MemoryArchive
from tests.support.exports import (
    counted,
    ingest_export,
    ingest_police,
    make_mapping,
    make_workspace,
    police_file,
    police_row,
    write_csv,
)
from tests.support.releases import release_corrected, release_replaced
from tests.support.traces import found_in

NOW = datetime(2024, 9, 1, 9, 30, 0, 250_000, tzinfo=UTC)
LATER = datetime(2024, 9, 2, tzinfo=UTC)
# The limit that leaves rows of 2024-02-01 and later.
KEPT = Retained("city", 213)
HEADER = "when,where,what,id,rev"


def purged(archive: MemoryArchive, term: Retained = KEPT, now: datetime = NOW) -> Purged:
    return Purge(archive, [term], now).run("retention", "ann", silent)


def revised() -> FeedMapping:
    return make_mapping({"incident_id": "id", "revision": "rev"})


def export(folder: Path, *rows: str, name: str = "f.csv") -> Path:
    return write_csv(folder / name, HEADER, rows)


def days_held(archive: MemoryArchive) -> list[str]:
    tables = [read_facts(archive, entry) for entry, _ in deliveries(archive)]
    return sorted(str(day)[:10] for table in tables for day in table.column("day").to_pylist())


def test_rows_before_the_limit_become_counts_and_the_record_says_so(tmp_path: Path) -> None:
    workspace, archive = make_workspace(tmp_path / "w"), MemoryArchive()
    path = export(tmp_path, "2024-01-30,A,x,1,1", "2024-01-30,A,x,2,1", "2024-01-31,B,x,3,1", "2024-02-01,A,x,4,1")
    ingest_export(workspace, path, revised(), archive)
    before = counted(archive)
    foreseen = Purge(archive, [KEPT], NOW).foreseen()
    assert len(archive.commits) == 1
    done = purged(archive)
    assert (foreseen.feeds, foreseen.left_over) == (done.feeds, 0)
    [feed] = done.feeds
    assert (feed.rows, feed.counted, feed.quarantined, feed.files) == (3, 3, 0, 1)
    assert (feed.before, feed.first, feed.last) == (date(2024, 2, 1), date(2024, 1, 30), date(2024, 1, 31))
    assert counted(archive) == before
    assert len(archive.paths("incidents")) == 1
    [record] = archive.entries(ERASURE)
    [erased] = [row for row in archive.rows if row.kind == "incidents"][:1]
    assert record.meta["erased"] == [f"incidents/{erased.name}"]
    assert (record.meta["by"], record.meta["reason"], record.meta["rows"]) == ("ann", "retention", 3)
    assert archive.commits[-1][1]["reason"] == "retention"
    assert purged(archive, now=NOW + timedelta(hours=1)).feeds == ()
    assert len(archive.commits) == 2


def test_nothing_of_one_incident_is_left_in_a_count(tmp_path: Path) -> None:
    workspace, archive = make_workspace(tmp_path / "w"), MemoryArchive()
    mapping = make_mapping(
        {"incident_id": "id", "source_type": "rev", "recorded_at": "told", "longitude": "x", "latitude": "y"}
    )
    row = "2024-01-30 14:05,A,x,1,web,2024-01-31 09:17,0.5,51.5"
    ingest_export(workspace, write_csv(tmp_path / "f.csv", f"{HEADER},told,x,y", [row]), mapping, archive)
    purged(archive)
    [(entry, _)] = deliveries(archive)
    [fact] = read_facts(archive, entry, None).to_pylist()
    kept = {name: value for name, value in fact.items() if value not in (None, 0)}
    assert kept == {
        "day": datetime(2024, 1, 30),  # noqa: DTZ001 - a day
        "known_at": datetime(2024, 1, 31, 0, 0, 1),  # noqa: DTZ001 - a day, and that it was in its course
        "first_known_at": datetime(2024, 1, 31, 0, 0, 1),  # noqa: DTZ001 - the same
        "feed": "city",
        "area": "A",
        "strand": "x",
        "provenance": "unknown",
        "count": 1,
    }


def test_an_incident_whose_counting_revision_is_over_goes_with_all_its_revisions(tmp_path: Path) -> None:
    workspace, archive = make_workspace(tmp_path / "w"), MemoryArchive()
    path = export(tmp_path, "2024-03-05,A,x,1,1", "2024-01-05,A,x,1,2", "2024-03-06,A,x,2,1")
    ingest_export(workspace, path, revised(), archive)
    before = counted(archive)
    assert purged(archive).feeds[0].rows == 2
    assert counted(archive) == before == {("2024-01-05", "A", "x"): 1, ("2024-03-06", "A", "x"): 1}
    assert days_held(archive) == ["2024-01-05", "2024-03-06"]


def test_an_expired_revision_that_no_longer_counts_leaves_nothing(tmp_path: Path) -> None:
    workspace, archive = make_workspace(tmp_path / "w"), MemoryArchive()
    ingest_export(workspace, export(tmp_path, "2024-01-05,A,x,1,1", "2024-03-05,A,x,1,2"), revised(), archive)
    assert purged(archive).feeds[0].counted == 0
    assert days_held(archive) == ["2024-03-05"]


def test_the_same_file_stays_known_and_a_new_one_brings_no_erased_days_back(tmp_path: Path) -> None:
    workspace, archive, mapping = make_workspace(tmp_path / "w"), MemoryArchive(), make_mapping()
    old = ["2024-01-05,A,x,,"]
    path = export(tmp_path, *old, "2024-03-05,A,x,,")
    ingest_export(workspace, path, mapping, archive)
    purged(archive)
    before = counted(archive)
    assert ingest_export(workspace, path, mapping, archive, LATER).accounts.rules == {"file-already-ingested": 2}
    longer = export(tmp_path, *old, "2024-01-06,A,x,,", "2024-04-05,A,x,,", name="g.csv")
    accounts = ingest_export(workspace, longer, mapping, archive, LATER).accounts
    assert (accounts.accepted, accounts.rules) == (1, {"erased-days": 2})
    assert counted(archive) == before | {("2024-04-05", "A", "x"): 1}


def test_a_file_that_was_held_at_the_purge_is_read_again_whole(tmp_path: Path) -> None:
    workspace, archive = make_workspace(tmp_path / "w"), MemoryArchive()
    path = export(tmp_path, "2024-01-05,A,x,,", "2024-03-05,A,x,,")
    ingest_export(workspace, path, make_mapping(), archive)
    purged(archive)
    again = make_mapping(strands={"x": "Other"})
    assert ingest_export(workspace, path, again, archive, LATER).accounts.accepted == 2
    assert counted(archive) == {("2024-01-05", "A", "Other"): 1, ("2024-03-05", "A", "Other"): 1}
    # An earlier view shows what the purge left, under the strand of that time, and says that it is not exact.
    view = load_incidents(archive).view(date(2024, 8, 1))
    assert {view.strand_names[number] for number in view.strand[view.day < np.datetime64("2024-02-01")]} == {"x"}


def test_no_clock_time_is_left_of_an_erased_row(tmp_path: Path) -> None:
    workspace, archive = make_workspace(tmp_path / "w"), MemoryArchive()
    path = export(tmp_path, "2024-01-05 21:40:00,A,x,,", "2024-03-05 22:50:00,A,x,,")
    ingest_export(workspace, path, make_mapping(), archive)
    purged(archive)
    view = load_incidents(archive, clocks=True).view()
    assert view.began is not None
    assert sorted(view.began.astype(str).tolist()) == ["2024-03-05T22:50:00", "NaT"]
    assert load_incidents(archive).view().began is None


def test_a_replaced_month_keeps_its_winner(tmp_path: Path) -> None:
    workspace, archive = make_workspace(tmp_path / "w"), MemoryArchive()
    for number, rows in enumerate((["a", "b"], ["c"])):
        police_file(tmp_path / str(number), "2023-12", [police_row("2023-12", crime_id=name) for name in rows])
        ingest_police(workspace, tmp_path / str(number), archive, datetime(2024, 2, 1 + number, tzinfo=UTC))
    before = counted(archive)
    done = purged(archive, Retained("police-uk", 244))
    assert (done.feeds[0].rows, done.feeds[0].counted, done.feeds[0].before) == (3, 1, date(2024, 1, 1))
    assert counted(archive) == before == {("2023-12-01", "E01", "Burglary"): 1}
    assert len(load_incidents(archive).view(date(2024, 2, 2))) == 1


def test_a_month_is_over_when_all_of_it_is(tmp_path: Path) -> None:
    workspace, archive = make_workspace(tmp_path / "w"), MemoryArchive()
    police_file(tmp_path / "0", "2023-12", [police_row("2023-12")])
    ingest_police(workspace, tmp_path / "0", archive)
    assert purged(archive, Retained("police-uk", 245)).feeds == ()
    assert purged(archive, Retained("police-uk", 244)).feeds[0].rows == 1


def test_of_feeds_that_are_no_demand_nothing_is_left(tmp_path: Path) -> None:
    workspace, archive = make_workspace(tmp_path / "w"), MemoryArchive()
    header = "shift_date,shift,lsoa,unit_type,minutes,status"
    rows = ["2024-01-05,early,A,foot,60,delivered", "2024-03-05,early,A,foot,60,delivered"]
    plan = feed_plan(workspace, "patrol-hours", lambda: datetime(2024, 4, 1, tzinfo=UTC))
    with source_files(write_csv(tmp_path / "p.csv", header, rows)) as files:
        ingest(files, plan, archive, [], silent)
    done = purged(archive, Retained("patrol-hours", 213))
    assert (done.feeds[0].rows, done.feeds[0].counted) == (1, 0)
    assert days_held(archive) == ["2024-03-05"]
    [(entry, _)] = deliveries(archive)
    assert read_facts(archive, entry, None).column("minutes").to_pylist() == [60.0]


@pytest.mark.parametrize(
    ("when", "received", "gone"),
    [
        ("05/01/2024", date(2024, 3, 1), True),  # its own date, in the contract's format
        ("05/03/2024", date(2024, 4, 1), False),
        ("someday", date(2024, 3, 1), False),  # no readable date: the receipt counts
        ("someday", date(2024, 1, 15), True),
        ("05/01/2999", date(2024, 1, 15), True),  # a date after the receipt is a slip: the receipt counts
        ("05/01/1066", date(2024, 3, 1), False),
    ],
)
def test_quarantined_rows_go_by_their_date_or_by_their_receipt(
    tmp_path: Path, when: str, received: date, gone: bool
) -> None:
    workspace, archive = make_workspace(tmp_path / "w"), MemoryArchive()
    mapping = make_mapping(date_format="%d/%m/%Y")
    path = export(tmp_path, f"{when},,secret,,", "10/01/2024,A,x,,")
    ingest_export(workspace, path, mapping, archive, datetime.combine(received, datetime.min.time(), UTC))
    assert quarantined_totals(archive).open == 1
    [feed] = purged(archive, Retained("city", 213, "%d/%m/%Y")).feeds
    assert feed.quarantined == int(gone)
    assert quarantined_totals(archive).open == int(not gone)
    [entry] = standing(archive, QUARANTINE)
    assert ("secret" in read_quarantine(archive, entry).to_string()) != gone


def test_an_earlier_view_says_that_rows_were_erased_and_a_present_one_does_not(tmp_path: Path) -> None:
    workspace, archive = make_workspace(tmp_path / "w"), MemoryArchive()
    rows = [f"2024-0{1 + day // 28}-{1 + day % 28:02d},A,x,," for day in range(3 * 28)]
    ingest_export(workspace, export(tmp_path, *rows), make_mapping(), archive)
    purged(archive)
    store = load_incidents(archive)
    said = "rows of city before 2024-02-01 were erased on 2024-09-01: counts of those days rest on what was known then"
    assert [item.sentence() for item in store.view(date(2024, 8, 1)).erased] == [said]
    for as_of in (None, LATER, date(2024, 1, 1)):
        assert store.view(as_of).erased == ()
    view = store.view(date(2024, 3, 20))
    panel = build_panel(view, "week", flat_areas(view))
    assert [item.sentence() for item in panel.erased] == [said]
    assert panel.between(6, len(panel.counts)).erased == ()


def test_released_rows_are_kept_and_erased_with_what_was_refused_of_their_file(tmp_path: Path) -> None:
    areas = "area_code\nA\nB\n"
    workspace, archive = make_workspace(tmp_path / "w", areas=areas), MemoryArchive()
    mapping, received = make_mapping(), datetime(2024, 4, 1, tzinfo=UTC)
    rows = ["2024-03-01,A,x,,", "2024-01-05,Old,x,,", "2024-03-02,New,x,,", "2024-03-03,Open,x,,", "bad,Bad,x,,"]
    ingest_export(workspace, export(tmp_path, *rows), mapping, archive, received)
    for number, area in enumerate(("Old", "New")):
        change, when = ("area_code", area, "B"), datetime(2024, 5, 1 + number, tzinfo=UTC)
        release_replaced(workspace, archive, change, when, mapping=mapping)
    fixed = {batch.row_id(6): {"when": "2024-01-09"} for batch in batches(archive)}
    release_corrected(workspace, archive, fixed, datetime(2024, 5, 3, tzinfo=UTC), mapping=mapping)
    before = counted(archive)
    assert quarantined_totals(archive).open == 2
    [feed] = purged(archive).feeds
    # One released row and what was refused of it; and the row that a correction dated.
    assert (feed.rows, feed.counted, feed.quarantined, feed.files) == (1, 1, 2, 1)
    assert counted(archive) == before
    assert dict(quarantined_totals(archive).rules) == {"outside-areas": 1}
    assert found_in(archive.files.values(), [b"2024-01-05", b"2024-01-09", b"Old", b"Bad"]) == set()
    assert found_in(archive.files.values(), [b"Open"])
    # What is still open is released as before.
    release_replaced(workspace, archive, ("area_code", "Open", "A"), LATER, mapping=mapping)
    assert counted(archive) == before | {("2024-03-03", "A", "x"): 1}
    assert quarantined_totals(archive).open == 0


class Killed(MemoryArchive):
    """An archive whose process ends when the first file is to be deleted."""

    def remove(self, path: str) -> None:
        raise KeyboardInterrupt


def test_a_purge_that_is_killed_after_its_commit_is_completed_by_the_next(tmp_path: Path) -> None:
    workspace, archive = make_workspace(tmp_path / "w"), Killed()
    ingest_export(workspace, export(tmp_path, "2024-01-05,A,x,1,1", "2024-03-05,A,x,2,1"), revised(), archive)
    before = counted(archive)
    with pytest.raises(KeyboardInterrupt):
        purged(archive)
    assert (len(archive.paths("incidents")), counted(archive)) == (2, before)
    whole = MemoryArchive(archive.files, archive.rows, archive.paths_of, archive.commits)
    assert Purge(whole, [KEPT], NOW + timedelta(hours=1)).foreseen().left_over == 1
    done = purged(whole, now=NOW + timedelta(hours=1))
    assert (done.feeds, done.left_over, len(whole.paths("incidents")), counted(whole)) == ((), 1, 1, before)


def test_how_long_a_feed_is_kept_is_its_contract_s_word(tmp_path: Path) -> None:
    root = make_workspace(tmp_path / "w").root
    held = ["city", "action-fraud", "police-uk"]
    assert retentions(root, held, None, None) == [Retained("action-fraud", 2557), Retained("police-uk", 3650)]
    assert retentions(root, held, "police-uk", None) == [Retained("police-uk", 3650)]
    assert retentions(root, held, "city", 90) == [Retained("city", 90)]
    for feed, days, words in (
        ("city", None, "no contract says"),
        ("police-uk", 90, "its contract says"),
        ("events", None, "nothing is held"),
        (None, 90, "one feed"),
    ):
        with pytest.raises(DataError, match=words):
            retentions(root, held, feed, days)


def test_without_limit_is_never_purged(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    (workspace.root / "feeds").mkdir(exist_ok=True)
    text = shipped_text("action-fraud").replace("days = 2557", "days = 0")
    (workspace.root / "feeds" / "action-fraud.toml").write_text(text, "utf-8")
    assert retentions(workspace.root, ["action-fraud"], None, None) == []


def test_a_released_row_of_erased_days_leaves_the_quarantine_without_counting(tmp_path: Path) -> None:
    workspace, archive, mapping = make_workspace(tmp_path / "w"), MemoryArchive(), make_mapping()
    path = export(tmp_path, "2024-01-05,A,x,,", "2024-03-05,A,x,,", "someday,A,x,,", "some day,A,x,,")
    ingest_export(workspace, path, mapping, archive, NOW - timedelta(days=10))
    purged(archive)
    before = counted(archive)
    days = dict(zip((row.id for row in quarantined_rows(archive)), ("2024-01-05", "2024-03-06"), strict=True))
    cells = {row: {"when": day} for row, day in days.items()}
    accounts = release_corrected(workspace, archive, cells, LATER, mapping=mapping).accounts
    assert (accounts.accepted, accounts.rules) == (1, {"erased-days": 1})
    assert counted(archive) == before | {("2024-03-06", "A", "x"): 1}
    assert (quarantined_totals(archive).open, quarantined_totals(archive).released) == (0, 2)
