"""Profiles through the command line, on a SYNTHETIC feed whose truth is known; and where only weekly plans are made."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.profiles.shifts import WEEKDAYS
from strandcast.app import run
from tests.support import clocked, cycle, exports

Shares = dict[tuple[str, str], np.ndarray[Any, np.dtype[np.float64]]]


@pytest.fixture
def call(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> cycle.Command:
    monkeypatch.delenv("STRANDCAST_DATABASE_URL", raising=False)
    return cycle.command(tmp_path / "w", capsys)


def begin(call: cycle.Command, folder: Path, seed: int = 1) -> None:
    (folder / "areas.csv").write_text(clocked.AREAS, encoding="utf-8")
    (folder / "m.toml").write_text(clocked.MAPPING, encoding="utf-8")
    call("init", "--areas", folder / "areas.csv", "--synthetic", "--attribution", "Mine.")
    export = clocked.write_export(folder / "export.csv", seed)
    assert call("ingest", "incidents", export, "--mapping", folder / "m.toml")["quarantined"] == 0


def of(told: dict[str, Any], name: str) -> Shares:
    """Return a column of the rows by strand and place, in the order of the week."""
    found: dict[tuple[str, str], list[float]] = {}
    for row in told["rows"]:
        found.setdefault((row["strand"], row["place"]), []).append(row[name])
    return {key: np.array(values) for key, values in found.items()}


def true_shares() -> Shares:
    """Return what was drawn from, of the strands whose times are known exactly."""
    shares: Shares = {}
    for strand in ("violence", "shops"):
        clock, _, numbers = clocked.STRANDS[strand]
        by_area = {area: clocked.truth(clock, clocked.CENTRES[area]) for area in numbers}
        for area in ("A", "B"):
            shares[strand, clocked.DISTRICTS[area]] = by_area[area]
        everywhere = sum((numbers[area] * by_area[area] for area in numbers), np.zeros(21))
        shares[strand, "everywhere"] = everywhere / sum(numbers.values())
    return shares


def test_the_truth_is_recovered_within_its_ranges(call: cycle.Command, tmp_path: Path) -> None:
    begin(call, tmp_path)
    told = call("profiles")
    shares, low, high, number = (of(told, name) for name in ("share", "low", "high", "incidents"))
    held = []
    for key, true in true_shares().items():
        # Chance of so many incidents, and no more: five standard errors are passed once in some thousand runs.
        assert np.all(np.abs(shares[key] - true) < 5 * np.sqrt(true * (1 - true) / number[key])), key
        held.append((low[key] <= true) & (true <= high[key]))
    assert np.size(held) == 126
    assert 0.68 <= np.mean(held) <= 0.92
    # The nights of a town centre are its own; where little is known there is no profile.
    assert shares["violence", "Harlow"].reshape(7, 3)[5, 2] > 1.5 * shares["violence", "Maldon"].reshape(7, 3)[5, 2]
    assert ("violence", "Rochford") not in shares
    assert all(abs(values.sum() - 1) < 1e-3 for values in shares.values())
    assert (told["weeks"], told["first_day"], told["last_day"]) == (104, "2022-01-03", "2023-12-31")
    assert told["without_clock_time"]["long_interval"] > 0
    assert told["heaped_at_midnight"] == []


def test_profiles_are_recorded_written_drawn_and_repeat(call: cycle.Command, tmp_path: Path) -> None:
    begin(call, tmp_path)
    table, picture = tmp_path / "p.csv", tmp_path / "p.png"
    asked = ("profiles", "--strand", "violence", "--weeks", 52, "--shifts", "day=08-20,night=20-08")
    first = call(*asked, "--longest-interval", 6, "--out", table, "--picture", picture)
    assert first["marks"] == ["SYNTHETIC: the data are made up."]
    assert (first["notices"], first["attribution"], first["weeks"]) == (
        ["synthetic"],
        "SYNTHETIC: the data are made up. Mine.",
        52,
    )
    assert [item["shift"] for item in first["shifts"]] == ["day", "night"]
    assert {row["strand"] for row in first["rows"]} == {"violence"}
    with table.open(encoding="utf-8") as lines:
        written = list(csv.DictReader(lines))
    assert [row["share"] for row in written] == [str(row["share"]) for row in first["rows"]]
    assert [row["weekday"] for row in written[:14:2]] == list(WEEKDAYS)
    assert {row["notices"] for row in written} == {"synthetic"}
    assert picture.stat().st_size > 10_000
    second = call(*asked, "--longest-interval", 6)
    assert (second["run_id"], second["audit_id"] != first["audit_id"]) == (first["run_id"], True)
    events = [event for event in call("audit", "list")["events"] if event["object"].startswith("profiles/")]
    assert sorted(event["operation"] for event in events) == ["combination", "consultation"]
    call("audit", "verify")


def test_only_what_was_known_then_counts(call: cycle.Command, tmp_path: Path) -> None:
    begin(call, tmp_path)
    then = call("profiles", "--as-of", "2023-01-02")
    assert (then["as_of"], then["weeks"], then["last_day"]) == ("2023-01-02", 52, "2023-01-01")
    later = tmp_path / "later.csv"
    later.write_text("begins,ends,what,where\n" + "2023-01-02 09:00:00,,violence,A\n" * 500, encoding="utf-8")
    call("ingest", "incidents", later, "--mapping", tmp_path / "m.toml")
    again = call("profiles", "--as-of", "2023-01-02")
    assert [row["share"] for row in again["rows"]] == [row["share"] for row in then["rows"]]


def test_the_screen_shows_a_week_and_its_places(
    call: cycle.Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begin(call, tmp_path)
    screens = []
    for extra in ((), ("--strand", "shops")):
        capsys.readouterr()
        assert run(["profiles", *extra, "--workspace", str(tmp_path / "w")]) == 0
        screens.append(capsys.readouterr().out)
    assert all("SYNTHETIC" in screen for screen in screens)
    assert all("Friday's night holds the small hours of Saturday" in screen for screen in screens)
    assert ["Harlow" in screen for screen in screens] == [False, True]


def test_what_cannot_be_is_refused_in_one_sentence(call: cycle.Command, tmp_path: Path) -> None:
    begin(call, tmp_path)
    gap = call("profiles", "--shifts", "early=07-15,late=15-23", expected=2)["error"]
    assert "shifts must tile the day" in gap
    assert "there is no strand 'arson'" in call("profiles", "--strand", "arson", expected=2)["error"]
    assert "is none of .csv" in call("profiles", "--out", tmp_path / "p.txt", expected=2)["error"]
    assert "is none of .png" in call("profiles", "--picture", tmp_path / "p.svg", expected=2)["error"]


def test_months_of_police_uk_give_only_weekly_plans(call: cycle.Command, tmp_path: Path) -> None:
    call("init", "--taxonomy", "police-uk")
    exports.police_file(tmp_path / "street", "2024-01", [exports.police_row(crime_id=str(n)) for n in range(30)])
    call("ingest", "police-uk", tmp_path / "street")
    told = call("profiles", expected=2)["error"]
    assert told.startswith("feed police-uk/essex: gives no clock times, so that only weekly plans can be made")
    assert "\n" not in told


def test_whole_days_give_only_weekly_plans(call: cycle.Command, tmp_path: Path) -> None:
    call("init")
    call("ingest", "incidents", cycle.part_of_toronto(tmp_path), "--mapping", cycle.TORONTO / "mapping.toml")
    assert "no clock times, so that only weekly plans can be made" in call("profiles", expected=2)["error"]


def test_a_strand_without_clock_times_beside_others_has_only_weekly_plans(call: cycle.Command, tmp_path: Path) -> None:
    begin(call, tmp_path)
    rows = "".join(f"2023-01-{1 + n % 28:02},arson,A\n" for n in range(200)) + "2023-01-30,shops,A\n"
    (tmp_path / "fires.csv").write_text("begins,what,where\n" + rows, encoding="utf-8")
    mapping = clocked.MAPPING.replace('occurred_to = "ends"\n', "").replace("period", 'name = "fires"\nperiod', 1)
    (tmp_path / "fires.toml").write_text(mapping, encoding="utf-8")
    call("ingest", "incidents", tmp_path / "fires.csv", "--mapping", tmp_path / "fires.toml")
    told = call("profiles")
    assert (told["weekly_only"], told["feeds_left_out"]) == (["arson"], ["fires"])
    assert told["partly_without_clock_times"] == ["shops"]
    assert "feed-left-out" in told["notices"]
    assert "no feed gives clock times of arson" in call("profiles", "--strand", "arson", expected=2)["error"]
