import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from errors import DataError
from features.incidents.lock import ingest_lock
from features.incidents.store import load_incidents
from features.quarantine.rows import quarantined_rows, quarantined_totals
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

FIRST, SECOND = datetime(2024, 3, 1, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC)
HEADER = "when,where,what,id,n,rev"


def test_identical_rows_without_a_key_all_count(tmp_path: Path) -> None:
    archive = MemoryArchive()
    path = write_csv(tmp_path / "f.csv", "when,where,what", ["2024-01-05,A,x"] * 3)
    ingest_export(make_workspace(tmp_path / "w"), path, make_mapping(), archive)
    assert counted(archive) == {("2024-01-05", "A", "x"): 3}


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    archive, workspace = MemoryArchive(), make_workspace(tmp_path / "w")
    path = write_csv(tmp_path / "f.csv", "when,where,what", ["2024-01-05,A,x", "2024-01-05,,x"])
    ingest_export(workspace, path, make_mapping(), archive)
    rows, files = list(archive.rows), dict(archive.files)
    report = ingest_export(workspace, path.rename(tmp_path / "renamed.csv"), make_mapping(), archive, SECOND)
    assert dict(report.accounts.rules) == {"file-already-ingested": 2}
    assert (archive.rows, archive.files, report.audit_id) == (rows, files, None)


def test_the_same_file_under_a_corrected_mapping_replaces_its_first_reading(tmp_path: Path) -> None:
    archive, workspace = MemoryArchive(), make_workspace(tmp_path / "w")
    path = write_csv(tmp_path / "f.csv", "when,where,what", ["2024-01-05,A,x", "2024-01-05,A,y"])
    ingest_export(workspace, path, make_mapping(strands={"x": "X"}), archive, FIRST)
    assert quarantined_totals(archive).rules == {"offence-not-mapped": 1}
    report = ingest_export(workspace, path, make_mapping(strands={"x": "X", "y": "Y"}, name="town"), archive, SECOND)
    assert report.accounts.accepted == 2
    assert counted(archive) == {("2024-01-05", "A", "X"): 1, ("2024-01-05", "A", "Y"): 1}
    assert quarantined_totals(archive).rules == {}
    assert sum(counted(archive, date(2024, 4, 1)).values()) == 1


def test_a_repeated_incident_is_a_duplicate_across_files_and_another_count_is_not(tmp_path: Path) -> None:
    archive, workspace = MemoryArchive(), make_workspace(tmp_path / "w")
    mapping = make_mapping({"incident_id": "id", "count": "n"})
    one = write_csv(tmp_path / "1.csv", HEADER, ["2024-01-05,A,x,a,1,", "2024-01-05,A,x,b,1,"])
    two = write_csv(tmp_path / "2.csv", HEADER, ["2024-01-05,A,x,b,1,", "2024-01-06,A,x,b,1,", "2024-01-05,A,x,a,-1,"])
    ingest_export(workspace, one, mapping, archive, FIRST)
    report = ingest_export(workspace, two, mapping, archive, SECOND)
    assert dict(report.accounts.rules) == {"same-incident": 1}
    assert counted(archive) == {("2024-01-05", "A", "x"): 1, ("2024-01-06", "A", "x"): 1}


def test_a_retraction_changes_no_earlier_view(tmp_path: Path) -> None:
    archive, workspace = MemoryArchive(), make_workspace(tmp_path / "w")
    mapping = make_mapping({"incident_id": "id", "count": "n"})
    ingest_export(workspace, write_csv(tmp_path / "1.csv", HEADER, ["2024-01-05,A,x,a,1,"]), mapping, archive, FIRST)
    ingest_export(workspace, write_csv(tmp_path / "2.csv", HEADER, ["2024-01-05,A,x,a,-1,"]), mapping, archive, SECOND)
    assert counted(archive, date(2024, 5, 1)) == {("2024-01-05", "A", "x"): 1}
    assert counted(archive, date(2024, 6, 1)) == {}


def test_the_newest_revision_known_by_then_counts(tmp_path: Path) -> None:
    archive, workspace = MemoryArchive(), make_workspace(tmp_path / "w")
    mapping = make_mapping({"incident_id": "id", "count": "n", "revision": "rev"})
    rows = ["2024-01-05,A,x,a,1,2", "2024-01-05,B,x,a,1,1", "2024-01-05,C,x,,1,1"]
    report = ingest_export(workspace, write_csv(tmp_path / "1.csv", HEADER, rows), mapping, archive, FIRST)
    assert dict(report.accounts.rules) == {"older-revision": 1}
    ingest_export(workspace, write_csv(tmp_path / "2.csv", HEADER, ["2024-01-05,D,x,a,1,3"]), mapping, archive, SECOND)
    assert counted(archive, date(2024, 5, 1)) == {("2024-01-05", "A", "x"): 1, ("2024-01-05", "C", "x"): 1}
    assert counted(archive) == {("2024-01-05", "D", "x"): 1, ("2024-01-05", "C", "x"): 1}
    ingest_export(workspace, write_csv(tmp_path / "3.csv", HEADER, ["2024-01-05,D,x,a,-1,4"]), mapping, archive, SECOND)
    assert counted(archive) == {("2024-01-05", "C", "x"): 1}


