"""`strandcast audit replay`: what was answered made again from what was recorded, and compared to the bit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from strandcast.command import Context, command_options
from strandcast.output import plain_table

if TYPE_CHECKING:
    from rich.table import Table

    from models.replay.outcome import Replay

_DIFFERS, _CANNOT = 1, 2
_DIGITS = 16


@click.command("replay")
@click.argument("asked", metavar="ID")
@command_options
def replay(context: Context, asked: str) -> None:
    """Make again what ID names (an audit id, a forecast run, a plan, a study or a model), and compare it to the bit.

    Only what was recorded by then is looked at. The exit code is 0 where it is the same, or within 1e-9 on another
    processor, 1 where it differs, and 2 where something that it was made with is absent.
    """
    from models.replay.replay import Replayer
    from serving.record.again import ServedAgain
    from strandcast.deployment import Deployment

    with Deployment.open(context) as deployment:
        workspace, ledger = deployment.workspace, deployment.ledger
        answers = ServedAgain(workspace, ledger)
        found = Replayer(ledger, deployment.files, workspace.settings.salt, answers).replay(asked)
    where = [f"{part.sentence()}." for part in found.parts if part.said]
    lines = [*found.notes, *where, *_surroundings(found), found.sentence()]
    context.output.result(found.document(), _parts(found), lines=lines)
    code = {"differs": _DIFFERS, "cannot": _CANNOT}.get(found.outcome, 0)
    if code:
        click.get_current_context().exit(code)


def _parts(found: Replay) -> Table:
    rows = [[part.name, part.verdict, part.recorded[:_DIGITS], part.found[:_DIGITS]] for part in found.parts]
    columns = ["part", "found", "recorded", "now"]
    return plain_table(f"{found.object}, recorded as {found.audit_id}", columns, rows, whole=columns)


def _surroundings(found: Replay) -> list[str]:
    return [
        f"Not of then: {item.part} was {item.recorded[:_DIGITS] or 'none'}, is {item.present[:_DIGITS] or 'none'}."
        for item in found.surroundings
    ]
