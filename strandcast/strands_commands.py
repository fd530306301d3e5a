"""`strandcast strands`: what is forecast, what feeds it, and how well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from strandcast.command import Context, command_options
from strandcast.output import plain_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.table import Table

    from features.harm import HarmSet
    from features.strands import Strand

NO_FEED = "no feed"
UNWEIGHTED = "unweighted"


@click.group()
def strands() -> None:
    """Strands of harm: what feeds each of them, and what stands for it only roughly."""


@strands.command("show")
@command_options
def show(context: Context) -> None:
    """Show the strands, their inputs with proxies marked, which feeds are held, and their harm weights.

    A strand without a feed is shown so, never as 0; one without a harm weight is unweighted, which is no harm of 0.
    """
    from strandcast.deployment import Deployment

    with Deployment.open(context) as deployment:
        taxonomy, held, proxies = deployment.workspace.taxonomy(), deployment.feeds(), deployment.proxies()
        harm = deployment.workspace.harm()
    chosen = harm.named(harm.default)
    if taxonomy.is_open:
        spoken = sorted({strand for names in held.values() for strand in names})
        found = [_of_feeds(strand, held, chosen) for strand in spoken]
    else:
        found = [_of_taxonomy(strand, held, proxies, chosen) for strand in taxonomy.strands]
    document = {
        "version": taxonomy.version,
        "provisional": taxonomy.provisional,
        "feeds_held": list(held),
        "harm_set": chosen.name,
        "harm_unit": chosen.unit,
        "strands": found,
    }
    lines = [
        *(["Provisional: have the names and inputs confirmed by their owner."] if taxonomy.provisional else []),
        f"Feeds held: {', '.join(held) or 'none'}.",
        f"Harm weights: {chosen.source()}.",
        *(
            [f"Unweighted, which is no harm of 0: {', '.join(unweighted)}."]
            if (unweighted := _unweighted(found))
            else []
        ),
    ]
    context.output.result(document, _table(taxonomy.version, found), lines=lines)


def _of_taxonomy(
    strand: Strand, held: Mapping[str, Sequence[str]], proxies: Sequence[str], chosen: HarmSet
) -> dict[str, Any]:
    inputs = [{**item.model_dump(mode="json"), "held": item.is_held(held)} for item in strand.inputs]
    by_input = {feed for feed in held if any(item.is_held([feed]) for item in strand.inputs)}
    feeds = sorted(by_input | {feed for feed, names in held.items() if strand.name in names})
    return {
        "code": strand.code,
        "name": strand.name,
        "evidence": strand.evidence,
        "inputs": inputs,
        "feeds": feeds,
        "seen": NO_FEED if not feeds else "by proxy" if strand.name in proxies else "directly",
        "harm_weight": chosen.weight_of(strand.name),
    }


def _of_feeds(strand: str, held: Mapping[str, Sequence[str]], chosen: HarmSet) -> dict[str, Any]:
    feeds = sorted(feed for feed, names in held.items() if strand in names)
    weight = chosen.weight_of(strand)
    return {
        "code": strand,
        "name": strand,
        "evidence": "",
        "inputs": [],
        "feeds": feeds,
        "seen": "directly",
        "harm_weight": weight,
    }


def _unweighted(found: Sequence[Mapping[str, Any]]) -> list[str]:
    return [strand["name"] for strand in found if strand["harm_weight"] is None]


def _table(version: str, found: Sequence[Mapping[str, Any]]) -> Table:
    rows = []
    for strand in found:
        weight = UNWEIGHTED if strand["harm_weight"] is None else f"{strand['harm_weight']:,.6g}"
        first = [strand["name"], strand["seen"], weight]
        told = [_told(item) for item in strand["inputs"]] or [["; ".join(strand["feeds"]), "yes"]]
        rows += [[*(first if not number else [""] * 3), *item] for number, item in enumerate(told)]
    return plain_table(f"Strands: {version}", ["strand", "seen", "harm", "fed by", "held"], rows, ["harm"])


def _told(item: Mapping[str, Any]) -> list[str]:
    where = "; ".join(f"{column} {', '.join(values)}" for column, values in item["where"].items())
    marks = [
        *(["proxy"] if item["proxy"] else []),
        *([f"stands in for {', '.join(item['stand_in_for'])}"] if item["stand_in_for"] else []),
    ]
    text = f"{item['feed']}: {where or 'every row'}"
    return [f"{text} ({'; '.join(marks)})" if marks else text, "yes" if item["held"] else "no"]
