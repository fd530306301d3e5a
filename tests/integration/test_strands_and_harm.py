"""Strands and harm through the command line: what feeds a strand, what it weighs, and a plan that says so."""

from pathlib import Path

import pytest

from features.workspace import Workspace
from strandcast.app import run
from tests.support.cycle import Command, command
from tests.support.exports import police_file, police_row, write_csv
from tests.support.forecast_runs import record_run, synthetic_workspace

NINE = 9
ASB, BURGLARY, VIOLENCE = "Anti-social behaviour", "Burglary", "Serious violence and knife crime"
HARM = """
version = 1
default = "days"

[[set]]
name = "days"
unit = "days"

[[set.weight]]
strand = "burglary"
weight = 20
source = "Invented"
edition = "1"
date = 2024-01-01
"""


@pytest.fixture
def call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    return command(tmp_path / "w", capsys)


@pytest.fixture
def street(tmp_path: Path) -> Path:
    """SYNTHETIC street-level files of two months."""
    kinds = ["Burglary", "Anti-social behaviour", "Anti-social behaviour", "Robbery", "Shoplifting"]
    for month in ("2024-01", "2024-02"):
        rows = [police_row(month, crime_id=f"{month}{number}", kind=kind) for number, kind in enumerate(kinds)]
        police_file(tmp_path / "street", month, rows)
    return tmp_path / "street"


def test_a_new_workspace_shows_nine_strands_without_a_feed(call: Command) -> None:
    call("init", "--taxonomy", "essex-2018")
    shown = call("strands", "show")
    assert (shown["version"], shown["provisional"], shown["feeds_held"]) == ("essex-2018", True, [])
    assert [strand["seen"] for strand in shown["strands"]] == ["no feed"] * NINE
    weights = {strand["name"]: strand["harm_weight"] for strand in shown["strands"]}
    assert {name for name, weight in weights.items() if weight is not None} == {VIOLENCE}
    assert 0 not in weights.values()


def test_open_data_is_seen_directly_or_by_proxy_and_the_rest_has_no_feed(call: Command, street: Path) -> None:
    call("init", "--taxonomy", "essex-2018")
    call("ingest", "police-uk", street)
    shown = call("strands", "show")
    seen = {strand["name"]: strand["seen"] for strand in shown["strands"]}
    assert shown["feeds_held"] == ["police-uk/essex"]
    assert {name for name, how in seen.items() if how == "directly"} == {ASB, BURGLARY}
    assert {name for name, how in seen.items() if how == "by proxy"} == {VIOLENCE, "Gangs, county lines and drugs"}
    violence = next(strand for strand in shown["strands"] if strand["name"] == VIOLENCE)
    assert violence["feeds"] == ["police-uk/essex"]
    inputs = [(item["feed"], item["proxy"], item["stand_in_for"], item["held"]) for item in violence["inputs"]]
    assert inputs[-1] == ("police-uk", True, ["force-crime"], True)
    assert not any(held for *_, held in inputs[:-1])


def test_a_strand_that_a_mapping_feeds_directly_is_no_proxy(call: Command, street: Path, tmp_path: Path) -> None:
    call("init", "--taxonomy", "essex-2018")
    call("ingest", "police-uk", street)
    mapping = 'period = "day"\n[columns]\noccurred_from = "d"\narea_code = "a"\noffence = "o"\n[strands]\n"*" = "{}"\n'
    (tmp_path / "city.toml").write_text(mapping.format(VIOLENCE), encoding="utf-8")
    export = write_csv(tmp_path / "city.csv", "d,a,o", ["2024-01-05,E01,wounding"])
    call("ingest", "incidents", export, "--mapping", tmp_path / "city.toml")
    seen = {strand["name"]: (strand["seen"], strand["feeds"]) for strand in call("strands", "show")["strands"]}
    assert seen[VIOLENCE] == ("directly", ["city", "police-uk/essex"])


def test_strands_of_an_open_taxonomy_are_those_that_feeds_speak_of(call: Command, street: Path) -> None:
    call("init")
    call("ingest", "police-uk", street)
    shown = call("strands", "show")
    assert shown["version"] == "open"
    assert [(strand["name"], strand["seen"], strand["harm_weight"]) for strand in shown["strands"]] == [
        (name, "directly", 1.0) for name in sorted([ASB, BURGLARY, "Robbery", "Shoplifting"])
    ]


