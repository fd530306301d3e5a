"""`strandcast hotspots`: cells of a grid ranked by the incidents expected in the coming week, recorded."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strandcast.command import Context, command_options
from strandcast.output import plain_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.table import Table

    from models.hotspots.record import HotspotRun
    from strandcast.deployment import Deployment

_OUT = (".geojson", ".csv")
_MOST_SHOWN = 15
_MOST_WEEKS = 13
_DEFAULT_SHARE = 0.01


def _size(read: str) -> Callable[[click.Context, click.Parameter, str | None], float | None]:
    def convert(_context: click.Context, _parameter: click.Parameter, value: str | None) -> float | None:
        from models.hotspots import sizes

        try:
            return None if value is None else float(getattr(sizes, read)(value))
        except ValueError as error:
            raise click.BadParameter(str(error)) from None

    return convert


@click.command()
@click.option("--cell", required=True, metavar="LENGTH", callback=_size("metres"), help="Width, as 250ft or 100m.")
@click.option("--shape", type=click.Choice(["square", "hexagon"]), default="square", show_default=True)
@click.option("--area", metavar="AREA", callback=_size("square_metres"), help="Area to choose, as 0.25sqmi or 12ha.")
@click.option("--share", type=click.FloatRange(0, 1, min_open=True), help="Share of the cells to choose; else 0.01.")
@click.option("--top", type=click.IntRange(1), help="Number of cells to choose.")
@click.option("--strand", help="The strand; left out: all strands, every incident once.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Use only what was known at this date.")
@click.option("--horizon", type=click.IntRange(1, _MOST_WEEKS), default=1, show_default=True, help="Weeks ahead.")
@click.option("--boundary", type=click.Path(path_type=Path), help="GeoJSON of what to cover; else the areas.")
@click.option(
    "--refits", type=click.IntRange(0, 52), default=8, show_default=True, help="Weekly refits to look back on."
)
@click.option(
    "--out", type=click.Path(path_type=Path), multiple=True, help="Chosen cells: .geojson or .csv; repeatable."
)
@click.option("--picture", type=click.Path(path_type=Path), help="Map: .png or .svg.")
@command_options
def hotspots(
    context: Context,
    *,
    cell: float,
    shape: Any,
    area: float | None,
    share: float | None,
    top: int | None,
    strand: str | None,
    as_of: datetime | None,
    horizon: int,
    boundary: Path | None,
    refits: int,
    out: tuple[Path, ...],
    picture: Path | None,
) -> None:
    """Rank the cells of a grid by the recorded incidents expected in the coming week; recorded before it is shown."""
    from models.allocation.papers.tables import check_target
    from models.hotspots.picture import SUFFIXES, draw_hotspots
    from models.hotspots.record import notices_of, record
    from models.hotspots.study import HotspotRequest, study
    from strandcast.deployment import Deployment

    if sum(choice is not None for choice in (area, share, top)) > 1:
        raise click.UsageError("--area, --share and --top say the same in three ways: give one of them")
    for path in out:
        check_target(path, _OUT)
    if picture:
        check_target(picture, SUFFIXES)
    share = _DEFAULT_SHARE if area is None and share is None and top is None else share
    with Deployment.open(context) as deployment, context.output.progress("Refits") as advance:
        settings = deployment.workspace.settings
        request = HotspotRequest(shape, cell, strand, horizon, area, share, top, refits, settings.seed)
        knowledge = deployment.knowledge()
        found = study(
            knowledge.store,
            knowledge.areas,
            _polygons(deployment, boundary),
            request,
            as_of.date() if as_of else None,
            given=boundary is not None,
            advance=advance,
        )
        notices = notices_of(found, synthetic=settings.synthetic)
        run = record(
            found,
            notices,
            settings.attribution,
            ledger=deployment.ledger,
            files=deployment.files,
            actor=deployment.actor,
        )
    for path in out:
        _write(path, run)
    if picture:
        draw_hotspots(found, run.summary, picture, synthetic=settings.synthetic)
    wrote = [f"Wrote {path}." for path in (*out, picture) if path]
    document = {"run_id": run.run_id, "audit_id": run.audit_id, **run.summary, "rows": run.rows}
    context.output.result(document, _ranked(run), _knox(run.summary), lines=[*_told(run), *wrote])


def _polygons(deployment: Deployment, boundary: Path | None) -> Sequence[Any]:
    """Return what the grid is to cover: a given boundary, else the polygons of the areas.

    Raises:
        DataError: The boundary cannot be read or holds no polygon.
    """
    from errors import DataError
    from features.areas.files import read_area_file, read_features

    if boundary is None:
        file = deployment.workspace.areas_file
        return read_area_file(file).polygons if file else ()
    if not boundary.is_file():
        raise DataError("there is no such boundary", place=str(boundary), fix="check the path")
    shapes = [shape for shape in read_features(boundary)[1] if shape is not None]
    if not shapes:
        raise DataError("holds no polygon", place=boundary.name, fix="give a boundary with a polygon")
    return shapes


def _write(path: Path, run: HotspotRun) -> None:
    """Write the chosen cells by the file's suffix, whole or not at all."""
    from models.hotspots.document import to_csv

    part = path.with_name(f".{path.name}.part")
    part.write_bytes(to_csv(run.rows) if path.suffix == ".csv" else run.geojson)
    part.replace(path)


