"""`strandcast feeds`: contracts, one a feed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strandcast.command import Context, command_options
from strandcast.output import plain_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from features.feeds.contract import Contract
    from features.incidents.batch import Delivery
    from features.quarantine.rows import Totals


@click.group()
def feeds() -> None:
    """Feeds and their contracts: what a partner shares, why it may, and how its columns are read."""


@feeds.command("list")
@command_options
def list_feeds(context: Context) -> None:
    """List every feed that this workspace can take in, and what is held of it."""
    from features.feeds.catalogue import all_contracts, is_own
    from features.incidents.batch import current, deliveries
    from features.quarantine.rows import totals_by_feed
    from features.workspace import Workspace
    from strandcast.deployment import Deployment

    root = Workspace.open(context.root).root
    contracts = all_contracts(root)
    with Deployment.open(context) as deployment:
        archive = deployment.archive()
        held = [item for _, item in current(deliveries(archive))]
        totals = totals_by_feed(archive)
    documents = [
        {
            **_brief(contract, held, totals),
            "contract": "workspace" if is_own(root, contract.name) else "shipped",
        }
        for contract in contracts
    ]
    mapped = sorted({item.subject for item in held} - {contract.name for contract in contracts})
    documents += [{**_held(name, held, totals), "name": name, "contract": "mapping"} for name in mapped]
    table = plain_table(
        "Feeds",
        ["feed", "use", "by", "files", "accepted", "newest"],
        [
            [
                str(item["name"]),
                *(str(item.get(key) or "") for key in ("use", "period")),
                *([f"{item['files']:,}", f"{item['accepted']:,}"] if item["files"] else ["no feed", ""]),
                str(item["last_day"] or ""),
            ]
            for item in documents
        ],
        ["files", "accepted"],
        ["feed", "newest"],
    )
    lines = ["Take one in: strandcast ingest FEED PATH. Look at one: strandcast feeds show FEED"]
    context.output.result({"feeds": documents}, table, lines=lines)


@feeds.command("show")
@click.argument("feed")
@command_options
def show_feed(context: Context, feed: str) -> None:
    """Show a feed's contract: who shares it, why, for how long, its columns and rules, and what is held of it."""
    from features.feeds.catalogue import is_own, load_contract
    from features.incidents.batch import current, deliveries
    from features.quarantine.rows import totals_by_feed
    from features.workspace import Workspace
    from strandcast.deployment import Deployment

    root = Workspace.open(context.root).root
    contract = load_contract(root, feed)
    with Deployment.open(context) as deployment:
        archive = deployment.archive()
        held = [item for _, item in current(deliveries(archive))]
        totals = totals_by_feed(archive)
    terms = [
        ["title", contract.title],
        ["contract", f"version {contract.version}, {'of this workspace' if is_own(root, feed) else 'shipped'}"],
        ["partner", contract.partner],
        ["owner", contract.owner],
        ["purpose", contract.purpose],
        ["lawful basis", contract.lawful_basis],
        ["use", contract.use],
        ["resolution", f"{contract.period}, by {contract.level}"],
        ["arrives", f"every {contract.arrival.every}, up to {contract.arrival.late_days} days late"],
        ["rows", f"{contract.volume.least:,} to {contract.volume.most:,} a {contract.arrival.every}"],
        ["kept", f"{contract.retention.days:,} days" if contract.retention.days else "without limit"],
        ["revisions", contract.revision_rule],
        ["noticed", contract.provenance.default],
        *_provenance(contract),
        ["shown from", f"counts of {contract.disclosure.minimum_count} on"],
    ]
    columns = [
        [
            name,
            " or ".join(column.column),
            column.type,
            column.unit,
            "required" if column.required else "optional" if column.optional else "",
            ", ".join(column.allowed),
        ]
        for name, column in contract.columns.items()
    ]
    context.output.result(
        {**contract.model_dump(mode="json"), "held": _held(feed, held, totals)},
        plain_table(f"Contract of {feed}", ["term", "what is agreed"], terms),
        plain_table("Columns", ["name", "in the files", "type", "unit", "blank", "allowed"], columns),
        lines=[_held_line(feed, held, totals)],
    )


@feeds.command("new")
@click.argument("feed")
@click.option(
    "--from",
    "sample",
    type=click.Path(path_type=Path),
    help="A file of the feed, or a folder of them: the columns are listed.",
)
@click.option("--like", metavar="FEED", help="Begin with a copy of this feed's contract.")
@command_options
def new_feed(context: Context, feed: str, sample: Path | None, like: str | None) -> None:
    """Begin a contract: a TOML file in the workspace to fill in, without code."""
    from features.feeds.draft import write_draft
    from features.workspace import Workspace

    path = write_draft(Workspace.open(context.root).root, feed, sample, like)
    lines = [
        f"Wrote {path}.",
        f"Next: fill it in, look at it with strandcast feeds show {feed}, then strandcast ingest {feed} PATH",
    ]
    context.output.result({"feed": feed, "file": str(path)}, lines=lines)


def _provenance(contract: Contract) -> list[list[str]]:
    """Return how incidents came to notice: what settles it, and which offences are mixed."""
    terms = contract.provenance
    classes: dict[str, list[str]] = {}
    for table in (terms.values, terms.offences):
        for value, name in table.items():
            classes.setdefault(name, []).append(value)
    rows = [[f"  {name}", ", ".join(values)] for name, values in classes.items()]
    return [*rows, *([["  mixed", ", ".join(terms.mixed)]] if terms.mixed else [])]


def _brief(contract: Contract, held: Sequence[Delivery], totals: Mapping[str, Totals]) -> dict[str, Any]:
    return {
        "name": contract.name,
        "title": contract.title,
        "partner": contract.partner,
        "use": contract.use,
        "period": contract.period,
        "version": contract.version,
        **_held(contract.name, held, totals),
    }


def _held(name: str, held: Sequence[Delivery], totals: Mapping[str, Totals]) -> dict[str, Any]:
    own = [item for item in held if item.subject == name]
    runs = [run for item in own for covered in item.covers.values() for run in covered]
    return {
        "files": sum(not item.released_from for item in own),
        "accepted": sum(item.accounts.accepted for item in own),
        "quarantined": totals[name].open if name in totals else 0,
        "released": totals[name].released if name in totals else 0,
        "first_day": min((run.first.isoformat() for run in runs), default=None),
        "last_day": max((run.last.isoformat() for run in runs), default=None),
        "received_at": max((item.received_at.isoformat() for item in own), default=None),
    }


def _held_line(name: str, held: Sequence[Delivery], totals: Mapping[str, Totals]) -> str:
    own = _held(name, held, totals)
    if not own["files"]:
        return f"Nothing is held of {name}: it shows as 'no feed', never as 0."
    days = f"{own['first_day']} to {own['last_day']}"
    return f"Held: {own['files']:,} files, {own['accepted']:,} rows, {days}; {own['quarantined']:,} rows in quarantine."
