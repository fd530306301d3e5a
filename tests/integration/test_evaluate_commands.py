"""`strandcast allocate evaluate` on a part of Toronto's real incidents."""

import functools
from pathlib import Path

import pandas as pd
import pytest

from models.allocation.resources.shipped import default_text
from tests.support.cycle import Command, begin, command, part_of_toronto
from training.plans.contest import CLAIRVOYANT, MEAN, PLAIN, PLAN, SIMPLE

SHORT = ("--origins", "6", "--model", "shrunken", "--hours", "200")


@pytest.fixture
def called(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    call = command(tmp_path / "w", capsys)
    begin(call, part_of_toronto(tmp_path))
    resources = tmp_path / "resources.toml"
    resources.write_bytes(default_text())
    return functools.partial(call, "allocate", "evaluate", *SHORT, "--resources", resources)


def test_plans_of_past_weeks_are_scored_recorded_and_written(called: Command, tmp_path: Path) -> None:
    out, picture = tmp_path / "weeks.csv", tmp_path / "weeks.png"
    answer = called("--out", out, "--picture", picture)
    plans = {row["plan"]: row for row in answer["plans"]}
    assert list(plans) == [PLAN, *SIMPLE, PLAIN, MEAN, CLAIRVOYANT]
    assert plans[CLAIRVOYANT]["regret"] == 0
    assert all(row["regret"] >= 0 for row in plans.values())
    assert plans[PLAN]["reached"] > plans["equal hours"]["reached"]
    table = pd.read_csv(out)
    assert len(table) == 6 * len(plans)
    weekly = table[table["plan"] == PLAN]["share_reached"]
    assert weekly.mean() == pytest.approx(plans[PLAN]["reached"])
    assert picture.read_bytes().startswith(b"\x89PNG")
    again = called()
    assert again["evaluation"] == answer["evaluation"]
    assert again["audit_id"] != answer["audit_id"]


def test_a_table_that_could_not_be_written_is_refused_before_any_work(called: Command, tmp_path: Path) -> None:
    for option, name in (("--out", "weeks.txt"), ("--picture", "weeks.gif")):
        assert "is neither ." in called(option, tmp_path / name, expected=2)["error"]
    assert "given twice" in called("--hours", "patrol=3", "--hours", "patrol=4", expected=2)["error"]