def _ranked(run: HotspotRun) -> Table:
    columns = ["rank", "cell", "expected", "8 in 10 times", "chosen in", "ranks"]
    rows = [
        [
            str(row["rank"]),
            row["cell"],
            f"{row['expected']:.3f}",
            f"{row['low']}-{row['high']}",
            f"{row['chosen_share']:.0%}",
            f"{row['rank_best']}-{row['rank_worst']}",
        ]
        for row in run.rows[:_MOST_SHOWN]
    ]
    about = run.summary
    title = f"{about['strand']}, week from {about['week_from']}: {len(rows)} of {about['chosen']:,} chosen cells"
    return plain_table(title, columns, rows, [name for name in columns if name != "cell"], ["cell"])


def _knox(about: dict[str, Any]) -> Table:
    near = about["near_repeats"]
    rows = [
        [
            row["distance"],
            row["days"],
            str(row["pairs"]),
            f"{row['usual']:.1f}",
            "" if row["ratio"] is None else f"×{row['ratio']:.2f}",
            f"{row['p']:.3f}",
        ]
        for row in near["table"]
    ]
    drawn = f"dates permuted {near['permutations']} times"
    title = f"Repeats and near repeats: pairs of {near['incidents']:,} incidents, {drawn}"
    columns = ["distance", "days apart", "pairs", "usual", "ratio", "p"]
    return plain_table(title, columns, rows, columns[2:])


def _told(run: HotspotRun) -> list[str]:
    about, expected, record = run.summary, run.summary["expected"], run.summary["record"]
    held, within = about["incidents"], f"{expected['low']:.0f}-{expected['high']:.0f}"
    chosen = f"{about['chosen']:,} of {about['cells']:,} cells ({about['chosen_hectares']:,.1f} hectares)"
    lines = [f"{chosen} are expected to hold {expected['in_chosen']:.1f} ({within}) of {expected['all_cells']:.1f}."]
    if record["weeks"]:
        seen = f"{record['in_chosen']:.0f} of {record['incidents']:.0f} incidents"
        plain = f"a plain count's held {record['in_chosen_by_plain_count']:.0f}"
        weeks = f"In the {record['weeks']:.0f} weeks before"
        lines.append(f"{weeks}, cells chosen so held {seen} ({record['expected_in_chosen']:.1f} expected); {plain}.")
    if about["chosen_again"] is not None:
        lines.append(f"From week to week {about['chosen_again']:.0%} of the chosen cells stay.")
    if held["outside"]:
        lines.append(f"{held['outside']:,} incidents lie in no cell and are not counted.")
    if held["without_coordinates"]:
        lines.append(f"{held['without_coordinates']:,} incidents have no coordinates and are not counted.")
    if held["found_by_officers"]:
        lines.append(f"{held['found_by_officers']:,} incidents that officers found themselves draw nobody here.")
    lines.append(f"Run {run.run_id}. Recorded as {run.audit_id}.")
    return [
        *lines,
        *([f"Notices: {', '.join(about['notices'])}."] if about["notices"] else []),
        *([about["attribution"]] if about["attribution"] else []),
    ]
