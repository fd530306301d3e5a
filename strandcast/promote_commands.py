"""`strandcast promote` and `rollback`: how a model becomes champion, and how the one before it comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from strandcast.command import Context, command_options
from strandcast.output import plain_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.table import Table

    from strandcast.deployment import Deployment
    from training.promote import Promotion, Registry

_REFUSED = 2
_COLUMNS = ["check", "against", "figure (interval)", "must", "outcome"]


@click.command()
@click.option("--model", "name", default="challenger", show_default=True, help="challenger, or a version.")
@click.option("--reason", required=True, help="Why, in your words; it is recorded.")
@click.option("--despite", metavar="REASON", help="Why it is promoted even if the gate refuses it; recorded and shown.")
@click.option("--no-tracking", is_flag=True, help="Leave MLflow out.")
@command_options
def promote(context: Context, name: str, reason: str, despite: str | None, no_tracking: bool) -> None:
    """Let the challenger, or any version, through the gate, and make it the champion that forecasts are made with."""
    from strandcast.deployment import Deployment
    from training.gate.settings import Gate
    from training.promote import promote as run_promotion

    with (
        Deployment.open(context) as deployment,
        deployment.refusals("model", f"model/{name}", {"act": "promote", "reason": reason}),
        context.output.progress("Comparing at the gate") as advance,
    ):
        promotion = run_promotion(
            _registry(deployment, off=no_tracking),
            deployment.knowledge(),
            Gate.of(deployment.workspace.gate_file),
            name=name,
            reason=reason,
            despite=despite,
            synthetic=deployment.workspace.settings.synthetic,
            advance=advance,
        )
    _print(context, promotion, despite)


@click.command()
@click.option("--reason", required=True, help="Why, in your words; it is recorded.")
@click.option("--no-tracking", is_flag=True, help="Leave MLflow out.")
@command_options
def rollback(context: Context, reason: str, no_tracking: bool) -> None:
    """Put the former champion back; it passes its pre-flight, and no gate looks at it."""
    from strandcast.deployment import Deployment
    from training.promote import roll_back

    with Deployment.open(context) as deployment:
        done = roll_back(_registry(deployment, off=no_tracking), reason=reason)
    document = {
        "version": done.version,
        "alias": "champion",
        "replaced": done.replaced,
        "gate": "not asked",
        "mirrored_in_mlflow": done.mirrored,
        "audit_id": done.audit_id,
    }
    lines = [
        f"{done.version} is champion again, in the place of {done.replaced}. Recorded as {done.audit_id}.",
        "Its pre-flight passed; the gate was not asked, and the record says so.",
        "Next: strandcast forecast",
    ]
    context.output.result(document, lines=lines)


def checks_table(checks: Iterable[Mapping[str, Any]], title: str) -> Table:
    """Return the checks of a decision as a table."""
    rows = [
        [
            f"{check['name']}: {check['about']}",
            check["against"],
            check["shown"],
            check["rule"],
            check["outcome"],
        ]
        for check in checks
    ]
    return plain_table(title, _COLUMNS, rows, whole=["figure (interval)", "outcome"])


def _print(context: Context, promotion: Promotion, despite: str | None) -> None:
    decision = promotion.decision
    document = {
        "version": promotion.version,
        "alias": "champion" if promotion.promoted else None,
        "replaced": promotion.replaced if promotion.promoted else None,
        "champion": promotion.version if promotion.promoted else promotion.replaced,
        "gate": decision.document(),
        "evidence": promotion.evidence,
        "despite": despite if decision.verdict == "refused" else None,
        "mirrored_in_mlflow": promotion.mirrored,
        "audit_id": promotion.audit_id,
    }
    compared = decision.comparison
    title = f"Recipes fitted again at {len(compared.origins)} past origins" if compared else "Nothing was compared"
    table = checks_table([check.document() for check in decision.checks], title)
    recorded = f"Recorded as {promotion.audit_id}, with its evidence as gate/{promotion.evidence}."
    if promotion.promoted:
        overruled = [f"Promoted all the same: {despite}"] if decision.verdict == "refused" else []
        lines = [*decision.notes, decision.sentence(), *overruled, f"{promotion.version} is champion."]
        context.output.result(document, table, lines=[*lines, recorded, "Next: strandcast forecast"])
        return
    context.output.result({"error": decision.sentence(), **document}, table, lines=[*decision.notes, recorded])
    context.output.say(f"strandcast: {decision.sentence()}")
    click.get_current_context().exit(_REFUSED)


def _registry(deployment: Deployment, *, off: bool) -> Registry:
    from strandcast.model_commands import tracker_of
    from training.promote import Registry

    four_eyes = deployment.workspace.settings.access.on_command_line()
    tracker = tracker_of(deployment, off=off)
    return Registry(deployment.ledger, deployment.files, tracker, deployment.actor, four_eyes=four_eyes)
