from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from errors import DataError
from features.counting import build_panel, flat_areas, period_of
from features.incidents.store import load_feed, load_incidents
from features.strands import OPEN as OPEN_TEXT
from features.strands import Strand, StrandInput, Taxonomy
from tests.support.archive import MemoryArchive
from tests.support.contracts import broken, contract, read, write_contract
from tests.support.exports import RECEIVED, counted, ingest_feed, make_workspace, write_csv

HEAD = "when,where,what,x"


def one(values: str, **column: object) -> list[tuple[int, str, str]]:
    """Return what a row breaks whose own column x holds the values."""
    return broken(f"{HEAD}\n2024-01-05,A,t,{values}\n", contract({"x": {"column": "x", **column}}))


@pytest.mark.parametrize(
    ("value", "column", "rule"),
    [
        ("", {"type": "code", "required": True}, "missing-value"),
        ("axe", {"type": "code", "allowed": ["knife", "none"]}, "not-allowed"),
        ("two", {"type": "integer"}, "bad-value"),
        ("1.5", {"type": "integer"}, "bad-value"),
        ("1e999", {"type": "number"}, "bad-value"),
        ("-1", {"type": "minutes", "minimum": 0}, "out-of-range"),
        ("11", {"type": "number", "maximum": 10}, "out-of-range"),
        ("perhaps", {"type": "flag"}, "bad-value"),
        ("25:00", {"type": "time"}, "bad-value"),
        ("2024-02-30", {"type": "date"}, "bad-value"),
        ("jo@example.org", {"type": "code"}, "personal-value"),
    ],
)
def test_a_row_that_breaks_its_contract_is_set_aside_with_rule_and_field(
    value: str, column: dict[str, object], rule: str
) -> None:
    assert one(value, **column) == [(2, rule, "x")]


@pytest.mark.parametrize(
    ("value", "column"),
    [
        ("", {"type": "code", "allowed": ["knife"]}),
        ("KNIFE", {"type": "code", "allowed": ["knife"]}),
        ("7", {"type": "integer", "minimum": 7, "maximum": 7}),
        ("Y", {"type": "flag"}),
        ("23:59", {"type": "time"}),
    ],
)
def test_a_row_that_keeps_it_is_not(value: str, column: dict[str, object]) -> None:
    assert one(value, **column) == []


def test_a_personal_value_is_not_kept_even_in_quarantine() -> None:
    terms = contract({"x": {"column": "x", "type": "code"}})
    reading = read(f"{HEAD}\n2024-01-05,A,t,jo@example.org\n2024-01-05,A,t,fine\n", terms)
    assert "example.org" not in reading.quarantined.to_csv()
    assert "example.org" not in reading.facts.to_csv()


def test_the_feed_s_own_columns_are_kept_with_their_types() -> None:
    columns = {
        "clock": {"column": "c", "type": "time"},
        "knife": {"column": "k", "type": "flag"},
        "size": {"column": "s", "type": "integer"},
        "seen": {"column": "d", "type": "date"},
        "kind": {"column": "x", "type": "code"},
    }
    facts = read("when,where,what,c,k,s,d,x\n2024-01-05 13:45,A,t,13:45,Y,3,2024-01-06,axe\n", contract(columns)).facts
    row = facts.iloc[0]
    assert (row["clock"], row["knife"], row["size"], row["kind"]) == (825.0, "yes", 3.0, "axe")
    assert row["seen"] == pd.Timestamp("2024-01-06")
    assert (row["day"], row["began"]) == (pd.Timestamp("2024-01-05"), pd.Timestamp("2024-01-05 13:45"))


def test_a_file_with_columns_about_persons_is_refused_or_read_without_them() -> None:
    text = "when,where,what,Victim Name\n2024-01-05,A,t,Jo Bloggs\n"
    with pytest.raises(DataError, match="columns that are about persons: Victim Name"):
        read(text, contract())
    reading = read(text, contract(personal_columns="leave-out"))
    assert "Bloggs" not in reading.facts.to_csv()
    assert any("Victim Name" in notice for notice in reading.notices)
    assert reading.not_stored == ("Victim Name",)


def test_a_column_is_found_under_any_of_its_spellings_and_may_be_absent_if_the_contract_says_so() -> None:
    terms = contract({"occurred_from": ["when", "Date"], "x": {"column": "x", "type": "code", "optional": True}})
    reading = read("Date,where,what\n2024-01-05,A,t\n", terms)
    assert len(reading.facts) == 1
    assert "lacks the column x, which is read as blank" in reading.notices
    with pytest.raises(DataError, match="has no column 'what'"):
        read("Date,where\n2024-01-05,A\n", terms)


