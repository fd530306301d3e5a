"""`strandcast init`: make a workspace."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from strandcast.command import Context, command_options

if TYPE_CHECKING:
    from features.areas.shipped import AreaSource
    from features.strands import Taxonomy


@click.command()
@click.option(
    "--taxonomy",
    metavar="NAME|FILE",
    help="essex-2018, police-uk or a TOML file; left out: the mappings name the strands.",
)
@click.option(
    "--areas",
    metavar="NAME|FILE",
    help="Closed list of areas: essex-lsoa-2011, or a .geojson or .csv file; left out: the codes met in the data.",
)
@click.option(
    "--area-changes",
    type=click.Path(path_type=Path),
    help="Lookup of changed codes of areas, such as LSOA 2011 to 2021, .csv or .csv.gz.",
)
@click.option("--period", type=click.Choice(["week", "month"]), help="Left out: as fine as the data allow.")
@click.option("--holidays", default="", metavar="REGION", help="Public holidays: GB-ENG, CA-ON, US-IL, ...")
@click.option("--attribution", default="", metavar="TEXT", help="Source statement to print where results are shown.")
@click.option("--synthetic", is_flag=True, help="The data will be made up: everything shown from them says SYNTHETIC.")
@click.option("--name", default="Strandcast", show_default=True, help="What the deployment is called.")
@command_options
def init(
    context: Context,
    taxonomy: str | None,
    areas: str | None,
    area_changes: Path | None,
    period: str | None,
    holidays: str,
    attribution: str,
    synthetic: bool,
    name: str,
) -> None:
    """Make a workspace: the folder that holds everything this deployment owns."""
    import secrets

    from features.areas.changes import changes_name, changes_of
    from features.areas.shipped import AreaSource
    from features.calendar import Calendar
    from features.configuration import validated
    from features.feeds.strand_rules import check_taxonomy
    from features.harm import harm_text
    from features.settings import SYNTHETIC, Settings
    from features.strands import taxonomy_of, taxonomy_text
    from features.workspace import DISCLOSURE, GATE, HARM, MONITOR, RESOURCES, STRANDS, Workspace
    from models.allocation.resources import default_text
    from models.disclosure.rules import default_text as disclosure_text
    from models.monitoring.thresholds import default_text as monitor_text
    from training.gate.settings import default_text as gate_text

    files = {STRANDS: taxonomy_text(taxonomy), HARM: harm_text(taxonomy), RESOURCES: default_text(taxonomy)}
    files |= {GATE: gate_text(), MONITOR: monitor_text(), DISCLOSURE: disclosure_text()}
    check_taxonomy(taxonomy_of(files[STRANDS], taxonomy or STRANDS))
    Calendar.load(holidays, None)
    source = AreaSource.of(areas) if areas else None
    if source:
        files[source.name] = source.content
        attribution = " ".join(filter(None, [attribution, source.attribution]))
    if synthetic:
        attribution = " ".join(filter(None, [SYNTHETIC, attribution]))
    if area_changes:
        changes_of(area_changes, source.file.areas.codes if source else None)
        files[changes_name(area_changes)] = area_changes.read_bytes()
    wanted = {
        "name": name,
        "period": period,
        "areas": source.name if source else "",
        "area_changes": changes_name(area_changes) if area_changes else "",
        "holidays": holidays,
        "attribution": attribution,
        "synthetic": synthetic,
        "salt": secrets.token_hex(32),
    }
    workspace = Workspace.create(context.root, validated(wanted, "init", Settings), files)
    strands = workspace.taxonomy()
    document = {
        "workspace": str(workspace.root),
        "taxonomy": strands.version,
        "strands": list(strands.names()),
        "areas": len(source.file.areas) if source else None,
        "area_code_column": source.file.code_column if source else None,
        "area_changes": workspace.settings.area_changes or None,
        "period": period,
    }
    context.mark_synthetic(made_up=synthetic)
    lines = [
        f"Made the workspace {workspace.root}.",
        _strands_told(strands),
        *_areas_told(source),
        "Next: strandcast feeds list, then strandcast ingest FEED PATH for one of them",
    ]
    context.output.result(document, lines=lines)


def _strands_told(strands: "Taxonomy") -> str:
    if strands.is_open:
        return "Strands: those that the mappings and contracts name."
    provisional = " (provisional: have the names confirmed)" if strands.provisional else ""
    return f"Strands: {len(strands.strands)} of the taxonomy {strands.version}{provisional}."


def _areas_told(source: "AreaSource | None") -> list[str]:
    if source is None:
        return ["Areas: the codes met in the data."]
    drawn = sum(shape is not None for shape in source.file.polygons)
    counted = f"{len(source.file.areas):,}, by the column {source.file.code_column}; {drawn:,} with a polygon"
    inferred = [
        f"Their level {level} is inferred: correct {source.name} if you know better." for level in source.file.inferred
    ]
    return [f"Areas: {counted}.", *inferred]
