"""`strandcast init`: make a workspace."""

import click

from strandcast.command import Context, command_options


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
@click.option("--period", type=click.Choice(["week", "month"]), help="Left out: as fine as the data allow.")
@click.option("--holidays", default="", metavar="REGION", help="Public holidays: GB-ENG, CA-ON, US-IL, ...")
@click.option("--attribution", default="", metavar="TEXT", help="Source statement to print where results are shown.")
@click.option("--name", default="Strandcast", show_default=True, help="What the deployment is called.")
@command_options
def init(
    context: Context,
    taxonomy: str | None,
    areas: str | None,
    period: str | None,
    holidays: str,
    attribution: str,
    name: str,
) -> None:
    """Make a workspace: the folder that holds everything this deployment owns."""
    import secrets

    from features.areas.shipped import AreaSource
    from features.calendar import Calendar
    from features.configuration import validated
    from features.settings import Settings
    from features.strands import taxonomy_text
    from features.workspace import RESOURCES, STRANDS, Workspace
    from models.allocation.resources import default_text

    files = {STRANDS: taxonomy_text(taxonomy), RESOURCES: default_text()}
    Calendar.load(holidays, None)
    source = AreaSource.of(areas) if areas else None
    area_file = source.file if source else None
    if source:
        files[source.name] = source.content
        attribution = " ".join(filter(None, [attribution, source.attribution]))
    wanted = {
        "name": name,
        "period": period,
        "areas": source.name if source else "",
        "holidays": holidays,
        "attribution": attribution,
        "salt": secrets.token_hex(32),
    }
    workspace = Workspace.create(context.root, validated(wanted, "init", Settings), files)
    strands = workspace.taxonomy()
    document = {
        "workspace": str(workspace.root),
        "taxonomy": strands.version,
        "strands": list(strands.names()),
        "areas": len(area_file.areas) if area_file else None,
        "area_code_column": area_file.code_column if area_file else None,
        "period": period,
    }
    lines = [f"Made the workspace {workspace.root}."]
    if strands.is_open:
        lines.append("Strands: those that the mappings name.")
    else:
        provisional = " (provisional: have the names confirmed)" if strands.provisional else ""
        lines.append(f"Strands: {len(strands.strands)} of the taxonomy {strands.version}{provisional}.")
    if source and area_file:
        drawn = sum(shape is not None for shape in area_file.polygons)
        lines.append(
            f"Areas: {len(area_file.areas):,}, by the column {area_file.code_column}; {drawn:,} with a polygon."
        )
        lines.extend(
            f"Their level {level} is inferred: correct {source.name} if you know better."
            for level in area_file.inferred
        )
    else:
        lines.append("Areas: the codes met in the data.")
    lines.append("Next: strandcast ingest police-uk PATH, or strandcast ingest incidents PATH --mapping MAPPING.toml")
    context.output.result(document, lines=lines)
