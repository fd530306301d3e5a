"""Maps of runs, for pages: read once, and kept for the runs that are asked for."""

from collections.abc import Sequence
from functools import lru_cache

from models.kinds import MAP
from models.maps.drawn import Map, read_map
from serving.desk import Desk

_KEPT = 4


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
