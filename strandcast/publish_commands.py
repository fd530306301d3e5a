"""`strandcast publish` and `strandcast published`: the tables that leave the force, and who was given what of them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strandcast.command import Context, command_options
from strandcast.output import plain_table

if TYPE_CHECKING:
    from models.disclosure.published import Asked, Published, Row, TableName

_DAY = click.DateTime(["%Y-%m-%d"])
_TABLES = ("counts", "expected", "reasons", "hours")
_ROWS_SHOWN = 200


def _choosing(command: Any) -> Any:
    """Add the options that choose rows of the published tables."""
    for option in (
        click.option("--until", type=_DAY, help="Only periods that end by this day."),
        click.option("--since", type=_DAY, help="Only periods that begin on this day or later."),
        click.option("--strand", "strands", multiple=True, help="Only this strand; may be repeated."),
        click.option("--place", "places", multiple=True, help="Only this ward, district or force; may be repeated."),
        click.option("--table", type=click.Choice(_TABLES), default="counts", show_default=True, help="The table."),
    ):
        command = option(command)
    return command


@click.command()
@click.option("--as-of", type=_DAY, help="Use only what was known at this date.")
@command_options
def publish(context: Context, as_of: datetime | None) -> None:
    """Publish what is new of the tables for partners and the public, by disclosure.toml; recorded as a disclosure.

    The weekly run does it too. What is published once stands: nothing is published twice.
    """
    from models.disclosure.publish import ground_of
    from models.disclosure.publish import publish as make
    from models.disclosure.rules import load_rules
    from models.runs import KIND, load_run
    from models.weekly.lock import weekly_lock
    from strandcast.deployment import Deployment

    with Deployment.open(context) as deployment, weekly_lock(deployment.workspace.root):
        workspace, books = deployment.workspace, deployment.books()
        rules = load_rules(workspace.disclosure_file)
        day = as_of.date() if as_of else None
        ground = ground_of(workspace.root, deployment.knowledge(), day, rules, books)
        run = load_run(books.ledger, books.files) if books.ledger.newest(KIND) else None
        made = make(ground, run, deployment.marks(), books)
    if made is None:
        context.output.result({"set": None}, lines=["Nothing new is complete: nothing was published."])
        return
    rows = [[name, f"{count:,}", f"{made.hidden[name]:,}"] for name, count in made.rows.items() if count]
    table = plain_table(f"Published {made.name}", ["table", "numbers", "hidden"], rows, ["numbers", "hidden"])
    lines = [f"Recorded as {made.audit_id}.", "Look at it: strandcast published show"]
    context.output.result(made.as_document(), table, lines=lines)


@click.group()
def published() -> None:
    """The tables that have left the force: what every partner and the public may see."""


@published.command("show")
@_choosing
@command_options
def show(
    context: Context,
    table: TableName,
    places: tuple[str, ...],
    strands: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
) -> None:
    """Show published numbers as they were published; a hidden one is shown as such."""
    from models.disclosure.published import COLUMNS, load_published
    from strandcast.deployment import Deployment

    with Deployment.open(context) as deployment:
        found = load_published(deployment.ledger, deployment.files)
    rows = found.rows(table, _asked(places, strands, since, until))
    columns = COLUMNS[table]
    shown = [["hidden" if row[name] is None else str(row[name]) for name in columns] for row in rows[-_ROWS_SHOWN:]]
    lines = [] if rows else ["Nothing is published of it: strandcast publish"]
    lines += [f"The newest {_ROWS_SHOWN} of {len(rows):,} numbers."] if len(rows) > _ROWS_SHOWN else []
    tables = [plain_table(f"Published: {table}", columns, shown, columns[-1:])] if rows else []
    context.output.result(_document(found, table, rows), *tables, lines=lines)


@published.command("export")
@_choosing
@click.option("--recipient", required=True, metavar="NAME", help="Who is given it; recorded.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="File to write: .csv or .json.")
@command_options
def export(
    context: Context,
    table: TableName,
    places: tuple[str, ...],
    strands: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    recipient: str,
    out: Path,
) -> None:
    """Write published numbers to a file for somebody outside; recorded as a disclosure, before it is written.

    It chooses among numbers that are published: whatever is chosen, however often, tells no more than the whole.
    """
    import hashlib
    import json

    from features.workspace import write_whole
    from ledger.events import Draft
    from models.allocation.papers.tables import check_target
    from models.disclosure.published import KIND, load_published, to_csv
    from strandcast.deployment import Deployment

    check_target(out, (".csv", ".json"))
    with Deployment.open(context) as deployment:
        found = load_published(deployment.ledger, deployment.files)
        rows = found.rows(table, _asked(places, strands, since, until))
        document = _document(found, table, rows)
        text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
        content = to_csv(table, rows, found.marks) if out.suffix == ".csv" else text.encode()
        digest = hashlib.sha256(content).hexdigest()
        details = {"act": "export", "table": table, "rows": len(rows), "file": out.name}
        subject = f"{KIND}/{found.names[-1] if found.names else 'none'}"
        draft = Draft("disclosure", subject, deployment.actor, object_hash=digest, recipient=recipient, details=details)
        audit_id = deployment.ledger.append(draft).audit_id
        write_whole(out.resolve(), content)
    lines = [f"Wrote {len(rows):,} numbers to {out} for {recipient}. Recorded as {audit_id}."]
    context.output.result(
        {"file": str(out), "rows": len(rows), "sha256": digest, "audit_id": audit_id, "recipient": recipient},
        lines=lines,
    )


def _asked(places: tuple[str, ...], strands: tuple[str, ...], since: datetime | None, until: datetime | None) -> Asked:
    from models.disclosure.published import Asked

    days = (None if day is None else day.date() for day in (since, until))
    return Asked(places or None, strands or None, *days)


def _document(found: Published, table: TableName, rows: list[Row]) -> dict[str, Any]:
    return {"table": table, "sets": list(found.names), "terms": dict(found.terms), "rows": [dict(row) for row in rows]}