def test_shares_of_harm_change_from_set_to_set_and_unweighted_is_shown(call: Command, street: Path) -> None:
    call("init", "--taxonomy", "essex-2018")
    assert call("harm", "show")["sensitivity"] is None
    call("ingest", "police-uk", street)
    shown = call("harm", "show")
    assert shown["sensitivity"]["incidents"][ASB] == 2
    shares = shown["sensitivity"]["shares"]
    assert shares["equal"][ASB] == pytest.approx(0.5)
    assert shares["ons-2016-partial"] == {VIOLENCE: 1.0}
    assert shown["proxies"] == [VIOLENCE, "Gangs, county lines and drugs"]
    assert [len(item["unweighted"]) for item in shown["sets"]] == [8, 8, 0]
    weight = shown["sets"][0]["weights"][VIOLENCE]
    assert (weight["weight"], weight["date"]) == (2155.13, "2016-11-29")


def test_a_table_of_one_s_own_becomes_a_set_and_the_file_keeps_what_it_said(call: Command, tmp_path: Path) -> None:
    call("init", "--taxonomy", "essex-2018")
    before = (tmp_path / "w" / "harm.toml").read_text("utf-8")
    rows = ["28E,10", "30C,5", "92A,40", "xyz,1", "46,"]
    table = write_csv(tmp_path / "mine.csv", "Offence Code,Days", rows)
    told = ("--source", "Invented for this test", "--edition", "1", "--date", "2024-01-01")
    imported = call("harm", "import", table, "--as", "mine", *told)
    assert (imported["rows"], imported["unread"], imported["strange_codes"]) == (5, 1, ["XYZ"])
    weights = {item["strand"]: item["weight"] for item in imported["strands"]}
    assert weights["Gangs, county lines and drugs"] == 40
    # Two of sixteen codes are too few to speak of burglary.
    assert weights[BURGLARY] is None
    after = (tmp_path / "w" / "harm.toml").read_text("utf-8")
    assert after.startswith(before.rstrip())
    shown = call("harm", "show")
    assert [item["name"] for item in shown["sets"]] == ["ons-2016-partial", "ons-2016-partial-plain", "mine", "equal"]
    kept = shown["sets"][2]["weights"]["Gangs, county lines and drugs"]
    assert (kept["source"], kept["edition"], kept["date"]) == ("Invented for this test", "1", "2024-01-01")
    assert "already" in call("harm", "import", table, "--as", "mine", *told, expected=2)["error"]
    assert "small letters" in call("harm", "import", table, "--as", "Not Plain", *told, expected=2)["error"]
    assert (tmp_path / "w" / "harm.toml").read_text("utf-8") == after


def test_an_open_taxonomy_takes_no_table(call: Command, tmp_path: Path) -> None:
    call("init")
    table = write_csv(tmp_path / "mine.csv", "code,days", ["28E,10"])
    told = ("--as", "mine", "--source", "x", "--edition", "1", "--date", "2024-01-01")
    assert "open taxonomy" in call("harm", "import", table, *told, expected=2)["error"]


def test_a_plan_names_the_strands_that_its_set_leaves_unweighted(call: Command, tmp_path: Path) -> None:
    workspace = synthetic_workspace(tmp_path / "w")
    record_run(workspace)
    workspace.harm_file.write_text(HARM, encoding="utf-8")
    head, _, rest = workspace.resources_file.read_text("utf-8").partition("[harm]")
    rules = rest[rest.index("[rules]") :]
    workspace.resources_file.write_text(f'{head}[harm]\nset = "days"\n\n{rules}', encoding="utf-8")
    plan = call("allocate", "--hours", 120)
    assert [item["strand"] for item in plan["unweighted"]] == ["robbery"]
    assert plan["objective"]["weights"] == {"burglary": 20, "robbery": None}
    assert plan["objective"]["weight_set"] == "days"
    assert plan["objective"]["weight_source"].startswith("set 'days' in days; ")
    assert any("no harm weight" in sentence for sentence in plan["sentences"])
    # A patrol that is present works on all of its strands in every hour, so a floor for one of them would ask nothing.
    assert [rule["name"] for rule in plan["rules"] if rule["kind"] == "floor"] == []
    assert plan["unweighted"][0]["met"] > 0
    assert all(area["harm"] == pytest.approx(20 * area["expected"]["burglary"]) for area in plan["areas"])


