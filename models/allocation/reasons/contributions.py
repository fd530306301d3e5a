"""What the forecast behind an area's demand relied on, strand by strand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from errors import ModelError
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.explanation.contributions import explain
from models.explanation.later import LaterContributions
from models.explanation.reasons import Explanation
from models.runs import ForecastRun

# Shares that differ by less are told alike: to a whole percent.
_WORTH_SAYING = 0.005


@dataclass(frozen=True)
class Behind:
    """What the forecast of one strand of an area relied on.

    Attributes:
        strand: The strand.
        explanation: Its base, multipliers and calibration.
        counted: Expected incidents of it that the plan counts; None where the plan does not know the strand.
    """

    strand: str
    explanation: Explanation
    counted: float | None = None

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"strand": self.strand, **self.explanation.document(), "counted": self.counted}

    def sentence(self) -> str:
        """Return what the forecast relied on, and why the plan counts fewer incidents where it does."""
        said, mean = self.explanation.sentence(), self.explanation.mean
        if self.counted is None:
            return f"{self.strand}: {said} The plan counts none of them."
        if mean <= 0 or self.counted >= mean * (1 - _WORTH_SAYING):
            return f"{self.strand}: {said}"
        share = 100 * self.counted / mean
        return (
            f"{self.strand}: {said} Of these the plan counts {self.counted:.3g}, the {share:.0f} % that may draw "
            "patrols: not what officers found themselves, nor what counts under another strand."
        )


def behind(
    ledger: Ledger, files: FileStore, run: ForecastRun, horizon: int, area_code: str, counted: Mapping[str, float]
) -> tuple[Behind, ...]:
    """Return what the forecast of each strand of an area relied on, most expected first.

    Args:
        ledger: Where the run is recorded.
        files: Where its tables are kept.
        run: The forecast.
        horizon: Periods ahead.
        area_code: The area.
        counted: Strand to the expected incidents of the area that the plan counts.

    Raises:
        ModelError: The run has no such area, or cannot be explained any more.
        LedgerError: A file is absent or was changed.
    """
    rows = LaterContributions(ledger, files).rows(run, horizon)
    rows = rows[rows["area_code"].astype(str) == area_code]
    if not len(rows):
        known = ", ".join(map(str, run.frame["area_code"].unique()[:3]))
        raise ModelError(f"has no area {area_code}", place=f"run {run.run_id}", fix=f"use one such as {known}")
    told = [
        Behind(str(strand), explain(part), counted.get(str(strand)))
        for strand, part in rows.groupby("strand", observed=True)
    ]
    return tuple(sorted(told, key=lambda item: (-item.explanation.mean, item.strand)))
