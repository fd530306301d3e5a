"""Exports under a contract: from a file to facts, rows that break a rule set aside."""

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from errors import DataError
from features.feeds.changed_codes import recoded_rows
from features.feeds.contract import Contract
from features.feeds.personal import holds_personal_value, personal_columns
from features.feeds.reading import FACTS, Reading, Revised, Setting
from features.feeds.schema import Schema
from features.feeds.sources import Content
from features.feeds.strand_rules import Rules
from features.feeds.tables import RawTable, Wanted, read_table
from features.feeds.typed import DATE_ORDER, Names, typed_rows
from features.feeds.values import Coded

# What a row says, beside its natural key and when it was known.
_SAID = (
    "day",
    "began",
    "until",
    "recorded",
    "feed",
    "area",
    "strand",
    "also",
    "offence",
    "source_type",
    "provenance",
    "count",
    "longitude",
    "latitude",
    "revision",
)

_REVISED: dict[str, Revised] = {"none": "no", "column": "by-revision", "newest-delivery": "by-delivery"}
_PERIODS = {"day": "D", "week": "W", "month": "M", "quarter": "Q", "year": "Y"}


def read_export(content: Content, contract: Contract, rules: Rules, setting: Setting) -> Reading:
    """Read one file under a contract.

    Raises:
        DataError: The file cannot be taken apart or lacks a column, its dates cannot be settled, it has columns that
            the contract refuses, its name tells no period, or it has only coordinates in a workspace without polygons.
    """
    table = read_table(content, wanted_of(contract))
    refuse_columns(table, contract)
    return export_rows(table, content.sha256, contract, rules, setting)


def export_rows(table: RawTable, sha256: str, contract: Contract, rules: Rules, setting: Setting) -> Reading:
    """Return the rows of a file that was taken apart, or of some of its rows.

    Raises:
        DataError: Its dates cannot be settled, its name tells no period, or it has only coordinates in a workspace
            without polygons.
    """
    span = _span(table.name, contract)
    rows = typed_rows(table, contract, rules.rows, setting)
    if span is not None:
        # A row that the file brings late was not known before the file could be.
        made = np.datetime64(span[1], "s") + np.timedelta64(1 + contract.publication_delay_days, "D")
        late = np.maximum(rows["known_at"].to_numpy(), made)
        rows["known_at"] = np.where(rows["recorded"].isna(), late, rows["known_at"].to_numpy())
    feed = Names.of([contract.name], np.zeros(len(rows), dtype=np.int64))
    rows = rows.assign(feed=feed.categorical())
    replaced = span if contract.delivery == "replaces-periods" else None
    schema = Schema(contract, setting.received_at.date(), span=replaced)
    facts, quarantined = split_rows(contract.name, table, rows, schema, setting)
    return Reading(
        name=table.name,
        sha256=sha256,
        facts=facts,
        quarantined=quarantined,
        resolution=contract.period,
        delivery=contract.delivery,
        delay_days=contract.publication_delay_days,
        strands={contract.name: rules.declared()},
        use=contract.use,
        every=contract.arrival.every if contract.is_stated else "",
        stands_in=rules.stand_ins,
        covers=span or (contract.covers_from, contract.covers_to),
        revised=_REVISED[contract.revision_rule],
        dated_knowledge=contract.file_period is not None,
        not_stored=table.spare,
        notices=remarks(table, contract, facts, setting),
    )


def wanted_of(contract: Contract) -> dict[str, Wanted]:
    """Return what is to be read of a file: canonical or own name -> its headers, and whether it may be absent."""
    return {name: Wanted(column.column, column.optional) for name, column in contract.columns.items()}


