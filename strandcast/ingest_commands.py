"""`strandcast ingest`: files into the workspace, every row accounted for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strandcast.command import Context, command_options
from strandcast.output import plain_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from features.feeds.report import IngestReport
    from features.feeds.sources import SourceFile
    from features.incidents.ingest import Plan
    from features.workspace import Workspace

_MOST_FILES_SHOWN = 12
_MOST_NOTICES_SHOWN = 8


class _Feeds(click.Group):
    """A group in which the name of any feed under contract is a command too."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name, else the one that takes in the feed of that name."""
        return super().get_command(ctx, cmd_name) or _feed_command(cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands and the shipped feeds."""
        from features.feeds.catalogue import shipped_names

        return sorted({*super().list_commands(ctx), *shipped_names()})


@click.group(cls=_Feeds)
def ingest() -> None:
    """Take files in: a feed under contract by its name, or any dated export under a mapping."""


def _feed_command(feed: str) -> click.Command:
    @click.command(feed, help=f"Ingest files of the feed {feed} under its contract (csv, csv.gz, parquet or a folder).")
    @click.argument("path", type=click.Path(path_type=Path))
    @command_options
    def ingest_feed(context: Context, path: Path) -> None:
        from features.incidents.inbox import exports
        from features.incidents.plans import feed_plan
        from features.workspace import Workspace

        workspace = Workspace.open(context.root)
        plan = feed_plan(workspace, feed, context.clock)
        with exports(path) as (files, ignored):
            _run(context, workspace, plan, path, files, ignored)

    return ingest_feed


@ingest.command("police-uk")
@click.argument("path", type=click.Path(path_type=Path))
@command_options
def ingest_police_uk(context: Context, path: Path) -> None:
    """Ingest street-level files of data.police.uk: the zip as downloaded, its folders, or single CSVs.

    A newer file supersedes its force's month whole. Columns beyond month, place, type and Crime ID are not stored, the
    Crime ID only as a salted hash.
    """
    from features.feeds.police_uk import street_files
    from features.feeds.sources import source_files
    from features.incidents.plans import police_uk_plan
    from features.workspace import Workspace

    workspace = Workspace.open(context.root)
    plan = police_uk_plan(workspace, context.clock)
    with source_files(path) as found:
        files, ignored = street_files(found)
        _run(context, workspace, plan, path, files, ignored)


@ingest.command("incidents")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--mapping", "mapping_file", type=click.Path(path_type=Path), required=True, help="Mapping, TOML.")
@command_options
def ingest_incidents(context: Context, path: Path, mapping_file: Path) -> None:
    """Ingest a dated or monthly export (csv, csv.gz or parquet, or a folder of them) under a mapping.

    \b
    A mapping:
        period = "day"
        [columns]
        occurred_from = "DATE OCC"
        area_code = "AREA NAME"
        offence = "Crm Cd Desc"
        [strands]
        "BURGLARY" = "Burglary"
        "*" = "Other"
    """  # noqa: D301 - click's mark for a paragraph that is not to be wrapped
    from features.feeds.mapping import load_mapping
    from features.incidents.inbox import exports
    from features.incidents.plans import mapped_plan
    from features.workspace import Workspace

    workspace = Workspace.open(context.root)
    mapping = load_mapping(mapping_file)
    plan = mapped_plan(workspace, mapping, mapping_file.name, context.clock)
    with exports(path) as (files, ignored):
        _run(context, workspace, plan, path, files, ignored)


def _run(
    context: Context,
    workspace: Workspace,
    plan: Plan,
    path: Path,
    files: Sequence[SourceFile],
    ignored: Sequence[str],
) -> None:
    from features.incidents.inbox import refuse_made_up
    from features.incidents.ingest import ingest as ingest_files
    from features.incidents.lock import ingest_lock
    from features.quarantine.rows import quarantined_totals
    from strandcast.deployment import Deployment

    refuse_made_up(workspace, path, files)
    with (
        ingest_lock(workspace.incidents_folder),
        Deployment.open(context) as deployment,
        context.output.progress("Reading files") as advance,
    ):
        archive = deployment.archive()
        report = ingest_files(files, plan, archive, ignored, advance)
        still_open = quarantined_totals(archive, plan.subject).open
    document, lines = _document(report, plan.subject), _lines(report)
    if still_open:
        lines.append(f"{still_open:,} rows of {plan.subject} are in quarantine: strandcast quarantine list")
    context.output.result({**document, "in_quarantine": still_open}, _totals(report), *_files(report), lines=lines)


def _document(report: IngestReport, subject: str) -> dict[str, Any]:
    from features.incidents.coverage import missing_runs

    return {
        **report.accounts.as_document(),
        "subject": subject,
        "files": [
            {
                "file": file.name,
                "feeds": list(file.feeds),
                **file.accounts.as_document(),
                "first_day": file.first_day.isoformat() if file.first_day else None,
                "last_day": file.last_day.isoformat() if file.last_day else None,
                "notices": list(file.notices),
            }
            for file in report.files
        ],
        "no_strand": report.strandless,
        "outside_covered_days": report.strays,
        "columns_not_stored": list(report.not_stored),
        "ignored_files": list(report.ignored),
        "covered": {
            feed: [[first.isoformat(), last.isoformat()] for first, last in spans]
            for feed, spans in report.covered.items()
        },
        "missing_months": {
            feed: [month for run in missing_runs(spans) for month in run] for feed, spans in report.covered.items()
        },
        "audit_id": report.audit_id,
    }


def _totals(report: IngestReport) -> Table:
    accounts = report.accounts
    rows = [["read", "", f"{accounts.read:,}"], ["accepted", "", f"{accounts.accepted:,}"]]
    for outcome in ("duplicate", "superseded", "quarantined"):
        rows.append([outcome, "", f"{getattr(accounts, outcome):,}"])
        own = [rule for rule in accounts.rules if rule in _rules_of(outcome)]
        rows.extend(["", rule, f"{accounts.rules[rule]:,}"] for rule in sorted(own))
    return plain_table("Rows", ["", "rule", "rows"], rows, ["rows"])


def _rules_of(outcome: str) -> tuple[str, ...]:
    from features.feeds.report import DUPLICATE_RULES, QUARANTINE_RULES, SUPERSEDED_RULES

    return {"duplicate": DUPLICATE_RULES, "superseded": SUPERSEDED_RULES, "quarantined": QUARANTINE_RULES}[outcome]


def _files(report: IngestReport) -> list[Table]:
    """Return a table of the files where there are several."""
    if len(report.files) < 2:
        return []
    columns = ["file", "read", "accepted", "duplicate", "superseded", "quarantined"]
    rows = [
        [file.name.rsplit("/", 1)[-1], *(f"{getattr(file.accounts, name):,}" for name in columns[1:])]
        for file in report.files[:_MOST_FILES_SHOWN]
    ]
    more = len(report.files) - len(rows)
    return [plain_table(f"Files ({more} more not shown)" if more else "Files", columns, rows, columns[1:])]


def _lines(report: IngestReport) -> list[str]:
    from features.incidents.coverage import missing_runs

    lines = ["read = accepted + duplicate + superseded + quarantined"]
    if report.not_stored:
        lines.append(f"Not stored (not mapped): {', '.join(report.not_stored)}.")
    if report.ignored:
        shown = ", ".join(report.ignored[:5])
        more = f" and {len(report.ignored) - 5} more" if len(report.ignored) > 5 else ""
        lines.append(f"Left out (of another kind): {shown}{more}.")
    for feed, spans in report.covered.items():
        lines.append(f"{feed} covers {', '.join(f'{first} to {last}' for first, last in spans) or 'no day'}.")
        if runs := missing_runs(spans):
            shown = ", ".join(run[0] if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs)
            lines.append(f"{feed} misses {shown}: missing, not zero.")
    told = [f"{file.name}: {notice}." for file in report.files for notice in file.notices]
    lines.extend(told[:_MOST_NOTICES_SHOWN])
    if len(told) > _MOST_NOTICES_SHOWN:
        lines.append(f"{len(told) - _MOST_NOTICES_SHOWN:,} more notices of files: see --json.")
    if report.strandless:
        lines.append(f"{report.strandless:,} rows belong to no strand of the taxonomy: kept, and counted in none.")
    if report.strays:
        lines.append(
            f"{report.strays:,} rows lie outside the days that the files cover and are not forecast from; if they "
            "cover more, say so with covers_from and covers_to."
        )
    if report.audit_id is None:
        lines.append("Nothing new: these files are held already.")
    else:
        lines.append(f"Recorded as {report.audit_id}.")
        lines.append("Next: strandcast backtest --out backtest.parquet, or strandcast train")
    return lines
