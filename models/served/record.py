"""The served file of a run in the ledger: made and named where the run is recorded, or once for one that lacks it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from errors import ModelError
from features.panel import Panel
from ledger.artefacts import Artefact
from ledger.events import Draft
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.books import Books
from models.explanation.reasons import TOLERANCE
from models.forecaster import Forecast
from models.kinds import FORECAST, SERVED
from models.registry import load
from models.runs import ForecastRun, load_panel, read_frame
from models.served.counted import history_of
from models.served.make import served_bytes
from models.served.ready import served_file
from models.served.tables import level_tables, own_table
from models.stand_in import with_stand_ins

FOLDER, SUFFIX = "served", ".arrow"


def kept_for_reading(
    run_id: str,
    own: pd.DataFrame,
    forecast: Forecast,
    panel: Panel,
    files: FileStore,
    *,
    model_version: str,
    notices: Sequence[str],
) -> Artefact:
    """Write the served file of a run and return the row that names it.

    Args:
        run_id: Name of the run.
        own: Its table as recorded.
        forecast: The same forecast with the factors of all horizons.
        panel: What it was made from.
        files: Where it is kept.
        model_version: Name of the model.
        notices: Codes of the run.

    Raises:
        ModelError: The factors do not multiply to the table's means.
        LedgerError: It cannot be written.
    """
    _check_same(own, forecast, run_id)
    tables = level_tables(own, forecast, panel, model_version=model_version, notices=notices)
    history = history_of(panel, [table.members for table in tables])
    return Artefact.of(SERVED, run_id, files.put(served_bytes(run_id, tables, history), FOLDER, SUFFIX))


def prepare(books: Books, run_id: str) -> tuple[str, bool]:
    """Make the served file of a run that was recorded without one; return its audit id, and whether it is new.

    Contributions that the run did not keep are computed from its kept panel and its model; where neither is needed the
    levels above the areas' own are left out.

    Raises:
        NoSuchRecordError: There is no such run.
        ModelError: The run's panel was not kept, or its model no longer gives the means that were recorded.
        LedgerError: A file is absent or was changed, or nothing could be recorded.
    """
    ledger, files = books.ledger, books.files
    recorded = ledger.artefact(FORECAST, run_id)
    if served_file(ledger, run_id) is not None:
        return ledger.event_of(SERVED, run_id).audit_id, False
    run = ForecastRun(run_id, read_frame(files, recorded), recorded.meta, "")
    artefact = _prepared(run, ledger, files)
    details = {"act": "prepare", "run": recorded.sha256}
    draft = Draft("combination", f"{FORECAST}/{run_id}", books.actor, object_hash=artefact.sha256, details=details)
    return ledger.append(draft, artefacts=[artefact]).audit_id, True


def _prepared(run: ForecastRun, ledger: Ledger, files: FileStore) -> Artefact:
    version = str(run.meta["model_version"])
    if "panel" not in run.meta:
        return Artefact.of(
            SERVED, run.run_id, files.put(served_bytes(run.run_id, [own_table(run.frame)]), FOLDER, SUFFIX)
        )
    panel = load_panel(ledger, files, run.run_id)
    model = with_stand_ins(load(ledger, files, version).model, run.meta.get("suspended", {}))
    forecast = model.forecast(panel, explain=tuple(run.meta["horizons"]))
    return kept_for_reading(
        run.run_id, run.frame, forecast, panel, files, model_version=version, notices=run.meta["notices"]
    )


def _check_same(own: pd.DataFrame, forecast: Forecast, run_id: str) -> None:
    served, now = own["mean"].to_numpy(np.float64), forecast.mean.reshape(-1)
    if served.shape != now.shape or np.any(np.abs(now - served) > TOLERANCE * np.maximum(served, 1.0)):
        problem = "the model no longer gives the means that were recorded"
        raise ModelError(problem, place=f"run {run_id}", fix="run strandcast forecast again")
