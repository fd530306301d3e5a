"""`strandcast monitor`: whether the champion still forecasts what it was trained for."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from strandcast.command import Context, command_options
from strandcast.output import plain_table

if TYPE_CHECKING:
    from datetime import date

    from models.monitoring.act import Acted
    from strandcast.deployment import Deployment

_CHECK = "check"


class _CheckByDefault(click.Group):
    """A group in which `check` need not be said."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `check` in front of what names no command."""
        shown = {"-h", "--help"}
        if not args or (args[0].startswith("-") and args[0] not in shown):
            args = [_CHECK, *args]
        return super().parse_args(ctx, args)


@click.group(cls=_CheckByDefault)
def monitor() -> None:
    """Whether the champion still forecasts what it was trained for; without a command, `check`."""


@monitor.command(_CHECK)
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Use only what was known at this date.")
@click.option(
    "--act", is_flag=True, help="Suspend the model for the strands that ask for it; else it is only proposed."
)
@click.option("--out", type=click.Path(path_type=Path), help="Report: .html or .md.")
@click.option("--picture", type=click.Path(path_type=Path), help="Picture: .png.")
@command_options
def check(context: Context, as_of: datetime | None, act: bool, out: Path | None, picture: Path | None) -> None:
    """Measure the champion against the weeks since it was trained; what is found is recorded before it is shown."""
    from models.allocation.papers.tables import check_target
    from models.monitoring.picture import draw_monitoring
    from models.monitoring.report import COLUMNS, NUMERIC, monitoring_page, monitoring_rows, monitoring_sentences
    from models.reports.page import check_report, write_report
    from strandcast.deployment import Deployment

    if out:
        check_report(out)
    if picture:
        check_target(picture, (".png",))
    with Deployment.open(context) as deployment:
        acted = monitored(deployment, as_of.date() if as_of else None, act=act)
    document = acted.recorded.document
    if out:
        write_report(monitoring_page(document, [f"Recorded as {acted.recorded.audit_id}."]), out)
    if picture:
        picture.write_bytes(draw_monitoring(document))
    rows = [row for row in monitoring_rows(document) if context.output.as_json or row[6] != "ok"]
    table = plain_table(f"{document['model_version']}: {document['state']}", COLUMNS, rows, NUMERIC)
    lines = [
        *monitoring_sentences(document),
        f"{sum(v['state'] == 'ok' for v in document['verdicts'])} measures are ok; shown are the others.",
        *acted.sentences(),
        f"Recorded as {acted.recorded.audit_id}.",
        *(f"Wrote {path}." for path in (out, picture) if path),
    ]
    context.output.result(acted.as_document(), table, lines=lines)


def monitored(deployment: Deployment, as_of: date | None, *, act: bool) -> Acted:
    """Monitor the champion of a workspace, record it, and where asked to suspend it as the thresholds say."""
    from models.monitoring.act import look
    from models.monitoring.thresholds import load_thresholds
    from models.registry import CHAMPION, load

    workspace = deployment.workspace
    return look(
        deployment.knowledge(),
        load(deployment.ledger, deployment.files, CHAMPION),
        load_thresholds(workspace.monitor_file),
        as_of=as_of,
        act=act,
        marks=deployment.marks(),
        books=deployment.books(),
    )


@monitor.command("lift")
@click.option("--reason", required=True, help="Why, in your words; it is recorded.")
@command_options
def lift_suspension(context: Context, reason: str) -> None:
    """End the champion's suspension: the next forecast is the model's own again."""
    from errors import DataError
    from models.monitoring.act import lift_champion
    from models.registry import CHAMPION, resolve
    from strandcast.deployment import Deployment

    if not reason.strip():
        raise DataError("the reason is empty", place="--reason", fix="say why in your words: it is recorded")
    with Deployment.open(context) as deployment:
        version = resolve(deployment.ledger, CHAMPION)
        lifted = lift_champion(deployment.books(), version, reason=reason, today=context.clock().date())
    lines = [f"{version} is no longer suspended. Recorded as suspension {lifted.name}.", "Next: strandcast forecast"]
    context.output.result(lifted.as_document(), lines=lines)
