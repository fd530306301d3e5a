"""Typed rows: from columns of text to what the contract asks of them; nothing is judged here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from errors import DataError
from features import periods
from features.feeds.changed_codes import settled_areas
from features.feeds.claims import ALSO, Claimed
from features.feeds.contract import DATES, Column, Contract
from features.feeds.dates import DateColumn, read_dates
from features.feeds.mapping import OWN_STRAND
from features.feeds.personal import holds_personal_value
from features.feeds.reading import Setting, categorical
from features.feeds.schema import CLEAN, GIVEN
from features.feeds.tables import RawTable
from features.feeds.values import Coded, counts_of, numbers_of
from features.provenance import PROVENANCE

# Column of typed rows that tells how dates of the file are written, as far as their order is open: its format.
DATE_ORDER = "date_order"
_ORDERS = {None: "", True: "%d/%m/%Y", False: "%m/%d/%Y"}
_DAY = np.timedelta64(1, "D")
_FLAGS = {
    **dict.fromkeys(("y", "yes", "true", "t", "1", "1.0"), "yes"),
    **dict.fromkeys(("n", "no", "false", "f", "0", "0.0"), "no"),
}


@dataclass(frozen=True, eq=False)
class Names:
    """A name for each row: index into `names`, -1 for none."""

    index: NDArray[np.int32]
    names: tuple[str, ...] = field(repr=False)

    @classmethod
    def of(cls, names: Sequence[str | None], codes: NDArray[np.integer]) -> "Names":
        """Return the names of rows that hold `codes` into `names`."""
        known = tuple(sorted({name for name in names if name is not None}))
        where = {name: index for index, name in enumerate(known)}
        per_value = np.array([-1 if name is None else where[name] for name in [*names, None]], dtype=np.int32)
        return cls(per_value[codes], known)

    def categorical(self) -> pd.Categorical:
        """Return the rows as pandas keeps them."""
        return categorical(self.index, self.names)


def typed_rows(
    table: RawTable, contract: Contract, rules: Callable[[Mapping[str, Coded]], Claimed], setting: Setting
) -> pd.DataFrame:
    """Return the rows with types and with what the schema looks at.

    Args:
        table: The file's columns of text; a column that the file lacks is absent.
        contract: The feed's contract.
        rules: Returns the strands that claim each row.
        setting: What the file is read against.

    Raises:
        DataError: The order of day and month cannot be settled, days are asked of a file of months, or coordinates are
            all there is in a workspace without polygons.
    """
    rows = pd.DataFrame({"row": table.rows})
    for name in contract.columns:
        rows[f"{name}{GIVEN}"] = _given(table, name)
    for name in ("occurred_from", "occurred_to", "recorded_at", "area_code", "offence", "source_type", "count"):
        if f"{name}{GIVEN}" not in rows:
            rows[f"{name}{GIVEN}"] = _given(table, name)
    _add_dates(rows, table, contract)
    _add_areas(rows, table, setting, contract.name)
    coded = {name: _coded(table, name, contract) for name in contract.codes}
    _add_strands(rows, table, coded, rules)
    rows["count"] = _numbers(table, "count", counts_of, 1).astype(np.int32)
    rows["revision"] = _revisions(table)
    rows["revision_known"] = ~rows["revision"].isna() | ~_given(table, "revision")
    for name in ("offence", "source_type"):
        rows[name] = _texts(table, name).categorical()
    rows["provenance"] = _provenance(table, contract)
    for name, column in contract.extras.items():
        rows[name] = _own(table, name, column, contract)
    for name in contract.codes:
        if not contract.columns[name].allowed and name in table.columns:
            values = table.columns[name].values
            clean = np.array([not holds_personal_value(value) for value in values], dtype=np.bool_)
            rows[f"{name}{CLEAN}"] = clean[table.columns[name].codes]
    return rows


def _add_dates(rows: pd.DataFrame, table: RawTable, contract: Contract) -> None:
    present = {key: table.columns[key] for key in DATES if key in table.columns}
    by_month = contract.period == "month"
    read = read_dates(
        {key: column.values for key, column in present.items()},
        table.name,
        date_format=table.date_format or contract.date_format,
        timezone=contract.timezone,
        by_month=by_month,
        settled=table.date_format is not None,
    )
    if not by_month and len(table.rows) and read["occurred_from"].months_only:
        raise DataError("its dates are months, not days", place=table.name, fix='set period = "month"')
    rows[DATE_ORDER] = _ORDERS[read["occurred_from"].day_first]
    nothing = np.full(len(table.rows), np.datetime64("NaT", "s"))
    began, ended, recorded = (read[key].stamps[present[key].codes] if key in read else nothing for key in DATES)
    days = _first_days(began, contract)
    rows["day"] = days.astype("datetime64[s]")
    timed = not by_month and read["occurred_from"].has_times
    rows["began"] = began if timed else nothing
    rows["until"] = ended if read.get("occurred_to", read["occurred_from"]).has_times else _whole_days(ended)
    rows["recorded"] = recorded
    ends = _ends(days, contract)
    known = np.where(np.isnat(recorded), ends, _end_of_recording(recorded, read.get("recorded_at")))
    rows["known_at"] = known.astype("datetime64[s]")


def _first_days(stamps: NDArray[np.datetime64], contract: Contract) -> NDArray[np.datetime64]:
    """Return the first day of each row's period."""
    if contract.period == "month":
        months: NDArray[np.datetime64] = stamps.astype("datetime64[M]").astype("datetime64[D]")
        return months
    days: NDArray[np.datetime64] = stamps.astype("datetime64[D]")
    if contract.period == "week":
        known = ~np.isnat(days)
        days[known] = periods.starts(periods.ordinal_of(days[known], "week"), "week")
    return days


