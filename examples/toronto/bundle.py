"""Make incidents.parquet from the published table: `python examples/toronto/bundle.py PUBLISHED.csv.gz`."""

import sys
from pathlib import Path

import pandas as pd

COLUMNS = ["occurrence_date", "occurrence_hour", "offence", "neighbourhood", "longitude", "latitude"]
METRES_100 = 3  # decimals of a degree


def bundle(published: Path, target: Path) -> int:
    """Write the columns that forecasts need, coordinates coarsened to about 100 m; return the number of rows."""
    frame = pd.read_csv(published, usecols=COLUMNS)[COLUMNS]
    frame["occurrence_date"] = pd.to_datetime(frame["occurrence_date"]).dt.date
    frame["occurrence_hour"] = frame["occurrence_hour"].astype("int8")
    for name in ("longitude", "latitude"):
        frame[name] = frame[name].round(METRES_100)
    ordered = frame.sort_values(["occurrence_date", "neighbourhood", "offence"], kind="stable")
    ordered.to_parquet(target, compression="zstd", compression_level=19, index=False)
    return len(ordered)


if __name__ == "__main__":
    rows = bundle(Path(sys.argv[1]), Path(__file__).with_name("incidents.parquet"))
    sys.stdout.write(f"{rows:,} rows\n")
