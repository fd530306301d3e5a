"""Volumes to measure with, made by repeating given street-level files of Essex under new keys, forces and months.

SYNTHETIC: the rows are Essex's own, dealt out again; a Crime ID is new in every file. They say nothing of any place.
"""

import csv
import io
import random
import zipfile
from collections.abc import Iterator, Sequence
from itertools import count, cycle, islice
from pathlib import Path

HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
    "Last outcome category,Context"
)
_ID, _MONTH, _REPORTED, _WITHIN = range(4)
# Bits of a Crime ID as data.police.uk writes it: 64 hexadecimal figures.
_ID_BITS = 256


def given_rows(archive: Path) -> list[list[str]]:
    """Return all rows of the given archive of street-level files."""
    rows: list[list[str]] = []
    with zipfile.ZipFile(archive) as zipped:
        for name in sorted(zipped.namelist()):
            with zipped.open(name) as stream:
                reader = csv.reader(io.TextIOWrapper(stream, encoding="utf-8", newline=""))
                next(reader)
                rows.extend(reader)
    return rows


def write_download(target: Path, given: Sequence[list[str]], forces: int, months: Sequence[str], rows: int) -> int:
    """Write a download of data.police.uk of about `rows` rows, one file a force and month; return its rows exactly."""
    size = rows // (forces * len(months))
    endless = cycle(given)
    random_ids = random.Random(20261124)  # noqa: S311 - no secret, and the same in every run
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as zipped:
        for force in range(forces):
            name = "essex" if forces == 1 else f"force-{_letters(force)}"
            for month in months:
                text = "\n".join([HEADER, *_dealt(islice(endless, size), month, name, random_ids)]) + "\n"
                zipped.writestr(f"{month}/{month}-{name}-street.csv", text)
    return size * forces * len(months)


def months_from(year: int, n: int) -> list[str]:
    """Return `n` months from January of a year."""
    return [f"{year + index // 12}-{index % 12 + 1:02d}" for index in islice(count(), n)]


def _dealt(rows: Iterator[list[str]], month: str, force: str, random_ids: random.Random) -> Iterator[str]:
    for row in rows:
        crime_id = f"{random_ids.getrandbits(_ID_BITS):064x}" if row[_ID] else ""
        fields = [crime_id, month, force, force, *row[_WITHIN + 1 :]]
        yield ",".join(f'"{field}"' if "," in field else field for field in fields)


def _letters(number: int) -> str:
    return chr(ord("a") + number // 26) + chr(ord("a") + number % 26)
