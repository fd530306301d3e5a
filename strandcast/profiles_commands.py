"""`strandcast profiles`: the share of a week's demand on each day and shift, recorded."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strandcast.command import Context, command_options
from strandcast.output import plain_table

if TYPE_CHECKING:
    from rich.table import Table

    from models.profiles.record import ProfileRun

_SHIFTS = "early=07-15,late=15-23,night=23-07"
_LONGEST_HOURS = 24
_HOURS_A_WEEK = 168
_WEEKS, _MOST_WEEKS = 104, 520
_BUSIEST = 3
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _shifts(_context: click.Context, _parameter: click.Parameter, value: str) -> Any:
    from models.profiles.shifts import Shifts

    try:
        return Shifts.read(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command()
@click.option("--strand", help="The strand; left out: each of them.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Use only what was known at this date.")
@click.option(
    "--weeks", type=click.IntRange(1, _MOST_WEEKS), default=_WEEKS, show_default=True, help="Weeks to look back on."
)
@click.option(
    "--shifts", metavar="NAME=FROM-TO,...", default=_SHIFTS, show_default=True, callback=_shifts, help="Tile the day."
)
@click.option(
    "--longest-interval",
    "longest",
    type=click.IntRange(1, _HOURS_A_WEEK),
    default=_LONGEST_HOURS,
    show_default=True,
    help="Hours; an incident known less exactly carries no clock time.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Every share with its range, districts' too: .csv.")
@click.option("--picture", type=click.Path(path_type=Path), help="Heat maps by strand: .png.")
@command_options
def profiles(
    context: Context,
    *,
    strand: str | None,
    as_of: datetime | None,
    weeks: int,
    shifts: Any,
    longest: int,
    out: Path | None,
    picture: Path | None,
) -> None:
    """Show which share of a week's incidents each day and shift holds; recorded before it is shown."""
    from features.incidents.store import load_incidents
    from models.allocation.papers.tables import check_target
    from models.profiles.document import to_csv
    from models.profiles.picture import SUFFIXES, draw_profiles
    from models.profiles.record import notices_of, record
    from models.profiles.study import ProfileRequest, study
    from strandcast.deployment import Deployment

    if out:
        check_target(out, (".csv",))
    if picture:
        check_target(picture, SUFFIXES)
    with Deployment.open(context) as deployment:
        settings = deployment.workspace.settings
        store = load_incidents(deployment.archive(), clocks=True)
        request = ProfileRequest(shifts, strand, weeks, longest)
        found = study(store, deployment.workspace.areas(), request, as_of.date() if as_of else None)
        run = record(
            found,
            notices_of(found, synthetic=settings.synthetic),
            settings.attribution,
            ledger=deployment.ledger,
            files=deployment.files,
            actor=deployment.actor,
        )
    if out:
        part = out.with_name(f".{out.name}.part")
        part.write_bytes(to_csv(run.rows))
        part.replace(out)
    if picture:
        draw_profiles(found, settings.attribution, picture, synthetic=settings.synthetic)
    wrote = [f"Wrote {path}." for path in (out, picture) if path]
    document = {"run_id": run.run_id, "audit_id": run.audit_id, **run.summary, "rows": run.rows}
    tables = [_week(run), *([_places(run)] if run.summary["strands"][0]["places"] else [])] if strand else [_weeks(run)]
    context.output.result(document, *tables, lines=[*_told(run), *wrote])


def _weeks(run: ProfileRun) -> Table:
    """Return a row for each strand: the shares of its shifts, one below the other, by weekday."""
    from models.profiles.document import FORCE

    shifts = [item["shift"] for item in run.summary["shifts"]]
    table = []
    for item in run.summary["strands"]:
        cells = [row for row in run.rows if row["level"] == FORCE and row["strand"] == item["strand"]]
        by_day = [cells[at : at + len(shifts)] for at in range(0, len(cells), len(shifts))]
        days = ["\n".join(f"{100 * cell['share']:.1f}" for cell in day) for day in by_day]
        weeks = (sum(day[at]["share"] for day in by_day) for at in range(len(shifts)))
        table.append([item["strand"], "\n".join(shifts), *days, "\n".join(f"{100 * share:.0f}" for share in weeks)])
    numeric = [*_DAYS, "week"]
    return plain_table(_title(run), ["strand", "shift", *numeric], table, numeric)


def _week(run: ProfileRun) -> Table:
    """Return a row for each weekday of one strand: the shares of its shifts with their ranges."""
    from models.profiles.document import FORCE

    days: dict[str, list[str]] = {}
    for cell in (row for row in run.rows if row["level"] == FORCE):
        share, low, high = (f"{100 * cell[name]:.1f}" for name in ("share", "low", "high"))
        days.setdefault(cell["weekday"], []).append(f"{share} ({low}-{high})")
    shifts = [f"{item['shift']} {item['hours']}" for item in run.summary["shifts"]]
    rows = [[day, *cells] for day, cells in days.items()]
    return plain_table(f"{run.summary['strand']}: {_title(run)}", ["day", *shifts], rows, shifts, ["day"])


def _title(run: ProfileRun) -> str:
    return f"per cent of a week's incidents, {run.summary['first_day']} to {run.summary['last_day']}"


def _places(run: ProfileRun) -> Table:
    """Return the busiest shifts of each place."""
    from models.profiles.document import FORCE

    places: dict[str, list[dict[str, Any]]] = {}
    for row in run.rows:
        if row["level"] != FORCE:
            places.setdefault(row["place"], []).append(row)
    table = [
        [
            place,
            f"{cells[0]['incidents']:,}",
            f"{cells[0]['own_weight']:.0%}",
            ", ".join(
                f"{cell['weekday'][:3]} {cell['shift']} {100 * cell['share']:.1f}"
                for cell in sorted(cells, key=lambda cell: -cell["share"])[:_BUSIEST]
            ),
        ]
        for place, cells in places.items()
    ]
    columns = [run.summary["level"], "incidents", "own weight", "busiest shifts, per cent of its week"]
    return plain_table(f"{run.summary['strand']} by {columns[0]}", columns, table, columns[1:3])


def _told(run: ProfileRun) -> list[str]:
    about = run.summary
    missing = about["without_clock_time"]
    shown = sum(len(item["places"]) for item in about["strands"])
    lines = ["A shift belongs to the day on which it begins: Friday's night holds the small hours of Saturday."]
    if about["level"]:
        fewest = f"where at least {about['fewest']} incidents have a clock time"
        lines.append(f"{shown:,} profiles of a strand in a {about['level']}, {fewest}: --out or --json.")
    if about["weekly_only"]:
        lines.append(f"Only weekly plans can be made of {', '.join(about['weekly_only'])}: no clock times.")
    if about["partly_without_clock_times"]:
        partly = ", ".join(about["partly_without_clock_times"])
        lines.append(f"Of {partly} feeds without clock times tell too: the profile holds for the rest.")
    if about["feeds_left_out"]:
        lines.append(f"Left out: {', '.join(about['feeds_left_out'])}, without clock times.")
    if about["heaped_at_midnight"]:
        heaped = f"Times of {', '.join(about['heaped_at_midnight'])} are heaped at 00:00"
        lines.append(f"{heaped}: {missing['midnight']:,} incidents with that time are taken to have none.")
    if missing["long_interval"]:
        hours = f"{about['longest_hours']} hours"
        lines.append(
            f"{missing['long_interval']:,} incidents lie somewhere within more than {hours} and tell no shift."
        )
    if about["found_by_officers"]:
        lines.append(f"{about['found_by_officers']:,} incidents that officers found themselves draw nobody here.")
    lines += [f"Not exact: {sentence}." for sentence in about["erased"]]
    lines.append(f"Run {run.run_id}. Recorded as {run.audit_id}.")
    return [
        *lines,
        *([f"Notices: {', '.join(about['notices'])}."] if about["notices"] else []),
        *([about["attribution"]] if about["attribution"] else []),
    ]