def split_rows(
    subject: str, table: RawTable, rows: pd.DataFrame, schema: Schema, setting: Setting
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return facts (columns of `FACTS` and the feed's own) and quarantined rows; natural keys are the subject's."""
    broken = schema.broken(rows)
    good = broken.rule == ""
    keys = setting.keys_of(subject, table)
    facts = rows[good].reset_index(drop=True)
    facts["key_high"], facts["key_low"] = keys[good, 0], keys[good, 1]
    own = list(schema.contract.extras)
    facts["fingerprint"] = setting.fingerprints(facts[[*_SAID, *own]])
    facts = facts[[*FACTS, *own]]
    kept = {key: _fit_to_keep(column)[~good] for key, column in table.columns.items() if key != "incident_id"}
    quarantined = pd.DataFrame(
        {"row": table.rows[~good], "rule": broken.rule[~good], "field": broken.field[~good], **kept}
    )
    quarantined["key_high"], quarantined["key_low"] = keys[~good, 0], keys[~good, 1]
    order = next(iter(rows[DATE_ORDER]), "")
    quarantined[DATE_ORDER] = order
    # Without keys of their own the concatenation would turn those of the others into floats, which hold 53 of 64 bits.
    nothing = {
        "field": "",
        DATE_ORDER: order,
        **dict.fromkeys(kept, ""),
        **dict.fromkeys(("key_high", "key_low"), np.uint64(0)),
    }
    torn = [pd.DataFrame({"row": numbers, "rule": rule, **nothing}) for rule, numbers in table.broken.items()]
    if torn:
        quarantined = pd.concat([quarantined, *torn], ignore_index=True).sort_values("row", kind="stable")
    return facts, quarantined.reset_index(drop=True).astype({"row": "int32", "key_high": "uint64", "key_low": "uint64"})


def _fit_to_keep(column: Coded) -> NDArray[np.object_]:
    """Return the text of each row, blank where it holds what identifies a person."""
    return Coded(column.codes, tuple("" if holds_personal_value(value) else value for value in column.values)).texts()


def refuse_columns(table: RawTable, contract: Contract) -> None:
    """Refuse a file with columns that its contract does not allow.

    Raises:
        DataError: It has columns about persons, or under a strict contract any that is not mapped.
    """
    personal = personal_columns(table.spare)
    if personal and contract.personal_columns == "refuse":
        fix = 'have the partner leave them out, or set personal_columns = "leave-out" to read the file without them'
        raise DataError(f"has columns that are about persons: {', '.join(personal)}", place=table.name, fix=fix)
    if contract.strict and table.spare:
        fix = "map them, or set strict = false"
        raise DataError(f"has columns that are not mapped: {', '.join(table.spare)}", place=table.name, fix=fix)


def _span(name: str, contract: Contract) -> tuple[date, date] | None:
    try:
        return contract.file_span(name.rsplit("/", 1)[-1])
    except ValueError:
        fix = f"rename the file, or correct file_period = '{contract.file_period}' in the contract"
        raise DataError("its name does not tell the period it was made for", place=name, fix=fix) from None


def remarks(table: RawTable, contract: Contract, facts: pd.DataFrame, setting: Setting) -> tuple[str, ...]:
    """Return what the user should know of a file that was read."""
    found = [f"lacks the column {name}, which is read as blank" for name in table.lacking]
    if personal := personal_columns(table.spare):
        found.append(f"has columns about persons, which were not read: {', '.join(personal)}")
    if recoded := recoded_rows(table, setting):
        found.append(f"{recoded:,} rows have codes of another edition of the areas, and go where the lookup says")
    # The busiest period: a file that is made by the day of recording holds few rows of many earlier days.
    told = facts["recorded"].fillna(facts["day"]).dt.to_period(_PERIODS[contract.arrival.every])
    rows = int(told.value_counts().max()) if len(told) else 0
    if not contract.volume.least <= rows <= contract.volume.most:
        usual = f"{contract.volume.least:,} to {contract.volume.most:,}"
        found.append(f"holds {rows:,} rows a {contract.arrival.every}, where its contract expects {usual}")
    return tuple(found)
