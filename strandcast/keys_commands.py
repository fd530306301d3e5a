"""`strandcast keys`: who may ask the service, by keys that are shown once, that end, and that can be taken back."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import click

from errors import AccessError
from strandcast.command import Context, command_options
from strandcast.output import plain_table
from strandcast.tasks_commands import OWNERS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from rich.table import Table

    from features.workspace import Workspace
    from serving.access.keys import Key

ROLES = ("planner", "data-scientist", "auditor", "partner", "public", "admin")
MOST_DAYS = 366


@click.group()
def keys() -> None:
    """Keys of the service: each names who uses it, what they may do, how far they see, and when it ends."""


@keys.command("create")
@click.argument("name", metavar="NAME")
@click.option("--role", "roles", type=click.Choice(ROLES), multiple=True, required=True, help="May be repeated.")
@click.option("--area", "areas", multiple=True, metavar="CODE", help="Sees only this area or district; repeatable.")
@click.option("--strand", "strands", multiple=True, metavar="STRAND", help="Sees only this strand; repeatable.")
@click.option(
    "--owner", "owners", type=click.Choice(OWNERS), multiple=True, help="Sees only this owner's teams; repeatable."
)
@click.option("--feed", "feeds", multiple=True, metavar="FEED", help="Sees only this feed; repeatable.")
@click.option("--purpose", default="", metavar="CODE", help="Recorded with every use; left out: that of the role.")
@click.option("--days", type=click.IntRange(1, MOST_DAYS), default=90, show_default=True, help="How long it holds.")
@command_options
def create_key(
    context: Context,
    name: str,
    roles: tuple[str, ...],
    areas: tuple[str, ...],
    strands: tuple[str, ...],
    owners: tuple[str, ...],
    feeds: tuple[str, ...],
    purpose: str,
    days: int,
) -> None:
    """Make a key for NAME and show it, once: only a hash of it is kept."""
    from ledger.unnamed import unnamed_files
    from serving.access.caller import Role, Scope
    from serving.access.keys import Grant, create
    from strandcast.deployment import Deployment

    parts = {"areas": areas, "strands": strands, "owners": owners, "feeds": feeds}
    scope = Scope(**{part: frozenset(words) for part, words in parts.items() if words})
    grant = Grant(name, frozenset(map(Role, roles)), days, purpose, scope)
    now = context.clock()
    with Deployment.open(context) as deployment:
        _check_names(deployment.workspace, areas, strands)
        unnamed = unnamed_files(deployment.ledger, deployment.files)
        token, key = create(deployment.ledger, grant, actor=deployment.actor, now=now)
    lines = [
        token,
        f"This is the key of {name}; it is shown this once. It holds until {key.expires[:10]}.",
        "Send it as the header: Authorization: Bearer KEY",
        f"To take it back: strandcast keys revoke {key.key_id} --reason TEXT. Recorded as {key.audit_id}.",
    ]
    if unnamed.all_of_them:
        context.output.say(f"strandcast: Check the database: {unnamed.problem()}. The key holds with that one alone.")
    context.output.result({"key": token, **key.as_document(now)}, lines=lines)


@keys.command("list")
@command_options
def list_keys(context: Context) -> None:
    """List the keys, newest first: whose they are, what they may, and whether they still hold."""
    from serving.access.keys import listed
    from strandcast.deployment import Deployment

    with Deployment.open(context) as deployment:
        found = listed(deployment.ledger)
    now = context.clock()
    lines = [] if found else ["There is no key yet; make one with strandcast keys create NAME --role ROLE"]
    document = {"keys": [key.as_document(now) for key in found]}
    context.output.result(document, *([_table(found, now)] if found else []), lines=lines)


@keys.command("revoke")
@click.argument("key_id", metavar="ID")
@click.option("--reason", required=True, help="Why, in your words; recorded for good, so name no person.")
@command_options
def revoke_key(context: Context, key_id: str, reason: str) -> None:
    """Take a key back for good; a service that runs refuses it within five seconds."""
    from serving.access.keys import revoke
    from strandcast.deployment import Deployment

    with Deployment.open(context) as deployment:
        key = revoke(deployment.ledger, key_id, actor=deployment.actor, reason=reason)
    lines = [f"The key {key_id} of {key.identity.name} is revoked; a running service refuses it within five seconds."]
    context.output.result(key.as_document(context.clock()), lines=lines)


def _check_names(workspace: Workspace, areas: Sequence[str], strands: Sequence[str]) -> None:
    """Refuse names that the workspace does not have: a key with a slip of the pen would see nothing and not say so."""
    known, taxonomy = workspace.areas(), workspace.taxonomy()
    if known is not None:
        _check_known(
            "area or place", areas, {*known.codes, *(name for names in known.parents.values() for name in names)}
        )
    if not taxonomy.is_open:
        _check_known("strand", strands, set(taxonomy.names()))


def _check_known(what: str, names: Sequence[str], known: set[str]) -> None:
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, sorted(known), n=1)
            fix = f"write '{near[0]}'" if near else "use a name of the workspace"
            raise AccessError(f"there is no {what} '{name}'", place=f"--{what.partition(' ')[0]}", fix=fix)


def _table(found: Sequence[Key], now: datetime) -> Table:
    columns = ["id", "name", "roles", "sees only", "expires", "state"]
    rows = [
        [
            key.key_id,
            key.identity.name,
            ", ".join(sorted(key.identity.roles)),
            "; ".join(f"{part}: {', '.join(words)}" for part, words in key.as_document(now)["scope"].items()),
            key.expires[:10],
            key.state(now),
        ]
        for key in found
    ]
    return plain_table("Keys", columns, rows, whole=["id", "state"])
