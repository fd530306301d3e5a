"""`strandcast areas`: what is known of the areas, grids, and counts under the codes of another census."""

import re
from pathlib import Path
from typing import Any

import click

from strandcast.command import Context, command_options
from strandcast.output import plain_table

_GEOJSON = (".geojson", ".json")
_CELL = re.compile(r"(?P<number>\d+(\.\d+)?)\s*(?P<unit>k?m)")


@click.group()
def areas() -> None:
    """The areas that incidents are counted in: what is known of them, grids, and codes that changed."""


def _metres(_context: click.Context, _parameter: click.Parameter, value: str) -> float:
    match = _CELL.fullmatch(value.strip().lower())
    metres = float(match["number"]) * (1000 if match["unit"] == "km" else 1) if match else 0.0
    if metres <= 0:
        raise click.BadParameter("write a length such as 250m or 1km")
    return metres


@areas.command()
@click.option("--picture", type=click.Path(path_type=Path), help="Picture by district: .png or .svg.")
@click.option("--shapes", type=click.Path(path_type=Path), help="The shapes that are drawn: .geojson.")
@command_options
def show(context: Context, picture: Path | None, shapes: Path | None) -> None:
    """Show what is known of the areas, and draw them.

    Drawn are their polygons; where there are none, cells round the mean points of their incidents; where those are not
    known either, a schematic with a hexagon for each area, by district. The last two are labelled as what they are.
    """
    from features.areas.drawing import draw
    from features.areas.picture import SUFFIXES, draw_areas
    from features.areas.summary import summary
    from models.allocation.papers.tables import check_target
    from strandcast.areas_shown import areas_of, caption, level_rows, shapes_text, told
    from strandcast.deployment import Deployment

    if picture:
        check_target(picture, SUFFIXES)
    if shapes:
        check_target(shapes, _GEOJSON)
    with Deployment.open(context) as deployment:
        file = areas_of(deployment)
        settings = deployment.workspace.settings
        changes = deployment.workspace.area_changes()
    drawing = draw(file.areas, file.polygons)
    if picture:
        draw_areas(drawing, caption(file.areas, drawing, settings), picture)
    if shapes:
        _write(shapes, shapes_text(file, drawing, settings))
    edition = changes.edition_of(file.areas.codes) if changes else None
    document = {**summary(file, drawing), "edition": edition}
    columns = ["level", "members", "areas each", "areas without"]
    table = plain_table("Levels", columns, level_rows(document), columns[1:])
    wrote = [f"Wrote {path}." for path in (picture, shapes) if path]
    context.output.result(document, *([table] if document["levels"] else []), lines=[*told(document), *wrote])


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    part.replace(path)


@areas.command()
@click.option("--boundary", type=click.Path(path_type=Path), required=True, help="GeoJSON of what to cover.")
@click.option("--cell", required=True, metavar="LENGTH", callback=_metres, help="Width of a cell, as 250m or 1km.")
@click.option("--shape", type=click.Choice(["square", "hexagon"]), default="square", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Areas for strandcast init: .geojson.")
@command_options
def grid(context: Context, boundary: Path, cell: float, shape: Any, out: Path) -> None:
    """Lay a grid of squares or hexagons over a boundary, as areas to begin a workspace with."""
    from features.areas.geojson import to_geojson
    from features.areas.grid_file import grid_file
    from models.allocation.papers.tables import check_target

    check_target(out, _GEOJSON)
    file = grid_file(boundary, shape, cell)
    about = {"grid": {"shape": shape, "cell_metres": cell, "boundary": boundary.name}}
    _write(out, to_geojson(file, about))
    hectares = round(float(file.areas.hectares[0]), 4)
    document = {
        "cells": len(file.areas),
        "shape": shape,
        "cell_metres": cell,
        "hectares_each": hectares,
        "levels": list(file.areas.parents),
        "out": str(out),
    }
    lines = [
        f"{len(file.areas):,} cells ({shape}, {cell:g} m wide, {hectares:g} hectares each).",
        f"Wrote {out}.",
        f"Next: strandcast init --areas {out}",
    ]
    context.output.result(document, lines=lines)


@areas.command()
@click.argument("counts", type=click.Path(path_type=Path))
@click.option("--changes", "lookup", type=click.Path(path_type=Path), required=True, help="Lookup of codes, .csv[.gz].")
@click.option("--to", required=True, metavar="EDITION", help="Edition to go to, as 2011 or 2021.")
@click.option(
    "--areas", "target", metavar="NAME|FILE", help="Areas of that edition: split counts are shared by residents."
)
@click.option("--area-column", help="Column of codes; left out: found by its name.")
@click.option("--count-column", default="count", show_default=True, help="Column of counts.")
@click.option("--fractions", is_flag=True, help="Share in fractions; left out: counts stay whole.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Converted table: .csv.")
@command_options
def convert(
    context: Context,
    counts: Path,
    lookup: Path,
    to: str,
    target: str | None,
    area_column: str | None,
    count_column: str,
    fractions: bool,
    out: Path,
) -> None:
    """Convert a table of counts to the codes of another census, its sum preserved."""
    from features.areas.changes import read_changes
    from features.areas.counts_file import CountsTable, convert_counts
    from features.areas.shipped import AreaSource
    from models.allocation.papers.tables import check_target

    check_target(out, (".csv",))
    table = CountsTable.read(counts, area_column, count_column)
    into = AreaSource.of(target).file.areas if target else None
    population = dict(zip(into.codes, into.population.tolist(), strict=True)) if into else {}
    converted = convert_counts(table, read_changes(lookup), to, population, fractions=fractions)
    _write(out, converted.text().encode())
    document = {"to": to, **converted.as_document(), "out": str(out)}
    context.output.result(document, lines=_converted(document))


def _converted(document: dict[str, Any]) -> list[str]:
    codes, left_out = document["codes"], document["left_out"]
    shared = (
        f"{codes['split']:,} were shared among several, {codes['merged_into']:,} new ones put together from several"
    )
    return [
        f"{document['rows_read']:,} rows became {document['rows_written']:,}.",
        f"The sum was {document['sum_read']:,.10g} and is {document['sum_written']:,.10g}.",
        f"Of {codes['read']:,} codes {shared}.",
        *([f"{codes['unknown']:,} are not in the lookup and stay as they are."] if codes["unknown"] else []),
        *([f"Left out, as areas have other names now: {', '.join(left_out)}."] if left_out else []),
        f"Wrote {document['out']}.",
    ]
