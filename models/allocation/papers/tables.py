"""A plan as files for spreadsheets and programs: CSV, Parquet, XLSX, and the document itself as JSON."""

import csv
import json
from collections.abc import Mapping
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pandas as pd

from errors import DataError
from features.cells import guarded
from features.workspace import write_whole
from models.allocation.papers.sheets import areas_sheet, sheets, standing
from models.allocation.papers.workbook import workbook_bytes

SUFFIXES = (".csv", ".parquet", ".xlsx", ".json")


def check_target(path: Path, suffixes: tuple[str, ...] = SUFFIXES) -> None:
    """Refuse a file name before any work is done.

    Raises:
        DataError: Its suffix is none of `suffixes`, or its folder is not there.
    """
    if path.suffix not in suffixes:
        raise DataError(f"is none of {', '.join(suffixes)}", place=str(path), fix="name the file so")
    if not path.resolve().parent.is_dir():
        raise DataError("is in a folder that is not there", place=str(path), fix="make the folder first")


def plan_table(document: Mapping[str, Any]) -> pd.DataFrame:
    """Return a row for each area: plan and period, hours by resource, expected and met by strand, reason, notices."""
    areas = areas_sheet(document)
    table = pd.DataFrame(list(areas.rows), columns=list(areas.columns))
    table["decile"] = table["decile"].astype("Int64")
    table.insert(0, "period_start", document["period"]["start"])
    table.insert(0, "plan_id", document.get("plan_id", ""))
    table["standing"] = standing(document)
    table["notices"] = ";".join(document["notices"])
    table["attribution"] = document["attribution"]
    return table


def write_plan(document: Mapping[str, Any], path: Path) -> None:
    """Write a plan by the file's suffix, whole or not at all.

    A row an area as .csv or .parquet, all tables as .xlsx, the document as .json. The same plan is the same bytes. In
    CSV a cell that a spreadsheet would take for a formula has an apostrophe before it; in XLSX text is text; Parquet
    and JSON, which no spreadsheet reckons with, hold it as it is.

    Raises:
        DataError: The suffix is another one, or the folder is not there.
    """
    check_target(path)
    match path.suffix:
        case ".json":
            content = (json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()
        case ".csv":
            content = _csv(plan_table(document))
        case ".xlsx":
            content = workbook_bytes(sheets(document), f"Plan for {document['period']['text']}")
        case _:
            buffer = BytesIO()
            plan_table(document).to_parquet(buffer, index=False)
            content = buffer.getvalue()
    write_whole(path, content)


def _csv(table: pd.DataFrame) -> bytes:
    buffer = StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(guarded(list(table.columns)))
    writer.writerows(map(_cells, table.itertuples(index=False, name=None)))
    return buffer.getvalue().encode()


def _cells(row: tuple[Any, ...]) -> list[Any]:
    """Return a row's cells: text guarded, nothing where a number is not known, numbers as they are."""
    return [guarded([cell])[0] if isinstance(cell, str) else "" if pd.isna(cell) else cell for cell in row]