def test_flags_put_a_row_into_further_strands() -> None:
    terms = contract({"knife": {"column": "x", "type": "flag"}}, flags={"knife": "Knife crime"})
    facts = read(f"{HEAD}\n2024-01-05,A,Robbery,Y\n2024-01-05,A,Robbery,N\n2024-01-05,A,Knife crime,Y\n", terms).facts
    assert facts["strand"].tolist() == ["Robbery", "Robbery", "Knife crime"]
    assert facts["also"].astype(object).fillna("").tolist() == ["Knife crime", "", ""]


def test_how_an_incident_came_to_notice_is_told_and_never_guessed() -> None:
    provenance = {
        "values": {"Officer": "officer-initiated", "Victim": "victim-reported"},
        "offences": {"Drugs": "officer-initiated"},
    }
    terms = contract({"source_type": {"column": "x", "type": "code"}}, provenance=provenance)
    rows = ["Drugs,", "Drugs,Victim", "Theft,officer", "Theft,", "Theft,somebody"]
    facts = read("\n".join([HEAD, *(f"2024-01-05,A,{row}" for row in rows)]), terms).facts
    expected = ["officer-initiated", "victim-reported", "officer-initiated", "unknown", "unknown"]
    assert facts["provenance"].tolist() == expected


TAXONOMY = Taxonomy(
    "two",
    False,
    (
        Strand(code="knife", name="Knife", input=(StrandInput(feed="city", where={"knife": ("yes",)}),)),
        Strand(code="rob", name="Robbery", input=(StrandInput(feed="city", where={"offence": ("ROB*",)}),)),
    ),
)


def test_a_taxonomy_s_inputs_decide_and_rows_of_no_strand_are_kept_and_counted_in_none() -> None:
    terms = contract({"knife": {"column": "x", "type": "flag"}})
    reading = read(f"{HEAD}\n2024-01-05,A,ROB1,Y\n2024-01-05,A,ROB2,\n2024-01-05,A,Theft,N\n", terms, TAXONOMY)
    assert reading.facts["strand"].astype(object).fillna("").tolist() == ["Knife", "Robbery", ""]
    assert reading.facts["also"].astype(object).fillna("").tolist() == ["Robbery", "", ""]


def daily(n: int, start: str = "2024-01-01") -> list[str]:
    return [str(np.datetime64(start) + day) for day in range(n)]


COLUMNS = ["[columns]", "occurred_from = 'when'", "area_code = 'where'", "offence = {column = 'what', type = 'code'}"]


def test_an_incident_of_two_strands_counts_in_both_and_once_in_totals(tmp_path: Path) -> None:
    workspace, archive = make_workspace(tmp_path / "w"), MemoryArchive()
    flag = ["knife = {column = 'knife', type = 'flag'}", "[flags]", "knife = 'Knife'"]
    source = ["[provenance]", "default = 'public-reported'", "offences = {Drugs = 'officer-initiated'}"]
    write_contract(workspace, "city", ["period = 'day'", *COLUMNS, *flag, *source])
    rows = [f"{day},A,{what},{knife}" for day in daily(35) for what, knife in (("Robbery", "Y"), ("Drugs", "N"))]
    ingest_feed(workspace, "city", write_csv(tmp_path / "f.csv", "when,where,what,knife", rows), archive)
    view = load_incidents(archive).view()
    panel = build_panel(view, period_of(view, None), flat_areas(view))
    assert panel.strands == ("Drugs", "Knife", "Robbery")
    assert panel.counts.sum(axis=(0, 1)).tolist() == [35, 35, 35]
    assert panel.once.sum(axis=(0, 1)).tolist() == [35, 0, 35]
    assert panel.reported.sum(axis=(0, 1)).tolist() == [0, 0, 35]
    assert set(panel.classes) == {"public-reported", "officer-initiated"}
    assert panel.classes["officer-initiated"].sum(axis=(0, 1)).tolist() == [35, 0, 0]
    assert np.array_equal(sum(panel.classes.values()), panel.counts)


