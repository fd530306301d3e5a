"""data.police.uk: street-level files, as downloaded in a zip, in folders, or alone.

The unit is (force, month): a newer file supersedes that month whole. Documentation of the columns:
https://data.police.uk/about/#columns
"""

import re
from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from errors import DataError
from features.feeds.contract import Contract
from features.feeds.mapped import remarks, split_rows, wanted_of
from features.feeds.reading import Reading, Setting, categorical
from features.feeds.schema import Schema
from features.feeds.sources import Content, SourceFile
from features.feeds.strand_rules import Rules
from features.feeds.tables import MissingColumnError, RawTable, Wanted, read_table
from features.feeds.typed import typed_rows
from features.feeds.values import header_key

FEED = "police-uk"
FORCE = "force"
_NAME = re.compile(r"(?P<month>\d{4}-\d\d)-(?P<force>[a-z][a-z-]*)-street\.csv(\.gz)?", re.IGNORECASE)
_OTHER_KINDS = re.compile(r"(outcomes|stop-and-search|neighbourhoods?)\.csv(\.gz)?$", re.IGNORECASE)
_FORCE_COLUMN = "Reported by"
# Forces whose name in the files' rows is not the one in the files' names.
_FORCES = {"british-transport": "btp", "police-service-of-northern-ireland": "northern-ireland"}


def street_files(files: Sequence[SourceFile]) -> tuple[list[SourceFile], list[str]]:
    """Return the street-level files, the older first, and the names of files of other kinds.

    A file given alone is taken at its word; in folders and archives what is not named like a street file is left out.

    Raises:
        DataError: There is no street-level file.
    """
    if (
        len(files) == 1
        and not _OTHER_KINDS.search(files[0].base)
        and files[0].base.lower().endswith((".csv", ".csv.gz"))
    ):
        return list(files), []
    street = [file for file in files if _NAME.fullmatch(file.base) and not _is_hidden(file)]
    taken = {file.name for file in street}
    ignored = [file.name for file in files if file.name not in taken]
    if not street:
        place = files[0].name if files else None
        fix = "give a download of data.police.uk with files such as 2024-01/2024-01-essex-street.csv"
        raise DataError("no street-level file is there", place=place, fix=fix)
    return sorted(street, key=lambda file: (file.modified, file.name)), ignored


def read_street(content: Content, contract: Contract, rules: Rules, setting: Setting) -> Reading:
    """Read one street-level file.

    Raises:
        DataError: The file cannot be taken apart, lacks a column, or is named after a month that lies in the future.
    """
    try:
        table = read_table(content, street_wanted(contract))
    except MissingColumnError as error:
        fix = "give the street-level files as data.police.uk publishes them, or ingest incidents with a mapping"
        raise DataError(error.problem, place=error.place, fix=fix) from error
    if not len(table.rows) and not table.broken:
        raise DataError("holds no rows", place=content.name, fix="download it again, or leave it out")
    return street_rows(table, content.sha256, contract, rules, setting)


def street_wanted(contract: Contract) -> dict[str, Wanted]:
    """Return what is to be read of a file: the contract's columns, and the force that a row is of."""
    return {**wanted_of(contract), FORCE: Wanted((_FORCE_COLUMN,))}


def street_rows(table: RawTable, sha256: str, contract: Contract, rules: Rules, setting: Setting) -> Reading:
    """Return the rows of a street-level file that was taken apart, or of some of its rows.

    Raises:
        DataError: The file is named after a month that lies in the future, or its dates cannot be settled.
    """
    match = _NAME.fullmatch(table.name.rsplit("/", 1)[-1])
    month = _month(match.group("month"), table.name, setting) if match else None
    # The force is part of the feed's name; of a quarantined row it is kept, so that the row can be read again.
    forces = _forces(table, match.group("force").lower() if match else None)
    rows = typed_rows(table, contract, rules.rows, setting)
    rows["feed"] = forces
    facts, quarantined = split_rows(FEED, table, rows, Schema(contract, setting.received_at.date(), month), setting)
    return Reading(
        name=table.name,
        sha256=sha256,
        facts=facts,
        quarantined=quarantined,
        resolution="month",
        delivery="replaces-units",
        delay_days=contract.publication_delay_days,
        strands=dict.fromkeys(forces.categories.tolist(), rules.declared()),
        stands_in=rules.stand_ins,
        units=_units(rows, match.group("force").lower() if match else None, month),
        not_stored=table.spare,
        notices=remarks(table, contract, facts, setting),
    )


def _is_hidden(file: SourceFile) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in file.name.split("/"))


def _month(text: str, name: str, setting: Setting) -> date:
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise DataError("is named after a month that does not exist", place=name, fix="rename it") from None
    if month > setting.received_at.date():
        raise DataError(f"is named after a month in the future, {text}", place=name, fix="rename or leave it out")
    return month


def _forces(table: RawTable, named: str | None) -> pd.Categorical:
    """Return each row's feed: the force of the file's name, else of its column."""
    column = table.columns[FORCE]
    slugs = [f"{FEED}/{named or _slug(value)}" for value in column.values] or [f"{FEED}/{named or 'unknown'}"]
    names = sorted(set(slugs))
    index = np.array([names.index(slug) for slug in slugs])
    return categorical(index[column.codes], names)


def _slug(name: str) -> str:
    slug = header_key(re.sub("&", " and ", name)).replace("_", "-")
    slug = _FORCES.get(slug) or re.sub(r"-(police-service|police|constabulary)$", "", slug)
    return _FORCES.get(slug, slug) or "unknown"


def _units(rows: pd.DataFrame, force: str | None, month: date | None) -> tuple[tuple[str, date], ...]:
    """Return the forces' months that the file replaces: the one in its name, else those of its rows."""
    if force is not None and month is not None:
        return ((f"{FEED}/{force}", month),)
    pairs = rows.loc[rows["day"].notna(), ["feed", "day"]].drop_duplicates()
    return tuple(sorted((str(feed), day.date()) for feed, day in pairs.itertuples(index=False)))
