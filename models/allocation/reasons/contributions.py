"""What the forecast behind an area's demand relied on, strand by strand."""

from dataclasses import dataclass
from typing import Any

from errors import ModelError
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.explanation.contributions import Explanation, explain
from models.explanation.later import LaterContributions
from models.runs import ForecastRun


@dataclass(frozen=True)
class Behind:
    """What the forecast of one strand of an area relied on.

    Attributes:
        strand: The strand.
        explanation: Its base, multipliers and calibration.
    """

    strand: str
    explanation: Explanation

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"strand": self.strand, **self.explanation.document()}


def behind(ledger: Ledger, files: FileStore, run: ForecastRun, horizon: int, area_code: str) -> tuple[Behind, ...]:
    """Return what the forecast of each strand of an area relied on, most expected first.

    Raises:
        ModelError: The run has no such area, or cannot be explained any more.
        LedgerError: A file is absent or was changed.
    """
    rows = LaterContributions(ledger, files).rows(run, horizon)
    rows = rows[rows["area_code"].astype(str) == area_code]
    if not len(rows):
        known = ", ".join(map(str, run.frame["area_code"].unique()[:3]))
        raise ModelError(f"has no area {area_code}", place=f"run {run.run_id}", fix=f"use one such as {known}")
    told = [Behind(str(strand), explain(part)) for strand, part in rows.groupby("strand", observed=True)]
    return tuple(sorted(told, key=lambda item: (-item.explanation.mean, item.strand)))
