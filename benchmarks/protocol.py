"""What the forecasting benchmarks share: a workspace of one feed, and every method's backtest beside its reference."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import process_time
from typing import Any

from rich.console import Console
from rich.table import Table

from features.knowledge import Knowledge
from models.progress import silent
from strandcast.app import run
from strandcast.command import Context
from strandcast.deployment import Deployment
from strandcast.output import Output
from training.backtest import Schedule, measured, run_backtest
from training.choice import Recipe

MEASURES = ("poisson_deviance", "pinball", "rmse", "pai_5")


@dataclass(frozen=True)
class Protocol:
    """A benchmark's origins and the figures that others reached on it.

    Attributes:
        title: Name.
        schedule: Origins, horizons and refits.
        references: Method to its measured figures, in the order of `MEASURES`.
        least: Measure to the figure that the default model must reach.
        goals: Measure to the figure that it is to reach.
    """

    title: str
    schedule: Schedule
    references: Mapping[str, Sequence[float]]
    least: Mapping[str, float]
    goals: Mapping[str, float]


@contextmanager
def workspace(*commands: Sequence[str]) -> Iterator[Deployment]:
    """Make a workspace in a temporary folder by running commands in it, and open it."""
    with tempfile.TemporaryDirectory(prefix="strandcast-benchmark-") as folder:
        for command in commands:
            code = run([*command, "--workspace", folder, "--json"])
            if code:
                raise SystemExit(code)
        with Deployment.open(Context(Path(folder), Output.standard(as_json=False))) as deployment:
            yield deployment


def measure(protocol: Protocol, deployment: Deployment, knowledge: Knowledge) -> None:
    """Run every method of a protocol and print its figures beside the references."""
    table = Table(title=f"{protocol.title}, {date.today():%Y-%m-%d}", title_justify="left")  # noqa: DTZ011 - a label
    for name in ("method", *MEASURES, "reference", "ratios", "CPU s"):
        table.add_column(name, justify="left" if name == "method" else "right")
    overall: dict[str, Any] = {}
    panel = knowledge.as_recorded().at().panel
    for method in (*protocol.references, "boosted", "stacked"):
        recipe = Recipe(method, deployment.calendar(), deployment.workspace.settings.seed)
        began = process_time()
        forecasts = run_backtest(knowledge, protocol.schedule, recipe.fit, name=method, advance=silent)
        spent = process_time() - began
        overall = measured(forecasts, panel)[0]
        found = [float(overall[name]) for name in MEASURES]
        reference = protocol.references.get(method, [])
        table.add_row(
            method,
            *(f"{value:.4f}" for value in found),
            " / ".join(f"{value:g}" for value in reference),
            " / ".join(f"{value / other:.3f}" for value, other in zip(found, reference, strict=False)),
            f"{spent:.1f}",
        )
    Console(width=150).print(table)
    for what, figures in (("at least", protocol.least), ("goal", protocol.goals)):
        for name, figure in figures.items():
            value = float(overall[name])
            reached = value >= figure if name == "pai_5" else value <= figure
            print(f"stacked {name} {value:.4f}, {what} {figure:g}: {'reached' if reached else 'NOT reached'}")
