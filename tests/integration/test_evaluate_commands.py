"""`strandcast allocate evaluate` on a part of Toronto's real incidents."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from errors import DataError
from models.allocation.resources.shipped import default_text
from strandcast.evaluate_commands import evaluate
from tests.support.cycle import begin, command, part_of_toronto
from training.plans.contest import CLAIRVOYANT, MEAN, PLAN, SIMPLE

Evaluate = Callable[..., dict[str, Any]]
SHORT = ("--origins", "6", "--model", "shrunken", "--hours", "200")


@pytest.fixture
def called(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Evaluate:
    root = tmp_path / "w"
    begin(command(root, capsys), part_of_toronto(tmp_path))
    resources = tmp_path / "resources.toml"
    resources.write_bytes(default_text())

    def call(*arguments: str) -> dict[str, Any]:
        capsys.readouterr()
        evaluate.main(
            [*SHORT, "--resources", str(resources), *arguments, "--workspace", str(root), "--json"],
            standalone_mode=False,
        )
        answer: dict[str, Any] = json.loads(capsys.readouterr().out)
        return answer

    return call


def test_plans_of_past_weeks_are_scored_recorded_and_written(called: Evaluate, tmp_path: Path) -> None:
    out, picture = tmp_path / "weeks.csv", tmp_path / "weeks.png"
    answer = called("--out", str(out), "--picture", str(picture))
    plans = {row["plan"]: row for row in answer["plans"]}
    assert list(plans) == [PLAN, *SIMPLE, MEAN, CLAIRVOYANT]
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


def test_a_table_that_could_not_be_written_is_refused_before_any_work(called: Evaluate, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"neither \.parquet nor \.csv"):
        called("--out", str(tmp_path / "weeks.txt"))
    with pytest.raises(DataError, match=r"neither \.png nor \.svg"):
        called("--picture", str(tmp_path / "weeks.gif"))
