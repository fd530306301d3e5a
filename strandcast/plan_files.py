"""Which writer a plan goes to, by the name of the file: tables, the document, a picture, or briefings."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from errors import DataError
from models.allocation.papers import picture, tables
from models.allocation.papers.briefing.write import check_briefings, write_briefings

_BRIEFINGS = (".html", ".zip", "")


def check_file(path: Path, district: str | None) -> None:
    """Refuse a file name before any work is done.

    Raises:
        DataError: Nothing is written under such a name, or a district is named for what is of all districts.
    """
    if path.suffix in _BRIEFINGS:
        check_briefings(path)
        return
    tables.check_target(path, (*tables.SUFFIXES, *picture.SUFFIXES, *_BRIEFINGS[:2]))
    if district is not None:
        raise DataError(f"a {path.suffix} file is of all districts", place="--district", fix="name an .html file")


def write_file(document: Mapping[str, Any], path: Path, district: str | None) -> list[Path]:
    """Write a plan and return the files.

    Raises:
        DataError: There is no such district, or the file cannot be named so.
    """
    if path.suffix in _BRIEFINGS:
        return write_briefings(document, path, district=district)
    if path.suffix in picture.SUFFIXES:
        picture.draw_plan(document, path)
    else:
        tables.write_plan(document, path)
    return [path]
