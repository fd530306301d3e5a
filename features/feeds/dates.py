"""Dates as people write them. The format is decided for a file as a whole; an order that it cannot settle is refused.

A column is looked at by its distinct values. Where both "day first" and "month first" read the numbers of a file, and
read them differently, neither is guessed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from errors import DataError

Stamps = NDArray[np.datetime64]

_TIME = (
    r"(?:(?:[T\s]\s*|(?<=\d):)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[AP]\.?M\.?)?\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?"
)
_YEAR_FIRST = re.compile(
    rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})(?:[-/.](?P<day>\d{{1,2}}))?{_TIME}", re.IGNORECASE
)
_COMPACT = re.compile(rf"(?P<year>\d{{4}})(?P<month>\d\d)(?P<day>\d\d)?{_TIME}", re.IGNORECASE)
_YEAR_LAST = re.compile(rf"(?P<one>\d{{1,2}})[-/.](?P<two>\d{{1,2}})[-/.](?P<year>\d{{4}}|\d\d){_TIME}", re.IGNORECASE)
_MONTH_YEAR = re.compile(r"(?P<month>\d{1,2})[-/.](?P<year>\d{4})")
_NAMED = re.compile(
    rf"(?:[A-Z]{{3,9}}\.?,?\s+)??(?P<day>\d{{1,2}})[-\s/.]*(?P<name>[A-Z]{{3,9}})[-\s/.,]*(?P<year>\d{{4}}|\d\d){_TIME}",
    re.IGNORECASE,
)
_NAME_FIRST = re.compile(
    rf"(?:[A-Z]{{6,9}},?\s+)??(?P<name>[A-Z]{{3,9}})\.?\s*(?:(?P<day>\d{{1,2}}),?\s+)?[-\s]*(?P<year>\d{{4}}|\d\d){_TIME}",
    re.IGNORECASE,
)
_SHAPES = (_YEAR_FIRST, _YEAR_LAST, _COMPACT, _MONTH_YEAR, _NAMED, _NAME_FIRST)
_EPOCH = re.compile(r"\d{10}|\d{13}")
_PLAIN = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d)?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# A file in one order may hold a slip of the other; more than this share of them is a mixture.
_SLIPS = 0.01
_NAT = np.datetime64("NaT", "s")
# Seconds of a day's last instant, 24:00; what lies beyond is no time. A leap second is one.
_LAST_SECOND = 86_400
_NO_TIME = _LAST_SECOND + 1
_LARGEST_OFFSET = 15 * 3600


@dataclass(frozen=True)
class DateColumn:
    """The distinct values of a column, read.

    Attributes:
        stamps: datetime64[s] as the clock on the wall showed it, NaT where unreadable or blank; midnight where no time
            is given.
        has_times: At least one value gives a time other than midnight.
        months_only: At least half of the values name a month without a day.
        day_first: Days come before months in the numbers of the file; None where no value of it leaves that open.
    """

    stamps: Stamps
    has_times: bool
    months_only: bool
    day_first: bool | None


@dataclass(frozen=True)
class _Parts:
    """Numbers found in the values: year, month or first, day or second, seconds of the day, offset in seconds."""

    numbers: NDArray[np.int64]
    found: NDArray[np.bool_]
    unordered: NDArray[np.bool_]
    dayless: NDArray[np.bool_]
    offset_known: NDArray[np.bool_]


def read_dates(
    columns: Mapping[str, Sequence[str]],
    place: str,
    *,
    date_format: str | None,
    timezone: str | None,
    by_month: bool,
    settled: bool = False,
) -> dict[str, DateColumn]:
    """Read the distinct values of a file's date columns.

    Args:
        columns: Name of the column to its distinct values, blanks as "".
        place: The file, for errors.
        date_format: strptime format that settles the order where the file leaves it open, or None.
        timezone: Zone that instants with an offset are turned to; None: the date is taken as written.
        by_month: Only months matter: an order in which every day is the first settles it.
        settled: The values are some of a file that has settled the order of the format already.

    Raises:
        DataError: The order of day and month cannot be settled, or the file mixes both.
    """
    parts = {name: _take_apart(values) for name, values in columns.items()}
    given = _order_of_format(date_format) if date_format else None
    day_first = given if given is not None and settled else _settled_order(parts, place, by_month=by_month, given=given)
    told = day_first if any(part.unordered.any() for part in parts.values()) else None
    read = {}
    for name, values in columns.items():
        stamps = _stamps(parts[name], day_first=day_first, timezone=timezone)
        if date_format and day_first == given:
            exact = _by_format(values, date_format, timezone)
            stamps = np.where(np.isnat(exact), stamps, exact)
        known = stamps[~np.isnat(stamps)]
        has_times = bool((known != known.astype("datetime64[D]")).any())
        months_only = bool(parts[name].dayless.sum() * 2 >= max(len(known), 1))
        if not by_month:
            stamps = np.where(parts[name].dayless, _NAT, stamps)
        read[name] = DateColumn(stamps, has_times, months_only, told)
    return read


def _take_apart(values: Sequence[str]) -> _Parts:
    numbers = np.zeros((len(values), 5), dtype=np.int64)
    flags = np.zeros((4, len(values)), dtype=np.bool_)
    plain = [index for index, value in enumerate(values) if _PLAIN.fullmatch(value)]
    _fill_plain([values[index] for index in plain], np.array(plain, dtype=np.int64), numbers, flags)
    for index in np.flatnonzero(~flags[0]).tolist():
        row = _numbers_of(values[index])
        if row is not None:
            numbers[index] = row[0]
            flags[:, index] = True, *row[1]
    return _Parts(numbers, flags[0], flags[1], flags[2], flags[3])


def _fill_plain(
    values: Sequence[str], where: NDArray[np.int64], numbers: NDArray[np.int64], flags: NDArray[np.bool_]
) -> None:
    """Fill the rows of plain ISO values at once; by far the most common, so worth its own path."""
    if not values:
        return
    digits = np.array([value[:10] + value[11:19].rjust(8, "0") for value in values]).view("U1").reshape(len(values), -1)
    number = (digits.astype("U1") >= "0") & (digits <= "9")
    figures = np.where(number, digits, "0").astype(np.int64)

    def taken(first: int, size: int) -> NDArray[np.int64]:
        return figures[:, first : first + size] @ (10 ** np.arange(size - 1, -1, -1))

    numbers[where, 0], numbers[where, 1], numbers[where, 2] = taken(0, 4), taken(5, 2), taken(8, 2)
    seconds = taken(10, 2) * 3600 + taken(13, 2) * 60 + taken(16, 2)
    numbers[where, 3] = np.where((taken(13, 2) > 59) | (taken(16, 2) > 60), _NO_TIME, seconds)
    flags[0, where] = True


def _numbers_of(value: str) -> tuple[tuple[int, ...], tuple[bool, bool, bool]] | None:
    """Return (year, month|first, day|second, seconds, offset) and (unordered, dayless, offset known), or None."""
    if _EPOCH.fullmatch(value):
        stamp = np.datetime64(int(value[:10]), "s").item()
        return (stamp.year, stamp.month, stamp.day, stamp.hour * 3600 + stamp.minute * 60 + stamp.second, 0), (
            False,
            False,
            True,
        )
    for shape in _SHAPES:
        match = shape.fullmatch(value)
        if match is None:
            continue
        group = match.groupdict()
        seconds, offset = _seconds(group), _offset(group.get("zone"))
        year = _full_year(group["year"])
        if "one" in group:
            return (year, int(group["one"]), int(group["two"]), seconds, offset or 0), (True, False, offset is not None)
        month = _month_number(group["name"]) if "name" in group else int(group["month"])
        day = group.get("day")
        return (year, month, int(day or 1), seconds, offset or 0), (False, day is None, offset is not None)
    return None


def _full_year(digits: str) -> int:
    # POSIX: two digits up to 68 are of this century.
    return int(digits) if len(digits) == 4 else int(digits) + (2000 if int(digits) <= 68 else 1900)


def _month_number(name: str) -> int:
    key = name[:3].casefold()
    return _MONTHS.index(key) + 1 if key in _MONTHS else 0


def _seconds(group: Mapping[str, str | None]) -> int:
    hour, minute, second = (int(group.get(name) or 0) for name in ("hour", "minute", "second"))
    half = (group.get("half") or "")[:1].casefold()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if minute > 59 or second > 60 or abs(_offset(group.get("zone")) or 0) > _LARGEST_OFFSET:
        return _NO_TIME
    return hour * 3600 + minute * 60 + second


def _offset(zone: str | None) -> int | None:
    if zone is None:
        return None
    digits = re.sub(r"\D", "", zone).ljust(4, "0")
    seconds = int(digits[:2]) * 3600 + int(digits[2:4]) * 60
    return -seconds if zone.startswith("-") else seconds


def _days(year: NDArray[np.int64], month: NDArray[np.int64], day: NDArray[np.int64]) -> Stamps:
    """Return the days, NaT where there is no such day or the year is out of a file's reach."""
    possible = (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1) & (year <= 9999)
    months = ((np.where(possible, year, 1970) - 1970) * 12 + np.where(possible, month, 1) - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (np.where(possible, day, 1) - 1).astype("timedelta64[D]")
    read: Stamps = np.where(possible & (days.astype("datetime64[M]") == months), days, np.datetime64("NaT", "D"))
    return read


def _read_days(parts: _Parts, *, day_first: bool) -> Stamps:
    swap = parts.unordered & day_first
    month = np.where(swap, parts.numbers[:, 2], parts.numbers[:, 1])
    day = np.where(swap, parts.numbers[:, 1], parts.numbers[:, 2])
    days = _days(parts.numbers[:, 0], month, day)
    days[~parts.found] = np.datetime64("NaT")
    return days


def _stamps(parts: _Parts, *, day_first: bool, timezone: str | None) -> Stamps:
    seconds = parts.numbers[:, 3]
    stamps: Stamps = _read_days(parts, day_first=day_first).astype("datetime64[s]") + seconds.astype("timedelta64[s]")
    stamps[seconds > _LAST_SECOND] = _NAT
    if timezone is not None and parts.offset_known.any():
        aware = parts.offset_known
        instants = stamps[aware] - parts.numbers[aware, 4].astype("timedelta64[s]")
        stamps[aware] = _local(pd.DatetimeIndex(instants), timezone)
    return stamps


def _local(instants: pd.DatetimeIndex, timezone: str) -> Stamps:
    aware = instants.tz_localize("UTC") if instants.tz is None else instants
    local: Stamps = np.asarray(aware.tz_convert(timezone).tz_localize(None), dtype="datetime64[s]")
    return local


def _settled_order(parts: Mapping[str, _Parts], place: str, *, by_month: bool, given: bool | None) -> bool:
    """Return whether days come first, from the values of all columns together, else as given."""
    only_day_first = only_month_first = open_values = 0
    first_days = np.ones(2, dtype=np.bool_)
    for part in parts.values():
        numeric = part.unordered
        readings = [_read_days(part, day_first=order)[numeric] for order in (True, False)]
        known = [~np.isnat(reading) for reading in readings]
        only_day_first += int((known[0] & ~known[1]).sum())
        only_month_first += int((known[1] & ~known[0]).sum())
        both = known[0] & known[1]
        open_values += int((both & (readings[0] != readings[1])).sum())
        for index, reading in enumerate(readings):
            days = reading[both]
            first_days[index] &= bool((days.astype("datetime64[M]").astype("datetime64[D]") == days).all())
    settled, slips = max(only_day_first, only_month_first), min(only_day_first, only_month_first)
    fix = 'add date_format = "%d/%m/%Y" or "%m/%d/%Y" to the mapping, before [columns]'
    if slips > _SLIPS * settled:
        raise DataError("its dates mix day-first and month-first", place=place, fix=f"correct the file, or {fix}")
    if given is not None:
        # A few values of the other order are slips of the pen; more of them are a file of the other order.
        contrary = only_month_first if given else only_day_first
        return given != (contrary > _SLIPS * sum(int(part.unordered.sum()) for part in parts.values()))
    if settled:
        return only_day_first > only_month_first
    if by_month and first_days[0] != first_days[1]:
        return bool(first_days[0])
    if open_values:
        raise DataError(
            "its dates can be read day-first or month-first and nothing settles which", place=place, fix=fix
        )
    return True


def _order_of_format(date_format: str) -> bool:
    """Return whether the format has its day before its month."""
    day = date_format.find("%d")
    month = min((at for at in map(date_format.find, ("%m", "%b", "%B")) if at >= 0), default=len(date_format))
    return 0 <= day < month


def _by_format(values: Sequence[str], date_format: str, timezone: str | None) -> Stamps:
    aware = "%z" in date_format
    read = pd.DatetimeIndex(
        pd.to_datetime(pd.Series(list(values), dtype=object), format=date_format, errors="coerce", utc=aware)
    )
    if aware:
        return _local(read, timezone or "UTC")
    stamps: Stamps = np.asarray(read, dtype="datetime64[s]")
    return stamps
