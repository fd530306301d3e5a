"""`strandcast harm`: what one incident of a strand counts, by several sets, and how much the set matters."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strandcast.command import Context, command_options
from strandcast.output import plain_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.table import Table

    from features.harm import Harm, HarmSet
    from features.harm.sensitivity import HarmShares
    from strandcast.deployment import Deployment

_UNWEIGHTED = "unweighted"
_MOST_CODES_SHOWN = 12


@click.group()
def harm() -> None:
    """Harm weights: sets to compare, each weight with its source; strands without one are unweighted, not harmless."""


@harm.command("show")
@command_options
def show(context: Context) -> None:
    """Show the sets, their weights and sources, unweighted strands, and how shares of harm change from set to set."""
    from strandcast.deployment import Deployment

    with Deployment.open(context) as deployment:
        sets = deployment.workspace.harm()
        strands, proxies = _strands(deployment), deployment.proxies()
        shares, why = _shares(deployment, sets)
    document = {
        "default": sets.default,
        "strands": strands,
        "proxies": list(proxies),
        "sets": [_set_document(item, strands) for item in sets.sets],
        "sensitivity": None if shares is None else {"incidents": shares.incidents, "shares": shares.shares},
    }
    lines = [
        *(line for item in sets.sets for line in _set_lines(item, strands)),
        f"Used where none is named: '{sets.default}'.",
        *(
            [f"Seen only by proxy, so their weights meet rows of other kinds too: {', '.join(proxies)}."]
            if proxies
            else []
        ),
        *([f"No shares of harm: {why}"] if why else []),
    ]
    tables = [_weights_table(sets, strands), *([_shares_table(shares)] if shares else [])]
    context.output.result(document, *tables, lines=lines)


@harm.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--as", "name", required=True, metavar="NAME", help="Name of the new set.")
@click.option("--source", required=True, metavar="WHO", help="Who made the table; shown beside every weight.")
@click.option("--edition", required=True, help="Which edition of it; shown beside every weight.")
@click.option("--date", "date", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Day of that edition.")
@click.option("--unit", default="days", show_default=True, help="What its weights are counted in.")
@click.option("--code-column", metavar="COLUMN", help="Column of offence codes; left out: found by its name.")
@click.option("--weight-column", metavar="COLUMN", help="Column of weights; left out: found by its name.")
@command_options
def import_table(
    context: Context,
    file: Path,
    name: str,
    source: str,
    edition: str,
    date: datetime,
    unit: str,
    code_column: str | None,
    weight_column: str | None,
) -> None:
    """Bring in your own table of weights of offences, such as the Cambridge Crime Harm Index, as a set of harm.toml.

    A strand's weight is the mean over the incidents held of it that have offence codes, else the plain mean over the
    codes that it claims. Codes that the table lacks are left out; a strand of which it knows less than a quarter stays
    unweighted.
    """
    from errors import DataError
    from features.feeds.sources import Content, source_files
    from features.harm.importing import Columns, import_table
    from features.harm.recorded import recorded_offences
    from features.harm.writing import Origin
    from strandcast.deployment import Deployment

    columns = Columns(code_column, weight_column)
    origin = Origin(source, edition, date.date(), unit)
    with Deployment.open(context) as deployment, source_files(file) as found:
        if len(found) != 1:
            raise DataError(f"holds {len(found)} files", place=file.name, fix="give the table alone")
        workspace = deployment.workspace
        taxonomy, sets = workspace.taxonomy(), workspace.harm()
        recorded = recorded_offences(deployment.archive())
        imported = import_table(taxonomy, sets, Content.of(found[0]), name, origin, columns, recorded)
        workspace.add_harm(imported.addition)
    table = imported.table
    document = {
        "set": name,
        "code_column": table.code_column,
        "weight_column": table.weight_column,
        "rows": table.rows,
        "unread": table.unread,
        "codes": len(table.weights),
        "strange_codes": list(table.strange),
        "strands": [asdict(item) for item in imported.weights],
    }
    rows = [[item.strand, _number(item.weight), item.sentence()] for item in imported.weights]
    read = f"Read {table.rows:,} rows by the columns '{table.code_column}' and '{table.weight_column}'"
    lines = [
        f"{read}: {len(table.weights):,} codes, {table.unread:,} rows without a code or a number.",
        *([f"Not in the list of offence codes: {_some(table.strange)}."] if table.strange else []),
        f"Wrote the set '{name}' into harm.toml; no other line of it changed.",
        f'Next: strandcast harm show, or set = "{name}" under [harm] in resources.toml',
    ]
    context.output.result(document, plain_table(f"Set {name}", ["strand", unit, "how"], rows, [unit]), lines=lines)


def _strands(deployment: Deployment) -> list[str]:
    """Return the strands of the taxonomy, or where it is open those that the feeds held speak of."""
    names = deployment.workspace.taxonomy().names()
    return list(names) or sorted({strand for spoken in deployment.feeds().values() for strand in spoken})


def _shares(deployment: Deployment, sets: Harm) -> tuple[HarmShares | None, str]:
    """Return the strands' shares of harm on all that is known, or why there are none."""
    from errors import DataError
    from features.harm.sensitivity import harm_shares, incidents_a_period

    try:
        panel = deployment.knowledge().at().panel
    except DataError as error:
        return None, str(error)
    return harm_shares(panel.strands, incidents_a_period(panel.once, panel.observed).tolist(), sets.sets), ""


