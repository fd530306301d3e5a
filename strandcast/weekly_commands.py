"""`strandcast weekly`: one run a week from what partners delivered to a report, for a scheduler."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strandcast.command import Context, command_options
from strandcast.output import plain_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from models.weekly.cycle import Place, Week
    from strandcast.deployment import Deployment

# Something in the input was wrong, and the rest is done.
_INPUT_PROBLEM = 2


@click.command()
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Use only what was known at this date.")
@click.option(
    "--inbox",
    "inboxes",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    multiple=True,
    help="Another folder with a folder a feed in it, beside the workspace's inbox; may be repeated.",
)
@click.option("--hours", type=float, help="Patrol hours of the draft plan; else as resources.toml says.")
@click.option("--propose", is_flag=True, help="Only propose a suspension of the model; a person decides.")
@click.option("--out", type=click.Path(path_type=Path), help="Report: .html or .md; else in the workspace's reports.")
@command_options
def weekly(
    context: Context,
    as_of: datetime | None,
    inboxes: tuple[Path, ...],
    hours: float | None,
    propose: bool,
    out: Path | None,
) -> None:
    """Take in what is new, check, forecast, draft a plan and report; safe to run again.

    Ends with 0, with 2 where some input could not be used and the rest is done, with 1 for a failure of ours.
    """
    from models.reports.page import check_report
    from models.weekly.cycle import Asked, run_week
    from models.weekly.lock import weekly_lock
    from strandcast.deployment import Deployment

    if out:
        check_report(out)
    asked = Asked(as_of.date() if as_of else None, inboxes, hours, act=not propose)
    with Deployment.open(context) as deployment, weekly_lock(deployment.workspace.root):
        with context.output.progress("Reading files") as advance:
            week = run_week(_place(context, deployment, advance), asked)
        written = _written(deployment, week, out)
    document = {**_document(week), "report": str(written[0]), "plan_table": str(written[1]) if week.plan else ""}
    lines = [*_lines(week), *(f"Wrote {path}." for path in written)]
    context.output.result(document, *_expected(week), lines=lines)
    if week.problems:
        raise click.exceptions.Exit(_INPUT_PROBLEM)


def _place(context: Context, deployment: Deployment, advance: Any) -> Place:
    from models.weekly.cycle import Place

    return Place(
        deployment.workspace,
        deployment.books(),
        context.clock,
        deployment.knowledge,
        deployment.proxies,
        tuple(deployment.marks()),
        context.output.say,
        advance,
    )


def _written(deployment: Deployment, week: Week, out: Path | None) -> list[Path]:
    """Write the report where it is wanted, else in the workspace by its period, and the plan's table beside it."""
    from features.workspace import write_whole
    from models.allocation.papers.tables import write_plan
    from models.weekly.cycle import FOLDER

    if out is None:
        folder = deployment.workspace.root / FOLDER
        folder.mkdir(exist_ok=True)
        start = week.outlook.start.isoformat() if week.outlook else "no-forecast"
        out = folder / f"{week.outlook.kind if week.outlook else 'week'}-{start}.html"
    write_whole(out, (week.markdown if out.suffix == ".md" else week.html).encode())
    if week.plan is None:
        return [out]
    table = out.with_name(f"{out.stem}-plan-DRAFT.csv")
    write_plan(week.plan.as_document(), table)
    return [out, table]


def _document(week: Week) -> dict[str, Any]:
    acted, told = week.acted, week.outlook
    return {
        "inbox": [
            {
                "feed": arrival.feed,
                "new_files": arrival.new_files,
                "accepted": arrival.accepted,
                "quarantined": arrival.quarantined,
                "problems": [{"file": name, "problem": why} for name, why in arrival.problems],
            }
            for arrival in week.arrivals
        ],
        "monitoring": acted.as_document() if acted else None,
        "forecast": {"run_id": week.run.run_id, "audit_id": week.run.audit_id, **week.run.meta} if week.run else None,
        "expected": [
            {
                "strand": item.strand,
                "mean": item.expected,
                "q0.1": item.low,
                "q0.9": item.high,
                "fallback": item.fallback,
            }
            for item in (told.strands if told else ())
        ],
        "plan": {"plan_id": week.plan.plan_id, "audit_id": week.plan.audit_id, "draft": True} if week.plan else None,
        "no_plan": week.no_plan,
        "published": week.published.as_document() if week.published else None,
        "no_published_set": week.no_set,
        "problems": week.problems,
    }


def _expected(week: Week) -> list[Table]:
    if week.outlook is None:
        return []
    rows = [
        [item.strand, f"{item.expected:,.1f}", f"{item.low:,.0f}-{item.high:,.0f}", item.fallback]
        for item in week.outlook.strands
    ]
    columns = ["strand", "expected", "8 in 10 times", "fallback"]
    return [plain_table(f"The {week.outlook.kind} from {week.outlook.start}", columns, rows, columns[1:3])]


def _lines(week: Week) -> list[str]:
    lines: list[str] = []
    for arrival in week.arrivals:
        new = f"{arrival.new_files:,} new files, {arrival.accepted:,} rows accepted, {arrival.quarantined:,} refused"
        lines.append(f"{arrival.feed}: {new if arrival.new_files else 'nothing new'}.")
    if week.acted:
        lines.append(f"The model: {week.acted.recorded.document['state']}.")
        lines += week.acted.sentences()
    if week.run:
        notices: Sequence[str] = week.run.meta["notices"]
        lines.append(f"Forecast {week.run.run_id} by {week.run.meta['model_version']}.")
        lines += [f"Notices: {', '.join(notices)}."] if notices else []
    lines.append(f"Draft plan {week.plan.plan_id}." if week.plan else week.no_plan)
    lines.append(f"Published {week.published.name}." if week.published else week.no_set)
    lines += [f"Problem: {problem}" for problem in week.problems]
    return [line for line in lines if line]
