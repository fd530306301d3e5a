"""SYNTHETIC forecast runs: invented numbers in the shape of a recorded run, for tests of what reads them."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features.service import Service
from features.settings import Settings
from features.strands import OPEN
from features.workspace import RESOURCES, Workspace
from ledger.artefacts import Artefact
from ledger.events import Draft
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.allocation.resources import default_text
from models.kinds import SERVED
from models.served.make import served_bytes
from models.served.tables import own_table
from models.table import MULTIPLIERS, QUANTILES

STRANDS = ("burglary", "robbery")
ORIGIN = date(2024, 7, 1)


def synthetic_workspace(root: Path) -> Workspace:
    """Make a workspace that says it is synthetic."""
    # Its runs are recorded years ago by the clocks of tests.
    service = Service(longest_days_since_forecast=3650, longest_days_since_data=3650)
    settings = Settings(salt="5a" * 32, synthetic=True, attribution="Invented numbers.", service=service)
    return Workspace.create(root, settings, {"strands.toml": OPEN.encode(), RESOURCES: default_text()}, environment={})


def synthetic_frame(areas: int, horizons: int, origin: date, version: str, seed: int) -> pd.DataFrame:
    """Return a run's table; multipliers are invented, and the mean is their product."""
    rng = np.random.default_rng(seed)
    shape = (horizons, areas, len(STRANDS))
    horizon, area, strand = (axis.reshape(-1) for axis in np.indices(shape))
    codes, rows = [f"A{number:04d}" for number in range(areas)], horizon.size
    frame = pd.DataFrame(
        {
            "level": "area",
            "area_code": pd.Categorical.from_codes(area.tolist(), categories=pd.Index(codes, dtype="str")),
            "strand": pd.Categorical.from_codes(strand.tolist(), categories=pd.Index(STRANDS, dtype="str")),
            "as_of": pd.Timestamp(origin),
            "origin": pd.Timestamp(origin),
            "period_start": pd.to_datetime(pd.Series([origin + timedelta(weeks=h) for h in range(horizons)]))[
                horizon
            ].to_numpy(),
            "horizon": horizon + 1,
        }
    )
    factors = {name: rng.uniform(0.5, 2.0, rows) for name in MULTIPLIERS.values()}
    base, calibration = rng.uniform(0.5, 3.0, rows), rng.uniform(0.9, 1.1, rows)
    frame["mean"] = base * np.prod(list(factors.values()), axis=0) * calibration
    for number, name in enumerate(QUANTILES):
        frame[name] = np.floor(frame["mean"] * (0.25 + 0.3 * number))
    frame["model_version"], frame["fallback"], frame["notices"] = version, "", "synthetic;proxy"
    frame["base"] = base
    for name, values in factors.items():
        frame[name] = values
    frame["calibration"] = calibration
    return frame


def record_run(
    workspace: Workspace,
    *,
    areas: int = 6,
    horizons: int = 3,
    origin: date = ORIGIN,
    version: str = "synthetic-1",
    promote: bool = True,
    seed: int = 7,
    deciles: bool = False,
    prepared: bool = True,
) -> str:
    """Record a synthetic run and return its name: by default as the champion's, and with the file that reads need.

    Deciles rise with the areas' codes.
    """
    files = FileStore(workspace.root)
    frame = synthetic_frame(areas, horizons, origin, version, seed)
    buffer = BytesIO()
    frame.to_parquet(buffer, index=False)
    stored = files.put(buffer.getvalue(), "forecasts", ".parquet")
    run_id = f"{origin}-{stored.sha256[:8]}"
    codes = [str(code) for code in frame["area_code"].cat.categories]
    meta: dict[str, Any] = {
        "origin": origin.isoformat(),
        "as_of": origin.isoformat(),
        "period": "week",
        "horizons": list(range(1, horizons + 1)),
        "areas": areas,
        "strands": list(STRANDS),
        "districts": {code: f"D{number % 2}" for number, code in enumerate(codes)},
        "names": {code: code for code in codes},
        "model_version": version,
        "snapshot_hash": "5e" * 32,
        "notices": ["synthetic", "proxy"],
        "attribution": "Invented numbers.",
    }
    if deciles:
        meta["ground"] = {"area_codes": codes, "decile": [1.0 + 10 * number // areas for number in range(areas)]}
    rows = [Artefact.of("forecast", run_id, stored, meta)]
    if prepared:
        served = files.put(served_bytes(run_id, [own_table(frame)]), "served", ".arrow")
        rows.append(Artefact.of(SERVED, run_id, served))
    with Ledger.open(workspace.database_url, lambda: datetime.now(UTC)) as ledger:
        ledger.append(
            Draft("combination", f"forecast/{run_id}", "ann", object_hash=stored.sha256),
            artefacts=rows,
            aliases={("model", "champion"): version} if promote else {},
        )
    return run_id
