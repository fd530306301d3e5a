"""The plan as a table of areas, for spreadsheets and programs."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from errors import DataError

SUFFIXES = (".csv", ".parquet", ".json")
_COLUMNS = (
    "area_code",
    "name",
    "district",
    "hours",
    "quarter_hours",
    "weighted_expected",
    "reach",
    "reached",
    "marginal",
    "limit",
    "reduced_cost",
    "reason",
)


def check_target(path: Path, suffixes: tuple[str, ...]) -> None:
    """Refuse a file name before any work is done.

    Raises:
        DataError: Its suffix is none of `suffixes`, or its folder is not there.
    """
    if path.suffix not in suffixes:
        raise DataError(f"is none of {', '.join(suffixes)}", place=str(path), fix="name the file so")
    if not path.resolve().parent.is_dir():
        raise DataError("is in a folder that is not there", place=str(path), fix="make the folder first")


def plan_table(document: dict[str, Any]) -> pd.DataFrame:
    """Return a row for each area: plan, period, hours, a column of expected incidents by strand, reason, notices."""
    areas = pd.DataFrame(document["areas"])
    expected = pd.DataFrame(areas["expected"].tolist()).add_prefix("expected: ")
    areas["quarter_hours"] = areas["quarter_hours"].astype("float64")
    table = pd.concat([areas[list(_COLUMNS[:6])], expected, areas[list(_COLUMNS[6:])]], axis=1)
    table.insert(0, "period_start", document["period"]["start"])
    table.insert(0, "plan_id", document["plan_id"])
    table["notices"] = ";".join(document["notices"])
    table["attribution"] = document["attribution"]
    return table


def write_plan(document: dict[str, Any], path: Path) -> None:
    """Write a plan by the file's suffix, whole or not at all: the table as .csv or .parquet, the document as .json.

    Raises:
        DataError: The suffix is another one, or the folder is not there.
    """
    check_target(path, SUFFIXES)
    part = path.with_name(f".{path.name}.part")
    if path.suffix == ".json":
        part.write_text(json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n", encoding="utf-8")
    elif path.suffix == ".csv":
        plan_table(document).to_csv(part, index=False)
    else:
        plan_table(document).to_parquet(part, index=False)
    part.replace(path)
