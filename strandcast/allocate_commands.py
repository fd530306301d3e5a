"""`strandcast allocate`: a plan of hours for every resource, recorded as a draft."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strandcast.command import Context, command_options
from strandcast.plan_values import Cell, DistrictHours, ResourceHours
from strandcast.plans_shown import draft_lines, plan_lines, plan_tables

if TYPE_CHECKING:
    from models.allocation.choices import Choices
    from models.allocation.decisions.record import PlanRecord
    from models.runs import ForecastRun
    from strandcast.deployment import Deployment

# What may stand beside --around: all else is as the plan that it goes around has it.
_BESIDE_AROUND = ("around", "locks", "out", "picture")


@click.group(invoke_without_command=True)
@click.option(
    "--hours",
    type=ResourceHours(),
    multiple=True,
    metavar="H|RESOURCE=H",
    help="Hours of the period, of all patrols together or of one resource; may be repeated.",
)
@click.option("--objective", type=click.Choice(["reached", "prevented"]), help="Harm reached, or harm prevented.")
@click.option("--effect", type=click.Choice(["low", "central", "high"]), help="Number of each estimate; else central.")
@click.option("--weights", metavar="SET", help="Set of harm weights, of harm.toml.")
@click.option("--whole-shifts", is_flag=True, help="Hours are whole shifts of whole crews.")
@click.option("--worst-weeks", is_flag=True, help="Protect the worst weeks.")
@click.option("--minimum", type=float, help="Fewest hours of every area.")
@click.option("--maximum", type=float, help="Most hours of any area.")
@click.option(
    "--district-minimum",
    type=DistrictHours(),
    multiple=True,
    metavar="NAME=HOURS",
    help="Fewest hours of a district's areas together; may be repeated.",
)
@click.option(
    "--lock",
    "locks",
    type=Cell(),
    multiple=True,
    metavar="RESOURCE:AREA[:STRAND]=H",
    help="Hours of a resource in an area, exactly; may be repeated.",
)
@click.option("--around", metavar="PLAN", help="Plan anew around the declined tasks of this plan in force.")
@click.option(
    "--resources", type=click.Path(path_type=Path), help="Resources, TOML; left out: the workspace's resources.toml."
)
@click.option("--run", "run_id", metavar="ID", help="Forecast run to plan on; left out: the newest.")
@click.option("--horizon", type=click.IntRange(1), help="Period to plan; left out: the next that is still to come.")
@click.option("--out", type=click.Path(path_type=Path), help="Plan: .csv or .parquet (a row an area), .xlsx or .json.")
@click.option("--picture", type=click.Path(path_type=Path), help="Picture of the plan: .png or .svg.")
@command_options
def allocate(context: Context, /, **asked: Any) -> None:
    """Place hours where they reach most expected harm, and record the plan as a draft before it is shown."""
    if click.get_current_context().invoked_subcommand is None:
        _plan(context, asked)


def _plan(context: Context, asked: dict[str, Any]) -> None:
    from models.allocation.papers.tables import check_target, write_plan
    from strandcast.deployment import Deployment

    out, picture = asked["out"], asked["picture"]
    if out:
        check_target(out)
    if picture:
        from models.allocation.papers.picture import SUFFIXES

        check_target(picture, SUFFIXES)
    with Deployment.open(context) as deployment:
        record = _around(deployment, asked) if asked["around"] else _new(deployment, asked)
    document = record.as_document()
    if out:
        write_plan(document, out)
    if picture:
        from models.allocation.papers.picture import draw_plan

        draw_plan(document, picture)
    written = [f"Wrote {path}." for path in (out, picture) if path]
    context.output.result(
        document, *plan_tables(document), lines=[*plan_lines(document), *draft_lines(record), *written]
    )


def _new(deployment: Deployment, asked: dict[str, Any]) -> PlanRecord:
    from ledger.events import NoSuchRecordError
    from models.allocation.decisions.drafts import draft
    from models.allocation.resources import load_resources
    from models.runs import load_run
    from strandcast.planning import sets_of

    try:
        run = load_run(deployment.ledger, deployment.files, asked["run_id"])
    except NoSuchRecordError as error:
        raise click.UsageError(str(error)) from error
    workspace = deployment.workspace
    resources = load_resources(asked["resources"] or workspace.resources_file, workspace.taxonomy())
    return draft(run, resources, _choices(deployment, run, asked), deployment.books(), sets_of(deployment))


def _around(deployment: Deployment, asked: dict[str, Any]) -> PlanRecord:
    from models.allocation.decisions.drafts import around
    from strandcast.planning import locks_of, sets_of

    others = [name for name, value in asked.items() if name not in _BESIDE_AROUND and value not in (None, (), False)]
    if others:
        option = {"run_id": "run"}.get(others[0], others[0]).replace("_", "-")
        raise click.UsageError(f"--{option} beside --around: all but the declined tasks stays as the plan has it")
    locks = locks_of(deployment, asked["locks"])
    return around(deployment.books(), sets_of(deployment), asked["around"], locks)


def _choices(deployment: Deployment, run: ForecastRun, asked: dict[str, Any]) -> Choices:
    from models.allocation.choices import Choices
    from strandcast.planning import locks_of

    hours, cells = asked["hours"], asked["locks"]
    _check_once([code for code, _ in hours], "--hours")
    by_resource = dict(hours)
    return Choices(
        horizon=asked["horizon"] or run.next_horizon,
        total_hours=by_resource.pop("", None),
        hours=by_resource,
        minimum_per_area=asked["minimum"],
        maximum_per_area=asked["maximum"],
        minimum_per_district=dict(asked["district_minimum"]),
        objective=asked["objective"],
        effect=asked["effect"] or "central",
        harm_set=asked["weights"],
        whole_shifts=asked["whole_shifts"] or None,
        worst_weeks=asked["worst_weeks"] or None,
        locks=locks_of(deployment, cells),
    )


def _check_once(codes: list[str], option: str) -> None:
    twice = next((code for code in codes if codes.count(code) > 1), None)
    if twice is not None:
        raise click.UsageError(f"{option}: {f'hours of {twice}' if twice else 'a plain total'} is given twice")
