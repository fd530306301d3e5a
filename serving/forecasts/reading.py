"""What is read of forecast runs: what they cover, their rows, and what one row relied on."""

import re
from datetime import datetime
from typing import Any

from features import periods
from ledger.events import NoSuchRecordError
from models.explanation.contributions import explain
from models.table import QUANTILES
from serving.answers import Finding
from serving.desk import Desk
from serving.forecasts.query import ForecastQuery
from serving.forecasts.snapshot import Snapshot

_FORECAST_ID = re.compile(r"([^:]{1,200}):(\d{1,9})")


def covered(desk: Desk) -> Finding:
    """Find what is being served.

    Raises:
        ServiceError: Nothing is being served yet.
    """
    snapshot = desk.shelf.current
    meta = snapshot.run.meta
    kind = meta["period"]
    first = periods.ordinal(datetime.fromisoformat(meta["origin"]).date(), kind)
    listed = []
    for horizon in snapshot.horizons:
        start, following = (periods.start(first + number, kind) for number in (horizon - 1, horizon))
        end = following.fromordinal(following.toordinal() - 1)
        listed.append({"horizon": horizon, "period_start": start.isoformat(), "period_end": end.isoformat()})
    document = {
        "run_id": snapshot.run.run_id,
        **{name: meta[name] for name in ("model_version", "period", "origin", "as_of")},
        "strands": list(snapshot.strands),
        "areas": len(snapshot.areas),
        "notices": meta["notices"],
        "fallback": meta.get("fallback", {}),
        "attribution": meta["attribution"],
        "periods": listed,
    }
    return Finding.of(document, f"forecast/{snapshot.run.run_id}", details={"read": "periods"})


def forecasts(desk: Desk, query: ForecastQuery) -> Finding:
    """Find one page of the served run.

    Raises:
        DataError: A filter or the cursor cannot be used.
        ServiceError: Nothing is being served yet.
    """
    snapshot = desk.shelf.current
    run = snapshot.run
    chosen = snapshot.select(query.horizon, query.area_code, query.strand)
    begin = query.position(run.run_id)
    page = chosen[begin : begin + query.limit]
    end = begin + len(page)
    document = {
        "run_id": run.run_id,
        **{name: run.meta[name] for name in ("model_version", "origin", "as_of", "attribution")},
        "total": len(chosen),
        "next_cursor": query.cursor_at(run.run_id, end) if end < len(chosen) else None,
        "rows": _rows(snapshot, page.tolist()),
    }
    details = {"first": begin, "rows": len(page), **query.said()}
    return Finding.of(document, f"forecast/{run.run_id}", details=details)


def explanation(desk: Desk, forecast_id: str) -> Finding:
    """Find what one forecast relied on.

    Raises:
        NoSuchRecordError: There is no such forecast.
    """
    match = _FORECAST_ID.fullmatch(forecast_id)
    if match is None:
        raise NoSuchRecordError("this is not a forecast id", fix="use one from GET /v1/forecasts")
    run, position = desk.run(match[1]), int(match[2])
    rows = run.frame.iloc[position : position + 1]
    if not len(rows):
        raise NoSuchRecordError(f"the run {run.run_id} has no row {position}", fix="use an id from GET /v1/forecasts")
    if rows["base"].isna().any():
        rows = desk.contributions.rows(run, int(rows["horizon"].iloc[0])).loc[rows.index]
    row = rows.iloc[0]
    document = {
        "forecast_id": forecast_id,
        "area_code": str(row["area_code"]),
        "strand": str(row["strand"]),
        "period_start": row["period_start"].date().isoformat(),
        "model_version": str(row["model_version"]),
        "notices": [code for code in str(row["notices"]).split(";") if code],
        **explain(rows).document(),
    }
    return Finding.of(document, f"forecast/{run.run_id}", details={"explained": position})


def _rows(snapshot: Snapshot, positions: list[int]) -> list[dict[str, Any]]:
    names = ("level", "area_code", "strand", "period_start", "horizon", "mean", "fallback", "notices", *QUANTILES)
    taken = {name: snapshot.columns[name][positions] for name in names}
    taken["period_start"] = taken["period_start"].astype("datetime64[D]").astype(str)
    columns = {name: values.tolist() for name, values in taken.items()}
    plain = ("level", "area_code", "strand", "period_start", "horizon", "mean")
    return [
        {
            "forecast_id": f"{snapshot.run.run_id}:{position}",
            **{name: columns[name][number] for name in plain},
            "quantiles": {name: columns[name][number] for name in QUANTILES},
            "fallback": columns["fallback"][number],
            "notices": [code for code in columns["notices"][number].split(";") if code],
        }
        for number, position in enumerate(positions)
    ]
