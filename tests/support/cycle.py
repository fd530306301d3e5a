"""One real weekly cycle, run through the command line: a part of the bundled Toronto incidents."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from strandcast.app import run
from tests.support.repository import REPOSITORY

TORONTO = REPOSITORY / "examples" / "toronto"
AREAS = 30

Command = Callable[..., Any]


def part_of_toronto(folder: Path) -> Path:
    """Write the first neighbourhoods' incidents of 2018-2021 and return the file."""
    whole = pd.read_parquet(TORONTO / "incidents.parquet")
    names = sorted(whole["neighbourhood"].unique())[:AREAS]
    recent = whole["occurrence_date"].astype(str) >= "2018"
    part = whole[recent & whole["neighbourhood"].isin(names)]
    path = folder / "incidents.parquet"
    part.to_parquet(path, index=False)
    return path


def command(workspace: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Return a function that runs a command in a workspace and returns its JSON document."""

    def call(*arguments: object, expected: int = 0) -> Any:
        capsys.readouterr()
        code = run([*map(str, arguments), "--workspace", str(workspace), "--json"])
        printed = capsys.readouterr()
        assert code == expected, printed.err
        return json.loads(printed.out)

    return call


def begin(call: Command, incidents: Path, options: Sequence[str] = ()) -> None:
    """Make a workspace and ingest incidents under Toronto's mapping."""
    call("init", "--holidays", "CA-ON", *options)
    call("ingest", "incidents", incidents, "--mapping", TORONTO / "mapping.toml")
