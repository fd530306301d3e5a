"""What `strandcast areas show` shows: a workspace's areas, in words and with a caption."""

from dataclasses import replace
from typing import Any

import numpy as np

from errors import DataError
from features.areas.areas import Areas
from features.areas.drawing import Drawing
from features.areas.files import DRAWING, AreaFile, read_area_file
from features.areas.geojson import to_geojson
from features.areas.hierarchy import grouping
from features.areas.picture import Caption
from features.counting import flat_areas
from features.incidents.store import load_incidents
from features.settings import Settings
from strandcast.deployment import Deployment

_SEVERAL = {
    "msoa": "MSOAs",
    "ward": "wards",
    "district": "districts",
    "lpa": "Local Policing Areas",
    "force": "forces",
}


def areas_of(deployment: Deployment) -> AreaFile:
    """Return the workspace's areas; their points are those of their incidents where the file gives none.

    Raises:
        DataError: The file cannot be used; or there is neither a file nor an incident.
    """
    path = deployment.workspace.areas_file
    file = read_area_file(path) if path else None
    if file and (any(shape is not None for shape in file.polygons) or np.isfinite(file.areas.points).any()):
        return file
    store = load_incidents(deployment.archive())
    if not store.deliveries:
        if file:
            return file
        fix = "ingest data first, or begin a workspace with strandcast init --areas NAME|FILE"
        raise DataError("no area is known yet", place=str(deployment.workspace.root), fix=fix)
    met = flat_areas(store.view(None, file.areas if file else None))
    if file:
        return replace(file, areas=replace(file.areas, points=met.points))
    return AreaFile(met, "", (), adjacency="points" if any(met.neighbours) else "none")


def caption(areas: Areas, drawing: Drawing, settings: Settings) -> Caption:
    """Return the words round a picture."""
    level, total = grouping(areas.parents), len(drawing.shapes)
    groups = len(set(areas.parents[level]) - {""}) if level else 0
    missing = sum(shape is None for shape in drawing.shapes)
    title = f"{settings.name}: {total:,} areas" + (f" in {groups:,} {_SEVERAL[level]}" if level and groups > 1 else "")
    lines = [
        *([f"{missing:,} areas are not drawn: nothing is known of where they are."] if missing else []),
        *([settings.attribution] if settings.attribution else []),
    ]
    return Caption(title, lines, settings.synthetic)


def shapes_text(file: AreaFile, drawing: Drawing, settings: Settings) -> bytes:
    """Return what is drawn as GeoJSON, marked as a drawing unless the shapes are the areas' own polygons."""
    about: dict[str, Any] = {DRAWING: drawing.note} if drawing.note else {}
    about |= {"attribution": settings.attribution} if settings.attribution else {}
    about |= {"synthetic": True} if settings.synthetic else {}
    return to_geojson(replace(file, polygons=drawing.outlines), about)


def level_rows(document: dict[str, Any]) -> list[list[str]]:
    """Return the rows of the table of levels."""
    return [
        [
            item["level"] + " (inferred)" * item["inferred"],
            f"{item['members']:,}",
            item["areas_each"],
            f"{item['blank']:,}",
        ]
        for item in document["levels"]
    ]


def told(document: dict[str, Any]) -> list[str]:
    """Return a summary in sentences."""
    total, known, beside, drawn = (document[key] for key in ("areas", "known", "neighbours", "drawn"))
    facts = [f"{key.replace('_', ' ')} of {_of(item['areas'], total)}" for key, item in known.items()]
    residents = f" with {known['population']['sum']:,.0f} residents" if known["population"]["areas"] else ""
    neighbours = "none known"
    if beside["by"] != "none":
        alone = f"; {beside['without']:,} areas have none" if beside["without"] else ""
        neighbours = f"{beside['mean']:.1f} each, by {beside['by']}{alone}"
    note = f" ({drawn['note']})" if drawn["note"] else ""
    codes = (
        [f"Codes of {document['edition']}; those of the other edition are placed too."] if document["edition"] else []
    )
    return [
        f"{total:,} areas of the level {document['level']}{residents}.",
        *codes,
        f"Known: {', '.join(facts)}.",
        f"Neighbours: {neighbours}.",
        f"Drawn as {drawn['as']}{note}: {_of(drawn['shapes'], total)}.",
    ]


def _of(number: int, total: int) -> str:
    if number in (0, total):
        return "all" if number else "none"
    return f"{number:,} of {total:,}"
