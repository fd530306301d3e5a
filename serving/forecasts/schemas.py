"""Shapes of what was before a run."""

from datetime import date
from typing import Any, Literal

from pydantic import ConfigDict, Field

from serving.schemas import Closed, ForecastRow

_RUN = "2026-11-23-0a1b2c3d"
_FORECAST: dict[str, Any] = {
    "forecast_id": f"{_RUN}:0",
    "level": "lsoa",
    "area_code": "E01021234",
    "strand": "Burglary",
    "period_start": "2026-11-23",
    "horizon": 1,
    "mean": 1.5,
    "quantiles": {"q0.1": 0.0, "q0.5": 1.0, "q0.9": 3.0},
    "fallback": "",
    "notices": ["synthetic"],
}
_HISTORY: dict[str, Any] = {
    "audit_id": "00000042-0a1b2c3d",
    "run_id": _RUN,
    "model_version": "stacked-2026-11-23-88aaffcb",
    "period": "week",
    "origin": "2026-11-23",
    "as_of": "2026-11-22",
    "attribution": "SYNTHETIC: invented numbers.",
    "notices": ["synthetic"],
    "level": "lsoa",
    "period_starts": ["2026-11-09", "2026-11-16"],
    "completeness": {"Burglary": [1.0, 0.9]},
    "noticed": {"Burglary": {"victim-reported": 0.9, "officer-initiated": 0.1}},
    "total": 1,
    "rows": [{"area_code": "E01021234", "strand": "Burglary", "counts": [2.0, 1.1], "forecasts": [_FORECAST]}],
}
_CHANGES: dict[str, Any] = {
    "audit_id": "00000042-0a1b2c3d",
    "run_id": _RUN,
    "before": "2026-11-16-1a2b3c4d",
    "level": "lsoa",
    "period_start": "2026-11-23",
    "model_version": "stacked-2026-11-23-88aaffcb",
    "model_version_before": "stacked-2026-11-23-88aaffcb",
    "attribution": "SYNTHETIC: invented numbers.",
    "notices": ["synthetic"],
    "total": 1,
    "rows": [
        {
            "forecast_id": f"{_RUN}:0",
            "forecast_id_before": "2026-11-16-1a2b3c4d:9",
            "area_code": "E01021234",
            "strand": "Burglary",
            "mean": 1.5,
            "mean_before": 1.25,
            "change": 0.25,
        }
    ],
}


class HistoryRow(Closed):
    """One strand of one area: counts before the run, and its forecasts."""

    area_code: str
    strand: str
    counts: list[float | None] = Field(description="Of each period; null where it was not observed.")
    forecasts: list[ForecastRow]


class HistoryAnswer(Closed):
    """Counts of the periods before the served run, beside its forecasts."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_HISTORY]}, protected_namespaces=())

    audit_id: str = Field(description="The event of this answer, recorded before it left.")
    run_id: str
    model_version: str
    period: Literal["week", "month"]
    origin: date
    as_of: date
    attribution: str
    notices: list[str]
    level: str
    period_starts: list[date] = Field(
        description="First days of the periods of the counts, the oldest first; none where no counts were kept."
    )
    completeness: dict[str, list[float]] = Field(
        description="Strand to the share of each period's records that was in; counts are divided by it."
    )
    noticed: dict[str, dict[str, float]] = Field(
        description="Strand to the shares of its incidents by how they came to notice, over all areas and periods."
    )
    total: int = Field(description="Rows that the filters leave.")
    rows: list[HistoryRow]


class Change(Closed):
    """What is expected of one strand in one area, and what was by the run before."""

    forecast_id: str
    forecast_id_before: str
    area_code: str
    strand: str
    mean: float
    mean_before: float
    change: float


class ChangesAnswer(Closed):
    """Changes since the run before, of one period, the largest first."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_CHANGES]}, protected_namespaces=())

    audit_id: str = Field(description="The event of this answer, recorded before it left.")
    run_id: str
    before: str | None = Field(description="The run before; null where there is none, and so no changes.")
    level: str
    period_start: date | None
    model_version: str
    model_version_before: str | None
    attribution: str
    notices: list[str]
    total: int = Field(description="Rows that the filters leave.")
    rows: list[Change]
