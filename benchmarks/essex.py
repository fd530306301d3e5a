"""Essex 2014, monthly: one month ahead, origins 2014-07 to 2014-11, 1,077 LSOAs, 14 crime types.

python -m benchmarks.essex STREET_FILES AREAS
    STREET_FILES: data.police.uk street files of Essex for 2014 (zip or folder); AREAS: polygons of its LSOAs (GeoJSON)
"""

import sys
from datetime import date

from benchmarks.protocol import Protocol, measure, workspace
from training.backtest import Schedule

PROTOCOL = Protocol(
    title="Essex 2014 monthly protocol",
    schedule=Schedule(origins=5, every=1, horizons=(1,), refit_every=1, end=date(2014, 11, 30)),
    # Measured elsewhere under the same protocol: deviance, pinball, RMSE, PAI at 5 %.
    references={
        "last": (2.9976, 0.2348, 1.5394, 5.284),
        "mean-3": (1.5127, 0.1822, 1.2957, 5.923),
        "mean-all": (1.0758, 0.1664, 1.2303, 6.248),
        "shrunken-all": (0.9456, 0.1645, 1.2265, 6.248),
    },
    least={"poisson_deviance": 0.927, "pai_5": 6.248},
    goals={"poisson_deviance": 0.908},
)

if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    files, areas = sys.argv[1:]
    begin = ["init", "--taxonomy", "police-uk", "--holidays", "GB-ENG", "--areas", areas]
    with workspace(begin, ["ingest", "police-uk", files]) as deployment:
        measure(PROTOCOL, deployment, deployment.knowledge("month"))
