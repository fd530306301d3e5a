"""`strandcast plans compare|flip|next|frontier|fairness|sensitivity`: what a plan rests on, and what else could be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strandcast.command import Context, command_options
from strandcast.output import plain_table
from strandcast.plans_studies_shown import (
    comparison_rows,
    comparison_tables,
    fairness_table,
    frontier_table,
    sensitivity_rows,
    sensitivity_table,
    study_document,
)

if TYPE_CHECKING:
    from models.allocation.scenarios.again import Studied
    from strandcast.deployment import Deployment

_out = click.option("--out", type=click.Path(path_type=Path), help="The study: .json (all) or .csv (its rows).")
_picture = click.option("--picture", type=click.Path(path_type=Path), help="Picture: .png or .svg.")


def _studied(deployment: Deployment, plan_id: str, study: str, **details: str | int | bool | None) -> Studied:
    from models.allocation.decisions.drafts import Sets
    from models.allocation.scenarios.again import studied

    return studied(deployment.books(), Sets.of(deployment.workspace), plan_id, study, **details)


def _check(out: Path | None, picture: Path | None = None) -> None:
    from models.allocation.scenarios import files, pictures

    files.check_target(out, files.SUFFIXES)
    files.check_target(picture, pictures.SUFFIXES)


@click.command("compare")
@click.argument("first", metavar="PLAN")
@click.argument("second", metavar="OTHER", required=False)
@click.option("--resources", type=click.Path(path_type=Path), help="Instead of OTHER: by this file of resources.")
@click.option("--weights", metavar="SET", help="Instead of OTHER: by this set of harm weights.")
@click.option("--effect", type=click.Choice(["low", "central", "high"]), help="Instead of OTHER: by this effect.")
@_out
@_picture
@command_options
def compare(
    context: Context,
    first: str,
    second: str | None,
    resources: Path | None,
    weights: str | None,
    effect: Any,
    out: Path | None,
    picture: Path | None,
) -> None:
    """Set two plans side by side, or a plan and what it would be by other resources, weights or effect."""
    from models.allocation.resources import load_resources
    from models.allocation.scenarios.compare import compare
    from models.allocation.scenarios.labels import labels_of
    from models.allocation.scenarios.pictures import draw_comparison
    from strandcast.deployment import Deployment

    other = [value for value in (resources, weights, effect) if value is not None]
    if bool(second) == bool(other):
        raise click.UsageError("name another plan, or what is to be other: --resources, --weights or --effect")
    _check(out, picture)
    with Deployment.open(context) as deployment:
        beside = second or ", ".join(map(str, other))
        mine = _studied(deployment, first, "compare", beside=beside)
        if second:
            theirs, planned = second, _studied(deployment, second, "compare", beside=first).planned
        else:
            made = mine.scenario if weights is None else mine.scenario.weighed(weights)
            made = made if effect is None else made.assumed(effect)
            if resources is not None:
                made = replace(made, resources=load_resources(resources, deployment.workspace.taxonomy()))
            theirs, planned = f"{first} by {beside}", made.planned()
        told = compare(mine.planned, planned, (first, theirs))
    if picture:
        draw_comparison(told, labels_of(mine.document, (first, *([second] if second else [])), mine.audit_id), picture)
    rows = comparison_rows(told)
    _tell(
        context, mine, told.document(), rows, (out, picture), told.sentences(), comparison_tables(told, mine.document)
    )


@click.command("flip")
@click.argument("plan_id", metavar="PLAN")
@click.option("--area", "area_code", required=True, help="Code of the area.")
@_out
@command_options
def flip(context: Context, plan_id: str, area_code: str, out: Path | None) -> None:
    """Show the smallest change of an area's demand that would add hours to it, or take some; solved on both sides."""
    from models.allocation.scenarios.single import flip_of
    from strandcast.deployment import Deployment

    _check(out)
    with Deployment.open(context) as deployment:
        mine = _studied(deployment, plan_id, "flip", area_code=area_code)
        document, lines = flip_of(deployment.books(), mine, area_code)
    rows = [{"area_code": area_code, "change": point, **document[point]} for point in ("add", "remove")]
    _tell(context, mine, document, rows, (out, None), lines, [])


