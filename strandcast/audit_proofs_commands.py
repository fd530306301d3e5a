"""`strandcast audit`: what shows others that the record was not rewritten: keys, checkpoints, proofs and bundles."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strandcast.command import Context, command_options

if TYPE_CHECKING:
    from features.workspace import Workspace
    from ledger.tree.notes import Checkpoint, Signer, Verifier

_out_option = click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write it to, .json.")


@click.command("key")
@click.option(
    "--name", required=True, help="Name of the ledger in its checkpoints, such as essex.police.uk/strandcast."
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="File for the secret key.")
@command_options
def key(context: Context, name: str, out: Path) -> None:
    """Make a key that signs checkpoints: the secret half into a file, the public half printed for those who verify."""
    import os
    import secrets

    from errors import DataError
    from ledger.tree.notes import Signer
    from serving.record.keeping import KEY_FILE_VARIABLE

    signer = Signer.make(name, secrets.token_bytes(32))
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise DataError("is there already", place=str(out), fix="name another file: a key is never replaced") from None
    except OSError as error:
        raise DataError(f"cannot be written ({error.strerror})", place=str(out), fix="name another file") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(signer.text() + "\n")
    public = signer.verifier.text()
    lines = [
        f"Public key: {public}",
        "Give it to those who verify, by another way than the checkpoints.",
        f"The secret key is in {out}. Set {KEY_FILE_VARIABLE} to it where checkpoints are signed.",
    ]
    context.output.result({"name": name, "public_key": public, "secret_key_file": str(out)}, lines=lines)


@click.command("checkpoint")
@click.option("--if-due", is_flag=True, help="Only when one is due by the settings; for a scheduler.")
@command_options
def checkpoint(context: Context, if_due: bool) -> None:
    """Sign how long the record is now, with what root, and drop the note where others collect it."""
    from features.workspace import Workspace
    from ledger.ledger import Ledger
    from ledger.tree.checkpoints import Policy, write_checkpoint

    workspace = Workspace.open(context.root)
    settings, signer = workspace.settings.ledger, _signer()
    policy = Policy(_folder(workspace), settings.checkpoint_events, settings.checkpoint_minutes)
    with Ledger.open(workspace.database_url, context.clock) as ledger:
        kept = write_checkpoint(ledger.database, signer, policy, context.clock(), only_when_due=if_due)
    if kept is None:
        context.output.result({"size": None, "note": None}, lines=["No checkpoint: nothing new, or none is due."])
        return
    lines = [f"Signed: {kept.size:,} events. Dropped into {policy.folder}."]
    context.output.result({"size": kept.size, "note": kept.note, "folder": str(policy.folder)}, lines=lines)


@click.command("prove")
@click.argument("audit_id")
@click.option("--size", type=click.IntRange(1), help="Among so many events; else up to the newest checkpoint.")
@_out_option
@command_options
def prove(context: Context, audit_id: str, size: int | None, out: Path | None) -> None:
    """Prove that an event is in the record: a page that anybody can check with the public key."""
    from ledger.events import NoSuchRecordError
    from ledger.tree.proving import prove_inclusion
    from strandcast.audit_commands import opened

    with opened(context) as (ledger, _):
        try:
            document = prove_inclusion(ledger, audit_id, size)
        except NoSuchRecordError as error:
            raise click.UsageError(str(error)) from error
    _hand_over(context, document, out)


@click.command("consistency")
@click.option("--from", "old", type=click.IntRange(1), required=True, help="Events of the older state.")
@click.option(
    "--to", "new", type=click.IntRange(1), help="Events of the newer one; else those of the newest checkpoint."
)
@_out_option
@command_options
def consistency(context: Context, old: int, new: int | None, out: Path | None) -> None:
    """Prove that an older state of the record is the beginning of a newer one."""
    from ledger.tree.proving import prove_consistency
    from strandcast.audit_commands import opened

    with opened(context) as (ledger, _):
        document = prove_consistency(ledger, old, new)
    _hand_over(context, document, out)


@click.command("export")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="File to write, .zip.")
@command_options
def export(context: Context, out: Path) -> None:
    """Write the whole record to one file that can be verified without this workspace; that it was is recorded."""
    from errors import DataError
    from ledger.bundle.writing import export as write
    from ledger.events import Draft
    from strandcast.audit_commands import opened

    if out.suffix.lower() != ".zip" or not out.resolve().parent.is_dir():
        raise DataError("is no place for a bundle", place=str(out), fix="name a .zip file in a folder that exists")
    with opened(context) as (ledger, _):
        draft = Draft("disclosure", "ledger/export", context.actor, recipient=context.actor, details={"file": out.name})
        audit_id = ledger.append(draft).audit_id
        with context.output.progress("Writing events") as advance:
            written = write(ledger.database, out.resolve(), advance)
    document = {
        "file": str(out),
        "events": written.events,
        "head": written.head,
        "root": written.root,
        "checkpoints": written.checkpoints,
        "audit_id": audit_id,
    }
    lines = [
        f"Wrote {written.events:,} events to {out}. Recorded as {audit_id}, the last of them.",
        f"On any machine: strandcast audit verify {out} --key PUBLIC_KEY --checkpoints FOLDER",
    ]
    context.output.result(document, lines=lines)


def public_keys(texts: Sequence[str]) -> list[Verifier]:
    """Return the public keys that options give, as text or as files that hold them."""
    from ledger.tree.notes import Verifier

    files = [Path(text) for text in texts]
    return [
        Verifier.of_text(path.read_text("utf-8") if path.is_file() else text)
        for path, text in zip(files, texts, strict=True)
    ]


def read_proof(path: Path) -> dict[str, Any] | None:
    """Return the document in a file that begins like JSON; None for any other file."""
    from errors import DataError

    try:
        with path.open("rb") as file:
            # A proof is a page; a bundle begins with the letters of a zip.
            data = file.read(2**20)
        return dict(json.loads(data)) if data.lstrip()[:1] == b"{" else None
    except (ValueError, TypeError):
        raise DataError("is no proof", place=str(path), fix="give it as it was written") from None
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", place=str(path), fix="check the path") from None


@dataclass(frozen=True)
class Collected:
    """What somebody collected.

    Attributes:
        checkpoints: The checkpoints that the keys of the reader signed, opened.
        others: Notes of other keys, as of former ones: they are not judged.
        damaged: Files that hold no note, or not the whole of one.
    """

    checkpoints: Sequence[Checkpoint] = ()
    others: int = 0
    damaged: int = 0

    def told(self) -> list[str]:
        """Return what is to be said of the notes that are not judged."""
        others = f"Collected checkpoints that other keys signed, not judged: {self.others:,}."
        damaged = f"Collected files that hold no checkpoint, or a damaged one, not judged: {self.damaged:,}."
        return [*([others] if self.others else []), *([damaged] if self.damaged else [])]


def collected_checkpoints(folder: Path | None, verifiers: Sequence[Verifier]) -> Collected:
    """Return what a folder holds of checkpoints; nothing where there is none.

    Raises:
        UsageError: No key is given.
        DataError: The folder holds no checkpoint.
        LedgerError: One says that it is of such a key and is not, or none is.
    """
    from errors import DataError, LedgerError
    from ledger.tree.checkpoints import SUFFIX
    from ledger.tree.notes import is_note, named_in

    if folder is None:
        return Collected()
    if not verifiers:
        raise click.UsageError("Checkpoints count for nothing without the --key that signed them.")
    paths = sorted(folder.rglob(f"*{SUFFIX}"))
    if not paths:
        raise DataError(
            "holds no checkpoint", place=str(folder), fix=f"name the folder of the collected *{SUFFIX} files"
        )
    found, damaged = [], 0
    for path in paths:
        note = path.read_bytes().decode(errors="replace")
        if (verifier := named_in(note, verifiers)) is None:
            damaged += not is_note(note)
            continue
        try:
            found.append(verifier.opened(note))
        except LedgerError as error:
            raise LedgerError(error.problem, place=path.name, fix=error.fix) from error
    if not found:
        problem = f"none of the {len(paths):,} checkpoints is signed by the key that was given"
        raise LedgerError(problem, place=str(folder), fix="give the key that signed them; --key may be given again")
    return Collected(found, len(paths) - len(found) - damaged, damaged)


def _hand_over(context: Context, document: dict[str, Any], out: Path | None) -> None:
    from features.workspace import write_whole

    text = json.dumps(document, indent=1, ensure_ascii=False)
    if out is not None:
        write_whole(out.resolve(), text.encode() + b"\n")
    lines = [text] if out is None else [f"Wrote {out}. Check it: strandcast audit verify {out} --key PUBLIC_KEY"]
    if document.get("checkpoint", document.get("new_checkpoint")) is None:
        lines.append("No checkpoint was signed of so many events: who checks it must know the root from elsewhere.")
    context.output.result(document, lines=lines)


def _folder(workspace: Workspace) -> Path:
    from errors import DataError

    folder = workspace.checkpoint_folder
    if folder is None:
        fix = "set checkpoint_folder under [ledger] in strandcast.toml"
        raise DataError("nothing says where checkpoints are dropped", place="strandcast.toml", fix=fix)
    return folder


def _signer() -> Signer:
    from errors import DataError
    from serving.record.keeping import KEY_FILE_VARIABLE, KEY_VARIABLE, signing_key

    signer = signing_key()
    if signer is None:
        fix = f"set {KEY_FILE_VARIABLE} to the file, or {KEY_VARIABLE} to the key; make one with strandcast audit key"
        raise DataError("there is no key to sign with", place="environment", fix=fix)
    return signer
