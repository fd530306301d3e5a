"""`strandcast plans`: where plans stand, and deciding on them by name: issue, edit, reject; and writing them out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strandcast.command import Context, command_options
from strandcast.output import plain_table
from strandcast.plan_values import Cell, CellHours
from strandcast.plans_shown import draft_lines, plan_lines, plan_tables, status_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from models.allocation.decisions.history import Decision

_by = click.option("--by", required=True, metavar="NAME", help="Who decides; recorded.")


@click.group()
def plans() -> None:
    """Plans and where they stand: drafts until a named person issues, edits or rejects them."""


@plans.command("list")
@click.option(
    "--status", type=click.Choice(["draft", "issued", "rejected", "superseded"]), help="Only plans of this status."
)
@command_options
def list_plans(context: Context, status: str | None) -> None:
    """List the plans, newest first: where each stands, who decided, when and why."""
    from models.allocation.decisions.history import history
    from strandcast.deployment import Deployment

    with Deployment.open(context) as deployment:
        past = history(deployment.ledger)
    found = [one.as_document() for one in reversed(list(past.plans.values())) if status in (None, one.state)]
    tables = [status_table("Plans", found)] if found else []
    none = (
        "No plan is recorded yet; make one with strandcast allocate." if not past.plans else "No plan has this status."
    )
    context.output.result({"plans": found}, *tables, lines=[] if found else [none])


@plans.command("show")
@click.argument("plan_id", metavar="ID")
@click.option(
    "--week", type=click.Path(path_type=Path), help="Picture of a district's hours by day and shift: .png or .svg."
)
@click.option("--district", default="", metavar="NAME", help="The district of --week.")
@command_options
def show_plan(context: Context, plan_id: str, week: Path | None, district: str) -> None:
    """Show a plan, where it stands, and every decision on it."""
    from models.allocation.decisions.history import history
    from models.allocation.decisions.record import load_plan
    from models.allocation.papers.tables import check_target
    from models.allocation.roster.picture import SUFFIXES, draw_week
    from strandcast.deployment import Deployment

    if week:
        check_target(week, SUFFIXES)
    with Deployment.open(context) as deployment:
        past = history(deployment.ledger)
        status = past.status(plan_id)
        document = load_plan(deployment.ledger, deployment.files, plan_id).as_document()
    decisions = past.of(plan_id)
    tables = [*plan_tables(document), *([_decisions(decisions)] if decisions else [])]
    shown = {**document, "standing": status.as_document(), "decisions": [vars(one) for one in decisions]}
    wrote = []
    if week:
        draw_week(shown, district, week)
        wrote = [f"Wrote {week}."]
    context.output.result(shown, *tables, lines=[*plan_lines(document), status.sentence(), *wrote])


@plans.command("issue")
@click.argument("plan_id", metavar="ID")
@_by
@click.option("--reason", default="", help="In your words; recorded.")
@command_options
def issue_plan(context: Context, plan_id: str, by: str, reason: str) -> None:
    """Put a draft in force for its period, in the place of the plan that was issued before."""
    from models.allocation.decisions.decide import issue
    from strandcast.deployment import Deployment

    with Deployment.open(context) as deployment:
        four_eyes = deployment.workspace.settings.access.on_command_line()
        with deployment.refusals("decision", f"plan/{plan_id}", {"act": "issue", "by": by}):
            done = issue(deployment.books(), plan_id, by=by, reason=reason, four_eyes=four_eyes)
        document = _decided(deployment, done)
    instead = [f"It supersedes plan {done.other}."] if done.other else []
    recorded = f"Recorded as {done.audit_id}."
    lines = [document["sentence"], *instead, recorded, "Next: strandcast tasks list --owner OWNER"]
    context.output.result(document, lines=lines)


@plans.command("reject")
@click.argument("plan_id", metavar="ID")
@_by
@click.option("--reason", required=True, help="Why, in your words; recorded.")
@command_options
def reject_plan(context: Context, plan_id: str, by: str, reason: str) -> None:
    """Set a draft aside for good."""
    from models.allocation.decisions.decide import reject
    from strandcast.deployment import Deployment

    with Deployment.open(context) as deployment:
        done = reject(deployment.books(), plan_id, by=by, reason=reason)
        document = _decided(deployment, done)
    context.output.result(document, lines=[document["sentence"], f"Recorded as {done.audit_id}."])


@plans.command("edit")
@click.argument("plan_id", metavar="ID")
@_by
@click.option("--reason", required=True, help="Why, in your words; recorded.")
@click.option(
    "--set",
    "cells",
    type=Cell(),
    multiple=True,
    required=True,
    metavar="RESOURCE:AREA[:STRAND]=H",
    help="Hours of a resource in an area, exactly; may be repeated.",
)
@command_options
def edit_plan(context: Context, plan_id: str, by: str, reason: str, cells: tuple[CellHours, ...]) -> None:
    """Set some cells of a plan and plan the rest anew around them: a new draft, which names who edited what and why."""
    from models.allocation.decisions.drafts import edit
    from strandcast.deployment import Deployment
    from strandcast.planning import locks_of, sets_of

    with Deployment.open(context) as deployment:
        locks = locks_of(deployment, cells)
        record = edit(deployment.books(), sets_of(deployment), plan_id, locks, by=by, reason=reason)
    document = record.as_document()
    context.output.result(document, *plan_tables(document), lines=[*plan_lines(document), *draft_lines(record)])


@plans.command("export")
@click.argument("plan_id", metavar="ID")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="Tables: .csv, .parquet, .xlsx or .json. Picture: .png or .svg. Briefings: .html, .zip or a folder.",
)
@click.option("--district", metavar="NAME", help="Only the briefing of this district.")
@click.option("--recipient", help="Who is given the file; else you.")
@command_options
def export_plan(context: Context, plan_id: str, out: Path, district: str | None, recipient: str | None) -> None:
    """Write a plan to a file, with where it stands: tables, a picture, or a briefing a district; recorded."""
    from ledger.events import Draft
    from models.allocation.decisions.history import standing
    from models.allocation.decisions.record import KIND, load_plan
    from strandcast.deployment import Deployment
    from strandcast.plan_files import check_file, write_file

    check_file(out, district)
    with Deployment.open(context) as deployment:
        ledger = deployment.ledger
        status = standing(ledger, plan_id)
        document = load_plan(ledger, deployment.files, plan_id).as_document()
        details = {"act": "export", "status": status.state, "file": out.name, "district": district}
        digest = ledger.artefact(KIND, plan_id).sha256
        draft = Draft(
            "disclosure",
            f"{KIND}/{plan_id}",
            deployment.actor,
            object_hash=digest,
            recipient=recipient or deployment.actor,
            details=details,
        )
        audit_id = ledger.append(draft).audit_id
        files = write_file({**document, "standing": status.as_document()}, out, district)
    lines = [*(f"Wrote {file}." for file in files), f"Recorded as {audit_id}.", status.sentence()]
    told = {**status.as_document(), "files": [str(file) for file in files], "audit_id": audit_id}
    context.output.result(told, lines=lines)


def _decided(deployment: Any, done: Decision) -> dict[str, Any]:
    from models.allocation.decisions.history import standing

    status = standing(deployment.ledger, done.plan_id)
    return {**status.as_document(), "other": done.other or None, "audit_id": done.audit_id}


def _decisions(decisions: Sequence[Decision]) -> Table:
    columns = ["when", "what", "plan", "by", "why"]
    rows = [[one.time[:16].replace("T", " "), one.act, one.plan_id, one.by, one.reason] for one in decisions]
    return plain_table("Decisions", columns, rows, whole=["when", "plan"])
