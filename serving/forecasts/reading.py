"""What is read of forecast runs: what they cover, their rows, and what one row relied on. Nothing is computed here."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from errors import DataError
from features import periods
from ledger.events import NoSuchRecordError
from ledger.texts import compact
from models.served.layout import Block
from models.served.read import I64, Selection, ServedRun
from serving.access.caller import Scope
from serving.answers import CSV, TOTAL, Finding
from serving.desk import Desk
from serving.forecasts.query import ForecastQuery
from serving.forecasts.sight import sight

PATH = "/v1/forecasts"

_FORECAST_ID = re.compile(r"([^:]{1,200}):(\d{1,9})")
_SAID = ("model_version", "origin", "as_of", "attribution")


def covered(desk: Desk, scope: Scope) -> Finding:
    """Find what is being served, as far as a caller sees it.

    Raises:
        ServiceError: Nothing is being served yet.
    """
    run = desk.shelf.current
    meta, own = run.meta, run.block(None)
    seen = sight(run, own.level, scope)
    strands = list(seen.strands)
    fallback = meta.get("fallback", {})
    document = {
        "run_id": run.run_id,
        **{name: meta[name] for name in ("model_version", "period", "origin", "as_of")},
        "levels": list(run.levels),
        "strands": strands,
        "areas": len(seen.codes),
        "notices": meta["notices"],
        "fallback": {strand: fallback[strand] for strand in strands if strand in fallback},
        "attribution": meta["attribution"],
        "periods": _periods(run),
    }
    return Finding.of(document, f"forecast/{run.run_id}", details={"read": "periods"})


def forecasts(desk: Desk, query: ForecastQuery, scope: Scope, *, as_csv: bool = False) -> Finding:
    """Find one page of the served run.

    Raises:
        DataError: A filter or the cursor cannot be used.
        ServiceError: Nothing is being served yet.
    """
    run = desk.shelf.current
    selection = _selection(run, query, scope)
    begin = query.position(run.run_id, selection.total)
    positions = selection.positions(begin, begin + query.limit)
    end = begin + len(positions)
    cursor = query.cursor_at(end, run.run_id) if end < selection.total else None
    details = {"first": begin, "rows": len(positions), **query.said()}
    subject = f"forecast/{run.run_id}"
    if as_csv:
        headers = {TOTAL: str(selection.total), **query.next_address(PATH, cursor)}
        body = run.rows_as_csv(selection.block, positions)
        return Finding(body, subject, details, CSV, headers=headers)
    head = {
        "run_id": run.run_id,
        **{name: run.meta[name] for name in _SAID},
        "total": selection.total,
        "next_cursor": cursor,
        "rows": [],
    }
    text = compact(head)
    return Finding(text[:-2] + run.rows_as_json(selection.block, positions) + b"]}", subject, details)


def is_served(desk: Desk, forecast_id: str) -> bool:
    """Return whether a forecast is of the run that is being served."""
    return desk.shelf.filled and forecast_id.rpartition(":")[0] == desk.shelf.current.run_id


def explanation(desk: Desk, forecast_id: str, scope: Scope) -> Finding:
    """Find what one forecast relied on.

    Raises:
        NoSuchRecordError: There is no such forecast, or not for this caller.
        ServiceError: The run was recorded before runs were prepared for reading.
    """
    run, position, (block, horizon, member, strand) = found_row(desk, forecast_id, scope)
    document = {
        "forecast_id": forecast_id,
        "level": block.level,
        "area_code": block.codes[member],
        "strand": block.strands[strand],
        "period_start": run.layout.period_starts[horizon],
        "model_version": run.meta["model_version"],
        "notices": run.notices(block, strand),
        **run.explanation(position).document(),
    }
    return Finding.of(document, f"forecast/{run.run_id}", details={"explained": position})


def found_row(desk: Desk, forecast_id: str, scope: Scope) -> tuple[ServedRun, int, tuple[Block, int, int, int]]:
    """Return the run of a forecast, its position, and its block and places of horizon, member and strand.

    Raises:
        NoSuchRecordError: There is no such forecast, or not for this caller.
        ServiceError: The run was recorded before runs were prepared for reading.
    """
    match = _FORECAST_ID.fullmatch(forecast_id)
    if match is None:
        raise NoSuchRecordError("this is not a forecast id", fix="use one from GET /v1/forecasts")
    run, position = desk.run(match[1]), int(match[2])
    found = run.place(position)
    if found is None or not _is_seen(run, found, scope):
        raise NoSuchRecordError(f"the run {run.run_id} has no row {position}", fix="use an id from GET /v1/forecasts")
    return run, position, found


def _periods(run: ServedRun) -> list[dict[str, Any]]:
    kind = run.meta["period"]
    first = periods.ordinal(datetime.fromisoformat(run.meta["origin"]).date(), kind)
    listed = []
    for horizon in run.layout.horizons:
        start, following = (periods.start(first + number, kind) for number in (horizon - 1, horizon))
        end = following.fromordinal(following.toordinal() - 1)
        listed.append({"horizon": horizon, "period_start": start.isoformat(), "period_end": end.isoformat()})
    return listed


def _selection(run: ServedRun, query: ForecastQuery, scope: Scope) -> Selection:
    block = run.block(query.level)
    seen = sight(run, block.level, scope)
    horizons = {horizon: at for at, horizon in enumerate(run.layout.horizons)}
    return Selection(
        block,
        places("horizon", horizons, query.horizon),
        places("area_code", seen.codes, query.area_code),
        places("strand", seen.strands, query.strand),
    )


def _is_seen(run: ServedRun, place: tuple[Block, int, int, int], scope: Scope) -> bool:
    block, _, member, strand = place
    seen = sight(run, block.level, scope)
    return block.codes[member] in seen.codes and block.strands[strand] in seen.strands


def places(name: str, seen: Mapping[Any, int], asked: Sequence[Any] | None) -> I64:
    """Return the places of what was asked for among what is seen; None asks for all of it.

    Raises:
        DataError: Something is asked for that the run does not have, or not for this caller: the two look alike.
    """
    if asked is None:
        return np.fromiter(seen.values(), np.int64, len(seen))
    unknown = [value for value in asked if value not in seen]
    if unknown:
        areas = "use an area code of the level and of your scope"
        fix = areas if name == "area_code" else "GET /v1/periods shows what the run covers"
        raise DataError(f"the run has no {name} {unknown[0]!r}", place=name, fix=fix)
    return np.array(sorted({seen[value] for value in asked}), dtype=np.int64)
