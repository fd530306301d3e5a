"""Contributions of recorded runs, read from their tables."""

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from errors import ModelError
from ledger.events import Draft
from ledger.files import FileStore
from ledger.ledger import Ledger
from ledger.texts import settled
from models.explanation.later import LaterContributions
from models.explanation.reasons import Explanation
from models.replay.manifest import append_beside
from models.replay.surroundings import KIND as SURROUNDINGS
from models.replay.surroundings import kept_surroundings
from models.runs import load_run
from models.table import MULTIPLIERS

KIND = "explanation"


def explain(rows: pd.DataFrame) -> Explanation:
    """Explain one row of a run, or the total of several.

    Args:
        rows: Rows of a run's table with its explanation columns.

    Raises:
        ModelError: There is no row, or the rows' explanation columns are absent or empty.
    """
    if not len(rows) or "base" not in rows or rows["base"].isna().any():
        raise ModelError("there is nothing to explain", place="forecast", fix="forecast again with this version")
    fallback = str(rows["fallback"].iloc[0])
    method = fallback or str(rows["model_version"].iloc[0])
    mean = rows["mean"].to_numpy(np.float64)
    if len(rows) == 1:
        row = rows.iloc[0]
        multipliers = {group: float(row[column]) for group, column in MULTIPLIERS.items()}
        return Explanation(float(mean[0]), float(row["base"]), multipliers, float(row["calibration"]), method, fallback)
    weights = mean / mean.sum() if mean.sum() > 0 else np.full(len(mean), 1 / len(mean))

    def averaged(column: str) -> float:
        values = rows[column].to_numpy(np.float64)
        # A member whose multiplier is 0 has a mean of 0 and so no weight.
        return float(np.exp(np.sum(weights * np.log(np.maximum(values, 1e-12)))))

    multipliers = {group: averaged(column) for group, column in MULTIPLIERS.items()}
    base = float(rows["base"].sum())
    return Explanation(float(mean.sum()), base, multipliers, averaged("calibration"), method, fallback, len(rows))


@dataclass(frozen=True)
class Explained:
    """An explanation of a recorded run, and the record of its being asked for.

    Attributes:
        run_id: The run.
        horizon: The horizon.
        explanation: What the forecast rests on.
        audit_id: The event of the consultation.
        notices: Codes of the run.
    """

    run_id: str
    horizon: int
    explanation: Explanation
    audit_id: str
    notices: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {**self._named(), "audit_id": self.audit_id, **self._said()}

    @property
    def sha256(self) -> str:
        """Hash of all of it but its audit id, as canonical as JSON with floats in full can be."""
        content = {**self._named(), **self._said()}
        text = settled(content)
        return hashlib.sha256(text).hexdigest()

    def _named(self) -> dict[str, Any]:
        return {"run_id": self.run_id, "horizon": self.horizon}

    def _said(self) -> dict[str, Any]:
        return {"notices": list(self.notices), **self.explanation.document()}


def explain_run(
    ledger: Ledger,
    files: FileStore,
    run_id: str | None,
    *,
    area_code: str | None,
    strand: str,
    horizon: int | None,
    actor: str,
) -> Explained:
    """Explain one area's forecast of a recorded run, or without an area the total of all; recorded before it is shown.

    Without a horizon it is the next that is still to come.

    Raises:
        ModelError: The run has no such area, strand or horizon.
        LedgerError: It could not be recorded.
    """
    run = load_run(ledger, files, run_id)
    horizon = horizon or run.next_horizon
    if horizon not in run.meta["horizons"]:
        known = ", ".join(map(str, run.meta["horizons"]))
        raise ModelError(f"has no horizon {horizon}", place=f"run {run.run_id}", fix=f"use one of {known}")
    rows = LaterContributions(ledger, files).rows(run, horizon)
    for column, value in (("area_code", area_code), ("strand", strand)):
        if value is None:
            continue
        rows = rows[rows[column].astype(str) == value]
        if not len(rows):
            known = ", ".join(map(str, run.frame[column].unique()[:8]))
            raise ModelError(f"has no {column} {value}", place=f"run {run.run_id}", fix=f"use one such as {known}")
    explanation = explain(rows)
    explained = Explained(run.run_id, horizon, explanation, "", tuple(run.meta["notices"]))
    surroundings = kept_surroundings(files)
    draft = Draft(
        "consultation",
        f"{KIND}/{run.run_id}",
        actor,
        object_hash=explained.sha256,
        details={"area_code": area_code, "strand": strand, "horizon": horizon, SURROUNDINGS: surroundings.name},
    )
    return replace(explained, audit_id=append_beside(ledger, draft, (), (surroundings,)).audit_id)
