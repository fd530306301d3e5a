"""`strandcast twin`: make a synthetic county with a known truth."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from strandcast.command import Context, command_options
from strandcast.output import plain_table

if TYPE_CHECKING:
    from experiments.twin.twin import Twin

MEASURES = ("records a year", "dispersion", "lag 1", "lag 4", "lag 52", "top 5 %", "top 20 %", "Gini")


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder to make; it must be new or empty.",
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="The same seed, the same twin.")
@click.option("--years", type=click.IntRange(1, 20), default=3, show_default=True, help="Years of 52 weeks.")
@click.option(
    "--end",
    type=click.DateTime(["%Y-%m-%d"]),
    default="2018-12-30",
    show_default=True,
    help="Nothing later is known; the last week is the newest that is over by then.",
)
@click.option(
    "--areas",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Areas, .geojson or .csv, with district and population; left out: Essex, LSOA 2011.",
)
@command_options
def twin(context: Context, out: Path, seed: int, years: int, end: datetime, areas: Path | None) -> None:
    """Make a SYNTHETIC county with a known truth: every feed, the areas, and what was expected.

    Nothing in it happened. It serves to try Strandcast without anybody's records, and to measure what real data cannot
    show.
    """
    from experiments.twin.county import essex, from_file
    from experiments.twin.parameters import Parameters
    from experiments.twin.twin import WEEKS_A_TWIN_YEAR, make_twin
    from experiments.twin.writing import free_folder, write_twin

    free_folder(out)
    county = from_file(areas) if areas else essex()
    with context.output.progress("Weeks simulated") as advance:
        made = make_twin(county, seed, end.date(), years * WEEKS_A_TWIN_YEAR, Parameters.load(), advance)
    with context.output.progress("Files written") as advance:
        rows = write_twin(made, out, advance)
    _show(context, made, rows, out)


def _show(context: Context, made: "Twin", rows: dict[str, int], out: Path) -> None:
    from experiments.twin.anchors import strand_shares, twin_anchors
    from experiments.twin.parameters import GENERATOR_VERSION
    from experiments.twin.writing import AREAS, TRUTH, feed_folder

    anchors, shares = twin_anchors(made), strand_shares(made)
    areas, weeks = len(made.scene.county), made.scene.weeks
    document = {
        "synthetic": True,
        "folder": str(out),
        "generator_version": GENERATOR_VERSION,
        "seed": made.seed,
        "areas": areas,
        "first_day": str(weeks.starts[0]),
        "last_day": str(weeks.last_day),
        "deprivation_is_synthetic": not made.scene.traits.deciles_given,
        "rows": rows,
        "outages": [outage.document() for outage in made.outages],
        "strand_records_a_year": {strand: round(count, 1) for strand, count in shares.items()},
        "anchors": {name: anchor.document() for name, anchor in anchors.items()},
    }
    folders = [(feed_folder(feed), f"{count:,}") for feed, count in rows.items()]
    strands = [(strand, f"{count:,.0f}") for strand, count in shares.items()]
    measured = [(name, *anchor.cells()) for name, anchor in anchors.items()]
    span = f"{areas:,} areas, {weeks.starts[0]} to {weeks.last_day}"
    lines = [
        f"SYNTHETIC: {span}, generator version {GENERATOR_VERSION}, seed {made.seed}, in {out}.",
        f"What was expected is in {out / TRUTH}.",
        f"Next: strandcast init --synthetic --areas {out / AREAS} --taxonomy essex-2018 --period week",
    ]
    context.output.result(
        document,
        plain_table("SYNTHETIC feeds", ("folder", "rows"), folders, ["rows"]),
        plain_table("SYNTHETIC strands, records a year", ("strand", "records"), strands, ["records"]),
        plain_table("Anchors, by MSOA and week", ("category", *MEASURES), measured, MEASURES),
        lines=lines,
    )