@click.command("next")
@click.argument("plan_id", metavar="PLAN")
@click.option("--resource", metavar="CODE", help="Only this resource; left out: every one.")
@click.option("--hours", type=click.FloatRange(0, min_open=True), default=10.0, show_default=True, help="Hours more.")
@_out
@command_options
def next_hours(context: Context, plan_id: str, resource: str | None, hours: float, out: Path | None) -> None:
    """Show what more hours of a resource would do and where, by solving the plan again with them."""
    from models.allocation.scenarios.single import next_of
    from strandcast.deployment import Deployment

    _check(out)
    with Deployment.open(context) as deployment:
        mine = _studied(deployment, plan_id, "next", resource=resource)
        document, lines = next_of(mine, resource, hours)
    told = document["resources"]
    rows = [
        {"resource": one["resource"], "area_code": code, "hours": change}
        for one in told
        for code, change in one["areas"].items()
    ]
    cells = [[one["resource"], f"{one['placed']:.2f}", f"{one['harm']:.3f}", f"{one['promised']:.3f}"] for one in told]
    columns = ["resource", "hours placed", "harm gained", "at most, by its price"]
    table = plain_table(f"{hours:g} hours more", columns, cells, columns[1:])
    _tell(context, mine, document, rows, (out, None), lines, [table])


@click.command("frontier")
@click.argument("plan_id", metavar="PLAN")
@_out
@_picture
@command_options
def frontier(context: Context, plan_id: str, out: Path | None, picture: Path | None) -> None:
    """Show the harm that the best plan meets with 0.5 to 1.5 times the hours, and the price of an hour along it."""
    from models.allocation.scenarios.frontier import frontier
    from models.allocation.scenarios.labels import labels_of
    from models.allocation.scenarios.pictures import draw_frontier
    from strandcast.deployment import Deployment

    _check(out, picture)
    with Deployment.open(context) as deployment, context.output.progress("Plans of fewer and of more hours") as advance:
        mine = _studied(deployment, plan_id, "frontier")
        points = frontier(mine.planned.plan.problem, mine.scenario.solve, advance=advance)
    if picture:
        draw_frontier(points, labels_of(mine.document, (plan_id,), mine.audit_id), picture)
    rows = [point.document() for point in points]
    _tell(context, mine, {"points": rows}, rows, (out, picture), [], [frontier_table(points)])


@click.command("fairness")
@click.argument("plan_id", metavar="PLAN")
@_out
@_picture
@command_options
def fairness(context: Context, plan_id: str, out: Path | None, picture: Path | None) -> None:
    """Show the harm given up as deprivation deciles' hours are held closer to their need."""
    from models.allocation.scenarios.fairness import fairness
    from models.allocation.scenarios.labels import labels_of
    from models.allocation.scenarios.pictures import draw_fairness
    from strandcast.deployment import Deployment

    _check(out, picture)
    with Deployment.open(context) as deployment, context.output.progress("Plans within narrower bands") as advance:
        mine = _studied(deployment, plan_id, "fairness")
        points = fairness(lambda band: mine.scenario.banded(band).planned(), advance=advance)
    if picture:
        draw_fairness(points, labels_of(mine.document, (plan_id,), mine.audit_id), picture)
    rows = [point.document() for point in points]
    _tell(context, mine, {"points": rows}, rows, (out, picture), [], [fairness_table(points)])


@click.command("sensitivity")
@click.argument("plan_id", metavar="PLAN")
@_out
@_picture
@command_options
def sensitivity(context: Context, plan_id: str, out: Path | None, picture: Path | None) -> None:
    """Show how areas' ranks by hours hang on the set of harm weights and on the effect; mark those that do."""
    from models.allocation.scenarios.choices import choices_beside
    from models.allocation.scenarios.labels import labels_of
    from models.allocation.scenarios.pictures import draw_sensitivity
    from models.allocation.scenarios.sensitivity import sensitivity
    from strandcast.deployment import Deployment

    _check(out, picture)
    with (
        Deployment.open(context) as deployment,
        context.output.progress("Plans by other weights and effects") as advance,
    ):
        mine = _studied(deployment, plan_id, "sensitivity")
        base, others = choices_beside(mine.scenario)
        told = sensitivity((base, mine.planned), others, advance=advance)
    if picture:
        draw_sensitivity(told, labels_of(mine.document, (plan_id,), mine.audit_id), picture)
    rows = sensitivity_rows(told)
    tables = [sensitivity_table(told, mine.document)] if told.marked else []
    _tell(context, mine, told.document(), rows, (out, picture), told.sentences(), tables)


def _tell(
    context: Context,
    mine: Studied,
    document: dict[str, Any],
    rows: list[dict[str, Any]],
    written: tuple[Path | None, Path | None],
    lines: list[str],
    tables: list[Any],
) -> None:
    """Write a study and show it."""
    from models.allocation.scenarios.files import write_study

    told = study_document(mine, document)
    if written[0]:
        write_study(told, rows, written[0])
    wrote = [f"Wrote {path}." for path in written if path]
    record = f"Plan {mine.plan_id}, posed again as it was recorded. This look is recorded as {mine.audit_id}."
    context.output.result(told, *tables, lines=[*lines, record, *filter(None, [told["attribution"]]), *wrote])


STUDIES: tuple[click.Command, ...] = (compare, flip, next_hours, frontier, fairness, sensitivity)
