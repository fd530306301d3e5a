"""From refused rows to released ones through the command line, with the real ledger and files."""

import csv
import hashlib
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from features.incidents.store import load_incidents
from ledger.archive import Archive
from ledger.files import FileStore
from ledger.ledger import Ledger
from strandcast.app import run
from strandcast.command import Context
from tests.support.exports import write_csv

HEADER = "report_no,reported_on,happened_on,category,lsoa,council"
ROWS = [
    "1,2024-01-08,2024-01-05,noise,E01,Basildon",
    "2,2024-01-08,2024-01-06,litter,E0,Basildon",
    "3,2024-01-08,2024-01-06,fireworks,E01,Basildon",
    "4,2024-01-08,,noise,E02,Harlow",
    "5,2024-01-08,2024-01-07,noise,E02",
]
Strandcast = Callable[..., tuple[int, str, str]]


@pytest.fixture
def strandcast(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Strandcast:
    """Run a command in the workspace tmp_path/w, which holds one row of council-asb and four in quarantine."""
    monkeypatch.delenv("STRANDCAST_DATABASE_URL", raising=False)

    def command(*arguments: str | Path) -> tuple[int, str, str]:
        capfd.readouterr()
        code = run([*map(str, arguments), "--workspace", str(tmp_path / "w")])
        told = capfd.readouterr()
        return code, told.out, told.err

    (tmp_path / "areas.csv").write_text("area_code\nE01\nE02\n", encoding="utf-8")
    assert command("init", "--areas", tmp_path / "areas.csv")[0] == 0
    assert command("ingest", "council-asb", write_csv(tmp_path / "asb.csv", HEADER, ROWS))[0] == 0
    return command


def document(result: tuple[int, str, str]) -> dict[str, Any]:
    code, out, err = result
    assert code == 0, err
    loaded: dict[str, Any] = json.loads(out)
    return loaded


def rows_of(strandcast: Strandcast, *options: str) -> dict[int, dict[str, Any]]:
    return {row["row"]: row for row in document(strandcast("quarantine", "list", "--json", *options))["rows"]}


def export(strandcast: Strandcast, path: Path) -> tuple[dict[str, Any], list[dict[str, str]]]:
    told = document(strandcast("quarantine", "export", "--out", path, "--json"))
    with path.open(encoding="utf-8-sig", newline="") as file:
        return told, list(csv.DictReader(file))


def corrected(path: Path, rows: list[dict[str, str]], changes: dict[str, str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(row | changes for row in rows)
    return path


def counted(root: Path) -> int:
    with Ledger.open(f"sqlite:///{root / 'strandcast.db'}", Context.clock) as ledger:
        return int(load_incidents(Archive(ledger, FileStore(root), "test")).view().count.sum())


def events(root: Path) -> list[tuple[str, str, dict[str, Any], str | None]]:
    with Ledger.open(f"sqlite:///{root / 'strandcast.db'}", Context.clock) as ledger:
        assert ledger.verify(FileStore(root)).ok
        drafts = [event.draft for event in ledger.events(newest_first=False)]
    return [(draft.operation, draft.object, dict(draft.details), draft.object_hash) for draft in drafts]


def test_rows_are_listed_by_id_feed_and_rule(strandcast: Strandcast) -> None:
    told = document(strandcast("quarantine", "list", "--json"))
    assert (told["total"], told["released"]) == (4, 0)
    assert told["rules"] == {"no-date": 1, "not-allowed": 1, "outside-areas": 1, "ragged-row": 1}
    assert list(rows_of(strandcast, "--rule", "no-date")) == [5]
    assert rows_of(strandcast, "--feed", "stats19") == {}
    out = strandcast("quarantine", "list")[1]
    assert "4 rows are open. 0 rows were released" in out
    assert "fireworks" not in out
    assert strandcast("quarantine", "list", "--rule", "x")[0] == 2


def test_a_row_is_shown_with_its_fix_and_without_what_no_code_list_declares(strandcast: Strandcast) -> None:
    rows = rows_of(strandcast)
    told = document(strandcast("quarantine", "show", rows[3]["id"], "--json"))
    assert (told["feed"], told["file"], told["row"], told["rule"]) == ("council-asb", "asb.csv", 3, "outside-areas")
    assert (told["state"], told["field"], told["fix"][:17]) == ("open", "area_code", "correct the codes")
    assert (told["values"]["category"], told["values"]["lsoa"]) == ("litter", "(not shown)")
    assert [step["what"] for step in told["history"]] == ["ingested, put into quarantine: outside-areas"]
    code, out, _ = strandcast("quarantine", "show", rows[4]["id"])
    assert (code, "fireworks" in out) == (0, False)
    for wrong in ("17", "q0000000000:2", f"{rows[3]['id']}00"):
        code, out, err = strandcast("quarantine", "show", wrong)
        assert (code, out, err.count("\n"), err.strip()[-1]) == (2, "", 1, ".")


def test_an_export_is_corrected_given_back_and_counts(strandcast: Strandcast, tmp_path: Path) -> None:
    told, rows = export(strandcast, tmp_path / "open.csv")
    assert list(rows[0])[:3] == ["quarantine_id", "rule", "field"]
    assert set(HEADER.split(",")) >= set(list(rows[0])[3:])
    digest = hashlib.sha256((tmp_path / "open.csv").read_bytes()).hexdigest()
    operation, subject, details, of = events(tmp_path / "w")[-1]
    assert (operation, subject, details["rows"], of) == ("disclosure", "quarantine/council-asb", 4, None)
    assert digest not in details.values()
    assert told["sha256"] == digest
    fixed = corrected(tmp_path / "fix.csv", rows[:2], {"lsoa": "E02"})
    released = document(strandcast("quarantine", "release", "--corrected", fixed, "--reason", "cut codes", "--json"))
    assert (released["read"], released["accepted"], released["rules"]) == (2, 1, {"not-allowed": 1})
    assert (released["released"], released["still_quarantined"]) == (1, 1)
    assert counted(tmp_path / "w") == 2
    operation, subject, details, _ = events(tmp_path / "w")[-1]
    assert (operation, subject) == ("alteration", "quarantine/council-asb")
    assert (details["reason"], details["released"], details["quarantined"]) == ("cut codes", 1, 1)
    shown = document(strandcast("quarantine", "show", rows[0]["quarantine_id"], "--json"))
    assert (shown["state"], shown["history"][1]["reason"]) == ("released, accepted", "cut codes")
    assert shown["history"][1]["audit_id"] == released["audit_id"]
    assert document(strandcast("quarantine", "list", "--json"))["released"] == 1
    listed = document(strandcast("feeds", "show", "council-asb", "--json"))["held"]
    assert (listed["files"], listed["accepted"], listed["quarantined"], listed["released"]) == (1, 2, 3, 1)
    again = strandcast("ingest", "council-asb", tmp_path / "asb.csv", "--json")
    assert (document(again)["quarantined"], document(again)["in_quarantine"]) == (0, 3)
    code, out, err = strandcast("quarantine", "release", "--corrected", fixed, "--reason", "again")
    assert (code, out) == (2, "")
    assert f"{rows[0]['quarantine_id']}: the row was released already" in err


def test_a_recorded_rule_releases_the_rows_that_keep_the_contract_then(strandcast: Strandcast, tmp_path: Path) -> None:
    rule = ["--column", "category", "--from", "fireworks", "--to", "other"]
    told = document(
        strandcast("quarantine", "release", "--feed", "council-asb", *rule, "--reason", "new category", "--json")
    )
    assert (told["read"], told["released"], counted(tmp_path / "w")) == (1, 1, 2)
    row = strandcast("quarantine", "list", "--json")[1]
    assert "not-allowed" not in row
    told = document(
        strandcast("quarantine", "release", "--feed", "council-asb", "--rule", "no-date", "--reason", "try", "--json")
    )
    assert (told["released"], told["still_quarantined"], told["audit_id"]) == (0, 1, None)


WRONG = {
    "no way": (["--reason", "x"], "nothing says which rows are released"),
    "no reason": (["--feed", "council-asb", "--reason", " "], "no reason is given"),
    "half a rule": (["--feed", "council-asb", "--column", "lsoa", "--reason", "x"], "--column, --from and --to"),
    "two ways": (["--feed", "council-asb", "--corrected", "x.csv", "--reason", "x"], "do not go together"),
    "no such column": (
        ["--feed", "council-asb", "--column", "lsao", "--from", "a", "--to", "b", "--reason", "x"],
        "'lsao' is no column of council-asb",
    ),
    "a key": (
        ["--feed", "council-asb", "--column", "report_no", "--from", "a", "--to", "b", "--reason", "x"],
        "only hashes are held",
    ),
    "no such value": (
        ["--feed", "council-asb", "--column", "lsoa", "--from", "a", "--to", "b", "--reason", "x"],
        "no open row holds that value",
    ),
    "no such feed": (["--feed", "nowhere", "--reason", "x"], "the feed has no contract; name with --mapping"),
    "no open row": (["--feed", "stats19", "--reason", "x"], "no open row could be read again"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_release_that_cannot_be_made_is_told_in_one_sentence(
    strandcast: Strandcast, tmp_path: Path, case: str
) -> None:
    before = events(tmp_path / "w")
    arguments, sentence = WRONG[case]
    code, out, err = strandcast("quarantine", "release", *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert sentence in err
    assert events(tmp_path / "w") == before


def test_an_export_that_cannot_be_written_is_not_recorded(strandcast: Strandcast, tmp_path: Path) -> None:
    for out in (tmp_path / "absent" / "x.csv", tmp_path / "x.xlsx"):
        assert strandcast("quarantine", "export", "--out", out)[0] == 2
    assert strandcast("quarantine", "export", "--feed", "stats19", "--out", tmp_path / "x.csv")[0] == 2
    assert len(events(tmp_path / "w")) == 1


KILLED_BEFORE_COMMIT = """\
import os, signal, sys
from ledger.archive import Archive
Archive.commit = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
from strandcast.app import run
run(sys.argv[1:])
"""


def test_a_release_that_is_killed_before_its_commit_leaves_the_state_before(
    strandcast: Strandcast, tmp_path: Path
) -> None:
    before = (strandcast("quarantine", "list", "--json")[1], events(tmp_path / "w"))
    change = ["--feed", "council-asb", "--column", "lsoa", "--from", "E0", "--to", "E01", "--reason", "cut code"]
    arguments = ["quarantine", "release", *change, "--workspace", str(tmp_path / "w")]
    killed = subprocess.run([sys.executable, "-c", KILLED_BEFORE_COMMIT, *arguments], check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL
    assert (strandcast("quarantine", "list", "--json")[1], events(tmp_path / "w")) == before
    assert counted(tmp_path / "w") == 1
    assert run(arguments) == 0
    assert counted(tmp_path / "w") == 2
