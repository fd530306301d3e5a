"""Writing briefings: one file of all pages, a folder or an archive with a file for each district."""

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from errors import DataError
from features.workspace import write_whole
from models.allocation.papers.briefing.facts import Brief, briefs, period_text
from models.allocation.papers.briefing.page import html, overview, page

_EPOCH = (1980, 1, 1, 0, 0, 0)
_OVERVIEW = "all-districts"


def write_briefings(document: Mapping[str, Any], path: Path, *, district: str | None = None) -> list[Path]:
    """Write a plan's briefings and return the files; the same document gives the same bytes.

    Args:
        document: The plan's document, with its `standing` where it is known: its `status`, and the `sentence` that
            says who decided. Without it the plan is a draft.
        path: `.html`: one file with a page for each district, after one of all; `.zip`: an archive with a file for
            each; else a folder, made if it is not there.
        district: The one that is asked for, alone.

    Raises:
        DataError: There is no such district, or the name is another one or in a folder that is not there.
    """
    check_briefings(path)
    asked = chosen(document, district)
    if path.suffix == ".html":
        pages = [page(brief) for brief in asked]
        pages = pages if len(pages) == 1 else [overview(document), *pages]
        write_whole(path, html(f"Briefing: {period_text(document)}", pages).encode())
        return [path]
    files = _files(document, asked, alone=district is not None)
    if path.suffix == ".zip":
        write_whole(path, _archive(files))
        return [path]
    path.mkdir(exist_ok=True)
    for name, content in files.items():
        write_whole(path / name, content)
    return [path / name for name in files]


def check_briefings(path: Path) -> None:
    """Refuse a target before any work is done.

    Raises:
        DataError: It is neither .html, .zip nor a folder, or its folder is not there.
    """
    if path.suffix not in (".html", ".zip", ""):
        raise DataError("is neither .html, .zip nor a folder", place=str(path), fix="name it so")
    if not path.resolve().parent.is_dir():
        raise DataError("is in a folder that is not there", place=str(path), fix="make the folder first")
    if path.suffix == "" and path.exists() and not path.is_dir():
        raise DataError("is a file, not a folder", place=str(path), fix="name a folder, or a file ending in .html")


def chosen(document: Mapping[str, Any], district: str | None) -> list[Brief]:
    """Return the briefs of all districts, or of the one that is asked for.

    Raises:
        DataError: There is no such district.
    """
    every = briefs(document)
    if district is None:
        return every
    found = [brief for brief in every if brief.title.casefold() == district.casefold()]
    if not found:
        known = ", ".join(brief.title for brief in every)
        raise DataError("there is no such district", place=f"district {district}", fix=f"use one of: {known}")
    return found


def _files(document: Mapping[str, Any], asked: list[Brief], *, alone: bool) -> dict[str, bytes]:
    """Return file names, made of plain letters alone, with their content."""
    files = {} if alone else {f"{_OVERVIEW}.html": html("All districts", [overview(document)]).encode()}
    for brief in asked:
        plain = re.sub(r"[^a-z0-9]+", "-", brief.title.lower()).strip("-") or "district"
        name, number = f"{plain}.html", 2
        while name in files:
            name, number = f"{plain}-{number}.html", number + 1
        files[name] = html(f"{brief.title}: {period_text(document)}", [page(brief)]).encode()
    return files


def _archive(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
