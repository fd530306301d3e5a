"""The monthly cycle on a real download of data.police.uk, with its missing months and changed codes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.support import cycle
from tests.support.shared_data import shared_file


def test_a_download_becomes_a_monthly_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    street = shared_file("essex/police-uk-essex-street.zip")
    areas = shared_file("geography/essex-lsoa-2011.geojson")
    call = cycle.command(tmp_path / "w", capsys)
    call("init", "--taxonomy", "police-uk", "--period", "month", "--holidays", "GB-ENG", "--areas", areas)
    ingested = call("ingest", "police-uk", street)
    assert ingested["read"] == sum(ingested[name] for name in ("accepted", "duplicate", "superseded", "quarantined"))
    call("train", "--no-tracking", "--horizons", "1-2")
    call("promote", "--no-tracking", "--reason", "first", "--despite", "the gate is tested elsewhere")
    forecast = call("forecast", "--out", tmp_path / "f.parquet")
    assert (forecast["origin"], forecast["period"]) == ("2024-05-01", "month")
    table = pd.read_parquet(tmp_path / "f.parquet")
    assert len(table) == 1077 * 14 * 2
    assert set(table["level"]) == {"lsoa"}
    plan = call("allocate", "--hours", 10_000, "--maximum", 200, "--out", tmp_path / "plan.csv")
    assert plan["period"]["kind"] == "month"
    hours = pd.read_csv(tmp_path / "plan.csv")["hours"]
    assert hours.sum() == pytest.approx(10_000)
    assert np.all((hours >= 0) & (hours <= 200 + 1e-9))
    assert call("audit", "verify")["ok"]
