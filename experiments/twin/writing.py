"""A twin's files: a folder a feed, the areas, the truth and a manifest; all of them or none."""

import csv
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
from pyarrow import parquet

from errors import DataError
from experiments.twin.clocks import delays
from experiments.twin.parameters import GENERATOR_VERSION
from experiments.twin.seasons import recording, school_terms
from experiments.twin.street import FEED as STREET
from experiments.twin.street import PUBLISHED_AFTER_DAYS
from experiments.twin.truth import truth_table
from experiments.twin.twin import Twin
from models.progress import Advance

README, MANIFEST, AREAS, TERMS, TRUTH = (
    "README-SYNTHETIC.txt",
    "manifest-SYNTHETIC.json",
    "areas.csv",
    "school-terms-SYNTHETIC.csv",
    "truth-SYNTHETIC.parquet",
)
_SAYS = """SYNTHETIC. Nothing in this folder happened.

Made by `strandcast twin`, generator version {version}, seed {seed}: a county with the real codes, hierarchy and
population of its areas, and with invented incidents whose true intensities are known. Do not use it to say anything
about a place. Deprivation, town centres, trust and every record are made up{deciles}.

A folder is a feed, in the format of its contract. areas.csv is for `strandcast init --areas`,
school-terms-SYNTHETIC.csv for the setting school_terms, truth-SYNTHETIC.parquet holds what was expected and what is
recorded in the end, and manifest-SYNTHETIC.json everything that the generator assumed.

Sources: Office for National Statistics (Census 2011, LSOA 2011), Home Office (police recorded crime, 2017/18). Contains
public sector information licensed under the Open Government Licence v3.0.
"""


def write_twin(twin: Twin, folder: Path, advance: Advance) -> dict[str, int]:
    """Write a twin into a folder that is absent or empty, and return the number of rows of each feed.

    Raises:
        DataError: The folder holds something already, or cannot be made.
    """
    with _whole(folder) as place:
        rows = {}
        for number, delivery in enumerate(sorted(twin.deliveries, key=lambda one: one.feed)):
            advance(number, len(twin.deliveries) + 1)
            rows[delivery.feed] = delivery.table.num_rows
            for month, table in delivery.months():
                _write_csv(table, place / _file(delivery.feed, month))
        advance(len(twin.deliveries), len(twin.deliveries) + 1)
        _write_rows(place / AREAS, _areas(twin))
        _write_rows(place / TERMS, _terms(twin))
        truth = truth_table(twin.scene, twin.truth)
        parquet.write_table(truth.replace_schema_metadata({"SYNTHETIC": "true"}), place / TRUTH, compression="zstd")
        (place / MANIFEST).write_text(json.dumps(manifest(twin, rows), indent=1) + "\n", encoding="utf-8")
        deciles = ", deprivation excepted, which a file gave" if twin.scene.traits.deciles_given else ""
        says = _SAYS.format(version=GENERATOR_VERSION, seed=twin.seed, deciles=deciles)
        (place / README).write_text(says, encoding="utf-8")
        advance(len(twin.deliveries) + 1, len(twin.deliveries) + 1)
    return rows


def free_folder(folder: Path) -> None:
    """Check that a twin can be written into a folder.

    Raises:
        DataError: The folder holds something already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DataError("holds something already", place=str(folder), fix="name a folder that is new or empty")


def feed_folder(feed: str) -> str:
    """Return the name of a feed's folder.

    Files of data.police.uk are recognised by their names, which have no room for a word more; their folder has.
    """
    return f"SYNTHETIC-{feed}" if feed == STREET else feed


def _file(feed: str, month: str) -> str:
    if feed == STREET:
        return f"{feed_folder(feed)}/{month}/{month}-essex-street.csv"
    return f"{feed_folder(feed)}/SYNTHETIC-{feed}-{month}.csv"


def manifest(twin: Twin, rows: Mapping[str, int]) -> dict[str, Any]:
    """Return what a scorer needs to know beside the truth table, and all that the generator assumed."""
    scene, world = twin.scene, twin.demand.world
    kinds = [kind.name for kind in scene.parameters.kinds]
    factor = recording(scene.parameters, scene.weeks)[:, scene.weeks.burn_in :]
    kept = slice(scene.weeks.burn_in, None)
    districts = sorted(set(scene.county.districts))
    return {
        "SYNTHETIC": True,
        "generator_version": GENERATOR_VERSION,
        "seed": twin.seed,
        "first_day": str(scene.weeks.starts[0]),
        "last_day": str(scene.weeks.last_day),
        "weeks": scene.weeks.count,
        "rows": dict(rows),
        "published_after_days": {STREET: PUBLISHED_AFTER_DAYS, "stats19": 30},
        "outages": [outage.document() for outage in twin.outages],
        "level_shifts": [
            {
                "kind": shift.kind,
                "first_day": str(scene.weeks.starts[scene.weeks.at(shift.at)]),
                "factor": shift.factor,
            }
            for shift in scene.parameters.shifts
        ],
        "delays_share_and_mean_days": delays(),
        "parameters": scene.parameters.document(),
        "deprivation_is_synthetic": not scene.traits.deciles_given,
        "areas": {
            "area_code": scene.county.codes,
            "deprivation": _numbers(scene.traits.deprivation),
            "centre": _numbers(scene.traits.centre),
            "trust": _numbers(scene.traits.trust),
        },
        "probability_reported_by_area": {kind: _numbers(row) for kind, row in zip(kinds, world.reported, strict=True)},
        "recording_factor_by_week": {kind: _numbers(row) for kind, row in zip(kinds, factor, strict=True)},
        "county_shock_by_week": {
            kind: _numbers(row[kept]) for kind, row in zip(kinds, world.county_shock, strict=True)
        },
        "district_shock_by_week": {
            name: _numbers(row[kept]) for name, row in zip(districts, world.district_shock, strict=True)
        },
    }


def _numbers(values: np.ndarray[Any, np.dtype[np.float64]]) -> list[float]:
    return [round(float(value), 5) for value in values]


def _areas(twin: Twin) -> list[tuple[str, ...]]:
    source = "given" if twin.scene.traits.deciles_given else "SYNTHETIC"
    header, *rows = twin.scene.county.table(twin.scene.traits.deciles)
    return [(*header, "deprivation_source"), *((*row, source) for row in rows)]


def _terms(twin: Twin) -> list[tuple[str, ...]]:
    first, last = twin.scene.weeks.starts[0].item(), twin.scene.weeks.last_day
    # A year more than the data, for forecasts look ahead.
    terms = [term for year in range(first.year - 1, last.year + 2) for term in school_terms(year)]
    return [("first_day", "last_day"), *((str(start), str(end)) for start, end in terms)]


def _write_rows(path: Path, rows: list[tuple[str, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle, lineterminator="\n").writerows(rows)


def _write_csv(table: pa.Table, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # No value of ours holds a comma or a quote; Arrow refuses to write one that does.
    arrow_csv.write_csv(table, path, arrow_csv.WriteOptions(quoting_style="none", quoting_header="none"))


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """Hand out a folder beside the target, and put it in the target's place when all is written."""
    place = folder.parent / f".{folder.name}.{os.getpid()}.partial"
    free_folder(folder)
    try:
        place.mkdir(parents=True)
    except OSError as error:
        raise DataError(f"cannot be made ({error.strerror})", place=str(folder), fix="name another folder") from None
    try:
        yield place
        if folder.exists():
            folder.rmdir()
        place.rename(folder)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
