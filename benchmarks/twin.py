"""The twin beside real anchors: dispersion, autocorrelation, concentration and shares; time and memory of three years.

python -m benchmarks.twin [PICTURE.png]

Real: bundled Toronto incidents of 2016 to 2018 (140 neighbourhoods); the offences that Essex Police recorded in 2017/18
(bundled); and, where the shared data folder is, street-level files of Essex of 2018 by LSOA, ten months of them. The
twin publishes nine months of its 2018 and has lost none of them. Seeds 1 to 3 are the twins': no scoring uses them.
"""

import io
import os
import re
import resource
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from experiments.twin.anchors import CATEGORIES, Anchor, concentration, twin_counts
from experiments.twin.county import essex
from experiments.twin.offences import load_offences
from experiments.twin.parameters import GENERATOR_VERSION, WEEKS_A_YEAR, Parameters
from experiments.twin.twin import DEFAULT_END, WEEKS_A_TWIN_YEAR, Twin, make_twin
from experiments.twin.writing import write_twin
from features import periods
from models.progress import silent

TORONTO = Path("examples/toronto/incidents.parquet")
SHARED = Path(os.environ.get("STRANDCAST_SHARED_DATA", "../shared/data"))
FIRST_DAY, WEEKS = np.datetime64("2016-01-04"), 156
SEEDS = (1, 2, 3)
MEASURES = (
    "a year",
    "mean",
    "dispersion",
    "of totals",
    "lag 1",
    "4",
    "52",
    "totals 1",
    "4",
    "52",
    "top 5 %",
    "20 %",
    "Gini",
)
CONSOLE = Console(width=160)


def toronto(category: str) -> NDArray[np.int64]:
    """Return Toronto's counts by week and neighbourhood."""
    incidents = pd.read_parquet(TORONTO, columns=["occurrence_date", "offence", "neighbourhood"])
    areas = pd.Categorical(incidents["neighbourhood"])
    day = pd.to_datetime(incidents["occurrence_date"]).to_numpy().astype("datetime64[D]")
    week = periods.ordinal_of(day, "week") - periods.ordinal_of(np.array([FIRST_DAY]), "week")[0]
    rows = (incidents["offence"] == category).to_numpy() & (week >= 0) & (week < WEEKS)
    counts = np.zeros((WEEKS, len(areas.categories)), dtype=np.int64)
    np.add.at(counts, (week[rows], areas.codes[rows].astype(np.int64)), 1)
    return counts


def essex_street() -> Mapping[str, NDArray[np.float64]] | None:
    """Return real totals of 2018 by LSOA for each type of data.police.uk; None where the files are not at hand."""
    archive = SHARED / "essex" / "police-uk-essex-street.zip"
    if not archive.is_file():
        return None
    codes = list(essex().codes)
    frames = []
    with zipfile.ZipFile(archive) as files:
        for name in files.namelist():
            if re.search(r"2018-\d\d-essex-street", name):
                frame = pd.read_csv(io.BytesIO(files.read(name)))
                frame.columns = [column.lower().replace(" ", "_") for column in frame.columns]
                frames.append(frame[["crime_type", "lsoa_code"]])
    rows = pd.concat(frames)
    counts = rows.groupby(["crime_type", "lsoa_code"]).size()
    return {
        str(kind): counts[kind].reindex(codes).fillna(0).to_numpy(dtype=np.float64)
        for kind in sorted(rows["crime_type"].unique())
    }


def twin_street(twin: Twin) -> Mapping[str, NDArray[np.float64]]:
    """Return the twin's published totals of 2018 by LSOA for each type."""
    table = twin.delivery("police-uk").table.select(["Month", "LSOA code", "Crime type"]).to_pandas()
    rows = table[table["Month"].astype(str) >= "2018-01"]
    counts = rows.groupby(["Crime type", "LSOA code"], observed=True).size()
    codes = list(twin.scene.county.codes)
    kinds = sorted(rows["Crime type"].astype(str).unique())
    return {kind: counts[kind].reindex(codes).fillna(0).to_numpy(dtype=np.float64) for kind in kinds}


def anchors_table(real: Mapping[str, Anchor], made: Mapping[str, list[Anchor]]) -> Table:
    """Return measures of Toronto and of the twins."""
    table = Table(title="By area and week: Toronto 2016-2018, and twins by MSOA", title_justify="left")
    for name in ("category", "of", *MEASURES):
        table.add_column(name, justify="left" if name in ("category", "of") else "right")
    for category, anchor in real.items():
        table.add_row(category, "Toronto", *cells(anchor))
        for number, one in zip(SEEDS, made[category], strict=True):
            table.add_row("", f"twin {number}", *cells(one))
    return table


def cells(anchor: Anchor) -> list[str]:
    """Return an anchor's measures as text."""
    numbers = (
        anchor.dispersion,
        anchor.total_dispersion,
        *anchor.area_lags,
        *anchor.total_lags,
        anchor.top_5,
        anchor.top_20,
        anchor.gini,
    )
    return [f"{anchor.a_year:,.0f}", f"{anchor.mean:.2f}", *(f"{number:.3f}" for number in numbers)]


