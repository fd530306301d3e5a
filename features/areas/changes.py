"""Changes of codes between two editions of areas, such as LSOA 2011 and 2021: which became which, both ways.

The file has the columns of the best-fit lookup of the Office for National Statistics: `LSOA11CD`, `LSOA21CD` and
`CHGIND`, U (unchanged), S (split), M (merged) or X (neither; one area may share with several). A column `weight`, where
there is one, says how the incidents of an area are to be shared among those it changed into.
"""

import csv
import gzip
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from errors import DataError
from features.areas.apportion import shares_of
from features.areas.columns import cell_text, find_column

SUFFIXES = (".csv", ".csv.gz")
_CODE_COLUMN = re.compile(r"(?P<level>[a-z]+)(?P<year>\d\d)cd")
_KINDS = {"U": "unchanged", "S": "split", "M": "merged", "X": "irregular"}


@dataclass(frozen=True)
class Pair:
    """One row of the lookup: an older code, a newer code, the kind of change, and a weight (None: not given)."""

    older: str
    newer: str
    kind: str
    weight: float | None = None


@dataclass(frozen=True, eq=False)
class CodeChanges:
    """Which codes of an older edition became which of a newer one.

    Invariants: no pair stands twice; U pairs one code with one, S one older with several newer, M several older with
    one newer.

    Attributes:
        editions: Names of the older and the newer edition, as "2011" and "2021".
        pairs: The rows of the lookup.
    """

    editions: tuple[str, str]
    pairs: tuple[Pair, ...] = field(repr=False)

    @cached_property
    def by_code(self) -> tuple[Mapping[str, list[Pair]], Mapping[str, list[Pair]]]:
        """Return the pairs of each older code, and of each newer code."""
        older: dict[str, list[Pair]] = {}
        newer: dict[str, list[Pair]] = {}
        for pair in sorted(self.pairs, key=lambda item: (item.older, item.newer)):
            older.setdefault(pair.older, []).append(pair)
            newer.setdefault(pair.newer, []).append(pair)
        return older, newer

    def direction(self, to: str) -> int:
        """Return 0 for changes towards the newer edition, 1 towards the older.

        Raises:
            DataError: There is no such edition.
        """
        if to not in self.editions:
            fix = f"name one of {', '.join(self.editions)}"
            raise DataError(f"'{to}' is no edition of these codes", place="--to", fix=fix)
        return 0 if to == self.editions[1] else 1

    def edition_of(self, codes: Sequence[str]) -> str | None:
        """Return the edition that most of the codes are of; None where both or neither fit as well."""
        older, newer = (sum(code in side for code in codes) for side in self.by_code)
        return None if older == newer else self.editions[0 if older > newer else 1]

    def into(self, code: str, to: str, population: Mapping[str, float]) -> tuple[tuple[str, ...], NDArray[np.float64]]:
        """Return what a code of the other edition became, and the share of each; an unknown code stays as it is.

        Shares are by the lookup's weights, else by the residents of the areas it became, else equal.

        Args:
            code: A code of the edition that is left.
            to: The edition to go to.
            population: Residents of areas of the edition to go to, where known.
        """
        direction = self.direction(to)
        pairs = self.by_code[direction].get(code)
        if not pairs:
            return (code,), np.ones(1)
        targets = tuple(pair.newer if direction == 0 else pair.older for pair in pairs)
        weights = [pair.weight for pair in pairs]
        known = [weight for weight in weights if weight is not None]
        residents = [population.get(target, float("nan")) for target in targets]
        return targets, shares_of(known if len(known) == len(weights) else residents)

    def knows(self, code: str, to: str) -> bool:
        """Return whether the lookup says what a code of the other edition became."""
        return code in self.by_code[self.direction(to)]


def changes_of(path: Path, codes: Sequence[str] | None) -> CodeChanges:
    """Read the lookup that goes with a workspace's areas.

    Raises:
        DataError: It cannot be used, there is no closed list of areas, or the lookup has none of its codes.
    """
    changes = read_changes(path)
    if codes is None:
        raise DataError("needs a closed list of areas", place=path.name, fix="give --areas too")
    if not any(code in side for code in codes for side in changes.by_code):
        raise DataError("has no code of the areas", place=path.name, fix="give a lookup of the areas' own level")
    return changes


