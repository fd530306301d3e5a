"""`strandcast allocate`: a plan of patrol hours, recorded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strandcast.command import Context, command_options
from strandcast.output import plain_table

if TYPE_CHECKING:
    from rich.table import Table

_MOST_AREAS_SHOWN = 15
_MOST_LIMITS_SHOWN = 8


class _DistrictHours(click.ParamType[tuple[str, float]]):
    """A district's minimum as people write it: NAME=HOURS."""

    name = "district=hours"

    def convert(
        self, value: str | tuple[str, float], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, float]:
        """Return the district and its hours."""
        if isinstance(value, tuple):
            return value
        district, found, hours = value.rpartition("=")
        try:
            return (district.strip(), float(hours)) if found and district.strip() else self._refuse(value, param, ctx)
        except ValueError:
            return self._refuse(value, param, ctx)

    def _refuse(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, float]:
        self.fail(f"'{value}' is no minimum of a district; write NAME=HOURS", param, ctx)


@click.command()
@click.option("--hours", type=float, help="Patrol hours to place in the period; else as resources.toml says.")
@click.option("--minimum", type=float, help="Fewest hours of every area.")
@click.option("--maximum", type=float, help="Most hours of any area.")
@click.option(
    "--district-minimum",
    type=_DistrictHours(),
    multiple=True,
    metavar="NAME=HOURS",
    help="Fewest hours of a district's areas together; may be repeated.",
)
@click.option(
    "--resources", type=click.Path(path_type=Path), help="Resources, TOML; left out: the workspace's resources.toml."
)
@click.option("--run", "run_id", metavar="ID", help="Forecast run to plan on; left out: the newest.")
@click.option("--horizon", type=click.IntRange(1), help="Period to plan; left out: the next that is still to come.")
@click.option("--out", type=click.Path(path_type=Path), help="Plan: .csv or .parquet (a row an area) or .json.")
@click.option("--picture", type=click.Path(path_type=Path), help="Picture of the plan: .png or .svg.")
@command_options
def allocate(
    context: Context,
    hours: float | None,
    minimum: float | None,
    maximum: float | None,
    district_minimum: tuple[tuple[str, float], ...],
    resources: Path | None,
    run_id: str | None,
    horizon: int | None,
    out: Path | None,
    picture: Path | None,
) -> None:
    """Place patrol hours where they reach most expected incidents; the plan is recorded before it is shown."""
    from ledger.events import NoSuchRecordError
    from models.allocation import picture as pictures
    from models.allocation import table
    from models.allocation.record import make_plan
    from models.allocation.single_patrol import load_resources
    from models.runs import load_run
    from strandcast.deployment import Deployment

    if out:
        table.check_target(out, table.SUFFIXES)
    if picture:
        table.check_target(picture, pictures.SUFFIXES)
    with Deployment.open(context) as deployment:
        try:
            run = load_run(deployment.ledger, deployment.files, run_id)
        except NoSuchRecordError as error:
            raise click.UsageError(str(error)) from error
        request = load_resources(resources or deployment.workspace.resources_file).request(
            total_hours=hours,
            minimum_hours=minimum,
            maximum_hours=maximum,
            district_minimum=dict(district_minimum),
            horizon=horizon or run.next_horizon,
            harm=deployment.workspace.harm(),
        )
        record = make_plan(
            run,
            request,
            ledger=deployment.ledger,
            files=deployment.files,
            clock=context.clock,
            actor=deployment.actor,
        )
    document = record.as_document()
    if out:
        table.write_plan(document, out)
    if picture:
        pictures.draw_plan(document, picture)
    lines = [*_lines(document), *(f"Wrote {path}." for path in (out, picture) if path)]
    context.output.result(document, _areas(document), *_limits(document), lines=lines)


def _areas(document: dict[str, Any]) -> Table:
    """Return the areas with most hours, and why."""
    ranked = sorted(document["areas"], key=lambda area: (-area["hours"], area["area_code"]))
    rows = [
        [
            area["name"],
            f"{area['hours']:.1f}",
            f"{sum(area['expected'].values()):.1f}",
            f"{100 * area['reach']:.0f} %",
            f"{area['marginal']:.3f}",
            area["limit"].replace("_", " ") or "none",
        ]
        for area in ranked[:_MOST_AREAS_SHOWN]
    ]
    title = f"Hours for {document['period']['text']} ({len(rows)} of {len(ranked)} areas)"
    columns = ["area", "hours", "expected", "reached", "next hour", "limit"]
    return plain_table(title, columns, rows, columns[1:5])


def _limits(document: dict[str, Any]) -> list[Table]:
    """Return what rules cost, dearest first; nothing where only the total holds."""
    names = {area["area_code"]: area["name"] for area in document["areas"]}
    limits = [limit for limit in document["binding_limits"] if limit["kind"] != "total"]
    rows = [
        [
            limit["kind"].replace("_", " "),
            names.get(limit["name"], limit["name"]),
            f"{limit['hours']:.1f}",
            f"{limit['price']:.3f}",
        ]
        for limit in limits[:_MOST_LIMITS_SHOWN]
    ]
    title = f"What limits cost, in incidents an hour ({len(rows)} of {len(limits)})"
    columns = ["limit", "of", "hours", "price"]
    return [plain_table(title, columns, rows, columns[2:])] if rows else []


def _lines(document: dict[str, Any]) -> list[str]:
    """Return the plan's sentences, its assumptions, and where it is recorded."""
    ranked = sorted(document["areas"], key=lambda area: (-area["hours"], area["area_code"]))
    request = document["request"]
    return [
        *document["summary"]["sentences"],
        f"{ranked[0]['name']}: {ranked[0]['reason']}",
        f"Harm weights: {request['weights_source']}",
        f"Reach: {request['scale_source']}",
        *([f"Notices: {', '.join(document['notices'])}."] if document["notices"] else []),
        f"Plan {document['plan_id']}, made on the forecast {document['forecast']['run_id']}.",
        f"Recorded as {document['audit_id']}.",
        *([document["attribution"]] if document["attribution"] else []),
    ]
