"""`strandcast quarantine`: the rows that broke a rule, and what can be done about them."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strandcast.command import Context, command_options
from strandcast.output import plain_table

if TYPE_CHECKING:
    from features.feeds.mapping import FeedMapping
    from features.quarantine.shown import RowHistory

_mapping_option = click.option(
    "--mapping",
    "mapping_file",
    type=click.Path(path_type=Path),
    help="Mapping of the feed, TOML, where it was ingested under one.",
)


@click.group()
def quarantine() -> None:
    """Rows that broke a rule of the contract: kept, never counted, until they are corrected and released."""


@quarantine.command("list")
@click.option("--feed", help="Only this feed.")
@click.option("--rule", help="Only this rule.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="Rows to list.")
@command_options
def list_rows(context: Context, feed: str | None, rule: str | None, limit: int) -> None:
    """List open rows by id, file, row and rule. Their values are not shown: they may be personal."""
    from features.feeds.rules import RULE
    from features.quarantine.rows import quarantined_rows, quarantined_totals
    from strandcast.deployment import Deployment

    _check_rule(rule)
    with Deployment.open(context) as deployment:
        archive = deployment.archive()
        totals = quarantined_totals(archive, feed)
        rows = list(islice(quarantined_rows(archive, feed, rule), limit))
    document = {
        "total": totals.open,
        "released": totals.released,
        "rules": dict(totals.rules),
        "rows": [
            {"id": row.id, "feed": row.feed, "file": row.file, "row": row.row, "rule": row.rule, "field": row.field}
            for row in rows
        ],
    }
    let_go = f"{totals.released:,} rows were released from quarantine."
    if not totals.open:
        context.output.result(document, lines=["No row is in quarantine.", *([let_go] if totals.released else [])])
        return
    summary = plain_table(
        "Quarantined rows by rule",
        ["rule", "rows", "what is wrong", "fix"],
        [[name, f"{count:,}", RULE[name].meaning, RULE[name].fix] for name, count in totals.rules.items()],
        ["rows"],
    )
    listed = plain_table(
        "Rows",
        ["id", "feed", "file", "row", "rule", "field"],
        [[row.id, row.feed, row.file, f"{row.row:,}", row.rule, row.field] for row in rows],
        ["row"],
        ["id"],
    )
    lines = [
        f"{totals.open:,} rows are open. {let_go}",
        "Look at one: strandcast quarantine show ID. Correct them: strandcast quarantine export --out FILE.csv",
    ]
    context.output.result(document, summary, listed, lines=lines)


@quarantine.command("show")
@click.argument("row_id", metavar="ID")
@_mapping_option
@command_options
def show_row(context: Context, row_id: str, mapping_file: Path | None) -> None:
    """Show one row: the rule that it broke, what happened to it, and of its values those of declared code lists."""
    from features.feeds.catalogue import contract_names
    from features.feeds.declared import Declared
    from features.incidents.plans import contract_of, wanted_under
    from features.quarantine.shown import feed_of, row_history
    from strandcast.deployment import Deployment

    mapping = _mapping(mapping_file)
    with Deployment.open(context) as deployment:
        archive, workspace = deployment.archive(), deployment.workspace
        feed = feed_of(archive, row_id)
        wanted, declared = {}, Declared({})
        if mapping is not None or feed in contract_names(workspace.root):
            contract = contract_of(workspace, feed, mapping)
            areas = workspace.areas()
            declared = Declared.of(contract, workspace.taxonomy(), areas.codes if areas else ())
            wanted = wanted_under(contract)
        told = row_history(archive, row_id, wanted, declared)
        events = [deployment.ledger.event_of(step.entry.kind, step.entry.name) for step in told.steps]
    document = _row_document(told)
    steps = [
        {
            "at": step.at,
            "actor": event.draft.actor,
            "what": step.what,
            "reason": step.reason,
            "audit_id": event.audit_id,
        }
        for step, event in zip(told.steps, events, strict=True)
    ]
    context.output.result(
        {**document, "values": dict(told.values), "history": steps},
        plain_table("Row", ["", ""], [[name, str(value)] for name, value in document.items()]),
        plain_table("Values", ["column", "value"], [[name, value] for name, value in told.values.items()]),
        plain_table("History", ["at", "actor", "what", "reason", "audit id"], [list(step.values()) for step in steps]),
        lines=[] if wanted else ["Its values: name with --mapping the file that it was ingested with."],
    )


@quarantine.command("export")
@click.option("--feed", help="Only this feed; needed where rows of several are open.")
@click.option("--rule", help="Only rows that break this rule.")
@_mapping_option
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="File to write, .csv.")
@click.option("--recipient", help="Who is given the file; else you.")
@command_options
def export(
    context: Context, feed: str | None, rule: str | None, mapping_file: Path | None, out: Path, recipient: str | None
) -> None:
    """Write open rows to a file that can be corrected and given back. What it holds may be personal: it is recorded."""
    import hashlib

    from errors import DataError
    from features.feeds.reading import file_mark
    from features.incidents.plans import contract_of, wanted_under
    from features.quarantine.export import export_rows, feed_to_export
    from features.workspace import write_whole
    from ledger.events import Draft
    from strandcast.deployment import Deployment

    _check_rule(rule)
    if out.suffix.lower() != ".csv" or not out.resolve().parent.is_dir():
        raise DataError("is no place for a CSV", place=str(out), fix="name a .csv file in a folder that exists")
    mapping = _mapping(mapping_file)
    with Deployment.open(context) as deployment:
        archive = deployment.archive()
        chosen = feed_to_export(archive, feed)
        contract = contract_of(deployment.workspace, chosen, mapping)
        exported = export_rows(archive, chosen, rule, wanted_under(contract))
        digest = hashlib.sha256(exported.content).hexdigest()
        # The file holds values of rows that are to be erased, so its own hash is not recorded for good.
        mark = file_mark(digest, bytes.fromhex(deployment.workspace.settings.salt))
        details = {"rows": exported.rows, "rule": rule, "file": out.name, "content": mark}
        draft = Draft(
            "disclosure",
            f"quarantine/{chosen}",
            deployment.actor,
            recipient=recipient or deployment.actor,
            details=details,
        )
        audit_id = deployment.ledger.append(draft).audit_id
        write_whole(out.resolve(), exported.content)
    lines = [
        f"Wrote {exported.rows:,} rows of {chosen} to {out}. Recorded as {audit_id}.",
        "Next: correct the cells, keep quarantine_id, then",
        f"strandcast quarantine release --corrected {out} --reason TEXT",
    ]
    document = {"feed": chosen, "rows": exported.rows, "file": str(out), "sha256": digest, "audit_id": audit_id}
    context.output.result(document, lines=lines)


@quarantine.command("release")
@click.option(
    "--corrected", "corrected_file", type=click.Path(path_type=Path), help="Exported file with corrected cells."
)
@click.option("--feed", help="Rows of this feed, as they are or with a value replaced.")
@click.option("--rule", help="With --feed: only rows that break this rule.")
@click.option("--column", help="With --feed: column in which a value is replaced, by its name in the contract.")
@click.option("--from", "before", help='With --column: the value that is replaced; "" for blank.')
@click.option("--to", "after", help="With --column: the value that goes in its place.")
@_mapping_option
@click.option("--reason", required=True, help="Why, in your words; recorded.")
@command_options
def release(
    context: Context,
    corrected_file: Path | None,
    feed: str | None,
    rule: str | None,
    column: str | None,
    before: str | None,
    after: str | None,
    mapping_file: Path | None,
    reason: str,
) -> None:
    """Read rows again and let those that keep the contract count: corrected in a file, by a rule, or as they are."""
    from features.incidents.lock import ingest_lock
    from features.quarantine.release import release as release_rows
    from features.quarantine.ways import Choice, chosen_way
    from features.workspace import Workspace
    from strandcast.deployment import Deployment

    _check_rule(rule)
    workspace, mapping = Workspace.open(context.root), _mapping(mapping_file)
    with ingest_lock(workspace.incidents_folder), Deployment.open(context) as deployment:
        archive = deployment.archive()
        choice = Choice(deployment.actor, reason, mapping, corrected_file, feed, rule, column, before, after)
        attempts, rereading, order, not_stored = chosen_way(workspace, archive, choice, context.clock)
        report = release_rows(attempts, rereading, order, archive)
    accounts = report.accounts
    document = {
        **accounts.as_document(),
        "feed": rereading.contract.name,
        "released": report.released,
        "still_quarantined": accounts.quarantined,
        "files": [{"file": file, **own.as_document()} for file, own in report.files],
        "columns_not_stored": list(not_stored),
        "audit_id": report.audit_id,
    }
    rows = [[name, f"{getattr(accounts, name):,}"] for name in ("read", "accepted", "duplicate", "superseded")]
    rows += [["quarantined", f"{accounts.quarantined:,}"]]
    lines = [
        "read = accepted + duplicate + superseded + quarantined",
        f"{report.released:,} rows left the quarantine, {accounts.quarantined:,} are still in it.",
        f"Recorded as {report.audit_id}." if report.audit_id else "Nothing changed, so nothing was recorded.",
    ]
    if not_stored:
        lines.insert(1, f"Not stored (not in the contract): {', '.join(not_stored)}.")
    context.output.result(document, plain_table("Rows", ["", "rows"], rows, ["rows"]), lines=lines)


def _check_rule(rule: str | None) -> None:
    from errors import DataError
    from features.feeds.rules import RULE

    if rule is not None and rule not in RULE:
        raise DataError(f"'{rule}' is no rule", place="--rule", fix=f"name one of: {', '.join(RULE)}")


def _mapping(file: Path | None) -> FeedMapping | None:
    from features.feeds.mapping import load_mapping

    return load_mapping(file) if file else None


def _row_document(told: RowHistory) -> dict[str, Any]:
    from features.feeds.rules import RULE

    row = told.row
    state = told.outcome if told.outcome == "open" else f"released, {told.outcome}"
    return {
        "id": row.id,
        "feed": row.feed,
        "file": row.file,
        "row": row.row,
        "state": state if told.is_current else f"{state}; a newer reading of its file goes in its place",
        "rule": row.rule,
        "field": row.field,
        "meaning": RULE[row.rule].meaning,
        "fix": RULE[row.rule].fix,
        "received_at": told.steps[0].at,
    }
