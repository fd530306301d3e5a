"""One period through the house: from what is known to a recorded forecast."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from errors import ModelError
from features import periods
from features.panel import Panel
from ledger.artefacts import Artefact
from ledger.events import Draft
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.registry import Registered
from models.table import forecast_table, to_parquet

KIND = "forecast"


@dataclass(frozen=True, eq=False)
class ForecastRun:
    """A recorded forecast of every area, strand and horizon from one origin.

    Attributes:
        run_id: Name of the run.
        frame: The table, with explanation columns.
        meta: What the run is: origin, as_of, period, model version, attribution; JSON values.
        audit_id: The event that recorded it.
    """

    run_id: str
    frame: pd.DataFrame
    meta: Mapping[str, Any]
    audit_id: str


def notices_of(panel: Panel, *, as_of: date | None, synthetic: bool, proxies: Sequence[str]) -> list[str]:
    """Return the codes that hold for a whole run: late data, proxies, synthetic data."""
    late = as_of is not None and periods.ordinal(as_of, panel.kind) > panel.first + len(panel.counts)
    marks = {"late-data": late, "proxy": bool(set(proxies) & set(panel.strands)), "synthetic": synthetic}
    return [code for code, holds in marks.items() if holds]


def run_forecast(
    panel: Panel,
    champion: Registered,
    *,
    snapshot_hash: str,
    notices: Sequence[str],
    attribution: str,
    ledger: Ledger,
    files: FileStore,
    actor: str,
) -> ForecastRun:
    """Forecast from the panel's origin, and record it before anybody sees it.

    The same panel and model give the same file and so the same run; asking again records that it was consulted.

    Raises:
        ModelError: The model does not fit the panel.
        LedgerError: It could not be recorded; then there is no forecast.
    """
    forecast = champion.model.forecast(panel)
    frame = forecast_table(
        forecast, panel, level=panel.areas.level, model_version=champion.version, notices=notices, fallback=""
    )
    stored = files.put(to_parquet(frame), "forecasts", ".parquet")
    run_id = f"{panel.origin}-{stored.sha256[:8]}"
    meta = {
        "origin": panel.origin.isoformat(),
        "as_of": panel.as_of.isoformat(),
        "period": panel.kind,
        "horizons": list(forecast.horizons),
        "areas": len(panel.areas),
        "strands": list(panel.strands),
        "districts": dict(zip(panel.areas.codes, panel.areas.parents.get("district", ()), strict=False)),
        "names": dict(zip(panel.areas.codes, panel.areas.names, strict=True)),
        "model_version": champion.version,
        "snapshot_hash": snapshot_hash,
        "notices": list(notices),
        "attribution": attribution,
    }
    known = next((a for a in ledger.artefacts(KIND) if a.name == run_id), None)
    draft = Draft(
        "consultation" if known else "combination",
        f"{KIND}/{run_id}",
        actor,
        object_hash=stored.sha256,
        details={"origin": meta["origin"], "model": champion.version, "snapshot": snapshot_hash},
    )
    event = ledger.append(draft, artefacts=[] if known else [Artefact.of(KIND, run_id, stored, meta)])
    return ForecastRun(run_id, frame, meta, event.audit_id)


def load_run(ledger: Ledger, files: FileStore, run_id: str | None = None) -> ForecastRun:
    """Load a recorded run, by default the newest, its file checked against the ledger.

    Raises:
        ModelError: There is none.
        LedgerError: The file is absent or was changed.
    """
    artefact = ledger.artefact(KIND, run_id) if run_id else ledger.newest(KIND)
    if artefact is None:
        raise ModelError("no forecast has been made yet", place="workspace", fix="run strandcast forecast")
    frame = pq.read_table(BytesIO(files.read(artefact.stored))).to_pandas()
    return ForecastRun(artefact.name, frame, artefact.meta, ledger.event_of(KIND, artefact.name).audit_id)
