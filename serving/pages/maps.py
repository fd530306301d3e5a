"""Maps of runs, for pages: read once, and kept for the runs that are asked for."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from models.kinds import MAP
from models.maps.drawn import Map, Outline, read_map
from models.served.read import ServedRun
from serving.desk import Desk

_KEPT = 4
_LEVELS_KEPT = 16


@lru_cache(maxsize=_KEPT)
def map_for(desk: Desk, run_id: str, codes: Sequence[str]) -> Map | None:
    """Return the map of a run, or the newest one of the same areas; None where there is none.

    A run that was made while the service was running has no map of its own before it is next prepared for reading.
    """
    own = read_map(desk.ledger, desk.files, run_id)
    if own is not None:
        return own
    for kept in desk.ledger.artefacts(MAP, newest_first=True):
        drawn = Map.of(desk.files.read(kept.stored))
        if tuple(area.code for area in drawn.areas) == tuple(codes):
            return drawn
    return None


@lru_cache(maxsize=_LEVELS_KEPT)
def map_at(desk: Desk, run: ServedRun, level: str) -> Map | None:
    """Return the map of a run's areas with those of a member of a level drawn as one; None where there is none."""
    block, own = run.block(level), run.block(None)
    drawn = map_for(desk, run.run_id, own.codes)
    if drawn is None or block is own:
        return drawn
    known = {area.code: area for area in drawn.areas}
    merged = []
    for code, members in zip(block.codes, block.members, strict=True):
        areas = [known[own.codes[at]] for at in members if own.codes[at] in known]
        if areas:
            merged.append(Outline(code, "".join(area.path for area in areas), areas[0].at))
    return replace(drawn, areas=tuple(merged))