def shares_table(twin: Twin) -> Table:
    """Return recorded crime by type of data.police.uk: 2017/18 and the twin's records that stand, a year."""
    offences = load_offences()
    types = sorted({offence.police_uk for offence in offences})
    stands = twin.crimes.offence[twin.crimes.stands]
    counts = np.bincount(stands, minlength=len(offences)) * WEEKS_A_YEAR / twin.scene.weeks.count
    table = Table(title="Recorded crime a year", title_justify="left")
    for name in ("type", "Essex 2017/18", "share", "twin", "share", "ratio"):
        table.add_column(name, justify="left" if name == "type" else "right")
    total = sum(offence.recorded for offence in offences)
    for kind in (*types, "all"):
        chosen = [number for number, offence in enumerate(offences) if kind in (offence.police_uk, "all")]
        real, made = sum(offences[number].recorded for number in chosen), counts[chosen].sum()
        share = f"{made / counts.sum():.2%}"
        table.add_row(kind, f"{real:,}", f"{real / total:.2%}", f"{made:,.0f}", share, f"{made / real:.3f}")
    return table


def concentration_table(real: Mapping[str, NDArray[np.float64]], made: Mapping[str, NDArray[np.float64]]) -> Table:
    """Return the concentration by LSOA of street-level records, real and made."""
    table = Table(title="Street-level records by LSOA: Essex 2018 and the twin", title_justify="left")
    for name in ("type", "records", "top 5 %", "20 %", "Gini", "twin records", "top 5 %", "20 %", "Gini"):
        table.add_column(name, justify="left" if name == "type" else "right")
    for kind, totals in real.items():
        row = [kind]
        for values in (totals, made[kind]):
            row += [f"{values.sum():,.0f}", *(f"{value:.3f}" for value in concentration(values))]
        table.add_row(*row)
    return table


def draw(twin: Twin, street: tuple[Mapping[str, NDArray[np.float64]], ...], path: Path) -> None:
    """Draw weekly totals and concentration curves, real and made."""
    figure = Figure(figsize=(11, 9), layout="constrained")
    axes = figure.subplots(3, 2)
    for cell, category in zip(axes.flat, CATEGORIES, strict=False):
        for counts, label in ((toronto(category), "Toronto"), (twin_counts(twin, category, by_msoa=True), "twin")):
            totals = counts.sum(axis=1)
            cell.plot(totals / totals.mean(), label=label, lw=1)
        cell.set(title=f"{category}: weekly totals over their mean", xlabel="week", ylim=(0, 2.2))
        cell.legend(frameon=False)
    for cell, kind in zip(axes[2], ("Violence and sexual offences", "Burglary"), strict=True):
        for totals, label in zip(street, ("twin", "Essex 2018"), strict=False):
            ordered = np.sort(totals[kind])[::-1]
            cell.plot(np.arange(1, len(ordered) + 1) / len(ordered), np.cumsum(ordered) / ordered.sum(), label=label)
        cell.set(title=f"{kind}, LSOAs with most first", xlabel="share of LSOAs", ylabel="share of records")
        cell.legend(frameon=False)
    figure.suptitle(f"SYNTHETIC twin, generator version {GENERATOR_VERSION}, beside real anchors")
    with mpl.rc_context({"figure.dpi": 110}):
        figure.savefig(path)


def main(picture: Path | None) -> None:
    """Print everything."""
    parameters, weeks = Parameters.load(), 3 * WEEKS_A_TWIN_YEAR
    began = perf_counter()
    twins = [make_twin(essex(), SEEDS[0], DEFAULT_END, weeks, parameters, silent)]
    simulated = perf_counter() - began
    with tempfile.TemporaryDirectory(prefix="strandcast-twin-") as folder:
        rows = write_twin(twins[0], Path(folder) / "twin", silent)
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()) / 2**20
    written = perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    print(
        f"Three years of {len(essex()):,} areas, {sum(rows.values()):,} rows, {size:.0f} MiB: simulated in "
        f"{simulated:.1f} s, with files {written:.1f} s (goal 60 s), peak memory {peak:,.0f} MiB"
    )
    twins += [make_twin(essex(), seed, DEFAULT_END, weeks, parameters, silent) for seed in SEEDS[1:]]
    real = {category: Anchor.of(toronto(category)) for category in CATEGORIES}
    made = {name: [Anchor.of(twin_counts(twin, name, by_msoa=True)) for twin in twins] for name in CATEGORIES}
    CONSOLE.print(anchors_table(real, made), shares_table(twins[0]))
    street, ours = essex_street(), twin_street(twins[0])
    if street is None:
        print(f"No street-level files of Essex: {SHARED} is not there.")
    else:
        CONSOLE.print(concentration_table(street, ours))
    if picture:
        draw(twins[0], (ours,) if street is None else (ours, street), picture)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
