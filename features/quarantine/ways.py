"""Which way rows are released: corrected in a file, by a recorded rule, or as they are."""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from errors import DataError
from features.feeds.contract import Contract
from features.feeds.mapping import FeedMapping
from features.feeds.sources import Content, source_files
from features.feeds.tables import Wanted
from features.feeds.values import header_key
from features.incidents.archive import Archive
from features.incidents.plans import rereading
from features.quarantine.corrections import INCIDENT_ID, Attempt, again, batches_of, corrected, replaced
from features.quarantine.release import Order, Rereading
from features.workspace import Workspace

Way = tuple[list[Attempt], Rereading, Order, tuple[str, ...]]


@dataclass(frozen=True)
class Choice:
    """What the options of the command say.

    Attributes:
        actor: Who releases.
        reason: Why.
        mapping: Mapping of the feed, where it was ingested under one.
        corrected: Exported file with corrected cells.
        feed: Rows of this feed.
        rule: Only those that break this rule.
        column: Column in which a value is replaced.
        before: The value.
        after: What goes in its place.
    """

    actor: str
    reason: str
    mapping: FeedMapping | None = None
    corrected: Path | None = None
    feed: str | None = None
    rule: str | None = None
    column: str | None = None
    before: str | None = None
    after: str | None = None


def chosen_way(workspace: Workspace, archive: Archive, choice: Choice, clock: Callable[[], datetime]) -> Way:
    """Return the rows to be read again, how, on whose order, and the columns of a corrected file that are not stored.

    Raises:
        DataError: The options do not go together, or the rows cannot be found or read.
    """
    fix = "give --corrected FILE, or --feed FEED, with --column, --from and --to to replace a value"
    if not choice.reason.strip():
        raise DataError("no reason is given", place="--reason", fix="say why the rows are released")
    rule = (choice.column, choice.before, choice.after)
    if choice.corrected is not None:
        if any(option is not None for option in (choice.feed, choice.rule, *rule)):
            raise DataError("a corrected file and other choices of rows do not go together", fix=fix)
        return _from_file(workspace, archive, choice, choice.corrected, clock)
    if choice.feed is None:
        raise DataError("nothing says which rows are released", fix=fix)
    plan = rereading(workspace, choice.feed, choice.mapping, clock)
    if rule == (None, None, None):
        order = Order(choice.actor, choice.reason, "read again", {"way": "again", "rule": choice.rule or ""})
        return again(archive, choice.feed, choice.rule), plan, order, ()
    if choice.column is None or choice.before is None or choice.after is None or choice.rule is not None:
        raise DataError("a value is replaced with --column, --from and --to, without --rule", fix=fix)
    name = _column(plan.contract, plan.wanted, choice.column)
    details = {"way": "rule", "column": name}
    order = Order(
        choice.actor, choice.reason, f"rule: a value of {name} replaced", details, choice.before, choice.after, name
    )
    return replaced(archive, choice.feed, name, choice.before, choice.after), plan, order, ()


def _from_file(
    workspace: Workspace, archive: Archive, choice: Choice, path: Path, clock: Callable[[], datetime]
) -> Way:
    with source_files(path) as files:
        if len(files) != 1:
            raise DataError("is no single file", place=str(path), fix="give the corrected CSV itself")
        content = Content.of(files[0])
    feed = batches_of(content, archive)[0][1].feed
    plan = rereading(workspace, feed, choice.mapping, clock)
    attempts, spare = corrected(content, plan.contract, plan.wanted, plan.setting, archive)
    details = {"way": "corrected-file", "corrected_file": plan.setting.mark(content.sha256)}
    order = Order(choice.actor, choice.reason, f"corrected by {content.name}", details)
    return attempts, plan, order, spare


def _column(contract: Contract, wanted: Mapping[str, Wanted], text: str) -> str:
    """Return the canonical or own name of a column that is named so, or by its header."""
    named = {header_key(header): name for name, column in wanted.items() for header in column.headers}
    name = text if text in wanted else named.get(header_key(text))
    if name == INCIDENT_ID:
        raise DataError("of natural keys only hashes are held", place="--column", fix="give them in a corrected file")
    if name is None:
        near = difflib.get_close_matches(text, wanted, n=1, cutoff=0.5)
        fix = f"write '{near[0]}'" if near else f"use one of: {', '.join(wanted)}"
        raise DataError(f"'{text}' is no column of {contract.name}", place="--column", fix=fix)
    return name