def test_only_demand_enters_panels_and_other_feeds_keep_their_rows(tmp_path: Path) -> None:
    workspace, archive = make_workspace(tmp_path / "w"), MemoryArchive()
    write_contract(workspace, "city", ["period = 'day'", *COLUMNS])
    own = ["minutes = {column = 'm', type = 'minutes', unit = 'minutes'}"]
    write_contract(workspace, "hours", ["period = 'day'", "use = 'activity'", *COLUMNS[:3], *own])
    rows = [f"{day},A,x" for day in daily(20)]
    ingest_feed(workspace, "city", write_csv(tmp_path / "f.csv", "when,where,what", rows), archive)
    hours = [f"{day},A,90" for day in daily(20)]
    ingest_feed(workspace, "hours", write_csv(tmp_path / "h.csv", "when,where,m", hours), archive)
    assert [feed.name for feed in load_incidents(archive).view().feeds] == ["city"]
    store = load_feed(archive, "hours")
    assert store.facts.column("minutes").to_pylist() == [90.0] * 20
    assert store.known(date(2024, 1, 11)).sum() == 10


def test_a_better_feed_takes_the_place_of_one_that_stands_in_for_it(tmp_path: Path) -> None:
    taxonomy = (
        'version = "t"\n[[strand]]\ncode = "b"\nname = "Burglary"\n'
        '[[strand.input]]\nfeed = "good"\n[[strand.input]]\nfeed = "rough"\nproxy = true\nstand_in_for = ["good"]\n'
    )
    workspace, archive = make_workspace(tmp_path / "w", strands=taxonomy.encode()), MemoryArchive()
    for name in ("good", "rough"):
        write_contract(workspace, name, ["period = 'day'", *COLUMNS])
    rows = [f"{day},A,x" for day in daily(20)]
    ingest_feed(workspace, "rough", write_csv(tmp_path / "r.csv", "when,where,what", rows), archive)
    assert sum(counted(archive).values()) == 20
    ingest_feed(workspace, "good", write_csv(tmp_path / "g.csv", "when,where,what", rows[:19]), archive)
    assert sum(counted(archive).values()) == 19
    assert [feed.name for feed in load_incidents(archive).view().feeds] == ["good"]


def test_weekly_counts_are_dated_on_mondays_known_when_their_week_ends_and_make_weeks_alone(tmp_path: Path) -> None:
    workspace, archive = make_workspace(tmp_path / "w"), MemoryArchive()
    count = ["count = {column = 'n', type = 'integer'}"]
    write_contract(workspace, "city", ["period = 'week'", *COLUMNS, *count])
    rows = [f"{day},A,x,2" for day in daily(70)[2::7]]
    ingest_feed(workspace, "city", write_csv(tmp_path / "f.csv", "when,where,what,n", rows), archive)
    store = load_incidents(archive)
    view = store.view()
    assert {day.weekday() for day in view.day.tolist()} == {0}
    panel = build_panel(view, period_of(view, None), flat_areas(view))
    assert (panel.kind, panel.counts.sum(), bool(panel.observed.all())) == ("week", 20.0, True)
    assert len(store.view(date(2024, 1, 14))) == 1
    assert len(store.view(date(2024, 1, 15))) == 2
    with pytest.raises(DataError, match="gives weeks, from which no months can be counted"):
        build_panel(view, "month", flat_areas(view))


def test_a_monthly_feed_is_kept_beside_the_weeks_of_a_dated_one(tmp_path: Path) -> None:
    workspace, archive = make_workspace(tmp_path / "w"), MemoryArchive()
    for name, period in (("city", "day"), ("town", "month")):
        write_contract(workspace, name, [f"period = '{period}'", *COLUMNS])
    days = [f"{day},A,x" for day in daily(40)]
    ingest_feed(workspace, "city", write_csv(tmp_path / "c.csv", "when,where,what", days), archive)
    months = ["2024-01,A,x", "2024-01,A,y", "2024-02,A,y"]
    ingest_feed(workspace, "town", write_csv(tmp_path / "t.csv", "when,where,what", months), archive)
    view = load_incidents(archive).view()
    panel = build_panel(view, "week", flat_areas(view))
    assert (panel.strands, panel.left_out, panel.counts.sum()) == (("x", "y"), (), 35.0)
    assert panel.months is not None
    assert panel.months.panel.counts[0, 0].tolist() == [1.0, 1.0]
    assert build_panel(view, "month", flat_areas(view)).left_out == ()


def test_a_view_is_of_an_instant_too(tmp_path: Path) -> None:
    workspace, archive = make_workspace(tmp_path / "w"), MemoryArchive()
    write_contract(workspace, "city", ["period = 'day'", *COLUMNS, "recorded_at = 'rec'"])
    rows = ["2024-01-05,A,x,2024-01-06 14:30", "2024-01-05,A,x,2024-01-06 16:00"]
    ingest_feed(workspace, "city", write_csv(tmp_path / "f.csv", "when,where,what,rec", rows), archive)
    store = load_incidents(archive)
    seen = [len(store.view(datetime(2024, 1, 6, hour, tzinfo=UTC))) for hour in (14, 15, 16)]
    assert seen == [0, 1, 2]