def test_tables_for_people_say_no_feed_and_unweighted(
    call: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    call("init", "--taxonomy", "essex-2018")
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("strands", "harm"):
        capsys.readouterr()
        assert run([name, "show", "--workspace", str(tmp_path / "w")]) == 0
        told = capsys.readouterr().out
        assert "unweighted" in told
        assert "Unweighted, which is no harm of 0" in told
        assert ("no feed" in told) == (name == "strands")


def test_the_document_of_a_workspace_without_harm_file_has_equal_weights_alone(call: Command, tmp_path: Path) -> None:
    call("init", "--taxonomy", "essex-2018")
    Workspace.open(tmp_path / "w", environment={}).harm_file.unlink()
    shown = call("harm", "show")
    assert [item["name"] for item in shown["sets"]] == ["equal"]
    assert shown["sets"][0]["unweighted"] == []


CRIME_HEADER = (
    "crime_ref,offence_code,offence,committed_from,committed_to,recorded_at,lsoa,reported_by,domestic_abuse,gang,"
    "child_exploitation,knife,cyber_enabled,hate,version,count"
)
ABUSE, RAPE, CHILD = "Domestic abuse", "Rape and sexual offences", "Child abuse and exploitation"


def crime(
    number: int, code: str, *, flags: str = "N,N,N,N,N,N", version: int = 1, count: int = 1, day: str = "2024-01-15"
) -> str:
    """Return a row of the force's export."""
    when = f"{day} 20:00,{day} 21:00,{day} 23:00"
    return f"C{number},{code},x,{when},E01,Victim,{flags},{version},{count}"


def crimes(folder: Path) -> Path:
    """Write a month of SYNTHETIC crimes: 4 rapes, 2 of them domestic abuse, 6 assaults that all are, 3 burglaries."""
    abused = "Y,N,N,N,N,N"
    rows = [crime(number, "19C", flags=abused if number < 2 else "N,N,N,N,N,N") for number in range(4)]
    rows += [crime(number, "8N", flags=abused) for number in range(4, 10)]
    rows += [crime(number, code) for number, code in ((10, "28E"), (11, "28e"), (12, "30C"))]
    # Of no strand; they make the month a whole one.
    rows += [crime(13, "46", day="2023-12-31"), crime(14, "46", day="2024-02-01")]
    # One burglary was none after all, one assault turned out to be another.
    rows += [crime(12, "30C", version=2, count=-1), crime(4, "5D", flags=abused, version=2)]
    return write_csv(folder / "crimes.csv", CRIME_HEADER, rows)


def test_an_incident_of_several_strands_is_in_each_and_once_in_totals(call: Command, tmp_path: Path) -> None:
    call("init", "--taxonomy", "essex-2018", "--period", "month")
    assert call("ingest", "force-crime", crimes(tmp_path))["quarantined"] == 0
    seen = {strand["name"]: strand["seen"] for strand in call("strands", "show")["strands"]}
    assert {seen[name] for name in (RAPE, ABUSE, BURGLARY, VIOLENCE, CHILD)} == {"directly"}
    assert {seen[name] for name in (ASB, "Killed or seriously injured on the roads")} == {"no feed"}
    incidents = call("harm", "show")["sensitivity"]["incidents"]
    # Two rapes are domestic abuse too, and count as rapes; the serious assault counts as serious violence.
    assert {name: count for name, count in incidents.items() if count} == {RAPE: 4, ABUSE: 5, VIOLENCE: 1, BURGLARY: 2}


def test_weights_of_a_table_follow_the_incidents_that_are_held(call: Command, tmp_path: Path) -> None:
    call("init", "--taxonomy", "essex-2018")
    call("ingest", "force-crime", crimes(tmp_path))
    table = write_csv(tmp_path / "mine.csv", "code,days", ["19C,1000", "8N,10", "5D,1460", "28E,20", "46,1"])
    told = ("--as", "mine", "--source", "Invented for this test", "--edition", "1", "--date", "2024-01-01")
    found = {item["strand"]: item for item in call("harm", "import", table, *told)["strands"]}
    weights = {name: item["weight"] for name, item in found.items() if item["weight"] is not None}
    # Domestic abuse: two rapes, five assaults, one serious; a flag brought all of them in.
    abuse = pytest.approx((2 * 1000 + 5 * 10 + 1460) / 8)
    assert weights == {RAPE: 1000, ABUSE: abuse, VIOLENCE: 1460, BURGLARY: 20}
    assert (found[ABUSE]["incidents"], found[BURGLARY]["incidents"], found[CHILD]["incidents"]) == (8, 2, None)
