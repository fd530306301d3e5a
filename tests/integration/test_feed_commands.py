"""Feeds under contract through the command line, from a draft to the counts of a past day."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from strandcast.app import run
from tests.support.exports import write_csv

Call = Callable[..., Any]
HEADER = "Date Occurred,Beat,Offence Type,Victim Name"
DAYS = [f"{day:02}/01/2024" for day in range(1, 32)]


@pytest.fixture
def call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    def called(*words: object, expected: int = 0) -> Any:
        code = run([*map(str, words), "--workspace", str(tmp_path / "w"), "--json"])
        printed = capsys.readouterr()
        assert code == expected, printed.err
        return json.loads(printed.out)

    return called


def fill_in(path: Path, **changes: str) -> None:
    text = path.read_text("utf-8").replace("TO FILL IN:", "tests:")
    for old, new in changes.items():
        text = text.replace(old, new)
    path.write_text(text, "utf-8")


def test_a_feed_goes_from_a_draft_to_the_counts_of_a_past_day(call: Call, tmp_path: Path) -> None:
    call("init")
    export = write_csv(tmp_path / "city.csv", HEADER, [f"{day},B1,Theft,Jo Bloggs" for day in DAYS])
    draft = Path(call("feeds", "new", "city", "--from", export)["file"])
    assert "does not say yet" in call("ingest", "city", export, expected=2)["error"]
    fill_in(draft)
    assert "columns that are about persons: Victim Name" in call("ingest", "city", export, expected=2)["error"]
    fill_in(draft, refuse="leave-out")
    assert call("ingest", "city", export)["accepted"] == 31
    listed = {feed["name"]: feed for feed in call("feeds", "list")["feeds"]}
    assert (listed["city"]["contract"], listed["city"]["accepted"]) == ("workspace", 31)
    assert (listed["stats19"]["contract"], listed["stats19"]["files"]) == ("shipped", 0)
    assert call("feeds", "show", "city")["held"]["first_day"] == "2024-01-01"
    out = tmp_path / "panel.csv"
    call("panel", "--as-of", "2024-01-16", "--out", out)
    counted = pd.read_csv(out)
    assert counted["period_start"].tolist() == ["2024-01-01", "2024-01-08"]
    assert counted["count"].tolist() == [7.0, 7.0]


def test_a_feed_that_nobody_has_is_told_with_those_there_are(call: Call, tmp_path: Path) -> None:
    call("init")
    error = call("ingest", "stats91", tmp_path, expected=2)["error"]
    assert "there is no contract of this feed; use one of action-fraud" in error


def test_people_see_which_offences_officers_largely_find(
    call: Call, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call("init")
    assert run(["feeds", "show", "police-uk", "--workspace", str(tmp_path / "w")]) == 0
    printed = capsys.readouterr().out
    assert "officer-initiated" in printed
    assert "Possession of weapons" in printed
    assert "mixed" in printed


def test_made_up_files_are_refused_where_nothing_would_say_so(call: Call, tmp_path: Path) -> None:
    call("init")
    sample = write_csv(tmp_path / "SYNTHETIC-events.csv", "event_no,starts_on,ends_on,district,kind", [])
    assert "is SYNTHETIC and the workspace is not" in call("ingest", "events", sample, expected=2)["error"]


def test_a_taxonomy_that_takes_searches_for_demand_is_refused(call: Call, tmp_path: Path) -> None:
    taxonomy = tmp_path / "t.toml"
    taxonomy.write_text('version = "t"\n[[strand]]\ncode = "s"\nname = "S"\n[[strand.input]]\nfeed = "stop-search"\n')
    assert "is refused as demand" in call("init", "--taxonomy", taxonomy, expected=2)["error"]
    assert not (tmp_path / "w").exists()
