"""How often the ranges hold on Toronto: areas by strand, strands, and everything; PIT distance by strand.

python -m benchmarks.ranges [--model NAME] [--end DATE]

The protocol's 25 origins, every second week, horizons 1-4; by default those that are scored, with `--end` earlier ones.
Coverage is the share of randomised PIT values in (0.1, 0.9]; its interval is a bootstrap of runs of four origins.
"""

import argparse
from collections.abc import Sequence
from datetime import date

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.protocol import workspace
from models.levels import ALL_STRANDS, FORCE
from models.progress import silent
from training.backtest import Schedule, run_backtest
from training.choice import Recipe
from training.evaluate import ALL
from training.honesty import Ranges, distance, inside, interval_of_ratio

SEED = 1
INTERVAL, GOAL = (0.74, 0.86), (0.78, 0.82)
DISTANCE, DISTANCE_GOAL = 0.05, 0.03
INGEST = ("ingest", "incidents", "examples/toronto/incidents.parquet", "--mapping", "examples/toronto/mapping.toml")


def pooled(worlds: Sequence[Ranges], strand: str) -> tuple[float, float, float, float]:
    """Return coverage, the ends of its interval and the PIT distance of one strand, or of all but the total.

    Args:
        worlds: The same level of one or several worlds, with as many origins each.
        strand: A strand, or "all" for every strand by itself.
    """
    found = []
    for number, ranges in enumerate(worlds):
        pit = ranges.pit(np.random.default_rng(SEED + number))
        own = [s for s, name in enumerate(ranges.strands) if name == strand or (strand == ALL and name != ALL_STRANDS)]
        found.append(pit[..., own].reshape(len(pit), -1))
    hits = np.stack([(inside(pit) & np.isfinite(pit)).sum(axis=1) for pit in found])
    cells = np.stack([np.isfinite(pit).sum(axis=1) for pit in found])
    low, high = interval_of_ratio(hits, cells, np.random.default_rng(SEED))
    values = np.concatenate([pit[np.isfinite(pit)] for pit in found])
    return float(hits.sum() / cells.sum()), low, high, distance(values)


def coverage_table(title: str, levels: Sequence[Sequence[Ranges]]) -> Table:
    """Return coverage and PIT distance by level and strand; each level is given once for every world."""
    table = Table(title=title, title_justify="left")
    for name in ("level", "strand", "coverage", "interval", "meets 74-86 %", "PIT distance", "width"):
        table.add_column(name, justify="left" if name in ("level", "strand") else "right")
    for worlds in levels:
        widths = {row["strand"]: row["width_80"] for row in worlds[0].rows(SEED) if not row["horizon"]}
        for strand in (ALL, *worlds[0].strands):
            share, low, high, apart = pooled(worlds, strand)
            meets = "yes" if low <= INTERVAL[1] and high >= INTERVAL[0] else "NO"
            shown = (f"{share:.1%}", f"{low:.1%}-{high:.1%}", meets, f"{apart:.3f}", f"{widths.get(strand, 0.0):.1f}")
            table.add_row(worlds[0].level, strand, *shown)
    return table


def main() -> None:
    """Print Toronto's table, and whether each target is met."""
    parser = argparse.ArgumentParser(description="Coverage on Toronto.")
    parser.add_argument("--model", default="boosted")
    parser.add_argument("--end", type=date.fromisoformat)
    asked = parser.parse_args()
    schedule = Schedule(25, 2, (1, 2, 3, 4), 5, asked.end)
    with workspace(["init", "--holidays", "CA-ON"], INGEST) as deployment:
        knowledge = deployment.knowledge("week")
        recipe = Recipe(asked.model, deployment.calendar(), deployment.workspace.settings.seed)
        made = run_backtest(knowledge, schedule, recipe.fit, name=asked.model, advance=silent)
        panel = knowledge.as_recorded().at().panel
    area, force = (Ranges.of_backtest(made, panel, level) for level in (panel.areas.level, FORCE))
    title = f"Toronto, {asked.model}, nominal 80 %, targets to {asked.end or 'the newest complete week'}"
    Console(width=150).print(coverage_table(title, [[area], [force]]))
    targets = {"area x strand": (area, ALL), "strand": (force, ALL), "total": (force, ALL_STRANDS)}
    for name, (ranges, strand) in targets.items():
        share, low, high, _ = pooled([ranges], strand)
        reached = low <= INTERVAL[1] and high >= INTERVAL[0]
        goal = GOAL[0] <= share <= GOAL[1]
        print(f"{name}: {share:.1%} ({low:.1%}-{high:.1%}), 74-86 % {'met' if reached else 'NOT met'}, goal {goal}")
    worst = max(pooled([area], strand)[3] for strand in area.strands)
    print(f"largest PIT distance of a strand {worst:.3f}: {'met' if worst <= DISTANCE else 'NOT met'} ({DISTANCE})")


if __name__ == "__main__":
    main()
