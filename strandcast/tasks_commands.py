"""`strandcast tasks`: what a plan in force asks of the owners of resources, and what they say to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from strandcast.command import Context, command_options
from strandcast.output import plain_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from models.allocation.decisions.answers import Asked

OWNERS = ("police", "council", "charity", "health", "fire", "business")


@click.group()
def tasks() -> None:
    """Tasks of a plan in force, by owner: hours in a ward or district, to accept or to decline."""


@tasks.command("list")
@click.option("--owner", type=click.Choice(OWNERS), required=True, help="Whose tasks.")
@click.option("--plan", "plan_id", metavar="ID", help="Plan in force; left out: the newest.")
@command_options
def list_tasks(context: Context, owner: str, plan_id: str | None) -> None:
    """List an owner's tasks: hours, strands, expected incidents of these by ward or district, and what was said."""
    from models.allocation.decisions.answers import asked_of
    from strandcast.deployment import Deployment

    with Deployment.open(context) as deployment:
        found = asked_of(deployment.books(), plan_id, owner)
    document = {"owner": owner, "tasks": [one.as_document() for one in found]}
    lines = [f"Of plan {found[0].task.plan_id}."] if found else [f"No hours of the plan are of {owner}."]
    if any(one.state == "open" for one in found):
        lines.append("Next: strandcast tasks accept TASK --by NAME, or decline TASK --by NAME --reason TEXT")
    context.output.result(document, *([_table(owner, found)] if found else []), lines=lines)


@tasks.command("accept")
@click.argument("task_id", metavar="TASK")
@click.option("--by", required=True, metavar="NAME", help="Who accepts; recorded.")
@click.option("--reason", default="", help="In your words; recorded.")
@command_options
def accept_task(context: Context, task_id: str, by: str, reason: str) -> None:
    """Accept a task of a plan in force."""
    from models.allocation.decisions.answers import accept
    from strandcast.deployment import Deployment

    with Deployment.open(context) as deployment:
        done = accept(deployment.books(), task_id, by=by, reason=reason)
    context.output.result(done.as_document(), lines=[_sentence(done)])


@tasks.command("decline")
@click.argument("task_id", metavar="TASK")
@click.option("--by", required=True, metavar="NAME", help="Who declines; recorded.")
@click.option("--reason", required=True, help="Why, in your words; recorded.")
@command_options
def decline_task(context: Context, task_id: str, by: str, reason: str) -> None:
    """Decline a task of a plan in force; the plan stays as it is until somebody plans around it."""
    from models.allocation.decisions.answers import decline
    from strandcast.deployment import Deployment

    with Deployment.open(context) as deployment:
        done = decline(deployment.books(), task_id, by=by, reason=reason)
    lines = [_sentence(done), f"Next: strandcast allocate --around {done.task.plan_id}"]
    context.output.result(done.as_document(), lines=lines)


def _sentence(done: Asked) -> str:
    task, answer = done.task, done.answer
    who = f" by {answer.by}. Recorded as {answer.audit_id}." if answer else "."
    return f"{task.hours:,.10g} hours of {task.name} in {task.place} are {done.state}{who}"


def _table(owner: str, found: Sequence[Asked]) -> Table:
    columns = ["task", "resource", "place", "hours", "strands", "expected", "status", "by", "why"]
    rows = [
        [
            one.task.task_id,
            one.task.name,
            f"{one.task.level} {one.task.place}",
            f"{one.task.hours:,.10g}",
            ", ".join(f"{strand} {hours:,.10g}" for strand, hours in one.task.strands.items()),
            f"{sum(one.task.expected.values()):.1f}",
            one.state,
            one.answer.by if one.answer else "",
            one.answer.reason if one.answer else "",
        ]
        for one in found
    ]
    return plain_table(f"Tasks of {owner}", columns, rows, ["hours", "expected"], ["task", "status"])