def _set_document(item: HarmSet, strands: Sequence[str]) -> dict[str, Any]:
    return {
        "name": item.name,
        "unit": item.unit,
        "note": item.note,
        "of_every": item.of_every,
        "weights": {strand: weight.model_dump(mode="json") for strand, weight in item.weights.items()},
        "unweighted": list(item.unweighted(strands)),
    }


def _set_lines(item: HarmSet, strands: Sequence[str]) -> list[str]:
    notes = [f"  {strand}: {weight.note}" for strand, weight in item.weights.items() if weight.note]
    unweighted = item.unweighted(strands)
    none = [f"  Unweighted, which is no harm of 0: {', '.join(unweighted)}."] if unweighted else []
    note = [f"  {item.note}"] if item.note and item.weights else []
    return [f"{item.source()}.", *note, *notes, *none]


def _weights_table(sets: Harm, strands: Sequence[str]) -> Table:
    names = [item.name for item in sets.sets]
    rows = [[strand, *(_number(item.weight_of(strand)) for item in sets.sets)] for strand in strands]
    units = ["unit", *(item.unit for item in sets.sets)]
    return plain_table("Harm of one incident, by set", ["strand", *names], [*rows, units], names)


def _shares_table(shares: HarmShares) -> Table:
    names = list(shares.shares)
    rows = [
        [strand, f"{shares.incidents[strand]:,.1f}", *(_share(shares.shares[name], strand) for name in names)]
        for strand in shares.strands
    ]
    weighted = [f"{len(shares.shares[name])} of {len(rows)}" for name in names]
    title = "Share of the harm of the weighted strands, by set"
    columns = ["strand", "incidents a period, each once", *names]
    return plain_table(title, columns, [*rows, ["strands weighted", "", *weighted]], columns[1:])


def _share(of_set: Mapping[str, float], strand: str) -> str:
    return f"{100 * of_set[strand]:.1f} %" if strand in of_set else _UNWEIGHTED


def _number(weight: float | None) -> str:
    return _UNWEIGHTED if weight is None else f"{weight:,.6g}"


def _some(codes: Sequence[str]) -> str:
    shown = ", ".join(codes[:_MOST_CODES_SHOWN])
    more = len(codes) - _MOST_CODES_SHOWN
    return f"{shown} and {more:,} more" if more > 0 else shown
