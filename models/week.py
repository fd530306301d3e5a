"""One period through the house: from what is known to a recorded forecast."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from features import periods
from features.completeness.alarms import recent_shifts
from features.knowledge import Known
from features.panel import Panel
from ledger.artefacts import Artefact, Json
from ledger.events import Draft
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.forecaster import Forecast
from models.ground import GROUND, ground_document
from models.kept_panels import kept_panel
from models.levels import upper_levels
from models.patrol import SHARE, patrol_share
from models.replay.features import features_sha256
from models.replay.manifest import MANIFEST, append_beside, manifest_of_run
from models.runs import DISPERSION, KIND, LATEST, SPREAD, ForecastRun
from models.served.ready import served_file
from models.served.record import kept_for_reading
from models.stand_in import Standing
from models.suspension import NOTICE
from models.table import FROM_MONTHLY, forecast_table, to_parquet

FALLBACK = "fallback"


def notices_of(panel: Panel, champion: Standing, *, synthetic: bool, proxies: Sequence[str]) -> list[str]:
    """Return the codes that hold for a whole run, but for `FALLBACK`, which only the forecast itself can tell.

    "late-data": the newest periods are not in yet, so the period that holds `as_of` is not horizon 1.
    "incomplete-corrected": the newest periods are counted before all their records are in, and corrected for what is
    still to come. "level-shift": a strand's level has shifted within a year, and nobody has declared why.
    "later-model": the model learnt from periods after the origin, so this is no fair backcast. "erased-rows": rows
    of days that are counted were erased after `as_of`, so their counts are not quite those known then. "proxy": a
    strand is seen only by proxy. "feed-left-out": a feed gives periods that are not forecast, and is not counted.
    "from-monthly": forecasts of weeks are split from forecasts of months, for the strands whose rows say so.
    "model-suspended": a simple method stands in for the champion in some strands.
    """
    late = periods.ordinal(panel.as_of, panel.kind) > panel.first + len(panel.counts)
    marks = {
        "late-data": late,
        "incomplete-corrected": panel.corrected,
        "level-shift": bool(recent_shifts(panel)),
        "later-model": champion.origin > panel.origin,
        "erased-rows": bool(panel.erased),
        "proxy": bool(set(proxies) & set(panel.strands)),
        "feed-left-out": bool(panel.left_out),
        FROM_MONTHLY: bool(panel.from_months.any()),
        "synthetic": synthetic,
        NOTICE: bool(champion.suspended),
    }
    return [code for code, holds in marks.items() if holds]


def first_to_come(panel: Panel, horizons: Sequence[int]) -> int:
    """Return the first horizon whose period begins at or after `as_of`; the last one where none does."""
    begun = panel.first + len(panel.counts)
    to_come = [h for h in horizons if periods.start(begun + h - 1, panel.kind) >= panel.as_of]
    return min(to_come, default=max(horizons))


def _falls_back(forecast: Forecast, panel: Panel, suspended: Mapping[str, str]) -> bool:
    """Tell whether the model leaves a strand or a level to a simple method; a suspension has a notice of its own."""
    own = set(_by_strand(panel.strands, forecast.fallback)) - set(suspended)
    return bool(own) or any(map(any, forecast.level_fallback.values()))


def _by_strand(strands: Sequence[str], methods: Sequence[str]) -> dict[str, Json]:
    """Return the simple method of each strand in which one stands in."""
    return {strand: method for strand, method in zip(strands, methods, strict=False) if method}


def run_forecast(
    known: Known,
    champion: Standing,
    *,
    notices: Sequence[str],
    attribution: str,
    ledger: Ledger,
    files: FileStore,
    actor: str,
) -> ForecastRun:
    """Forecast from the panel's origin, and record it before anybody sees it.

    The run's table holds the contributions of the first horizon that is still to come. A second file, from which reads
    are answered, holds those of all horizons and the levels above the areas; it is made once for a run.
    The panel is kept beside it, so that the run can be repeated when the rows behind it are erased, and a manifest of
    what it was made of. The same panel and model give the same file and so the same run; asking again records that it
    was consulted. Where a simple method stands in for the model in some strand or at some level its notices say so.

    Raises:
        ModelError: The model does not fit the panel.
        LedgerError: It could not be recorded; then there is no forecast.
    """
    panel = known.panel
    forecast = champion.model.forecast(panel, explain=(first_to_come(panel, champion.model.horizons),))
    notices = [*notices, *([FALLBACK] if _falls_back(forecast, panel, champion.suspended) else [])]
    frame = _table(forecast, panel, champion.version, notices)
    stored = files.put(to_parquet(frame), "forecasts", ".parquet")
    run_id = f"{panel.origin}-{stored.sha256[:8]}"
    kept = kept_panel(panel, files)
    manifest = manifest_of_run(
        ledger,
        files,
        panel=kept,
        snapshot_hash=known.snapshot_hash,
        as_of=panel.as_of.isoformat(),
        version=champion.version,
        features=features_sha256(champion.model),
        output=stored,
    )
    held = ledger.held(KIND, run_id)
    said = _meta(forecast, known, champion, notices=notices, attribution=attribution)
    meta = held.meta if held else {**said, "panel": kept.name, MANIFEST: dict(manifest.document)}
    own = [] if held else [Artefact.of(KIND, run_id, stored, meta)]
    if served_file(ledger, run_id) is None:
        whole = champion.model.forecast(panel, explain=forecast.horizons)
        own.append(
            kept_for_reading(run_id, frame, whole, panel, files, model_version=champion.version, notices=notices)
        )
    draft = Draft(
        "consultation" if held else "combination",
        f"{KIND}/{run_id}",
        actor,
        object_hash=stored.sha256,
        details={"origin": panel.origin.isoformat(), "model": champion.version, "snapshot": known.snapshot_hash},
    )
    shared = [] if held else [kept, *manifest.beside]
    event = append_beside(ledger, draft, own, shared, aliases={(KIND, LATEST): run_id})
    return ForecastRun(run_id, frame, meta, event.audit_id)


def _table(forecast: Forecast, panel: Panel, version: str, notices: Sequence[str]) -> pd.DataFrame:
    """Return the table of a run: a row an area, strand and horizon."""
    frame = forecast_table(forecast, panel, level=panel.areas.level, model_version=version, notices=notices)
    frame[DISPERSION] = np.broadcast_to(forecast.dispersion, forecast.mean.shape).reshape(-1)
    frame[SHARE] = np.broadcast_to(patrol_share(panel), forecast.mean.shape).reshape(-1)
    return frame


def _meta(
    forecast: Forecast, known: Known, champion: Standing, *, notices: Sequence[str], attribution: str
) -> dict[str, Json]:
    """Return what readers need to know of a run before they open its table."""
    panel = known.panel
    return {
        "origin": panel.origin.isoformat(),
        "as_of": panel.as_of.isoformat(),
        "period": panel.kind,
        "horizons": list(forecast.horizons),
        "areas": len(panel.areas),
        "strands": list(panel.strands),
        "districts": dict(zip(panel.areas.codes, panel.areas.parents.get("district", ()), strict=False)),
        "names": dict(zip(panel.areas.codes, panel.areas.names, strict=True)),
        "model_version": champion.version,
        "method": forecast.method,
        "snapshot_hash": known.snapshot_hash,
        "notices": list(notices),
        "suspended": dict(champion.suspended),
        "recording_changes": [change.as_document() for change in panel.changes],
        "attribution": attribution,
        GROUND: ground_document(panel.areas),
        SPREAD: forecast.spread.document(),
        "fallback": _by_strand(panel.strands, forecast.fallback),
        "level_fallback": {
            level: _by_strand(panel.strands, forecast.fallback_at(level)) for level in upper_levels(panel.areas)
        },
    }