def test_a_delivery_that_replaces_periods_replaces_the_days_it_covers(tmp_path: Path) -> None:
    archive, workspace = MemoryArchive(), make_workspace(tmp_path / "w")
    mapping = make_mapping(delivery="replaces-periods")
    header = "when,where,what"
    one = write_csv(tmp_path / "1.csv", header, ["2024-01-01,A,x", "2024-01-02,A,x", "2024-01-03,A,x"])
    two = write_csv(tmp_path / "2.csv", header, ["2024-01-02,B,x", "2024-01-04,B,x"])
    ingest_export(workspace, one, mapping, archive, FIRST)
    ingest_export(workspace, two, mapping, archive, SECOND)
    days = ["2024-01-01", "2024-01-02", "2024-01-04"]
    assert counted(archive) == {(day, "A" if day == "2024-01-01" else "B", "x"): 1 for day in days}
    assert len(counted(archive, date(2024, 5, 1))) == 4


def test_a_newer_police_file_supersedes_its_month_from_when_it_was_received(tmp_path: Path) -> None:
    archive, workspace = MemoryArchive(), make_workspace(tmp_path / "w")
    one = police_file(tmp_path / "1", "2024-01", [police_row(lsoa="E01")] * 3)
    two = police_file(tmp_path / "2", "2024-01", [police_row(lsoa="E02")] * 2)
    ingest_police(workspace, one, archive, FIRST)
    report = ingest_police(workspace, two, archive, SECOND)
    assert any("replaces" in notice for notice in report.files[0].notices)
    old, new = {("2024-01-01", "E01", "Burglary"): 3}, {("2024-01-01", "E02", "Burglary"): 2}
    assert [counted(archive, day) for day in (date(2024, 2, 1), date(2024, 5, 1), date(2024, 6, 2), None)] == [
        old,
        old,
        new,
        new,
    ]
    assert counted(archive, date(2024, 1, 31)) == {}


def test_an_overlap_without_keys_is_told_and_counted(tmp_path: Path) -> None:
    archive, workspace = MemoryArchive(), make_workspace(tmp_path / "w")
    header = "when,where,what"
    one = write_csv(tmp_path / "1.csv", header, ["2024-01-01,A,x", "2024-01-09,A,x"])
    two = write_csv(tmp_path / "2.csv", header, ["2024-01-09,A,x", "2024-01-12,A,x"])
    ingest_export(workspace, one, make_mapping(), archive)
    report = ingest_export(workspace, two, make_mapping(), archive)
    assert "overlaps 1.csv on 2024-01-09 to 2024-01-09: 1 rows are identical" in report.files[0].notices[0]
    assert counted(archive)[("2024-01-09", "A", "x")] == 2


def test_names_that_differ_by_case_between_files_are_one(tmp_path: Path) -> None:
    archive, workspace = MemoryArchive(), make_workspace(tmp_path / "w")
    for name, row in (("1.csv", "2024-01-01,West Hill,Theft"), ("2.csv", "2024-01-02,WEST HILL,THEFT")):
        ingest_export(workspace, write_csv(tmp_path / name, "when,where,what", [row]), make_mapping(), archive)
    view = load_incidents(archive).view()
    assert (view.area_codes, view.strand_names) == (("West Hill",), ("Theft",))


def test_quarantined_rows_are_kept_with_file_row_and_rule(tmp_path: Path) -> None:
    archive = MemoryArchive()
    path = write_csv(tmp_path / "f.csv", "when,where,what", ["2024-01-05,A,x", "2024-01-05,,x", "bad,A,x", "a"])
    ingest_export(make_workspace(tmp_path / "w"), path, make_mapping(), archive)
    kept = [(item.file, item.row, item.rule) for item in quarantined_rows(archive)]
    assert kept == [("f.csv", 3, "no-area"), ("f.csv", 4, "bad-date"), ("f.csv", 5, "ragged-row")]
    assert [item.row for item in quarantined_rows(archive, rule="bad-date")] == [4]


def test_a_file_of_which_no_row_can_be_used_is_refused_with_its_first_row(tmp_path: Path) -> None:
    archive = MemoryArchive()
    path = write_csv(tmp_path / "f.csv", "when,where,what", ["2031-01-05,A,x", "2031-01-06,A,x"])
    with pytest.raises(
        DataError, match=r"f\.csv, row 2: no row can be used: the date lies in the future \(2 of 2 rows\)"
    ):
        ingest_export(make_workspace(tmp_path / "w"), path, make_mapping(), archive)
    assert (archive.files, archive.rows) == ({}, [])


def test_snapshots_differ_by_day_and_content_alone(tmp_path: Path) -> None:
    archive, workspace = MemoryArchive(), make_workspace(tmp_path / "w")
    path = write_csv(tmp_path / "f.csv", "when,where,what", ["2024-01-05,A,x"])
    ingest_export(workspace, path, make_mapping(), archive)
    store = load_incidents(archive)
    one, other = store.view(date(2024, 2, 1)), store.view(date(2024, 2, 2))
    assert one.snapshot_hash == load_incidents(archive).view(date(2024, 2, 1)).snapshot_hash != other.snapshot_hash
    with pytest.raises(ValueError, match="read-only"):
        one.count[0] = 5


def test_an_empty_store_has_an_empty_view() -> None:
    view = load_incidents(MemoryArchive()).view(date(2024, 1, 1))
    assert (len(view), view.area_codes, view.feeds) == (0, (), ())


def test_two_ingests_do_not_interleave(tmp_path: Path) -> None:
    with ingest_lock(tmp_path):
        child = os.fork()
        if child == 0:
            try:
                with ingest_lock(tmp_path):
                    os._exit(0)
            except DataError:
                os._exit(7)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    with ingest_lock(tmp_path):
        pass
