"""From incidents to a recorded forecast, through the commands, on real incidents."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.table import COLUMNS
from strandcast.app import run
from tests.support import cycle


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cycle")
    workspace, part = folder / "w", cycle.part_of_toronto(folder)
    mapping = str(cycle.TORONTO / "mapping.toml")
    for arguments in (
        ["init", "--holidays", "CA-ON", "--attribution", "Toronto Police Service"],
        ["ingest", "incidents", str(part), "--mapping", mapping],
        ["train", "--horizons", "1-2"],
    ):
        assert run([*arguments, "--workspace", str(workspace)]) == 0
    return workspace


@pytest.fixture
def call(trained: Path, capsys: pytest.CaptureFixture[str]) -> cycle.Command:
    return cycle.command(trained, capsys)


def test_before_a_promotion_there_is_no_champion(call: cycle.Command) -> None:
    assert "no champion yet" in call("forecast", expected=2)["error"]


def test_the_cycle_ends_in_a_recorded_forecast(call: cycle.Command, tmp_path: Path) -> None:
    promoted = call("promote", "--reason", "first model", "--despite", "thirty areas are few")
    assert promoted["mirrored_in_mlflow"]
    # Whether a part of a town is enough to show a gain is the gate's to say; overruled is only what it refused.
    assert (promoted["despite"] is None) == (promoted["gate"]["verdict"] == "passed")
    assert len(promoted["gate"]["origins"]) == 13
    out = tmp_path / "f.parquet"
    forecast = call("forecast", "--out", out)
    table = pd.read_parquet(out)
    assert list(table.columns) == list(COLUMNS)
    assert len(table) == cycle.AREAS * 5 * 2
    assert forecast["origin"] == "2021-12-27"
    assert set(table["model_version"]) == {promoted["version"]}
    assert (table["q0.05"] <= table["q0.95"]).all()
    assert call("audit", "verify")["ok"]
    shown = call("audit", "show", forecast["audit_id"])
    assert shown["operation"] == "combination"


def test_what_the_gate_refuses_is_told_and_kept(call: cycle.Command, tmp_path: Path) -> None:
    worse = call("train", "--model", "naive", "--horizons", "1-2")["version"]
    refused = call("promote", "--reason", "newer", expected=2)
    assert "refused by the gate, and the champion stays" in refused["error"]
    assert refused["champion"] != worse
    failed = [check["name"] for check in refused["gate"]["checks"] if check["outcome"] == "failed"]
    assert "CRPS" in failed
    listed = call("models", "list")
    assert [model["aliases"] for model in listed["models"]] == [["challenger"], ["champion"]]
    assert [act["outcome"] for act in listed["history"]] == ["ok", "refused"]
    picture, page = tmp_path / "gate.png", tmp_path / "card.md"
    shown = call("models", "show", worse, "--picture", picture)
    assert shown["gate"][refused["evidence"]]["reason"] == "newer"
    assert picture.read_bytes().startswith(b"\x89PNG")
    call("models", "card", worse, "--out", page)
    assert "**refused**" in page.read_text("utf-8")
    assert call("models", "retrain", worse)["identical"]
    assert "no former champion" in call("rollback", "--reason", "x", expected=2)["error"]


def test_a_model_whose_kept_file_is_not_what_was_recorded_has_no_card_and_is_not_made_again(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace, page = shutil.copytree(trained, tmp_path / "w"), tmp_path / "card.md"
    call = cycle.command(workspace, capsys)
    version = call("train", "--model", "boosted", "--horizons", "1-2", "--no-tracking")["version"]
    for trees in (workspace / "models").glob("*.txt"):
        trees.write_bytes(trees.read_bytes() + b" ")
    assert "not what was recorded" in call("models", "card", version, "--out", page, expected=1)["error"]
    assert not page.exists()
    assert "not what was recorded" in call("models", "retrain", version, expected=1)["error"]
    for trees in (workspace / "models").glob("*.txt"):
        trees.unlink()
    assert "absent" in call("models", "card", version, "--out", page, expected=1)["error"]
    assert "absent" in call("models", "retrain", version, expected=1)["error"]


def test_upper_levels_sum_the_bottom(call: cycle.Command, tmp_path: Path) -> None:
    tables = {}
    for level in ("area", "force"):
        call("forecast", "--level", level, "--out", tmp_path / f"{level}.csv")
        tables[level] = pd.read_csv(tmp_path / f"{level}.csv")
    expected = tables["area"].groupby(["strand", "horizon"])["mean"].sum()
    found = tables["force"].set_index(["strand", "horizon"])["mean"].sort_index()
    together = found.xs("all strands")
    np.testing.assert_allclose(found.drop("all strands", level="strand"), expected.sort_index(), rtol=1e-9)
    np.testing.assert_allclose(together, expected.groupby("horizon").sum(), rtol=1e-9)
    assert "not a level" in call("forecast", "--level", "ward", expected=2)["error"]


def test_a_backtest_covers_its_grid_and_knows_nothing_of_the_future(call: cycle.Command, tmp_path: Path) -> None:
    out = tmp_path / "b.parquet"
    options = ["--origins", "3", "--every", "2", "--horizons", "1-2", "--model", "shrunken"]
    done = call("backtest", *options, "--out", out)
    table = pd.read_parquet(out)
    assert len(table) == 3 * 2 * cycle.AREAS * 5
    assert table["period_start"].max() == pd.Timestamp("2021-12-20")
    assert (table["as_of"] == table["origin"]).all()
    assert done["measures"][0]["poisson_deviance"] < 1.2
    early = tmp_path / "e.csv"
    call("backtest", *options, "--end", "2021-12-19", "--out", early)
    assert pd.read_csv(early)["period_start"].max() == "2021-12-13"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["train", "--model", "arima"], "use one of naive"),
        (["train", "--horizons", "0"], "must lie within"),
        (["train", "--model", "boosted", "--as-of", "2018-02-01"], "at least 26 are needed"),
        (["train", "--as-of", "2017-02-01"], "holds no incidents known at that date"),
        (["promote", "--reason", "x", "--model", "nobody"], "there is no model nobody"),
        (["promote", "--reason", " "], "say why"),
        (["models", "show", "nobody"], "there is no model nobody"),
        (["models", "card", "champion", "--out", "absent/card.md"], "folder that is not there"),
        (["backtest", "--out", "b.txt"], "neither .parquet nor .csv"),
        (["backtest", "--out", "absent/b.csv"], "folder that is not there"),
        (["backtest", "--origins", "999", "--out", "b.csv"], "ask for at most"),
        (["backtest", "--origins", "0", "--out", "b.csv"], "must be 1 or more"),
        (["forecast", "--as-of", "yesterday"], "does not match"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_sentence(
    trained: Path,
    call: cycle.Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(path for path in trained.rglob("*") if path.suffix in (".parquet", ".json", ".txt"))
    sentence = call(*arguments, expected=2)["error"]
    assert told in sentence
    assert "\n" not in sentence
    assert before == sorted(path for path in trained.rglob("*") if path.suffix in (".parquet", ".json", ".txt"))
    assert list(tmp_path.iterdir()) == []


def test_a_forecast_is_explained_by_factors_that_multiply_back(call: cycle.Command) -> None:
    areas = call("forecast")["names"]
    one = call("explain", "--area", next(iter(areas)), "--strand", "Assault", "--horizon", "2")
    product = one["base"] * np.prod(list(one["multipliers"].values())) * one["calibration"]
    assert product == pytest.approx(one["mean"], rel=1e-9)
    assert call("explain", "--strand", "Assault")["areas"] == cycle.AREAS
    assert "has no strand Arson" in call("explain", "--strand", "Arson", expected=2)["error"]
