"""What was before the served run: the counts beside its forecasts, and what the run before it had expected."""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from errors import DataError
from ledger.artefacts import Artefact
from ledger.ledger import Ledger
from models.kinds import FORECAST
from models.served.history import NONE
from models.served.layout import Block
from models.served.read import I64, ServedRun
from serving.access.caller import Scope
from serving.answers import Finding
from serving.desk import Desk
from serving.forecasts.query import ChangesQuery, HistoryQuery
from serving.forecasts.reading import places
from serving.forecasts.sight import sight

_RUNS_KNOWN = 16


def history(desk: Desk, query: HistoryQuery, scope: Scope) -> Finding:
    """Find what was recorded of areas and strands before the served run, beside what it expects.

    Raises:
        DataError: A filter cannot be used.
        ServiceError: Nothing is being served yet.
    """
    document = history_document(desk.shelf.current, query, scope)
    rows = len(document["rows"])
    return Finding.of(document, f"forecast/{document['run_id']}", details={"read": "history", "rows": rows})


def history_document(run: ServedRun, query: HistoryQuery, scope: Scope) -> dict[str, Any]:
    """Return the counts before a run with its forecasts; no counts where it was recorded before they were kept.

    Raises:
        DataError: A filter cannot be used.
    """
    before = run.history or NONE
    block = run.block(query.level)
    codes, strands = _asked(run, block, query, scope)
    named = [block.strands[at] for at in strands]
    known = [(name, before.strands.index(name)) for name in named if name in before.strands]
    pairs = [(code, strand) for code in codes for strand in strands]
    return {
        "run_id": run.run_id,
        **{name: run.meta[name] for name in ("model_version", "period", "origin", "as_of", "attribution", "notices")},
        "level": block.level,
        "period_starts": list(before.starts),
        "completeness": {name: [row[at] for row in before.completeness] for name, at in known},
        "noticed": {name: dict(before.noticed[at]) for name, at in known},
        "total": len(pairs),
        "rows": [_row(run, block, code, strand) for code, strand in pairs[: query.limit]],
    }


def changes(desk: Desk, query: ChangesQuery, scope: Scope) -> Finding:
    """Find by how much the served run expects other counts than the run before it, the largest changes first.

    Raises:
        DataError: A filter cannot be used, or the two runs cover no such period.
        ServiceError: Nothing is being served yet, or the run before was not prepared for reading.
    """
    run = desk.shelf.current
    earlier = run_before(desk, run)
    document = changes_document(run, earlier, query, scope)
    details = {"beside": document["before"], "rows": len(document["rows"])}
    return Finding.of(document, f"forecast/{run.run_id}", details=details)


def run_before(desk: Desk, run: ServedRun) -> ServedRun | None:
    """Return the newest run from earlier knowledge, by whichever model was champion then; None where there is none.

    Raises:
        ServiceError: It was not prepared for reading.
    """
    newest = desk.ledger.newest(FORECAST)
    name = _name_before(desk.ledger, _known(run), newest.name if newest else "")
    return desk.run(name) if name is not None else None


def _known(one: Artefact | ServedRun) -> tuple[str, str]:
    return str(one.meta["origin"]), str(one.meta["as_of"])


# The record of a run of a county has 150 kB: all of them are read anew only when there is a new one.
@lru_cache(maxsize=_RUNS_KNOWN)
def _name_before(ledger: Ledger, known: tuple[str, str], newest: str) -> str | None:
    del newest
    earlier = [one for one in ledger.artefacts(FORECAST) if _known(one) < known]
    return max(earlier, key=_known).name if earlier else None


def changes_document(run: ServedRun, earlier: ServedRun | None, query: ChangesQuery, scope: Scope) -> dict[str, Any]:
    """Return the changes from one run to another; none where there is no run before.

    Raises:
        DataError: A filter cannot be used, or the two runs cover no such period.
    """
    block = run.block(query.level)
    codes, strands = _asked(run, block, query, scope)
    told = {"run_id": run.run_id, "level": block.level, "model_version": run.meta["model_version"]}
    told |= {"attribution": run.meta["attribution"], "notices": run.meta["notices"]}
    if earlier is None:
        nothing = dict.fromkeys(("before", "period_start", "model_version_before"))
        return {**told, **nothing, "total": 0, "rows": []}
    start = _common(run, earlier, query)
    pairs = [(code, strand) for code in codes for strand in strands]
    rows = _changed(run, earlier, start, (block, earlier.block(query.level)), pairs)
    return {
        **told,
        "before": earlier.run_id,
        "period_start": start,
        "model_version_before": earlier.meta["model_version"],
        "notices": list(dict.fromkeys([*run.meta["notices"], *earlier.meta["notices"]])),
        "total": len(rows),
        "rows": rows[: query.limit],
    }


def _changed(
    run: ServedRun, earlier: ServedRun, start: str, blocks: tuple[Block, Block], pairs: Sequence[tuple[int, int]]
) -> list[dict[str, Any]]:
    """Return what changed of areas and strands that both runs have, the largest changes first."""
    block, other = blocks
    by_code, by_strand = ({name: at for at, name in enumerate(names)} for names in (other.codes, other.strands))
    named = [(block.codes[code], block.strands[strand], code, strand) for code, strand in pairs]
    both = [one for one in named if one[0] in by_code and one[1] in by_strand]
    now = _positions(run, block, start, [(code, strand) for _, _, code, strand in both])
    then = _positions(earlier, other, start, [(by_code[code], by_strand[strand]) for code, strand, _, _ in both])
    means, were = run.means(now), earlier.means(then)
    return [
        {
            "forecast_id": f"{run.run_id}:{now[at]}",
            "forecast_id_before": f"{earlier.run_id}:{then[at]}",
            "area_code": both[at][0],
            "strand": both[at][1],
            "mean": float(means[at]),
            "mean_before": float(were[at]),
            "change": float(means[at] - were[at]),
        }
        for at in np.lexsort((now, -np.abs(means - were))).tolist()
    ]


def _asked(run: ServedRun, block: Block, query: HistoryQuery, scope: Scope) -> tuple[list[int], list[int]]:
    seen = sight(run, block.level, scope)
    chosen = (places("area_code", seen.codes, query.area_code), places("strand", seen.strands, query.strand))
    return chosen[0].tolist(), chosen[1].tolist()


def _row(run: ServedRun, block: Block, code: int, strand: int) -> dict[str, Any]:
    every = [_position(block, horizon, code, strand) for horizon in range(len(run.layout.horizons))]
    return {
        "area_code": block.codes[code],
        "strand": block.strands[strand],
        "counts": run.counts_before(block, code, strand),
        "forecasts": json.loads(b"[" + run.rows_as_json(block, np.array(every, dtype=np.int64)) + b"]"),
    }


def _position(block: Block, horizon: int, code: int, strand: int) -> int:
    return block.first + (horizon * len(block.codes) + code) * len(block.strands) + strand


def _positions(run: ServedRun, block: Block, start: str, pairs: Sequence[tuple[int, int]]) -> I64:
    horizon = run.layout.period_starts.index(start)
    return np.array([_position(block, horizon, code, strand) for code, strand in pairs], dtype=np.int64)


def _common(run: ServedRun, earlier: ServedRun, query: ChangesQuery) -> str:
    both = [start for start in run.layout.period_starts if start in earlier.layout.period_starts]
    asked = None if query.period_start is None else query.period_start.isoformat()
    if not both or asked not in (None, *both):
        fix = f"use one of {', '.join(both)}" if both else "compare runs whose periods meet"
        raise DataError("is covered by one of the two runs at most", place="period_start", fix=fix)
    return asked or both[0]
