"""Exports under a mapping: from columns of text to facts, rows that break a rule set aside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from errors import DataError
from features.feeds.changed_codes import settled_areas
from features.feeds.contract import Contract
from features.feeds.dates import DateColumn, read_dates
from features.feeds.mapping import OWN_STRAND, FeedMapping
from features.feeds.reading import FACTS, Reading, Setting, categorical
from features.feeds.sources import Content
from features.feeds.strand_rules import StrandRules
from features.feeds.tables import RawTable, read_table
from features.feeds.values import Coded, counts_of, numbers_of

_DATES = ("occurred_from", "occurred_to", "recorded_at")
_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, eq=False)
class _Names:
    """A name for each row: index into `names`, -1 for none."""

    index: NDArray[np.int32]
    names: tuple[str, ...] = field(repr=False)

    @classmethod
    def of(cls, names: Sequence[str | None], codes: NDArray[np.integer]) -> "_Names":
        """Return the names of rows that hold `codes` into `names`."""
        known = tuple(sorted({name for name in names if name is not None}))
        where = {name: index for index, name in enumerate(known)}
        per_value = np.array([-1 if name is None else where[name] for name in [*names, None]], dtype=np.int32)
        return cls(per_value[codes], known)

    def categorical(self) -> pd.Categorical:
        """Return the rows as pandas keeps them."""
        return categorical(self.index, self.names)


def read_export(content: Content, mapping: FeedMapping, rules: StrandRules, setting: Setting) -> Reading:
    """Read one file under a mapping.

    Raises:
        DataError: The file cannot be taken apart or lacks a column, its dates cannot be settled, it has columns that
            strict refuses, or it maps coordinates in a workspace without polygons.
    """
    table = read_table(content, mapping.columns.mapped())
    if mapping.strict and table.spare:
        fix = "map them, or set strict = false"
        raise DataError(f"has columns that are not mapped: {', '.join(table.spare)}", place=content.name, fix=fix)
    rows = typed_rows(table, mapping, rules, setting)
    feed = _Names.of([mapping.name], np.zeros(len(rows), dtype=np.int64))
    contract = Contract(setting.received_at.date())
    rows = rows.assign(feed=feed.categorical())
    facts, quarantined = split_rows(mapping.name, table, rows, contract, setting)
    return Reading(
        name=content.name,
        sha256=content.sha256,
        facts=facts,
        quarantined=quarantined,
        resolution=mapping.period,
        delivery=mapping.delivery,
        delay_days=mapping.publication_delay_days,
        strands={mapping.name: rules.declared()},
        covers=(mapping.covers_from, mapping.covers_to),
        revised=mapping.columns.revision is not None,
        not_stored=table.spare,
    )


def typed_rows(table: RawTable, mapping: FeedMapping, rules: StrandRules, setting: Setting) -> pd.DataFrame:
    """Return the rows with types and with what the contract asks of them; nothing is judged yet."""
    dates = _dates(table, mapping)
    rows = pd.DataFrame({"row": table.rows})
    days = dates["occurred_from"].astype("datetime64[M]" if mapping.period == "month" else "datetime64[D]")
    rows["day"] = days.astype("datetime64[s]")
    rows["day_given"] = _given(table, "occurred_from")
    rows["until"] = dates["occurred_to"].astype("datetime64[D]").astype("datetime64[s]")
    rows["until_given"] = _given(table, "occurred_to")
    rows["recorded"] = dates["recorded_at"]
    rows["recorded_given"] = _given(table, "recorded_at")
    rows["known_at"] = _known_at(days, dates["recorded_at"], dates["recorded_until"], mapping)
    _add_areas(rows, table, setting)
    _add_strands(rows, table, rules)
    rows["count"] = _numbers(table, "count", counts_of, 1).astype(np.int32)
    rows["revision"] = _revisions(table)
    rows["revision_known"] = ~rows["revision"].isna() | ~_given(table, "revision")
    rows["source_type"] = _texts(table, "source_type").categorical()
    return rows


def split_rows(
    subject: str, table: RawTable, rows: pd.DataFrame, contract: Contract, setting: Setting
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return facts (columns of `FACTS`) and quarantined rows; natural keys are keys of the subject."""
    broken = contract.broken_rules(rows)
    good = broken == ""
    ids = table.columns.get("incident_id")
    keys = np.zeros((len(rows), 2), dtype=np.uint64)
    if ids is not None:
        keys = setting.keys(subject, ids.values)[ids.codes]
    facts = rows[good].reset_index(drop=True)
    facts["key_high"], facts["key_low"] = keys[good, 0], keys[good, 1]
    values = [
        "day",
        "until",
        "recorded",
        "feed",
        "area",
        "strand",
        "offence",
        "source_type",
        "count",
        "longitude",
        "latitude",
    ]
    facts["fingerprint"] = setting.fingerprints(facts[[*values, "revision"]])
    facts = facts[list(FACTS)]
    kept = {key: column[~good].texts() for key, column in table.columns.items() if key != "incident_id"}
    quarantined = pd.DataFrame({"row": table.rows[~good], "rule": broken[~good], **kept})
    quarantined["key_high"], quarantined["key_low"] = keys[~good, 0], keys[~good, 1]
    torn = [pd.DataFrame({"row": numbers, "rule": rule}) for rule, numbers in table.broken.items()]
    if torn:
        quarantined = pd.concat([quarantined, *torn], ignore_index=True).sort_values("row", kind="stable")
        quarantined = quarantined.fillna({"key_high": 0, "key_low": 0, **dict.fromkeys(kept, "")})
    return facts, quarantined.reset_index(drop=True).astype({"row": "int32", "key_high": "uint64", "key_low": "uint64"})


