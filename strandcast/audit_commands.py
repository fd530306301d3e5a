"""`strandcast audit`: what was recorded, and whether it still stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from strandcast.audit_proofs_commands import (
    Collected,
    checkpoint,
    collected_checkpoints,
    consistency,
    export,
    key,
    prove,
    public_keys,
    read_proof,
)
from strandcast.command import Context, command_options
from strandcast.output import plain_table

if TYPE_CHECKING:
    from ledger.files import FileStore
    from ledger.ledger import Ledger
    from ledger.verify import Verification

_OF_A_BUNDLE = (
    "README.txt of the bundle, which is for people",
    "the files that events name, which are not in it",
)
_NOTES_OF_A_BUNDLE = "the checkpoints in the bundle, since no --key was given"


@click.group()
def audit() -> None:
    """The record: every collection, forecast, plan and answer, chained so that rewriting shows."""


@audit.command("list")
@click.option("--operation", help="Only this operation, such as decision.")
@click.option("--object", "subject", help="Only this object, such as plan/NAME.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="Events to list.")
@command_options
def list_events(context: Context, operation: str | None, subject: str | None, limit: int) -> None:
    """List recorded events, newest first."""
    from ledger.events import OPERATIONS

    if operation is not None and operation not in OPERATIONS:
        raise click.BadParameter(f"'{operation}' is no operation; name one of: {', '.join(OPERATIONS)}.")
    with opened(context) as (ledger, _):
        events = ledger.events(operation=operation, object=subject, limit=limit)
    rows = [
        [event.audit_id, event.time, event.draft.operation, event.draft.object, event.draft.actor, event.draft.outcome]
        for event in events
    ]
    table = plain_table(
        "Recorded events", ["audit id", "time", "operation", "object", "actor", "outcome"], rows, whole=["audit id"]
    )
    document = {"events": [event.as_document() for event in events]}
    if not events:
        context.output.result(document, lines=["No such event is recorded."])
        return
    context.output.result(document, table)


@audit.command("show")
@click.argument("audit_id")
@command_options
def show(context: Context, audit_id: str) -> None:
    """Show one event, and the files that it recorded."""
    from ledger.events import NoSuchRecordError

    with opened(context) as (ledger, _):
        try:
            event = ledger.event(audit_id)
        except NoSuchRecordError as error:
            raise click.UsageError(str(error)) from error
        artefacts = ledger.artefact_of(audit_id)
    document = event.as_document()
    details = document.pop("details")
    said = [[name, "" if value is None else str(value)] for name, value in [*document.items(), *details.items()]]
    files = [[item.kind, item.name, item.path] for item in artefacts]
    tables = [plain_table("Event", ["field", "value"], said)]
    if files:
        tables.append(plain_table("Files", ["kind", "name", "path"], files))
    rows = [{"kind": item.kind, "name": item.name, "sha256": item.sha256, "path": item.path} for item in artefacts]
    context.output.result({**event.as_document(), "artefacts": rows}, *tables)


@audit.command("verify")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--key", "keys", multiple=True, help="Public key of checkpoints, or a file with it; may be repeated.")
@click.option(
    "--checkpoints", type=click.Path(path_type=Path, file_okay=False), help="Folder of checkpoints that were collected."
)
@command_options
def verify(context: Context, file: Path | None, keys: tuple[str, ...], checkpoints: Path | None) -> None:
    """Check the whole record: the chain, its tree, the rows that name files, and the files; or a FILE on its own.

    FILE is a bundle of `strandcast audit export`, or a proof; it needs no workspace. Only checkpoints that somebody
    else collected show that the end was not cut off and that nothing was computed anew.
    """
    from features.workspace import Workspace
    from ledger.bundle.judging import judge
    from ledger.tree.checkpoints import dropped_sizes, kept_sizes
    from ledger.tree.documents import check
    from ledger.unnamed import unnamed_files

    verifiers = public_keys(keys)
    collected = collected_checkpoints(checkpoints, verifiers)
    proof = read_proof(file) if file is not None else None
    if proof is not None:
        proven = check(proof, verifiers, collected.checkpoints)
        document = {"ok": True, "proof": proof["proof"], "size": proven.size, "signed": proven.signed}
        document["collected_of_other_keys"] = collected.others
        context.output.result(document, lines=[proven.sentence, _signed(proven.signed), *collected.told()])
        return
    unnamed, not_kept = None, 0
    if file is not None:
        found = judge(file, verifiers, collected.checkpoints)
    else:
        workspace = Workspace.open(context.root)
        with opened(context) as (ledger, files):
            found = ledger.verify(files, collected.checkpoints, verifiers, bytes.fromhex(workspace.settings.salt))
            unnamed = unnamed_files(ledger, files)
            known = {one.size for one in collected.checkpoints} | dropped_sizes(workspace.checkpoint_folder)
            not_kept = len({size for size in known if size <= found.events} - kept_sizes(ledger.database))
        if found.ok and unnamed.all_of_them:
            found = replace(found, ok=False, problem=unnamed.problem())
    not_checked = () if file is None else _OF_A_BUNDLE if verifiers else (*_OF_A_BUNDLE, _NOTES_OF_A_BUNDLE)
    beside = Besides(unnamed.files if unnamed else 0, not_kept, not_checked)
    _tell(context, found, collected, beside)


@dataclass(frozen=True)
class Besides:
    """What is told beside what a verification found.

    Attributes:
        unnamed: Files that no row names.
        not_kept: Checkpoints that were collected or dropped, and that the database no longer keeps.
        not_checked: What was not looked at.
    """

    unnamed: int
    not_kept: int
    not_checked: Sequence[str]


def _tell(context: Context, found: Verification, collected: Collected, beside: Besides) -> None:
    from ledger.events import audit_id_of

    document = {
        "ok": found.ok,
        "events": found.events,
        "head": found.head,
        "root": found.root,
        "covered_by_checkpoints": found.covered,
        "checkpoints_of_other_keys": found.others,
        "collected_of_other_keys": collected.others,
        "collected_damaged": collected.damaged,
        "first_bad": found.first_bad,
        "problem": found.problem,
        "erased": [{"artefact": name, "on": day} for name, day in found.erased],
        "not_yet_erased": list(found.not_yet_erased),
        "files_that_no_row_names": beside.unnamed,
        "checkpoints_not_kept": beside.not_kept,
        "not_checked": list(beside.not_checked),
    }
    if found.ok:
        noted = audit_id_of(found.events, found.head)
        lines = [
            f"{found.events:,} events verified; the record is consistent in itself.",
            f"Head: {found.head}",
            f"Root: {found.root}",
            *_erased(found),
        ]
        if collected.checkpoints:
            lines += [_covered(found), *collected.told()]
        else:
            lines.append(f"Note {noted} somewhere else: it shows later whether the end was cut off.")
        if beside.unnamed:
            lines.append(f"Files that no row names, as of work that was interrupted: {beside.unnamed:,}.")
        if beside.not_kept:
            why = "they were removed from it, or a backup from before them was restored"
            lines.append(
                f"Checkpoints that were handed out and the database does not hold: {beside.not_kept:,}; {why}."
            )
        if found.others:
            lines.append(f"Checkpoints kept beside it that other keys signed, not judged: {found.others:,}.")
        if beside.not_checked:
            lines.append(f"Not checked: {'; '.join(beside.not_checked)}.")
        context.output.result(document, lines=lines if found.events else ["Nothing is recorded yet."])
        return
    where = "" if found.first_bad is None else f" at event {found.first_bad}"
    context.output.result(document)
    context.output.say(f"strandcast: The record is broken{where}: {found.problem}.")
    click.get_current_context().exit(1)


def _covered(found: Verification) -> str:
    first = f"The collected checkpoints cover events 1 to {found.covered:,}: none of these was rewritten."
    if found.covered == found.events:
        return first
    return f"{first} No collected checkpoint covers what comes after, up to event {found.events:,}."


def _signed(instant: str | None) -> str:
    if instant is None:
        return "Nobody signed its root: compare the root with one that you know from elsewhere, or give --key."
    return f"Its root was signed at {instant} with that key."


def _erased(found: Verification) -> list[str]:
    """Return what is to be said of files that erasures name."""
    days = Counter(day for _, day in found.erased)
    lines = [f"Absent files, erased on {day} as recorded: {files:,}." for day, files in sorted(days.items())]
    if found.not_yet_erased:
        files = len(found.not_yet_erased)
        lines.append(
            f"Files still there though their erasure is recorded: {files:,}. Run strandcast purge to complete it."
        )
    return lines


@contextmanager
def opened(context: Context) -> Iterator[tuple[Ledger, FileStore]]:
    """Yield the record and the files alone: an auditor waits for nothing that forecasts need."""
    from features.workspace import Workspace
    from ledger.files import FileStore
    from ledger.ledger import Ledger

    workspace = Workspace.open(context.root)
    context.mark_synthetic(made_up=workspace.settings.synthetic)
    with Ledger.open(workspace.database_url, context.clock) as ledger:
        yield ledger, FileStore(workspace.root)


for command in (key, checkpoint, prove, consistency, export):
    audit.add_command(command)