def changes_name(path: Path) -> str:
    """Return what a lookup is called in a workspace."""
    return "area-changes" + (".csv.gz" if path.suffix.lower() == ".gz" else ".csv")


def read_changes(path: Path) -> CodeChanges:
    """Read a lookup of changed codes, .csv or .csv.gz.

    Raises:
        DataError: The file is absent or no such lookup, a row is incomplete or stands twice, or a kind of change
            does not fit its rows.
    """
    rows = _rows(path)
    columns = {key.strip().casefold(): key for key in rows[0] if key}
    editions, older, newer = _code_columns(columns, path.name)
    kind_column = find_column(columns, ("chgind", "change", "kind"))
    if kind_column is None:
        raise DataError("has no column CHGIND", place=path.name, fix="give U, S, M or X for every row")
    weight_column = find_column(columns, ("weight",))
    pairs = [
        Pair(
            cell_text(row.get(older)).upper(),
            cell_text(row.get(newer)).upper(),
            cell_text(row.get(kind_column)).upper(),
            _weight(row.get(weight_column), f"{path.name}, row {number}") if weight_column else None,
        )
        for number, row in enumerate(rows, start=2)
    ]
    _check(pairs, path.name)
    return CodeChanges(editions, tuple(pairs))


def _rows(path: Path) -> list[dict[str, str | None]]:
    if not path.is_file():
        raise DataError("there is no such file of changed codes", place=str(path), fix="check the path")
    if not path.name.lower().endswith(SUFFIXES):
        raise DataError("is no lookup of codes", place=path.name, fix="give a .csv or .csv.gz file")
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix.lower() == ".gz" else path.read_bytes()
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    except (OSError, EOFError, ValueError, csv.Error):
        raise DataError("cannot be read as CSV", place=path.name, fix="save the lookup as CSV in UTF-8") from None
    if not rows:
        raise DataError("holds no row", place=path.name, fix="give one row for each pair of codes")
    return rows


def _code_columns(columns: Mapping[str, str], place: str) -> tuple[tuple[str, str], str, str]:
    """Return the editions' names and the columns of the older and the newer codes."""
    if "old_code" in columns and "new_code" in columns:
        return ("old", "new"), columns["old_code"], columns["new_code"]
    found = [match for key in columns if (match := _CODE_COLUMN.fullmatch(key))]
    for level in dict.fromkeys(match["level"] for match in found):
        years = sorted(match["year"] for match in found if match["level"] == level)
        if len(years) == 2:
            older, newer = (columns[f"{level}{year}cd"] for year in years)
            return (f"20{years[0]}", f"20{years[1]}"), older, newer
    fix = "name the columns LSOA11CD and LSOA21CD, or old_code and new_code"
    raise DataError("has no two columns of codes of one level", place=place, fix=fix)


def _weight(cell: str | None, place: str) -> float | None:
    text = cell_text(cell)
    if not text:
        return None
    try:
        weight = float(text)
    except ValueError:
        weight = float("nan")
    if not 0 <= weight < float("inf"):
        raise DataError("the weight is not a number of 0 or more", place=place, fix="correct it, or leave it blank")
    return weight


def _check(pairs: Sequence[Pair], name: str) -> None:
    become: dict[str, set[str]] = {}
    came: dict[str, set[str]] = {}
    seen: set[tuple[str, str]] = set()
    for row, pair in enumerate(pairs, start=2):
        place = f"{name}, row {row}"
        if not pair.older or not pair.newer or pair.kind not in _KINDS:
            raise DataError("a code or CHGIND is missing", place=place, fix="give two codes and U, S, M or X")
        if (pair.older, pair.newer) in seen:
            raise DataError(f"{pair.older} and {pair.newer} stand together twice", place=place, fix="leave one out")
        seen.add((pair.older, pair.newer))
        become.setdefault(pair.older, set()).add(pair.newer)
        came.setdefault(pair.newer, set()).add(pair.older)
    for row, pair in enumerate(pairs, start=2):
        one, other = len(become[pair.older]) == 1, len(came[pair.newer]) == 1
        if (one, other) != {"U": (True, True), "S": (False, True), "M": (True, False)}.get(pair.kind, (one, other)):
            problem = f"{pair.older} is marked {pair.kind} ({_KINDS[pair.kind]}), which does not fit its rows"
            raise DataError(
                problem, place=f"{name}, row {row}", fix="give every row of a changed area, or correct CHGIND"
            )
