"""Tables of counts by area, from the codes of one edition to those of another."""

import csv
import io
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from errors import DataError
from features.areas.changes import CodeChanges
from features.areas.columns import AreaColumns, cell_text
from features.areas.conversion import Conversion
from features.cells import guarded


@dataclass(frozen=True, eq=False)
class CountsTable:
    """A CSV of counts.

    Attributes:
        name: The file.
        header: Its columns.
        rows: Its rows, as many cells each as columns.
        area: Index of the column of codes.
        count: Index of the column of counts.
        left_out: Indices of columns of areas' names, which say nothing of areas with other codes.
    """

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = field(repr=False)
    area: int
    count: int
    left_out: tuple[int, ...]

    @classmethod
    def read(cls, path: Path, area_column: str | None, count_column: str) -> "CountsTable":
        """Read a table.

        Raises:
            DataError: The file is absent or no CSV, lacks a column, or has a row of another length.
        """
        try:
            lines = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
        except OSError as error:
            raise DataError(f"cannot be read ({error.strerror})", place=str(path), fix="check the path") from None
        except (ValueError, csv.Error):
            raise DataError("cannot be read as CSV", place=path.name, fix="save it as CSV in UTF-8") from None
        header = tuple(lines[0]) if lines else ()
        for number, line in enumerate(lines[1:], start=2):
            if len(line) != len(header):
                raise DataError(
                    "has more or fewer cells than the header", place=f"{path.name}, row {number}", fix="mend it"
                )
        names = AreaColumns.of(header, path.name) if area_column is None else None
        area = _index(header, names.code if names else area_column, path.name, "--area-column")
        count = _index(header, count_column, path.name, "--count-column")
        left_out = (header.index(names.name),) if names and names.name != names.code else ()
        return cls(path.name, header, tuple(map(tuple, lines[1:])), area, count, left_out)

    def codes(self) -> tuple[str, ...]:
        """Return the code of each row."""
        return tuple(cell_text(row[self.area]).upper() for row in self.rows)

    def counts(self) -> list[float]:
        """Return the count of each row.

        Raises:
            DataError: One is no number.
        """
        found = []
        for number, row in enumerate(self.rows, start=2):
            try:
                value = float(row[self.count].replace(",", ""))
            except ValueError:
                value = math.nan
            if not math.isfinite(value):
                place = f"{self.name}, row {number}"
                raise DataError(f"'{self.header[self.count]}' is no number", place=place, fix="correct it")
            found.append(value)
        return found


@dataclass(frozen=True, eq=False)
class ConvertedCounts:
    """A table under other codes.

    Attributes:
        table: What was read.
        header: Its columns.
        rows: Its rows.
        conversion: What became of each code.
        read: Sum of the counts that were read.
        written: Sum of the counts that are written.
    """

    table: CountsTable
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = field(repr=False)
    conversion: Conversion
    read: float
    written: float

    def as_document(self) -> dict[str, Any]:
        """Return what became of the rows; codes are counted and not repeated, for a wrong column may hold anything."""
        done = self.conversion
        codes = {
            "read": len(done.codes),
            "split": len(done.split),
            "merged_into": len(done.merged),
            "unknown": len(done.unknown),
        }
        return {
            "rows_read": len(self.table.rows),
            "rows_written": len(self.rows),
            "sum_read": self.read,
            "sum_written": self.written,
            "codes": codes,
            "left_out": [self.table.header[index] for index in self.table.left_out],
        }

    def text(self) -> str:
        """Return the table as CSV, in which a spreadsheet takes no text for a formula."""
        lines = io.StringIO()
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(guarded(self.header))
        writer.writerows(guarded(row) for row in self.rows)
        return lines.getvalue()


def convert_counts(
    table: CountsTable, changes: CodeChanges, to: str, population: Mapping[str, float], *, fractions: bool
) -> ConvertedCounts:
    """Convert a table; rows that are alike but for their counts afterwards are added up.

    Args:
        table: The counts.
        changes: The lookup of codes.
        to: The edition to go to.
        population: Residents of areas of that edition, where known.
        fractions: Share in fractions; else counts stay whole.

    Raises:
        DataError: There is no such edition, the codes are of that edition already or none is in the lookup, or a count
            is not whole and fractions are not asked for.
    """
    codes, counts = table.codes(), table.counts()
    changes.direction(to)
    if changes.edition_of(sorted(set(codes))) == to:
        fix = f"name the other edition with --to, {' or '.join(item for item in changes.editions if item != to)}"
        raise DataError(f"its codes are of {to} already", place=table.name, fix=fix)
    if not fractions and any(count != int(count) for count in counts):
        raise DataError("has counts that are not whole", place=table.name, fix="give --fractions")
    conversion = Conversion.of(changes, sorted(set(codes)), to, population)
    if len(conversion.unknown) == len(conversion.codes):
        fix = "give the lookup of its areas, or name their column with --area-column"
        raise DataError("none of its codes is in the lookup", place=table.name, fix=fix)
    kept = [index for index in range(len(table.header)) if index not in (table.area, table.count, *table.left_out)]
    keys = [tuple(row[index] for index in kept) for row in table.rows]
    totals: dict[tuple[str, tuple[str, ...]], float] = {}
    for row, parts in sorted(_parts(conversion, codes, counts, keys, fractions=fractions).items()):
        for code, part in parts:
            totals[code, keys[row]] = totals.get((code, keys[row]), 0.0) + part
    header = (_renamed(table.header[table.area], changes, to), *(table.header[index] for index in kept))
    rows = tuple((code, *key, _number(total)) for (code, key), total in totals.items())
    return ConvertedCounts(
        table, (*header, table.header[table.count]), rows, conversion, sum(counts), sum(totals.values())
    )


def _parts(
    conversion: Conversion,
    codes: tuple[str, ...],
    counts: list[float],
    keys: list[tuple[str, ...]],
    *,
    fractions: bool,
) -> dict[int, list[tuple[str, float]]]:
    """Return row -> codes and parts; rows of a code are dealt in the order of their other cells, not of the file."""
    members: dict[str, list[int]] = {}
    for row in sorted(range(len(codes)), key=lambda row: (keys[row], counts[row], row)):
        members.setdefault(codes[row], []).append(row)
    found = {}
    for index, code in enumerate(conversion.codes):
        targets, _ = conversion.parts[index]
        mine = np.array([counts[row] for row in members[code]])
        parts = (
            conversion.parts_of(index, mine) if fractions else conversion.whole_parts_of(index, mine.astype(np.int64))
        )
        for row, line in zip(members[code], parts.tolist(), strict=True):
            found[row] = [(conversion.into[target], part) for target, part in zip(targets, line, strict=True)]
    return found


def _index(header: tuple[str, ...], column: str | None, place: str, option: str) -> int:
    if column not in header:
        found = ", ".join(header) or "none"
        raise DataError(f"no column '{column}' among: {found}", place=place, fix=f"name it with {option}")
    return header.index(column)


def _renamed(column: str, changes: CodeChanges, to: str) -> str:
    """Return the column's name with the year of the edition that is reached, where it holds that of the other."""
    match = re.fullmatch(r"([A-Za-z]+)(\d\d)(cd)", column, re.IGNORECASE)
    if match and f"20{match[2]}" in changes.editions:
        return f"{match[1]}{to[-2:]}{match[3]}"
    return column


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)
