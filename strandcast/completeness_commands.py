"""`strandcast completeness`: what is not in yet, what was never delivered, and where recording has changed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from strandcast.command import Context, command_options
from strandcast.output import plain_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from features.completeness.overview import FeedCompleteness

_MOST_SPANS_SHOWN = 3
_MOST_OUTAGES_SHOWN = 40
_PERIODS_SHOWN = 4


@click.group()
def completeness() -> None:
    """What is not in yet, what was never delivered, and where recording itself has changed."""


@completeness.command("show")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="What was known at this date.")
@click.option("--feed", "only", help="Only this feed.")
@click.option("--picture", type=click.Path(path_type=Path), help="Delay curves and newest weeks: .png or .svg.")
@command_options
def show(context: Context, as_of: datetime | None, only: str | None, picture: Path | None) -> None:
    """Show each feed's covered days, delays, corrected newest weeks, outages and level shifts."""
    from features.completeness.document import completeness_document
    from features.completeness.overview import overview
    from features.counting import flat_areas
    from models.completeness_picture import check_picture, draw_completeness
    from strandcast.deployment import Deployment

    if picture:
        check_picture(picture)
    with Deployment.open(context) as deployment:
        knowledge = deployment.knowledge()
        settings = deployment.workspace.settings
    asked = as_of.date() if as_of else None
    incidents = knowledge.store.view(asked, knowledge.areas)
    feeds = overview(incidents, knowledge.areas or flat_areas(incidents), knowledge.changes, only)
    if picture:
        draw_completeness(feeds, picture, picture_footer(settings.attribution, synthetic=settings.synthetic))
    document = {
        "as_of": asked.isoformat() if asked else None,
        "synthetic": settings.synthetic,
        "feeds": [completeness_document(feed) for feed in feeds],
        "picture": str(picture or ""),
    }
    tables = (_feeds(feeds), _newest(feeds), _outages(feeds), _shifts(feeds), _changes(feeds))
    lines = [*filter(None, [settings.attribution]), *([f"Wrote {picture}."] if picture else [])]
    context.output.result(document, *(table for table in tables if table.row_count), lines=lines)


def picture_footer(attribution: str, *, synthetic: bool) -> str:
    """Return what stands below a picture: the source, and once that the data are made up."""
    from features.settings import SYNTHETIC

    # The attribution of a made-up workspace says it already, unless somebody has written another one.
    return " ".join(filter(None, [SYNTHETIC if synthetic and "SYNTHETIC" not in attribution else "", attribution]))


@completeness.command("accept")
@click.option("--feed", required=True, help="Feed whose recording changed.")
@click.option("--strand", required=True, help="Strand that is recorded otherwise.")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First day of the new recording.")
@click.option("--ratio", type=float, required=True, help="Recorded after over before, for the same demand.")
@click.option("--reason", required=True, help="Why, in your words; it is recorded.")
@command_options
def accept(context: Context, feed: str, strand: str, day: datetime, ratio: float, reason: str) -> None:
    """Declare that recording changed: from today on, what was counted before the date is told on the new scale."""
    from errors import DataError
    from features.completeness.changes import RecordingChange
    from models.recording import declare
    from strandcast.deployment import Deployment

    if not reason.strip():
        raise DataError("the reason is empty", place="--reason", fix="say why in your words: it is recorded")
    today = context.clock().date()
    with Deployment.open(context) as deployment:
        incidents = deployment.knowledge().store.view(None)
        strands = {item.name: item.strands for item in incidents.feeds}
        for option, name, known in (("--feed", feed, list(strands)), ("--strand", strand, strands.get(feed, ()))):
            if name not in known:
                fix = f"name one of: {', '.join(known) or 'none yet'}"
                raise DataError(f"'{name}' is not known here", place=option, fix=fix)
        change = RecordingChange(feed, strand, day.date(), ratio, reason, today, deployment.actor)
        audit_id = declare(deployment.ledger, deployment.files, change)
    lines = [
        f"From {today} on, {strand} of {feed} before {change.day} counts times {ratio:g}; earlier views do not change.",
        f"Recorded as {audit_id}.",
        "Next: strandcast train",
    ]
    context.output.result({**change.as_document(), "audit_id": audit_id}, lines=lines)


