"""`strandcast quarantine`: the rows that broke a rule."""

from itertools import islice

import click

from strandcast.command import Context, command_options
from strandcast.output import plain_table


@click.group()
def quarantine() -> None:
    """Rows that broke a rule of the contract: kept, listed, never counted."""


@quarantine.command("list")
@click.option("--rule", help="Only this rule.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="Rows to list.")
@command_options
def list_rows(context: Context, rule: str | None, limit: int) -> None:
    """List quarantined rows by file, row and rule. Their values are not shown: they may be personal."""
    from errors import DataError
    from features.feeds.rules import RULE
    from features.incidents.quarantine import quarantined_rows, quarantined_totals
    from strandcast.deployment import Deployment

    if rule is not None and rule not in RULE:
        raise DataError(f"'{rule}' is no rule", place="--rule", fix=f"name one of: {', '.join(RULE)}")
    with Deployment.open(context) as deployment:
        archive = deployment.archive()
        totals = quarantined_totals(archive)
        rows = list(islice(quarantined_rows(archive, rule), limit))
    document = {
        "total": sum(totals.values()),
        "rules": totals,
        "rows": [{"subject": item.subject, "file": item.file, "row": item.row, "rule": item.rule} for item in rows],
    }
    summary = plain_table(
        "Quarantined rows by rule",
        ["rule", "rows", "what is wrong", "fix"],
        [[name, f"{count:,}", RULE[name].meaning, RULE[name].fix] for name, count in totals.items()],
        ["rows"],
    )
    listed = plain_table(
        "Rows",
        ["file", "row", "rule", "field"],
        [[item.file, f"{item.row:,}", item.rule, RULE[item.rule].field] for item in rows],
        ["row"],
    )
    if not totals:
        context.output.result(document, lines=["No row is quarantined."])
        return
    context.output.result(document, summary, listed)
