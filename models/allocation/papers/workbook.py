"""A workbook of a plan's tables, in which no cell is ever a formula; the same tables are the same bytes."""

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from models.allocation.papers.sheets import Cell, Sheet

# The day that a workbook says it was made on: a clock would make every file another one.
_MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
# In memory the parts of the archive bear a fixed time too. Text is written as text, whatever it begins with.
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
_WIDEST, _NARROWEST = 60, 8
_LOOKED_AT = 200


def workbook_bytes(tables: Sequence[Sheet], title: str) -> bytes:
    """Return an XLSX file with a sheet for each table."""
    buffer = BytesIO()
    with Workbook(buffer, _OPTIONS) as book:
        book.set_properties({"title": title, "created": _MADE})
        # An apostrophe that is not seen keeps a cell text even when somebody edits it.
        text = book.add_format({"quote_prefix": True, "valign": "top"})
        number = book.add_format({"num_format": "#,##0.00", "valign": "top"})
        head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#F2F5F8"})
        for table in tables:
            _fill(book.add_worksheet(table.name), table, (head, text, number))
    return buffer.getvalue()


def _fill(sheet: Worksheet, table: Sheet, formats: tuple[Format, Format, Format]) -> None:
    head, text, number = formats
    for column, header in enumerate(table.columns):
        sheet.write_string(0, column, header, head)
    for row, cells in enumerate(table.rows, start=1):
        for column, cell in enumerate(cells):
            _write(sheet, (row, column), cell, text, number)
    for column, header in enumerate(table.columns):
        longest = max([len(header), *(_length(row[column]) for row in table.rows[:_LOOKED_AT])])
        sheet.set_column(column, column, min(max(longest + 2, _NARROWEST), _WIDEST))
    sheet.freeze_panes(1, 0)
    if table.rows:
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)


def _write(sheet: Worksheet, at: tuple[int, int], cell: Cell, text: Format, number: Format) -> None:
    if isinstance(cell, bool):
        sheet.write_boolean(*at, cell)
    elif isinstance(cell, int):
        sheet.write_number(*at, cell)
    elif isinstance(cell, float):
        sheet.write_number(*at, cell, number)
    elif cell:
        sheet.write_string(*at, cell, text)


def _length(cell: Cell) -> int:
    return len(f"{cell:,.2f}") if isinstance(cell, float) else len(str(cell if cell is not None else ""))
