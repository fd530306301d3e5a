"""`strandcast completeness`: a late feed shown, drawn, corrected, and a declared recording change."""

from pathlib import Path

import pandas as pd
import pytest

from features.settings import SYNTHETIC
from strandcast.app import run
from strandcast.completeness_commands import picture_footer
from tests.support.cycle import TORONTO, Command, command, part_of_toronto
from tests.support.cycle import begin as begin_prompt

LATE_DAYS = (0, 0, 1, 3, 9, 20)


@pytest.fixture
def late(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Return a workspace of real incidents with SYNTHETIC times of recording."""
    rows = pd.read_parquet(part_of_toronto(tmp_path))
    day = pd.to_datetime(rows["occurrence_date"].astype(str))
    delay = pd.Series(range(len(rows)), index=rows.index) * 7919 % len(LATE_DAYS)
    rows["occurrence_date"] = day.dt.strftime("%Y-%m-%d")
    rows["recorded"] = (day + pd.to_timedelta(delay.map(dict(enumerate(LATE_DAYS))), unit="D")).dt.strftime("%Y-%m-%d")
    path = tmp_path / "late.csv"
    rows.to_csv(path, index=False)
    mapping = tmp_path / "late.toml"
    named = (TORONTO / "mapping.toml").read_text().replace("[columns]", '[columns]\nrecorded_at = "recorded"\n', 1)
    mapping.write_text(named)
    call = command(tmp_path / "workspace", capsys)
    call("init", "--holidays", "CA-ON")
    call("ingest", "incidents", path, "--mapping", mapping)
    return call


def test_a_late_feed_is_shown_drawn_corrected_and_noticed(late: Command, tmp_path: Path) -> None:
    picture = tmp_path / "delays.svg"
    shown = late("completeness", "show", "--as-of", "2021-06-07", "--picture", picture)
    [feed] = shown["feeds"]
    assert (feed["feed"], feed["period"], feed["half_in_by"]) == ("toronto", "week", 0)
    assert feed["covered"] == [["2018-01-01", "2021-06-06"]]
    newest = [row for row in feed["newest"] if row["strand"] == "all"][-1]
    assert newest["start"] == "2021-05-31"
    final = late("panel", "--from", "2021-05-31", "--to", "2021-06-06")
    truth = sum(strand["count"] for strand in final["strands"])
    assert newest["low"] <= truth <= newest["high"]
    assert abs(newest["expected"] - truth) < abs(newest["recorded"] - truth)
    assert picture.read_bytes().startswith(b"<?xml")
    corrected = late("panel", "--as-of", "2021-06-07", "--from", "2021-05-31")
    assert sum(strand["count"] for strand in corrected["strands"]) == pytest.approx(newest["expected"], rel=0.02)
    late("train", "--model", "shrunken", "--as-of", "2021-06-07", "--no-tracking")
    late("promote", "--reason", "first", "--despite", "the gate is tested elsewhere", "--no-tracking")
    assert "incomplete-corrected" in late("forecast", "--as-of", "2021-06-07")["notices"]
    table = tmp_path / "backtest.parquet"
    late("backtest", "--model", "shrunken", "--origins", "3", "--horizons", "1", "--end", "2021-06-06", "--out", table)
    assert set(pd.read_parquet(table)["notices"]) == {"incomplete-corrected"}


def test_a_declared_change_rescales_what_was_before_and_is_shown_wherever_the_panel_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = command(tmp_path / "workspace", capsys)
    begin_prompt(call, part_of_toronto(tmp_path))
    before = call("panel", "--to", "2020-03-15")
    asked = ("--feed", "toronto", "--strand", "Robbery", "--date", "2020-03-16", "--ratio", "0.6")
    accepted = call("completeness", "accept", *asked, "--reason", "new recording rules")
    after = call("panel", "--to", "2020-03-15")
    counts = [{row["strand"]: row["count"] for row in document["strands"]} for document in (before, after)]
    assert counts[1].pop("Robbery") == pytest.approx(0.6 * counts[0].pop("Robbery"), rel=1e-5)
    assert counts[0] == counts[1]
    assert after["recording_changes"][0]["ratio"] == 0.6
    assert before["snapshot_hash"] != after["snapshot_hash"]
    assert call("panel", "--as-of", "2021-01-01")["recording_changes"] == []
    [feed] = call("completeness", "show")["feeds"]
    assert [item["reason"] for item in feed["recording_changes"]] == ["new recording rules"]
    event = call("audit", "show", accepted["audit_id"])
    assert event["operation"] == "alteration"
    refused = call("completeness", "accept", *asked, "--reason", "again", expected=2)
    assert "declared already" in refused["error"]


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--feed", "nobody", "name one of: toronto"),
        ("--strand", "Arson", "Robbery"),
        ("--ratio", "0", "within 0.05 to 20"),
        ("--reason", "", "say why"),
        ("--reason", " \t", "say why"),
    ],
)
def test_a_change_of_nothing_known_is_refused(
    option: str, value: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = command(tmp_path / "workspace", capsys)
    begin_prompt(call, part_of_toronto(tmp_path))
    asked = {"--feed": "toronto", "--strand": "Robbery", "--date": "2020-03-16", "--ratio": "0.6", "--reason": "x"}
    words = [word for pair in (asked | {option: value}).items() for word in pair]
    assert said in call("completeness", "accept", *words, expected=2)["error"]


def test_covid_alarms_in_toronto(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = command(tmp_path / "workspace", capsys)
    begin_prompt(call, part_of_toronto(tmp_path))
    [feed] = call("completeness", "show", "--as-of", "2020-12-28")["feeds"]
    spring = [shift for shift in feed["level_shifts"] if "2020-03-09" <= shift["date"] <= "2020-05-04"]
    assert {shift["strand"] for shift in spring} >= {"Assault"}
    assert all(shift["ratio"] < 0.9 for shift in spring)
    assert feed["newest"] == []
    assert feed["not_delivered"] == []
    assert feed["outages"] == []


def test_a_recoding_hides_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    columns = ("crime_ref", "offence_code", "committed_from", "committed_to", "recorded_at", "lsoa", "reported_by")
    flags = ("domestic_abuse", "gang", "child_exploitation", "knife", "cyber_enabled", "hate")
    days = [str(day.date()) for day in pd.date_range("2024-01-01", "2024-06-30")]
    facts = [
        (f"C{n}", "28E", *[f"{day} 10:00"] * 2, f"{day} 12:00", f"A{n % 4}", "Victim", *"NNNNNN", 1, 1)
        for n, day in enumerate(sorted(days * 6))
    ]
    # One burglary of the first day turns out to be a rape, and one never was.
    recoded = ("C2", "19E", *facts[2][2:4], "2024-02-01 12:00", *facts[2][5:13], 2, 1)
    cancelled = (*facts[1][:4], "2024-02-01 12:00", *facts[1][5:13], 2, -1)
    call = command(tmp_path / "workspace", capsys)
    call("init", "--taxonomy", "essex-2018", "--period", "week")
    for name, rows in (("first.csv", facts), ("second.csv", [recoded, cancelled])):
        frame = pd.DataFrame(rows, columns=[*columns, *flags, "version", "count"])
        frame.to_csv(tmp_path / name, index=False)
        call("ingest", "force-crime", tmp_path / name)
    [feed] = call("completeness", "show")["feeds"]
    assert feed["outages"] == []
    call("panel", "--out", tmp_path / "panel.parquet")
    panel = pd.read_parquet(tmp_path / "panel.parquet")
    assert panel["observed"].all()
    counts = panel.groupby("strand", observed=True)["count"].sum()
    assert counts["Rape and sexual offences"] == 1
    assert panel["once"].sum() == len(facts) - 1


def test_weeks_are_told_apart_on_a_narrow_screen(
    late: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = late("completeness", "show", "--as-of", "2021-06-07")["feeds"][0]["newest"]
    monkeypatch.setenv("COLUMNS", "60")
    assert run(["completeness", "show", "--as-of", "2021-06-07", "--workspace", str(tmp_path / "workspace")]) == 0
    printed = capsys.readouterr().out
    assert all(f" {start} " in printed for start in sorted({row["start"] for row in newest})[-4:])


@pytest.mark.parametrize("attribution", ["", "Source: a town.", f"{SYNTHETIC} Source: a town."])
def test_a_picture_says_once_that_its_data_are_made_up(attribution: str) -> None:
    assert picture_footer(attribution, synthetic=True).count("SYNTHETIC") == 1
    assert picture_footer("Source: a town.", synthetic=False) == "Source: a town."