def later(days: int) -> datetime:
    return datetime.fromtimestamp(RECEIVED.timestamp() + days * 86_400, UTC)


def test_the_newest_delivery_of_an_incident_counts_and_a_repeated_one_is_a_duplicate(tmp_path: Path) -> None:
    workspace, archive = make_workspace(tmp_path / "w"), MemoryArchive()
    lines = ["period = 'day'", "revision_rule = 'newest-delivery'", *COLUMNS, "incident_id = 'id'"]
    write_contract(workspace, "city", lines)
    deliveries = (
        ["2024-01-05,A,x,1", "2024-01-05,A,y,2"],
        ["2024-01-05,A,z,1", "2024-01-05,A,y,2"],
        ["2024-01-05,A,x,1"],
    )
    accounts = []
    for number, rows in enumerate(deliveries):
        path = write_csv(tmp_path / f"{number}.csv", "when,where,what,id", rows)
        accounts.append(ingest_feed(workspace, "city", path, archive, later(number)).accounts)
    assert [(item.accepted, item.duplicate) for item in accounts] == [(2, 0), (1, 1), (1, 0)]

    def strands(day: date | None) -> list[str]:
        return sorted(strand for _, _, strand in counted(archive, day))

    assert strands(later(0).date()) == ["x", "y"]
    assert strands(later(2).date()) == ["y", "z"]
    assert strands(None) == ["x", "y"]


def test_a_late_row_is_not_known_before_the_file_that_brings_it(tmp_path: Path) -> None:
    workspace, archive = make_workspace(tmp_path / "w"), MemoryArchive()
    lines = ["period = 'day'", "file_period = '%Y-%m'", *COLUMNS, "count = {column = 'n', type = 'integer'}"]
    write_contract(workspace, "city", lines)
    files = tmp_path / "in"
    write_csv(files / "2024-01.csv", "when,where,what,n", [f"{day},A,x,1" for day in daily(31)])
    late = ["2024-01-10,A,x,1", "2024-01-11,A,x,-1", "2024-01-11,A,x,-1"]
    write_csv(files / "2024-02.csv", "when,where,what,n", [*(f"{day},A,x,1" for day in daily(29, "2024-02-01")), *late])
    ingest_feed(workspace, "city", files, archive)
    january = [("2024-01-10", "A", "x"), ("2024-01-11", "A", "x")]
    assert [counted(archive, date(2024, 2, 15)).get(key) for key in january] == [1, 1]
    assert [counted(archive, date(2024, 3, 1)).get(key) for key in january] == [2, -1]
    write_csv(files / "extra.csv", "when,where,what,n", ["2024-01-10,A,x,1"])
    with pytest.raises(DataError, match="its name does not tell the period"):
        ingest_feed(workspace, "city", files, archive)


def test_a_missing_file_leaves_a_gap_that_late_rows_do_not_fill(tmp_path: Path) -> None:
    workspace, archive = make_workspace(tmp_path / "w"), MemoryArchive()
    write_contract(workspace, "city", ["period = 'day'", "file_period = '%Y-%m'", *COLUMNS])
    files = tmp_path / "in"
    for month, days in (("2024-01", 31), ("2024-03", 31)):
        write_csv(files / f"{month}.csv", "when,where,what", [f"{day},A,x" for day in daily(days, f"{month}-01")])
    late = [f"{day},A,x" for day in daily(29, "2024-02-01")]
    write_csv(files / "2024-03.csv", "when,where,what", [*late, *(f"{day},A,x" for day in daily(31, "2024-03-01"))])
    ingest_feed(workspace, "city", files, archive)
    (feed,) = load_incidents(archive).view().feeds
    assert feed.spans == ((date(2024, 1, 1), date(2024, 1, 31)), (date(2024, 3, 1), date(2024, 3, 31)))


def test_files_of_one_ingest_keep_their_order_whatever_they_hold(tmp_path: Path) -> None:
    workspace, archive = make_workspace(tmp_path / "w"), MemoryArchive()
    lines = [
        "period = 'day'",
        "revision_rule = 'newest-delivery'",
        *COLUMNS,
        "incident_id = 'id'",
        "recorded_at = 'rec'",
    ]
    write_contract(workspace, "city", lines)
    for month in range(1, 7):
        rows = [f"2024-01-05,A,kind {month},7,2024-{month:02}-20"]
        write_csv(tmp_path / "in" / f"2024-{month:02}.csv", "when,where,what,id,rec", rows)
    ingest_feed(workspace, "city", tmp_path / "in", archive)
    for month in range(1, 7):
        seen = counted(archive, date(2024, month, 25))
        assert [strand for _, _, strand in seen] == [f"kind {month}"]


