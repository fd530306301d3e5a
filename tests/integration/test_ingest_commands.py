"""From files to the store through the command line, with the real ledger and files."""

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from features.incidents.incidents import Incidents
from features.incidents.store import load_incidents
from features.workspace import Workspace
from ledger.archive import Archive
from ledger.files import FileStore
from ledger.ledger import Ledger
from strandcast.app import run
from strandcast.command import Context
from tests.support.exports import POLICE_HEADER, police_row, write_csv
from tests.support.shared_data import shared_file

MAPPING = """\
period = "day"
[columns]
occurred_from = "when"
area_code = "where"
offence = "what"
[strands]
"*" = "*"
"""
GOOD = ["2024-01-05,A,x", "2024-01-06,B,y"]
Strandcast = Callable[..., tuple[int, str, str]]


@pytest.fixture
def strandcast(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Strandcast:
    """Run a command in the workspace tmp_path/w; returns exit code, standard output and standard error."""
    monkeypatch.delenv("STRANDCAST_DATABASE_URL", raising=False)

    def command(*arguments: str | Path) -> tuple[int, str, str]:
        capfd.readouterr()
        code = run([*map(str, arguments), "--workspace", str(tmp_path / "w")])
        told = capfd.readouterr()
        return code, told.out, told.err

    return command


def document(result: tuple[int, str, str]) -> dict[str, Any]:
    code, out, err = result
    assert code == 0, err
    loaded: dict[str, Any] = json.loads(out)
    return loaded


def incidents(root: Path, *, areas: bool = False) -> Incidents:
    workspace = Workspace.open(root, environment={})
    with Ledger.open(workspace.database_url, Context.clock) as ledger:
        store = load_incidents(Archive(ledger, FileStore(root), "test"))
    return store.view(None, workspace.areas() if areas else None)


def held(root: Path) -> tuple[list[str], int]:
    """Return the rows and the events of a workspace's ledger."""
    with Ledger.open(f"sqlite:///{root / 'strandcast.db'}", Context.clock) as ledger:
        rows = [row.name for kind in ("incidents", "quarantine") for row in ledger.artefacts(kind)]
        return rows, len(ledger.events())


def test_a_workspace_an_export_and_its_quarantine(strandcast: Strandcast, tmp_path: Path) -> None:
    assert strandcast("init", "--holidays", "CA-ON", "--attribution", "Source: X", "--period", "week")[0] == 0
    assert strandcast("init")[0] == 2
    (tmp_path / "city.toml").write_text(MAPPING, encoding="utf-8")
    path = write_csv(tmp_path / "f.csv", "when,where,what,victim", [*(f"{row},Jo" for row in GOOD), "2024-01-06,,y,Jo"])
    code, out, err = strandcast("ingest", "incidents", path, "--mapping", tmp_path / "city.toml")
    assert code == 0, err
    assert "Not stored (not mapped): victim." in out
    assert "city covers 2024-01-05 to 2024-01-06." in out
    again = document(strandcast("ingest", "incidents", path, "--mapping", tmp_path / "city.toml", "--json"))
    assert {key: again[key] for key in ("read", "accepted", "duplicate", "superseded", "quarantined", "rules")} == {
        "read": 3,
        "accepted": 0,
        "duplicate": 3,
        "superseded": 0,
        "quarantined": 0,
        "rules": {"file-already-ingested": 3},
    }
    listed = document(strandcast("quarantine", "list", "--json"))
    (row,) = listed["rows"]
    assert row | {"id": ""} == {
        "id": "",
        "feed": "city",
        "file": "f.csv",
        "row": 4,
        "rule": "no-area",
        "field": "area_code",
    }
    assert "Jo" not in strandcast("quarantine", "list")[1]
    assert held(tmp_path / "w")[1] == 1


def test_a_download_of_police_uk(strandcast: Strandcast, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as pack:
        for month in ("2024-01", "2024-03"):
            rows = [police_row(month), police_row(month), police_row(month, lsoa="")]
            pack.writestr(f"{month}/{month}-essex-street.csv", "\n".join([POLICE_HEADER, *rows]))
            pack.writestr(f"{month}/{month}-essex-outcomes.csv", "x\n")
    strandcast("init", "--taxonomy", "police-uk")
    told = document(strandcast("ingest", "police-uk", tmp_path / "all.zip", "--json"))
    assert (told["read"], told["accepted"], told["rules"]) == (6, 4, {"no-area": 2})
    assert told["missing_months"] == {"police-uk/essex": ["2024-02"]}
    assert len(told["ignored_files"]) == 2
    view = incidents(tmp_path / "w")
    assert (int(view.count.sum()), len(view.feeds[0].strands)) == (4, 14)


BAD_INPUT: dict[str, tuple[str, str, str, str]] = {
    # case: (file name, content, mapping, what is told)
    "empty": ("f.csv", "", MAPPING, "f.csv: is empty"),
    "only a header": ("f.csv", "when,where,what\n", MAPPING, "f.csv: holds no rows"),
    "no CSV": ("f.csv", "PK\x03\x04", MAPPING, "f.csv: is a zip archive or an Excel workbook"),
    "another kind": ("f.xlsx", "x", MAPPING, "f.xlsx: is neither CSV nor Parquet"),
    "missing column": ("f.csv", "when,place,what\n2024-01-05,A,x\n", MAPPING, "f.csv: has no column 'where'"),
    "wrong key": (
        "f.csv",
        "when,where,what\n2024-01-05,A,x\n",
        MAPPING.replace("offence", "ofence"),
        "m.toml, [columns]: unknown key 'ofence'; write 'offence'",
    ),
    "future": (
        "f.csv",
        "when,where,what\n2099-01-05,A,x\n",
        MAPPING,
        "f.csv, row 2: no row can be used: the date lies",
    ),
    "unknown area": (
        "f.csv",
        "when,where,what\n2024-01-05,Z,x\n",
        MAPPING,
        "f.csv, row 2: no row can be used: the place is",
    ),
    "unknown strand": (
        "f.csv",
        "when,where,what\n2024-01-05,A,x\n",
        MAPPING.replace('"*" = "*"', 'x = "Piracy"'),
        "m.toml, [strands]: 'Piracy' is no strand of the taxonomy police-uk",
    ),
    "open quote": (
        "f.csv",
        'when,where,what\n2024-01-05,A,"x\n',
        MAPPING,
        "f.csv, line 2: a quotation mark is never closed",
    ),
    "open order": (
        "f.csv",
        "when,where,what\n01/02/2024,A,Drugs\n",
        MAPPING,
        "f.csv: its dates can be read day-first or",
    ),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_is_told_in_one_sentence_and_leaves_nothing(
    strandcast: Strandcast, tmp_path: Path, case: str
) -> None:
    name, content, mapping, sentence = BAD_INPUT[case]
    (tmp_path / "areas.csv").write_text("area_code\nA\nB\n", encoding="utf-8")
    strandcast("init", "--taxonomy", "police-uk", "--areas", tmp_path / "areas.csv")
    (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "m.toml").write_text(mapping, encoding="utf-8")
    code, out, err = strandcast("ingest", "incidents", tmp_path / name, "--mapping", tmp_path / "m.toml")
    assert (code, out) == (2, "")
    lines = [line for line in err.splitlines() if line.strip()]
    assert len(lines) == 1
    assert sentence in lines[0]
    assert lines[0].endswith(".")
    assert not list((tmp_path / "w").rglob("*.parquet"))
    code, out, _ = strandcast("ingest", "incidents", tmp_path / name, "--mapping", tmp_path / "m.toml", "--json")
    assert code == 2
    assert sentence in json.loads(out)["error"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--taxonomy", "essex"], "neither a shipped taxonomy nor a file"),
        (["--areas", "absent.geojson"], "no such file of areas"),
        (["--holidays", "Ruritania"], "Ruritania"),
        (["--period", "day"], "day"),
    ],
)
def test_a_workspace_that_cannot_be_made_is_not_begun(
    strandcast: Strandcast, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    code, _, err = strandcast("init", *arguments)
    assert code == 2
    assert sentence in err
    assert not (tmp_path / "w").exists()


KILLED_BEFORE_COMMIT = """\
import os, signal, sys
from ledger.archive import Archive
Archive.commit = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
from strandcast.app import run
run(sys.argv[1:])
"""


def big_export(folder: Path) -> list[str]:
    """Write an export and its mapping; return the arguments that ingest it."""
    (folder / "city.toml").write_text(MAPPING, encoding="utf-8")
    path = write_csv(folder / "f.csv", "when,where,what", GOOD * 20_000)
    return ["ingest", "incidents", str(path), "--mapping", str(folder / "city.toml"), "--workspace", str(folder / "w")]


def test_an_ingest_that_is_killed_before_its_commit_leaves_the_store_as_it_was(
    strandcast: Strandcast, tmp_path: Path
) -> None:
    strandcast("init")
    arguments = big_export(tmp_path)
    killed = subprocess.run([sys.executable, "-c", KILLED_BEFORE_COMMIT, *arguments], check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL
    assert list((tmp_path / "w" / "incidents").glob("*.parquet"))
    assert held(tmp_path / "w") == ([], 0)
    assert len(incidents(tmp_path / "w")) == 0
    assert run(arguments) == 0
    assert len(incidents(tmp_path / "w")) == 40_000


def test_an_ingest_that_is_killed_at_any_moment_is_whole_or_absent(strandcast: Strandcast, tmp_path: Path) -> None:
    strandcast("init")
    arguments = big_export(tmp_path)
    command = [sys.executable, "-c", "import sys; from strandcast.app import run; run(sys.argv[1:])", *arguments]
    for delay in (1.0, 2.5):
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
            time.sleep(delay)
            os.kill(child.pid, signal.SIGKILL)
        assert len(incidents(tmp_path / "w")) in (0, 40_000)
    assert run(arguments) == 0
    assert len(incidents(tmp_path / "w")) == 40_000


def difference(view: Incidents, counts: Path, periods: np.ndarray[Any, Any]) -> int:
    """Return the sum of absolute differences between a view and a table of counts."""
    expected = pd.read_csv(counts).set_index(["area_code", "strand", "period_start"])["count"]
    found = pd.DataFrame(
        {
            "area_code": np.array(view.area_codes)[view.area],
            "strand": np.array(view.strand_names)[view.strand],
            "period_start": periods.astype("datetime64[D]").astype(str),
            "count": view.count,
        }
    )
    sums = found.groupby(["area_code", "strand", "period_start"])["count"].sum()
    return int((sums.reindex(expected.index, fill_value=0) - expected).abs().sum())


def test_essex_agrees_with_the_counts_of_the_benchmark(strandcast: Strandcast, tmp_path: Path) -> None:
    areas, archive = shared_file("geography/essex-lsoa-2011.geojson"), shared_file("essex/police-uk-essex-street.zip")
    strandcast("init", "--taxonomy", "police-uk", "--areas", areas)
    told = document(strandcast("ingest", "police-uk", archive, "--json"))
    assert (told["read"], told["duplicate"], told["superseded"]) == (391_087, 2, 0)
    assert told["read"] == told["accepted"] + told["duplicate"] + told["quarantined"]
    view = incidents(tmp_path / "w", areas=True)
    # Two rows of 2014-11 repeat a Crime ID; the table counts them.
    assert difference(view, shared_file("../benchmarks/essex-2014-counts.csv.gz"), view.day) == 2
    assert document(strandcast("ingest", "police-uk", archive, "--json"))["rules"] == {"file-already-ingested": 391_087}


def test_toronto_agrees_with_the_counts_of_the_benchmark(strandcast: Strandcast, tmp_path: Path) -> None:
    path = shared_file("toronto/toronto-major-crime-2014-2021.csv.gz")
    mapping = MAPPING.replace("when", "occurrence_date").replace("where", "neighbourhood").replace("what", "offence")
    (tmp_path / "toronto.toml").write_text(mapping, encoding="utf-8")
    strandcast("init")
    told = document(strandcast("ingest", "incidents", path, "--mapping", tmp_path / "toronto.toml", "--json"))
    assert (told["read"], told["accepted"]) == (239_935, 239_935)
    assert told["covered"] == {"toronto": [["2014-01-01", "2021-12-31"]]}
    view = incidents(tmp_path / "w")
    weekday = (view.day.astype(np.int64) + 3) % 7
    mondays = view.day - weekday.astype("timedelta64[D]")
    assert difference(view, shared_file("../benchmarks/toronto-counts.csv.gz"), mondays) == 0
