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

_STABILITY: dict[str, Any] = {
    "audit_id": "00000042-0a1b2c3d",
    "forecast_id": f"{_RUN}:0",
    "level": "lsoa",
    "area_code": "E01021234",
    "strand": "Burglary",
    "period_start": "2026-11-23",
    "method": "stacked-2026-11-23-88aaffcb",
    "groups": [
        {"group": "season", "multiplier": 1.2, "lowest": 1.1, "highest": 1.2, "named": True, "steady": True},
    ],
    "named": 1,
    "steady": 1,
    "others": [
        {
            "forecast_id": f"{_RUN}:9",
            "beside": "another period of this run",
            "period_start": "2026-11-30",
            "origin": "2026-11-23",
            "method": "stacked-2026-11-23-88aaffcb",
            "mean": 1.4,
            "multipliers": {"season": 1.1},
        }
    ],
    "sentence": "The one reason that moved it by 2 % or more points the same way in 1 other forecast.",
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


class GroupStability(Closed):
    """One kind of reason, here and in other forecasts of the same area and strand."""

    group: str
    multiplier: float = Field(description="In this forecast.")
    lowest: float = Field(description="In this and the other forecasts.")
    highest: float
    named: bool = Field(description="Whether it moves this forecast by 2 % or more.")
    steady: bool = Field(description="Whether it points the same way in all of them: above 1, or below.")


class OtherForecast(Closed):
    """Another forecast of the same area and strand, and its reasons."""

    forecast_id: str
    beside: Literal["another period of this run", "the same period by a run before"]
    period_start: date
    origin: date
    method: str
    mean: float
    multipliers: dict[str, float]


class StabilityAnswer(Closed):
    """How stable the reasons of a forecast are."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_STABILITY]}, protected_namespaces=())

    audit_id: str = Field(description="The event of this answer, recorded before it left.")
    forecast_id: str
    level: str
    area_code: str
    strand: str
    period_start: date
    method: str = Field(description="The model, or the simple method that stands in for it.")
    groups: list[GroupStability]
    named: int = Field(description="Kinds of reasons that move this forecast by 2 % or more.")
    steady: int = Field(description="Those of them that point the same way in all other forecasts.")
    others: list[OtherForecast] = Field(
        description="Of the run's other periods, and of the same period by the four runs before that are at hand."
    )
    sentence: str