def _ends(days: NDArray[np.datetime64], contract: Contract) -> NDArray[np.datetime64]:
    """Return when a row that nobody dates counts as known: at its period's end and publication delay."""
    delay = contract.publication_delay_days
    if contract.period == "month":
        return ((days.astype("datetime64[M]") + 1).astype("datetime64[D]") + delay).astype("datetime64[D]")
    return (days + ((7 if contract.period == "week" else 1) + delay)).astype("datetime64[D]")


def _whole_days(stamps: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    days: NDArray[np.datetime64] = stamps.astype("datetime64[D]").astype("datetime64[s]")
    return days


def _end_of_recording(stamps: NDArray[np.datetime64], column: DateColumn | None) -> NDArray[np.datetime64]:
    """Return when a record is known: at its instant, or at the end of its day where the column gives days."""
    if column is None or column.has_times:
        return stamps
    return _whole_days(stamps) + _DAY


def _given(table: RawTable, key: str) -> NDArray[np.bool_]:
    column = table.columns.get(key)
    return ~column.is_blank() if column is not None else np.zeros(len(table.rows), dtype=np.bool_)


def _add_areas(rows: pd.DataFrame, table: RawTable, setting: Setting, subject: str) -> None:
    size = len(table.rows)
    longitude, latitude = (_numbers(table, key, numbers_of, np.nan) for key in ("longitude", "latitude"))
    # A point off the globe, or where the equator meets Greenwich, is how exports write "unknown".
    nowhere = (np.abs(longitude) > 180) | (np.abs(latitude) > 90) | ((longitude == 0) & (latitude == 0))
    rows["longitude"] = np.where(nowhere | np.isnan(latitude), np.nan, longitude)
    rows["latitude"] = np.where(nowhere | np.isnan(longitude), np.nan, latitude)
    rows["swapped"] = np.zeros(size, dtype=np.bool_)
    column = settled_areas(table, setting, rows["longitude"].to_numpy(), rows["latitude"].to_numpy(), subject)
    if column is not None and "longitude" in table.columns and setting.places.know_none_of(column.values):
        # The codes are of other areas altogether, as those of LSOAs are in a grid: the points say where.
        column = None
    if column is not None:
        areas = Names.of(setting.places.of_codes(column.values, column.weights()), column.codes)
    else:
        if setting.places.polygons is None:
            fix = "map area_code, or begin a workspace with strandcast init --areas FILE.geojson"
            raise DataError("coordinates are mapped, but the workspace has no polygons", place=table.name, fix=fix)
        points = setting.places.of_points(rows["longitude"].to_numpy(), rows["latitude"].to_numpy())
        areas = Names.of(points, np.arange(size))
        outside = np.flatnonzero(areas.index < 0)
        turned = setting.places.of_points(latitude[outside], longitude[outside])
        rows.loc[outside, "swapped"] = [area is not None for area in turned]
        # A point that lies in an area once turned round was given, wherever it lies as it stands.
        rows[f"area_code{GIVEN}"] = rows["longitude"].notna() | rows["swapped"]
    rows["area"] = areas.categorical()
    rows["area_known"] = areas.index >= 0


def _add_strands(
    rows: pd.DataFrame,
    table: RawTable,
    coded: Mapping[str, Coded],
    rules: Callable[[Mapping[str, Coded]], Claimed],
) -> None:
    every = coded or {"offence": Coded(np.zeros(len(table.rows), dtype=np.int32), (OWN_STRAND,))}
    claimed = rules(every)
    rows["strand"] = Names.of([*claimed.names, None], claimed.primary).categorical()
    rows["also"] = Names.of([ALSO.join(names) or None for names in claimed.sets], claimed.also).categorical()
    rows["strand_known"] = (claimed.primary >= 0) | (not claimed.required)


def _coded(table: RawTable, name: str, contract: Contract) -> Coded:
    """Return a code column for the rules of strands, blanks where the file lacks it, flags as "yes" and "no"."""
    column = table.columns.get(name) or Coded(np.zeros(len(table.rows), dtype=np.int32), ("",))
    if contract.columns[name].type != "flag":
        return column
    return Coded(column.codes, tuple(_FLAGS.get(value.casefold(), "") for value in column.values))


def _own(table: RawTable, name: str, column: Column, contract: Contract) -> Any:
    """Return one of the feed's own columns: categories, numbers, instants, or minutes of the day for times."""
    if column.type in ("code", "flag"):
        coded = _coded(table, name, contract)
        return Names.of([value or None for value in coded.values], coded.codes).categorical()
    if column.type == "date":
        coded = table.columns.get(name) or Coded(np.zeros(len(table.rows), dtype=np.int32), ("",))
        read = read_dates(
            {name: coded.values},
            table.name,
            date_format=table.date_format or contract.date_format,
            timezone=contract.timezone,
            by_month=False,
            settled=table.date_format is not None,
        )
        return read[name].stamps[coded.codes]
    if column.type == "time":
        return _numbers(table, name, _minutes_of_day, np.nan)
    numbers = _numbers(table, name, numbers_of, np.nan)
    if column.type == "integer":
        numbers = np.where(numbers == np.floor(numbers), numbers, np.nan)
    return numbers


def _minutes_of_day(values: Sequence[str]) -> NDArray[np.float64]:
    """Return HH:MM as minutes past midnight, NaN where a value is no time."""
    minutes = np.full(len(values), np.nan)
    for index, value in enumerate(values):
        hour, colon, minute = value[:5].partition(":")
        if colon and hour.isdigit() and minute.isdigit() and int(hour) < 24 and int(minute) < 60:
            minutes[index] = int(hour) * 60 + int(minute)
    return minutes


def _provenance(table: RawTable, contract: Contract) -> pd.Categorical:
    """Return each row's class: what its source type says, else what its offence largely is, else the default."""
    terms = contract.provenance
    default = PROVENANCE.index(terms.default)
    found = np.full(len(table.rows), default, dtype=np.int32)
    for key, classes in (("offence", terms.offences), ("source_type", terms.values)):
        column = table.columns.get(key)
        if column is not None and classes:
            known = {value.casefold(): PROVENANCE.index(name) for value, name in classes.items()}
            own = np.array([known.get(value.casefold(), -1) for value in column.values], dtype=np.int32)[column.codes]
            found = np.where(own >= 0, own, found)
    return categorical(found, PROVENANCE)


def _texts(table: RawTable, key: str) -> Names:
    column = table.columns.get(key)
    if column is None:
        return Names.of([], np.full(len(table.rows), -1))
    return Names.of([value or None for value in column.values], column.codes)


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
