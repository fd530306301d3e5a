"""Files of studies: the document as JSON, or its rows as CSV in which no text is a formula."""

import csv
import json
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from errors import DataError
from features.cells import guarded
from features.workspace import write_whole

SUFFIXES = (".json", ".csv")


def check_target(path: Path | None, suffixes: tuple[str, ...]) -> None:
    """Refuse a file name before any work is done.

    Raises:
        DataError: Its suffix is none of `suffixes`, or its folder is not there.
    """
    if path is None:
        return
    if path.suffix not in suffixes:
        raise DataError(f"is none of {', '.join(suffixes)}", place=str(path), fix="name the file so")
    if not path.resolve().parent.is_dir():
        raise DataError("is in a folder that is not there", place=str(path), fix="make the folder first")


def write_study(document: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write a study by the file's suffix, whole or not at all: the document as .json, its rows as .csv."""
    if path.suffix == ".json":
        text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
        write_whole(path, text.encode())
        return
    buffer = StringIO(newline="")
    writer = csv.writer(buffer)
    marks = {"synthetic": document.get("synthetic", False), "attribution": document.get("attribution", "")}
    table = [{**row, **marks} for row in rows]
    if table:
        writer.writerow(guarded(list(table[0])))
        writer.writerows(guarded(row.values()) for row in table)
    write_whole(path, buffer.getvalue().encode())
