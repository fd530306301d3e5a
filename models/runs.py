"""Recorded forecast runs, as they are read back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from errors import ModelError
from features.panel import Panel
from features.panel_file import from_bytes
from ledger.artefacts import Artefact
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.kinds import FORECAST, PANEL
from models.suspension import Suspension, marks_since, suspension_of

KIND = FORECAST
# The alias of the run that was made last, though its file may be one that was recorded before.
LATEST = "latest"
# Column of a kept run: the dispersion of each row's negative binomial.
DISPERSION = "dispersion"
# What is kept of a run beside its table: how its counts vary together, `models.spread.Spread` as a document.
SPREAD = "spread"


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

    @property
    def next_horizon(self) -> int:
        """Horizon of the first period that is still to come at `as_of`; the last one where none of them is."""
        to_come = self.frame.loc[self.frame["period_start"] >= pd.Timestamp(self.meta["as_of"]), "horizon"]
        return int(to_come.min() if len(to_come) else self.frame["horizon"].max())


def load_run(ledger: Ledger, files: FileStore, run_id: str | None = None) -> ForecastRun:
    """Load a recorded run, by default the one made last, its file checked against the ledger.

    If its model has been suspended since, it bears the notice "model-suspended", which its file does not.

    Raises:
        ModelError: There is none.
        LedgerError: The file is absent or was changed.
    """
    name = run_id or ledger.alias(KIND, LATEST)
    artefact = ledger.artefact(KIND, name) if name else ledger.newest(KIND)
    if artefact is None:
        raise ModelError("no forecast has been made yet", place="workspace", fix="run strandcast forecast")
    run = ForecastRun(
        artefact.name, read_frame(files, artefact), artefact.meta, ledger.event_of(KIND, artefact.name).audit_id
    )
    return _marked(run, suspension_of(ledger, str(artefact.meta["model_version"])))


def read_frame(files: FileStore, artefact: Artefact) -> pd.DataFrame:
    """Return a recorded run's table as it was kept, its file checked against the ledger.

    Raises:
        LedgerError: The file is absent or was changed.
    """
    frame: pd.DataFrame = pq.read_table(BytesIO(files.read(artefact.stored))).to_pandas()
    return frame


def _marked(run: ForecastRun, held: Suspension | None) -> ForecastRun:
    """Return a run that was made before its model was suspended with the notice that says so, on every row."""
    marks = marks_since(run.meta, held)
    if not marks:
        return run
    notices = [*run.meta["notices"], *marks]
    own = run.frame["notices"].astype(str)
    frame = run.frame.assign(notices=own.where(own == "", own + ";") + ";".join(marks))
    return replace(run, frame=frame, meta={**run.meta, "notices": notices})


def load_panel(ledger: Ledger, files: FileStore, run_id: str | None = None) -> Panel:
    """Load the panel that a recorded run, by default the newest, was forecast from, checked against the ledger.

    Raises:
        ModelError: There is no run, or it was made before panels were kept.
        LedgerError: The file is absent or was changed.
    """
    name = load_run(ledger, files, run_id).meta.get("panel")
    if name is None:
        problem = "was forecast before panels were kept"
        raise ModelError(problem, place=f"{KIND}/{run_id or 'newest'}", fix="forecast again")
    return from_bytes(files.read(ledger.artefact(PANEL, str(name)).stored))