def _dates(table: RawTable, mapping: FeedMapping) -> dict[str, NDArray[np.datetime64]]:
    present = {key: table.columns[key] for key in _DATES if key in table.columns}
    by_month = mapping.period == "month"
    read = read_dates(
        {key: column.values for key, column in present.items()},
        table.name,
        date_format=mapping.date_format,
        timezone=mapping.timezone,
        by_month=by_month,
    )
    if not by_month and len(table.rows) and read["occurred_from"].months_only:
        raise DataError("its dates are months, not days", place=table.name, fix='set period = "month" in the mapping')
    nothing = np.full(len(table.rows), np.datetime64("NaT", "s"))
    dates = {key: read[key].stamps[present[key].codes] if key in read else nothing for key in _DATES}
    dates["recorded_until"] = _end_of_recording(dates["recorded_at"], read.get("recorded_at"))
    return dates


def _end_of_recording(stamps: NDArray[np.datetime64], column: DateColumn | None) -> NDArray[np.datetime64]:
    """Return when a record is known: at its instant, or at the end of its day where the column gives days."""
    if column is None or column.has_times:
        return stamps
    return (stamps.astype("datetime64[D]") + _DAY).astype("datetime64[s]")


def _known_at(
    days: NDArray[np.datetime64],
    recorded: NDArray[np.datetime64],
    recorded_until: NDArray[np.datetime64],
    mapping: FeedMapping,
) -> NDArray[np.datetime64]:
    ends = (days + 1).astype("datetime64[D]") + np.timedelta64(mapping.publication_delay_days, "D")
    return np.where(np.isnat(recorded), ends.astype("datetime64[s]"), recorded_until)


def _given(table: RawTable, key: str) -> NDArray[np.bool_]:
    column = table.columns.get(key)
    return ~column.is_blank() if column is not None else np.zeros(len(table.rows), dtype=np.bool_)


def _add_areas(rows: pd.DataFrame, table: RawTable, setting: Setting) -> None:
    size = len(table.rows)
    longitude, latitude = (_numbers(table, key, numbers_of, np.nan) for key in ("longitude", "latitude"))
    # A point off the globe, or where the equator meets Greenwich, is how exports write "unknown".
    nowhere = (np.abs(longitude) > 180) | (np.abs(latitude) > 90) | ((longitude == 0) & (latitude == 0))
    rows["longitude"] = np.where(nowhere | np.isnan(latitude), np.nan, longitude)
    rows["latitude"] = np.where(nowhere | np.isnan(longitude), np.nan, latitude)
    column = settled_areas(table, setting, rows["longitude"].to_numpy(), rows["latitude"].to_numpy())
    if column is not None:
        areas = _Names.of(setting.places.of_codes(column.values, column.weights()), column.codes)
        rows["area_given"] = ~column.is_blank()
    else:
        if setting.places.polygons is None:
            fix = "map area_code, or begin a workspace with strandcast init --areas FILE.geojson"
            raise DataError("coordinates are mapped, but the workspace has no polygons", place=table.name, fix=fix)
        points = setting.places.of_points(rows["longitude"].to_numpy(), rows["latitude"].to_numpy())
        areas = _Names.of(points, np.arange(size))
        rows["area_given"] = rows["longitude"].notna()
    rows["area"] = areas.categorical()
    rows["area_known"] = areas.index >= 0


def _add_strands(rows: pd.DataFrame, table: RawTable, rules: StrandRules) -> None:
    size = len(table.rows)
    column = table.columns.get("offence") or Coded(np.zeros(size, dtype=np.int32), (OWN_STRAND,))
    strands = _Names.of(rules.strands(column.values, column.weights()), column.codes)
    rows["strand"] = strands.categorical()
    rows["strand_known"] = strands.index >= 0
    rows["offence_given"] = ~column.is_blank()
    rows["offence"] = _texts(table, "offence").categorical()


def _texts(table: RawTable, key: str) -> _Names:
    column = table.columns.get(key)
    if column is None:
        return _Names.of([], np.full(len(table.rows), -1))
    return _Names.of([value or None for value in column.values], column.codes)


def _numbers(
    table: RawTable, key: str, read: Callable[[Sequence[str]], NDArray[Any]], absent: float
) -> NDArray[np.float64]:
    column = table.columns.get(key)
    if column is None:
        return np.full(len(table.rows), absent)
    return np.asarray(read(column.values))[column.codes].astype(np.float64)


def _revisions(table: RawTable) -> NDArray[np.float64]:
    """Return numbers; dates as seconds since 1970; NaN where there is none."""
    column = table.columns.get("revision")
    if column is None:
        return np.full(len(table.rows), np.nan)
    numbers = numbers_of(column.values)
    given = np.array([bool(value) for value in column.values])
    if (np.isnan(numbers) & given).any():
        read = read_dates({"revision": column.values}, table.name, date_format=None, timezone=None, by_month=False)
        stamps = read["revision"].stamps
        dates = np.where(np.isnat(stamps), np.nan, stamps.astype(np.int64).astype(np.float64))
        if (~np.isnan(dates)).sum() > (~np.isnan(numbers)).sum():
            numbers = dates
    return numbers[column.codes]
