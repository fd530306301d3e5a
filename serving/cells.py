"""Cells of tables that leave as CSV: none of them is a formula to a spreadsheet."""

import re
from collections.abc import Iterable
from typing import Any

# As in `features.quarantine.export`, which needs libraries that a process that answers has no room for.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*")


def guarded(cells: Iterable[Any]) -> list[Any]:
    """Return cells of which a spreadsheet takes no text for a formula; numbers stay as they are."""
    return [_guarded(cell) if isinstance(cell, str) else cell for cell in cells]


def _guarded(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell
