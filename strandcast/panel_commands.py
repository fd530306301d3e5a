"""`strandcast panel`: the counts as they were known on any past day."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strandcast.command import Context, command_options
from strandcast.output import erased_lines, plain_table

if TYPE_CHECKING:
    from rich.table import Table

    from features.panel import Panel
    from features.periods import PeriodKind

_PERIODS_SHOWN = 8
_DAY = "%Y-%m-%d"


@click.command()
@click.option(
    "--as-of",
    type=click.DateTime([_DAY, "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]),
    help="What was known at the beginning of this day, or at this instant (UTC); left out: all that is known now.",
)
@click.option("--from", "first", type=click.DateTime([_DAY]), help="First period: the one that holds this day.")
@click.option("--to", "last", type=click.DateTime([_DAY]), help="Last period: the one that holds this day.")
@click.option("--period", type=click.Choice(["week", "month"]), help="By default the workspace's.")
@click.option("--met-only", is_flag=True, help="Leave out of --out the cells in which nothing was counted.")
@click.option("--out", type=click.Path(path_type=Path), help="Counts by period, area and strand: .parquet or .csv.")
@command_options
def panel(
    context: Context,
    as_of: datetime | None,
    first: datetime | None,
    last: datetime | None,
    period: PeriodKind | None,
    met_only: bool,
    out: Path | None,
) -> None:
    """Count incidents by period, area and strand as they were known on a day; late news changes no earlier view."""
    from features.panel_table import panel_table
    from models.table import check_suffix, write_frame
    from strandcast.deployment import Deployment

    if out:
        check_suffix(out)
    with Deployment.open(context) as deployment:
        synthetic = deployment.workspace.settings.synthetic
        known = deployment.knowledge(period).at(_asked(context, as_of))
    shown = _between(known.panel, first, last)
    if out:
        write_frame(panel_table(shown, met_only=met_only, notices="synthetic" if synthetic else ""), out)
    document = {
        "as_of": _text(as_of) or shown.as_of.isoformat(),
        "period": shown.kind,
        "areas": len(shown.areas),
        "snapshot_hash": known.snapshot_hash,
        "corrected_from": _corrected_from(shown),
        "recording_changes": [change.as_document() for change in shown.changes],
        "strands": _totals(shown),
        "left_out": list(shown.left_out),
        "from_months": list(shown.months.panel.strands) if shown.months else [],
        "erased": [item.sentence() for item in shown.erased],
        "out": str(out or ""),
    }
    lines = [
        f"As known at {document['as_of']}: {len(shown.counts)} {shown.kind}s, {len(shown.areas):,} areas.",
        "An incident counts in every strand that it belongs to; 'once' sums to the number of incidents.",
        *([f"From {document['corrected_from']} on not all is in: counts are corrected."] if shown.corrected else []),
        *(f"{c.strand} of {c.feed} before {c.day} counts times {c.ratio:g}: {c.reason}." for c in shown.changes),
        *(f"Left out: {feed}, from which no {shown.kind}s can be counted." for feed in shown.left_out),
        *_beside(shown),
        *erased_lines(shown.erased),
        *([f"Wrote {out}."] if out else []),
    ]
    context.output.result(document, _by_strand(shown), _newest(shown), lines=lines)


def _beside(panel: Panel) -> list[str]:
    """Say which strands monthly feeds speak of, which no week counts."""
    if panel.months is None:
        return []
    return [f"Not in these weeks: what monthly feeds tell of {', '.join(panel.months.panel.strands)}."]


def _asked(context: Context, as_of: datetime | None) -> date | datetime | None:
    """Return a day where no clock time was given, else the instant."""
    if as_of is None:
        return None
    if (as_of.hour, as_of.minute, as_of.second) == (0, 0, 0):
        return as_of.date()
    return as_of.replace(tzinfo=context.clock().tzinfo)


def _text(as_of: datetime | None) -> str:
    return "" if as_of is None else as_of.isoformat().removesuffix("T00:00:00")


def _between(panel: Panel, first: datetime | None, last: datetime | None) -> Panel:
    from errors import DataError
    from features import periods

    if panel.months and not len(panel.counts):
        problem = (
            "give months, from which no weeks can be counted; forecasts of weeks are split from forecasts of months"
        )
        raise DataError(problem, place="feeds", fix="use --period month, or ingest a dated feed")
    begin = periods.ordinal(first.date(), panel.kind) - panel.first if first else 0
    end = periods.ordinal(last.date(), panel.kind) - panel.first + 1 if last else len(panel.counts)
    begin, end = max(begin, 0), min(end, len(panel.counts))
    if begin >= end:
        known = f"{periods.start(panel.first, panel.kind)} to the {panel.kind} before {panel.origin}"
        raise DataError("holds no period between these days", place="panel", fix=f"ask within {known}")
    return panel.between(begin, end)


def _corrected_from(panel: Panel) -> str | None:
    """Return the first day of the first period that was counted before all its records were in."""
    from features import periods

    at = int((panel.completeness < 1).any(axis=1).argmax())
    return str(periods.start(panel.first + at, panel.kind)) if panel.corrected else None


def _totals(panel: Panel) -> list[dict[str, Any]]:
    return [
        {
            "strand": strand,
            "count": float(panel.counts[:, :, number].sum()),
            "once": float(panel.once[:, :, number].sum()),
            "observed_share": float(panel.observed[:, :, number].mean()),
            "classes": {name: float(counts[:, :, number].sum()) for name, counts in panel.classes.items()},
        }
        for number, strand in enumerate(panel.strands)
    ]


def _by_strand(panel: Panel) -> Table:
    """Return each strand's totals, by how the incidents came to notice."""
    columns = ["strand", "count", "once", "observed", *panel.classes]
    rows = [
        [
            item["strand"],
            f"{item['count']:,.0f}",
            f"{item['once']:,.0f}",
            f"{item['observed_share']:.0%}",
            *(f"{item['classes'][name]:,.0f}" for name in panel.classes),
        ]
        for item in _totals(panel)
    ]
    return plain_table("Incidents by strand", columns, rows, columns[1:])


def _newest(panel: Panel) -> Table:
    """Return the newest periods' totals by strand; a period that no area tells of shows as missing."""
    from features import periods

    first = max(0, len(panel.counts) - _PERIODS_SHOWN)
    rows = []
    for at in range(first, len(panel.counts)):
        seen = panel.observed[at].any(axis=0)
        totals = panel.counts[at].sum(axis=0)
        cells = [f"{total:,.0f}" if known else "missing" for total, known in zip(totals, seen, strict=True)]
        rows.append([str(periods.start(panel.first + at, panel.kind)), *cells])
    begins = f"{panel.kind} from"
    return plain_table(f"Newest {panel.kind}s", [begins, *panel.strands], rows, panel.strands, [begins])
