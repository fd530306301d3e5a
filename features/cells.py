"""Cells of exported files, none of which a spreadsheet takes for a formula."""

import re
from collections.abc import Iterable
from typing import Any

# A spreadsheet takes a cell that begins so for a formula, unless it is a number. Cells that are guarded already are
# guarded once more, so that taking one guard away gives every cell back as it was.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*")
_GUARD = "'"


def guarded(cells: Iterable[Any]) -> list[Any]:
    """Return cells of which a spreadsheet takes no text for a formula; numbers stay as they are, as text too."""
    return [_guarded(cell) if isinstance(cell, str) else cell for cell in cells]


def unguarded(text: str) -> str:
    """Return a cell of an exported file without what keeps a spreadsheet from taking it for a formula."""
    return text.removeprefix(_GUARD) if text.startswith(_GUARD) and _FORMULA.match(text) else text


def _guarded(cell: str) -> str:
    return _GUARD + cell if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell
