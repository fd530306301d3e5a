"""Toronto, weekly: 25 origins, every second week, horizons 1-4, 140 areas, 5 strands.

python -m benchmarks.toronto
"""

from benchmarks.protocol import Protocol, measure, workspace
from training.backtest import Schedule

PROTOCOL = Protocol(
    title="Toronto weekly protocol",
    schedule=Schedule(origins=25, every=2, horizons=(1, 2, 3, 4), refit_every=5),
    # Measured elsewhere under the same protocol: deviance, pinball, RMSE, PAI at 5 %.
    references={
        "naive": (3.7097, 0.2549, 1.4067, 3.160),
        "mean-all": (0.9883, 0.1633, 1.0330, 4.654),
        "mean-52": (0.9415, 0.1574, 0.9994, 4.683),
        "weighted-0.05": (0.9348, 0.1563, 0.9880, 4.657),
        "shrunken": (0.9258, 0.1558, 0.9864, 4.676),
    },
    least={"poisson_deviance": 0.915, "pinball": 0.1543},
    goals={"poisson_deviance": 0.907, "pinball": 0.1532},
)

if __name__ == "__main__":
    ingest = ["ingest", "incidents", "examples/toronto/incidents.parquet", "--mapping", "examples/toronto/mapping.toml"]
    with workspace(["init", "--holidays", "CA-ON"], ingest) as deployment:
        measure(PROTOCOL, deployment, deployment.knowledge("week"))
