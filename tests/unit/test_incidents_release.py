"""Rows that leave the quarantine: what they count as, from when on, and what becomes of them later."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from errors import DataError
from features.feeds.declared import Declared
from features.incidents.batch import deliveries
from features.incidents.plans import contract_of, wanted_under
from features.incidents.store import load_incidents
from features.quarantine.rows import quarantined_rows, quarantined_totals
from features.quarantine.shown import RowHistory, row_history
from features.settings import Settings
from features.strands import OPEN
from features.workspace import Workspace
from tests.support.archive import MemoryArchive
from tests.support.exports import (
    counted,
    ingest_export,
    ingest_feed,
    ingest_police,
    make_mapping,
    make_workspace,
    police_file,
    police_row,
    write_csv,
)
from tests.support.releases import exported, release_again, release_corrected, release_file, release_replaced

FIRST, SECOND, THIRD = (datetime(2024, month, 1, 9, 30, 0, 700_000, tzinfo=UTC) for month in (3, 6, 9))
HEADER = "when,where,what,id,n,rev"
AREAS = "area_code\nA\nB\n"
KEYED = make_mapping({"incident_id": "id", "count": "n"})


def ids(archive: MemoryArchive) -> list[str]:
    return [row.id for row in quarantined_rows(archive)]


def test_a_corrected_row_counts_from_its_release_on_and_keeps_the_hash_of_its_key(tmp_path: Path) -> None:
    archive, workspace = MemoryArchive(), make_workspace(tmp_path / "w")
    path = write_csv(
        tmp_path / "f.csv", HEADER, ["2024-01-05,A,x,1,1,", "2024-01-06,,x,2,1,", "torn", "2024-01-07,A,,3,1,"]
    )
    ingest_export(workspace, path, KEYED, archive, FIRST)
    before = counted(archive)
    report = release_corrected(workspace, archive, {ids(archive)[0]: {"where": "B"}}, SECOND, mapping=KEYED)
    assert (report.accounts.read, report.accounts.accepted, report.released) == (1, 1, 1)
    assert counted(archive) == before | {("2024-01-06", "B", "x"): 1}
    assert counted(archive, date(2024, 6, 1)) == before
    assert counted(archive, date(2024, 6, 2)) == counted(archive)
    later = write_csv(tmp_path / "g.csv", HEADER, ["2024-01-06,B,x,2,1,", "2024-01-09,B,x,9,1,"])
    assert dict(ingest_export(workspace, later, KEYED, archive, THIRD).accounts.rules) == {"same-incident": 1}
    assert archive.operations == ["collection", "alteration", "collection"]


def test_views_at_the_very_second_before_a_release_do_not_show_it(tmp_path: Path) -> None:
    archive, workspace = MemoryArchive(), make_workspace(tmp_path / "w", areas=AREAS)
    path = write_csv(tmp_path / "f.csv", "when,where,what", ["2024-01-05,A,x", "2024-01-06,Z,x"])
    ingest_export(workspace, path, make_mapping(), archive, FIRST)
    release_replaced(workspace, archive, ("area_code", "z", "B"), SECOND, mapping=make_mapping())
    store = load_incidents(archive)
    assert len(store.view(SECOND.replace(microsecond=0))) == 1
    assert len(store.view(SECOND.replace(second=2))) == 2


def test_rows_that_still_break_a_rule_stay_with_their_values_and_the_rule_they_break_now(tmp_path: Path) -> None:
    archive, workspace = MemoryArchive(), make_workspace(tmp_path / "w", areas=AREAS)
    path = write_csv(tmp_path / "f.csv", "when,where,what", ["2024-01-05,A,x", "bad,Z,x", "2024-01-07,Y,x"])
    ingest_export(workspace, path, make_mapping(), archive, FIRST)
    one, two = ids(archive)
    report = release_corrected(workspace, archive, {one: {"when": "2024-01-06"}}, SECOND, mapping=make_mapping())
    assert dict(report.accounts.rules) == {"outside-areas": 1}
    assert dict(quarantined_totals(archive).rules) == {"outside-areas": 2}
    assert [row["when"] for row in exported(workspace, archive, "city", make_mapping())] == ["2024-01-06", "2024-01-07"]
    rows = len(archive.rows)
    assert release_again(workspace, archive, THIRD, mapping=make_mapping()).audit_id is None
    assert len(archive.rows) == rows
    release_replaced(workspace, archive, ("area_code", "Z", "A"), THIRD, mapping=make_mapping())
    assert ids(archive) == [two]
    assert counted(archive)[("2024-01-06", "A", "x")] == 1
    assert (quarantined_totals(archive).open, quarantined_totals(archive).released) == (1, 1)


def test_rows_are_released_as_they_are_once_the_areas_are_widened(tmp_path: Path) -> None:
    archive, workspace = MemoryArchive(), make_workspace(tmp_path / "w", areas=AREAS)
    path = write_csv(tmp_path / "f.csv", "when,where,what", ["2024-01-05,A,x", "2024-01-06,C,x", "torn"])
    ingest_export(workspace, path, make_mapping(), archive, FIRST)
    (tmp_path / "w" / "areas.csv").write_text(AREAS + "C\n", encoding="utf-8")
    report = release_again(workspace, archive, SECOND, "outside-areas", mapping=make_mapping())
    assert (report.released, dict(quarantined_totals(archive).rules)) == (1, {"ragged-row": 1})
    assert counted(archive)[("2024-01-06", "C", "x")] == 1
    with pytest.raises(DataError, match="no open row could be read again"):
        release_again(workspace, archive, SECOND, mapping=make_mapping())


def test_a_released_row_that_is_held_already_is_a_duplicate(tmp_path: Path) -> None:
    archive, workspace = MemoryArchive(), make_workspace(tmp_path / "w")
    one = write_csv(tmp_path / "1.csv", HEADER, ["2024-01-05,A,x,1,1,", "2024-01-06,,x,2,1,"])
    two = write_csv(tmp_path / "2.csv", HEADER, ["2024-01-06,B,x,2,1,", "2024-01-08,B,x,3,1,"])
    ingest_export(workspace, one, KEYED, archive, FIRST)
    ingest_export(workspace, two, KEYED, archive, SECOND)
    before = counted(archive)
    report = release_corrected(workspace, archive, {ids(archive)[0]: {"where": "B"}}, THIRD, mapping=KEYED)
    assert (dict(report.accounts.rules), report.released) == ({"same-incident": 1}, 1)
    assert counted(archive) == before
    assert quarantined_totals(archive).open == 0


def test_a_released_revision_that_is_older_than_the_held_one_does_not_count(tmp_path: Path) -> None:
    archive, workspace = MemoryArchive(), make_workspace(tmp_path / "w")
    mapping = make_mapping({"incident_id": "id", "count": "n", "revision": "rev"})
    one = write_csv(tmp_path / "1.csv", HEADER, ["2024-01-05,A,x,1,1,1", "2024-01-06,,x,2,1,1", "2024-01-06,,x,1,1,2"])
    two = write_csv(tmp_path / "2.csv", HEADER, ["2024-01-06,B,x,2,1,2"])
    ingest_export(workspace, one, mapping, archive, FIRST)
    ingest_export(workspace, two, mapping, archive, SECOND)
    cells = {row: {"where": "C"} for row in ids(archive)}
    report = release_corrected(workspace, archive, cells, THIRD, mapping=mapping)
    assert dict(report.accounts.rules) == {"older-revision": 1}
    assert counted(archive) == {("2024-01-06", "B", "x"): 1, ("2024-01-06", "C", "x"): 1}
    assert counted(archive, date(2024, 8, 1)) == {("2024-01-05", "A", "x"): 1, ("2024-01-06", "B", "x"): 1}


def test_where_the_newest_delivery_counts_a_released_row_stands_where_it_stood_in_its_file(tmp_path: Path) -> None:
    archive, workspace = MemoryArchive(), make_workspace(tmp_path / "w")
    (tmp_path / "w" / "feeds").mkdir(exist_ok=True)
    terms = "".join(f'{key} = "x"\n' for key in ("title", "partner", "owner", "purpose", "lawful_basis"))
    (tmp_path / "w" / "feeds" / "log.toml").write_text(
        f'name = "log"\n{terms}period = "day"\nrevision_rule = "newest-delivery"\n[columns]\n'
        'occurred_from = "when"\narea_code = "where"\noffence = "what"\nincident_id = "id"\n',
        encoding="utf-8",
    )
    header = "when,where,what,id"
    one = write_csv(tmp_path / "1.csv", header, ["2024-01-05,,x,1", "2024-01-05,B,x,1", "2024-01-06,,x,2"])
    two = write_csv(tmp_path / "2.csv", header, ["2024-01-07,C,x,2"])
    ingest_feed(workspace, "log", one, archive, FIRST)
    ingest_feed(workspace, "log", two, archive, SECOND)
    cells = {row: {"where": "A"} for row in ids(archive)}
    report = release_corrected(workspace, archive, cells, THIRD, feed="log")
    assert dict(report.accounts.rules) == {"older-revision": 2}
    assert counted(archive) == {("2024-01-05", "B", "x"): 1, ("2024-01-07", "C", "x"): 1}


def test_released_rows_are_superseded_with_the_month_of_their_file(tmp_path: Path) -> None:
    archive, workspace = MemoryArchive(), make_workspace(tmp_path / "w")
    old = police_file(tmp_path / "1", "2024-01", [police_row(lsoa="E01"), police_row(lsoa="")])
    ingest_police(workspace, old, archive, FIRST)
    (row,) = exported(workspace, archive, "police-uk")
    assert (row["Month"], row["Reported by"], row["Crime ID"]) == ("2024-01", "Essex Police", "")
    report = release_corrected(
        workspace, archive, {row["quarantine_id"]: {"LSOA code": "E09"}}, SECOND, feed="police-uk"
    )
    assert report.accounts.accepted == 1
    both = {("2024-01-01", "E01", "Burglary"): 1, ("2024-01-01", "E09", "Burglary"): 1}
    assert counted(archive) == both
    ingest_police(workspace, police_file(tmp_path / "2", "2024-01", [police_row(lsoa="E02")]), archive, THIRD)
    assert counted(archive) == {("2024-01-01", "E02", "Burglary"): 1}
    assert counted(archive, date(2024, 8, 1)) == both
    assert sum(counted(archive, date(2024, 5, 1)).values()) == 1


def test_a_row_released_after_its_month_was_superseded_does_not_count(tmp_path: Path) -> None:
    archive, workspace = MemoryArchive(), make_workspace(tmp_path / "w")
    ingest_police(
        workspace, police_file(tmp_path / "1", "2024-01", [police_row(), police_row(lsoa="")]), archive, FIRST
    )
    ingest_police(workspace, police_file(tmp_path / "2", "2024-01", [police_row(lsoa="E02")]), archive, SECOND)
    before = counted(archive)
    report = release_corrected(workspace, archive, {ids(archive)[0]: {"LSOA code": "E09"}}, THIRD, feed="police-uk")
    assert (dict(report.accounts.rules), counted(archive)) == ({"newer-file": 1}, before)


def test_a_row_of_a_police_file_corrected_to_another_month_stays(tmp_path: Path) -> None:
    archive, workspace = MemoryArchive(), make_workspace(tmp_path / "w")
    ingest_police(
        workspace, police_file(tmp_path / "1", "2024-01", [police_row(), police_row("2024-02")]), archive, FIRST
    )
    report = release_corrected(workspace, archive, {ids(archive)[0]: {"Month": "2023-12"}}, SECOND, feed="police-uk")
    assert dict(report.accounts.rules) == {"wrong-month": 1}


def test_released_rows_replace_nothing_and_are_superseded_with_their_day(tmp_path: Path) -> None:
    archive, workspace = MemoryArchive(), make_workspace(tmp_path / "w")
    mapping, header = make_mapping(delivery="replaces-periods"), "when,where,what"
    one = write_csv(tmp_path / "1.csv", header, ["2024-01-01,A,x", "2024-01-02,A,x"])
    two = write_csv(tmp_path / "2.csv", header, ["2024-01-03,B,x", "bad,B,x", "worse,B,x"])
    ingest_export(workspace, one, mapping, archive, FIRST)
    ingest_export(workspace, two, mapping, archive, FIRST.replace(month=4))
    before = counted(archive)
    cells = dict(zip(ids(archive), ({"when": "2024-01-02"}, {"when": "2024-01-09"}), strict=True))
    report = release_corrected(workspace, archive, cells, SECOND, mapping=mapping)
    # The first file holds the 2nd of January; nobody holds the 9th.
    assert (report.accounts.accepted, dict(report.accounts.rules)) == (1, {"newer-file": 1})
    assert counted(archive) == before | {("2024-01-09", "B", "x"): 1}
    ingest_export(workspace, write_csv(tmp_path / "3.csv", header, ["2024-01-09,C,x"]), mapping, archive, THIRD)
    assert counted(archive) == before | {("2024-01-09", "C", "x"): 1}
    assert counted(archive, date(2024, 8, 1)) == before | {("2024-01-09", "B", "x"): 1}


def test_released_rows_do_not_count_on_top_of_a_new_reading_of_their_file(tmp_path: Path) -> None:
    archive, workspace = MemoryArchive(), make_workspace(tmp_path / "w")
    path = write_csv(tmp_path / "f.csv", HEADER, ["2024-01-05,A,x,1,1,", "2024-01-06,A,y,2,1,", "2024-01-07,,x,3,1,"])
    columns = {"incident_id": "id", "count": "n"}
    narrow, wide = make_mapping(columns, strands={"x": "X"}), make_mapping(columns, strands={"x": "X", "y": "Y"})
    ingest_export(workspace, path, narrow, archive, FIRST)
    old = ids(archive)
    release_corrected(workspace, archive, {old[0]: {"what": "x"}}, SECOND, mapping=narrow)
    between = counted(archive)
    assert between == {("2024-01-05", "A", "X"): 1, ("2024-01-06", "A", "X"): 1}
    report = ingest_export(workspace, path, wide, archive, THIRD)
    assert (report.accounts.accepted, report.accounts.quarantined) == (2, 1)
    assert "what was released from its earlier reading no longer counts" in " ".join(report.files[0].notices)
    assert counted(archive) == {("2024-01-05", "A", "X"): 1, ("2024-01-06", "A", "Y"): 1}
    assert counted(archive, date(2024, 8, 1)) == between
    assert set(ids(archive)).isdisjoint(old)
    with pytest.raises(DataError, match="earlier reading"):
        release_file(workspace, archive, f"quarantine_id,where\n{old[1]},B\n", THIRD, mapping=wide)
    again = ingest_export(workspace, path, wide, archive, THIRD)
    assert dict(again.accounts.rules) == {"file-already-ingested": 3}


def test_a_release_extends_what_its_file_covers_from_then_on(tmp_path: Path) -> None:
    archive, workspace = MemoryArchive(), make_workspace(tmp_path / "w", areas=AREAS)
    rows = [f"2024-01-{day:02},{'A' if day < 11 else 'Z'},x" for day in range(1, 21)]
    ingest_export(workspace, write_csv(tmp_path / "f.csv", "when,where,what", rows), make_mapping(), archive, FIRST)
    release_replaced(workspace, archive, ("area_code", "Z", "B"), SECOND, mapping=make_mapping())
    store = load_incidents(archive)
    assert store.view(date(2024, 5, 1)).feeds[0].spans == ((date(2024, 1, 1), date(2024, 1, 10)),)
    assert store.view().feeds[0].spans == ((date(2024, 1, 1), date(2024, 1, 20)),)


def test_accounts_of_the_file_never_change_and_those_of_the_release_balance(tmp_path: Path) -> None:
    archive, workspace = MemoryArchive(), make_workspace(tmp_path / "w", areas=AREAS)
    path = write_csv(tmp_path / "f.csv", HEADER, ["2024-01-05,A,x,1,1,", "2024-01-06,Z,x,2,1,", "2024-01-06,Z,x,3,?,"])
    first = ingest_export(workspace, path, KEYED, archive, FIRST).accounts
    report = release_replaced(workspace, archive, ("area_code", "Z", "B"), SECOND, mapping=KEYED)
    assert (report.accounts.read, report.accounts.accepted, dict(report.accounts.rules)) == (2, 1, {"bad-count": 1})
    own, released = (item for _, item in deliveries(archive))
    assert (own.accounts, released.released_from != "") == (first, True)
    assert [archive.commits[1][1][name] for name in ("read", "accepted", "quarantined", "released", "reason")] == [
        2,
        1,
        1,
        1,
        "checked",
    ]


REFUSED = {
    "an unknown id": ("quarantine_id,where\nq0000000000:2,B\n", "no quarantined row has this id"),
    "an unknown row": ("quarantine_id,where\n{batch}:99,B\n", "no quarantined row has this id"),
    "no id": ("quarantine_id,where\n1.7E+05,B\n", "this is no id"),
    "one id twice": ("quarantine_id,where\n{batch}:3,B\n{batch}:3,B\n", "stands twice"),
    "a torn row": ("quarantine_id,where\n{batch}:3,B,C\n", "more or fewer fields"),
    "no ids at all": ("where\nB\n", "has no column 'quarantine_id'"),
    "a column of no contract": ("quarantine_id,where,notes\n{batch}:3,B,Jo\n", "not mapped: notes"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_corrected_file_that_cannot_be_used_is_refused_whole(tmp_path: Path, case: str) -> None:
    archive, workspace = MemoryArchive(), make_workspace(tmp_path / "w")
    mapping = make_mapping(strict=True)
    path = write_csv(tmp_path / "f.csv", "when,where,what", ["2024-01-05,A,x", "2024-01-06,,x", "2024-01-06,,x"])
    ingest_export(workspace, path, mapping, archive, FIRST)
    text, sentence = REFUSED[case]
    batch = ids(archive)[0].partition(":")[0]
    rows = list(archive.rows)
    with pytest.raises(DataError, match=sentence):
        release_file(workspace, archive, text.replace("{batch}", batch), SECOND, mapping=mapping)
    assert archive.rows == rows


CONTRACT = """\
name = "log"
title = "Log"
partner = "x"
owner = "x"
purpose = "x"
lawful_basis = "x"
period = "day"
[columns]
occurred_from = "when"
area_code = "where"
incident_id = { column = "ref", required = true }
offence = { column = "what", type = "code" }
weapon = { column = "weapon", type = "code", allowed = ["knife", "blunt"] }
stage = { column = "stage", type = "code", optional = true }
minutes = { column = "took", type = "minutes", optional = true }
count = { column = "n", type = "integer", optional = true }
knife = { column = "knife", type = "flag" }
[strands]
"X1" = "X"
"""


def contract_workspace(folder: Path) -> tuple[MemoryArchive, Workspace]:
    workspace = make_workspace(folder / "w", areas=AREAS)
    (folder / "w" / "feeds").mkdir(exist_ok=True)
    (folder / "w" / "feeds" / "log.toml").write_text(CONTRACT, encoding="utf-8")
    return MemoryArchive(), workspace


def history(archive: MemoryArchive, workspace: Workspace, row_id: str) -> RowHistory:
    contract = contract_of(workspace, "log", None)
    declared = Declared.of(contract, workspace.taxonomy(), ("A", "B"))
    return row_history(archive, row_id, wanted_under(contract), declared)


def test_a_row_is_shown_with_its_history_and_with_declared_values_alone(tmp_path: Path) -> None:
    archive, workspace = contract_workspace(tmp_path)
    rows = ["2024-01-05,A,1,x1,knife,y,", "2024-01-06,Jo Smith,2,x1,gun,Y,", "2024-01-06,a,3,X1,KNIFE,n,07700 900123"]
    path = write_csv(tmp_path / "f.csv", "when,where,ref,what,weapon,knife,stage", rows)
    ingest_feed(workspace, "log", path, archive, FIRST)
    one, two = ids(archive)
    told = history(archive, workspace, one)
    assert dict(told.values) == {
        "when": "(not shown)",
        "where": "(not shown)",
        "ref": "(kept as a hash)",
        "what": "X1",
        "weapon": "(not shown)",
        "stage": "(blank)",
        "took": "(blank)",
        "n": "(blank)",
        "knife": "Y",
    }
    assert (told.row.rule, told.row.field, told.outcome) == ("outside-areas", "area_code", "open")
    other = history(archive, workspace, two)
    assert (other.row.rule, other.values["stage"], other.values["where"]) == ("personal-value", "(not kept)", "A")
    release_replaced(workspace, archive, ("weapon", "gun", "blunt"), SECOND, feed="log")
    release_replaced(workspace, archive, ("area_code", "jo smith", "B"), THIRD, feed="log")
    told = history(archive, workspace, one)
    assert [step.what for step in told.steps] == [
        "ingested, put into quarantine: outside-areas",
        "rule ((not shown) to blunt); still in quarantine: outside-areas",
        "rule ((not shown) to B); released, accepted",
    ]
    assert [step.reason for step in told.steps] == ["", "checked", "checked"]
    assert [step.entry.meta.get("actor") for step in told.steps] == [None, "sergeant", "sergeant"]
    assert counted(archive) == {("2024-01-05", "A", "X"): 1, ("2024-01-06", "B", "X"): 1}


def test_columns_that_a_file_lacks_stay_absent_and_a_required_key_is_kept_as_its_hash(tmp_path: Path) -> None:
    archive, workspace = contract_workspace(tmp_path)
    header = "when,where,ref,what,weapon,knife"
    path = write_csv(tmp_path / "f.csv", header, ["2024-01-05,A,1,x1,knife,y", "2024-01-06,A,,x1,blunt,y"])
    ingest_feed(workspace, "log", path, archive, FIRST)
    (row,) = exported(workspace, archive, "log")
    assert (row["rule"], row["field"], row["ref"], row["n"], row["took"]) == (
        "missing-value",
        "incident_id",
        "",
        "",
        "",
    )
    assert dict(release_again(workspace, archive, SECOND, feed="log").accounts.rules) == {"missing-value": 1}
    assert release_corrected(workspace, archive, {row["quarantine_id"]: {"ref": "7"}}, SECOND, feed="log").released == 1
    later = write_csv(tmp_path / "g.csv", header, ["2024-01-06,A,7,x1,blunt,y", "2024-01-08,A,8,x1,blunt,y"])
    assert dict(ingest_feed(workspace, "log", later, archive, THIRD).accounts.rules) == {"same-incident": 1}


NASTY = ["=1+1", "'=1+1", "@x", "-cmd", "+44 x", "'x", "-1.5", '"q", r', "1,000"]


def test_cells_of_an_export_are_no_formulas_and_come_back_as_they_were(tmp_path: Path) -> None:
    archive, workspace = MemoryArchive(), make_workspace(tmp_path / "w", areas=AREAS)
    path = tmp_path / "f.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["when", "where", "what"], ["2024-01-05", "A", "x"]])
        csv.writer(file).writerows(["2024-01-06", "Z", cell] for cell in NASTY)
    ingest_export(workspace, path, make_mapping(), archive, FIRST)
    cells = [row["what"] for row in exported(workspace, archive, "city", make_mapping())]
    assert [cell for cell in cells if cell[0] in "=+-@" and cell != "-1.5"] == []
    fixed = {row: {"where": "A"} for row in ids(archive)}
    assert not any(row[0] in "=+-@0123456789" for row in fixed)
    release_corrected(workspace, archive, fixed, SECOND, mapping=make_mapping())
    assert {strand for _, _, strand in counted(archive)} == {"x", *NASTY}


def test_rows_that_were_dealt_out_of_the_areas_are_not_dealt_out_again(tmp_path: Path) -> None:
    archive = MemoryArchive()
    files = {"strands.toml": OPEN.encode(), "areas.csv": b"area_code,population\nA,1\nIN,1\n"}
    files["area_changes.csv"] = b"old_code,new_code,CHGIND\nEDGE,IN,X\nEDGE,OUT,X\nA,A,U\n"
    settings = Settings(salt="5a" * 32, areas="areas.csv", area_changes="area_changes.csv")
    workspace = Workspace.create(tmp_path / "w", settings, files, environment={})
    rows = ["2024-01-05,A,x", *(f"2024-01-06,EDGE,kind {number}" for number in range(10)), "2024-01-07,Z,x"]
    report = ingest_export(workspace, write_csv(tmp_path / "f.csv", "when,where,what", rows), make_mapping(), archive)
    assert dict(report.accounts.rules) == {"outside-areas": 6}
    before = counted(archive)
    again = release_again(workspace, archive, SECOND, mapping=make_mapping())
    assert (dict(again.accounts.rules), again.audit_id, counted(archive)) == ({"outside-areas": 6}, None, before)
    release_replaced(workspace, archive, ("area_code", "Z", "A"), SECOND, mapping=make_mapping())
    assert dict(release_again(workspace, archive, THIRD, mapping=make_mapping()).accounts.rules) == {"outside-areas": 5}


@pytest.mark.parametrize(("day_first", "day"), [(False, "2024-05-06"), (True, "2024-06-05")])
def test_dates_of_rows_are_read_in_the_order_that_their_file_settled(tmp_path: Path, day_first: bool, day: str) -> None:
    archive, workspace = MemoryArchive(), make_workspace(tmp_path / "w", areas=AREAS)
    dates = [f"{d}/{m:02}/2024" if day_first else f"{m:02}/{d}/2024" for m in range(1, 9) for d in range(13, 29)]
    # One slip in the other order: alone with the open date it would settle it wrongly.
    slip = "02/13/2024,Z,x" if day_first else "13/02/2024,Z,x"
    rows = [*(f"{date},A,x" for date in dates), "05/06/2024,Z,x", slip]
    ingest_export(workspace, write_csv(tmp_path / "f.csv", "when,where,what", rows), make_mapping(), archive, THIRD)
    report = release_replaced(workspace, archive, ("area_code", "Z", "B"), THIRD, mapping=make_mapping())
    assert (report.accounts.accepted, dict(report.accounts.rules)) == (1, {"bad-date": 1})
    assert [key[0] for key in counted(archive) if key[1] == "B"] == [day]