def test_a_retraction_without_a_key_takes_back_beside_revised_incidents(tmp_path: Path) -> None:
    workspace, archive = make_workspace(tmp_path / "w"), MemoryArchive()
    lines = ["period = 'day'", "revision_rule = 'newest-delivery'", *COLUMNS, "incident_id = 'id'"]
    write_contract(workspace, "city", [*lines, "count = {column = 'n', type = 'integer'}"])
    rows = ["2024-01-05,A,x,,2", "2024-01-05,A,x,9,1", "2024-01-05,A,x,,-1"]
    ingest_feed(workspace, "city", write_csv(tmp_path / "f.csv", "when,where,what,id,n", rows), archive)
    assert counted(archive) == {("2024-01-05", "A", "x"): 2}


def test_a_corrected_file_of_the_same_ingest_replaces_the_first(tmp_path: Path) -> None:
    for number in range(6):  # names by content would put some of these the wrong way round
        folder, archive = tmp_path / str(number), MemoryArchive()
        workspace = make_workspace(folder / "w")
        write_contract(workspace, "city", ["period = 'day'", "delivery = 'replaces-periods'", *COLUMNS])
        first = [f"{day},A,first {number}" for day in daily(5)]
        write_csv(folder / "in" / "a.csv", "when,where,what", first)
        write_csv(folder / "in" / "b.csv", "when,where,what", [f"{day},A,then" for day in (daily(5)[0], daily(5)[4])])
        ingest_feed(workspace, "city", folder / "in", archive)
        assert set(counted(archive).values()) == {1}
        assert {strand for _, _, strand in counted(archive)} == {"then"}


def test_a_late_row_of_a_file_that_replaces_its_period_is_set_aside_and_not_lost(tmp_path: Path) -> None:
    terms = contract(delivery="replaces-periods", file_period="%Y-%m")
    reading = read("when,where,what\n2024-03-05,A,x\n2024-01-03,A,x\n", terms, name="city_2024-03.csv")
    assert reading.quarantined["rule"].tolist() == ["outside-file-period"]


def test_a_file_that_settles_another_order_of_dates_than_its_contract_is_read_in_its_own() -> None:
    terms = contract(date_format="%d/%m/%Y")
    american = read("when,where,what\n" + "".join(f"06/{day:02}/2024,A,x\n" for day in range(1, 21)), terms)
    assert {day.month for day in american.facts["day"]} == {6}
    opened = read("when,where,what\n05/06/2024,A,x\n", terms)
    assert opened.facts["day"].tolist() == [pd.Timestamp("2024-06-05")]


def test_a_quiet_feed_that_comes_every_month_has_no_gap_between_its_files(tmp_path: Path) -> None:
    workspace, archive = make_workspace(tmp_path / "w"), MemoryArchive()
    write_contract(workspace, "city", ["period = 'day'", *COLUMNS, "[arrival]", "every = 'month'"])
    for month in (1, 2, 3, 5):
        rows = [f"2024-{month:02}-{day:02},A,x" for day in (3, 9, 14)]
        write_csv(tmp_path / "in" / f"{month}.csv", "when,where,what", rows)
    ingest_feed(workspace, "city", tmp_path / "in", archive)
    (feed,) = load_incidents(archive).view().feeds
    assert feed.spans == ((date(2024, 1, 3), date(2024, 3, 14)), (date(2024, 5, 3), date(2024, 5, 14)))


def test_an_open_workspace_takes_a_shipped_feed(tmp_path: Path) -> None:
    workspace, archive = make_workspace(tmp_path / "w", strands=OPEN_TEXT.encode()), MemoryArchive()
    head = (
        "collision_index,date,time,longitude,latitude,collision_severity,number_of_casualties,lsoa_of_accident_location"
    )
    rows = [f"S{day},{day + 1:02d}/01/2024,12:30,0.5,51.5,{day % 3 + 1},1,E01" for day in range(28)]
    report = ingest_feed(workspace, "stats19", write_csv(tmp_path / "c.csv", head, rows), archive)
    assert report.accounts.accepted == 28
    assert set(counted(archive)) == {
        (f"2024-01-{day + 1:02d}", "E01", "Road collisions with injury (STATS19)") for day in range(28)
    }
