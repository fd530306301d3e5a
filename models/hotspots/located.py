"""The incidents of a workspace that can be placed into cells, and one sentence where there are none."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from errors import DataError
from features.completeness.delays import knowledge_date, memberships
from features.incidents.incidents import Incidents
from features.provenance import OFFICER_INITIATED, PROVENANCE
from models.hotspots.points import Points

POLICE_UK = "police-uk"
_OWN_EXPORT = "ingest a dated export with longitude and latitude"


@dataclass(frozen=True, eq=False)
class Located:
    """Dated points, and what they leave out.

    Attributes:
        points: The points.
        first: First day that the feeds tell of, days since 1970-01-01.
        end: Day after the last one that they tell of, `as_of` at the latest.
        as_of: Knowledge date, days since 1970-01-01.
        nowhere: Incidents of the strand without coordinates.
        found_by_officers: Incidents of the strand that officers found themselves, which draw no patrols.
        left_out: Feeds whose dates or places are too coarse.
        snapshot_hash: Names the view.
    """

    points: Points
    first: int
    end: int
    as_of: int
    nowhere: int
    found_by_officers: int
    left_out: tuple[str, ...]
    snapshot_hash: str


def located(incidents: Incidents, strand: str | None) -> Located:
    """Return the points of a view.

    Args:
        incidents: The view.
        strand: The strand that is forecast; None: all of them, every incident once.

    Raises:
        DataError: No feed gives days and places, or there is no such strand.
    """
    whole = incidents
    if strand is not None and strand not in whole.strand_names:
        fix = f"take one of {', '.join(whole.strand_names)}" if whole.strand_names else "ingest some"
        raise DataError(f"there is no strand {strand!r}", place="--strand", fix=fix)
    coarse = [feed.name for feed in whole.feeds if feed.resolution != "day" or _is_police_uk(feed.name)]
    incidents = whole.without(coarse)
    if strand is not None and strand not in incidents.strand_names and coarse:
        raise _too_coarse([feed.name for feed in whole.feeds if strand in feed.strands])
    if not incidents.feeds and coarse:
        raise _too_coarse(coarse)
    if not len(incidents):
        raise DataError("holds no incidents known at that date", place="workspace", fix="ingest some")
    spans = [span for feed in incidents.feeds for span in feed.spans]
    as_of = knowledge_date(incidents)
    end = min(as_of, max(last for _, last in spans) + timedelta(days=1))
    row, name = memberships(incidents)
    own = np.zeros(len(incidents), dtype=np.bool_)
    own[row[name == incidents.strand_names.index(strand)] if strand is not None else row] = True
    known = np.isfinite(incidents.longitude) & np.isfinite(incidents.latitude)
    officers = incidents.provenance == PROVENANCE.index(OFFICER_INITIATED)
    if not known[own].any():
        raise DataError("gives codes of areas but no coordinates", place=_feeds(incidents), fix=_OWN_EXPORT)
    kept = known & ~officers
    points = Points.of(
        incidents.day[kept].astype(np.int64),
        incidents.longitude[kept],
        incidents.latitude[kept],
        own[kept],
        incidents.count[kept].astype(np.float64),
    )
    return Located(
        points,
        _number(min(first for first, _ in spans)),
        _number(end),
        _number(as_of),
        int(incidents.count[own & ~known].sum()),
        int(incidents.count[own & known & officers].sum()),
        tuple(coarse),
        incidents.snapshot_hash,
    )


def _too_coarse(feeds: list[str]) -> DataError:
    if any(_is_police_uk(name) for name in feeds):
        problem = "gives months and points snapped to anonymous map points, which tell nothing below the LSOA"
    else:
        problem = "gives no days, without which a coming week cannot be told from a usual one"
    return DataError(problem, place=f"feed {feeds[0]}", fix=_OWN_EXPORT)


def _is_police_uk(name: str) -> bool:
    return name.partition("/")[0] == POLICE_UK


def _feeds(incidents: Incidents) -> str:
    return f"feed {', '.join(feed.name for feed in incidents.feeds)}"


def _number(day: object) -> int:
    return int(np.datetime64(str(day), "D").astype(np.int64))