def _feeds(feeds: Sequence[FeedCompleteness]) -> Table:
    columns = ["feed", "by", "covered", "missing months", "half in by", "90 % in by"]
    rows = []
    for feed in feeds:
        spans = [f"{first} to {last}" for first, last in feed.spans]
        shown = spans if len(spans) <= _MOST_SPANS_SHOWN else [f"{len(spans)} runs", spans[0], "...", spans[-1]]
        missing = ", ".join(run[0] if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in feed.missing)
        delays = [_delay(feed.in_by(share), feed.kind) for share in (0.5, 0.9)]
        rows.append([feed.name, feed.kind, "\n".join(shown), missing, *delays])
    return plain_table("Feeds", columns, rows)


def _delay(age: int | None, kind: str) -> str:
    """Return a delay as "its end" or so many weeks after it."""
    if age is None:
        return ""
    return f"its {kind}'s end" if age == 0 else f"{age} {kind}{'s' * (age > 1)} later"


def _newest(feeds: Sequence[FeedCompleteness]) -> Table:
    columns = ["feed", "strand", "from", "so far", "in", "expected", "8 in 10 times", "counted"]
    rows = []
    for feed in feeds:
        shown = sorted({row.start for row in feed.newest})[-_PERIODS_SHOWN:]
        # A stable sort keeps the periods of a strand together and in their order.
        for row in sorted(feed.newest, key=lambda item: (item.strand != "all", item.strand)):
            if row.start in shown:
                expected = "" if row.expected is None else f"{row.expected:,.0f}"
                within = "" if row.low is None else f"{row.low:,.0f}-{row.high:,.0f}"
                counted = "corrected" if row.used else "by strand" if row.strand == "all" else "not yet"
                counts = [f"{row.recorded:,.0f}", f"{row.share:.0%}", expected, within]
                rows.append([feed.name, row.strand, str(row.start), *counts, counted])
    title = f"Not all in yet: the newest {_PERIODS_SHOWN} periods (all of them under --json)"
    return plain_table(title, columns, rows, columns[3:7], ["from"])


def _outages(feeds: Sequence[FeedCompleteness]) -> Table:
    rows = []
    for feed in feeds:
        rows += [[feed.name, "not delivered", "", str(first), str(last), ""] for first, last in feed.gaps]
        rows += [
            [item.feed, f"{item.group} is silent", item.name, str(item.first), str(item.last), f"{item.expected:,.0f}"]
            for item in feed.outages
        ]
    more = f" ({_MOST_OUTAGES_SHOWN} of {len(rows)})" if len(rows) > _MOST_OUTAGES_SHOWN else ""
    columns = ["feed", "what", "name", "from", "to", "expected"]
    return plain_table(f"Missing, not zero{more}", columns, rows[:_MOST_OUTAGES_SHOWN], ["expected"], ["from", "to"])


def _shifts(feeds: Sequence[FeedCompleteness]) -> Table:
    from features.completeness.document import shift_days

    rows = []
    for feed in feeds:
        for strand, shifts in feed.shifts.items():
            for shift in shifts:
                before, day = shift_days(shift, feed.kind)
                interval = f"{shift.low:.2f}-{shift.high:.2f}"
                rows.append([feed.name, strand, str(before), str(day), f"×{shift.ratio:.2f}", interval])
    columns = ["feed", "strand", "last period before", "new from", "ratio", "95 %"]
    return plain_table("Level shifts: did recording change, or demand?", columns, rows, columns[4:], columns[2:5])


def _changes(feeds: Sequence[FeedCompleteness]) -> Table:
    rows = [
        [c.feed, c.strand, str(c.day), f"×{c.ratio:g}", c.reason, f"{c.accepted_by}, {c.accepted_on}"]
        for feed in feeds
        for c in feed.changes
    ]
    columns = ["feed", "strand", "before", "counts", "reason", "declared by"]
    return plain_table("Recording changes in force", columns, rows, ["counts"])
